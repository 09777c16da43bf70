"""Events on their way in and out of a stream, and what a decision consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from ledger.journal.events import Event
from ledger.wire.entry import Actor


class Planned(msgspec.Struct, frozen=True):
    """An event that a decision wants in a stream. The first two names are the event-sourcing library's.

    Attributes:
        originator_id: the stream, such as ``lesson/51c2…``.
        originator_version: the stream's version that the event makes, from 1.
        data: what happened.
    """

    originator_id: str
    originator_version: int
    data: Event


class Recorded(Planned, frozen=True):
    """An event that is in the log: what `evolve` needs to know of its entry.

    Attributes:
        index: leaf index of its entry.
        actor: who acted.
    """

    index: int
    actor: Actor


class Claim(NamedTuple):
    """A place of a class's day that a decision takes for a lesson.

    Attributes:
        place: day, class group and number (`places.place_name`).
        before: how many claims of it the decision saw; that must still be so when it is appended.
        stream: the lesson's.
    """

    place: str
    before: int
    stream: str


class Decision(msgspec.Struct, frozen=True):
    """What a command leads to, and on what that rests.

    Attributes:
        events: in the order in which they are to stand in the log; never empty.
        reads: stream -> version that the decision saw (0: none) and that must still be so when it is appended.
        expected_size: size that the whole log must still have; None: no matter.
        claim: place that is taken; None: none is.
    """

    events: tuple[Planned, ...]
    reads: Mapping[str, int]
    expected_size: int | None = None
    claim: Claim | None = None
