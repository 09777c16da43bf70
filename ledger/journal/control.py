"""Checks of a class's journal and remarks to its teachers (regulation 1.6).

The class teacher controls the own class. The clause names nobody else; the administration controls every class, since
the school answers for all of them (1.3, 1.4).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import CloseRemark, RaiseRemark, RecordControlCheck
from ledger.journal.context import Context
from ledger.journal.control_events import ControlCheckRecorded, RemarkClosed, RemarkRaised
from ledger.journal.course import Course
from ledger.journal.lesson import Lesson
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.teaching import today
from ledger.journal.vocabulary import REMARK_ABOUT, REMARK_CLOSINGS


class Control(Aggregate, frozen=True, kw_only=True):
    """The checks of a class's journal: indexes of their entries."""

    checks: frozenset[int] = frozenset()


class Remark(Aggregate, frozen=True, kw_only=True):
    """A remark: to whom, by whom, and whether a person closed it."""

    class_group: str
    to: str
    raised_by: str
    is_closed: bool = False


def evolve_control(state: Control | None, events: Iterable[Recorded]) -> Control | None:
    """Apply events of a class's control."""
    for event in events:
        if type(event.data) is not ControlCheckRecorded:
            raise TypeError(f"{type(event.data).__name__} is no check")
        checks = (state.checks if state else frozenset()) | {event.index}
        state = Control(stream=event.originator_id, version=event.originator_version, checks=checks)
    return state


def evolve_remark(state: Remark | None, events: Iterable[Recorded]) -> Remark | None:
    """Apply events of a remark's stream."""
    for event in events:
        data = event.data
        if type(data) is RemarkRaised:
            state = Remark(
                stream=event.originator_id,
                version=event.originator_version,
                class_group=data.class_group,
                to=data.to,
                raised_by=event.actor.id,
            )
        elif type(data) is RemarkClosed and state is not None:
            state = msgspec.structs.replace(state, version=event.originator_version, is_closed=True)
        else:
            raise TypeError(f"{type(data).__name__} is no event of a remark")
    return state


def record_check(command: RecordControlCheck, context: Context) -> list[Planned]:
    """Record that the journal of a class was looked through (regulation 1.6)."""
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    _check_controls(context, group)
    rules.check_past_day(command.held_on, context.now, context.books.zone, "held_on")
    rules.check_date(command.from_date, "from_date")
    rules.check_date(command.to_date, "to_date")
    if not command.from_date <= command.to_date <= command.held_on:
        raise Refused("empty_range", "a check is of days gone by, first and last", clause=LOG, where="to_date")
    event = ControlCheckRecorded(
        held_on=command.held_on, from_date=command.from_date, to_date=command.to_date, sd=rules.noted(command.note)
    )
    stream = f"control/{command.class_group}"
    known = context.books.find(stream)
    return [Planned(stream, known.version + 1 if known else 1, event)]


def raise_remark(command: RaiseRemark, context: Context) -> list[Planned]:
    """Raise a remark to a teacher of the class (regulation 1.6)."""
    rules.check_id(command.remark, "remark")
    rules.check_code(command.about, REMARK_ABOUT, "about")
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    _check_controls(context, group)
    check_person(context, command.to, "teacher", "to")
    _check_place(command, context)
    if command.about == "other" and command.note is None:
        raise Refused("note_missing", "a remark about something else says what", clause="1.6", where="note")
    if command.check is not None:
        known = context.books.find(f"control/{command.class_group}")
        if not isinstance(known, Control) or command.check not in known.checks:
            raise Refused("not_a_check", "this class has no check at that index", clause=LOG, where="check")
    stream = f"remark/{command.remark}"
    context.check_new(stream, "remark")
    event = RemarkRaised(
        class_group=command.class_group,
        to=command.to,
        about=command.about,
        course=command.course,
        lesson=command.lesson,
        held_on=command.held_on,
        check=command.check,
        sd=rules.noted(command.note),
    )
    return [Planned(stream, 1, event)]


def close_remark(command: CloseRemark, context: Context) -> list[Planned]:
    """Close a remark: who was told answers it, who raised it withdraws it, the administration does both (1.6)."""
    rules.check_code(command.how, REMARK_CLOSINGS, "how")
    remark = context.find(Remark, "remark", command.remark, "remark")
    if remark.is_closed:
        raise Refused("remark_closed", "this remark is closed already", clause="1.6", where="remark")
    usual = remark.to if command.how == "answered" else remark.raised_by
    if context.actor.id != usual:
        rules.check_role(context.actor, rules.ADMINISTRATION, "1.6")
    event = RemarkClosed(how=command.how, sd=rules.noted(command.note))
    return [Planned(remark.stream, remark.version + 1, event)]


def _check_controls(context: Context, group: ClassGroup) -> None:
    """Refuse who controls the journal of this class neither as its class teacher nor for the school (1.6)."""
    if context.actor.role in rules.ADMINISTRATION or context.actor.id == group.class_teacher_on(today(context)):
        return
    raise Refused("not_the_class_teacher", "the class teacher or the administration", clause="1.6", where="actor.id")


def _check_place(command: RaiseRemark, context: Context) -> None:
    """Refuse a course of another class, a lesson of another course, and a day where there is a lesson (events.md).

    What is another's and what is nobody's are refused alike: a teacher is not told which of them it is.
    """
    if command.course is not None:
        course = context.find_if_any(Course, f"course/{command.course}")
        if course is None or course.class_group != command.class_group:
            raise Refused("wrong_class", "this class has no such course", clause=LOG, where="course")
    if command.lesson is not None:
        lesson = context.find_if_any(Lesson, f"lesson/{command.lesson}")
        if lesson is None or lesson.course != command.course:
            raise Refused("wrong_course", "this course has no such lesson", clause=LOG, where="lesson")
    if command.held_on is not None:
        rules.check_past_day(command.held_on, context.now, context.books.zone, "held_on")
        if command.course is None or command.lesson is not None:
            raise Refused(
                "day_not_needed", "a day is that of a course's lesson nobody recorded", clause=LOG, where="held_on"
            )
