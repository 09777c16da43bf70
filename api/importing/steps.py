"""The steps of an import: each makes one command once the ids of the things before it are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from api.importing.values import ClassName
from ledger.journal import commands as cmd
from ledger.journal.plan_events import PlanItem
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import Duty, PeriodKind, PersonKind, Relation, Weeks

Ids = Mapping[str, str]
"""What a step refers to -> its id; the references are made by the functions below."""


def year_ref(title: str) -> str:
    """Return what steps call a school year."""
    return f"year:{title}"


def person_ref(code: str) -> str:
    """Return what steps call a person."""
    return f"person:{code}"


def class_ref(name: ClassName) -> str:
    """Return what steps call a class."""
    return f"class:{name}"


def course_ref(name: ClassName, subject: str, subgroup: str | None = None) -> str:
    """Return what steps call a course."""
    return f"course:{name}:{subject}:{subgroup or ''}"


def bells_ref(title: str) -> str:
    """Return what steps call a bell schedule."""
    return f"bells:{title}"


@dataclass(frozen=True, slots=True)
class Step:
    """Base of all steps.

    Attributes:
        key: idempotency key: the file's digest, the row's line, and what is done.
        file, line: the row that asks for it.
        makes: kind of the stream that it makes; empty where it writes to one that is there.
    """

    makes: ClassVar[str] = ""

    key: str
    file: str
    line: int

    @property
    def ref(self) -> str:
        """What later steps call the new thing."""
        return ""

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:
        """Return the command; `new_id` is for what it makes, `digests` are of the disclosures kept for it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class NewYear(Step):
    """A school year."""

    makes: ClassVar[str] = "year"

    title: str
    starts_on: str
    ends_on: str

    @property
    def ref(self) -> str:  # noqa: D102 -- as in Step
        return year_ref(self.title)

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.OpenSchoolYear(year=new_id, title=self.title, starts_on=self.starts_on, ends_on=self.ends_on)


