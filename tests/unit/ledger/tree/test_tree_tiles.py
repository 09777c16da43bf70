from collections.abc import Iterable

import pytest

from ledger.tree import (
    ProofError,
    RightEdge,
    TileEdge,
    TileReader,
    grow_tiles,
    leaf_hash,
    partial_widths,
    root_of,
    subtree_root,
    tile_hashes,
)
from ledger.wire import TilePath

LEAVES = [leaf_hash(b"%d" % i) for i in range(70_000)]


def grown(sizes: Iterable[int]) -> tuple[TileEdge, dict[TilePath, bytes]]:
    """Grow a tree over LEAVES through these sizes, and keep what became full."""
    edge, kept = TileEdge.empty(), {}
    for size in sizes:
        edge, full = grow_tiles(edge, LEAVES[edge.size : size])
        for path, tile in full:
            assert path not in kept, "a full tile was cut twice"
            kept[path] = tile
    return edge, kept


def root(size: int) -> bytes:
    return RightEdge.empty().extend(LEAVES[:size]).root()


def test_70000_leaves_fall_into_the_tiles_that_the_specification_counts() -> None:
    edge, full = grown([70_000])
    assert sorted((path.level, path.index) for path in full) == [*((0, i) for i in range(273)), (1, 0)]
    assert all(path.width == 256 and len(tile) == 8192 for path, tile in full.items())
    assert [(path, len(tile)) for path, tile in edge.partial_tiles()] == [
        (TilePath(0, 273, 112), 112 * 32),
        (TilePath(1, 1, 17), 17 * 32),
        (TilePath(2, 0, 1), 32),
    ]


def test_256_leaves_are_a_full_tile_and_one_hash_above() -> None:
    edge, full = grown([256])
    assert list(full) == [TilePath(0, 0)]
    assert list(edge.partial_tiles()) == [(TilePath(1, 0, 1), subtree_root(LEAVES[:256]))]


def test_65536_leaves_leave_nothing_partial_below_level_two() -> None:
    edge, full = grown([65_536])
    assert len(full) == 257
    assert [path for path, _ in edge.partial_tiles()] == [TilePath(2, 0, 1)]
    assert next(edge.partial_tiles())[1] == root(65_536)


def test_growing_by_steps_cuts_the_same_tiles() -> None:
    edge_once, full_once = grown([3_000])
    edge_steps, full_steps = grown([0, 1, 255, 256, 257, 511, 512, 1024, 1024, 2999, 3000])
    assert edge_steps == edge_once
    assert full_steps == full_once


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 700, 65_535, 65_536, 65_537, 70_000])
def test_a_tree_is_read_back_from_its_tiles(size: int) -> None:
    edge, kept = grown([size])
    kept.update(edge.partial_tiles())
    reader = TileReader(kept.__getitem__, size)
    assert root_of(size, reader) == root(size)
    assert TileEdge.read(size, reader) == edge
    for path, tile in kept.items():
        assert tile_hashes(path, size, reader) == tile


def test_fetches_each_tile_once() -> None:
    edge, kept = grown([1_000])
    kept.update(edge.partial_tiles())
    asked: list[TilePath] = []

    def fetch(path: TilePath) -> bytes:
        asked.append(path)
        return kept[path]

    reader = TileReader(fetch, 1_000)
    for index in range(1_000):
        assert reader.subtree(0, index) == LEAVES[index]
    assert asked == [TilePath(0, 0), TilePath(0, 1), TilePath(0, 2), TilePath(0, 3, 232)]


def test_reads_subtrees_of_every_height() -> None:
    edge, kept = grown([70_000])
    kept.update(edge.partial_tiles())
    reader = TileReader(kept.__getitem__, 70_000)
    for level in range(17):
        for index in {0, 1, (70_000 >> level) - 1}:
            if (index + 1) << level <= 70_000:
                assert reader.subtree(level, index) == subtree_root(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize(("level", "index"), [(0, 300), (8, 1), (9, 0), (-1, 0), (0, -1), (70, 0)])
def test_refuses_a_subtree_outside_the_tree(level: int, index: int) -> None:
    reader = TileReader(lambda path: bytes(32 * path.width), 300)
    with pytest.raises(ProofError, match="has no subtree"):
        reader.subtree(level, index)


@pytest.mark.parametrize("tile", [b"", bytes(31), bytes(32 * 43), bytes(32 * 45), bytes(8192)], ids=len)
def test_refuses_a_tile_of_another_length(tile: bytes) -> None:
    with pytest.raises(ProofError, match=r"tile/0/001\.p/44 is"):
        TileReader(lambda _: tile, 300).subtree(0, 299)


@pytest.mark.parametrize(
    "path", [TilePath(0, 1, 45), TilePath(0, 1), TilePath(0, 2, 1), TilePath(1, 0, 2), TilePath(2, 0, 1)]
)
def test_refuses_a_tile_that_the_tree_has_not_got(path: TilePath) -> None:
    with pytest.raises(ProofError, match="has no tile"):
        tile_hashes(path, 300, TileReader(lambda path: bytes(32 * path.width), 300))


def test_an_edge_must_fit_its_size() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        TileEdge(300, ((bytes(32),),))
    assert partial_widths(70_000) == (112, 17, 1)
    assert partial_widths(0) == ()
