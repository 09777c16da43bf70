"""Opening schools' logs on a test database, and things to append to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from ledger.log import Command
from ledger.storage.postgres import LetopisPostgresFactory
from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder
from ledger.wire.entry import Actor
from tests.cluster import Cluster
from tests.conftest import Database

ORIGIN = "letopis.example/school/test"
TEACHER = Actor(id="11111111-1111-4111-8111-111111111111", role="teacher")
DATA = b'{"mark":"5","student":"22222222-2222-4222-8222-222222222222"}'


@contextmanager
def opened(database: Database, origin: str = ORIGIN, **settings: str) -> Iterator[LetopisPostgresApplicationRecorder]:
    """A recorder on this log, made if it is absent."""
    factory = LetopisPostgresFactory(database.environment(origin, **settings))
    try:
        recorder = factory.application_recorder()
        assert isinstance(recorder, LetopisPostgresApplicationRecorder)
        yield recorder
    finally:
        factory.close()


@contextmanager
def failing_disk(cluster: Cluster, database: Database, school: int) -> Iterator[None]:
    """The file of the school's entries is away, as on a disk that cannot be read: appends to it meet SQLSTATE 58P01."""
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (relation,) = connection.execute(
            "SELECT pg_relation_filepath(tableoid) FROM letopis.entries WHERE school = %s", (school,)
        ).fetchone() or ("",)
    cluster.stop()  # so that no buffer and no open file is left
    file = cluster.data / relation
    away = Path(f"{file}.away")
    file.rename(away)
    cluster.start()
    try:
        yield
    finally:
        away.rename(file)


def new_stream(kind: str = "lesson") -> str:
    return f"{kind}/{uuid4()}"


def new_command(**fields: Any) -> Command:
    return Command(id=str(uuid4()), actor=fields.pop("actor", TEACHER), **fields)


def marks(stream: str, count: int = 1, first: int = 1) -> list[StoredEvent]:
    """Events of one stream, from this version on."""
    return [StoredEvent(stream, first + number, "mark_recorded/1", DATA) for number in range(count)]