@dataclass(frozen=True, slots=True)
class NewPeriod(Step):
    """A reporting period."""

    makes: ClassVar[str] = "period"

    year: str
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.DefinePeriod(
            period=new_id,
            year=ids[year_ref(self.year)],
            kind=self.kind,
            number=self.number,
            grades=self.grades,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


@dataclass(frozen=True, slots=True)
class NewPerson(Step):
    """A person; `values` go to the vault. Its repr shows nothing personal."""

    makes: ClassVar[str] = "person"

    code: str
    kind: PersonKind
    values: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"NewPerson({self.file}:{self.line})"

    @property
    def ref(self) -> str:  # noqa: D102 -- as in Step
        return person_ref(self.code)

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.RegisterPerson(person=new_id, kind=self.kind, sd=digests)


@dataclass(frozen=True, slots=True)
class NewClass(Step):
    """A class group; `class_teacher` is a code."""

    makes: ClassVar[str] = "class"

    year: str
    name: ClassName
    class_teacher: str | None

    @property
    def ref(self) -> str:  # noqa: D102 -- as in Step
        return class_ref(self.name)

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.OpenClassGroup(
            class_group=new_id,
            year=ids[year_ref(self.year)],
            grade=self.name.grade,
            letter=self.name.letter,
            class_teacher=None if self.class_teacher is None else ids[person_ref(self.class_teacher)],
        )


@dataclass(frozen=True, slots=True)
class NewClassTeacher(Step):
    """Who is a class's teacher from a day on; `class_teacher` is a code."""

    name: ClassName
    class_teacher: str
    starts_on: str

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.AssignClassTeacher(
            class_group=ids[class_ref(self.name)], teacher=ids[person_ref(self.class_teacher)], starts_on=self.starts_on
        )


@dataclass(frozen=True, slots=True)
class NewEnrollment(Step):
    """A student's place in a class."""

    name: ClassName
    student: str
    starts_on: str

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.EnrollStudent(
            class_group=ids[class_ref(self.name)], student=ids[person_ref(self.student)], starts_on=self.starts_on
        )


@dataclass(frozen=True, slots=True)
class NewLink(Step):
    """A guardian of a student; both are codes."""

    student: str
    guardian: str
    relation: Relation

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.LinkGuardian(
            person=ids[person_ref(self.student)], guardian=ids[person_ref(self.guardian)], relation=self.relation
        )


@dataclass(frozen=True, slots=True)
class NewCourse(Step):
    """A course with its teacher."""

    makes: ClassVar[str] = "course"

    year: str
    name: ClassName
    subject: str
    teacher: str
    starts_on: str
    subgroup: str | None = None

    @property
    def ref(self) -> str:  # noqa: D102 -- as in Step
        return course_ref(self.name, self.subject, self.subgroup)

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.OpenCourse(
            course=new_id,
            class_group=ids[class_ref(self.name)],
            year=ids[year_ref(self.year)],
            subject=self.subject,
            teacher=ids[person_ref(self.teacher)],
            starts_on=self.starts_on,
            subgroup=self.subgroup,
        )


@dataclass(frozen=True, slots=True)
class NewMember(Step):
    """A student's place in a subgroup."""

    name: ClassName
    subject: str
    subgroup: str
    student: str
    starts_on: str

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.JoinSubgroup(
            course=ids[course_ref(self.name, self.subject, self.subgroup)],
            student=ids[person_ref(self.student)],
            starts_on=self.starts_on,
        )


@dataclass(frozen=True, slots=True)
class NewPlan(Step):
    """A course's lesson plan."""

    name: ClassName
    subject: str
    subgroup: str | None
    items: tuple[PlanItem, ...]

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        course = ids[course_ref(self.name, self.subject, self.subgroup)]
        return cmd.ImportPlan(course=course, title=f"{self.subject}, {self.name}", items=self.items)


@dataclass(frozen=True, slots=True)
class NewTeacher(Step):
    """Another teacher for a course that the journal has."""

    name: ClassName
    subject: str
    teacher: str
    starts_on: str
    subgroup: str | None = None

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.AssignTeacher(
            course=ids[course_ref(self.name, self.subject, self.subgroup)],
            teacher=ids[person_ref(self.teacher)],
            starts_on=self.starts_on,
        )


@dataclass(frozen=True, slots=True)
class NewBells(Step):
    """A version of a bell schedule, which it makes where there is none of this title."""

    makes: ClassVar[str] = "bells"

    title: str
    starts_on: str
    lessons: tuple[Bell, ...]

    @property
    def ref(self) -> str:  # noqa: D102 -- as in Step
        return bells_ref(self.title)

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.SetBellSchedule(
            bells=ids.get(self.ref, new_id), title=self.title, effective_from=self.starts_on, lessons=self.lessons
        )


@dataclass(frozen=True, slots=True)
class NewDays(Step):
    """An entry of the year's calendar: days off, or with `as_weekday` a day that is taught as this weekday."""

    year: str
    starts_on: str
    ends_on: str
    title: str
    grades: tuple[int, ...]
    as_weekday: int | None

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        year = ids[year_ref(self.year)]
        if self.as_weekday is not None:
            return cmd.DeclareSchoolDay(year=year, on=self.starts_on, as_weekday=self.as_weekday, grades=self.grades)
        return cmd.DeclareDaysOff(
            year=year, starts_on=self.starts_on, ends_on=self.ends_on, title=self.title, grades=self.grades
        )


@dataclass(frozen=True, slots=True)
class NewDuty(Step):
    """A teacher's duty by an order."""

    teacher: str
    duty: Duty
    order_number: str
    order_date: str
    starts_on: str

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.AssignDuty(
            person=ids[person_ref(self.teacher)],
            duty=self.duty,
            order_number=self.order_number,
            order_date=self.order_date,
            starts_on=self.starts_on,
        )


class PlannedLesson(NamedTuple):
    """A lesson of a class's week; its course by subject and subgroup."""

    weekday: int
    number: int
    subject: str
    subgroup: str | None
    weeks: Weeks


@dataclass(frozen=True, slots=True)
class NewTimetable(Step):
    """A class's week from a day on; `bells` is a title."""

    name: ClassName
    starts_on: str
    bells: str
    lessons: tuple[PlannedLesson, ...]

    def command(self, ids: Ids, new_id: str, digests: tuple[str, ...]) -> cmd.JournalCommand:  # noqa: ARG002, D102
        return cmd.SetTimetable(
            class_group=ids[class_ref(self.name)],
            effective_from=self.starts_on,
            bells=ids[bells_ref(self.bells)],
            lessons=week_of(self.name, self.lessons, ids),
        )


def week_of(name: ClassName, lessons: Sequence[PlannedLesson], ids: Ids) -> tuple[TimetableLesson, ...]:
    """Return a class's lessons as the journal has them: by weekday, number and course."""
    made = (
        TimetableLesson(
            course=ids[course_ref(name, lesson.subject, lesson.subgroup)],
            weekday=lesson.weekday,
            number=lesson.number,
            weeks=lesson.weeks,
        )
        for lesson in lessons
    )
    return tuple(sorted(made, key=lambda lesson: (lesson.weekday, lesson.number, lesson.course)))
