"""The factory that `PERSISTENCE_MODULE=ledger.storage.sqlite` stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
)
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteTrackingRecorder
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from ledger.errors import LetopisError
from ledger.storage.appending import read_states
from ledger.storage.sqlite import append as steps
from ledger.storage.sqlite.datastore import LogDatastore
from ledger.storage.sqlite.recorder import LetopisSQLiteApplicationRecorder, LetopisSQLiteProcessRecorder
from ledger.storage.sqlite.schema import CLOCKS, Meta
from ledger.storage.sqlite.store import close_store, open_store

DEFAULT_ORIGIN: Final = "letopis.example/school/test"


class LetopisSQLiteFactory(InfrastructureFactory[SQLiteTrackingRecorder]):
    """Recorders on one school's SQLite file.

    Environment:
        LETOPIS_SQLITE_FILE: the file.
        LETOPIS_ORIGIN: the log's name; read when the log is made, afterwards it must agree if it is set.
        LETOPIS_CLOCK: ``server`` or ``sample``; likewise.
        LETOPIS_STATES: ``canonical`` or ``any``; see `ledger.storage.appending`.
        LETOPIS_CREATE: ``y`` to make the log or bring its tables up to date.
        LETOPIS_READ_ONLY: ``y`` to open beside a running server, for reading.
        LETOPIS_SHARED: ``y`` where several processes write the file, each taking turns by SQLite's own lock; slower
            than one that has it to itself.

    Raises:
        LetopisError: a setting is missing or wrong, or the file is not what the settings say.
        LedgerInUse: another process has the file open for writing.
    """

    aggregate_recorder_class = SQLiteAggregateRecorder
    application_recorder_class = LetopisSQLiteApplicationRecorder
    tracking_recorder_class = SQLiteTrackingRecorder
    process_recorder_class = LetopisSQLiteProcessRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        file = self._setting("LETOPIS_SQLITE_FILE")
        if not file:
            raise LetopisError("LETOPIS_SQLITE_FILE: not set; it names the school's ledger file")
        try:
            self.states = read_states(self._setting("LETOPIS_STATES") or "canonical")
            self.read_only = self._flag("LETOPIS_READ_ONLY")
            create, shared = self._flag("LETOPIS_CREATE"), self._flag("LETOPIS_SHARED")
        except ValueError as error:
            raise LetopisError(str(error)) from None
        if create and self.read_only:
            raise LetopisError("LETOPIS_CREATE and LETOPIS_READ_ONLY: not both")
        hold = open_store(
            Path(file), create=self._new_log() if create else None, read_only=self.read_only, shared=shared
        )
        try:
            self._check_meta(file, hold.thing.meta)
        except BaseException:
            close_store(hold)
            raise
        self.datastore = LogDatastore(hold, single_row_tracking=True)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """A stock recorder of snapshots, in a table of its own: a cache, not part of the log."""
        recorder = self.aggregate_recorder_class(self.datastore, events_table_name=f"stored_{purpose}")
        self._make_tables(recorder)
        return recorder

    def application_recorder(self) -> ApplicationRecorder:
        """The log's recorder."""
        recorder_class = self._topic(self.APPLICATION_RECORDER_TOPIC, self.application_recorder_class)
        recorder: ApplicationRecorder = recorder_class(self.datastore, states=self.states)
        return recorder

    def tracking_recorder(
        self, tracking_recorder_class: type[SQLiteTrackingRecorder] | None = None
    ) -> SQLiteTrackingRecorder:
        """A stock tracking recorder on the same file."""
        recorder_class: type[SQLiteTrackingRecorder] = tracking_recorder_class or self._topic(
            self.TRACKING_RECORDER_TOPIC, self.tracking_recorder_class
        )
        recorder = recorder_class(self.datastore)
        self._make_tables(recorder)
        return recorder

    def process_recorder(self) -> ProcessRecorder:
        """A recorder whose appends carry tracking in their transaction."""
        recorder_class = self._topic(self.PROCESS_RECORDER_TOPIC, self.process_recorder_class)
        recorder: LetopisSQLiteProcessRecorder = recorder_class(self.datastore, states=self.states)
        self._make_tables(recorder)
        return recorder

    def replace_claims(self, places: Mapping[str, Sequence[str]], size: int) -> None:
        """Put these streams, in this order, in the place of all claims of each place.

        Raises:
            Conflict: the log has not this many entries; nothing was changed.
        """
        self.datastore.store.writer.run(partial(steps.replace_claims, places=places, size=size))

    def close(self) -> None:
        """Let go of the file; its last user closes it."""
        self.datastore.close()

    def _setting(self, key: str) -> str:
        return (self.env.get(key) or "").strip()

    def _flag(self, key: str) -> bool:
        value = self._setting(key)
        try:
            return bool(value) and strtobool(value)
        except ValueError:
            raise ValueError(f"{key}: expected y or n, found {value!r}") from None

    def _new_log(self) -> Meta:
        clock = self._setting("LETOPIS_CLOCK") or "server"
        if clock not in CLOCKS:
            raise LetopisError(f"LETOPIS_CLOCK: expected server or sample, found {clock!r}")
        return Meta(self._setting("LETOPIS_ORIGIN") or DEFAULT_ORIGIN, clock)

    def _check_meta(self, file: str, meta: Meta) -> None:
        for key, found in (("LETOPIS_ORIGIN", meta.origin), ("LETOPIS_CLOCK", meta.clock)):
            expected = self._setting(key)
            if expected and expected != found:
                raise LetopisError(f"{file}: {key} is {expected!r}, but the ledger was made with {found!r}")

    def _topic(self, key: str, default: type[Any]) -> type[Any]:
        topic = self.env.get(key)
        if not topic:
            return default
        found = resolve_topic(topic)
        if not (isinstance(found, type) and issubclass(found, default)):
            raise LetopisError(f"{key}: {topic!r} is no {default.__name__}")
        return found

    def _make_tables(self, recorder: SQLiteAggregateRecorder | SQLiteTrackingRecorder) -> None:
        """Make the library's own tables (snapshots, tracking), unless told not to by its CREATE_TABLE."""
        if not self.read_only and strtobool(self.env.get("CREATE_TABLE", "y") or "y"):
            recorder.create_table()
