"""Facts that can be corrected, what stands of each, and requests to correct them: what lessons and results share.

A fact is known by the index of its first entry and keeps its *standing entry*, the latest that stated, corrected or
annulled it (verify/spec/events.md, Corrections).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from ledger.errors import Refused
from ledger.journal.aggregate import Aggregate
from ledger.journal.recorded import Recorded
from ledger.journal.vocabulary import CorrectionReason, Fact, ResultKind
from ledger.wire.entry import Actor

Slot = tuple[str, str, str]
"""A place where one fact stands at most: what, student or "", work or ""."""


class FactState(msgspec.Struct, frozen=True):
    """One fact.

    Attributes:
        what: which kind of fact.
        first: index of the entry that stated it first.
        standing: index of its standing entry.
        value: the value that stands, as corrections carry it; None after an annulment.
        author: whose the first entry is: its actor, or for whom that entered it.
        student: of a mark, a make-up, an absence, a lateness, a result; else empty.
        work: of a work, a make-up and a mark; else empty.
    """

    what: Fact | ResultKind
    first: int
    standing: int
    value: Any
    author: str
    student: str = ""
    work: str = ""

    @property
    def slot(self) -> Slot:
        """The place in which it stands while it has a value."""
        return (self.what, self.student, self.work)


class Request(msgspec.Struct, frozen=True):
    """A request for a correction after the close; `people` asked for it: who acted, and for whom."""

    index: int
    what: Fact | ResultKind
    corrects: int
    old: Any
    new: Any
    reason: CorrectionReason
    basis: str
    sd: tuple[str, ...]
    people: frozenset[str]
    answered: bool = False


class Facts(Aggregate, frozen=True, kw_only=True):
    """A stream of facts.

    Attributes:
        facts: first index -> fact.
        chain: index of any entry of a fact -> its first index.
        slots: slot -> first index of the fact that stands in it.
        requests: index -> request.
    """

    facts: Mapping[int, FactState]
    chain: Mapping[int, int]
    slots: Mapping[Slot, int]
    requests: Mapping[int, Request]

    def standing(self) -> list[FactState]:
        """Return the facts that stand, in the order of their first entries."""
        return [fact for fact in self.facts.values() if fact.value is not None]


class FactsDraft:
    """Facts in the making: private copies of the mappings, written to and then given away."""

    def __init__(self, state: Facts) -> None:
        self.version = state.version
        self.facts = dict(state.facts)
        self.chain = dict(state.chain)
        self.slots = dict(state.slots)
        self.requests = dict(state.requests)

    def add(self, fact: FactState) -> None:
        """Take a fact that is stated for the first time."""
        self.facts[fact.first] = fact
        self.chain[fact.first] = fact.first
        self.slots[fact.slot] = fact.first

    def move(self, corrects: int, index: int, value: object) -> None:
        """Give a fact another standing entry and value."""
        first = self.chain[corrects]
        fact = msgspec.structs.replace(self.facts[first], standing=index, value=value)
        self.facts[first] = fact
        self.chain[index] = first
        if value is None:
            del self.slots[fact.slot]
        else:
            self.slots[fact.slot] = first

    def ask(self, event: Recorded, what: Fact | ResultKind) -> None:
        """Take a request; `event.data` has the fields of `CorrectionRequested` but `what`."""
        data: Any = event.data
        self.requests[event.index] = Request(
            event.index,
            what,
            data.corrects,
            data.old,
            data.new,
            data.reason,
            data.basis,
            data.sd,
            people_of(event.actor),
        )

    def answer(self, request: int) -> None:
        """Take note that a request was approved or refused."""
        self.requests[request] = msgspec.structs.replace(self.requests[request], answered=True)


def people_of(actor: Actor) -> frozenset[str]:
    """Return the ids of who acts and, if that is somebody else, for whom."""
    return frozenset(id_ for id_ in (actor.id, actor.on_behalf_of) if id_ is not None)


def author_of(actor: Actor) -> str:
    """Return the id of whose entry it is: for whom somebody enters it, else who acts."""
    return actor.id if actor.on_behalf_of is None else actor.on_behalf_of


def check_second_person(asked: Collection[str], actor: Actor, clause: str) -> None:
    """Refuse an answer by who asked or for whom, and by who acts for one of them."""
    if not people_of(actor).isdisjoint(asked):
        raise Refused("second_person_needed", "who asked for it may not answer", clause=clause, where="actor.id")
