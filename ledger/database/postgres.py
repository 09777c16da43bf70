"""PostgreSQL as every part of the ledger wants it: timeouts set, commits durable, migrations recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, TupleRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool, PoolTimeout

from ledger.database.migrations import Applied, Migration, pending_migrations, read_migrations

_ConnectionT = TypeVar("_ConnectionT", bound="psycopg.Connection[DictRow]")

CONNECT_SECONDS: Final = 10
"""How long a connection is waited for. Attempts to make one end then as well, and the next who asks begins anew.

Each attempt of a pool waits twice as long as the one before: for minutes, behind a long outage.
"""
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


def pending_of(connection: psycopg.Connection[Any], schema: str, package: str) -> tuple[Migration, ...]:
    """Migrations of a package that its schema does not remember.

    Raises:
        MigrationError: the schema remembers others.
    """
    return pending_migrations(read_migrations(package), applied_migrations(connection, schema))


def install_schema(owner_dsn: str, schema: str, package: str, lock: int) -> None:
    """Make a schema or bring it up to date by a package's migrations; the role must be allowed to create schemas.

    `lock`: of two that do so at once one waits.

    Raises:
        MigrationError: the database does not fit this program.
        psycopg.Error: the server refused.
    """
    with connect(owner_dsn) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))
        pending = pending_of(connection, schema, package)
        if pending:
            connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
            connection.execute(
                SQL(
                    "CREATE TABLE IF NOT EXISTS {}.migrations (number int PRIMARY KEY, name text NOT NULL,"
                    " digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
                ).format(Identifier(schema))
            )
        for migration in pending:
            apply_migration(connection, schema, migration)


def open_pool(
    dsn: str,
    name: str,
    pool_max: int,
    prepare: Callable[[psycopg.Connection[Any]], None],
    check: Callable[[psycopg.Connection[Any]], None],
) -> ConnectionPool[psycopg.Connection[TupleRow]]:
    """A pool whose connections `prepare` has made ready, once `check` found one of them good.

    Raises:
        psycopg.Error, PoolTimeout: the server cannot be reached; or what `check` raises. Nothing is left open.
    """
    pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
        dsn,
        min_size=1,
        max_size=pool_max,
        kwargs={"row_factory": tuple_row, "connect_timeout": CONNECT_SECONDS},
        configure=prepare,
        check=ConnectionPool.check_connection,
        timeout=CONNECT_SECONDS,
        reconnect_timeout=CONNECT_SECONDS,
        open=False,
        name=name,
    )
    try:
        pool.open(wait=True, timeout=CONNECT_SECONDS)
        with pool.connection() as connection:
            check(connection)
    except BaseException:
        pool.close()
        raise
    return pool


def translated(error: psycopg.Error | PoolTimeout, what: str) -> OperationalError:
    """Name a driver's error without its text, which may quote a row."""
    state = getattr(error, "sqlstate", None)
    return OperationalError(f"{what} ({type(error).__name__}{f', SQLSTATE {state}' if state else ''})")


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
