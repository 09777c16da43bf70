"""The archives that an archive continues (log-format.md section 7): their entries are replayed before its own.

They are one log: the first begins at entry 0, each other one where the one before it ends, and the archive in question
where the last one ends. What is wrong with one's entries or files stands in the report with its name before the file's.
Tables and documents of an earlier archive are compared with its manifest: they are judged when it is verified itself.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from verify.archive import CHECKPOINT, start_edge
from verify.bag import CLAIM, Bag
from verify.findings import Finding, Place, Report
from verify.note import NOTE_MAX_BYTES, Checkpoint
from verify.reader import ReaderProcess
from verify.signed import Pinned, check_note, entry_lines
from verify.source import open_source
from verify.tree import Edge
from verify.walk import LogWalk


class _Size(NamedTuple):
    """A tree's size and root."""

    size: int
    root: bytes

    @classmethod
    def of(cls, edge: Edge) -> "_Size":
        return cls(edge.size, edge.root())

    def said(self) -> str:
        return f"the size {self.size} and root {self.root.hex()}"


@dataclass(frozen=True, slots=True)
class _Opened:
    """An earlier archive: its place and files, what is said of it, where it begins and the checkpoint it ends at."""

    path: Path
    bag: Bag
    report: Report
    edge: Edge
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Earlier:
    """Who walks through the earlier archives."""

    paths: tuple[Path, ...]
    pinned: Pinned
    apart: ReaderProcess | None = None

    def __call__(self, start: Edge, walk: LogWalk) -> bool:
        """Walk to the start of the archive in question; say False, with a finding, where they do not lead there.

        An archive that begins with the log continues none: these are then left alone, and that is said.
        """
        if not start.size:
            walk.report.skip("earlier-unused", ", ".join(path.name for path in self.paths))
            return True
        opened = [self._open(path, walk.report) for path in self.paths]
        there = sorted((one for one in opened if one is not None), key=lambda one: one.edge.size)
        try:
            at = self._follow_all(there, walk) if len(there) == len(opened) else None
        finally:
            for one in there:
                one.bag.close()
                _tell(one.report, walk.report)
        if at is not None and _meets("data/log/start-checkpoint", at, _Size.of(start), walk.report):
            return True
        walk.report.skip("stopped-early", Place("--earlier"))
        return False

    def _follow_all(self, there: list[_Opened], walk: LogWalk) -> _Size | None:
        """Walk through all and return where the walk is then; None where one does not begin where the last one ends."""
        at = _Size.of(walk.reader.edge)
        for one in there:
            if not _meets(one.path.name, at, _Size.of(one.edge), walk.report):
                return None
            at = self._follow(one, walk)
        return at

    def _open(self, path: Path, report: Report) -> _Opened | None:
        own = Report(subject=path.name)
        source = open_source(path, own)
        if source is None or not source.sizes or CLAIM in source.sizes:
            report.add("earlier-mismatch", Place(path.name), "an archive", "another")
            _tell(own, report)
            return None
        bag = Bag(source, own)
        bag.begin()
        checkpoint = check_note(bag.small(CHECKPOINT, NOTE_MAX_BYTES), Place(CHECKPOINT), self.pinned.key, own)
        edge = start_edge(bag, self.pinned, checkpoint, own)
        if checkpoint is None or edge is None:
            bag.close()
            _tell(own, report)
            return None
        return _Opened(path, bag, own, edge, checkpoint)

    def _follow(self, one: _Opened, walk: LogWalk) -> _Size:
        """Walk through one of them, which begins where the walk is; return where the walk is then."""
        edge, prefix = walk.reader.edge, f"{one.path.name}: "
        end = None if self.apart is None else self.apart.follow_earlier(one.path, prefix, one.bag, walk)
        if end is None:
            for name, number, lines in entry_lines(one.bag, edge, one.report):
                walk.take(prefix + name, number, lines)
        at, signed = _Size.of(edge) if end is None else _Size(*end[:2]), one.checkpoint
        if at != (signed.size, signed.root):
            one.report.add("root-mismatch", Place(CHECKPOINT), _Size(signed.size, signed.root).said(), at.said())
        one.bag.finish()
        return at


def _meets(file: str, at: _Size, start: _Size, report: Report) -> bool:
    """Say whether a start is where the walk is, or report it."""
    if at == start:
        return True
    report.add("earlier-mismatch", Place(file), at.said(), start.said())
    return False


def _tell(own: Report, report: Report) -> None:
    """Add what is said of an earlier archive."""
    for finding in own.findings:
        place = finding.place
        there = Place(f"{own.subject}: {place.file}", place.line, place.entry, place.offset, place.field)
        report.findings.append(Finding(finding.code, there, finding.expected, finding.found))
    report.beyond += own.beyond
    for unchecked in own.unchecked:
        report.skip(unchecked.code, unchecked.detail)
