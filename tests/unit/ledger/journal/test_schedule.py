"""The schedule of works of a course: planned, moved, cancelled, and named by the work that is held (R22)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd, events as ev, schedule_events as se
from ledger.journal.commands import NewWork
from ledger.journal.schedule import Schedule
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    DEPUTY,
    LESSON,
    MATHS_A,
    MATHS_B,
    TEACHER,
    TEACHER_2,
    WORK,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

PLANNED, OTHER = uid(2100), uid(2101)
TEST = NewWork(work=WORK, kind="control_work", written=True, scheduled=PLANNED)


def plan(**changes: Any) -> cmd.ScheduleWork:
    """A control work in maths of 5А on the second Monday, third in the day."""
    fields: dict[str, Any] = {
        "course": MATHS_A,
        "scheduled": PLANNED,
        "planned_on": "2026-09-14",
        "kind": "control_work",
    }
    return cmd.ScheduleWork(**{**fields, "minutes": 45, "number": 3, **changes})


def move(corrects: int, **changes: Any) -> cmd.MoveScheduledWork:
    """It is planned for the next day instead."""
    fields: dict[str, Any] = {"course": MATHS_A, "corrects": corrects, "planned_on": "2026-09-15", "reason": "calendar"}
    return cmd.MoveScheduledWork(**{**fields, **changes})


def cancel(corrects: int, **changes: Any) -> cmd.CancelScheduledWork:
    """It is not done."""
    fields: dict[str, Any] = {"course": MATHS_A, "corrects": corrects, "reason": "load", "basis": "Записка № 3"}
    return cmd.CancelScheduledWork(**{**fields, **changes})


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


@pytest.mark.parametrize("actor", [TEACHER, DEPUTY])
def test_a_work_is_planned_moved_and_cancelled(school: SmallSchool, actor: Actor) -> None:
    first = school.index(plan(), actor)
    second = school.index(move(first), actor)
    assert school.do(cancel(second), actor) == [
        se.ScheduledWorkCancelled(corrects=second, reason="load", basis="Записка № 3")
    ]
    state = school.journal.find(f"schedule/{MATHS_A}")
    assert isinstance(state, Schedule)
    assert not state.standing
    assert state.ids == {PLANNED}


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"planned_on": "2026-08-31"}, "outside_the_year", "planned_on"),
        ({"planned_on": "14.09.2026"}, "malformed_date", "planned_on"),
        ({"minutes": 0}, "out_of_range", "minutes"),
        ({"minutes": 301}, "out_of_range", "minutes"),
        ({"number": 13}, "out_of_range", "number"),
        ({"scheduled": "1"}, "malformed_id", "scheduled"),
        ({"course": uid(59)}, "unknown_course", "course"),
    ],
)
def test_refuses_a_plan(school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
    refused = school.refuse(plan(**changes))
    assert (refused.rule, refused.where) == (rule, where)


def test_only_the_courses_teacher_and_the_administration_plan(school: SmallSchool) -> None:
    first = school.index(plan())
    for command in (plan(scheduled=OTHER), move(first), cancel(first)):
        assert school.refuse(command, TEACHER_2).rule == "not_the_teacher"


def test_an_id_is_planned_once_even_when_cancelled(school: SmallSchool) -> None:
    school.do(cancel(school.index(plan())))
    assert school.refuse(plan()).rule == "scheduled_exists"


def test_a_move_is_of_what_stands_and_goes_somewhere_else(school: SmallSchool) -> None:
    first = school.index(plan())
    assert school.refuse(move(first, planned_on="2026-09-14", number=3)).rule == "nothing_changes"
    assert school.refuse(move(first, reason="because")).rule == "unknown_code"
    assert school.refuse(move(first, basis="")).rule == "malformed_text"
    school.do(move(first))
    for again in (move(first), cancel(first)):
        assert school.refuse(again).rule == "not_a_scheduled_work"


def test_a_held_work_names_the_one_that_was_planned(school: SmallSchool) -> None:
    assert school.refuse(lesson(works=(TEST,))).rule == "not_scheduled"
    school.do(plan(course=MATHS_B))
    assert school.refuse(lesson(works=(TEST,))).where == "works[0].scheduled"
    entry = school.index(plan(scheduled=OTHER))
    held = msgspec.structs.replace(TEST, scheduled=OTHER)
    assert ev.WorkRecorded(work=WORK, kind="control_work", written=True, scheduled=OTHER) in school.do(
        lesson(works=(held,))
    )
    work = next(fact for fact in school.lesson().facts.values() if fact.what == "work")
    school.do(cancel(entry))
    same = {"kind": "control_work", "written": True, "weight": 200, "scheduled": OTHER}
    corrected = school.index(cmd.Correct(lesson=LESSON, corrects=work.standing, new=same, reason="typo"))
    wrong = {**same, "scheduled": PLANNED}
    assert school.refuse(cmd.Correct(lesson=LESSON, corrects=corrected, new=wrong, reason="typo")).rule == (
        "not_scheduled"
    )


def test_a_cancelled_one_is_not_held(school: SmallSchool) -> None:
    school.do(cancel(school.index(plan())))
    assert school.refuse(lesson(works=(TEST,)), now=moscow("2026-09-08 12:00")).rule == "not_scheduled"
