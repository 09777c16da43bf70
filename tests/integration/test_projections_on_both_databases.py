from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.journal import events as j
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.errors import NotYetProjected, RebuildRunning, ViewsOfAnotherLog, ViewsOutdated
from projections.reading import command_join, listed, listing
from projections.rows import Table
from projections.store import State
from projections.views import VIEWS
from projections.views.class_page import class_page
from projections.views.correction_register import correction_register
from projections.views.lookups import classes, courses, lessons, persons, school, years
from tests.conftest import Database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog, SchoolLog

ACTOR = Actor("00000000-0000-4000-8000-000000000004", "teacher")


@pytest.fixture(params=["sqlite", "postgres"])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/views.db"
    return views_dsn(request.getfixturevalue("postgres_database"))


@pytest.fixture
def open_views(views_url: str) -> Iterator[Callable[[], Views]]:
    """Opens the same views again, as another process would."""
    opened: list[Views] = []

    def open_again() -> Views:
        opened.append(Views.open(views_url, ORIGIN))
        return opened[-1]

    yield open_again
    for views in opened:
        views.close()


@pytest.fixture
def views(open_views: Callable[[], Views]) -> Views:
    return open_views()


@pytest.fixture(scope="module")
def school_log() -> SchoolLog:
    return SchoolLog(7).work(60)


def whole_page(views: Views, group: str, at: int | None = None) -> object:
    return class_page(views, group, from_date="", to_date="2027-05-31", at=at)


def write(views: Views, statement: str) -> None:
    """Do to the live tables what nobody should."""
    with views._store.writing() as generation:
        live = generation
        prefix = f'"{live.schema}".' if hasattr(live, "schema") else ""
        live.connection.execute(statement.replace("{}", prefix))  # type: ignore[attr-defined]


def test_catching_up_and_rebuilding_give_the_same_views(views: Views, school_log: SchoolLog) -> None:
    assert views.catch_up(school_log.log, batch_entries=17) == len(school_log.log.raws)
    before = views.check(school_log.log)
    assert before.findings == ()
    assert before.rows > 100
    assert views.rebuild(school_log.log, batch_entries=50) == len(school_log.log.raws)
    after = views.check(school_log.log)
    assert after.equal
    assert after.digests == before.digests


def test_views_that_were_rebuilt_go_on(views: Views, open_views: Callable[[], Views]) -> None:
    log = SchoolLog(3)
    log.work(10)
    other = open_views()
    other.catch_up(log.log)
    for _ in range(3):
        views.rebuild(log.log)
        log.work(5)
        # One of them holds connections to what was replaced.
        assert other.catch_up(log.log, batch_entries=9) == len(log.log.raws)
        assert whole_page(views, log.classes[0]) == whole_page(other, log.classes[0])
    assert other.check(log.log).equal


def test_the_first_question_to_empty_views_is_answered(views: Views) -> None:
    assert views.position() == 0
    assert school(views).rows == ()
    assert correction_register(views).rows == ()
    with pytest.raises(NotYetProjected) as caught:
        school(views, at=1)
    assert caught.value.position == 0


def test_postgres_compiles_no_question_and_begins_no_processes_for_it(postgres_database: Database) -> None:
    with Views.open(views_dsn(postgres_database), ORIGIN) as views:
        sql = "SELECT current_setting('jit'), current_setting('max_parallel_workers_per_gather')"
        assert views.select(sql, {}) == [("off", "0")]


def test_postgres_plans_what_is_asked_again_with_its_values(postgres_database: Database) -> None:
    with Views.open(views_dsn(postgres_database), ORIGIN) as views:
        (given, parameters), *_ = listed(range(1_024))
        for _ in range(20):
            assert views.select(f"SELECT l.lesson FROM {{lessons}} l WHERE l.number IN {given}", parameters) == []
        # Of whichever connections of the pool are asked with.
        sql = "SELECT p.generic_plans, p.custom_plans FROM pg_prepared_statements p WHERE p.statement LIKE :named"
        plans = {row for _ in range(20) for row in views.select(sql, {"named": "%l.number%"})}
    assert {generic for generic, _ in plans} == {0}
    assert sum(custom for _, custom in plans) > 1


def test_a_list_and_rows_are_asked_about_at_once(views: Views, school_log: SchoolLog) -> None:
    views.catch_up(school_log.log)
    found = courses(views).rows
    for count in (1, 3, 5):
        some = [course.course for course in found[:count]]
        ((named, parameters),) = listed([*some, "none"])
        given, rows = listing("course, number", [(course, number) for number, course in enumerate(some)], ("", 0))
        sql = f"""{given} SELECT o.course, g.number FROM {{courses}} o JOIN given g ON g.course = o.course
            WHERE o.course IN {named} AND g.number < :most ORDER BY g.number"""
        expected = [(course, number) for number, course in enumerate(some)]
        assert views.select(sql, {**parameters, **rows, "most": 9}) == expected
        assert views.select(sql, {**parameters, **rows, "most": 1}) == expected[:1]


