"""The factory that `PERSISTENCE_MODULE=ledger.storage.postgres` stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    PersistenceError,
    ProcessRecorder,
)
from eventsourcing.postgres import PostgresRecorder, PostgresTrackingRecorder
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool
from psycopg.rows import tuple_row

from ledger.database.migrations import MigrationError
from ledger.errors import LetopisError
from ledger.storage.appending import read_states
from ledger.storage.postgres import latches
from ledger.storage.postgres.datastore import LogDatastore, close_datastore, open_datastore
from ledger.storage.postgres.install import grant_derived, install, open_log, pending_schema, replace_claims
from ledger.storage.postgres.recorder import (
    LetopisPostgresAggregateRecorder,
    LetopisPostgresApplicationRecorder,
    LetopisPostgresProcessRecorder,
)

DEFAULT_ORIGIN: Final = "letopis.example/school/test"
CLOCKS: Final = ("server", "sample")
POOL_MAX: Final = 8

R = TypeVar("R", bound=PostgresRecorder)


class LetopisPostgresFactory(InfrastructureFactory[PostgresTrackingRecorder]):
    """Recorders on one school's log among those of a PostgreSQL database.

    Environment:
        LETOPIS_POSTGRES_DSN: how the application comes in, as a member of the role `letopis_app`.
        LETOPIS_POSTGRES_OWNER_DSN: how tables and logs are made: a superuser for migrations, a member of
            `letopis_owner` for the rest. Needed with LETOPIS_CREATE=y only.
        LETOPIS_POSTGRES_POOL_MAX: connections at most, for all schools of the process together; default 8.
        LETOPIS_ORIGIN: the log's name.
        LETOPIS_CLOCK: ``server`` or ``sample``; read when the log is made, afterwards it must agree if it is set.
        LETOPIS_LATCH_FILE: the file that says, once the database has met a disk error, that this node takes no appends
            to this log (`ledger.storage.latch`); not on the database's disk. Unset: a restart forgets it.
        LETOPIS_STATES: ``canonical`` or ``any``; see `ledger.storage.appending`.
        LETOPIS_CREATE: ``y`` to bring the tables up to date and make the log if it is absent.

    Raises:
        LetopisError: a setting is missing or wrong, or the database is not what the settings say.
    """

    aggregate_recorder_class = LetopisPostgresAggregateRecorder
    application_recorder_class = LetopisPostgresApplicationRecorder
    tracking_recorder_class = PostgresTrackingRecorder
    process_recorder_class = LetopisPostgresProcessRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        dsn = self._setting("LETOPIS_POSTGRES_DSN")
        if not dsn:
            raise LetopisError("LETOPIS_POSTGRES_DSN: not set; it says how to connect to the ledger's database")
        self.owner_dsn = self._setting("LETOPIS_POSTGRES_OWNER_DSN")
        self.origin = self._setting("LETOPIS_ORIGIN") or DEFAULT_ORIGIN
        clock = self._setting("LETOPIS_CLOCK")
        if clock and clock not in CLOCKS:
            raise LetopisError(f"LETOPIS_CLOCK: expected server or sample, found {clock!r}")
        try:
            self.states = read_states(self._setting("LETOPIS_STATES") or "canonical")
            self.create = self._flag("LETOPIS_CREATE")
            db_functions = self._flag("POSTGRES_ENABLE_DB_FUNCTIONS")
        except ValueError as error:
            raise LetopisError(str(error)) from None
        if db_functions:
            raise LetopisError("POSTGRES_ENABLE_DB_FUNCTIONS: would go past the log's chain; unset it")
        pool_max, latch_file = self._pool_max(), self._latch_file()
        if self.create:
            if not self.owner_dsn:
                raise LetopisError("LETOPIS_POSTGRES_OWNER_DSN: not set, but LETOPIS_CREATE=y needs it")
            install(self.owner_dsn)
            open_log(self.owner_dsn, self.origin, clock or "server")
        self._hold = open_datastore(dsn, pool_max=pool_max)
        self.datastore = self._hold.thing
        try:
            self.school, self.clock = self._find_log(clock)
            self.datastore.latches.open(self.school, latch_file)
        except BaseException:
            close_datastore(self._hold)
            raise

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """A stock recorder of snapshots, in a table of this school's own: a cache, not part of the log."""
        table = f"school_{self.school}_{purpose}"
        return self._made(lambda store: self.aggregate_recorder_class(store, events_table_name=table))

    def application_recorder(self) -> ApplicationRecorder:
        """The log's recorder."""
        recorder_class = self._topic(self.APPLICATION_RECORDER_TOPIC, self.application_recorder_class)
        recorder: ApplicationRecorder = recorder_class(self.datastore, **self._log())
        return recorder

    def tracking_recorder(
        self, tracking_recorder_class: type[PostgresTrackingRecorder] | None = None
    ) -> PostgresTrackingRecorder:
        """A stock tracking recorder, in a table of this school's own."""
        recorder_class: type[PostgresTrackingRecorder] = tracking_recorder_class or self._topic(
            self.TRACKING_RECORDER_TOPIC, self.tracking_recorder_class
        )
        return self._made(lambda store: recorder_class(store, tracking_table_name=self._tracking_table()))

    def process_recorder(self) -> ProcessRecorder:
        """A recorder whose appends carry tracking in their transaction."""
        recorder_class = self._topic(self.PROCESS_RECORDER_TOPIC, self.process_recorder_class)

        def make(store: LogDatastore) -> LetopisPostgresProcessRecorder:
            recorder: LetopisPostgresProcessRecorder = recorder_class(
                store, tracking_table_name=self._tracking_table(), **self._log()
            )
            return recorder

        return self._made(make)

    def replace_claims(self, places: Mapping[str, Sequence[str]], size: int) -> None:
        """Put these streams, in this order, in the place of all claims of each place, as the tables' owner.

        Raises:
            Conflict: the log has not this many entries; nothing was changed.
        """
        replace_claims(self.owner_dsn, self.school, places, size)

    def close(self) -> None:
        """Give the shared pool back; its last user closes it."""
        close_datastore(self._hold)

    def _log(self) -> dict[str, Any]:
        return {"school": self.school, "origin": self.origin, "clock": self.clock, "states": self.states}

    def _tracking_table(self) -> str:
        return f"school_{self.school}_tracking"

    def _setting(self, key: str) -> str:
        return (self.env.get(key) or "").strip()

    def _flag(self, key: str) -> bool:
        value = self._setting(key)
        try:
            return bool(value) and strtobool(value)
        except ValueError:
            raise ValueError(f"{key}: expected y or n, found {value!r}") from None

    def _pool_max(self) -> int:
        value = self._setting("LETOPIS_POSTGRES_POOL_MAX") or str(POOL_MAX)
        if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 1_000):
            raise LetopisError(f"LETOPIS_POSTGRES_POOL_MAX: expected a number of 1..1000, found {value!r}")
        return int(value)

    def _latch_file(self) -> Path | None:
        value = self._setting(latches.SETTING)
        if not value:
            return None
        file = Path(value).absolute()
        if not file.parent.is_dir():
            raise LetopisError(f"{latches.SETTING}: {file}: the folder {file.parent} does not exist")
        return file

    def _find_log(self, clock: str) -> tuple[int, str]:
        try:
            with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                pending = pending_schema(connection)
                if pending:
                    first = pending[0]
                    raise MigrationError(
                        f"the database lacks migration {first.number:04}_{first.name}; LETOPIS_CREATE=y applies it"
                    )
                row = cursor.execute(
                    "SELECT school, clock FROM letopis.heads WHERE origin = %s", (self.origin,)
                ).fetchone()
        except PersistenceError as error:
            raise LetopisError(f"LETOPIS_POSTGRES_DSN: {error}") from error
        if row is None:
            raise LetopisError(f"{self.origin}: there is no such log in the database; LETOPIS_CREATE=y makes one")
        if clock and clock != row[1]:
            raise LetopisError(f"{self.origin}: LETOPIS_CLOCK is {clock!r}, but the log was made with {row[1]!r}")
        return row[0], row[1]

    def _topic(self, key: str, default: type[Any]) -> type[Any]:
        topic = self.env.get(key)
        if not topic:
            return default
        found = resolve_topic(topic)
        if not (isinstance(found, type) and issubclass(found, default)):
            raise LetopisError(f"{key}: {topic!r} is no {default.__name__}")
        return found

    def _made(self, make: Callable[[LogDatastore], R]) -> R:
        """A recorder whose own tables (the library's: snapshots, tracking) the owner has made first."""
        if self.create and strtobool(self.env.get("CREATE_TABLE", "y") or "y"):
            owner = LogDatastore(self.owner_dsn, pool_max=1)
            try:
                with owner.get_connection() as connection:
                    grant_derived(connection)
                make(owner).create_table()
            except psycopg.Error as error:
                raise LetopisError(f"LETOPIS_POSTGRES_OWNER_DSN: {error}") from error
            finally:
                owner.close()
        return make(self.datastore)
