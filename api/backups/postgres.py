"""A PostgreSQL database dumped at one moment and restored into an empty one, with the guards that were on it.

One snapshot holds log and vault as they were at the same instant, so neither comes first. Views are left out: they are
made from the log. Roles belong to the cluster and are in no dump: the two that the schema names are made before a
restore; a role that logs in, and its membership in letopis_app, are the administrator's matter (docs/operations.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, tuple_row
from psycopg.sql import SQL, Identifier

from api.backups.programs import run_program
from api.settings import SettingsError, UnavailableError
from ledger.database.postgres import connect
from ledger.tree.edge import RightEdge

_ROLES: Final = ("letopis_owner", "letopis_app")
_VIEWS: Final = "views_*"


def dump(owner_dsn: str, origin: str, file: Path) -> RightEdge:
    """Write a dump of the whole database, as of one moment; returns the edge of the log of `origin` in it.

    Raises:
        UnavailableError: the server refused, or there is no such log.
        SettingsError: there is no `pg_dump`.
    """
    try:
        with connect(owner_dsn) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            with connection.cursor(row_factory=tuple_row) as cursor:
                heads = cursor.execute("SELECT size, edge FROM letopis.heads WHERE origin = %s", (origin,)).fetchall()
                snapshot = cursor.execute("SELECT pg_export_snapshot()").fetchall()[0][0]
            if not heads:
                raise UnavailableError(f"{origin}: такого журнала в базе нет / there is no such log in the database")
            arguments = ("--format=custom", f"--snapshot={snapshot}", f"--exclude-schema={_VIEWS}", f"--file={file}")
            run_program("pg_dump", owner_dsn, arguments)
    except psycopg.Error as error:
        raise _refused(error) from None
    size, edge = heads[0]
    return RightEdge.from_bytes(size, edge)


def restore(owner_dsn: str, file: Path) -> None:
    """Restore a dump into an empty database, in one transaction: all of it, or nothing.

    Raises:
        SettingsError: the database has a log or a vault already, or there is no `pg_restore`.
        UnavailableError: the server refused.
    """
    try:
        with connect(owner_dsn) as connection:
            found = connection.execute(
                "SELECT FROM pg_namespace WHERE nspname IN ('letopis', 'letopis_guard', 'vault')"
            ).fetchone()
            if found is not None:
                raise SettingsError(
                    "LETOPIS_POSTGRES_OWNER_DSN: в этой базе уже есть журнал; восстанавливают в пустую / "
                    "this database has a log already; a backup is restored into an empty one: createdb"
                )
            _make_roles(connection)
    except psycopg.Error as error:
        raise _refused(error) from None
    database = psycopg.conninfo.conninfo_to_dict(owner_dsn).get("dbname")
    if not database:
        raise SettingsError("LETOPIS_POSTGRES_OWNER_DSN: не названа база / names no database: dbname=…")
    arguments = ("--exit-on-error", "--single-transaction", f"--dbname={database}", str(file))
    run_program("pg_restore", owner_dsn, arguments)


@contextmanager
def scratch_database(owner_dsn: str) -> Iterator[str]:
    """Make an empty database on the same server; gives its name, and drops it at the end.

    Raises:
        UnavailableError: the role may not, or the server refused.
    """
    name = f"letopis_drill_{secrets.token_hex(8)}"
    _administer(owner_dsn, "CREATE DATABASE {} TEMPLATE template0", name)
    try:
        yield name
    finally:
        _administer(owner_dsn, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def in_database(dsn: str, name: str) -> str:
    """The same connection string, to another database of the server."""
    return make_conninfo(dsn, dbname=name)


def shape(owner_dsn: str) -> set[str]:
    """What guards the log in a database: tables, owners, rights, triggers, event triggers, functions; one line each.

    Superusers, and whoever made the vault, go by one name: who that is, is no difference.

    Raises:
        UnavailableError: the server refused.
    """
    try:
        with connect(owner_dsn) as connection, connection.cursor(row_factory=tuple_row) as cursor:
            return {f"{kind}: {text}" for kind, sql in _SHAPE.items() for (text,) in cursor.execute(sql.encode())}
    except psycopg.Error as error:
        raise _refused(error) from None


_ROLE: Final = (
    "CASE WHEN {0} = 0 THEN 'public' ELSE"
    " (SELECT CASE WHEN r.rolsuper OR (n.nspname = 'vault' AND r.oid = n.nspowner) THEN 'owner'"
    " ELSE r.rolname::text END FROM pg_roles r WHERE r.oid = {0}) END"
)
_OURS: Final = "('letopis', 'letopis_guard', 'vault')"
_SHAPE: Final = {
    "table": f"""SELECT format('%s.%s %s %s', n.nspname, c.relname, c.relkind, {_ROLE.format("c.relowner")})
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN {_OURS}""",
    "right": f"""SELECT format('%s.%s %s %s', n.nspname, c.relname, {_ROLE.format("a.grantee")}, a.privilege_type)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
        WHERE n.nspname IN {_OURS}""",
    "trigger": f"""SELECT format('%s %s', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN {_OURS} AND NOT t.tgisinternal""",
    "event trigger": """SELECT format('%s %s %s %s', e.evtname, e.evtevent, e.evtenabled, e.evtfoid::regproc)
        FROM pg_event_trigger e WHERE starts_with(e.evtname, 'letopis_')""",
    "constraint": f"""SELECT format('%s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname IN {_OURS}""",
    "function": f"""SELECT format('%s %s %s %s', p.oid::regprocedure, {_ROLE.format("p.proowner")}, p.prosecdef,
            md5(pg_get_functiondef(p.oid)))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN {_OURS}""",
    "call": f"""SELECT format('%s %s %s', p.oid::regprocedure, {_ROLE.format("a.grantee")}, a.privilege_type)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(p.proacl) a
        WHERE n.nspname IN {_OURS}""",
}


def _make_roles(connection: psycopg.Connection[DictRow]) -> None:
    for role in _ROLES:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
            connection.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(role)))


def _administer(owner_dsn: str, statement: str, name: str) -> None:
    try:
        with connect(owner_dsn) as connection:
            connection.execute("SET statement_timeout = '10min'")
            connection.execute(SQL(statement).format(Identifier(name)))
    except psycopg.Error as error:
        raise _refused(error) from None


def _refused(error: psycopg.Error) -> UnavailableError:
    """Name a server's refusal without its text, which may quote a row."""
    detail: Any = error.sqlstate or type(error).__name__
    return UnavailableError(f"база отказала / the database refused ({detail})")
