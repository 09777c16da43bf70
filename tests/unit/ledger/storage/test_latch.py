from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledger.storage.latch import Latch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "school.latched"


def test_a_latch_is_open_until_it_falls(file: Path) -> None:
    assert Latch(file).check() is None
    assert not file.exists()


def test_a_latch_outlives_the_process(file: Path) -> None:
    assert Latch(file).fall("SQLITE_IOERR_FSYNC: disk I/O error")
    assert Latch(file).reason == "SQLITE_IOERR_FSYNC: disk I/O error"
    assert file.stat().st_mode & 0o077 == 0


def test_a_latch_is_synced_with_its_folder_before_it_has_fallen(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        assert file.read_text() == "reason"
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    Latch(file).fall("reason")
    assert synced == [file, file.parent]


def test_the_first_reason_is_kept(file: Path) -> None:
    latch = Latch(file)
    assert [latch.fall("first"), latch.fall("second")] == [True, False]
    assert (latch.reason, Latch(file).reason) == ("first", "first")


def test_the_reason_of_the_process_that_was_first_is_kept_in_the_file(file: Path) -> None:
    here, there = Latch(file), Latch(file)
    there.fall("theirs")
    here.fall("ours")
    assert (here.reason, Latch(file).reason) == ("ours", "theirs")
    Latch(file).lift()
    assert here.check() is None


def test_an_empty_latch_file_latches(file: Path) -> None:
    # A full disk has room for a name and for nothing more.
    file.touch()
    assert "could not be written" in str(Latch(file).reason)


def test_a_lifted_latch_is_gone_and_says_what_it_was(file: Path) -> None:
    latch = Latch(file)
    assert latch.last_lifted() is None
    latch.fall("reason")
    latch.lift()
    assert (latch.reason, Latch(file).reason) == (None, None)
    assert (file.exists(), Latch(file).last_lifted()) == (False, "reason")


def test_a_latch_that_cannot_be_written_holds_for_the_process(tmp_path: Path) -> None:
    latch = Latch(tmp_path / "nowhere" / "school.latched")
    latch.fall("reason")
    assert latch.check() == "reason"
    with pytest.raises(FileNotFoundError):
        latch.lift()
    assert latch.check() == "reason"


def test_a_latch_without_a_file_holds_for_the_process() -> None:
    latch = Latch(None)
    latch.fall("reason")
    assert (latch.check(), Latch(None).check()) == ("reason", None)
    latch.lift()
    assert (latch.check(), latch.last_lifted()) == (None, None)


def test_a_latch_that_another_process_has_lifted_is_open(file: Path) -> None:
    fell_here = Latch(file)
    fell_here.fall("reason")
    found = Latch(file)
    Latch(file).lift()
    assert [fell_here.check(), found.check()] == [None, None]


def test_a_latch_that_fell_again_elsewhere_stays(file: Path) -> None:
    here = Latch(file)
    here.fall("first")
    there = Latch(file)
    there.lift()
    there.fall("second")
    assert here.check() == "second"
    there.lift()
    assert here.check() is None


def test_an_error_after_another_process_has_lifted_the_latch_makes_it_fall_again(file: Path) -> None:
    here = Latch(file)
    here.fall("first")
    Latch(file).lift()
    assert here.fall("second"), "before anybody has looked"
    assert (here.check(), Latch(file).reason) == ("second", "second")


def test_a_file_that_vanished_with_its_disk_is_not_lifted(file: Path) -> None:
    file.parent.joinpath("var").mkdir()
    latch = Latch(file.parent / "var" / "school.latched")
    latch.fall("reason")
    (file.parent / "var").rename(file.parent / "unmounted")
    assert latch.check() == "reason"
    (file.parent / "var").mkdir()  # the empty mount point
    assert latch.check() == "reason"


def test_an_open_latch_costs_no_look_at_the_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latch = Latch(file)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("looked")

    monkeypatch.setattr(Path, "stat", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    assert latch.check() is None
