"""Planned substitutions: by the direction of the school, one of a place, a plan until the lesson is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.events import SubstitutionRecorded
from ledger.journal.substitution_plan_events import SubstitutionPlanned, SubstitutionPlanWithdrawn
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    MATHS_A,
    MONDAY,
    NOON,
    SETUP_AT,
    STAFF,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

EARLY = moscow("2026-09-07 07:30")
DIRECTOR = Actor(uid(12), "director")


def plan(**changes: Any) -> cmd.PlanSubstitution:
    """Maths in 5А on the first Monday, third in the day, by the second teacher."""
    fields: dict[str, Any] = {
        "course": MATHS_A,
        "held_on": MONDAY,
        "number": 3,
        "substitute": TEACHER_2.id,
        "reason": "ill",
        "basis": "приказ № 5",
        **changes,
    }
    return cmd.PlanSubstitution(**fields)


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


@pytest.mark.parametrize("actor", [DEPUTY, DIRECTOR, ADMIN])
def test_says_who_gives_the_lesson_for_whom(school: SmallSchool, actor: Actor) -> None:
    (event,) = school.do(plan(same_subject=False, coefficient=150), actor, EARLY)
    assert event == SubstitutionPlanned(
        held_on=MONDAY,
        number=3,
        absent_teacher=TEACHER.id,
        substitute=TEACHER_2.id,
        reason="ill",
        basis="приказ № 5",
        same_subject=False,
        coefficient=150,
    )


@pytest.mark.clause("R15", breaks="ledger.journal.teaching:planned_for")
def test_the_substitutes_lesson_has_what_was_planned_where_it_says_nothing(school: SmallSchool) -> None:
    school.do(plan(coefficient=150), DEPUTY, EARLY)
    _, substitution = school.do(lesson(), TEACHER_2, NOON)[:2]
    assert substitution == SubstitutionRecorded(
        absent_teacher=TEACHER.id, reason="ill", basis="приказ № 5", same_subject=True, coefficient=150
    )


def test_what_the_lesson_says_itself_stands(school: SmallSchool) -> None:
    school.do(plan(), DEPUTY, EARLY)
    own = cmd.NewSubstitution(reason="leave", basis="приказ № 6", same_subject=False)
    _, substitution = school.do(lesson(substitution=own), TEACHER_2, NOON)[:2]
    assert isinstance(substitution, SubstitutionRecorded)
    assert (substitution.reason, substitution.basis) == ("leave", "приказ № 6")


@pytest.mark.parametrize(
    ("given", "actor"),
    [(lesson(), TEACHER_3), (lesson(number=4, starts_at="11:40", ends_at="12:20"), TEACHER_2)],
    ids=["somebody else", "another place"],
)
def test_a_plan_speaks_for_its_substitute_and_its_place_alone(
    school: SmallSchool, given: cmd.RecordLesson, actor: Actor
) -> None:
    school.do(plan(), DEPUTY, EARLY)
    assert school.refuse(given, actor, NOON).rule == "substitution_not_recorded"


def test_the_responsible_teacher_may_give_the_lesson_all_the_same(school: SmallSchool) -> None:
    school.do(plan(), DEPUTY, EARLY)
    events = school.do(lesson(), TEACHER, NOON)
    assert not any(isinstance(event, SubstitutionRecorded) for event in events)


def test_a_plan_that_was_withdrawn_says_nothing(school: SmallSchool) -> None:
    index = school.index(plan(), DEPUTY, EARLY)
    withdrawal = cmd.WithdrawSubstitutionPlan(course=MATHS_A, corrects=index, basis="вышел")
    assert school.do(withdrawal, DIRECTOR, EARLY) == [SubstitutionPlanWithdrawn(corrects=index, basis="вышел")]
    assert school.refuse(lesson(), TEACHER_2, NOON).rule == "substitution_not_recorded"
    assert school.refuse(withdrawal, DEPUTY, EARLY).rule == "not_a_planned_substitution"


def test_a_place_has_one_plan_and_another_replaces_it(school: SmallSchool) -> None:
    index = school.index(plan(), DEPUTY, EARLY)
    assert school.refuse(plan(substitute=TEACHER_3.id), DEPUTY, EARLY).rule == "substitution_planned_already"
    refused = school.refuse(plan(number=4, replaces=index), DEPUTY, EARLY)
    assert (refused.rule, refused.where) == ("not_a_plan_of_this_place", "replaces")
    school.do(plan(substitute=TEACHER_3.id, replaces=index), DEPUTY, EARLY)
    assert school.refuse(lesson(), TEACHER_2, NOON).rule == "substitution_not_recorded"
    assert isinstance(school.do(lesson(), TEACHER_3, NOON)[1], SubstitutionRecorded)


@pytest.mark.clause("R06", breaks="ledger.journal.substitution_plans:check_duty_of")
def test_the_substitute_has_the_duty_where_duties_are_kept(school: SmallSchool) -> None:
    order: dict[str, Any] = {"order_number": "1", "order_date": "2026-08-28", "starts_on": "2026-09-01"}
    school.do(cmd.AssignDuty(person=TEACHER.id, duty="journal", **order), ADMIN, SETUP_AT)
    refused = school.refuse(plan(), DEPUTY, EARLY)
    assert (refused.rule, refused.where) == ("not_among_duties", "substitute")
    school.do(cmd.AssignDuty(person=TEACHER_2.id, duty="substitute", **order), ADMIN, SETUP_AT)
    assert school.do(plan(), DEPUTY, EARLY)


@pytest.mark.parametrize(
    ("changes", "actor", "now", "rule"),
    [
        ({}, TEACHER, EARLY, "role_not_allowed"),
        ({}, DEPUTY, moscow("2026-09-08 00:00"), "day_has_passed"),
        ({"substitute": TEACHER.id}, DEPUTY, EARLY, "substitutes_for_oneself"),
        ({"substitute": STAFF[0]}, DEPUTY, EARLY, "wrong_kind_of_person"),
        ({"number": 13}, DEPUTY, EARLY, "out_of_range"),
        ({"held_on": "2027-06-01"}, DEPUTY, EARLY, "outside_the_year"),
        ({"reason": "tired"}, DEPUTY, EARLY, "unknown_code"),
        ({"basis": ""}, DEPUTY, EARLY, "malformed_text"),
        ({"coefficient": 0}, DEPUTY, EARLY, "out_of_range"),
        ({"replaces": 3}, DEPUTY, EARLY, "not_a_plan_of_this_place"),
        ({"course": uid(999)}, DEPUTY, EARLY, "unknown_course"),
    ],
)
def test_refuses(school: SmallSchool, changes: dict[str, Any], actor: Actor, now: datetime, rule: str) -> None:
    assert school.refuse(plan(**changes), actor, now).rule == rule
