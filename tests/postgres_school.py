"""Opening schools' logs on a test database, and things to append to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from ledger.log import Command
from ledger.storage.postgres import LetopisPostgresFactory
from ledger.storage.postgres.recorder import LetopisPostgresApplicationRecorder
from ledger.wire.entry import Actor
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


def new_stream(kind: str = "lesson") -> str:
    return f"{kind}/{uuid4()}"


def new_command(**fields: Any) -> Command:
    return Command(id=str(uuid4()), actor=fields.pop("actor", TEACHER), **fields)


def marks(stream: str, count: int = 1, first: int = 1) -> list[StoredEvent]:
    """Events of one stream, from this version on."""
    return [StoredEvent(stream, first + number, "mark_recorded/1", DATA) for number in range(count)]
