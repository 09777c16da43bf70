import dataclasses
import datetime as dt
from typing import Any

import pytest

from ledger.wire import (
    ENTRY_BYTES_MAX,
    GENESIS_PREV,
    Actor,
    Entry,
    WireError,
    assemble,
    cut_entry,
    entry as entry_module,
    entry_data,
    format_actor,
    format_at,
    format_canonical,
    format_entry,
    parse_at,
    parse_entry,
    read_tail,
)

PERSON = "5b1f0c9e-7d42-4a54-9a3e-0d6c8a1f2b34"
COMMAND = "c0a8f3d2-1b7e-4e55-8d0b-6f2a9c4e7d10"
LESSON = "lesson/7c9e6679-7425-40de-944b-e07fc1f90ae7"

ENTRY = Entry(
    actor=Actor(PERSON, "teacher"),
    at="2026-09-01T08:31:12.123456Z",
    command=COMMAND,
    data={"student": "0f8e0c6a-3d5b-4f0e-9a55-0a1b2c3d4e5f", "value": "5"},
    index=1,
    prev=bytes(range(32)),
    stream=LESSON,
    type="mark_recorded/1",
    version=2,
)
RAW = (
    b'{"actor":{"id":"5b1f0c9e-7d42-4a54-9a3e-0d6c8a1f2b34","role":"teacher"},"at":"2026-09-01T08:31:12.123456Z",'
    b'"command":"c0a8f3d2-1b7e-4e55-8d0b-6f2a9c4e7d10","data":{"student":"0f8e0c6a-3d5b-4f0e-9a55-0a1b2c3d4e5f",'
    b'"value":"5"},"index":1,"prev":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
    b'"stream":"lesson/7c9e6679-7425-40de-944b-e07fc1f90ae7","type":"mark_recorded/1","version":2}'
)


def changed(old: bytes, new: bytes) -> bytes:
    assert RAW.count(old) == 1, old
    return RAW.replace(old, new)


def test_writes_the_nine_fields_in_canonical_order() -> None:
    assert format_entry(ENTRY) == RAW


def test_reads_what_it_writes() -> None:
    assert parse_entry(RAW) == ENTRY


