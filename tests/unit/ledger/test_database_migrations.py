from __future__ import annotations

import hashlib

import pytest

from ledger.database.migrations import (
    Applied,
    Migration,
    MigrationError,
    parse_migrations,
    pending_migrations,
)

FILES = [("0002_log.sql", b"CREATE TABLE log()"), ("0001_roles.sql", b"CREATE ROLE x")]


def applied(*migrations: Migration) -> list[Applied]:
    return [Applied(migration.number, migration.name, migration.digest) for migration in migrations]


def test_orders_by_number_and_digests_the_bytes() -> None:
    first, second = parse_migrations(FILES)
    assert (first.number, first.name, first.sql) == (1, "roles", "CREATE ROLE x")
    assert (second.number, second.name) == (2, "log")
    assert second.digest == hashlib.sha256(b"CREATE TABLE log()").hexdigest()


@pytest.mark.parametrize(
    "name", ["1_roles.sql", "0001-roles.sql", "0001_Roles.sql", "00001_roles.sql", "٠٠٠١_roles.sql"]
)
def test_refuses_a_misnamed_file(name: str) -> None:
    with pytest.raises(MigrationError, match=r"NNNN_name\.sql"):
        parse_migrations([(name, b"")])


@pytest.mark.parametrize("names", [["0002_a.sql"], ["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_refuses_a_gap_or_a_repeated_number(names: list[str]) -> None:
    with pytest.raises(MigrationError, match="without gap or repetition"):
        parse_migrations([(name, b"") for name in names])


def test_refuses_what_is_not_utf8() -> None:
    with pytest.raises(MigrationError, match="not UTF-8"):
        parse_migrations([("0001_a.sql", b"\xff")])


def test_everything_is_pending_on_an_empty_database_and_nothing_on_a_full_one() -> None:
    migrations = parse_migrations(FILES)
    assert pending_migrations(migrations, []) == migrations
    assert pending_migrations(migrations, applied(*migrations)) == ()
    assert pending_migrations(migrations, applied(migrations[0])) == migrations[1:]


def test_refuses_a_file_that_changed_after_it_was_applied() -> None:
    before = parse_migrations(FILES)
    after = parse_migrations([FILES[0], ("0001_roles.sql", b"CREATE ROLE y")])
    with pytest.raises(MigrationError, match=r"0001_roles: changed after it was applied"):
        pending_migrations(after, applied(*before))


def test_refuses_a_renamed_file() -> None:
    before = parse_migrations(FILES)
    after = parse_migrations([FILES[0], ("0001_people.sql", FILES[1][1])])
    with pytest.raises(MigrationError, match="0001_roles"):
        pending_migrations(after, applied(*before))


def test_refuses_a_database_newer_than_the_program() -> None:
    migrations = parse_migrations(FILES)
    with pytest.raises(MigrationError, match="the program is too old"):
        pending_migrations(migrations[:1], applied(*migrations))


def test_refuses_a_record_with_a_gap() -> None:
    migrations = parse_migrations(FILES)
    with pytest.raises(MigrationError, match="0001 before it was not"):
        pending_migrations(migrations, applied(migrations[1]))
