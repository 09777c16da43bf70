"""Homework: on the day of the lesson, or within an hour of the students' last one (regulation 2.2.2, 2.2.3, 2.4.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from ledger.journal.deadlines.days import DAY
from ledger.journal.deadlines.verdict import (
    Entered,
    Reading,
    School,
    Term,
    Verdict,
    Version,
    days_term,
    exempt,
    judge,
    unjudged,
)


def homework_term(
    held_on: date, due_on: date | None, last_lesson_end: datetime | None, version: Version, school: School
) -> tuple[Term, tuple[Reading, ...]]:
    """Return until when homework is entered, and how that was read.

    Always within the days of 2.2.2, first sentence (R18). Homework for the next calendar day is also entered within the
    minutes after the end of these students' last lesson (second sentence, R19), and the earlier of the two is the end
    of the term. From Friday to Monday is no eve. Where the end of the last lesson is not known, the first sentence
    alone is applied, and the reading says so. Homework without a due date is not for the next day.
    """
    parameters = version.parameters
    term = days_term(held_on, parameters.homework_days, version, school)
    if due_on is None or due_on - held_on != DAY:
        return term, ()
    if last_lesson_end is None:
        return term, ("due_next_day", "last_lesson_end_unknown")
    return earlier(term, eve_term(last_lesson_end, version)), ("due_next_day",)


def eve_term(last_lesson_end: datetime, version: Version) -> Term:
    """Return until when the second sentence of 2.2.2 has homework for the next day entered."""
    return Term.after(last_lesson_end, timedelta(minutes=version.parameters.homework_after_last_lesson_minutes))


def earlier(term: Term, other: Term) -> Term:
    """Return the one of two terms that ends first; the first of them where both do at once."""
    return other if other.late_from < term.late_from else term


def homework(
    held_on: date,
    entered: Entered | None,
    due_on: date | None,
    *,
    last_lesson_end: datetime | None,
    lesson_starts: datetime,
    school: School,
    now: datetime,
    planned: Entered | None = None,
    is_day_planned: bool = True,
    cited: Collection[int] = (),
) -> Verdict:
    """Judge the homework of a lesson (R18, R19; regulation 2.2.2, 2.4.2).

    An explicit "none" is homework entered. Homework that the lesson plan had before the lesson began is exempt where
    the version in force says so; a plan that was entered later exempts nothing. `due_on` is what stands now, also
    where it was corrected. What is missing is judged by the first sentence, since nobody knows for when it was meant.

    Args:
        held_on: the day of the lesson.
        entered: the homework that stands; None where none was entered, or it was annulled.
        due_on: for when it is.
        last_lesson_end: when the last lesson of these students ended that day; of a subgroup, the latest among its
            students. None: not known.
        lesson_starts: when this lesson began.
        school: what it judges by.
        now: as of when.
        planned: the entry of a lesson plan that has homework for this lesson.
        is_day_planned: whether a timetable says which lessons the students had that day; else `last_lesson_end` is of
            the recorded ones alone, and the verdict says so.
        cited: entries that `last_lesson_end` and `lesson_starts` were taken from.
    """
    version = school.version_on(held_on)
    if version is None:
        return unjudged("homework", entered, cited)
    basis = [version.entry, *cited]
    also: tuple[Reading, ...] = ()
    if planned is not None and version.parameters.planned_homework_is_exempt:
        basis += planned.entries
        if planned.at < lesson_starts:
            return exempt("homework", "planned_homework", entered, basis)
        also = ("planned_too_late",)
    term, readings = homework_term(held_on, due_on if entered else None, last_lesson_end, version, school)
    if "due_next_day" in readings and last_lesson_end is not None and not is_day_planned:
        also += ("recorded_lessons_alone",)
    return judge("homework", term, entered, now, basis, (*readings, *also))


def counts_as_not_assigned(verdict: Verdict, version: Version | None) -> bool:
    """Tell whether homework counts as not assigned (R21; regulation 2.2.3): late or missing, where the version says so.

    Without a version in force nothing says so.
    """
    if version is None or not version.parameters.unposted_homework_is_not_assigned:
        return False
    return verdict.status in {"late", "missing"}
