"""Measurements of how fresh what students and parents see is (regulation 2.3.1; R26).

Each is one entry in a stream of its own, `freshness/<uuid>`. Whether it was fresh enough `deadlines.freshness` judges.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.errors import Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import MeasureFreshness
from ledger.journal.context import Context
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.service_events import FreshnessMeasured

MINUTES_MAX: Final = 99_999_999
_KIND: Final = "freshness"


class Freshness(Aggregate, frozen=True, kw_only=True):
    """One measurement; nothing follows it."""


def evolve_freshness(state: Freshness | None, events: Iterable[Recorded]) -> Freshness | None:
    """Apply the one event of a measurement's stream."""
    for event in events:
        if state is not None or type(event.data) is not FreshnessMeasured:
            raise TypeError(f"{type(event.data).__name__} is no event of this measurement")
        state = Freshness(stream=event.originator_id, version=event.originator_version)
    return state


def measure_freshness(command: MeasureFreshness, context: Context) -> list[Planned]:
    """Record how far the views were behind the log, as of a size that it has."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_id(command.freshness, _KIND)
    rules.check_integer(command.size, 1, context.books.size, "size")
    rules.check_integer(command.position, 0, command.size, "position")
    rules.check_integer(command.minutes_behind, 0, MINUTES_MAX, "minutes_behind")
    rules.check_integer(command.last_entry_minutes, 0, MINUTES_MAX, "last_entry_minutes")
    _check_behind(command)
    stream = f"{_KIND}/{command.freshness}"
    context.check_new(stream, _KIND)
    event = FreshnessMeasured(
        size=command.size,
        position=command.position,
        minutes_behind=command.minutes_behind,
        last_entry_minutes=command.last_entry_minutes,
    )
    return [Planned(stream, 1, event)]


def _check_behind(command: MeasureFreshness) -> None:
    """Refuse views that are behind without lacking anything, or lack something that is younger than the last entry."""
    if command.position == command.size:
        fits = command.minutes_behind == 0
    else:
        fits = command.minutes_behind >= command.last_entry_minutes
    if not fits:
        raise Refused(
            "freshness_mismatch",
            "views are behind by the age of the first entry that they lack, 0 where they lack none",
            clause="2.3.1",
            where="minutes_behind",
        )
