"""Views of one school: opened, caught up, rebuilt and checked.

    views = Views.open("sqlite:var/views.db", origin)
    views.catch_up(recorder)                      # from where they stand to the log's head, batch by batch
    page = class_page(views, class_group, ...)    # projections.views.*

Whatever is here follows from the log: a view that is lost, damaged or of another layout is rebuilt.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, Self, TypeAlias

from ledger.collecting import collect_batch, collecting_between_batches
from ledger.log import Head
from projections.comparing import CheckReport, compare
from projections.errors import ViewsOfAnotherLog, ViewsOutdated
from projections.folding import Batch, Folding, View, settle
from projections.sqlite import SQLiteStore
from projections.store import Generation, Row, State, Store
from projections.views import VIEWS

CATCH_UP_ENTRIES: Final = 4_096
REBUILD_ENTRIES: Final = 8_192
_SQLITE_SCHEME: Final = "sqlite:"


Progress: TypeAlias = Callable[[int], bool | None]


class Log(Protocol):
    """The part of `ledger.log.LogRecorder` that views read."""

    origin: str

    def head(self) -> Head:
        """The current head."""

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Entry bytes in index order."""


class Views:
    """All views of one school. Questions may come from any thread; writing happens in one at a time."""

    def __init__(self, store: Store, folding: Folding, empty: State) -> None:
        """Use `open`."""
        self._store = store
        self._folding = folding
        self._empty = empty
        self._writing = threading.Lock()

    @classmethod
    def open(cls, url: str, origin: str, views: Sequence[View] = VIEWS) -> Self:
        """Open the views of a log, or make empty ones.

        Args:
            url: `sqlite:<path>`, or a PostgreSQL URI or connection string.
            origin: the log's origin.
            views: what to project.
        """
        folding = Folding(views)
        empty = State.empty(_layout(folding), origin)
        store: Store
        if url.startswith(_SQLITE_SCHEME):
            store = SQLiteStore(Path(url.removeprefix(_SQLITE_SCHEME)), folding.tables, empty)
        else:
            from projections.postgres import PostgresStore  # here: a school on SQLite needs no driver of PostgreSQL

            store = PostgresStore(url, folding.tables, empty)
        return cls(store, folding, empty)

    def state(self) -> State:
        """What the live views say of themselves.

        Raises:
            ViewsOutdated: another version of the program laid them out.
            ViewsOfAnotherLog: they belong to a log of another origin.
        """
        rows = self._store.select("SELECT layout, origin, tail FROM {state}", {})
        return self._current(State.from_row(rows[0]))

    def position(self) -> int:
        """Tree size that the views have consumed.

        Raises:
            ViewsOutdated, ViewsOfAnotherLog: as `state`.
        """
        return self.state().position

    def select(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of the live tables; `sql` names tables as ``{table}`` and parameters as ``:name``."""
        return self._store.select(sql, parameters)

    def catch_up(
        self,
        log: Log,
        *,
        stop: int | None = None,
        batch_entries: int = CATCH_UP_ENTRIES,
        progress: Progress | None = None,
    ) -> int:
        """Consume entries up to `stop`, at most up to the log's head; returns the position.

        Each batch is one transaction, position included, and ends where a command ends.

        Args:
            log: where the entries are.
            stop: tree size to stop at, where a command ends, as a checkpoint's does.
            batch_entries: entries per transaction.
            progress: called with the position at the start and after each batch; True ends it there.

        Raises:
            ViewsOutdated, ViewsOfAnotherLog: rebuild them.
            EntryUnreadable: the log gave bytes that are no entry.
        """
        with self._writing:
            return self._load(log, self._store.writing, stop, batch_entries, progress)

    def rebuild(
        self,
        log: Log,
        *,
        batch_entries: int = REBUILD_ENTRIES,
        progress: Progress | None = None,
    ) -> int:
        """Make all views again from entry 0 beside the live ones, then put them in their place; returns the position.

        Args:
            log: where the entries are.
            batch_entries: entries per transaction.
            progress: as in `catch_up`, but what it returns is of no account.

        Raises:
            RebuildRunning: another process does the same.
            EntryUnreadable: the log gave bytes that are no entry.
        """

        def tell(position: int) -> None:
            if progress is not None:
                progress(position)

        with self._store.build() as fresh, collecting_between_batches():
            self._load(log, _always(fresh), None, batch_entries, tell)
            fresh.add_indexes(self._folding.tables)
            with self._writing, self._store.writing():
                position = self._load(log, _always(fresh), None, batch_entries, tell)
                self._store.publish(fresh)
            return position

    def check(self, log: Log, *, findings_max: int = 1_000, batch_entries: int = REBUILD_ENTRIES) -> CheckReport:
        """Make the views again beside the live ones and compare them, row for row and by a digest per table.

        Raises:
            ViewsOutdated, ViewsOfAnotherLog, RebuildRunning, EntryUnreadable: as above.
        """
        with self._store.build() as fresh, self._store.reading() as live, collecting_between_batches():
            state = self._current(live.state())
            self._refuse_shorter(state, log.head())
            self._load(log, _always(fresh), state.position, batch_entries)
            with fresh.reading():
                return compare(self._folding.tables, live, fresh, findings_max)

    def close(self) -> None:
        """Let go of the database."""
        with self._writing:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(
        self,
        log: Log,
        writing: Callable[[], AbstractContextManager[Generation]],
        stop: int | None,
        batch_entries: int,
        progress: Progress | None = None,
    ) -> int:
        """Consume into a generation; starts over from where it stands if somebody else moved it meanwhile."""
        while True:
            with writing() as generation:
                state = self._current(generation.state())
            head = log.head()
            self._refuse_shorter(state, head)
            if progress is not None and progress(state.position):
                return state.position
            target = head.size if stop is None else min(stop, head.size)
            if state.position >= target:
                return state.position
            entries = log.entries(state.position, target)
            try:
                for batch in self._folding.batches(entries, state.tail, batch_entries):
                    with writing() as generation:
                        if not self._apply(generation, batch):
                            break
                    collect_batch()
                    if progress is not None and progress(batch.tail.position):
                        return batch.tail.position
            finally:
                _close(entries)

    def _apply(self, generation: Generation, batch: Batch) -> bool:
        """Write one batch in the open transaction; False if the generation does not stand where the batch starts."""
        state = generation.state()
        if state.tail != batch.start:
            return False
        for table in self._folding.tables:
            rows, closings = settle(table, batch, partial(generation.fetch, table))
            if rows:
                generation.insert(table, rows)
            if closings:
                generation.end(table, closings)
        generation.put_state(state.advanced(batch.tail, batch.skipped))
        return True

    def _current(self, state: State) -> State:
        if state.layout != self._empty.layout:
            raise ViewsOutdated("these views were laid out by another version of the program: rebuild them")
        if state.origin != self._empty.origin:
            raise ViewsOfAnotherLog(f"these views are of {state.origin}, not of {self._empty.origin}", state.position)
        return state

    def _refuse_shorter(self, state: State, head: Head) -> None:
        if state.position > head.size:
            raise ViewsOfAnotherLog(
                f"these views have consumed {state.position} entries of a log that has {head.size}: rebuild them",
                state.position,
            )
        if state.position == head.size and state.tail.last != head.last.hex():
            raise ViewsOfAnotherLog(
                f"the log's last entry {head.size - 1} is not the one that these views consumed: rebuild them",
                state.position,
            )


def _layout(folding: Folding) -> str:
    digest = hashlib.sha256()
    for table in folding.tables:
        for statement in (table.create_sqlite(), *table.create_indexes()):
            digest.update(statement.encode() + b"\n")
    return digest.hexdigest()


def _always(generation: Generation) -> Callable[[], AbstractContextManager[Generation]]:
    @contextmanager
    def writing() -> Iterator[Generation]:
        with generation.writing():
            yield generation

    return writing


def _close(entries: Iterable[Any]) -> None:
    close = getattr(entries, "close", None)
    if close is not None:
        close()
