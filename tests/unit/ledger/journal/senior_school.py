"""A school of two years, of grades 10 and 11, with final marks over both; all is recorded at the end of the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from ledger.clock import find_zone
from ledger.errors import Refused
from ledger.journal import commands as cmd
from ledger.journal.events import Event
from ledger.journal.memory import Journal
from ledger.journal.result_events import FinalMarkRecorded, FinalOverYears, RenamedSubject
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.graded_school import RULES
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, SCHOOL, STUDENTS_A, TEACHER, digest, moscow, uid

HISTORY = "История"
STUDENT = STUDENTS_A[0]
END = moscow("2027-05-28 12:00")
YEARS = {10: uid(201), 11: uid(202)}
CLASSES = {10: uid(210), 11: uid(211)}
FIRST_DAYS = {10: "2025-09-01", 11: "2026-09-01"}
LAST_DAYS = {10: "2026-05-31", 11: "2027-05-31"}
SOURCE = "приказ Минпросвещения России от 05.10.2020 № 546, п. 5.3"
OVER = FinalOverYears(first_grade=10, grades=(10, 11), marks=("half_year", "year"), source=SOURCE)


def over_years(renamed: Mapping[str, str] | None = None, **changes: Any) -> FinalOverYears:
    """The order's rule; `renamed`: earlier title -> the subject's now."""
    listed = tuple(RenamedSubject(title=title, was=was) for was, title in sorted((renamed or {}).items()))
    return msgspec.structs.replace(OVER, renamed=listed, **changes)


class SeniorSchool:
    """A journal with both years, classes and periods; `came`: the student's first day, which may be in either."""

    def __init__(self, over: FinalOverYears | None = OVER, *, came: str = FIRST_DAYS[10], **rules: Any) -> None:
        self.journal = Journal(find_zone)
        self.courses: dict[tuple[str, str], str] = {}
        self.sheets: dict[tuple[str, int], str] = {}
        self.made = 300
        self.do(
            cmd.OpenSchool(
                school=SCHOOL,
                name="Школа",
                origin="letopis.example/school/test",
                time_zone="Europe/Moscow",
                clock="sample",
            )
        )
        self.do(cmd.RegisterPerson(person=TEACHER.id, kind="teacher", sd=(digest(1),)))
        for student in STUDENTS_A:
            self.do(cmd.RegisterPerson(person=student, kind="student", sd=(digest(2),)))
        wanted = msgspec.structs.replace(RULES, final_over_years=over, **rules)
        self.rule = self.journal.size
        self.do(
            cmd.AdoptAssessmentRules(
                order_number="21-о", order_date="2024-08-24", effective_from="2024-09-01", rules=wanted
            )
        )
        for grade in (10, 11):
            self.open(grade, YEARS[grade], CLASSES[grade], FIRST_DAYS[grade], LAST_DAYS[grade])
            if came <= LAST_DAYS[grade]:
                self.enroll(CLASSES[grade], max(came, FIRST_DAYS[grade]))

    def id(self) -> str:
        self.made += 1
        return uid(self.made)

    def do(self, command: cmd.JournalCommand, actor: Actor = ADMIN) -> list[Event]:
        """Apply a command; return its events."""
        return [event for _, _, event in self.journal.apply(command, actor, END)]

    def refuse(self, command: cmd.JournalCommand, actor: Actor = TEACHER) -> Refused:
        """Apply a command that must be refused; return the refusal."""
        with pytest.raises(Refused) as caught:
            self.do(command, actor)
        return caught.value

    def open(self, grade: int, year: str, group: str, first: str, last: str) -> None:
        """Open a year with one class, its half-years and the year."""
        self.do(cmd.OpenSchoolYear(year=year, title="год", starts_on=first, ends_on=last))
        half = max(first, f"{last[:4]}-01-10")
        spans = (("half_year", 1, first, half), ("half_year", 2, f"{last[:4]}-01-11", last))
        for kind, number, begins, ends in (*spans, ("year", 1, first, last)):
            self.do(
                cmd.DefinePeriod(
                    period=self.id(), year=year, kind=kind, number=number, grades=(10, 11), starts_on=begins, ends_on=ends  # type: ignore[arg-type]
                )
            )  # fmt: skip
        self.do(cmd.OpenClassGroup(class_group=group, year=year, grade=grade, letter="А"))

    def enroll(self, group: str, day: str, student: str = STUDENT) -> None:
        """Enroll the student."""
        self.do(cmd.EnrollStudent(class_group=group, student=student, starts_on=day))

    def course(self, grade: int, subject: str = HISTORY, *, group: str | None = None, **more: Any) -> str:
        """Return the course of a subject in the class of a grade, opened once."""
        of = group or CLASSES[grade]
        known: Any = self.journal.find(f"class/{of}")
        key = (of, f"{subject}{more}")
        if key not in self.courses:
            course = self.courses[key] = self.id()
            year: Any = self.journal.find(f"year/{known.year}")
            self.do(
                cmd.OpenCourse(
                    course=course,
                    class_group=of,
                    year=known.year,
                    subject=subject,
                    teacher=TEACHER.id,
                    starts_on=year.starts_on,
                    **more,
                )
            )
        return self.courses[key]

    def give(self, course: str, values: Sequence[str], student: str = STUDENT) -> list[int]:
        """Record marks of both half-years and the year; empty: none. Returns the entries of the digits."""
        entries = []
        for number, value in enumerate(values):
            if value:
                self.record(course, number, value, student)
                entries += [self.journal.size - 1] if value.isdigit() else []
        return entries

    def record(self, course: str, number: int, value: str, student: str = STUDENT) -> str:
        """Record a mark of the period of this number, 2: the year, whatever the rules compute; return its sheet."""
        of: Any = self.journal.find(f"course/{course}")
        year: Any = self.journal.find(f"year/{of.year}")
        sheet = self.sheets.setdefault((course, number), self.id())

        def command(reason: Any) -> cmd.RecordPeriodMarks:
            mark = cmd.NewResult(student=student, value=value, reason=reason)
            return cmd.RecordPeriodMarks(sheet=sheet, course=course, period=year.periods[number], marks=(mark,))

        try:
            self.do(command(None), TEACHER)
        except Refused:
            self.do(command("transferred"), TEACHER)
        return sheet

    def year_sheet(self, course: str) -> str:
        """The year's sheet of a course, opened by another student's mark where there is none yet."""
        if (course, 2) not in self.sheets:
            of: Any = self.journal.find(f"course/{course}")
            group: Any = self.journal.find(f"class/{of.class_group}")
            if STUDENTS_A[3] not in group.roster:
                year: Any = self.journal.find(f"year/{of.year}")
                self.enroll(group.id, year.starts_on, STUDENTS_A[3])
            self.record(course, 2, "na", STUDENTS_A[3])
        return self.sheets[course, 2]

    def examine(self, course: str, value: str) -> None:
        """Record an examination in the year's sheet."""
        taken = cmd.NewExamResult(student=STUDENT, value=value)
        self.do(
            cmd.RecordExamResults(
                sheet=self.year_sheet(course), protocol="Протокол № 2", obtained_at="2027-05-27T12:00", results=(taken,)
            ),
            DEPUTY,
        )

    def final(self, course: str, student: str = STUDENT, **more: Any) -> cmd.RecordFinalMarks:
        """The command that records the final mark, as computed or with `value` and `reason`."""
        mark = cmd.NewResult(student=student, **more)
        return cmd.RecordFinalMarks(sheet=self.year_sheet(course), marks=(mark,))

    def finish(self, course: str, student: str = STUDENT, **more: Any) -> FinalMarkRecorded:
        """Record the final mark; return its event."""
        (event,) = self.do(self.final(course, student, **more), TEACHER)
        assert isinstance(event, FinalMarkRecorded)
        return event
