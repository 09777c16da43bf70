"""RFC 8785 canonical JSON, restricted as the log format §2 restricts it.

    {"corrects":17,"lesson":"…","mark":"4","tags":["late",null,true]}

One value has exactly one spelling: keys are ASCII snake_case and sorted, no white space, UTF-8 without escapes other
than those JSON needs, integers within ±(2^53-1), no floats. RFC 8785 sorts keys by UTF-16 code units and orjson by
code points: for ASCII keys that is the same order.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from ledger.wire.errors import WireError

INTEGER_MAX: Final = 2**53 - 1
LIMIT_BYTES: Final = 65_535
LIMIT_DEPTH: Final = 32

_WHAT: Final = "canonical JSON"
_KEY = re.compile(r"_?[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_KEY_LENGTH_MAX: Final = 64
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)

_ALWAYS_FINE: Final = frozenset((str, bool, type(None)))

# Keys that passed the pattern before. A journal has a few hundred; the limit is there for whoever sends new ones.
_seen_keys: set[str] = set()
_SEEN_KEYS_MAX: Final = 4_096


def format_canonical(value: object, *, limit_depth: int = LIMIT_DEPTH) -> bytes:
    """Render mappings, lists, tuples, texts, integers, booleans and None as canonical JSON.

    Raises:
        WireError: any other type, a float, an integer beyond ±(2^53-1), a key that is not
            snake_case, a lone surrogate, or nesting deeper than `limit_depth`.
    """
    _check_value(_plain(value), "", limit_depth)
    return _render(value)


def parse_canonical(raw: bytes, *, limit_bytes: int = LIMIT_BYTES, limit_depth: int = LIMIT_DEPTH) -> dict[str, Any]:
    """Read a JSON object from its canonical form, and from no other.

    Raises:
        WireError: not JSON, not an object, or not byte for byte what `format_canonical` gives
            for what was read (duplicate or unsorted keys, white space, needless escapes …).
    """
    if len(raw) > limit_bytes:
        raise WireError(_WHAT, "byte 0", f"{len(raw)} bytes where {limit_bytes} are allowed")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise WireError(_WHAT, f"character {error.pos}", "not JSON") from None
    if type(value) is not dict:
        raise WireError(_WHAT, "byte 0", "not an object")
    _check_object(value, "", limit_depth)
    rendered = _render(value)
    if rendered != raw:
        raise WireError(_WHAT, f"byte {_first_difference(raw, rendered)}", "not in canonical form")
    return value


def _render(value: object) -> bytes:
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError:
        raise WireError(_WHAT, "value", "a text with a lone surrogate, or a value that JSON has no form for") from None


def _plain(value: object) -> object:
    """Turn the mappings that orjson does not know into dicts; leave everything else."""
    if isinstance(value, Mapping) and type(value) is not dict:
        return dict(value)
    return value


def _check_value(value: Any, where: str, depth_left: int) -> None:
    """Walk one value: types, key names, integer range, depth."""
    kind = type(value)
    if kind in _ALWAYS_FINE:
        return
    if kind is dict:
        _check_object(value, where, depth_left)
    elif kind is list or kind is tuple:
        _check_depth(where, depth_left)
        for position, item in enumerate(value):
            if type(item) not in _ALWAYS_FINE:
                _check_value(_plain(item), f"{where}[{position}]", depth_left - 1)
    elif isinstance(value, int):
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise WireError(_WHAT, where or "value", "an integer beyond 2^53-1")
    elif kind is float:
        raise WireError(_WHAT, where or "value", "a number that is not an integer")
    elif not isinstance(value, str):
        raise WireError(_WHAT, where or "value", f"a value of type {kind.__name__}, which has no form here")


def _check_object(value: dict[Any, Any], where: str, depth_left: int) -> None:
    _check_depth(where, depth_left)
    for key, item in value.items():
        if key not in _seen_keys:
            _check_key(key, where)
        kind = type(item)
        if kind is not str and kind not in _ALWAYS_FINE:  # `is` first: most values are texts, and it costs half
            _check_value(_plain(item), f"{where}.{key}" if where else key, depth_left - 1)


def _check_depth(where: str, depth_left: int) -> None:
    if depth_left <= 0:
        raise WireError(_WHAT, where or "value", "nested too deep")


def _check_key(key: object, where: str) -> None:
    if type(key) is not str or len(key) > _KEY_LENGTH_MAX or _KEY.fullmatch(key) is None:
        # The key itself is not repeated: whoever sends a wrong key may have put a name into it.
        raise WireError(_WHAT, where or "value", "a key that is not ASCII snake_case")
    if len(_seen_keys) < _SEEN_KEYS_MAX:
        _seen_keys.add(key)


def _first_difference(left: bytes, right: bytes) -> int:
    for offset, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return offset
    return min(len(left), len(right))
