"""The access log's head in the journal (1.5, 2.4.4; R09).

Who holds the access log's key could cut it or sign another one. What the journal says of it, in entries that outsiders
cosign, they cannot change: each anchor must be a prefix of the access log for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.anchor_events import AccessLogAnchored
from ledger.journal.commands import AnchorAccessLog
from ledger.journal.context import Context
from ledger.journal.recorded import Planned, Recorded

SIZE_MAX: Final = 999_999_999_999_999


class Anchor(NamedTuple):
    """Index of the entry, and what it says."""

    entry: int
    size: int
    root: str


class Anchors(Aggregate, frozen=True, kw_only=True):
    """All anchors, in order."""

    anchors: tuple[Anchor, ...]


def evolve_anchors(state: Anchors | None, events: Iterable[Recorded]) -> Anchors | None:
    """Apply events of the stream of anchors."""
    found = [*state.anchors] if state else []
    for event in events:
        if type(event.data) is not AccessLogAnchored:
            raise TypeError(f"{type(event.data).__name__} is no anchor")
        found.append(Anchor(event.index, event.data.size, event.data.root))
        state = Anchors(stream=event.originator_id, version=event.originator_version, anchors=tuple(found))
    return state


def anchor_access_log(command: AnchorAccessLog, context: Context) -> list[Planned]:
    """Record the access log's head: it has grown since the anchor before (1.5)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.5")
    rules.check_integer(command.size, 1, SIZE_MAX, "size")
    rules.check_sha256(command.root, "root")
    stream = f"anchor/{context.books.school}"
    known = context.find_if_any(Anchors, stream)
    if known is not None and command.size <= known.anchors[-1].size:
        raise Refused("not_grown", "the access log has not grown since it was anchored", clause=LOG, where="size")
    event = AccessLogAnchored(size=command.size, root=command.root)
    return [Planned(stream, known.version + 1 if known else 1, event)]
