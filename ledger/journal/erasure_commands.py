"""Commands of keeping and erasing personal values; fields as in `erasure_events`."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.erasure_events import RetentionRow
from ledger.journal.vocabulary import ErasureGround, HoldScope, RetentionClass


class AdoptRetentionSchedule(JournalCommand, frozen=True, kw_only=True):
    """From a day on values are kept as these rows say."""

    effective_from: str
    basis: str
    rows: tuple[RetentionRow, ...]


class PlaceLegalHold(JournalCommand, frozen=True, kw_only=True):
    """Nothing of these people is to be erased."""

    hold: str
    whose: HoldScope
    basis: str
    person: str | None = None
    class_group: str | None = None


class LiftLegalHold(JournalCommand, frozen=True, kw_only=True):
    """The hold stands no more."""

    hold: str
    basis: str


class ProposeErasure(JournalCommand, frozen=True, kw_only=True):
    """A person's values are to be erased."""

    erasure: str
    person: str
    retention: tuple[RetentionClass, ...]
    ground: ErasureGround
    basis: str
    counted_from: str | None = None


class ApproveErasure(JournalCommand, frozen=True, kw_only=True):
    """A second person approves an erasure."""

    erasure: str
    basis: str


class RefuseErasure(JournalCommand, frozen=True, kw_only=True):
    """A second person refuses an erasure."""

    erasure: str
    basis: str


class RecordErasure(JournalCommand, frozen=True, kw_only=True):
    """An approved erasure was carried out: keys and disclosures are gone; `sheets` and `sheets_to` as in the event."""

    erasure: str
    disclosures: int
    destroyed_at: str
    sheets: tuple[int, ...] = ()
    sheets_to: int | None = None
