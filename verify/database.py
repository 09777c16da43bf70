"""`tables.sqlite` beside the tables (tables.md, "The SQLite file"): its rows are theirs, and nothing else is in it.

No library opens the file. What a cell of a B-tree must be is spelt from the row of the table and compared with the
bytes; every page belongs to one tree or to one long row, so that none is read twice and nothing lies beside them.
"""

import re
import struct
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Final, NamedTuple

from verify.bag import Bag
from verify.columns import COLUMNS
from verify.findings import Place
from verify.sheets import ApartError, malformed, rows_of_file

DATABASE: Final = "data/tables/tables.sqlite"
DATABASE_MAX_BYTES: Final = 1 << 30
PAGE_BYTES: Final = 4096
_LOCAL_MAX: Final = PAGE_BYTES - 35
_LOCAL_MIN: Final = (PAGE_BYTES - 12) * 32 // 255 - 23
_KEY_MAX: Final = (PAGE_BYTES - 12) * 64 // 255 - 23
_DEPTH_MAX: Final = 12
_ROWS_MAX: Final = 4096
_HEADER: Final = b"SQLite format 3\x00" + struct.pack(">HBBBBBB", PAGE_BYTES, 1, 1, 0, 64, 32, 32)
_TABLE_LEAF, _TABLE_INTERIOR, _KEY_LEAF, _KEY_INTERIOR = 13, 5, 10, 2
_RESERVED: Final = frozenset(("by", "check", "to"))
_NUMBER: Final = re.compile(rb"0|[1-9][0-9]{0,14}")
_CREATE: Final = re.compile(r"CREATE TABLE ([a-z_]+) \(\n  ([a-z0-9A-Z_ ,()\n]+)\n\)")
_COLUMN: Final = re.compile(
    r"([a-z0-9_]+) (INTEGER PRIMARY KEY|INTEGER|TEXT)( NOT NULL)?( UNIQUE)?( REFERENCES [a-z_]+ \([a-z_]+\))?"
)
_KEY: Final = re.compile(r"PRIMARY KEY \(([a-z0-9_]+(?:, [a-z0-9_]+)*)\)")
_TABLES, _COLUMNS = "about_tables", "about_columns"
_ABOUT: Final = {
    "about_tables": (
        "CREATE TABLE about_tables (\n  table_name TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, "
        "title_en TEXT NOT NULL, row_count INTEGER NOT NULL\n)"
    ),
    "about_columns": (
        "CREATE TABLE about_columns (\n  table_name TEXT NOT NULL REFERENCES about_tables (table_name), "
        "number INTEGER NOT NULL, column_name TEXT NOT NULL,\n  csv_header TEXT NOT NULL, title TEXT NOT NULL, "
        "holds TEXT NOT NULL, refers_to TEXT,\n  PRIMARY KEY (table_name, number)\n)"
    ),
}

Value = int | bytes | None
Rows = Callable[[str], Generator[tuple[list[bytes], bool], None, None]]


class _Made(NamedTuple):
    """A table as it was created: whether each column is of numbers, which numbers its rows, what is unique."""

    numbers: list[bool]
    alias: int | None
    unique: list[list[int]]


def check_database(bag: Bag, titles: dict[str, str]) -> bool:
    """Compare the file, where it is there, with the tables, in which nothing was found; say whether it was whole.

    Raises:
        ApartError: the first thing that differs.
    """
    size = bag.source.sizes.get(DATABASE)
    if size is None or size > DATABASE_MAX_BYTES:
        bag.small(DATABASE, DATABASE_MAX_BYTES)  # which says that it is too large
        return False
    # Not twice in memory, as parts that are joined would be.
    raw, at, reading = bytearray(size), 0, bag.reading(DATABASE)
    for chunk in reading.chunks():
        raw[at : at + len(chunk)] = chunk
        at += len(chunk)
    if reading.digest is None:
        return False
    _Database(DATABASE, raw).compare(titles, lambda name: rows_of_file(bag, f"data/tables/{name}.csv"))
    return True


