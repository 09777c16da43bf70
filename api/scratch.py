"""Folders for what is only on its way: gone when they were used, and after a process that was killed with the next one.

What is made in them holds names in clear, or keys. A process that dies without a word leaves its folder; the lock on it
dies with the process, so whoever looks next sees that nobody uses it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

EXTRACTS: Final = ".extract-"
"""Of extracts that are answered over HTTP, in the school's folder."""
DRILLS: Final = "letopis-drill-"
"""Of backups that are restored on trial, where temporary files are."""


@contextmanager
def scratch_folder(prefix: str, parent: Path) -> Iterator[Path]:
    """A new folder for its owner alone, which is gone at the end.

    Raises:
        OSError: it cannot be made, or not taken away again.
    """
    folder, held = _make(prefix, parent)
    try:
        yield folder
    finally:
        try:
            shutil.rmtree(folder)
        finally:
            os.close(held)


def sweep_scratch(prefix: str, parent: Path) -> int:
    """Take away what processes have left that are no more; returns how many folders. Those in use stay.

    Raises:
        OSError: one cannot be taken away.
    """
    swept = 0
    for folder in parent.glob(f"{prefix}*"):
        held = _hold(folder, wait=False)
        if held is None:
            continue
        try:
            shutil.rmtree(folder)
            swept += 1
        finally:
            os.close(held)
    return swept


def _make(prefix: str, parent: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        held = _hold(folder, wait=True)
        # Whoever sweeps may have come first; then there is another.
        if held is not None and folder.exists():
            return folder, held
        if held is not None:
            os.close(held)


def _hold(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder; None where another has it, where it is gone, or where it is another user's."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.fstat(held).st_uid == os.getuid():
            fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return held
    except BlockingIOError:
        pass
    os.close(held)
    return None
