"""The sheets of a workbook beside the rows of their tables (tables.md, "Workbooks"), byte by byte.

Nothing here reads XML: what a row of a sheet must be is spelt from the row of the table.
"""

import re
from collections.abc import Generator, Iterator
from typing import Final

from verify.bag import Bag
from verify.findings import Place
from verify.source import Reading

PART_MAX_BYTES: Final = 1 << 16
XML: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org/"
NAMESPACES: Final = (
    f'xmlns="{_OFFICE}spreadsheetml/2006/main" xmlns:r="{_OFFICE}officeDocument/2006/relationships"'
)  # fmt: skip
CELL_CHARACTERS_MAX: Final = 32_767
CUT: Final = "… (целиком в CSV / whole in CSV)"
_HEAD: Final = re.compile(
    re.escape(XML + f'<worksheet {NAMESPACES}><dimension ref="A1:'.encode())
    + rb'([A-Z]{1,2}[0-9]{1,7})"/><sheetViews><sheetView( tabSelected="1")? workbookViewId="0"><pane ySplit="1" '
    rb'topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>'
    rb'<sheetFormatPr defaultRowHeight="15"/><cols>'
    rb'(?:<col min="[0-9]{1,2}" max="[0-9]{1,2}" width="[1-9][0-9]{0,2}(?:\.[0-9]{1,9})?" customWidth="1"/>){1,99}'
    rb"</cols><sheetData>"
)
_TAIL: Final = (
    b'<autoFilter ref="A1:%b"/><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    b"</worksheet>"
)
_TEXT_TAIL: Final = b"</t></is></c>"
_NUMBER_TAIL: Final = b"</v></c>"
# What XML does not say as it is, or might not: bytes, and what lines between their ends may hold, begin or end with.
_ODD: Final = b'&<>"' + bytes(byte for byte in range(32) if byte not in b"\r\n")
_MARKS: Final = (b"_x", b"\xef\xbf", b"\n ", b" \r", b"; ", b" ;")
_FIELD: Final = re.compile(rb'(?:"([^"]*(?:""[^"]*)*)"|([^";\r\n]*))(;|\Z)')
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPE: Final = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)")
_BOM: Final = b"\xef\xbb\xbf"
_NUMBER: Final = re.compile(rb"0|[1-9][0-9]{0,14}")


class ApartError(Exception):
    """A workbook is not what it must be: what finding, where, what was expected and found."""

    def __init__(self, code: str, place: Place, expected: object, found: object) -> None:
        super().__init__(code)
        self.code, self.place, self.expected, self.found = code, place, expected, found


def malformed(file: str, expected: object, found: object = "another") -> ApartError:
    """Return what says that a workbook is not of the form that it must have."""
    return ApartError("copy-malformed", Place(file), expected, found)


class Part:
    """A part's bytes, taken from the beginning as far as they are those that are expected."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._buffer = b""
        self._at = 0

    def _hold(self, count: int) -> None:
        while len(self._buffer) - self._at < count and (piece := next(self._pieces, None)) is not None:
            self._buffer = self._buffer[self._at :] + piece
            self._at = 0

    def has(self, expected: bytes) -> bool:
        """Take these bytes, where they are the next."""
        self._hold(len(expected))
        if not self._buffer.startswith(expected, self._at):
            return False
        self._at += len(expected)
        return True

    def match(self, form: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Take what is of this form, in `PART_MAX_BYTES` at most."""
        self._hold(PART_MAX_BYTES)
        found = form.match(self._buffer, self._at, self._at + PART_MAX_BYTES)
        if found is not None:
            self._at = found.end()
        return found

    def is_over(self) -> bool:
        """Say whether nothing is left."""
        self._hold(1)
        return self._at == len(self._buffer)

    def exhaust(self) -> None:
        """Take all of it, to see that it can be."""
        for _ in self._pieces:
            pass


