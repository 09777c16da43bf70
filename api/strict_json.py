"""Request bodies: strict JSON, bounded before it is parsed.

As strict as for entries where it matters (duplicate keys, NaN, wrong UTF-8, depth, integers beyond ±(2^53-1)), but a
client may space and order its body as it likes.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final, NamedTuple

LIMIT_BYTES: Final = 1 << 20
LIMIT_DEPTH: Final = 16
LIMIT_INTEGER: Final = (1 << 53) - 1


class BodyError(ValueError):
    """The body is not the JSON that is asked for. No text here repeats anything of the body.

    Attributes:
        message_ru: what is wrong, in Russian.
        where: a place such as ``byte 17``, ``line 2 column 5`` or ``marks[3].value``; empty where none is known.
    """

    def __init__(self, message_ru: str, message: str, where: str = "") -> None:
        super().__init__(message)
        self.message_ru = message_ru
        self.where = where


def parse_body(raw: bytes, names: Collection[str] = ()) -> dict[str, Any]:
    """Parse a request body into an object.

    Args:
        raw: the body.
        names: keys that an error's place may name; any other key is told as ``?``.

    Raises:
        BodyError: too long, not UTF-8, not JSON, not an object, a duplicate key, half a surrogate pair, a number that
            is no integer within ±(2^53-1), or nested deeper than 16.
    """
    if len(raw) > LIMIT_BYTES:
        raise BodyError(f"тело длиннее {LIMIT_BYTES} байт", f"the body is longer than {LIMIT_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyError("тело не в UTF-8", "the body is not UTF-8", f"byte {error.start}") from None
    if _deeper_than_allowed(text):
        raise BodyError(f"вложенность больше {LIMIT_DEPTH}", f"the body is nested deeper than {LIMIT_DEPTH}")
    try:
        value = json.loads(
            text, object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise BodyError("тело — не JSON", "the body is not JSON", f"line {error.lineno} column {error.colno}") from None
    _refuse_faults(value, names, "")
    if not isinstance(value, dict):
        raise BodyError("тело — не объект JSON", "the body is not a JSON object")
    return value


class _Fault(NamedTuple):
    """Stands where the parser met what is refused, since only a walk from the root knows its place."""

    message_ru: str
    message: str
    key: str = ""


_NO_FRACTION: Final = _Fault("здесь бывают только целые числа", "only whole numbers are used here")
_TOO_LARGE: Final = _Fault("число вне ±(2^53-1)", "a number is outside ±(2^53-1)")
_SURROGATE: Final = _Fault("в тексте половина суррогатной пары", "a text holds half a surrogate pair")


def _refuse_faults(value: object, names: Collection[str], place: str) -> None:
    """Refuse the first fault, in the order of the body."""
    fault: _Fault | None = None
    if isinstance(value, _Fault):
        fault = value
        if fault.key:
            place = _below(place, fault.key, names)
    elif isinstance(value, str) and _has_lone_surrogate(value):
        fault = _SURROGATE
    if fault is not None:
        raise BodyError(fault.message_ru, fault.message, place)
    if isinstance(value, list):
        for position, item in enumerate(value):
            _refuse_faults(item, names, f"{place}[{position}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if _has_lone_surrogate(key):
                raise BodyError(_SURROGATE.message_ru, _SURROGATE.message, _below(place, "", names))
            _refuse_faults(item, names, _below(place, key, names))


def _below(place: str, key: str, names: Collection[str]) -> str:
    return f"{place}.{key if key in names else '?'}".removeprefix(".")


def _has_lone_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


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


def _no_duplicates(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        return _Fault("ключ стоит в объекте дважды", "a key stands twice in one object", twice)
    return value


def _no_float(_: str) -> Any:
    return _NO_FRACTION


def _integer(text: str) -> Any:
    if len(text) > 17 or abs(value := int(text)) > LIMIT_INTEGER:
        return _TOO_LARGE
    return value
