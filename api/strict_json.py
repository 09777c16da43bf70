"""Request bodies: strict JSON, bounded before it is parsed.

As strict as for entries where it matters (duplicate keys, NaN, wrong UTF-8, depth, integers beyond ±(2^53-1)), but a
client may space and order its body as it likes.
"""

from __future__ import annotations

import json
from typing import Any, Final

LIMIT_BYTES: Final = 1 << 20
LIMIT_DEPTH: Final = 16
LIMIT_INTEGER: Final = (1 << 53) - 1


class BodyError(ValueError):
    """The body is not the JSON that is asked for; `where` is a place such as ``byte 17`` or ``marks[3].value``."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


def parse_body(raw: bytes) -> dict[str, Any]:
    """Parse a request body into an object.

    Raises:
        BodyError: too long, not UTF-8, not JSON, not an object, a duplicate key, half a surrogate pair, a number that
            is no integer within ±(2^53-1), or nested deeper than 16.
    """
    if len(raw) > LIMIT_BYTES:
        raise BodyError(f"the body is longer than {LIMIT_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyError("the body is not UTF-8", f"byte {error.start}") from None
    if _deeper_than_allowed(text):
        raise BodyError(f"the body is nested deeper than {LIMIT_DEPTH}")
    try:
        value = json.loads(
            text, object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise BodyError("the body is not JSON", f"line {error.lineno} column {error.colno}") from None
    if not isinstance(value, dict):
        raise BodyError("the body is not a JSON object")
    _no_lone_surrogate(value)
    return value


def _no_lone_surrogate(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BodyError("a text holds half a surrogate pair, which is no character") from None


def _deeper_than_allowed(text: str) -> bool:
    """Count brackets outside strings first: the parser itself recurses and would run out of stack."""
    depth, in_string, escaped = 0, False, False
    for char in text:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            if depth > LIMIT_DEPTH:
                return True
        elif char in "]}":
            depth -= 1
    return False


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyError("a key stands twice in one object", twice[:64])
    return value


def _no_float(text: str) -> Any:
    raise BodyError("only whole numbers are used here", text[:32])


def _integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > LIMIT_INTEGER:
        raise BodyError("a number is outside ±(2^53-1)", text[:32])
    return value
