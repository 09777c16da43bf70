"""The right edge of a tree: all that is needed to append to it and to know its root."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from ledger.tree.hashing import EMPTY_ROOT, hash_pairs, node_hash

_HASH_SIZE: Final = 32
_HASH_SIZES: Final = frozenset((_HASH_SIZE,))


@dataclass(frozen=True, slots=True)
class RightEdge:
    """The roots of the complete subtrees that a tree of `size` leaves falls into, largest first.

    There is one hash per 1-bit of `size`: a tree of 6 = 4 + 2 leaves has the root over its first four and the
    root over its last two.

    Raises:
        ValueError: the number of hashes does not fit the size, or a hash is not 32 bytes.
    """

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a right edge of {len(self.hashes)} hashes does not fit a tree of {self.size} leaves")
        if not _HASH_SIZES.issuperset(map(len, self.hashes)):
            raise ValueError("a right edge with a hash that is not 32 bytes")

    @classmethod
    def empty(cls) -> Self:
        """Make the edge of the tree with no leaves."""
        return cls(0, ())

    def append(self, leaf_hash: bytes) -> Self:
        """Return the edge after one more leaf."""
        hashes = list(self.hashes)
        node, size = leaf_hash, self.size
        while size & 1:
            node = node_hash(hashes.pop(), node)
            size >>= 1
        return type(self)(self.size + 1, (*hashes, node))

    def extend(self, leaf_hashes: Iterable[bytes]) -> Self:
        """Return the edge after more leaves, hashed level by level."""
        level = list(leaf_hashes)
        size, added = self.size, len(level)
        old = list(self.hashes)
        new: list[bytes] = []
        while level:
            # At each level the edge's own hash, if it has one there, is the left neighbour of what was added;
            # what has no right neighbour stays behind as the new edge's hash of this level.
            if size & 1:
                level.insert(0, old.pop())
            if len(level) & 1:
                new.append(level.pop())
            level = hash_pairs(level)
            size >>= 1
        return type(self)(self.size + added, (*old, *reversed(new)))

    def root(self) -> bytes:
        """Compute the root hash of the tree (RFC 6962 §2.1)."""
        if not self.hashes:
            return EMPTY_ROOT
        *larger, root = self.hashes
        for node in reversed(larger):
            root = node_hash(node, root)
        return root

    def to_bytes(self) -> bytes:
        """Join the hashes, 32 bytes each, largest subtree first."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, blob: bytes) -> Self:
        """Read what `to_bytes` gave for a tree of this size.

        Raises:
            ValueError: the length does not fit the size.
        """
        if len(blob) != _HASH_SIZE * size.bit_count():
            raise ValueError(f"a right edge of {len(blob)} bytes does not fit a tree of {size} leaves")
        return cls(size, tuple(blob[i : i + _HASH_SIZE] for i in range(0, len(blob), _HASH_SIZE)))
