"""Reading a log's entries: canonical form, index, chain, clock, tree. What they mean is the replay's (walk.py).

The chain is checked against the tree element by element: `prev` is compared with the leaf hash that goes into the tree.
After a finding the reading goes on from what it found, so one change gives a few findings and not half a million.

What was read goes on block by block, as plain values that another process may have sent (reader.py):

    (file, line, index, count, names, groups, notes)

The first entry's file, line and index, how many leaves were hashed, and for each entry its type and groups (entry.py):
both None where nothing of it can be used, the type empty where it is unknown. A note stands before the entry at its
position and is one of

    (position, "add", code, place, expected, found)      a finding        (position, "index", index)    another index
    (position, "skip", code, detail)                     not checked      (position, "root", size, root)
"""

from binascii import hexlify
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from verify import canonical
from verify.entry import AT, DATA, ENTRY_MAX_BYTES, INDEX, PATTERNS, PREV, Groups, is_text, read_slowly
from verify.findings import Place, Report, shown
from verify.roots import RecentRoots
from verify.tree import ZERO_PREV, Edge

# Reading what is broken takes much longer than reading what is not: after so many findings only hashes are checked.
BROKEN_MAX: Final = 2_000

End = tuple[int, bytes, bytes | None]
"""The tree's size and root, and its root at the size of the earlier checkpoint."""
Block = tuple[str, int, int, int, list[bytes | None], list[Groups | None], list[tuple[Any, ...]]]


@dataclass(slots=True)
class Notes(Report):
    """What a reading has to say, in order, for the report of whoever follows it."""

    at: int = 0
    count: int = 0
    taken: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, code: str, place: Place, expected: object = "", found: object = "") -> None:  # noqa: D102
        self.count += 1
        where = (place.file, place.line, place.entry, place.offset, place.field)
        self.taken.append((self.at, "add", code, where, shown(expected), shown(found)))

    def skip(self, code: str, detail: object) -> None:  # noqa: D102
        self.taken.append((self.at, "skip", code, shown(detail)))

    def flush(self) -> list[tuple[Any, ...]]:
        """Return what was noted since the last time."""
        taken, self.taken, self.at = self.taken, [], 0
        return taken


class LogReader:
    """One pass over entries in order; `sizes`: types that speak of a root, and which of their values is its size."""

    def __init__(self, notes: Notes, edge: Edge, sizes: dict[bytes, int], old_size: int | None = None) -> None:
        self.notes = notes
        self.edge = edge
        self.file = ""
        self.line = 0
        self.index = start = edge.size
        self.old_size = old_size
        self.old_root: bytes | None = None
        self._sizes = sizes
        self._roots = RecentRoots()
        self._at = b""
        self._last: tuple[str, int] | None = None
        last = edge.last_leaf()
        # At even sizes the edge does not hold the last leaf: the first `prev` then rests on what is not here.
        self._prev = ZERO_PREV if start == 0 else None if last is None else hexlify(last)

    def read(self, lines: Sequence[bytes], leaves: Sequence[bytes]) -> Block:
        """Read the next entries, each without its line feed, with their leaf hashes."""
        self.grow(leaves)
        notes, patterns, sizes = self.notes, PATTERNS, self._sizes
        names: list[bytes | None] = []
        read: list[Groups | None] = []
        first_line, first_index = self.line + 1, self.index
        if notes.count > BROKEN_MAX:
            notes.skip("stopped-early", f"{BROKEN_MAX} findings in entries")
            lines = ()
        lines_are_text = is_text(lines)
        for line, leaf in zip(lines, map(hexlify, leaves), strict=False):
            # As `type_of`, without the call: half a million of them.
            at = line.rfind(b'"type":"') + 8
            name = line[at : line.find(b'"', at)]
            pattern = patterns[name]
            match = pattern.fullmatch(line) if pattern is not None and lines_are_text else None
            groups = match.groups() if match is not None and len(line) <= ENTRY_MAX_BYTES else None
            is_next = (
                groups is not None
                and groups[PREV] == self._prev
                and int(groups[INDEX]) == self.index
                and groups[AT] >= self._at
            )
            if not is_next or name in sizes:
                self.line, notes.at = first_line + len(names), len(names)
                name, groups = self._look(line, name, groups, first_line)
            names.append(name)
            read.append(groups)
            if groups is not None:
                self._at = groups[AT]
            self._prev = leaf
            self.index += 1
        self.line = first_line + len(leaves) - 1
        if lines:
            self._last = (self.file, self.line)
        return self.file, first_line, first_index, len(leaves), names, read, notes.flush()

    def _look(self, line: bytes, name: bytes, groups: Groups | None, first_line: int) -> tuple[Any, Groups | None]:
        """Read an entry that is not simply the next one, and note what is not so; None twice where it is of no use."""
        if groups is None:
            read = read_slowly(line, self.place(), self.notes)
            if read is None:
                return None, None
            name, groups = read.name, read.groups
            if not name:
                self.notes.skip("unknown-type", f"entry {self.index}")
        if groups[PREV] != self._prev and self._prev is not None:
            self._break_chain(groups[PREV], first_line)
        if (index := int(groups[INDEX])) != self.index:
            self._find("index-gap", self.index, index, "index")
            self.index = index
            self.notes.taken.append((self.notes.at, "index", index))
        if groups[AT] < self._at:
            self._find("at-backwards", b"not before " + self._at, groups[AT], "at")
        if name in self._sizes:
            size = int(groups[DATA][self._sizes[name]])
            self.notes.taken.append((self.notes.at, "root", size, self._roots.at(size)))
        return name, groups

    def end(self) -> End:
        """Return what the tree is now."""
        size, root = self.edge.size, self.edge.root()
        return size, root, root if size == self.old_size else self.old_root

    def place(self) -> Place:
        """Return where the reading is."""
        return Place(self.file, self.line, self.index)

    def grow(self, leaves: Sequence[bytes]) -> None:
        """Grow the tree, stopping at the earlier checkpoint's size to see its root."""
        self._roots.grow(self.edge, leaves)
        if self.old_size is not None and self.edge.size <= self.old_size < self.edge.size + len(leaves):
            cut = self.old_size - self.edge.size
            self.edge.extend(leaves[:cut])
            self.old_root = self.edge.root()
            leaves = leaves[cut:]
        self.edge.extend(leaves)

    def _find(self, code: str, expected: object, found: object, field: str) -> None:
        self.notes.add(code, Place(self.file, self.line, self.index, field=field), expected, found)

    def _break_chain(self, prev: bytes, first_line: int) -> None:
        """Note the entry before this one: its bytes are not what this one commits to. Entry 0 has none before it."""
        before = (self.file, self.line - 1) if self.line > first_line else self._last
        if before is None:
            self._find("prev-mismatch", self._prev or b"", prev, "prev")
        else:
            self.notes.add("prev-mismatch", Place(*before, self.index - 1), prev, self._prev or b"")


def digests_of(entry: bytes) -> list[str]:
    """Return the digests in the `_sd` of an entry of any type; none where there is nothing of the kind."""
    try:
        digests = canonical.parse(entry)["data"]["_sd"]
    except (canonical.CanonicalError, KeyError, TypeError):
        return []
    return [digest for digest in digests if isinstance(digest, str)] if isinstance(digests, list) else []
