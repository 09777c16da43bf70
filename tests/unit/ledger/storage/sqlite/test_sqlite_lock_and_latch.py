from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.errors import LedgerInUse, LetopisError
from ledger.storage.sqlite.latch import Latch
from ledger.storage.sqlite.lock import ServerLock


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "school.db"


def test_a_lock_is_held_until_it_is_released(database: Path) -> None:
    lock = ServerLock(database)
    with pytest.raises(LedgerInUse, match=rf"another server has this ledger open \(process {os.getpid()}\)"):
        ServerLock(database)
    lock.release()
    ServerLock(database).release()


def test_a_holder_that_left_no_note_is_unknown(database: Path) -> None:
    lock = ServerLock(database)
    lock.path.write_bytes(b"")
    with pytest.raises(LedgerInUse, match="process unknown"):
        ServerLock(database)
    lock.release()


def test_the_lock_file_stays_and_is_for_its_owner_only(database: Path) -> None:
    lock = ServerLock(database)
    lock.release()
    assert lock.path.exists()
    assert lock.path.stat().st_mode & 0o077 == 0


def test_a_lock_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(LetopisError, match=r"school\.db\.lock: the lock file cannot be opened"):
        ServerLock(tmp_path / "nowhere" / "school.db")


def test_a_latch_is_open_until_it_falls(database: Path) -> None:
    assert Latch(database).reason is None


def test_a_latch_outlives_the_process(database: Path) -> None:
    Latch(database).fall("SQLITE_IOERR_FSYNC: disk I/O error")
    assert Latch(database).reason == "SQLITE_IOERR_FSYNC: disk I/O error"


def test_the_first_reason_is_kept(database: Path) -> None:
    latch = Latch(database)
    latch.fall("first")
    latch.fall("second")
    assert (latch.reason, Latch(database).reason) == ("first", "first")


def test_an_empty_latch_file_latches(database: Path) -> None:
    # A full disk has room for a name and for nothing more.
    Latch(database).path.touch()
    assert "could not be written" in str(Latch(database).reason)


def test_a_lifted_latch_is_gone(database: Path) -> None:
    latch = Latch(database)
    latch.fall("reason")
    latch.lift()
    assert (latch.reason, Latch(database).reason) == (None, None)


def test_a_latch_that_cannot_be_written_holds_for_the_process(tmp_path: Path) -> None:
    latch = Latch(tmp_path / "nowhere" / "school.db")
    latch.fall("reason")
    assert latch.reason == "reason"
