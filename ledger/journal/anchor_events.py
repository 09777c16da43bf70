"""The event that keeps the access log's head in the journal (`verify/spec/events.md`, The access log's head)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event


class AccessLogAnchored(Event, frozen=True, kw_only=True):
    """`anchor/<school>`: the first `size` entries of the access log, not of this one, have this `root`."""

    size: int
    root: str


ANCHOR_EVENT_TYPES: Final[dict[str, type[Event]]] = {"access_log_anchored/1": AccessLogAnchored}
