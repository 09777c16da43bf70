"""What the `data` of events about the service itself looks like: freshness, and portals that describe it."""

from typing import Final

from verify.fragments import INDEX, SOME_TEXT, EventType, event_type, string, words

LINK: Final = string(rb"https?://[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?(?:/[!#-\[\]-~]{0,299})?")

SERVICE_EVENTS: Final[tuple[EventType, ...]] = (
    event_type(
        "freshness_measured/1", "freshness", size=INDEX, position=INDEX, minutes_behind=INDEX, last_entry_minutes=INDEX
    ),
    event_type("portal_listed/1", "portal", name=SOME_TEXT, link=LINK),
    event_type("portal_dropped/1", "portal", basis=SOME_TEXT),
    event_type(
        "portal_checked/1",
        "portal",
        link=LINK,
        diary=LINK,
        outcome=words("found", "no_link", "not_found", "no_answer"),
    ),
)
