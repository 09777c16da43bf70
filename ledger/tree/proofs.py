"""Inclusion and consistency proofs (RFC 6962 §2.1.1, §2.1.2), and checking them (RFC 9162 §2.1.3.2, §2.1.4.2)."""

from collections.abc import Sequence
from typing import Final, Protocol

from ledger.tree.hashing import EMPTY_ROOT, node_hash

_HASH_SIZE: Final = 32


class ProofError(ValueError):
    """A proof does not show what it is meant to show; the message says why."""


class HashReader(Protocol):
    """Where the hashes of complete subtrees come from: tiles, a table, a list in a test."""

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash over the 2^level leaves that start at leaf index · 2^level.

        Asked only for subtrees that lie within the tree; what it does about others is its own business.
        """
        ...


def root_of(size: int, reader: HashReader) -> bytes:
    """Compute the root of the first `size` leaves."""
    if size < 0:
        raise ProofError(f"no tree has {size} leaves")
    return range_root(0, size, reader) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, reader: HashReader) -> tuple[bytes, ...]:
    """Make the proof that leaf `index` is in the tree of the first `size` leaves, leaf side first.

    Raises:
        ProofError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    return tuple(reversed(_siblings(index, index + 1, size, reader)))


def consistency_proof(old_size: int, new_size: int, reader: HashReader) -> tuple[bytes, ...]:
    """Make the proof that the first `old_size` leaves are the beginning of the first `new_size`.

    Empty when there is nothing to prove: the sizes are equal, or the old tree is empty.

    Raises:
        ProofError: the old tree is larger than the new.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError(f"a tree of {new_size} leaves does not continue one of {old_size}")
    if old_size in {0, new_size}:
        return ()
    # The largest complete subtree that ends the old tree is where both reconstructions start. Where it is the whole
    # old tree, the verifier has it already: it is the old root.
    width = old_size & -old_size
    start = old_size - width
    hashes = _siblings(start, old_size, new_size, reader)
    if start:
        hashes.append(range_root(start, old_size, reader))
    return tuple(reversed(hashes))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash is at `index` in the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).

    Raises:
        ProofError: it is not shown.
    """
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    _check_hashes(proof)
    position, last = index, size - 1
    node = leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the inclusion proof is too long")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError("the inclusion proof is too short")
    if node != root:
        raise ProofError("the inclusion proof leads to another root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `new_size` leaves continues the tree of `old_size` (RFC 9162 §2.1.4.2).

    Raises:
        ProofError: it is not shown.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError(f"a tree of {new_size} leaves does not continue one of {old_size}")
    _check_hashes(proof)
    if old_size in {0, new_size}:
        _verify_nothing_to_prove(old_size, old_root, new_size, new_root, proof)
        return
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        raise ProofError("the consistency proof is empty")
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the consistency proof is too long")
        if position & 1 or position == last:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new_node = node_hash(new_node, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError("the consistency proof is too short")
    if old_node != old_root:
        raise ProofError("the consistency proof leads to another old root")
    if new_node != new_root:
        raise ProofError("the consistency proof leads to another new root")


def _verify_nothing_to_prove(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Judge the two cases in which the proof is empty: an empty old tree, and equal sizes."""
    if proof:
        raise ProofError("a consistency proof where there is nothing to prove")
    for size, root in ((old_size, old_root), (new_size, new_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise ProofError("a root that is not that of the empty tree")
    if old_size == new_size and old_root != new_root:
        raise ProofError("two roots of the same size differ")


def _siblings(start: int, end: int, size: int, reader: HashReader) -> list[bytes]:
    """Walk from the root down to leaves [start, end), and collect the other side at each split, root side first.

    `end - start` is a power of two and `start` a multiple of it, so that the walk does reach that subtree.
    """
    low, high = 0, size
    hashes: list[bytes] = []
    while (low, high) != (start, end):
        middle = low + split(high - low)
        if end <= middle:
            hashes.append(range_root(middle, high, reader))
            high = middle
        else:
            hashes.append(range_root(low, middle, reader))
            low = middle
    return hashes


def split(width: int) -> int:
    """Return the largest power of two smaller than `width` (RFC 6962 §2.1: k < n <= 2k)."""
    return 1 << ((width - 1).bit_length() - 1)


def range_root(low: int, high: int, reader: HashReader) -> bytes:
    """Compute MTH(D[low:high]) for a range that occurs in the tree: its complete subtrees, folded from the right."""
    nodes: list[bytes] = []
    while low < high:
        level = (high - low).bit_length() - 1
        nodes.append(reader.subtree(level, low >> level))
        low += 1 << level
    root = nodes.pop()
    while nodes:
        root = node_hash(nodes.pop(), root)
    return root


def _check_hashes(proof: Sequence[bytes]) -> None:
    for position, node in enumerate(proof):
        if len(node) != _HASH_SIZE:
            raise ProofError(f"hash {position} of the proof is {len(node)} bytes")
