"""Making a log in an SQLite file, and judging what is found in one: migrations, name, clock."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.database.migrations import Migration, MigrationError, pending_migrations, read_migrations
from ledger.database.sqlite import applied_migrations, apply_migration
from ledger.errors import LetopisError
from ledger.storage.sqlite.connections import describe

FORMAT: Final = 1
CLOCKS: Final = frozenset(("server", "sample"))
_PACKAGE: Final = "ledger.storage.sqlite"


@dataclass(frozen=True, slots=True)
class Meta:
    """What a log is: its name, and whose clock stamps its entries (``server`` or ``sample``)."""

    origin: str
    clock: str


def prepare(connection: sqlite3.Connection, path: Path, *, create: Meta | None) -> Meta:
    """Bring the tables up to date, make the log where there is none, and say what it is.

    Args:
        connection: the writing connection, in no transaction.
        path: of the database, for messages.
        create: what to make; None: change nothing.

    Raises:
        MigrationError: the program and the file do not fit together, or (with `create` None) a migration is missing.
        LetopisError: there is no log in the file, or SQLite refuses.
    """
    try:
        return _prepare(connection, path, create)
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.rollback()
        raise LetopisError(f"{path}: cannot be opened ({describe(error)})") from error


def check(connection: sqlite3.Connection, path: Path) -> Meta:
    """Judge a file that is opened for reading only.

    Raises:
        MigrationError: the program and the file do not fit together.
        LetopisError: there is no log in the file.
    """
    if pending := pending_migrations(read_migrations(_PACKAGE), applied_migrations(connection)):
        raise MigrationError(f"{path}: migration {pending[0].title} is not applied")
    meta = _read_meta(connection)
    if meta is None:
        raise LetopisError(f"{path}: no log in this file")
    return meta


def _prepare(connection: sqlite3.Connection, path: Path, create: Meta | None) -> Meta:
    pending = pending_migrations(read_migrations(_PACKAGE), applied_migrations(connection))
    if pending and create is None:
        raise MigrationError(f"{path}: migration {pending[0].title} is not applied; open once with LETOPIS_CREATE=y")
    for migration in pending:
        _apply(connection, migration, path)
    meta = _read_meta(connection)
    if meta is None:
        if create is None:
            raise LetopisError(f"{path}: no log in this file; LETOPIS_CREATE=y makes one")
        _create_log(connection, create)
        meta = create
    return meta


def _apply(connection: sqlite3.Connection, migration: Migration, path: Path) -> None:
    """Run one migration and its record in one transaction."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        apply_migration(connection, migration)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.rollback()
        raise LetopisError(
            f"{path}: migration {migration.title} failed ({describe(error)}); nothing was changed"
        ) from error


def _read_meta(connection: sqlite3.Connection) -> Meta | None:
    if not applied_migrations(connection):
        return None
    row = connection.execute("SELECT origin, clock, format FROM meta").fetchone()
    if row is None:
        return None
    origin, clock, log_format = row
    if log_format != FORMAT:
        raise LetopisError(f"log format {log_format}; this program knows {FORMAT}")
    return Meta(origin, clock)


def _create_log(connection: sqlite3.Connection, meta: Meta) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO meta (id, origin, clock, format) VALUES (1, ?, ?, ?)", (meta.origin, meta.clock, FORMAT)
    )
    connection.execute("INSERT INTO head (id, size, last, edge, at) VALUES (1, 0, ?, x'', '')", (bytes(32),))
    connection.execute("COMMIT")
