"""Measuring how fresh views are against their log (regulation 2.3.1; R26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.wire.entry import parse_at, parse_entry
from projections.engine import Log
from projections.reading import Reader

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Freshness:
    """Views and log at one moment.

    Attributes:
        size: entries in the log.
        position: of them, those that the views have.
        minutes_behind: age of the first that they lack; 0 where they lack none.
        last_entry_minutes: age of the last one.
    """

    size: int
    position: int
    minutes_behind: int
    last_entry_minutes: int


def measure(views: Reader, log: Log, now: datetime) -> Freshness:
    """Measure views against their log, as both are; nothing is caught up for it.

    Raises:
        ValueError: the log is empty.
    """
    position, size = views.position(), log.head().size
    # Views may be ahead of a head that was read before; never of the log.
    position = min(position, size)

    def age(index: int) -> int:
        entry = next(iter(log.entries(index, index + 1)), None)
        if entry is None:
            raise ValueError("an empty log has no age")
        return max(0, (now - parse_at(parse_entry(entry).at)) // _MINUTE)

    return Freshness(size, position, age(position) if position < size else 0, age(size - 1))
