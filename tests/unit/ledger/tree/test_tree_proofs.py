from collections.abc import Sequence

import pytest

from ledger.tree import (
    EMPTY_ROOT,
    ProofError,
    RightEdge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(b"%d" % i) for i in range(40)]


class ListReader:
    """Hashes of subtrees of LEAVES; refuses what lies outside the tree it is asked about."""

    def __init__(self, size: int) -> None:
        self.size = size

    def subtree(self, level: int, index: int) -> bytes:
        assert (index + 1) << level <= self.size, "asked beyond the tree"
        return subtree_root(LEAVES[index << level : (index + 1) << level])


def root(size: int) -> bytes:
    return RightEdge.empty().extend(LEAVES[:size]).root()


def included(index: int, size: int) -> tuple[bytes, ...]:
    return inclusion_proof(index, size, ListReader(size))


def consistent(old: int, new: int) -> tuple[bytes, ...]:
    return consistency_proof(old, new, ListReader(new))


def test_root_from_a_reader() -> None:
    for size in range(len(LEAVES) + 1):
        assert root_of(size, ListReader(size)) == root(size)


def test_every_leaf_of_every_small_tree_is_shown_to_be_included() -> None:
    for size in range(1, 34):
        for index in range(size):
            verify_inclusion(LEAVES[index], index, size, included(index, size), root(size))


def test_every_two_small_trees_are_shown_to_be_consistent() -> None:
    for new in range(34):
        for old in range(new + 1):
            verify_consistency(old, root(old), new, root(new), consistent(old, new))


def test_single_leaf_has_an_empty_proof() -> None:
    assert included(0, 1) == ()


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (6, 5), (0, -1)])
def test_no_proof_of_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ProofError, match="has no leaf"):
        inclusion_proof(index, size, ListReader(size))
    with pytest.raises(ProofError, match="has no leaf"):
        verify_inclusion(LEAVES[0], index, size, (), root(1))


@pytest.mark.parametrize(("old", "new"), [(5, 4), (-1, 4), (1, 0)])
def test_no_proof_that_a_tree_shrank(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="does not continue"):
        consistency_proof(old, new, ListReader(40))
    with pytest.raises(ProofError, match="does not continue"):
        verify_consistency(old, EMPTY_ROOT, new, EMPTY_ROOT, ())


def test_no_root_of_a_negative_size() -> None:
    with pytest.raises(ProofError):
        root_of(-1, ListReader(0))


def spoiled(proof: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The proof with a hash dropped, doubled, flipped, moved, or one too many."""
    variants: list[Sequence[bytes]] = [(*proof, bytes(32)), (bytes(32), *proof), (*proof, *proof, bytes(32))]
    for i, node in enumerate(proof):
        flipped = bytes([node[0] ^ 1]) + node[1:]
        variants += [
            (*proof[:i], *proof[i + 1 :]),
            (*proof[:i], node, *proof[i:]),
            (*proof[:i], flipped, *proof[i + 1 :]),
            (*proof[:i], *proof[i + 1 :], node) if i < len(proof) - 1 else (),
        ]
    return [variant for variant in variants if tuple(variant) != tuple(proof)]


def test_refuses_every_spoiled_inclusion_proof() -> None:
    for size in range(1, 20):
        for index in range(size):
            for variant in spoiled(included(index, size)):
                with pytest.raises(ProofError):
                    verify_inclusion(LEAVES[index], index, size, variant, root(size))


def test_refuses_an_inclusion_proof_for_another_leaf_place_or_root() -> None:
    for size in range(2, 20):
        for index in range(size):
            proof = included(index, size)
            for other in range(size):
                if other != index:
                    with pytest.raises(ProofError):
                        verify_inclusion(LEAVES[index], other, size, proof, root(size))
                    with pytest.raises(ProofError):
                        verify_inclusion(LEAVES[other], index, size, proof, root(size))
            with pytest.raises(ProofError, match="another root"):
                verify_inclusion(LEAVES[index], index, size, proof, root(size - 1))


def test_refuses_every_spoiled_consistency_proof() -> None:
    for new in range(20):
        for old in range(new + 1):
            for variant in spoiled(consistent(old, new)):
                with pytest.raises(ProofError):
                    verify_consistency(old, root(old), new, root(new), variant)


def test_says_whether_a_proof_is_too_long_or_too_short() -> None:
    for size in range(1, 20):
        for index in range(size):
            proof = included(index, size)
            with pytest.raises(ProofError, match="too long"):
                verify_inclusion(LEAVES[index], index, size, (*proof, bytes(32)), root(size))
            if proof:
                with pytest.raises(ProofError, match="too short"):
                    verify_inclusion(LEAVES[index], index, size, proof[:-1], root(size))
        for old in range(1, size):
            proof = consistent(old, size)
            with pytest.raises(ProofError, match="too long"):
                verify_consistency(old, root(old), size, root(size), (*proof, bytes(32)))
            with pytest.raises(ProofError, match=r"too short|is empty"):
                verify_consistency(old, root(old), size, root(size), proof[:-1])


def test_refuses_consistency_with_another_root() -> None:
    for new in range(20):
        for old in range(new + 1):
            proof = consistent(old, new)
            with pytest.raises(ProofError):
                verify_consistency(old, bytes(32), new, root(new), proof)
            if old:  # an empty tree is the beginning of every tree
                with pytest.raises(ProofError):
                    verify_consistency(old, root(old), new, bytes(32), proof)


def test_refuses_a_rewritten_beginning() -> None:
    """A log that changed leaf 3 after it had signed five leaves finds no proof among those it could make."""
    forged = [*LEAVES[:3], bytes(32), *LEAVES[4:9]]
    forged_root = RightEdge.empty().extend(forged).root()
    with pytest.raises(ProofError):
        verify_consistency(5, root(5), 9, forged_root, consistent(5, 9))


@pytest.mark.parametrize("node", [b"", bytes(31), bytes(33)])
def test_refuses_hashes_of_another_length(node: bytes) -> None:
    with pytest.raises(ProofError, match="hash 0 of the proof"):
        verify_inclusion(LEAVES[0], 0, 2, [node], root(2))
    with pytest.raises(ProofError, match="hash 0 of the proof"):
        verify_consistency(1, root(1), 2, root(2), [node])


def test_huge_sizes_cost_no_more_than_their_bits() -> None:
    with pytest.raises(ProofError):
        verify_inclusion(LEAVES[0], 2**63 - 2, 2**63 - 1, [bytes(32)] * 63, root(1))
    with pytest.raises(ProofError):
        verify_consistency(2**62 + 1, root(1), 2**63 - 1, root(2), [bytes(32)] * 64)
