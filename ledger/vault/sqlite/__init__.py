"""The vault in an SQLite file of its own: write-ahead log, every commit synced."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from eventsourcing.persistence import OperationalError

from ledger.database.migrations import MigrationError, pending_migrations, read_migrations
from ledger.database.sqlite import applied_migrations, apply_migration, connect, error_name
from ledger.errors import LetopisError
from ledger.vault.destroyed import Owner
from ledger.vault.keys import KeyStore
from ledger.vault.vault import KeptRow, SealedRow, Vault

APPLICATION_ID: Final = 0x4C455456
"""`LETV` in the file's header."""
_BUSY_SECONDS: Final = 10.0


def open_vault(file: Path, keys: KeyStore, *, create: bool = False) -> Vault:
    """Open the vault of the log that `keys` is of.

    Raises:
        LetopisError: there is no such file (and `create` is false), or it is no vault.
        MigrationError: file and program do not fit together.
    """
    return Vault(SQLiteRows(file, keys.origin, create=create), keys)


class SQLiteRows:
    """Sealed rows in an SQLite file (`ledger.vault.vault.SealedRows`). One connection, used in turn."""

    def __init__(self, file: Path, origin: str, *, create: bool = False) -> None:
        self._file = file
        self._origin = origin
        self._lock = threading.Lock()
        self._connection = self._connect(create=create)
        try:
            self._prepare(create=create)
        except sqlite3.Error as error:
            self._connection.close()
            raise LetopisError(f"{file}: cannot be used as a vault ({error_name(error)})") from None
        except BaseException:
            self._connection.close()
            raise

    def insert(self, rows: Sequence[SealedRow]) -> None:
        """Insert rows in one transaction, durable when it returns.

        A digest that is there already stays as it is, but counts as kept now.

        Raises:
            OperationalError: SQLite could not; nothing was inserted, or all of it was.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(
                    "INSERT INTO disclosures (origin, digest, person, retention, algorithm, sealed)"
                    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET kept_at = unixepoch()",
                    [(self._origin, *row) for row in rows],
                )
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise OperationalError(f"the vault took nothing ({error_name(error)})") from None

    def select(self, digests: Sequence[str]) -> list[SealedRow]:
        """The rows of these digests that are there, in any order.

        Raises:
            OperationalError: SQLite could not read.
        """
        places = ", ".join("?" * len(digests))
        with self._lock:
            try:
                found = self._connection.execute(
                    "SELECT digest, person, retention, algorithm, sealed FROM disclosures"
                    f" WHERE origin = ? AND digest IN ({places})",
                    (self._origin, *digests),
                ).fetchall()
            except sqlite3.Error as error:
                raise OperationalError(f"the vault cannot be read ({error_name(error)})") from None
        return [SealedRow(*row) for row in found]

    def survey(self) -> list[KeptRow]:
        """Every row of the log, without what it seals.

        Raises:
            OperationalError: SQLite could not read.
        """
        query = "SELECT digest, person, retention, unixepoch() - kept_at FROM disclosures WHERE origin = ?"
        with self._lock:
            try:
                return [KeptRow(*row) for row in self._connection.execute(query, (self._origin,))]
            except sqlite3.Error as error:
                raise OperationalError(f"the vault cannot be read ({error_name(error)})") from None

    def remove(self, digests: Sequence[str], older_than_seconds: int) -> int:
        """Remove rows in one transaction, but those that were kept since; returns how many were removed.

        Raises:
            OperationalError: SQLite could not; nothing was removed, or all of it was.
        """
        places = ", ".join("?" * len(digests))
        with self._lock:
            try:
                return self._connection.execute(
                    f"DELETE FROM disclosures WHERE origin = ? AND unixepoch() - kept_at > ? AND digest IN ({places})",
                    (self._origin, older_than_seconds, *digests),
                ).rowcount
            except sqlite3.Error as error:
                raise OperationalError(f"the vault removed nothing ({error_name(error)})") from None

    def count(self, owners: Sequence[Owner]) -> dict[Owner, int]:
        """How many rows there are of each of these owners.

        Raises:
            OperationalError: SQLite could not read.
        """
        query = "SELECT count(*) FROM disclosures WHERE origin = ? AND person = ? AND retention = ?"
        with self._lock:
            try:
                found = {
                    owner: self._connection.execute(query, (self._origin, *owner)).fetchone()[0] for owner in owners
                }
            except sqlite3.Error as error:
                raise OperationalError(f"the vault cannot be read ({error_name(error)})") from None
        return {owner: number for owner, number in found.items() if number}

    def erase(self, owners: Sequence[Owner]) -> None:
        """Remove all rows of owners; pages are zeroed, and the write-ahead log holds nothing when it returns.

        Raises:
            OperationalError: SQLite could not, or somebody goes on reading the write-ahead log: run it again.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(
                    "DELETE FROM disclosures WHERE origin = ? AND person = ? AND retention = ?",
                    [(self._origin, *owner) for owner in owners],
                )
                self._connection.execute("COMMIT")
                (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error as error:
                self._roll_back()
                raise OperationalError(f"the vault erased nothing, or not all ({error_name(error)})") from None
        if busy:
            raise OperationalError("the vault's write-ahead log is being read and was not emptied: run it again")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _connect(self, *, create: bool) -> sqlite3.Connection:
        mode = "rwc" if create else "rw"
        try:
            return connect(self._file, mode, _BUSY_SECONDS)
        except sqlite3.Error as error:
            raise LetopisError(f"{self._file}: the vault cannot be opened ({error_name(error)})") from None

    def _prepare(self, *, create: bool) -> None:
        """Set the connection up, and apply the migrations where the caller may create."""
        connection = self._connection
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application_id != APPLICATION_ID and (application_id or tables):
            raise LetopisError(f"{self._file}: an SQLite database of another kind, not a vault")
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise LetopisError(f"{self._file}: this file system cannot hold a write-ahead log (journal mode {mode})")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._migrate(create=create)
            connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _migrate(self, *, create: bool) -> None:
        connection = self._connection
        pending = pending_migrations(read_migrations(__name__), applied_migrations(connection))
        if not pending:
            return
        if not create:
            raise MigrationError(f"{self._file}: migration {pending[0].title} of the vault is not applied")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for migration in pending:
            apply_migration(connection, migration)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()