@pytest.mark.parametrize(
    "values",
    [["а", "б,", "NULL", "", " ", 'in "quotes"', "back\\slash", "{x}", "two\nlines"], ['"'], ['","', "x"], ["x", None]],
)
def test_texts_come_through_as_they_are(views: Views, values: list[str | None]) -> None:
    given, rows = listing("place, value", list(enumerate(values)), (0, values[0]))
    assert {*views.select(f"{given} SELECT g.place, g.value FROM given g", rows)} == {*enumerate(values)}
    (named, parameters), *_ = listed([value for value in values if value is not None])
    sql = f"{given} SELECT count(DISTINCT g.place) FROM given g WHERE g.value IN {named}"
    assert views.select(sql, {**rows, **parameters}) == [(sum(value is not None for value in values),)]


def test_no_rows_are_none(views: Views) -> None:
    given, rows = listing("course, number", [], ("", 0))
    sql = f"{given} SELECT g.number FROM given g WHERE g.course <> '' AND g.number > 0"
    assert views.select(sql, rows) == []


def test_the_last_row_until_an_entry_is_joined(views: Views, school_log: SchoolLog) -> None:
    views.catch_up(school_log.log)
    rows = views.select("SELECT m.entry, m.at FROM {commands} m ORDER BY m.entry", {})
    sql = f"SELECT c.entry, m.entry, m.at FROM {{cells}} c {command_join('c.entry')} ORDER BY c.entry"
    found = views.select(sql, {})
    assert found
    for entry, first, at in found:
        assert (first, at) == max(row for row in rows if row[0] <= entry)


def test_lookups_know_the_school(views: Views, school_log: SchoolLog) -> None:
    views.catch_up(school_log.log)
    (found,) = school(views).rows
    assert (found.time_zone, found.clock, found.entry) == ("Europe/Moscow", "sample", 0)
    assert [year.title for year in years(views).rows] == ["2026/27"]
    assert [group.class_group for group in classes(views).rows] == school_log.classes
    teachers = persons(views, kind="teacher").rows
    assert [teacher.person for teacher in teachers] == school_log.teachers
    assert teachers[0].digests == ("A" * 43, "B" * 43)
    answer = courses(views, on="2026-09-01")
    assert {course.course for course in answer.rows if course.teacher == school_log.teachers[0]} == {
        course for course, _, _ in school_log.courses
    }
    course = school_log.courses[0][0]
    assert {lesson.course for lesson in lessons(views, course=course).rows} == {course}


def test_a_log_that_went_backwards_is_refused(views: Views, school_log: SchoolLog) -> None:
    size = len(school_log.log.raws)
    views.catch_up(school_log.log)
    with pytest.raises(ViewsOfAnotherLog, match="rebuild them") as caught:
        views.catch_up(school_log.log.truncated(size - 1))
    assert caught.value.position == size
    with pytest.raises(ViewsOfAnotherLog):
        views.check(school_log.log.truncated(size - 1))
    assert views.rebuild(school_log.log.truncated(size - 1)) == size - 1


def test_a_log_that_forked_is_refused_at_the_same_size_and_beyond(views: Views) -> None:
    ours, theirs = SchoolLog(3), SchoolLog(3)
    views.catch_up(ours.log)
    ours.lesson()
    theirs.rng.random()
    theirs.lesson()
    views.catch_up(ours.log)
    while len(theirs.log.raws) <= len(ours.log.raws):
        theirs.lesson()
    before = views.state()
    with pytest.raises(ViewsOfAnotherLog, match="does not continue"):
        views.catch_up(theirs.log)
    with pytest.raises(ViewsOfAnotherLog, match="not the one that these views consumed"):
        views.catch_up(theirs.log.truncated(before.position))
    assert views.state() == before


def test_views_of_another_origin_are_refused(views: Views, school_log: SchoolLog) -> None:
    write(views, "UPDATE {}state SET origin = 'letopis.example/school/other'")
    with pytest.raises(ViewsOfAnotherLog, match=r"letopis\.example/school/other"):
        views.catch_up(school_log.log)


def test_views_of_another_layout_are_refused_until_they_are_rebuilt(
    views_url: str, views: Views, school_log: SchoolLog
) -> None:
    views.catch_up(school_log.log)
    with Views.open(views_url, ORIGIN, VIEWS[:-1]) as newer:
        for use in (
            newer.position,
            lambda: newer.catch_up(school_log.log),
            lambda: newer.check(school_log.log),
        ):
            with pytest.raises(ViewsOutdated):
                use()
        newer.rebuild(school_log.log)
        assert newer.check(school_log.log).equal


