from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from ledger.database.migrations import Migration, parse_migrations
from ledger.database.sqlite import applied_migrations, apply_migration

SQL = """
-- A table; a semicolon in a comment ; ends nothing.
CREATE TABLE marks (value TEXT);
CREATE TRIGGER no_delete BEFORE DELETE ON marks
BEGIN
  SELECT 1;
  SELECT RAISE(ABORT, 'no; never');
END;
INSERT INTO marks VALUES ('5')
"""


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def migration(sql: str, number: int = 1) -> Migration:
    files = [(f"{each:04}_x.sql", sql.encode()) for each in range(1, number + 1)]
    return parse_migrations(files)[-1]


def test_runs_every_statement_and_remembers_the_migration(connection: sqlite3.Connection) -> None:
    assert applied_migrations(connection) == []
    first = migration(SQL)
    apply_migration(connection, first)
    assert connection.execute("SELECT value FROM marks").fetchall() == [("5",)]
    with pytest.raises(sqlite3.IntegrityError, match="no; never"):
        connection.execute("DELETE FROM marks")
    (found,) = applied_migrations(connection)
    assert (found.number, found.name, found.digest) == (1, "x", first.digest)


def test_leaves_the_transaction_to_its_caller(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    apply_migration(connection, migration(SQL))
    with pytest.raises(sqlite3.OperationalError, match="no such table: nowhere"):
        apply_migration(connection, migration("CREATE TABLE t (x); INSERT INTO nowhere VALUES (1);", 2))
    assert connection.in_transaction
    connection.rollback()
    assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
