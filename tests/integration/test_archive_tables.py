"""What stands beside the tables of an archive, judged by programs that know nothing of us."""

from __future__ import annotations

import csv
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from exports import workbooks
from exports.bag import BagWriter
from exports.databases import sql_name
from exports.declared import TITLES, Kind, columns_of
from exports.table_files import write_tables
from exports.tables import BOM, Table, format_row
from exports.workbooks import CUT, WORKBOOKS
from tests.conftest import Database
from tests.package_judges import JUDGES, judged
from tests.sample_folders import sample_folder, sample_on_postgres
from tests.spreadsheets import read_workbook
from tests.verify_archive import HEADERS, sample

QUIET = Console(as_json=True)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LAST_AT = "2026-09-30T10:00:00.000001Z"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of tables of a school's archive."""
    folder = tmp_path_factory.mktemp("tables")
    with sample_folder(folder / "school", limit=900) as school:
        export_archive(QUIET, school, folder / "archive")
    return folder / "archive/data/tables"


@pytest.fixture(scope="module")
def every_kind() -> list[Table]:
    """Tables of which each has rows, of every event there is."""
    files = sample().builder.files()
    return [table_of(name, files[f"data/tables/{name}.csv"]) for name in HEADERS]


def table_of(name: str, raw: bytes) -> Table:
    header, *rows = csv.reader(raw.removeprefix(BOM).decode().splitlines(keepends=True), delimiter=";")
    return Table(name, header, rows)


def write(folder: Path, tables: list[Table]) -> Path:
    with BagWriter(folder / "bag", {}) as bag:
        write_tables(bag, tables, "Школа № 5", LAST_AT)
    return folder / "bag/data/tables"


