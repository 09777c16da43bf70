"""Calendars, bell schedules and timetables as they were set, each version a row."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
import orjson

from ledger.journal.timetable_events import (
    BellScheduleSet,
    CalendarEntryRevoked,
    DaysOffDeclared,
    SchoolDayDeclared,
    TimetableSet,
)
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Revise, Table


class CalendarRow(NamedTuple):
    """A declaration, or (`stands` 0, with the basis) its revocation.

    `fact`: the entry that declared it; `as_weekday`: None for days off, which have a `title`; `grades`: JSON array.
    """

    entry: int
    fact: int
    year: str
    starts_on: str
    ends_on: str
    grades: str
    as_weekday: int | None
    title: str | None
    basis: str | None
    stands: int
    to_position: int = OPEN


class BellsRow(NamedTuple):
    """A version of a bell schedule; `lessons`: JSON array of objects as in the event."""

    entry: int
    bells: str
    title: str
    effective_from: str
    lessons: str
    to_position: int = OPEN


class TimetableRow(NamedTuple):
    """A class's week; `lessons`: JSON array of objects as in the event."""

    entry: int
    class_group: str
    effective_from: str
    bells: str
    lessons: str
    to_position: int = OPEN


CALENDAR: Final = Table("calendar", CalendarRow)
BELLS: Final = Table("bells", BellsRow)
TIMETABLES: Final = Table("timetables", TimetableRow, (("class_group",),))


def _days_off_declared(event: DaysOffDeclared, entry: Entry) -> Operations:
    grades = orjson.dumps(event.grades).decode()
    index = entry.index
    row = CalendarRow(
        index, index, entry.stream_id, event.starts_on, event.ends_on, grades, None, event.title, None, stands=1
    )
    return (row,)


def _school_day_declared(event: SchoolDayDeclared, entry: Entry) -> Operations:
    grades = orjson.dumps(event.grades).decode()
    index = entry.index
    row = CalendarRow(index, index, entry.stream_id, event.on, event.on, grades, event.as_weekday, None, None, stands=1)
    return (row,)


def _calendar_entry_revoked(event: CalendarEntryRevoked, entry: Entry) -> Operations:
    return (Revise(CALENDAR, event.revokes, entry.index, {"stands": 0, "basis": event.basis}),)


def _bell_schedule_set(event: BellScheduleSet, entry: Entry) -> Operations:
    lessons = msgspec.json.encode(event.lessons).decode()
    return (BellsRow(entry.index, entry.stream_id, event.title, event.effective_from, lessons),)


def _timetable_set(event: TimetableSet, entry: Entry) -> Operations:
    lessons = msgspec.json.encode(event.lessons).decode()
    return (TimetableRow(entry.index, entry.stream_id, event.effective_from, event.bells, lessons),)


VIEW: Final = View(
    (CALENDAR, BELLS, TIMETABLES),
    {
        DaysOffDeclared: _days_off_declared,
        SchoolDayDeclared: _school_day_declared,
        CalendarEntryRevoked: _calendar_entry_revoked,
        BellScheduleSet: _bell_schedule_set,
        TimetableSet: _timetable_set,
    },
)
