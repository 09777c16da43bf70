"""Who uses a folder of keys, and a change of its key-encryption key that is half done: it is whole, or not there.

A change writes all wrapped keys anew into ``.rekey`` beside the old ones, syncs them and tries each; then it renames
that folder ``.rekey-ready``, and that is the change. What is ready is put in the old ones' place by whoever comes
first: the process that made it or, where that one died, the next that opens the folder. No key is needed for that.
Before the rename everything is as it was, and whoever comes first overwrites and removes what was written: copies of
keys that an erasure would not reach.

Whoever opens the folder holds ``.in-use`` shared; a change holds it exclusively.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import weakref
from pathlib import Path
from typing import Final

from ledger.durable import SECRET_MODE, FileRefused, overwrite_file, overwrite_files, sync_folder, sync_folders

IN_USE: Final = ".in-use"
STAGED: Final = ".rekey"
READY: Final = ".rekey-ready"


class KeysInUse(FileRefused):
    """Another process uses the folder of keys, or changes its key-encryption key."""


class Using:
    """A folder of keys held; let go at the end of the process at the latest."""

    def __init__(self, descriptor: int) -> None:
        self._end = weakref.finalize(self, os.close, descriptor)

    def close(self) -> None:
        """Let go of it; again is harmless."""
        self._end()


def use_keys(folder: Path) -> Using:
    """Hold a folder of keys, once a change that was ready is in place, and nothing is left of one that was not.

    Raises:
        KeysInUse: its key-encryption key is just being changed.
        FileRefused: it cannot be opened, or what is ready cannot be put in place.
    """
    held = _hold(folder, fcntl.LOCK_SH)
    # Looked for behind the lock: a change may have become ready and died up to then, and none is under way now.
    while (folder / READY).exists() or (folder / STAGED).exists():
        held.close()
        change_keys(folder).close()
        held = _hold(folder, fcntl.LOCK_SH)
    return held


def change_keys(folder: Path) -> Using:
    """Hold a folder of keys alone; what was ready is put in place, what was not ready is removed.

    Raises:
        KeysInUse: somebody uses it.
        FileRefused: as `use_keys`.
    """
    held = _hold(folder, fcntl.LOCK_EX)
    try:
        put_in_place(folder)
        discard_staged(folder)
    except OSError as error:
        held.close()
        raise FileRefused(f"{folder}: cannot be written ({error.strerror})") from None
    except FileRefused:
        held.close()
        raise
    return held


def discard_staged(folder: Path) -> None:
    """Overwrite and remove what was written for a change that is not ready: with its key-encryption key it opens.

    Raises:
        FileRefused, OSError: it cannot be written, or removed.
    """
    staged = folder / STAGED
    if staged.exists():
        overwrite_files(path for path in staged.rglob("*") if path.is_file())
        shutil.rmtree(staged)
        sync_folder(folder)


def put_in_place(folder: Path) -> None:
    """Put the keys that are ready in the place of the old ones; durable when it returns. Any part may have been done.

    The old ones are overwritten, as erased keys are: with the old key-encryption key they would still open the vault.
    """
    ready = folder / READY
    if not ready.exists():
        return
    staged = sorted(path for path in ready.rglob("*") if path.is_file())
    # The key-encryption key last, as the one whose old file must not outlive the keys that it wrapped.
    for path in sorted(staged, key=lambda one: one.parent == ready):
        target = folder / path.relative_to(ready)
        if target.exists():
            overwrite_file(target)
        path.replace(target)
    sync_folders({folder / path.parent.relative_to(ready) for path in staged})
    sync_folder(folder)
    shutil.rmtree(ready)
    sync_folder(folder)


def _hold(folder: Path, how: int) -> Using:
    path = folder / IN_USE
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, SECRET_MODE)
    except OSError as error:
        raise FileRefused(f"{path}: cannot be opened ({error.strerror})") from None
    held = Using(descriptor)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        busy = (
            "ключами пользуются: остановите сервер и команды / the keys are in use: stop the server and other commands"
            if how == fcntl.LOCK_EX
            else "ключ шифрования как раз меняют: повторите / the key-encryption key is being changed: try again"
        )
        raise KeysInUse(f"{folder}: {busy}") from None
    return held
