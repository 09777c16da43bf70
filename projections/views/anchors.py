"""The access log's head, as the journal has it (1.5, 2.4.4; R09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.journal.anchor_events import AccessLogAnchored
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table


class AnchorRow(NamedTuple):
    """The access log had this root at this size."""

    entry: int
    size: int
    root: str
    to_position: int = OPEN


ANCHORS: Final = Table("access_anchors", AnchorRow)


def _anchored(event: AccessLogAnchored, entry: Entry) -> Operations:
    return (AnchorRow(entry.index, event.size, event.root),)


VIEW: Final = View((ANCHORS,), {AccessLogAnchored: _anchored})


@dataclass(frozen=True, slots=True)
class Anchor:
    """An anchor: by which entry, when, by whom, and size and root of the access log."""

    entry: int
    at: str
    actor: str
    size: int
    root: str


def anchors(views: Reader, *, at: AsOf = None) -> Answer[Anchor]:
    """All anchors, in order.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    sql = f"""SELECT t.entry, m.at, m.actor, t.size, t.root FROM {{access_anchors}} t {command_join("t.entry")}
        WHERE {stands("t")} ORDER BY t.entry"""
    return Answer(position, tuple(Anchor(*row) for row in views.select(sql, {"at": position})))
