"""Sheets as pages: A4 across, PDF/A-3a and PDF/UA-1 in one file, each sheet's table attached to it as CSV.

Same sheets and stamp, same bytes: the only moment in a file is the sheets' own, and all that runs is in the wheel that
sets the pages and in the fonts beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

import orjson
import typst

from exports.documents.glyphs import FOLDER, FONTS, STANDARDS, Glyphs
from exports.documents.packing import pack
from exports.documents.sheet import Column, Sheet

TABLE_MM: Final = 267
"""What a table may take of the page's width, 297 mm, between margins of 20 and 10 mm."""
LEAST_MM: Final = 14
"""What a column that shares what is left is never narrower than."""
TURNED_MM: Final = 32
TALL: Final = 900
"""A cell with more characters may be cut by the end of a page; rows with shorter ones stay whole."""
CODE_MM: Final = 36
CODE_TEXT_MM: Final = 44
STRETCH_MAX: Final = 2
"""Up to how many times wider columns are drawn, so that they fill the page; fewer of them stay narrow, at the left."""
KEPT_NOTES: Final = 3
"""How many last notes are kept on the page of the certification."""
KEPT: Final = 10
"""For how many compilations the program keeps what it worked out."""
KEPT_CELLS: Final = 1_000
"""How many cells' worth of that is let be kept: some 6 KB each."""
_Draw = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Certification:
    """The mark by which a copy is certified (ГОСТ Р 7.0.97-2016, 5.26); what is empty is a line to be filled by hand.

    Attributes:
        position, name: of who certifies.
        date: such as ``28.05.2027``.
        original: where the original is kept.
    """

    position: str = ""
    name: str = ""
    date: str = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be read by a machine: its picture as SVG, what it says to who cannot see it, the text under it."""

    svg: str
    alt: str
    text: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What binds pages to the log.

    Attributes:
        origin: the log's.
        size, root: of the signed checkpoint, `root` in hex.
        code: printed behind the last sheet.
        certification: printed behind the last sheet.
        form: which form of the register it is, such as ``форма № 17``: at the foot of every page.
        issued: when and by whom it was issued, beside that.
    """

    origin: str
    size: int
    root: str
    code: Code | None = None
    certification: Certification | None = None
    form: str = ""
    issued: str = ""


class Press:
    """What sets pages; kept for many documents, because it takes time to read the fonts."""

    def __init__(self) -> None:
        self._compiler = typst.Compiler(FOLDER / "sheets.typ", root=FOLDER, font_paths=FONTS, ignore_system_fonts=True)
        self._glyphs = Glyphs()
        self._nothing = typst.Compiler(b"", root=FOLDER, font_paths=FONTS, ignore_system_fonts=True)
        self._kept_cells = 0

    def render(self, title: str, sheets: Sequence[Sheet], stamp: Stamp) -> bytes:
        """The sheets as one PDF with this title.

        Raises:
            ValueError: there is no sheet.
        """
        if not sheets:
            raise ValueError("a document has a sheet at least")
        moment = max(sheet.moment for sheet in sheets)
        data = template_data(title, sheets, stamp, self._glyphs.drawable)
        inputs = {"data": orjson.dumps(data).decode()}
        stamped_at = datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else datetime.fromtimestamp(0, UTC)
        made: Any = self._compiler.compile(
            format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=int(stamped_at.timestamp())
        )
        self._kept_cells += sum(len(sheet.rows) * len(sheet.columns) for sheet in sheets)
        if self._kept_cells > KEPT_CELLS:
            self._forget()
        return pack(made)

    def _forget(self) -> None:
        """Let go of what was worked out for documents: each is kept for the next ten, whatever their size.

        Not behind every document: once a large one was set, to look through what is kept takes longer than a small one.
        """
        for _ in range(KEPT):
            self._nothing.compile(input=b"", format="svg")
        self._kept_cells = 0


def render(title: str, sheets: Sequence[Sheet], stamp: Stamp) -> bytes:
    """As `Press.render`, for one document."""
    return Press().render(title, sheets, stamp)


def template_data(title: str, sheets: Sequence[Sheet], stamp: Stamp, draw: _Draw) -> dict[str, Any]:
    """What the template reads; `draw` makes a text drawable."""
    moment = max(sheet.moment for sheet in sheets)
    at = datetime.fromisoformat(moment) if moment else None
    return {
        "title": draw(title),
        "school": draw(sheets[0].school),
        "date": at and {part: getattr(at, part) for part in ("year", "month", "day", "hour", "minute", "second")},
        "turned_mm": TURNED_MM,
        "code_text_mm": CODE_TEXT_MM,
        "kept_notes": KEPT_NOTES,
        "stamp": _stamp(stamp, draw),
        "runs": _runs_of([_sheet(number, sheet, draw) for number, sheet in enumerate(sheets, 1)]),
    }


