"""Which lessons a class should have on a day, by its timetable, the bells and the year's calendar; pure.

What a day is and what is taught on it, verify/spec/events.md says ("Timetables and the calendar").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger.journal.calendar import Calendar, CalendarEntry
from ledger.journal.in_force import InForce, in_force
from ledger.journal.timetable_events import BellScheduleSet, TimetableSet
from ledger.journal.year import Period, SchoolYear


class Span(NamedTuple):
    """Days from one to another, both inclusive."""

    starts_on: str
    ends_on: str


class GradeCalendar(NamedTuple):
    """A school year as one grade has it.

    Attributes:
        grade: the grade.
        year: the year's days; the week of its first day is week 1.
        periods: days of the grade's reporting periods, of any kind.
        entries: the year's calendar entries that stand, in order of their indexes; those of other grades do no harm.
    """

    grade: int
    year: Span
    periods: tuple[Span, ...]
    entries: tuple[CalendarEntry, ...]


class TaughtDay(NamedTuple):
    """As what a school day is taught: weekday 1 to 7, in an odd week or not, by which calendar entry, if any."""

    weekday: int
    is_odd_week: bool
    calendar_entry: int | None


class PlannedLesson(NamedTuple):
    """A lesson that a class should have on a day.

    Attributes:
        day: ``YYYY-MM-DD``.
        number: place in the class's day.
        course: of which course.
        starts_at, ends_at: ``HH:MM``; None where the bells in force do not know the number any more.
        timetable_entry: index of the `timetable_set` that plans it.
        bells_entry: index of the `bell_schedule_set` that its times are of; None as the times.
        calendar_entry: index of the `school_day_declared` that makes the day a school day, or changes its weekday.
        moved_by: index of the `lesson_cancelled` that moved it here; None where the timetable has it here.
    """

    day: str
    number: int
    course: str
    starts_at: str | None
    ends_at: str | None
    timetable_entry: int
    bells_entry: int | None
    calendar_entry: int | None
    moved_by: int | None = None

    @property
    def entries(self) -> tuple[int, ...]:
        """What it rests on, sorted."""
        rests_on = (self.timetable_entry, self.bells_entry, self.calendar_entry, self.moved_by)
        return tuple(sorted({entry for entry in rests_on if entry is not None}))


def grade_calendar(grade: int, year: SchoolYear, periods: Iterable[Period], calendar: Calendar | None) -> GradeCalendar:
    """Put a grade's calendar together from the states of a year, its periods and its calendar (None: none yet)."""
    return GradeCalendar(
        grade,
        Span(year.starts_on, year.ends_on),
        tuple(Span(period.starts_on, period.ends_on) for period in periods if grade in period.grades),
        calendar.entries if calendar is not None else (),
    )


def taught_day(calendar: GradeCalendar, day: str) -> TaughtDay | None:
    """Return as what a day is taught, or None where it is no school day.

    A school day is within the year and a reporting period of the grade: only there a lesson can be recorded.
    """
    if not calendar.year.starts_on <= day <= calendar.year.ends_on:
        return None
    if not any(period.starts_on <= day <= period.ends_on for period in calendar.periods):
        return None
    weekday = date.fromisoformat(day).isoweekday()
    entry = next((one for one in reversed(calendar.entries) if one.holds(calendar.grade, day)), None)
    if entry is None:
        return TaughtDay(weekday, _is_odd_week(calendar.year.starts_on, day), None)
    if entry.as_weekday is None:
        return None
    return TaughtDay(entry.as_weekday, _is_odd_week(calendar.year.starts_on, day), entry.entry)


def planned_lessons(
    timetables: Sequence[InForce[TimetableSet]],
    bells: Mapping[str, Sequence[InForce[BellScheduleSet]]],
    calendar: GradeCalendar,
    day: str,
) -> tuple[PlannedLesson, ...]:
    """Return the lessons of a class on a day, by number and course; none on a day without school or a timetable.

    Args:
        timetables: the class's, in order of their days.
        bells: versions of every bell schedule that one of them names, by its id, in order of their days.
        calendar: the class's grade and year.
        day: ``YYYY-MM-DD``.
    """
    timetable = in_force(timetables, day)
    taught = taught_day(calendar, day) if timetable is not None else None
    if timetable is None or taught is None:
        return ()
    version = in_force(bells.get(timetable.event.bells, ()), day)
    rung = {bell.number: bell for bell in version.event.lessons} if version is not None else {}
    lessons = []
    for lesson in timetable.event.lessons:
        if lesson.weekday == taught.weekday and is_held(lesson.weeks, is_odd_week=taught.is_odd_week):
            bell = rung.get(lesson.number)
            lessons.append(
                PlannedLesson(
                    day,
                    lesson.number,
                    lesson.course,
                    bell.starts_at if bell else None,
                    bell.ends_at if bell else None,
                    timetable.entry,
                    version.entry if bell and version else None,
                    taught.calendar_entry,
                )
            )
    return tuple(lessons)


def is_held(weeks: str, *, is_odd_week: bool) -> bool:
    """Tell whether a lesson of these `Weeks` is held in an odd week, or an even one."""
    return weeks == "every" or (weeks == "odd") == is_odd_week


def _is_odd_week(starts_on: str, day: str) -> bool:
    """Count weeks from the Monday of the one in which the year starts, which is week 1."""
    # Day 1 of the proleptic calendar is a Monday, so whole weeks of ordinals begin on Mondays.
    weeks = (date.fromisoformat(day).toordinal() - 1) // 7 - (date.fromisoformat(starts_on).toordinal() - 1) // 7
    return weeks % 2 == 0
