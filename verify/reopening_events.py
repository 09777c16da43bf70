"""What the `data` of requests to open something again, and of their answers, looks like (events.md, "Reopening")."""

from typing import Final

from verify.fragments import DIGEST, INDEX, SOME_TEXT, EventType, event_type, words

REOPENED_FOR: Final = words("not_recorded", "recorded_wrongly", "closed_by_mistake", "inspection", "other")


def _of(what: str, stream: str) -> tuple[EventType, ...]:
    name = f"{what}_reopening_"
    return (
        event_type(name + "requested/1", stream, reason=REOPENED_FOR, basis=SOME_TEXT, sd_opt=DIGEST),
        event_type(name + "approved/1", stream, request=INDEX, basis=SOME_TEXT),
        event_type(name + "refused/1", stream, request=INDEX, basis=SOME_TEXT),
    )


REOPENING_EVENTS: Final = (*_of("period", "period"), *_of("journal", "class"))
