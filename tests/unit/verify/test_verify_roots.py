"""Roots of the tree at sizes that it had not long ago."""

from hashlib import sha256

import pytest

from tests.verify_archive import root
from verify.roots import WINDOW, RecentRoots
from verify.tree import Edge

LEAVES = [sha256(b"%d" % number).digest() for number in range(700)]


def grown(blocks: int, leaves: list[bytes] = LEAVES) -> RecentRoots:
    roots, edge = RecentRoots(), Edge()
    for first in range(0, len(leaves), blocks):
        roots.grow(edge, leaves[first : first + blocks])
        edge.extend(leaves[first : first + blocks])
    return roots


@pytest.mark.parametrize("blocks", [1, 7, 256, 1_000])
def test_gives_the_root_at_every_size(blocks: int) -> None:
    roots = grown(blocks)
    for size in range(0, len(LEAVES) + 1, 13):
        assert roots.at(size) == root(LEAVES[:size])
    assert roots.at(len(LEAVES) + 1) is None


def test_forgets_what_no_entry_may_speak_of_any_more() -> None:
    roots = grown(1_000, [bytes(32)] * (WINDOW + 5_000))
    assert roots.at(100) is None
    assert roots.at(5_000) is not None


def test_knows_nothing_of_before_a_range() -> None:
    edge, roots = Edge(), RecentRoots()
    edge.extend(LEAVES[:300])
    roots.grow(edge, LEAVES[300:])
    assert roots.at(299) is None
    assert roots.at(300) == root(LEAVES[:300])
