"""The walk over a log: what was read of its entries (log.py) goes to the replay, block by block and in order.

Reading may be done in another process (reader.py); what is said, and in which order, is the same.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Protocol

from verify import evidence
from verify.bag import Bag
from verify.deadlines import Deadlines
from verify.disclosures import Disclosures
from verify.entry import AT, DATA, Groups
from verify.findings import Place, Report
from verify.log import Block, End, LogReader, Notes, digests_of
from verify.note import Checkpoint
from verify.replay import Replay
from verify.signed import Pinned, check_checkpoint
from verify.tables import Tables
from verify.tree import Edge


class Watch(Protocol):
    """Who looks on while a log passes, and has its say when the walk is over."""

    def see(self, edge: Edge, lines: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Look at the next entries and their leaf hashes; `edge` is the tree's before them."""

    def judge(self, origin: str, replay: Replay, report: Report) -> None:
        """Say what is wrong, by the whole log of this origin."""


def begin_walk(
    report: Report,
    edge: Edge,
    disclosures: Disclosures,
    tables: Tables,
    pinned: Pinned,
    watch: Watch | None,
    deadlines: Deadlines | None,
) -> "LogWalk | None":
    """Begin a walk where an archive does; what it continues, where the reader has that, is walked through before.

    None: what the reader has does not lead to where the archive begins, which the report says.
    """
    first = edge if pinned.earlier is None else Edge()
    walk = LogWalk(report, first, disclosures, tables, pinned.old, watch, deadlines)
    if pinned.old is not None:
        check_checkpoint(pinned.old, Place("--old"), pinned.key, report)
    walk.replay.witnesses.pinned = pinned.witnesses
    return walk if pinned.earlier is None or pinned.earlier(edge, walk) else None


class ReaderLostError(Exception):
    """Another process that was reading the log is gone."""


class Apart(Protocol):
    """Who reads the log in another process (reader.py)."""

    def follow(self, bag: Bag, edge: Edge, walk: "LogWalk", checkpoint: Checkpoint | None) -> bool:
        """Let the walk follow, to its end; say False where nothing was read, raise ReaderLostError where not all."""


class LogWalk:
    """One pass over entries in order."""

    def __init__(
        self,
        report: Report,
        edge: Edge,
        disclosures: Disclosures,
        tables: Tables,
        old: Checkpoint | None = None,
        watch: Watch | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.report = report
        self.start = edge.size
        self.replay = Replay(report, disclosures, tables, self.start)
        self.replay.locate = self.place
        self.replay.evidence.root_at = self._root_at
        self.old = old
        self.watch = watch
        self.deadlines = deadlines
        self.reader = LogReader(Notes(), edge, evidence.SIZES, None if old is None else old.size)
        self.last_day = ""
        self._file = ""
        self._line = 0
        self._index = self.start
        self._root: tuple[int, bytes | None] = (0, None)
        if self.start:
            report.skip("before-range", f"entries 0 to {self.start - 1}")

    def place(self) -> Place:
        """Return where the walk is."""
        return Place(self._file, self._line, self._index)

    def _root_at(self, size: int) -> bytes | None:
        """Return the root at the size of which the entry in hand speaks."""
        return self._root[1] if self._root[0] == size else None

    def take(self, file: str, line: int, lines: Sequence[bytes]) -> list[bytes]:
        """Read the next entries here, from a file's `line` on, each without its line feed; return their leaf hashes."""
        leaves = [sha256(b"\x00" + each).digest() for each in lines]
        if self.watch is not None:
            self.watch.see(self.reader.edge, lines, leaves)
        self.reader.file, self.reader.line = file, line - 1
        self.follow(self.reader.read(lines, leaves))
        return leaves

    def grow(self, leaves: Sequence[bytes]) -> None:
        """Take leaf hashes of entries that are not here."""
        self.report.checked["entries_hashed"] += len(leaves)
        self.reader.grow(leaves)

    def follow(self, block: Block) -> None:
        """Take what was read of the next entries."""
        self._file, line, index, count, names, read, notes = block
        self._line, self._index = line - 1, index
        checked = self.report.checked
        checked["entries_hashed"] += count
        checked["entries_chained"] += len(names) - names.count(None)
        checked["entries_judged"] += len(names) - names.count(None) - names.count(b"")
        first = 0
        for note in notes:
            self._apply(names[first : note[0]], read[first : note[0]])
            first = max(first, note[0])
            self.take_note(*note[1:])
        self._apply(names[first:], read[first:])

    def _apply(self, names: Sequence[bytes | None], read: Sequence[Groups | None]) -> None:
        apply = self.replay.apply
        if self.deadlines is not None:
            self.deadlines.see(self._index, names, read)
        for name, groups in zip(names, read, strict=True):
            self._line += 1
            if name is not None and groups is not None:
                if not name and self._index in self.replay.disclosures.wanted:
                    self.replay.disclosures.commit(self._index, digests_of(b'{"data":%b}' % groups[DATA][0]))
                apply(name, self._index, groups)
            self._index += 1
        last = next((groups for groups in reversed(read) if groups is not None), None)
        if last is not None:
            self.last_day = last[AT][:10].decode()

    def take_note(self, what: str, *said: Any) -> None:
        """Take a note, which stands before the next entry."""
        if what == "add":
            code, where, expected, found = said
            self.report.add(code, Place(*where), expected, found)
        elif what == "skip":
            self.report.skip(*said)
        elif what == "root":
            self._root = said
        else:
            (self._index,) = said

    def finish(self, checkpoint: Checkpoint | None, end: End | None = None) -> None:
        """Settle the end of the log: of what was read here, or as another process tells it."""
        self.replay.finish()
        if self.deadlines is not None:
            self.deadlines.count(self.replay, self.report)
        self.finish_hashes(checkpoint, end)

    def finish_hashes(self, checkpoint: Checkpoint | None, end: End | None = None) -> None:
        """Compare size and root with the checkpoint, and the root on the way with the earlier one."""
        size, root, old_root = end or self.reader.end()
        old = self.old
        self.report.facts |= {"size": size, "root": root.hex()}
        if checkpoint is not None:
            place = Place("data/log/checkpoint")
            if checkpoint.size != size:
                self.report.add("size-mismatch", place, f"{checkpoint.size} entries", size)
            elif checkpoint.root != root:
                self.report.add("root-mismatch", place, checkpoint.root.hex(), root.hex())
        if old is not None and old_root is None:
            self.report.skip("old-not-covered", f"size {old.size}")
        elif old is not None and old_root != old.root:
            self.report.add("old-root-mismatch", Place(entry=old.size), old.root.hex(), old_root and old_root.hex())
