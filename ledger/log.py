"""What an append is: the command with its reads, the receipt it gets, and the port that storage fills.

One append is one command's entries, the new head and the command's receipt in one transaction (log format, section 3).
The order inside the transaction is the same on every database:

1. take the school's head (row lock on PostgreSQL, the one writer thread on SQLite);
2. a receipt under the same key? Same digest: `AlreadyRecorded`, other digest: `KeyReused`;
3. `expected_size`, if given, equals the head's size, no stream in `reads` has moved, and no place in `claims` was
   claimed since, else `Conflict`;
4. every written stream continues gaplessly from its last version, else `Conflict`;
5. stamp `at`: the later of the clock and the last entry's `at`; build, chain and hash the entries;
6. insert entries, receipt, claims and head; commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from eventsourcing.persistence import StoredEvent, Tracking

from ledger.tree.edge import RightEdge
from ledger.wire.entry import Actor


@dataclass(frozen=True, slots=True)
class Command:
    """The envelope of one append.

    Attributes:
        id: random UUID made by the server; the `command` of every entry that it causes.
        actor: who acts, in which role.
        key: idempotency key, unique in the log; a client's key is prefixed with its actor by the caller. The command's
            own id where the client sent none.
        digest: SHA-256 of the request that the key stands for; empty where there is none.
        reads: stream -> version that the decision saw (0: the stream did not exist) and that must still be so. Streams
            that the append writes need not be named: their versions are checked anyway.
        claims: place, how many claims of it the decision saw, and the stream that is put there: it is claimed once
            more.
        expected_size: the whole log must still have this size; None: no matter.
        answer: bytes kept with the command and given again to a repeated request; at most 65,535.
        at: only for a ledger whose clock is ``sample`` (generated schools): the moment to stamp. A ledger on the
            server's clock refuses it.
    """

    id: str
    actor: Actor
    key: str = ""
    digest: bytes = b""
    reads: Mapping[str, int] = field(default_factory=dict)
    claims: Sequence[tuple[str, int, str]] = ()
    expected_size: int | None = None
    answer: bytes = b""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a recorded command is told, now and whenever it asks again.

    Attributes:
        command: the command's id.
        first_index: leaf index of its first entry.
        count: number of its entries.
        digest, answer: as in `Command`.
    """

    command: str
    first_index: int
    count: int
    digest: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends: size, leaf hash of the last entry (zeros when empty), right edge, last `at`."""

    size: int
    last: bytes
    edge: RightEdge
    at: str


@dataclass(frozen=True, slots=True)
class StreamHead:
    """A stream's first leaf index, last version and last leaf index."""

    stream: str
    first_index: int
    last_version: int
    last_index: int


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that this ledger signed: tree size, the whole note, the right edge at that size."""

    size: int
    note: bytes
    edge: RightEdge


class Run(NamedTuple):
    """Entries of one stream that follow one another in the log, with versions that follow one another."""

    stream: str
    first_version: int
    length: int


class Columns(NamedTuple):
    """What is stored of consecutive entries, column by column: the runs that they fall into, types, bytes."""

    runs: Sequence[Run]
    types: Sequence[str]
    entries: Sequence[bytes]


class RecordedEvent(StoredEvent):
    """A stored event that knows its entry.

    The library's dataclass compares by class; a recorded event equals any stored event with the same four fields.
    """

    index: int
    entry: bytes

    def __init__(self, index: int, entry: bytes, stream: str, version: int, type_: str, data: bytes) -> None:
        object.__setattr__(self, "originator_id", stream)
        object.__setattr__(self, "originator_version", version)
        object.__setattr__(self, "topic", type_)
        object.__setattr__(self, "state", data)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "entry", entry)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredEvent):
            return NotImplemented
        return (self.originator_id, self.originator_version, self.topic, self.state) == (
            other.originator_id,
            other.originator_version,
            other.topic,
            other.state,
        )

    def __hash__(self) -> int:
        return hash((self.originator_id, self.originator_version, self.topic))


@runtime_checkable
class LogRecorder(Protocol):
    """The port that `ledger.storage` fills; one object per school's log. Positions are tree sizes.

    The library's own application-recorder methods (`insert_events`, `select_events`, `select_notifications`,
    `max_notification_id`, `subscribe`) are there too; a notification id is leaf index + 1.
    """

    origin: str

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        command: Command | None = None,
        tracking: Tracking | None = None,
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Append atomically; returns notification ids. Durable when it returns.

        Raises:
            Conflict, AlreadyRecorded, KeyReused, NodeReadOnly, OutcomeUnknown: as described there.
        """

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream as `RecordedEvent`s."""

    def find_receipt(self, key: str) -> Receipt | None:
        """The receipt under this key, or None; a durable read."""

    def head(self) -> Head:
        """The current head."""

    def own_size(self) -> int | None:
        """The log's size, told without asking the database, where this process alone appends; None elsewhere.

        What is read after it was asked is of this size at least.
        """

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Entry bytes in index order from `start` up to but not including `stop` (None: to the head seen at the call).

        Streams in bounded memory; closing the iterator early frees its connection.
        """

    def claimed(self, place: str) -> Sequence[str]:
        """The streams that claimed a place, in the order of their claims; one may be there twice."""

    def streams(self, prefix: str) -> Iterator[StreamHead]:
        """All streams whose name starts with `prefix`, in byte order."""

    def moved(self, since: int, size: int) -> frozenset[str]:
        """The streams that moved between two sizes that the log had."""

    def keep_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Store a signed checkpoint; append-only, sizes grow.

        Raises:
            Conflict: a checkpoint of this size or a larger one is already kept and differs.
        """

    def checkpoint(self, at_most: int | None = None) -> SignedCheckpoint | None:
        """The newest kept checkpoint, or the newest with size <= `at_most`."""

    def keep_tiles(self, tiles: Sequence[tuple[int, int, bytes]]) -> None:
        """Store full hash tiles (level, index, 8,192 bytes); the same tile again is ignored, another content refused.

        Raises:
            LedgerDamaged: a kept tile differs.
        """

    def tile(self, level: int, index: int) -> bytes | None:
        """A kept full tile, or None."""
