"""Query parameters: strict spellings, so that what is asked is what was meant.

Numbers are plain decimal without sign, spaces, leading zeros or other scripts' digits; days exist in the calendar;
texts are printable. What does not fit is a 400 that names the parameter.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from fastapi import Query
from pydantic import AfterValidator

from api.moments import (
    DAY,
    FIRST_DAY as FIRST_DAY,
    INDEX as INDEX,
    LAST_DAY as LAST_DAY,
    MOMENT,
    is_day as is_day,
    month_days,
    read_as_of as read_as_of,
    week_days as week_days,
)
from api.problems import Problem

_NUMBER: Final = f"^({INDEX.pattern})$"
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


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
        json_schema_extra={"pattern": f"^({INDEX.pattern}|{MOMENT.pattern})$"},
    ),
]
From = Annotated[str | None, Query(alias="from", pattern=DAY, description="first day"), AfterValidator(_calendar)]
To = Annotated[str | None, Query(alias="to", pattern=DAY, description="last day"), AfterValidator(_calendar)]
On = Annotated[str | None, Query(pattern=DAY, description="a day; left out: today"), AfterValidator(_calendar)]
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
