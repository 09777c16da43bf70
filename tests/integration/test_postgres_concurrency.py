"""Many writers: schools do not wait for each other, and one school's writers leave no gap."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from eventsourcing.persistence import OperationalError

from ledger.errors import AlreadyRecorded, Conflict
from tests.conftest import Database
from tests.postgres_oracle import read_log
from tests.postgres_school import marks, new_command, new_stream, opened


def run_together(count: int, work: Callable[[int], None]) -> None:
    """Run the work in this many threads; the first error is raised."""
    start = threading.Barrier(count)

    def one(number: int) -> None:
        start.wait()
        work(number)

    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(one, number) for number in range(count)]:
            future.result()


def test_four_writers_of_one_school_leave_a_gapless_chain(postgres_database: Database) -> None:
    taken: list[int] = []
    with opened(postgres_database) as recorder:

        def work(number: int) -> None:
            chooser = random.Random(number)
            for _ in range(40):
                ids = recorder.insert_events(marks(new_stream(), chooser.choice([1, 1, 2, 7])), command=new_command())
                assert ids is not None
                assert list(ids) == list(range(ids[0], ids[-1] + 1))
                taken.extend(ids)

        run_together(4, work)
        log = read_log(postgres_database.superuser_dsn, recorder.origin)
    assert sorted(taken) == list(range(1, len(log.raw) + 1))
    assert len(log.receipts) == 160


def test_eight_writers_over_many_schools_leave_gapless_chains(postgres_database: Database) -> None:
    origins = [f"letopis.example/school/{number}" for number in range(12)]
    with ExitStack() as stack:
        recorders = [stack.enter_context(opened(postgres_database, origin)) for origin in origins]
        written = dict.fromkeys(origins, 0)
        counting = threading.Lock()

        def work(number: int) -> None:
            chooser = random.Random(number)
            for _ in range(40):
                recorder = chooser.choice(recorders)
                count = chooser.choice([1, 1, 3])
                recorder.insert_events(marks(new_stream(), count), command=new_command())
                with counting:
                    written[recorder.origin] += count

        run_together(8, work)
    for origin in origins:
        assert len(read_log(postgres_database.superuser_dsn, origin).raw) == written[origin]


def test_of_writers_to_one_stream_each_version_has_one(postgres_database: Database) -> None:
    stream = new_stream()
    conflicts = []
    with opened(postgres_database) as recorder:

        def work(_: int) -> None:
            for _ in range(15):
                while True:
                    events = recorder.select_events(stream, desc=True, limit=1)
                    version = events[0].originator_version if events else 0
                    try:
                        recorder.insert_events(marks(stream, first=version + 1), command=new_command())
                    except Conflict as conflict:
                        conflicts.append(conflict.stream)
                    else:
                        break

        run_together(4, work)
        assert [event.originator_version for event in recorder.select_events(stream)] == list(range(1, 61))
    assert set(conflicts) <= {stream}
    read_log(postgres_database.superuser_dsn, recorder.origin)


def test_a_command_sent_by_four_at_once_is_recorded_once(postgres_database: Database) -> None:
    with opened(postgres_database) as recorder:
        for _ in range(10):
            command = new_command(digest=b"d" * 32)
            stream = new_stream()
            outcomes: list[int] = []

            def work(_: int, command: object = command, stream: str = stream, outcomes: list[int] = outcomes) -> None:
                try:
                    ids = recorder.insert_events(marks(stream, 2), command=command)  # type: ignore[arg-type]
                    assert ids is not None
                    outcomes.append(ids[0] - 1)
                except AlreadyRecorded as recorded:
                    outcomes.append(recorded.receipt.first_index)

            run_together(4, work)
            assert len(outcomes) == 4
            assert len(set(outcomes)) == 1
        assert recorder.head().size == 20


def test_a_stream_that_was_read_cannot_move_under_an_append_that_waits_for_the_lock(
    postgres_database: Database,
) -> None:
    """The checks run in a statement after the lock: they see what its last holder committed."""
    with opened(postgres_database) as recorder:
        period = new_stream("period")
        recorder.insert_events(marks(period), command=new_command())
        outcome: list[object] = []

        def late_mark() -> None:
            try:
                outcome.append(recorder.insert_events(marks(new_stream()), command=new_command(reads={period: 1})))
            except Conflict as conflict:
                outcome.append(conflict.stream)

        with psycopg.connect(postgres_database.superuser_dsn) as holder:
            holder.execute("SELECT FROM letopis.heads WHERE school = %s FOR NO KEY UPDATE", (recorder.school,))
            waiting = threading.Thread(target=late_mark)
            waiting.start()
            while not holder.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                time.sleep(0.01)
            # The period closes while the mark waits; by hand, in the transaction that holds the lock.
            holder.execute(
                "SELECT letopis.append_entries(%s, 'close', gen_random_uuid(), '', '', NULL, NULL, ARRAY[%s], ARRAY[1::bigint],"
                " '{}', ARRAY['x'::bytea], ARRAY['y'::bytea], ARRAY[%s], ARRAY[2::bigint], ARRAY['period_closed/1'])",
                (recorder.school, period, period),
            )
        waiting.join(10)
    assert outcome == [period]


def test_one_schools_lock_holds_up_no_other(postgres_database: Database) -> None:
    with opened(postgres_database, "letopis.example/school/a") as one:
        with opened(postgres_database, "letopis.example/school/b") as two:
            with psycopg.connect(postgres_database.superuser_dsn) as holder:
                holder.execute("SELECT FROM letopis.heads WHERE school = %s FOR UPDATE", (one.school,))
                assert two.insert_events(marks(new_stream()), command=new_command()) == [1]
                assert one.head().size == 0  # nor readers of its own


def test_a_lock_that_cannot_be_had_in_time_is_an_error_and_nothing_is_written(postgres_database: Database) -> None:
    impatient = f"{postgres_database.app_dsn} options='-c lock_timeout=200'"
    with opened(postgres_database, LETOPIS_POSTGRES_DSN=impatient) as recorder:
        command = new_command()
        with psycopg.connect(postgres_database.superuser_dsn) as holder:
            holder.execute("SELECT FROM letopis.heads WHERE school = %s FOR UPDATE", (recorder.school,))
            with pytest.raises(OperationalError, match="lock timeout"):
                recorder.insert_events(marks(new_stream()), command=command)
        assert recorder.find_receipt(command.id) is None
        assert recorder.insert_events(marks(new_stream()), command=command) == [1]
