"""Events that say what should be taught when: a year's calendar, bell schedules, timetables (verify/spec/events.md)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import Weeks


class DaysOffDeclared(Event, frozen=True, kw_only=True):
    """`calendar/<year>`: no lessons for these grades on these days, both inclusive: holidays, a quarantine."""

    starts_on: str
    ends_on: str
    title: str
    grades: tuple[int, ...]
    request: int | None = None


class SchoolDayDeclared(Event, frozen=True, kw_only=True):
    """`calendar/<year>`: `on` is taught by these grades as the weekday `as_weekday` (1 Monday to 7 Sunday) has it."""

    on: str
    as_weekday: int
    grades: tuple[int, ...]
    request: int | None = None


class CalendarEntryRevoked(Event, frozen=True, kw_only=True):
    """`calendar/<year>`: the entry with the index `revokes` counts no more; `basis` says why.

    `day` goes with `request`: the first day of what is revoked, as it was asked for.
    """

    revokes: int
    basis: str
    day: str | None = None
    request: int | None = None


class Bell(Event, frozen=True, kw_only=True):
    """One lesson of a bell schedule: its number in the day, and when it starts and ends."""

    number: int
    starts_at: str
    ends_at: str


class BellScheduleSet(Event, frozen=True, kw_only=True):
    """`bells/`: a version of one bell schedule, such as the first shift's; `lessons` by number, not overlapping."""

    title: str
    effective_from: str
    lessons: tuple[Bell, ...]
    request: int | None = None


class TimetableLesson(Event, frozen=True, kw_only=True):
    """One lesson of a class's week; subgroups' courses may share a weekday (1 Monday to 7 Sunday) and a number."""

    course: str
    weekday: int
    number: int
    weeks: Weeks


class TimetableSet(Event, frozen=True, kw_only=True):
    """`timetable/<class group>`: the class's week from a day on, by a bell schedule; by weekday, number and course."""

    effective_from: str
    bells: str
    lessons: tuple[TimetableLesson, ...]
    request: int | None = None


TIMETABLE_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "days_off_declared/1": DaysOffDeclared,
    "school_day_declared/1": SchoolDayDeclared,
    "calendar_entry_revoked/1": CalendarEntryRevoked,
    "bell_schedule_set/1": BellScheduleSet,
    "timetable_set/1": TimetableSet,
}
"""Entry type -> class, of this module."""
