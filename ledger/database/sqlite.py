"""Migrations in an SQLite file, as every part of the ledger that keeps one applies them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from ledger.database.migrations import Applied, Migration


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
