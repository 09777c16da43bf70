"""Shapes take nothing that the rule refuses, whatever was done to data that they know."""

from __future__ import annotations

from hypothesis import given, strategies as st

from ledger.wire import WireError, format_canonical, parse_canonical
from ledger.wire.shapes import Shapes
from tests.properties import wire_strategies as wire

lists = st.lists(wire.texts, max_size=3) | st.lists(wire.integers, max_size=3)
flat_values = st.one_of(wire.texts, wire.integers, st.booleans(), st.none(), lists)
flat_objects = st.dictionaries(wire.keys, flat_values, min_size=1, max_size=4)
scraps = st.sampled_from(
    [b'"', b"\\", b",", b":", b"{", b"}", b"[", b"]", b"\n", b" ", b"0", b"-", b".5", b"e3", b"\\u0041", b"\\n", b"\x00",
     b"\x7f", b"\xd0", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"null", b"true", b'"a":1,', b',"z":""', b"{}"]
)  # fmt: skip


def shapes_of(*raws: bytes) -> Shapes:
    shapes = Shapes()
    for raw in raws:
        for _ in range(4):
            shapes.learn(parse_canonical(raw))
    shapes.compile()
    return shapes


def is_canonical(raw: bytes) -> bool:
    try:
        parse_canonical(raw)
    except WireError:
        return False
    return True


@st.composite
def changed(draw: st.DrawFn, raws: list[bytes]) -> bytes:
    """One of them, with a piece cut out, and one put in: a scrap, or a piece of any of them."""
    raw, other = draw(st.sampled_from(raws)), draw(st.sampled_from(raws))
    start = draw(st.integers(0, len(raw)))
    stop = draw(st.integers(start, min(len(raw), start + 12)))
    cut = draw(st.integers(0, len(other)))
    piece = draw(scraps | st.binary(max_size=3) | st.just(other[cut : cut + 12]) | st.just(b""))
    return raw[:start] + piece + raw[stop:]


@given(st.data())
def test_what_a_shape_matches_is_canonical(data: st.DataObject) -> None:
    raws = [format_canonical(each) for each in data.draw(st.lists(flat_objects | wire.objects, min_size=1, max_size=4))]
    shapes = shapes_of(*raws)
    texts = data.draw(st.lists(changed(raws) | st.sampled_from(raws), min_size=1, max_size=8))
    unknown = set(shapes.unknown(texts))
    for place, text in enumerate(texts):
        assert place in unknown or is_canonical(text), text


@given(st.lists(flat_objects, min_size=1, max_size=4), st.data())
def test_one_text_is_judged_as_it_is_among_others(objects: list[dict[str, object]], data: st.DataObject) -> None:
    raws = [format_canonical(each) for each in objects]
    shapes = shapes_of(*raws)
    texts = data.draw(st.lists(changed(raws) | st.sampled_from(raws), min_size=1, max_size=8))
    alone = [place for place, text in enumerate(texts) if list(shapes.unknown([text]))]
    together = list(shapes.unknown(texts))
    assert together == alone or together == list(range(len(texts)))
