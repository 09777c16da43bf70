"""Making the schema and opening logs: what the owner does, apart from daily running.

Migrations run in one transaction, as a superuser, because the event triggers that guard the schema belong to one: he
disables them, changes, and enables them again before the commit. Everything a migration makes is given to
`letopis_owner` by the migration itself. A member of `letopis_owner` who is no superuser can open logs, nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from ledger.database.migrations import Migration, MigrationError, pending_migrations, read_migrations
from ledger.database.postgres import applied_migrations, apply_migration
from ledger.errors import LetopisError
from ledger.storage.appending import moved_log
from ledger.storage.postgres.datastore import connect
from ledger.storage.postgres.faults import translate

_SCHEMA: Final = "letopis"
_LOCK_NUMBER: Final = 0x6C65746F706973  # "letopis"
_MIGRATE_TIMEOUT: Final = "10min"


def install(owner_dsn: str) -> None:
    """Bring the schema up to date.

    Raises:
        MigrationError: the database does not fit this program, or the role may not migrate.
        eventsourcing.persistence.PersistenceError: the server refused.
    """
    try:
        with connect(owner_dsn) as connection, connection.transaction():
            connection.execute(SQL("SET LOCAL lock_timeout = {}").format(_MIGRATE_TIMEOUT))
            connection.execute(SQL("SET LOCAL statement_timeout = {}").format(_MIGRATE_TIMEOUT))
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_NUMBER,))
            pending = pending_schema(connection)
            if pending:
                _apply(connection, pending)
    except psycopg.Error as error:
        raise translate(error) from error


def pending_schema(connection: psycopg.Connection[Any]) -> tuple[Migration, ...]:
    """The migrations that this database still lacks.

    Raises:
        MigrationError: the database does not fit this program.
    """
    return pending_migrations(read_migrations(__package__), applied_migrations(connection, _SCHEMA))


def open_log(owner_dsn: str, origin: str, clock: str) -> None:
    """Open a log under this name, unless there is one.

    Raises:
        LetopisError: the role may not.
    """
    try:
        with connect(owner_dsn) as connection:
            if connection.execute("SELECT FROM letopis.heads WHERE origin = %s", (origin,)).fetchone() is None:
                connection.execute(
                    "INSERT INTO letopis.heads (origin, clock) VALUES (%s, %s) ON CONFLICT (origin) DO NOTHING",
                    (origin, clock),
                )
    except psycopg.errors.InsufficientPrivilege:
        raise LetopisError(f"{origin}: opening a log needs a member of the role letopis_owner") from None
    except psycopg.Error as error:
        raise translate(error) from error


def replace_claims(owner_dsn: str, school: int, places: Mapping[str, Sequence[str]], size: int) -> None:
    """Put these streams, in this order, in the place of all claims of each place of a log.

    Raises:
        Conflict: the log has not this many entries; nothing was changed.
    """
    rows = [(school, place, number, one) for place, streams in places.items() for number, one in enumerate(streams, 1)]
    try:
        with (
            connect(owner_dsn) as connection,
            connection.transaction(),
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            # Its lock keeps appends away until the commit.
            cursor.execute("SELECT size FROM letopis.heads WHERE school = %s FOR NO KEY UPDATE", (school,))
            (found,) = cursor.fetchone() or (0,)
            if found != size:
                raise moved_log(size, found)
            cursor.execute(
                "DELETE FROM letopis_derived.claims WHERE school = %s AND place = ANY(%s)", (school, list(places))
            )
            cursor.executemany(
                "INSERT INTO letopis_derived.claims (school, place, number, stream) VALUES (%s, %s, %s, %s)", rows
            )
    except psycopg.Error as error:
        raise translate(error) from error


def grant_derived(connection: psycopg.Connection[Any]) -> None:
    """Let the application use the tables that this role makes in the derived schema from now on."""
    connection.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA letopis_derived"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO letopis_app"
    )


def _apply(connection: psycopg.Connection[Any], pending: tuple[Migration, ...]) -> None:
    with connection.cursor(row_factory=tuple_row) as cursor:
        (superuser,) = cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() or (0,)
        if not superuser:
            raise MigrationError(
                f"migration {pending[0].title} is to be applied: that takes a superuser, "
                "who alone can own the event triggers that guard the log"
            )
        for migration in pending:
            # Before each: a migration may make them.
            for guard in _guards(cursor):
                cursor.execute(SQL("ALTER EVENT TRIGGER {} DISABLE").format(guard))
            try:
                apply_migration(connection, _SCHEMA, migration)
            except psycopg.Error as error:
                raise MigrationError(f"migration {migration.title}: {error.diag.message_primary or error}") from error
        for guard in _guards(cursor):
            cursor.execute(SQL("ALTER EVENT TRIGGER {} ENABLE ALWAYS").format(guard))


def _guards(cursor: psycopg.Cursor[Any]) -> list[Identifier]:
    rows = cursor.execute(
        "SELECT evtname FROM pg_event_trigger WHERE starts_with(evtname, 'letopis_guard_')"
    ).fetchall()
    return [Identifier(name) for (name,) in rows]
