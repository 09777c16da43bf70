"""Bringing a PostgreSQL database up to date."""

from __future__ import annotations

import threading

import psycopg
import pytest

from ledger.database import migrations as migrations_module
from ledger.database.migrations import Migration, MigrationError, parse_migrations, read_migrations
from ledger.storage.postgres import install as install_module
from ledger.storage.postgres.install import install
from tests.conftest import Database
from tests.postgres_oracle import read_log
from tests.postgres_school import ORIGIN, marks, new_command, new_stream, opened

PACKAGE = "ledger.storage.postgres"


def with_one_more(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Pretend that the program has a migration more than it has."""
    known = read_migrations(PACKAGE)
    (more,) = (migration for migration in parse_migrations([("0001_more.sql", sql.encode())]))
    added = Migration(len(known) + 1, more.name, more.sql, more.digest)
    monkeypatch.setattr(install_module, "read_migrations", lambda _: (*known, added))


def recorded(dsn: str) -> list[tuple[int, str]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT number, digest FROM letopis.migrations ORDER BY number").fetchall()


def guards(dsn: str) -> list[tuple[str, str]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT evtname::text, evtenabled::text FROM pg_event_trigger ORDER BY 1").fetchall()


def test_installs_once_and_records_what_it_applied(bare_postgres_database: Database) -> None:
    dsn = bare_postgres_database.superuser_dsn
    install(dsn)
    install(dsn)
    assert recorded(dsn) == [(migration.number, migration.digest) for migration in read_migrations(PACKAGE)]
    assert guards(dsn) == [("letopis_guard_ddl", "A"), ("letopis_guard_drop", "A")]


def test_four_installers_at_once_make_one_schema(bare_postgres_database: Database) -> None:
    errors: list[Exception] = []

    def run() -> None:
        try:
            install(bare_postgres_database.superuser_dsn)
        except Exception as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(recorded(bare_postgres_database.superuser_dsn)) == len(read_migrations(PACKAGE))


def test_migrating_takes_a_superuser_and_says_why(bare_postgres_database: Database) -> None:
    with pytest.raises(MigrationError, match="0001_roles is to be applied: that takes a superuser"):
        install(bare_postgres_database.owner_dsn)


def test_a_later_migration_gets_past_the_guard_and_leaves_it_standing(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(postgres_database) as recorder:
        recorder.insert_events(marks(new_stream(), 2), command=new_command())
        with_one_more(monkeypatch, "SET LOCAL ROLE letopis_owner; ALTER TABLE letopis.heads ADD COLUMN note text;")
        install(postgres_database.superuser_dsn)
        assert len(recorded(postgres_database.superuser_dsn)) == len(read_migrations(PACKAGE)) + 1
        assert [enabled for _, enabled in guards(postgres_database.superuser_dsn)] == ["A", "A"]
        recorder.insert_events(marks(new_stream()), command=new_command())
    read_log(postgres_database.superuser_dsn, ORIGIN)


def test_a_migration_that_fails_leaves_nothing_behind(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recorded(postgres_database.superuser_dsn)
    with_one_more(monkeypatch, "ALTER TABLE letopis.heads ADD COLUMN note text; SELECT 1 / 0;")
    with pytest.raises(MigrationError, match=r"migration \d+_more: division by zero"):
        install(postgres_database.superuser_dsn)
    assert recorded(postgres_database.superuser_dsn) == before
    assert [enabled for _, enabled in guards(postgres_database.superuser_dsn)] == ["A", "A"]
    with psycopg.connect(postgres_database.superuser_dsn) as connection:
        columns = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'letopis.heads'::regclass AND attname = 'note'"
        ).fetchall()
    assert columns == []


def test_a_database_whose_record_disagrees_is_not_opened(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = read_migrations(PACKAGE)
    changed = Migration(known[1].number, known[1].name, known[1].sql + " ", "0" * 64)
    monkeypatch.setattr(install_module, "read_migrations", lambda _: (known[0], changed, *known[2:]))
    with pytest.raises(MigrationError, match="0002_log: changed after it was applied"):
        with opened(postgres_database):
            pass
    monkeypatch.setattr(install_module, "read_migrations", lambda _: known[:-1])
    with pytest.raises(MigrationError, match="the program is too old"):
        with opened(postgres_database, LETOPIS_CREATE="n"):
            pass
    assert migrations_module.read_migrations(PACKAGE) == known


def test_the_record_of_migrations_cannot_be_rewritten(postgres_database: Database) -> None:
    with psycopg.connect(postgres_database.owner_dsn, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            connection.execute("UPDATE letopis.migrations SET digest = ''")
