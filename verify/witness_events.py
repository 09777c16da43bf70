"""What the `data` of events about the log's witnesses looks like."""

from typing import Final

from verify.fragments import INDEX, ROOT, SOME_TEXT, EventType, event_type, string
from verify.service_events import LINK

WITNESS_EVENTS: Final[tuple[EventType, ...]] = (
    event_type("witness_appointed/1", "witness", basis=SOME_TEXT, held_by=SOME_TEXT, link=LINK, vkey=SOME_TEXT),
    event_type("witness_dismissed/1", "witness", basis=SOME_TEXT),
    event_type(
        "checkpoint_cosigned/1",
        "witness",
        root=ROOT,
        signature=string(rb"[A-Za-z0-9+/]{85}[AQgw]=="),
        size=INDEX,
        time=rb"([1-9][0-9]{0,11})",
    ),
)
