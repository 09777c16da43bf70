"""Tokens of programs: which are made, and how their rows are read."""

from __future__ import annotations

from typing import Any, Final

from api.identity.kept import IdentityError, Token

TOKEN_DAYS_MAX: Final = 366
LABEL_LENGTH_MAX: Final = 100
TOKENS: Final = (
    "SELECT digest, account, role, rights, label, made_at, expires_at, used_on FROM tokens WHERE origin = :origin"
)
"""All tokens of a log, to put more conditions behind; `token_of` reads a row."""


def check_label(label: str, days: int) -> None:
    """Refuse a token that cannot be made.

    Raises:
        IdentityError: it would last too long, or its label is none.
    """
    if not 1 <= days <= TOKEN_DAYS_MAX or not 1 <= len(label) <= LABEL_LENGTH_MAX or not label.isprintable():
        raise IdentityError(
            f"ключ — от 1 до {TOKEN_DAYS_MAX} дней, метка до {LABEL_LENGTH_MAX} знаков / "
            f"a token lasts 1 to {TOKEN_DAYS_MAX} days and has a label of up to {LABEL_LENGTH_MAX} characters"
        )


def token_of(row: tuple[Any, ...]) -> Token:
    """The token of a row of `TOKENS`."""
    digest, account, role, rights, *rest = row
    return Token(digest[:12], account, role, None if rights is None else tuple(rights.split()), *rest)
