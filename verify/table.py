"""Reading one CSV table beside the entries: the next bytes are compared; only a row that differs is parsed.

Bytes are those of tables.md: UTF-8 with BOM, `;`, CRLF, quotes only where needed.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from verify.findings import Place, Report

ROW_MAX_BYTES: Final = 1 << 20
# Looking at what is wrong takes longer than at what is not: after so many rows a table is read no more.
EXTRA_MAX: Final = 2_000
_FIELD = re.compile(rb'(?:"([^"]*(?:""[^"]*)*)"|([^";\r\n]*))(;|\r\n)')
_NUMBER = re.compile(rb"0|[1-9][0-9]{0,14}")
_QUOTED = re.compile(rb'[";\r\n]')
_FORMULA: Final = (b"=", b"+", b"-", b"@", b"\t", b"\r")
# Cells that show a person: findings say that they differ, never what they say.
_PERSONAL: Final = frozenset(("name", "teacher", "note", "absent_name", "substitute_name", "names"))


def cell(value: bytes) -> bytes:
    """Return a value as its cell is spelt."""
    if value[:1] in _FORMULA:
        value = b"'" + value
    if b'"' in value or b";" in value or b"\n" in value or b"\r" in value:
        return b'"' + value.replace(b'"', b'""') + b'"'
    return value


def row_of(cells: Sequence[bytes]) -> bytes:
    """Return a row's bytes from cells already spelt."""
    return b";".join(cells) + b"\r\n"


