"""Archives whose workbooks or SQLite file say something else than their tables, with manifests made anew over it."""

import csv
import io
import re
import sqlite3
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from exports.bag import BagWriter
from exports.table_files import write_tables
from exports.tables import Table
from tests.verify_archive import Files, manifested, sample, write_folder
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from verify.archive import verify_archive
from verify.columns import COLUMNS
from verify.findings import Report

JOURNAL, PLANNING, RESULTS = (f"data/tables/{name}.xlsx" for name in ("journal", "planning", "results"))
DATABASE = "data/tables/tables.sqlite"
MARKS = "xl/worksheets/sheet4.xml"
LAST_AT = "2026-09-30T10:00:00.000001Z"


@cache
def with_copies() -> Files:
    """The small school's archive with its workbooks and SQLite file; its manifests are without them."""
    files = sample().builder.files()
    tables = [_table_of(name, files[f"data/tables/{name}.csv"]) for name in COLUMNS]
    with TemporaryDirectory() as folder:
        with BagWriter(Path(folder) / "made", {}) as bag:
            write_tables(bag, tables, "Школа № 5", LAST_AT)
        made = Path(folder) / "made/data/tables"
        return files | {
            f"data/tables/{path.name}": path.read_bytes() for path in (*made.glob("*.xlsx"), made / "tables.sqlite")
        }


def _table_of(name: str, raw: bytes) -> Table:
    header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";")
    return Table(name, header, rows)


