"""Words of accounts: whose they are, the roles that they may have, why they are closed."""

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

ACCOUNT_KINDS: Final[frozenset[str]] = frozenset(get_args(AccountKind))
ROLES: Final[frozenset[str]] = frozenset(get_args(Role))
ACCOUNT_CLOSINGS: Final[frozenset[str]] = frozenset(get_args(AccountClosing))
