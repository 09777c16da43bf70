"""Counts of weeks and months that are over are kept: what is answered from them is what counting anew answers."""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec
import pytest

from ledger.journal import events as j, excuse_events as ex
from ledger.journal.plan_events import LessonPlanImported, PlanItem
from ledger.journal.timetable_events import Bell, BellScheduleSet, TimetableLesson, TimetableSet
from ledger.journal.vocabulary import ClockKind
from ledger.wire.entry import format_at
from projections.engine import Views
from projections.reading import FIRST_DAY, LAST_DAY, Reader
from projections.views import deadline_kept, deadline_sums
from projections.views.deadline_ahead import count_ahead
from projections.views.deadline_basis import Judging, first_entries, judging
from projections.views.deadline_counts import _count, deadline_counts
from projections.views.deadline_kept import Changes, Kept, OfDays, Part, Span, Wanted, kept_for, spans_of
from projections.views.deadline_tally import By
from projections.views.deadlines import RULES, Asked
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.properties.test_deadline_register import MOSCOW, DeadlineLog
from tests.unit.ledger.journal.small_school import PARAMETERS

_TABLES = re.compile(r"\{(\w+)(?: until [\w.]+)?\}")
_APART: tuple[tuple[By, ...], ...] = (
    ("teacher", "week"), ("teacher",), (), ("class_group", "week"), ("month",), ("teacher", "class_group", "week"),
)  # fmt: skip


_WEEKLY: tuple[tuple[By, ...], ...] = (("teacher", "week"), ("class_group", "week"), ("week",))


class Watched:
    """A reader that knows which tables it was asked for."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self.tables: set[str] = set()

    def position(self) -> int:
        return self._views.position()

    def select(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        self.tables |= set(_TABLES.findall(sql))
        return self._views.select(sql, parameters)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def schools(request: pytest.FixtureRequest) -> Iterator[list[tuple[DeadlineLog, Views]]]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in (40, 41) if request.param == "sqlite" else (40,):
            school = DeadlineLog(seed, classes_count=2, students_count=4, courses_count=4)
            school.log.origin = f"{ORIGIN}/kept/{seed}"
            school.live(140)
            url = f"sqlite:{folder}/{seed}.db"
            if request.param == "postgres":
                url = views_dsn(make_database(request.getfixturevalue("postgres_cluster")))
            views = Views.open(url, school.log.origin)
            views.catch_up(school.log)
            found.append((school, views))
        yield found
        for _, views in found:
            views.close()


@pytest.fixture
def reused(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often counts were answered from what was kept: at the same position, and at another."""
    counted: Counter[str] = Counter()
    find = Kept.find

    def counting(kept: Kept, wanted: Wanted, span: Span, judged: Judging, changes: Changes) -> Part | None:
        part = find(kept, wanted, span, judged, changes)
        if part is not None:
            counted["same" if part.low == judged.position else "other"] += 1
        return part

    monkeypatch.setattr(Kept, "find", counting)
    return counted


def ask(views: Reader, asked: Asked, by: tuple[By, ...], at: int | None, now: datetime | None = None) -> None:
    """Ask as of a position, or of a moment by the clock, and compare with counting anew."""
    now = now or _NOW
    with_days = asked.rules == RULES and "teacher" in by
    anew: OfDays | None = Counter() if with_days else None
    answered: OfDays | None = Counter() if with_days else None
    judged = judging(views, now, at)
    rows = _count(views, asked, judged, frozenset(by), anew)
    found = deadline_counts(views, asked, now=now, by=by, at=at, of_days=answered)
    assert (found.position, found.rows) == (judged.position, rows)
    assert answered == anew


_NOW = datetime(2027, 9, 1, tzinfo=UTC)


def spoken(school: DeadlineLog) -> list[tuple[int, int, list[dict[str, Any]]]]:
    """Each command: where it begins, where the next one does, its entries."""
    entries = [json.loads(raw) for raw in school.log.raws]
    found = []
    for _, of in groupby(enumerate(entries), lambda item: item[1]["command"]):
        numbered = list(of)
        found.append((numbered[0][0], numbered[-1][0] + 1, [entry for _, entry in numbered]))
    return found


