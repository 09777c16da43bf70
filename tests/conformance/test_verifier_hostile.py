"""Hostile archives are refused: in two seconds and 256 MiB, by the command that an inspector runs, without a traceback.

Each run is a process of its own with limits that the kernel holds it to. Seconds are of this process's time, times what the
machine takes for a fixed piece of work against what a quiet one does; memory is not stretched.
"""

import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.verify_archive import Builder, Files, manifested, sample, write_folder, write_zip

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 2.0
MEMORY_MAX_MIB = 256
# Other work on the machine, which takes caches and the other half of a core.
BUSY = 3
ADDRESS_SPACE_MAX_BYTES = 1 << 30
# What `yardstick` takes on a quiet machine of the kind that this was written on.
YARDSTICK_SECONDS = 0.25
ENTRIES = "data/log/entries-000000000000.jsonl"
CHILD = """
import json, sys, time
from pathlib import Path
from verify.__main__ import main
code = main(sys.argv[1:])
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
sys.stderr.write(json.dumps({"code": code, "peak": peak, "seconds": time.process_time()}))
"""


class Run(NamedTuple):
    code: int
    codes: set[str]
    seconds: float
    peak: int
    stderr: str


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_MAX_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20,) * 2)


@pytest.fixture(scope="module")
def slowness() -> float:
    """How much slower this machine is just now than a quiet one, never less than 1."""
    began = time.process_time()
    value = b""
    for _ in range(300_000):
        value = hashlib.sha256(value).digest()
    return max(1.0, (time.process_time() - began) / YARDSTICK_SECONDS)


Verify = Callable[..., Run]


@pytest.fixture
def verify(slowness: float) -> Verify:
    """Run the verifier under its limits; the time that it took is judged here."""

    def run(path: Path, *options: str, seconds_max: float = SECONDS_MAX) -> Run:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(path), "--key", sample().builder.key.vkey, "--json", *options],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=300, preexec_fn=limit,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        took = json.loads(done.stderr)
        found = json.loads(done.stdout)
        result = Run(took["code"], {f["code"] for f in found["findings"]}, took["seconds"], took["peak"], done.stderr)
        print(result)
        assert result.peak <= MEMORY_MAX_MIB
        assert result.seconds <= seconds_max * slowness * BUSY
        return result

    return run


def with_entries(raw: bytes) -> Files:
    return manifested(sample().builder.files() | {ENTRIES: raw})


def nested(_: bytes) -> bytes:
    return b"[" * 100_000 + b"]" * 100_000 + b"\n"


def nested_in_an_entry(raw: bytes) -> bytes:
    return raw.replace(b'"data":{', b'"data":{"a":' + b"[" * 30_000 + b"]" * 30_000 + b",", 1)


def not_a_number(raw: bytes) -> bytes:
    return re.sub(rb'"index":1,', b'"index":NaN,', raw, count=1)


def infinite(raw: bytes) -> bytes:
    return re.sub(rb'"index":1,', b'"index":1e999999999,', raw, count=1)


def of_very_many_digits(raw: bytes) -> bytes:
    return re.sub(rb'"index":1,', b'"index":' + b"9" * 60_000 + b",", raw, count=1)


def one_byte_too_long(raw: bytes) -> bytes:
    first, rest = raw.split(b"\n", 1)
    return first.replace(b'"name":"', b'"name":"' + b"x" * (65_536 - len(first)), 1) + b"\n" + rest


def a_million_lines_that_are_no_entries(_: bytes) -> bytes:
    return b"{}\n" * 1_000_000


def a_million_gaps(raw: bytes) -> bytes:
    return raw[: raw.index(b"\n") + 1] * 60_000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (nested, "entry-too-long"),
        (nested_in_an_entry, "entry-not-json"),
        (not_a_number, "entry-not-json"),
        (infinite, "entry-not-json"),
        (of_very_many_digits, "entry-not-json"),
        (one_byte_too_long, "entry-too-long"),
        (a_million_lines_that_are_no_entries, "entry-field"),
        (a_million_gaps, "index-gap"),
    ],
)
def test_entries_that_nobody_should_parse(
    change: Callable[[bytes], bytes], code: str, verify: Verify, tmp_path: Path
) -> None:
    files = with_entries(change(sample().builder.files()[ENTRIES]))
    run = verify(write_folder(files, tmp_path / "bag"))
    assert run.code == 1
    assert code in run.codes


def test_the_longest_entry_there_may_be_is_read(verify: Verify, tmp_path: Path) -> None:
    builder = Builder()
    builder.school()
    builder.entries[0]["data"]["name"] = "x" * (
        65_535 - len(builder.lines()[0]) + len(builder.entries[0]["data"]["name"].encode())
    )
    assert len(builder.lines()[0]) == 65_535
    assert verify(write_folder(builder.files(), tmp_path / "bag")).code == 0


def rows(files: Files, row: bytes, count: int) -> Files:
    head = files["data/tables/marks.csv"].partition(b"\r\n")[0]
    return manifested(files | {"data/tables/marks.csv": head + b"\r\n" + row * count})


