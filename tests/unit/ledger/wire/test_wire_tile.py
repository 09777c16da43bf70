import pytest

from ledger.wire import (
    BundlePath,
    TilePath,
    WireError,
    format_bundle,
    format_bundle_path,
    format_tile_path,
    parse_bundle,
    parse_bundle_path,
    parse_tile_path,
)

PATHS = [
    (TilePath(0, 0), "tile/0/000"),
    (TilePath(0, 1234067), "tile/0/x001/x234/067"),
    (TilePath(1, 0, 17), "tile/1/000.p/17"),
    (TilePath(2, 999), "tile/2/999"),
    (TilePath(2, 1000, 1), "tile/2/x001/000.p/1"),
    (TilePath(63, 5, 255), "tile/63/005.p/255"),
    (TilePath(0, 2**63 - 1), "tile/0/x009/x223/x372/x036/x854/x775/807"),
]


@pytest.mark.parametrize(("path", "text"), PATHS)
def test_tile_path(path: TilePath, text: str) -> None:
    assert format_tile_path(path) == text
    assert parse_tile_path(text) == path


def test_bundle_path() -> None:
    for path, text in [(BundlePath(0, 5), "tile/entries/000.p/5"), (BundlePath(1234067), "tile/entries/x001/x234/067")]:
        assert format_bundle_path(path) == text
        assert parse_bundle_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/+1/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/x/000",
        "tile/٣/000",
        "tile/entries/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/X001/000",
        "tile/0/x001/x000",
        "tile/0/٠٠٠",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/x001.p/5",
        "tile/0/../000",
        "tile/0/000\n",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tile/0/" + "x000/" * 1000 + "000",
    ],
)
def test_refuses_any_other_path(text: str) -> None:
    with pytest.raises(WireError):
        parse_tile_path(text)


@pytest.mark.parametrize(
    "text", ["tile/0/000", "tile/entries/0", "entries/000", "tile/entries/x000/001", "tile/Entries/000"]
)
def test_refuses_any_other_bundle_path(text: str) -> None:
    with pytest.raises(WireError):
        parse_bundle_path(text)


@pytest.mark.parametrize(
    "path",
    [TilePath(-1, 0), TilePath(64, 0), TilePath(0, -1), TilePath(0, 2**63), TilePath(0, 0, 0), TilePath(0, 0, 257)],
)
def test_refuses_to_write_a_path_out_of_range(path: TilePath) -> None:
    with pytest.raises(WireError):
        format_tile_path(path)


def test_bundle_is_length_and_bytes() -> None:
    assert format_bundle([b"ab", b"", b"c"]) == b"\x00\x02ab\x00\x00\x00\x01c"
    assert parse_bundle(b"\x00\x02ab\x00\x00\x00\x01c", 3) == [b"ab", b"", b"c"]


def test_bundle_holds_the_longest_entry_and_256_of_them() -> None:
    entries = [b"x" * 65_535] * 256
    assert parse_bundle(format_bundle(entries), 256) == entries


@pytest.mark.parametrize(
    ("raw", "count", "where"),
    [
        (b"", 1, "entry 0"),
        (b"\x00", 1, "entry 0"),
        (b"\x00\x03ab", 1, "entry 0"),
        (b"\x00\x02ab\x00", 2, "entry 1"),
        (b"\x00\x02ab", 2, "entry 1"),
        (b"\x00\x02ab\x00", 1, "byte 4"),
        (b"\x00\x02ab\x00\x00", 1, "byte 4"),
        (b"", 0, "width"),
        (b"\x00\x00" * 257, 257, "width"),
        (b"", -1, "width"),
    ],
)
def test_refuses_a_bundle_that_is_not_of_its_width(raw: bytes, count: int, where: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_bundle(raw, count)
    assert caught.value.where == where


def test_refuses_to_write_a_wrong_bundle() -> None:
    for entries in ([], [b""] * 257, [b"x" * 65_536]):
        with pytest.raises(WireError):
            format_bundle(entries)
