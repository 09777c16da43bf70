"""Archives whose workbooks say something else than their tables, with manifests made anew over it."""

import csv
import io
import re
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
MARKS = "xl/worksheets/sheet4.xml"
LAST_AT = "2026-09-30T10:00:00.000001Z"


@cache
def with_workbooks() -> Files:
    """The small school's archive with its workbooks; its manifests are without them."""
    files = sample().builder.files()
    tables = [_table_of(name, files[f"data/tables/{name}.csv"]) for name in COLUMNS]
    with TemporaryDirectory() as folder:
        with BagWriter(Path(folder) / "made", {}) as bag:
            write_tables(bag, tables, "Школа № 5", LAST_AT)
        made = Path(folder) / "made/data/tables"
        return files | {f"data/tables/{path.name}": path.read_bytes() for path in made.glob("*.xlsx")}


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


def _mutation(name: str, file: str, code: str, change: Callable[[dict[str, bytes]], object]) -> Mutation:
    def run(folder: Path) -> Report:
        files = with_workbooks()
        changed = manifested(files | {file: repacked(files[file], change)})
        return verify_archive(write_folder(changed, folder / "bag"), pinned(sample().builder))

    return Mutation(f"workbook_with_{name.replace(' ', '_').replace(chr(39), '')}", frozenset((code,)), run)


MUTATIONS.extend(_mutation(name, *lie) for name, lie in LIES.items())
