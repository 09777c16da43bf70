"""The second factor: time-based codes (RFC 6238, SHA-1, 6 digits, 30 s), as every authenticator makes them."""

from __future__ import annotations

import base64
import hmac
import os
import re
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from api.identity.kept import NotTheHolder, Session, digest_of
from api.identity.rows import Execute
from ledger.vault.sealing import Sealer, bind

STEP_SECONDS: Final = 30
STEPS_BESIDE: Final = 1
"""How far a device's clock may be off, in steps."""
SECRET_BYTES: Final = 20
_DIGITS: Final = 6
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)
_PURPOSE: Final = "letopis identity: secret of a second factor"


class SecondFactors:
    """Makes secrets, seals them under the key of signing in, and judges codes.

    Args:
        origin: the log's; a sealed secret is of one log and account.
        key: 32 bytes that no database holds.
    """

    def __init__(self, origin: str, key: bytes) -> None:
        self._origin = origin
        self._sealer = Sealer(key)

    def make(self, account: str) -> tuple[bytes, bytes, int]:
        """A new secret, the same sealed, and the number of the algorithm that sealed it."""
        secret = os.urandom(SECRET_BYTES)
        return secret, self._sealer.seal(secret, bind(_PURPOSE, self._origin, account)), self._sealer.algorithm

    def open(self, account: str, sealed: bytes, algorithm: int) -> bytes:
        """Open a sealed secret.

        Raises:
            SealBroken: it is another account's, or was changed.
        """
        return self._sealer.open(sealed, bind(_PURPOSE, self._origin, account), algorithm)

    def take(self, execute: Execute, session: Session, code: str, now: int) -> bool:
        """Take a code, or a recovery code, once; says whether it is the first of its factor.

        No first one from half a session: it is to show a factor that its account has, not one that was just begun.

        Raises:
            NotTheHolder: it is not right.
        """
        account = session.account
        of = {"origin": self._origin, "account": account}
        rows = execute(
            "SELECT totp_sealed, totp_algorithm, totp_confirmed, totp_step FROM credentials"
            " WHERE origin = :origin AND account = :account AND totp_sealed IS NOT NULL",
            of,
        )
        if rows and (rows[0][2] or session.stage != "half"):
            sealed, algorithm, confirmed, last = rows[0]
            step = step_of(self.open(account, bytes(sealed), algorithm), code, now, last)
            taken = step is not None and execute(
                "UPDATE credentials SET totp_step = :step, totp_confirmed = 1 WHERE origin = :origin"
                " AND account = :account AND totp_step < :step RETURNING account",
                of | {"step": step},
            )
            if taken:
                return not confirmed
        # Of either factor: an account has them from its first one on.
        spent = execute(
            "DELETE FROM recovery_codes WHERE origin = :origin AND account = :account AND digest = :digest"
            " RETURNING digest",
            of | {"digest": digest_of(code)},
        )
        if spent:
            return False
        raise NotTheHolder("the code is not right")


def step_of(secret: bytes, code: str, now: int, after: int) -> int | None:
    """The step whose code this is, of those around now and behind `after`; None: none. Takes as long for any code."""
    if not _CODE.fullmatch(code):
        return None
    # 160 bits of SHA-1's HMAC are what authenticators take; it is no signature.
    totp = TOTP(secret, _DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
    found = None
    for step in range(now // STEP_SECONDS - STEPS_BESIDE, now // STEP_SECONDS + STEPS_BESIDE + 1):
        if hmac.compare_digest(totp.generate(step * STEP_SECONDS), code.encode()) and step > after:
            found = step
    return found


def spelt(secret: bytes) -> str:
    """A secret as people type it into an authenticator: base32."""
    return base64.b32encode(secret).decode()


def link_of(secret: bytes, login: str, origin: str) -> str:
    """The link that authenticators take; shown once, as a code to be scanned, and never kept."""
    label = quote(f"Letopis {origin}:{login}", safe="")
    return f"otpauth://totp/{label}?secret={spelt(secret)}&issuer={quote('Letopis', safe='')}"
