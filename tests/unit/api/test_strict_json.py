from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, strategies as st

from api.strict_json import LIMIT_BYTES, LIMIT_DEPTH, LIMIT_INTEGER, BodyError, parse_body

REFUSED = {
    "two equal keys": b'{"a":1,"a":1}',
    "two equal keys deeper": b'{"a":[{"b":1,"b":2}]}',
    "NaN": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "a fraction": b'{"a":1.5}',
    "an exponent": b'{"a":1e400}',
    "an integer beyond 2^53-1": b'{"a":9007199254740992}',
    "a thousand digits": b'{"a":' + b"9" * 1000 + b"}",
    "wrong UTF-8": b'{"a":"\xff"}',
    "half a surrogate pair": b'{"a":["\\ud800"]}',
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "an array": b"[1]",
    "nothing": b"",
    "a trailing word": b'{"a":1} x',
    "deep nesting": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a body too long": b'{"a":"' + b"x" * LIMIT_BYTES + b'"}',
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_refuses(raw: bytes) -> None:
    with pytest.raises(BodyError):
        parse_body(raw)


def test_a_bracket_in_a_string_is_not_nesting() -> None:
    assert parse_body(json.dumps({"a": "[" * 99 + '\\"'}).encode()) == {"a": "[" * 99 + '\\"'}


def test_the_deepest_allowed_nesting_is_read() -> None:
    raw = b'{"a":' + b"[" * (LIMIT_DEPTH - 1) + b"]" * (LIMIT_DEPTH - 1) + b"}"
    assert "a" in parse_body(raw)


def test_an_error_names_the_place_and_not_the_value() -> None:
    with pytest.raises(BodyError) as caught:
        parse_body(b'{"name": "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd",\n "x": }')
    assert caught.value.where == "line 2 column 7"
    assert "Иван" not in str(caught.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-LIMIT_INTEGER, LIMIT_INTEGER) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), values, max_size=5))
def test_reads_what_json_writes(value: dict[str, object]) -> None:
    assert parse_body(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(BodyError):
        parse_body(raw)
