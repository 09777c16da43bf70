from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd
from ledger.journal.events import (
    LessonHeader,
    LessonRecorded,
)
from ledger.journal.plan_events import LessonPlanAmended, LessonPlanContinued, LessonPlanImported, PlanItem, PlanTopic
from ledger.journal.plans import LessonPlan
from ledger.wire.canonical import LIMIT_BYTES
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    LESSON,
    MATHS_A,
    NOON,
    RUSSIAN_A,
    SETUP_AT,
    TEACHER,
    TEACHER_2,
    SmallSchool,
    lesson,
)

LATER = SETUP_AT + timedelta(days=5)
ITEMS = (
    PlanItem(number=1, topic="Десятичные дроби", hours=2, homework="§ 1", planned_on="2026-09-07"),
    PlanItem(number=2, topic="Проценты", hours=1),
)


def plan(items: tuple[PlanItem, ...] = ITEMS, course: str = MATHS_A) -> cmd.ImportPlan:
    return cmd.ImportPlan(course=course, title="Математика, 5А", items=items)


def amend(number: int, new: PlanTopic | None, **more: Any) -> cmd.AmendPlan:
    return cmd.AmendPlan(course=MATHS_A, number=number, new=new, reason="calendar", **more)


@pytest.fixture
def planned() -> SmallSchool:
    school = SmallSchool()
    school.do(plan(), TEACHER, LATER)
    return school


def state(school: SmallSchool) -> LessonPlan:
    found = school.journal.find(f"plan/{MATHS_A}")
    assert isinstance(found, LessonPlan)
    return found


def refuses(school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str, **by: Any) -> None:
    refused = school.refuse(command, by.get("actor", TEACHER), by.get("now", NOON))
    assert (refused.rule, refused.where) == (rule, where)


@pytest.mark.parametrize("actor", [TEACHER, ADMIN, DEPUTY])
def test_records_a_plan_by_the_courses_teacher_or_the_administration(actor: Any) -> None:
    school = SmallSchool()
    now = NOON if actor is TEACHER else LATER
    assert school.do(plan(), actor, now) == [LessonPlanImported(title="Математика, 5А", items=ITEMS)]
    refuses(school, plan(), "plan_exists", "course")


def test_another_teacher_plans_nothing_and_changes_nothing(planned: SmallSchool) -> None:
    refuses(planned, plan(course=RUSSIAN_A), "not_the_teacher", "")
    refuses(planned, amend(1, None), "not_the_teacher", "", actor=TEACHER_2)


def test_a_plan_too_long_for_an_entry_goes_on_in_the_next() -> None:
    items = tuple(PlanItem(number=n, topic="Ы" * 500, hours=1, homework="ы" * 4_000) for n in range(1, 401))
    school = SmallSchool()
    first, *rest = school.do(plan(items), TEACHER, NOON)
    assert {type(event) for event in rest} == {LessonPlanContinued}
    assert all(len(msgspec.json.encode(event)) < LIMIT_BYTES - 1_000 for event in (first, *rest))
    assert [*state(school).items] == [*range(1, 401)]


@pytest.mark.parametrize(
    ("items", "rule", "where"),
    [
        ((), "plan_length", "items"),
        (ITEMS[::-1], "plan_items_not_rising", "items"),
        ((ITEMS[0], ITEMS[0]), "plan_items_not_rising", "items"),
        ((PlanItem(number=1, topic="", hours=1),), "malformed_text", "items[0].topic"),
        ((PlanItem(number=1, topic="Т", hours=0),), "out_of_range", "items[0].hours"),
        ((PlanItem(number=1, topic="Т", hours=1, homework=" "),), "malformed_text", "items[0].homework"),
        ((PlanItem(number=1, topic="Т", hours=1, planned_on="1 мая"),), "malformed_date", "items[0].planned_on"),
        ((PlanItem(number=1_000, topic="Т", hours=1),), "out_of_range", "items"),
    ],
)
def test_refuses_items_that_are_none(items: tuple[PlanItem, ...], rule: str, where: str) -> None:
    refuses(SmallSchool(), plan(items), rule, where)


def test_an_amendment_says_what_stood(planned: SmallSchool) -> None:
    old = PlanTopic(topic="Проценты", hours=1)
    new = PlanTopic(topic="Проценты", hours=2)
    assert planned.do(amend(2, new, basis="приказ № 9")) == [
        LessonPlanAmended(number=2, old=old, new=new, reason="calendar", basis="приказ № 9")
    ]
    assert planned.do(amend(3, old)) == [LessonPlanAmended(number=3, old=None, new=old, reason="calendar")]
    assert planned.do(amend(2, None)) == [LessonPlanAmended(number=2, old=new, new=None, reason="calendar")]
    assert [*state(planned).items] == [1, 3]
    refuses(planned, amend(3, old), "nothing_changes", "new")
    refuses(planned, amend(9, None), "nothing_changes", "new")


def test_there_is_nothing_to_amend_without_a_plan() -> None:
    refuses(SmallSchool(), amend(1, None), "unknown_plan", "course")


def test_a_lesson_names_the_items_that_it_covers(planned: SmallSchool) -> None:
    recorded = planned.do(lesson(plan_items=(1, 2)))[0]
    assert isinstance(recorded, LessonRecorded)
    assert recorded.plan_items == (1, 2)
    header = LessonHeader(topic="Проценты", number=3, starts_at="10:40", ends_at="11:25", plan_items=(2,))
    corrects = planned.lesson().lesson
    planned.do(cmd.Correct(lesson=LESSON, corrects=corrects, new=header, reason="wrong_column"))
    assert planned.lesson().header == header


@pytest.mark.parametrize(
    ("items", "rule"),
    [((3,), "unknown_plan_item"), ((2, 1), "plan_items_not_rising"), (tuple(range(1, 22)), "plan_length")],
)
def test_refuses_items_that_the_plan_does_not_have(planned: SmallSchool, items: tuple[int, ...], rule: str) -> None:
    refuses(planned, lesson(plan_items=items), rule, "plan_items")
    planned.do(lesson())
    header = LessonHeader(topic="Т", number=3, starts_at="10:40", ends_at="11:25", plan_items=items)
    wrong = cmd.Correct(lesson=LESSON, corrects=planned.lesson().lesson, new=header, reason="wrong_column")
    refuses(planned, wrong, rule, "new.plan_items")


def test_an_item_that_was_taken_out_is_covered_no_more(planned: SmallSchool) -> None:
    planned.do(amend(2, None))
    refuses(planned, lesson(plan_items=(2,)), "unknown_plan_item", "plan_items")


def test_a_course_without_a_plan_has_no_items() -> None:
    refuses(SmallSchool(), lesson(plan_items=(1,)), "unknown_plan", "plan_items")
