"""The small school with rules of assessment, and short ways to give marks and results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from ledger.journal import commands as cmd
from ledger.journal.events import Event
from ledger.journal.result_events import AssessmentRules
from ledger.journal.vocabulary import WorkKind
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    MATHS_A,
    MATHS_B,
    QUARTER_1,
    STUDENTS_A,
    TEACHER,
    WHOLE_YEAR,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

RULES = AssessmentRules(
    average="weighted",
    marks_min=3,
    five_from=460,
    four_from=360,
    three_from=260,
    period_marks_min=2,
    mean_up_from=50,
    final_from="mean_of_year_and_exam",
)
SHEET, YEAR_SHEET = uid(3000), uid(3001)
STUDENT = STUDENTS_A[0]
END = moscow("2027-05-28 12:00")
"""A moment at which all that the small school's year holds is over."""


def adopt_rules(day: str = "2026-09-01", **changes: Any) -> cmd.AdoptAssessmentRules:
    """Rules of assessment from a day on."""
    rules = msgspec.structs.replace(RULES, **changes)
    return cmd.AdoptAssessmentRules(order_number="21-о", order_date="2026-08-24", effective_from=day, rules=rules)


def result(student: str = STUDENT, value: str | None = None, **more: Any) -> cmd.NewResult:
    """A student's result."""
    return cmd.NewResult(student=student, value=value, **more)


def period_marks(
    *marks: cmd.NewResult, sheet: str = SHEET, period: str = QUARTER_1, course: str = MATHS_A
) -> cmd.RecordPeriodMarks:
    """Marks of maths in 5А for the first quarter; by default the first student's, as computed."""
    return cmd.RecordPeriodMarks(sheet=sheet, course=course, period=period, marks=marks or (result(),))


class GradedSchool(SmallSchool):
    """The small school from the first of September on, with its rules."""

    def __init__(self, **rules: Any) -> None:
        super().__init__()
        self.rule = self.index(adopt_rules(**rules), ADMIN)
        self.lessons = 0

    def give(
        self, day: str, value: str, weight: int | None = 100, *, student: str = STUDENT, course: str = MATHS_A,
        now: datetime | None = None, is_late: bool = False, kind: WorkKind = "answer",
    ) -> int:  # fmt: skip
        """Give a lesson with one work and one mark; return the mark's entry."""
        self.lessons += 1
        id_, work = uid(4000 + self.lessons), uid(5000 + self.lessons)
        new_work = cmd.NewWork(work=work, kind=kind, written=False, weight=weight)
        mark = cmd.NewMark(student=student, work=work, value=value)
        number = self.lessons % 12
        moment = now or moscow(f"{day} 12:00")
        if not is_late:
            self.do(
                lesson(id_, course=course, held_on=day, number=number, works=(new_work,), marks=(mark,)), now=moment
            )
            return self.journal.size - 1
        self.do(lesson(id_, course=course, held_on=day, number=number), now=moment)
        more = cmd.AddToLesson(lesson=id_, works=(new_work,), marks=(mark,))
        self.do(more, now=moscow("2026-10-12 12:00"))
        return self.journal.size - 1

    def move(self, student: str, day: str, last: str) -> None:
        """Move a student from 5А to 5Б."""
        self.do(cmd.WithdrawStudent(class_group=CLASS_A, student=student, ends_on=last), ADMIN)
        self.do(cmd.EnrollStudent(class_group=CLASS_B, student=student, starts_on=day), ADMIN)

    def grade(self, command: cmd.JournalCommand | None = None, actor: Actor = TEACHER) -> list[Event]:
        """Record results at the year's end; return their events without the sheet's opening."""
        events = self.do(command or period_marks(), actor, END)
        return [event for event in events if type(event).__name__ != "ResultSheetOpened"]

    def year_marks(self, *marks: cmd.NewResult) -> list[Event]:
        """Record the year's marks of maths in 5А."""
        return self.grade(period_marks(*marks, sheet=YEAR_SHEET, period=WHOLE_YEAR))


MATHS = {"А": MATHS_A, "Б": MATHS_B}
