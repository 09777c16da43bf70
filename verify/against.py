"""Two histories of one school beside each other (`--against`): one continues the other, or the school signed two.

Both are hashed here, side by side, entry by entry, and every root is compared with what was signed:

    first    0 ──────────────── n            the same entries up to n: the second *continues* the first
    second   0 ──────────────── n ───── m

    first    0 ──────────────── n            the second begins where the first ends (or before): its start-edge is
    second                      n ───── m    compared with the edge of the first at that size

The edge at the smaller size, grown from the larger history, is the proof: nothing that either says of itself is taken
for it. Where entries differ and the pinned key signed both heads, that is a *fork*. A running log is hashed from its
tiles.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from verify.archive import CHECKPOINT, start_edge, verify_archive
from verify.bag import Bag
from verify.findings import Place, Report
from verify.note import NOTE_MAX_BYTES, Checkpoint
from verify.signed import ENTRIES, ENTRIES_PER_FILE, Pinned, blocks, check_note
from verify.source import open_source
from verify.tiles import FetchError, NoAnswerError, Server, leaf_tiles
from verify.tree import Edge


@dataclass
class History:
    """One history being hashed: `edge` grows with the leaves taken, from the edge at `start` on."""

    name: str
    checkpoint: Checkpoint
    edge: Edge
    leaves: Iterable[list[bytes]]
    is_signed: bool
    start: int = 0
    bag: Bag | None = None
    _ahead: list[bytes] = field(default_factory=list)
    _blocks: Iterator[list[bytes]] | None = None

    def look(self) -> list[bytes]:
        """Return leaf hashes that come next: at least one, where there is one."""
        self._blocks = self._blocks or iter(self.leaves)
        while not self._ahead:
            block = next(self._blocks, None)
            if block is None:
                break
            self._ahead = block
        return self._ahead

    def take(self, count: int) -> None:
        """Grow the edge by that many of the leaves that `look` returned."""
        self.edge.extend(self._ahead[:count])
        self._ahead = self._ahead[count:]

    def advance(self, size: int) -> bool:
        """Hash on to `size`; say whether the history reaches it."""
        while self.edge.size < size and (leaves := self.look()):
            self.take(min(len(leaves), size - self.edge.size))
        return self.edge.size == size

    def finish(self) -> None:
        """Hash on to the end."""
        while leaves := self.look():
            self.take(len(leaves))

    def close(self) -> None:
        """Let go of the file in hand, where it is not read to its end."""
        if isinstance(self._blocks, Generator):
            self._blocks.close()
        if self.bag is not None:
            self.bag.close()

    @property
    def head(self) -> str:
        """What its checkpoint says."""
        return _head(self.checkpoint.size, self.checkpoint.root)

    @property
    def is_sealed(self) -> bool:
        """Whether the pinned key signed what these leaves lead to."""
        signed = (self.checkpoint.size, self.checkpoint.root)
        return self.is_signed and signed == (self.edge.size, self.edge.root())


def compare_archives(first: Path, second: Path, pinned: Pinned, *, quick: bool = False) -> Report:
    """Compare two archives' logs; `parts` of the report are what is to be said of each by itself."""
    report = Report(subject=f"{first.name} — {second.name}")
    histories = (_verified(first, pinned, report, quick=quick), _verified(second, pinned, report, quick=quick))
    _compare(*histories, report)
    for history in filter(None, histories):
        history.close()
    return report


def compare_with_server(path: Path, server: Server, pinned: Pinned, *, quick: bool = False) -> Report:
    """Compare an archive's log with a running one, of which the hash tiles are enough."""
    report = Report(subject=f"{path.name} — {server.prefix}")
    archive = _verified(path, pinned, report, quick=quick)
    live = Report(subject=server.prefix)
    report.parts.append(live)
    try:
        _compare(archive, _served(server, pinned, live), report)
    except NoAnswerError as error:
        live.skip("no-answer", f"{server.prefix}: {error}")
    except FetchError as error:
        live.add("http-error", Place(server.prefix), "an answer", error)
    finally:
        if archive is not None:
            archive.close()
    if report.facts.get("relation") == "continues":
        report.add("log-behind-archive", Place(server.prefix), archive.head if archive else "", report.facts["second"])
    return report


