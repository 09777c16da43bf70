"""A small school for tests: two classes of grade 5, two teachers, three courses, two quarters and the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledger.clock import find_zone
from ledger.errors import Refused
from ledger.journal import commands as cmd
from ledger.journal.events import Event, RegulationParameters
from ledger.journal.lesson import Lesson
from ledger.journal.memory import Journal
from ledger.wire.entry import Actor

Step = tuple[cmd.JournalCommand, Actor, datetime]


def uid(number: int) -> str:
    """A UUID that a reader recognises by its number."""
    return f"{number:08x}-0000-4000-8000-000000000000"


def moscow(text: str) -> datetime:
    """``2026-09-07 12:00`` by the wall clock in Moscow."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)


def digest(number: int) -> str:
    """Something with the form of a disclosure's digest."""
    return f"{number:042d}A"


SCHOOL, YEAR = uid(1), uid(2)
ADMIN = Actor(uid(10), "administrator")
DEPUTY = Actor(uid(11), "deputy")
DEPUTY_2 = Actor(uid(12), "deputy")
TEACHER = Actor(uid(20), "teacher")
TEACHER_2 = Actor(uid(21), "teacher")
TEACHER_3 = Actor(uid(22), "teacher")
STAFF = (uid(25), uid(26))
GUARDIANS = (uid(110), uid(111))
MOTHER = Actor(GUARDIANS[0], "guardian")
STUDENTS_A = tuple(uid(number) for number in range(100, 104))
STUDENTS_B = tuple(uid(number) for number in range(104, 106))
CLASS_A, CLASS_B = uid(30), uid(31)
QUARTER_1, QUARTER_2, WHOLE_YEAR = uid(40), uid(41), uid(42)
MATHS_A, RUSSIAN_A, MATHS_B = uid(50), uid(51), uid(52)
SETUP_AT = moscow("2026-08-28 10:00")
LESSON, WORK = uid(1000), uid(2000)
MONDAY = "2026-09-07"
NOON = moscow("2026-09-07 12:00")
AFTER_QUARTER = moscow("2026-10-26 09:00")
PARAMETERS = RegulationParameters(
    lesson_days=0,
    attendance_days=0,
    oral_mark_days=0,
    written_mark_days=7,
    homework_days=0,
    homework_after_last_lesson_minutes=60,
    planned_homework_is_exempt=True,
    unposted_homework_is_not_assigned=True,
    mark_for_unassigned_homework="flag",
    mark_for_absent="refuse",
    weekends_extend=False,
    holidays_extend=False,
    result_hours=24,
    notice_days=3,
    annual_refresh_until="09-05",
)


def setup_commands() -> list[Step]:
    """Everything up to the first lesson."""
    commands: list[cmd.JournalCommand] = [
        cmd.OpenSchool(
            school=SCHOOL, name="Школа", origin="letopis.example/school/test", time_zone="Europe/Moscow", clock="sample"
        ),
        cmd.OpenSchoolYear(year=YEAR, title="2026/27", starts_on="2026-09-01", ends_on="2027-05-31"),
    ]
    commands += [
        cmd.RegisterPerson(person=actor.id, kind="teacher", sd=(digest(1), digest(2)))
        for actor in (TEACHER, TEACHER_2, TEACHER_3)
    ]
    commands += [cmd.RegisterPerson(person=person, kind="staff", sd=()) for person in STAFF]
    commands += [cmd.RegisterPerson(person=person, kind="guardian", sd=(digest(4),)) for person in GUARDIANS]
    commands += [
        cmd.RegisterPerson(person=student, kind="student", sd=(digest(3),)) for student in STUDENTS_A + STUDENTS_B
    ]
    commands += [
        period(QUARTER_1, "quarter", 1, "2026-09-01", "2026-10-25"),
        period(QUARTER_2, "quarter", 2, "2026-11-05", "2026-12-29"),
        period(WHOLE_YEAR, "year", 1, "2026-09-01", "2027-05-31"),
        cmd.OpenClassGroup(class_group=CLASS_A, year=YEAR, grade=5, letter="А", class_teacher=TEACHER_3.id),
        cmd.OpenClassGroup(class_group=CLASS_B, year=YEAR, grade=5, letter="Б"),
    ]
    for group, students in ((CLASS_A, STUDENTS_A), (CLASS_B, STUDENTS_B)):
        commands += [cmd.EnrollStudent(class_group=group, student=one, starts_on="2026-09-01") for one in students]
    commands += [
        cmd.OpenCourse(
            course=course, class_group=group, year=YEAR, subject=subject, teacher=teacher.id, starts_on="2026-09-01"
        )
        for course, group, subject, teacher in (
            (MATHS_A, CLASS_A, "Математика", TEACHER),
            (RUSSIAN_A, CLASS_A, "Русский язык", TEACHER_2),
            (MATHS_B, CLASS_B, "Математика", TEACHER),
        )
    ]
    return [(command, ADMIN, SETUP_AT + timedelta(minutes=minute)) for minute, command in enumerate(commands)]


