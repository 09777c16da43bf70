r"""CSV as `verify/spec/tables.md` says: UTF-8 with BOM, ``;``, CRLF, quotes only where needed.

One row's bytes::

    412;2026-09-01T06:12:40.000125Z;51c2…;2026-09-01;5А;Математика;b3f0…;Иванова Анна;ответ на уроке;4;5;430\r\n
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

BOM: Final = b"\xef\xbb\xbf"
_QUOTED: Final = re.compile(r'[";\r\n]')
_RUNS: Final = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written: file name without ``.csv``, column names, rows of fields."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[str]]


def typed(text: str) -> str:
    """A field that a person typed, so that no spreadsheet runs it."""
    return f"'{text}" if _RUNS.match(text) else text


def format_row(fields: Sequence[str]) -> str:
    """One row, CRLF included."""
    row = ";".join(fields)
    if '"' in row or "\r" in row or "\n" in row or row.count(";") != len(fields) - 1:
        row = ";".join(
            f'"{field.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(field) else field for field in fields
        )
    return row + "\r\n"


def format_table(table: Table, rows_per_piece: int = 4096) -> Iterator[bytes]:
    """The table's bytes in pieces of bounded size."""
    yield BOM + format_row(table.columns).encode("utf-8")
    piece: list[str] = []
    for fields in table.rows:
        piece.append(format_row(fields))
        if len(piece) == rows_per_piece:
            yield "".join(piece).encode("utf-8")
            piece.clear()
    if piece:
        yield "".join(piece).encode("utf-8")
