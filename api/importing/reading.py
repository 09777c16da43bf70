"""From a file's bytes to rows of text: UTF-8 with or without BOM, else Windows-1251; `;` or `,`; quotes as in RFC 4180.

Strict where a spreadsheet is lenient: a quotation mark is either around a whole field or doubled inside one. Nothing is
raised for bad bytes; whatever is wrong is noted with its line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.importing.problems import Problems

FILE_BYTES_MAX: Final = 4 * 1_024 * 1_024
ROWS_MAX: Final = 20_000
FIELD_LENGTH_MAX: Final = 200
DELIMITERS: Final = ";,"

# Control characters, lone surrogates, line separators and the marks that turn the direction of a text around.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SPACES: Final = " \t\u00a0"


class Record(NamedTuple):
    """One row: the line where it begins, from 1, and its fields without surrounding spaces."""

    line: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file."""

    file: str
    encoding: str
    text: str


def decode(file: str, raw: bytes, problems: Problems) -> Text | None:
    """Decode a file, or note why it cannot be and return None."""
    if len(raw) > FILE_BYTES_MAX:
        problems.add(file, 0, "file_too_large")
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw:
        problems.add(file, raw.split(b"\x00")[0].count(b"\n") + 1, "not_text")
        return None
    try:
        return Text(file, "utf-8", raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    try:
        return Text(file, "cp1251", raw.decode("cp1251"))
    except UnicodeDecodeError as error:
        problems.add(file, raw.count(b"\n", 0, error.start) + 1, "wrong_encoding")
        return None


def read_records(text: Text, delimiter: str, problems: Problems) -> list[Record]:
    """Cut a text into rows; rows without any value are left out, as are those whose quotes do not close."""
    records: list[Record] = []
    reader = _Reader(text.text, delimiter)
    while reader.position < len(reader.text):
        line = reader.line
        fields, fault = reader.record()
        if fault is not None:
            kind, column = fault
            problems.add(text.file, line, kind, column=column)
            continue
        stripped = tuple(field.strip(_SPACES) for field in fields)
        if not any(stripped):
            continue
        if len(records) > ROWS_MAX:
            problems.add(text.file, line, "too_many_rows")
            break
        records.append(Record(line, stripped))
    return records


def check_field(field: str) -> str | None:
    """Return the kind of what is wrong with any field, or None."""
    if len(field) > FIELD_LENGTH_MAX:
        return "field_too_long"
    if _UNPRINTABLE.search(field):
        return "control_character"
    return None


class _Reader:
    """Reads rows one after another; `position` and `line` say where it is."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.text = text
        self.position = 0
        self.line = 1
        self._delimiter = delimiter
        self._plain_end = re.compile(f"[{delimiter}\n]")

    def record(self) -> tuple[list[str], tuple[str, int] | None]:
        """Return the next row's fields, and what is wrong with it: kind and column, or None."""
        end = self.text.find("\n", self.position)
        end = len(self.text) if end < 0 else end
        row = self.text[self.position : end]
        if '"' not in row:
            self._go_to(end + 1)
            return row.removesuffix("\r").split(self._delimiter), None
        return self._quoted_record()

    def _quoted_record(self) -> tuple[list[str], tuple[str, int] | None]:
        fields: list[str] = []
        fault: tuple[str, int] | None = None
        while True:
            start = self.position
            quoted = self.text.startswith('"', start)
            found = self._quoted_field() if quoted else self._plain_field()
            if found is None:
                # Everything up to the end of the file is inside the quotes: say so for this line, go on behind it.
                end = self.text.find("\n", start)
                self._go_to(len(self.text) if end < 0 else end + 1)
                return [], ("unbalanced_quote", len(fields) + 1)
            field, clean = found
            fields.append(field)
            if not clean and fault is None:
                fault = ("stray_quote", len(fields))
            if self.position >= len(self.text) or self.text[self.position] == "\n":
                self._go_to(self.position + 1)
                return fields, fault
            self._go_to(self.position + 1)

    def _plain_field(self) -> tuple[str, bool]:
        """Read up to the delimiter or line end; a quotation mark in it is not clean."""
        found = self._plain_end.search(self.text, self.position)
        end = found.start() if found else len(self.text)
        field = self.text[self.position : end].removesuffix("\r")
        self._go_to(end)
        return field, '"' not in field

    def _quoted_field(self) -> tuple[str, bool] | None:
        """Read a quoted field; None where it never closes; not clean where something follows the closing mark."""
        parts: list[str] = []
        position = self.position + 1
        while True:
            close = self.text.find('"', position)
            if close < 0:
                return None
            parts.append(self.text[position:close])
            if not self.text.startswith('"', close + 1):
                break
            parts.append('"')
            position = close + 2
        self._go_to(close + 1)
        rest, _ = self._plain_field()
        return "".join(parts), rest.strip(_SPACES) == ""

    def _go_to(self, position: int) -> None:
        self.line += self.text.count("\n", self.position, position)
        self.position = position
