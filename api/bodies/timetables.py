"""Shapes of bodies about the calendar, bells and timetables."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.timetable_events import Bell, TimetableLesson


class NewDaysOff(Body, frozen=True, kw_only=True):
    """Days without lessons for these grades, both inclusive."""

    starts_on: str
    ends_on: str
    title: str
    grades: tuple[int, ...]
    request: int | None = None


class NewSchoolDay(Body, frozen=True, kw_only=True):
    """A day that these grades are taught as some weekday, 1 (Monday) to 7 (Sunday)."""

    on: str
    as_weekday: int
    grades: tuple[int, ...]
    request: int | None = None


class NewRevocation(Body, frozen=True, kw_only=True):
    """The calendar entry of this index counts no more; the basis stands in clear, for ever: no names of people."""

    revokes: int
    basis: str
    request: int | None = None


class NewBells(Body, frozen=True, kw_only=True):
    """A bell schedule from a day on; with the id of one, its next version."""

    title: str
    effective_from: str
    lessons: tuple[Bell, ...]
    bells: Id | None = None
    request: int | None = None


class NewTimetable(Body, frozen=True, kw_only=True):
    """A class's week from a day on: by weekday, number and course; `weeks` is `every`, `odd` or `even`."""

    effective_from: str
    bells: Id
    lessons: tuple[TimetableLesson, ...]
    request: int | None = None
