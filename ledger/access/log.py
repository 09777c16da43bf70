"""The access log, opened: a look is appended before it is answered, and looks are found again.

Each look is a stream of its own, ``read/<the command's id>``, so that looks never wait for each other's versions: those
that come together share a commit (ADR 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import uuid4

import msgspec
from eventsourcing.persistence import InfrastructureFactory, PersistenceError, StoredEvent
from eventsourcing.utils import Environment

from ledger.access.events import OPENED, REFUSED, Look, Refusal, opening
from ledger.errors import Conflict, LetopisError
from ledger.log import Command, LogRecorder
from ledger.wire.entry import Actor, format_at
from ledger.wire.errors import WireError

_NAMED: Final = b'"scope":"people"'
_IS_REFUSAL: Final = REFUSED.encode()
_ACTOR: Final = slice(len(b'{"actor":{"id":"'), len(b'{"actor":{"id":"') + 36)
_ENTRY_AT: Final = b'},"at":"'
_AT_LENGTH: Final = 27
_SYSTEM: Final = Actor("00000000-0000-0000-0000-000000000000", "system")
ORIGIN_SUFFIX: Final = "/access"


class AccessLogUnavailable(LetopisError):  # noqa: N818 - reads as what it says
    """The look cannot be recorded now, so it must not be answered; nothing is known to be wrong with the journal."""


class Recorded(msgspec.Struct, frozen=True):
    """The `data` of a look, read back."""

    as_of: int
    classes: tuple[str, ...]
    count: int
    kinds: tuple[str, ...]
    people: tuple[str, ...]
    purpose: str
    scope: str
    what: str
    basis: str | None = None
    form: str | None = None
    operator: int | None = None


class RecordedRefusal(msgspec.Struct, frozen=True):
    """The `data` of a refusal, read back."""

    classes: tuple[str, ...]
    people: tuple[str, ...]
    reason: str
    what: str


class _Entry(msgspec.Struct, frozen=True):
    actor: Actor
    at: str
    data: msgspec.Raw
    index: int
    type: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A look that is recorded: its index, when, by whom, and what it says."""

    index: int
    at: str
    actor: str
    role: str
    look: Recorded


@dataclass(frozen=True, slots=True)
class Tried:
    """Something that was asked for in vain and is recorded: its index, when, by whom, and what it says."""

    index: int
    at: str
    actor: str
    role: str
    refusal: RecordedRefusal


class AccessLog:
    """One school's access log. Any thread may call; on SQLite other processes may append to it too.

    Attributes:
        ledger: the log.
    """

    def __init__(self, environment: Mapping[str, str], journal: str, school_name: Callable[[], str]) -> None:
        """Open the log that the settings name; its first entry is made with the first look.

        Args:
            environment: of the storage's factory.
            journal: origin of the journal.
            school_name: asked once, for the first entry.

        Raises:
            AccessLogUnavailable: it cannot be opened.
        """
        try:
            self._factory = InfrastructureFactory.construct(Environment("Access", dict(environment)))
            self.ledger = cast("LogRecorder", self._factory.application_recorder())
            self._is_opened = self.ledger.head().size > 0
        except (LetopisError, PersistenceError, OSError) as error:
            raise AccessLogUnavailable(str(error)) from error
        self._journal = journal
        self._school_name = school_name

    def record(self, look: Look | Refusal, actor: Actor) -> int:
        """Append a look, or what was refused; gives its index. Durable when it returns.

        Raises:
            AccessLogUnavailable: it is not known to be recorded; do not answer.
            AccessError: it is described wrongly.
        """
        data = look.data()
        kind = "refusal" if isinstance(look, Refusal) else "read"
        try:
            if not self._is_opened:
                self._open()
            return self._append(kind, look.type, data, actor)
        except (PersistenceError, LetopisError, WireError, OSError) as error:
            raise AccessLogUnavailable(f"{self.ledger.origin}: {type(error).__name__}") from error

    def seen(
        self, *, start: int = 0, stop: int | None = None, needle: bytes = b"", actors: frozenset[str] | None = None
    ) -> Iterator[Seen]:
        """Looks in order of recording.

        Args:
            start: position of the access log to begin at.
            stop: position to end before; None: all that is there now.
            needle: bytes that a look which names people must hold; looks at classes or all of the school pass anyway.
            actors: only their looks; None: everybody's.
        """
        for raw in self.ledger.entries(start, stop):
            if needle and needle not in raw and _NAMED in raw:
                continue
            if actors is not None and raw[_ACTOR].decode() not in actors:
                continue
            entry = _decode(raw)
            if entry.type not in (OPENED, REFUSED):
                look = _decode_look(entry.data)
                yield Seen(entry.index, entry.at, entry.actor.id, entry.actor.role, look)

    def tried(self, person: str, *, start: int = 0, stop: int | None = None) -> Iterator[Tried]:
        """What was refused of a person's records, or of one who tried, in order of recording."""
        needle = person.encode()
        for raw in self.ledger.entries(start, stop):
            if _IS_REFUSAL in raw and needle in raw:
                entry = _decode(raw)
                if entry.type == REFUSED:
                    refusal = _decode_refusal(entry.data)
                    yield Tried(entry.index, entry.at, entry.actor.id, entry.actor.role, refusal)

    def position_at(self, moment: datetime) -> int:
        """How many entries were recorded before a moment: `at` never goes back."""
        wanted = format_at(moment)
        low, high = 0, self.ledger.head().size
        while low < high:
            middle = (low + high) // 2
            (raw,) = self.ledger.entries(middle, middle + 1)
            place = raw.index(_ENTRY_AT) + len(_ENTRY_AT)
            if raw[place : place + _AT_LENGTH].decode() < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def close(self) -> None:
        """Let go of the storage."""
        self._factory.close()

    def _open(self) -> None:
        """Make the first entry, unless another process was quicker."""
        if self.ledger.head().size == 0:
            data = opening(self._journal, self._school_name())
            with suppress(Conflict):
                self._append("access", OPENED, data, _SYSTEM, expected_size=0)
        self._is_opened = True

    def _append(self, kind: str, type_: str, data: bytes, actor: Actor, *, expected_size: int | None = None) -> int:
        id_ = str(uuid4())
        command = Command(id=id_, actor=actor, expected_size=expected_size)
        ids: Any = self.ledger.insert_events([StoredEvent(f"{kind}/{id_}", 1, type_, data)], command=command)
        return int(ids[0]) - 1


_decode: Final = msgspec.json.Decoder(_Entry).decode
_decode_look: Final = msgspec.json.Decoder(Recorded).decode
_decode_refusal: Final = msgspec.json.Decoder(RecordedRefusal).decode