def neighbours(school: DeadlineLog, rng: random.Random) -> Iterator[tuple[int, int]]:
    """Pairs of positions with one thing between them: a command of each kind, its second half, or days without any."""
    commands = spoken(school)[12:]
    of_kind: dict[str, list[tuple[int, int]]] = {}
    for begins, ends, entries in commands:
        of_kind.setdefault(entries[-1]["type"], []).append((begins, ends))
    for pairs in of_kind.values():
        yield rng.choice(pairs)
    cut = [(begins + 1, ends) for begins, ends, entries in commands if len(entries) > 1]
    yield from rng.sample(cut, min(len(cut), 4))
    # Where nothing comes that touches every day, weeks become over by themselves.
    quiet = [
        (run[0][1], run[-1][1])
        for is_quiet, found in groupby(commands, lambda item: item[2][-1]["type"] not in _EVERYWHERE)
        if is_quiet and (run := list(found)) and run[0][2][-1]["at"][:10] < run[-1][2][-1]["at"][:10]
    ]
    yield from rng.sample(quiet, min(len(quiet), 10))


_EVERYWHERE: Final = ("days_off_declared/1",)


def test_what_is_kept_is_what_is_counted_anew(schools: list[tuple[DeadlineLog, Views]], reused: Counter[str]) -> None:
    rng = random.Random(1)
    for school, views in schools:
        for before, after in neighbours(school, rng):
            by: tuple[By, ...] = rng.choice(_WEEKLY)
            with_days: OfDays | None = Counter() if "teacher" in by else None
            deadline_counts(views, Asked(), now=_NOW, by=by, at=before, of_days=with_days)
            ask(views, Asked(), by, after)
    assert reused["other"] > 25, reused


def test_what_comes_late_changes_a_week_that_was_over(tmp_path: Path, reused: Counter[str]) -> None:
    """A lesson, its excuse, who had left by then; asked entry by entry, so that a command is cut between its marks."""
    school = DeadlineLog(11, classes_count=1, students_count=4, courses_count=1)
    school.adopt()
    course, group, _ = school.courses[0]
    day = school.log.at.astimezone(MOSCOW).date() + timedelta(days=4)
    lesson, oral, test, excuse = school.id(), school.id(), school.id(), school.id()
    header: dict[str, Any] = {"held_on": day.isoformat(), "starts_at": "09:00", "ends_at": "09:45", "number": 1}
    kept = j.LessonRecorded(course=course, teacher=school.teachers[0], topic="Т", attendance="taken", **header)
    *marked, gone = school.students[group]
    begins = len(school.log.raws)
    school.command(
        (f"lesson/{lesson}", kept),
        (f"lesson/{lesson}", j.WorkRecorded(work=oral, kind="answer", written=False, weight=100)),
        (f"lesson/{lesson}", j.WorkRecorded(work=test, kind="test", written=True, weight=100)),
        *((f"lesson/{lesson}", j.MarkRecorded(student=student, work=oral, value="4")) for student in marked),
        *((f"lesson/{lesson}", j.MarkRecorded(student=student, work=test, value="4")) for student in marked),
        seconds=3_000_000,
    )
    why = ex.ExcuseAccepted(
        teacher=school.teachers[0], rules=("lesson", "oral_mark"), reason="order", basis="приказ", lesson=lesson
    )
    school.command((f"excuse/{excuse}", why), role="administrator", seconds=90_000)
    school.command((f"excuse/{excuse}", ex.ExcuseWithdrawn(basis="ошибка")), role="administrator", seconds=90_000)
    left = j.StudentLeft(student=gone, ends_on=(day - timedelta(days=1)).isoformat())
    school.command((f"class/{group}", left), role="administrator", seconds=90_000)
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        for at in range(begins, views.position() + 1):
            ask(views, Asked(), ("teacher", "week"), at)
    assert reused["other"]


def touched(views: Reader, before: int, after: int) -> tuple[set[str], str]:
    """The days that entries may have changed the counts of."""
    found = Changes(views).between(before, after)
    return set(found.days), found.since


