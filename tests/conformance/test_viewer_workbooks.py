"""Workbooks beside the tables: the page and the verifier in Python compare them with the tables, and find the same."""

from __future__ import annotations

import io
import os
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from exports.declared import TITLES
from exports.workbooks import WORKBOOKS
from tests.conformance.test_viewer_mutations import in_python, on_the_page
from tests.verify_archive import Files, manifested, sample, write_folder, write_zip
from tests.verify_copy_mutations import JOURNAL, MARKS, repacked, replace, with_copies
from tests.verify_mutations import pinned
from tests.viewer_browser import OpenedPage, page_of_bytes
from verify.__main__ import main
from verify.archive import verify_archive
from verify.columns import COLUMNS
from verify.workbooks import BOOKS

IS_LONG = os.environ.get("LETOPIS_LONG") == "1"
"""Whether some hundreds of bytes are changed instead of some dozens (`make soak`)."""


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    with page_of_bytes(chromium, viewer_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def archive() -> Files:
    """The small school's archive with its workbooks."""
    return with_copies()


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "no ZIP": lambda _: b"?",
    "an empty ZIP": lambda _: b"PK\x05\x06" + bytes(18),
    "bytes behind it": lambda raw: raw + b"?",
    "bytes before it": lambda raw: b"?" + raw,
    "half of it": lambda raw: raw[: len(raw) // 2],
    "a bomb": lambda raw: repacked(raw, lambda parts: parts.update({MARKS: bytes(300 << 20)})),
}


def judged(files: Files, page: OpenedPage, folder: Path) -> list[tuple[str, str]]:
    """What both find, by code and place, of an archive whose manifests were made anew; folder and ZIP alike."""
    files = manifested(files)
    by = pinned(sample().builder)
    answer = page.verify(files, by.key)
    found = on_the_page(answer)
    claimed = {code for code, _ in found} | {"copy-differs", "copy-malformed", "archive-limit"}
    report = verify_archive(write_folder(files, folder / "bag"), by)
    assert found == in_python(report, claimed)
    assert len(found) == len(report.findings)
    assert answer["unchecked"] == []
    return found


def test_both_know_the_workbooks_and_the_names_of_their_sheets(page: OpenedPage) -> None:
    expected = {
        book: {name: TITLES[name][0] for name in COLUMNS if name in tables} for book, tables in WORKBOOKS.items()
    }
    for known in (BOOKS, page.page.evaluate("Letopis.BOOKS")):
        assert {book: list(tables.items()) for book, tables in known.items()} == {
            book: list(tables.items()) for book, tables in expected.items()
        }


def test_both_find_nothing_in_workbooks_that_nobody_changed(archive: Files, page: OpenedPage, tmp_path: Path) -> None:
    assert judged(archive, page, tmp_path) == []
    by = pinned(sample().builder)
    path = write_zip(manifested(archive), tmp_path / "archive.zip")
    assert page.verify(path.read_bytes(), by.key)["findings"] == []
    report = verify_archive(path, by)
    assert (report.findings, report.checked["workbooks"]) == ([], len(WORKBOOKS))


@pytest.mark.parametrize("name", HOSTILE)
def test_both_refuse_a_hostile_workbook(name: str, archive: Files, page: OpenedPage, tmp_path: Path) -> None:
    assert len(judged(archive | {JOURNAL: HOSTILE[name](archive[JOURNAL])}, page, tmp_path)) == 1


def test_both_name_the_cell(archive: Files, page: OpenedPage, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive[JOURNAL])) as packed:
        (row, value), *_ = re.findall(r'<c r="J(\d+)" t="inlineStr"><is><t>([^<]+)</t>', packed.read(MARKS).decode())[
            1:
        ]
    change = replace(
        MARKS, f'<c r="J{row}" t="inlineStr"><is><t>{value}', f'<c r="J{row}" t="inlineStr"><is><t>{value}!'
    )
    found = judged(archive | {JOURNAL: repacked(archive[JOURNAL], change)}, page, tmp_path)
    assert found == [("copy-differs", f"{JOURNAL}, line {row}, field Отметки!J{row}")]


def test_the_verifier_in_python_compares_copies_where_it_is_asked(
    archive: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(write_folder(manifested(archive | {JOURNAL: b"?"}), tmp_path / "bag"))
    asked = ["--key", sample().builder.key.vkey, "--json", folder]
    assert main(asked) == 0
    assert "copy-malformed" not in capsys.readouterr().out
    assert main([*asked, "--copies"]) == 1
    assert "copy-malformed" in capsys.readouterr().out
    assert main(["--copies", "--url", "http://127.0.0.1:9/"]) == 2


def test_where_a_table_is_wrong_its_workbook_is_not_asked(archive: Files, page: OpenedPage, tmp_path: Path) -> None:
    marks = archive["data/tables/marks.csv"]
    files = archive | {"data/tables/marks.csv": marks[: marks.rindex(b"\r\n", 0, -2) + 2], JOURNAL: b"?"}
    assert {code for code, _ in judged(files, page, tmp_path)} == {"table-row-missing"}
    del files["data/tables/marks.csv"]
    assert {code for code, _ in judged(files, page, tmp_path / "gone")} == {"table-missing"}


def test_both_find_the_same_wherever_a_byte_is_changed(archive: Files, page: OpenedPage, tmp_path: Path) -> None:
    chosen = random.Random(5)
    silent = 0
    turns = 150 if IS_LONG else 25
    for turn in range(turns):
        raw = bytearray(archive[JOURNAL])
        raw[chosen.randrange(len(raw))] ^= 1 << chosen.randrange(8)
        found = judged(archive | {JOURNAL: bytes(raw)}, page, tmp_path / f"bag-{turn}")
        assert len(found) <= 1
        silent += not found
    # What says who made it and when no sheet shows, and times of parts say nothing.
    assert silent <= turns // 5


def test_both_find_the_same_wherever_a_byte_of_a_part_is_changed(
    archive: Files, page: OpenedPage, tmp_path: Path
) -> None:
    chosen = random.Random(6)
    for turn in range(100 if IS_LONG else 25):

        def flip(parts: dict[str, bytes]) -> None:
            name = chosen.choice(sorted(parts))
            raw = bytearray(parts[name])
            raw[chosen.randrange(len(raw))] ^= 1 << chosen.randrange(8)
            parts[name] = bytes(raw)

        found = judged(archive | {JOURNAL: repacked(archive[JOURNAL], flip)}, page, tmp_path / f"bag-{turn}")
        assert len(found) <= 1
