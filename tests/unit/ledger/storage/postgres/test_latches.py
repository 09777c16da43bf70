from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import LetopisError
from ledger.storage.latch import Latch
from ledger.storage.postgres.latches import Latches

A, B, C = 1, 2, 3


@pytest.fixture
def files(tmp_path: Path) -> dict[int, Path]:
    for school in (A, B, C):
        (tmp_path / str(school)).mkdir()
    return {school: tmp_path / str(school) / "ledger.latched" for school in (A, B, C)}


def opened(files: dict[int, Path], *schools: int) -> Latches:
    """What a process has that opens these schools in this order."""
    latches = Latches()
    for school in schools:
        latches.open(school, files[school])
    return latches


def kept(files: dict[int, Path]) -> list[str | None]:
    return [Latch(file).reason for file in files.values()]


def test_a_disk_error_concerns_every_school_of_the_database_also_those_opened_later(files: dict[int, Path]) -> None:
    latches = opened(files, A, B)
    latches.fall("error 1")
    assert kept(files) == ["error 1", "error 1", None]
    latches.open(C, files[C])
    assert latches.check(C) == "error 1"
    assert kept(files) == ["error 1"] * 3


def test_an_error_before_any_school_was_opened_waits_for_the_first() -> None:
    latches = Latches()
    latches.fall("error 1")
    assert latches.check(A) == "error 1"


@pytest.mark.parametrize("order", [(A, C), (C, A)])
def test_a_school_that_another_process_never_opened_falls_with_the_one_that_is_latched(
    files: dict[int, Path], order: tuple[int, int]
) -> None:
    opened(files, A).fall("error 1")
    latches = opened(files, *order)
    assert [latches.check(school) for school in (A, C)] == ["error 1"] * 2
    assert kept(files) == ["error 1", None, "error 1"]


@pytest.mark.parametrize("order", [(A, B, C), (C, B, A)])
def test_a_verified_school_stays_open_beside_one_that_is_not(files: dict[int, Path], order: tuple[int, ...]) -> None:
    latches = opened(files, A, B, C)
    latches.fall("error 1")
    latches.lift(A)
    for seen in (latches, opened(files, *order)):
        assert [seen.check(school) for school in (A, B, C)] == [None, "error 1", "error 1"]


def test_another_error_makes_a_verified_school_fall_again(files: dict[int, Path]) -> None:
    latches = opened(files, A, B)
    latches.fall("error 1")
    latches.lift(A)
    latches.fall("error 2")
    assert kept(files)[:2] == ["error 2", "error 1"]
    latches.open(C, files[C])
    assert latches.check(C) == "error 2"


def test_a_second_sign_of_one_error_is_no_other_error(files: dict[int, Path]) -> None:
    """Two appends were under way: the schools fell for the first, and the one opened later is told the same."""
    latches = opened(files, A)
    latches.fall("error 1")
    latches.fall("error 1, once more")
    latches.lift(A)
    latches.open(C, files[C])
    assert opened(files, C, A).check(A) is None


def test_without_a_file_the_latch_stays_in_the_process() -> None:
    latches = Latches()
    latches.open(A, None)
    latches.fall("error 1")
    assert (latches.check(A), Latches().check(A)) == ("error 1", None)
    latches.lift(A)
    assert latches.check(A) is None


def test_a_file_that_is_named_later_is_used_from_then_on(files: dict[int, Path]) -> None:
    latches = Latches()
    latches.open(A, None)
    latches.fall("error 1")
    latches.open(A, files[A])
    latches.open(A, None)
    assert kept(files)[0] == "error 1"
    latches.lift(A)
    assert kept(files)[0] is None


def test_one_school_has_one_file(files: dict[int, Path]) -> None:
    latches = opened(files, A)
    latches.open(A, files[A])
    with pytest.raises(LetopisError, match="LETOPIS_LATCH_FILE"):
        latches.open(A, files[B])


def test_a_file_that_cannot_be_read_is_refused(files: dict[int, Path]) -> None:
    files[A].mkdir()
    with pytest.raises(LetopisError, match=r"LETOPIS_LATCH_FILE: .*ledger\.latched: cannot be read"):
        opened(files, A)
