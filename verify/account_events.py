"""What the `data` of events about accounts looks like (events.md, "Accounts")."""

from typing import Final

from verify.fragments import BARE_UUID, DATE, DIGEST, INDEX, ROOT, SOME_TEXT, UUID, EventType, event_type, words

_IDS = rb'(\["' + BARE_UUID + rb'"(?:,"' + BARE_UUID + rb'"){0,99}\])'

_HELPED_FOR = words(
    "first_access", "code_unused", "forgotten_password", "lost_device", "in_wrong_hands", "provider", "program", "other"
)

ACCOUNT_EVENTS: Final[tuple[EventType, ...]] = (
    event_type("accounts_founded/1", "accounts", account=UUID),
    event_type(
        "account_opened/1", "account", kind=words("employee", "student", "guardian", "inspector", "program"),
        sd_opt=DIGEST,
    ),
    event_type(
        "role_granted/1", "account",
        role=words(
            "teacher", "class_teacher", "deputy", "director", "administrator", "system_administrator", "inspector",
            "archivist", "student", "guardian", "export_job",
        ),
        starts_on=DATE, ends_on_opt=DATE, basis=SOME_TEXT, purpose_opt=SOME_TEXT, class_groups_opt=_IDS,
        periods_opt=_IDS, student_opt=UUID,
    ),
    event_type("role_revoked/1", "account", grant=INDEX, basis=SOME_TEXT),
    event_type(
        "account_closed/1", "account", basis=SOME_TEXT, last_day_opt=DATE,
        reason=words("dismissed", "left", "graduated", "ended", "mistake"),
    ),
    event_type("confidentiality_acknowledged/1", "account", sha256=ROOT),
    event_type(
        "sign_in_helped/1", "account", basis_opt=SOME_TEXT, reason=_HELPED_FOR, request_opt=INDEX,
        help=words("first_code", "code", "second_factor", "passkey", "link", "token"),
    ),
    event_type(
        "sign_in_help_requested/1", "account", help=words("first_code", "code", "second_factor"), reason=_HELPED_FOR
    ),
    event_type("sign_in_help_refused/1", "account", request=INDEX, basis=SOME_TEXT),
)  # fmt: skip
