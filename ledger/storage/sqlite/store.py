"""One opened ledger file: its lock, latch, writer and readers, shared by all recorders on it in this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from eventsourcing.persistence import InterfaceError

from ledger.clock import utc_now
from ledger.errors import LedgerDamaged, LetopisError, NodeReadOnly
from ledger.log import Head
from ledger.storage.latch import Latch
from ledger.storage.sharing import Hold, Shared
from ledger.storage.sqlite import schema
from ledger.storage.sqlite.connections import Readers, connect_writing
from ledger.storage.sqlite.lock import ServerLock, await_lock
from ledger.storage.sqlite.writer import Writer, read_head


class Store:
    """A ledger file opened for writing, or for reading beside a server.

    Attributes:
        path: of the file.
        meta: the log's name and clock.
        readers: connections to read through.
        latch: whether the disk has failed.
        clock: gives the moment to stamp; tests set their own.
    """

    def __init__(self, path: Path, *, create: schema.Meta | None, read_only: bool, shared: bool = False) -> None:
        """Open the file; `shared`: other processes write it too, so no lock is held but while it is opened."""
        self.path = path
        self.read_only = read_only
        self.clock: Callable[[], datetime] = utc_now
        self.latch = Latch(path.with_name(path.name + ".latched"))
        self.readers = Readers(path)
        self._writer: Writer | None = None
        self._lock: ServerLock | None = None
        self._forked = False
        self._inherited: Readers | None = None
        if read_only:
            self.meta = self._check()
            return
        if not path.parent.is_dir():
            raise LetopisError(f"{path}: the folder {path.parent} does not exist")
        if create is None and not path.exists():
            raise LetopisError(f"{path}: there is no such ledger; LETOPIS_CREATE=y makes one")
        self._lock = await_lock(path) if shared else ServerLock(path)
        try:
            self.meta = self._open_writer(create, shared=shared)
        except BaseException:
            self._lock.release()
            raise
        if shared:
            self._lock.release()
            self._lock = None

    @property
    def writer(self) -> Writer:
        """The one writer.

        Raises:
            NodeReadOnly: the ledger was opened for reading.
            InterfaceError: this process was forked after it was opened.
        """
        if self._forked:
            raise InterfaceError("the ledger was opened before this process was forked; open it anew")
        if self._writer is None:
            raise NodeReadOnly("the ledger was opened for reading (LETOPIS_READ_ONLY=y)")
        return self._writer

    @property
    def size(self) -> int | None:
        """The log's size, where this process alone writes it; None: look into the file."""
        return None if self._writer is None or self._forked else self._writer.size

    def listen(self, listener: threading.Event) -> None:
        """Set this event after every commit of this process."""
        if self._writer is not None:
            self._writer.listeners.add(listener)

    def unlisten(self, listener: threading.Event) -> None:
        """Set it no longer."""
        if self._writer is not None:
            self._writer.listeners.discard(listener)

    def unlatch(self, verified: Head) -> None:
        """Take appends again; `verified` is the head that a full verification ended with.

        Raises:
            LedgerDamaged: the log does not end there.
        """
        writer = self.writer
        if self.latch.reason is None:
            return
        with self.readers.connection() as connection:
            found = read_head(connection, checked=True)
        if found != verified:
            raise LedgerDamaged("head_moved", f"verified up to {verified.size} entries, but the log has {found.size}")
        connection = connect_writing(self.path, create=False)
        try:
            schema.prepare(connection, self.path, create=None)
            self.latch.lift()
        except BaseException:
            connection.close()
            raise
        writer.adopt(connection)

    def close(self) -> None:
        """Commit what waits, close the connections, give the lock back."""
        if self._forked:
            return
        # The writer last: the last connection removes the write-ahead log.
        self.readers.close()
        if self._writer is not None:
            self._writer.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def forget(self) -> None:
        """In a forked child: neither SQLite's connections nor the lock may be used here."""
        self._forked = True
        self._inherited = self.readers  # kept, so that the child does not close the parent's connections
        self.readers = Readers(self.path)
        if self._lock is not None:
            self._lock.forget()

    def _check(self) -> schema.Meta:
        with self.readers.connection() as connection:
            return schema.check(connection, self.path)

    def _open_writer(self, create: schema.Meta | None, *, shared: bool) -> schema.Meta:
        if self.latch.reason is not None:
            self._writer = Writer(self.path, None, self.latch, shared=shared)
            return self._check()
        connection = connect_writing(self.path, create=create is not None)
        try:
            meta = schema.prepare(connection, self.path, create=create)
        except BaseException:
            connection.close()
            raise
        self._writer = Writer(self.path, connection, self.latch, shared=shared)
        return meta


_shared: Final = Shared(Store.close)


def open_store(path: Path, *, create: schema.Meta | None, read_only: bool, shared: bool = False) -> Hold[Store]:
    """Hold this process's store on a file; the store closes with the last of its holds.

    Raises:
        LetopisError, LedgerInUse, MigrationError: as `Store`.
    """
    path = path.resolve()
    return _shared.take((path, read_only), lambda: Store(path, create=create, read_only=read_only, shared=shared))


def close_store(hold: Hold[Store]) -> None:
    """Let go; closing again does nothing."""
    _shared.give_back(hold)


def drop_store(hold: Hold[Store]) -> None:
    """Note that nobody will close this hold: called by the collector, at any moment and under any lock."""
    _shared.drop(hold)


def _forget_stores() -> None:
    """Runs in a forked child, where no other thread is."""
    for store in _shared.forget():
        store.forget()


os.register_at_fork(after_in_child=_forget_stores)
