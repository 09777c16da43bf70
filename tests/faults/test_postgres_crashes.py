"""Servers killed, backends ended, clients stopped, files gone: what was acknowledged is there, and nothing is half."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError

from ledger.errors import LedgerDamaged, NodeReadOnly, OutcomeUnknown
from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder
from tests.cluster import Cluster
from tests.conftest import Database, make_database
from tests.postgres_oracle import read_log
from tests.postgres_school import ORIGIN, failing_disk, marks, new_command, new_stream, opened

CRASHES = 3
ROOT = Path(__file__).parents[2]


class Writers:
    """Threads that append to schools until they are stopped, and remember what they were told."""

    def __init__(self, recorders: list[LetopisPostgresApplicationRecorder]) -> None:
        self.recorders = recorders
        self.acknowledged: list[tuple[str, str, int, int]] = []  # origin, key, first index, count
        self.unknown: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []
        self.unexpected: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(4)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        chooser = random.Random(number)
        while not self._stop.is_set():
            recorder = chooser.choice(self.recorders)
            count = chooser.choice([1, 1, 3, 20])
            command = new_command()
            try:
                ids = recorder.insert_events(marks(new_stream(), count), command=command)
                assert ids is not None
                self.acknowledged.append((recorder.origin, command.id, ids[0] - 1, count))
            except OutcomeUnknown as unknown:
                self.unknown.append((recorder.origin, unknown.key))
                return
            except PersistenceError:
                self.refused.append((recorder.origin, command.id))
                return
            except BaseException as error:  # noqa: BLE001 - shown by the test
                self.unexpected.append(error)
                return


def test_a_killed_server_keeps_what_it_acknowledged(durable_cluster: Cluster) -> None:
    database = make_database(durable_cluster)
    origins = [f"letopis.example/school/{number}" for number in range(4)]
    acknowledged: list[tuple[str, str, int, int]] = []
    unknown: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    for crash in range(CRASHES):
        with ExitStack() as stack:
            recorders = [stack.enter_context(opened(database, origin)) for origin in origins]
            for recorder in recorders:
                recorder.outcome_seconds = 0.2
                recorder.datastore.pool.timeout = 0.2
            writers = Writers(recorders)
            writers.start()
            time.sleep(0.4 + 0.13 * crash)
            durable_cluster.kill()
            writers.stop()
        assert writers.unexpected == []
        assert writers.acknowledged, "the writers had no time to write"
        acknowledged += writers.acknowledged
        unknown += writers.unknown
        refused += writers.refused
        durable_cluster.start()

    logs = {origin: read_log(database.superuser_dsn, origin) for origin in origins}
    for origin, key, first, count in acknowledged:
        assert logs[origin].receipts[key] == (key, first, count), "an acknowledged append is gone"
    for origin, key in refused:
        assert key not in logs[origin].receipts, "refused, but recorded"
    recorded = sum(len(log.receipts) for log in logs.values())
    assert recorded == len(acknowledged) + sum(key in logs[origin].receipts for origin, key in unknown)
    with opened(database, origins[0]) as recorder:
        assert recorder.insert_events(marks(new_stream()), command=new_command()) == [len(logs[origins[0]].raw) + 1]


def test_an_append_waits_out_a_restart_of_the_server(durable_cluster: Cluster) -> None:
    database = make_database(durable_cluster)
    with opened(database) as recorder:
        recorder.insert_events(marks(new_stream()), command=new_command())
        durable_cluster.kill()
        restart = threading.Thread(target=durable_cluster.start)
        restart.start()
        assert recorder.insert_events(marks(new_stream()), command=new_command()) == [2]
        restart.join()
        assert recorder.head().size == 2
        assert recorder.insert_events(marks(new_stream()), command=new_command()) == [3]
    read_log(database.superuser_dsn, ORIGIN)


def test_reads_go_on_after_a_restart_although_every_pooled_connection_is_dead(durable_cluster: Cluster) -> None:
    database = make_database(durable_cluster)
    with opened(database) as recorder:
        recorder.insert_events(marks(new_stream()), command=new_command())
        pool = recorder.datastore.pool
        held = [pool.getconn() for _ in range(pool.max_size)]
        for connection in held:
            pool.putconn(connection)
        durable_cluster.kill()
        durable_cluster.start()
        for _ in range(pool.max_size):
            assert recorder.head().size == 1


@pytest.mark.parametrize("function", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_backend_ended_in_the_middle_leaves_nothing_half_written(postgres_database: Database, function: str) -> None:
    """Terminated: the append is sent again, and recorded once. Cancelled: an error, and nothing is written."""
    stop = threading.Event()
    hits = []

    def end_backends() -> None:
        with psycopg.connect(postgres_database.superuser_dsn, autocommit=True) as connection:
            while not stop.is_set():
                rows = connection.execute(
                    f"SELECT {function}(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND usename = 'test_app' AND state = 'active' AND query LIKE '%append_entries%'"
                    " AND clock_timestamp() - query_start > interval '15 ms'".encode()
                ).fetchall()
                hits.extend(rows)
                time.sleep(0.2 if rows else 0.001)

    ender = threading.Thread(target=end_backends)
    ender.start()
    recorded = failed = cancelled = 0
    try:
        with opened(postgres_database) as recorder:
            for _ in range(8):
                try:
                    ids = recorder.insert_events(marks(new_stream(), 2_000), command=new_command())
                    assert ids is not None
                    recorded += len(ids)
                except PersistenceError as error:
                    cancelled += "cancel" in str(error)
                    failed += 1
    finally:
        stop.set()
        ender.join()
    assert hits, "no backend was ended: the appends were too fast"
    # On a slow machine one append may be asked to stop twice before it does.
    assert failed == cancelled
    assert (1 <= failed <= len(hits)) if function == "pg_cancel_backend" else failed == 0
    assert len(read_log(postgres_database.superuser_dsn, ORIGIN).raw) == recorded


STOPPED_CLIENT = """
import sys, time
import psycopg
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute("SELECT letopis.append_entries(%s, 'never', gen_random_uuid(), '', '', NULL, NULL, '{}', '{}',"
        " '{}', ARRAY['x'::bytea], ARRAY['y'::bytea], ARRAY['lesson/1'], ARRAY[1::bigint], ARRAY['a/1'])", (int(sys.argv[2]),))
    print("in the transaction", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def stopped_client(postgres_database: Database) -> Iterator[tuple[LetopisPostgresApplicationRecorder, int]]:
    """A recorder of a school whose lock is held by a client that was stopped inside its transaction."""
    patience = "options='-c idle_in_transaction_session_timeout=700'"
    with opened(postgres_database) as recorder:
        client = subprocess.Popen(
            [sys.executable, "-c", STOPPED_CLIENT, f"{postgres_database.app_dsn} {patience}", str(recorder.school)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        try:
            assert client.stdout is not None
            assert client.stdout.readline() == b"in the transaction\n"
            client.send_signal(signal.SIGSTOP)
            yield recorder, client.pid
        finally:
            client.send_signal(signal.SIGCONT)
            client.kill()
            client.communicate()


def test_a_client_stopped_inside_its_transaction_does_not_hold_its_school_for_ever(
    stopped_client: tuple[LetopisPostgresApplicationRecorder, int], postgres_database: Database
) -> None:
    recorder, _ = stopped_client
    started = time.monotonic()
    assert recorder.insert_events(marks(new_stream()), command=new_command()) == [1]
    assert 0.1 < time.monotonic() - started < 9
    assert recorder.find_receipt("never") is None
    read_log(postgres_database.superuser_dsn, ORIGIN)


def test_every_connection_of_the_pool_has_its_timeouts(postgres_database: Database) -> None:
    with opened(postgres_database) as recorder, recorder.datastore.connection() as connection:
        for setting, value in (
            ("statement_timeout", "30s"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "5s"),
            ("synchronous_commit", "on"),
        ):
            row = connection.execute(f"SHOW {setting}".encode()).fetchone()
            assert row == {setting: value}


@pytest.mark.parametrize("connected", [True, False])
def test_a_disk_error_stops_appends_until_the_log_is_verified(durable_cluster: Cluster, connected: bool) -> None:
    """Whether the append is sent once or twice."""
    database = make_database(durable_cluster)
    with (
        opened(database, "letopis.example/school/a") as recorder,
        opened(database, "letopis.example/school/b") as other,
    ):
        for each in (recorder, other):
            each.insert_events(marks(new_stream()), command=new_command())
        command = new_command()
        with failing_disk(durable_cluster, database, recorder.school):
            if connected:
                recorder.head()
            with pytest.raises(NodeReadOnly if connected else OutcomeUnknown):
                recorder.insert_events(marks(new_stream()), command=command)
            assert (recorder.latched or "").startswith("the server met a disk error (58P01) during an append at 20")
        for each in (recorder, other):
            assert each.latched is not None
            with pytest.raises(NodeReadOnly, match="verified"):
                each.insert_events(marks(new_stream()), command=command)
        assert recorder.head().size == 1  # reading goes on
        head = recorder.head()
        with pytest.raises(LedgerDamaged):
            recorder.unlatch(other.head())
        recorder.unlatch(head)
        assert [each.latched is None for each in (recorder, other)] == [True, False]
        assert recorder.insert_events(marks(new_stream()), command=command) == [2]
        read_log(database.superuser_dsn, recorder.origin)
