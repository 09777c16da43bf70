"""An extract beside an archive of the same log: whether both have one history, and whether the extract's streams end.

What an extract leaves to the school's word, that nothing followed in its streams, an archive shows.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from verify.archive import verify_archive
from verify.bag import CLAIM
from verify.extract import CHECKPOINT, CLAIM_MAX_BYTES, ENTRIES, Claim, read_claim
from verify.findings import Finding, Place, Report
from verify.note import NOTE_MAX_BYTES, Checkpoint, NoteError, parse_checkpoint
from verify.signed import Pinned
from verify.source import READ_ERRORS, Source, open_source
from verify.tree import leaf_hash

_ARCHIVED: Final = re.compile(r"data/log/entries-[0-9]{12}\.jsonl")
_TAIL: Final = re.compile(
    rb',"index":(0|[1-9][0-9]{0,14}),"prev":"[0-9a-f]{64}","stream":"([a-z0-9_/-]+)","type":"[a-z0-9_/]+"'
    rb',"version":([1-9][0-9]{0,14})\}$'
)
_LINE_MAX_BYTES: Final = 1 << 17


def verify_against(extract: Path, archive: Path, pinned: Pinned) -> Report:
    """Check an extract, the archive, and both against each other; nothing in either makes this raise."""
    report = verify_archive(extract, pinned)
    quiet = Report()
    source = open_source(extract, quiet)
    found = None if source is None else _claimed(source)
    if source is None or found is None:
        report.skip("against-nothing", extract.name)
        return report
    checkpoint, claim = found
    other = verify_archive(archive, Pinned(pinned.key, checkpoint))
    for finding in other.findings:
        place = finding.place
        there = Place(f"{archive.name}: {place.file}", place.line, place.entry, place.offset, place.field)
        report.findings.append(Finding(finding.code, there, finding.expected, finding.found))
    report.beyond += other.beyond
    for unchecked in other.unchecked:
        report.skip(unchecked.code, unchecked.detail)
    beside = open_source(archive, quiet)
    if beside is None or CLAIM in beside.sizes:
        report.skip("against-nothing", archive.name)
        return report
    _compare(source, beside, claim, report, archive.name)
    if not report.unchecked and not report.findings:
        report.limits = [limit for limit in report.limits if limit.code != "extract-ends"]
        report.facts["against"] = str(other.facts.get("size", ""))
    return report


def _claimed(source: Source) -> tuple[Checkpoint, Claim] | None:
    """Return an extract's checkpoint and claim; its own report says what is wrong where there is none."""
    raw_note, raw_claim = _small(source, CHECKPOINT, NOTE_MAX_BYTES), _small(source, CLAIM, CLAIM_MAX_BYTES)
    claim = None if raw_claim is None else read_claim(raw_claim, Report())
    try:
        checkpoint = None if raw_note is None else parse_checkpoint(raw_note)
    except NoteError:
        return None
    return None if checkpoint is None or claim is None else (checkpoint, claim)


def _small(source: Source, name: str, max_bytes: int) -> bytes | None:
    if not 0 <= source.sizes.get(name, -1) <= max_bytes:
        return None
    try:
        with source.open(name) as file:
            return file.read(max_bytes)
    except READ_ERRORS:
        return None


def _compare(extract: Source, archive: Source, claim: Claim, report: Report, name: str) -> None:
    """Compare entry by entry, and look for what follows in the streams that the extract has whole."""
    leaves = {index: leaf_hash(line) for index, _, _, line in _tails(extract, ENTRIES)}
    ends = {stream.encode(): version for stream, (version, _) in claim.complete.items()}
    for file in sorted(file for file in archive.sizes if _ARCHIVED.fullmatch(file)):
        for index, stream, version, line in _tails(archive, file):
            place = Place(f"{name}: {file}", entry=index)
            if index in leaves and leaf_hash(line) != leaves[index]:
                report.add("against-differs", place, "the entry of the extract", "another")
            if index < claim.size and version > ends.get(stream, version):
                report.add("extract-incomplete", place, f"{stream.decode()} up to version {ends[stream]}", version)


def _tails(source: Source, name: str) -> Iterator[tuple[int, bytes, int, bytes]]:
    """Yield index, stream, version and bytes of a file's entries; what cannot be read the verification has reported."""
    try:
        with source.open(name) as raw:
            file = raw if isinstance(raw, io.BufferedIOBase) else io.BufferedReader(raw)  # type: ignore[type-var]
            while line := file.readline(_LINE_MAX_BYTES):
                entry = line.removesuffix(b"\n")
                match = _TAIL.search(entry)
                if match is not None:
                    yield int(match[1]), match[2], int(match[3]), entry
    except (*READ_ERRORS, KeyError):
        return
