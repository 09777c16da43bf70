r"""The Merkle tree over a log's entries (RFC 6962 §2.1): hashes, right edge, proofs, tiles. Pure functions.

    leaf  = SHA-256(0x00 ‖ entry)
    node  = SHA-256(0x01 ‖ left ‖ right)
    empty = SHA-256("") = e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

A tree of 6 leaves, its right edge (the roots marked *), and the root over them:

              root
            /      \
          *          *
        /   \       / \
       n     n     4   5
      / \   / \
     0   1 2   3

`RightEdge` appends; `inclusion_proof` and `consistency_proof` read the hashes of complete subtrees from any
`HashReader`, such as `TileReader`; the `verify_` functions need nothing but the proof.
"""

from ledger.tree.edge import RightEdge
from ledger.tree.hashing import EMPTY_ROOT, leaf_hash, node_hash, subtree_root
from ledger.tree.proofs import (
    HashReader,
    ProofError,
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.tree.tiles import TileEdge, TileReader, grow_tiles, partial_widths, tile_hashes

__all__ = [
    "EMPTY_ROOT",
    "HashReader",
    "ProofError",
    "RightEdge",
    "TileEdge",
    "TileReader",
    "consistency_proof",
    "grow_tiles",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "partial_widths",
    "root_of",
    "subtree_root",
    "tile_hashes",
    "verify_consistency",
    "verify_inclusion",
]
