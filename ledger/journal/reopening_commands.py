"""Commands by which two people open a closed period, or a class's closed journal, again; fields as of the events."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import ReopeningReason


class RequestPeriodReopening(JournalCommand, frozen=True, kw_only=True):
    """Ask that a closed period be opened again; `note`: a digest."""

    period: str
    reason: ReopeningReason
    basis: str
    note: str | None = None


class ApprovePeriodReopening(JournalCommand, frozen=True, kw_only=True):
    """Open it, as a second person; `request`: the index of the entry that asked."""

    period: str
    request: int
    basis: str


class RefusePeriodReopening(JournalCommand, frozen=True, kw_only=True):
    """Leave it closed, as a second person."""

    period: str
    request: int
    basis: str


class RequestJournalReopening(JournalCommand, frozen=True, kw_only=True):
    """Ask that a class's closed journal be opened again; `note`: a digest."""

    class_group: str
    reason: ReopeningReason
    basis: str
    note: str | None = None


class ApproveJournalReopening(JournalCommand, frozen=True, kw_only=True):
    """Open it, as a second person; `request`: the index of the entry that asked."""

    class_group: str
    request: int
    basis: str


class RefuseJournalReopening(JournalCommand, frozen=True, kw_only=True):
    """Leave it closed, as a second person."""

    class_group: str
    request: int
    basis: str
