"""One server per file: an advisory lock beside the database, held from opening to closing.

The lock is of the operating system (flock) and goes with the process that held it, however that ends. It keeps a
second *server* away, one that caches the head and groups commits; opening for reading takes no lock.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ledger.errors import LedgerInUse

_NOTE_BYTES_MAX = 64


class ServerLock:
    """The lock on `<file>.lock`; taken when made.

    Raises:
        LedgerInUse: another process holds it.
        OSError: the lock file cannot be made.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        # Not inherited by programs that this one starts: a child must not keep the lock after its parent.
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, _NOTE_BYTES_MAX, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise LedgerInUse(
                f"{database}: another server has this ledger open ({holder or 'process unknown'}); "
                "stop it first, or open for reading with LETOPIS_READ_ONLY=y"
            ) from None
        except BaseException:
            os.close(self._descriptor)
            raise
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two processes lock two files of one name."""
        os.close(self._descriptor)

    def forget(self) -> None:
        """Let go of the descriptor in a forked child; the parent keeps the lock."""
        os.close(self._descriptor)
