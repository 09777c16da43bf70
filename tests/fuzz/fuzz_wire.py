"""Atheris harness over the parsers of signed and foreign bytes.

    python tests/fuzz/fuzz_wire.py entry -max_total_time=60 folder_with_seeds/

A parser may raise `WireError` and nothing else; what it accepts must be written again byte for byte as it was read. The first
argument names the parser, the rest is libFuzzer's.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["ledger.wire"]):
    from ledger.wire import (
        WireError,
        format_add_checkpoint,
        format_bundle,
        format_bundle_path,
        format_canonical,
        format_checkpoint,
        format_cosignature,
        format_edge,
        format_entry,
        format_known_size,
        format_note,
        format_proof,
        format_signatures,
        format_tile_path,
        format_vkey,
        parse_add_checkpoint,
        parse_bundle,
        parse_bundle_path,
        parse_canonical,
        parse_checkpoint,
        parse_cosignature,
        parse_edge,
        parse_entry,
        parse_known_size,
        parse_note,
        parse_proof,
        parse_signatures,
        parse_tile_path,
        parse_vkey,
    )

Reading = Callable[[bytes], bytes]
"""Parses bytes, and renders what it read."""


def as_text(raw: bytes) -> str:
    """Decode as a caller of the parsers of `str` would meet it, lone surrogates and all."""
    return raw.decode("utf-8", "surrogatepass")


def over_text(parse: Callable[[str], Any], render: Callable[[Any], str]) -> Reading:
    """Make a reading of bytes out of a pair that works on texts."""

    def read(raw: bytes) -> bytes:
        try:
            text = as_text(raw)
        except UnicodeDecodeError:
            raise WireError("text", "byte 0", "not UTF-8") from None
        return render(parse(text)).encode("utf-8", "surrogatepass")

    return read


def read_bundle(raw: bytes) -> bytes:
    """Take the expected count from the first byte."""
    return raw[:1] + format_bundle(parse_bundle(raw[1:], raw[0] + 1)) if raw else raw


def read_edge(raw: bytes) -> bytes:
    """Take the tree size from the first eight bytes."""
    return raw[:8] + format_edge(parse_edge(raw[8:], int.from_bytes(raw[:8], "big", signed=True)))


READINGS: Final[dict[str, Reading]] = {
    "add_checkpoint": lambda raw: format_add_checkpoint(parse_add_checkpoint(raw)),
    "bundle": read_bundle,
    "bundle_path": over_text(parse_bundle_path, format_bundle_path),
    "canonical": lambda raw: format_canonical(parse_canonical(raw)),
    "checkpoint": over_text(parse_checkpoint, format_checkpoint),
    "cosignature": lambda raw: format_cosignature(*parse_cosignature(raw)),
    "edge": read_edge,
    "entry": lambda raw: format_entry(parse_entry(raw)),
    "known_size": lambda raw: format_known_size(parse_known_size(raw)),
    "note": lambda raw: format_note(parse_note(raw)),
    "proof": lambda raw: format_proof(parse_proof(raw)),
    "signatures": lambda raw: format_signatures(parse_signatures(raw)),
    "tile_path": over_text(parse_tile_path, format_tile_path),
    "vkey": over_text(parse_vkey, format_vkey),
}


def main() -> None:
    """Run libFuzzer over one parser until it finds something or is told to stop."""
    if len(sys.argv) < 2 or sys.argv[1] not in READINGS:
        sys.exit(f"usage: fuzz_wire.py {{{','.join(READINGS)}}} [libFuzzer options] [seeds]")
    reading = READINGS[sys.argv.pop(1)]

    def test_one_input(raw: bytes) -> None:
        try:
            written = reading(raw)
        except WireError:
            return
        if written != raw:
            raise AssertionError("accepted a second spelling")

    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
