"""Working days of the law (ТК РФ, ст. 112), in which terms about personal values are counted (152-ФЗ, ст. 21).

Saturdays and Sundays and the holidays that the code names are none. Days that the government moves in a single year are
not known here: a term may then be a day shorter or longer than by the official calendar.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

HOLIDAYS: Final = frozenset(
    [*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)],
)
"""Month and day."""
_FRIDAY: Final = 4


def is_working(day: date) -> bool:
    """Tell whether a day is a working one."""
    return day.weekday() <= _FRIDAY and (day.month, day.day) not in HOLIDAYS


def last_day(received_on: date, days: int) -> date:
    """Return the last of so many working days that begin on the day after `received_on`."""
    day = received_on
    while days:
        day += timedelta(days=1)
        days -= is_working(day)
    return day
