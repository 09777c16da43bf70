"""Beginning a session: the same for whoever shows to be an account's holder, by a password or at a provider."""

from __future__ import annotations

import secrets
from typing import Final

from api.identity.kept import Stage, digest_of
from api.identity.rows import Execute

SECRET_BYTES: Final = 32
IDLE_SECONDS: Final = 3_600
SESSION_SECONDS: Final = 12 * 3_600
HALF_SECONDS: Final = 600
"""How long who gave the password may look for the second factor."""


def begin_session(execute: Execute, origin: str, account: str, stage: Stage, role: str | None, now: int) -> str:
    """Begin a session under a name of the server's own making: none that a client brings is ever taken up.

    Returns:
        Its secret.
    """
    execute(
        "DELETE FROM sessions WHERE origin = :origin AND (expires_at <= :now OR seen_at <= :idle)",
        {"origin": origin, "now": now, "idle": now - IDLE_SECONDS},
    )
    secret = new_secret()
    lasts = HALF_SECONDS if stage == "half" else SESSION_SECONDS
    execute(
        "INSERT INTO sessions (origin, digest, account, stage, role, made_at, seen_at, expires_at)"
        " VALUES (:origin, :digest, :account, :stage, :role, :now, :now, :expires)",
        {
            "origin": origin,
            "digest": digest_of(secret),
            "account": account,
            "stage": stage,
            "role": role,
            "now": now,
            "expires": now + lasts,
        },
    )
    return secret


def new_secret() -> str:
    """256 random bits, as text for cookies, headers and addresses."""
    return secrets.token_urlsafe(SECRET_BYTES)
