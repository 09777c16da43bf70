"""Small real logs for tests: opened through the library's factory, filled with entries that look like a school's."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

from ledger.log import Command, LogRecorder
from ledger.wire.entry import Actor

ORIGIN = "letopis.example/school/1534"


def sqlite_settings(file: Path, *, origin: str = ORIGIN) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "ledger.storage.sqlite",
        "LETOPIS_SQLITE_FILE": str(file),
        "LETOPIS_ORIGIN": origin,
        "LETOPIS_CREATE": "y",
    }


def postgres_settings(app_dsn: str, owner_dsn: str, *, origin: str = ORIGIN) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "ledger.storage.postgres",
        "LETOPIS_POSTGRES_DSN": app_dsn,
        "LETOPIS_POSTGRES_OWNER_DSN": owner_dsn,
        "LETOPIS_ORIGIN": origin,
        "LETOPIS_CREATE": "y",
    }


def reading(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings that open the same log again, for reading."""
    return {key: value for key, value in settings.items() if key != "LETOPIS_CREATE"} | {"LETOPIS_READ_ONLY": "y"}


@contextmanager
def opened(settings: Mapping[str, str]) -> Iterator[LogRecorder]:
    factory = InfrastructureFactory.construct(Environment("Test", dict(settings)))
    try:
        yield cast("LogRecorder", factory.application_recorder())
    finally:
        factory.close()


class Pupils:
    """Appends entries; the same seed appends the same data (never the same times)."""

    def __init__(self, recorder: LogRecorder, seed: int = 1) -> None:
        self._recorder = recorder
        self._random = random.Random(seed)
        self.actor = Actor(self.uuid(), "teacher")

    def uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def append(self, count: int, *, in_command: int = 30) -> None:
        """Append `count` entries: one stream and one command for every `in_command` of them."""
        for first in range(0, count, in_command):
            stream = f"lesson/{self.uuid()}"
            events = [self._event(stream, i + 1) for i in range(min(in_command, count - first))]
            self._recorder.insert_events(events, command=Command(self.uuid(), self.actor))

    def _event(self, stream: str, version: int) -> StoredEvent:
        data = f'{{"student":"{self.uuid()}","value":"{self._random.randint(2, 5)}","work":"{self.uuid()}"}}'
        return StoredEvent(stream, version, "mark_recorded/1", data.encode())
