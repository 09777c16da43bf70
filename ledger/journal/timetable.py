"""Timetables: the week of a class group from a day on; all of a class are in its stream `timetable/<class group>`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.bells import BellSchedule
from ledger.journal.calendar import WEEKDAY_MAX
from ledger.journal.commands import SetTimetable
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.in_force import Dated, evolve_dated, follow
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.setup_backdating import check_setup, check_setup_role
from ledger.journal.teaching import LESSON_NUMBER_MAX
from ledger.journal.timetable_events import TimetableLesson, TimetableSet
from ledger.journal.vocabulary import WEEKS
from ledger.journal.year import SchoolYear

LESSONS_MAX: Final = 300
"""Lessons of a class's week; each takes some hundred bytes of an entry that has 65,535."""


class Timetable(Dated[TimetableSet], frozen=True, kw_only=True):
    """The weeks of a class group in order of their first days."""


def evolve_timetable(state: Timetable | None, events: Iterable[Recorded]) -> Timetable | None:
    """Apply events of a timetable's stream."""
    return evolve_dated(Timetable, "effective_from", TimetableSet, state, events)


def set_timetable(command: SetTimetable, context: Context) -> list[Planned]:
    """Set a class's week from a day of its year on, never before an earlier one's, with courses of that class alone.

    A week that was entered wrongly is followed by another one from the same day.
    """
    check_setup_role(command.request, context, "1.3")
    rules.check_date(command.effective_from, "effective_from")
    group = context.settled(ClassGroup, "class", command.class_group, "class_group")
    year = context.settled(SchoolYear, "year", group.year, "class_group")
    rules.check_within(command.effective_from, year.starts_on, year.ends_on, "effective_from")
    _check_week(command.lessons)
    _check_courses(command, context)
    _check_rung(command, context)
    check_setup(
        "timetable_set",
        command.class_group,
        command.effective_from,
        command.request,
        context,
        class_group=command.class_group,
    )
    event = TimetableSet(
        effective_from=command.effective_from, bells=command.bells, lessons=command.lessons, request=command.request
    )
    return follow(
        Timetable,
        f"timetable/{command.class_group}",
        event.effective_from,
        event,
        context,
        earlier=Refused(
            "timetable_not_later",
            "a timetable begins on the day of the one before it, or later",
            clause=LOCAL_ACT,
            where="effective_from",
        ),
        same=Refused("same_timetable", "this timetable is recorded already", clause=LOCAL_ACT),
    )


def _check_week(lessons: tuple[TimetableLesson, ...]) -> None:
    """Judge places, and that they rise: one course stands in one place of the week once."""
    if len(lessons) > LESSONS_MAX:
        raise Refused(
            "out_of_range", "not at most {lessons_max} lessons", clause=LOG, where="lessons", lessons_max=LESSONS_MAX
        )
    before: tuple[int, int, str] | None = None
    for position, lesson in enumerate(lessons):
        where = f"lessons[{position}]."
        rules.check_integer(lesson.weekday, 1, WEEKDAY_MAX, where + "weekday")
        rules.check_integer(lesson.number, 0, LESSON_NUMBER_MAX, where + "number")
        rules.check_code(lesson.weeks, WEEKS, where + "weeks")
        place = (lesson.weekday, lesson.number, lesson.course)
        if before is not None and place <= before:
            raise Refused(
                "timetable_not_in_order",
                "lessons are in order of weekday, number and course, and none stands there twice",
                clause=LOG,
                where=where + "number",
            )
        before = place


def _check_courses(command: SetTimetable, context: Context) -> None:
    """Refuse a course of another class, and two in one place that are not both of subgroups; neither ever changes."""
    before: list[tuple[TimetableLesson, Course]] = []
    for position, lesson in enumerate(command.lessons):
        where = f"lessons[{position}].course"
        course = context.settled(Course, "course", lesson.course, where)
        if course.class_group != command.class_group:
            raise Refused("course_of_another_class", "this course is of another class", clause=LOCAL_ACT, where=where)
        before = [one for one in before if (one[0].weekday, one[0].number) == (lesson.weekday, lesson.number)]
        if any(_collide(lesson, other) and None in (course.subgroup, of.subgroup) for other, of in before):
            raise Refused(
                "timetable_place_taken",
                "the class has another lesson in this place of the same week; subgroups alone stand side by side",
                clause="2.1",
                where=where,
            )
        before.append((lesson, course))


def _collide(one: TimetableLesson, other: TimetableLesson) -> bool:
    """Tell whether two lessons of one weekday and number are ever held in the same week."""
    return "every" in (one.weeks, other.weeks) or one.weeks == other.weeks


def _check_rung(command: SetTimetable, context: Context) -> None:
    """Refuse a lesson that the bells of the first day do not ring for."""
    schedule = context.find(BellSchedule, "bells", command.bells, "bells")
    version = schedule.on(command.effective_from)
    if version is None:
        raise Refused(
            "bells_not_in_force",
            "this bell schedule begins later than the timetable",
            clause=LOCAL_ACT,
            where="bells",
        )
    numbers = {bell.number for bell in version.event.lessons}
    for position, lesson in enumerate(command.lessons):
        if lesson.number not in numbers:
            raise Refused(
                "no_bell_for_lesson",
                "the bell schedule has no lesson of this number",
                clause=LOCAL_ACT,
                where=f"lessons[{position}].number",
            )
