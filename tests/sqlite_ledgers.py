"""Ledgers on SQLite for tests: opened through the factory, with commands that look like a school's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from ledger.log import Columns, Command
from ledger.storage.sqlite import LetopisSQLiteFactory
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder
from ledger.wire.entry import Actor

ORIGIN = "letopis.example/school/1534"
TEACHER = Actor(id="5f3c1d9a-6a53-4f6e-9a37-0d5f2f8a1b2c", role="teacher")


def settings(file: Path, **more: str) -> dict[str, str]:
    return {"LETOPIS_SQLITE_FILE": str(file), "LETOPIS_ORIGIN": ORIGIN, **more}


@contextmanager
def opened(file: Path, *, create: bool = True, **more: str) -> Iterator[LetopisSQLiteApplicationRecorder]:
    factory = LetopisSQLiteFactory(settings(file, **({"LETOPIS_CREATE": "y"} if create else {}), **more))
    try:
        recorder = factory.application_recorder()
        assert isinstance(recorder, LetopisSQLiteApplicationRecorder)
        yield recorder
    finally:
        factory.close()


def lesson() -> str:
    return f"lesson/{uuid4()}"


def marks(stream: str, first: int = 1, count: int = 1, data: bytes = b'{"mark":"5"}') -> list[StoredEvent]:
    return [StoredEvent(stream, version, "mark_recorded/1", data) for version in range(first, first + count)]


def command(
    key: str = "", *, digest: bytes = b"", reads: Mapping[str, int] | None = None, expected_size: int | None = None
) -> Command:
    return Command(
        id=str(uuid4()),
        actor=TEACHER,
        key=key,
        digest=digest,
        reads=reads or {},
        expected_size=expected_size,
        answer=b'{"streams":{}}',
    )


def flattened(columns: Columns) -> list[tuple[str, int, str, bytes]]:
    """Stream, version, type and bytes of each entry."""
    named = [(stream, version) for stream, first, count in columns.runs for version in range(first, first + count)]
    return [
        (stream, version, type_, entry)
        for (stream, version), type_, entry in zip(named, columns.types, columns.entries, strict=True)
    ]
