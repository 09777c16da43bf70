"""Secrets of signing in, in schema `identity` of a PostgreSQL database: all schools in one table, keyed by origin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg.rows import TupleRow, tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from api.identity.rows import Execute
from ledger.database.migrations import Migration, MigrationError, pending_migrations, read_migrations
from ledger.database.postgres import CONNECT_SECONDS, applied_migrations, apply_migration, configure, connect

POOL_MAX: Final = 4
_SCHEMA: Final = "identity"
_LOCK_NUMBER: Final = 0x6C65746F6964656E  # "letoiden"
_PARAMETER: Final = re.compile(r":(\w+)")
_T = TypeVar("_T")


def install(owner_dsn: str) -> None:
    """Make the schema or bring it up to date; the role must be allowed to create schemas.

    Raises:
        MigrationError: the database does not fit this program.
        OperationalError: the server refused.
    """
    try:
        with connect(owner_dsn) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_NUMBER,))
            pending = _pending(connection)
            if pending:
                connection.execute("CREATE SCHEMA IF NOT EXISTS identity")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS identity.migrations (number int PRIMARY KEY, name text NOT NULL,"
                    " digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
                )
            for migration in pending:
                apply_migration(connection, _SCHEMA, migration)
    except psycopg.Error as error:
        raise _translated(error, "the schema of secrets was not made") from None


class PostgresRows:
    """Rows in PostgreSQL (`api.identity.rows.Rows`).

    Raises:
        MigrationError: database and program do not fit together.
        OperationalError: the server cannot be reached.
    """

    def __init__(self, dsn: str, *, pool_max: int = POOL_MAX) -> None:
        self._pool: ConnectionPool[psycopg.Connection[TupleRow]] = ConnectionPool(
            dsn,
            min_size=1,
            max_size=pool_max,
            kwargs={"row_factory": tuple_row, "connect_timeout": CONNECT_SECONDS},
            configure=_configure,
            check=ConnectionPool.check_connection,
            timeout=CONNECT_SECONDS,
            open=False,
            name="letopis identity",
        )
        try:
            self._pool.open(wait=True, timeout=CONNECT_SECONDS)
            with self._pool.connection() as connection:
                _check_migrated(connection)
        except (psycopg.Error, PoolTimeout) as error:
            self._pool.close()
            raise _translated(error, "the secrets cannot be opened") from None
        except BaseException:
            self._pool.close()
            raise

    def run(self, work: Callable[[Execute], _T]) -> _T:
        """Run `work` in one transaction; see `Rows.run`."""
        try:
            with self._pool.connection() as connection, connection.transaction():

                def execute(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
                    cursor = connection.execute(_spelt(sql), parameters)
                    return cursor.fetchall() if cursor.description is not None else []

                return work(execute)
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the secrets cannot be read or kept") from None

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()


def _configure(connection: psycopg.Connection[Any]) -> None:
    configure(connection)
    connection.execute("SET search_path = identity")


def _check_migrated(connection: psycopg.Connection[Any]) -> None:
    if pending := _pending(connection):
        raise MigrationError(f"migration {pending[0].title} of signing in is not applied; run letopis migrate")


@cache
def _spelt(sql: str) -> bytes:
    return _PARAMETER.sub(r"%(\1)s", sql).encode()


def _pending(connection: psycopg.Connection[Any]) -> tuple[Migration, ...]:
    return pending_migrations(read_migrations(__name__), applied_migrations(connection, _SCHEMA))


def _translated(error: psycopg.Error | PoolTimeout, what: str) -> OperationalError:
    """Name a driver's error without its text, which may quote a row."""
    state = getattr(error, "sqlstate", None)
    return OperationalError(f"{what} ({type(error).__name__}{f', SQLSTATE {state}' if state else ''})")
