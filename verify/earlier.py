"""The archives that an archive continues (log-format.md section 7): their entries are replayed before its own.

They are one log: the first begins at entry 0, each other one where the one before it ends, and the archive in question
where the last one ends. What is wrong with one's entries or files stands in the report with its name before the file's.
Tables and documents of an earlier archive are compared with its manifest: they are judged when it is verified itself.
"""

from dataclasses import dataclass
from pathlib import Path

from verify.archive import CHECKPOINT, start_edge
from verify.bag import CLAIM, Bag
from verify.findings import Finding, Place, Report
from verify.note import NOTE_MAX_BYTES, Checkpoint
from verify.signed import Pinned, check_note, entry_lines
from verify.source import open_source
from verify.tree import Edge
from verify.walk import LogWalk


@dataclass(frozen=True, slots=True)
class _Opened:
    """An earlier archive: its name and files, what is said of it, where it begins and the checkpoint it ends at."""

    name: str
    bag: Bag
    report: Report
    edge: Edge
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Earlier:
    """Who walks through the earlier archives."""

    paths: tuple[Path, ...]
    pinned: Pinned

    def __call__(self, start: Edge, walk: LogWalk) -> bool:
        """Walk to the start of the archive in question; say False, with a finding, where they do not lead there."""
        opened = [self._open(path, walk.report) for path in self.paths]
        there = sorted((one for one in opened if one is not None), key=lambda one: one.edge.size)
        is_there = len(there) == len(opened) and all(_follow(one, walk) for one in there)
        for one in there:
            one.bag.close()
            _tell(one.report, walk.report)
        if is_there and _meets("data/log/start-checkpoint", walk.reader.edge, start, walk.report):
            return True
        walk.report.skip("stopped-early", Place("--earlier"))
        return False

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
        return _Opened(path.name, bag, own, edge, checkpoint)


def _follow(one: _Opened, walk: LogWalk) -> bool:
    """Walk through one of them; say False where it does not begin where the walk is."""
    edge = walk.reader.edge
    if not _meets(one.name, edge, one.edge, walk.report):
        return False
    for name, number, lines in entry_lines(one.bag, edge, one.report):
        walk.take(f"{one.name}: {name}", number, lines)
    if (edge.size, edge.root()) != (one.checkpoint.size, one.checkpoint.root):
        one.report.add("root-mismatch", Place(CHECKPOINT), _said(one.checkpoint), _said(edge))
    one.bag.finish()
    return True


def _meets(file: str, edge: Edge, start: Edge, report: Report) -> bool:
    """Say whether a start is where the walk is, or report it."""
    if (edge.size, edge.root()) == (start.size, start.root()):
        return True
    report.add("earlier-mismatch", Place(file), _said(edge), _said(start))
    return False


def _said(of: Edge | Checkpoint) -> str:
    root = of.root() if isinstance(of, Edge) else of.root
    return f"the size {of.size} and root {root.hex()}"


def _tell(own: Report, report: Report) -> None:
    """Add what is said of an earlier archive."""
    for finding in own.findings:
        place = finding.place
        there = Place(f"{own.subject}: {place.file}", place.line, place.entry, place.offset, place.field)
        report.findings.append(Finding(finding.code, there, finding.expected, finding.found))
    report.beyond += own.beyond
    for unchecked in own.unchecked:
        report.skip(unchecked.code, unchecked.detail)
