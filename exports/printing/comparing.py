"""A form then and now: which rows differ, row by row, and which entries came in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.documents.sheet import Row, Sheet


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not on both forms.

    Attributes:
        sheet: title of its sheet.
        cells: what it says.
        entries: indexes of the entries that it rests on; of a new row those recorded since.
        is_new: whether it is on the form as it would be now, and not on the one that was printed.
    """

    sheet: str
    cells: tuple[str, ...]
    entries: tuple[int, ...]
    is_new: bool


def differences(then: Sequence[Sheet], now: Sequence[Sheet]) -> list[Difference]:
    """Rows of sheets with the same kind and scope that differ; a row that became another is there twice, as two."""
    found: list[Difference] = []
    later = {_key(sheet): sheet for sheet in now}
    for sheet in then:
        other = later.pop(_key(sheet), None)
        found += _rows(sheet, other.rows if other else ())
    for sheet in later.values():
        found += [Difference(sheet.title, row.cells, row.entries, is_new=True) for row in sheet.rows]
    return found


def _key(sheet: Sheet) -> tuple[str, tuple[tuple[str, str], ...]]:
    return sheet.kind, sheet.scope


def _rows(sheet: Sheet, now: Sequence[Row]) -> Iterator[Difference]:
    were, are = Counter(row.cells for row in sheet.rows), Counter(row.cells for row in now)
    for rows, others, is_new in ((sheet.rows, are, False), (now, were, True)):
        left = others.copy()
        for row in rows:
            if left[row.cells]:
                left[row.cells] -= 1
                continue
            entries = row.entries if not is_new else tuple(one for one in row.entries if one >= sheet.position)
            yield Difference(sheet.title, row.cells, entries, is_new=is_new)


def as_text(sheets: Sequence[Sheet]) -> str:
    """What a form says, for a terminal: titles, then a line a row."""
    lines: list[str] = []
    for sheet in sheets:
        lines += [f"== {sheet.title}", sheet.school, " · ".join(f"{what}: {which}" for what, which in sheet.scope)]
        lines.append(" | ".join(column.name for column in sheet.columns))
        lines += [" | ".join(" ".join(cell.split()) for cell in row.cells) for row in sheet.rows]
        lines += [f"{what}: {much}" for what, much in sheet.totals]
        lines.append("")
    return "\n".join(lines)
