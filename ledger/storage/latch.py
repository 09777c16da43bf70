"""The read-only latch: after an I/O error nothing more is written until the whole ledger was verified.

A file system that failed to write once may have dropped what it was given and say nothing of it the next time: SQLite
has been seen to acknowledge commits after one failed fsync that were gone at the next mount. So the latch is a file
outside the database, and outlives the process; its text is the reason. Lifting renames it to `<file>.lifted`: who has
the latch in memory sees by that name that it was lifted, and not that its folder has gone.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Final

from ledger.durable import sync_folder

_REASON_BYTES_MAX: Final = 1_000


class Latch:
    """Whether a log may be written. Any thread may call.

    Attributes:
        path: the file; None: the latch lives in this process only.
        reason: why it may not be written, or None while it may.
    """

    def __init__(self, path: Path | None) -> None:
        """Read the file, if it is there.

        Raises:
            OSError: it cannot be read.
        """
        self.path = path
        self.reason: str | None = None
        self._lock = threading.Lock()
        self._file: tuple[int, int] | None = None  # which one it is, under whatever name
        self._load()

    def check(self) -> str | None:
        """Give the reason, unless another process has lifted the latch meanwhile. An open latch costs no look at it."""
        if self.reason is not None:
            with self._lock:
                self._notice()
        return self.reason

    def look(self) -> None:
        """Fall, where another process that writes the same log has let it fall: for a log that several write."""
        if self.reason is None and self.path is not None and self.path.exists():
            with self._lock, contextlib.suppress(OSError):
                self._load()

    def fall(self, reason: str) -> bool:
        """Latch, for this process at once and for later ones by the file; whether it was open. Never fails.

        The disk is in trouble when this is called. The empty file is made first, since a full disk still has room for a
        name; where even that fails the latch holds for this process only.
        """
        with self._lock:
            self._notice()
            if self.reason is not None:
                return False
            self.reason = reason
            with contextlib.suppress(OSError):
                self._write(reason)
            return True

    def lift(self) -> None:
        """Take the latch away.

        Raises:
            OSError: the file cannot be renamed; the latch stays.
        """
        with self._lock:
            if self.path is not None:
                with contextlib.suppress(FileNotFoundError):
                    self.path.replace(self._lifted_path(self.path))
                sync_folder(self.path.parent)
            self.reason = self._file = None

    def last_lifted(self) -> str | None:
        """Why the latch had fallen when it was last lifted; None where it never was, or nobody knows any more."""
        try:
            return None if self.path is None else _read(self._lifted_path(self.path))[0]
        except OSError:
            return None

    def _load(self) -> None:
        try:
            self.reason, self._file = (None, None) if self.path is None else _read(self.path)
        except FileNotFoundError:
            self.reason = self._file = None

    def _notice(self) -> None:
        """Read the file again where ours has been lifted: it is gone, or another one."""
        if self.path is None or self._file is None:
            return
        with contextlib.suppress(OSError):
            if _identity(self._lifted_path(self.path).stat()) == self._file:
                self._load()

    def _write(self, reason: str) -> None:
        if self.path is None:
            return
        with contextlib.suppress(FileExistsError):  # another process was first: its reason stays
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                with contextlib.suppress(OSError):
                    os.write(descriptor, reason.encode()[:_REASON_BYTES_MAX])
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._file = _identity(self.path.stat())
        sync_folder(self.path.parent)

    @staticmethod
    def _lifted_path(path: Path) -> Path:
        return path.with_name(path.name + ".lifted")


def _read(path: Path) -> tuple[str, tuple[int, int]]:
    with path.open("rb") as file:
        text = file.read(_REASON_BYTES_MAX).decode("utf-8", "replace")
        return text or "an I/O error whose description could not be written", _identity(os.fstat(file.fileno()))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