@pytest.mark.parametrize("row", [b"0;a;b\r\n", b"999999;a\r\n", b"x\r\n", b";\r\n"])
def test_a_table_with_a_million_wrong_rows(row: bytes, verify: Verify, tmp_path: Path) -> None:
    run = verify(write_folder(rows(sample().builder.files(), row, 1_000_000), tmp_path / "bag"))
    assert run.code == 1


def test_very_many_files_listed_that_are_not_there(verify: Verify, tmp_path: Path) -> None:
    files = sample().builder.files()
    lines = b"".join(b"%064x  data/documents/%d\n" % (number, number) for number in range(150_000))
    run = verify(write_folder(files | {"manifest-sha256.txt": files["manifest-sha256.txt"] + lines}, tmp_path / "bag"))
    assert run.codes >= {"manifest-missing"}


def zipped(tmp_path: Path, *members: tuple[str, bytes], attributes: int = 0) -> Path:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = attributes
            archive.writestr(info, raw, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize(
    ("members", "attributes", "code"),
    [
        ([("a/data/log/checkpoint", bytes(100_000_000))], 0, "zip-ratio"),
        ([("a/../../etc/passwd", b"x")], 0, "name-unsafe"),
        ([("/etc/passwd", b"x")], 0, "name-unsafe"),
        ([("a/data/..\\..\\x", b"x")], 0, "name-unsafe"),
        ([("a/C:/x", b"x")], 0, "name-unsafe"),
        ([("a/data/log/checkpoint", b"/etc/passwd")], 0o120777 << 16, "link"),
        ([("a/x", b""), ("a/x", b"")], 0, "name-duplicate"),
        ([("a/x", b""), ("a/X", b"")], 0, "name-collision"),
        ([("a/x", b""), ("b/x", b"")], 0, "bag-top-folder"),
        ([(f"a/{number}", b"") for number in range(50_001)], 0, "archive-limit"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_zips_that_are_traps(
    members: list[tuple[str, bytes]], attributes: int, code: str, verify: Verify, tmp_path: Path
) -> None:
    run = verify(zipped(tmp_path, *members, attributes=attributes))
    assert code in run.codes


def test_a_zip_whose_members_share_their_bytes(verify: Verify, tmp_path: Path) -> None:
    """Thousands of names of one deflated member: the bomb without a ratio that shows."""
    path = zipped(tmp_path, ("a/data/documents/0", os.urandom(1_000_000)))
    raw = path.read_bytes()
    at = raw.rindex(b"PK\x01\x02")
    end = raw.rindex(b"PK\x05\x06")
    line, count = raw[at:end], 20_000
    directory = line * count
    tail = bytearray(raw[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    path.write_bytes(raw[:at] + directory + bytes(tail))
    assert verify(path).code == 1


@pytest.mark.parametrize("target", ["/etc/passwd", "bagit.txt", "/dev/zero", "missing"])
def test_links_in_a_folder(target: str, verify: Verify, tmp_path: Path) -> None:
    folder = write_folder(sample().builder.files(), tmp_path / "bag")
    (folder / "data/log/checkpoint").unlink()
    (folder / "data/log/checkpoint").symlink_to(target)
    assert "link" in verify(folder).codes


def test_pipes_in_a_folder(verify: Verify, tmp_path: Path) -> None:
    folder = write_folder(sample().builder.files(), tmp_path / "bag")
    (folder / "data/log/checkpoint").unlink()
    os.mkfifo(folder / "data/log/checkpoint")
    assert "link" in verify(folder).codes


def test_a_folder_inside_itself_a_thousand_times(verify: Verify, tmp_path: Path) -> None:
    folder = write_folder(sample().builder.files(), tmp_path / "bag")
    (folder / "/".join(["data", *["a"] * 500])).mkdir(parents=True)
    assert "archive-limit" in verify(folder).codes


def test_entities_of_a_document_are_bytes_like_others(verify: Verify, tmp_path: Path) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'
    files = manifested(sample().builder.files() | {"data/description/premis.xml": laughs})
    assert verify(write_folder(files, tmp_path / "bag")).code == 0


def test_a_notes_worth_of_signatures(verify: Verify, tmp_path: Path) -> None:
    files = sample().builder.files()
    note = files["data/log/checkpoint"]
    line = note.splitlines(keepends=True)[-1]
    run = verify(write_folder(manifested(files | {"data/log/checkpoint": note + line * 63}), tmp_path / "bag"))
    assert run.code == 0
    more = verify(write_folder(manifested(files | {"data/log/checkpoint": note + line * 64}), tmp_path / "bag2"))
    assert "checkpoint-malformed" in more.codes


def test_a_page_for_people_of_a_thousand_findings_is_small(verify: Verify, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    files = with_entries(a_million_lines_that_are_no_entries(b""))
    assert verify(write_zip(files, tmp_path / "a.zip"), "--html", str(page)).code == 1
    assert page.stat().st_size < 1 << 20
