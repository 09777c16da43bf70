"""One place of a class's day has one lesson, whoever records at the same time, on both databases."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib import resources
from pathlib import Path
from threading import Barrier
from typing import Any, cast

import psycopg
import pytest

from ledger.application import School
from ledger.audit import audit, mend_claims
from ledger.errors import Conflict, Refused
from ledger.journal import commands as cmd
from ledger.journal.lesson import Lesson
from ledger.log import LogRecorder, Receipt
from tests.integration.application_settings import BACKENDS, fresh_settings
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    LESSON,
    MATHS_A,
    NOON,
    RUSSIAN_A,
    SETUP_AT,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    lesson,
    setup_commands,
    subgroup,
    uid,
)

AT_ONCE = 8
ROUNDS = 12
HALVES = (uid(60), uid(61))
COURSES = (MATHS_A, RUSSIAN_A, HALVES[0])
Claims = list[tuple[str, int, str]]


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    return fresh_settings(request.param, tmp_path, request)


def prepare(school: School) -> None:
    """The small school, with two halves of 5А in English."""
    for command, actor, at in setup_commands():
        school.execute(command, actor=actor, at=at)
    for course, title in zip(HALVES, "12", strict=True):
        school.execute(subgroup(course, title), actor=ADMIN, at=SETUP_AT)


def record(school: School, id_: str, **changes: Any) -> Receipt:
    actor = TEACHER_2 if changes.get("course") == RUSSIAN_A else TEACHER
    return school.execute(lesson(id_, **changes), actor=actor, at=NOON)


def correct(school: School, new: Any, id_: str = LESSON) -> None:
    fact = cast("Lesson", school.lesson(id_)).facts[cast("Lesson", school.lesson(id_)).lesson]
    school.execute(cmd.Correct(lesson=id_, corrects=fact.standing, new=new, reason="typo"), actor=TEACHER, at=NOON)


def at_once(tasks: Sequence[Callable[[], Receipt]]) -> list[Receipt | Refused]:
    """Begin all together; give what each was told."""
    together = Barrier(len(tasks))

    def run(task: Callable[[], Receipt]) -> Receipt | Refused:
        together.wait(60)
        try:
            return task()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def of_the_same_log(settings: dict[str, str]) -> dict[str, str]:
    return {**settings, "LETOPIS_CREATE": "n"}


def test_refuses_a_second_lesson_that_another_process_recorded(settings: dict[str, str]) -> None:
    with School(settings) as here, School(of_the_same_log(settings)) as there:
        prepare(here)
        record(here, LESSON)
        for school in (here, there):
            with pytest.raises(Refused) as caught:
                record(school, uid(1001), course=RUSSIAN_A)
            first = cast("Lesson", here.lesson(LESSON)).lesson
            assert (caught.value.rule, caught.value.values) == ("place_taken", {"entry": first})
        record(there, uid(1002), course=RUSSIAN_A, number=4)
        with pytest.raises(Refused, match="has a lesson under this number"):
            record(here, uid(1003), number=4)


def test_refuses_subgroups_that_share_a_student_who_joined_in_another_process(settings: dict[str, str]) -> None:
    labour = uid(62)
    with School(settings) as here, School(of_the_same_log(settings)) as there:
        prepare(here)
        here.execute(subgroup(labour, subject="Труд"), actor=ADMIN, at=SETUP_AT)
        record(here, LESSON, course=HALVES[0])
        record(here, uid(1001), course=labour)
        for course in (HALVES[0], labour):
            joined = cmd.JoinSubgroup(course=course, student=STUDENTS_A[0], starts_on="2026-09-01")
            there.execute(joined, actor=ADMIN, at=NOON)
        record(here, uid(1002), course=labour, number=4)
        for school, number, rule in ((here, 4, "students_at_another_lesson"), (there, 3, "place_taken")):
            with pytest.raises(Refused) as caught:
                record(school, uid(1003), course=HALVES[0], number=number)
            assert caught.value.rule == rule


def test_an_annulled_lesson_makes_room_for_another_in_every_process(settings: dict[str, str]) -> None:
    with School(settings) as here, School(of_the_same_log(settings)) as there:
        prepare(here)
        record(here, LESSON)
        with pytest.raises(Refused):
            record(there, uid(1001))
        correct(here, None)
        record(there, uid(1001))
        with pytest.raises(Refused):
            correct(here, {"topic": "Иное", "number": 3, "starts_at": "10:40", "ends_at": "11:25"})
        correct(here, {"topic": "Иное", "number": 4, "starts_at": "10:40", "ends_at": "11:25"})
        with pytest.raises(Refused):
            record(there, uid(1002), number=4)


def test_of_many_that_are_recorded_at_once_one_is_taken(settings: dict[str, str]) -> None:
    with School(settings) as here, School(of_the_same_log(settings)) as there:
        prepare(here)
        for number in range(1, ROUNDS + 1):
            told = at_once(
                [
                    lambda task=task, number=number: record(  # type: ignore[misc]
                        (here, there)[task % 2],
                        uid(10_000 + 100 * number + task),
                        course=COURSES[task % 3],
                        number=number,
                    )
                    for task in range(AT_ONCE)
                ]
            )
            taken = [one for one in told if isinstance(one, Receipt)]
            refused = {one.rule for one in told if isinstance(one, Refused)}
            assert (len(taken), refused) == (1, {"place_taken"})


def test_subgroups_that_are_recorded_at_once_are_both_taken(settings: dict[str, str]) -> None:
    with School(settings) as here, School(of_the_same_log(settings)) as there:
        prepare(here)
        for number in range(1, ROUNDS + 1):
            told = at_once(
                [
                    lambda half=half, number=number: record(  # type: ignore[misc]
                        (here, there)[half], uid(10_000 + 100 * number + half), course=HALVES[half], number=number
                    )
                    for half in (0, 1)
                ]
            )
            assert all(isinstance(one, Receipt) for one in told)


def test_an_append_that_claims_as_of_fewer_writes_nothing(settings: dict[str, str]) -> None:
    with School(settings) as school:
        prepare(school)
        record(school, LESSON)
        log: LogRecorder = school.ledger
        size, place = log.head().size, f"2026-09-07/{CLASS_A}/3"
        assert log.claimed(place) == [f"lesson/{LESSON}"]
        school._shelf._placed.clear()  # as in a process that has seen nothing of it
        school._shelf.placed = lambda place, *, fresh: ()  # type: ignore[method-assign]
        with pytest.raises(Conflict, match="claimed meanwhile"):
            record(school, uid(1001))
        assert (log.head().size, log.claimed(place)) == (size, [f"lesson/{LESSON}"])


def backfill(package: str) -> str:
    """The statement by which a migration fills the claims of a log that has none."""
    (path,) = (file for file in resources.files(package).joinpath("migrations").iterdir() if "claims" in file.name)
    found = re.search(r"^WITH.*?;$", path.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[0]


def record_three(school: School) -> None:
    """A lesson of the whole class, and two of its halves side by side in a later place."""
    prepare(school)
    record(school, LESSON)
    record(school, uid(1001), course=HALVES[0], number=5)
    record(school, uid(1002), course=HALVES[1], number=5)


def refilled(settings: dict[str, str], request: pytest.FixtureRequest) -> tuple[Claims, Claims]:
    """The claims as appends left them, and as a migration makes them of the entries alone."""
    if "LETOPIS_SQLITE_FILE" in settings:
        file = sqlite3.connect(settings["LETOPIS_SQLITE_FILE"], isolation_level=None)
        select = "SELECT place, number, stream FROM claims ORDER BY place, number"
        before = file.execute(select).fetchall()
        file.execute("DELETE FROM claims")
        file.execute(backfill("ledger.storage.sqlite"))
        after = file.execute(select).fetchall()
        file.close()
        return before, after
    with psycopg.connect(request.getfixturevalue("postgres_database").superuser_dsn) as connection:
        select = "SELECT place, number, stream FROM letopis_derived.claims ORDER BY place, number"
        before = connection.execute(select).fetchall()
        connection.execute("DELETE FROM letopis_derived.claims")
        connection.execute(cast("Any", backfill("ledger.storage.postgres")))
        return before, connection.execute(select).fetchall()


def test_a_log_without_claims_is_given_those_that_its_entries_tell(
    settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    with School(settings) as school:
        record_three(school)
        correct(school, {"topic": "Иное", "number": 4, "starts_at": "10:40", "ends_at": "11:25"})
        correct(school, None)
        record(school, uid(1003), course=RUSSIAN_A)
    before, after = refilled(settings, request)
    assert after == before
    assert [number for _, number, _ in before] == [1, 2, 1, 1, 2]


def tamper(settings: dict[str, str], request: pytest.FixtureRequest, statement: str) -> None:
    """Change claims as one who may do anything; `{claims}` is the table."""
    if "LETOPIS_SQLITE_FILE" in settings:
        with closing(sqlite3.connect(settings["LETOPIS_SQLITE_FILE"], isolation_level=None)) as file:
            file.execute(statement.format(claims="claims"))
        return
    with psycopg.connect(request.getfixturevalue("postgres_database").superuser_dsn) as connection:
        connection.execute(statement.format(claims="letopis_derived.claims").encode())


def claim_findings(school: School, settings: dict[str, str]) -> set[tuple[str, int | None, str]]:
    """What an audit says; of what it expected the place alone, which every finding of a claim names."""
    report = audit(school.ledger, environment=of_the_same_log(settings), unlatch=False)
    return {
        (one.code, one.index, cast("re.Match[str]", re.search(r"place \S+", one.expected))[0])
        for one in report.findings
    }


def test_an_audit_compares_claims_with_the_entries(settings: dict[str, str], request: pytest.FixtureRequest) -> None:
    with School(settings) as school:
        record_three(school)
        correct(school, {"topic": "Иное", "number": 4, "starts_at": "10:40", "ends_at": "11:25"})
        third, fifth, sixth = (f"2026-09-07/{CLASS_A}/{number}" for number in (3, 5, 6))
        first, second = (cast("Lesson", school.lesson(id_)).lesson for id_ in (LESSON, uid(1001)))
        assert claim_findings(school, settings) == set()

        tamper(settings, request, f"DELETE FROM {{claims}} WHERE place = '{third}'")
        assert claim_findings(school, settings) == {("claim_missing", first, f"place {third}")}

        tamper(settings, request, f"UPDATE {{claims}} SET number = number + 1 WHERE place = '{fifth}' AND number = 2")
        tamper(settings, request, f"UPDATE {{claims}} SET place = '{sixth}' WHERE stream = 'lesson/{LESSON}'")
        moved = cast("Lesson", school.lesson(LESSON)).facts[first].standing
        fourth = f"2026-09-07/{CLASS_A}/4"
        assert claim_findings(school, settings) == {
            ("claim_missing", first, f"place {third}"),
            ("claim_missing", moved, f"place {fourth}"),
            ("claim_differs", None, f"place {sixth}"),
            ("claim_differs", second, f"place {fifth}"),
        }


def test_an_audit_takes_a_correction_that_a_migration_counted_as_a_claim(
    settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    with School(settings) as school:
        prepare(school)
        record(school, LESSON)
        correct(school, {"topic": "Иное", "number": 3, "starts_at": "10:40", "ends_at": "11:25"})
        before, after = refilled(settings, request)
        assert (len(before), len(after)) == (1, 2)
        assert claim_findings(school, settings) == set()


def test_claims_are_mended_from_the_entries_and_a_lesson_that_was_kept_out_is_taken(
    settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    with School(settings) as school:
        record_three(school)
        sixth, fifth = (f"2026-09-07/{CLASS_A}/{number}" for number in (6, 5))
        tamper(settings, request, f"UPDATE {{claims}} SET place = '{sixth}' WHERE stream = 'lesson/{LESSON}'")
        tamper(settings, request, f"UPDATE {{claims}} SET number = 3 WHERE place = '{fifth}' AND number = 2")
        assert claim_findings(school, settings) != set()
        report = audit(school.ledger, environment=of_the_same_log(settings), unlatch=False)
        assert (report.passed, report.entries_hold) == (False, True), "a latch is lifted, and then claims are mended"
        log, replace = cast("Any", school.ledger), cast("Any", school.factory).replace_claims
        with pytest.raises(Conflict):
            replace({sixth: []}, log.head().size - 1)
        assert len(log.claimed(sixth)) == 1
        assert mend_claims(log, replace) == 3
        assert mend_claims(log, replace) == 0
        assert claim_findings(school, settings) == set()
    with School(of_the_same_log(settings)) as school:
        with pytest.raises(Refused, match="has a lesson under this number"):
            record(school, uid(1003), course=RUSSIAN_A)
        record(school, uid(1004), course=RUSSIAN_A, number=6)
        correct(school, None, uid(1002))
        record(school, uid(1005), course=HALVES[1], number=5)
