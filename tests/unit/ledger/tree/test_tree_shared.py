"""Shared proofs: the same as one by one, for every set of leaves of small trees."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from ledger.tree import ProofError, RightEdge, leaf_hash, node_hash, subtree_root
from ledger.tree.shared import root_from_shared, shared_proof
from verify.tree import root_from_shared as verifiers_root


class ListReader:
    """Subtrees of leaf hashes in a list."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves

    def subtree(self, level: int, index: int) -> bytes:
        return subtree_root(self.leaves[index << level : (index + 1) << level])


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_leads_every_set_of_leaves_to_the_root(size: int) -> None:
    leaves = leaves_of(size)
    root = RightEdge.empty().extend(leaves).root()
    for count in range(size + 1):
        for indexes in combinations(range(size), count):
            proof = shared_proof(indexes, size, ListReader(leaves))
            known = {index: leaves[index] for index in indexes}
            assert root_from_shared(known, size, proof) == root
            assert verifiers_root(size, known, proof) == root


def test_has_the_hashes_that_its_example_names() -> None:
    leaves = leaves_of(6)
    assert shared_proof([1, 4], 6, ListReader(leaves)) == [leaves[0], node_hash(leaves[2], leaves[3]), leaves[5]]


def test_is_no_longer_than_the_proofs_of_its_leaves_together() -> None:
    size, chance = 1_000, random.Random(3)
    leaves = leaves_of(size)
    for count in (1, 10, 300):
        indexes = sorted(chance.sample(range(size), count))
        proof = shared_proof(indexes, size, ListReader(leaves))
        assert len(proof) <= 10 * count
        root = RightEdge.empty().extend(leaves).root()
        assert root_from_shared({index: leaves[index] for index in indexes}, size, proof) == root


@pytest.mark.parametrize("indexes", [[3, 1], [2, 2], [7], [-1]])
def test_refuses_indexes_that_do_not_rise_within_the_tree(indexes: list[int]) -> None:
    with pytest.raises(ProofError):
        shared_proof(indexes, 7, ListReader(leaves_of(7)))


def test_refuses_a_proof_that_is_too_long_or_too_short() -> None:
    leaves = leaves_of(7)
    proof = shared_proof([1, 4], 7, ListReader(leaves))
    known = {1: leaves[1], 4: leaves[4]}
    for wrong in (proof[:-1], [*proof, proof[0]]):
        with pytest.raises(ProofError):
            root_from_shared(known, 7, wrong)
        assert verifiers_root(7, known, wrong) is None
    with pytest.raises(ProofError):
        root_from_shared({}, 0, [])
