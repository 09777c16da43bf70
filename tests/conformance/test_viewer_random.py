"""The page's verifier and the one in Python on tables and extracts that chance has changed, with manifests made again.

Signatures and manifests find nearly everything first; behind them is what each of the two makes of rows, proofs and claims.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conformance.test_viewer_mutations import CLAIMED, OF_EXTRACTS, in_python, on_the_page
from tests.verify_archive import Files, manifested, sample, write_folder
from tests.verify_extract_forgeries import extract_of, graded_extract
from tests.verify_mutations import pinned
from tests.verify_results import graded
from tests.viewer_browser import OpenedPage, page_of_bytes
from verify.archive import Pinned, verify_archive

SEEDS = range(8)
CASES = 8
CELLS = [b"", b"x", b'"a;b"', b"0", b"99", "ё".encode(), b"=1", b"'x", b'a"b', b"\xd1"]
MARKS = b'0123456789abcdef",{}[]:'
Rows = list[bytes]


@dataclass(frozen=True)
class Honest:
    """An archive or an extract that nobody has changed."""

    files: Files
    by: Pinned
    deep: tuple[str, ...] = ()
    """Files besides tables that chance may change."""


@pytest.fixture(scope="module")
def honest() -> list[Honest]:
    made = [Honest(b.files(), pinned(b)) for b in (sample().builder, graded().b)]
    extracts = [extract_of(sample(), scope) for scope in ("class", "student", "entries")]
    extracts += [graded_extract(scope)[1] for scope in ("class", "student")]
    for extract in extracts:
        files = extract.files()
        deep = tuple(name for name in files if name.startswith("data/log/") or name == "data/extract.json")
        made.append(Honest(files, pinned(extract.b), deep))
    return made


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    with page_of_bytes(chromium, viewer_file) as opened:
        yield opened


def swapped(rows: Rows, at: int, chance: random.Random) -> None:
    other = chance.randrange(1, len(rows) - 1)
    rows[at], rows[other] = rows[other], rows[at]


def left_out(rows: Rows, at: int, _chance: random.Random) -> None:
    del rows[at]


def put_in(rows: Rows, at: int, chance: random.Random) -> None:
    rows.insert(at, rows[chance.randrange(1, len(rows) - 1)])


def another_cell(rows: Rows, at: int, chance: random.Random) -> None:
    cells = rows[at].split(b";")
    cells[chance.randrange(len(cells))] = chance.choice([*CELLS, *cells])
    rows[at] = b";".join(cells)


def another_count(rows: Rows, at: int, chance: random.Random) -> None:
    rows[at] = chance.choice([rows[at] + b";", rows[at].partition(b";")[2], rows[at][: len(rows[at]) // 2]])


def another_entry(rows: Rows, at: int, chance: random.Random) -> None:
    index, _, rest = rows[at].partition(b";")
    number = int(index) if index.isdigit() else 7
    rows[at] = b"%d;%b" % (number + chance.choice([-1, 1, 5]), rest)


CHANGES: list[Callable[[Rows, int, random.Random], None]] = [
    swapped, left_out, put_in, another_cell, another_count, another_entry,
]  # fmt: skip


def table_changed(raw: bytes, chance: random.Random) -> bytes:
    rows = raw.split(b"\r\n")
    if len(rows) > 2:
        chance.choice(CHANGES)(rows, chance.randrange(1, len(rows) - 1), chance)
    return b"\r\n".join(rows)


def bytes_changed(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    what = chance.randrange(4)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(at, chance.choice(lines))
    elif lines[at]:
        line = bytearray(lines[at])
        place = chance.randrange(len(line))
        line[place] = line[place] ^ 1 << chance.randrange(8) if what == 2 else chance.choice(MARKS)
        lines[at] = bytes(line)
    return b"\n".join(lines)


def changed(of: Honest, chance: random.Random) -> Files:
    files = dict(of.files)
    tables = [name for name in files if name.endswith(".csv")]
    for _ in range(chance.choice([1, 1, 2, 3])):
        if tables and (not of.deep or chance.random() < 0.6):
            name = chance.choice(tables)
            files[name] = table_changed(files[name], chance)
        else:
            name = chance.choice(of.deep)
            files[name] = bytes_changed(files[name], chance)
    return manifested(files)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_say_the_same_of_what_chance_changed(
    seed: int, honest: list[Honest], page: OpenedPage, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    for case in range(CASES):
        of = chance.choice(honest)
        files = changed(of, chance)
        report = verify_archive(write_folder(files, tmp_path / str(case)), of.by)
        answer = page.verify(files, of.by.key)
        claimed = CLAIMED | OF_EXTRACTS if of.deep else CLAIMED
        assert on_the_page(answer) == in_python(report, claimed), (case, report.findings)
