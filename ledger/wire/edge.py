"""The right edge of a tree as an archive's `start-edge` file (log format §7).

One lower-case hex hash a line, LF after each, largest subtree first: as many lines as the size has 1-bits.

    5f1b…e0    root over the first 4 leaves of 5
    9c02…77    the fifth leaf
"""

from collections.abc import Sequence
from typing import Final

from ledger.wire.errors import WireError
from ledger.wire.text import check_hash, check_size, parse_hex_hash

_WHAT: Final = "start edge"
_LINE_LENGTH: Final = 65


def format_edge(hashes: Sequence[bytes]) -> bytes:
    """Render a right edge.

    Raises:
        WireError: a hash that is not 32 bytes.
    """
    for position, node in enumerate(hashes):
        check_hash(node, _WHAT, f"hash {position}")
    return "".join(f"{node.hex()}\n" for node in hashes).encode()


def parse_edge(raw: bytes, size: int) -> tuple[bytes, ...]:
    """Read the right edge of a tree of `size` leaves.

    Raises:
        WireError: not one hash per 1-bit of `size`, or not lower-case hex lines.
    """
    check_size(size, _WHAT, "size")
    count = size.bit_count()
    if len(raw) != count * _LINE_LENGTH:
        raise WireError(_WHAT, "byte 0", f"{len(raw)} bytes where {count} lines of {_LINE_LENGTH} are expected")
    # Each line is taken with its LF's place, so that nothing can hide between the digits and the next line.
    lines = [raw[i : i + _LINE_LENGTH] for i in range(0, len(raw), _LINE_LENGTH)]
    hashes = []
    for number, line in enumerate(lines, 1):
        if not (line.isascii() and line.endswith(b"\n")):
            raise WireError(_WHAT, f"line {number}", "not 64 lower-case hex digits and LF")
        hashes.append(parse_hex_hash(line[:-1].decode("ascii"), _WHAT, f"line {number}"))
    return tuple(hashes)
