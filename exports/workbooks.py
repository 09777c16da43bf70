"""The tables of an archive as workbooks, one of each subject, for whoever opens them in a spreadsheet.

A table is a sheet under its Russian name, and goes on in another where a sheet is full. Numbers of entries, hours and
minutes are numbers; everything else is text, so that no program makes a date of ``4/3`` or runs a formula. Fixed dates:
the same rows give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from exports.declared import TITLES, Column, Kind

ROWS_MAX: Final = 1_048_576
"""Rows that a sheet has, the first one included."""
CELL_CHARACTERS_MAX: Final = 32_767
CUT: Final = "… (целиком в CSV / whole in CSV)"
"""What stands at the end of a text too long for a cell."""

WORKBOOKS: Final[Mapping[str, tuple[str, ...]]] = {
    "journal": ("lessons", "marks", "absences", "works", "make_ups", "substitutions", "corrections", "posted", "files"),
    "results": ("results", "result_corrections", "assessment", "council"),
    "planning": (
        *("courses", "subgroups", "plans", "schedule", "calendar", "bells", "timetables", "cancellations"),
        "substitution_plans",
    ),
    "people": (
        *(
            "people",
            "enrollments",
            "guardians",
            "certificates",
            "data_notices",
            "data_updates",
            "refreshes",
            "consents",
        ),
        *("refusals", "duties", "responsible"),
    ),
    "oversight": (
        *("regulations", "closings", "journals", "journal_excuses", "backdatings", "evidence", "printouts"),
        *("checks", "remarks"),
        *(
            "incidents",
            "excuses",
            "freshness",
            "portals",
            "witnesses",
            "backups",
            "prints",
            "erasures",
            "blocks",
            "anchors",
            "accounts",
            "paper",
        ),
    ),
}
"""Workbooks, named without ``.xlsx``, and the tables in each."""

_WIDTHS: Final[Mapping[Kind, int]] = {
    Kind.ENTRY: 10,
    Kind.COUNT: 10,
    Kind.MOMENT: 28,
    Kind.DATE: 12,
    Kind.TIME: 9,
    Kind.ID: 12,
    Kind.FLAG: 9,
    Kind.SHA256: 16,
    Kind.OBJECT: 24,
    Kind.TEXT: 22,
}
_NAME_WIDTH: Final = 34
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


_ODD: Final = re.compile(r"[&<>\x00-\x09\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^[ \n]|[ \n]$", re.MULTILINE)
"""What a cell's XML does not say as it is, in fields joined by line feeds."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_KEPT: Final = ' xml:space="preserve"'
_ESCAPE: Final = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)")


class _Sheet(Worksheet):  # type: ignore[misc] # the library has no types
    """A sheet that takes a whole row: the library's own way, cell by cell, takes five times as long.

    Written as the library writes rows of `constant_memory`, but for one thing: a text between `<r>` and `</r>` the
    library takes for markup and writes as it is, so that whoever types a topic could write cells.
    """

    def write_fields(self, row: int, columns: Sequence[tuple[str, bool]], fields: Sequence[str]) -> None:
        """Write fields as text, and as a number where the column, given as its letters beside, is one of numbers."""
        if self.table:
            self._write_single_row(row)
        line = "\n".join(fields)
        is_plain = not _ODD.search(line) and len(line) <= CELL_CHARACTERS_MAX and line.count("\n") == len(fields) - 1
        spelt = [f"<t>{field}</t>" for field in fields] if is_plain else map(_text, fields)
        cells = [
            f'<c r="{letters}{row + 1}"><v>{field}</v></c>'
            if is_number
            else f'<c r="{letters}{row + 1}" t="inlineStr"><is>{text}</is></c>'
            for (letters, is_number), field, text in zip(columns, fields, spelt, strict=True)
            if field
        ]
        self.fh.write(f'<row r="{row + 1}">{"".join(cells)}</row>')
        self.previous_row = self.dim_rowmax = row

    def abandon(self) -> None:
        """Close what the sheet writes to, where its workbook will never be closed."""
        self.row_data_fh.close()


class Workbooks:
    """Writes all workbooks at once, as the tables come.

    Args:
        folder: an empty folder, which gets the files and what is needed on the way.
        title: the school's name.
        made: the moment that the files give as theirs.
    """

    def __init__(self, folder: Path, title: str, made: datetime) -> None:
        self._books: dict[str, Any] = {}
        self._book_of = {table: book for book, tables in WORKBOOKS.items() for table in tables}
        for name in WORKBOOKS:
            book = xlsxwriter.Workbook(str(folder / f"{name}.xlsx"), {**_OPTIONS, "tmpdir": str(folder)})
            book.set_properties({"title": title, "created": made})
            self._books[name] = book
        self._bold = {name: book.add_format({"bold": True}) for name, book in self._books.items()}
        self._sheet: Any = None
        self._name = ""
        self._columns: Sequence[Column] = ()
        self._row = 0
        self._sheets = 0

    def begin(self, name: str, columns: Sequence[Column]) -> None:
        """Begin the next table."""
        self._end_sheet()
        self._name, self._columns, self._sheets = name, columns, 0
        self._begin_sheet()

    def take(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows of the table begun last, fields as in CSV."""
        columns = [(xl_col_to_name(place), column.kind.is_number) for place, column in enumerate(self._columns)]
        for fields in rows:
            if self._row == ROWS_MAX:
                self._end_sheet()
                self._begin_sheet()
            self._sheet.write_fields(self._row, columns, fields)
            self._row += 1

    def finish(self) -> Iterator[str]:
        """Close the workbooks, one after another; gives the name of each file that is whole."""
        self._end_sheet()
        for name, book in self._books.items():
            book.close()
            yield f"{name}.xlsx"

    def abandon(self) -> None:
        """Let go of files that will not be finished."""
        for book in self._books.values():
            for sheet in book.worksheets():
                sheet.abandon()

    def _begin_sheet(self) -> None:
        book = self._book_of[self._name]
        self._sheets += 1
        title = TITLES[self._name][0]
        self._sheet = self._books[book].add_worksheet(title if self._sheets == 1 else f"{title} {self._sheets}", _Sheet)
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            is_name = column.kind is Kind.TEXT and (
                column.name.endswith("name") or column.name in ("topic", "homework")
            )
            self._sheet.set_column(place, place, _NAME_WIDTH if is_name else _WIDTHS[column.kind])
            self._sheet.write_string(0, place, column.header, self._bold[book])
        self._row = 1

    def _end_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)
            self._sheet = None


def _cut(text: str) -> str:
    return text[: CELL_CHARACTERS_MAX - len(CUT)] + CUT


def _text(field: str) -> str:
    """A `<t>` with its text, as a workbook says what XML cannot: `_xHHHH_`, and itself with `_x005F` before it."""
    text = field if len(field) <= CELL_CHARACTERS_MAX else _cut(field)
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F", text))
    is_kept = text.strip(" \t\n") != text
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<t{_KEPT if is_kept else ''}>{escaped}</t>"
