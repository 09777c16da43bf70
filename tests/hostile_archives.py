"""Archives made to hurt whoever opens them, by name: what the verifier is tested with, and what its bench measures.

`CASES` maps a name to how the archive is written into an empty folder and to the finding that it must end in (empty:
there is nothing wrong with it). Every archive is the sample school's but for what its name says.
"""

import os
import re
import stat
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.verify_archive import Builder, Files, manifest, manifested, sample, write_folder, write_zip

ENTRIES = "data/log/entries-000000000000.jsonl"
CHECKPOINT = "data/log/checkpoint"
PACKAGE = "data/tables/datapackage.json"
CLAIM = "data/extract.json"
DISCLOSURES = "data/log/disclosures.jsonl"
MANIFEST = "manifest-sha256.txt"
DEEP = 100_000
LINK = 0o120777 << 16
MILLION = 1_000_000
# What a refusal may take, of CPU time and of memory.
SECONDS_MAX = 2.0
MEMORY_MAX_MIB = 256


class Hostile(NamedTuple):
    """How an archive is written, and a finding's code that it is refused with."""

    write: Callable[[Path], Path]
    code: str


CASES: dict[str, Hostile] = {}


def with_files(name: str, code: str, change: Callable[[Files], Files]) -> None:
    """A folder whose payload was changed before it was manifested."""

    def write(folder: Path) -> Path:
        return write_folder(manifested(change(sample().builder.files())), folder / "bag")

    CASES[name] = Hostile(write, code)


def with_entries(name: str, code: str, change: Callable[[bytes], bytes]) -> None:
    with_files(name, code, lambda files: files | {ENTRIES: change(files[ENTRIES])})


def with_file(name: str, code: str, file: str, raw: Callable[[], bytes]) -> None:
    with_files(name, code, lambda files: files | {file: raw()})


def with_manifest(name: str, code: str, lines: Callable[[], bytes]) -> None:
    """A folder whose manifest has more lines, and is itself listed as it is."""

    def write(folder: Path) -> Path:
        files = sample().builder.files()
        files[MANIFEST] += lines()
        tags = {name: raw for name, raw in files.items() if "/" not in name and not name.startswith("tagmanifest")}
        return write_folder(files | {"tagmanifest-sha256.txt": manifest(tags)}, folder / "bag")

    CASES[name] = Hostile(write, code)


def with_changed_folder(name: str, code: str, change: Callable[[Path], object]) -> None:
    """A whole folder in which something was put beside, or in place of, a file."""

    def write(folder: Path) -> Path:
        bag = write_folder(sample().builder.files(), folder / "bag")
        change(bag)
        return bag

    CASES[name] = Hostile(write, code)


def zipped(name: str, code: str, *members: tuple[str, bytes], attributes: int = 0) -> None:
    """A ZIP of these members and no others."""

    def write(folder: Path) -> Path:
        path = folder / "a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, raw in members:
                info = zipfile.ZipInfo(member)
                info.external_attr = attributes
                archive.writestr(info, raw, zipfile.ZIP_DEFLATED)
        return path

    CASES[name] = Hostile(write, code)


def once(raw: bytes, pattern: bytes, by: bytes) -> bytes:
    """Replace the first match, which there must be; `by` is taken as it stands."""
    changed, count = re.subn(pattern, lambda _: by, raw, count=1)
    assert count == 1
    return changed


# Entries
with_entries("nesting_of_a_line", "entry-too-long", lambda _: b"[" * DEEP + b"]" * DEEP + b"\n")
with_entries(
    "nesting_in_an_entry",
    "entry-not-json",
    lambda raw: once(raw, rb'"data":\{', b'"data":{"a":' + b"[" * 30_000 + b"]" * 30_000 + b","),
)
with_entries("nesting_line_by_line", "entry-not-json", lambda _: (b"[" * 60_000 + b"\n") * 500)
with_entries("one_endless_line", "entry-too-long", lambda _: b"[" * 50_000_000)
with_entries("nan", "entry-not-json", lambda raw: once(raw, b'"index":1,', b'"index":NaN,'))
with_entries("infinity", "entry-not-json", lambda raw: once(raw, b'"index":1,', b'"index":-Infinity,'))
with_entries("huge_exponent", "entry-not-json", lambda raw: once(raw, b'"index":1,', b'"index":1e999999999,'))
with_entries("huge_number", "entry-not-json", lambda raw: once(raw, b'"index":1,', b'"index":' + b"9" * 60_000 + b","))


def _too_long_by_one(raw: bytes) -> bytes:
    first, rest = raw.split(b"\n", 1)
    return first.replace(b'"name":"', b'"name":"' + b"x" * (65_536 - len(first)), 1) + b"\n" + rest


