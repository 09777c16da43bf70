"""What the `data` of events about keeping and erasing looks like (events.md, "Keeping and erasing")."""

from typing import Final

from verify.fragments import AT, BARE_TEXT, DATE, INDEX, SOME_TEXT, UUID, EventType, event_type, words

_ROW = (
    rb'\{"citation":"(?!")' + BARE_TEXT + rb'","counted_from":"(?:left|year_end|document)","kept_by":"(?:law|consent)",'
    rb'(?:"kind":"(?:student|teacher|staff|guardian)",)?"retention":"(?:person|journal|print|sheet)",'
    rb'"years":(?:0|[1-9][0-9]?)\}'
)  # fmt: skip
_ROWS = rb"(\[" + _ROW + rb"(?:," + _ROW + rb"){0,49}\])"
_RETENTION = rb'(\[(?:"journal"(?=[\],]),?)?(?:"person")?(?<![,\[])\])'
_NUMBERS = rb"(\[[1-9][0-9]{0,14}(?:,[1-9][0-9]{0,14})*\])"

ERASURE_EVENTS: Final[tuple[EventType, ...]] = (
    event_type("retention_schedule_adopted/1", "retention", effective_from=DATE, basis=SOME_TEXT, rows=_ROWS),
    event_type(
        "legal_hold_placed/1", "hold", hold=UUID, whose=words("all", "person", "class"), basis=SOME_TEXT,
        person_opt=UUID, class_group_opt=UUID,
    ),
    event_type("legal_hold_lifted/1", "hold", hold=UUID, basis=SOME_TEXT),
    event_type(
        "erasure_proposed/1", "erasure", erasure=UUID, person=UUID, retention=_RETENTION,
        ground=words("expiry", "withdrawal", "request", "unlawful"), basis=SOME_TEXT, counted_from_opt=DATE,
    ),
    event_type("erasure_approved/1", "erasure", erasure=UUID, basis=SOME_TEXT),
    event_type("erasure_refused/1", "erasure", erasure=UUID, basis=SOME_TEXT),
    event_type(
        "personal_data_erased/1", "erasure", erasure=UUID, person=UUID, retention=_RETENTION, disclosures=INDEX,
        destroyed_at=AT, sheets_opt=_NUMBERS, sheets_to_opt=INDEX,
    ),
)  # fmt: skip
