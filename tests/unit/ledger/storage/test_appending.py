from __future__ import annotations

import re
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given, strategies as st

from ledger.errors import KeyReused, LedgerDamaged
from ledger.log import Command, Head, Receipt
from ledger.storage.appending import (
    ANSWER_BYTES_MAX,
    EVENTS_MAX,
    NO_DRAFTS,
    States,
    chain_entries,
    draft_entries,
    event_state,
    foreign_command,
    read_states,
    receipt_key,
    recorded_event,
    repeated_command,
)
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from ledger.wire.canonical import format_canonical
from ledger.wire.entry import ENTRY_BYTES_MAX, Actor, Entry, format_entry, parse_entry
from ledger.wire.errors import WireError

AT = "2026-09-01T08:31:12.123456Z"
STREAM = f"lesson/{uuid4()}"
ACTOR = Actor(id=str(uuid4()), role="teacher")
EMPTY = Head(0, bytes(32), RightEdge.empty(), "")


def command(**fields: object) -> Command:
    return Command(**({"id": str(uuid4()), "actor": ACTOR} | fields))  # type: ignore[arg-type]


def event(
    stream: object = STREAM, version: object = 1, type_: object = "mark_recorded/1", state: bytes = b"{}"
) -> StoredEvent:
    return StoredEvent(stream, version, type_, state)  # type: ignore[arg-type]


def one_entry(stored: StoredEvent, states: States = "canonical") -> bytes:
    entries, _ = chain_entries(EMPTY, draft_entries([stored], command(), states), AT)
    return entries[0]


@pytest.mark.parametrize(
    ("stored", "where"),
    [
        (event(stream="lesson"), "stream"),
        (event(stream="Lesson/" + str(uuid4())), "stream"),
        (event(stream=STREAM.upper()), "stream"),
        (event(stream=STREAM + "\n"), "stream"),
        (event(stream=uuid4()), "stream"),
        (event(type_="MarkRecorded"), "type"),
        (event(type_="ledger.journal:MarkRecorded/1"), "type"),
        (event(type_="mark_recorded/01"), "type"),
        (event(type_="mark_recorded/١"), "type"),
        (event(version=0), "version"),
        (event(version=-1), "version"),
        (event(version=2**53), "version"),
        (event(version=True), "version"),
        (event(state=b""), "data"),
        (event(state=b"[]"), "data"),
        (event(state=b'{"a": 1}'), "data"),
        (event(state=b'{"b":1,"a":1}'), "data"),
        (event(state=b'{"a":1,"a":1}'), "data"),
        (event(state=b'{"a":1.5}'), "data"),
        (event(state=b'{"a":NaN}'), "data"),
        (event(state=b"\xff"), "data"),
        (event(state=b'{"a":' * 31 + b"{}" + b"}" * 31), "data"),
    ],
)
def test_refuses_an_event_that_breaks_the_format_and_names_its_place(stored: StoredEvent, where: str) -> None:
    with pytest.raises(WireError) as caught:
        draft_entries([event(), stored], command(), "canonical")
    assert caught.value.where.startswith(f"events[1].{where}")


def test_takes_the_deepest_data_that_an_entry_can_carry() -> None:
    assert parse_entry(one_entry(event(state=b'{"a":' * 30 + b"{}" + b"}" * 30))).data


@pytest.mark.parametrize("states", ["canonical", "any"])
def test_an_entry_is_limited_whatever_its_index(states: States) -> None:
    def state(length: int) -> bytes:
        return b"x" * (length * 3 // 4) if states == "any" else b'{"a":"%b"}' % (b"x" * length)

    with pytest.raises(WireError, match=r"events\[0\]: an entry of 65\d\d\d bytes where 65535 are allowed"):
        one_entry(event(state=state(65_200)), states)
    assert len(one_entry(event(state=state(64_900)), states)) <= ENTRY_BYTES_MAX


def test_refuses_too_many_events() -> None:
    with pytest.raises(WireError, match="events: more than"):
        draft_entries([event()] * (EVENTS_MAX + 1), command(), "canonical")


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"id": "17"}, "command.id"),
        ({"key": "k" * 513}, "command.key"),
        ({"key": "a\x00b"}, "command.key"),
        ({"key": "\ud800"}, "command.key"),
        ({"digest": b"short"}, "command.digest"),
        ({"answer": bytes(ANSWER_BYTES_MAX + 1)}, "command.answer"),
        ({"reads": {f"course/{n}": 1 for n in range(10_001)}}, "command.reads"),
        ({"actor": Actor(id="somebody", role="teacher")}, "actor.id"),
    ],
)
def test_refuses_a_malformed_command(fields: dict[str, object], where: str) -> None:
    with pytest.raises(WireError) as caught:
        draft_entries([event()], command(**fields), "canonical")
    assert caught.value.where == where


