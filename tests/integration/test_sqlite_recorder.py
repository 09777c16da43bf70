"""The recorder's port on a real file; after each test an oracle re-derives the whole log from it."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import InterfaceError, ProgrammingError, StoredEvent, Tracking

from ledger.errors import AlreadyRecorded, Conflict, KeyReused, LedgerDamaged
from ledger.log import Command, LogRecorder, RecordedEvent, Run, SignedCheckpoint, StreamHead
from ledger.storage.sqlite import LetopisSQLiteFactory
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash
from ledger.wire.entry import parse_entry
from ledger.wire.errors import WireError
from tests.sqlite_ledgers import ORIGIN, TEACHER, command, lesson, marks, opened, settings
from tests.sqlite_oracle import check_file, tree_root


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "school.db"
    yield path
    check_file(path)


@pytest.fixture
def recorder(file: Path) -> Iterator[LetopisSQLiteApplicationRecorder]:
    with opened(file) as found:
        yield found


def test_fills_the_port(recorder: LetopisSQLiteApplicationRecorder) -> None:
    assert isinstance(recorder, LogRecorder)
    assert (recorder.origin, recorder.clock, recorder.latched) == (ORIGIN, "server", None)


def test_an_empty_log(recorder: LetopisSQLiteApplicationRecorder) -> None:
    head = recorder.head()
    assert (head.size, head.last, head.edge, head.at) == (0, bytes(32), RightEdge.empty(), "")
    assert recorder.max_notification_id() is None
    assert list(recorder.entries()) == []
    assert list(recorder.streams("")) == []
    assert recorder.checkpoint() is None


def test_gives_positions_and_reads_back_the_bytes(recorder: LetopisSQLiteApplicationRecorder) -> None:
    stream, envelope = lesson(), command()
    stored = marks(stream, count=3, data='{"t":"Ё \\" \\\\"}'.encode())
    assert recorder.insert_events(stored, command=envelope) == [1, 2, 3]
    back = recorder.select_events(stream)
    assert back == stored
    assert all(isinstance(event, RecordedEvent) for event in back)
    assert [event.entry for event in back if isinstance(event, RecordedEvent)] == list(recorder.entries())
    assert [n.id for n in recorder.select_notifications(1, 10)] == [1, 2, 3]
    entry = parse_entry(next(recorder.entries()))
    assert (entry.actor, entry.command, entry.stream) == (TEACHER, envelope.id, stream)


def test_the_head_follows(recorder: LetopisSQLiteApplicationRecorder) -> None:
    for count in (1, 4, 30):
        recorder.insert_events(marks(lesson(), count=count), command=command())
    leaves = [leaf_hash(entry) for entry in recorder.entries()]
    head = recorder.head()
    assert (head.size, head.last, head.edge.root()) == (35, leaves[-1], tree_root(leaves))


class TestConflicts:
    def test_a_gap_in_a_stream(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        stream = lesson()
        recorder.insert_events(marks(stream), command=command())
        with pytest.raises(Conflict) as caught:
            recorder.insert_events(marks(stream, first=3), command=command())
        assert caught.value.stream == stream
        assert "is at version 1; the command was decided at version 2" in str(caught.value)

    def test_a_version_that_is_taken(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        stream = lesson()
        recorder.insert_events(marks(stream, count=3), command=command())
        for first, count in ((1, 1), (2, 1), (3, 2), (1, 5)):
            with pytest.raises(Conflict) as caught:
                recorder.insert_events(marks(stream, first, count), command=command())
            assert caught.value.stream == stream

    def test_a_new_stream_that_does_not_begin_at_one(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        with pytest.raises(Conflict, match="is at version 0; the command was decided at version 1"):
            recorder.insert_events(marks(lesson(), first=2), command=command())

    def test_a_gap_within_the_append(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        stream = lesson()
        with pytest.raises(Conflict):
            recorder.insert_events(marks(stream) + marks(stream, first=3), command=command())
        with pytest.raises(Conflict):
            recorder.insert_events(marks(stream) + marks(stream), command=command())

    def test_nothing_of_a_refused_append_is_left(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        taken, fresh = lesson(), lesson()
        recorder.insert_events(marks(taken), command=command())
        before = recorder.head()
        refused = command("key")
        with pytest.raises(Conflict):
            recorder.insert_events(marks(fresh) + marks(taken), command=refused)
        assert recorder.head() == before
        assert recorder.select_events(fresh) == []
        assert recorder.find_receipt("key") is None

    def test_a_stream_that_was_read_and_has_moved(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        period, mark = f"period/{UUID(int=1)}", lesson()
        recorder.insert_events(marks(period), command=command())
        recorder.insert_events(marks(mark), command=command(reads={period: 1, lesson(): 0}))
        recorder.insert_events(marks(period, first=2), command=command())
        with pytest.raises(Conflict) as caught:
            recorder.insert_events(marks(mark, first=2), command=command(reads={period: 1}))
        assert caught.value.stream == period
        with pytest.raises(Conflict):
            recorder.insert_events(marks(mark, first=2), command=command(reads={lesson(): 1}))

    def test_a_log_that_has_grown(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        recorder.insert_events(marks(lesson()), command=command(expected_size=0))
        with pytest.raises(Conflict, match="the log has 1 entries; the command was decided at 0") as caught:
            recorder.insert_events(marks(lesson()), command=command(expected_size=0))
        assert caught.value.stream == ""


class TestReceipts:
    def test_the_same_command_again_gets_the_same_receipt(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        stream, first = lesson(), command("key", digest=bytes(32))
        recorder.insert_events(marks(stream, count=2), command=first)
        for again in (first, command("key", digest=bytes(32))):
            with pytest.raises(AlreadyRecorded) as caught:
                # Its streams have moved, by itself: the receipt is asked for first.
                recorder.insert_events(marks(stream), command=again)
            assert caught.value.receipt == recorder.find_receipt("key")
        receipt = recorder.find_receipt("key")
        assert receipt is not None
        assert (receipt.command, receipt.first_index, receipt.count) == (first.id, 0, 2)
        assert (receipt.digest, receipt.answer) == (bytes(32), first.answer)

    def test_another_body_under_the_key_is_refused(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        recorder.insert_events(marks(lesson()), command=command("key", digest=bytes(32)))
        with pytest.raises(KeyReused):
            recorder.insert_events(marks(lesson()), command=command("key", digest=b"x" * 32))

    def test_a_command_without_a_key_is_found_by_its_id(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        envelope = command()
        recorder.insert_events(marks(lesson()), command=envelope)
        assert recorder.find_receipt(envelope.id) is not None
        assert recorder.find_receipt("") is None


class TestTime:
    def test_never_goes_back(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        start = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
        moments = iter([start, start - timedelta(hours=1), start + timedelta(microseconds=1)])
        recorder.set_clock(lambda: next(moments))
        for _ in range(3):
            recorder.insert_events(marks(lesson()), command=command())
        assert [parse_entry(entry).at for entry in recorder.entries()] == [
            "2026-09-01T08:00:00.000000Z",
            "2026-09-01T08:00:00.000000Z",
            "2026-09-01T08:00:00.000001Z",
        ]

    def test_the_servers_clock_refuses_a_clients(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        envelope = Command(id=str(UUID(int=1)), actor=TEACHER, at=datetime(2026, 9, 1, tzinfo=UTC))
        with pytest.raises(WireError, match=r"command\.at"):
            recorder.insert_events(marks(lesson()), command=envelope)

    def test_a_sample_clock_is_the_commands(self, file: Path) -> None:
        with opened(file, LETOPIS_CLOCK="sample") as recorder:
            for day in (2, 1):
                envelope = Command(id=str(UUID(int=day)), actor=TEACHER, at=datetime(2026, 9, day, tzinfo=UTC))
                recorder.insert_events(marks(lesson()), command=envelope)
            recorder.insert_events(marks(lesson()), command=command())
            ats = [parse_entry(entry).at for entry in recorder.entries()]
        assert ats[:2] == ["2026-09-02T00:00:00.000000Z"] * 2
        assert ats[2] == max(ats)


class TestReading:
    def test_a_part_of_a_stream(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        stream = lesson()
        recorder.insert_events(marks(stream, count=5), command=command())
        for arguments, expected in (
            ({"gt": 3}, [4, 5]),
            ({"lte": 2}, [1, 2]),
            ({"gt": 1, "lte": 4, "desc": True}, [4, 3, 2]),
            ({"desc": True, "limit": 1}, [5]),
        ):
            found = recorder.select_events(stream, **arguments)  # type: ignore[arg-type]
            assert [event.originator_version for event in found] == expected

    def test_ranges_of_entries(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        for _ in range(3):
            recorder.insert_events(marks(lesson(), count=500), command=command())
        everything = list(recorder.entries())
        assert [parse_entry(entry).index for entry in everything] == list(range(1_500))
        for start, stop in ((0, 0), (0, 1), (511, 513), (1_499, 1_500), (1_500, None), (3, 1_100)):
            assert list(recorder.entries(start, stop)) == everything[start:stop]

    def test_entries_end_at_the_head_seen_at_the_call(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        recorder.insert_events(marks(lesson()), command=command())
        entries = recorder.entries()
        recorder.insert_events(marks(lesson()), command=command())
        assert len(list(entries)) == 1

    def test_a_missing_entry_is_damage_and_not_a_shorter_log(self, tmp_path: Path) -> None:
        file = tmp_path / "damaged.db"
        with opened(file) as recorder:
            recorder.insert_events(marks(lesson(), count=600), command=command())
        connection = sqlite3.connect(file)
        connection.executescript("DROP TRIGGER entries_no_delete; DELETE FROM entries WHERE idx = 555")
        connection.close()
        with opened(file, create=False, LETOPIS_READ_ONLY="y") as recorder:
            entries = recorder.entries()
            assert len(list(itertools.islice(entries, 555))) == 555
            with pytest.raises(LedgerDamaged) as caught:
                next(entries)
        assert (caught.value.code, caught.value.index) == ("entry_missing", 555)

    def test_streams_in_byte_order(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        names = [f"course/{UUID(int=n)}" for n in (3, 1, 2)] + [f"courses/{UUID(int=1)}", f"lesson/{UUID(int=1)}"]
        for name in names:
            recorder.insert_events(marks(name, count=2), command=command())
        recorder.insert_events(marks(names[0], first=3), command=command())
        assert list(recorder.streams("course/")) == [
            StreamHead(names[1], 2, 2, 3),
            StreamHead(names[2], 4, 2, 5),
            StreamHead(names[0], 0, 3, 10),
        ]
        assert [head.stream for head in recorder.streams("")] == sorted(names)
        assert [head.stream for head in recorder.streams(names[4])] == [names[4]]
        assert list(recorder.streams("nothing/")) == []

    def test_more_streams_than_one_read(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        events = [event for n in range(2_001) for event in marks(f"course/{UUID(int=n)}")]
        recorder.insert_events(events, command=command())
        assert [head.first_index for head in recorder.streams("course/")] == list(range(2_001))

    def test_notifications_by_topic(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        stream = lesson()
        topics = ["mark_recorded/1", "mark_corrected/1", "mark_recorded/1"]
        recorder.insert_events(
            [StoredEvent(stream, n, topic, b"{}") for n, topic in enumerate(topics, start=1)], command=command()
        )
        assert [n.id for n in recorder.select_notifications(None, 10, topics=["mark_recorded/1"])] == [1, 3]

    def test_a_row_that_disagrees_with_its_entry_is_damage(self, tmp_path: Path) -> None:
        file = tmp_path / "damaged.db"
        stream = lesson()
        with opened(file, LETOPIS_STATES="any") as recorder:
            recorder.insert_events(marks(stream), command=command())
        connection = sqlite3.connect(file)
        connection.executescript("DROP TRIGGER entries_no_update; UPDATE entries SET type = 'absence_recorded/1'")
        connection.close()
        with opened(file, create=False, LETOPIS_STATES="any") as recorder, pytest.raises(LedgerDamaged):
            recorder.select_events(stream)


class TestCheckpoints:
    @staticmethod
    def checkpoint(recorder: LetopisSQLiteApplicationRecorder, note: bytes = b"note\n") -> SignedCheckpoint:
        head = recorder.head()
        return SignedCheckpoint(head.size, note, head.edge)

    def test_the_newest_at_most_as_large(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        kept = []
        for _ in range(3):
            recorder.insert_events(marks(lesson(), count=2), command=command())
            kept.append(self.checkpoint(recorder))
            recorder.keep_checkpoint(kept[-1])
        assert recorder.checkpoint() == kept[2]
        assert [recorder.checkpoint(size) for size in (1, 2, 3, 5, 6, 9)] == [
            None, kept[0], kept[0], kept[1], kept[2], kept[2],
        ]  # fmt: skip

    def test_the_same_again_is_nothing_new(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        recorder.insert_events(marks(lesson()), command=command())
        for _ in range(2):
            recorder.keep_checkpoint(self.checkpoint(recorder))

    def test_another_of_the_same_size_or_an_older_is_refused(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        recorder.insert_events(marks(lesson()), command=command())
        older = self.checkpoint(recorder)
        recorder.insert_events(marks(lesson()), command=command())
        recorder.keep_checkpoint(self.checkpoint(recorder))
        with pytest.raises(Conflict, match="a checkpoint of size 2 where one of size 2 is kept already"):
            recorder.keep_checkpoint(self.checkpoint(recorder, b"another\n"))
        with pytest.raises(Conflict, match="a checkpoint of size 1 where one of size 2 is kept already"):
            recorder.keep_checkpoint(older)

    def test_one_beyond_the_log_is_refused(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        edge = RightEdge.empty().append(bytes(32))
        with pytest.raises(Conflict, match="a checkpoint of size 1 over a log of 0 entries"):
            recorder.keep_checkpoint(SignedCheckpoint(1, b"note\n", edge))
        with pytest.raises(ValueError, match="right edge of size 1"):
            recorder.keep_checkpoint(SignedCheckpoint(0, b"note\n", edge))

    def test_tiles_are_kept_and_never_change(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        recorder.insert_events(marks(lesson(), count=300), command=command())
        tile = b"".join(leaf_hash(entry) for entry in recorder.entries(0, 256))
        recorder.keep_tiles([(0, 0, tile)])
        recorder.keep_tiles([(0, 0, tile)])
        assert recorder.tile(0, 0) == tile
        assert recorder.tile(0, 1) is None
        with pytest.raises(LedgerDamaged) as caught:
            recorder.keep_tiles([(0, 0, tile[::-1])])
        assert caught.value.code == "tile_differs"

    def test_tiles_are_kept_all_or_none(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        with pytest.raises(Exception, match="CHECK"):
            recorder.keep_tiles([(0, 0, bytes(8_192)), (0, 1, b"short")])
        assert recorder.tile(0, 0) is None


class TestArguments:
    def test_a_command_is_required(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        with pytest.raises(WireError, match="command: missing"):
            recorder.insert_events(marks(lesson()))

    def test_a_command_appends_something(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        assert recorder.insert_events([]) == []
        with pytest.raises(WireError, match="events: a command appends at least one"):
            recorder.insert_events([], command=command())

    def test_an_argument_without_use_is_refused(self, recorder: LetopisSQLiteApplicationRecorder) -> None:
        with pytest.raises(ProgrammingError, match="unexpected comand"):
            recorder.insert_events(marks(lesson()), comand=command())
        with pytest.raises(ProgrammingError, match="keeps no tracking"):
            recorder.insert_events(marks(lesson()), command=command(), tracking=Tracking("upstream", 1))

    def test_a_closed_ledger_says_so(self, file: Path) -> None:
        with opened(file) as recorder:
            pass
        with pytest.raises(InterfaceError, match="the ledger is closed"):
            recorder.head()
        with pytest.raises(InterfaceError, match="the ledger is closed"):
            recorder.insert_events(marks(lesson()), command=command())


def test_a_process_recorder_tracks_in_the_appends_transaction(file: Path) -> None:
    factory = LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y"))
    recorder = factory.process_recorder()
    stream = lesson()
    recorder.insert_events(marks(stream), command=command(), tracking=Tracking("upstream", 1))
    with pytest.raises(Conflict):
        recorder.insert_events(marks(stream), command=command(), tracking=Tracking("upstream", 2))
    assert recorder.max_tracking_id("upstream") == 1
    recorder.insert_events([], tracking=Tracking("upstream", 2))
    assert recorder.max_tracking_id("upstream") == 2
    factory.close()


def test_a_subscription_is_woken_by_an_append(recorder: LetopisSQLiteApplicationRecorder) -> None:
    recorder.insert_events(marks(lesson()), command=command())
    with recorder.subscribe(gt=0) as subscription:
        assert next(subscription).id == 1
        started = datetime.now(UTC)
        recorder.insert_events(marks(lesson()), command=command())
        assert next(subscription).id == 2
        assert datetime.now(UTC) - started < timedelta(seconds=0.4), "polled instead of woken"
    assert not recorder.store.writer.listeners


def test_a_subscription_sees_what_another_process_commits(file: Path) -> None:
    with opened(file) as writing, opened(file, create=False, LETOPIS_READ_ONLY="y") as reading:
        with reading.subscribe() as subscription:
            writing.insert_events(marks(lesson()), command=command())
            assert next(subscription).id == 1


def test_columns_and_receipts_for_an_audit(
    recorder: LetopisSQLiteApplicationRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.storage.sqlite.recorder._RECEIPTS_A_READ", 2)
    commands = [command() for _ in range(5)]
    streams = [lesson() for _ in commands]
    for stream, envelope in zip(streams, commands, strict=True):
        recorder.insert_events(marks(stream, count=2), command=envelope)
    assert list(recorder.receipts()) == [(2 * n, 2, envelope.id) for n, envelope in enumerate(commands)]
    entries = list(recorder.entries())
    assert recorder.columns(3, 5) == (
        [Run(streams[1], 2, 1), Run(streams[2], 1, 1)],
        ("mark_recorded/1", "mark_recorded/1"),
        (entries[3], entries[4]),
    )


def test_a_foreign_stream_begins_with_nought_or_one_and_goes_on_gaplessly(file: Path) -> None:
    with opened(file, LETOPIS_STATES="any") as recorder:
        for stream, first in (("a", 0), ("b", 1)):
            recorder.insert_events(marks(stream, first=first, count=2))
            for wrong in (first - 1, first, first + 3):
                with pytest.raises((Conflict, WireError)):
                    recorder.insert_events(marks(stream, first=wrong))
            recorder.insert_events(marks(stream, first=first + 2))
        with pytest.raises(Conflict):
            recorder.insert_events(marks("c", first=2))
        assert {head.stream: head.last_version for head in recorder.streams("")} == {"a": 2, "b": 3}
