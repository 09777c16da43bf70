"""What a disk does is tested on a disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.folders import DISK


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder on the disk, whatever other tests have."""
    with tempfile.TemporaryDirectory(prefix="letopis-fault-", dir=DISK, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
