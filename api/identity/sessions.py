"""Beginning and ending sessions: the same for whoever shows to be an account's holder, by a password or at a provider.

What ends an account's sessions and what begins one wait for each other (`hold_account`): a sign-in that was under way
when the password was changed, a factor taken away or everybody signed out is refused, or ended with the others.
"""

from __future__ import annotations

import secrets
from typing import Final

from api.identity.kept import IdentityError, NotTheHolder, Session, Stage, digest_of
from api.identity.rows import Execute

SECRET_BYTES: Final = 32
IDLE_SECONDS: Final = 3_600
SESSION_SECONDS: Final = 12 * 3_600
CLOCKS_APART_SECONDS: Final = 300
"""How far the clocks of two servers of one database may be apart."""
HALF_SECONDS: Final = 600
"""How long who gave the password may look for the second factor."""
FRESH_SECONDS: Final = 600
"""How long after a sign-in new ways in may be made, and passkeys removed."""


def has_factor(execute: Execute, origin: str, account: str) -> bool:
    """Whether an account has a second factor of either kind."""
    rows = execute(
        "SELECT 1 FROM credentials WHERE origin = :origin AND account = :account AND totp_confirmed = 1"
        " UNION ALL SELECT 1 FROM passkeys WHERE origin = :origin AND account = :account",
        {"origin": origin, "account": account},
    )
    return bool(rows)


def hold_account(execute: Execute, origin: str, account: str) -> None:
    """Be the only one that begins or ends sessions of this account, until the transaction ends; its first statement.

    On SQLite a transaction is alone anyway; on PostgreSQL the account's row is the lock.
    """
    execute(
        "UPDATE credentials SET login = login WHERE origin = :origin AND account = :account",
        {"origin": origin, "account": account},
    )


def check_fresh(execute: Execute, origin: str, session: Session, now: int) -> None:
    """Refuse a session that may make no new way in: a stolen cookie would be one for good.

    Raises:
        IdentityError: its sign-in was long ago.
        NotTheHolder: it lacks the second factor of its account, or was ended meanwhile.
    """
    if now - session.made_at > FRESH_SECONDS:
        raise IdentityError("войдите заново: вход был давно / sign in again: it was long ago")
    if session.stage != "full" and has_factor(execute, origin, session.account):
        raise NotTheHolder("the second factor was not passed")
    given = {"origin": origin, "digest": session.digest}
    if not execute("SELECT 1 FROM sessions WHERE origin = :origin AND digest = :digest", given):
        raise NotTheHolder("the session was ended")


def end_session(execute: Execute, origin: str, session: Session) -> None:
    """End a session.

    Raises:
        NotTheHolder: it was ended meanwhile: nothing goes on from it.
    """
    given = {"origin": origin, "digest": session.digest}
    if not execute("DELETE FROM sessions WHERE origin = :origin AND digest = :digest RETURNING account", given):
        raise NotTheHolder("the session was ended")


def end_sessions(execute: Execute, origin: str, account: str) -> None:
    """End every session of an account."""
    given = {"origin": origin, "account": account}
    execute("DELETE FROM sessions WHERE origin = :origin AND account = :account", given)


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
