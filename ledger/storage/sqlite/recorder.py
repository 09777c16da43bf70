"""Recorders on an SQLite file: `ledger.log.LogRecorder` and the eventsourcing library's own methods."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    ProcessRecorder,
    ProgrammingError,
    StoredEvent,
    Subscription,
    Tracking,
)
from eventsourcing.sqlite import SQLiteRecorder, SQLiteTrackingRecorder

from ledger.errors import LedgerDamaged
from ledger.log import Columns, Command, Head, Receipt, RecordedEvent, Run, SignedCheckpoint, StreamHead
from ledger.storage.appending import (
    NO_DRAFTS,
    Drafts,
    States,
    draft_entries,
    entry_stream,
    event_state,
    foreign_command,
    receipt_key,
    recorded_event,
    stream_name,
)
from ledger.storage.sqlite import append as steps
from ledger.storage.sqlite.datastore import LogDatastore, library_cursor
from ledger.storage.sqlite.subscription import PollingSubscription
from ledger.storage.sqlite.writer import Transaction, read_head
from ledger.wire.entry import read_tail
from ledger.wire.errors import WireError

_ENTRIES_A_READ: Final = 512  # at most 32 MiB; 200 KiB as a school's entries are
_STREAMS_A_READ: Final = 1_000
_RECEIPTS_A_READ: Final = 100_000  # each read sorts the table, which is kept in the order of keys
_COMMAND_BYTES: Final = 512
_AFTER_ALL_NAMES: Final = "\U0010ffff"
_VERSION_MAX: Final = 2**63 - 1

# Where a run ends and what the stream's version was before it say which entries it is (migration 0002).
_STREAM_EVENTS: Final = """
    WITH ends AS (
        SELECT idx, version, lag(version, 1, 0) OVER (ORDER BY version) AS before FROM entries WHERE stream = ?
    )
    SELECT entries.idx, ends.version - ends.idx + entries.idx AS at_version, entries.type, entries.entry
    FROM ends JOIN entries ON entries.idx > ends.idx - max(ends.version - ends.before, 1) AND entries.idx <= ends.idx
    WHERE at_version > ? AND at_version <= ?
    ORDER BY at_version"""
_RUN_END: Final = "SELECT idx, stream, version FROM entries WHERE idx >= ? AND stream IS NOT NULL ORDER BY idx LIMIT 1"


class LetopisSQLiteApplicationRecorder(SQLiteRecorder, ApplicationRecorder):
    """One school's log in one SQLite file. Any thread may call; appends are grouped by the file's one writer."""

    datastore: LogDatastore

    def __init__(self, datastore: LogDatastore, *, states: States = "canonical") -> None:
        super().__init__(datastore)
        self.store = datastore.store
        self.origin = self.store.meta.origin
        self.clock = self.store.meta.clock
        self.states = states

    @property
    def latched(self) -> str | None:
        """Why the node takes no appends, or None while it does."""
        return self.store.latch.reason

    def unlatch(self, proof: Head) -> None:
        """Take appends again after a full verification has passed.

        Args:
            proof: the head that the verification read, hashed up to and found right.

        Raises:
            LedgerDamaged: the log does not end there.
        """
        self.store.unlatch(proof)

    def set_clock(self, clock: Callable[[], datetime]) -> None:
        """Stamp entries by another clock: for tests. Holds for all recorders on the file in this process."""
        self.store.clock = clock

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
            WireError: an event or the command breaks the log format; nothing was written.
            Conflict, AlreadyRecorded, KeyReused, NodeReadOnly, OutcomeUnknown: as described in `ledger.errors`.
            ProgrammingError: an argument that this recorder has no use for.
        """
        if kwargs and self.states == "canonical":
            raise ProgrammingError(f"insert_events: unexpected {', '.join(sorted(kwargs))}")
        if not stored_events and command is None and tracking is None:
            return []
        command, drafts = self._draft(stored_events, command, tracking)
        size_bytes = _COMMAND_BYTES + drafts.size_bytes
        work = partial(self._append, drafts=drafts, command=command, tracking=tracking)
        return self.store.writer.run(work, key=receipt_key(command), size_bytes=size_bytes)

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
        statement = _STREAM_EVENTS + (" DESC" if desc else "")
        params: list[str | int] = [stream, -1 if gt is None else gt, _VERSION_MAX if lte is None else lte]
        if limit is not None:
            statement += " LIMIT ?"
            params.append(limit)
        with self.store.readers.connection() as connection:
            rows = connection.execute(statement, params).fetchall()
        return [self._event(idx, stream, version, type_, entry) for idx, version, type_, entry in rows]

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
        statement = "SELECT idx, type, entry FROM entries WHERE idx >= ?"
        params: list[str | int] = [first]
        if stop is not None:
            statement += " AND idx < ?"
            params.append(stop)
        if topics:
            statement += f" AND type IN ({', '.join('?' * len(topics))})"
            params.extend(topics)
        statement += " ORDER BY idx LIMIT ?"
        params.append(limit)
        with self.store.readers.connection() as connection:
            rows = connection.execute(statement, params).fetchall()
        return [self._notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The size of the log; None while it is empty."""
        with self.store.readers.connection() as connection:
            (last,) = connection.execute("SELECT max(idx) FROM entries").fetchone()
        return None if last is None else last + 1

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Notifications as they are committed; woken by this process, polling for others."""
        return PollingSubscription(self, gt=gt, topics=topics)

    def find_receipt(self, key: str) -> Receipt | None:
        """The receipt under this key, or None; what it says is durable."""
        with self.store.readers.connection() as connection:
            return steps.find_receipt(connection, key)

    def claimed(self, place: str) -> list[str]:
        """The streams that claimed a place, in the order of their claims; one may be there twice."""
        with self.store.readers.connection() as connection:
            return steps.read_claims(connection, place)

    def claims(self) -> Iterator[tuple[str, int, str]]:
        """Place, number and stream of every claim, in no order."""
        with self.store.readers.connection() as connection:
            rows = connection.execute("SELECT place, number, stream FROM claims").fetchall()
        yield from rows

    def head(self) -> Head:
        """The stored head.

        Raises:
            LedgerDamaged: it is missing or malformed.
        """
        with self.store.readers.connection() as connection:
            return read_head(connection)

    def own_size(self) -> int | None:
        """The log's size, where this process has the file's lock: its writer knows it without a look."""
        return self.store.size

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Entry bytes in index order, read in ranges: no transaction stays open between them.

        Raises:
            LedgerDamaged: an index is missing.
        """
        size = self.head().size
        end = size if stop is None else min(stop, size)
        return self._entries(start, end)

    def moved(self, since: int, size: int) -> frozenset[str]:
        """The streams that moved between two sizes that the log had: no run of a stream crosses one."""
        statement = "SELECT stream FROM entries WHERE idx >= ? AND idx < ? AND stream IS NOT NULL"
        with self.store.readers.connection() as connection:
            return frozenset(stream for (stream,) in connection.execute(statement, (since, size)))

    def columns(self, start: int, stop: int) -> Columns:
        """What is stored of the entries `start` up to but not including `stop` or the first that is missing."""
        rows = self._range("stream, version, type, entry", start, stop)
        if not rows:
            return Columns((), (), ())
        streams, versions, types, entries = zip(*rows, strict=True)
        runs: list[Run] = []
        named = 0
        for place, stream in enumerate(streams, start=1):
            if stream is not None:
                count = place - named
                runs.append(Run(stream, versions[place - 1] - count + 1, count))
                named = place
        if named < len(rows):
            runs.append(self._begun_run(start + len(rows), len(rows) - named, entries[-1]))
        return Columns(runs, types, entries)

    def _begun_run(self, stop: int, length: int, entry: bytes) -> Run:
        """Give the run of the `length` entries before index `stop`, the last of them `entry`: it ends there or behind.

        Where its end is gone, the entry has the word: that something is missing is found by its absence.
        """
        with self.store.readers.connection() as connection:
            told = connection.execute(_RUN_END, (stop,)).fetchone()
        if told is not None:
            end, stream, version = told
            return Run(stream, version - (end - stop) - length, length)
        try:
            _, stream, version = read_tail(entry)
        except ValueError:
            stream, version = "", 0
        return Run(stream, version - length + 1, length)

    def receipts(self) -> Iterator[tuple[int, int, str]]:
        """First index, count and command of every receipt, in order of the first index."""
        statement = (
            "SELECT first_index, count, command FROM commands WHERE first_index >= ? ORDER BY first_index LIMIT ?"
        )
        after = 0
        while True:
            with self.store.readers.connection() as connection:
                rows = connection.execute(statement, (after, _RECEIPTS_A_READ)).fetchall()
            yield from rows
            if len(rows) < _RECEIPTS_A_READ:
                return
            after = rows[-1][0] + 1

    def streams(self, prefix: str) -> Iterator[StreamHead]:
        """All streams whose name starts with `prefix`, in byte order.

        Read in ranges: where the answer must be of one moment, the command built on it carries `expected_size`.
        """
        compare, bound, end = ">=", prefix, prefix + _AFTER_ALL_NAMES
        while True:
            statement = (
                "SELECT stream, min(idx) - max(min(version) - 1, 0), max(version), max(idx) FROM entries"
                f" WHERE stream {compare} ? AND stream < ? GROUP BY stream ORDER BY stream LIMIT ?"
            )
            with self.store.readers.connection() as connection:
                rows = connection.execute(statement, (bound, end, _STREAMS_A_READ)).fetchall()
            for row in rows:
                yield StreamHead(*row)
            if len(rows) < _STREAMS_A_READ:
                return
            compare, bound = ">", rows[-1][0]

    def keep_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Store a signed checkpoint; durable when it returns.

        Raises:
            Conflict: a checkpoint of this size or a larger one is already kept and differs, or the log is shorter.
            NodeReadOnly, OutcomeUnknown: the disk failed.
        """
        self.store.writer.run(partial(steps.keep_checkpoint, checkpoint=checkpoint), size_bytes=len(checkpoint.note))

    def checkpoint(self, at_most: int | None = None) -> SignedCheckpoint | None:
        """The newest kept checkpoint, or the newest with size <= `at_most`."""
        with self.store.readers.connection() as connection:
            return steps.read_checkpoint(connection, 2**63 - 1 if at_most is None else at_most)

    def keep_tiles(self, tiles: Sequence[tuple[int, int, bytes]]) -> None:
        """Store full hash tiles (level, index, 8,192 bytes), all or none; durable when it returns.

        Raises:
            LedgerDamaged: a kept tile differs.
            NodeReadOnly, OutcomeUnknown: the disk failed.
        """
        size_bytes = sum(len(hashes) for _, _, hashes in tiles)
        self.store.writer.run(partial(steps.keep_tiles, tiles=tiles), size_bytes=size_bytes)

    def tile(self, level: int, index: int) -> bytes | None:
        """A kept full tile, or None."""
        with self.store.readers.connection() as connection:
            return steps.read_tile(connection, level, index)

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
        return command, draft_entries(stored_events, command, self.states)

    def _append(
        self,
        transaction: Transaction,
        *,
        drafts: Drafts,
        command: Command,
        tracking: Tracking | None,  # noqa: ARG002 - the process recorder's
    ) -> list[int]:
        return steps.append(transaction, drafts, command, self.store.clock)

    def _entries(self, start: int, end: int) -> Iterator[bytes]:
        for first in range(start, end, _ENTRIES_A_READ):
            last = min(first + _ENTRIES_A_READ, end)
            rows = self._range("entry", first, last)
            for (entry,) in rows:
                yield entry
            if len(rows) < last - first:
                missing = first + len(rows)
                raise LedgerDamaged("entry_missing", f"there is no entry {missing}", index=missing)

    def _range(self, columns: str, first: int, last: int) -> list[tuple[Any, ...]]:
        """Rows of the entries `first` up to but not including `last` or the first that is missing."""
        statement = f"SELECT {columns} FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx"
        with self.store.readers.connection() as connection:
            rows = connection.execute(statement, (first, last)).fetchall()
            if len(rows) < last - first:
                del rows[_missing_index(connection, first, last) - first :]
        return rows

    def _event(self, index: int, stream: str, version: int, type_: str, entry: bytes) -> RecordedEvent:
        return recorded_event(entry, index=index, stream=stream, type_=type_, version=version, states=self.states)

    def _notification(self, index: int, type_: str, entry: bytes) -> Notification:
        stream, version = entry_stream(entry, index)
        state = event_state(entry, index=index, stream=stream, type_=type_, version=version, states=self.states)
        return Notification(stream, version, type_, state, index + 1)


class LetopisSQLiteProcessRecorder(SQLiteTrackingRecorder, LetopisSQLiteApplicationRecorder, ProcessRecorder):
    """A log whose appends carry, in the same transaction, how far another log was processed."""

    def __init__(self, datastore: LogDatastore, *, states: States = "canonical") -> None:
        super().__init__(datastore, states=states)

    def _draft(
        self, stored_events: Sequence[StoredEvent], command: Command | None, tracking: Tracking | None
    ) -> tuple[Command, Drafts]:
        if tracking is not None and not stored_events:
            return command or foreign_command(), NO_DRAFTS
        return super()._draft(stored_events, command, None)

    def _append(
        self, transaction: Transaction, *, drafts: Drafts, command: Command, tracking: Tracking | None
    ) -> list[int]:
        ids = super()._append(transaction, drafts=drafts, command=command, tracking=None) if drafts else []
        if tracking is not None:
            self._insert_tracking(library_cursor(transaction.connection), tracking)
        return ids


def _missing_index(connection: sqlite3.Connection, first: int, last: int) -> int:
    """Find the first index of a range that has no entry."""
    found = connection.execute("SELECT idx FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx", (first, last))
    missing = first
    for (idx,) in found:
        if idx != missing:
            break
        missing += 1
    return missing