def test_reads_an_actor_who_enters_for_another() -> None:
    actor = Actor(PERSON, "secretary", COMMAND, "Приказ № 17 от 01.09.2026")
    entry = dataclasses.replace(ENTRY, actor=actor, index=0, prev=GENESIS_PREV)
    assert parse_entry(format_entry(entry)) == entry


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (PERSON.encode(), PERSON.upper().encode(), "actor.id"),
        (PERSON.encode(), PERSON.replace("-", "").encode(), "actor.id"),
        (PERSON.encode(), f"{{{PERSON}}}".encode(), "actor.id"),
        (b'"role":"teacher"', b'"role":"Teacher"', "actor.role"),
        (b'"role":"teacher"', b'"role":""', "actor.role"),
        (b'"role":"teacher"', b'"role":"%b"' % (b"a" * 65), "actor.role"),
        (b'"role":"teacher"', b'"role":1', "actor.role"),
        (b',"role":"teacher"', b"", "actor"),
        (b',"role":"teacher"', b',"on_behalf_of":null,"role":"teacher"', "actor"),
        (b',"role":"teacher"', b',"on_behalf_of":"x","role":"teacher"', "actor.on_behalf_of"),
        (
            b',"role":"teacher"',
            b',"on_behalf_of":"b3f0b3f0-0000-4000-8000-000000000000","role":"teacher"',
            "actor.basis",
        ),
        (b',"role":"teacher"', b',"name":"x","role":"teacher"', "actor"),
        (b'{"actor":{', b'{"actor":{"basis":"",', "actor.basis"),
        (b'{"actor":{', b'{"actor":{"basis":"a\\nb",', "actor.basis"),
        (b'{"actor":{', b'{"actor":{"basis":["a"],', "actor.basis"),
        (b'{"id":"%b","role":"teacher"}' % PERSON.encode(), b'["id","role"]', "actor"),
        (b"12.123456Z", b"12.12345Z", "at"),
        (b"12.123456Z", b"12Z", "at"),
        (b"12.123456Z", b"12.123456+00:00", "at"),
        (b"12.123456Z", b"12.123456z", "at"),
        (b"12.123456Z", b"60.123456Z", "at"),
        (b"2026-09-01T08", b"2026-09-01 08", "at"),
        (b"2026-09-01T08", b"2026-09-01T24", "at"),
        (b"2026-09-01T08:31", b"2026-09-02T24:00", "at"),
        (b"2026-09-01T08", b"2026-09-31T08", "at"),
        (b"2026-09-01T08", b"2026-02-29T08", "at"),
        (b"2026-09-01T08", b"0000-09-01T08", "at"),
        (b"2026-09-01T08", b"+2026-09-01T08", "at"),
        (b"2026-09-01T08", "٢٠٢٦-09-01T08".encode(), "at"),
        (b'"2026-09-01T08:31:12.123456Z"', b"1788251472", "at"),
        (COMMAND.encode(), COMMAND.upper().encode(), "command"),
        (COMMAND.encode(), b"", "command"),
        (b'"index":1', b'"index":-1', "index"),
        (b'"index":1', b'"index":true', "index"),
        (b'"index":1', b'"index":"1"', "index"),
        (b'"index":1', b'"index":01', "character 234"),
        (b'"index":1', b'"index":9007199254740992', "index"),
        (b"000102", b"00010", "prev"),
        (b"0a0b0c", b"0A0B0C", "prev"),
        (b"000102", b"00010g", "prev"),
        (b'"prev":"0001', b'"prev":" 001', "prev"),
        (LESSON.encode(), LESSON.replace("lesson", "Lesson").encode(), "stream"),
        (LESSON.encode(), LESSON.upper().encode(), "stream"),
        (LESSON.encode(), LESSON.removeprefix("lesson").encode(), "stream"),
        (LESSON.encode(), LESSON.removeprefix("lesson/").encode(), "stream"),
        (LESSON.encode(), LESSON[:-1].encode(), "stream"),
        (LESSON.encode(), LESSON.encode() + b"\\n", "stream"),
        (b"mark_recorded/1", b"mark_recorded/0", "type"),
        (b"mark_recorded/1", b"mark_recorded/01", "type"),
        (b"mark_recorded/1", b"mark_recorded", "type"),
        (b"mark_recorded/1", b"mark_recorded/", "type"),
        (b"mark_recorded/1", b"MarkRecorded/1", "type"),
        (b"mark_recorded/1", "mark_recorded/١".encode(), "type"),
        (b"mark_recorded/1", b"mark_recorded/1000000", "type"),
        (b"mark_recorded/1", b"ledger.journal.events:mark_recorded/1", "type"),
        (b'"version":2', b'"version":0', "version"),
        (b'"version":2', b'"version":-2', "version"),
        (b'"version":2', b'"version":true', "version"),
        (b'"version":2', b'"version":9007199254740992', "version"),
        (b'"version":2', b'"version":2,"weight":3', "weight"),
        (b',"version":2', b"", "version"),
        (b'"value":"5"', b'"value":4.5', "data.value"),
        (b'"value":"5"', b'"Value":"5"', "data"),
    ],
)
def test_refuses_a_field_against_its_rule(old: bytes, new: bytes, where: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_entry(changed(old, new))
    assert (caught.value.what, caught.value.where) == ("entry", where)


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"null", b"1"])
def test_refuses_data_that_is_no_object(data: bytes) -> None:
    start, end = RAW.index(b'"data":') + 7, RAW.index(b',"index"')
    with pytest.raises(WireError) as caught:
        parse_entry(RAW[:start] + data + RAW[end:])
    assert caught.value.where == "data"


@pytest.mark.parametrize(
    "raw",
    [
        RAW + b"\n",
        b" " + RAW,
        RAW.replace(b",", b", ", 1),
        RAW[:-1] + b',"version":2}',
        RAW[:-1],
        RAW.replace(b'"value":"5"', b'"value":"5","value":"5"'),
        RAW.replace(b'"student"', b'"\\u0073tudent"'),
        RAW.replace(b'"index":1,', b'"index":1,"index":1,'),
        RAW.replace(b'"value":"5"', b'"value":"\xff"'),
    ],
)
def test_refuses_bytes_that_are_not_canonical(raw: bytes) -> None:
    with pytest.raises(WireError):
        parse_entry(raw)


def padded(length: int) -> Entry:
    room = length - len(RAW)
    return dataclasses.replace(ENTRY, data={**ENTRY.data, "value": "5" * (room + 1)})


def test_bounds_the_length_of_an_entry() -> None:
    raw = format_entry(padded(ENTRY_BYTES_MAX))
    assert len(raw) == ENTRY_BYTES_MAX
    assert parse_entry(raw) == padded(ENTRY_BYTES_MAX)
    with pytest.raises(WireError, match="are allowed"):
        format_entry(padded(ENTRY_BYTES_MAX + 1))
    with pytest.raises(WireError, match="are allowed"):
        parse_entry(raw.replace(b'"5555', b'"55555', 1))