def test_errors_do_not_repeat_what_they_refuse() -> None:
    with pytest.raises(WireError) as caught:
        draft_entries([event(state='{"name": "Анна"}'.encode())], command(), "canonical")
    assert "Анна" not in str(caught.value)


def test_the_key_is_the_commands_id_where_there_is_none() -> None:
    envelope = command()
    assert receipt_key(envelope) == envelope.id
    assert receipt_key(command(key="k")) == "k"


@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=20), st.integers()), min_size=1, max_size=20))
def test_chained_entries_are_what_the_format_renders(events: list[tuple[int, str, int]]) -> None:
    streams = [f"lesson/{uuid4()}" for _ in range(3)]
    stored = [
        event(
            streams[stream], version, f"mark_recorded/{stream + 1}", format_canonical({"n": number % 2**53, "t": text})
        )
        for version, (stream, text, number) in enumerate(events, start=1)
        if text.isprintable()
    ]
    envelope = command()
    entries, head = chain_entries(EMPTY, draft_entries(stored, envelope, "canonical"), AT)
    prev, edge = bytes(32), RightEdge.empty()
    for index, (one, raw) in enumerate(zip(stored, entries, strict=True)):
        data = parse_entry(raw).data
        assert raw == format_entry(
            Entry(ACTOR, AT, envelope.id, data, index, prev, str(one.originator_id), one.topic, one.originator_version)
        )
        prev = leaf_hash(raw)
        edge = edge.append(prev)
    assert (head.size, head.last, head.edge) == (len(stored), prev, edge)


def test_chaining_nothing_leaves_the_head() -> None:
    assert chain_entries(EMPTY, NO_DRAFTS, AT) == ([], EMPTY)


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20), st.integers(0, 2**40))
def test_a_foreign_state_comes_back_as_it_was(state: bytes, stream: str, type_: str, version: int) -> None:
    raw = one_entry(event(stream, version, type_, state), "any")
    back = recorded_event(raw, index=0, stream=stream, type_=type_, version=version, states="any")
    assert (back.state, back.index, back.entry) == (state, 0, raw)


def test_a_canonical_state_comes_back_as_it_was() -> None:
    raw = one_entry(event(state=b'{"mark":"5"}'))
    assert event_state(raw, index=0, stream=STREAM, type_="mark_recorded/1", version=1, states="canonical") == (
        b'{"mark":"5"}'
    )


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"actor":{},"at":"'])
def test_an_entry_without_data_is_damage(raw: bytes) -> None:
    with pytest.raises(LedgerDamaged) as caught:
        event_state(raw, index=7, stream=STREAM, type_="t/1", version=1, states="any")
    assert (caught.value.code, caught.value.index) == ("entry_malformed", 7)


def test_an_entry_of_our_own_log_is_no_foreign_state() -> None:
    raw = one_entry(event(state=b'{"mark":"5"}'))
    with pytest.raises(LedgerDamaged, match="entry 0 carries no foreign state"):
        event_state(raw, index=0, stream=STREAM, type_="mark_recorded/1", version=1, states="any")


def test_a_foreign_command_is_random_and_of_the_system() -> None:
    first, second = foreign_command(), foreign_command()
    assert first.id != second.id
    assert re.fullmatch(r"[0-9a-f-]{36}", first.id)
    assert first.actor.role == "system"


def test_a_repeated_command_gets_its_receipt_and_another_body_none() -> None:
    receipt = Receipt("c", 3, 1, bytes(32), b"")
    assert repeated_command(receipt, bytes(32)) is receipt
    with pytest.raises(KeyReused):
        repeated_command(receipt, b"x" * 32)


def test_states_are_canonical_or_any() -> None:
    assert (read_states("canonical"), read_states("any")) == ("canonical", "any")
    with pytest.raises(ValueError, match="LETOPIS_STATES: expected canonical or any, found 'some'"):
        read_states("some")
