"""Verification of an archive (log-format.md section 7): opens it and leads the checks, which take bytes."""

import re
import stat
from pathlib import Path
from typing import Final

from verify.archive_tables import ArchiveTables
from verify.bag import CLAIM, EXTRACT_FILES, Bag
from verify.columns import COLUMNS
from verify.disclosures import LINE_MAX_BYTES, Disclosures
from verify.entry import ENTRY_MAX_BYTES
from verify.extract import check_extract
from verify.findings import Place, Report
from verify.log import LogWalk, Watch
from verify.note import NOTE_MAX_BYTES, Checkpoint
from verify.package import check_package
from verify.seal import check_seal
from verify.signed import Pinned, blocks, check_checkpoint, check_note
from verify.source import READ_ERRORS, Folder, Source, Zip
from verify.tables import Tables
from verify.tree import Edge

__all__ = ["CHECKPOINT", "ENTRIES", "Pinned", "is_extract", "open_source", "start_edge", "verify_archive"]

ENTRIES_PER_FILE: Final = 65_536
CHECKPOINT: Final = "data/log/checkpoint"
_START, _EDGE = "data/log/start-checkpoint", "data/log/start-edge"
_DISCLOSURES: Final = "data/log/disclosures.jsonl"
ENTRIES = re.compile(r"data/log/entries-[0-9]{12}\.jsonl")
_BESIDE_TABLES: Final = frozenset(
    (
        *("datapackage.json", "csv-metadata.json", "tables.sqlite"),
        *("journal.xlsx", "results.xlsx", "planning.xlsx", "people.xlsx", "oversight.xlsx"),
    )
)
"""What stands beside the tables (tables.md)."""
_EDGE_LINE = re.compile(rb"[0-9a-f]{64}")


def verify_archive(path: Path, pinned: Pinned, watch: Watch | None = None) -> Report:
    """Check a whole archive and return everything there is to say; nothing in the archive makes this raise."""
    report = Report(subject=path.name)
    source = open_source(path, report)
    if source is None:
        return report
    if not source.sizes:
        if not report.findings:
            report.add("archive-unreadable", Place(path.name), "files", "none")
        return report
    if CLAIM in source.sizes:
        bag = Bag(source, report, EXTRACT_FILES)
        bag.begin()
        bag.check_info(check_extract(bag, pinned, report))
    else:
        bag = Bag(source, report)
        bag.begin()
        check_seal(bag, pinned.key)
        bag.check_info(_check_log(bag, pinned, watch, report))
    bag.finish()
    return report


def is_extract(path: Path) -> bool:
    """Tell whether a path is an extract rather than an archive; what is neither is none."""
    source = open_source(path, Report())
    return source is not None and CLAIM in source.sizes


