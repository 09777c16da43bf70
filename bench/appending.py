"""Appends: ours, the library's stock recorders, and bare drivers, on both databases."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from bench.measure import Report, rate
from ledger.log import Command
from ledger.storage.postgres import LetopisPostgresFactory
from ledger.storage.sqlite import LetopisSQLiteFactory
from ledger.wire.entry import Actor
from tests.cluster import Cluster
from tests.conftest import make_database

TEACHER: Final = Actor("11111111-1111-4111-8111-111111111111", "teacher")
DATA: Final = (
    b'{"student":"22222222-2222-4222-8222-222222222222","value":"5","work":"33333333-3333-4333-8333-333333333333"}'
)
ENTRY_BYTES: Final = b"x" * 420
SCHOOLS: Final = 200


class Inserts(Protocol):
    """What ours and the stock recorder have in common."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None: ...


def events(count: int) -> list[StoredEvent]:
    """One command's events in a stream of their own."""
    stream = f"lesson/{uuid4()}"
    return [StoredEvent(stream, version, "mark_recorded/1", DATA) for version in range(1, count + 1)]


def command() -> dict[str, Command]:
    return {"command": Command(id=str(uuid4()), actor=TEACHER)}


def appends(recorder: Inserts, size: int, calls: int, more: Callable[[], dict[str, Any]] = dict) -> int:
    """Append `calls` times `size` events; returns how many events."""
    for _ in range(calls):
        recorder.insert_events(events(size), **more())
    return calls * size


def by_threads(
    recorders: Sequence[Inserts], writers: int, calls: int, more: Callable[[], dict[str, Any]] = dict
) -> int:
    """`writers` threads append one event at a time, each to recorder after recorder."""
    turns = itertools.cycle(recorders)
    shares = [[next(turns) for _ in range(calls)] for _ in range(writers)]
    failed: list[BaseException] = []

    def run(share: list[Inserts]) -> None:
        try:
            for recorder in share:
                recorder.insert_events(events(1), **more())
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return writers * calls


# SQLite ---------------------------------------------------------------------------------------------------------------


@contextmanager
def our_sqlite(file: Path) -> Iterator[Inserts]:
    factory = LetopisSQLiteFactory(
        {"LETOPIS_SQLITE_FILE": str(file), "LETOPIS_ORIGIN": "letopis.example/school/bench", "LETOPIS_CREATE": "y"}
    )
    try:
        yield factory.application_recorder()
    finally:
        factory.close()


@contextmanager
def stock_sqlite(file: Path) -> Iterator[Inserts]:
    """The library's recorder on a file, in WAL and FULL as ours is."""
    datastore = SQLiteDatastore(str(file), originator_id_type="text")
    with datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] != 2:
            raise RuntimeError(
                "the stock recorder does not run with synchronous=FULL: the comparison would not be fair"
            )
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()
    try:
        yield recorder
    finally:
        datastore.close()


