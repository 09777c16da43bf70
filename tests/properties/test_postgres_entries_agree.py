"""What SQL builds under the head's lock and what Python's own formatting gives are the same bytes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given, settings, strategies as st

from ledger.log import Command, RecordedEvent
from ledger.storage.postgres.append import encode_array
from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from ledger.wire.canonical import format_canonical
from ledger.wire.entry import GENESIS_PREV, Actor, Entry, format_at, format_entry, parse_entry
from tests.conftest import Database
from tests.postgres_oracle import read_log
from tests.postgres_school import opened

_numbers = itertools.count(1)

# Quotes, backslashes, control characters, Cyrillic, what JSON escapes and what it does not, beyond the first plane.
awkward = st.sampled_from(
    ['"', "\\", "\x00", "\x1f", "\x7f", "\n", "'", "Ё", "ё", "\u2028", "😀", "\ufffd", "{", "}", "%", "$1"]
)
texts = st.lists(awkward | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)
integers = st.integers(-(2**53) + 1, 2**53 - 1)
keys = st.from_regex(r"[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,5}){0,2}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(keys, values, max_size=5)
ids = st.uuids(version=4).map(str)
names = st.from_regex(r"[a-z][a-z0-9]{0,9}(_[a-z0-9]{1,5}){0,2}", fullmatch=True)
printable = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Co", "Cn"]), min_size=1, max_size=30
)
actors = st.builds(
    Actor,
    id=ids,
    role=names,
    on_behalf_of=st.none() | ids,
    basis=st.none() | printable | st.sampled_from(['приказ «№ 5» "от" 01.09', '\\\\ \'\' " },"at":"']),
).filter(lambda actor: actor.on_behalf_of is None or actor.basis is not None)
types = st.builds(lambda name, version: f"{name}/{version}", names, st.integers(1, 999_999))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def commands(draw: st.DrawFn) -> tuple[Command, list[tuple[str, str, dict[str, Any]]]]:
    """A command, and for each of its events the stream, the type and the body."""
    streams = draw(st.lists(st.builds(lambda kind, id_: f"{kind}/{id_}", names, ids), min_size=1, max_size=3))
    events = draw(st.lists(st.tuples(st.sampled_from(streams), types, bodies), min_size=1, max_size=9))
    command = Command(
        id=draw(ids),
        actor=draw(actors),
        answer=draw(st.binary(max_size=20)),
        digest=draw(st.just(b"") | st.binary(min_size=32, max_size=32)),
        at=draw(st.none() | moments),
    )
    return command, events


@pytest.fixture(scope="module")
def database(module_postgres_database: Database) -> Iterator[Database]:
    with opened(module_postgres_database):  # holds the pool open between examples
        yield module_postgres_database


def expected_entries(
    command: Command,
    events: list[tuple[str, str, dict[str, Any]]],
    at: str,
    versions: dict[str, int],
    leaves: list[bytes],
) -> list[bytes]:
    """The entries as `format_entry` gives them; moves `versions` and `leaves` on."""
    entries = []
    for stream, type_, body in events:
        versions[stream] = versions.get(stream, 0) + 1
        prev = leaves[-1] if leaves else GENESIS_PREV
        entry = Entry(command.actor, at, command.id, body, len(leaves), prev, stream, type_, versions[stream])
        entries.append(format_entry(entry))
        leaves.append(leaf_hash(entries[-1]))
    return entries


def append_all(
    recorder: LetopisPostgresApplicationRecorder,
    batch: list[tuple[Command, list[tuple[str, str, dict[str, Any]]]]],
) -> None:
    """Append command by command, and hold every byte that SQL made against Python's."""
    versions: dict[str, int] = {}
    leaves: list[bytes] = []
    last_at = ""
    for command, events in batch:
        planned = dict(versions)
        stored = []
        for stream, type_, body in events:
            planned[stream] = planned.get(stream, 0) + 1
            stored.append(StoredEvent(stream, planned[stream], type_, format_canonical(body)))
        start = len(leaves)
        recorder.insert_events(stored, command=command)
        written = list(recorder.entries(start))
        at = parse_entry(written[0]).at
        if command.at is not None:
            assert at == max(format_at(command.at), last_at)
        last_at = at
        assert written == expected_entries(command, events, at, versions, leaves)
        head = recorder.head()
        edge = RightEdge.empty().extend(leaves)
        assert (head.size, head.last, head.edge, head.at) == (len(leaves), leaves[-1], edge, at)
        for (stream, type_, body), event, index in zip(events, stored, range(start, len(leaves)), strict=True):
            (found,) = recorder.select_events(stream, gt=event.originator_version - 1, lte=event.originator_version)
            assert (found.state, found.topic) == (format_canonical(body), type_)
            assert isinstance(found, RecordedEvent)
            assert found.index == index


@settings(max_examples=40, deadline=None)
@given(batch=st.lists(commands(), min_size=1, max_size=4, unique_by=lambda item: item[0].id))
def test_entries_chain_and_tree_built_in_sql_are_pythons(
    database: Database, batch: list[tuple[Command, list[tuple[str, str, dict[str, Any]]]]]
) -> None:
    origin = f"letopis.example/school/{next(_numbers)}"
    with opened(database, origin, LETOPIS_CLOCK="sample") as recorder:
        append_all(recorder, batch)
    read_log(database.superuser_dsn, origin)


def test_the_right_edge_agrees_at_every_size_up_to_a_few_hundred(database: Database) -> None:
    origin = f"letopis.example/school/{next(_numbers)}"
    leaves: list[bytes] = []
    stream = f"lesson/{UUID(int=1)}"
    with opened(database, origin) as recorder:
        for count in [*range(1, 24), 1, 1, 2, 1]:
            first = len(leaves)
            command = Command(str(UUID(int=count + (first << 20))), Actor(str(UUID(int=2)), "teacher"))
            recorder.insert_events(
                [StoredEvent(stream, first + number + 1, "mark_recorded/1", b"{}") for number in range(count)],
                command=command,
            )
            leaves += [leaf_hash(raw) for raw in recorder.entries(first)]
            assert recorder.head().edge == RightEdge.empty().extend(leaves)
        assert len(leaves) > 256
    read_log(database.superuser_dsn, origin)


@settings(max_examples=60, deadline=None)
@given(
    states=st.lists(st.binary(max_size=40), min_size=1, max_size=4),
    stream=texts.filter(lambda text: "\x00" not in text),
    topic=texts.filter(lambda text: "\x00" not in text),
)
def test_foreign_states_come_back_as_they_went_in(
    database: Database, states: list[bytes], stream: str, topic: str
) -> None:
    origin = f"letopis.example/school/{next(_numbers)}"
    with opened(database, origin, LETOPIS_STATES="any") as recorder:
        events = [StoredEvent(stream, number, topic, state) for number, state in enumerate(states)]
        recorder.insert_events(events)
        assert list(recorder.select_events(stream)) == events
        prev = bytes(32)
        for raw in recorder.entries():
            assert f'"prev":"{prev.hex()}"'.encode() in raw
            prev = sha256(b"\x00" + raw).digest()
        assert recorder.head().last == prev


@given(items=st.lists(st.binary(max_size=30), max_size=5))
def test_arrays_are_encoded_as_psycopg_encodes_them(items: list[bytes]) -> None:
    from psycopg.adapt import PyFormat, Transformer

    dumper = Transformer().get_dumper(items, PyFormat.BINARY)
    if items:
        assert encode_array(17, items) == dumper.dump(items)
    else:
        assert encode_array(17, items) == bytes(8) + (17).to_bytes(4)
