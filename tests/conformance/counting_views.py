"""Views that count events, as the library's projection cases want them: its own tracking recorders and one table."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.sqlite import SQLiteTrackingRecorder
from eventsourcing.tests.projection import EventCountersView
from psycopg.sql import SQL, Identifier

_CREATED, _SUBSEQUENT = "created", "subsequent"


class CountingView(EventCountersView):
    """The two counters by name."""

    def get_created_event_counter(self) -> int:
        return self._count(_CREATED)

    def get_subsequent_event_counter(self) -> int:
        return self._count(_SUBSEQUENT)

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._increment(_CREATED, tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._increment(_SUBSEQUENT, tracking)

    @abstractmethod
    def _count(self, name: str) -> int: ...

    @abstractmethod
    def _increment(self, name: str, tracking: Tracking) -> None: ...


class SQLiteCountingView(SQLiteTrackingRecorder, CountingView):
    def construct_create_table_statements(self) -> list[str]:
        table = "CREATE TABLE IF NOT EXISTS counted (name TEXT PRIMARY KEY, count INTEGER NOT NULL)"
        return [*super().construct_create_table_statements(), table]

    def _count(self, name: str) -> int:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT count FROM counted WHERE name = ?", (name,))
            row = cursor.fetchone()
        return row["count"] if row else 0

    def _increment(self, name: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO counted VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1", (name,)
            )


class PostgresCountingView(PostgresTrackingRecorder, CountingView):
    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        # A table beside its own tracking table, which is each log's.
        self.table = Identifier(datastore.schema, f"{self.tracking_table_name}_counted")
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {} (name text PRIMARY KEY, count bigint NOT NULL)").format(self.table)
        )

    def _count(self, name: str) -> int:
        with self.datastore.transaction() as cursor:
            row = cursor.execute(SQL("SELECT count FROM {} WHERE name = %s").format(self.table), (name,)).fetchone()
        return row["count"] if row else 0

    def _increment(self, name: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                SQL("INSERT INTO {0} VALUES (%s, 1) ON CONFLICT (name) DO UPDATE SET count = {0}.count + 1").format(
                    self.table
                ),
                (name,),
            )
