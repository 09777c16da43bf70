"""What an archive and an extract are both judged by: the pinned key, checkpoints, files read by blocks of lines."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from verify.bag import Bag
from verify.findings import Place, Report
from verify.note import Checkpoint, NoteError, VerifierKey, check_signature, parse_checkpoint
from verify.source import Reading
from verify.tree import Edge

LINES_PER_BLOCK: Final = 4_096
ENTRIES_PER_FILE: Final = 65_536
LINE_MAX_BYTES: Final = 65_536
ENTRIES: Final = re.compile(r"data/log/entries-[0-9]{12}\.jsonl")


@dataclass(frozen=True, slots=True)
class Pinned:
    """What the reader brings: key, earlier checkpoint, witnesses, who walks what was before; whether copies count."""

    key: VerifierKey | None = None
    old: Checkpoint | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    earlier: Callable[..., bool] | None = None
    with_copies: bool = False


def check_note(raw: bytes | None, place: Place, key: VerifierKey | None, report: Report) -> Checkpoint | None:
    """Read a checkpoint and check its signature with the pinned key; every finding stands at `place`."""
    if raw is None:
        report.add("bag-file-missing", place, "a signed checkpoint", "none")
        return None
    try:
        checkpoint = parse_checkpoint(raw)
    except NoteError as error:
        report.add("checkpoint-malformed", place, "a signed checkpoint", error)
        return None
    check_checkpoint(checkpoint, place, key, report)
    return checkpoint


def check_checkpoint(checkpoint: Checkpoint, place: Place, key: VerifierKey | None, report: Report) -> None:
    """Check a checkpoint's origin and signature with the pinned key."""
    if key is None:
        report.skip("no-key", f"{checkpoint.origin}, size {checkpoint.size}")
        return
    report.facts["key"] = f"{key.name}+{key.key_id.hex()}"
    if checkpoint.origin != key.name:
        report.add("origin-mismatch", place, key.name, checkpoint.origin)
    reason = check_signature(checkpoint, key)
    if reason is not None:
        report.add("signature-invalid", place, f"a signature by {key.name}", reason)
    else:
        report.checked["signatures"] += 1


def blocks(reading: Reading, lines_max: int, code: str, report: Report) -> Iterator[tuple[int, list[bytes]]]:
    """Yield a file's lines a block at a time with the number of the first; a line too long is cut and reported.

    Of more lines than `lines_max` one is given besides, and the rest only hashed.
    """
    end, number, rest, is_skipping = lines_max + 2, 1, b"", False
    for chunk in reading.chunks():
        if number >= end:
            continue
        block = rest + chunk
        lines = block.split(b"\n")
        rest = lines.pop()
        if is_skipping and lines:
            del lines[0]
            number, is_skipping = number + 1, False
        if is_skipping:
            rest = b""
        for first in range(0, min(len(lines), end - number), LINES_PER_BLOCK):
            yield number + first, lines[first : min(first + LINES_PER_BLOCK, end - number)]
        number += len(lines)
        if len(rest) > LINE_MAX_BYTES:
            report.add(code, Place(reading.name, number), f"at most {LINE_MAX_BYTES} bytes a line", "more")
            rest, is_skipping = b"", True
    if rest and number < end:
        report.add("entries-no-final-newline", Place(reading.name, number), "a line feed at the end", "none")
        yield number, [rest]


def entry_lines(bag: Bag, edge: Edge, report: Report) -> Iterator[tuple[str, int, list[bytes]]]:
    """Yield the entries in order of their files' names: file, line of the first, lines; `edge` grows with them."""
    files = sorted(name for name in bag.source.sizes if ENTRIES.fullmatch(name))
    first = edge.size
    for position, name in enumerate(files):
        if name != (expected := f"data/log/entries-{first:012d}.jsonl"):
            report.add("entries-file-name", Place(name), expected, name)
        before = edge.size
        reading = bag.reading(name)
        for number, lines in blocks(reading, ENTRIES_PER_FILE, "entry-too-long", report):
            yield name, number, lines
        count = edge.size - before
        is_full = count == ENTRIES_PER_FILE or (0 < count < ENTRIES_PER_FILE and position == len(files) - 1)
        if reading.digest is not None and not is_full:
            report.add("entries-file-length", Place(name), f"{ENTRIES_PER_FILE} lines", count)
        first += count
