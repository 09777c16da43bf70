"""Views in a SQLite file.

`views.db` is a symbolic link to the live generation: `views.db.000001`, `views.db.000002` and so on. Replacing the link
is atomic, and each generation has a write-ahead log of its own name; to replace the file itself would leave the old
one's to be replayed into the new. Who holds the old file open goes on reading it until the next question.

Commits are `synchronous=NORMAL`: a power cut may take the last ones away, whole, position and rows together, and
the entries are still in the log.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from eventsourcing.persistence import OperationalError

from ledger.database.sqlite import connect, error_name
from ledger.durable import sync_file, sync_folder
from projections import lists
from projections.errors import RebuildRunning
from projections.rows import Table
from projections.store import STATE_SQL, TABLE_UNTIL, Generation, Row, State

Opened = TypeVar("Opened")

_BUSY_SECONDS: Final = 30.0
_TABLE_NAME = re.compile(r"\{(\w+)\}")
_LAST_UNTIL: Final = r"{\1} \3 ON \3.entry = (SELECT max(z.entry) FROM {\1} z WHERE z.entry <= \2)"


class SQLiteGeneration:
    """One file of tables."""

    def __init__(self, file: Path, *, create: bool = False, loading: bool = False) -> None:
        """Open it; `loading` trades all safety for speed, for a file that is thrown away if anything happens."""
        self.file = file
        self.connection = _connect(file, "rwc" if create else "rw")
        for pragma in _LOADING if loading else _LIVE:
            self.connection.execute(f"PRAGMA {pragma}")

    def create(self, tables: Sequence[Table], state: State) -> None:
        """Make the tables without indexes."""
        with self.writing():
            self.connection.execute(f"CREATE TABLE state {STATE_SQL} STRICT")
            self.connection.execute("INSERT INTO state VALUES (1, ?, ?, ?)", state.to_row())
            for table in tables:
                self.connection.execute(table.create_sqlite())

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """See `Generation`."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """See `Generation`."""
        with self._transaction("BEGIN"):
            yield

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.connection.execute(begin)
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def state(self) -> State:
        """See `Generation`."""
        return State.from_row(self.connection.execute("SELECT layout, origin, tail FROM state").fetchone())

    def put_state(self, state: State) -> None:
        """See `Generation`."""
        self.connection.execute("UPDATE state SET layout = ?, origin = ?, tail = ?", state.to_row())

    def fetch(self, table: Table, entries: Sequence[int]) -> Mapping[int, Row]:
        """See `Generation`."""
        sql = f"SELECT {_columns(table)} FROM {table.name} WHERE entry = ?"
        found = (self.connection.execute(sql, (entry,)).fetchone() for entry in entries)
        return {row[0]: row for row in found if row is not None}

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """See `Generation`."""
        places = ", ".join("?" * len(table.columns))
        self.connection.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)

    def end(self, table: Table, closings: Sequence[tuple[int, int]]) -> None:
        """See `Generation`."""
        self.connection.executemany(f"UPDATE {table.name} SET to_position = ? WHERE entry = ?", closings)

    def add_indexes(self, tables: Sequence[Table]) -> None:
        """See `Generation`."""
        for table in tables:
            for statement in table.create_indexes():
                self.connection.execute(statement)

    def scan(self, table: Table) -> Iterator[Row]:
        """See `Generation`."""
        yield from self.connection.execute(f"SELECT {_columns(table)} FROM {table.name} ORDER BY entry")

    def faults(self) -> list[str]:
        """See `Generation`."""
        found = [str(row[0]) for row in self.connection.execute("PRAGMA integrity_check(100)")]
        return [] if found == ["ok"] else found

    def seal(self) -> None:
        """Close with everything in the one file and on the disk."""
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()
        sync_file(self.file)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class SQLiteStore:
    """The views of one school in a SQLite file."""

    def __init__(self, path: Path, tables: Sequence[Table], empty: State) -> None:
        """Open the views at `path`; make empty ones where there are none."""
        self._path = path
        self._tables = tables
        self._empty = empty
        self._idle: list[tuple[Path, sqlite3.Connection]] = []
        self._lock = threading.Lock()
        self._writer: SQLiteGeneration | None = None
        self._live: Path | None = None
        if not path.is_symlink():
            self._create_first()

    def select(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """See `Store`."""
        try:
            statement, names = _translate(sql, lists.shapes(parameters))
            return self._select(statement, [*lists.values(names, parameters)])
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
                raise  # it is the question's fault
            raise OperationalError(f"the views cannot be read ({error_name(error)})") from None

    def _select(self, statement: str, values: Sequence[object]) -> list[Row]:
        while True:
            file, connection = self._take()
            try:
                rows = connection.execute(statement, values).fetchall()
            except BaseException as error:
                connection.close()
                # A first look at a file that is just being removed finds no shared memory beside it.
                if isinstance(error, sqlite3.OperationalError) and self._live_file() != file:
                    continue
                raise
            with self._lock:
                self._idle.append((file, connection))
            return rows

    @contextlib.contextmanager
    def writing(self) -> Iterator[SQLiteGeneration]:
        """See `Store`."""
        while True:
            writer = self._open_writer()
            with writer.writing():
                # Another process may have published between the look and the lock; it holds the lock while it does.
                if self._live_file() == writer.file:
                    yield writer
                    return

    @contextlib.contextmanager
    def reading(self) -> Iterator[SQLiteGeneration]:
        """See `Store`."""
        generation = self._open_live(SQLiteGeneration)
        try:
            with generation.reading():
                yield generation
        finally:
            generation.close()

    @contextlib.contextmanager
    def build(self) -> Iterator[SQLiteGeneration]:
        """See `Store`."""
        with self._building():
            live = self._live_file()
            self._remove_all_but(live)
            number = int(live.suffix[1:]) + 1
            generation = SQLiteGeneration(self._generation_file(number), create=True, loading=True)
            try:
                generation.create(self._tables, self._empty)
                yield generation
            finally:
                generation.close()
                self._remove_all_but(self._live_file())

    def publish(self, generation: Generation) -> None:
        """See `Store`."""
        if not isinstance(generation, SQLiteGeneration):
            raise TypeError("a generation of another kind of store")
        generation.seal()
        self._link(generation.file)

    def close(self) -> None:
        """See `Store`."""
        self._close_writer()
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _create_first(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._building(wait=True):
            if self._path.is_symlink():
                return
            if self._path.exists():
                raise FileExistsError(f"{self._path} is a file and not the link to views that is expected there")
            self._remove_all_but(None)
            first = SQLiteGeneration(self._generation_file(1), create=True)
            first.create(self._tables, self._empty)
            first.add_indexes(self._tables)
            first.seal()
            self._link(first.file)

    def _live_file(self) -> Path:
        # Asked for each select: of a link that leads where it led, no path is put together again.
        target, live = os.readlink(self._path), self._live  # noqa: PTH115 - spared here
        if live is None or live.name != target:
            live = self._live = self._path.parent / target
        return live

    def _generation_file(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number:06d}")

    def _link(self, file: Path) -> None:
        temporary = self._path.with_name(f"{self._path.name}.next")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(file.name)
        temporary.replace(self._path)
        sync_folder(self._path.parent)

    def _remove_all_but(self, live: Path | None) -> None:
        """Remove what crashed or replaced generations left behind."""
        pattern = re.compile(f"({re.escape(self._path.name)}" + r"\.[0-9]{6,})(-wal|-shm|-journal)?")
        for file in self._path.parent.iterdir():
            found = pattern.fullmatch(file.name)
            if found and not (live is not None and found[1] == live.name):
                file.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _building(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the lock file; the operating system lets go of it when the process ends, however it ends."""
        with self._path.with_name(f"{self._path.name}.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RebuildRunning(f"{self._path} is being rebuilt or checked by another process") from None
            yield

    def _take(self) -> tuple[Path, sqlite3.Connection]:
        """An idle connection to the live file, or a new one; those to files of the past are closed on the way."""
        live = self._live_file()
        with self._lock:
            while self._idle:
                file, connection = self._idle.pop()
                if file == live:
                    return file, connection
                connection.close()
        return self._open_live(lambda file: (file, _connect_reader(file)))

    def _open_live(self, opening: Callable[[Path], Opened]) -> Opened:
        """Open the live file, again where it was replaced and removed between the look and the opening."""
        while True:
            file = self._live_file()
            try:
                return opening(file)
            except sqlite3.OperationalError:
                if self._live_file() == file:
                    raise

    def _open_writer(self) -> SQLiteGeneration:
        if self._writer is None or self._writer.file != self._live_file():
            self._close_writer()
            self._writer = self._open_live(SQLiteGeneration)
        return self._writer

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


_LIVE: Final = ("journal_mode = WAL", "synchronous = NORMAL")
_LOADING: Final = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536", "temp_store = MEMORY")


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    return connect(file, mode, _BUSY_SECONDS, cached_statements=256)


def _connect_reader(file: Path) -> sqlite3.Connection:
    connection = _connect(file, "rw")
    connection.execute("PRAGMA query_only = ON")
    return connection


@lru_cache(maxsize=512)
def _translate(sql: str, shapes: tuple[lists.Shape, ...]) -> tuple[str, tuple[str, ...]]:
    """A statement as SQLite takes it, and the names of its parameters in their order.

    They become nameless: SQLite looks through all names for each one, which of some thousands takes half a second.
    """
    named = _TABLE_NAME.sub(r"\1", TABLE_UNTIL.sub(_LAST_UNTIL, sql))
    return lists.spread(named, shapes)


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)
