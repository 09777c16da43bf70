"""Strict readings of the small tokens that signed texts are made of: decimal, hex, base64, lines.

`int()` takes `+1`, `1_000` and Arabic digits, and `b64decode` takes stray bits and, unless told otherwise, stray
characters. Every one of those is a second spelling of the same value, and a signature covers one spelling only.
"""

import base64
import binascii
import re
from typing import Final

from ledger.wire.errors import WireError

HASH_SIZE: Final = 32
SIZE_MAX: Final = 2**63 - 1
"""The largest tree size, leaf index and POSIX time that the C2SP specifications allow."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_HEX_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def parse_decimal(text: str, what: str, where: str) -> int:
    """Read an ASCII decimal of 0..2^63-1 with no sign, no leading zero and nothing around it.

    Raises:
        WireError: it is anything else.
    """
    if _DECIMAL.fullmatch(text) is None:
        raise WireError(what, where, "not a decimal number without sign or leading zeros")
    number = int(text)
    if number > SIZE_MAX:
        raise WireError(what, where, "larger than 2^63-1")
    return number


def parse_base64(text: str, what: str, where: str) -> bytes:
    """Read standard base64 (RFC 4648 §4) with its padding, and no stray bits in the last character.

    Raises:
        WireError: another encoding of the same bytes exists and is the right one, or there is none.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WireError(what, where, "not standard base64") from None
    if format_base64(raw) != text:
        raise WireError(what, where, "not canonical base64")
    return raw


def format_base64(raw: bytes) -> str:
    """Render bytes as standard base64 with padding."""
    return base64.b64encode(raw).decode("ascii")


def parse_base64_hash(text: str, what: str, where: str) -> bytes:
    """Read a 32-byte hash in base64.

    Raises:
        WireError: not canonical base64, or not 32 bytes.
    """
    raw = parse_base64(text, what, where)
    if len(raw) != HASH_SIZE:
        raise WireError(what, where, f"a hash of {len(raw)} bytes where {HASH_SIZE} are expected")
    return raw


def parse_hex_hash(text: str, what: str, where: str) -> bytes:
    """Read a 32-byte hash in lower-case hex, as `sha256sum` prints it.

    Raises:
        WireError: not 64 lower-case hex digits.
    """
    if _HEX_HASH.fullmatch(text) is None:
        raise WireError(what, where, "not 64 lower-case hex digits")
    return bytes.fromhex(text)


def parse_text(raw: bytes, what: str, *, limit_bytes: int) -> str:
    """Read UTF-8 of at most `limit_bytes` with no control characters (below U+0020) other than LF.

    Raises:
        WireError: too long, not UTF-8, or a control character.
    """
    if len(raw) > limit_bytes:
        raise WireError(what, "byte 0", f"{len(raw)} bytes where {limit_bytes} are allowed")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WireError(what, f"byte {error.start}", "not UTF-8") from None
    check_text(text, what)
    return text


_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


def check_text(text: str, what: str) -> None:
    """Refuse text with control characters other than LF, or that UTF-8 cannot carry.

    Raises:
        WireError: a control character (signed-note "Format") or a lone surrogate.
    """
    found = _CONTROL.search(text)
    if found is not None:
        raise WireError(what, f"line {text.count(chr(10), 0, found.start()) + 1}", "a control character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError(what, "text", "a lone surrogate") from None


def check_hash(raw: bytes, what: str, where: str) -> None:
    """Refuse anything but 32 bytes.

    Raises:
        WireError: another length.
    """
    if len(raw) != HASH_SIZE:
        raise WireError(what, where, f"a hash of {len(raw)} bytes where {HASH_SIZE} are expected")


def check_size(number: int, what: str, where: str) -> None:
    """Refuse a tree size, index or time outside 0..2^63-1.

    Raises:
        WireError: out of range.
    """
    if not 0 <= number <= SIZE_MAX:
        raise WireError(what, where, "outside 0..2^63-1")
