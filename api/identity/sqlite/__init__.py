"""Secrets of signing in, in an SQLite file of mode 0600: write-ahead log, every commit synced."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from eventsourcing.persistence import OperationalError

from api.identity.rows import Execute
from ledger.database.migrations import MigrationError, pending_migrations, read_migrations
from ledger.database.sqlite import applied_migrations, apply_migration, connect, error_name
from ledger.durable import SECRET_MODE, FileRefused
from ledger.errors import LetopisError

APPLICATION_ID: Final = 0x4C455449
"""`LETI` in the file's header."""
_BUSY_SECONDS: Final = 10.0
_T = TypeVar("_T")


class SQLiteRows:
    """Rows in an SQLite file (`api.identity.rows.Rows`). One connection, used in turn.

    Raises:
        FileRefused: there is no such file (and `create` is false), or others may read it.
        LetopisError: it is a database of another kind.
        MigrationError: file and program do not fit together.
    """

    def __init__(self, file: Path, *, create: bool = False) -> None:
        self._lock = threading.Lock()
        _check_file(file, create=create)
        try:
            self._connection = connect(file, "rw", _BUSY_SECONDS)
        except sqlite3.Error as error:
            raise LetopisError(f"{file}: cannot be opened ({error_name(error)})") from None
        try:
            self._prepare(file, create=create)
        except sqlite3.Error as error:
            self._connection.close()
            raise LetopisError(f"{file}: cannot be used for signing in ({error_name(error)})") from None
        except BaseException:
            self._connection.close()
            raise

    def run(self, work: Callable[[Execute], _T]) -> _T:
        """Run `work` in one transaction; see `Rows.run`."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                found = work(self._execute)
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise OperationalError(f"the secrets cannot be read or kept ({error_name(error)})") from None
            except BaseException:
                self._roll_back()
                raise
            return found

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _execute(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    def _prepare(self, file: Path, *, create: bool) -> None:
        connection = self._connection
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application_id != APPLICATION_ID and (application_id or tables):
            raise LetopisError(f"{file}: an SQLite database of another kind")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._migrate(file, create=create)
            connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _migrate(self, file: Path, *, create: bool) -> None:
        pending = pending_migrations(read_migrations(__name__), applied_migrations(self._connection))
        if pending and not create:
            raise MigrationError(f"{file}: migration {pending[0].title} is not applied; run letopis migrate")
        if pending:
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for migration in pending:
            apply_migration(self._connection, migration)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()


def _check_file(file: Path, *, create: bool) -> None:
    """Have a file that its owner alone may read; the files that SQLite puts beside it take its mode."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), SECRET_MODE)
    except OSError as error:
        raise FileRefused(
            f"{file}: нельзя открыть, его делает letopis migrate / cannot be opened; made by letopis migrate "
            f"({error.strerror})"
        ) from None
    try:
        if os.fstat(descriptor).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise FileRefused(f"{file}: others than its owner may use it; take that away with: chmod 600 {file}")
    finally:
        os.close(descriptor)
