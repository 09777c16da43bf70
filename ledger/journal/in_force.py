"""Entries of one stream of which each is in force from its day on, until the next one's: their fold and their look-up.

Days never go back along the stream. Of two entries of one day the later counts, as when the first was entered wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from ledger.errors import Refused
from ledger.journal.aggregate import Aggregate
from ledger.journal.context import Context
from ledger.journal.events import Event
from ledger.journal.recorded import Planned, Recorded

_EventT = TypeVar("_EventT", bound=Event)
_DatedT = TypeVar("_DatedT", bound="Dated[Any]")


class InForce(NamedTuple, Generic[_EventT]):
    """An event that is in force from a day on; `entry` is its leaf index."""

    entry: int
    from_day: str
    event: _EventT


class Dated(Aggregate, Generic[_EventT], frozen=True, kw_only=True):
    """Everything that was ever in force, in the order in which it came, which is that of the days; never empty."""

    entries: tuple[InForce[_EventT], ...]

    @property
    def answered(self) -> frozenset[int]:
        """The requests that its entries answer, where its events can (`setup_backdating`)."""
        asked = (getattr(one.event, "request", None) for one in self.entries)
        return frozenset(one for one in asked if one is not None)

    @property
    def last(self) -> InForce[_EventT]:
        """The entry that the next one follows."""
        return self.entries[-1]

    def on(self, day: str) -> InForce[_EventT] | None:
        """Return what is in force on a day, or None before the first."""
        return in_force(self.entries, day)


def in_force(entries: Sequence[InForce[_EventT]], day: str) -> InForce[_EventT] | None:
    """Return the last of the entries whose day is not after `day`, or None; their days never go back."""
    for entry in reversed(entries):
        if entry.from_day <= day:
            return entry
    return None


def evolve_dated(
    cls: type[_DatedT], day_field: str, of: type[Event], state: _DatedT | None, events: Iterable[Recorded]
) -> _DatedT | None:
    """Apply events, all `of` one class, to a stream of a kind `cls`; `day_field` names the field with the first day."""
    entries: list[InForce[Any]] = [*state.entries] if state else []
    stream, version = (state.stream, state.version) if state else ("", 0)
    for event in events:
        if type(event.data) is not of:
            raise TypeError(f"{type(event.data).__name__} is no event of a {cls.__name__}")
        stream, version = event.originator_id, event.originator_version
        entries.append(InForce(event.index, getattr(event.data, day_field), event.data))
    return cls(stream=stream, version=version, entries=tuple(entries)) if entries else None


def follow(
    cls: type[_DatedT], stream: str, from_day: str, event: Event, context: Context, *, earlier: Refused, same: Refused
) -> list[Planned]:
    """Plan an event as the first of a stream of a kind `cls`, or behind the last, never from an earlier day.

    Raises:
        Refused: `earlier`, where its day is before the last one's; `same`, where it says what the last one says.
    """
    known = context.books.find(stream)
    if not isinstance(known, cls):
        return [Planned(stream, 1, event)]
    if from_day < known.last.from_day:
        raise earlier
    if _said(event) == _said(known.last.event):
        raise same
    return [Planned(stream, known.version + 1, event)]


def _said(event: Event) -> Event:
    """An event apart from who asked for it."""
    return msgspec.structs.replace(event, request=None) if hasattr(event, "request") else event