def _verified(path: Path, pinned: Pinned, report: Report, *, quick: bool) -> History | None:
    """Verify an archive by itself, and open it once more to be hashed."""
    own = Report(subject=path.name)
    if quick:
        report.skip("quick", path.name)
    report.parts.append(own if quick else verify_archive(path, pinned))
    return open_history(path, pinned, own)


def open_history(path: Path, pinned: Pinned, report: Report) -> History | None:
    """Open an archive to be hashed; None where it has no checkpoint or start that can be read."""
    source = open_source(path, report)
    if source is None or CHECKPOINT not in source.sizes:
        return None
    bag = Bag(source, report)
    before = len(report.findings)
    checkpoint = check_note(bag.small(CHECKPOINT, NOTE_MAX_BYTES), Place(CHECKPOINT), pinned.key, report)
    edge = start_edge(bag, pinned, checkpoint, report)
    if checkpoint is None or edge is None:
        return None
    is_signed = pinned.key is not None and len(report.findings) == before
    return History(path.name, checkpoint, edge, _leaves(bag, report), is_signed, edge.size, bag)


def _leaves(bag: Bag, report: Report) -> Iterator[list[bytes]]:
    """Yield the leaf hashes of an archive's entries, a block at a time."""
    for name in sorted(name for name in bag.source.sizes if ENTRIES.fullmatch(name)):
        for _, lines in blocks(bag.reading(name), ENTRIES_PER_FILE, "entry-too-long", report):
            yield [sha256(b"\x00" + line).digest() for line in lines]


def _served(server: Server, pinned: Pinned, report: Report) -> History | None:
    """Take up a running log, which is hashed from its tiles of level 0."""
    checkpoint = check_note(server.fetch("checkpoint", NOTE_MAX_BYTES), Place("checkpoint"), pinned.key, report)
    if checkpoint is None:
        return None
    report.facts |= {"origin": checkpoint.origin, "signed_size": checkpoint.size, "signed_root": checkpoint.root.hex()}
    is_signed = pinned.key is not None and not report.findings
    return History(server.prefix, checkpoint, Edge(), leaf_tiles(server, checkpoint.size), is_signed)


def _compare(first: History | None, second: History | None, report: Report) -> None:
    if first is None or second is None:
        report.skip("nothing-to-compare", "none" if first is second else (second or first).name)  # type: ignore[union-attr]
        return
    report.facts |= {"first": first.head, "second": second.head}
    if first.checkpoint.origin != second.checkpoint.origin:
        report.add("other-log", Place(second.name), first.checkpoint.origin, second.checkpoint.origin)
        return
    low = max(first.start, second.start)
    if not all([first.advance(low), second.advance(low)]):
        report.skip("gap-between", f"size {low}")
        return
    differs_at: int | None = None
    is_same = first.edge.root() == second.edge.root()
    while is_same and (ours := first.look()) and (theirs := second.look()):
        count = min(len(ours), len(theirs))
        if ours[:count] != theirs[:count]:
            is_same = False
            count = next(at for at in range(count) if ours[at] != theirs[at])
            differs_at = first.edge.size + count
        first.take(count)
        second.take(count)
    report.facts["common"] = first.edge.size if is_same or differs_at is not None else 0
    first.finish()
    second.finish()
    _conclude(first, second, differs_at, report, is_same=is_same)


def _conclude(first: History, second: History, differs_at: int | None, report: Report, *, is_same: bool) -> None:
    """Say what the two are to each other, once both are hashed to their ends."""
    for history in (first, second):
        if history.is_signed and not history.is_sealed:
            report.add(
                "root-mismatch", Place(history.name), history.head, _head(history.edge.size, history.edge.root())
            )
    sizes = (first.edge.size, second.edge.size)
    if is_same:
        report.facts["relation"] = (
            "same" if sizes[0] == sizes[1] else "continued" if sizes[0] < sizes[1] else "continues"
        )
        return
    is_fork = first.is_sealed and second.is_sealed
    report.facts["relation"] = "fork" if is_fork else "differ"
    if differs_at is not None:
        report.facts["differs_at"] = differs_at
    place = Place(second.name, entry=differs_at)
    report.add("fork" if is_fork else "histories-differ", place, first.head, second.head)


def _head(size: int, root: bytes) -> str:
    return f"{size} {root.hex()}"