with_entries("entry_of_65536_bytes", "entry-too-long", _too_long_by_one)
with_entries("million_empty_lines", "entry-not-json", lambda _: b"\n" * (5 * MILLION))
with_entries("million_lines_that_are_no_entries", "entry-field", lambda _: b"{}\n" * MILLION)
with_entries("entry_repeated_60000_times", "index-gap", lambda raw: raw[: raw.index(b"\n") + 1] * 60_000)


def _longest_entry(folder: Path) -> Path:
    builder = Builder()
    builder.school()
    data = builder.entries[0]["data"]
    data["name"] = "x" * (65_535 - len(builder.lines()[0]) + len(data["name"].encode()))
    assert len(builder.lines()[0]) == 65_535
    return write_folder(builder.files(), folder / "bag")


CASES["entry_of_65535_bytes"] = Hostile(_longest_entry, "")


def _corrected_over_and_over(folder: Path) -> Path:
    """One mark, corrected 20,000 times in one lesson, each time what the entry before it says."""
    school = sample()
    builder, lesson = school.builder, f"lesson/{school.open_lesson}"
    marked = [entry for entry in builder.entries if (entry["stream"], entry["type"]) == (lesson, "mark_recorded/1")]
    at, value = marked[-1]["index"], marked[-1]["data"]["value"]
    other = "4" if value != "4" else "5"
    for number in range(20_000):
        old, new = (value, other) if number % 2 == 0 else (other, value)
        data = {"corrects": at, "old": old, "new": new, "reason": "typo"}
        builder.begin()
        at = builder.add("lesson", school.open_lesson, "mark_corrected", **data)
    return write_folder(builder.files(), folder / "bag")


CASES["mark_corrected_20000_times"] = Hostile(_corrected_over_and_over, "table-row-missing")


# Tables and what stands beside them
def _million_rows(row: bytes) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        head = files["data/tables/marks.csv"].partition(b"\r\n")[0]
        return files | {"data/tables/marks.csv": head + b"\r\n" + row * MILLION}

    return change


for _name, _row in {"early": b"0;a;b", "late": b"999999;a", "no_number": b"x", "empty": b";"}.items():
    with_files(f"million_rows_{_name}", "table-row-extra", _million_rows(_row + b"\r\n"))
with_files(
    "row_of_half_a_million_quotes",
    "table-row-extra",
    lambda files: files
    | {
        "data/tables/marks.csv": files["data/tables/marks.csv"].partition(b"\r\n")[0]
        + b'\r\n900000000000;"' + b'""' * 500_000 + b'"\r\n'
    },
)  # fmt: skip
with_file("table_of_quotes", "table-malformed", "data/tables/marks.csv", lambda: b'"' * 50_000_000)
with_file("package_nesting", "package-malformed", PACKAGE, lambda: b"[" * DEEP + b"]" * DEEP)
with_file("package_nan", "package-malformed", PACKAGE, lambda: b'{"resources":[NaN,Infinity,-Infinity]}')
with_file("package_huge_number", "package-malformed", PACKAGE, lambda: b'{"resources":' + b"9" * (3 * MILLION) + b"}")
with_file("package_of_a_million_lists", "package-malformed", PACKAGE, lambda: b"[" + b"[]," * MILLION + b"0]")
with_file("disclosures_malformed", "disclosure-malformed", DISCLOSURES, lambda: b"x\n" * (5 * MILLION))
with_file(
    "disclosures_without_salt",
    "disclosure-malformed",
    DISCLOSURES,
    lambda: b'{"disclosure":"QQ","index":1}\n' * 300_000,
)
with_file("claim_nesting", "extract-malformed", CLAIM, lambda: b"[" * DEEP + b"]" * DEEP)
with_file("claim_nan", "extract-malformed", CLAIM, lambda: b'{"version":NaN}')
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (level + 1, b"&a%d;" % level * 10) for level in range(10))
    + b"]><l>&a10;</l>"
)
with_file("xml_entities", "", "data/description/premis.xml", lambda: LAUGHS)

# The bag
with_manifest(
    "manifest_of_150000_files",
    "archive-limit",
    lambda: b"".join(b"%064x  data/documents/%d\n" % (number, number) for number in range(150_000)),
)
with_manifest("manifest_of_millions_of_bad_lines", "archive-limit", lambda: b"xy\n" * (5 * MILLION))
with_manifest(
    "manifest_of_49000_files",
    "manifest-missing",
    lambda: b"".join(b"%064x  data/documents/%d\n" % (number, number) for number in range(49_000)),
)
with_manifest("manifest_of_one_line", "manifest-malformed", lambda: b"x" * (15 * MILLION) + b"\n")