def rows_of(folder: Path, name: str) -> list[list[str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{folder}/tables.sqlite?mode=ro&immutable=1", uri=True)
    try:
        yield connection
    finally:
        connection.close()


# Descriptors ----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("R45", breaks="exports.descriptors:_resource")
def test_foreign_judges_accept_the_descriptions_of_the_tables(
    tables: Path, every_kind: list[Table], tmp_path: Path
) -> None:
    (tmp_path / "school").symlink_to(tables)
    (tmp_path / "every").symlink_to(write(tmp_path, every_kind))
    verdicts = judged([tmp_path / "school", tmp_path / "every"])
    assert verdicts == {name: dict.fromkeys(JUDGES, "") for name in ("school", "every")}


def _replace(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        raw = (folder / name).read_bytes()
        assert old in raw
        (folder / name).write_bytes(raw.replace(old, new, 1))

    return change


def _swap(folder: Path) -> None:
    one, two = folder / "absences.csv", folder / "make_ups.csv"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def _without_a_column(folder: Path) -> None:
    rows = rows_of(folder, "marks")
    text = "".join(format_row(row[:6] + row[7:]) for row in rows)
    (folder / "marks.csv").write_bytes(BOM + text.encode())


def _twice(folder: Path) -> None:
    raw = (folder / "people.csv").read_bytes()
    (folder / "people.csv").write_bytes(raw + raw.splitlines(keepends=True)[-1])


def _somebody_unknown(folder: Path) -> None:
    raw = (folder / "enrollments.csv").read_bytes()
    (folder / "enrollments.csv").write_bytes(re.sub(rb";[0-9a-f]{8}-", b";ffffffff-", raw, count=1))


MUTATIONS: dict[str, Callable[[Path], None]] = {
    "a word for a number": _replace("bells.csv", b";2026-09-01;1;", ";2026-09-01;первый;".encode()),
    "a day that is none": _replace("certificates.csv", b";2026-09-14;", b";2026-09-31;"),
    "a column less": _without_a_column,
    "a cell more": _replace("courses.csv", b"\r\n", b";\r\n"),
    "another encoding": _replace("people.csv", "ученик".encode(), "ученик".encode("cp1251")),
    "tables swapped": _swap,
    "a row twice": _twice,
    "somebody unknown": _somebody_unknown,
}


def test_foreign_judges_reject_what_does_not_fit_its_description(every_kind: list[Table], tmp_path: Path) -> None:
    whole = write(tmp_path, every_kind)
    for name, change in MUTATIONS.items():
        copy = tmp_path / name
        copy.mkdir()
        for path in whole.iterdir():
            if path.suffix in (".csv", ".json"):
                (copy / path.name).write_bytes(path.read_bytes())
        change(copy)
    verdicts = judged([tmp_path / name for name in MUTATIONS])
    assert {name: [judge for judge in JUDGES if verdicts[name][judge]] for name in MUTATIONS} == {
        name: list(JUDGES) for name in MUTATIONS
    }, verdicts


def test_the_package_names_what_sha256sum_says_of_each_file(tables: Path) -> None:
    package = orjson.loads((tables / "datapackage.json").read_bytes())
    assert len(package["resources"]) == len(TITLES)
    for resource in package["resources"]:
        raw = (tables / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(raw), f"sha256:{sha256(raw).hexdigest()}")


# SQLite ---------------------------------------------------------------------------------------------------------------


def test_sqlite_finds_its_file_whole_and_every_reference_kept(
    tables: Path, every_kind: list[Table], tmp_path: Path
) -> None:
    for folder in (tables, write(tmp_path, every_kind)):
        with opened(folder) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.clause("R45", breaks="exports.databases:TablesDatabase.take")
def test_sqlite_holds_what_the_tables_hold(tables: Path, every_kind: list[Table], tmp_path: Path) -> None:
    for folder in (tables, write(tmp_path, every_kind)):
        with opened(folder) as database:
            for name, header in HEADERS.items():
                columns = columns_of(Table(name, header.split(";"), ()))
                # Nothing has to be quoted, and numbers are numbers.
                names = ", ".join(map(sql_name, columns))
                stored = database.execute(f"SELECT {names} FROM {name} ORDER BY rowid").fetchall()
                expected = [
                    tuple(
                        None if not cell else int(cell) if column.kind.is_number else cell
                        for column, cell in zip(columns, row, strict=True)
                    )
                    for row in rows_of(folder, name)[1:]
                ]
                assert stored == expected, name


def test_sqlite_says_in_russian_what_each_column_is(tables: Path) -> None:
    with opened(tables) as database:
        told = database.execute(
            "SELECT title, holds, refers_to FROM about_columns WHERE table_name = 'marks' AND column_name = 'student'"
        ).fetchall()
        assert told == [("ученик", Kind.ID.value, "people.person")]
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if not name.startswith("about")
        ]
        counted = dict(database.execute("SELECT table_name, row_count FROM about_tables").fetchall())
        assert counted == {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
        there = {
            (name, column)
            for name in names
            for _, column, *_ in database.execute(f"PRAGMA table_info({name})").fetchall()
        }
        assert there == set(database.execute("SELECT table_name, column_name FROM about_columns").fetchall())


# Workbooks ------------------------------------------------------------------------------------------------------------


@pytest.mark.clause("R45", breaks="exports.workbooks:_Sheet.write_fields")
def test_every_table_is_a_sheet_and_a_sheet_says_what_its_table_says(
    tables: Path, every_kind: list[Table], tmp_path: Path
) -> None:
    assert sorted(name for names in WORKBOOKS.values() for name in names) == sorted(TITLES)
    for folder in (tables, write(tmp_path, every_kind)):
        for book, names in WORKBOOKS.items():
            sheets = read_workbook(folder / f"{book}.xlsx")
            assert sheets == {TITLES[name][0]: rows_of(folder, name) for name in names}


def test_what_looks_like_a_date_a_formula_or_a_link_stays_text(tmp_path: Path) -> None:
    texts = ["4/3", "'=1+1", "https://example.com", "0012", "_x0041_", "1e5", "Ё\u2028\t;"]
    rows = [[str(n), f"c{n}", text, text, ""] for n, text in enumerate(texts)]
    folder = write(tmp_path, [Table("courses", HEADERS["courses"].split(";"), rows)])
    assert [row[2] for row in read_workbook(folder / "planning.xlsx")["Курсы"][1:]] == texts


def test_what_looks_like_markup_or_escapes_stays_text(tmp_path: Path) -> None:
    texts = [
        *("<r><t>5</t></r>", '<r></is></c><c r="Z9"><v>7</v></c><c><is></r>', "<t>a</t> & <b>", "&amp;", " a ", "a\n"),
        *("_x0041_x0042_", "a\x01b\rc\n\nd", "\ufffe", "]]>", "<r> a</r>"),
    ]
    rows = [[str(n), f"c{n}", text, text, ""] for n, text in enumerate(texts)]
    folder = write(tmp_path, [Table("courses", HEADERS["courses"].split(";"), rows)])
    with zipfile.ZipFile(folder / "planning.xlsx") as packed:
        sheet = ET.fromstring(packed.read("xl/worksheets/sheet1.xml"))
    cells = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{SHEET}row")][1:]
    assert [cell.tag for cell in sheet.iter() if cell.tag == f"{SHEET}r"] == []
    assert [
        [re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), cell) for cell in row] for row in cells
    ] == [row[:4] for row in rows]
    spaces = [cell.get("{http://www.w3.org/XML/1998/namespace}space") for cell in sheet.iter(f"{SHEET}t")][5:]
    assert [kept for kept in spaces if kept] == ["preserve"] * 4


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    long = "ё" * 40_000
    table = Table("regulations", HEADERS["regulations"].split(";"), [["1", "17-о", "2026-08-24", "2026-09-01", long]])
    folder = write(tmp_path, [table])
    (cell,) = [row[4] for row in read_workbook(folder / "oversight.xlsx")["Редакции регламента"][1:]]
    assert len(cell) == workbooks.CELL_CHARACTERS_MAX
    assert cell.endswith(CUT)


def test_a_full_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "ROWS_MAX", 4)
    rows = [[str(number), f"c{number}", "5А", "Химия", ""] for number in range(7)]
    header = HEADERS["courses"].split(";")
    folder = write(tmp_path, [Table("courses", header, rows)])
    sheets = read_workbook(folder / "planning.xlsx")
    assert sheets == {"Курсы": [header, *rows[:3]], "Курсы 2": [header, *rows[3:6]], "Курсы 3": [header, *rows[6:]]}


