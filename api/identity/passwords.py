"""Passwords: argon2id hashes, few at a time, since each takes much memory on purpose."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from ledger.errors import LetopisError

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 128
AT_ONCE: Final = 2
"""Hashes computed at once: so many times the memory of one is all that strangers can make a server use."""


class WeakPassword(LetopisError):  # noqa: N818 - reads as what it says
    """A password that is not taken; the message says what one is, never what it was."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs; the default is RFC 9106's second choice. Tests say a lower one, nothing else does."""

    time: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


class Passwords:
    """Makes and compares hashes; any thread may call."""

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = Argon2Hasher(time_cost=cost.time, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = ""

    def hash(self, password: str) -> str:
        """Hash a password."""
        with self._turns:
            return self._hasher.hash(password)

    def matches(self, password: str, kept: str | None) -> bool:
        """Compare with a hash; with None, which is nobody's, it takes as long and does not match."""
        if kept is None:
            self._nobodys = self._nobodys or self.hash("nobody's password")
        try:
            with self._turns:
                return self._hasher.verify(password, kept or self._nobodys) and kept is not None
        except UnknownHashError:
            return False


def check_password(password: str, login: str) -> None:
    """Refuse a password that is too short, too long, or has the login in it; it asks for no kinds of characters.

    Raises:
        WeakPassword: it is one of these.
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX or login.casefold() in password.casefold():
        raise WeakPassword(
            f"пароль — {LENGTH_MIN}–{LENGTH_MAX} знаков, без имени входа в нём / "
            f"a password has {LENGTH_MIN} to {LENGTH_MAX} characters and not the login's name in it"
        )
