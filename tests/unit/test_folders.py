"""Where the tests' files are put."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.folders import DISK, MEMORY, in_memory, use_memory


def test_a_folder_in_memory_is_taken_only_where_there_is_room() -> None:
    assert in_memory(1 << 60) is None
    assert in_memory(1) == (MEMORY if os.access(MEMORY, os.W_OK) else None)


def test_who_says_where_temporary_folders_are_is_obeyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    use_memory()
    assert Path(tempfile.gettempdir()) == tmp_path


def test_the_disk_is_where_the_system_has_temporary_folders() -> None:
    assert MEMORY not in DISK.parents or Path(os.environ.get("TMPDIR", "/")).is_relative_to(MEMORY)
