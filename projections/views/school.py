"""The school's set-up: people, years, periods, classes and rosters, courses and their teachers."""

from __future__ import annotations

from typing import Final, NamedTuple

import orjson

from ledger.journal.events import (
    ClassGroupListed,
    ClassGroupOpened,
    ClassTeacherAssigned,
    CourseOpened,
    PeriodDefined,
    PeriodListed,
    PersonRegistered,
    SchoolOpened,
    SchoolYearOpened,
    StudentEnrolled,
    StudentLeft,
    TeacherAssigned,
)
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Table


class SchoolRow(NamedTuple):
    """The school."""

    entry: int
    school: str
    name: str
    origin: str
    time_zone: str
    clock: str
    to_position: int = OPEN


class PersonRow(NamedTuple):
    """A person; `digests`: JSON array of the digests of what the vault discloses."""

    entry: int
    person: str
    kind: str
    digests: str
    to_position: int = OPEN


class YearRow(NamedTuple):
    """A school year."""

    entry: int
    year: str
    title: str
    starts_on: str
    ends_on: str
    to_position: int = OPEN


class PeriodRow(NamedTuple):
    """A reporting period; `grades`: JSON array of integers."""

    entry: int
    period: str
    year: str
    kind: str
    number: int
    grades: str
    starts_on: str
    ends_on: str
    to_position: int = OPEN


class ClassRow(NamedTuple):
    """A class group; `class_teacher`: whom it was opened with."""

    entry: int
    class_group: str
    year: str
    grade: int
    letter: str
    class_teacher: str | None
    to_position: int = OPEN


class ClassTeacherRow(NamedTuple):
    """A class that was handed over: its class teacher from `starts_on`."""

    entry: int
    class_group: str
    teacher: str
    starts_on: str
    to_position: int = OPEN


class EnrollmentRow(NamedTuple):
    """A student belongs to a class from `starts_on`."""

    entry: int
    class_group: str
    student: str
    starts_on: str
    to_position: int = OPEN


class LeavingRow(NamedTuple):
    """A student's last day in a class."""

    entry: int
    class_group: str
    student: str
    ends_on: str
    to_position: int = OPEN


class CourseRow(NamedTuple):
    """A course; `subgroup`: title of the part of the class that it teaches, None: all of it."""

    entry: int
    course: str
    class_group: str
    subject: str
    year: str
    subgroup: str | None
    to_position: int = OPEN


class AssignmentRow(NamedTuple):
    """The teacher responsible for a course from `starts_on`."""

    entry: int
    course: str
    teacher: str
    starts_on: str
    to_position: int = OPEN


SCHOOLS: Final = Table("schools", SchoolRow)
PERSONS: Final = Table("persons", PersonRow, (("person",),))
YEARS: Final = Table("years", YearRow)
PERIODS: Final = Table("periods", PeriodRow)
CLASSES: Final = Table("classes", ClassRow, (("class_group",),))
CLASS_TEACHERS: Final = Table("class_teachers", ClassTeacherRow, (("class_group",),))
ENROLLMENTS: Final = Table("enrollments", EnrollmentRow, (("class_group", "student"), ("student",)))
LEAVINGS: Final = Table("leavings", LeavingRow, (("class_group", "student"),))
COURSES: Final = Table("courses", CourseRow, (("course",), ("class_group",)))
ASSIGNMENTS: Final = Table("assignments", AssignmentRow, (("course",), ("teacher",)))


def _school_opened(event: SchoolOpened, entry: Entry) -> Operations:
    row = SchoolRow(entry.index, entry.stream_id, event.name, event.origin, event.time_zone, event.clock)
    return (row,)


def _person_registered(event: PersonRegistered, entry: Entry) -> Operations:
    return (PersonRow(entry.index, entry.stream_id, event.kind, orjson.dumps(event.sd).decode()),)


def _school_year_opened(event: SchoolYearOpened, entry: Entry) -> Operations:
    return (YearRow(entry.index, entry.stream_id, event.title, event.starts_on, event.ends_on),)


def _period_defined(event: PeriodDefined, entry: Entry) -> Operations:
    grades = orjson.dumps(event.grades).decode()
    row = PeriodRow(
        entry.index, entry.stream_id, event.year, event.kind, event.number, grades, event.starts_on, event.ends_on
    )
    return (row,)


def _listed(_event: PeriodListed | ClassGroupListed, _entry: Entry) -> Operations:
    """What the year lists has a row of its own that names the year."""
    return ()


def _class_group_opened(event: ClassGroupOpened, entry: Entry) -> Operations:
    row = ClassRow(entry.index, entry.stream_id, event.year, event.grade, event.letter, event.class_teacher)
    return (row,)


def _class_teacher_assigned(event: ClassTeacherAssigned, entry: Entry) -> Operations:
    return (ClassTeacherRow(entry.index, entry.stream_id, event.teacher, event.starts_on),)


def _student_enrolled(event: StudentEnrolled, entry: Entry) -> Operations:
    return (EnrollmentRow(entry.index, entry.stream_id, event.student, event.starts_on),)


def _student_left(event: StudentLeft, entry: Entry) -> Operations:
    return (LeavingRow(entry.index, entry.stream_id, event.student, event.ends_on),)


def _course_opened(event: CourseOpened, entry: Entry) -> Operations:
    row = CourseRow(entry.index, entry.stream_id, event.class_group, event.subject, event.year, event.subgroup)
    return (row,)


def _teacher_assigned(event: TeacherAssigned, entry: Entry) -> Operations:
    return (AssignmentRow(entry.index, entry.stream_id, event.teacher, event.starts_on),)


VIEW: Final = View(
    (SCHOOLS, PERSONS, YEARS, PERIODS, CLASSES, CLASS_TEACHERS, ENROLLMENTS, LEAVINGS, COURSES, ASSIGNMENTS),
    {
        SchoolOpened: _school_opened,
        PersonRegistered: _person_registered,
        SchoolYearOpened: _school_year_opened,
        PeriodListed: _listed,
        ClassGroupListed: _listed,
        PeriodDefined: _period_defined,
        ClassGroupOpened: _class_group_opened,
        ClassTeacherAssigned: _class_teacher_assigned,
        StudentEnrolled: _student_enrolled,
        StudentLeft: _student_left,
        CourseOpened: _course_opened,
        TeacherAssigned: _teacher_assigned,
    },
)
