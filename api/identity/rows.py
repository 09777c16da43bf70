"""Where the rows are: one port for both databases. SQL is what both understand, with parameters as ``:name``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

_T = TypeVar("_T")

Execute = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]
"""Runs one statement inside a transaction; returns the rows that it gives, if it gives any."""

OF_ACCOUNTS: Final = ("recovery_codes", "invitations", "tokens", "sessions", "links", "passkeys", "credentials")
"""Tables whose rows are an account's, in the order in which they are taken away."""


class Rows(Protocol):
    """One log's rows of a database. Any thread may call."""

    def run(self, work: Callable[[Execute], _T]) -> _T:
        """Run `work` in one transaction, durable when this returns; what it raises undoes all of it.

        Raises:
            OperationalError: the database could not.
        """

    def close(self) -> None:
        """Let go of the database."""
