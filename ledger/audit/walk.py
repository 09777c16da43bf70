"""One range of an audit: its entries judged, its leaves hashed up to tiles and compared with those that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.audit.entries import EntryWalker
from ledger.audit.range import HASH_SIZE, AuditedRecorder, Findings, RangeResult, RangeTask
from ledger.collecting import collect_batch
from ledger.errors import LedgerDamaged
from ledger.log import LogRecorder
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import hash_pairs
from ledger.wire.shapes import Shapes
from ledger.wire.tile import TILE_WIDTH

_BLOCK: Final = 4 * TILE_WIDTH  # at most 64 MiB, and twice that for a moment


def walk_range(recorder: AuditedRecorder, shapes: Shapes, task: RangeTask) -> RangeResult:
    """Judge a range; `shapes` are known from the ranges before and for those to come."""
    result = RangeResult(task)
    walker = EntryWalker(result, task, shapes)
    try:
        if task.start:
            (previous,) = recorder.entries(task.start - 1, task.start)
            walker.begin_after(previous)
        for index in range(task.start, task.stop, _BLOCK):
            stop = min(index + _BLOCK, task.stop)
            leaves = walker.take(recorder.columns(index, stop), index, stop)
            _hash_tiles(recorder, result, index, leaves)
        collect_batch()
        result.runs_digest = walker.finish()
    except LedgerDamaged as error:
        result.findings.add(error.code, error.index, "readable entries", str(error))
        result.complete = False
    return result


def _hash_tiles(recorder: LogRecorder, result: RangeResult, first: int, leaves: Sequence[bytes]) -> None:
    """Hash a block of leaves up to tiles, compare the kept ones, and note the edges that are wanted."""
    full_count = len(leaves) // TILE_WIDTH
    level: Sequence[bytes] = leaves[: full_count * TILE_WIDTH]
    while len(level) > full_count:
        level = hash_pairs(level)
    result.tile_roots += b"".join(level)
    for tile in range(full_count):
        hashes = leaves[tile * TILE_WIDTH : (tile + 1) * TILE_WIDTH]
        index = first // TILE_WIDTH + tile
        needed = (index + 1) * TILE_WIDTH <= result.task.kept
        compare_tile(result.findings, recorder, 0, index, hashes, needed=needed)
    stop = first + len(leaves)
    for size in result.task.sizes:
        if first < size <= stop:
            start = (size - 1) // TILE_WIDTH * TILE_WIDTH
            below = leaves[start - first : size - first] if size % TILE_WIDTH else []
            result.edges[size] = RightEdge.empty().extend(below).hashes


def compare_tile(
    findings: Findings, recorder: LogRecorder, level: int, index: int, hashes: Sequence[bytes], *, needed: bool
) -> None:
    """Compare a kept tile with what its hashes must be; `needed`: it must be kept."""
    kept = recorder.tile(level, index)
    joined = b"".join(hashes)
    if kept == joined or (kept is None and not needed):
        return
    name = f"tile {index} of level {level}"
    if kept is None:
        findings.add("tile_missing", None, name, "nothing")
        return
    for place, right in enumerate(hashes):
        found = kept[place * HASH_SIZE : (place + 1) * HASH_SIZE]
        if found != right:
            leaf = index * TILE_WIDTH + place if level == 0 else None
            findings.add("tile_differs", leaf, f"{right.hex()} in {name}", found.hex())
            return
    findings.add("tile_differs", None, f"{len(joined)} bytes in {name}", f"{len(kept)} bytes")
