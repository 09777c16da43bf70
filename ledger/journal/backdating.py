"""What a set-up act changes of a closed period takes two people (regulation 1.2, 1.7, 3.3).

Who sets the journal up asks, with the terms; another, who directs, does it in their own name or refuses. Where no
closed period is touched one may act alone, however late: the register of what was back-dated lists it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, get_args

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import backdating_commands as cmd, rules
from ledger.journal.backdating_events import (
    ClassBackdatingRefused,
    ClassBackdatingRequested,
    CourseBackdatingRefused,
    CourseBackdatingRequested,
)
from ledger.journal.commands import (
    AssignClassTeacher,
    AssignTeacher,
    EnrollStudent,
    JoinSubgroup,
    LeaveSubgroup,
    WithdrawStudent,
)
from ledger.journal.context import Context
from ledger.journal.course import Course, assigned, joined, left
from ledger.journal.facts import check_second_person
from ledger.journal.recorded import Planned
from ledger.journal.roster import ClassGroup, class_handed_over, enrolled, withdrawn
from ledger.journal.vocabulary import ClassAct, CourseAct
from ledger.journal.year import BackdatingAsked, SchoolYear, is_closed_since

_CLAUSE: Final = "3.3"
_CLASS_ACTS: Final = frozenset(get_args(ClassAct))
_COURSE_ACTS: Final = frozenset(get_args(CourseAct))
_LAST_DAYS: Final = frozenset({"student_left", "subgroup_left"})
_FIELDS: Final = {"starts_on": "day", "ends_on": "day", "teacher": "person", "student": "person"}
"""Fields of acts, as a request for them has it."""
_DRY: Final = -1
"""Stands for a request that is being made: whether what it asks for could be done is judged before it is taken."""


def request_class_backdating(command: cmd.RequestClassBackdating, context: Context) -> list[Planned]:
    """Ask for a class teacher, an enrollment or a leaving inside a closed period (regulation 1.6, 1.7, 3.3)."""
    _check_asker(command, _CLASS_ACTS, context)
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    _check_not_waiting(group.backdatings, command.what, command.person, command.day)
    with _fields_of_a_request():
        _of_class(group.id, command.what, command.person, command.day, context, _DRY)
    _check_closed(group, command, context)
    who = "teacher" if command.what == "class_teacher_assigned" else "student"
    event = ClassBackdatingRequested(what=command.what, day=command.day, basis=command.basis, **{who: command.person})
    return [Planned(group.stream, group.version + 1, event)]


def approve_class_backdating(command: cmd.ApproveClassBackdating, context: Context) -> list[Planned]:
    """Do it, as a second person who directs; it must still be possible (regulation 3.3)."""
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    asked = _waiting(group.backdatings, command.request, context)
    return _of_class(group.id, asked.what, asked.person, asked.day, context, asked.entry)


def refuse_class_backdating(command: cmd.RefuseClassBackdating, context: Context) -> list[Planned]:
    """Answer with no, as a second person who directs (regulation 3.3)."""
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    asked = _waiting(group.backdatings, command.request, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    event = ClassBackdatingRefused(request=asked.entry, basis=command.basis)
    return [Planned(group.stream, group.version + 1, event)]


def request_course_backdating(command: cmd.RequestCourseBackdating, context: Context) -> list[Planned]:
    """Ask for a teacher, or for a stay in the subgroup or its end, inside a closed period (regulation 1.2, 3.3)."""
    _check_asker(command, _COURSE_ACTS, context)
    course = context.find(Course, "course", command.course, "course")
    _check_not_waiting(course.backdatings, command.what, command.person, command.day)
    with _fields_of_a_request():
        _of_course(course.id, command.what, command.person, command.day, context, _DRY)
    _check_closed(context.settled(ClassGroup, "class", course.class_group, "course"), command, context)
    who = "teacher" if command.what == "teacher_assigned" else "student"
    event = CourseBackdatingRequested(what=command.what, day=command.day, basis=command.basis, **{who: command.person})
    return [Planned(course.stream, course.version + 1, event)]


def approve_course_backdating(command: cmd.ApproveCourseBackdating, context: Context) -> list[Planned]:
    """Do it, as a second person who directs; it must still be possible (regulation 3.3)."""
    course = context.find(Course, "course", command.course, "course")
    asked = _waiting(course.backdatings, command.request, context)
    return _of_course(course.id, asked.what, asked.person, asked.day, context, asked.entry)


def refuse_course_backdating(command: cmd.RefuseCourseBackdating, context: Context) -> list[Planned]:
    """Answer with no, as a second person who directs (regulation 3.3)."""
    course = context.find(Course, "course", command.course, "course")
    asked = _waiting(course.backdatings, command.request, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    event = CourseBackdatingRefused(request=asked.entry, basis=command.basis)
    return [Planned(course.stream, course.version + 1, event)]


@contextmanager
def _fields_of_a_request() -> Iterator[None]:
    """Name the fields at fault as a request has them, not as the act does."""
    try:
        yield
    except Refused as error:
        error.where = _FIELDS.get(error.where, error.where)
        raise


def _of_class(group: str, what: str, person: str, day: str, context: Context, request: int) -> list[Planned]:
    if what == "class_teacher_assigned":
        command = AssignClassTeacher(class_group=group, teacher=person, starts_on=day)
        return class_handed_over(command, context, request)
    if what == "student_enrolled":
        return enrolled(EnrollStudent(class_group=group, student=person, starts_on=day), context, request)
    return withdrawn(WithdrawStudent(class_group=group, student=person, ends_on=day), context, request)


def _of_course(course: str, what: str, person: str, day: str, context: Context, request: int) -> list[Planned]:
    if what == "teacher_assigned":
        return assigned(AssignTeacher(course=course, teacher=person, starts_on=day), context, request)
    if what == "subgroup_joined":
        return joined(JoinSubgroup(course=course, student=person, starts_on=day), context, request)
    return left(LeaveSubgroup(course=course, student=person, ends_on=day), context, request)


def _check_asker(
    command: cmd.RequestClassBackdating | cmd.RequestCourseBackdating, acts: Collection[str], context: Context
) -> None:
    rules.check_role(context.actor, rules.LEADERSHIP, _CLAUSE)
    rules.check_code(command.what, acts, "what")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")


def _check_closed(
    group: ClassGroup, command: cmd.RequestClassBackdating | cmd.RequestCourseBackdating, context: Context
) -> None:
    """Refuse to ask for what one person may do alone."""
    first = rules.day_after(command.day) if command.what in _LAST_DAYS else command.day
    year = context.settled(SchoolYear, "year", group.year, "class_group")
    if not is_closed_since(context, year, group.grade, first):
        raise Refused(
            "not_backdated", "no closed period is changed by this: do it without a request", clause=_CLAUSE, where="day"
        )


def _check_not_waiting(waiting: Mapping[int, BackdatingAsked], what: str, person: str, day: str) -> None:
    for asked in waiting.values():
        if (asked.what, asked.person, asked.day) == (what, person, day):
            raise Refused(
                "backdating_waits",
                "a request for the same waits for its answer: {request}",
                clause=LOCAL_ACT,
                where="what",
                request=asked.entry,
            )


def _waiting(waiting: Mapping[int, BackdatingAsked], request: int, context: Context) -> BackdatingAsked:
    """Return a request that waits, if this actor may answer it: a second person who directs."""
    rules.check_role(context.actor, rules.DIRECTION, _CLAUSE)
    asked = waiting.get(request) if type(request) is int else None
    if asked is None:
        raise Refused("not_a_request", "no request here has this index and waits", clause=LOG, where="request")
    check_second_person(asked.people, context.actor, _CLAUSE)
    return asked
