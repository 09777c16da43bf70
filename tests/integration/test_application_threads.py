"""Many at once: no entry slips into a closed period, and the closing commits to all that was there."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.application import School
from ledger.errors import Conflict, Refused
from ledger.journal import commands as cmd
from ledger.log import Receipt
from ledger.wire.entry import Actor, parse_entry
from tests.integration.application_settings import BACKENDS, fresh_settings
from tests.properties.journal_oracle import Item, check_log
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    LESSON,
    MATHS_A,
    MATHS_B,
    NOON,
    QUARTER_1,
    RUSSIAN_A,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    answer,
    lesson,
    mark,
    setup_commands,
    uid,
)

WRITERS = ((MATHS_A, TEACHER, STUDENTS_A[0]), (RUSSIAN_A, TEACHER_2, STUDENTS_A[1]), (MATHS_B, TEACHER, STUDENTS_B[0]))
LESSONS_BEFORE_THE_CLOSE = 12
LESSONS_MAX = 320


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    return fresh_settings(request.param, tmp_path, request)


def record_until_closed(
    school: School, writer: int, enough: threading.Event, course: str, actor: Actor, student: str
) -> int:
    """Record lessons and add marks to them until the period is closed; return how many were recorded."""
    for number in range(LESSONS_MAX):
        if number == LESSONS_BEFORE_THE_CLOSE:
            enough.set()
        lesson_id, work = uid(10_000 * (writer + 1) + number), uid(1_000_000 * (writer + 1) + number)
        try:
            recorded = lesson(lesson_id, course=course, works=(answer(work),), **place(writer, number))
            school.execute(recorded, actor=actor, at=AFTER_QUARTER)
            more = cmd.AddToLesson(lesson=lesson_id, marks=(mark(student, "4", work),))
            school.execute(more, actor=actor, at=AFTER_QUARTER)
        except Refused as refused:
            if refused.rule != "period_closed":
                raise
            return number
    raise AssertionError("the period was not closed in time")


def place(writer: int, number: int) -> dict[str, Any]:
    """A place of the first quarter that nobody else takes: each writer has six numbers of every day."""
    day = date(2026, 9, 1) + timedelta(days=number // 6 % 54)
    return {"held_on": day.isoformat(), "number": number % 6 + 1 + 6 * (writer % 2)}


def close(school: School, enough: threading.Event) -> Receipt:
    assert enough.wait(60)
    return school.execute(cmd.ClosePeriod(period=QUARTER_1), actor=ADMIN, at=AFTER_QUARTER)


def test_nothing_enters_a_period_while_it_is_closed(settings: dict[str, str]) -> None:
    enough = threading.Event()
    with School(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for command, actor, at in setup_commands():
            here.execute(command, actor=actor, at=at)
        with ThreadPoolExecutor(4) as pool:
            writers = [
                pool.submit(record_until_closed, (here, there)[number % 2], number, enough, *writer)
                for number, writer in enumerate(WRITERS)
            ]
            closing = pool.submit(close, there, enough).result(120)
            counts = [writer.result(120) for writer in writers]
        assert max(counts) >= LESSONS_BEFORE_THE_CLOSE
        log = recorded_items(here)
        assert (log[closing.first_index].type, log[closing.first_index].position) == (
            "period_closed",
            closing.first_index,
        )
        assert log[closing.first_index].data["streams"] > LESSONS_BEFORE_THE_CLOSE
        check_log(log)


def test_one_of_many_marks_in_the_same_cell_stands(settings: dict[str, str]) -> None:
    with School(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for command, actor, at in setup_commands():
            here.execute(command, actor=actor, at=at)
        here.execute(lesson(works=(answer(),)), actor=TEACHER, at=NOON)

        def set_mark(number: int) -> str:
            command = cmd.AddToLesson(lesson=LESSON, marks=(mark(STUDENTS_A[0], "2345"[number % 4]),))
            try:
                (here, there)[number % 2].execute(command, actor=TEACHER, at=NOON)
            except Refused as refused:
                return refused.rule
            except Conflict:
                return "conflict"
            return "recorded"

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(set_mark, range(8)))
        assert sorted(answers) == ["mark_stands"] * 7 + ["recorded"]
        check_log(recorded_items(here))


def test_a_repeat_that_comes_at_the_same_time_gets_the_same_receipt(settings: dict[str, str]) -> None:
    with School(settings) as here, School({**settings, "LETOPIS_CREATE": "n"}) as there:
        for command, actor, at in setup_commands():
            here.execute(command, actor=actor, at=at)

        def record(number: int) -> Receipt:
            return (here, there)[number % 2].execute(lesson(), actor=TEACHER, key="one", at=NOON)

        with ThreadPoolExecutor(4) as pool:
            receipts = set(pool.map(record, range(8)))
        assert len(receipts) == 1
        assert [item.type for item in recorded_items(here)].count("lesson_recorded") == 1


def recorded_items(school: School) -> list[Item]:
    """The log as the oracle reads it."""
    entries = [parse_entry(raw) for raw in school.ledger.entries()]
    return [
        Item(entry.index, entry.stream, entry.version, entry.type.partition("/")[0], entry.data, entry.actor.id)
        for entry in entries
    ]
