import datetime as dt
import enum
import types
import uuid
from decimal import Decimal
from typing import Any

import pytest

from ledger.wire import WireError, format_canonical, parse_canonical


def test_sorts_keys_and_leaves_no_space() -> None:
    assert format_canonical({"b": [1, 2], "a": {"d": None, "c": True}}) == b'{"a":{"c":true,"d":null},"b":[1,2]}'


def test_writes_utf8_without_needless_escapes() -> None:
    assert format_canonical({"note": "Ёж / \u2028 \x7f"}) == '{"note":"Ёж / \u2028 \x7f"}'.encode()


def test_escapes_as_rfc_8785_asks() -> None:
    text = "".join(map(chr, range(0x20))) + '"\\'
    short = {8: rb"\b", 9: rb"\t", 10: rb"\n", 12: rb"\f", 13: rb"\r"}
    escaped = b"".join(short.get(code, b"\\u%04x" % code) for code in range(0x20)) + rb"\"\\"
    assert format_canonical({"a": text}) == b'{"a":"' + escaped + b'"}'


def test_takes_any_mapping_and_tuples() -> None:
    inner = types.MappingProxyType({"b": 1, "a": (1, types.MappingProxyType({"c": 2}))})
    assert format_canonical(types.MappingProxyType({"x": inner})) == b'{"x":{"a":[1,{"c":2}],"b":1}}'


def test_takes_text_and_integer_enums_by_value() -> None:
    class Kind(enum.StrEnum):
        TEST = "test"

    assert format_canonical({"kind": Kind.TEST}) == b'{"kind":"test"}'


@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1, 0])
def test_keeps_integers_within_53_bits(number: int) -> None:
    assert parse_canonical(format_canonical({"n": number})) == {"n": number}


@pytest.mark.parametrize(
    "value",
    [
        {"n": 2**53},
        {"n": -(2**53)},
        {"n": 1.0},
        {"n": float("nan")},
        {"n": Decimal(1)},
        {"n": b"bytes"},
        {"n": {1, 2}},
        {"n": uuid.UUID(int=0)},
        {"n": dt.date(2026, 9, 1)},
        {"n": [[{"m": 1.5}]]},
        {"n": "\ud800"},
        {"n": ["\ud800"]},
        {1: 2},
        {"Name": 1},
        {"имя": 1},
        {"": 1},
        {"a__b": 1},
        {"a_": 1},
        {"a b": 1},
        {"a" * 65: 1},
        {"1a": 1},
    ],
)
def test_refuses_to_write_what_has_no_form(value: Any) -> None:
    with pytest.raises(WireError):
        format_canonical(value)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not JSON"),
        (b"[]", "not an object"),
        (b'"a"', "not an object"),
        (b"1", "not an object"),
        (b'{"a":1,"a":1}', "not in canonical form"),
        (b'{"a":1,"a":2}', "not in canonical form"),
        (b'{"b":1,"a":2}', "not in canonical form"),
        (b'{"a": 1}', "not in canonical form"),
        (b'{"a":1}\n', "not in canonical form"),
        (b' {"a":1}', "not in canonical form"),
        (b'{"a":1.0}', "a number that is not an integer"),
        (b'{"a":1.5}', "a number that is not an integer"),
        (b'{"a":1e3}', "a number that is not an integer"),
        (b'{"a":1e400}', "not JSON"),
        (b'{"a":NaN}', "not JSON"),
        (b'{"a":Infinity}', "not JSON"),
        (b'{"a":-0}', "not in canonical form"),
        (b'{"a":01}', "not JSON"),
        (b'{"a":+1}', "not JSON"),
        (b'{"a":9007199254740992}', "an integer beyond 2^53-1"),
        (b'{"a":-9007199254740992}', "an integer beyond 2^53-1"),
        (b'{"a":18446744073709551616}', "a number that is not an integer"),
        (b'{"a":"\\u0041"}', "not in canonical form"),
        (b'{"a":"\\/"}', "not in canonical form"),
        (b'{"a":"\\u000A"}', "not in canonical form"),
        (b'{"a":"\\u001F"}', "not in canonical form"),
        (b'{"\\u0061":1}', "not in canonical form"),
        (b'{"a":"\\ud800"}', "not JSON"),
        (b'{"a":"\xff"}', "not JSON"),
        (b'{"a":"\xed\xa0\x80"}', "not JSON"),
        (b'{"a":"\n"}', "not JSON"),
        (b'\xef\xbb\xbf{"a":1}', "not JSON"),
        (b'{"A":1}', "a key that is not ASCII snake_case"),
        ('{"\u0456d":1}'.encode(), "a key that is not ASCII snake_case"),
        (b'{"a":1}{"a":1}', "not JSON"),
        (b'{"a":1,}', "not JSON"),
        (b"{'a':1}", "not JSON"),
    ],
)
def test_refuses_every_other_spelling(raw: bytes, reason: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_canonical(raw)
    assert caught.value.reason == reason


def test_names_the_place_of_a_wrong_value() -> None:
    with pytest.raises(WireError) as caught:
        parse_canonical(b'{"works":[{"mark":"5"},{"mark":4.5}]}')
    assert caught.value.where == "works[1].mark"


def test_names_the_byte_where_the_canonical_form_differs() -> None:
    with pytest.raises(WireError) as caught:
        parse_canonical(b'{"a":1, "b":2}')
    assert caught.value.where == "byte 7"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":"Ivanova","b":1.5}',
        b'{"Ivanova":1}',
        b'{"a":{"Ivanova":1}}',
        b'{"a":"Ivanova", "b":1}',
        b'{"a":"Ivanova"',
        b'["Ivanova"]',
    ],
)
def test_error_never_repeats_what_stood_there(raw: bytes) -> None:
    with pytest.raises(WireError) as caught:
        parse_canonical(raw)
    assert "Ivanova" not in str(caught.value) + repr(caught.value)
    assert str(caught.value).startswith("canonical JSON: ")


def nested(depth: int) -> bytes:
    """An object that is `depth` containers deep."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_allows_nesting_up_to_the_limit() -> None:
    assert parse_canonical(nested(32), limit_depth=32)
    with pytest.raises(WireError, match="nested too deep"):
        parse_canonical(nested(33), limit_depth=32)


@pytest.mark.parametrize("depth", [1_000, 20_000])
def test_refuses_absurd_nesting_without_a_recursion_error(depth: int) -> None:
    with pytest.raises(WireError):
        parse_canonical(nested(depth))
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    with pytest.raises(WireError, match="nested too deep"):
        format_canonical(value)


def test_refuses_more_bytes_than_the_limit() -> None:
    raw = format_canonical({"a": "x" * 100})
    assert parse_canonical(raw, limit_bytes=len(raw))
    with pytest.raises(WireError, match="are allowed"):
        parse_canonical(raw, limit_bytes=len(raw) - 1)
