from hashlib import sha256

import pytest

from ledger.tree import EMPTY_ROOT, RightEdge, leaf_hash, node_hash, subtree_root

# The leaves and roots that RFC 6962 implementations have been checked with since the first of them.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % i) for i in range(count)]


def test_empty_tree() -> None:
    assert RightEdge.empty() == RightEdge(0, ())
    assert RightEdge.empty().root() == EMPTY_ROOT == sha256(b"").digest()


def test_roots_of_the_certificate_transparency_tree() -> None:
    edge = RightEdge.empty()
    for leaf, root in zip(CT_LEAVES, CT_ROOTS, strict=True):
        edge = edge.append(leaf_hash(leaf))
        assert edge.root() == root
    assert RightEdge.empty().extend(map(leaf_hash, CT_LEAVES)).root() == CT_ROOTS[-1]


def test_leaves_and_nodes_are_hashed_apart() -> None:
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest()


def test_one_hash_for_each_1_bit_largest_first() -> None:
    a, b, c, d, e, f = leaves(6)
    four = node_hash(node_hash(a, b), node_hash(c, d))
    assert RightEdge.empty().extend([a, b, c, d, e, f]) == RightEdge(6, (four, node_hash(e, f)))


def test_bytes_and_back() -> None:
    edge = RightEdge.empty().extend(leaves(7))
    assert edge.to_bytes() == b"".join(edge.hashes)
    assert RightEdge.from_bytes(7, edge.to_bytes()) == edge
    assert RightEdge.from_bytes(0, b"") == RightEdge.empty()


@pytest.mark.parametrize(("size", "length"), [(7, 64), (7, 128), (7, 95), (0, 32), (1, 0), (-1, 32)])
def test_refuses_bytes_that_do_not_fit_the_size(size: int, length: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        RightEdge.from_bytes(size, bytes(length))


def test_refuses_hashes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        RightEdge(3, (bytes(32),))
    with pytest.raises(ValueError, match="not 32 bytes"):
        RightEdge(1, (bytes(31),))
    with pytest.raises(ValueError, match="not 32 bytes"):
        RightEdge.empty().append(b"short")


def test_appending_leaves_the_old_edge_as_it_was() -> None:
    edge = RightEdge.empty().extend(leaves(3))
    before = (edge.size, edge.hashes)
    edge.append(bytes(32))
    edge.extend(leaves(5))
    assert (edge.size, edge.hashes) == before
    assert edge.extend([]) == edge


def test_subtree_root_takes_powers_of_two_only() -> None:
    for height in range(9):
        assert subtree_root(leaves(1 << height)) == RightEdge.empty().extend(leaves(1 << height)).root()
    for count in (0, 3, 255):
        with pytest.raises(ValueError, match="power of two"):
            subtree_root(leaves(count))