def open_source(path: Path, report: Report) -> Source | None:
    """Open a folder or a ZIP; None, and a finding, where it is neither or cannot be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return Folder(path, report)
        if stat.S_ISREG(mode):
            return Zip(path, report)
        report.add("archive-unreadable", Place(path.name), "a folder or a ZIP", stat.filemode(mode)[0])
    except READ_ERRORS as error:
        report.add("archive-unreadable", Place(path.name), "a folder or a ZIP", error)
    return None


def _check_log(bag: Bag, pinned: Pinned, watch: Watch | None, report: Report) -> dict[str, str]:
    """Check all that is under data/ and return what bag-info.txt has to say of it."""
    checkpoint = check_note(bag.small(CHECKPOINT, NOTE_MAX_BYTES), Place(CHECKPOINT), pinned.key, report)
    if checkpoint is not None:
        report.facts |= {
            "origin": checkpoint.origin,
            "signed_size": checkpoint.size,
            "signed_root": checkpoint.root.hex(),
        }
    edge = start_edge(bag, pinned, checkpoint, report)
    if edge is None:
        report.skip("stopped-early", _EDGE)
        return {}
    start = edge.size
    disclosures = Disclosures(report)
    if _DISCLOSURES in bag.source.sizes:
        for number, lines in blocks(bag.reading(_DISCLOSURES), LINE_MAX_BYTES, "disclosure-malformed", report):
            for offset, line in enumerate(lines):
                disclosures.take_line(line, Place(_DISCLOSURES, number + offset))
    tables = _tables(bag, start, report)
    walk = LogWalk(report, start, edge, disclosures, tables)
    if pinned.old is not None:
        check_checkpoint(pinned.old, Place("--old"), pinned.key, report)
        walk.old = pinned.old
    walk.watch = watch
    walk.replay.witnesses.pinned = pinned.witnesses
    _walk_files(bag, walk, report)
    walk.finish(checkpoint)
    tables.finish()
    check_package(bag)
    disclosures.finish()
    report.checked["disclosures"] += disclosures.count
    if watch is not None:
        watch.judge(walk.replay.origin if checkpoint is None else checkpoint.origin, walk.replay, report)
    if checkpoint is not None and start == 0 and walk.replay.origin != checkpoint.origin:
        report.add("origin-mismatch", Place(CHECKPOINT), walk.replay.origin, checkpoint.origin)
    report.facts |= {"start": start, "entries": edge.size - start, "disclosures": disclosures.count}
    stated = {"External-Identifier": "origin", "Letopis-Size": "signed_size", "Source-Organization": "school"}
    info = {label: str(report.facts[fact]) for label, fact in stated.items() if fact in report.facts}
    if walk.last_day:
        info["Bagging-Date"] = walk.last_day
    disclosed = "full" if _DISCLOSURES in bag.source.sizes else "none"
    return info | {"Letopis-First-Index": str(start), "Letopis-Disclosures": disclosed}


def start_edge(bag: Bag, pinned: Pinned, end: Checkpoint | None, report: Report) -> Edge | None:
    """Return the tree's edge at the start of the range: empty, or what the start files say (None: unusable)."""
    if _START not in bag.source.sizes and _EDGE not in bag.source.sizes:
        return Edge()
    checkpoint = check_note(bag.small(_START, NOTE_MAX_BYTES), Place(_START), pinned.key, report)
    raw = bag.small(_EDGE, NOTE_MAX_BYTES)
    if checkpoint is None or raw is None:
        report.add("start-malformed", Place(_EDGE), "start-checkpoint and start-edge", "not both")
        return None
    last = checkpoint.size if end is None else end.size - 1
    if not 0 < checkpoint.size <= last or (end is not None and end.origin != checkpoint.origin):
        report.add(
            "start-malformed",
            Place(_START),
            f"a size of {checkpoint.origin if end is None else end.origin} from 1 to {last}",
            f"{checkpoint.size} of {checkpoint.origin}",
        )
    lines = raw.split(b"\n")
    if (
        lines.pop()
        or not all(_EDGE_LINE.fullmatch(line) for line in lines)
        or len(lines) != checkpoint.size.bit_count()
    ):
        report.add(
            "start-malformed", Place(_EDGE), f"{checkpoint.size.bit_count()} hashes, one a line", f"{len(lines)} lines"
        )
        return None
    edge = Edge(checkpoint.size, [bytes.fromhex(line.decode()) for line in lines])
    if edge.root() != checkpoint.root:
        report.add("start-root-mismatch", Place(_EDGE), checkpoint.root.hex(), edge.root().hex())
    return edge


def _tables(bag: Bag, start: int, report: Report) -> Tables:
    """Open the tables: all where the range begins at 0, none where it does not, never another."""
    there = {name for name in bag.source.sizes if name.startswith("data/tables/")}
    wanted = {f"data/tables/{name}.csv": name for name in COLUMNS} if start == 0 else {}
    beside = {f"data/tables/{name}" for name in _BESIDE_TABLES} if start == 0 else set()
    for name in sorted(there - wanted.keys() - beside):
        report.add("table-unexpected", Place(name), "the tables of the specification", "another")
    for name in sorted(wanted.keys() - there):
        report.add("table-missing", Place(name), "a table", "none")
    if start:
        return Tables()
    opened = {wanted[name]: bag.reading(name) for name in there & wanted.keys()}
    return ArchiveTables({name: reading.chunks for name, reading in opened.items()}, report)


def _walk_files(bag: Bag, walk: LogWalk, report: Report) -> None:
    """Lead the walk over the entry files in order of their names."""
    files = sorted(name for name in bag.source.sizes if ENTRIES.fullmatch(name))
    first = walk.index
    for position, name in enumerate(files):
        if name != (expected := f"data/log/entries-{first:012d}.jsonl"):
            report.add("entries-file-name", Place(name), expected, name)
        before = walk.edge.size
        reading = bag.reading(name)
        for number, lines in blocks(reading, ENTRY_MAX_BYTES, "entry-too-long", report):
            walk.file, walk.line = name, number - 1
            walk.take(lines)
        count = walk.edge.size - before
        is_full = count == ENTRIES_PER_FILE or (0 < count < ENTRIES_PER_FILE and position == len(files) - 1)
        if reading.digest is not None and not is_full:
            report.add("entries-file-length", Place(name), f"{ENTRIES_PER_FILE} lines", count)
        first += count
