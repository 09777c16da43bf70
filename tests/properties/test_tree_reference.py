"""The fast tree against the slow one that RFC 6962 writes down."""

import pytest
from hypothesis import given, strategies as st

from ledger.tree import (
    ProofError,
    RightEdge,
    TileEdge,
    TileReader,
    consistency_proof,
    grow_tiles,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.wire import TilePath
from tests.properties.rfc6962_reference import mth, path, proof

ENTRIES = [b"entry %d" % i for i in range(1_100)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
SIZES = st.one_of(
    st.integers(0, 40), st.integers(0, len(ENTRIES)), st.sampled_from([255, 256, 257, 511, 512, 513, 1024])
)


def reader_over(size: int) -> TileReader:
    edge, full = grow_tiles(TileEdge.empty(), LEAVES[:size])
    tiles: dict[TilePath, bytes] = {**dict(full), **dict(edge.partial_tiles())}
    return TileReader(tiles.__getitem__, size)


@given(st.lists(SIZES, max_size=6))
def test_any_way_to_append_reaches_the_reference_root(cuts: list[int]) -> None:
    edge = RightEdge.empty()
    for cut in sorted(cuts):
        edge = edge.extend(iter(LEAVES[edge.size : cut]))
        if edge.size < len(LEAVES):
            edge = edge.append(LEAVES[edge.size])
    assert edge.root() == mth(ENTRIES[: edge.size])
    assert RightEdge.from_bytes(edge.size, edge.to_bytes()) == edge


@given(SIZES)
def test_root_read_from_tiles_is_the_reference_root(size: int) -> None:
    assert root_of(size, reader_over(size)) == mth(ENTRIES[:size])


@given(SIZES.filter(bool), st.data())
def test_inclusion_proof_is_the_reference_path(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    found = inclusion_proof(index, size, reader_over(size))
    assert list(found) == path(index, ENTRIES[:size])
    verify_inclusion(LEAVES[index], index, size, found, mth(ENTRIES[:size]))


@given(SIZES.filter(lambda n: n > 1), st.data())
def test_consistency_proof_is_the_reference_proof(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    found = consistency_proof(old, new, reader_over(new))
    assert list(found) == proof(old, ENTRIES[:new])
    verify_consistency(old, mth(ENTRIES[:old]), new, mth(ENTRIES[:new]), found)


HASHES = st.one_of(st.sampled_from(LEAVES[:8]), st.binary(min_size=32, max_size=32))


@given(st.integers(0, 70), st.integers(0, 70), st.lists(HASHES, max_size=8), HASHES)
def test_made_up_inclusion_proofs_show_nothing(index: int, size: int, hashes: list[bytes], leaf: bytes) -> None:
    if index < size <= 64 and leaf == LEAVES[index] and hashes == path(index, ENTRIES[:size]):
        return
    with pytest.raises(ProofError):
        verify_inclusion(leaf, index, size, hashes, mth(ENTRIES[:size]))


@given(st.integers(1, 70), st.integers(1, 70), st.lists(HASHES, min_size=1, max_size=8))
def test_made_up_consistency_proofs_show_nothing(old: int, new: int, hashes: list[bytes]) -> None:
    if old < new and hashes == proof(old, ENTRIES[:new]):
        return
    with pytest.raises(ProofError):
        verify_consistency(old, mth(ENTRIES[:old]), new, mth(ENTRIES[:new]), hashes)
