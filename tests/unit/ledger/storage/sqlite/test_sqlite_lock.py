from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.errors import LedgerInUse, LetopisError
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