class _Database:
    """The file, whole in memory."""

    def __init__(self, file: str, raw: bytearray) -> None:
        self._file = file
        self._raw = raw
        self._seen = bytearray(len(raw) // PAGE_BYTES + 1)

    def _malformed(self, what: str) -> ApartError:
        return malformed(self._file, what)

    def compare(self, titles: dict[str, str], rows_of: Rows) -> None:
        """Compare everything in the file; `rows_of` gives a table's rows, the first one too."""
        raw = self._raw
        size, rest = divmod(len(raw), PAGE_BYTES)
        zeros = raw[36:40] + raw[52:56] + raw[64:68] + raw[72:92]
        if rest or not raw.startswith(_HEADER) or any(zeros) or raw[28:32] != struct.pack(">L", size):
            raise self._malformed("a SQLite file of whole pages")
        if raw[32:36] != bytes(4) or raw[44:48] != b"\x00\x00\x00\x04" or raw[56:60] != b"\x00\x00\x00\x01":
            raise self._malformed("a SQLite file of whole pages")
        made = self._schema()
        counts = {name: self._compare_table(name, made[name], rows_of) for name in sorted(COLUMNS)}
        self._compare_about(made, titles, counts)
        if self._seen.count(1) != size:
            raise self._malformed("B-trees that share no page")

    # Pages ----------------------------------------------------------------------------------------------------------

    def _page(self, number: int) -> int:
        """Take a page that nobody has taken, and return where it begins."""
        if not 0 < number < len(self._seen) or self._seen[number]:
            raise self._malformed("B-trees that share no page")
        self._seen[number] = 1
        return (number - 1) * PAGE_BYTES

    def _varint(self, at: int) -> tuple[int, int]:
        value = 0
        for place in range(at, min(at + 8, len(self._raw))):
            byte = self._raw[place]
            value = value << 7 | byte & 127
            if byte < 128:
                return value, place + 1
        raise self._malformed("rows of a B-tree")

    def _cells(self, number: int, *, of_keys: bool, depth: int = 0) -> Iterator[tuple[int, int]]:
        """Yield where the cells of a tree begin and where their page ends, in order.

        Between the rows of a table's pages stands (-1, number): the number that those before it must end with.
        """
        start = self._page(number)
        head = start + 100 if number == 1 else start
        leaf, interior = (_KEY_LEAF, _KEY_INTERIOR) if of_keys else (_TABLE_LEAF, _TABLE_INTERIOR)
        kind, _, count = struct.unpack_from(">BHH", self._raw, head)
        is_leaf = kind == leaf
        first = head + (8 if is_leaf else 12)
        if (not is_leaf and kind != interior) or depth > _DEPTH_MAX or first + 2 * count > start + PAGE_BYTES:
            raise self._malformed("rows of a B-tree")
        end = start + PAGE_BYTES
        for (pointer,) in struct.iter_unpack(">H", self._raw[first : first + 2 * count]):
            at = start + pointer
            if not first + 2 * count <= at < end - 4:
                raise self._malformed("rows of a B-tree")
            if is_leaf:
                yield at, end
                continue
            (child,) = struct.unpack_from(">L", self._raw, at)
            yield from self._cells(child, of_keys=of_keys, depth=depth + 1)
            yield (at + 4, end) if of_keys else (-1, self._varint(at + 4)[0])
        if not is_leaf:
            (child,) = struct.unpack_from(">L", self._raw, head + 8)
            yield from self._cells(child, of_keys=of_keys, depth=depth + 1)

    # Rows -----------------------------------------------------------------------------------------------------------

    def _compare_table(self, name: str, made: tuple[int, list[int], _Made], rows_of: Rows) -> int:
        root, roots, how = made
        cells = self._cells(root, of_keys=False)
        keys: list[list[tuple[Value, ...]]] = [[] for _ in how.unique]
        row, last = 0, 0
        with closing(rows_of(name)) as rows:
            next(rows, None)
            for row, (fields, _) in enumerate(rows, 1):
                values = _values(fields, how.numbers)
                number = row
                if how.alias is not None:
                    found = values[how.alias]
                    if not isinstance(found, int):
                        raise self._malformed(f"the table {name}")
                    number, values[how.alias] = found, None
                last = self._compare_row(cells, last, number, record(values), name, row + 1)
                for key, places in zip(keys, how.unique, strict=True):
                    key.append((*(values[place] for place in places), number))
        self._end(cells, last, name, row + 2)
        for key_root, key in zip(roots, keys, strict=True):
            self._compare_keys(key_root, key, name)
        return row

    def _compare_row(
        self, cells: Iterator[tuple[int, int]], last: int, number: int, payload: bytes, name: str, line: int
    ) -> int:
        at, end = self._next_row(cells, last, name, line)
        total = len(payload)
        local = total
        if total > _LOCAL_MAX:
            local = _LOCAL_MIN + (total - _LOCAL_MIN) % (PAGE_BYTES - 4)
            local = local if local <= _LOCAL_MAX else _LOCAL_MIN
        expected = varint(total) + varint(number) + payload[:local]
        if at + len(expected) + (4 if local < total else 0) > end or not self._raw.startswith(expected, at):
            raise self._differs(name, line)
        at += len(expected)
        while local < total:
            at = self._page(struct.unpack_from(">L", self._raw, at)[0])
            piece = payload[local : local + PAGE_BYTES - 4]
            if not self._raw.startswith(piece, at + 4):
                raise self._differs(name, line)
            local += len(piece)
            if local == total and any(self._raw[at : at + 4]):
                raise self._malformed("rows of a B-tree")
        return number

    def _next_row(self, cells: Iterator[tuple[int, int]], last: int, name: str, line: int) -> tuple[int, int]:
        for at, end in cells:
            if at >= 0:
                return at, end
            if end != last:
                raise self._malformed("rows of a B-tree")
        raise self._differs(name, line)

    def _end(self, cells: Iterator[tuple[int, int]], last: int, name: str, line: int) -> None:
        for at, end in cells:
            if at >= 0:
                raise self._differs(name, line)
            if end != last:
                raise self._malformed("rows of a B-tree")

    def _compare_keys(self, root: int, keys: list[tuple[Value, ...]], name: str) -> None:
        cells = self._cells(root, of_keys=True)
        for key in sorted(keys, key=lambda key: [_rank(value) for value in key]):
            payload = record(key)
            expected = varint(len(payload)) + payload
            at, end = next(cells, (0, 0))
            if len(payload) > _KEY_MAX or at + len(expected) > end or not self._raw.startswith(expected, at):
                raise self._malformed(f"the keys of {name}")
        if next(cells, None) is not None:
            raise self._malformed(f"the keys of {name}")

    def _differs(self, name: str, line: int) -> ApartError:
        return ApartError("copy-differs", Place(self._file, line, field=name), "what the table says", "another row")

    # What the file says of itself -------------------------------------------------------------------------------------

    def _records(self, root: int) -> Iterator[list[Value]]:
        """Yield the rows of a small table, numbered from 1, `_ROWS_MAX` of them at most."""
        last = 0
        for start, end in self._cells(root, of_keys=False):
            if start < 0:
                if end != last:
                    raise self._malformed("rows of a B-tree")
                continue
            last += 1
            total, at = self._varint(start)
            number, at = self._varint(at)
            if number != last or last > _ROWS_MAX or total > _LOCAL_MAX or at + total > end:
                raise self._malformed("rows of a B-tree")
            yield self._record(at, at + total)

    def _record(self, at: int, end: int) -> list[Value]:
        size, place = self._varint(at)
        body, values = at + size, list[Value]()
        while place < at + size:
            kind, place = self._varint(place)
            length = kind if kind < 5 else (kind - 13) // 2
            if body + length > end or (kind >= 5 and kind not in (8, 9) and (kind < 13 or kind % 2 == 0)):
                raise self._malformed("rows of a B-tree")
            if kind in (8, 9):
                values.append(kind - 8)
                continue
            raw = bytes(self._raw[body : body + length])
            values.append(None if kind == 0 else int.from_bytes(raw, "big", signed=True) if kind < 5 else raw)
            body += length
        if place != at + size or body != end:
            raise self._malformed("rows of a B-tree")
        return values

    def _schema(self) -> dict[str, tuple[int, list[int], _Made]]:
        """Return each table's first page, those of its keys, and how it was created; nothing else may be there."""
        listed: dict[Value, list[Value]] = {}
        for values in self._records(1):
            if len(values) != 5 or values[1] in listed:
                raise self._malformed("no other table")
            listed[values[1]] = values
        found = {}
        for name in (*_ABOUT, *sorted(COLUMNS)):
            kind, _, of, root, text = listed.pop(name.encode(), [None] * 5)
            if (kind, of) != (b"table", name.encode()) or not isinstance(root, int) or not isinstance(text, bytes):
                raise self._malformed(f"the table {name}")
            how = self._made(name, text.decode("utf-8", "replace"))
            roots = []
            for number in range(1, len(how.unique) + 1):
                key = f"sqlite_autoindex_{name}_{number}".encode()
                kind, _, of, place, nothing = listed.pop(key, [None] * 5)
                if (kind, of, nothing) != (b"index", name.encode(), None) or not isinstance(place, int):
                    raise self._malformed(f"the keys of {name}")
                roots.append(place)
            found[name] = (root, roots, how)
        if listed:
            raise self._malformed("no other table")
        return found

    def _made(self, name: str, text: str) -> _Made:
        if name in _ABOUT:
            if text != _ABOUT[name]:
                raise self._malformed(f"the table {name}")
            return _Made([], None, [[0]] if name == "about_tables" else [[0, 1]])
        found = _CREATE.fullmatch(text)
        lines = found[2].split(",\n  ") if found is not None and found[1] == name else []
        key = _KEY.fullmatch(lines[-1]) if lines else None
        columns = [_COLUMN.fullmatch(line) for line in lines[: -1 if key else None]]
        names = [sql_name(column) for column in COLUMNS[name]]
        if [column and column[1] for column in columns] != names:
            raise self._malformed(f"the table {name}")
        told = [column for column in columns if column is not None]
        aliases = [place for place, column in enumerate(told) if column[2] == "INTEGER PRIMARY KEY"]
        unique = [[place] for place, column in enumerate(told) if column[4]]
        listed = key[1].split(", ") if key is not None else []
        is_clear = len(aliases) + len(listed[:1]) <= 1 and not any(place in aliases for (place,) in unique)
        if not is_clear or not set(listed) <= set(names):
            raise self._malformed(f"the table {name}")
        unique += [[names.index(each) for each in listed]] if listed else []
        return _Made([column[2] != "TEXT" for column in told], aliases[0] if aliases else None, unique)

    def _compare_about(
        self, made: dict[str, tuple[int, list[int], _Made]], titles: dict[str, str], counts: dict[str, int]
    ) -> None:
        tables = list(self._records(made["about_tables"][0]))
        said = {tuple(values[:2] + values[3:]) for values in tables if len(values) == 4}
        expected = {(name.encode(), titles[name].encode(), counts[name]) for name in COLUMNS}
        if said != expected or len(tables) != len(expected):
            raise self._malformed(f"the table {_TABLES}")
        columns = list(self._records(made["about_columns"][0]))
        told = {tuple(values[:5]) for values in columns if len(values) == 7}
        wanted = {
            (name.encode(), number, *(text.encode() for text in (sql_name(header), header, _title(header))))
            for name, headers in COLUMNS.items()
            for number, header in enumerate(headers, 1)
        }
        if told != wanted or len(columns) != len(wanted):
            raise self._malformed(f"the table {_COLUMNS}")
        for name, rows, count in (("about_tables", tables, 1), ("about_columns", columns, 2)):
            keys = [(*values[:count], number) for number, values in enumerate(rows, 1)]
            self._compare_keys(made[name][1][0], keys, name)


def sql_name(header: str) -> str:
    """Return a column's name in SQL: the English one, with `_` behind a word that SQL keeps for itself."""
    name = header.partition(" ")[0]
    return f"{name}_" if name in _RESERVED else name


def _title(header: str) -> str:
    return header.partition(" ")[2][1:-1]


def record(values: Sequence[Value]) -> bytes:
    """Return values as SQLite's record format has them: NULL, the shortest integers, text."""
    kinds, body = bytearray(), []
    for value in values:
        if value is None:
            kinds.append(0)
        elif isinstance(value, bytes):
            size = 13 + 2 * len(value)
            if size < 128:
                kinds.append(size)
            else:
                kinds += varint(size)
            body.append(value)
        elif value < 2:
            kinds.append(8 + value)
        else:
            kind, size = next((kind, size) for kind, size in _SIZES if value < 1 << 8 * size - 1)
            kinds.append(kind)
            body.append(value.to_bytes(size, "big"))
    size = len(kinds) + 1 if len(kinds) < 127 else len(kinds) + 2
    return b"".join((varint(size), kinds, *body))


_SIZES: Final = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8))


def varint(value: int) -> bytes:
    """Return a number in groups of seven bits, the highest first."""
    if value < 128:
        return bytes((value,))
    groups = [value & 127]
    while value := value >> 7:
        groups.append(value & 127 | 128)
    return bytes(reversed(groups))


def _values(fields: list[bytes], numbers: list[bool]) -> list[Value]:
    if len(fields) != len(numbers):
        return [*fields]
    return [
        None if not field else int(field) if is_number and _NUMBER.fullmatch(field) else field
        for field, is_number in zip(fields, numbers, strict=True)
    ]


def _rank(value: Value) -> tuple[int, int, bytes]:
    if value is None:
        return 0, 0, b""
    return (1, value, b"") if isinstance(value, int) else (2, 0, value)
