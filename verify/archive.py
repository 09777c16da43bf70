"""Verification of an archive (log-format.md section 7): opens it and leads the checks, which take bytes."""

import re
from pathlib import Path
from typing import Final

from verify.archive_tables import open_tables
from verify.bag import CLAIM, EXTRACT_FILES, Bag
from verify.beside import check_beside
from verify.deadlines import Deadlines
from verify.disclosures import DISCLOSURES_MAX, MALFORMED_MAX, Disclosures
from verify.extract import check_extract
from verify.findings import Place, Report
from verify.note import NOTE_MAX_BYTES, Checkpoint
from verify.seal import check_seal
from verify.signed import Pinned, blocks, check_note, entry_lines
from verify.source import open_source
from verify.tree import Edge
from verify.walk import Apart, ReaderLostError, Watch, begin_walk

__all__ = ["CHECKPOINT", "Pinned", "start_edge", "verify_archive"]

CHECKPOINT: Final = "data/log/checkpoint"
_START, _EDGE = "data/log/start-checkpoint", "data/log/start-edge"
_DISCLOSURES: Final = "data/log/disclosures.jsonl"
_EDGE_LINE = re.compile(rb"[0-9a-f]{64}")


def verify_archive(
    path: Path,
    pinned: Pinned,
    watch: Watch | None = None,
    apart: Apart | None = None,
    deadlines: Deadlines | None = None,
) -> Report:
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
        bag.finish()
    else:
        bag = Bag(source, report)
        bag.begin()
        check_seal(bag, pinned.key)
        try:
            bag.check_info(_check_log(bag, pinned, watch, apart, deadlines, report))
            bag.finish()
        except ReaderLostError as error:
            report.skip("reader-lost", error)
            bag.close()
    return report


def _check_log(
    bag: Bag, pinned: Pinned, watch: Watch | None, apart: Apart | None, deadlines: Deadlines | None, report: Report
) -> dict[str, str]:
    """Check all that is under data/ and return what bag-info.txt has to say of it."""
    checkpoint = check_note(bag.small(CHECKPOINT, NOTE_MAX_BYTES), Place(CHECKPOINT), pinned.key, report)
    if checkpoint is not None:
        signed: dict[str, str | int] = {"signed_size": checkpoint.size, "signed_root": checkpoint.root.hex()}
        report.facts |= {"origin": checkpoint.origin, **signed}
    edge = start_edge(bag, pinned, checkpoint, report)
    if edge is None:
        report.skip("stopped-early", _EDGE)
        return {}
    start = edge.size
    disclosures = Disclosures(report)
    if _DISCLOSURES in bag.source.sizes:
        for number, lines in blocks(bag.reading(_DISCLOSURES), DISCLOSURES_MAX, "disclosure-malformed", report):
            for offset, line in enumerate(lines if disclosures.malformed <= MALFORMED_MAX else ()):
                disclosures.take_line(line, Place(_DISCLOSURES, number + offset))
    tables = open_tables(bag, start, checkpoint, report, is_whole=pinned.earlier is not None)
    walk = begin_walk(report, edge, disclosures, tables, pinned, watch, deadlines)
    if walk is None:
        tables.leave()
        return {}
    if apart is None or not apart.follow(bag, edge, walk, checkpoint):
        for name, number, lines in entry_lines(bag, walk.reader.edge, report):
            walk.take(name, number, lines)
        walk.finish(checkpoint)
    tables.finish()
    check_beside(bag, with_copies=pinned.with_copies)
    disclosures.finish(walk.start)
    report.checked["disclosures"] += disclosures.count
    if watch is not None:
        watch.judge(walk.replay.origin if checkpoint is None else checkpoint.origin, walk.replay, report)
    if checkpoint is not None and start == 0 and walk.replay.origin != checkpoint.origin:
        report.add("origin-mismatch", Place(CHECKPOINT), walk.replay.origin, checkpoint.origin)
    report.facts |= {"start": start, "entries": int(report.facts["size"]) - start, "disclosures": disclosures.count}
    stated = {"External-Identifier": "origin", "Letopis-Size": "signed_size", "Source-Organization": "school"}
    info = {label: str(report.facts[fact]) for label, fact in stated.items() if fact in report.facts}
    if walk.last_day:
        info["Bagging-Date"] = walk.last_day
    info["Letopis-Disclosures"] = "full" if _DISCLOSURES in bag.source.sizes else "none"
    return info | {"Letopis-First-Index": str(start)}


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
        wanted = f"a size of {checkpoint.origin if end is None else end.origin} from 1 to {last}"
        report.add("start-malformed", Place(_START), wanted, f"{checkpoint.size} of {checkpoint.origin}")
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