def repacked(raw: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """A workbook with other parts."""
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def replace(part: str, old: str, new: str) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        assert old.encode() in parts[part]
        parts[part] = parts[part].replace(old.encode(), new.encode(), 1)

    return change


def swap(one: str, other: str) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        parts[one], parts[other] = parts[other], parts[one]

    return change


def without_row(number: int) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        parts[MARKS], count = re.subn(rb'<row r="%d">.*?</row>' % number, b"", parts[MARKS])
        assert count == 1

    return change


ROW = '<row r="99"><c r="A99"><v>5</v></c></row></sheetData>'
WIDTH = 'width="10.7109375"'
DIFFERS, MALFORMED = "copy-differs", "copy-malformed"
LIES: dict[str, tuple[str, str, Callable[[dict[str, bytes]], object]]] = {
    "a mark": (
        JOURNAL,
        DIFFERS,
        lambda parts: parts.update({MARKS: re.sub(rb"<t>[2-5]</t>", b"<t>1</t>", parts[MARKS])}),
    ),
    "a number": (JOURNAL, DIFFERS, lambda parts: parts.update({MARKS: re.sub(rb"<v>(\d)", rb"<v>9\1", parts[MARKS])})),
    "a formula": (JOURNAL, DIFFERS, replace(MARKS, "<v>", "<f>1+1</f><v>")),
    "a row less": (JOURNAL, DIFFERS, without_row(3)),
    "a row more": (JOURNAL, DIFFERS, replace(MARKS, "</sheetData>", ROW)),
    "a hidden row": (JOURNAL, DIFFERS, replace(MARKS, '<row r="3">', '<row r="3" hidden="1">')),
    "a cell more": (JOURNAL, DIFFERS, replace(MARKS, "</row></sheetData>", '<c r="Z9"><v>1</v></c></row></sheetData>')),
    "another column's name": (JOURNAL, DIFFERS, replace(MARKS, "recorded (", "standing (")),
    "a hidden column": (JOURNAL, MALFORMED, replace(MARKS, WIDTH, 'width="0"')),
    "a filter that hides": (JOURNAL, MALFORMED, replace(MARKS, "<pageMargins", "<x/><pageMargins")),
    "another range": (JOURNAL, MALFORMED, replace(MARKS, '<dimension ref="A1:', '<dimension ref="A1:A')),
    "sheets exchanged": (JOURNAL, DIFFERS, swap(MARKS, "xl/worksheets/sheet5.xml")),
    "names exchanged": (JOURNAL, MALFORMED, replace("xl/workbook.xml", 'name="Отметки"', 'name="Оценки"')),
    "a hidden sheet": (JOURNAL, MALFORMED, replace("xl/workbook.xml", 'sheetId="4"', 'sheetId="4" state="hidden"')),
    "a format that shows another number": (
        JOURNAL,
        MALFORMED,
        replace(
            "xl/styles.xml",
            "<fonts",
            '<numFmts count="1"><numFmt numFmtId="0" formatCode="&quot;5&quot;"/></numFmts><fonts',
        ),
    ),
    "colours": (JOURNAL, MALFORMED, replace("xl/theme/theme1.xml", 'lastClr="000000"', 'lastClr="FFFFFF"')),
    "a part more": (JOURNAL, MALFORMED, lambda parts: parts.update({"xl/vbaProject.bin": b"?"})),
    "a part less": (JOURNAL, MALFORMED, lambda parts: parts.pop("docProps/app.xml")),
    "a sheet less": (JOURNAL, MALFORMED, lambda parts: parts.pop(MARKS)),
    "a sheet more": (JOURNAL, MALFORMED, lambda parts: parts.update({"xl/worksheets/sheet10.xml": parts[MARKS]})),
    "another sheet is opened": (
        JOURNAL,
        MALFORMED,
        replace("xl/_rels/workbook.xml.rels", "worksheets/sheet4.xml", "worksheets/sheet5.xml"),
    ),
    "another part is the workbook": (JOURNAL, MALFORMED, replace("_rels/.rels", "xl/workbook.xml", "xl/styles.xml")),
    "types": (PLANNING, MALFORMED, replace("[Content_Types].xml", "main+xml", "template.main+xml")),
    "a document type": (
        RESULTS,
        MALFORMED,
        replace("xl/worksheets/sheet1.xml", "<worksheet", "<!DOCTYPE x><worksheet"),
    ),
    "the first letter of a sheet": (RESULTS, MALFORMED, replace("xl/worksheets/sheet2.xml", "<?xml", "<?XML")),
    "something behind a sheet": (
        RESULTS,
        MALFORMED,
        replace("xl/worksheets/sheet2.xml", "</worksheet>", "</worksheet>\n"),
    ),
    "no UTF-8": (
        JOURNAL,
        DIFFERS,
        lambda parts: parts.update({MARKS: parts[MARKS].replace("урок".encode(), b"\xff\xfe", 1)}),
    ),
}


def told(raw: bytes, *statements: str) -> bytes:
    """A SQLite file in which somebody has told SQLite to do something."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tables.sqlite"
        path.write_bytes(raw)
        connection = sqlite3.connect(path, isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()
        return path.read_bytes()


def by_sql(*statements: str) -> Callable[[bytes], bytes]:
    return lambda raw: told(raw, *statements)


def key_changed(raw: bytes) -> bytes:
    """A person's id changed where only the tree of ids has it, which is asked when somebody looks for one."""
    with sqlite3.connect(":memory:") as connection:
        connection.deserialize(raw)
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_people_1'"
        ).fetchone()
        (person,) = connection.execute("SELECT max(person) FROM people").fetchone()
    at = raw.index(person.encode(), 4096 * (page - 1))
    return raw[:at] + b"!" + raw[at + 1 :]


