"""Read in one process or in two, an archive has one verdict: the same findings, in the same order, with the same counts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import tests.verify_bag_mutations
import tests.verify_forgeries
import tests.verify_zip_mutations  # noqa: F401  (their mutations join the others)
from tests.verify_archive import Builder, leaf, sample, school_year, write_folder, write_zip
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from verify import reader
from verify.archive import Pinned, verify_archive
from verify.build import build
from verify.findings import Report, Verdict
from verify.note import parse_checkpoint
from verify.report import to_json, to_text

# Of the bytes, the log and the files nearly all; of what only the replay finds, some.
CHOSEN = [mutation for number, mutation in enumerate(MUTATIONS) if number % 11 == 0]
DIES_AT_ONCE = "raise SystemExit(1)"
DIES_ON_ITS_WAY = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from verify import reading
real, count = reading.write, 0
def write(stream, value):
    global count
    count += 1
    if count == 3:
        os._exit(9)
    real(stream, value)
reading.write = write
reading.serve()
"""


def in_two(path: Path, pins: Pinned) -> Report:
    apart = reader.start(path, 2)
    assert apart is not None
    try:
        return verify_archive(path, pins, apart=apart)
    finally:
        apart.close()


@pytest.mark.parametrize("mutation", CHOSEN, ids=lambda mutation: mutation.name)
def test_says_the_same_of_what_somebody_changed(mutation: Mutation, tmp_path: Path) -> None:
    mutation.run(tmp_path)
    archives = [path for path in tmp_path.iterdir() if path.is_dir() or path.suffix == ".zip"]
    for path in archives:
        pins = pinned(sample().builder)
        assert to_json(in_two(path, pins)) == to_json(verify_archive(path, pins)), to_text(in_two(path, pins))


def test_says_the_same_of_a_range_and_of_an_earlier_checkpoint_on_the_way(tmp_path: Path) -> None:
    builder = sample().builder
    old = builder.key.checkpoint([leaf(line) for line in builder.lines()[:17]])
    for start in (0, 9):
        path = write_folder(builder.files(start), tmp_path / f"from{start}")
        pins = Pinned(pinned(builder).key, parse_checkpoint(old))
        report = verify_archive(path, pins)
        assert not report.findings
        assert to_json(in_two(path, pins)) == to_json(report)


def test_says_the_same_of_a_zip_of_many_blocks(tmp_path: Path) -> None:
    builder = school_year(35, 5)
    path = write_zip(builder.files(), tmp_path / "a.zip")
    report = in_two(path, pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    assert to_json(report) == to_json(verify_archive(path, pinned(builder)))


def archive(tmp_path: Path) -> tuple[Path, Builder]:
    builder = sample().builder
    return write_folder(builder.files(), tmp_path / "bag"), builder


@pytest.mark.parametrize("executable", ["", "/nowhere/python3", "/bin/false"])
def test_reads_by_itself_where_no_process_can_be_had(
    executable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, builder = archive(tmp_path)
    monkeypatch.setattr(sys, "executable", executable)
    apart = reader.start(path, 2)
    report = verify_archive(path, pinned(builder), apart=apart)
    if apart is not None:
        apart.close()
    assert to_json(report) == to_json(verify_archive(path, pinned(builder)))
    assert report.verdict is Verdict.VERIFIED


def test_reads_by_itself_where_the_other_process_never_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, builder = archive(tmp_path)
    monkeypatch.setattr(reader, "_START", DIES_AT_ONCE)
    assert in_two(path, pinned(builder)).verdict is Verdict.VERIFIED


def test_a_process_that_dies_leaves_the_archive_incomplete_and_accuses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, builder = archive(tmp_path)
    monkeypatch.setattr(reader, "_START", DIES_ON_ITS_WAY)
    report = in_two(path, pinned(builder))
    assert report.verdict is Verdict.INCOMPLETE
    assert (report.verdict.exit_code, report.findings) == (3, [])
    assert [(one.code, one.detail) for one in report.unchecked] == [("reader-lost", "exit code 9")]


def test_one_file_is_both_processes(tmp_path: Path) -> None:
    path, builder = archive(tmp_path)
    build(tmp_path / "verify.pyz")
    said = []
    for jobs in ("1", "2"):
        asked = [str(tmp_path / "verify.pyz"), str(path), "--key", builder.key.vkey, "--jobs", jobs, "--json"]
        run = subprocess.run([sys.executable, "-I", "-S", *asked], capture_output=True, text=True, check=True)
        assert run.stderr == ""
        said.append(json.loads(run.stdout))
    assert said[0] == said[1]
    assert said[0]["verdict"] == "verified"
