"""The command that keeps the access log's head in the journal; fields as in `anchor_events`."""

from __future__ import annotations

from ledger.journal.command import JournalCommand


class AnchorAccessLog(JournalCommand, frozen=True, kw_only=True):
    """The access log has this root at this size."""

    size: int
    root: str