def test_a_plan_touches_no_day_and_an_excuse_one_and_an_order_those_of_its_terms(tmp_path: Path) -> None:
    """With a work of several days and one made up, whose terms begin under the order and their lessons before it."""
    school = DeadlineLog(13, classes_count=1, students_count=4, courses_count=1)
    school.adopt()
    course, group, _ = school.courses[0]
    days = [school.log.at.astimezone(MOSCOW).date() + timedelta(days=number) for number in (2, 3, 4, 9)]
    lessons = [school.id() for _ in days]
    late, made_up, excuse = school.id(), school.id(), school.id()
    works = {0: (late, days[3].isoformat()), 1: (made_up, None)}
    student = school.students[group][0]
    for number, (lesson, day) in enumerate(zip(lessons, days, strict=True)):
        header: dict[str, Any] = {"held_on": day.isoformat(), "starts_at": "09:00", "ends_at": "09:45", "number": 1}
        kept = j.LessonRecorded(course=course, teacher=school.teachers[0], topic="Т", attendance="taken", **header)
        written = [
            (f"lesson/{lesson}", j.WorkRecorded(work=work, kind="test", written=True, weight=100, ends_on=ends_on))
            for work, ends_on in [works[number]]
        ] if number in works else []  # fmt: skip
        school.command((f"lesson/{lesson}", kept), *written, seconds=90_000)
    own = j.MakeUpRecorded(student=student, work=made_up, made_up_on=days[3].isoformat())
    school.command((f"lesson/{lessons[1]}", own), seconds=3_000_000)
    at = [len(school.log.raws)]
    plan = PlanItem(number=1, topic="Т", hours=1, homework="§ 1")
    school.command((f"plan/{course}", LessonPlanImported(title="КТП", items=(plan,))), seconds=60)
    at.append(len(school.log.raws))
    why = ex.ExcuseAccepted(
        teacher=school.teachers[0], rules=("lesson",), reason="order", basis="приказ", lesson=lessons[2]
    )
    school.command((f"excuse/{excuse}", why), role="administrator", seconds=60)
    at.append(len(school.log.raws))
    order: dict[str, Any] = {"order_number": "2", "order_date": "2026-08-29", "effective_from": days[2].isoformat()}
    longer = msgspec.structs.replace(PARAMETERS, written_mark_days=60)
    adopted = j.RegulationAdopted(parameters=longer, **order)
    school.command((f"regulation/{school.period}", adopted), role="administrator", seconds=60)
    at.append(len(school.log.raws))
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        found = [touched(views, *pair) for pair in pairwise(at)]
        nothing = "A"
        assert found == [(set(), nothing), ({days[2].isoformat()}, nothing), (set(), days[0].isoformat())]
        for position in range(at[0] - 1, at[-1] + 1):
            ask(views, Asked(), ("teacher", "week"), position)


class ClockLog(DeadlineLog):
    """One whose clock goes on behind the last entry."""

    clock: ClassVar[ClockKind] = "server"


def waiting_school(kind: type[DeadlineLog] = DeadlineLog) -> tuple[DeadlineLog, int]:
    """A school with planned lessons every evening, and marks of a written work that wait; where its lesson begins."""
    school = kind(5, classes_count=1, students_count=3, courses_count=1)
    order: dict[str, Any] = {"order_number": "1", "order_date": "2026-08-28", "effective_from": "2026-08-28"}
    adopted = j.RegulationAdopted(parameters=PARAMETERS, **order)
    school.command((f"regulation/{school.period}", adopted), role="administrator", seconds=60)
    course, group, _ = school.courses[0]
    bells = school.id()
    ring = BellScheduleSet(
        title="1-я смена", effective_from="2026-09-01", lessons=(Bell(number=1, starts_at="23:00", ends_at="23:45"),)
    )
    school.command((f"bells/{bells}", ring), role="admin", seconds=60)
    week = tuple(TimetableLesson(course=course, weekday=day, number=1, weeks="every") for day in range(1, 7))
    timetable = TimetableSet(effective_from="2026-09-01", bells=bells, lessons=week)
    school.command((f"timetable/{group}", timetable), role="admin", seconds=60)
    lesson, day = school.id(), school.log.at.astimezone(MOSCOW).date()
    header: dict[str, Any] = {"held_on": day.isoformat(), "starts_at": "09:00", "ends_at": "09:45", "number": 1}
    kept = j.LessonRecorded(course=course, teacher=school.teachers[0], topic="Т", attendance="taken", **header)
    test = j.WorkRecorded(work=school.id(), kind="test", written=True, weight=100)
    begins = len(school.log.raws)
    school.command((f"lesson/{lesson}", kept), (f"lesson/{lesson}", test), seconds=60)
    for _ in range(8):
        person = j.PersonRegistered(kind="teacher", sd=())
        school.command((f"person/{school.id()}", person), role="administrator", seconds=190_000)
    return school, begins


