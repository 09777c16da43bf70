"""A school year's calendar: days without lessons, and days taught as another weekday; what was wrong is revoked.

All entries of a year are in one stream, `calendar/<id of the year>`. Of two that speak of one day and grade the later
counts, so a Saturday in the holidays may still be a school day. An entry whose first day a closed period holds, and the
revocation of one, take two people (`setup_backdating`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import DeclareDaysOff, DeclareSchoolDay, RevokeCalendarEntry
from ledger.journal.context import Context
from ledger.journal.events import Event
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.setup_backdating import check_setup, check_setup_role
from ledger.journal.timetable_events import CalendarEntryRevoked, DaysOffDeclared, SchoolDayDeclared
from ledger.journal.year import SchoolYear, check_grades

WEEKDAY_MAX: Final = 7


class CalendarEntry(NamedTuple):
    """What stands about some days, both inclusive, for some grades.

    `as_weekday` is 1 (Monday) to 7, or None: no lessons; `entry` is the leaf index.
    """

    entry: int
    starts_on: str
    ends_on: str
    grades: tuple[int, ...]
    as_weekday: int | None

    def holds(self, grade: int, day: str) -> bool:
        """Tell whether it speaks of this day of the grade."""
        return self.starts_on <= day <= self.ends_on and grade in self.grades


class Calendar(Aggregate, frozen=True, kw_only=True):
    """A year's calendar entries that stand, in the order in which they came; `answered`: requests that were."""

    entries: tuple[CalendarEntry, ...] = ()
    answered: frozenset[int] = frozenset()


def evolve_calendar(state: Calendar | None, events: Iterable[Recorded]) -> Calendar | None:
    """Apply events of a calendar's stream."""
    for event in events:
        entries, answered = (state.entries, state.answered) if state else ((), frozenset[int]())
        data = event.data
        if type(data) is DaysOffDeclared:
            entries = (*entries, CalendarEntry(event.index, data.starts_on, data.ends_on, data.grades, None))
        elif type(data) is SchoolDayDeclared:
            entries = (*entries, CalendarEntry(event.index, data.on, data.on, data.grades, data.as_weekday))
        elif type(data) is CalendarEntryRevoked and state is not None:
            entries = tuple(entry for entry in entries if entry.entry != data.revokes)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this calendar")
        state = Calendar(
            stream=event.originator_id,
            version=event.originator_version,
            entries=entries,
            answered=answered if data.request is None else answered | {data.request},
        )
    return state


def declare_days_off(command: DeclareDaysOff, context: Context) -> list[Planned]:
    """Declare days without lessons within the year (the school's calendar)."""
    year = _check_place(command, context)
    rules.check_line(command.title, rules.TITLE_LENGTH_MAX, "title")
    rules.check_dates(command.starts_on, command.ends_on)
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    rules.check_within(command.ends_on, year.starts_on, year.ends_on, "ends_on")
    check_setup("days_off_declared", year.id, command.starts_on, command.request, context)
    event = DaysOffDeclared(
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        title=command.title,
        grades=command.grades,
        request=command.request,
    )
    return _plan(year, context, event)


def declare_school_day(command: DeclareSchoolDay, context: Context) -> list[Planned]:
    """Declare a day within the year that is taught as some weekday (the school's calendar)."""
    year = _check_place(command, context)
    rules.check_date(command.on, "on")
    rules.check_within(command.on, year.starts_on, year.ends_on, "on")
    rules.check_integer(command.as_weekday, 1, WEEKDAY_MAX, "as_weekday")
    check_setup("school_day_declared", year.id, command.on, command.request, context)
    event = SchoolDayDeclared(
        on=command.on, as_weekday=command.as_weekday, grades=command.grades, request=command.request
    )
    return _plan(year, context, event)


def revoke_calendar_entry(command: RevokeCalendarEntry, context: Context) -> list[Planned]:
    """Revoke an entry of this year's calendar that stands, with the basis (regulation 3.3, example 1)."""
    check_setup_role(command.request, context, "1.3")
    year = context.settled(SchoolYear, "year", command.year, "year")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    known = _calendar(year, context)
    revoked = next((entry for entry in known.entries if entry.entry == command.revokes), None) if known else None
    if revoked is None:
        raise Refused(
            "no_calendar_entry",
            "this index is of no standing entry of this year's calendar",
            clause=LOG,
            where="revokes",
        )
    check_setup("calendar_entry_revoked", year.id, revoked.starts_on, command.request, context)
    day = None if command.request is None else revoked.starts_on
    event = CalendarEntryRevoked(revokes=command.revokes, basis=command.basis, day=day, request=command.request)
    return _plan(year, context, event)


def _check_place(command: DeclareDaysOff | DeclareSchoolDay, context: Context) -> SchoolYear:
    """Judge who declares what for whom; return the year."""
    check_setup_role(command.request, context, "1.3")
    found = context.settled(SchoolYear, "year", command.year, "year")
    check_grades(command.grades)
    return found


def _calendar(year: SchoolYear, context: Context) -> Calendar | None:
    found = context.books.find(f"calendar/{year.id}")
    return found if isinstance(found, Calendar) else None


def _plan(year: SchoolYear, context: Context, event: Event) -> list[Planned]:
    """Append to the year's one calendar; refuse to say twice in a row the same of the same days."""
    known = _calendar(year, context)
    if known is not None and known.entries and _as_entry(event) == known.entries[-1][1:]:
        raise Refused("same_calendar_entry", "the calendar says this already", clause=LOCAL_ACT)
    return [Planned(f"calendar/{year.id}", known.version + 1 if known else 1, event)]


def _as_entry(event: Event) -> tuple[object, ...] | None:
    """Return the entry that the event would make, without its index; None for a revocation."""
    if isinstance(event, DaysOffDeclared):
        return event.starts_on, event.ends_on, event.grades, None
    if isinstance(event, SchoolDayDeclared):
        return event.on, event.on, event.grades, event.as_weekday
    return None
