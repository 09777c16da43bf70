"""The library's datastore over a store, so that its stock recorders (snapshots, tracking) use the one writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from eventsourcing.persistence import InterfaceError
from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor, SQLiteDatastore

from ledger.storage.sharing import Hold
from ledger.storage.sqlite.store import Store, close_store, drop_store


class LogDatastore(SQLiteDatastore):
    """Transactions on a store: writing ones in the writer's turn, reading ones on a reading connection."""

    def __init__(self, hold: Hold[Store], *, single_row_tracking: bool) -> None:
        # The base would make a connection pool of its own; a ledger has one writing connection, the writer's.
        self._hold = hold
        self.store = hold.thing
        self.single_row_tracking = single_row_tracking
        self.originator_id_type = "text"

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """A transaction, committed at the end of the block or (`commit` false) only read in.

        Raises:
            As `Writer.turn`, or as `Readers.connection`.
        """
        if commit:
            with self.store.writer.turn() as transaction:
                yield library_cursor(transaction.connection)
            return
        with self.store.readers.connection() as connection:
            connection.execute("BEGIN")
            yield library_cursor(connection)
            connection.execute("ROLLBACK")

    def get_connection(self, *, commit: bool) -> AbstractContextManager[SQLiteConnection]:  # type: ignore[override]
        """Refuse: who wrote past the writer would break its head.

        Raises:
            InterfaceError: always.
        """
        raise InterfaceError(f"a ledger lends no connections (commit={commit}); use a transaction")

    def close(self) -> None:
        """Let go of the store."""
        close_store(self._hold)

    def __del__(self) -> None:
        if hasattr(self, "_hold"):
            drop_store(self._hold)


def library_cursor(connection: sqlite3.Connection) -> SQLiteCursor:
    """Make a cursor as the library's recorders expect it: its own class, rows by name."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return SQLiteCursor(cursor)
