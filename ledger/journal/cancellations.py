"""Lessons that are not held: cancelled, moved to another place, or merged into another course's.

All of a course are entries of one stream, `cancellation/<id of the course>`, so that nobody cancels a lesson twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.cancellation_events import CancellationWithdrawn, LessonCancelled, PlannedPlace
from ledger.journal.commands import CancelLesson, WithdrawCancellation
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup, check_journal_open
from ledger.journal.standing import StandingPlaces, evolve_standing, find_standing
from ledger.journal.teaching import LESSON_NUMBER_MAX
from ledger.journal.vocabulary import CANCELLATION_REASONS
from ledger.journal.year import SchoolYear, open_periods


class Cancellations(StandingPlaces[LessonCancelled], frozen=True, kw_only=True):
    """A course's cancellations that were not withdrawn, by the index of the entry."""


def evolve_cancellations(state: Cancellations | None, events: Iterable[Recorded]) -> Cancellations | None:
    """Apply events of a course's stream of cancellations."""
    return evolve_standing(Cancellations, LessonCancelled, CancellationWithdrawn, state, events)


def cancel_lesson(command: CancelLesson, context: Context) -> list[Planned]:
    """Say that a planned lesson is not held, and where it is held instead, if anywhere; while its period is open."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    course = context.settled(Course, "course", command.course, "course")
    group = context.find(ClassGroup, "class", course.class_group, "course")
    check_journal_open(group)
    year = context.settled(SchoolYear, "year", course.year, "course")
    _check_place(command.held_on, command.number, year, "")
    rules.check_code(command.reason, CANCELLATION_REASONS, "reason")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    _check_instead(command, course, year, context)
    open_periods(context, year, group.grade, command.held_on)
    stream = f"cancellation/{command.course}"
    known = context.find_if_any(Cancellations, stream)
    if known is not None and known.at(command.held_on, command.number) is not None:
        raise Refused("cancelled_already", "this lesson is cancelled already", clause=LOCAL_ACT, where="number")
    event = LessonCancelled(
        held_on=command.held_on,
        number=command.number,
        reason=command.reason,
        basis=command.basis,
        moved_to=command.moved_to,
        merged_with=command.merged_with,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def withdraw_cancellation(command: WithdrawCancellation, context: Context) -> list[Planned]:
    """Say that a lesson is held after all, or that its cancellation was entered wrongly."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    course = context.settled(Course, "course", command.course, "course")
    check_journal_open(context.find(ClassGroup, "class", course.class_group, "course"))
    no_such = Refused(
        "not_a_cancellation",
        "this index is not of a cancellation of this course that stands",
        clause="3.3",
        where="corrects",
    )
    stream = f"cancellation/{command.course}"
    known, _ = find_standing(Cancellations, stream, command.corrects, context, refusal=no_such)
    event = CancellationWithdrawn(corrects=command.corrects, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def _check_place(day: object, number: object, year: SchoolYear, where: str) -> None:
    """Judge where a lesson is planned: on a day of the year, at a place in it."""
    rules.check_date(day, where + "held_on")
    rules.check_within(str(day), year.starts_on, year.ends_on, where + "held_on")
    rules.check_integer(number, 0, LESSON_NUMBER_MAX, where + "number")


def _check_instead(command: CancelLesson, course: Course, year: SchoolYear, context: Context) -> None:
    """Judge what is held instead: the lesson elsewhere, or another course's of the same year, never both."""
    if command.moved_to is not None:
        if command.merged_with is not None:
            raise Refused("moved_and_merged", "a lesson is moved or merged, not both", clause=LOG, where="merged_with")
        _check_place(command.moved_to.held_on, command.moved_to.number, year, "moved_to.")
        if command.moved_to == PlannedPlace(held_on=command.held_on, number=command.number):
            raise Refused("moved_nowhere", "the lesson is moved to its own place", clause=LOG, where="moved_to")
    if command.merged_with is not None:
        other = context.settled(Course, "course", command.merged_with, "merged_with")
        if command.merged_with == command.course:
            raise Refused("merged_with_itself", "a course is merged with another one", clause=LOG, where="merged_with")
        if other.year != course.year:
            raise Refused("wrong_year", "the course belongs to another school year", clause=LOG, where="merged_with")
