"""Connections to one SQLite file, the pool of reading ones, and what SQLite's errors mean here."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from eventsourcing import persistence

from ledger.database.sqlite import connect
from ledger.errors import LedgerDamaged, LetopisError

APPLICATION_ID: Final = 0x4C455450
READERS_MAX: Final = 16
"""Reading connections in use at once; a seventeenth reader waits. Every use is one short query."""
_READERS_KEPT: Final = 8
_BUSY_TIMEOUT_SECONDS: Final = 5.0
_WRITER_CACHE_KIB: Final = 16_384

_TRANSLATED: Final[tuple[tuple[type[sqlite3.Error], type[persistence.PersistenceError]], ...]] = (
    (sqlite3.InterfaceError, persistence.InterfaceError),
    (sqlite3.DataError, persistence.DataError),
    (sqlite3.OperationalError, persistence.OperationalError),
    (sqlite3.IntegrityError, persistence.IntegrityError),
    (sqlite3.InternalError, persistence.InternalError),
    (sqlite3.ProgrammingError, persistence.ProgrammingError),
    (sqlite3.NotSupportedError, persistence.NotSupportedError),
    (sqlite3.DatabaseError, persistence.DatabaseError),
)
_DISK_ERRORS: Final = frozenset((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL))
_DAMAGE_ERRORS: Final = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


def connect_writing(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the one writing connection: WAL, every commit synced.

    Raises:
        LetopisError: there is no such file (and `create` is false), it is not a ledger, or the file system cannot hold
            a write-ahead log.
    """
    connection = _connect(path, "rwc" if create else "rw")
    try:
        _check_kind(connection, path)
        _check_wal(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        # SQLite says nothing of an error in its automatic checkpoints: the writer makes them itself.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    except sqlite3.Error as error:
        connection.close()
        raise LetopisError(f"{path}: cannot be opened for writing ({describe(error)})") from error
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open a connection that cannot write, not even a checkpoint of the write-ahead log when it closes.

    Raises:
        LetopisError: there is no such file, or it is not a ledger.
    """
    connection = _connect(path, "ro")
    try:
        connection.execute("PRAGMA query_only = ON")
        _check_kind(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise LetopisError(f"{path}: cannot be opened for reading ({describe(error)})") from error
    except BaseException:
        connection.close()
        raise
    return connection


class Readers:
    """A pool of reading connections to one file; any thread may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: deque[sqlite3.Connection] = deque()
        self._places = BoundedSemaphore(READERS_MAX)
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for one short query or transaction; SQLite's errors come out as the library's.

        Raises:
            persistence.InterfaceError: the ledger was closed.
            LedgerDamaged: SQLite cannot make sense of the file.
        """
        with self._places:
            if self._closed:
                raise persistence.InterfaceError("the ledger is closed")
            try:
                connection = self._free.pop()
            except IndexError:
                connection = connect_reading(self._path)
            try:
                yield connection
            except BaseException as error:
                connection.close()
                if isinstance(error, sqlite3.Error):
                    raise translate(error) from error
                raise
            self._give_back(connection)

    def close(self) -> None:
        """Close what is free; connections in use are closed when they come back."""
        self._closed = True
        while self._free:
            self._free.pop().close()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if self._closed or len(self._free) >= _READERS_KEPT:
            connection.close()
        else:
            self._free.append(connection)


def is_disk_error(error: BaseException) -> bool:
    """Whether the error speaks of the disk or of what is on it: SQLITE_IOERR of any kind, FULL, CORRUPT or NOTADB."""
    return isinstance(error, sqlite3.Error) and _primary_code(error) in _DISK_ERRORS | _DAMAGE_ERRORS


def is_disk_full(error: sqlite3.Error) -> bool:
    """Whether the disk had no room."""
    return _primary_code(error) == sqlite3.SQLITE_FULL


def describe(error: sqlite3.Error) -> str:
    """Name an error: SQLite's own name of it and its text."""
    return f"{getattr(error, 'sqlite_errorname', 'SQLITE_ERROR')}: {error}"


def translate(error: Exception) -> Exception:
    """Give the library's error for one of SQLite's; any other error as it is."""
    if not isinstance(error, sqlite3.Error):
        return error
    if _primary_code(error) in _DAMAGE_ERRORS:
        return LedgerDamaged("database_malformed", f"SQLite cannot read the database ({describe(error)})")
    for kind, translated in _TRANSLATED:
        if isinstance(error, kind):
            return translated(describe(error))
    return persistence.PersistenceError(describe(error))


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    try:
        return connect(path, mode, _BUSY_TIMEOUT_SECONDS)
    except sqlite3.Error as error:
        hint = "" if path.exists() else "; there is no such file (LETOPIS_CREATE=y makes one)"
        raise LetopisError(f"{path}: cannot be opened ({describe(error)}){hint}") from error


def _check_wal(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise LetopisError(f"{path}: this file system cannot hold a write-ahead log (journal mode {mode})")


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that another program made."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id == APPLICATION_ID:
        return
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application_id != 0 or tables != 0:
        raise LetopisError(f"{path}: an SQLite database of another program, not a ledger")
