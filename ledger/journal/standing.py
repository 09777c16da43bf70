"""Entries of one stream of which each stands until another replaces it or takes it back: their fold and their look-up.

What an entry is replaced by names it in `replaces`, what takes it back in `corrects`; both give its leaf index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from ledger.errors import Refused
from ledger.journal.aggregate import Aggregate
from ledger.journal.context import Context
from ledger.journal.events import Event
from ledger.journal.recorded import Recorded


class _OfAPlace(Protocol):
    @property
    def held_on(self) -> str: ...
    @property
    def number(self) -> int: ...


_EntryT = TypeVar("_EntryT")
_PlaceT = TypeVar("_PlaceT", bound=_OfAPlace)
_StandingT = TypeVar("_StandingT", bound="Standing[Any]")


class Standing(Aggregate, Generic[_EntryT], frozen=True, kw_only=True):
    """What stands of a stream, by the index of the entry, in the order in which it came."""

    standing: Mapping[int, _EntryT]


class StandingPlaces(Standing[Any], Generic[_PlaceT], frozen=True, kw_only=True):
    """The same of a course's places: one stands of a place at most."""

    standing: Mapping[int, _PlaceT]

    def at(self, held_on: str, number: int) -> tuple[int, _PlaceT] | None:
        """Return what stands of a day's lesson of this number, with its entry, or None."""
        found = (one for one in self.standing.items() if (one[1].held_on, one[1].number) == (held_on, number))
        return next(found, None)


def evolve_standing(
    cls: type[_StandingT],
    made: type[Event],
    taken_back: type[Event] | None,
    state: _StandingT | None,
    events: Iterable[Recorded],
) -> _StandingT | None:
    """Apply events to a stream of a kind `cls`: `made` ones stand, `taken_back` ones take one of them away.

    Raises:
        TypeError: an event of another class, or one that names what does not stand.
    """
    standing: dict[int, Any] = dict(state.standing) if state else {}
    stream, version = (state.stream, state.version) if state else ("", 0)
    for event in events:
        data: Any = event.data
        kind = type(event.data)
        if kind is made:
            if getattr(data, "replaces", None) is not None:
                _remove(standing, data.replaces, cls)
            standing[event.index] = data
        elif kind is taken_back:
            _remove(standing, data.corrects, cls)
        else:
            raise TypeError(f"{kind.__name__} is no event of {cls.__name__}")
        stream, version = event.originator_id, event.originator_version
    return cls(stream=stream, version=version, standing=standing) if version else None


def _remove(standing: dict[int, Any], entry: int, cls: type[Any]) -> None:
    if standing.pop(entry, None) is None:
        raise TypeError(f"entry {entry} does not stand among {cls.__name__}")


def find_standing(
    cls: type[_StandingT], stream: str, entry: int, context: Context, *, refusal: Refused
) -> tuple[_StandingT, Any]:
    """Return the stream's state and what stands by the index of an entry.

    Raises:
        Refused: `refusal`, where nothing does.
    """
    known = context.find_if_any(cls, stream)
    if known is None or type(entry) is not int or entry not in known.standing:
        raise refusal
    return known, known.standing[entry]
