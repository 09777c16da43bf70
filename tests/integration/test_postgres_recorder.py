"""The port of `ledger.log` on a real PostgreSQL: what an append writes, refuses and answers."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import DataError, OperationalError, ProgrammingError, StoredEvent, Tracking

from ledger.errors import AlreadyRecorded, Conflict, KeyReused, LedgerDamaged, LetopisError
from ledger.log import LogRecorder, SignedCheckpoint
from ledger.storage.postgres import LetopisPostgresFactory, recorder as recorder_module
from ledger.storage.postgres.append import needed_versions
from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder, end_of_prefix
from ledger.tree.edge import RightEdge
from ledger.wire.entry import Actor, parse_entry
from ledger.wire.errors import WireError
from tests.conftest import Database
from tests.postgres_oracle import read_log
from tests.postgres_school import DATA, marks, new_command, new_stream, opened

_numbers = itertools.count(1)


@pytest.fixture
def origin() -> str:
    """The name of a log of the test's own: the database is the module's."""
    return f"letopis.example/school/{next(_numbers)}"


@pytest.fixture
def recorder(module_postgres_database: Database, origin: str) -> Iterator[LetopisPostgresApplicationRecorder]:
    with opened(module_postgres_database, origin) as opened_recorder:
        yield opened_recorder


def test_fills_the_port(recorder: LetopisPostgresApplicationRecorder, origin: str) -> None:
    assert isinstance(recorder, LogRecorder)
    assert recorder.origin == origin
    assert recorder.own_size() is None, "others may append"


def test_tells_the_streams_that_moved_between_two_sizes(recorder: LetopisPostgresApplicationRecorder) -> None:
    first, second = new_stream(), new_stream()
    recorder.insert_events([*marks(first, 2), *marks(second, 3)], command=new_command())
    recorder.insert_events(marks(first, 1, first=3), command=new_command())
    assert recorder.moved(0, 5) == {first, second}
    assert recorder.moved(5, 6) == {first}
    assert recorder.moved(6, 6) == frozenset()


def test_appends_entries_that_say_what_was_given(
    recorder: LetopisPostgresApplicationRecorder, module_postgres_database: Database
) -> None:
    stream = new_stream()
    actor = Actor(str(uuid4()), "deputy_head", str(uuid4()), 'приказ «№ 5» "от" 1.09 \\ 2')
    command = new_command(actor=actor, answer=b"\x00\xff", digest=bytes(range(32)), key="k")
    assert recorder.insert_events(marks(stream, 3), command=command) == [1, 2, 3]
    log = read_log(module_postgres_database.superuser_dsn, recorder.origin)
    entries = [parse_entry(raw) for raw in log.raw]
    assert [entry.actor for entry in entries] == [actor] * 3
    assert {entry.command for entry in entries} == {command.id}
    assert [entry.version for entry in entries] == [1, 2, 3]
    receipt = recorder.find_receipt("k")
    assert receipt is not None
    assert (receipt.command, receipt.first_index, receipt.count) == (command.id, 0, 3)
    assert (receipt.digest, receipt.answer) == (command.digest, command.answer)
    assert recorder.find_receipt("другой") is None


def test_the_head_follows_every_append(
    recorder: LetopisPostgresApplicationRecorder, module_postgres_database: Database
) -> None:
    head = recorder.head()
    assert (head.size, head.last, head.edge, head.at) == (0, bytes(32), RightEdge.empty(), "")
    assert recorder.max_notification_id() is None
    for count in (1, 2, 5, 33, 1, 1):
        recorder.insert_events(marks(new_stream(), count), command=new_command())
        log = read_log(module_postgres_database.superuser_dsn, recorder.origin)
        head = recorder.head()
        assert head.size == len(log.raw) == recorder.max_notification_id()
        assert head.at == log.entries[-1]["at"]


def test_stamps_the_servers_clock_and_never_goes_back(recorder: LetopisPostgresApplicationRecorder) -> None:
    before = datetime.now(UTC)
    recorder.insert_events(marks(new_stream()), command=new_command())
    at = datetime.fromisoformat(recorder.head().at)
    assert before - timedelta(seconds=1) < at < datetime.now(UTC) + timedelta(seconds=1)


def test_a_server_ledger_refuses_a_given_moment(recorder: LetopisPostgresApplicationRecorder) -> None:
    with pytest.raises(WireError, match="server's clock"):
        recorder.insert_events(marks(new_stream()), command=new_command(at=datetime.now(UTC)))
    assert recorder.head().size == 0


def test_the_database_itself_refuses_a_given_moment_on_a_server_ledger(
    recorder: LetopisPostgresApplicationRecorder,
) -> None:
    recorder.clock = "sample"  # a program that is mistaken about the ledger
    with pytest.raises(WireError, match="server's clock"):
        recorder.insert_events(marks(new_stream()), command=new_command(at=datetime.now(UTC)))
    assert recorder.head().size == 0


def test_a_sample_ledger_stamps_what_it_is_given_but_never_before_the_last(
    module_postgres_database: Database, origin: str
) -> None:
    with opened(module_postgres_database, origin, LETOPIS_CLOCK="sample") as recorder:
        first = datetime(2025, 9, 1, 5, 31, 12, 123456, UTC)
        for moment in (first, first + timedelta(days=1), first, None):
            recorder.insert_events(marks(new_stream()), command=new_command(at=moment))
        stamps = [entry["at"] for entry in read_log(module_postgres_database.superuser_dsn, recorder.origin).entries]
    assert stamps[:3] == ["2025-09-01T05:31:12.123456Z"] + ["2025-09-02T05:31:12.123456Z"] * 2
    assert stamps[3] > "2026"


def test_a_moment_without_a_time_zone_is_refused(module_postgres_database: Database, origin: str) -> None:
    with opened(module_postgres_database, origin, LETOPIS_CLOCK="sample") as recorder:
        with pytest.raises(WireError, match="time zone"):
            recorder.insert_events(marks(new_stream()), command=new_command(at=datetime(2025, 9, 1)))  # noqa: DTZ001


def test_the_same_command_again_gets_the_same_receipt(recorder: LetopisPostgresApplicationRecorder) -> None:
    stream = new_stream()
    command = new_command(key="k", digest=b"d" * 32, answer=b"answer")
    recorder.insert_events(marks(stream, 2), command=command)
    other = new_command(key="k", digest=b"d" * 32, answer=b"another")
    for repeated in (command, other):
        with pytest.raises(AlreadyRecorded) as caught:
            recorder.insert_events(marks(stream, 2), command=repeated)
        assert caught.value.receipt == recorder.find_receipt("k")
        assert caught.value.receipt.command == command.id
        assert caught.value.receipt.answer == b"answer"
    assert recorder.head().size == 2


def test_a_receipt_is_found_before_any_conflict(recorder: LetopisPostgresApplicationRecorder) -> None:
    stream = new_stream()
    command = new_command(expected_size=0, reads={"roster/1": 0})
    recorder.insert_events(marks(stream), command=command)
    recorder.insert_events(marks(stream, first=2), command=new_command())
    with pytest.raises(AlreadyRecorded):
        recorder.insert_events(marks(stream), command=command)


def test_a_key_with_another_body_is_refused(recorder: LetopisPostgresApplicationRecorder) -> None:
    recorder.insert_events(marks(new_stream()), command=new_command(key="k", digest=b"d" * 32))
    with pytest.raises(KeyReused):
        recorder.insert_events(marks(new_stream()), command=new_command(key="k", digest=b"e" * 32))
    assert recorder.head().size == 1


def test_keys_of_two_schools_are_apart(module_postgres_database: Database, origin: str) -> None:
    stream = new_stream()
    with opened(module_postgres_database, "letopis.example/school/a") as one:
        with opened(module_postgres_database, "letopis.example/school/b") as two:
            for recorder in (one, two):
                assert recorder.insert_events(marks(stream, 2), command=new_command(key="same")) == [1, 2]
            assert one.school != two.school
            assert one.datastore is two.datastore  # one pool
            two.insert_events(marks(stream, first=3), command=new_command())
            assert (one.head().size, two.head().size) == (2, 3)
            assert len(list(one.entries())) == len(one.select_events(stream)) == 2
            assert len(one.select_notifications(1, 10)) == 2
            assert [head.last_version for head in one.streams("lesson/")] == [2]
    for origin in ("letopis.example/school/a", "letopis.example/school/b"):
        read_log(module_postgres_database.superuser_dsn, origin)


@pytest.mark.parametrize("first", [1, 2, 4, 5])
def test_a_stream_that_moved_is_a_conflict(recorder: LetopisPostgresApplicationRecorder, first: int) -> None:
    stream = new_stream()
    recorder.insert_events(marks(stream, 2), command=new_command())
    with pytest.raises(Conflict, match=rf"is at version 2; .* at version {first - 1}$") as caught:
        recorder.insert_events([*marks(new_stream()), *marks(stream, first=first)], command=new_command())
    assert caught.value.stream == stream
    assert recorder.head().size == 2
    assert recorder.insert_events(marks(stream, first=3), command=new_command()) == [3]


def test_a_new_stream_starts_at_version_one(recorder: LetopisPostgresApplicationRecorder) -> None:
    with pytest.raises(Conflict, match="is at version 0"):
        recorder.insert_events(marks(new_stream(), first=2), command=new_command())


def test_versions_within_one_append_are_gapless(recorder: LetopisPostgresApplicationRecorder) -> None:
    stream = new_stream()
    for events in ([*marks(stream), *marks(stream, first=3)], [*marks(stream), *marks(stream)]):
        with pytest.raises(Conflict) as caught:
            recorder.insert_events(events, command=new_command())
        assert caught.value.stream == stream
    assert recorder.head().size == 0


def test_streams_may_alternate_within_one_append(
    recorder: LetopisPostgresApplicationRecorder, module_postgres_database: Database
) -> None:
    one, two = new_stream(), new_stream("course")
    recorder.insert_events(
        [*marks(one), *marks(two), *marks(one, first=2), *marks(two, first=2)], command=new_command()
    )
    read_log(module_postgres_database.superuser_dsn, recorder.origin)
    assert list(recorder.streams("")) == sorted(recorder.streams(""), key=lambda head: head.stream.encode())


@pytest.mark.parametrize(("version", "refused"), [(0, True), (1, True), (2, False), (3, True)])
def test_a_stream_that_was_read_must_not_have_moved(
    recorder: LetopisPostgresApplicationRecorder, version: int, refused: bool
) -> None:
    period = new_stream("period")
    recorder.insert_events(marks(period, 2), command=new_command())
    command = new_command(reads={new_stream("course"): 0, period: version})
    if refused:
        with pytest.raises(Conflict) as caught:
            recorder.insert_events(marks(new_stream()), command=command)
        assert caught.value.stream == period
        assert recorder.find_receipt(command.id) is None
    else:
        assert recorder.insert_events(marks(new_stream()), command=command) == [3]


def test_the_logs_size_can_be_demanded(recorder: LetopisPostgresApplicationRecorder) -> None:
    recorder.insert_events(marks(new_stream()), command=new_command(expected_size=0))
    with pytest.raises(Conflict, match=r"has 1 entries; .* at 0") as caught:
        recorder.insert_events(marks(new_stream()), command=new_command(expected_size=0))
    assert caught.value.stream == ""
    recorder.insert_events(marks(new_stream()), command=new_command(expected_size=1))


def test_a_command_is_needed_and_must_append_something(recorder: LetopisPostgresApplicationRecorder) -> None:
    with pytest.raises(WireError, match=r"command.*missing"):
        recorder.insert_events(marks(new_stream()))
    with pytest.raises(WireError, match="at least one"):
        recorder.insert_events([], command=new_command())
    assert recorder.insert_events([]) == []
    with pytest.raises(ProgrammingError, match="tracking"):
        recorder.insert_events(marks(new_stream()), command=new_command(), tracking=Tracking("app", 1))
    with pytest.raises(ProgrammingError, match="unexpected colour"):
        recorder.insert_events(marks(new_stream()), command=new_command(), colour=1)


@pytest.mark.parametrize(
    "event",
    [
        StoredEvent("lesson", 1, "mark_recorded/1", DATA),
        StoredEvent(new_stream(), 1, "ledger.journal:MarkRecorded", DATA),
        StoredEvent(new_stream(), 0, "mark_recorded/1", DATA),
        StoredEvent(new_stream(), 1, "mark_recorded/1", b'{"b":1,"a":2}'),
        StoredEvent(new_stream(), 1, "mark_recorded/1", b'{"a":"' + b"x" * 65_300 + b'"}'),
    ],
)
def test_what_breaks_the_format_is_refused_before_the_database(
    recorder: LetopisPostgresApplicationRecorder, event: StoredEvent
) -> None:
    with pytest.raises(WireError, match=r"events\[1\]"):
        recorder.insert_events([*marks(new_stream()), event], command=new_command())
    assert recorder.head().size == 0


def test_a_text_that_postgresql_cannot_hold_is_an_error_and_nothing_is_written(
    module_postgres_database: Database, origin: str
) -> None:
    with opened(module_postgres_database, origin, LETOPIS_STATES="any") as recorder:
        with pytest.raises(DataError):
            recorder.insert_events([StoredEvent("a\x00b", 1, "t", b"")])
        assert recorder.head().size == 0
        assert recorder.insert_events([StoredEvent("ab", 1, "t", b"\x00\xff")]) == [1]
        (event,) = recorder.select_events("ab")
        assert event.state == b"\x00\xff"


def test_entries_come_in_ranges_of_any_size(
    recorder: LetopisPostgresApplicationRecorder, monkeypatch: pytest.MonkeyPatch, module_postgres_database: Database
) -> None:
    monkeypatch.setattr(recorder_module, "_ENTRIES_A_READ", 3)
    recorder.insert_events(marks(new_stream(), 10), command=new_command())
    raw = read_log(module_postgres_database.superuser_dsn, recorder.origin).raw
    for start in range(12):
        assert list(recorder.entries(start)) == raw[start:]
        for stop in range(12):
            assert list(recorder.entries(start, stop)) == raw[start:stop]


def test_entries_end_at_the_head_seen_at_the_call(recorder: LetopisPostgresApplicationRecorder) -> None:
    recorder.insert_events(marks(new_stream(), 2), command=new_command())
    entries = recorder.entries()
    recorder.insert_events(marks(new_stream(), 2), command=new_command())
    assert len(list(entries)) == 2


def test_a_missing_entry_is_damage(postgres_database: Database, origin: str) -> None:
    with opened(postgres_database, origin) as recorder:
        recorder.insert_events(marks(new_stream(), 5), command=new_command())
        with psycopg.connect(postgres_database.superuser_dsn) as connection:
            connection.execute("ALTER EVENT TRIGGER letopis_guard_ddl DISABLE")
            (table,) = (
                connection.execute("SELECT DISTINCT tableoid::regclass::text FROM letopis.entries").fetchone() or ()
            )
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only".encode())
            connection.execute(
                "DELETE FROM letopis.entries_00 WHERE idx = 3".replace("letopis.entries_00", table).encode()
            )
        entries = recorder.entries()
        assert len(list(itertools.islice(entries, 3))) == 3
        with pytest.raises(LedgerDamaged, match="no entry 3") as caught:
            next(entries)
        assert (caught.value.code, caught.value.index) == ("entry_missing", 3)


def test_a_head_that_disagrees_with_the_entries_is_damage(postgres_database: Database, origin: str) -> None:
    with opened(postgres_database, origin) as recorder:
        recorder.insert_events(marks(new_stream(), 2), command=new_command())
        with psycopg.connect(postgres_database.superuser_dsn) as connection:
            connection.execute("UPDATE letopis.heads SET size = 1, edge = last")
        with pytest.raises(LedgerDamaged) as caught:
            recorder.insert_events(marks(new_stream()), command=new_command())
        assert caught.value.code == "head_disagrees"


def test_streams_are_named_by_prefix_in_byte_order(
    recorder: LetopisPostgresApplicationRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_STREAMS_A_READ", 2)
    lessons = [new_stream() for _ in range(5)]
    courses = [new_stream("course") for _ in range(4)]
    for number, stream in enumerate([*lessons, *courses]):
        recorder.insert_events(marks(stream, 1 + number % 3), command=new_command())
    recorder.insert_events(marks(lessons[0], first=2), command=new_command())
    assert [head.stream for head in recorder.streams("lesson/")] == sorted(lessons)
    assert [head.stream for head in recorder.streams("")] == sorted([*lessons, *courses])
    assert list(recorder.streams("lesson0")) == []
    (head,) = recorder.streams(lessons[0])
    assert (head.first_index, head.last_version, head.last_index) == (0, 2, recorder.head().size - 1)


@pytest.mark.parametrize(
    ("prefix", "end"),
    [
        ("", ""),
        ("lesson/", "lesson0"),
        ("a\U0010ffff", "b"),
        ("\U0010ffff", ""),
        ("\ud7ff", "\ue000"),
        ("ё", "ђ"),
    ],
)
def test_the_end_of_a_prefix_is_the_next_text(prefix: str, end: str) -> None:
    assert end_of_prefix(prefix) == end


def test_checkpoints_grow_and_are_never_replaced(recorder: LetopisPostgresApplicationRecorder) -> None:
    recorder.insert_events(marks(new_stream(), 8), command=new_command())
    leaf = bytes(32)
    edges = [RightEdge.empty()]
    for _ in range(9):
        edges.append(edges[-1].append(leaf))
    assert recorder.checkpoint() is None
    two, five = SignedCheckpoint(2, b"two", edges[2]), SignedCheckpoint(5, b"five", edges[5])
    for checkpoint in (two, five, five, two):
        recorder.keep_checkpoint(checkpoint)
    for refused in (
        SignedCheckpoint(5, b"other", edges[5]),
        SignedCheckpoint(3, b"three", edges[3]),
        SignedCheckpoint(9, b"nine", edges[9]),
    ):
        with pytest.raises(Conflict):
            recorder.keep_checkpoint(refused)
    with pytest.raises(ValueError, match="right edge of size 6"):
        recorder.keep_checkpoint(SignedCheckpoint(7, b"seven", edges[6]))
    assert recorder.checkpoint() == recorder.checkpoint(5) == recorder.checkpoint(100) == five
    assert recorder.checkpoint(4) == recorder.checkpoint(2) == two
    assert recorder.checkpoint(1) is None


def test_tiles_are_kept_all_or_none(recorder: LetopisPostgresApplicationRecorder) -> None:
    tile, other = bytes(range(256)) * 32, bytes(8192)
    recorder.keep_tiles([])
    recorder.keep_tiles([(0, 0, tile), (0, 1, other), (1, 0, tile)])
    recorder.keep_tiles([(0, 1, other), (0, 2, tile)])
    with pytest.raises(LedgerDamaged, match="tile 0/1 ") as caught:
        recorder.keep_tiles([(0, 3, tile), (0, 1, tile)])
    assert caught.value.code == "tile_differs"
    assert recorder.tile(0, 1) == other
    assert recorder.tile(0, 2) == tile
    assert recorder.tile(0, 3) is None


def test_a_subscriber_in_the_process_is_woken_and_one_in_another_finds_it(
    module_postgres_database: Database, origin: str
) -> None:
    with opened(module_postgres_database, origin) as recorder:
        stream = new_stream()
        seen: list[int] = []
        done = threading.Event()

        def follow() -> None:
            with recorder.subscribe(gt=0) as subscription:
                for notification in subscription:
                    seen.append(notification.id)
                    if notification.id == 3:
                        break
            done.set()

        thread = threading.Thread(target=follow)
        thread.start()
        recorder.insert_events(marks(stream, 2), command=new_command())
        with psycopg.connect(module_postgres_database.app_dsn) as connection:  # as another process would
            from ledger.storage.appending import draft_entries
            from ledger.storage.postgres.append import encode_append

            command = new_command()
            drafts = draft_entries(marks(stream, first=3), command, "canonical")
            values = encode_append(recorder.school, drafts, command, needed_versions(drafts, command))
            types = (
                "int4 text uuid bytea bytea int8 timestamptz text[] int8[] bytea bytea[] bytea[] text[] int8[] text[]"
            )
            marks_of = ", ".join(f"${number}::{type_}" for number, type_ in enumerate(types.split(), 1))
            connection.pgconn.prepare(b"a", f"SELECT letopis.append_entries({marks_of})".encode())
            connection.pgconn.exec_prepared(b"a", values, [1] * 15, 1)  # type: ignore[arg-type]
        thread.join(10)
        assert done.is_set()
        assert seen == [1, 2, 3]


def test_opening_says_what_is_wrong_with_the_settings(module_postgres_database: Database, origin: str) -> None:
    good = module_postgres_database.environment(origin)

    def opening(**changes: str) -> LetopisError:
        with pytest.raises(LetopisError) as caught:
            LetopisPostgresFactory(good | changes)
        return caught.value

    assert "LETOPIS_POSTGRES_DSN: not set" in str(opening(LETOPIS_POSTGRES_DSN=""))
    assert "LETOPIS_POSTGRES_OWNER_DSN: not set" in str(opening(LETOPIS_POSTGRES_OWNER_DSN=""))
    assert "LETOPIS_STATES" in str(opening(LETOPIS_STATES="both"))
    assert "LETOPIS_CLOCK" in str(opening(LETOPIS_CLOCK="sundial"))
    assert "LETOPIS_CREATE" in str(opening(LETOPIS_CREATE="perhaps"))
    assert "LETOPIS_POSTGRES_POOL_MAX" in str(opening(LETOPIS_POSTGRES_POOL_MAX="0"))
    assert "POSTGRES_ENABLE_DB_FUNCTIONS" in str(opening(POSTGRES_ENABLE_DB_FUNCTIONS="y"))
    assert "no such log" in str(opening(LETOPIS_CREATE="n"))
    assert "malformed" in str(opening(LETOPIS_CREATE="n", LETOPIS_POSTGRES_DSN="host"))
    with opened(module_postgres_database, origin, LETOPIS_CLOCK="sample"):
        assert "made with 'sample'" in str(opening(LETOPIS_CLOCK="server"))
    assert "letopis_owner" in str(
        opening(
            LETOPIS_ORIGIN="letopis.example/school/new", LETOPIS_POSTGRES_OWNER_DSN=module_postgres_database.app_dsn
        )
    )


def test_a_database_without_the_schema_is_not_opened(bare_postgres_database: Database) -> None:
    settings = bare_postgres_database.environment() | {"LETOPIS_CREATE": "n"}
    with pytest.raises(LetopisError, match="lacks migration 0001_roles"):
        LetopisPostgresFactory(settings)


def test_an_unreachable_server_is_an_error_that_says_nothing_was_written(
    recorder: LetopisPostgresApplicationRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = recorder.datastore.pool
    monkeypatch.setattr(pool, "timeout", 0.2)
    held = [pool.getconn() for _ in range(pool.max_size)]
    try:
        with pytest.raises(OperationalError, match="nothing was written"):
            recorder.insert_events(marks(new_stream()), command=new_command())
    finally:
        for connection in held:
            pool.putconn(connection)
    assert recorder.insert_events(marks(new_stream()), command=new_command()) == [1]


def test_the_pool_is_shared_and_closed_by_its_last_user(module_postgres_database: Database) -> None:
    with opened(module_postgres_database, "letopis.example/school/a") as one:
        with opened(module_postgres_database, "letopis.example/school/b") as two:
            pool = one.datastore.pool
            assert two.datastore.pool is pool
        assert not pool.closed
    assert pool.closed


def test_errors_do_not_carry_the_servers_details(module_postgres_database: Database, origin: str) -> None:
    with opened(module_postgres_database, origin, LETOPIS_STATES="any") as recorder:
        with pytest.raises(DataError) as caught:
            recorder.insert_events([StoredEvent("Иванов\x00", 1, "t", b"")])
        assert not re.search("Иванов|DETAIL|CONTEXT", str(caught.value))
