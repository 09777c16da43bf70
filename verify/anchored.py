"""An access log beside the journal that anchors it (access-log.md): nothing was cut off, and nothing rewritten."""

import json
from collections.abc import Iterator
from pathlib import Path

from verify.access import ORIGIN_SUFFIX
from verify.against import History, open_history
from verify.archive import verify_archive
from verify.bag import Bag
from verify.findings import Place, Report
from verify.signed import ENTRIES, ENTRIES_PER_FILE, Pinned, blocks

_TYPE = b'"type":"access_log_anchored/1"'


def verify_anchored(access: Path, journal: Path, pinned: Pinned, of_journal: Pinned) -> Report:
    """Verify both archives, each with its own key, and compare each anchor of the journal with the access log."""
    report = Report(subject=f"{access.name} — {journal.name}")
    report.parts += [verify_archive(access, pinned), verify_archive(journal, of_journal)]
    looks = open_history(access, pinned, Report(subject=access.name))
    log = open_history(journal, of_journal, Report(subject=journal.name))
    if looks is None or log is None:
        report.skip("nothing-to-compare", access.name if looks is None else journal.name)
    elif looks.checkpoint.origin != log.checkpoint.origin + ORIGIN_SUFFIX:
        report.add("other-log", Place(access.name), log.checkpoint.origin + ORIGIN_SUFFIX, looks.checkpoint.origin)
    else:
        _compare(looks, log, report)
    for history in filter(None, (looks, log)):
        history.close()
    return report


def _compare(looks: History, log: History, report: Report) -> None:
    anchors = sorted(_anchors(log.bag, report))
    if any(size < looks.start for size, _, _ in anchors):
        report.skip("before-range", looks.name)
    for size, index, root in anchors:
        if size < looks.start:
            continue
        place = Place(log.name, entry=index)
        if not looks.advance(size):
            report.add("access-log-cut", place, f"{size} entries or more", looks.edge.size)
        elif looks.edge.root().hex() != root:
            report.add("access-log-rewritten", place, f"{size} {root}", f"{size} {looks.edge.root().hex()}")
        report.checked["anchors"] += 1
    if log.start:
        report.skip("before-range", log.name)


def _anchors(bag: Bag | None, report: Report) -> Iterator[tuple[int, int, str]]:
    """Yield size, index and root of each anchor; what is malformed the journal's own report says."""
    if bag is None:
        return
    for name in sorted(name for name in bag.source.sizes if ENTRIES.fullmatch(name)):
        for _, lines in blocks(bag.reading(name), ENTRIES_PER_FILE, "entry-too-long", report):
            yield from filter(None, (_anchor(line) for line in lines if _TYPE in line))


def _anchor(line: bytes) -> tuple[int, int, str] | None:
    try:
        entry = json.loads(line)
        index, size, root = entry["index"], entry["data"]["size"], entry["data"]["root"]
    except (ValueError, KeyError, TypeError):
        return None
    return (size, index, root) if type(size) is type(index) is int and isinstance(root, str) else None
