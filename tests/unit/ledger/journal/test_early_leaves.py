"""Leaving before the lesson's end: recorded like lateness, beside it, and never of who was absent."""

from __future__ import annotations

import pytest

from ledger.journal import commands as cmd, events as ev
from ledger.journal.commands import NewAbsence, NewEarlyLeave, NewLateness
from tests.unit.ledger.journal.small_school import LESSON, STUDENTS_A, STUDENTS_B, SmallSchool, answer, lesson, mark

ANNA, BORIS = STUDENTS_A[:2]
LEFT = (NewEarlyLeave(student=ANNA, minutes=10),)
ABSENT = (NewAbsence(student=ANNA),)


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def test_a_student_may_be_late_and_leave_early_and_get_a_mark(school: SmallSchool) -> None:
    late = (NewLateness(student=ANNA, minutes=5),)
    events = school.do(lesson(lateness=late, early_leaves=LEFT, works=(answer(),), marks=(mark(ANNA),)))
    assert ev.EarlyLeaveRecorded(student=ANNA, minutes=10) in events
    assert len(events) == 5


def test_is_added_later_once(school: SmallSchool) -> None:
    school.do(lesson())
    more = cmd.AddToLesson(lesson=LESSON, early_leaves=LEFT)
    assert school.do(more) == [ev.EarlyLeaveRecorded(student=ANNA, minutes=10)]
    assert school.refuse(more).rule == "early_leave_stands"


@pytest.mark.parametrize("absence_first", [True, False])
def test_who_was_absent_did_not_leave_early(school: SmallSchool, absence_first: bool) -> None:
    parts = [cmd.AddToLesson(lesson=LESSON, absences=ABSENT), cmd.AddToLesson(lesson=LESSON, early_leaves=LEFT)]
    first, second = parts if absence_first else reversed(parts)
    school.do(lesson())
    school.do(first)
    refused = school.refuse(second)
    assert (refused.rule, refused.clause) == ("absent_and_left", "2.1")


@pytest.mark.parametrize(
    ("minutes", "student", "rule", "where"),
    [
        (0, ANNA, "out_of_range", "early_leaves[0].minutes"),
        (121, ANNA, "out_of_range", "early_leaves[0].minutes"),
        (5, STUDENTS_B[0], "not_enrolled", "early_leaves[0].student"),
    ],
)
def test_refuses(school: SmallSchool, minutes: int, student: str, rule: str, where: str) -> None:
    refused = school.refuse(lesson(early_leaves=(NewEarlyLeave(student=student, minutes=minutes),)))
    assert (refused.rule, refused.where) == (rule, where)


def test_is_corrected_and_annulled_like_lateness(school: SmallSchool) -> None:
    index = school.index(lesson(early_leaves=LEFT)) + 1
    corrected = school.index(cmd.Correct(lesson=LESSON, corrects=index, new=15, reason="typo"))
    (annulled,) = school.do(cmd.Correct(lesson=LESSON, corrects=corrected, new=None, reason="typo"))
    assert annulled == ev.EarlyLeaveAnnulled(corrects=corrected, old=15, new=None, reason="typo")
    school.do(cmd.AddToLesson(lesson=LESSON, absences=ABSENT))
    again = cmd.Correct(lesson=LESSON, corrects=corrected + 1, new=9, reason="typo")
    assert school.refuse(again).rule == "absent_and_left"


def test_keeps_a_lesson_from_being_annulled(school: SmallSchool) -> None:
    index = school.index(lesson(early_leaves=LEFT))
    assert school.refuse(cmd.Correct(lesson=LESSON, corrects=index, new=None, reason="typo")).rule == "lesson_not_empty"
