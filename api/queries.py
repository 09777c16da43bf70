"""Query parameters: strict spellings, so that what is asked is what was meant.

Numbers are plain decimal without sign, spaces, leading zeros or other scripts' digits; days exist in the calendar;
texts are printable. What does not fit is a 400 that names the parameter.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Annotated, Final

from fastapi import Query
from pydantic import AfterValidator

from api.problems import Problem
from projections.reading import AsOf

FIRST_DAY: Final = "0001-01-01"
LAST_DAY: Final = "9999-12-31"
INDEX: Final = re.compile(r"0|[1-9][0-9]{0,14}")
_NUMBER: Final = f"^({INDEX.pattern})$"
_DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, ``YYYY-MM-DD``."""
    try:
        return re.fullmatch(_DAY, text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _calendar(text: str | None) -> str | None:
    if text is not None:
        date.fromisoformat(text)
    return text


def _calendar_month(text: str | None) -> str | None:
    if text is not None:
        date.fromisoformat(f"{text}-01")
    return text


def _calendar_week(text: str | None) -> str | None:
    if text is not None:
        week_days(text)
    return text


def _printable(text: str | None) -> str | None:
    if text is not None and _UNPRINTABLE.search(text):
        raise ValueError("not printable")
    return text


# The `| None` stands inside: what is annotated is not looked at in a union.
At = Annotated[
    str | None,
    Query(
        max_length=40,
        description="a position (tree size) or an RFC 3339 moment; left out: now",
        json_schema_extra={"pattern": f"^({INDEX.pattern}|{_MOMENT.pattern})$"},
    ),
]
From = Annotated[str | None, Query(alias="from", pattern=_DAY, description="first day"), AfterValidator(_calendar)]
To = Annotated[str | None, Query(alias="to", pattern=_DAY, description="last day"), AfterValidator(_calendar)]
On = Annotated[str | None, Query(pattern=_DAY, description="a day; left out: today"), AfterValidator(_calendar)]
Month = Annotated[
    str | None,
    Query(pattern="^[0-9]{4}-[0-9]{2}$", description="a month, YYYY-MM, instead of days"),
    AfterValidator(_calendar_month),
]
Week = Annotated[
    str | None,
    Query(pattern="^[0-9]{4}-W[0-9]{2}$", description="a week of ISO 8601, YYYY-Www, instead of days"),
    AfterValidator(_calendar_week),
]
Id = Annotated[str | None, Query(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Text = Annotated[str | None, Query(min_length=1, max_length=200), AfterValidator(_printable)]
Start = Annotated[str, Query(alias="from", pattern=_NUMBER, description="index of the first entry")]
Limit = Annotated[str | None, Query(pattern=_NUMBER, description="how many at most")]


def days_of(month: str | None, from_date: str | None, to_date: str | None) -> tuple[str | None, str | None]:
    """First and last day of a month, or of a range; both inclusive, None where open.

    Raises:
        Problem: 400 where both a month and a range are given.
    """
    if month is None:
        return from_date, to_date
    if from_date is not None or to_date is not None:
        raise Problem("bad_request", 400, ("месяц или даты", "a month, or days"), more={"where": "month"})
    return month_days(month)


def month_days(month: str) -> tuple[str, str]:
    """First and last day of a month `YYYY-MM`.

    Raises:
        ValueError: there is no such month.
    """
    first = date.fromisoformat(f"{month}-01")
    return first.isoformat(), f"{month}-{monthrange(first.year, first.month)[1]:02}"


def week_days(week: str) -> tuple[str, str]:
    """Monday and Sunday of a week `YYYY-Www` (ISO 8601).

    Raises:
        ValueError: there is no such week.
    """
    year, _, number = week.partition("-W")
    days = [date.fromisocalendar(int(year), int(number), day).isoformat() for day in (1, 7)]
    return days[0], days[1]


def read_as_of(text: str | None) -> AsOf:
    """Read the query parameter ``at``.

    Raises:
        Problem: 400 where it is neither a position nor a moment.
    """
    if text is None:
        return None
    if INDEX.fullmatch(text):
        return int(text)
    # A plus sign in a query that was not escaped arrives as a space.
    text = text.replace(" ", "+")
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    detail = (
        "это позиция, например 412, или момент, например 2026-11-01T12:00:00Z",
        "a position such as 412, or a moment such as 2026-11-01T12:00:00Z",
    )
    raise Problem("bad_request", 400, detail, more={"where": "at"})
