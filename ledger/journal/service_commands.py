"""Commands about the service itself: how fresh what families see is, and where the service is described."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import PortalOutcome


class MeasureFreshness(JournalCommand, frozen=True, kw_only=True):
    """What was measured; fields as in `service_events.FreshnessMeasured`."""

    freshness: str
    size: int
    position: int
    minutes_behind: int
    last_entry_minutes: int


class ListPortal(JournalCommand, frozen=True, kw_only=True):
    """A portal that describes the service, or its new name or link."""

    portal: str
    name: str
    link: str


class DropPortal(JournalCommand, frozen=True, kw_only=True):
    """It is on the list no more."""

    portal: str
    basis: str


class RecordPortalCheck(JournalCommand, frozen=True, kw_only=True):
    """A portal's link was asked for; fields as in `service_events.PortalChecked`."""

    portal: str
    link: str
    diary: str
    outcome: PortalOutcome
