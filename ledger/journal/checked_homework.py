"""Homework that a work checks, and bad marks for homework that counts as not assigned (regulation 2.2.3, R21).

Homework that is not in the journal, or came into it after its day, counts as not assigned. Where the version of the
regulation in force on the day of its lesson says `refuse`, no bad mark for it is taken. The hour of 2.2.2 for homework
for the next day rests on when the students' last lesson ended, which views alone work out: here the day counts.
"""

from __future__ import annotations

from datetime import date, time
from typing import NamedTuple

from ledger.errors import LOG, Refused
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.deadlines.days import at_wall
from ledger.journal.deadlines.homework import counts_as_not_assigned, homework
from ledger.journal.deadlines.verdict import Entered, School, Version
from ledger.journal.events import HomeworkBody, LessonHeader
from ledger.journal.lesson import Lesson
from ledger.journal.plans import LessonPlan
from ledger.journal.regulation import Regulation, refuses_marks_for_unassigned
from ledger.journal.vocabulary import BAD_MARKS

_HOMEWORK = ("homework", "", "")


class CheckedHomework(NamedTuple):
    """What judges the homework checks of one lesson: its stream, its course, its day and its number there."""

    context: Context
    stream: str
    course: Course
    held_on: str
    number: int

    def check_named(self, kind: str, of_lesson: str | None, where: str) -> None:
        """Refuse a named lesson where no homework is checked, and one that is no other, earlier one of the course."""
        if of_lesson is None:
            return
        if kind != "homework_check":
            raise Refused("checks_no_homework", "only a homework check names a lesson", clause=LOG, where=where)
        found = self.context.find_if_any(Lesson, f"lesson/{of_lesson}")
        lesson = found if found is not None and found.course == self.course.id else None
        if lesson is None or lesson.stream == self.stream or lesson.held_on > self.held_on:
            raise Refused(
                "not_an_earlier_lesson", "not another lesson of this course, held until then", clause=LOG, where=where
            )

    def check_mark(self, value: str, kind: str, of_lesson: str | None, where: str) -> None:
        """Refuse a bad mark for homework that counts as not assigned, where the regulation says so (2.2.3)."""
        if kind != "homework_check" or value not in BAD_MARKS or not self._is_ever_refused():
            return
        lesson = self._named(of_lesson)
        if lesson is not None and _counts_as_not_assigned(lesson, self.context):
            raise Refused(
                "homework_not_assigned",
                "this homework was not entered in time and counts as not assigned",
                clause="2.2.3",
                where=where,
            )

    def _is_ever_refused(self) -> bool:
        """Tell whether any version refuses: most schools' do not, and then nothing else is looked at."""
        regulation = _regulation(self.context)
        return regulation is not None and any(
            refuses_marks_for_unassigned(version.event.parameters) for version in regulation.entries
        )

    def _named(self, of_lesson: str | None) -> Lesson | None:
        """Return the lesson whose homework is checked: the named one, or the last that was held before this one."""
        context = self.context
        if of_lesson is not None:
            return context.find(Lesson, "lesson", of_lesson, "of_lesson")
        found: tuple[tuple[str, int, int], Lesson] | None = None
        course = self.course
        for held_on, stream in context.books.subject_lessons([course.class_group], course.subject):
            # The later day wins, so most lessons need not be read.
            if stream == self.stream or held_on > self.held_on or (found is not None and held_on < found[0][0]):
                continue
            lesson = context.books.find(stream)
            if not isinstance(lesson, Lesson) or lesson.course != course.id or lesson.header is None:
                continue
            place = (held_on, lesson.header.number, lesson.lesson)
            if place[:2] < (self.held_on, self.number) and (found is None or place > found[0]):
                found = place, lesson
        context.expected_size = context.books.size
        return found[1] if found is not None else None


def _regulation(context: Context) -> Regulation | None:
    return context.find_if_any(Regulation, f"regulation/{context.books.school}")


def _counts_as_not_assigned(lesson: Lesson, context: Context) -> bool:
    """Tell whether a lesson's homework counts as not assigned, and the version of its day refuses marks for such.

    What stands nowhere is not assigned, though it might still be entered in time.
    """
    regulation, zone = _regulation(context), context.books.zone
    version = regulation.on(lesson.held_on) if regulation is not None else None
    if version is None or zone is None or not refuses_marks_for_unassigned(version.event.parameters):
        return False
    day = date.fromisoformat(lesson.held_on)
    in_force = Version(version.entry, day, version.event.parameters)
    first = lesson.slots.get(_HOMEWORK)
    body = lesson.facts[first].value if first is not None else None
    is_given = isinstance(body, HomeworkBody) and body.text != ""
    planned = _planned(lesson, context)
    if not is_given and (body is not None or planned is None):
        return True
    header = lesson.header
    begins = time.fromisoformat(header.starts_at if isinstance(header, LessonHeader) else "00:00")
    verdict = homework(
        day,
        None if first is None else _entered(lesson.posted.get(first, first), context),
        None,
        last_lesson_end=None,
        lesson_starts=at_wall(day, begins, zone),
        school=School(zone, (in_force,)),
        now=context.now,
        planned=None if planned is None else _entered(planned, context),
    )
    return counts_as_not_assigned(verdict, in_force)


def _entered(index: int, context: Context) -> Entered:
    return Entered(index, context.books.recorded_at(index))


def _planned(lesson: Lesson, context: Context) -> int | None:
    """Return the first entry of the plan that gave the lesson homework, as it stood when the lesson was recorded."""
    numbers = lesson.header.plan_items if lesson.header is not None else ()
    plan = context.find_if_any(LessonPlan, f"plan/{lesson.course}") if numbers else None
    if plan is None:
        return None
    entries = (plan.homework_before(number, lesson.lesson) for number in numbers)
    return min((entry for entry in entries if entry is not None), default=None)
