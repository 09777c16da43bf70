"""Shapes of bodies about keeping and erasing. Every `basis` and `citation` stands in the entry in clear, for ever."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.erasure_events import RetentionRow
from ledger.journal.vocabulary import CountedFrom, ErasureGround, HoldScope, KeptBy, PersonKind, RetentionClass


class NewRetentionRow(Body, frozen=True, kw_only=True):
    """How many whole years values of a class are kept, from which day on, and whether a law or a consent says so."""

    retention: RetentionClass
    years: int
    counted_from: CountedFrom
    kept_by: KeptBy
    citation: str
    kind: PersonKind | None = None

    def row(self) -> RetentionRow:
        """As the entry has it."""
        return RetentionRow(**{name: getattr(self, name) for name in self.__struct_fields__})


class NewRetentionSchedule(Body, frozen=True, kw_only=True):
    """How long values are kept, from a day on."""

    effective_from: str
    basis: str
    rows: list[NewRetentionRow]


class NewLegalHold(Body, frozen=True, kw_only=True):
    """Nothing is erased of all, of a `person`, or of whoever was in a class."""

    whose: HoldScope
    basis: str
    person: Id | None = None
    class_group: Id | None = None
    hold: Id | None = None


class NewErasure(Body, frozen=True, kw_only=True):
    """A person's values are to be erased; `counted_from` is the last day at the school, or the document's."""

    person: Id
    retention: list[RetentionClass]
    ground: ErasureGround
    basis: str
    counted_from: str | None = None
    erasure: Id | None = None


class NewBasis(Body, frozen=True, kw_only=True):
    """By which document."""

    basis: str
