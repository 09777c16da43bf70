"""Days and moments as texts spell them, in queries and on the command line alike.

Apart from `api.queries`, so that a command does not wait for what declares parameters of HTTP to be imported.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Final

from api.problems import Problem
from projections.reading import AsOf

FIRST_DAY: Final = "0001-01-01"
LAST_DAY: Final = "9999-12-31"
INDEX: Final = re.compile(r"0|[1-9][0-9]{0,14}")
DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, ``YYYY-MM-DD``."""
    try:
        return re.fullmatch(DAY, text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


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
    if MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    detail = (
        "это позиция, например 412, или момент, например 2026-11-01T12:00:00Z",
        "a position such as 412, or a moment such as 2026-11-01T12:00:00Z",
    )
    raise Problem("bad_request", 400, detail, more={"where": "at"})
