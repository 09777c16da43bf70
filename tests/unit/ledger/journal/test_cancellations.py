"""Lessons that are not held: cancelled, moved or merged, by the administration, once each."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.cancellation_events import CancellationWithdrawn, LessonCancelled, PlannedPlace
from ledger.journal.cancellations import Cancellations
from ledger.journal.decide import decide
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    MONDAY,
    NOON,
    TEACHER,
    SmallSchool,
    lesson,
    moscow,
    uid,
)


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def cancel(**changes: Any) -> cmd.CancelLesson:
    """The third lesson of Monday, maths in 5А, in quarantine."""
    fields: dict[str, Any] = {
        "course": MATHS_A,
        "held_on": MONDAY,
        "number": 3,
        "reason": "quarantine",
        "basis": "приказ № 9",
        **changes,
    }
    return cmd.CancelLesson(**fields)


def test_says_which_lesson_is_not_held_and_why(school: SmallSchool) -> None:
    assert school.do(cancel(), DEPUTY) == [
        LessonCancelled(held_on=MONDAY, number=3, reason="quarantine", basis="приказ № 9")
    ]


def test_says_where_it_is_held_instead(school: SmallSchool) -> None:
    moved = PlannedPlace(held_on="2026-09-08", number=0)
    (event,) = school.do(cancel(moved_to=moved), DEPUTY)
    assert isinstance(event, LessonCancelled)
    assert (event.moved_to, event.merged_with) == (moved, None)
    (event,) = school.do(cancel(number=4, merged_with=MATHS_B), DEPUTY)
    assert isinstance(event, LessonCancelled)
    assert event.merged_with == MATHS_B


def test_a_withdrawn_cancellation_makes_way_for_another(school: SmallSchool) -> None:
    index = school.index(cancel(), ADMIN)
    assert school.refuse(cancel(reason="other"), ADMIN).rule == "cancelled_already"
    withdraw = cmd.WithdrawCancellation(course=MATHS_A, corrects=index, basis="урок состоялся")
    assert school.do(withdraw, DEPUTY) == [CancellationWithdrawn(corrects=index, basis="урок состоялся")]
    assert school.refuse(withdraw, DEPUTY).rule == "not_a_cancellation"
    again = school.index(cancel(reason="other"), ADMIN)
    state = school.journal.find(f"cancellation/{MATHS_A}")
    assert isinstance(state, Cancellations)
    assert (state.version, [*state.standing]) == (3, [again])


def test_does_not_keep_the_lesson_from_being_recorded(school: SmallSchool) -> None:
    """What was held is recorded by the fact (2.1); the list of cancellations shows both."""
    school.do(cancel(), ADMIN)
    assert school.do(lesson())


def test_rests_on_the_courses_list_and_on_the_period(school: SmallSchool) -> None:
    reads = decide(cancel(), school.journal, DEPUTY, NOON).reads
    assert {stream.partition("/")[0] for stream in reads} == {"class", "year", "period"}
    school.close()
    late = moscow("2026-10-27 12:00")
    assert school.refuse(cancel(), DEPUTY, late).rule == "period_closed"


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"course": uid(999)}, "unknown_course", "course"),
        ({"held_on": "7.9.2026"}, "malformed_date", "held_on"),
        ({"held_on": "2026-08-31"}, "outside_the_year", "held_on"),
        ({"number": 13}, "out_of_range", "number"),
        ({"reason": "mood"}, "unknown_code", "reason"),
        ({"basis": ""}, "malformed_text", "basis"),
        ({"moved_to": PlannedPlace(held_on=MONDAY, number=3)}, "moved_nowhere", "moved_to"),
        ({"moved_to": PlannedPlace(held_on="2027-06-01", number=3)}, "outside_the_year", "moved_to.held_on"),
        ({"moved_to": PlannedPlace(held_on=MONDAY, number=-1)}, "out_of_range", "moved_to.number"),
        ({"merged_with": MATHS_A}, "merged_with_itself", "merged_with"),
        ({"merged_with": uid(999)}, "unknown_course", "merged_with"),
        (
            {"moved_to": PlannedPlace(held_on=MONDAY, number=4), "merged_with": MATHS_B},
            "moved_and_merged",
            "merged_with",
        ),
    ],
)
def test_refuses(school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
    refused = school.refuse(cancel(**changes), DEPUTY)
    assert (refused.rule, refused.where) == (rule, where)


def test_refuses_a_course_of_another_year_to_merge_with(school: SmallSchool) -> None:
    year, group, course = uid(3), uid(33), uid(53)
    for command in (
        cmd.OpenSchoolYear(year=year, title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31"),
        cmd.OpenClassGroup(class_group=group, year=year, grade=6, letter="А"),
        cmd.OpenCourse(
            course=course, class_group=group, year=year, subject="Музыка", teacher=TEACHER.id, starts_on="2027-09-01"
        ),
    ):
        school.do(command, ADMIN)
    assert school.refuse(cancel(merged_with=course), ADMIN).rule == "wrong_year"


def test_refuses_a_teacher(school: SmallSchool) -> None:
    assert school.refuse(cancel(), TEACHER).rule == "role_not_allowed"
    index = school.index(cancel(), ADMIN)
    withdraw = cmd.WithdrawCancellation(course=MATHS_A, corrects=index, basis="урок состоялся")
    assert school.refuse(withdraw, TEACHER).rule == "role_not_allowed"
