"""Paths of tiles, and entry bundles (C2SP tlog-tiles).

tile/0/x001/x234/067            256 leaf hashes, from leaf 1234067 * 256
tile/1/000.p/17                 17 hashes, each over a full tile of level 0
tile/entries/000.p/5            5 entries, each behind its length as big-endian uint16
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.wire.errors import WireError
from ledger.wire.text import SIZE_MAX, parse_decimal

TILE_WIDTH: Final = 256
LEVEL_MAX: Final = 63
ENTRY_LENGTH_MAX: Final = 65_535

_WHAT: Final = "tile path"
_WHAT_BUNDLE: Final = "entry bundle"
_INDEX = re.compile("(?:x[0-9]{3}/){0,6}[0-9]{3}", re.ASCII)
_PATH_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class TilePath:
    """A hash tile: its level, its index in the level, and how many hashes it holds (256: full)."""

    level: int
    index: int
    width: int = TILE_WIDTH


@dataclass(frozen=True, slots=True)
class BundlePath:
    """An entry bundle: its index and how many entries it holds (256: full)."""

    index: int
    width: int = TILE_WIDTH


def format_tile_path(path: TilePath) -> str:
    """Render a hash tile's path, without a slash before it.

    Raises:
        WireError: level, index or width out of range.
    """
    if not 0 <= path.level <= LEVEL_MAX:
        raise WireError(_WHAT, "level", f"outside 0..{LEVEL_MAX}")
    return f"tile/{path.level}/{_format_index(path.index)}{_format_width(path.width)}"


def parse_tile_path(text: str) -> TilePath:
    """Read a hash tile's path.

    Raises:
        WireError: not a tile path, or not its only spelling.
    """
    level_text, rest = _split_path(text)
    level = parse_decimal(level_text, _WHAT, "level")
    if level > LEVEL_MAX:
        raise WireError(_WHAT, "level", f"outside 0..{LEVEL_MAX}")
    path = TilePath(level, *_parse_index_and_width(rest))
    if format_tile_path(path) != text:
        raise WireError(_WHAT, "index", "not in canonical form")
    return path


def format_bundle_path(path: BundlePath) -> str:
    """Render an entry bundle's path, without a slash before it.

    Raises:
        WireError: index or width out of range.
    """
    return f"tile/entries/{_format_index(path.index)}{_format_width(path.width)}"


def parse_bundle_path(text: str) -> BundlePath:
    """Read an entry bundle's path.

    Raises:
        WireError: not a bundle path, or not its only spelling.
    """
    level_text, rest = _split_path(text)
    if level_text != "entries":
        raise WireError(_WHAT, "level", 'not "entries"')
    path = BundlePath(*_parse_index_and_width(rest))
    if format_bundle_path(path) != text:
        raise WireError(_WHAT, "index", "not in canonical form")
    return path


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Join 1..256 entries, each behind its length.

    Raises:
        WireError: no entries, more than 256, or one longer than 65,535 bytes.
    """
    _check_width(len(entries), _WHAT_BUNDLE)
    pieces: list[bytes] = []
    for position, entry in enumerate(entries):
        if len(entry) > ENTRY_LENGTH_MAX:
            raise WireError(_WHAT_BUNDLE, f"entry {position}", f"longer than {ENTRY_LENGTH_MAX} bytes")
        pieces += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(pieces)


def parse_bundle(raw: bytes, count: int) -> list[bytes]:
    """Split a bundle into exactly `count` entries (1..256).

    Raises:
        WireError: cut short, or bytes left over.
    """
    _check_width(count, _WHAT_BUNDLE)
    entries: list[bytes] = []
    offset = 0
    for position in range(count):
        start = offset + 2
        end = start + int.from_bytes(raw[offset:start], "big")
        if len(raw) < start or len(raw) < end:
            raise WireError(_WHAT_BUNDLE, f"entry {position}", "cut short")
        entries.append(raw[start:end])
        offset = end
    if offset != len(raw):
        raise WireError(_WHAT_BUNDLE, f"byte {offset}", f"more than {count} entries")
    return entries


def _format_index(index: int) -> str:
    """Render 1234067 as x001/x234/067."""
    if not 0 <= index <= SIZE_MAX:
        raise WireError(_WHAT, "index", "outside 0..2^63-1")
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return text


def _format_width(width: int) -> str:
    _check_width(width, _WHAT)
    return "" if width == TILE_WIDTH else f".p/{width}"


def _check_width(width: int, what: str) -> None:
    if not 1 <= width <= TILE_WIDTH:
        raise WireError(what, "width", f"outside 1..{TILE_WIDTH}")


def _split_path(text: str) -> tuple[str, str]:
    """Split `tile/<level>/<rest>`."""
    if len(text) > _PATH_LENGTH_MAX:
        raise WireError(_WHAT, "length", f"{len(text)} characters where {_PATH_LENGTH_MAX} are allowed")
    parts = text.split("/", 2)
    if len(parts) != 3 or parts[0] != "tile":
        raise WireError(_WHAT, "text", "not tile/<level>/<index>")
    return parts[1], parts[2]


def _parse_index_and_width(text: str) -> tuple[int, int]:
    index_text, partial, width_text = text.partition(".p/")
    width = parse_decimal(width_text, _WHAT, "width") if partial else TILE_WIDTH
    _check_width(width, _WHAT)
    if _INDEX.fullmatch(index_text) is None:
        raise WireError(_WHAT, "index", "not groups of three digits, all but the last after an x")
    index = int(index_text.replace("x", "").replace("/", ""))
    if index > SIZE_MAX:
        raise WireError(_WHAT, "index", "outside 0..2^63-1")
    return index, width
