"""What the `data` of the event that anchors the access log looks like (events.md, "The access log's head")."""

from typing import Final

from verify.fragments import ROOT, EventType, event_type

ANCHOR_EVENTS: Final[tuple[EventType, ...]] = (
    event_type("access_log_anchored/1", "anchor", size=rb"([1-9][0-9]{0,14})", root=ROOT),
)
