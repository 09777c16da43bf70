"""Roots of the tree at sizes that it had not long ago: what evidence says of the log, it says of one (events.md)."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from verify.tree import Edge

# So many entries at most stand between what a root is of and the entry that records it.
WINDOW: Final = 65_536


class RecentRoots:
    """The last leaf hashes, in the blocks in which they came, each behind the tree's edge before it.

    A root costs the hashing of a part of one block.
    """

    def __init__(self) -> None:
        self._blocks: deque[tuple[Edge, Sequence[bytes]]] = deque()

    def grow(self, before: Edge, leaves: Sequence[bytes]) -> None:
        """Take the next leaf hashes, which the tree at `before` has not yet."""
        self._blocks.append((before.copy(), leaves))
        size = before.size + len(leaves)
        while len(self._blocks) > 1 and self._blocks[1][0].size < size - len(leaves) - WINDOW:
            self._blocks.popleft()

    def at(self, size: int) -> bytes | None:
        """Return the root at a size, or None where that is no size of the blocks that are kept."""
        for before, leaves in reversed(self._blocks):
            if before.size <= size <= before.size + len(leaves):
                edge = before.copy()
                edge.extend(leaves[: size - before.size])
                return edge.root()
        return None