@pytest.mark.parametrize("depth", [31, 32])
def test_quick_and_full_reading_agree_on_depth(depth: int) -> None:
    value: list[Any] = []
    for _ in range(depth - 2):
        value = [value]
    raw = RAW.replace(b'"value":"5"', b'"value":' + format_canonical(value))
    if depth == 31:
        assert entry_module._parse_ordinary(raw) == entry_module._parse_any(raw)
    else:
        assert entry_module._parse_ordinary(raw) is None
        with pytest.raises(WireError, match="nested too deep"):
            parse_entry(raw)


def test_refuses_to_write_a_wrong_field() -> None:
    for wrong in (
        {"prev": b"short"},
        {"version": 0},
        {"index": True},
        {"at": "now"},
        {"data": [1]},
        {"actor": Actor("me", "teacher")},
        {"type": "MarkRecorded"},
    ):
        with pytest.raises(WireError):
            format_entry(dataclasses.replace(ENTRY, **wrong))


def test_error_of_an_entry_never_repeats_its_data() -> None:
    for raw in (changed(b'"value":"5"', b'"value":"Ivanova"')[:-1], changed(b'"value":"5"', b'"Ivanova":"5"')):
        with pytest.raises(WireError) as caught:
            parse_entry(raw)
        assert "Ivanova" not in repr(caught.value) + str(caught.value)


def test_moments_travel_as_utc_with_six_digits() -> None:
    samara = dt.timezone(dt.timedelta(hours=4))
    moment = dt.datetime(2026, 9, 1, 12, 0, tzinfo=samara)
    assert format_at(moment) == "2026-09-01T08:00:00.000000Z"
    assert parse_at(format_at(moment)) == moment
    with pytest.raises(WireError, match="without a time zone"):
        format_at(moment.replace(tzinfo=None))


def test_pieces_join_to_the_same_bytes() -> None:
    pieces = cut_entry(
        format_actor(ENTRY.actor), ENTRY.command, ENTRY.stream, ENTRY.type, ENTRY.version, format_canonical(ENTRY.data)
    )
    assert assemble(pieces, ENTRY.at, ENTRY.index, ENTRY.prev.hex()) == RAW


def test_pieces_escape_the_names_of_foreign_applications() -> None:
    pieces = cut_entry(format_actor(ENTRY.actor), COMMAND, 'a"\\\nЯ', "mod:Class\u2028", 0, b'{"state":"e30"}')
    raw = assemble(pieces, ENTRY.at, 7, "0" * 64)
    assert raw.endswith(b'"stream":"a\\"\\\\\\n\xd0\xaf","type":"mod:Class\xe2\x80\xa8","version":0}')
    assert entry_data(raw, index=7, stream='a"\\\nЯ', type="mod:Class\u2028", version=0) == b'{"state":"e30"}'


def test_pieces_refuse_a_lone_surrogate() -> None:
    with pytest.raises(WireError, match="lone surrogate"):
        cut_entry(b"{}", COMMAND, "\ud800", "t/1", 1, b"{}")


def test_slices_data_whose_texts_look_like_fields() -> None:
    value = {
        "a": {},
        "at": "x",
        "command": "",
        "data": {},
        "index": 3,
        "note": '},"at":"x","data":{},"index":1',
        "z": {},
    }
    data = format_canonical(value)
    actor = format_actor(Actor(PERSON, "teacher", None, '},"at":"'))
    raw = assemble(cut_entry(actor, COMMAND, LESSON, "mark_recorded/1", 2, data), ENTRY.at, 1, "0" * 64)
    assert entry_data(raw, index=1, stream=LESSON, type="mark_recorded/1", version=2) == data
    assert format_canonical(parse_entry(raw).data) == data


def test_reads_quickly_what_has_fields_named_like_an_entry_s() -> None:
    entry = dataclasses.replace(ENTRY, data={"actor": {}, "at": "x", "data": {}, "index": 3, "prev": ',"index":1'})
    assert entry_module._parse_ordinary(format_entry(entry)) == entry


def test_the_tail_is_read_alone() -> None:
    assert read_tail(RAW) == (ENTRY.index, ENTRY.stream, ENTRY.version)
    for cut in (RAW[:-1], RAW[:40], b'{"data":{},"index":1}'):
        with pytest.raises(ValueError):  # noqa: PT011 - JSON's own, or ours
            read_tail(cut)
