"""Connections cut around an append: "failed, not persisted" and "failed, but persisted" end the same way."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from eventsourcing.persistence import Tracking

from ledger.errors import AlreadyRecorded, Conflict, OutcomeUnknown
from ledger.storage.postgres import LetopisPostgresFactory
from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder, LetopisPostgresProcessRecorder
from tests.cluster import Cluster
from tests.conftest import Database
from tests.cutting_proxy import PORT, Cut, CuttingProxy, cutting_proxy
from tests.postgres_oracle import read_log
from tests.postgres_school import marks, new_command, new_stream, opened

CUTS: list[Cut] = ["before the request", "before the reply", "request late"]


_numbers = itertools.count(1)


@pytest.fixture
def origin() -> str:
    """The name of a log of the test's own: the database is the module's."""
    return f"letopis.example/school/{next(_numbers)}"


@pytest.fixture
def proxy(postgres_cluster: Cluster) -> Iterator[CuttingProxy]:
    with cutting_proxy(postgres_cluster.folder) as running:
        yield running


def through_proxy(database: Database) -> dict[str, str]:
    return {
        "LETOPIS_POSTGRES_DSN": database.app_dsn.replace("port=5432", f"port={PORT}"),
        "LETOPIS_POSTGRES_POOL_MAX": "1",
    }


@contextmanager
def opened_through(database: Database, origin: str) -> Iterator[LetopisPostgresApplicationRecorder]:
    """A recorder whose connection goes through the proxy, with an entry in the log and the append prepared."""
    with opened(database, origin, **through_proxy(database)) as recorder:
        recorder.insert_events(marks(new_stream()), command=new_command())
        yield recorder


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_append_is_recorded_once_and_answers_as_if_nothing_had_happened(
    module_postgres_database: Database, origin: str, proxy: CuttingProxy, cut: Cut
) -> None:
    with opened_through(module_postgres_database, origin) as recorder:
        stream = new_stream()
        command = new_command(answer=b"answer", reads={stream: 0}, expected_size=1)
        proxy.arm(cut)
        assert recorder.insert_events(marks(stream, 2), command=command) == [2, 3]
        receipt = recorder.find_receipt(command.id)
        assert receipt is not None
        assert (receipt.command, receipt.first_index, receipt.count) == (command.id, 1, 2)
        with pytest.raises(AlreadyRecorded) as caught:
            recorder.insert_events(marks(stream, 2), command=command)
        assert caught.value.receipt == receipt
        assert recorder.insert_events(marks(stream, first=3), command=new_command()) == [4]
    proxy.settle()
    assert len(read_log(module_postgres_database.superuser_dsn, origin).raw) == 4


@pytest.mark.parametrize(("cut", "persisted"), [("before the request", False), ("before the reply", True)])
def test_where_the_server_does_not_answer_the_outcome_is_unknown_until_the_key_is_asked(
    module_postgres_database: Database, origin: str, proxy: CuttingProxy, cut: Cut, persisted: bool
) -> None:
    with opened_through(module_postgres_database, origin) as recorder:
        recorder.outcome_seconds = 0.3
        stream = new_stream()
        command = new_command(key="k", answer=b"answer")
        proxy.arm(cut, dead_after=True)
        with pytest.raises(OutcomeUnknown) as caught:
            recorder.insert_events(marks(stream, 2), command=command)
        assert caught.value.key == "k"
        proxy.revive()
        receipt = recorder.find_receipt("k")
        assert (receipt is not None) == persisted
        if persisted:
            with pytest.raises(AlreadyRecorded) as again:
                recorder.insert_events(marks(stream, 2), command=command)
            assert again.value.receipt == receipt
        else:
            assert recorder.insert_events(marks(stream, 2), command=command) == [2, 3]
    assert len(read_log(module_postgres_database.superuser_dsn, origin).raw) == 3


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_append_of_another_with_the_same_key_gets_the_firsts_receipt(
    module_postgres_database: Database, origin: str, proxy: CuttingProxy, cut: Cut
) -> None:
    with opened_through(module_postgres_database, origin) as recorder:
        first = new_command(key="k", answer=b"first")
        recorder.insert_events(marks(new_stream()), command=first)
        proxy.arm(cut)
        with pytest.raises(AlreadyRecorded) as caught:
            recorder.insert_events(marks(new_stream()), command=new_command(key="k", answer=b"second"))
        assert caught.value.receipt.answer == b"first"


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_append_that_was_a_conflict_is_one(
    module_postgres_database: Database, origin: str, proxy: CuttingProxy, cut: Cut
) -> None:
    with opened_through(module_postgres_database, origin) as recorder:
        stream = new_stream()
        recorder.insert_events(marks(stream), command=new_command())
        proxy.arm(cut)
        with pytest.raises(Conflict):
            recorder.insert_events(marks(stream), command=new_command())
    assert len(read_log(module_postgres_database.superuser_dsn, origin).raw) == 2


@pytest.mark.parametrize("cut", ["before the request", "before the reply"])
def test_reads_go_on_over_another_connection(
    module_postgres_database: Database, origin: str, proxy: CuttingProxy, cut: Cut
) -> None:
    with opened_through(module_postgres_database, origin) as recorder:
        proxy.arm(cut)
        assert recorder.head().size == 1
        proxy.arm(cut)
        assert len(list(recorder.entries())) == 1


@pytest.mark.parametrize("events", [0, 2])
@pytest.mark.parametrize("cut", ["before the request", "before the reply"])
@pytest.mark.parametrize("exchange", range(6))
def test_tracking_and_entries_are_recorded_together_wherever_the_cut_falls(
    module_postgres_database: Database, origin: str, proxy: CuttingProxy, cut: Cut, events: int, exchange: int
) -> None:
    """The transaction has several exchanges (begin, append, position, commit): cut each in turn."""
    environment = module_postgres_database.environment(origin, **through_proxy(module_postgres_database))
    factory = LetopisPostgresFactory(environment)
    try:
        recorder = factory.process_recorder()
        assert isinstance(recorder, LetopisPostgresProcessRecorder)
        recorder.insert_events(marks(new_stream()), command=new_command(), tracking=Tracking("upstream", 1))
        proxy.skip = exchange
        proxy.arm(cut)
        command = new_command() if events else None
        ids = recorder.insert_events(marks(new_stream(), events), command=command, tracking=Tracking("upstream", 2))
        assert ids == [2, 3][:events]
        proxy.arm("none")
        assert recorder.max_tracking_id("upstream") == 2
        assert recorder.head().size == 1 + events
    finally:
        factory.close()
    read_log(module_postgres_database.superuser_dsn, origin)
