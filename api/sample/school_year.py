"""The school year 2026/27: 170 school days in four quarters, and the bells of a day.

Dates inside are `datetime.date`; moments are microseconds since 1970 UTC, so that they sort and add fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

TITLE: Final = "2026/27"
STARTS_ON: Final = date(2026, 9, 1)
ENDS_ON: Final = date(2027, 5, 31)
TIME_ZONE: Final = "Europe/Moscow"

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MOSCOW_OFFSET: Final = 3 * HOUR  # the zone has had no other offset since 2014


@dataclass(frozen=True, slots=True)
class Span:
    """A reporting period's number and days, both inclusive."""

    number: int
    starts_on: date
    ends_on: date


QUARTERS: Final = (
    Span(1, date(2026, 9, 1), date(2026, 10, 23)),
    Span(2, date(2026, 11, 2), date(2026, 12, 25)),
    Span(3, date(2027, 1, 11), date(2027, 3, 26)),
    Span(4, date(2027, 4, 5), date(2027, 5, 31)),
)
HALF_YEARS: Final = (
    Span(1, date(2026, 9, 1), date(2026, 12, 25)),
    Span(2, date(2027, 1, 11), date(2027, 5, 31)),
)
HOLIDAYS: Final = {
    date(2026, 11, 4): "День народного единства",
    date(2027, 2, 23): "День защитника Отечества",
    date(2027, 3, 8): "Международный женский день",
    date(2027, 5, 3): "Перенос выходного с 1 мая",
    date(2027, 5, 10): "Перенос выходного с 9 мая",
}
"""Public holidays inside quarters that are no Saturday or Sunday."""

BELLS: Final = (
    ("08:30", "09:15"),
    ("09:25", "10:10"),
    ("10:25", "11:10"),
    ("11:30", "12:15"),
    ("12:25", "13:10"),
    ("13:20", "14:05"),
    ("14:15", "15:00"),
)
"""Start and end of lessons 1 to 7, 45 minutes each."""


_BREAKS: Final = ("Осенние каникулы", "Зимние каникулы", "Весенние каникулы")


def days_off() -> list[tuple[date, date, str]]:
    """Return the days without lessons of the year's calendar, first and last day and title: breaks, then holidays."""
    one_day = timedelta(days=1)
    between = zip(QUARTERS, QUARTERS[1:], _BREAKS, strict=False)
    breaks = [(before.ends_on + one_day, after.starts_on - one_day, title) for before, after, title in between]
    return breaks + [(day, day, title) for day, title in HOLIDAYS.items()]


def is_school_day(day: date) -> bool:
    """Tell whether there are lessons: Monday to Friday inside a quarter, no public holiday."""
    return (
        day.weekday() < 5
        and day not in HOLIDAYS
        and any(quarter.starts_on <= day <= quarter.ends_on for quarter in QUARTERS)
    )


def school_days(starts_on: date = STARTS_ON, ends_on: date = ENDS_ON) -> list[date]:
    """Return the school days of a range, both ends inclusive."""
    span = (ends_on - starts_on).days + 1
    return [day for day in (starts_on + timedelta(days=number) for number in range(span)) if is_school_day(day)]


def moment(day: date, time: str = "00:00") -> int:
    """Return the moment of a local day and time ``HH:MM``."""
    minutes = int(time[:2]) * 60 + int(time[3:])
    return (day.toordinal() - _EPOCH_DAY) * DAY + minutes * MINUTE - _MOSCOW_OFFSET


def as_datetime(at: int) -> datetime:
    """Return a moment as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def local_day(at: int) -> date:
    """Return the school's calendar day of a moment."""
    return date.fromordinal((at + _MOSCOW_OFFSET) // DAY + _EPOCH_DAY)


def local_minute(at: int) -> str:
    """Return the school's local minute ``YYYY-MM-DDTHH:MM`` of a moment."""
    return as_datetime(at + _MOSCOW_OFFSET).strftime("%Y-%m-%dT%H:%M")
