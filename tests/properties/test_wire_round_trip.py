"""Whatever can be written is read back equal, and the ways to write it agree."""

import json
from typing import Any

from hypothesis import given, strategies as st

from ledger.wire import (
    BundlePath,
    Checkpoint,
    Entry,
    EntryPieces,
    Note,
    TilePath,
    TlogProof,
    assemble,
    cut_entries,
    cut_entry,
    entry_data,
    format_actor,
    format_bundle,
    format_bundle_path,
    format_canonical,
    format_checkpoint,
    format_edge,
    format_entry,
    format_note,
    format_proof,
    format_tile_path,
    parse_bundle,
    parse_bundle_path,
    parse_canonical,
    parse_checkpoint,
    parse_edge,
    parse_entry,
    parse_note,
    parse_proof,
    parse_tile_path,
    read_tail,
)
from ledger.wire.entry import _parse_any, _parse_ordinary
from tests.properties import wire_strategies as wire

PREV = "0" * 64


@given(wire.objects)
def test_canonical_json(value: dict[str, Any]) -> None:
    raw = format_canonical(value)
    assert parse_canonical(raw) == value


@given(wire.objects)
def test_canonical_json_is_what_the_standard_library_writes(value: dict[str, Any]) -> None:
    """For keys in ASCII and integers within 53 bits, RFC 8785 is json.dumps with these settings."""
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert format_canonical(value) == expected


@given(wire.entries)
def test_entry(entry: Entry) -> None:
    raw = format_entry(entry)
    assert parse_entry(raw) == entry
    assert b"\n" not in raw


@given(wire.entries)
def test_quick_and_full_reading_of_an_entry_agree(entry: Entry) -> None:
    raw = format_entry(entry)
    quick = _parse_ordinary(raw)
    assert _parse_any(raw) == entry
    ordinary = entry.actor.on_behalf_of is None and entry.actor.basis is None
    assert quick == (entry if ordinary else None)


@given(wire.entries)
def test_pieces_of_an_entry_join_to_the_whole(entry: Entry) -> None:
    data = format_canonical(entry.data)
    pieces = cut_entry(format_actor(entry.actor), entry.command, entry.stream, entry.type, entry.version, data)
    raw = assemble(pieces, entry.at, entry.index, entry.prev.hex())
    assert raw == format_entry(entry)
    assert entry_data(raw, index=entry.index, stream=entry.stream, type=entry.type, version=entry.version) == data


@given(
    wire.actors,
    wire.ids,
    st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "t/1", "u/2"]), st.integers(0, 9))),
)
def test_entries_cut_together_are_as_those_cut_alone(
    actor: Any, command: str, items: list[tuple[str, str, int]]
) -> None:
    streams, types, versions = (list(column) for column in zip(*items, strict=True)) if items else ([], [], [])
    data = [b'{"n":%d}' % version for version in versions]
    cut = cut_entries(format_actor(actor), command, streams, types, versions, data)
    for place, (stream, type_, version) in enumerate(items):
        alone = cut_entry(format_actor(actor), command, stream, type_, version, data[place])
        assert EntryPieces(cut.before_at, cut.before_index[place], cut.after_prev[place]) == alone
        fields = json.loads(assemble(alone, "", 7, PREV))
        assert (fields["stream"], fields["type"], fields["version"]) == (stream, type_, version)
    assert len(cut.before_index) == len(cut.after_prev) == len(items)


@given(
    wire.actors, wire.ids, st.text(), st.text(), st.integers(-(2**62), 2**62), wire.moments, wire.objects, wire.sizes
)
def test_data_is_sliced_out_of_a_foreign_application_s_entry(
    actor: Any, command: str, stream: str, type_: str, version: int, at: str, value: dict[str, Any], index: int
) -> None:
    data = format_canonical(value)
    raw = assemble(cut_entry(format_actor(actor), command, stream, type_, version, data), at, index, PREV)
    assert entry_data(raw, index=index, stream=stream, type=type_, version=version) == data
    assert read_tail(raw) == (index, stream, version)
    fields = json.loads(raw)
    assert (fields["stream"], fields["type"], fields["version"], fields["data"]) == (stream, type_, version, value)
    assert list(fields) == sorted(fields)


@given(wire.notes)
def test_note(note: Note) -> None:
    assert parse_note(format_note(note)) == note


@given(wire.checkpoints)
def test_checkpoint(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@given(wire.proofs)
def test_proof(proof: TlogProof) -> None:
    assert parse_proof(format_proof(proof)) == proof


@given(st.integers(0, 63), wire.sizes, st.integers(1, 256))
def test_tile_and_bundle_paths(level: int, index: int, width: int) -> None:
    tile, bundle = TilePath(level, index, width), BundlePath(index, width)
    assert parse_tile_path(format_tile_path(tile)) == tile
    assert parse_bundle_path(format_bundle_path(bundle)) == bundle


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=256))
def test_bundle(entries: list[bytes]) -> None:
    assert parse_bundle(format_bundle(entries), len(entries)) == entries


@given(st.data(), st.integers(0, 2**20))
def test_edge(data: st.DataObject, size: int) -> None:
    count = size.bit_count()
    hashes = tuple(data.draw(st.lists(wire.hashes, min_size=count, max_size=count)))
    assert parse_edge(format_edge(hashes), size) == hashes
