"""Sign-ins that are to be gone from a database: all that a backup brought back, and those of who was erased.

A backup knows nothing of the sessions, tokens and invitations that were ended after it was taken, and nobody else does.
So all of them end where a backup is restored: people sign in again, programs get new tokens. Passwords, second factors,
passkeys and links are as they were on the day of the backup.

A login, the label of a token and the name of a passkey are mostly somebody's name. With an erased person they go from
the database's pages too, not from its tables alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from api.identity.rows import OF_ACCOUNTS
from api.settings import Layout, SchoolFile, ledger_environment
from ledger.database.sqlite import connect, error_name
from ledger.errors import LetopisError

BEARERS: Final = ("sessions", "tokens", "invitations", "departures", "challenges")
"""Tables of what lets in whoever has it, and nothing more is asked for."""
_BUSY_SECONDS: Final = 10.0


class _Opened(NamedTuple):
    """A database of sign-ins: runs a statement with parameters as ``:name``, and says which tables there are."""

    execute: Callable[[str, dict[str, str]], object]
    tables: Collection[str]


Where = Path | str
"""An SQLite file, or the connection string of the owner of a PostgreSQL database."""


def sign_ins_of(layout: Layout, school: SchoolFile, environ: Mapping[str, str] | None = None) -> Where:
    """Where a school's sign-ins are.

    Raises:
        SettingsError: the environment has not the owner's connection string.
    """
    if school.database == "sqlite":
        return layout.identity_file
    return ledger_environment(layout, school, create=True, environ=environ)["LETOPIS_POSTGRES_OWNER_DSN"]


def end_bearers(where: Where) -> None:
    """End what a restored database lets in, of every school in it.

    Raises:
        LetopisError: it cannot be done: the database is not to be used.
    """
    with _opened(where, BEARERS) as opened:
        for table in BEARERS:
            if table in opened.tables:
                opened.execute(f"DELETE FROM {table}", {})


def forget_people(where: Where, origin: str, people: Collection[str]) -> None:
    """Take away all that lets these people in, so that no page of the database holds it when this returns.

    Raises:
        LetopisError: it cannot be done, or somebody goes on reading the write-ahead log: run it again.
    """
    if not people:
        return
    with _opened(where, OF_ACCOUNTS) as opened:
        for table in OF_ACCOUNTS:
            for person in people if table in opened.tables else ():
                given = {"origin": origin, "account": person}
                opened.execute(f"DELETE FROM {table} WHERE origin = :origin AND account = :account", given)


@contextmanager
def _opened(where: Where, tables: Collection[str]) -> Iterator[_Opened]:
    """One transaction; then what was deleted is written over, in these tables."""
    if isinstance(where, str):
        with _opened_database(where, tables) as opened:
            yield opened
    elif where.exists():
        with _opened_file(where) as opened:
            yield opened
    else:
        yield _Opened(lambda *_: None, ())


@contextmanager
def _opened_file(file: Path) -> Iterator[_Opened]:
    try:
        with closing(connect(file, "rw", _BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            connection.execute("BEGIN IMMEDIATE")
            yield _Opened(connection.execute, {name for (name,) in tables})
            connection.execute("COMMIT")
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise _failed(error_name(error)) from None
    if busy:
        raise _failed("its write-ahead log is being read: run it again")


@contextmanager
def _opened_database(owner_dsn: str, tables: Collection[str]) -> Iterator[_Opened]:
    import psycopg  # here: SQLite needs no driver of PostgreSQL
    from psycopg.rows import tuple_row

    from api.identity.postgres import spelt
    from ledger.database.postgres import connect as connect_to_server

    try:
        with connect_to_server(owner_dsn) as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute("SET search_path = identity")
            found = cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'identity'").fetchall()
            known = {name for (name,) in found}
            with connection.transaction():
                yield _Opened(lambda sql, given: cursor.execute(spelt(sql), given), known)
            # Plain VACUUM leaves the bytes of a removed row where the rows that stay need no moving.
            for table in tables:
                if table in known:
                    cursor.execute(f"VACUUM (FULL) identity.{table}".encode())
    except psycopg.Error as error:
        raise _failed(type(error).__name__) from None


def _failed(why: str) -> LetopisError:
    return LetopisError(f"входы не снять / the sign-ins cannot be taken away ({why})")