class Sheet:
    """One sheet, taken row by row."""

    def __init__(self, file: str, title: str, part: Part, columns: int) -> None:
        self.title = title
        self.rows = 0
        self._file = file
        self._part = part
        self._letters = [_letters(place) for place in range(columns)]
        # Text until a row shows otherwise: a whole number may stand as number or as text.
        self._heads = [b'<c r="%b' % letters for letters in self._letters]
        self._tails = [_TEXT_TAIL] * columns
        head = part.match(_HEAD)
        if head is None:
            raise malformed(file, f"the beginning of the sheet {title}")
        self._stated, self.is_first = head[1], head[2] is not None

    @property
    def last(self) -> tuple[str, int]:
        """The last column's letters and the last row's number."""
        return self._letters[-1].decode(), self.rows

    def header(self, fields: list[bytes]) -> None:
        """Take the first row, which is bold."""
        self.rows = 1
        cells = [
            b'<c r="%b1" s="1" t="inlineStr"><is>%b</is></c>' % (letters, _spelt(field))
            for letters, field in zip(self._letters, fields, strict=True)
        ]
        if not self._part.has(b'<row r="1">%b</row>' % b"".join(cells)):
            raise self._differs("")

    def take(self, fields: list[bytes], *, is_plain: bool) -> None:
        """Take the next row; `is_plain`: XML says its fields as they are."""
        self.rows += 1
        number = b"%d" % self.rows
        if is_plain and len(fields) == len(self._heads):
            cells = [
                head + number + (b'" t="inlineStr"><is><t>' if tail is not _NUMBER_TAIL else b'"><v>') + field + tail
                for head, tail, field in zip(self._heads, self._tails, fields, strict=True)
                if field
            ]
            if self._part.has(b'<row r="%b">%b</row>' % (number, b"".join(cells))):
                return
        self._take_slowly(number, fields)

    def _take_slowly(self, number: bytes, fields: list[bytes]) -> None:
        if not self._part.has(b'<row r="%b">' % number):
            raise self._differs("")
        for place, field in enumerate(fields):
            if not field:
                continue
            letters = self._letters[place] if place < len(self._letters) else _letters(place)
            if not self._cell(place, letters + number, field):
                raise self._differs((letters + number).decode())
        if not self._part.has(b"</row>"):
            raise self._differs("")

    def _cell(self, place: int, name: bytes, field: bytes) -> bool:
        if self._part.has(b'<c r="%b" t="inlineStr"><is>%b</is></c>' % (name, _spelt(field))):
            return True
        if not _NUMBER.fullmatch(field) or not self._part.has(b'<c r="%b"><v>%b</v></c>' % (name, field)):
            return False
        if place < len(self._tails):
            self._tails[place] = _NUMBER_TAIL
        return True

    def finish(self) -> None:
        """See that nothing more is there."""
        if not self._part.has(b"</sheetData>"):
            self.rows += 1
            raise self._differs("")
        stated = b"%b%d" % (self._letters[-1], self.rows)
        if self._stated != stated or not self._part.has(_TAIL % stated) or not self._part.is_over():
            raise malformed(self._file, f"the end of the sheet {self.title}")

    def _differs(self, cell: str) -> ApartError:
        self._part.exhaust()
        place = Place(self._file, self.rows, field=f"{self.title}!{cell}" if cell else self.title)
        return ApartError("copy-differs", place, "what the table says", "another text" if cell else "another row")


def rows_of_file(bag: Bag, file: str) -> Generator[tuple[list[bytes], bool], None, None]:
    """Yield the rows of one of a bag's tables; to be closed, so that the file is."""
    chunks = Reading(bag.source, file, bag.pool, bag.report).chunks()
    try:
        yield from rows_of(chunks)
    finally:
        for _ in chunks:
            pass


def rows_of(chunks: Iterator[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    """Yield a table's rows, the first one too: the fields without quotes, and whether XML says them as they are.

    The table was read before and nothing was found in it, so its form is not asked about again.
    """
    rest, held, start = b"", b"", _BOM
    for chunk in chunks:
        whole, found, rest = (rest + chunk).rpartition(b"\r\n")
        if not found:
            continue
        all_plain = _is_plain(whole) and not held
        for line in whole.split(b"\r\n"):
            row = held + line
            if not all_plain and row.count(b'"') % 2:  # a field in quotes goes on
                held = row + b"\r\n"
                continue
            row = row.removeprefix(start)
            held = start = b""
            if not all_plain and b'"' in row:
                yield _fields(row), False
            else:
                yield row.split(b";"), (all_plain or _is_plain(row)) and len(row) <= CELL_CHARACTERS_MAX


def _is_plain(lines: bytes) -> bool:
    """Say whether XML says these lines as they are, for certain."""
    between = b"\n%b\r" % lines
    return len(between.translate(None, _ODD)) == len(between) and not any(mark in between for mark in _MARKS)


def _fields(row: bytes) -> list[bytes]:
    fields, at, is_over = [], 0, False
    while not is_over and (found := _FIELD.match(row, at)) is not None:
        fields.append(found[2] if found[1] is None else found[1].replace(b'""', b'"'))
        at, is_over = found.end(), not found[3]
    return fields


def _spelt(field: bytes) -> bytes:
    """Return a `<t>` with its text; what XML cannot say is `_xHHHH_`, and that itself has `_x005F` before it."""
    text = field.decode("utf-8", "surrogateescape")
    if len(text) > CELL_CHARACTERS_MAX:
        text = text[: CELL_CHARACTERS_MAX - len(CUT)] + CUT
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F", text))
    kept = b' xml:space="preserve"' if text.strip(" \t\n") != text else b""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return b"<t%b>%b</t>" % (kept, escaped.encode("utf-8", "surrogateescape"))


def _letters(place: int) -> bytes:
    """Return a column's letters: A for 0, then up to Z, AA for 26."""
    first, second = divmod(place, 26)
    return (chr(64 + first) if first else "").encode() + chr(65 + second).encode()
