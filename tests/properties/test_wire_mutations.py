"""No two spellings of one value: bytes that differ are refused, or mean something else and say so when written again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ledger.wire import (
    Actor,
    Checkpoint,
    Entry,
    Note,
    Signature,
    TlogProof,
    WireError,
    format_canonical,
    format_checkpoint,
    format_edge,
    format_entry,
    format_note,
    format_proof,
    format_tile_path,
    format_vkey,
    parse_canonical,
    parse_checkpoint,
    parse_edge,
    parse_entry,
    parse_note,
    parse_proof,
    parse_tile_path,
    parse_vkey,
)
from ledger.wire.entry import _parse_any, _parse_ordinary
from tests.properties import wire_strategies as wire

ENTRY = Entry(
    Actor("5b1f0c9e-7d42-4a54-9a3e-0d6c8a1f2b34", "teacher"),
    "2026-09-01T08:31:12.123456Z",
    "c0a8f3d2-1b7e-4e55-8d0b-6f2a9c4e7d10",
    {"note": 'Ё\n"', "value": "5", "works": [1, None, {"a": True}]},
    10,
    bytes(range(32)),
    "lesson/7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "mark_recorded/1",
    2,
)
FOR_ANOTHER = Entry(
    Actor(ENTRY.command, "secretary", ENTRY.actor.id, "Приказ № 7"),
    ENTRY.at,
    ENTRY.command,
    {},
    0,
    bytes(32),
    ENTRY.stream,
    "a/1",
    1,
)
CHECKPOINT = Checkpoint("letopis.example/school/1534", 20, b"\xfb" * 32)
NOTE = Note(format_checkpoint(CHECKPOINT), (Signature("a.example", b"\x01\x02\x03\x04", bytes(range(65))),))
PROOF = TlogProof(3, (b"\x01" * 32, b"\xff" * 32), NOTE, b"extra")

Parse = Callable[[bytes], Any]
Format = Callable[[Any], bytes]


def parse_checkpoint_bytes(raw: bytes) -> Checkpoint:
    """Read a checkpoint's text as a note hands it over: decoded, and nothing else done to it."""
    try:
        return parse_checkpoint(raw.decode())
    except UnicodeDecodeError:
        raise WireError("checkpoint", "text", "not UTF-8") from None


FORMATS: dict[str, tuple[Parse, Format, Any]] = {
    "entry": (parse_entry, format_entry, ENTRY),
    "entry for another": (parse_entry, format_entry, FOR_ANOTHER),
    "data": (parse_canonical, format_canonical, ENTRY.data),
    "checkpoint": (parse_checkpoint_bytes, lambda value: format_checkpoint(value).encode(), CHECKPOINT),
    "note": (parse_note, format_note, NOTE),
    "proof": (parse_proof, format_proof, PROOF),
    "edge": (lambda raw: parse_edge(raw, 5), format_edge, (bytes(range(32)), b"\xff" * 32)),
    "tile path": (
        lambda raw: parse_tile_path(raw.decode("latin-1")),
        lambda path: format_tile_path(path).encode(),
        parse_tile_path("tile/0/x001/x234/067.p/17"),
    ),
    "vkey": (
        lambda raw: parse_vkey(raw.decode("latin-1")),
        lambda vkey: format_vkey(vkey).encode(),
        parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
    ),
}


def mutants(raw: bytes) -> Iterator[bytes]:
    """Every change of one byte, every loss of one, every doubling of one, and some insertions everywhere."""
    for i in range(len(raw)):
        for byte in range(256):
            if byte != raw[i]:
                yield raw[:i] + bytes([byte]) + raw[i + 1 :]
        yield raw[:i] + raw[i + 1 :]
        yield raw[: i + 1] + raw[i:]
        for inserted in (b" ", b"0", b"\n", b"=", b"+", b"_", b"\x00", "\u0660".encode(), b"\xef\xbb\xbf"):
            yield raw[:i] + inserted + raw[i:]
    yield raw + b"\n"
    yield raw + b" "
    yield raw + raw


@pytest.mark.parametrize("name", FORMATS)
def test_every_change_of_one_byte_is_refused_or_means_something_else(name: str) -> None:
    parse, render, value = FORMATS[name]
    raw = render(value)
    assert parse(raw) == value
    refused = 0
    for mutant in mutants(raw):
        if mutant == raw:  # a doubled byte beside its like, taken away again
            continue
        try:
            found = parse(mutant)
        except WireError:
            refused += 1
        else:
            assert found != value, mutant
            assert render(found) == mutant, mutant
    assert refused > len(raw) * 100


@pytest.mark.parametrize("entry", [ENTRY, FOR_ANOTHER], ids=["ordinary", "for another"])
def test_quick_reading_accepts_nothing_that_full_reading_refuses(entry: Entry) -> None:
    accepted = 0
    for mutant in mutants(format_entry(entry)):
        quick = _parse_ordinary(mutant)
        if quick is not None:
            accepted += 1
            assert _parse_any(mutant) == quick
    assert accepted > 0 or entry is FOR_ANOTHER


@given(wire.entries, st.data())
def test_entries_spliced_from_two_are_refused_or_canonical(entry: Entry, data: st.DataObject) -> None:
    other = data.draw(wire.entries)
    left, right = format_entry(entry), format_entry(other)
    spliced = left[: data.draw(st.integers(0, len(left)))] + right[data.draw(st.integers(0, len(right))) :]
    try:
        found = parse_entry(spliced)
    except WireError:
        return
    assert format_entry(found) == spliced


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_wire_errors(raw: bytes) -> None:
    for parse, render, _ in FORMATS.values():
        try:
            found = parse(raw)
        except WireError:
            continue
        assert render(found) == raw
