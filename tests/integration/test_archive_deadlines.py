"""What an archive says of deadlines is compared by who is asked to count them, and by nobody else."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.conftest import Database
from tests.sample_folders import sample_folder, sample_on_postgres
from verify.archive import Pinned, verify_archive
from verify.deadlines import Deadlines
from verify.findings import Report

QUIET = Console(as_json=True)
ROWS, COUNTS = "data/tables/deadlines.csv", "data/tables/deadline_counts.csv"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deadlines")
    with sample_folder(folder / "school", limit=900) as school:
        export_archive(QUIET, school, folder / "archive")
    return folder / "archive"


def verified(archive: Path, *, asked: bool = True) -> Report:
    return verify_archive(archive, Pinned(), deadlines=Deadlines() if asked else None)


def codes(archive: Path, *, asked: bool = True) -> set[str]:
    return {finding.code for finding in verified(archive, asked=asked).findings}


def table(archive: Path, name: str) -> list[dict[str, str]]:
    with (archive / name).open(encoding="utf-8-sig", newline="") as file:
        return [
            {key.partition(" ")[0]: value for key, value in row.items()} for row in csv.DictReader(file, delimiter=";")
        ]


def test_an_archive_says_what_the_verifier_counts(archive: Path) -> None:
    report = verified(archive)
    assert report.findings == []
    rows, counts = table(archive, ROWS), table(archive, COUNTS)
    assert {row["verdict"] for row in rows} == {"с опозданием", "нет", "не нужно"}
    assert sum(int(row[status]) for row in counts for status in ("late", "missing", "exempt")) == len(rows)
    late = sum(rules.get("homework", {}).get("late", 0) for rules in report.deadlines.values())
    assert late == sum((row["rule"], row["verdict"]) == ("домашнее задание", "с опозданием") for row in rows) > 0
    assert all(row["done"] > row["due"] and row["done_entry"] for row in rows if row["verdict"] == "с опозданием")


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (COUNTS, b";0\r\n", b";7\r\n", "deadlines-differ"),
        (COUNTS, b"rule", b"role", "table-header"),
        (COUNTS, b"", b"x;y\r\n", "table-row-extra"),
        (ROWS, "опозданием;".encode(), "опозданием;1".encode(), "deadlines-differ"),
        (ROWS, "не нужно;".encode(), "нет;".encode(), "deadlines-differ"),
        (ROWS, b"rule", b"role", "table-header"),
        (ROWS, b"", b"x;y\r\n", "table-row-extra"),
    ],
    ids=[
        "a number",
        "the header of counts",
        "a count too many",
        "minutes",
        "a verdict",
        "the header",
        "a row too many",
    ],
)
def test_what_was_changed_is_found_by_who_counts(
    archive: Path, tmp_path: Path, name: str, old: bytes, new: bytes, code: str
) -> None:
    raw = (archive / name).read_bytes()
    changed = raw.replace(old, new, 1) if old else raw + new
    copy = Path(shutil.copytree(archive, tmp_path / "copy"))
    (copy / name).write_bytes(changed)
    assert codes(copy) == {code, "manifest-mismatch", "bag-oxum"} - (
        {"bag-oxum"} if len(changed) == len(raw) else set()
    )
    assert code not in codes(copy, asked=False)


def test_a_row_that_lacks_is_found_at_its_line(archive: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(archive, tmp_path / "copy"))
    *lines, _ = (archive / ROWS).read_bytes().split(b"\r\n")
    (copy / ROWS).write_bytes(b"\r\n".join([*lines[:4], *lines[5:], b""]))
    (found,) = [one for one in verified(copy).findings if one.code == "deadlines-differ"]
    assert (found.place.file, found.place.line) == (ROWS, 5)
    assert found.expected.startswith(lines[4].decode()[:40])


def test_an_archive_without_them_is_as_good(archive: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(archive, tmp_path / "copy"))
    for name in (ROWS, COUNTS):
        (copy / name).unlink()
    assert "table-missing" not in codes(copy)


def test_both_databases_give_the_same_bytes(
    archive: Path, tmp_path: Path, postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sample_on_postgres(tmp_path / "school", postgres_database, monkeypatch, limit=900) as school:
        export_archive(QUIET, school, tmp_path / "archive")
    for name in (ROWS, COUNTS):
        assert (tmp_path / "archive" / name).read_bytes() == (archive / name).read_bytes()
