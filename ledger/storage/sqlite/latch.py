"""The read-only latch: after an I/O error nothing more is written until the whole ledger was verified.

A file system that failed to write once may have dropped what it was given and say nothing of it the next time: SQLite
has been seen to acknowledge commits after one failed fsync that were gone at the next mount. The latch is the file
`<file>.latched`, so it outlives the process; its text is the reason.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from ledger.durable import sync_folder

_REASON_BYTES_MAX: Final = 1_000


class Latch:
    """Whether a database may be written.

    Attributes:
        reason: why it may not, or None while it may.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".latched")
        self.reason = self._read()

    def fall(self, reason: str) -> None:
        """Latch, for this process at once and for later ones by the file.

        The disk is in trouble when this is called. The empty file is made first, since a full disk still has room for a
        name; where even that fails the latch holds for this process only.
        """
        if self.reason is not None:
            return
        self.reason = reason
        with contextlib.suppress(OSError):
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                with contextlib.suppress(OSError):
                    os.write(descriptor, reason.encode()[:_REASON_BYTES_MAX])
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self.path.parent)

    def lift(self) -> None:
        """Take the latch away.

        Raises:
            OSError: the file cannot be removed; the latch stays.
        """
        self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)
        self.reason = None

    def _read(self) -> str | None:
        try:
            text = self.path.read_bytes()[:_REASON_BYTES_MAX].decode("utf-8", "replace")
        except FileNotFoundError:
            return None
        return text or "an I/O error whose description could not be written"
