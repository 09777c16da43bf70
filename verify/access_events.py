"""What the `data` of the access log's events looks like (access-log.md)."""

from typing import Final

from verify.fragments import BARE_UUID, INDEX, TEXT, EventType, event_type, string, words

_KIND = (
    rb'"(?:absences|certificates|consents|contacts|corrections|disclosures|entries|guardians|marks|names|notes|reads'
    rb'|results|work)"'
)
_IDS = rb'(\[(?:"' + BARE_UUID + rb'"(?:,"' + BARE_UUID + rb'"){0,63})?\])'
_LOOK: Final = {
    "as_of": INDEX,
    "basis_opt": string(rb"[a-z0-9][a-z0-9._/-]{0,63}"),
    "classes": _IDS,
    "count": INDEX,
    "kinds": rb"(\[" + _KIND + rb"(?:," + _KIND + rb")*\])",
    "operator_opt": INDEX,
    "people": _IDS,
    "purpose": words("view", "question", "export", "print", "check", "subject_request"),
    "scope": words("people", "classes", "school"),
    "what": string(rb"/[a-z0-9_{}./-]{1,118}|letopis(?: [a-z0-9_-]+){1,4}"),
}

ACCESS_EVENTS: Final[tuple[EventType, ...]] = (
    event_type("access_log_opened/1", "access", log=TEXT, name=TEXT),
    event_type("personal_data_read/1", "read", **_LOOK),
    event_type(
        "access_refused/1",
        "refusal",
        classes=_IDS,
        people=_IDS,
        reason=words("acknowledgement", "factor", "reach", "right", "rule"),
        what=_LOOK["what"],
    ),
    event_type("personal_data_exported/1", "read", form=words("archive", "csv", "extract", "form", "image"), **_LOOK),
)
