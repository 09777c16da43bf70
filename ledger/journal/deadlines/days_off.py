"""Which days extend terms by the school's calendar (the regulation's `weekends_extend` and `holidays_extend`).

A holiday of a grade is a day of its year that is declared off, or that no reporting period of the grade holds; a
Saturday or Sunday that is declared a school day is none of a weekend. Outside a year nothing is known but weekends. For
what the office owes, a day is a holiday where it is one of every grade, and taught where it is in any.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date
from typing import Final, Literal

from ledger.journal.deadlines.days import DaysOff
from ledger.journal.planned_lessons import GradeCalendar, taught_day

_Kind = Literal["holiday", "working", "plain"]
_PLAIN: Final = ("plain", None)


class _Days:
    """What the days of some grades are, each worked out when it is asked for."""

    def __init__(self, calendars: Sequence[GradeCalendar]) -> None:
        self._calendars = calendars
        self._known: dict[date, tuple[_Kind, int | None]] = {}

    def of(self, day: date) -> tuple[_Kind, int | None]:
        """What a day is, and the entry that says so, if one does."""
        found = self._known.get(day)
        if found is None:
            found = self._known[day] = self._of(day.isoformat())
        return found

    def _of(self, day: str) -> tuple[_Kind, int | None]:
        each = [_kind(one, day) for one in self._calendars if one.year.starts_on <= day <= one.year.ends_on]
        if not each:
            return _PLAIN
        working = next((one for one in each if one[0] == "working"), None)
        if working is not None:
            return working
        return each[0] if all(kind == "holiday" for kind, _ in each) else _PLAIN


class _Those(Container[date]):
    """The days of one kind."""

    def __init__(self, days: _Days, kind: _Kind) -> None:
        self._days, self._kind = days, kind

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self._days.of(day)[0] == self._kind


def days_off(calendars: Sequence[GradeCalendar]) -> DaysOff:
    """Days off of a grade by its calendar, or of a school by those of its grades."""
    days = _Days(calendars)
    return DaysOff(
        holidays=_Those(days, "holiday"), working=_Those(days, "working"), entry_of=lambda day: days.of(day)[1]
    )


def _kind(calendar: GradeCalendar, day: str) -> tuple[_Kind, int | None]:
    """What a day of the year is in a grade."""
    declared = next((one for one in reversed(calendar.entries) if one.holds(calendar.grade, day)), None)
    if declared is not None and declared.as_weekday is None:
        return "holiday", declared.entry
    if not calendar.periods:
        return _PLAIN
    taught = taught_day(calendar, day)
    if taught is None:
        return "holiday", None
    return _PLAIN if taught.calendar_entry is None else ("working", taught.calendar_entry)
