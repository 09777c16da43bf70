"""Strict JSON and its one canonical spelling (RFC 8785, log-format.md section 2).

`parse` refuses what two programs could read in two ways: duplicate keys, floats, NaN, integers beyond 2^53-1, keys
that are not ASCII snake_case, lone surrogates, bytes that are not UTF-8, a byte order mark, nesting beyond
`DEPTH_MAX`. `render` writes the canonical form; a text is canonical where `render(parse(text)) == text`.
"""

import json
import re
from typing import Any, Final

DEPTH_MAX: Final = 32
INTEGER_MAX: Final = 2**53 - 1
_KEY = re.compile(r"[a-z_][a-z0-9_]*")
_OUTSIDE_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|([\[{])|([\]}])|[^"\[\]{}]+', re.DOTALL)


class CanonicalError(ValueError):
    """A text is not strict JSON; `offset` is the byte where that shows, where it is known."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise CanonicalError("a key twice in one object")
    for key in result:
        if not _KEY.fullmatch(key):
            raise CanonicalError("a key that is not ASCII snake_case")
    return result


def _integer(digits: str) -> int:
    # 16 digits and a sign hold every integer within 2^53-1; longer ones never reach int().
    if len(digits) > 17 or abs(value := int(digits)) > INTEGER_MAX:
        raise CanonicalError("an integer beyond 2^53-1")
    if digits == "-0":
        raise CanonicalError("minus zero")
    return value


def _refuse_number(_: str) -> Any:
    raise CanonicalError("a number that is not an integer")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_refuse_number, parse_constant=_refuse_number
)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _check_depth(raw: bytes) -> None:
    depth = 0
    for match in _OUTSIDE_STRINGS.finditer(raw):
        if match[1]:
            depth += 1
            if depth > DEPTH_MAX:
                raise CanonicalError("nested too deep", match.start())
        elif match[2]:
            depth -= 1


def parse(raw: bytes) -> Any:
    """Return the value of a strict JSON text.

    Raises:
        CanonicalError: the text is not strict JSON.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise CanonicalError("bytes that are not UTF-8", error.start) from None
    if text.startswith("\ufeff"):
        raise CanonicalError("a byte order mark", 0)
    _check_depth(raw)
    try:
        value = _DECODER.decode(text)
        render(value)
    except json.JSONDecodeError as error:
        raise CanonicalError("not JSON", len(text[: error.pos].encode())) from None
    except UnicodeEncodeError:
        raise CanonicalError("half of a surrogate pair") from None
    except RecursionError:
        raise CanonicalError("nested too deep") from None
    return value


def render(value: object) -> bytes:
    r"""Return the canonical bytes of a value made of objects, arrays, strings, integers, booleans and null.

    Python sorts keys by code point and RFC 8785 by UTF-16 unit: the same for the ASCII keys that `parse` lets through.
    Its encoder escapes as section 3.2.2.2 says: two-character forms where there are some, lower-case \\u00xx otherwise.
    """
    return _ENCODER.encode(value).encode()


def first_difference(one: bytes, other: bytes) -> int | None:
    """Return the offset of the first byte in which two texts differ, or None where they are equal."""
    if one == other:
        return None
    for offset, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return offset
    return min(len(one), len(other))