FIRST = "(SELECT min(entry) FROM marks)"
DATABASE_LIES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a mark": (DIFFERS, by_sql(f"UPDATE marks SET standing = '1' WHERE entry = {FIRST}")),
    "a mark gone": (DIFFERS, by_sql(f"UPDATE marks SET standing = NULL WHERE entry = {FIRST}")),
    "a mark of a number": (DIFFERS, by_sql(f"UPDATE marks SET standing = x'35' WHERE entry = {FIRST}")),
    "a row less": (DIFFERS, by_sql(f"DELETE FROM marks WHERE entry = {FIRST}")),
    "the last row less": (DIFFERS, by_sql("DELETE FROM marks WHERE entry = (SELECT max(entry) FROM marks)")),
    "a row more": (DIFFERS, by_sql("INSERT INTO marks (entry, at, lesson, student) VALUES (99999, 'x', 'x', 'x')")),
    "another entry": (DIFFERS, by_sql("UPDATE marks SET entry = 99999 WHERE entry = (SELECT max(entry) FROM marks)")),
    "a longer text": (DIFFERS, by_sql("UPDATE people SET name = name || printf('%.*c', 9000, 'x')")),
    "a count": (MALFORMED, by_sql("UPDATE about_tables SET row_count = 7 WHERE table_name = 'marks'")),
    "another name of a table": (
        MALFORMED,
        by_sql("UPDATE about_tables SET title = 'Оценки' WHERE table_name = 'marks'"),
    ),
    "another name of a column": (
        MALFORMED,
        by_sql("UPDATE about_columns SET title = 'было' WHERE column_name = 'standing'"),
    ),
    "a table less": (MALFORMED, by_sql("DROP TABLE marks", "VACUUM")),
    "a table more": (MALFORMED, by_sql("CREATE TABLE more (entry INTEGER)")),
    "a view for a table": (MALFORMED, by_sql("DROP TABLE posted", "CREATE VIEW posted AS SELECT 1", "VACUUM")),
    "a view more": (
        MALFORMED,
        by_sql("CREATE VIEW more AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n"),
    ),
    "rows of nothing without end": (
        MALFORMED,
        by_sql(
            "INSERT INTO about_columns WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000) "
            "SELECT 'marks', 1000 + i, '', '', '', '', '' FROM n"
        ),
    ),
    "a trigger": (MALFORMED, by_sql("CREATE TRIGGER more AFTER INSERT ON marks BEGIN DELETE FROM marks; END")),
    "an index": (MALFORMED, by_sql("CREATE INDEX more ON marks (standing)")),
    "a column more": (MALFORMED, by_sql("ALTER TABLE marks ADD COLUMN more TEXT")),
    "a column of another name": (MALFORMED, by_sql("ALTER TABLE marks RENAME COLUMN standing TO stood")),
    "columns exchanged": (
        MALFORMED,
        by_sql(
            "ALTER TABLE marks RENAME COLUMN standing TO s",
            "ALTER TABLE marks RENAME COLUMN recorded TO standing",
            "ALTER TABLE marks RENAME COLUMN s TO recorded",
        ),
    ),
    "a generated column": (MALFORMED, by_sql("ALTER TABLE marks ADD COLUMN more TEXT AS ('5')")),
    "free pages": (MALFORMED, by_sql("CREATE TABLE more (entry INTEGER)", "DROP TABLE more")),
    "a key that finds nobody": (MALFORMED, key_changed),
    "a log beside it": (MALFORMED, by_sql("PRAGMA journal_mode = wal")),
    "pages of another size": (MALFORMED, by_sql("PRAGMA page_size = 8192", "VACUUM")),
    "nothing": (MALFORMED, lambda _: b""),
    "no pages": (MALFORMED, lambda raw: raw[:100]),
    "half of it": (MALFORMED, lambda raw: raw[: len(raw) // 8192 * 4096]),
    "a page more": (MALFORMED, lambda raw: raw + bytes(4096)),
    "a page that nobody has": (
        MALFORMED,
        lambda raw: raw[:28] + (len(raw) // 4096 + 1).to_bytes(4, "big") + raw[32:] + bytes(4096),
    ),
    "a page that is its own child": (MALFORMED, lambda raw: raw[:4096] + b"\x05\0\0\0\0\0\0\0\0\0\0\x02" + raw[4108:]),
}


def _mutation(name: str, file: str, code: str, change: Callable[[dict[str, bytes]], object]) -> Mutation:
    def run(folder: Path) -> Report:
        files = with_copies()
        changed = manifested(files | {file: repacked(files[file], change)})
        return verify_archive(write_folder(changed, folder / "bag"), pinned(sample().builder))

    return Mutation(f"workbook_with_{name.replace(' ', '_').replace(chr(39), '')}", frozenset((code,)), run)


MUTATIONS.extend(_mutation(name, *lie) for name, lie in LIES.items())


def _database_mutation(name: str, code: str, change: Callable[[bytes], bytes]) -> Mutation:
    def run(folder: Path) -> Report:
        files = with_copies()
        changed = manifested(files | {DATABASE: change(files[DATABASE])})
        return verify_archive(write_folder(changed, folder / "bag"), pinned(sample().builder))

    return Mutation(f"database_with_{name.replace(' ', '_')}", frozenset((code,)), run)


MUTATIONS.extend(_database_mutation(name, *lie) for name, lie in DATABASE_LIES.items())
