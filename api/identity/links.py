"""Sign-ins at a provider outside, as far as this side keeps them: who is there now, and whom it vouches for.

A browser that leaves for the provider takes a cookie along. What its return is held against (state, nonce, the verifier
of PKCE) is derived from the cookie's secret, of which the database has the digest alone: no row finishes a sign-in.

An account is linked to a pair of issuer and subject by its holder, who brings an invitation's code; the pair is kept as
a keyed digest, since some providers' subjects are numbers of people. Nothing else of a token is looked at: an address
or a name that a provider tells never finds an account.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from api.identity.kept import IdentityError, NotTheHolder, Stage, digest_of
from api.identity.limits import Limits, Subject
from api.identity.rows import Execute, Rows
from api.identity.sessions import begin_session, end_sessions, has_factor, hold_account, new_secret

DEPARTURE_SECONDS: Final = 600
"""How long a sign-in at the provider may take."""
ROWS_MAX: Final = 20_000


class NotLinked(IdentityError):  # noqa: N818 - reads as what it says
    """The provider knows who this is, and the school does not: no account is linked to it."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A sign-in that was begun: what goes along to the provider, and has to come back.

    Attributes:
        secret: of the cookie.
        state: comes back in the address.
        nonce: comes back in the token.
        verifier: of PKCE; its digest goes along, and it follows with the code.
    """

    secret: str
    state: str
    nonce: str
    verifier: str


def departure_of(secret: str) -> Departure:
    """What belongs to a cookie's secret; none of it tells the secret or another part."""

    def derived(name: str) -> str:
        digest = hmac.new(secret.encode("utf-8", "surrogatepass"), name.encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    return Departure(secret, derived("state"), derived("nonce"), derived("verifier"))


class Links:
    """Departures and links of one log. Any thread may use it; every method is one transaction, or says otherwise."""

    def __init__(self, rows: Rows, origin: str, key: bytes, limits: Limits) -> None:
        self._rows = rows
        self._origin = origin
        self._key = key
        self._limits = limits

    def depart(self, code: str | None, address: str, now: int) -> Departure:
        """Begin a sign-in; with an invitation's code, one that links. A try is counted, in a transaction before.

        Raises:
            NotTheHolder: there is no such invitation.
            TooManyTries: the address has to wait.
        """
        subjects = self._subjects(address)
        if code is not None:
            subjects = (*subjects, self._limits.subject("invitation", address))
        self._limits.admit(self._rows, subjects, now)
        departure = departure_of(new_secret())
        invitation = None if code is None else digest_of(code)
        row = {
            "origin": self._origin,
            "digest": digest_of(departure.secret),
            "invitation": invitation,
            "now": now,
            "expires": now + DEPARTURE_SECONDS,
        }

        def work(execute: Execute) -> None:
            if invitation is not None:
                self._invited(execute, invitation, now)
                self._limits.take_back(execute, subjects[1:])
            self._forget_old(execute, now)
            execute(
                "INSERT INTO departures (origin, digest, invitation, expires_at)"
                " VALUES (:origin, :digest, :invitation, :expires)",
                row,
            )

        self._rows.run(work)
        return departure

    def come_back(self, secret: str, state: str, now: int) -> tuple[Departure, str | None]:
        """Take up a sign-in that was begun, once.

        Returns:
            What went along, and the digest of the invitation that it is to be linked by.

        Raises:
            NotTheHolder: none was begun here, it came back before, it took too long, or the state is another's.
        """
        departure = departure_of(secret)
        rows = self._rows.run(
            lambda execute: execute(
                "DELETE FROM departures WHERE origin = :origin AND digest = :digest RETURNING invitation, expires_at",
                {"origin": self._origin, "digest": digest_of(secret)},
            )
        )
        if not rows or rows[0][1] <= now or not hmac.compare_digest(departure.state.encode(), state.encode()):
            raise NotTheHolder("no such sign-in was begun")
        return departure, rows[0][0]

    def admit(
        self, issuer: str, subject: str, address: str, now: int, *, invitation: str | None, strong: bool
    ) -> tuple[str, Stage, str]:
        """Begin a session for whom an issuer vouches for: of the account that is linked, or linked now by invitation.

        An invitation is spent, and every session of its account ends. Half a session where the account has a second
        factor, as with a password, unless the provider asked for one (`strong`).

        Returns:
            The session's secret, its stage, the account.

        Raises:
            NotLinked: no account is linked to the pair.
            NotTheHolder: the invitation stands no more.
            IdentityError: the pair is another account's.
        """
        pair = self._pair(issuer, subject)

        def work(execute: Execute) -> tuple[str, Stage, str]:
            found = self._linked(execute, pair) if invitation is None else self._invited(execute, invitation, now)
            if found is not None:
                hold_account(execute, self._origin, found)
            account = self._linked(execute, pair)
            if invitation is not None:
                account = self._link(execute, invitation, account, issuer, pair, now)
            if account is None or account != found:
                raise NotLinked(
                    "поставщик вас знает, а здесь с этим входом никто не связан: попросите приглашение / "
                    "the provider knows you, and no account here is linked to that: ask for an invitation"
                )
            stage: Stage = "full" if strong else "half" if has_factor(execute, self._origin, account) else "single"
            self._limits.take_back(execute, self._subjects(address))
            return begin_session(execute, self._origin, account, stage, None, now), stage, account

        return self._rows.run(work)

    def unlink(self, account: str) -> bool:
        """Take an account's link away and end its sessions; says whether there was one."""

        def work(execute: Execute) -> bool:
            hold_account(execute, self._origin, account)
            end_sessions(execute, self._origin, account)
            where = "WHERE origin = :origin AND account = :account"
            given = {"origin": self._origin, "account": account}
            return bool(execute(f"DELETE FROM links {where} RETURNING account", given))

        return self._rows.run(work)

    # Pieces of transactions.

    def _invited(self, execute: Execute, invitation: str, now: int, *, spend: bool = False) -> str:
        """Whose invitation it is.

        Raises:
            NotTheHolder: it stands no more.
        """
        head, tail = ("DELETE FROM", "RETURNING account") if spend else ("SELECT account FROM", "")
        rows = execute(
            f"{head} invitations WHERE origin = :origin AND digest = :digest AND expires_at > :now {tail}",
            {"origin": self._origin, "digest": invitation, "now": now},
        )
        if not rows:
            raise NotTheHolder("no such invitation")
        return str(rows[0][0])

    def _link(self, execute: Execute, invitation: str, linked: str | None, issuer: str, pair: str, now: int) -> str:
        account = self._invited(execute, invitation, now, spend=True)
        if linked is not None and linked != account:
            raise IdentityError(
                "этот вход у поставщика связан с другой учётной записью / "
                "this sign-in at the provider is linked to another account"
            )
        row = {"origin": self._origin, "account": account, "issuer": issuer, "subject": pair, "now": now}
        execute(
            "INSERT INTO links (origin, account, issuer, subject, made_at)"
            " VALUES (:origin, :account, :issuer, :subject, :now) ON CONFLICT (origin, account)"
            " DO UPDATE SET issuer = :issuer, subject = :subject, made_at = :now",
            row,
        )
        end_sessions(execute, self._origin, account)
        return account

    def _linked(self, execute: Execute, pair: str) -> str | None:
        rows = execute(
            "SELECT account FROM links WHERE origin = :origin AND subject = :subject",
            {"origin": self._origin, "subject": pair},
        )
        return str(rows[0][0]) if rows else None

    def _forget_old(self, execute: Execute, now: int) -> None:
        parameters = {"origin": self._origin, "now": now}
        execute("DELETE FROM departures WHERE origin = :origin AND expires_at <= :now", parameters)
        ((count,),) = execute("SELECT count(*) FROM departures WHERE origin = :origin", parameters)
        if count >= ROWS_MAX:
            execute(
                "DELETE FROM departures WHERE origin = :origin AND digest IN (SELECT digest FROM departures"
                " WHERE origin = :origin ORDER BY expires_at, digest LIMIT :surplus)",
                parameters | {"surplus": count - ROWS_MAX + 1},
            )

    def _subjects(self, address: str) -> tuple[Subject, ...]:
        return (self._limits.subject("provider", address),)

    def _pair(self, issuer: str, subject: str) -> str:
        message = f"{self._origin}\nlink\n{issuer}\n{subject}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
