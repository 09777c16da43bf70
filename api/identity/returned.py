"""Sign-ins that came back from a backup: what was ended since must not let anybody in again.

A backup knows nothing of the sessions, tokens and invitations that were ended after it was taken, and nobody else does.
So all of them end where a backup is restored: people sign in again, programs get new tokens. Passwords, second factors,
passkeys and links are as they were on the day of the backup.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from ledger.database.sqlite import connect, error_name
from ledger.errors import LetopisError

BEARERS: Final = ("sessions", "tokens", "invitations", "departures")
"""Tables of what lets in whoever has it, and nothing more is asked for."""
_BUSY_SECONDS: Final = 10.0


def end_in_file(file: Path) -> None:
    """End what a restored SQLite file lets in; no page of it holds a digest or a label of theirs when it returns.

    Raises:
        LetopisError: it cannot be done: the file is not to be used.
    """
    try:
        with closing(connect(file, "rw", _BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            connection.execute("BEGIN IMMEDIATE")
            for (table,) in tables:
                if table in BEARERS:
                    connection.execute(f"DELETE FROM {table}")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise _failed(error_name(error)) from None


def end_in_database(owner_dsn: str) -> None:
    """End what a restored PostgreSQL database lets in, of every school in it; as `end_in_file`."""
    import psycopg  # here: SQLite needs no driver of PostgreSQL
    from psycopg.rows import tuple_row

    from ledger.database.postgres import connect as connect_to_server

    try:
        with connect_to_server(owner_dsn) as connection, connection.cursor(row_factory=tuple_row) as cursor:
            tables = cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'identity'").fetchall()
            ended = ", ".join(f"identity.{table}" for (table,) in tables if table in BEARERS)
            if ended:
                cursor.execute(f"TRUNCATE {ended}".encode())
    except psycopg.Error as error:
        raise _failed(type(error).__name__) from None


def _failed(why: str) -> LetopisError:
    return LetopisError(f"входы из копии не снять / the sign-ins of the backup cannot be ended ({why})")
