"""Views in PostgreSQL: one schema per school.

A school's schema is `views_` and 16 hex digits of the SHA-256 of its log's origin; while another generation is built it
stands beside as `…_next`, and publishing is two renames in one transaction. The role needs CREATE on the database. All
schools of a process that use one DSN share a pool for questions.

`synchronous_commit` is off: a crash may take the last batches away, whole, and the entries are still in the log.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import psycopg
from psycopg import sql as composing
from psycopg_pool import ConnectionPool

from ledger.database.postgres import CONNECT_SECONDS, translated
from projections import lists
from projections.errors import RebuildRunning
from projections.rows import Table
from projections.store import STATE_SQL, TABLE_UNTIL, Generation, Row, State

_POOL_MAX: Final = 8
_WORK_MEMORY: Final = "16MB"
_SEQUENTIAL_PAGE_COST: Final = 0.5
_RANDOM_PAGE_COST: Final = 0.55
"""The server's own are 1 and 4, for disks. Views are a small part of a log, in memory or on what has no moving head."""
_SCAN_ROWS: Final = 5_000
_TABLE_NAME = re.compile(r"\{(\w+)\}")
# One walk down the index for each row. Compared with the entry that a subquery finds it is a hash join at best, and the
# subquery is worked out twice: for the hash, and once more for the row that has it.
_LAST_UNTIL: Final = r"LATERAL (SELECT * FROM {\1} z WHERE z.entry <= \2 ORDER BY z.entry DESC LIMIT 1) \3 ON TRUE"
_PARAMETER = re.compile(r"(?<!:):([a-z_0-9]+)")
_OPTIONS: Final = "-c synchronous_commit=off -c client_min_messages=warning"


class PostgresGeneration:
    """One schema of tables, through one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection[Row], schema: str, lock_key: int) -> None:
        """Tables of `schema`; `lock_key` is the advisory lock of those who write the live one."""
        self.connection = connection
        self.schema = schema
        self._lock_key = lock_key

    def create(self, tables: Sequence[Table], state: State) -> None:
        """Make the schema and its tables without indexes."""
        with self.connection.transaction():
            self._run(f'CREATE SCHEMA "{self.schema}"')
            self._run(f'CREATE TABLE "{self.schema}".state {STATE_SQL}')
            self._run(f'INSERT INTO "{self.schema}".state VALUES (1, %s, %s, %s)', state.to_row())
            for table in tables:
                self._run(table.create_postgres(self.schema))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """See `Generation`. The schema's name is looked up after the lock, so it is the one that is live by then."""
        with self.connection.transaction():
            self._run("SELECT pg_advisory_xact_lock(%s)", (self._lock_key,))
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """See `Generation`."""
        with self.connection.transaction():
            self._run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    def state(self) -> State:
        """See `Generation`."""
        row = self._run(f'SELECT layout, origin, tail FROM "{self.schema}".state').fetchone()
        return State.from_row(cast("Row", row))

    def put_state(self, state: State) -> None:
        """See `Generation`."""
        self._run(f'UPDATE "{self.schema}".state SET layout = %s, origin = %s, tail = %s', state.to_row())

    def fetch(self, table: Table, entries: Sequence[int]) -> Mapping[int, Row]:
        """See `Generation`."""
        if not entries:
            return {}
        rows = self._run(
            f'SELECT {_columns(table)} FROM "{self.schema}".{table.name} WHERE entry = ANY(%s)', (list(entries),)
        )
        return {row[0]: row for row in rows}

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """See `Generation`."""
        statement = f'COPY "{self.schema}".{table.name} ({_columns(table)}) FROM STDIN'
        with self.connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def end(self, table: Table, closings: Sequence[tuple[int, int]]) -> None:
        """See `Generation`."""
        self._run(
            f'UPDATE "{self.schema}".{table.name} t SET to_position = c.to_position '
            "FROM unnest(%s::bigint[], %s::bigint[]) AS c (to_position, entry) WHERE t.entry = c.entry",
            ([to for to, _ in closings], [entry for _, entry in closings]),
        )

    def add_indexes(self, tables: Sequence[Table]) -> None:
        """See `Generation`."""
        for table in tables:
            for statement in table.create_indexes(f'"{self.schema}".'):
                self._run(statement)
            self._run(f'ANALYZE "{self.schema}".{table.name}')

    def scan(self, table: Table) -> Iterator[Row]:
        """See `Generation`."""
        with self.connection.transaction(), self.connection.cursor(f"scan_{table.name}") as cursor:
            cursor.itersize = _SCAN_ROWS
            cursor.execute(f'SELECT {_columns(table)} FROM "{self.schema}".{table.name} ORDER BY entry')
            yield from cursor

    def faults(self) -> list[str]:
        """PostgreSQL has no check of its own here (amcheck is an extension)."""
        return []

    def _run(self, statement: str, parameters: Sequence[Any] | None = None) -> psycopg.Cursor[Row]:
        return self.connection.execute(statement, parameters)


