"""Words of accounts: whose they are, the roles that they may have, why they are closed, who helps in to them."""

from __future__ import annotations

from typing import Final, Literal, get_args

AccountKind = Literal["employee", "student", "guardian", "inspector", "program"]
Role = Literal[
    "teacher",
    "class_teacher",
    "deputy",
    "director",
    "administrator",
    "system_administrator",
    "inspector",
    "archivist",
    "student",
    "guardian",
    "export_job",
]
"""In which role an account may act; `system_administrator` sees neither marks nor names."""
AccountClosing = Literal["dismissed", "left", "graduated", "ended", "mistake"]
SignInHelp = Literal["first_code", "code", "second_factor", "passkey", "link", "token"]
"""What was given or taken away: a code of an invitation where nobody was invited yet, or again; a second factor; one
passkey; the link to the school's provider; a program's token that somebody else made."""
AskedHelp = Literal["first_code", "code", "second_factor"]
"""What is asked of a second person."""
HelpReason = Literal[
    "first_access", "code_unused", "forgotten_password", "lost_device", "in_wrong_hands", "provider", "program", "other"
]

ACCOUNT_WORDS: Final[dict[str, str]] = {
    "employee": "сотрудник",
    "student": "ученик",
    "guardian": "законный представитель",
    "inspector": "проверяющий",
    "program": "программа",
}

ACCOUNT_CLOSING_WORDS: Final[dict[str, str]] = {
    "dismissed": "уволен",
    "left": "выбыл",
    "graduated": "окончил школу",
    "ended": "срок истёк",
    "mistake": "заведена по ошибке",
}

SIGN_IN_HELP_WORDS: Final[dict[str, str]] = {
    "first_code": "первый код приглашения",
    "code": "новый код приглашения",
    "second_factor": "второй фактор снят",
    "passkey": "ключ входа снят",
    "link": "связь с поставщиком снята",
    "token": "ключ для программы",
}

HELP_REASON_WORDS: Final[dict[str, str]] = {
    "first_access": "первый вход",
    "code_unused": "код не использован",
    "forgotten_password": "забыт пароль",
    "lost_device": "потеряно устройство",
    "in_wrong_hands": "вход мог попасть в чужие руки",
    "provider": "смена поставщика входа",
    "program": "для программы",
    "other": "иное",
}

ACCOUNT_KINDS: Final[frozenset[str]] = frozenset(get_args(AccountKind))
ROLES: Final[frozenset[str]] = frozenset(get_args(Role))
ACCOUNT_CLOSINGS: Final[frozenset[str]] = frozenset(get_args(AccountClosing))
SIGN_IN_HELPS: Final[frozenset[str]] = frozenset(get_args(SignInHelp))
ASKED_HELPS: Final[frozenset[str]] = frozenset(get_args(AskedHelp))
HELP_REASONS: Final[frozenset[str]] = frozenset(get_args(HelpReason))
