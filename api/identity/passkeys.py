"""Passkeys of accounts: public keys, how often each signed, and what each is asked to sign next.

A challenge is 256 random bits of the server's own making, good for two minutes, once, and in the session that asked.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from api.identity.kept import IdentityError, PasskeyRefused, Registered, Session, Stage
from api.identity.limits import Limits
from api.identity.recovery import make_recovery
from api.identity.rows import Execute, Rows
from api.identity.sessions import begin_session, check_fresh, end_session, end_sessions, has_factor, hold_account

CHALLENGE_SECONDS: Final = 120
PASSKEYS_MAX: Final = 10
"""Of one account."""
NAME_LENGTH_MAX: Final = 50
ROWS_MAX: Final = 20_000
Purpose = Literal["set_up", "sign_in"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey's row, which lets nobody in. `id`: to remove it by."""

    id: str
    account: str
    name: str
    made_at: int
    used_on: str | None


class Passkeys:
    """Passkeys of one log. Any thread may use it; every method is one transaction, or says otherwise."""

    def __init__(self, rows: Rows, origin: str, key: bytes, limits: Limits) -> None:
        self._rows = rows
        self._origin = origin
        self._key = key
        self._limits = limits

    def handle(self, account: str) -> bytes:
        """What devices know an account by: it tells nobody whose it is."""
        return hmac.new(self._key, f"{self._origin}\npasskey\n{account}".encode(), hashlib.sha256).digest()

    def listed(self, account: str) -> list[Passkey]:
        """An account's passkeys, the oldest first."""
        rows = self._rows.run(
            lambda execute: execute(
                "SELECT digest, account, name, made_at, used_on FROM passkeys"
                " WHERE origin = :origin AND account = :account ORDER BY made_at, digest",
                self._of(account),
            )
        )
        return [Passkey(row[0][:12], *row[1:]) for row in rows]

    def begin_new(self, session: Session, now: int) -> tuple[bytes, str, list[bytes]]:
        """Ask for a new passkey.

        Returns:
            The challenge, the account's login, the ids of the passkeys that it has.

        Raises:
            IdentityError: the sign-in is not of just now, lacks the second factor, or there are enough of them.
        """

        def work(execute: Execute) -> tuple[bytes, str, list[bytes]]:
            check_fresh(execute, self._origin, session, now)
            known = self._known(execute, session.account)
            if len(known) >= PASSKEYS_MAX:
                raise IdentityError(f"не больше {PASSKEYS_MAX} ключей входа / at most {PASSKEYS_MAX} passkeys")
            rows = execute(
                "SELECT login FROM credentials WHERE origin = :origin AND account = :account", self._of(session.account)
            )
            return self._challenge(execute, "set_up", session, now), rows[0][0] if rows else "", known

        return self._rows.run(work)

    def begin(self, session: Session | None, address: str, now: int) -> tuple[bytes, list[bytes]]:
        """Ask for a passkey's signature: of the session's account, or of whoever it is. A try is counted before.

        Returns:
            The challenge, and the ids of the passkeys that may answer; none: any.

        Raises:
            TooManyTries: the address has to wait.
        """
        self._limits.admit(self._rows, (self._limits.subject("passkey", address),), now)

        def work(execute: Execute) -> tuple[bytes, list[bytes]]:
            known = [] if session is None else self._known(execute, session.account)
            return self._challenge(execute, "sign_in", session, now), known

        return self._rows.run(work)

    def take_up(self, challenge: bytes, purpose: Purpose, session: Session | None, now: int) -> None:
        """Spend a challenge.

        Raises:
            PasskeyRefused: it was not asked here, not for this, not in this session, was answered before, or long ago.
        """
        rows = self._rows.run(
            lambda execute: execute(
                "DELETE FROM challenges WHERE origin = :origin AND digest = :digest"
                " RETURNING purpose, session, expires_at",
                {"origin": self._origin, "digest": hashlib.sha256(challenge).hexdigest()},
            )
        )
        asked = None if session is None else session.digest
        if not rows or rows[0][0] != purpose or rows[0][1] != asked or rows[0][2] <= now:
            raise PasskeyRefused("the challenge does not stand")

    def keep(self, session: Session, made: Registered, name: str, now: int) -> tuple[str, str, list[str]]:
        """Keep a passkey that was judged: the session goes on as a full one; with a first factor the others end.

        Returns:
            The session's new secret, the passkey's id, and recovery codes where this is the account's first factor.

        Raises:
            IdentityError: the name is none, the passkey is known, or as `begin_new`.
        """
        if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable() or name != name.strip():
            raise IdentityError(
                f"имя ключа входа — 1–{NAME_LENGTH_MAX} знаков / a passkey's name has 1 to {NAME_LENGTH_MAX} characters"
            )
        account, digest = session.account, hashlib.sha256(made.credential).hexdigest()
        row = self._of(account, digest=digest, credential=made.credential, key=made.public_key, name=name, now=now)

        def work(execute: Execute) -> tuple[str, str, list[str]]:
            hold_account(execute, self._origin, account)
            check_fresh(execute, self._origin, session, now)
            first = not has_factor(execute, self._origin, account)
            taken = execute(
                "INSERT INTO passkeys (origin, digest, account, credential, public_key, sign_count, name, made_at)"
                " VALUES (:origin, :digest, :account, :credential, :key, :count, :name, :now)"
                " ON CONFLICT (origin, digest) DO NOTHING RETURNING digest",
                row | {"count": made.sign_count},
            )
            if not taken:
                raise IdentityError("этот ключ входа уже есть / this passkey is kept already")
            if first:
                # Who has the password alone may sit in another session, or have begun a factor of his own.
                execute(
                    "UPDATE credentials SET totp_sealed = NULL, totp_algorithm = NULL, totp_step = 0"
                    " WHERE origin = :origin AND account = :account AND totp_confirmed = 0",
                    self._of(account),
                )
            codes = make_recovery(execute, self._origin, account) if first else []
            return self._renewed(execute, session, now, alone=first), digest[:12], codes

        return self._rows.run(work)

    def admit(
        self,
        credential: bytes,
        judge: Callable[[bytes], int],
        session: Session | None,
        address: str,
        now: int,
    ) -> tuple[str, Stage, str]:
        """Begin a session for a passkey's holder; `judge` gets the public key and says how often it signed by now.

        Judged between two transactions.

        Returns:
            The session's secret, its stage, the account.

        Raises:
            PasskeyRefused: no such passkey, another account's than the session's, or it signed less often than it had
                before: there is a copy of it.
            NotTheHolder: the session was ended meanwhile.
        """
        found = self._of("", digest=hashlib.sha256(credential).hexdigest())
        rows = self._rows.run(
            lambda execute: execute(
                "SELECT account, public_key FROM passkeys WHERE origin = :origin AND digest = :digest", found
            )
        )
        if not rows or (session is not None and rows[0][0] != session.account):
            raise PasskeyRefused("no such passkey of this account")
        account, count = rows[0][0], judge(bytes(rows[0][1]))
        day = datetime.fromtimestamp(now, UTC).date().isoformat()

        def work(execute: Execute) -> tuple[str, Stage, str]:
            hold_account(execute, self._origin, account)
            taken = execute(
                "UPDATE passkeys SET sign_count = :count, used_on = :day WHERE origin = :origin AND digest = :digest"
                " AND account = :account AND (sign_count < :count OR (sign_count = 0 AND :count = 0))"
                " RETURNING account",
                found | {"account": account, "count": count, "day": day},
            )
            if not taken:
                raise PasskeyRefused("it signed no more often than before: a copy?")
            self._limits.take_back(execute, (self._limits.subject("passkey", address),))
            if session is not None:
                end_session(execute, self._origin, session)
            role = None if session is None else session.role
            return begin_session(execute, self._origin, account, "full", role, now), "full", account

        return self._rows.run(work)

    def remove_own(self, session: Session, id_: str, now: int) -> str | None:
        """Remove one of the session's account; every other session ends.

        Returns:
            The session's new secret; None where there is no such passkey.

        Raises:
            IdentityError: as `begin_new`.
        """

        def work(execute: Execute) -> str | None:
            hold_account(execute, self._origin, session.account)
            check_fresh(execute, self._origin, session, now)
            return (
                self._renewed(execute, session, now, alone=True)
                if self._remove(execute, session.account, id_)
                else None
            )

        return self._rows.run(work)

    def remove(self, account: str, id_: str) -> bool:
        """Remove an account's passkey and end its sessions; says whether there was one."""

        def work(execute: Execute) -> bool:
            hold_account(execute, self._origin, account)
            end_sessions(execute, self._origin, account)
            return self._remove(execute, account, id_)

        return self._rows.run(work)

    # Pieces of transactions.

    def _remove(self, execute: Execute, account: str, id_: str) -> bool:
        rows = execute(
            "DELETE FROM passkeys WHERE origin = :origin AND account = :account AND substr(digest, 1, 12) = :id"
            " RETURNING digest",
            self._of(account, id=id_),
        )
        if not has_factor(execute, self._origin, account):
            execute("DELETE FROM recovery_codes WHERE origin = :origin AND account = :account", self._of(account))
        return bool(rows)

    def _known(self, execute: Execute, account: str) -> list[bytes]:
        rows = execute(
            "SELECT credential FROM passkeys WHERE origin = :origin AND account = :account ORDER BY made_at, digest",
            self._of(account),
        )
        return [bytes(row[0]) for row in rows]

    def _challenge(self, execute: Execute, purpose: Purpose, session: Session | None, now: int) -> bytes:
        challenge = secrets.token_bytes(32)
        row = {
            "origin": self._origin,
            "digest": hashlib.sha256(challenge).hexdigest(),
            "purpose": purpose,
            "session": None if session is None else session.digest,
            "expires": now + CHALLENGE_SECONDS,
            "now": now,
        }
        execute("DELETE FROM challenges WHERE origin = :origin AND expires_at <= :now", row)
        ((count,),) = execute("SELECT count(*) FROM challenges WHERE origin = :origin", row)
        if count >= ROWS_MAX:
            execute(
                "DELETE FROM challenges WHERE origin = :origin AND digest IN (SELECT digest FROM challenges"
                " WHERE origin = :origin ORDER BY expires_at, digest LIMIT :surplus)",
                row | {"surplus": count - ROWS_MAX + 1},
            )
        execute(
            "INSERT INTO challenges (origin, digest, purpose, session, expires_at)"
            " VALUES (:origin, :digest, :purpose, :session, :expires)",
            row,
        )
        return challenge

    def _renewed(self, execute: Execute, session: Session, now: int, *, alone: bool) -> str:
        """The session under another name, as a full one; `alone`: every other session of the account ends."""
        end_session(execute, self._origin, session)
        if alone:
            end_sessions(execute, self._origin, session.account)
        stage: Stage = "full" if has_factor(execute, self._origin, session.account) else "single"
        return begin_session(execute, self._origin, session.account, stage, session.role, now)

    def _of(self, account: str, **more: object) -> dict[str, object]:
        return {"origin": self._origin, "account": account, **more}