class PostgresStore:
    """The views of one school in a PostgreSQL database."""

    def __init__(self, dsn: str, tables: Sequence[Table], empty: State) -> None:
        """Open the views of `empty.origin`; make empty ones where there are none."""
        self._dsn = dsn
        self._tables = tables
        self._empty = empty
        digest = hashlib.sha256(empty.origin.encode()).digest()
        self.schema = f"views_{digest[:8].hex()}"
        self._next = f"{self.schema}_next"
        self._old = f"{self.schema}_old"
        self._live_key = int.from_bytes(digest[8:16], signed=True)
        self._build_key = int.from_bytes(digest[16:24], signed=True)
        self._writer: psycopg.Connection[Row] | None = None
        self._statements: dict[tuple[str, lists.Types], str] = {}
        self._create_first()
        self._pool = _share_pool(dsn)

    def select(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """See `Store`."""
        types = lists.types(parameters)
        statement = self._statements.get((sql, types))
        if statement is None:
            named = _TABLE_NAME.sub(rf'"{self.schema}".\1', TABLE_UNTIL.sub(_LAST_UNTIL, sql))
            statement = _PARAMETER.sub(r"%(\1)s", lists.with_arrays(named, types))
            self._statements[sql, types] = statement
        try:
            with self._pool.connection() as connection:
                return connection.execute(statement, lists.arrays(parameters)).fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise translated(error, "the views cannot be read") from None

    @contextlib.contextmanager
    def writing(self) -> Iterator[PostgresGeneration]:
        """See `Store`."""
        if self._writer is None or self._writer.closed:
            self._writer = self._connect()
        generation = PostgresGeneration(self._writer, self.schema, self._live_key)
        try:
            with generation.writing():
                yield generation
        except psycopg.OperationalError:
            self._writer.close()
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[PostgresGeneration]:
        """See `Store`."""
        with self._connect() as connection:
            generation = PostgresGeneration(connection, self.schema, self._live_key)
            with generation.reading():
                yield generation

    @contextlib.contextmanager
    def build(self) -> Iterator[PostgresGeneration]:
        """See `Store`."""
        # The lock belongs to the connection, so that a build that died holds nothing.
        with self._connect() as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (self._build_key,)).fetchone()
            if row is None or not row[0]:
                raise RebuildRunning("these views are being rebuilt or checked by another process")
            self._drop_others(connection)
            generation = PostgresGeneration(connection, self._next, self._build_key)
            try:
                generation.create(self._tables, self._empty)
                yield generation
            finally:
                if not connection.closed and not connection.broken:
                    self._drop_others(connection)
                    # Not left to the end of the connection: the server notices that a moment later.
                    connection.execute("SELECT pg_advisory_unlock(%s)", (self._build_key,))

    def publish(self, generation: Generation) -> None:
        """See `Store`."""
        if not isinstance(generation, PostgresGeneration) or self._writer is None:
            raise TypeError("a generation of another kind of store, or nobody is writing")
        # Part of the transaction that `writing` opened: both names change at its commit.
        self._writer.execute(f'ALTER SCHEMA "{self.schema}" RENAME TO "{self._old}"')
        self._writer.execute(f'ALTER SCHEMA "{generation.schema}" RENAME TO "{self.schema}"')

    def close(self) -> None:
        """See `Store`."""
        if self._writer is not None:
            self._writer.close()
        _release_pool(self._dsn)

    def _create_first(self) -> None:
        with self._connect() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._live_key,))
            if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self.schema,)).fetchone():
                return
            first = PostgresGeneration(connection, self.schema, self._live_key)
            first.create(self._tables, self._empty)
            first.add_indexes(self._tables)

    def _drop_others(self, connection: psycopg.Connection[Row]) -> None:
        """Remove what a crashed or replaced generation left behind."""
        for schema in (self._next, self._old):
            connection.execute(composing.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(composing.Identifier(schema)))

    def _connect(self) -> psycopg.Connection[Row]:
        return psycopg.connect(self._dsn, autocommit=True, options=_OPTIONS)


_pools: dict[str, tuple[ConnectionPool[psycopg.Connection[Row]], int]] = {}
_pools_lock = threading.Lock()


def _prepare_to_ask(connection: psycopg.Connection[Row]) -> None:
    """Have statements interpreted, sorted in memory, and planned for tables that are in memory too.

    The planner takes a question of many subqueries for a long one and compiles it, anew in each asking: that takes some
    seconds, the question itself a tenth of them. And it takes a row found by an index for a move of a disk's head, four
    times as dear as the next row: so it read all commands of the school to find the authors of a thousand entries. A
    page in memory is also half as dear beside the work on its rows as the planner takes it for: so it read all cells of
    the school to find those of a month's corrections.

    A statement that is asked again is planned with its values all the same. A plan for any values, which the server
    takes from the sixth asking on, has a few days and all days for the same, and looks each row up in a list from its
    begin to its end where the other has a hash of it: a student's marks took ten times as long, to plan them takes less
    than a millisecond.

    Nor does a question begin processes of its own: what each of them takes to begin, and to look at the tables anew, is
    more than it saves in a tenth of a second, and is taken from whoever asks beside.
    """
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET jit = off")
    connection.execute(f"SET seq_page_cost = {_SEQUENTIAL_PAGE_COST}")
    connection.execute(f"SET random_page_cost = {_RANDOM_PAGE_COST}")
    connection.execute(f"SET work_mem = '{_WORK_MEMORY}'")


def _share_pool(dsn: str) -> ConnectionPool[psycopg.Connection[Row]]:
    with _pools_lock:
        found = _pools.get(dsn)
        pool, users = found or (
            ConnectionPool(
                dsn,
                min_size=1,
                max_size=_POOL_MAX,
                open=True,
                kwargs={"autocommit": True},
                configure=_prepare_to_ask,
                reconnect_timeout=CONNECT_SECONDS,
            ),
            0,
        )
        _pools[dsn] = (pool, users + 1)
        return pool


def _release_pool(dsn: str) -> None:
    with _pools_lock:
        pool, users = _pools.pop(dsn)
        if users > 1:
            _pools[dsn] = (pool, users - 1)
            return
    pool.close()


def _columns(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)