def _runs_of(sheets: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The sheets in runs: one that begins a page, and those that follow it there."""
    runs: list[list[dict[str, Any]]] = []
    for sheet in sheets:
        if runs and sheet["follows"]:
            runs[-1].append(sheet)
        else:
            runs.append([sheet])
    return runs


def _stamp(stamp: Stamp, draw: _Draw) -> dict[str, Any]:
    code, by = stamp.code, stamp.certification
    return {
        "checkpoint": f"контрольная точка: {grouped(stamp.size)}, корень {stamp.root[:16]}…",
        "issued": draw(", ".join(part for part in (stamp.form, stamp.issued) if part)),
        "code": code and code.svg,
        "code_alt": code and code.alt,
        "code_text": code and draw(code.text),
        "code_mm": CODE_MM,
        "certify": by
        and {
            "title": "Верно",
            "position": draw(by.position),
            "name": draw(by.name),
            "date": draw(by.date),
            "original": draw(by.original or f"Подлинник — электронный журнал {stamp.origin}"),
        },
    }


def _sheet(number: int, sheet: Sheet, draw: _Draw) -> dict[str, Any]:
    place = f"по записи журнала: {grouped(sheet.position)}"
    if sheet.moment:
        place += f", последняя — {shown_moment(sheet.moment)}"
    scope = [[draw(what), draw(which)] for what, which in sheet.scope]
    return {
        "title": draw(sheet.title),
        "school": draw(sheet.school),
        "scope": scope,
        "place": place,
        "follows": sheet.follows,
        "columns": [
            {
                "title": draw(one.title),
                "kind": one.kind,
                "width_mm": one.width_mm,
                "turned": one.turned,
                "leads": one.leads,
            }
            for one in sheet.columns
        ],
        "rows": [[draw(cell) for cell in row.cells] for row in sheet.rows],
        "is_tall": any(len(cell) > TALL for row in sheet.rows for cell in row.cells),
        "spans": _spans(sheet),
        "blocks": [_block(sheet.columns, chosen, draw) for chosen in blocks(sheet.columns)] if sheet.rows else [],
        "totals": [[draw(what), draw(much)] for what, much in sheet.totals],
        "notes": [draw(note) for note in sheet.notes],
        "csv": sheet.csv().decode(),
        "csv_name": f"{number:02d}-{sheet.kind.replace('_', '-')}.csv",
        "csv_title": " · ".join([sheet.title, *(which for _, which in sheet.scope)]),
    }


def grouped(number: int) -> str:
    """A number in groups of three, with spaces that no line breaks at: ``536 760``."""
    return f"{number:,}".replace(",", "\u00a0")


def shown_moment(moment: str) -> str:
    """``28.05.2027 14:03`` of ``2027-05-28T14:03:07``."""
    return datetime.fromisoformat(moment).strftime("%d.%m.%Y %H:%M")


def blocks(columns: Sequence[Column], table_mm: int = TABLE_MM) -> list[list[int]]:
    """Which columns are drawn together, by their places: those that lead, and as many others as fit, evenly shared."""
    leads = [at for at, column in enumerate(columns) if column.leads]
    others = [at for at, column in enumerate(columns) if not column.leads]
    room = max(table_mm - sum(_width(columns[at]) for at in leads), LEAST_MM)
    needed = sum(_width(columns[at]) for at in others)
    count = -(-needed // room)
    if count <= 1:
        return [list(range(len(columns)))]
    while (shares := _shares(columns, others, count, room)) is None:
        count += 1
    return [leads + share for share in shares]


def _shares(columns: Sequence[Column], others: Sequence[int], count: int, room: int) -> list[list[int]] | None:
    """`others` in `count` runs of about the same length; None where one of them has no room."""
    size, longer = divmod(len(others), count)
    starts = [number * size + min(number, longer) for number in range(count + 1)]
    shares = [list(others[first:last]) for first, last in pairwise(starts) if first < last]
    fits = all(sum(_width(columns[at]) for at in share) <= room or len(share) == 1 for share in shares)
    return shares if fits else None


def _width(column: Column) -> int:
    return column.width_mm or LEAST_MM


def _block(columns: Sequence[Column], chosen: Sequence[int], draw: _Draw) -> Mapping[str, Any]:
    """A block with the groups over its columns: place in the block, length, title (empty: a column without group)."""
    groups: list[dict[str, Any]] = []
    for place, at in enumerate(chosen):
        group = draw(columns[at].group)
        if groups and group and groups[-1]["title"] == group:
            groups[-1]["span"] += 1
        else:
            groups.append({"at": place, "span": 1, "title": group})
    others = [at for at in chosen if not columns[at].leads]
    return {
        "columns": chosen,
        "groups": groups if any(group["title"] for group in groups) else [],
        "fills": _fills(columns, chosen),
        "from": min(others, default=0) + 1,
        "to": max(others, default=0) + 1,
    }


def _fills(columns: Sequence[Column], chosen: Sequence[int]) -> bool:
    """Whether the columns of marks are drawn wider, up to the page's edge: not where some share what is left anyway."""
    others = [columns[at] for at in chosen if not columns[at].leads]
    if any(column.width_mm == 0 for column in (columns[at] for at in chosen)) or not others:
        return False
    room = TABLE_MM - sum(columns[at].width_mm for at in chosen if columns[at].leads)
    return any(column.kind == "mark" for column in others) and room <= STRETCH_MAX * sum(
        column.width_mm for column in others
    )


def _spans(sheet: Sheet) -> dict[str, list[int]]:
    """Column -> of each cell how many rows it takes with the same ones below it; 0: it is part of the one above.

    Cells are joined within those that the joining columns before them join: a decision stands once for each student.
    """
    found: dict[str, list[int]] = {}
    keys: list[tuple[str, ...]] = [()] * len(sheet.rows)
    for at, column in enumerate(sheet.columns):
        if column.joins:
            keys = [(*key, row.cells[at]) for key, row in zip(keys, sheet.rows, strict=True)]
            spans = found[str(at)] = [0] * len(keys)
            for first, last in _runs(keys):
                spans[first] = last - first
    return found


def _runs(cells: Sequence[object]) -> Iterator[tuple[int, int]]:
    first = 0
    for at in range(1, len(cells) + 1):
        if at == len(cells) or cells[at] != cells[first]:
            yield first, at
            first = at
