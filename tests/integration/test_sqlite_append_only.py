"""Append-only holds in the database itself: against any program that opens the file, with SQLite's own settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.log import SignedCheckpoint
from tests.sqlite_ledgers import command, lesson, marks, opened
from tests.sqlite_oracle import check_file

TABLES = ["entries", "commands", "checkpoints", "tiles", "meta", "migrations"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "school.db"
    with opened(path) as recorder:
        recorder.insert_events(marks(lesson(), count=300), command=command("key"))
        head = recorder.head()
        recorder.keep_checkpoint(SignedCheckpoint(head.size, b"note\n", head.edge))
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO tiles VALUES (7, 0, zeroblob(8192))")
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def stranger(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of another program, with no settings of ours; what it tried must have changed nothing."""
    connection = sqlite3.connect(file, isolation_level=None)
    before = list(connection.iterdump())
    yield connection
    assert list(connection.iterdump()) == before
    connection.close()


@pytest.mark.parametrize("table", [*TABLES, "head"])
def test_no_row_is_deleted(stranger: sqlite3.Connection, table: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"append only|there is one"):
        stranger.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_updated(stranger: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in stranger.execute(f"PRAGMA table_info({table})")]
    for column in columns:
        with pytest.raises(sqlite3.IntegrityError, match=r"append only|never changes"):
            stranger.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", [*TABLES, "head"])
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL", "INSERT"])
def test_no_row_is_replaced(stranger: sqlite3.Connection, table: str, verb: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        stranger.execute(f"{verb} INTO {table} SELECT * FROM {table} LIMIT 1")


def test_no_entry_is_replaced_through_its_stream_and_version(stranger: sqlite3.Connection) -> None:
    (end,) = stranger.execute("SELECT min(idx) FROM entries WHERE stream IS NOT NULL").fetchone()
    with pytest.raises(sqlite3.IntegrityError, match="the version of the stream is taken"):
        stranger.execute(
            f"REPLACE INTO entries SELECT 300, type, stream, version, x'00' FROM entries WHERE idx = {end}"
        )
    assert stranger.execute("SELECT count(*), max(idx) FROM entries").fetchone() == (300, 299)


def test_no_index_is_left_out(stranger: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="not the next index"):
        stranger.execute("INSERT INTO entries VALUES (301, 't/1', 'a/b', 1, x'00')")


def test_a_stream_and_its_version_are_told_together(stranger: sqlite3.Connection) -> None:
    for names in ("'a/b', NULL", "NULL, 1"):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            stranger.execute(f"INSERT INTO entries VALUES (300, 't/1', {names}, x'00')")


def test_no_entry_is_replaced_by_an_upsert(stranger: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        stranger.execute(
            "INSERT INTO entries SELECT * FROM entries WHERE idx = 7 ON CONFLICT DO UPDATE SET entry = x'00'"
        )


def test_no_entry_is_replaced_by_an_update(stranger: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append only"):
        stranger.execute("UPDATE OR REPLACE entries SET idx = 8 WHERE idx = 7")


@pytest.mark.parametrize("change", ["size = size - 1", "size = size", "at = 'x'"])
def test_the_head_never_goes_back(stranger: sqlite3.Connection, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="moves forward only"):
        stranger.execute(f"UPDATE head SET {change}")


def test_checkpoint_sizes_grow(stranger: sqlite3.Connection) -> None:
    for size in (299, 300):
        with pytest.raises(sqlite3.IntegrityError, match="sizes grow"):
            stranger.execute("INSERT INTO checkpoints VALUES (?, x'00', x'')", (size,))


@pytest.mark.parametrize(
    "values",
    [
        "'300', 't/1', 'a/b', 1, 'a text'",
        "300, 't/1', 17.5, 1, x'00'",
        "300, 't/1', 'a/b', 'one', x'00'",
        "300, NULL, 'a/b', 1, x'00'",
        "-1, 't/1', 'a/b', 1, x'00'",
        "300, 't/1', 'a/b', -1, x'00'",
    ],
)
def test_types_are_strict(stranger: sqlite3.Connection, values: str) -> None:
    stranger.execute("BEGIN")
    try:
        stranger.execute(f"INSERT INTO entries VALUES ({values})")
        found = stranger.execute("SELECT typeof(stream), typeof(entry) FROM entries WHERE idx = 300").fetchall()
        # STRICT takes a number for a text, as its text; never a text for a blob.
        assert found == [("text", "blob")]
    except sqlite3.IntegrityError:
        pass
    finally:
        stranger.execute("ROLLBACK")


def test_a_plain_conflict_is_an_integrity_error_in_the_writers_own_words(file: Path) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("DROP TRIGGER entries_new")
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE constraint failed: entries\.idx"):
        connection.execute("INSERT INTO entries SELECT * FROM entries WHERE idx = 7")
    connection.close()
    check_file_without_tile(file)


def check_file_without_tile(file: Path) -> None:
    """The fixture's tile is none of this tree."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript("DROP TRIGGER tiles_no_delete; DELETE FROM tiles")
    connection.close()
    assert len(check_file(file).entries) == 300
