"""A class that was handed over: from that day on the next class teacher has what is a class teacher's, and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.journal import commands as cmd
from ledger.journal.decide import decide
from ledger.journal.lesson_commands import NewAbsence
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    LESSON,
    NOON,
    STUDENTS_A,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    digest,
    lesson,
    moscow,
    uid,
)

BEFORE, AFTER = moscow("2026-09-09 23:59"), moscow("2026-09-10 00:00")
ABSENT = STUDENTS_A[0]


@pytest.fixture
def school() -> SmallSchool:
    """5А has TEACHER_3 for its class teacher, and TEACHER_2 from Thursday on."""
    made = SmallSchool()
    made.do(lesson(absences=(NewAbsence(student=ABSENT),)))
    made.do(cmd.AssignClassTeacher(class_group=CLASS_A, teacher=TEACHER_2.id, starts_on="2026-09-10"), ADMIN, NOON)
    return made


def absence_reason(school: SmallSchool) -> cmd.JournalCommand:
    (absence,) = (index for index, fact in school.lesson().facts.items() if fact.what == "absence")
    return cmd.SetAbsenceReason(lesson=LESSON, absence=absence, code="ill")


def certificate(_: SmallSchool) -> cmd.JournalCommand:
    days = {"starts_on": "2026-09-07", "ends_on": "2026-09-08"}
    return cmd.RecordCertificate(
        certificate=uid(3000), class_group=CLASS_A, student=ABSENT, code="ill", basis="справка", **days
    )


def check(_: SmallSchool) -> cmd.JournalCommand:
    return cmd.RecordControlCheck(
        class_group=CLASS_A, held_on="2026-09-08", from_date="2026-09-01", to_date="2026-09-08"
    )


def printed(_: SmallSchool) -> cmd.JournalCommand:
    return cmd.IssueSheet(
        sheet=uid(3100), kind="summary_sheet", class_group=CLASS_A, position=1, pages=1, content=digest(7)
    )


ACTS = (absence_reason, certificate, check, printed)


@pytest.mark.parametrize("act", ACTS)
def test_each_day_has_one_class_teacher(school: SmallSchool, act: Callable[[SmallSchool], cmd.JournalCommand]) -> None:
    command = act(school)
    for at, now, other in ((BEFORE, TEACHER_3, TEACHER_2), (AFTER, TEACHER_2, TEACHER_3)):
        # A reason is given by a lesson's teacher too.
        rule = "not_the_teacher" if act is absence_reason else "not_the_class_teacher"
        assert school.refuse(command, other, at).rule == rule
        assert decide(command, school.journal, now, at).events


@pytest.mark.parametrize("act", ACTS)
def test_what_a_class_teacher_does_rests_on_being_it(
    school: SmallSchool, act: Callable[[SmallSchool], cmd.JournalCommand]
) -> None:
    """Or a hand-over between the decision and its append would let another act."""
    assert f"class/{CLASS_A}" in decide(act(school), school.journal, TEACHER_2, AFTER).reads
