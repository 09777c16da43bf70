"""The Merkle tree of RFC 6962 section 2.1: hashes, the right edge that grows with the entries, inclusion."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()
ZERO_PREV: Final = b"0" * 64


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a tree: the root of every full subtree that `size` is made of. Grows by batches."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Take up a tree at `size`, with one hash for every one-bit of it, largest subtree first.

        Raises:
            ValueError: the number of hashes is not the number of subtrees.
        """
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} has {size.bit_count()} subtrees at its edge, not {len(hashes)}")
        rising = list(reversed(hashes))
        self.size = size
        self._levels = [rising.pop(0) if size >> level & 1 else None for level in range(size.bit_length())]

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes, level by level: a level's unpaired last node waits in `_levels` for the next batch."""
        self.size += len(leaves)
        nodes, level = list(leaves), 0
        while nodes:
            if level == len(self._levels):
                self._levels.append(None)
            waiting = self._levels[level]
            if waiting is not None:
                nodes.insert(0, waiting)
            self._levels[level] = nodes[-1] if len(nodes) & 1 else None
            pairs = iter(nodes)
            nodes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
            level += 1

    def copy(self) -> "Edge":
        """Return the same edge, to grow on its own."""
        copied = Edge()
        copied.size, copied._levels = self.size, list(self._levels)
        return copied

    def hashes(self) -> list[bytes]:
        """Return the roots that it is made of, of the largest subtree first."""
        return [node for node in reversed(self._levels) if node is not None]

    def last_leaf(self) -> bytes | None:
        """Return the last leaf hash where the edge holds it: at odd sizes."""
        return self._levels[0] if self._levels else None

    def root(self) -> bytes:
        """Return the root hash of the tree as it is now."""
        result: bytes | None = None
        for node in self._levels:
            if node is not None:
                result = node if result is None else node_hash(node, result)
        return EMPTY_ROOT if result is None else result


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over entries given as bytes."""
    edge = Edge()
    edge.extend([leaf_hash(leaf) for leaf in leaves])
    return edge.root()


def root_from_inclusion(index: int, size: int, leaf: bytes, hashes: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof leads to (RFC 9162 section 2.1.3.2), or None where its length is wrong."""
    if index >= size:
        return None
    fn, sn, result = index, size - 1, leaf
    for sibling in hashes:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            result = node_hash(sibling, result)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            result = node_hash(result, sibling)
        fn >>= 1
        sn >>= 1
    return result if sn == 0 else None


def root_from_shared(size: int, leaves: dict[int, bytes], hashes: Sequence[bytes]) -> bytes | None:
    """Return the root that known leaf hashes and their shared proof lead to (log-format.md section 7a).

    None where the proof is not as long as it must be. Every leaf has an index below `size`, which is 1 at least.
    """
    indexes, position = sorted(leaves), 0

    def walk(low: int, high: int, first: int, last: int) -> bytes | None:
        nonlocal position
        if first == last:
            position += 1
            return hashes[position - 1] if position <= len(hashes) else None
        if high - low == 1:
            return leaves[low]
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        cut = bisect_left(indexes, middle, first, last)
        left = walk(low, middle, first, cut)
        right = None if left is None else walk(middle, high, cut, last)
        return None if left is None or right is None else node_hash(left, right)

    root = walk(0, size, 0, len(indexes))
    return root if position == len(hashes) else None
