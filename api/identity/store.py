"""The secrets of one log's accounts: logins, invitations, sessions, second factors, tokens.

Every method is one transaction. Times are whole seconds since 1970; who calls says which it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from api.identity.kept import IdentityError, Login, NotTheHolder, Session, Stage, Token, digest_of
from api.identity.limits import Limits
from api.identity.links import Links
from api.identity.passkeys import Passkeys
from api.identity.passwords import Cost, Passwords, check_password
from api.identity.program_tokens import TOKENS, check_label, token_of
from api.identity.recovery import make_recovery
from api.identity.rows import OF_ACCOUNTS, Execute, Rows
from api.identity.second_factor import SecondFactors, link_of, spelt
from api.identity.sessions import (
    CLOCKS_APART_SECONDS,
    IDLE_SECONDS,
    begin_session,
    check_fresh,
    end_session,
    end_sessions,
    has_factor,
    hold_account,
    new_secret,
)

INVITATION_SECONDS: Final = 7 * 86_400
TOUCH_SECONDS: Final = 60
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}", re.ASCII)


class Secrets:
    """The secrets of one log. Any thread may use it.

    Args:
        rows: where they are.
        origin: the log's.
        key: 32 bytes outside the database: seals secrets of second factors and names the subjects of limits.
        cost: of a password's hash.
    """

    def __init__(self, rows: Rows, origin: str, key: bytes, cost: Cost | None = None) -> None:
        self._rows = rows
        self._origin = origin
        self._passwords = Passwords(cost)
        self._factors = SecondFactors(origin, key)
        self._limits = Limits(origin, key)
        self.links = Links(rows, origin, key, self._limits)
        self.passkeys = Passkeys(rows, origin, key, self._limits)

    def close(self) -> None:
        """Let go of the database."""
        self._rows.close()

    # Tokens of programs.

    def make_token(
        self, account: str, role: str, label: str, now: int, *, days: int = 365, rights: tuple[str, ...] | None = None
    ) -> str:
        """Make a token; it is told here and never again.

        Raises:
            IdentityError: it would last too long, or its label is none.
        """
        check_label(label, days)
        token = new_secret()
        parameters = {
            **self._of(account, digest=digest_of(token), role=role, label=label, now=now),
            "expires": now + days * 86_400,
            "rights": None if rights is None else " ".join(sorted(rights)),
        }
        self._rows.run(
            lambda execute: execute(
                "INSERT INTO tokens (origin, digest, account, role, rights, label, made_at, expires_at)"
                " VALUES (:origin, :digest, :account, :role, :rights, :label, :now, :expires)",
                parameters,
            )
        )
        return token

    def token(self, token: str, now: int) -> Token | None:
        """The token's row, if it stands; notes the day of its use."""
        parameters = {"origin": self._origin, "digest": digest_of(token), "now": now}
        day = datetime.fromtimestamp(now, UTC).date().isoformat()

        def work(execute: Execute) -> Token | None:
            rows = execute(f"{TOKENS} AND digest = :digest AND expires_at > :now", parameters)
            if not rows:
                return None
            found = token_of(rows[0])
            if found.used_on != day:
                execute(
                    "UPDATE tokens SET used_on = :day WHERE origin = :origin AND digest = :digest",
                    {"origin": self._origin, "digest": parameters["digest"], "day": day},
                )
            return found

        return self._rows.run(work)

    def tokens(self, account: str | None = None) -> list[Token]:
        """Tokens that were not revoked, of one account or of all, the oldest first; spent ones are among them."""
        condition = "" if account is None else " AND account = :account"
        parameters = {"origin": self._origin} | ({} if account is None else {"account": account})
        rows = self._rows.run(lambda execute: execute(f"{TOKENS}{condition} ORDER BY made_at, digest", parameters))
        return [token_of(row) for row in rows]

    def revoke_token(self, account: str, id_: str) -> bool:
        """Revoke the account's token of this id; says whether there was one."""
        rows = self._rows.run(
            lambda execute: execute(
                "DELETE FROM tokens WHERE origin = :origin AND account = :account AND substr(digest, 1, 12) = :id"
                " RETURNING digest",
                self._of(account, id=id_),
            )
        )
        return bool(rows)

    def check_fresh(self, session: Session, now: int) -> None:
        """Refuse a session that may make no token of its account's.

        Raises:
            IdentityError, NotTheHolder: as `api.identity.sessions.check_fresh`.
        """
        self._rows.run(lambda execute: check_fresh(execute, self._origin, session, now))

    # Logins and invitations.

    def login(self, account: str) -> Login | None:
        """How an account signs in; None where nobody was invited to."""
        found = self.logins(account)
        return found[0] if found else None

    def logins(self, account: str | None = None) -> list[Login]:
        """How accounts sign in, by login."""
        condition = "" if account is None else " AND account = :account"
        parameters = {"origin": self._origin} | ({} if account is None else {"account": account})
        sql = (
            "SELECT account, login, password_hash IS NOT NULL, totp_confirmed, (SELECT count(*) FROM recovery_codes r"
            " WHERE r.origin = credentials.origin AND r.account = credentials.account), (SELECT l.issuer FROM links l"
            " WHERE l.origin = credentials.origin AND l.account = credentials.account),"
            " (SELECT count(*) FROM passkeys p WHERE p.origin = credentials.origin AND p.account = credentials.account)"
            f" FROM credentials WHERE origin = :origin{condition} ORDER BY login"
        )
        rows = self._rows.run(lambda execute: execute(sql, parameters))
        return [Login(row[0], row[1], bool(row[2]), bool(row[3] or row[6]), *row[4:]) for row in rows]

    def check_login(self, account: str, login: str) -> None:
        """Refuse a login under which this account's holder cannot be invited.

        Raises:
            IdentityError: the login is none, or another account's.
        """
        _check_login(login)
        self._rows.run(lambda execute: self._check_free(execute, self._of(account, login=login)))

    def invite(self, account: str, login: str, now: int) -> tuple[str, int]:
        """Invite an account's holder to set a password under this login; earlier invitations count no more.

        Returns:
            The code, told here and never again, and when it expires.

        Raises:
            IdentityError: the login is none, or another account's.
        """
        _check_login(login)
        code = new_secret()
        parameters = self._of(account, login=login)
        expires = now + INVITATION_SECONDS

        def work(execute: Execute) -> None:
            self._check_free(execute, parameters)
            execute(
                "INSERT INTO credentials (origin, account, login) VALUES (:origin, :account, :login)"
                " ON CONFLICT (origin, account) DO UPDATE SET login = :login",
                parameters,
            )
            self._forget(execute, "invitations", account)
            execute(
                "INSERT INTO invitations (origin, digest, account, expires_at)"
                " VALUES (:origin, :digest, :account, :expires)",
                self._of(account, digest=digest_of(code), expires=expires),
            )

        self._rows.run(work)
        return code, expires

    def accept(self, code: str, password: str, address: str, now: int) -> str:
        """Set the password that a code invites to; the code is spent, and every session ends.

        Returns:
            The account.

        Raises:
            NotTheHolder: there is no such invitation any more.
            WeakPassword: the password is not taken; the code stands.
            TooManyTries: the address has to wait.
        """
        subjects = (self._limits.subject("invitation", address),)
        self._limits.admit(self._rows, subjects, now)
        found = {"origin": self._origin, "digest": digest_of(code), "now": now}
        standing = " WHERE origin = :origin AND digest = :digest AND expires_at > :now"
        rows = self._rows.run(
            lambda execute: execute(
                "SELECT i.account, c.login FROM invitations i JOIN credentials c ON c.origin = i.origin"
                " AND c.account = i.account WHERE i.origin = :origin AND i.digest = :digest AND i.expires_at > :now",
                found,
            )
        )
        if not rows:
            raise NotTheHolder("no such invitation")
        account, login = rows[0]
        check_password(password, login)
        kept = self._passwords.hash(password)

        def work(execute: Execute) -> None:
            self._hold(execute, account)
            if not execute(f"DELETE FROM invitations{standing} RETURNING account", found):
                raise NotTheHolder("no such invitation")
            self._set_password(execute, account, kept, now)
            self._limits.take_back(execute, subjects)

        self._rows.run(work)
        return str(account)

    def change_password(self, session: Session, old: str, new: str, now: int) -> str:
        """Set another password; every session ends but this one, which gets another name.

        Returns:
            The session's new secret.

        Raises:
            NotTheHolder: the old one is not right, or the session was ended meanwhile.
            WeakPassword: the new one is not taken.
            TooManyTries: the account has to wait.
        """
        account = session.account
        subjects = (self._limits.subject("second", account),)
        self._limits.admit(self._rows, subjects, now)
        rows = self._rows.run(
            lambda execute: execute(
                "SELECT login, password_hash FROM credentials WHERE origin = :origin AND account = :account",
                self._of(account),
            )
        )
        login, before = rows[0] if rows else ("", None)
        if not self._passwords.matches(old, before):
            raise NotTheHolder("the old password is not right")
        check_password(new, login)
        kept = self._passwords.hash(new)

        def work(execute: Execute) -> str:
            self._hold(execute, account)
            self._check_password_stands(execute, account, before)
            end_session(execute, self._origin, session)
            self._set_password(execute, account, kept, now)
            self._limits.take_back(execute, subjects)
            return begin_session(execute, self._origin, account, session.stage, session.role, now)

        return self._rows.run(work)

    # Signing in.

    def sign_in(self, login: str, password: str, address: str, now: int) -> tuple[str, Stage, str]:
        """Begin a session by login and password: half of one where the account has a second factor.

        An unknown login, a wrong password and an account without one are told alike and take as long.

        Returns:
            The session's secret, its stage, the account.

        Raises:
            NotTheHolder: it is not right.
            TooManyTries: login or address has to wait.
        """
        subjects = (self._limits.subject("login", login), self._limits.subject("address", address))
        self._limits.admit(self._rows, subjects, now)
        query = "SELECT account, password_hash FROM credentials WHERE origin = :origin AND login = :login"
        given = {"origin": self._origin, "login": login}
        # What is no login is nobody's, and not every database takes every letter.
        rows = self._rows.run(lambda execute: execute(query, given)) if _LOGIN.fullmatch(login) else []
        account, kept = rows[0] if rows else ("", None)
        if not self._passwords.matches(password, kept):
            raise NotTheHolder("login or password is not right")

        def work(execute: Execute) -> tuple[str, Stage, str]:
            self._hold(execute, account)
            self._check_password_stands(execute, account, kept)
            self._limits.take_back(execute, subjects)
            stage: Stage = "half" if has_factor(execute, self._origin, account) else "single"
            return begin_session(execute, self._origin, account, stage, None, now), stage, account

        return self._rows.run(work)

    def session(self, secret: str, now: int) -> Session | None:
        """The session of this secret, if it stands; a minute's use of it is noted once.

        One that was used later than now is none: it may have ended long before the clock went back.
        """
        digest, within = digest_of(secret), {"idle": now - IDLE_SECONDS, "ahead": now + CLOCKS_APART_SECONDS}
        parameters = {"origin": self._origin, "digest": digest, "now": now, **within}

        def work(execute: Execute) -> Session | None:
            rows = execute(
                "SELECT account, stage, role, seen_at, made_at FROM sessions"
                " WHERE origin = :origin AND digest = :digest AND expires_at > :now AND seen_at > :idle"
                " AND seen_at <= :ahead",
                parameters,
            )
            if not rows:
                return None
            account, stage, role, seen_at, made_at = rows[0]
            if now - seen_at >= TOUCH_SECONDS:
                execute("UPDATE sessions SET seen_at = :now WHERE origin = :origin AND digest = :digest", parameters)
            return Session(digest, account, stage, role, made_at)

        return self._rows.run(work)

    def choose_role(self, session: Session, role: str) -> None:
        """Let a session act in this role from now on."""
        self._rows.run(
            lambda execute: execute(
                "UPDATE sessions SET role = :role WHERE origin = :origin AND digest = :digest",
                {"origin": self._origin, "digest": session.digest, "role": role},
            )
        )

    def sign_out(self, session: Session, *, everywhere: bool = False) -> None:
        """End a session, or all of its account."""
        if everywhere:
            self.end_sessions(session.account)
        else:
            self._rows.run(lambda execute: end_session(execute, self._origin, session))

    def end_sessions(self, account: str) -> None:
        """End every session of an account."""

        def work(execute: Execute) -> None:
            self._hold(execute, account)
            end_sessions(execute, self._origin, account)

        self._rows.run(work)

    # The second factor.

    def enrol(self, session: Session, now: int) -> tuple[str, str]:
        """Make a secret for an account that has no authenticator; it counts once a code of it was given.

        Returns:
            The secret as it is typed, and the link that authenticators take.

        Raises:
            IdentityError: the account has one, or the sign-in was long ago.
            NotTheHolder: the session lacks a factor that the account has, or was ended meanwhile.
        """
        secret, sealed, algorithm = self._factors.make(session.account)

        def work(execute: Execute) -> list[tuple[str]]:
            self._hold(execute, session.account)
            check_fresh(execute, self._origin, session, now)
            return execute(
                "UPDATE credentials SET totp_sealed = :sealed, totp_algorithm = :algorithm, totp_step = 0"
                " WHERE origin = :origin AND account = :account AND totp_confirmed = 0 RETURNING login",
                self._of(session.account, sealed=sealed, algorithm=algorithm),
            )

        rows = self._rows.run(work)
        if not rows:
            raise IdentityError("второй фактор уже есть / there is a second factor already")
        return spelt(secret), link_of(secret, rows[0][0], self._origin)

    def pass_second(self, session: Session, code: str, now: int) -> tuple[str, list[str]]:
        """Take a code of the second factor, or a recovery code: the session goes on as a full one, under another name.

        A code is taken once. The first that is taken confirms the factor, and ends every other session of the account:
        who has the password alone may sit in one.

        Returns:
            The session's new secret, and the recovery codes where it was the first; told here and never again.

        Raises:
            NotTheHolder: it is not right, or was taken before; or the session was ended meanwhile.
            TooManyTries: the account has to wait.
        """
        subjects = (self._limits.subject("second", session.account),)
        self._limits.admit(self._rows, subjects, now)

        def work(execute: Execute) -> tuple[str, list[str]]:
            self._hold(execute, session.account)
            first = self._factors.take(execute, session, code, now)
            self._limits.take_back(execute, subjects)
            end_session(execute, self._origin, session)
            codes = []
            if first:
                end_sessions(execute, self._origin, session.account)
                codes = make_recovery(execute, self._origin, session.account)
            return begin_session(execute, self._origin, session.account, "full", session.role, now), codes

        return self._rows.run(work)

    def reset_second(self, account: str) -> bool:
        """Take every second factor and recovery code of an account away and end its sessions; was there one?"""

        def work(execute: Execute) -> bool:
            self._hold(execute, account)
            rows = execute(
                "UPDATE credentials SET totp_sealed = NULL, totp_algorithm = NULL, totp_confirmed = 0, totp_step = 0"
                " WHERE origin = :origin AND account = :account AND totp_sealed IS NOT NULL RETURNING account",
                self._of(account),
            )
            passkeys = execute(
                "DELETE FROM passkeys WHERE origin = :origin AND account = :account RETURNING digest", self._of(account)
            )
            self._forget(execute, "recovery_codes", account)
            end_sessions(execute, self._origin, account)
            return bool(rows or passkeys)

        return self._rows.run(work)

    def forget(self, account: str) -> None:
        """Take away all that lets somebody in to an account: it was closed."""

        def work(execute: Execute) -> None:
            self._hold(execute, account)
            for table in OF_ACCOUNTS:
                self._forget(execute, table, account)

        self._rows.run(work)

    def void_codes(self, account: str) -> None:
        """Let no code of an invitation that was not used count any more."""
        self._rows.run(lambda execute: self._forget(execute, "invitations", account))

    # Pieces of transactions.

    def _check_free(self, execute: Execute, parameters: dict[str, object]) -> None:
        taken = "SELECT account FROM credentials WHERE origin = :origin AND login = :login AND account <> :account"
        if execute(taken, parameters):
            raise IdentityError("это имя входа занято / this login is taken")

    def _set_password(self, execute: Execute, account: str, kept: str, now: int) -> None:
        execute(
            "UPDATE credentials SET password_hash = :kept, changed_at = :now"
            " WHERE origin = :origin AND account = :account",
            self._of(account, kept=kept, now=now),
        )
        end_sessions(execute, self._origin, account)

    def _hold(self, execute: Execute, account: str) -> None:
        hold_account(execute, self._origin, account)

    def _check_password_stands(self, execute: Execute, account: str, kept: str | None) -> None:
        """Refuse a password that was right when its hash was read, and is another's by now.

        Raises:
            NotTheHolder: it is.
        """
        where = "WHERE origin = :origin AND account = :account AND password_hash = :kept"
        if not execute(f"SELECT 1 FROM credentials {where}", self._of(account, kept=kept)):
            raise NotTheHolder("the password was changed")

    def _forget(self, execute: Execute, table: str, account: str) -> None:
        execute(f"DELETE FROM {table} WHERE origin = :origin AND account = :account", self._of(account))

    def _of(self, account: str, **more: object) -> dict[str, object]:
        return {"origin": self._origin, "account": account, **more}


def _check_login(login: str) -> None:
    if not _LOGIN.fullmatch(login):
        raise IdentityError(
            "имя входа — 3–32 строчных латинских буквы, цифры, точки, дефиса / "
            "a login is 3 to 32 lower-case letters, digits, dots and dashes"
        )