def test_tables_that_cannot_be_read_to_their_end_leave_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[list[str]]:
        yield ["1", "c1", "5А", "Химия", ""]
        raise OSError("the views are gone")

    with pytest.raises(OSError, match="the views are gone"):
        write(tmp_path, [Table("courses", HEADERS["courses"].split(";"), broken())])
    assert list(tmp_path.iterdir()) == []


def test_workbooks_show_the_first_row_always_and_filter_by_it(tables: Path) -> None:
    with zipfile.ZipFile(tables / "journal.xlsx") as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        core = packed.read("docProps/core.xml").decode()
    assert '<pane ySplit="1"' in sheet
    assert "<autoFilter" in sheet
    created = orjson.loads((tables / "datapackage.json").read_bytes())["created"]
    assert f"{created[:10]}T00:00:00Z</dcterms:created>" in core, "dated from the log's last entry"


# Both databases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_same_ledger_gives_the_same_files_beside_the_tables(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sqlite":
        opening = sample_folder(tmp_path / "school", limit=300)
    else:
        server: Database = request.getfixturevalue("sample_database")
        opening = sample_on_postgres(tmp_path / "school", server, monkeypatch, limit=300)
    with opening as school:
        for name in ("one", "two"):
            export_archive(QUIET, school, tmp_path / name)
    one, two = ({path.name: path.read_bytes() for path in files(tmp_path / name)} for name in ("one", "two"))
    assert one.keys() >= {"tables.sqlite", "datapackage.json", "csv-metadata.json", "journal.xlsx"}
    assert {name for name in one if one[name] != two[name]} == set()


def files(folder: Path) -> list[Path]:
    return [path for path in sorted((folder / "data/tables").iterdir()) if path.is_file()]
