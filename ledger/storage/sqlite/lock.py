"""One server per file: an advisory lock beside the database, held from opening to closing.

The lock is of the operating system (flock) and goes with the process that held it, however that ends. It keeps a
second *server* away, one that caches the head and groups commits; opening for reading takes no lock. A file that
several processes write (`LETOPIS_SHARED`) is locked while one of them opens it, makes or migrates it, and no longer.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Final

from ledger.errors import LedgerInUse, LetopisError

_NOTE_BYTES_MAX: Final = 64
_AWAIT_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = 0.02


class ServerLock:
    """The lock on `<file>.lock`; taken when made.

    Raises:
        LedgerInUse: another process holds it.
        LetopisError: the lock file cannot be opened, or its file system knows no locks.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        try:
            # Not inherited by programs that this one starts: a child must not keep the lock after its parent.
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LetopisError(f"{self.path}: the lock file cannot be opened ({error.strerror})") from None
        try:
            self._take(database)
        except BaseException:
            os.close(self._descriptor)
            raise
        # Who holds it, for the message to others; the lock holds without.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"process {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two processes lock two files of one name."""
        os.close(self._descriptor)

    def forget(self) -> None:
        """Let go of the descriptor in a forked child; the parent keeps the lock."""
        os.close(self._descriptor)

    def _take(self, database: Path) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, _NOTE_BYTES_MAX, 0).decode("ascii", "replace").strip()
            raise LedgerInUse(
                f"{database}: another server has this ledger open ({holder or 'process unknown'}); "
                "stop it first, or open for reading with LETOPIS_READ_ONLY=y"
            ) from None
        except OSError as error:
            raise LetopisError(f"{self.path}: cannot be locked ({error.strerror})") from None


def await_lock(database: Path) -> ServerLock:
    """Take the lock of a file that several processes open, each for a moment.

    Raises:
        LedgerInUse: one has held it for seconds: not a process that shares it.
        LetopisError: as `ServerLock`.
    """
    limit = time.monotonic() + _AWAIT_SECONDS
    while True:
        try:
            return ServerLock(database)
        except LedgerInUse:
            if time.monotonic() >= limit:
                raise
            time.sleep(_AGAIN_SECONDS)
