"""Courses: a class group × subject × year, with one responsible teacher on each day (regulation 1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import AssignTeacher, OpenCourse
from ledger.journal.context import Context
from ledger.journal.events import CourseOpened, TeacherAssigned
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.year import SchoolYear


class Assignment(NamedTuple):
    """The responsible teacher from `starts_on` on, until the next assignment."""

    starts_on: str
    teacher: str


class Course(Aggregate, frozen=True, kw_only=True):
    """A course; `assignments` are in order of their days."""

    class_group: str
    subject: str
    year: str
    assignments: tuple[Assignment, ...] = ()

    def teacher_on(self, day: str) -> str | None:
        """Return the responsible teacher on this day, or None before the first assignment."""
        for assignment in reversed(self.assignments):
            if assignment.starts_on <= day:
                return assignment.teacher
        return None


def evolve_course(state: Course | None, events: Iterable[Recorded]) -> Course | None:
    """Apply events of a course's stream."""
    for event in events:
        data = event.data
        if type(data) is CourseOpened:
            state = Course(
                stream=event.originator_id,
                version=event.originator_version,
                class_group=data.class_group,
                subject=data.subject,
                year=data.year,
            )
        elif type(data) is TeacherAssigned and state is not None:
            assignments = (*state.assignments, Assignment(data.starts_on, data.teacher))
            state = msgspec.structs.replace(state, version=event.originator_version, assignments=assignments)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this course")
    return state


def open_course(command: OpenCourse, context: Context) -> list[Planned]:
    """Open a course with its responsible teacher: two entries of one command."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.2")
    rules.check_id(command.course, "course")
    rules.check_line(command.subject, rules.TITLE_LENGTH_MAX, "subject")
    rules.check_date(command.starts_on, "starts_on")
    group = context.settled(ClassGroup, "class", command.class_group, "class_group")
    if group.year != command.year:
        raise Refused("wrong_year", "the class belongs to another school year", clause=LOG, where="year")
    year = context.settled(SchoolYear, "year", command.year, "year")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    check_person(context, command.teacher, "teacher", "teacher")
    stream = f"course/{command.course}"
    context.check_new(stream, "course")
    opened = CourseOpened(class_group=command.class_group, subject=command.subject, year=command.year)
    assigned = TeacherAssigned(teacher=command.teacher, starts_on=command.starts_on)
    return [Planned(stream, 1, opened), Planned(stream, 2, assigned)]


def assign_teacher(command: AssignTeacher, context: Context) -> list[Planned]:
    """Make another teacher responsible from a day on; days of assignments only grow, so there is one at a time."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.2")
    rules.check_date(command.starts_on, "starts_on")
    course = context.find(Course, "course", command.course, "course")
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    check_person(context, command.teacher, "teacher", "teacher")
    last = course.assignments[-1]
    if command.starts_on <= last.starts_on:
        raise Refused(
            "assignment_not_later", "an assignment starts after the one before it", clause="1.2", where="starts_on"
        )
    if command.teacher == last.teacher:
        raise Refused("same_teacher", "this teacher is responsible already", clause="1.2", where="teacher")
    event = TeacherAssigned(teacher=command.teacher, starts_on=command.starts_on)
    return [Planned(course.stream, course.version + 1, event)]
