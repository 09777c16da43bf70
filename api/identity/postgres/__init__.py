"""Secrets of signing in, in schema `identity` of a PostgreSQL database: all schools in one table, keyed by origin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import psycopg
from psycopg_pool import PoolTimeout

from api.identity.rows import Execute
from ledger.database.migrations import MigrationError
from ledger.database.postgres import configure, install_schema, open_pool, pending_of, translated

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
        install_schema(owner_dsn, _SCHEMA, __name__, _LOCK_NUMBER)
    except psycopg.Error as error:
        raise translated(error, "the schema of secrets was not made") from None


class PostgresRows:
    """Rows in PostgreSQL (`api.identity.rows.Rows`).

    Raises:
        MigrationError: database and program do not fit together.
        OperationalError: the server cannot be reached.
    """

    def __init__(self, dsn: str, *, pool_max: int = POOL_MAX) -> None:
        try:
            self._pool = open_pool(dsn, "letopis identity", pool_max, _configure, _check_migrated)
        except (psycopg.Error, PoolTimeout) as error:
            raise translated(error, "the secrets cannot be opened") from None

    def run(self, work: Callable[[Execute], _T]) -> _T:
        """Run `work` in one transaction; see `Rows.run`."""
        try:
            with self._pool.connection() as connection, connection.transaction():

                def execute(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
                    cursor = connection.execute(spelt(sql), parameters)
                    return cursor.fetchall() if cursor.description is not None else []

                return work(execute)
        except (psycopg.Error, PoolTimeout) as error:
            raise translated(error, "the secrets cannot be read or kept") from None

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()


def _configure(connection: psycopg.Connection[Any]) -> None:
    configure(connection)
    connection.execute("SET search_path = identity")


def _check_migrated(connection: psycopg.Connection[Any]) -> None:
    if pending := pending_of(connection, _SCHEMA, __name__):
        raise MigrationError(f"migration {pending[0].title} of signing in is not applied; run letopis migrate")


@cache
def spelt(sql: str) -> bytes:
    """A statement with its parameters as psycopg names them."""
    return _PARAMETER.sub(r"%(\1)s", sql).encode()
