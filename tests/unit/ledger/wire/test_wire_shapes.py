"""Which texts the shapes of `data` know, and that they leave all others to the rule."""

from __future__ import annotations

import pytest

from ledger.wire import format_canonical, parse_canonical
from ledger.wire.shapes import SHAPES_MAX, Shapes

MARK = b'{"late":false,"place":12,"student":"3ebba7dc","tags":["a","b"],"until":null}'


def shapes_of(*raws: bytes) -> Shapes:
    shapes = Shapes()
    for raw in raws:
        for _ in range(4):
            shapes.learn(parse_canonical(raw))
    shapes.compile()
    return shapes


@pytest.mark.parametrize(
    "text",
    [
        MARK,
        '{"late":true,"place":-3,"student":"Ёлкин 🎓 \u2028\x7f","tags":[],"until":null}'.encode(),
        b'{"late":true,"place":0,"student":"","tags":[""],"until":null}',
        b'{"late":true,"place":999999999999999,"student":",:{}[]","tags":["]"],"until":null}',
    ],
)
def test_knows_other_values_of_a_shape(text: bytes) -> None:
    parse_canonical(text)
    assert list(shapes_of(MARK).unknown([MARK, text, MARK])) == []


@pytest.mark.parametrize(
    "text",
    [
        b'{"place":12,"late":false,"student":"3ebba7dc","tags":["a","b"],"until":null}',  # out of order
        b'{"late":false,"late":false,"place":12,"student":"3ebba7dc","tags":["a","b"],"until":null}',  # twice
        b'{"late":false,"place":12,"student":"3ebba7dc","tags":["a","b"],"until":null,"until":null}',
        MARK.replace(b"12", b"012"),
        MARK.replace(b"12", b"-0"),
        MARK.replace(b"12", b"12.0"),
        MARK.replace(b"12", b"1e1"),
        MARK.replace(b"12", b"9007199254740992"),
        MARK.replace(b"12", "١٢".encode()),  # digits of another script
        MARK.replace(b"3ebba7dc", b"3\\u0065bba7dc"),
        MARK.replace(b"3ebba7dc", b"3\\/bba7dc"),
        MARK.replace(b"3ebba7dc", b"3\tbba7dc"),
        MARK.replace(b"3ebba7dc", b"3\x00bba7dc"),
        MARK.replace(b"3ebba7dc", b"3\nbba7dc"),
        MARK.replace(b"3ebba7dc", b"\xff"),
        MARK.replace(b"3ebba7dc", b"\xc0\xaf"),
        MARK.replace(b"3ebba7dc", b"\xed\xa0\x80"),  # half of a surrogate pair
        MARK.replace(b'"a","b"', b'"a", "b"'),
        MARK.replace(b'"a","b"', b'"a","b",'),
        MARK.replace(b'"a","b"', b'"a",1.5'),
        MARK.replace(b"null", b"nul"),
        MARK + b" ",
        b" " + MARK,
        MARK + MARK,
        MARK + b"\n" + MARK,
        MARK + b"\n",
        b"\n",
        b"",
    ],
)
def test_does_not_know_what_is_not_canonical(text: bytes) -> None:
    with pytest.raises(ValueError, match="canonical"):
        parse_canonical(text)
    shapes = shapes_of(MARK)
    assert 1 in shapes.unknown([MARK, text, MARK])
    assert list(shapes.unknown([text])) == [0]


def test_finds_each_place_that_is_not_known() -> None:
    odd = MARK.replace(b"12", b"012")
    assert list(shapes_of(MARK).unknown([odd, MARK, odd, odd, MARK, odd])) == [0, 2, 3, 5]
    assert list(shapes_of(MARK).unknown([])) == []


def test_knows_several_shapes_in_any_order() -> None:
    texts = [b"{}", b'{"a":1}', b'{"a":"1"}', b'{"ab":1}', b'{"a":1,"b":2}']
    assert list(shapes_of(*texts).unknown([*texts, *reversed(texts)])) == []


def test_knows_nothing_at_first_and_nothing_nested() -> None:
    assert list(Shapes().unknown([b"{}", b"{}"])) == [0, 1]
    for nested in (b'{"a":{"b":1}}', b'{"a":[1,"b"]}', b'{"a":[true]}', b'{"a":[["b"]]}', b'{"a":["b",null]}'):
        assert list(shapes_of(nested, b"{}").unknown([nested, b"{}"])) == [0]


def test_knows_lists_of_texts_or_of_integers_however_long() -> None:
    texts = [b'{"a":[]}', b'{"a":["b"]}', b'{"a":["b","c"]}', b'{"a":[0]}', b'{"a":[1,20]}']
    assert list(shapes_of(b'{"a":[7]}').unknown(texts)) == []
    assert list(shapes_of(b'{"a":[7]}').unknown([b'{"a":[07]}'])) == [0]
    assert list(shapes_of(b'{"a":[7]}').unknown([b'{"a":[7,"b"]}'])) == [0]


def test_takes_a_shape_into_the_pattern_when_it_has_been_missed_often_enough() -> None:
    shapes = Shapes()
    for _ in range(255):
        shapes.learn({"a": 1})
    assert list(shapes.unknown([b'{"a":1}'])) == [0]
    shapes.learn({"a": 1})
    assert list(shapes.unknown([b'{"a":1}'])) == []


def test_keeps_no_more_shapes_than_it_may() -> None:
    raws = [format_canonical({f"k{number}": 1}) for number in range(SHAPES_MAX + 2)]
    assert list(shapes_of(*raws).unknown(raws)) == [SHAPES_MAX, SHAPES_MAX + 1]
