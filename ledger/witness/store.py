"""What a witness remembers, in an SQLite file: whom it trusts, each log's last cosigned checkpoint, and conflicts.

A witness that has forgotten cosigns a fork. So the file is made once, by `create_store`, and a missing one is an error;
every change is on disk before the witness answers.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.database.migrations import pending_migrations, read_migrations
from ledger.database.sqlite import applied_migrations, apply_migration, connect
from ledger.errors import LetopisError
from ledger.wire.note import VerifierKey, format_vkey, parse_vkey

APPLICATION_ID: Final = 0x4C455457
"""`LETW` in the file's header."""
CONFLICTS_MAX: Final = 1_000
"""Of one log: who holds its key could otherwise fill the disk."""
_BUSY_SECONDS: Final = 10.0


class Known(NamedTuple):
    """The last checkpoint of a log that was cosigned: `note` is the signed note, `cosigned_at` POSIX seconds."""

    size: int
    root: bytes
    note: bytes
    cosigned_at: int


class Conflict(NamedTuple):
    """A signed checkpoint that does not continue `known`, the note cosigned before it, and the request that held it."""

    number: int
    origin: str
    received_at: int
    reason: str
    known: bytes
    request: bytes


class StoreFailedError(LetopisError):
    """The file could not be read or written; nothing was cosigned."""


def create_store(file: Path) -> None:
    """Make the file.

    Raises:
        LetopisError: it is there already, or cannot be made.
    """
    if file.exists():
        raise LetopisError(f"{file}: is there already; a witness keeps its memory")
    _connect(file, create=True).close()


class WitnessStore:
    """An open store. Any thread may use it; other processes wait for each other's transactions."""

    def __init__(self, file: Path) -> None:
        """Open the file that `create_store` made.

        Raises:
            LetopisError: it is not there, or is no witness's.
        """
        if not file.exists():
            raise LetopisError(f"{file}: is not there; without its memory a witness must not cosign")
        self._connection = _connect(file, create=False)
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the file alone; what was changed is durable at the end, and undone after an error.

        Raises:
            StoreFailedError: SQLite could not begin or commit.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise StoreFailedError(f"the witness's file: {type(error).__name__}") from None
            except BaseException:
                self._roll_back()
                raise

    def trust(self, key: VerifierKey) -> bool:
        """Cosign this log from now on, or take a further key of it; returns whether it is new."""
        with self.transaction():
            done = self._connection.execute(
                "INSERT OR IGNORE INTO trusted (origin, vkey) VALUES (?, ?)", (key.name, format_vkey(key))
            )
            return done.rowcount > 0

    def distrust(self, key: VerifierKey) -> bool:
        """Take a key of a log for nothing from now on; returns whether it was trusted. Its memory stays."""
        with self.transaction():
            query = "DELETE FROM trusted WHERE origin = ? AND vkey = ?"
            return self._connection.execute(query, (key.name, format_vkey(key))).rowcount > 0

    def origins(self) -> list[str]:
        """The logs that are trusted, sorted."""
        return [origin for (origin,) in self._all("SELECT DISTINCT origin FROM trusted ORDER BY origin", ())]

    def keys(self, origin: str) -> list[VerifierKey]:
        """The keys of a log that are trusted; none: it is unknown."""
        rows = self._all("SELECT vkey FROM trusted WHERE origin = ? ORDER BY vkey", (origin,))
        return [parse_vkey(vkey) for (vkey,) in rows]

    def known(self, origin: str) -> Known | None:
        """The last cosigned checkpoint of a log, or None."""
        rows = self._all("SELECT size, root, note, cosigned_at FROM logs WHERE origin = ?", (origin,))
        return Known(*rows[0]) if rows else None

    def remember(self, origin: str, known: Known) -> None:
        """Keep a checkpoint as the last, inside a transaction."""
        self._connection.execute(
            "INSERT INTO logs (origin, size, root, note, cosigned_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin)"
            " DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note,"
            " cosigned_at = excluded.cosigned_at",
            (origin, *known),
        )

    def keep_conflict(self, origin: str, received_at: int, reason: str, known: bytes, request: bytes) -> None:
        """Keep a conflict, inside a transaction; the same request again, or one too many, is left out."""
        (count,) = self._connection.execute("SELECT count(*) FROM conflicts WHERE origin = ?", (origin,)).fetchone()
        if count < CONFLICTS_MAX:
            self._connection.execute(
                "INSERT OR IGNORE INTO conflicts (origin, received_at, reason, known, request) VALUES (?, ?, ?, ?, ?)",
                (origin, received_at, reason, known, request),
            )

    def conflicts(self) -> list[Conflict]:
        """All that were kept, in order."""
        query = "SELECT number, origin, received_at, reason, known, request FROM conflicts ORDER BY number"
        return [Conflict(*row) for row in self._all(query, ())]

    def _all(self, query: str, values: tuple[object, ...]) -> list[Any]:  # rows of several shapes
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise StoreFailedError(f"the witness's file: {type(error).__name__}") from None

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _connect(file: Path, *, create: bool) -> sqlite3.Connection:
    """Connect, check whose file it is, and apply what migrations are pending."""
    mode = "rwc" if create else "rw"
    try:
        connection = connect(file, mode, _BUSY_SECONDS)
    except sqlite3.Error as error:
        raise LetopisError(f"{file}: cannot be opened ({type(error).__name__})") from None
    try:
        file.chmod(0o600)
        _check_owner(connection, file, 0 if create else APPLICATION_ID)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        for migration in pending_migrations(read_migrations("ledger.witness"), applied_migrations(connection)):
            apply_migration(connection, migration)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise LetopisError(f"{file}: cannot be used ({type(error).__name__})") from None
    except BaseException:
        connection.close()
        raise
    return connection


def _check_owner(connection: sqlite3.Connection, file: Path, expected: int) -> None:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    if found != expected:
        raise LetopisError(f"{file}: is not a witness's file")