class Table:
    """One table being compared, row by row, in the order of the entries."""

    def __init__(self, name: str, columns: Sequence[str], chunks: Iterator[bytes], report: Report) -> None:
        self.file = f"data/tables/{name}.csv"
        self.columns = [column.partition(" ")[0] for column in columns]
        self.rows = 0
        self._chunks = chunks
        self._report = report
        self._buffer = b""
        self._position = 0
        self._length = 0
        self._is_broken = False
        self._extra = 0
        self._ahead: list[bytes] | None = None
        header = b"\xef\xbb\xbf" + row_of([column.encode() for column in columns])
        self._fill(len(header))
        if self._buffer.startswith(header):
            self._position = len(header)
        else:
            report.add("table-header", Place(self.file, 1), header, self._buffer[: len(header)])
            if self._look() is not None:
                self._consume()

    def _fill(self, count: int) -> bool:
        """Have `count` bytes ahead, where the file has them."""
        while len(self._buffer) - self._position < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._buffer = self._buffer[self._position :] + chunk
            self._position = 0
        return True

    def take(self, row: bytes) -> bool:
        """Consume the next row where it is exactly this one."""
        position = self._position
        end = position + len(row)
        if end > len(self._buffer):
            self._fill(len(row))
            position = self._position
            end = position + len(row)
        if self._buffer[position:end] != row:
            return False
        self._position = end
        self._ahead = None
        self.rows += 1
        return True

    def compare(self, index: int, cells: Sequence[bytes], late: frozenset[str] = frozenset()) -> list[bytes] | None:
        """Compare a row after `take` said no; return the table's cells where only `late` columns differ.

        Rows of earlier entries are extra, a row of a later entry means that this one is missing; each is a finding.
        """
        while not self._is_broken:
            found = self._ahead or self._look()
            if found is None:
                break
            number = int(found[0]) if _NUMBER.fullmatch(found[0]) else -1
            if number > index:
                break
            raw = self._consume()
            self.rows += 1
            place = Place(self.file, self.rows + 1, number if number >= 0 else None)
            if number < index:
                self._report.add("table-row-extra", place, f"the row of entry {index}", found[0])
                self._extra += 1
                if self._extra > EXTRA_MAX:
                    self._is_broken = True
                    self._report.skip("stopped-early", self.file)
                continue
            return self._differences(place, cells, found, raw, late)
        if not self._is_broken:
            self._report.add(
                "table-row-missing", Place(self.file, self.rows + 2, index), f"the row of entry {index}", "none"
            )
        return None

    def _differences(
        self, place: Place, cells: Sequence[bytes], found: list[bytes], raw: bytes, late: frozenset[str]
    ) -> list[bytes] | None:
        if len(found) != len(self.columns):
            self._report.add("table-malformed", place, f"{len(self.columns)} cells", len(found))
            return None
        spelt = [cell_as_found(value) for value in found]
        if row_of(spelt) != raw:
            self._report.add("table-bytes", place, "quotes only where needed", "another spelling")
        result: list[bytes] | None = spelt
        for column, expected, actual in zip(self.columns, cells, spelt, strict=True):
            if expected != actual and not (column in late and len(actual) <= 64):
                self.cell_differs(place.line, place.entry, column, expected, actual)
                result = None
        return result

    def cell_differs(self, line: int | None, entry: int | None, column: str, expected: bytes, actual: bytes) -> None:
        """Report a cell; what a personal one says stays out of the report."""
        if column in _PERSONAL:
            expected, actual = b"(from the disclosures)", b"(another text)"
        self._report.add("table-cell", Place(self.file, line, entry, field=column), expected, actual)

    def _consume(self) -> bytes:
        """Consume the row that `_look` found, and return its bytes."""
        raw = self._buffer[self._position : self._position + self._length]
        self._position += self._length
        self._ahead = None
        return raw

    def _look(self) -> list[bytes] | None:
        """Read one row ahead and return its values without quotes; None at the end, or where it cannot be read."""
        found: list[bytes] = []
        position = self._position
        while True:
            match = _FIELD.match(self._buffer, position)
            if match is None:
                held = len(self._buffer) - self._position
                if held <= ROW_MAX_BYTES and self._fill(held + 1):
                    found, position = [], self._position
                    continue
                if held:
                    self._give_up()
                return None
            found.append(match[2] if match[1] is None else match[1].replace(b'""', b'"'))
            position = match.end()
            if match[3] == b"\r\n":
                self._length = position - self._position
                self._ahead = found
                return found

    def give_up(self, count: int) -> bytes:
        """Read no more rows, and return the next bytes, about as many as asked for, of the row ahead."""
        self._is_broken = True
        self._fill(count)
        return self._buffer[self._position :][: 2 * count].partition(b"\r\n")[0]

    def _give_up(self) -> None:
        if not self._is_broken:
            self._is_broken = True
            at = Place(self.file, self.rows + 2)
            self._report.add("table-malformed", at, "a row of the specified form", self._buffer[self._position :][:40])

    def read_form(self, first: int, size: int) -> None:
        """Look at every row by itself: its cells are as many as columns, its entry one of the range and not falling."""
        while not self._is_broken and (found := self._look()) is not None:
            number = int(found[0]) if _NUMBER.fullmatch(found[0]) else -1
            place = Place(self.file, self.rows + 2, number if number >= 0 else None)
            self._consume()
            self.rows += 1
            if len(found) != len(self.columns):
                self._report.add("table-malformed", place, f"{len(self.columns)} cells", len(found))
            elif not first <= number < size:
                self._report.add("table-row-extra", place, f"an entry from {first} to {size - 1}", found[0])
            else:
                first = number
                continue
            self._extra += 1
            if self._extra > EXTRA_MAX:
                self._is_broken = True
                self._report.skip("stopped-early", self.file)

    def finish(self) -> None:
        """Report what is left after the last entry, and read the file to its end."""
        if not self._is_broken and self._fill(1):
            found = self._look()
            if found is not None:
                place = Place(self.file, self.rows + 2)
                self._report.add("table-row-extra", place, "the end of the table", found[0])
        self.leave()

    def leave(self) -> None:
        """Compare no more, and read the file to its end, for its digest."""
        for _ in self._chunks:
            pass


def cell_as_found(value: bytes) -> bytes:
    """Spell a value read from a table; its `'` against formulas is already in it."""
    return b'"' + value.replace(b'"', b'""') + b'"' if _QUOTED.search(value) else value
