"""How often a sign-in may be tried: by account and by address, kept in the database, so that a restart forgets nothing.

Subjects are keyed digests: who types a password where the login belongs leaves no trace of it. Of IPv6 an address is
its network of 64 bits: whoever has one has all of them, 2^64 to try from. A try is counted before
it is judged, and in the statement that looks whether it has to wait: of tries side by side one is let in where one is
due. A try that succeeds is taken back. What was counted under a clock that went back since holds nobody up.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Final

from api.identity.rows import Execute, Rows
from ledger.errors import LetopisError

WINDOW_SECONDS: Final = 3_600
WAIT_SECONDS_MAX: Final = 900
_WAIT_SECONDS: Final = 30
ROWS_MAX: Final = 20_000
LIMITS: Final = {"login": 5, "second": 5, "address": 50, "invitation": 20, "provider": 200, "passkey": 200}
"""Kind of a subject -> tries until it has to wait: 30 s, then twice as long each time, up to a quarter of an hour."""

_OF_ADDRESSES: Final = frozenset({"address", "provider", "passkey"})
_TOLD_BY_ADDRESS: Final = _OF_ADDRESSES | {"invitation"}


class TooManyTries(LetopisError):  # noqa: N818 - reads as what it says
    """Somebody has to wait.

    Attributes:
        seconds: how long.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries; wait {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Subject:
    """What tries are counted of: its kind, and its keyed digest."""

    kind: str
    digest: str


class Limits:
    """Counts tries of one log. Works inside transactions of the caller's."""

    def __init__(self, origin: str, key: bytes) -> None:
        self._origin = origin
        self._key = key

    def subject(self, kind: str, text: str) -> Subject:
        """Name what is counted."""
        text = _place_of(text) if kind in _TOLD_BY_ADDRESS else text
        message = f"{self._origin}\n{kind}\n{text}".encode("utf-8", "surrogatepass")
        return Subject(kind, hmac.new(self._key, message, hashlib.sha256).hexdigest())

    def admit(self, rows: Rows, subjects: Sequence[Subject], now: int) -> None:
        """Count a try of each before it is judged, in a transaction of its own, unless somebody has to wait.

        Raises:
            TooManyTries: one of them has; nothing was counted.
        """

        def work(execute: Execute) -> None:
            for subject in subjects:
                if not self._count(execute, subject, now):
                    raise TooManyTries(max(1, *(self._until(execute, one) - now for one in subjects)))

        rows.run(work)

    def take_back(self, execute: Execute, subjects: Sequence[Subject]) -> None:
        """Take back a try that was right: the account's count begins anew, an address's is one less."""
        for subject in subjects:
            parameters = {"origin": self._origin, "subject": subject.digest}
            where = " WHERE origin = :origin AND subject = :subject"
            if subject.kind in _OF_ADDRESSES:
                execute(f"UPDATE attempts SET failures = failures - 1, until = 0{where} AND failures > 0", parameters)
            else:
                execute(f"DELETE FROM attempts{where}", parameters)

    def _count(self, execute: Execute, subject: Subject, now: int) -> bool:
        """Count a try, unless its subject has to wait; says whether it was counted."""
        of = {"origin": self._origin, "subject": subject.digest, "now": now}
        rows = execute(
            "INSERT INTO attempts (origin, subject, failures, since, until)"
            " VALUES (:origin, :subject, 1, :now, 0) ON CONFLICT (origin, subject) DO UPDATE SET"
            " failures = CASE WHEN attempts.since BETWEEN :old AND :ahead THEN attempts.failures + 1 ELSE 1 END,"
            " since = CASE WHEN attempts.since BETWEEN :old AND :ahead THEN attempts.since ELSE :now END"
            " WHERE attempts.until <= :now OR attempts.until > :ahead RETURNING failures",
            of | {"old": now - WINDOW_SECONDS, "ahead": now + WINDOW_SECONDS},
        )
        if not rows:
            return False
        over = rows[0][0] - LIMITS[subject.kind]
        if over >= 0:
            until = now + min(_WAIT_SECONDS << min(over, 10), WAIT_SECONDS_MAX)
            where = "WHERE origin = :origin AND subject = :subject"
            execute(f"UPDATE attempts SET until = :until {where}", of | {"until": until})
        elif rows[0][0] == 1:
            self._forget_old(execute, now)
        return True

    def _until(self, execute: Execute, subject: Subject) -> int:
        rows = execute(
            "SELECT until FROM attempts WHERE origin = :origin AND subject = :subject",
            {"origin": self._origin, "subject": subject.digest},
        )
        return rows[0][0] if rows else 0

    def _forget_old(self, execute: Execute, now: int) -> None:
        parameters = {"origin": self._origin, "old": now - WINDOW_SECONDS, "now": now}
        execute("DELETE FROM attempts WHERE origin = :origin AND since < :old AND until <= :now", parameters)
        ((count,),) = execute("SELECT count(*) FROM attempts WHERE origin = :origin", {"origin": self._origin})
        if count > ROWS_MAX:
            execute(
                "DELETE FROM attempts WHERE origin = :origin AND subject IN (SELECT subject FROM attempts"
                " WHERE origin = :origin ORDER BY since, subject LIMIT :surplus)",
                {"origin": self._origin, "surplus": count - ROWS_MAX},
            )


def _place_of(address: str) -> str:
    """Where an address is: itself, or its network of 64 bits. What is no address is taken as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed) >> 64 << 64, 64)))
