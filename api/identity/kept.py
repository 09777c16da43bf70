"""What the store of secrets gives: sessions, tokens, logins; and what it says where something is not right."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from ledger.errors import LetopisError

Stage = Literal["half", "single", "full"]
"""``half``: password given, second factor awaited; ``single``: signed in, without one; ``full``: with it."""


class IdentityError(LetopisError):
    """What is asked for cannot be done; the message says why, in both languages, and holds no secret."""


class NotTheHolder(LetopisError):  # noqa: N818 - reads as what it says
    """Login, password, code or invitation are not right; which of them is not told."""


class ProviderRefused(LetopisError):  # noqa: N818 - reads as what it says
    """The provider does not confirm a sign-in, or not as it must; the message is for the server's log alone."""


class ProviderUnavailable(LetopisError):  # noqa: N818 - reads as what it says
    """The provider does not answer, or not as one does; the message is for the server's log alone."""


class PasskeyRefused(LetopisError):  # noqa: N818 - reads as what it says
    """A passkey's answer is not right; the message says which rule, holds no value, and is for the server's log."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it stands: whose, how far it is signed in, in which role (None: not said), since when."""

    digest: str
    account: str
    stage: Stage
    role: str | None
    made_at: int


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey that was made just now: its id, its public key (COSE), how often it signed."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a program; `rights`: what its role may is cut to these, None: not at all. `id`: to revoke it by."""

    id: str
    account: str
    role: str
    rights: tuple[str, ...] | None
    label: str
    made_at: int
    expires_at: int
    used_on: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """How an account signs in: its login, whether it has a password and a second factor, recovery codes left.

    `issuer`: the provider at which its holder signs in; None: at none. `passkeys`: how many it has.
    """

    account: str
    login: str
    has_password: bool
    has_second_factor: bool
    recovery_codes: int
    issuer: str | None
    passkeys: int


def digest_of(secret: str) -> str:
    """SHA-256 of a secret of 256 random bits, hex: all that is kept of it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
