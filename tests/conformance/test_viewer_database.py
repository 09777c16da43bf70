"""`tables.sqlite`: the page and the verifier in Python compare it with the tables, and find the same in whatever it is made."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser

from exports.bag import BagWriter
from exports.table_files import write_tables
from exports.tables import Table
from tests.conformance.test_viewer_mutations import on_the_page
from tests.verify_archive import Files, manifested, sample, write_folder, write_zip
from tests.verify_copy_mutations import DATABASE, LAST_AT, told, with_copies
from tests.verify_mutations import pinned
from tests.viewer_browser import OpenedPage, page_of_bytes
from verify.archive import verify_archive
from verify.bag import Bag
from verify.beside import check_beside
from verify.columns import COLUMNS
from verify.findings import Report
from verify.source import open_source

_ALONE = """async (sent) => {
  const files = inMemory(JSON.parse(sent));
  const report = new Letopis.Report();
  await Letopis.checkDatabase(new Letopis.Bag(files, report, () => {}));
  return report.findings;
}"""
LONG = ("", "ё" * 2_040, "x" * 4_000, "x" * 4_100, "long " * 1_700, "длинно " * 1_500, '=1+1\r\n;"', "\U0001f600")
IS_LONG = os.environ.get("LETOPIS_LONG") == "1"
"""Whether some hundreds of bytes are changed instead of some dozens (`make soak`)."""


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    with page_of_bytes(chromium, viewer_file) as opened:
        yield opened


@cache
def many() -> Files:
    """Tables alone, long enough for trees of three levels, rows that go on in other pages, and keys of many pages."""
    chosen = random.Random(3)
    rows: dict[str, list[list[str]]] = {}
    ids = [f"{chosen.getrandbits(128):032x}" for _ in range(1_200)]
    rows["people"] = [
        [str(7 * at), each, "ученик", LONG[at % 8] if at % 50 == 0 else f"Имя {at}"] for at, each in enumerate(ids)
    ]
    rows["courses"] = [[str(2**31 + at), ids[at], "5А", "Химия", ""] for at in range(300)]
    rows["lessons"] = [
        [
            str(10**9 * at + at),
            "2026",
            ids[at],
            "2026-09-01",
            str(at % 9),
            *[LONG[(at + place) % 8] if at % 30 == 0 else "" for place in range(10)],
            str(128 * at),
        ]
        for at in range(300)
    ]
    rows["plans"] = [
        [str(at // 40), ids[0], "5А", "", "", str(at % 40), "тема", "", "", "", "", ""] for at in range(2_500)
    ]
    rows["marks"] = [
        [
            str(at),
            "2026-09-01T10:00:00.000000Z",
            ids[0],
            "2026-09-01",
            "5А",
            "Химия",
            ids[at % 900],
            "",
            "тест",
            "4/5",
            "5",
            str(at),
        ]
        for at in range(9_000)
    ]
    tables = [Table(name, columns, rows.get(name, [])) for name, columns in COLUMNS.items()]
    with TemporaryDirectory() as folder:
        with BagWriter(Path(folder) / "made", {}) as bag:
            write_tables(bag, tables, "Школа № 5", LAST_AT)
        made = Path(folder) / "made/data/tables"
        return {f"data/tables/{path.name}": path.read_bytes() for path in (*made.glob("*.csv"), made / "tables.sqlite")}


class Alone:
    """Both judge the file beside its tables, and nothing else; the tables are handed over once."""

    def __init__(self, page: OpenedPage, files: Files, folder: Path) -> None:
        self._page, self._files, self._folder = page, files, write_folder(files, folder / "bag")
        page.page.evaluate(
            _ALONE, json.dumps([[name, name + "!", b64encode(raw).decode()] for name, raw in files.items()])
        )

    def judged(self, raw: bytes) -> list[tuple[str, str]]:
        sent = [[name, name + "!", None] for name in self._files if name != DATABASE]
        found = self._page.page.evaluate(_ALONE, json.dumps([*sent, [DATABASE, "changed", b64encode(raw).decode()]]))
        (self._folder / DATABASE).write_bytes(raw)
        report = Report()
        source = open_source(self._folder, report)
        assert source is not None
        bag = Bag(source, report)
        check_beside(bag, with_copies=True)
        bag.close()
        placed = on_the_page({"findings": found})
        assert placed == sorted((one.code, str(one.place)) for one in report.findings)
        return placed


def test_both_find_nothing_in_a_file_that_nobody_changed(page: OpenedPage, tmp_path: Path) -> None:
    files, by = manifested(with_copies()), pinned(sample().builder)
    assert page.verify(files, by.key)["verdict"] == "verified"
    for path in (write_folder(files, tmp_path / "bag"), write_zip(files, tmp_path / "bag.zip")):
        report = verify_archive(path, by)
        assert (report.findings, report.checked["databases"]) == ([], 1)
    assert page.verify((tmp_path / "bag.zip").read_bytes(), by.key)["findings"] == []


def test_both_read_long_trees_and_long_rows_however_they_are_laid_out(page: OpenedPage, tmp_path: Path) -> None:
    files = many()
    alone = Alone(page, files, tmp_path)
    with sqlite3.connect(":memory:") as connection:
        connection.deserialize(files[DATABASE])
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert alone.judged(files[DATABASE]) == []
    assert alone.judged(told(files[DATABASE], "VACUUM")) == []
    rowwise = told(files[DATABASE], "CREATE TEMP TABLE m AS SELECT * FROM marks", "DELETE FROM marks", "VACUUM")
    assert alone.judged(rowwise) == [("copy-differs", f"{DATABASE}, line 2, field marks")]
    changed = told(files[DATABASE], "UPDATE marks SET standing = '2' WHERE entry = 7000")
    assert alone.judged(changed) == [("copy-differs", f"{DATABASE}, line 7002, field marks")]
    raw = files[DATABASE]
    at = raw.rindex("длинно ".encode() * 200)
    ((code, place),) = alone.judged(raw[:at] + b"\xd0\xb1" + raw[at + 2 :])
    assert (code, place.partition("field ")[2] in ("lessons", "people")) == ("copy-differs", True)


def test_both_find_the_same_wherever_a_byte_is_changed(page: OpenedPage, tmp_path: Path) -> None:
    raw = many()[DATABASE]
    alone = Alone(page, many(), tmp_path)
    chosen = random.Random(8)
    silent = 0
    # Beginnings of pages hold what links them: those, and anywhere.
    turns = 40 if IS_LONG else 8
    pages = [4096 * chosen.randrange(len(raw) // 4096) + chosen.randrange(24) for _ in range(turns)]
    header = range(0, 100, 5 if IS_LONG else 20)
    for at in (*header, *pages, *(chosen.randrange(len(raw)) for _ in range(turns))):
        changed = bytearray(raw)
        changed[at] ^= 1 << chosen.randrange(8)
        found = alone.judged(bytes(changed))
        assert len(found) <= 1
        silent += not found
    assert silent < 2 * turns, "room between rows, and what the header says of versions and counts of changes"


@pytest.mark.parametrize("code", ["table-row-missing", "table-missing"])
def test_where_a_table_is_wrong_the_file_is_not_asked(code: str, page: OpenedPage, tmp_path: Path) -> None:
    files = with_copies() | {DATABASE: b"?"}
    marks = files.pop("data/tables/marks.csv")
    if code == "table-row-missing":
        files["data/tables/marks.csv"] = marks[: marks.rindex(b"\r\n", 0, -2) + 2]
    by = pinned(sample().builder)
    answer = page.verify(manifested(files), by.key)
    assert {found["code"] for found in answer["findings"]} == {code}
    report = verify_archive(write_folder(manifested(files), tmp_path / "bag"), by)
    assert {found.code for found in report.findings} == {code}
