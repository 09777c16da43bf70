"""Connections: one pool per database for all schools of the process, each with its timeouts set."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Final

import psycopg
import psycopg_pool
from eventsourcing.persistence import OperationalError
from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg.types.composite import register_composite

from ledger.database.postgres import CONNECT_SECONDS, KEEPALIVES, TIMEOUTS_MS, configure, connect_as
from ledger.errors import LetopisError
from ledger.storage.postgres.faults import is_lost, translate
from ledger.storage.postgres.latches import Latches
from ledger.storage.sharing import Hold, Shared

DERIVED_SCHEMA: Final = "letopis_derived"
"""Where the library's own tables (tracking, snapshots) are."""


class LogConnection(psycopg.Connection[DictRow]):
    """A connection that knows whether it has prepared the append."""

    append_prepared: bool = False


def connect(dsn: str) -> LogConnection:
    """A connection outside any pool.

    Raises:
        psycopg.OperationalError: the server cannot be reached.
    """
    return connect_as(LogConnection, dsn)


class LogDatastore(PostgresDatastore):
    """The library's datastore over a pool of ours. Get one from `open_datastore` to share it between schools.

    Attributes:
        latches: whether each school takes appends.
    """

    def __init__(self, dsn: str, *, pool_max: int) -> None:
        try:
            parameters = KEEPALIVES | conninfo_to_dict(dsn)
        except psycopg.ProgrammingError as error:
            raise LetopisError(f"the DSN is malformed: {error}") from None
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            schema=DERIVED_SCHEMA,
            originator_id_type="text",
            lock_timeout=TIMEOUTS_MS["lock_timeout"] // 1_000,
        )
        self.dsn = dsn
        self.latches = Latches()
        self._listeners: dict[int, frozenset[threading.Event]] = {}
        self._lock = threading.Lock()
        self.pool = ConnectionPool(
            connection_class=LogConnection,
            kwargs=parameters | {"row_factory": dict_row},
            min_size=1,
            max_size=pool_max,
            open=False,
            configure=configure,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            name="letopis",
        )

    @contextlib.contextmanager
    def connection(self) -> Iterator[LogConnection]:
        """A pooled connection, in autocommit; errors are psycopg's.

        Raises:
            psycopg_pool.PoolTimeout: the server cannot be reached, or all connections are busy for too long.
        """
        if self.pool.closed:
            self.pool.open()
        connection = self.pool.getconn()
        try:
            yield connection  # type: ignore[misc] # the pool makes LogConnections
        except psycopg.Error as error:
            lost = is_lost(error, connection)
            self.pool.putconn(connection)
            if lost:
                # Its neighbours most likely died with it: have them replaced before anybody else gets one.
                with contextlib.suppress(psycopg.Error):
                    self.pool.check()
            raise
        except BaseException:
            self.pool.putconn(connection)
            raise
        else:
            self.pool.putconn(connection)

    @contextlib.contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        """A pooled connection for the library's own recorders; errors are the library's."""
        try:
            with self.connection() as connection:
                for info in self.psycopg_type_adapters.values():
                    if not connection.adapters.types.get(info.oid):
                        register_composite(info, connection)
                yield connection
        except psycopg_pool.PoolTimeout as error:
            raise OperationalError(f"no connection to the database: {error}") from error
        except psycopg.Error as error:
            raise translate(error) from error

    def listen(self, school: int, listener: threading.Event) -> None:
        """Set this event after every append of this process to the school's log."""
        with self._lock:
            self._listeners[school] = self._listeners.get(school, frozenset()) | {listener}

    def unlisten(self, school: int, listener: threading.Event) -> None:
        """Set it no longer."""
        with self._lock:
            self._listeners[school] = self._listeners.get(school, frozenset()) - {listener}

    def announce(self, school: int) -> None:
        """Wake who listens to the school."""
        for listener in self._listeners.get(school, ()):
            listener.set()


_shared: Final[Shared[LogDatastore]] = Shared(LogDatastore.close)


def open_datastore(dsn: str, *, pool_max: int) -> Hold[LogDatastore]:
    """Hold the process's datastore for this DSN; the first to ask says how large its pool may grow.

    Give it back with `close_datastore`; the last to do so closes the pool.

    Raises:
        LetopisError: the DSN is malformed.
    """
    return _shared.take(dsn, lambda: LogDatastore(dsn, pool_max=pool_max))


def close_datastore(hold: Hold[LogDatastore]) -> None:
    """Give a shared datastore back; again: nothing."""
    _shared.give_back(hold)
