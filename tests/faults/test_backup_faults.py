"""A backup that dies at any step leaves nothing that looks like one; an error leaves nothing at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.backups.folder import BackupRefused, Manifest, check_files, files_of, making, read_backup, seal
from tests.recorded_syncs import record_syncs

CONTENT = {"ledger.sqlite3": b"log", "vault.sqlite3": b"values"}

# A process that ends at once, as in a power cut, before or after its n-th durable step.
_DYING = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from tests.faults.test_backup_faults import back_up
left, after = int(sys.argv[2]), sys.argv[3] == "after"

def dying(real):
    def step(*arguments, **named):
        global left
        left -= 1
        if left == 0 and not after:
            os._exit(9)
        done = real(*arguments, **named)
        if left == 0:
            os._exit(9)
        return done
    return step

os.fsync, Path.rename = dying(os.fsync), dying(Path.rename)
back_up(Path(sys.argv[1]))
"""
STEPS = (
    "sync of the log",
    "sync of the vault",
    "sync of the manifest",
    "sync of the folder",
    "name",
    "sync of the name",
)


def back_up(folder: Path) -> None:
    """What `letopis backup` does once the databases are copied."""
    out = folder / "b"
    with making(out) as aside:
        for name, content in CONTENT.items():
            (aside / name).write_bytes(content)
        manifest = Manifest(
            backup="7b1e0000-0000-4000-8000-000000000000", what=("ledger", "vault"), origin="letopis.example/school/1",
            code="1", database="sqlite", clock="server", taken_at="2026-11-26T12:00:00Z", size=1, root="ab" * 32,
            files=files_of(aside),
        )  # fmt: skip
        seal(aside, out, manifest)


def looks_like_backups(folder: Path) -> list[str]:
    """The folders, under whatever name, that pass for a backup."""
    found = []
    for path in folder.iterdir():
        try:
            check_files(read_backup(path))
        except BackupRefused:
            continue
        found.append(path.name)
    return found


def test_every_step_is_durable_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = record_syncs(monkeypatch)
    back_up(tmp_path)
    assert [path.name for path in synced[:3]] == ["ledger.sqlite3", "vault.sqlite3", "backup.json"]
    assert synced[3].name.startswith(".b.")
    assert synced[4:] == [tmp_path]
    assert looks_like_backups(tmp_path) == ["b"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, len(STEPS) + 1), ids=STEPS)
def test_a_crash_leaves_a_whole_backup_or_none(tmp_path: Path, step: int, when: str) -> None:
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", _DYING, str(tmp_path), str(step), when, root], capture_output=True, check=False
    )
    assert done.returncode == 9, done.stderr.decode()
    is_named = step > 5 or (step == 5 and when == "after")
    assert looks_like_backups(tmp_path) == (["b"] if is_named else [])
    if not is_named:
        back_up(tmp_path)
        assert looks_like_backups(tmp_path) == ["b"]


@pytest.mark.parametrize("step", range(1, 6))
def test_a_disk_that_refuses_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    left = step

    def failing(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError(28, "No space left on device")
            return real(*arguments)

        return call

    monkeypatch.setattr(os, "fsync", failing(os.fsync))
    monkeypatch.setattr(Path, "rename", failing(Path.rename))
    with pytest.raises(OSError, match="No space"):
        back_up(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_file_too_many_or_too_few_is_no_backup(tmp_path: Path) -> None:
    back_up(tmp_path)
    (tmp_path / "b" / "keys.tar").write_bytes(b"")
    with pytest.raises(BackupRefused, match="too many"):
        check_files(read_backup(tmp_path / "b"))
    (tmp_path / "b" / "keys.tar").unlink()
    (tmp_path / "b" / "vault.sqlite3").unlink()
    with pytest.raises(BackupRefused, match="missing"):
        check_files(read_backup(tmp_path / "b"))
