"""PostgreSQL as every part of the ledger wants it: timeouts set, commits durable, migrations recorded."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier

from ledger.database.migrations import Applied, Migration

_ConnectionT = TypeVar("_ConnectionT", bound="psycopg.Connection[DictRow]")

CONNECT_SECONDS: Final = 10
# What a connection waits for. Each holds unless the DSN, the role or the server sets its own.
TIMEOUTS_MS: Final = {
    "statement_timeout": 30_000,
    "lock_timeout": 10_000,
    "idle_in_transaction_session_timeout": 5_000,
}
# A dead network is noticed within half a minute, unless the DSN says otherwise.
KEEPALIVES: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "letopis",
}


def configure(connection: psycopg.Connection[Any]) -> None:
    """Set autocommit and the timeouts; acknowledge no commit that is not on disk."""
    connection.autocommit = True
    connection.execute(
        "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS s (name, value)"
        " WHERE current_setting(name) = '0'",
        (list(TIMEOUTS_MS), [str(value) for value in TIMEOUTS_MS.values()]),
    )
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )


def connect(dsn: str) -> psycopg.Connection[DictRow]:
    """A connection outside any pool.

    Raises:
        psycopg.OperationalError: the server cannot be reached.
    """
    return connect_as(psycopg.Connection[DictRow], dsn)


def connect_as(kind: type[_ConnectionT], dsn: str) -> _ConnectionT:
    """A connection of this class outside any pool; see `connect`."""
    connection = kind.connect(**(KEEPALIVES | conninfo_to_dict(dsn)), row_factory=dict_row)
    try:
        configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def applied_migrations(connection: psycopg.Connection[Any], schema: str) -> list[Applied]:
    """What a schema remembers of its migrations; nothing where there is no such schema."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute("SELECT to_regclass(%s)", (f"{schema}.migrations",)).fetchone()
        if found is None or found[0] is None:
            return []
        query = SQL("SELECT number, name, digest FROM {}.migrations").format(Identifier(schema))
        return [Applied(*row) for row in cursor.execute(query)]


def apply_migration(connection: psycopg.Connection[Any], schema: str, migration: Migration) -> None:
    """Run a migration, and record it in its schema's table `migrations`, inside the transaction that the caller began.

    A migration may change its role; the record is written in the role that connected.

    Raises:
        psycopg.Error: the caller is to roll back.
    """
    with connection.cursor() as cursor:
        cursor.execute(migration.sql.encode())
        cursor.execute("RESET ROLE")
        cursor.execute(
            SQL("INSERT INTO {}.migrations (number, name, digest) VALUES (%s, %s, %s)").format(Identifier(schema)),
            (migration.number, migration.name, migration.digest),
        )
