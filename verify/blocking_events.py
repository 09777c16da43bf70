"""What the `data` of events about blocking looks like (events.md, "Blocking")."""

from typing import Final

from verify.fragments import DATE, INDEX, SOME_TEXT, UUID, EventType, event_type, words

_NAME = rb'"(?:address|birth_date|email|family_name|given_name|patronymic|phone)"'

BLOCKING_EVENTS: Final[tuple[EventType, ...]] = (
    event_type(
        "personal_data_blocked/1", "blocking", block=UUID, person=UUID, ground=words("inaccurate", "unlawful"),
        requested_by=words("person", "representative", "authority"), received_on=DATE, basis=SOME_TEXT,
        applicant_opt=UUID, fields_opt=rb"(\[" + _NAME + rb"(?:," + _NAME + rb"){0,6}\])",
    ),
    event_type(
        "personal_data_unblocked/1", "blocking", block=UUID, outcome=words("confirmed", "corrected"), basis=SOME_TEXT,
        change_opt=INDEX,
    ),
)  # fmt: skip
