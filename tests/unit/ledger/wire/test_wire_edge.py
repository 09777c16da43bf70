import pytest

from ledger.wire import WireError, format_edge, parse_edge

HASHES = (bytes(range(32)), b"\xab" * 32)
RAW = f"{HASHES[0].hex()}\n{HASHES[1].hex()}\n".encode()


def test_one_hash_a_line() -> None:
    assert format_edge(HASHES) == RAW
    assert parse_edge(RAW, 5) == HASHES
    assert parse_edge(RAW, 6) == HASHES


def test_empty_tree_has_an_empty_edge() -> None:
    assert format_edge(()) == b""
    assert parse_edge(b"", 0) == ()


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (RAW, 0),
        (RAW, 4),
        (RAW, 7),
        (RAW, -1),
        (RAW, 2**63),
        (b"", 1),
        (RAW[:-1], 5),
        (RAW + b"\n", 5),
        (RAW.upper(), 5),
        (RAW.replace(b"\n", b" "), 5),
        (RAW.replace(b"a", b"g"), 5),
        (RAW[:-2] + b"\n\n", 5),
        (b"\xff" * 130, 5),
        (b"\n" * 130, 5),
    ],
)
def test_refuses_any_other_bytes(raw: bytes, size: int) -> None:
    with pytest.raises(WireError):
        parse_edge(raw, size)


def test_refuses_to_write_a_wrong_hash() -> None:
    with pytest.raises(WireError):
        format_edge((bytes(31),))
