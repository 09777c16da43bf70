"""Many callers, one commit: each call stands or falls alone, and is answered when its commit is durable."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import IntegrityError, InterfaceError, Tracking

from ledger.errors import AlreadyRecorded, Conflict, LedgerDamaged, LetopisError, OutcomeUnknown
from ledger.storage.sqlite import LetopisSQLiteFactory
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder, LetopisSQLiteProcessRecorder
from ledger.storage.sqlite.writer import Transaction, Writer
from tests.sqlite_ledgers import command, lesson, marks, opened, settings
from tests.sqlite_oracle import check_file

THREADS = 16


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "school.db"
    yield path
    check_file(path)


@pytest.fixture
def recorder(file: Path) -> Iterator[LetopisSQLiteApplicationRecorder]:
    with opened(file) as found:
        yield found


class Group:
    """Holds the lead until calls have queued up behind it, so that they make one group."""

    def __init__(self, recorder: LetopisSQLiteApplicationRecorder, calls: list[Callable[[], Any]]) -> None:
        self.commits = 0
        self.outcomes: list[object] = [None] * len(calls)
        turns = recorder.store.writer._turns
        connection = recorder.store.writer._connection
        assert connection is not None
        connection.set_trace_callback(self._count)
        with recorder.store.writer.turn():
            threads = []
            for position, call in enumerate(calls):
                threads.append(threading.Thread(target=self._run, args=(position, call)))
                threads[-1].start()
                deadline = time.monotonic() + 5
                while len(turns._queue) <= position:
                    assert time.monotonic() < deadline
            self.commits = -1  # the turn's own
        for thread in threads:
            thread.join(10)
        connection.set_trace_callback(None)

    def _run(self, position: int, call: Callable[[], Any]) -> None:
        try:
            self.outcomes[position] = call()
        except (LetopisError, EventSourcingError) as error:
            self.outcomes[position] = error

    def _count(self, statement: str) -> None:
        self.commits += statement == "COMMIT"


def test_what_waits_goes_into_one_commit(recorder: LetopisSQLiteApplicationRecorder) -> None:
    calls = [lambda: recorder.insert_events(marks(lesson(), count=2), command=command()) for _ in range(THREADS)]
    group = Group(recorder, calls)
    assert group.outcomes == [[2 * n + 1, 2 * n + 2] for n in range(THREADS)]
    assert group.commits == 1


def test_a_conflict_does_not_spoil_the_others(recorder: LetopisSQLiteApplicationRecorder) -> None:
    stream, used = lesson(), command("used")
    recorder.insert_events(marks(stream), command=used)
    fresh = lesson()
    group = Group(
        recorder,
        [
            lambda: recorder.insert_events(marks(fresh), command=command()),
            lambda: recorder.insert_events(marks(lesson()) + marks(stream), command=command()),
            lambda: recorder.insert_events(marks(fresh, first=2), command=command()),
            lambda: recorder.insert_events(marks(lesson()), command=used),
            lambda: recorder.insert_events(marks(fresh, first=3), command=command(reads={stream: 2})),
            lambda: recorder.insert_events(marks(stream, first=2), command=command("late")),
            lambda: recorder.insert_events(marks(lesson()), command=command("late")),
        ],
    )
    kinds = [outcome if isinstance(outcome, list) else type(outcome) for outcome in group.outcomes]
    assert kinds == [[2], Conflict, [3], AlreadyRecorded, Conflict, [4], AlreadyRecorded]
    assert group.commits == 1
    assert recorder.head().size == 4


def test_a_group_of_refusals_writes_nothing(recorder: LetopisSQLiteApplicationRecorder) -> None:
    stream = lesson()
    recorder.insert_events(marks(stream), command=command())
    before = recorder.head()
    group = Group(recorder, [lambda: recorder.insert_events(marks(stream), command=command())] * 3)
    assert [type(outcome) for outcome in group.outcomes] == [Conflict] * 3
    assert (group.commits, recorder.head()) == (0, before)
    recorder.insert_events(marks(stream, first=2), command=command())


def test_a_call_that_fails_after_its_entries_leaves_none_of_them(file: Path) -> None:
    factory = LetopisSQLiteFactory(settings(file, LETOPIS_CREATE="y"))
    recorder = factory.process_recorder()
    assert isinstance(recorder, LetopisSQLiteProcessRecorder)

    def append(position: int) -> Callable[[], Any]:
        tracking = Tracking("upstream", position)
        return lambda: recorder.insert_events(marks(lesson()), command=command(), tracking=tracking)

    group = Group(recorder, [append(2), append(1), append(3)])
    assert group.outcomes[0] == [1]
    assert isinstance(group.outcomes[1], IntegrityError)
    assert group.outcomes[2] == [2]
    factory.close()


def test_a_head_that_another_program_moved_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "damaged.db"
    with opened(file) as recorder:
        recorder.insert_events(marks(lesson()), command=command())
        stranger = sqlite3.connect(file)
        stranger.execute("UPDATE head SET size = 2, edge = substr(edge, 1, 32)")
        stranger.commit()
        stranger.close()
        for code in ("head_moved", "head_disagrees"):
            with pytest.raises(LedgerDamaged) as caught:
                recorder.insert_events(marks(lesson()), command=command())
            assert caught.value.code == code
        assert recorder.max_notification_id() == 1


def test_only_one_of_many_gets_a_version(recorder: LetopisSQLiteApplicationRecorder) -> None:
    stream = lesson()

    def try_one(_: int) -> bool:
        try:
            recorder.insert_events(marks(stream), command=command())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(try_one, range(THREADS * 4))) == 1


def test_many_threads_with_one_key_record_once(recorder: LetopisSQLiteApplicationRecorder) -> None:
    start = threading.Barrier(THREADS)

    def try_one(_: int) -> int:
        start.wait()
        try:
            ids = recorder.insert_events(marks(lesson()), command=command("one", digest=bytes(32)))
        except AlreadyRecorded as repeated:
            return repeated.receipt.first_index
        assert ids is not None
        return ids[0] - 1

    with ThreadPoolExecutor(THREADS) as threads:
        assert set(threads.map(try_one, range(THREADS))) == {0}
    assert recorder.head().size == 1


def test_a_read_that_moved_is_always_refused(recorder: LetopisSQLiteApplicationRecorder) -> None:
    """Sixteen teachers enter marks while the period closes: none slips in behind the closing."""
    period = lesson()
    recorder.insert_events(marks(period), command=command())
    start = threading.Barrier(THREADS + 1)

    def enter_marks() -> None:
        start.wait()
        stream = lesson()
        for version in range(1, 100):
            try:
                recorder.insert_events(marks(stream, first=version), command=command(reads={period: 1}))
            except Conflict:
                return

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(THREADS):
            threads.submit(enter_marks)
        start.wait()
        time.sleep(0.02)
        ids = recorder.insert_events(marks(period, first=2), command=command())
    assert ids is not None
    assert recorder.head().size == ids[0], "a mark was recorded after the period had closed"


def test_an_answer_comes_after_the_commit(recorder: LetopisSQLiteApplicationRecorder, file: Path) -> None:
    with opened(file, create=False, LETOPIS_READ_ONLY="y") as beside, ThreadPoolExecutor(THREADS) as threads:

        def append_and_look(_: int) -> bool:
            envelope = command()
            recorder.insert_events(marks(lesson()), command=envelope)
            return beside.find_receipt(envelope.id) is not None

        assert all(threads.map(append_and_look, range(200)))


def test_closing_commits_what_waits_and_refuses_what_comes(file: Path) -> None:
    with opened(file) as recorder:
        outcomes = []
        go_on = threading.Event()

        def keep_appending() -> None:
            while not go_on.is_set():
                try:
                    outcomes.append(recorder.insert_events(marks(lesson()), command=command()))
                except InterfaceError:
                    return

        threads = [threading.Thread(target=keep_appending) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert len(check_file(file).entries) == len(outcomes)


def test_closing_twice_does_nothing(recorder: LetopisSQLiteApplicationRecorder) -> None:
    recorder.store.writer.close()
    recorder.store.writer.close()


def test_an_interrupted_leader_tells_the_others_and_hands_on(recorder: LetopisSQLiteApplicationRecorder) -> None:
    class Interrupt(BaseException):
        pass

    def interrupted(_: Transaction) -> None:
        raise Interrupt

    caught: list[BaseException] = []

    def lead() -> None:
        try:
            recorder.store.writer.run(interrupted)
        except Interrupt as error:
            caught.append(error)

    group = Group(recorder, [lead, lambda: recorder.insert_events(marks(lesson()), command=command("lost"))])
    assert [type(error) for error in caught] == [Interrupt]
    assert isinstance(group.outcomes[1], OutcomeUnknown)
    assert group.outcomes[1].key == "lost"
    assert recorder.find_receipt("lost") is None
    recorder.insert_events(marks(lesson()), command=command("lost"))


def test_an_error_in_a_turn_rolls_it_back(recorder: LetopisSQLiteApplicationRecorder) -> None:
    with pytest.raises(ZeroDivisionError), recorder.store.writer.turn() as transaction:
        transaction.connection.execute("CREATE TABLE a (b INTEGER)")
        raise ZeroDivisionError
    with recorder.store.writer.turn() as transaction:
        assert transaction.connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'a'").fetchone() == (0,)


def test_the_write_ahead_log_stays_small(
    recorder: LetopisSQLiteApplicationRecorder, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = []
    copy = Writer._copy_wal

    def counting(self: Writer, connection: Any) -> None:
        copied.append(connection)
        copy(self, connection)

    monkeypatch.setattr(Writer, "_copy_wal", counting)
    for _ in range(60):
        recorder.insert_events(marks(lesson(), count=300), command=command())
    assert copied
    assert file.with_name("school.db-wal").stat().st_size < 16 * 1_024 * 1_024
