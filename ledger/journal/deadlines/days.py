"""Days by the school's clock: where they end, and how terms of days are counted (regulation, through its parameters).

Day 0 is the day of the act, the last day belongs to the term up to its end. Days are calendar days unless the version
in force says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from ledger.journal.events import RegulationParameters

DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days on which the school does not work, as its calendar has them.

    Attributes:
        weekend: days of every week, Monday 0 to Sunday 6; a school of six days has Sunday only.
        holidays: single days, vacations among them.
        working: single days of the weekend that are taught all the same.
        entry_of: what says of a day that it is one of these two, where an entry does.

    Raises:
        ValueError: no day of the week is left.
    """

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: Container[date] = frozenset()
    working: Container[date] = frozenset()
    entry_of: Callable[[date], int | None] = field(default=lambda _: None, compare=False)

    def is_weekend(self, day: date) -> bool:
        """Tell whether a day is of a weekend that is kept."""
        return day.weekday() in self.weekend and day not in self.working

    def __post_init__(self) -> None:
        if self.weekend >= frozenset(range(7)):
            raise ValueError("a week without a working day")


@lru_cache(maxsize=4_096)
def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the first instant, in UTC, from which on the school's date is later than `day`.

    That is midnight in ordinary nights. Where the clock jumps over midnight the day ends with the jump, and where
    it is put back over midnight the day ends at the second one.

    Raises:
        OverflowError: the calendar ends with this day.
    """
    midnight = datetime.combine(day + DAY, time.min, zone)
    either = sorted(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    for instant in reversed(either):
        if _date(instant - _TICK, zone) <= day < _date(instant, zone):
            return instant
    # A jump that began before midnight, such as 23:30 to 00:30: the instant of the jump lies between the two.
    within, after = either
    while after - within > _TICK:
        middle = within + (after - within) // 2
        within, after = (middle, after) if _date(middle, zone) <= day else (within, middle)
    return after


def local_date(moment: datetime, zone: tzinfo) -> date:
    """Return the school's date at a moment."""
    return _date(moment, zone)


def at_wall(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which the school's clock shows this; the first of two, where it is put back."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def last_day(day: date, days: int, parameters: RegulationParameters, off: DaysOff) -> date:
    """Return the last day of a term of `days` days that counts from `day`.

    A term of no days is the day itself ("on the day of the lesson"): nothing extends it. Else, with `holidays_extend`,
    holidays are not counted; then, with `weekends_extend`, a term that ends on a weekend ends on the next day that is
    neither of a weekend nor a holiday.
    """
    if days == 0:
        return day
    if not parameters.holidays_extend:
        day += days * DAY
    else:
        for _ in range(days):
            day += DAY
            while day in off.holidays:
                day += DAY
    return _off_weekends(day, parameters, off)


def named_day(day: date, parameters: RegulationParameters, off: DaysOff) -> date:
    """Return the last day of a term that ends on a named date: with `weekends_extend` it may move as in `last_day`."""
    return _off_weekends(day, parameters, off)


def deciding_entries(first: date, last: date, off: DaysOff) -> tuple[int, ...]:
    """Return the entries of the calendar that say of days from `first` to `last` what they are, sorted, each once."""
    days = (first + shift * DAY for shift in range((last - first).days + 1))
    return tuple(sorted({entry for day in days if (entry := off.entry_of(day)) is not None}))


def _off_weekends(day: date, parameters: RegulationParameters, off: DaysOff) -> date:
    if parameters.weekends_extend and off.is_weekend(day):
        while off.is_weekend(day) or day in off.holidays:
            day += DAY
    return day


def _date(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()
