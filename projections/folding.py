"""From entries to rows: each entry is read once and handed to every view that knows its type. No I/O.

A `View` is what a module of `projections.views` declares; a `Batch` is what a stretch of entries asks of the tables.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from ledger.journal.events import TYPE_NAMES, Event
from ledger.tree.hashing import leaf_hash
from projections.errors import EntryUnreadable, ViewsOfAnotherLog
from projections.rows import OPEN, Operations, Revise, Table

BATCH_BYTES_MAX: Final = 16 * 1024 * 1024
"""A batch ends at this many bytes of entries, whatever its number of entries."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry as the log format §2 has it, `actor` and `data` not yet read.

    Only for entries that the ledger gives: it checks far less than `ledger.wire.entry.parse_entry`.
    """

    actor: msgspec.Raw
    at: str
    command: str
    data: msgspec.Raw
    index: int
    prev: str
    stream: str
    type: str
    version: int

    @property
    def stream_id(self) -> str:
        """The UUID of the stream."""
        return self.stream[-36:]


class ActorFields(msgspec.Struct, frozen=True, gc=False):
    """Who acted, as the entry says it."""

    id: str
    role: str
    on_behalf_of: str | None = None
    basis: str | None = None


Handler: TypeAlias = Callable[[Any, Entry], Operations]


@dataclass(frozen=True, slots=True)
class View:
    """Tables and the pure functions that fill them.

    Attributes:
        tables: its tables, which no other view writes.
        handlers: event class -> function (event, entry) -> operations. At most one row per table and entry.
        on_command: called with the first entry of every command.
        on_batch: called with what a batch, which has whole commands, asks of the tables (class of a row -> rows);
            returns more rows. They have to be the same however the commands are cut into batches.
    """

    tables: tuple[Table, ...]
    handlers: Mapping[type[Event], Handler]
    on_command: Callable[[Entry], Operations] | None = None
    on_batch: Callable[[Mapping[type, list[Any]]], Sequence[tuple[Any, ...]]] | None = None


class Tail(NamedTuple):
    """The end of what has been consumed: position, and of its last entry the leaf hash (hex), `at` and `command`."""

    position: int
    last: str
    at: str
    command: str


EMPTY_TAIL: Final = Tail(0, bytes(32).hex(), "", "")


@dataclass(slots=True)
class Batch:
    """What the entries from `start.position` up to `tail.position` ask of the tables.

    Attributes:
        start, tail: the ends of what was consumed before and after.
        asked: class of a row -> rows that stand, in the order of entries; `Revise` -> revisions.
        skipped: what could not be used -> number of entries.
    """

    start: Tail
    tail: Tail
    asked: defaultdict[type, list[Any]] = field(default_factory=lambda: defaultdict(list))
    skipped: Counter[str] = field(default_factory=Counter)


class Folding:
    """Folds entries into batches for a set of views."""

    def __init__(self, views: Sequence[View]) -> None:
        self.tables = tuple(table for view in views for table in view.tables)
        self._on_command = tuple(view.on_command for view in views if view.on_command is not None)
        self._on_batch = tuple(view.on_batch for view in views if view.on_batch is not None)
        handlers: dict[type[Event], list[Handler]] = {}
        for view in views:
            for event_class, handler in view.handlers.items():
                handlers.setdefault(event_class, []).append(handler)
        self._dispatch: dict[str, tuple[Callable[[bytes | msgspec.Raw], Any], tuple[Handler, ...]]] = {
            TYPE_NAMES[event_class]: (msgspec.json.Decoder(event_class).decode, tuple(found))
            for event_class, found in handlers.items()
        }
        self._read: Callable[[bytes], Entry] = msgspec.json.Decoder(Entry).decode

    def batches(  # noqa: C901, PLR0912 - the one hot loop: calls in it would cost a quarter of a rebuild
        self, entries: Iterable[bytes], tail: Tail, entries_count: int
    ) -> Iterator[Batch]:
        """Fold `entries`, which follow `tail`; a batch ends at the first end of a command from `entries_count` on.

        Raises:
            ViewsOfAnotherLog: the first entry of a batch does not continue what is before it.
            EntryUnreadable: bytes that are no entry, or one with another index than its place.
        """
        batch, asked, size_bytes = _begin(tail)
        position, command, at = tail.position, tail.command, tail.at
        raw, before = b"", None
        for raw_next in entries:
            try:
                entry = self._read(raw_next)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise EntryUnreadable(position, str(error)) from None
            if entry.index != position:
                raise EntryUnreadable(position, f"it says that it is entry {entry.index}")
            if entry.command != command or entry.at != at:
                full = position - batch.start.position >= entries_count or size_bytes >= BATCH_BYTES_MAX
                if full and before is not None:
                    yield self._whole(batch, _tail(before, raw))
                    batch, asked, size_bytes = _begin(batch.tail)
                for on_command in self._on_command:
                    for operation in on_command(entry):
                        asked[type(operation)].append(operation)
                command, at = entry.command, entry.at
            if position == batch.start.position:
                _check_continues(entry, batch.start)
            raw, before = raw_next, entry
            size_bytes += len(raw)
            position += 1
            decode, handlers = self._dispatch.get(entry.type, _UNKNOWN)
            try:
                event = decode(entry.data)
            except (msgspec.DecodeError, UnicodeDecodeError):
                batch.skipped[f"data of another form: {entry.type}"] += 1
                continue
            for handler in handlers:
                for operation in handler(event, entry):
                    asked[type(operation)].append(operation)
            if not handlers:
                batch.skipped[f"unknown type: {entry.type}"] += 1
        if before is not None:
            yield self._whole(batch, _tail(before, raw))

    def _whole(self, batch: Batch, tail: Tail) -> Batch:
        """End a batch, and add the rows that follow from the others in it."""
        batch.tail = tail
        for on_batch in self._on_batch:
            for row in on_batch(batch.asked):
                batch.asked[type(row)].append(row)
        return batch


def _begin(tail: Tail) -> tuple[Batch, defaultdict[type, list[Any]], int]:
    """An empty batch after `tail`, what it asks, and its size in bytes."""
    batch = Batch(tail, tail)
    return batch, batch.asked, 0


def _check_continues(entry: Entry, tail: Tail) -> None:
    if entry.prev != tail.last:
        raise ViewsOfAnotherLog(
            f"entry {tail.position} does not continue the log that these views were made from: rebuild them",
            tail.position,
        )


def _unread(data: bytes | msgspec.Raw) -> Any:
    """Data of an unknown type is not looked at."""
    return data


_UNKNOWN: Final[tuple[Callable[[bytes | msgspec.Raw], Any], tuple[Handler, ...]]] = (_unread, ())


def settle(
    table: Table, batch: Batch, fetch: Callable[[list[int]], Mapping[int, tuple[Any, ...]]]
) -> tuple[list[tuple[Any, ...]], list[tuple[int, int]]]:
    """Turn a batch's revisions of a table into rows to insert and older rows to close.

    Args:
        table: the table.
        batch: rows inserted in it are closed in place where they are revised in it; what is not found is counted as
            skipped.
        fetch: gives rows of earlier batches by their entry.

    Returns:
        The rows to insert, and (to_position, entry) of the rows of earlier batches to close.
    """
    rows = batch.asked.get(table.row, [])
    revisions = [revision for revision in batch.asked.get(Revise, ()) if revision.table is table]
    if not revisions:
        return rows, []
    make: Callable[[tuple[Any, ...]], Any] = table.row._make  # type: ignore[attr-defined]  # a NamedTuple class
    place = {row[0]: number for number, row in enumerate(rows)}
    made = place.keys() | {revision.entry for revision in revisions}
    older = fetch([revision.corrects for revision in revisions if revision.corrects not in made])
    closings = []
    for _, corrects, entry, changes in revisions:
        number = place.get(corrects)
        row = older.get(corrects) if number is None else rows[number]
        if row is None or corrects >= entry:
            batch.skipped[f"cites no row: {table.name}"] += 1
            continue
        if number is None:
            closings.append((entry + 1, corrects))
        else:
            rows[number] = (*row[:-1], entry + 1)
        rows.append(make(row)._replace(entry=entry, to_position=OPEN, **changes))
        place[entry] = len(rows) - 1
    return rows, closings


def _tail(entry: Entry, raw: bytes) -> Tail:
    return Tail(entry.index + 1, leaf_hash(raw).hex(), entry.at, entry.command)