def _many_files(folder: Path) -> None:
    for number in range(50_001):
        (folder / f"data/documents/{number}").touch()


def _replaced(bag: Path, make: Callable[[Path], object]) -> None:
    (bag / CHECKPOINT).unlink()
    make(bag / CHECKPOINT)


def _linked(target: str, bag: Path) -> None:
    _replaced(bag, lambda path: path.symlink_to(target))


def _at_documents(bag: Path, make: Callable[[Path], object]) -> None:
    (bag / "data/documents").mkdir(exist_ok=True)
    make(bag)


with_changed_folder("folder_of_50001_files", "archive-limit", lambda bag: _at_documents(bag, _many_files))
with_changed_folder(
    "folder_of_500_levels", "archive-limit", lambda bag: (bag / "/".join(["data", *["a"] * 500])).mkdir(parents=True)
)
for _name, _target in {"file": "/etc/passwd", "bag": "bagit.txt", "device": "/dev/zero", "nowhere": "missing"}.items():
    with_changed_folder(f"link_to_{_name}", "link", partial(_linked, _target))
with_changed_folder("link_to_itself", "link", lambda bag: (bag / "data/again").symlink_to(bag))
with_changed_folder("pipe", "link", lambda bag: _replaced(bag, os.mkfifo))
with_changed_folder(
    "sparse_file_of_a_terabyte", "archive-limit", lambda bag: os.truncate(bag / "data/tables/marks.csv", 1 << 40)
)


# Notes
def _note_repeated(times: int) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        note = files[CHECKPOINT]
        return files | {CHECKPOINT: note + note.splitlines(keepends=True)[-1] * (times - 1)}

    return change


with_files("checkpoint_of_64_signatures", "", _note_repeated(64))
with_files("checkpoint_of_65_signatures", "checkpoint-malformed", _note_repeated(65))

# ZIPs
zipped("bomb", "zip-ratio", ("a/data/log/checkpoint", bytes(200_000_000)))
zipped("path_up", "name-unsafe", ("a/../../etc/passwd", b"x"))
zipped("path_of_root", "name-unsafe", ("/etc/passwd", b"x"))
zipped("path_with_backslashes", "name-unsafe", ("a/data/..\\..\\x", b"x"))
zipped("path_of_a_drive", "name-unsafe", ("a/C:/x", b"x"))
zipped("path_of_a_device", "name-unsafe", ("a/data/con.txt", b"x"))
zipped("path_with_an_order_mark", "name-unsafe", ("a/data/\u202egpj.x", b"x"))
zipped("zip_link", "link", ("a/data/log/checkpoint", b"/etc/passwd"), attributes=LINK)
zipped("zip_pipe", "link", ("a/data/log/checkpoint", b""), attributes=(stat.S_IFIFO | 0o600) << 16)
zipped("duplicate_name", "name-duplicate", ("a/x", b""), ("a/x", b""))
zipped("names_that_differ_by_case", "name-collision", ("a/x", b""), ("a/X", b""))
zipped("two_top_folders", "bag-top-folder", ("a/x", b""), ("b/x", b""))
zipped("zip_of_50001_members", "archive-limit", *((f"a/{number}", b"") for number in range(50_001)))
zipped("zip_of_60000_members", "archive-limit", *((f"a/data/{number}", b"") for number in range(60_000)))
zipped("zip_of_50000_unsafe_names", "name-unsafe", *((f"a/../{number}", b"") for number in range(50_000)))


def _packed(name: str, code: str, change: Callable[[Files], Files]) -> None:
    def write(folder: Path) -> Path:
        return write_zip(manifested(change(sample().builder.files())), folder / "a.zip")

    CASES[name] = Hostile(write, code)


_packed("zip_of_a_million_lines", "zip-ratio", lambda files: files | {ENTRIES: b"{}\n" * MILLION})


def _of_shared_bytes(folder: Path) -> Path:
    """Thousands of names of one deflated member: the bomb without a ratio that shows."""
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a/data/documents/0"), os.urandom(MILLION), zipfile.ZIP_DEFLATED)
    raw = path.read_bytes()
    at, end, count = raw.rindex(b"PK\x01\x02"), raw.rindex(b"PK\x05\x06"), 20_000
    directory, tail = raw[at:end] * count, bytearray(raw[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    path.write_bytes(raw[:at] + directory + bytes(tail))
    return path


CASES["zip_of_shared_bytes"] = Hostile(_of_shared_bytes, "archive-limit")