def test_what_waits_lacks_once_its_term_is_over_though_nothing_was_entered_since(tmp_path: Path) -> None:
    """Lessons that are planned and not over yet; marks of a written work whose week is over and whose term is not."""
    school, begins = waiting_school()
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        for at in range(begins, views.position() + 1):
            ask(views, Asked(), ("teacher", "week"), at)
        missing = {row.rule: row.missing for row in deadline_counts(views, Asked(), now=_NOW, by=(), at=at).rows}
    assert missing["lesson"]
    assert missing["written_mark"]


def test_counts_by_the_clock_hold_for_a_minute(tmp_path: Path, reused: Counter[str]) -> None:
    """While nothing is entered the clock goes on, over the ends of lessons and over midnights."""
    school, _ = waiting_school(ClockLog)
    last = datetime.fromisoformat(json.loads(school.log.raws[-1])["at"])
    midnight = last.astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        for day in range(5):
            for minutes in (-1, 0, 600, 23 * 60 + 44, 23 * 60 + 45):
                moment = midnight + timedelta(days=day, minutes=minutes, seconds=7)
                for now in (moment, moment.replace(second=59)):
                    ask(views, Asked(), ("teacher", "week"), None, now)
    assert reused["same"] > 20, reused


def test_what_is_kept_answers_whatever_is_asked_and_in_which_order(
    schools: list[tuple[DeadlineLog, Views]], reused: Counter[str]
) -> None:
    rng = random.Random(2)
    for school, views in schools:
        for _ in range(8):
            at = rng.randrange(1, len(school.log.raws) + 1)
            rules = rng.choice((RULES, RULES, ("attendance", "homework")))
            first, last = rng.choice(((None, None), ("2026-09-03", "2026-09-24")))
            by = rng.choice(_APART)
            ask(views, Asked(from_date=first, to_date=last, rules=rules), by, at)
            if rng.random() < 0.3:
                ask(views, Asked(from_date=first, to_date=last, rules=rules), by, at)
    assert reused["same"], reused


def test_who_asks_first_finds_the_months_that_were_counted_ahead(
    schools: list[tuple[DeadlineLog, Views]], reused: Counter[str]
) -> None:
    """By what is asked of a year; of one rule alone too, for it is among all of them."""
    for school, views in schools:
        reader = Watched(views)
        ways = Counter(count_ahead(reader))
        assert set(ways.values()) == {2}
        assert len(ways) >= 2
        found = []
        asked: tuple[tuple[By, Asked], ...] = (
            ("teacher", Asked()), ("class_group", Asked(rules=("homework",))), ("class_group", Asked()),
        )  # fmt: skip
        for by, of in asked:
            reused.clear()
            ask(reader, of, (by,), len(school.log.raws))
            found.append(reused["same"])
        assert found == [len(ways)] * 3


def test_counts_of_more_rules_answer_for_one(schools: list[tuple[DeadlineLog, Views]], reused: Counter[str]) -> None:
    for school, views in schools:
        reader = Watched(views)
        deadline_counts(reader, Asked(), now=_NOW, by=("week",), at=len(school.log.raws))
        reused.clear()
        for rule in RULES:
            ask(reader, Asked(rules=(rule,)), ("week",), len(school.log.raws))
        assert reused["same"] == len(RULES) * len(kept_for(reader))


