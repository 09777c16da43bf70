"""What a sheet of paper says, as a value with one spelling: the ground of archive documents and printed forms.

    {"columns":[{"group":"","kind":"number","title":"№"},…],"kind":"class_page","moment":"2027-05-28T14:03:07",
     "notes":[],"position":40317,"rows":[{"cells":["1","Абрамов Иван","3→4"],"entries":[1204,3377]},…],
     "scope":[["класс","5А"],["предмет","Алгебра"]],"school":"Школа № 5","title":"Отметки и посещаемость","totals":[]}

A sheet follows from the log alone. Made again at the same position by whoever may read the same names, it has the same
bytes, so its digest can be written on paper and into the log. How it looks (widths, turned headings, which cells are
drawn as one) is not in them: a page may be set better later and still say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, TypeAlias

from exports.tables import BOM, format_row, typed
from ledger.wire.canonical import format_canonical

ColumnKind: TypeAlias = Literal["text", "name", "number", "date", "mark"]
"""`name`: of a person, never cut at a hyphen. `mark`: short cells, drawn narrow; an arrow in one (``3→4``) means that
the first was corrected to the second."""

WAS_IS: Final = "→"
"""Between what stood in a cell and what stands now; behind it a dash where nothing does any more."""


@dataclass(frozen=True, slots=True)
class Column:
    r"""A column.

    Attributes:
        title: what stands over it; a second line behind ``\n`` is drawn small.
        kind: what its cells are.
        group: what stands over adjoining columns of the same group together, such as a month; empty: nothing.
        width_mm: how wide it is drawn; 0: it shares what is left.
        leads: whether it tells what a row is about, and is drawn again where a table goes on to the right.
        joins: whether adjoining rows with the same text are drawn as one cell.
        turned: whether its title is drawn upwards.
    """

    title: str
    kind: ColumnKind = "text"
    group: str = ""
    width_mm: int = 0
    leads: bool = False
    joins: bool = False
    turned: bool = False

    @property
    def name(self) -> str:
        """Its title in one line, for a table that has one line of titles."""
        return " ".join(f"{self.group} {self.title}".split())


@dataclass(frozen=True, slots=True)
class Row:
    """A row: one text a column, and the indexes of the entries that it rests on, where it has any."""

    cells: tuple[str, ...]
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper.

    Attributes:
        kind: what it is, in snake_case, such as ``class_page``.
        title: what people call it.
        school: the school's name.
        scope: what it is about, in order: (``класс``, ``5А``), (``предмет``, ``Алгебра``).
        position: the tree size as of which it speaks.
        moment: local date and time of the school at the last entry before that, such as ``2027-05-28T14:03:07``;
            empty at position 0.
        columns, rows: its table; every row has a cell for each column.
        totals: sums under the table, in order: (what, how much).
        notes: what else is said under it, a sentence each.
        follows: whether it is drawn below the sheet before it rather than on a new page; not part of what it says.

    Raises:
        ValueError: a row has not a cell for each column.
    """

    kind: str
    title: str
    school: str
    scope: tuple[tuple[str, str], ...]
    position: int
    moment: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    follows: bool = False

    def __post_init__(self) -> None:
        if any(len(row.cells) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.kind}: a row has not a cell for each of the {len(self.columns)} columns")

    def content(self) -> bytes:
        """What it says, in canonical JSON (log format, section 2): same content, same bytes."""
        return format_canonical(
            {
                "kind": self.kind,
                "title": self.title,
                "school": self.school,
                "scope": self.scope,
                "position": self.position,
                "moment": self.moment,
                "columns": [{"title": one.title, "kind": one.kind, "group": one.group} for one in self.columns],
                "rows": [{"cells": row.cells, "entries": row.entries} for row in self.rows],
                "totals": self.totals,
                "notes": self.notes,
            }
        )

    def digest(self) -> str:
        """SHA-256 of `content`, in hex."""
        return sha256(self.content()).hexdigest()

    def csv(self) -> bytes:
        """Its table as an archive writes tables (verify/spec/tables.md): UTF-8 with BOM, ``;``, CRLF."""
        lines = [format_row([typed(column.name) for column in self.columns])]
        lines += [format_row([typed(cell) for cell in row.cells]) for row in self.rows]
        return BOM + "".join(lines).encode()


def digest_of(sheets: Sequence[Sheet]) -> str:
    """SHA-256, in hex, of the digests of sheets that are printed together, in their order, LF after each."""
    return sha256("".join(f"{sheet.digest()}\n" for sheet in sheets).encode()).hexdigest()
