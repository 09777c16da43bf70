"""The process that reads a log's bytes for another (reader.py says what they tell each other)."""

import gc
import marshal
import sys
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from verify.bag import Bag
from verify.findings import Report
from verify.log import LogReader, Notes
from verify.signed import ENTRIES, entry_lines
from verify.source import open_source
from verify.tree import Edge


def write(stream: IO[bytes], value: Any) -> None:
    """Send a value."""
    raw = marshal.dumps(value)
    stream.write(len(raw).to_bytes(4, "big"))
    stream.write(raw)
    stream.flush()


def read(stream: IO[bytes]) -> Any:
    """Return what was written, or None where nothing whole comes any more."""
    length = int.from_bytes(stream.read(4), "big")
    raw = stream.read(length)
    return marshal.loads(raw) if length and len(raw) == length else None  # noqa: S302 (of our own program)


def serve() -> None:
    """Read one log, from an archive or one archive after the other, for the process at standard input and output."""
    gc.disable()
    asked = read(sys.stdin.buffer)
    size, hashes, old_size, sizes = asked[:4]
    reader = LogReader(Notes(), Edge(size, hashes), sizes, old_size)
    while asked is not None:
        _answer(sys.stdout.buffer, reader, *asked[4:])
        asked = read(sys.stdin.buffer)


def _answer(answers: IO[bytes], reader: LogReader, path: str, prefix: str, rest: list[str]) -> None:
    """Read an archive; of an earlier one, which has a prefix, notes on its files are apart from those on entries."""
    write(answers, ("ready",))
    source = open_source(Path(path), Report())
    if source is None:
        sys.exit(3)
    notes = Notes() if prefix else reader.notes
    bag = Bag(source, notes)
    for name, number, lines in entry_lines(bag, reader.edge, notes):
        reader.file, reader.line = prefix + name, number - 1
        leaves = [sha256(b"\x00" + line).digest() for line in lines]
        write(answers, ("block", reader.read(lines, leaves)))
    digests = {name: bag.digest_of(name) for name in source.sizes if ENTRIES.fullmatch(name)}
    write(answers, ("end", reader.end(), digests, notes.flush()))
    for name in rest:
        reading = bag.reading(name)
        reading.exhaust()
        write(answers, ("file", name, reading.digest, notes.flush()))
    bag.close()