def test_the_first_entry_behind_a_moment_is_looked_up_until_there_is_one(tmp_path: Path) -> None:
    school = DeadlineLog(3, classes_count=1, students_count=2, courses_count=1)
    with Views.open(f"sqlite:{tmp_path}/views.db", school.log.origin) as views:
        views.catch_up(school.log)
        last = datetime.fromisoformat(json.loads(school.log.raws[-1])["at"])
        size, soon, later = len(school.log.raws), format_at(last + timedelta(seconds=1)), "2099-01-01T00:00:00.000000Z"
        asked = [format_at(last), soon, later]
        assert first_entries(views, asked)[soon] is None
        school.adopt()
        views.catch_up(school.log)
        for _ in range(2):
            found = first_entries(views, asked)
            assert (found[soon], found[later]) == (size, None)
        assert found[format_at(last)] in range(size)


def test_counts_are_the_same_whether_touched_lessons_are_listed_or_looked_up(
    schools: list[tuple[DeadlineLog, Views]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(5)
    for school, views in schools:
        for _ in range(6):
            judged = judging(views, _NOW, rng.randrange(1, len(school.log.raws) + 1))
            asked = Asked(from_date=rng.choice((None, "2026-09-08")), to_date=rng.choice((None, "2026-09-24")))
            counted = []
            for days in (0, 10_000):
                monkeypatch.setattr(deadline_sums, "_FEW_DAYS", days)
                counted.append(_count(views, asked, judged, frozenset(("teacher", "class_group", "week")), None))
            assert counted[0] == counted[1]


def test_what_was_let_go_is_counted_anew(
    schools: list[tuple[DeadlineLog, Views]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline_kept, "ROWS_MAX", 40)
    rng = random.Random(2)
    for school, views in schools:
        watched = Watched(views)
        for _ in range(8):
            ask(watched, Asked(), rng.choice(_APART), rng.randrange(1, len(school.log.raws) + 1))
        kept = kept_for(watched)
        assert kept.weight <= 40 or len(kept) == 1


def test_of_every_table_that_counts_rest_on_it_is_known_what_a_row_changes(
    schools: list[tuple[DeadlineLog, Views]],
) -> None:
    known = {
        *deadline_kept.BY_LESSON, *deadline_kept.BY_DAY, *deadline_kept.BY_EXCUSE, deadline_kept.BY_PLAN,
        *deadline_kept.SINCE_DAY, *deadline_kept.OF_ALL_DAYS, *deadline_kept.OF_NO_DAY,
    }  # fmt: skip
    for school, views in schools:
        watched = Watched(views)
        for at in range(1, len(school.log.raws) + 1, 60):
            judged = judging(watched, _NOW, at)
            _count(watched, Asked(), judged, frozenset(("teacher", "class_group", "week")), Counter())
        # Commands have moments, which never change; what is in cells came by a command of the other tables.
        assert watched.tables - known == {"commands", "cells"}


def test_spans_are_of_the_years_and_the_outermost_take_what_is_outside(
    schools: list[tuple[DeadlineLog, Views]],
) -> None:
    school, views = schools[0]
    size = len(school.log.raws)
    spans = spans_of(views, size, FIRST_DAY, LAST_DAY, by_week=False)
    assert (spans[0].first, spans[-1].last) == (FIRST_DAY, LAST_DAY)
    assert all(one.last < other.first for one, other in pairwise(spans))
    weeks = spans_of(views, size, "2026-09-03", "2026-09-24", by_week=True)
    assert [span.label for span in weeks] == ["2026-08-31", "2026-09-07", "2026-09-14", "2026-09-21"]
    assert (weeks[0].first, weeks[0].last, weeks[-1].last) == ("2026-09-03", "2026-09-06", "2026-09-24")
    assert spans_of(views, size, "2026-09-24", "2026-09-03", by_week=True) == []
    assert spans_of(views, 0, FIRST_DAY, LAST_DAY, by_week=True) == []