@contextmanager
def bare_sqlite(file: Path) -> Iterator[Callable[[int, int], int]]:
    """Rows of an entry's length through the bare driver: (size, calls) -> events."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE e (idx INTEGER PRIMARY KEY, stream TEXT, version INT, entry BLOB,"
        " UNIQUE (stream, version)) STRICT"
    )

    def insert(size: int, calls: int) -> int:
        for _ in range(calls):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO e (stream, version, entry) VALUES (?, ?, ?)",
                [(event.originator_id, event.originator_version, ENTRY_BYTES) for event in events(size)],
            )
            connection.execute("COMMIT")
        return size * calls

    try:
        yield insert
    finally:
        connection.close()


def sqlite_appends(report: Report, folder: Path, rounds: int, scale: int) -> None:
    """1, 30 and 1,000 events a call with one writer; 1, 4, 8, 16 writers with one event a call."""
    with (
        our_sqlite(folder / "ours.sqlite3") as ours,
        stock_sqlite(folder / "stock.sqlite3") as stock,
        bare_sqlite(folder / "bare.sqlite3") as bare,
    ):
        for size, base, goal in ((1, 200, 0.8), (30, 60, 0.8), (1_000, 4, None)):
            calls = base * scale
            mine = partial(rate, partial(appends, ours, size, calls, command))
            report.compare(
                f"sqlite_append_{size}",
                mine,
                partial(rate, partial(appends, stock, size, calls)),
                unit="events/s",
                rounds=rounds,
                goal=goal,
            )
            report.compare(
                f"sqlite_append_{size}_against_bare",
                mine,
                partial(rate, partial(bare, size, calls)),
                unit="events/s",
                rounds=rounds,
            )
        for writers in (4, 8, 16):
            calls = 40 * scale
            report.compare(
                f"sqlite_writers_{writers}",
                partial(rate, partial(by_threads, [ours], writers, calls, command)),
                partial(rate, partial(by_threads, [stock], writers, calls // 2)),
                unit="events/s",
                rounds=rounds,
                goal=2.0 if writers == 16 else None,
            )


# PostgreSQL -----------------------------------------------------------------------------------------------------------


@contextmanager
def our_postgres(environments: Sequence[dict[str, str]]) -> Iterator[list[Inserts]]:
    with ExitStack() as stack:
        recorders: list[Inserts] = []
        for environment in environments:
            factory = LetopisPostgresFactory(environment)
            stack.callback(factory.close)
            recorders.append(factory.application_recorder())
        yield recorders


@contextmanager
def stock_postgres(cluster: Cluster, database: str, pool: int) -> Iterator[Inserts]:
    datastore = PostgresDatastore(
        database, str(cluster.folder), 5432, "postgres", "", pool_size=pool, originator_id_type="text"
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="stock_events")
    recorder.create_table()
    try:
        yield recorder
    finally:
        datastore.close()


@contextmanager
def bare_postgres(dsn: str) -> Iterator[Callable[[int, int], int]]:
    """Rows of an entry's length through bare psycopg, prepared, one statement a call."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE bare (idx bigserial PRIMARY KEY, stream text, version bigint, entry bytea,"
            " UNIQUE (stream, version))"
        )

        def insert(size: int, calls: int) -> int:
            for _ in range(calls):
                batch = events(size)
                connection.execute(
                    "INSERT INTO bare (stream, version, entry)"
                    " SELECT * FROM unnest(%b::text[], %b::bigint[], %b::bytea[])",
                    (
                        [str(event.originator_id) for event in batch],
                        [event.originator_version for event in batch],
                        [ENTRY_BYTES] * size,
                    ),
                    prepare=True,
                )
            return size * calls

        yield insert


def postgres_appends(report: Report, cluster: Cluster, rounds: int, scale: int) -> None:
    """1, 30 and 1,000 events a call with one writer; 1, 4, 8, 16 writers over 200 schools."""
    database = make_database(cluster)
    schools = [
        database.environment(f"letopis.example/school/{n}", LETOPIS_POSTGRES_POOL_MAX="16") for n in range(SCHOOLS)
    ]
    with (
        our_postgres(schools) as ours,
        stock_postgres(cluster, database.name, pool=16) as stock,
        bare_postgres(database.superuser_dsn) as bare,
    ):
        for size, base, goal in ((1, 200, 2.0), (30, 60, 1.6), (1_000, 4, None)):
            calls = base * scale
            mine = partial(rate, partial(appends, ours[0], size, calls, command))
            report.compare(
                f"postgres_append_{size}",
                mine,
                partial(rate, partial(appends, stock, size, calls)),
                unit="events/s",
                rounds=rounds,
                goal=goal,
            )
            report.compare(
                f"postgres_append_{size}_against_bare",
                mine,
                partial(rate, partial(bare, size, calls)),
                unit="events/s",
                rounds=rounds,
            )
        for writers in (1, 4, 8, 16):
            calls = 100 * scale
            report.compare(
                f"postgres_writers_{writers}_over_{SCHOOLS}_schools",
                partial(rate, partial(by_threads, ours, writers, calls, command)),
                partial(rate, partial(by_threads, [stock], writers, calls // 2)),
                unit="events/s",
                rounds=rounds,
                goal=2.5 if writers == 8 else None,
            )
