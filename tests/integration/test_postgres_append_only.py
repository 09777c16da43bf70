"""What the roles cannot do: the application beyond append and select, the owner against the guards."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests.conftest import Database
from tests.postgres_oracle import read_log
from tests.postgres_school import ORIGIN, marks, new_command, new_stream, opened

TABLES = ["entries", "commands", "checkpoints", "tiles"]
PARTITIONED = [*TABLES, *(f"{table}_{part}" for table in TABLES for part in ("00", "07", "15"))]
OWNED = [*PARTITIONED, "heads", "migrations"]


@pytest.fixture(scope="module")
def written(module_postgres_database: Database) -> Iterator[Database]:
    """A database whose log holds entries; still whole, and still writable, when all refusals are through."""
    with opened(module_postgres_database) as recorder:
        recorder.insert_events(marks(new_stream(), 3), command=new_command())
        yield module_postgres_database
        recorder.insert_events(marks(new_stream()), command=new_command())
    assert len(read_log(module_postgres_database.superuser_dsn, ORIGIN).raw) == 4


def refusal(dsn: str, statement: str) -> str:
    """What the server says to a statement that it must refuse."""
    with psycopg.connect(dsn, autocommit=True) as connection, pytest.raises(InsufficientPrivilege) as caught:
        connection.execute(statement.encode())
    return str(caught.value)


@pytest.mark.parametrize("table", [*TABLES, "heads", "entries_03", "migrations"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO letopis.{} DEFAULT VALUES",
        "UPDATE letopis.{} SET {column} = {column}",
        "DELETE FROM letopis.{}",
        "TRUNCATE letopis.{}",
        "SELECT FROM letopis.{} FOR UPDATE",
        "BEGIN; LOCK TABLE letopis.{} IN EXCLUSIVE MODE",
        "DROP TABLE letopis.{}",
        "ALTER TABLE letopis.{} ADD COLUMN more int",
        "CREATE RULE r AS ON INSERT TO letopis.{} DO INSTEAD NOTHING",
    ],
)
def test_the_application_may_only_read_the_tables(written: Database, table: str, statement: str) -> None:
    column = {"migrations": "name", "heads": "origin"}.get(table, "school")
    assert (
        "denied" in (said := refusal(written.app_dsn, statement.format(table, column=column)))
        or "must be owner" in said
    )


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE letopis.more (a int)",
        "CREATE TABLE letopis_derived.more (a int)",
        "CREATE OR REPLACE FUNCTION letopis.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP SCHEMA letopis CASCADE",
        "SET ROLE letopis_owner",
        "SET session_replication_role = replica",
        "SELECT letopis_guard.refuse_ddl()",
        "ALTER EVENT TRIGGER letopis_guard_ddl DISABLE",
    ],
)
def test_the_application_has_no_other_way_in(written: Database, statement: str) -> None:
    refusal(written.app_dsn, statement)


def test_the_application_executes_four_functions_and_no_more(written: Database) -> None:
    with psycopg.connect(written.app_dsn) as connection:
        rows = connection.execute(
            "SELECT proname, has_function_privilege(oid, 'EXECUTE') FROM pg_proc"
            " WHERE pronamespace::regnamespace::text IN ('letopis', 'letopis_guard')"
        ).fetchall()
    assert {name for name, may in rows if may} == {"append_claiming", "append_entries", "keep_checkpoint", "keep_tiles"}
    assert len(rows) > 4


def test_an_entry_cannot_be_forged_through_the_callers_search_path(written: Database) -> None:
    with psycopg.connect(written.app_dsn, autocommit=True) as connection:
        assert refusal(written.app_dsn, "CREATE SCHEMA evil")
        connection.execute("CREATE TEMP TABLE heads (school int)")
        connection.execute("CREATE DOMAIN pg_temp.bytea AS pg_catalog.bytea")
        connection.execute("SET search_path = pg_temp, letopis, pg_catalog")
        with opened(written) as recorder:
            head = recorder.head()
        (answer,) = connection.execute(
            "SELECT letopis.append_entries(99, 'k', gen_random_uuid(), '', '', NULL, NULL,"
            " '{}', '{}', '', '{}', '{}', '{}', '{}', '{}')"
        ).fetchone() or (None,)
    assert answer == -4
    with opened(written) as recorder:
        assert recorder.head() == head


@pytest.mark.parametrize("table", PARTITIONED)
@pytest.mark.parametrize(
    "statement", ["UPDATE letopis.{} SET school = school", "DELETE FROM letopis.{}", "TRUNCATE letopis.{}"]
)
def test_the_owner_cannot_change_or_remove_rows(written: Database, table: str, statement: str) -> None:
    assert "append-only" in refusal(written.owner_dsn, statement.format(table))
    assert "append-only" in refusal(written.superuser_dsn, statement.format(table))


def test_the_triggers_hold_for_a_replica_too(written: Database) -> None:
    with psycopg.connect(written.superuser_dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in PARTITIONED:
            with pytest.raises(InsufficientPrivilege, match="append-only"):
                connection.execute(f"DELETE FROM letopis.{table}".encode())
        with pytest.raises(InsufficientPrivilege, match="only a migration"):
            connection.execute("DROP TABLE letopis.tiles_00")


@pytest.mark.parametrize("statement", ["DELETE FROM letopis.heads", "TRUNCATE letopis.heads"])
def test_no_head_goes_away(written: Database, statement: str) -> None:
    assert "append-only" in refusal(written.owner_dsn, statement)


@pytest.mark.parametrize("table", OWNED)
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE letopis.{} CASCADE",
        "ALTER TABLE letopis.{} DISABLE TRIGGER append_only",
        "ALTER TABLE letopis.{} DISABLE TRIGGER ALL",
        "ALTER TABLE letopis.{} SET SCHEMA letopis_derived",
        "ALTER TABLE letopis.{} RENAME TO other",
        "ALTER TABLE letopis.{} ADD CONSTRAINT more CHECK (true)",
        "ALTER TABLE letopis.{} OWNER TO test_owner",
        "DROP TRIGGER append_only ON letopis.{}",
        "CREATE RULE r AS ON INSERT TO letopis.{} DO INSTEAD NOTHING",
    ],
)
def test_the_owner_cannot_change_or_drop_a_table(written: Database, table: str, statement: str) -> None:
    assert "only a migration" in refusal(written.owner_dsn, statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE letopis.entries DETACH PARTITION letopis.entries_00",
        "CREATE TRIGGER t BEFORE INSERT ON letopis.entries EXECUTE FUNCTION letopis.refuse_change()",
        "CREATE OR REPLACE FUNCTION letopis.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION letopis.append_entries SECURITY INVOKER",
        "ALTER FUNCTION letopis.append_entries SET SCHEMA letopis_derived",
        "DROP FUNCTION letopis.append_entries",
        "DROP FUNCTION letopis.refuse_change() CASCADE",
        "ALTER TABLE letopis.entries DROP CONSTRAINT entries_pkey",
        "ALTER TABLE letopis.entries ADD COLUMN more int",
        "DROP SCHEMA letopis CASCADE",
        "DROP SCHEMA letopis_derived CASCADE",
        "ALTER SCHEMA letopis RENAME TO elsewhere",
        "DROP OWNED BY letopis_owner CASCADE",
        "CREATE TABLE letopis.more (a int)",
        "CREATE VIEW letopis.more AS SELECT 1",
    ],
)
def test_the_owner_cannot_change_the_schema(written: Database, statement: str) -> None:
    assert "only a migration" in refusal(written.owner_dsn, statement)


@pytest.mark.parametrize("privilege", ["INSERT", "UPDATE", "TRIGGER", "ALL"])
def test_the_owner_cannot_grant_more_than_select(written: Database, privilege: str) -> None:
    assert "nothing but SELECT" in refusal(written.owner_dsn, f"GRANT {privilege} ON letopis.entries TO letopis_app")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER EVENT TRIGGER letopis_guard_ddl DISABLE",
        "DROP EVENT TRIGGER letopis_guard_drop",
        "CREATE OR REPLACE FUNCTION letopis_guard.refuse_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "SET session_replication_role = replica",
    ],
)
def test_the_owner_cannot_touch_the_guard(written: Database, statement: str) -> None:
    refusal(written.owner_dsn, statement)


def test_the_owner_may_still_work_elsewhere(written: Database) -> None:
    with psycopg.connect(written.owner_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA views")
        connection.execute("CREATE TABLE views.page (a int)")
        connection.execute("ALTER TABLE views.page ADD COLUMN b int")
        connection.execute("CREATE TABLE letopis_derived.more (a int)")
        connection.execute("DROP TABLE letopis_derived.more")
        connection.execute("DROP SCHEMA views CASCADE")


def test_indexes_can_be_rebuilt(written: Database) -> None:
    with psycopg.connect(written.owner_dsn, autocommit=True) as connection:
        connection.execute("REINDEX TABLE letopis.entries_00")
        connection.execute("ANALYZE letopis.entries_00")
