"""A real school of two years with an archive of each: the first is corrected after it was handed over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from api.auth import Identity
from api.founding import init_school
from api.retention import PERSON
from api.schools import OpenSchool, open_school
from api.settings import Layout, SchoolFile
from ledger.journal import commands as cmd
from ledger.vault.disclosure import make_disclosure
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.graded_school import RULES
from tests.unit.ledger.journal.small_school import ADMIN, STUDENTS_A, TEACHER, moscow, uid

ORIGIN = "letopis.example/school/two-years"
FIRST_YEAR, SECOND_YEAR = "2022/23", "2023/24"
STUDENTS = STUDENTS_A[:2]
_PEOPLE = {TEACHER.id: "Кузнецова", STUDENTS[0]: "Авдеева", STUDENTS[1]: "Борисов"}


@dataclass
class TwoYears:
    """What is recorded, and where.

    Attributes:
        classes, courses: of each year, in order.
        mark, result: entries of the first year that the second corrects.
    """

    school: OpenSchool
    at: datetime = field(default_factory=lambda: moscow("2022-08-28 10:00"))
    made: int = 500
    classes: list[str] = field(default_factory=list)
    courses: list[str] = field(default_factory=list)
    lessons: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    mark: int = 0
    result: int = 0

    def do(self, command: cmd.JournalCommand, actor: Actor = ADMIN) -> int:
        """Record a command a minute after the last one; return its first entry."""
        self.at += timedelta(minutes=1)
        return self.school.execute(command, actor, at=self.at).first_index

    def id(self) -> str:
        self.made += 1
        return uid(self.made)

    def found(self) -> None:
        """Open the school, register its people, adopt its rules."""
        self.do(cmd.OpenSchool(school=uid(1), name="Школа", origin=ORIGIN, time_zone="Europe/Moscow", clock="sample"))
        for person, family_name in _PEOPLE.items():
            disclosure = make_disclosure("family_name", family_name)
            self.school.vault.keep(person, PERSON, [disclosure.text])
            kind = "teacher" if person == TEACHER.id else "student"
            self.do(cmd.RegisterPerson(person=person, kind=kind, sd=(disclosure.digest,)))  # type: ignore[arg-type]
        rules = cmd.AdoptAssessmentRules(
            order_number="21-о", order_date="2022-08-24", effective_from="2022-09-01", rules=RULES
        )
        self.do(rules)

    def year(self, title: str, grade: int) -> None:
        """Open a year with a class and a course, hold a lesson with a mark of each, record the year's marks."""
        first = int(title[:4])
        self.at = max(self.at, moscow(f"{first}-08-29 10:00"))
        year, group, course, period = self.id(), self.id(), self.id(), self.id()
        begins, ends = f"{first}-09-01", f"{first + 1}-05-31"
        self.do(cmd.OpenSchoolYear(year=year, title=title, starts_on=begins, ends_on=ends))
        self.do(
            cmd.DefinePeriod(
                period=period, year=year, kind="quarter", number=1, grades=(grade,), starts_on=begins, ends_on=ends
            )
        )
        self.do(cmd.OpenClassGroup(class_group=group, year=year, grade=grade, letter="А"))
        for student in STUDENTS:
            self.do(cmd.EnrollStudent(class_group=group, student=student, starts_on=begins))
        opened = cmd.OpenCourse(
            course=course, class_group=group, year=year, subject="Алгебра", teacher=TEACHER.id, starts_on=begins
        )
        self.do(opened)
        for day in range(1, 4):
            self._lesson(course, f"{first}-09-{day + 7:02d}")
        self.at = max(self.at, moscow(f"{first + 1}-05-28 10:00"))
        sheet = self.id()
        marks = tuple(cmd.NewResult(student=student) for student in STUDENTS)
        self.result = self.do(cmd.RecordPeriodMarks(sheet=sheet, course=course, period=period, marks=marks), TEACHER)
        self.result += 1
        self.classes.append(group)
        self.courses.append(course)
        self.sheets.append(sheet)

    def _lesson(self, course: str, day: str) -> None:
        self.at = max(self.at, moscow(f"{day} 12:00"))
        lesson, work = self.id(), self.id()
        recorded = cmd.RecordLesson(
            lesson=lesson,
            course=course,
            held_on=day,
            number=3,
            starts_at="10:40",
            ends_at="11:25",
            topic="Дроби",
            works=(cmd.NewWork(work=work, kind="answer", written=False),),
            marks=tuple(cmd.NewMark(student=student, work=work, value="4") for student in STUDENTS),
        )
        first = self.do(recorded, TEACHER)
        self.lessons.append(lesson)
        self.mark = first + 2

    def correct(self, lesson: str, entry: int, value: str) -> int:
        """Correct a mark, whenever it was recorded."""
        change = cmd.Correct(lesson=lesson, corrects=entry, new=value, reason="rechecked")
        return self.do(change, TEACHER)

    def correct_result(self, sheet: str, entry: int, value: str) -> int:
        """Correct a period's mark, whenever it was recorded."""
        return self.do(cmd.CorrectResult(sheet=sheet, corrects=entry, new=value, reason="appeal"), TEACHER)


@contextmanager
def two_years(folder: Path, database: Literal["sqlite", "postgresql"] = "sqlite") -> Iterator[TwoYears]:
    """A school with its first year recorded."""
    identity = Identity(ADMIN.id, "administrator", "sample", "Администратор")
    file = SchoolFile(origin=ORIGIN, code="two-years", clock="sample", database=database)
    init_school(Layout(folder), file, [identity])
    with open_school(folder, background=False) as school:
        made = TwoYears(school)
        made.found()
        made.year(FIRST_YEAR, 8)
        yield made