def period(id_: str, kind: Any, number: int, starts_on: str, ends_on: str, **changes: Any) -> cmd.DefinePeriod:
    """A period of grades 5 and 6 of the year."""
    fields: dict[str, Any] = {"year": YEAR, "grades": (5, 6), **changes}
    return cmd.DefinePeriod(period=id_, kind=kind, number=number, starts_on=starts_on, ends_on=ends_on, **fields)


def subgroup(
    course: str, title: str = "1", subject: str = "Английский язык", teacher: Actor = TEACHER
) -> cmd.OpenCourse:
    """A course of a part of 5А."""
    return cmd.OpenCourse(
        course=course,
        class_group=CLASS_A,
        year=YEAR,
        subject=subject,
        teacher=teacher.id,
        starts_on="2026-09-01",
        subgroup=title,
    )


def lesson(id_: str = LESSON, **changes: Any) -> cmd.RecordLesson:
    """Maths in 5А on the first Monday, third in the day."""
    fields: dict[str, Any] = {
        "course": MATHS_A,
        "held_on": MONDAY,
        "number": 3,
        "starts_at": "10:40",
        "ends_at": "11:25",
        "topic": "Десятичные дроби",
        **changes,
    }
    return cmd.RecordLesson(lesson=id_, **fields)


def answer(work: str = WORK) -> cmd.NewWork:
    """An oral answer as a work."""
    return cmd.NewWork(work=work, kind="answer", written=False)


def mark(student: str, value: str = "5", work: str = WORK) -> cmd.NewMark:
    """A mark for a work."""
    return cmd.NewMark(student=student, work=work, value=value)


class SmallSchool:
    """A journal with the set-up done, and short ways to try commands on it."""

    def __init__(self) -> None:
        self.journal = Journal(find_zone)
        for command, actor, now in setup_commands():
            self.journal.apply(command, actor, now)

    def do(self, command: cmd.JournalCommand, actor: Actor = TEACHER, now: datetime = NOON) -> list[Event]:
        """Apply a command; return its events."""
        return [event for _, _, event in self.journal.apply(command, actor, now)]

    def index(self, command: cmd.JournalCommand, actor: Actor = TEACHER, now: datetime = NOON) -> int:
        """Apply a command; return the index of its first entry."""
        before = self.journal.size
        self.do(command, actor, now)
        return before

    def refuse(self, command: cmd.JournalCommand, actor: Actor = TEACHER, now: datetime = NOON) -> Refused:
        """Apply a command that must be refused, and see that nothing changed; return the refusal."""
        size, states = self.journal.size, dict(self.journal.aggregates)
        with pytest.raises(Refused) as caught:
            self.journal.apply(command, actor, now)
        assert self.journal.size == size
        assert self.journal.aggregates == states
        return caught.value

    def lesson(self, id_: str = LESSON) -> Lesson:
        """The state of a lesson."""
        found = self.journal.find(f"lesson/{id_}")
        assert isinstance(found, Lesson)
        return found

    def close(self, period: str = QUARTER_1, now: datetime = AFTER_QUARTER) -> Event:
        """Close a period."""
        return self.do(cmd.ClosePeriod(period=period), ADMIN, now)[0]

    def reopen(self, period: str = QUARTER_1, now: datetime = AFTER_QUARTER) -> Event:
        """Open a closed period again, as the teacher asks and the administrator approves."""
        ask = cmd.RequestPeriodReopening(period=period, reason="not_recorded", basis="служебная записка № 5")
        request = self.index(ask, TEACHER, now)
        return self.do(cmd.ApprovePeriodReopening(period=period, request=request, basis="да"), ADMIN, now)[0]

    def reopen_journal(self, class_group: str, now: datetime) -> Event:
        """Open a class's closed journal again, as the teacher asks and the administrator approves."""
        ask = cmd.RequestJournalReopening(class_group=class_group, reason="inspection", basis="акт № 5")
        request = self.index(ask, TEACHER, now)
        answer = cmd.ApproveJournalReopening(class_group=class_group, request=request, basis="да")
        return self.do(answer, ADMIN, now)[0]
