"""The walk over a log's entries: canonical form, index, chain, clock, tree; and on to the replay.

The chain is checked against the tree element by element: `prev` is compared with the leaf hash that goes into the tree.
After a finding the walk goes on from what it found, so one change gives a few findings and not half a million.
"""

from binascii import hexlify
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

from verify import canonical
from verify.disclosures import Disclosures
from verify.entry import AT, ENTRY_MAX_BYTES, INDEX, PATTERNS, PREV, Groups, is_text, read_slowly
from verify.findings import Place, Report
from verify.note import Checkpoint
from verify.replay import Replay
from verify.roots import RecentRoots
from verify.tables import Tables
from verify.tree import ZERO_PREV, Edge

# Reading what is broken takes much longer than reading what is not: after so many entries only hashes are checked.
UNREADABLE_MAX: Final = 2_000


class Watch(Protocol):
    """Who looks on while a log passes, and has its say when the walk is over."""

    def see(self, edge: Edge, lines: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Look at the next entries and their leaf hashes; `edge` is the tree's before them."""

    def judge(self, origin: str, replay: Replay, report: Report) -> None:
        """Say what is wrong, by the whole log of this origin."""


class LogWalk:
    """One pass over entries in order."""

    def __init__(self, report: Report, start: int, edge: Edge, disclosures: Disclosures, tables: Tables) -> None:
        self.report = report
        self.edge = edge
        self.replay = Replay(report, disclosures, tables, start)
        self.replay.locate = self.place
        self._roots = RecentRoots()
        self.replay.evidence.root_at = self._roots.at
        self.file = ""
        self.line = 0
        self.index = start
        self.old: Checkpoint | None = None
        self.old_root: bytes | None = None
        self.watch: Watch | None = None
        self._at = b""
        self._unreadable = 0
        self._unknown = 0
        self._last: tuple[str, int] | None = None
        last = edge.last_leaf()
        # At even sizes the edge does not hold the last leaf: the first `prev` then rests on what is not here.
        self._prev = ZERO_PREV if start == 0 else None if last is None else hexlify(last)
        if start:
            report.skip("before-range", f"entries 0 to {start - 1}")

    @property
    def last_day(self) -> str:
        """The day of the last entry read."""
        return self._at[:10].decode()

    def place(self) -> Place:
        """Return where the walk is."""
        return Place(self.file, self.line, self.index)

    def take(self, lines: Sequence[bytes]) -> list[bytes]:
        """Take the next entries, each without its line feed; return their leaf hashes."""
        leaves = [sha256(b"\x00" + line).digest() for line in lines]
        if self.watch is not None:
            self.watch.see(self.edge, lines, leaves)
        self.grow(leaves)
        checked, unreadable, unknown = self.report.checked, self._unreadable, self._unknown
        if self._unreadable > UNREADABLE_MAX:
            self.report.skip("stopped-early", f"{UNREADABLE_MAX} entries that cannot be read")
            return leaves
        lines_are_text = is_text(lines)
        first_line = self.line + 1
        apply = self.replay.apply
        patterns = PATTERNS
        for line, leaf in zip(lines, leaves, strict=True):
            self.line += 1
            # As `type_of`, without the call: half a million of them.
            at = line.rfind(b'"type":"') + 8
            name = line[at : line.find(b'"', at)]
            pattern = patterns.get(name)
            match = pattern.fullmatch(line) if pattern is not None and lines_are_text else None
            if match is not None and len(line) <= ENTRY_MAX_BYTES:
                groups: Groups = match.groups()
            else:
                read = read_slowly(line, self.place(), self.report)
                if read is None:
                    self._unreadable += 1
                    self._prev = hexlify(leaf)
                    self.index += 1
                    continue
                name, groups = read.name, read.groups
                if not name:
                    self._unknown += 1
                    self.report.skip("unknown-type", f"entry {self.index}")
                    self._disclose(line)
            if groups[PREV] != self._prev and self._prev is not None:
                self._break_chain(groups[PREV], first_line)
            if (index := int(groups[INDEX])) != self.index:
                self._find("index-gap", self.index, index, "index")
                self.index = index
            if groups[AT] < self._at:
                self._find("at-backwards", b"not before " + self._at, groups[AT], "at")
            self._at = groups[AT]
            self._prev = hexlify(leaf)
            apply(name, self.index, groups)
            self.index += 1
        self._last = (self.file, self.line)
        checked["entries_chained"] += len(lines) - (self._unreadable - unreadable)
        checked["entries_judged"] += len(lines) - (self._unreadable - unreadable) - (self._unknown - unknown)
        return leaves

    def grow(self, leaves: Sequence[bytes]) -> None:
        """Grow the tree, stopping at the earlier checkpoint's size to see its root."""
        self._roots.grow(self.edge, leaves)
        self.report.checked["entries_hashed"] += len(leaves)
        old = self.old
        if old is not None and self.edge.size <= old.size < self.edge.size + len(leaves):
            cut = old.size - self.edge.size
            self.edge.extend(leaves[:cut])
            self.old_root = self.edge.root()
            leaves = leaves[cut:]
        self.edge.extend(leaves)

    def _find(self, code: str, expected: object, found: object, field: str) -> None:
        self.report.add(code, Place(self.file, self.line, self.index, field=field), expected, found)

    def _break_chain(self, prev: bytes, first_line: int) -> None:
        """Report the entry before this one: its bytes are not what this one commits to. Entry 0 has none before it."""
        before = (self.file, self.line - 1) if self.line > first_line else self._last
        if before is None:
            self._find("prev-mismatch", self._prev or b"", prev, "prev")
        else:
            self.report.add("prev-mismatch", Place(*before, self.index - 1), prev, self._prev or b"")

    def _disclose(self, line: bytes) -> None:
        """Look for `_sd` in the data of an event of unknown type."""
        if self.index in self.replay.disclosures.wanted:
            self.replay.disclosures.commit(self.index, digests_of(line))

    def finish(self, checkpoint: Checkpoint | None) -> None:
        """Settle the end of the log."""
        self.replay.finish()
        self.finish_hashes(checkpoint)

    def finish_hashes(self, checkpoint: Checkpoint | None) -> None:
        """Compare size and root with the checkpoint, and the root on the way with the earlier one."""
        size, root = self.edge.size, self.edge.root()
        self.report.facts |= {"size": size, "root": root.hex()}
        if self.old is not None and self.old.size == size:
            self.old_root = root
        if checkpoint is not None:
            place = Place("data/log/checkpoint")
            if checkpoint.size != size:
                self.report.add("size-mismatch", place, f"{checkpoint.size} entries", size)
            elif checkpoint.root != root:
                self.report.add("root-mismatch", place, checkpoint.root.hex(), root.hex())
        if self.old is not None and self.old_root is None:
            self.report.skip("old-not-covered", f"size {self.old.size}")
        elif self.old is not None and self.old_root != self.old.root:
            self.report.add(
                "old-root-mismatch",
                Place(entry=self.old.size),
                self.old.root.hex(),
                self.old_root and self.old_root.hex(),
            )


def digests_of(entry: bytes) -> list[str]:
    """Return the digests in the `_sd` of an entry of any type; none where there is nothing of the kind."""
    try:
        digests = canonical.parse(entry)["data"]["_sd"]
    except (canonical.CanonicalError, KeyError, TypeError):
        return []
    return [digest for digest in digests if isinstance(digest, str)] if isinstance(digests, list) else []
