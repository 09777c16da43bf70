"""Hash tiles (C2SP tlog-tiles): cutting them as a tree grows, and reading a tree back from them.

A tile of level L holds up to 256 hashes, each over 256^L leaves. A full tile never changes; the partial tiles at the
right end belong to one tree size.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from ledger.tree.hashing import subtree_root
from ledger.tree.proofs import HashReader, ProofError
from ledger.wire.tile import TILE_WIDTH, TilePath, format_tile_path

_HASH_SIZE: Final = 32
_LEVELS_PER_TILE: Final = 8
_CACHED_TILES_MAX: Final = 256


@dataclass(frozen=True, slots=True)
class TileEdge:
    """The partial tiles of a tree of `size` leaves: `levels[L]` holds the hashes of level L's, fewer than 256.

    Raises:
        ValueError: the hashes do not fit the size.
    """

    size: int
    levels: tuple[tuple[bytes, ...], ...]

    def __post_init__(self) -> None:
        if tuple(map(len, self.levels)) != partial_widths(self.size):
            raise ValueError(f"the partial tiles do not fit a tree of {self.size} leaves")

    @classmethod
    def empty(cls) -> Self:
        """Make the edge of the tree with no leaves."""
        return cls(0, ())

    @classmethod
    def read(cls, size: int, reader: HashReader) -> Self:
        """Take the partial tiles of a tree of `size` leaves from where its hashes are."""
        levels = []
        for level, width in enumerate(partial_widths(size)):
            first = (size >> _LEVELS_PER_TILE * (level + 1)) * TILE_WIDTH
            levels.append(tuple(reader.subtree(_LEVELS_PER_TILE * level, first + i) for i in range(width)))
        return cls(size, tuple(levels))

    def partial_tiles(self) -> Iterator[tuple[TilePath, bytes]]:
        """Yield the partial tiles of this tree size, lowest level first; empty ones do not exist."""
        for level, hashes in enumerate(self.levels):
            if hashes:
                yield (
                    TilePath(level, self.size >> _LEVELS_PER_TILE * (level + 1), len(hashes)),
                    b"".join(hashes),
                )


def partial_widths(size: int) -> tuple[int, ...]:
    """Give the width of each level's partial tile in a tree of `size` leaves: ⌊size / 256^L⌋ mod 256."""
    widths = []
    while size:
        widths.append(size % TILE_WIDTH)
        size //= TILE_WIDTH
    return tuple(widths)


def grow_tiles(edge: TileEdge, leaves: Sequence[bytes]) -> tuple[TileEdge, list[tuple[TilePath, bytes]]]:
    """Append leaf hashes: return the new edge, and each tile that became full, lowest level first."""
    full: list[tuple[TilePath, bytes]] = []
    levels: list[tuple[bytes, ...]] = []
    new_size = edge.size + len(leaves)
    added: list[bytes] = list(leaves)
    level = 0
    while added or level < len(edge.levels):
        pending = [*edge.levels[level], *added] if level < len(edge.levels) else added
        first = edge.size >> _LEVELS_PER_TILE * (level + 1)
        count = len(pending) // TILE_WIDTH
        added = []
        for i in range(count):
            hashes = pending[i * TILE_WIDTH : (i + 1) * TILE_WIDTH]
            full.append((TilePath(level, first + i), b"".join(hashes)))
            added.append(subtree_root(hashes))
        levels.append(tuple(pending[count * TILE_WIDTH :]))
        level += 1
    return TileEdge(new_size, tuple(levels)), full


def tile_hashes(path: TilePath, size: int, reader: HashReader) -> bytes:
    """Give the bytes of a full or partial tile of a tree of `size` leaves.

    Raises:
        ProofError: the tree does not reach that far.
    """
    first = path.index * TILE_WIDTH
    level = _LEVELS_PER_TILE * path.level
    if first + path.width > size >> level:
        raise ProofError(f"a tree of {size} leaves has no {format_tile_path(path)}")
    return b"".join(reader.subtree(level, first + i) for i in range(path.width))


class TileReader:
    """Reads the hashes of a tree of `size` leaves from its tiles.

    `fetch` is given the path of a tile that such a tree has, partial at its right end, and returns the tile's bytes.
    What it returns is trusted for its length only: check the root, or the proof, against a signed checkpoint.
    """

    def __init__(self, fetch: Callable[[TilePath], bytes], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._tiles: dict[TilePath, bytes] = {}

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash over the 2^level leaves that start at leaf index · 2^level.

        Raises:
            ProofError: the subtree is not within the tree, or a tile has another length than its path says.
        """
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            raise ProofError(f"a tree of {self._size} leaves has no subtree {index} of level {level}")
        tile_level, height = divmod(level, _LEVELS_PER_TILE)
        first = index << height
        tile_index, offset = divmod(first, TILE_WIDTH)
        tile = self._tile(tile_level, tile_index)
        hashes = [tile[i * _HASH_SIZE : (i + 1) * _HASH_SIZE] for i in range(offset, offset + (1 << height))]
        return subtree_root(hashes)

    def _tile(self, level: int, index: int) -> bytes:
        hashes_in_level = self._size >> _LEVELS_PER_TILE * level
        path = TilePath(level, index, min(TILE_WIDTH, hashes_in_level - index * TILE_WIDTH))
        tile = self._tiles.get(path)
        if tile is None:
            tile = self._fetch(path)
            if len(tile) != path.width * _HASH_SIZE:
                raise ProofError(f"{format_tile_path(path)} is {len(tile)} bytes, not {path.width * _HASH_SIZE}")
            if len(self._tiles) >= _CACHED_TILES_MAX:
                self._tiles.clear()
            self._tiles[path] = tile
        return tile
