"""Where the tests' files are: in memory where there is room, and on the disk where a test is of what a disk does.

A school on SQLite waits for the disk with each commit, as it must. Most tests found one to ask about something else, and
waited longest for that.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")
DISK: Final = Path(tempfile.gettempdir())
"""The system's temporary folder, as it was before the tests' own was put in memory."""

CLUSTER_BYTES_MIN: Final = 2 * 1024**3
"""Free, below which a PostgreSQL is rather put on the disk: a container may give 64 MB."""
FILES_BYTES_MIN: Final = 4 * 1024**3
"""The same for the tests' files: a whole run has at most a few hundred MB at once, and PostgreSQL and browsers need the rest."""


def in_memory(bytes_min: int) -> Path | None:
    """A folder in memory, if so much of it is free: of the folder, and of the machine's memory, which it may be larger than."""
    if not os.access(MEMORY, os.W_OK) or min(shutil.disk_usage(MEMORY).free, _available_bytes()) < bytes_min:
        return None
    return MEMORY


def use_memory() -> None:
    """Put temporary folders in memory from now on, unless somebody said where they are to be."""
    memory = in_memory(FILES_BYTES_MIN)
    if memory is not None and "TMPDIR" not in os.environ:
        tempfile.tempdir = str(memory)


def _available_bytes() -> int:
    """What the kernel says that programs may still have."""
    found = re.search(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