TAMPERINGS = {
    "a changed value": ("UPDATE {}cells SET value = '5' WHERE entry = {mark}", "cells", 1),
    "a closed row": ("UPDATE {}cells SET to_position = 99 WHERE entry = {mark}", "cells", 1),
    "a lost row": ("DELETE FROM {}cells WHERE entry = {mark}", "cells", 1),
    "an invented row": ("INSERT INTO {}later_attendance VALUES (999999, 'x', 0, 5)", "later_attendance", 1),
    "a changed count": ('UPDATE {}state SET tail = replace(tail, \'"skipped":{\', \'"skipped":{"x":1\')', "state", 1),
    "an emptied table": ("DELETE FROM {}corrections", "corrections", None),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_check_finds_what_was_changed_in_the_views(views: Views, school_log: SchoolLog, tampering: str) -> None:
    statement, table, count = TAMPERINGS[tampering]
    views.catch_up(school_log.log)
    mark = next(fact.standing for fact in school_log.facts if fact.what == "mark" and fact.value not in {"5", None})
    untouched = views.check(school_log.log)
    write(views, statement.replace("{mark}", str(mark)))
    report = views.check(school_log.log)
    assert not report.equal
    assert {finding.table for finding in report.findings} == {table}
    assert count is None or report.differences == count
    assert views.state().position == report.position == untouched.position
    if table != "state":
        live, rebuilt = report.digests[table]
        assert live != rebuilt == untouched.digests[table][0]
        (finding, *_) = report.findings
        assert finding.live != finding.rebuilt
    views.rebuild(school_log.log)
    assert views.check(school_log.log).equal


def test_a_check_reports_no_more_findings_than_asked_for_but_counts_all(views: Views, school_log: SchoolLog) -> None:
    views.catch_up(school_log.log)
    rows = views.check(school_log.log).rows
    for table in views._folding.tables:
        write(views, f"DELETE FROM {{}}{table.name}")
    report = views.check(school_log.log, findings_max=3)
    assert len(report.findings) == 3
    assert report.differences == rows


def test_a_check_while_the_log_grows_compares_at_the_position_of_the_views(views: Views, school_log: SchoolLog) -> None:
    stop = len(school_log.log.raws) // 2
    views.catch_up(school_log.log, stop=stop)
    report = views.check(school_log.log)
    assert report.equal
    assert report.position == stop


def test_one_rebuild_at_a_time(views: Views, open_views: Callable[[], Views], school_log: SchoolLog) -> None:
    other = open_views()
    refused = []

    def meanwhile(_: int) -> None:
        with pytest.raises(RebuildRunning):
            other.rebuild(school_log.log)
        with pytest.raises(RebuildRunning):
            other.check(school_log.log)
        refused.append(True)

    views.rebuild(school_log.log, batch_entries=10_000, progress=meanwhile)
    assert refused
    other.rebuild(school_log.log)


def test_readers_never_see_half_of_a_rebuild(
    views: Views, open_views: Callable[[], Views], school_log: SchoolLog
) -> None:
    views.catch_up(school_log.log)
    reader = open_views()
    at = len(school_log.log.raws) - 40
    group = school_log.classes[0]
    expected = whole_page(views, group, at)
    done = threading.Event()
    met: list[object] = []

    def read() -> None:
        while not done.is_set():
            try:
                met.append(whole_page(reader, group, at) == expected and reader.position() == len(school_log.log.raws))
            except Exception as error:  # noqa: BLE001 - told to the test
                met.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        views.rebuild(school_log.log, batch_entries=100)
    done.set()
    for thread in threads:
        thread.join()
    assert len(met) > 10
    assert [outcome for outcome in met if outcome is not True] == []


def test_two_writers_consume_each_entry_once(open_views: Callable[[], Views], school_log: SchoolLog) -> None:
    writers = [open_views(), open_views()]
    errors: list[Exception] = []

    def consume(views: Views) -> None:
        try:
            views.catch_up(school_log.log, batch_entries=5)
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=consume, args=(views,)) for views in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert writers[0].check(school_log.log).equal


def test_entries_of_no_use_are_counted_over_batches_and_rebuilds(views: Views) -> None:
    log = ListLog()
    lesson = "lesson/00000000-0000-4000-8000-000000000001"
    for number in range(5):
        command = f"00000000-0000-4000-8000-{number:012d}"
        log.append_raw((lesson, "tea_drunk/1", {"cups": number}), actor=ACTOR, command=command)
    log.append(
        (lesson, j.MarkAnnulled(corrects=0, old="5", new=None, reason="typo")),
        actor=ACTOR,
        command="0" * 8 + command[8:],
    )
    views.catch_up(log, batch_entries=2)
    expected = {"unknown type: tea_drunk/1": 5, "cites no row: cells": 1}
    assert views.state().skipped == expected
    views.rebuild(log)
    assert views.state().skipped == expected
    assert views.check(log).equal


def test_a_batch_that_fails_leaves_nothing_behind(
    views: Views, school_log: SchoolLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    views.catch_up(school_log.log, stop=60)
    before = views.state()

    class BrokenError(Exception):
        pass

    def fail(*_: object) -> None:
        raise BrokenError

    monkeypatch.setattr(State, "advanced", fail)
    with pytest.raises(BrokenError):
        views.catch_up(school_log.log)
    monkeypatch.undo()
    assert views.state() == before
    assert views.check(school_log.log).equal
    views.catch_up(school_log.log)
    assert views.check(school_log.log).equal


def test_tables_of_a_view_are_declared_alike(views: Views) -> None:
    table: Table
    for table in views._folding.tables:
        assert views.select(f"SELECT count(*) FROM {{{table.name}}} t WHERE t.to_position > :at", {"at": 0}) == [(0,)]
