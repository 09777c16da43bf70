"""Proofs and tiles out of what the recorder keeps: full tiles where there are, entries hashed again where not.

Whatever is handed out was verified against the signed checkpoint first: a proof that leads elsewhere means a damaged
store and is never served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.errors import LedgerDamaged, LetopisError
from ledger.log import LogRecorder, SignedCheckpoint
from ledger.tree.hashing import leaf_hash, subtree_root
from ledger.tree.proofs import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.tree.tiles import TileReader, tile_hashes
from ledger.wire.note import parse_note
from ledger.wire.proof import TlogProof
from ledger.wire.tile import TILE_WIDTH, BundlePath, TilePath, format_bundle, format_bundle_path, format_tile_path

HASH_SIZE: Final = 32
_LEVELS_PER_TILE: Final = 8
_TILE_BYTES: Final = TILE_WIDTH * HASH_SIZE
_ROOTS_MAX: Final = 8_192


class NotThere(LetopisError):  # noqa: N818 - reads as what it says
    """The signed tree has no such entry, tile or bundle (yet)."""


class TileRoots:
    """Roots of full tiles, remembered: a tree of 65,000 leaves needs 253 of them for any proof, and they never change.

    One per recorder; any thread may use it. At most 8,192 roots (some 1 MB).
    """

    def __init__(self) -> None:
        self._roots: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes | None:
        """Return the root over a full tile, if it is remembered."""
        return self._roots.get((level, index))

    def put(self, level: int, index: int, root: bytes) -> None:
        """Remember the root over a full tile."""
        if len(self._roots) >= _ROOTS_MAX:
            self._roots = {}
        self._roots[level, index] = root


class EntryHashes:
    """The hashes of complete subtrees of the log's first `size` entries (a `tree.HashReader`).

    Args:
        recorder: where tiles and entries are.
        size: tree size; nothing beyond it is read.
        roots: shared memory of tile roots, where many proofs are made.
        grown: full tiles by (level, index) that are not kept yet.
    """

    def __init__(
        self,
        recorder: LogRecorder,
        size: int,
        *,
        roots: TileRoots | None = None,
        grown: Mapping[tuple[int, int], bytes] | None = None,
    ) -> None:
        self._recorder = recorder
        self._size = size
        self._roots = TileRoots() if roots is None else roots
        self._grown = grown or {}
        self._tiles = TileReader(self._fetch, size)

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash over the 2^level entries that start at leaf index · 2^level.

        Raises:
            ProofError: the subtree is not within the tree.
            LedgerDamaged: entries are missing, or a kept tile has a wrong length.
        """
        return self._tiles.subtree(level, index)

    def _fetch(self, path: TilePath) -> bytes:
        if path.width == TILE_WIDTH:
            tile = self._grown.get((path.level, path.index)) or self._recorder.tile(path.level, path.index)
            if tile is not None:
                if len(tile) != _TILE_BYTES:
                    raise LedgerDamaged("tile_malformed", f"kept {format_tile_path(path)} is {len(tile)} bytes")
                return tile
        first = path.index * TILE_WIDTH
        if path.level:
            return b"".join(self._full_root(path.level - 1, first + i) for i in range(path.width))
        return b"".join(map(leaf_hash, read_entries(self._recorder, first, first + path.width)))

    def _full_root(self, level: int, index: int) -> bytes:
        root = self._roots.get(level, index)
        if root is None:
            tile = self._fetch(TilePath(level, index))
            root = subtree_root([tile[i : i + HASH_SIZE] for i in range(0, _TILE_BYTES, HASH_SIZE)])
            # What is not kept yet may still turn out to be wrong.
            if (level, index) not in self._grown:
                self._roots.put(level, index, root)
        return root


def prove_entry(
    recorder: LogRecorder, index: int, checkpoint: SignedCheckpoint, *, roots: TileRoots | None = None
) -> TlogProof:
    """Prove that the entry at `index` is in the signed tree.

    Raises:
        NotThere: the signed tree does not reach that far.
        LedgerDamaged: what is stored does not lead to the signed root.
    """
    if not 0 <= index < checkpoint.size:
        raise NotThere(f"the signed tree has {checkpoint.size} entries, none at index {index}")
    (entry,) = read_entries(recorder, index, index + 1)
    hashes = inclusion_proof(index, checkpoint.size, EntryHashes(recorder, checkpoint.size, roots=roots))
    try:
        verify_inclusion(leaf_hash(entry), index, checkpoint.size, hashes, checkpoint.edge.root())
    except ProofError as error:
        raise LedgerDamaged("entry_not_in_tree", f"entry {index}: {error}", index=index) from None
    return TlogProof(index, hashes, parse_note(checkpoint.note))


def prove_consistency(
    recorder: LogRecorder, old_size: int, new: SignedCheckpoint, *, roots: TileRoots | None = None
) -> tuple[bytes, ...]:
    """Prove that the signed tree continues its own first `old_size` entries; empty where there is nothing to prove.

    Raises:
        NotThere: the signed tree is smaller than that.
        LedgerDamaged: what is stored does not lead to the signed root.
    """
    if not 0 <= old_size <= new.size:
        raise NotThere(f"the signed tree has {new.size} entries and cannot continue one of {old_size}")
    hashes = EntryHashes(recorder, new.size, roots=roots)
    proof = consistency_proof(old_size, new.size, hashes)
    try:
        verify_consistency(old_size, root_of(old_size, hashes), new.size, new.edge.root(), proof)
    except ProofError as error:
        raise LedgerDamaged("tree_inconsistent", f"tree sizes {old_size} and {new.size}: {error}") from None
    return proof


def hash_tile(recorder: LogRecorder, path: TilePath, size: int, *, roots: TileRoots | None = None) -> bytes:
    """Give the bytes of a hash tile of the signed tree of `size` entries, full or partial (tlog-tiles, "Merkle Tree").

    Any width that the tree has filled is given: a partial tile belongs to some earlier size, whose readers may ask.

    Raises:
        NotThere: the signed tree does not fill the tile that far.
    """
    try:
        return tile_hashes(path, size, EntryHashes(recorder, size, roots=roots))
    except ProofError as error:
        raise NotThere(str(error)) from None


def entry_bundle(recorder: LogRecorder, path: BundlePath, size: int) -> bytes:
    """Give the bytes of an entry bundle of the signed tree of `size` entries (tlog-tiles, "Log Entries").

    Raises:
        NotThere: the signed tree does not fill the bundle that far.
    """
    first = path.index * TILE_WIDTH
    if first + path.width > size:
        raise NotThere(f"a tree of {size} entries has no {format_bundle_path(path)}")
    return format_bundle(read_entries(recorder, first, first + path.width))


def read_entries(recorder: LogRecorder, start: int, stop: int) -> list[bytes]:
    """Read exactly these entries.

    Raises:
        LedgerDamaged: some are missing.
    """
    entries = list(recorder.entries(start, stop))
    if len(entries) != stop - start:
        missing = start + len(entries)
        raise LedgerDamaged("entry_missing", f"entry {missing} is not in the store", index=missing)
    return entries
