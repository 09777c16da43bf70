"""Recorders on PostgreSQL: `ledger.log.LogRecorder` and the eventsourcing library's own methods."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    InterfaceError,
    Notification,
    OperationalError,
    ProcessRecorder,
    ProgrammingError,
    StoredEvent,
    Subscription,
    Tracking,
)
from eventsourcing.postgres import (
    PgStoredEvent,
    PostgresAggregateRecorder,
    PostgresRecorder,
    PostgresTrackingRecorder,
)
from eventsourcing.utils import retry
from psycopg.rows import tuple_row

from ledger.errors import Conflict, LedgerDamaged, NodeReadOnly
from ledger.log import Columns, Command, Head, Receipt, Run, SignedCheckpoint, StreamHead
from ledger.storage.appending import (
    NO_DRAFTS,
    Drafts,
    States,
    draft_entries,
    event_state,
    foreign_command,
    recorded_event,
    stream_name,
)
from ledger.storage.postgres import append as steps
from ledger.storage.postgres.datastore import LogConnection, LogDatastore
from ledger.storage.postgres.outcome import append_surely
from ledger.storage.postgres.subscription import PollingSubscription
from ledger.tree.edge import RightEdge
from ledger.wire.errors import WireError

_ENTRIES_A_READ: Final = 10_000  # 6 MiB as a school's entries are
_STREAMS_A_READ: Final = 1_000
_OUTCOME_SECONDS: Final = 10.0
_AT: Final = """coalesce(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '')"""

_reading = retry((InterfaceError, OperationalError), max_attempts=3, wait=0.1)


class LetopisPostgresApplicationRecorder(PostgresRecorder, ApplicationRecorder):
    """One school's log in the shared tables. Any thread may call.

    Attributes:
        outcome_seconds: how long a lost append is asked about before its outcome is called unknown.
    """

    datastore: LogDatastore

    def __init__(
        self, datastore: LogDatastore, *, school: int, origin: str, clock: str, states: States = "canonical"
    ) -> None:
        super().__init__(datastore)
        self.school = school
        self.origin = origin
        self.clock = clock
        self.states = states
        self.outcome_seconds = _OUTCOME_SECONDS

    @property
    def latched(self) -> str | None:
        """Why the node takes no appends to this log, or None while it does."""
        return self.datastore.latches.check(self.school)

    def unlatch(self, proof: Head) -> None:
        """Take appends to this log again after a full verification has passed.

        Args:
            proof: the head that the verification read, hashed up to and found right.

        Raises:
            LedgerDamaged: the log does not end there.
            OSError: the latch file cannot be renamed; the latch stays.
        """
        found = self.head()
        if found != proof:
            raise LedgerDamaged("head_moved", f"verified up to {proof.size} entries, but the log has {found.size}")
        self.datastore.latches.lift(self.school)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        command: Command | None = None,
        tracking: Tracking | None = None,
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Append atomically; returns notification ids. Durable when it returns.

        A lost connection is followed up here: the same command is sent again over a new one, and its receipt says
        whether it was recorded the first time.

        Raises:
            WireError: an event or the command breaks the log format; nothing was written.
            Conflict, AlreadyRecorded, KeyReused, NodeReadOnly, OutcomeUnknown: as described in `ledger.errors`.
            OperationalError: no connection, or the log's lock not to be had in time; nothing was written.
            ProgrammingError: an argument that this recorder has no use for.
        """
        if kwargs and self.states == "canonical":
            raise ProgrammingError(f"insert_events: unexpected {', '.join(sorted(kwargs))}")
        if not stored_events and command is None and tracking is None:
            return []
        command, drafts = self._draft(stored_events, command, tracking)
        if self.latched is not None:
            raise NodeReadOnly(f"no appends until the log is verified: {self.latched}")
        checks = steps.needed_versions(drafts, command)
        values = steps.encode_append(self.school, drafts, command, checks) if drafts else []
        work = partial(
            self._append, values=values, count=len(drafts), command=command, checks=checks, tracking=tracking
        )
        ids = append_surely(self.datastore, work, command, outcome_seconds=self.outcome_seconds)
        self.datastore.announce(self.school)
        return ids

    @_reading
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream as `RecordedEvent`s.

        Raises:
            LedgerDamaged: an entry does not carry the fields of its row.
        """
        stream = stream_name(originator_id)
        statement = "SELECT idx, version, type, entry FROM letopis.entries WHERE school = %s AND stream = %s"
        params: list[str | int] = [self.school, stream]
        if gt is not None:
            statement += " AND version > %s"
            params.append(gt)
        if lte is not None:
            statement += " AND version <= %s"
            params.append(lte)
        statement += " ORDER BY version DESC" if desc else " ORDER BY version"
        if limit is not None:
            statement += " LIMIT %s"
            params.append(limit)
        return [
            recorded_event(entry, index=idx, stream=stream, type_=type_, version=version, states=self.states)
            for idx, version, type_, entry in self._rows(statement, params)
        ]

    @_reading
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Notifications from `start`; ids are leaf index + 1.

        Raises:
            LedgerDamaged: an entry does not carry the fields of its row.
        """
        first = 0 if start is None else start - 1 if inclusive_of_start else start
        statement = "SELECT idx, stream, version, type, entry FROM letopis.entries WHERE school = %s AND idx >= %s"
        params: list[int | list[str]] = [self.school, first]
        if stop is not None:
            statement += " AND idx < %s"
            params.append(stop)
        if topics:
            statement += " AND type = ANY(%s)"
            params.append(list(topics))
        statement += " ORDER BY idx LIMIT %s"
        params.append(limit)
        return [self._notification(*row) for row in self._rows(statement, params)]

    @_reading
    def max_notification_id(self) -> int | None:
        """The size of the log; None while it is empty."""
        return self.head().size or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Notifications as they are committed; woken by this process, polling for others."""
        return PollingSubscription(self, gt=gt, topics=topics)

    @_reading
    def find_receipt(self, key: str) -> Receipt | None:
        """The receipt under this key, or None; what it says is durable."""
        with self.datastore.get_connection() as connection:
            return steps.find_receipt(connection, self.school, key)

    @_reading
    def claimed(self, place: str) -> list[str]:
        """The streams that claimed a place, in the order of their claims; one may be there twice."""
        statement = "SELECT stream FROM letopis_derived.claims WHERE school = %s AND place = %s ORDER BY number"
        return [stream for (stream,) in self._rows(statement, [self.school, place])]

    @_reading
    def head(self) -> Head:
        """The stored head.

        Raises:
            LedgerDamaged: it is missing or malformed.
        """
        rows = self._rows(f"SELECT size, last, edge, {_AT} FROM letopis.heads WHERE school = %s", [self.school])
        if not rows:
            raise LedgerDamaged("head_missing", f"the log {self.origin} has no head")
        size, last, edge, at = rows[0]
        try:
            return Head(size, last, RightEdge.from_bytes(size, edge), at)
        except ValueError as error:
            raise LedgerDamaged("head_malformed", f"the stored head: {error}") from None

    def own_size(self) -> int | None:
        """None: any process may append."""
        return None

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Entry bytes in index order from `start` up to but not including `stop` (None: to the head seen at the call).

        Holds no connection between ranges of 10,000.

        Raises:
            LedgerDamaged: an index has no entry.
        """
        size = self.head().size
        return self._entries(start, size if stop is None else min(stop, size))

    @_reading
    def moved(self, since: int, size: int) -> frozenset[str]:
        """The streams that moved between two sizes that the log had."""
        statement = "SELECT stream FROM letopis.entries WHERE school = %s AND idx >= %s AND idx < %s"
        return frozenset(stream for (stream,) in self._rows(statement, [self.school, since, size]))

    def columns(self, start: int, stop: int) -> Columns:
        """What is stored of the entries `start` up to but not including `stop` or the first that is missing."""
        rows, _ = self._range(start, stop, "stream, version, type, entry")
        if not rows:
            return Columns((), (), ())
        streams, versions, types, entries = zip(*rows, strict=True)
        return Columns(_runs(streams, versions), types, entries)

    def receipts(self) -> Iterator[tuple[int, int, str]]:
        """First index, count and command of every receipt, in order of the first index."""
        yield from self._rows(steps.RECEIPTS, [self.school])

    def claims(self) -> Iterator[tuple[str, int, str]]:
        """Place, number and stream of every claim, in no order."""
        yield from self._rows(steps.CLAIMS, [self.school])

    def streams(self, prefix: str) -> Iterator[StreamHead]:
        """All streams whose name starts with `prefix`, in byte order."""
        after = ""
        while True:
            rows = self._streams(prefix, after)
            for row in rows:
                yield StreamHead(*row)
            if len(rows) < _STREAMS_A_READ:
                return
            after = rows[-1][0]

    def keep_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Store a signed checkpoint; append-only, sizes grow. Durable when it returns.

        Raises:
            Conflict: a checkpoint of this size or a larger one is already kept and differs, or the log is shorter.
        """
        size = checkpoint.size
        if checkpoint.edge.size != size:
            raise ValueError(f"a checkpoint of size {size} with the right edge of size {checkpoint.edge.size}")
        ((answer,),) = self._rows(
            "SELECT letopis.keep_checkpoint(%s, %s, %s, %s)",
            [self.school, size, checkpoint.note, checkpoint.edge.to_bytes()],
        )
        if answer == 1:
            raise Conflict("", f"a checkpoint of size {size} over a log that is shorter")
        if answer == 2:
            raise Conflict(
                "", f"a checkpoint of size {size} where another of this size or a larger one is kept already"
            )

    @_reading
    def checkpoint(self, at_most: int | None = None) -> SignedCheckpoint | None:
        """The newest kept checkpoint, or the newest with size <= `at_most`.

        Raises:
            LedgerDamaged: its right edge does not fit its size.
        """
        statement = "SELECT size, note, edge FROM letopis.checkpoints WHERE school = %s"
        params = [self.school]
        if at_most is not None:
            statement += " AND size <= %s"
            params.append(at_most)
        rows = self._rows(statement + " ORDER BY size DESC LIMIT 1", params)
        if not rows:
            return None
        size, note, edge = rows[0]
        try:
            return SignedCheckpoint(size, note, RightEdge.from_bytes(size, edge))
        except ValueError as error:
            raise LedgerDamaged("checkpoint_malformed", f"the kept checkpoint of size {size}: {error}") from None

    def keep_tiles(self, tiles: Sequence[tuple[int, int, bytes]]) -> None:
        """Store full hash tiles (level, index, 8,192 bytes), all or none; durable when it returns.

        Raises:
            LedgerDamaged: a kept tile differs.
        """
        if not tiles:
            return
        levels, indexes, hashes = (list(column) for column in zip(*tiles, strict=True))
        ((place,),) = self._rows(
            "SELECT letopis.keep_tiles(%s, %s::smallint[], %s::bigint[], %s::bytea[])",
            [self.school, levels, indexes, hashes],
        )
        if place:
            level, index, _ = tiles[place - 1]
            raise LedgerDamaged("tile_differs", f"the kept tile {level}/{index} is not the one that the entries give")

    @_reading
    def tile(self, level: int, index: int) -> bytes | None:
        """A kept full tile, or None."""
        rows = self._rows(
            "SELECT hashes FROM letopis.tiles WHERE school = %s AND level = %s AND idx = %s",
            [self.school, level, index],
        )
        return rows[0][0] if rows else None

    def _draft(
        self, stored_events: Sequence[StoredEvent], command: Command | None, tracking: Tracking | None
    ) -> tuple[Command, Drafts]:
        if tracking is not None:
            raise ProgrammingError("insert_events: this recorder keeps no tracking; ask for a process recorder")
        if not stored_events:
            raise WireError("append", "events", "a command appends at least one")
        if command is None:
            if self.states == "canonical":
                raise WireError("append", "command", "missing")
            command = foreign_command()
        if command.at is not None and self.clock != "sample":
            raise WireError("append", "command.at", "this ledger is on the server's clock")
        if command.at is not None and command.at.tzinfo is None:
            raise WireError("append", "command.at", "a moment without a time zone")
        return command, draft_entries(stored_events, command, self.states)

    def _append(
        self,
        connection: LogConnection,
        *,
        values: list[bytes | None],
        count: int,
        command: Command,
        checks: steps.Checks,
        tracking: Tracking | None,  # noqa: ARG002 - the process recorder's
        again: bool = False,  # noqa: ARG002 - likewise
    ) -> list[int]:
        answer = steps.call_append(connection, values)
        if answer < 0:
            raise steps.why_refused(connection, self.school, answer, command, checks)
        return steps.notification_ids(answer, count)

    def _rows(self, statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(statement.encode(), params, prepare=True, binary=True).fetchall()

    @_reading
    def _range(self, first: int, last: int, columns: str) -> tuple[list[tuple[Any, ...]], LedgerDamaged | None]:
        """The rows of a range, or those before the first that is missing, and what to raise after them."""
        statement = f"SELECT {columns} FROM letopis.entries WHERE school = %s AND idx >= %s AND idx < %s ORDER BY idx"
        rows = self._rows(statement, [self.school, first, last])
        if len(rows) == last - first:
            return rows, None
        missing = self._missing_index(first, last)
        return rows[: missing - first], LedgerDamaged("entry_missing", f"there is no entry {missing}", index=missing)

    def _entries(self, start: int, end: int) -> Iterator[bytes]:
        for first in range(start, end, _ENTRIES_A_READ):
            rows, missing = self._range(first, min(first + _ENTRIES_A_READ, end), "entry")
            for (entry,) in rows:
                yield entry
            if missing is not None:
                raise missing

    def _missing_index(self, first: int, last: int) -> int:
        statement = "SELECT idx FROM letopis.entries WHERE school = %s AND idx >= %s AND idx < %s"
        found = {idx for (idx,) in self._rows(statement, [self.school, first, last])}
        return next(index for index in range(first, last) if index not in found)

    @_reading
    def _streams(self, prefix: str, after: str) -> list[tuple[Any, ...]]:
        statement = (
            "SELECT stream, min(idx), max(version), max(idx) FROM letopis.entries"
            " WHERE school = %s AND stream >= %s AND stream > %s AND starts_with(stream, %s)"
        )
        params: list[str | int] = [self.school, prefix, after, prefix]
        if end := end_of_prefix(prefix):
            statement += " AND stream < %s"
            params.append(end)
        statement += " GROUP BY stream ORDER BY stream LIMIT %s"
        return self._rows(statement, [*params, _STREAMS_A_READ])

    def _notification(self, index: int, stream: str, version: int, type_: str, entry: bytes) -> Notification:
        state = event_state(entry, index=index, stream=stream, type_=type_, version=version, states=self.states)
        return Notification(stream, version, type_, state, index + 1)


class LetopisPostgresProcessRecorder(PostgresTrackingRecorder, LetopisPostgresApplicationRecorder, ProcessRecorder):
    """A log whose appends carry, in the same transaction, how far another log was processed."""

    datastore: LogDatastore

    def _draft(
        self, stored_events: Sequence[StoredEvent], command: Command | None, tracking: Tracking | None
    ) -> tuple[Command, Drafts]:
        if tracking is not None and not stored_events:
            return command or foreign_command(), NO_DRAFTS
        return super()._draft(stored_events, command, None)

    def _append(
        self,
        connection: LogConnection,
        *,
        values: list[bytes | None],
        count: int,
        command: Command,
        checks: steps.Checks,
        tracking: Tracking | None,
        again: bool = False,
    ) -> list[int]:
        append = partial(super()._append, values=values, count=count, command=command, checks=checks, tracking=None)
        if tracking is None:
            return append(connection)
        with connection.transaction(), connection.cursor() as cursor:
            # The log first: where both were recorded before, its receipt says so. A position alone has no receipt.
            ids = append(connection) if count else []
            recorded = self._max_tracking_id(tracking.application_name, cursor) if again else None
            if recorded != tracking.notification_id:
                self._insert_tracking(cursor, tracking)
        return ids


class LetopisPostgresAggregateRecorder(PostgresAggregateRecorder):
    """The library's recorder of snapshots; its column is text, so ids that are UUIDs are written as their names."""

    def construct_pg_stored_event(
        self, originator_id: UUID | str, originator_version: int, topic: str, state: bytes
    ) -> PgStoredEvent:
        """Make the row of a snapshot."""
        return super().construct_pg_stored_event(stream_name(originator_id), originator_version, topic, state)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Snapshots of one aggregate."""
        stream = stream_name(originator_id)
        snapshots: Sequence[StoredEvent] = super().select_events(stream, gt=gt, lte=lte, desc=desc, limit=limit)
        return snapshots


def _runs(streams: Sequence[str], versions: Sequence[int]) -> list[Run]:
    """The runs that rows fall into."""
    # A row begins a run where its stream or (version - place) is not the one of the row before.
    keys = list(zip(streams, map(operator.sub, versions, range(len(versions))), strict=True))
    starts = [place for place, (key, before) in enumerate(zip(keys, (None, *keys), strict=False)) if key != before]
    return [
        Run(streams[start], versions[start], stop - start)
        for start, stop in zip(starts, (*starts[1:], len(keys)), strict=True)
    ]


def end_of_prefix(prefix: str) -> str:
    """The first text, by bytes, after all those that start with `prefix`; empty where there is none."""
    for cut in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[cut])
        if code < 0x10FFFF:
            return prefix[:cut] + chr(0xE000 if code == 0xD7FF else code + 1)
    return ""
