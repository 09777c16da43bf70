"""An SQLite file, as every part of the ledger that keeps one opens it and applies migrations to it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ledger.database.migrations import Applied, Migration


def connect(file: Path, mode: str, busy_seconds: float, *, cached_statements: int = 128) -> sqlite3.Connection:
    """Connect to a file for use by any thread; transactions are the caller's to begin.

    Args:
        file: the file; ``?``, ``#`` and ``%`` may stand in its name, for `Path.as_uri` escapes them.
        mode: ``ro``, ``rw``, or ``rwc``, which makes a file that is not there.
        busy_seconds: how long a statement waits for another connection's lock.
        cached_statements: how many are kept prepared.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=busy_seconds,
        cached_statements=cached_statements,
    )


def error_name(error: sqlite3.Error) -> str:
    """Name an error without its text, which may quote a value."""
    return getattr(error, "sqlite_errorname", type(error).__name__)


def applied_migrations(connection: sqlite3.Connection) -> list[Applied]:
    """What the file remembers of its migrations; nothing where none was ever applied."""
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'"
    if connection.execute(query).fetchone() is None:
        return []
    return [Applied(*row) for row in connection.execute("SELECT number, name, digest FROM migrations")]


def apply_migration(connection: sqlite3.Connection, migration: Migration) -> None:
    """Run a migration and record it, inside the transaction that the caller has begun.

    Raises:
        sqlite3.Error: the caller is to roll back.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT"
    )
    for statement in _statements(migration.sql):
        connection.execute(statement)
    connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", (migration.number, migration.name, migration.digest))


def _statements(sql: str) -> Iterator[str]:
    """Split a migration; `executescript` would commit the transaction that it is to run in.

    What is left at the end, a comment or a statement without its semicolon, is given as it is.
    """
    pending = ""
    for part in re.findall("[^;]*;|[^;]+", sql):
        pending += part
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending
