"""Recovery codes: ten for an account, each good once, for who lost the second factor."""

from __future__ import annotations

import secrets
from typing import Final

from api.identity.kept import digest_of
from api.identity.rows import Execute

RECOVERY_CODES: Final = 10


def make_recovery(execute: Execute, origin: str, account: str) -> list[str]:
    """Make an account's codes anew; they are told here and never again."""
    of = {"origin": origin, "account": account}
    execute("DELETE FROM recovery_codes WHERE origin = :origin AND account = :account", of)
    codes = [secrets.token_hex(10) for _ in range(RECOVERY_CODES)]
    for code in codes:
        execute(
            "INSERT INTO recovery_codes (origin, account, digest) VALUES (:origin, :account, :digest)",
            of | {"digest": digest_of(code)},
        )
    return codes
