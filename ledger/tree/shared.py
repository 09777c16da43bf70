r"""One proof for many leaves of a tree (log format §7a): what is not known of the tree, from left to right.

A tree over leaves [low, high) is walked from its root as RFC 6962 §2.1 splits it: left half, then right half. A part
that holds no known leaf is one hash of the proof; a known leaf is none. So every hash has one place, and the proof of
leaves 1 and 4 of 6 is three hashes::

              root
            /      \
           n          n
         /   \       /  \
        n    [b]    4   [c]         proof: a (leaf 0), b (leaves 2 and 3), c (leaf 5)
       /  \
     [a]   1
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from ledger.tree.hashing import node_hash
from ledger.tree.proofs import HashReader, ProofError, range_root, split


def shared_proof(indexes: Sequence[int], size: int, reader: HashReader) -> list[bytes]:
    """Make the proof that leaves at these rising indexes are in the tree of the first `size` leaves.

    Raises:
        ProofError: the indexes do not rise, or the tree has no such leaf.
    """
    _check_rising(indexes, size)
    proof: list[bytes] = []

    def walk(low: int, high: int, first: int, last: int) -> None:
        if first == last:
            proof.append(range_root(low, high, reader))
        elif high - low > 1:
            middle = low + split(high - low)
            cut = bisect_left(indexes, middle, first, last)
            walk(low, middle, first, cut)
            walk(middle, high, cut, last)

    if size:
        walk(0, size, 0, len(indexes))
    return proof


def root_from_shared(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes]) -> bytes:
    """Compute the root that leaf hashes and their shared proof lead to.

    Raises:
        ProofError: the tree has no such leaf, or the proof is too long or too short.
    """
    indexes = sorted(leaves)
    _check_rising(indexes, size)
    rest: Iterator[bytes] = iter(proof)

    def walk(low: int, high: int, first: int, last: int) -> bytes:
        if first == last:
            for node in islice(rest, 1):
                return node
            raise ProofError("the shared proof is too short")
        if high - low == 1:
            return leaves[low]
        middle = low + split(high - low)
        cut = bisect_left(indexes, middle, first, last)
        left = walk(low, middle, first, cut)
        return node_hash(left, walk(middle, high, cut, last))

    if not size:
        raise ProofError("an empty tree has no leaf to prove")
    root = walk(0, size, 0, len(indexes))
    if next(rest, None) is not None:
        raise ProofError("the shared proof is too long")
    return root


def _check_rising(indexes: Sequence[int], size: int) -> None:
    before = -1
    for index in indexes:
        if not before < index < size:
            raise ProofError(f"leaf {index} behind {before} in a tree of {size}")
        before = index
