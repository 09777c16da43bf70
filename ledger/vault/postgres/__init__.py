"""The vault in schema `vault` of a PostgreSQL database: all schools in one table, keyed by origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg_pool import PoolTimeout

from ledger.database.migrations import MigrationError
from ledger.database.postgres import configure, install_schema, open_pool, pending_of, translated
from ledger.errors import LetopisError
from ledger.vault.destroyed import Owner
from ledger.vault.keys import KeyStore
from ledger.vault.vault import KeptRow, SealedRow, Vault

POOL_MAX: Final = 4
_SCHEMA: Final = "vault"
_LOCK_NUMBER: Final = 0x6C65746F7661756C  # "letovaul"
_LOCK_TIMEOUT: Final = "30s"
"""How long the table's new writing waits for who reads; they would queue behind it."""


def install(owner_dsn: str) -> None:
    """Make the schema or bring it up to date; the role must be allowed to create schemas.

    Raises:
        MigrationError: the database does not fit this program.
        OperationalError: the server refused.
    """
    try:
        install_schema(owner_dsn, _SCHEMA, __name__, _LOCK_NUMBER)
    except psycopg.Error as error:
        raise _translated(error, "the vault's schema was not made") from None


def open_vault(dsn: str, keys: KeyStore, *, pool_max: int = POOL_MAX) -> Vault:
    """Open the vault of the log that `keys` is of.

    Raises:
        LetopisError: there is no vault in the database.
        MigrationError: database and program do not fit together.
        OperationalError: the server cannot be reached.
    """
    return Vault(PostgresRows(dsn, keys.origin, pool_max=pool_max), keys)


class PostgresRows:
    """Sealed rows in PostgreSQL (`ledger.vault.vault.SealedRows`)."""

    def __init__(self, dsn: str, origin: str, *, pool_max: int = POOL_MAX) -> None:
        self._origin = origin
        try:
            self._pool = open_pool(dsn, "letopis vault", pool_max, configure, _check_migrated)
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the vault cannot be opened") from None

    def insert(self, rows: Sequence[SealedRow]) -> None:
        """Insert rows in one transaction, durable when it returns.

        A digest that is there already stays as it is, but counts as kept now.

        Raises:
            OperationalError: the server refused, or the outcome is unknown; to insert again is harmless.
        """
        # In order of digest: two that keep the same rows at once wait for each other, and never both.
        digests, people, retentions, algorithms, sealed = zip(*sorted(rows), strict=True)
        try:
            with self._pool.connection() as connection:
                connection.execute(
                    "INSERT INTO vault.disclosures (origin, digest, person, retention, algorithm, sealed)"
                    " SELECT %s, * FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::smallint[], %s::bytea[])"
                    " ON CONFLICT (origin, digest) DO UPDATE SET kept_at = clock_timestamp()",
                    (self._origin, list(digests), list(people), list(retentions), list(algorithms), list(sealed)),
                )
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the vault took nothing") from None

    def select(self, digests: Sequence[str]) -> list[SealedRow]:
        """The rows of these digests that are there, in any order.

        Raises:
            OperationalError: the server could not answer.
        """
        try:
            with self._pool.connection() as connection:
                found = connection.execute(
                    "SELECT digest, person::text, retention, algorithm, sealed FROM vault.disclosures"
                    " WHERE origin = %s AND digest = ANY(%s)",
                    (self._origin, list(digests)),
                    binary=True,
                ).fetchall()
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the vault cannot be read") from None
        return [SealedRow(*row) for row in found]

    def survey(self) -> list[KeptRow]:
        """Every row of the log, without what it seals.

        Raises:
            OperationalError: the server could not answer.
        """
        try:
            with self._pool.connection() as connection:
                found = connection.execute(
                    "SELECT digest, person::text, retention, extract(epoch FROM clock_timestamp() - kept_at)::float8"
                    " FROM vault.disclosures WHERE origin = %s",
                    (self._origin,),
                ).fetchall()
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the vault cannot be read") from None
        return [KeptRow(*row) for row in found]

    def remove(self, digests: Sequence[str], older_than_seconds: int) -> int:
        """Remove rows in one transaction, but those that were kept since; returns how many were removed.

        Raises:
            LetopisError: the role may not; it takes the owner's.
            OperationalError: the server refused, or the outcome is unknown; to remove again is harmless.
        """
        try:
            with self._pool.connection() as connection:
                return connection.execute(
                    "DELETE FROM vault.disclosures WHERE origin = %s AND digest = ANY(%s)"
                    " AND clock_timestamp() - kept_at > make_interval(secs => %s)",
                    (self._origin, list(digests), older_than_seconds),
                ).rowcount
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the vault removed nothing") from None

    def count(self, owners: Sequence[Owner]) -> dict[Owner, int]:
        """How many rows there are of each of these owners.

        Raises:
            OperationalError: the server could not answer.
        """
        people, retentions = [owner.person for owner in owners], [owner.retention for owner in owners]
        try:
            with self._pool.connection() as connection:
                found = connection.execute(
                    "SELECT person::text, retention, count(*) FROM vault.disclosures"
                    " JOIN unnest(%s::uuid[], %s::text[]) AS o (person, retention) USING (person, retention)"
                    " WHERE origin = %s GROUP BY person, retention",
                    (people, retentions, self._origin),
                ).fetchall()
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the vault cannot be read") from None
        return {Owner(person, retention): number for person, retention, number in found}

    def erase(self, owners: Sequence[Owner]) -> None:
        """Remove all rows of owners, and write the table anew: no page of it holds them, nor its free space.

        Plain VACUUM leaves the bytes of a removed row where the rows that stay need no moving. Reads wait meanwhile,
        for a table of some megabytes.

        The server's own write-ahead log holds what it wrote, sealed, until it is recycled.

        Raises:
            LetopisError: the role may not; it takes the owner's.
            OperationalError: the server refused, or the outcome is unknown; run it again.
        """
        people, retentions = [owner.person for owner in owners], [owner.retention for owner in owners]
        try:
            with self._pool.connection() as connection:
                connection.execute(
                    "DELETE FROM vault.disclosures USING unnest(%s::uuid[], %s::text[]) AS o (person, retention)"
                    " WHERE disclosures.origin = %s AND disclosures.person = o.person"
                    " AND disclosures.retention = o.retention",
                    (people, retentions, self._origin),
                )
                connection.execute("SET statement_timeout = 0")
                connection.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
                connection.execute("VACUUM (FULL) vault.disclosures")
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, "the vault erased nothing, or not all") from None

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()


def _check_migrated(connection: psycopg.Connection[Any]) -> None:
    if pending := pending_of(connection, _SCHEMA, __name__):
        raise MigrationError(f"migration {pending[0].title} of the vault is not applied")


def _translated(error: psycopg.Error | PoolTimeout, what: str) -> LetopisError | OperationalError:
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return LetopisError(f"{what}: the role may not (SQLSTATE {error.sqlstate})")
    return translated(error, what)
