"""Small secret files that exist whole or not at all, also after a power cut: written aside, synced, then named."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ledger.errors import LetopisError

SECRET_MODE: Final = 0o600
SECRET_FOLDER_MODE: Final = 0o700
SYNCS_AT_ONCE: Final = 16
"""Files of one call that wait for the disk together: a journaling file system puts their syncs into one commit."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class FileRefused(LetopisError):  # noqa: N818 - reads as what it says
    """A file of keys that is missing, in the way, or open to others; the message names it and never its contents."""


class FileTaken(FileRefused):
    """A file of this name exists already."""


def create_file(path: Path, content: bytes, *, mode: int = SECRET_MODE) -> None:
    """Create a file that must not exist yet; durable when it returns.

    Raises:
        FileTaken: the name is taken.
        FileRefused: the folder cannot be written.
    """
    if create_files({path: content}, mode=mode):
        raise FileTaken(f"{path}: exists already and is never overwritten")


def create_files(files: Mapping[Path, bytes], *, mode: int = SECRET_MODE) -> list[Path]:
    """Create files, path -> content, in folders that are there; all of them durable when it returns.

    Each is whole or not there at all, at any moment. Every content is synced once, then every folder once.

    Returns:
        The paths whose names were taken: what stands there was left as it is.

    Raises:
        FileRefused: a folder cannot be written; some of the files may be there.
    """
    asides = {path: _aside(path) for path in files}
    taken = []
    try:
        _at_once(lambda path: _write_aside(asides[path], path, files[path], mode), files)
        for path, aside in asides.items():
            try:
                # A hard link, unlike a rename, never replaces what is there.
                os.link(aside, path)
            except FileExistsError:
                taken.append(path)
            except OSError as error:
                raise FileRefused(f"{path}: cannot be created ({error.strerror})") from None
    finally:
        for aside in asides.values():
            aside.unlink(missing_ok=True)
    sync_folders({path.parent for path in files})
    return taken


def create_empty_files(paths: Iterable[Path], *, mode: int = SECRET_MODE) -> None:
    """Have empty files of these names, in folders that are there; durable when it returns.

    An empty file is whole from the first moment; only its name is to be synced, and that is its folder's matter.

    Raises:
        FileRefused: a folder cannot be written; some of the files may be there.
    """
    wanted = list(paths)
    for path in wanted:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode))
        except OSError as error:
            raise FileRefused(f"{path}: cannot be created ({error.strerror})") from None
    sync_folders({path.parent for path in wanted})


def remove_file(path: Path) -> None:
    """Remove a file, if it is there; its name is gone for good once its folder is synced.

    Raises:
        FileRefused: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise FileRefused(f"{path}: cannot be removed ({error.strerror})") from None


def remove_files(paths: Iterable[Path]) -> None:
    """Remove several files; where others keep the disk busy, each waits for it, and so they wait together.

    Raises:
        FileRefused: one cannot be removed; others may have been.
    """
    _at_once(remove_file, paths)


def rename_files(names: Mapping[Path, Path]) -> None:
    """Give files that are there other names, old -> new, in the place of what has those; as `remove_files`.

    Raises:
        FileRefused: one cannot be renamed; others may have been.
    """

    def rename(path: Path) -> None:
        try:
            path.rename(names[path])
        except OSError as error:
            raise FileRefused(f"{path}: cannot be renamed ({error.strerror})") from None

    _at_once(rename, names)


def replace_file(path: Path, content: bytes, *, mode: int = SECRET_MODE) -> None:
    """Write a file, in the place of an older one of this name if there is one; durable when it returns.

    Raises:
        FileRefused: the folder cannot be written.
    """
    aside = _aside(path)
    _write_aside(aside, path, content, mode)
    try:
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise FileRefused(f"{path}: cannot be written ({error.strerror})") from None
    sync_folder(path.parent)


def overwrite_file(path: Path) -> None:
    """Write zeros over a file's content, on the disk when it returns: of use where the disk writes in place.

    Raises:
        FileRefused: it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            _write_all(descriptor, bytes(os.fstat(descriptor).st_size))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise FileRefused(f"{path}: cannot be overwritten ({error.strerror})") from None


def overwrite_files(paths: Iterable[Path]) -> None:
    """Write zeros over the contents of several files, on the disk when it returns; they wait for it together.

    Raises:
        FileRefused: one cannot be written; others may have been.
    """
    _at_once(overwrite_file, paths)


def read_secret(path: Path, *, limit_bytes: int) -> bytes:
    """Read a file that only its owner may read.

    Raises:
        FileNotFoundError: there is none.
        FileRefused: others may read or write it, it is no ordinary file, or it is longer than `limit_bytes`.
    """
    try:
        # Not blocking: a pipe of this name must be refused, not waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FileRefused(f"{path}: cannot be read ({error.strerror})") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise FileRefused(f"{path}: not an ordinary file")
        if status.st_mode & _OTHERS:
            raise FileRefused(
                f"{path}: others than its owner may use it (mode {stat.S_IMODE(status.st_mode):04o}); "
                f"take that away with: chmod 600 {path}"
            )
        content = file.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise FileRefused(f"{path}: longer than {limit_bytes} bytes")
    return content


def secret_folder(path: Path, *, create: bool) -> None:
    """Make sure that a folder exists that only its owner may enter.

    Raises:
        FileRefused: it is missing (and `create` is false), is no folder, or is open to others.
    """
    if create and not path.exists():
        _make_folder(path)
        sync_folder(path.parent)
    _check_folder(path)


def secret_folders(paths: Iterable[Path]) -> None:
    """Make folders that only their owner may enter, where they are not there yet; all are durable when it returns.

    Their parents are synced even where nothing was missing: another process may have made a folder a moment ago.

    Raises:
        FileRefused: one cannot be made, is no folder, or is open to others.
    """
    wanted = list(paths)
    for path in wanted:
        _make_folder(path)
        _check_folder(path)
    sync_folders({path.parent for path in wanted})


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=SECRET_FOLDER_MODE, parents=True, exist_ok=True)
    except FileExistsError:
        raise FileRefused(f"{path}: not a folder") from None
    except OSError as error:
        raise FileRefused(f"{path}: cannot be created ({error.strerror})") from None


def _check_folder(path: Path) -> None:
    try:
        status = path.stat()
    except OSError as error:
        raise FileRefused(f"{path}: no such folder ({error.strerror})") from None
    if not stat.S_ISDIR(status.st_mode):
        raise FileRefused(f"{path}: not a folder")
    if status.st_mode & _OTHERS:
        raise FileRefused(
            f"{path}: others than its owner may enter it (mode {stat.S_IMODE(status.st_mode):04o}); "
            f"take that away with: chmod 700 {path}"
        )


def sync_file(file: Path) -> None:
    """Make the content of a file durable; its name is its folder's matter."""
    _sync(file, 0)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    _sync(folder, os.O_DIRECTORY)


def sync_folders(folders: Iterable[Path]) -> None:
    """Make the names in several folders durable."""
    _at_once(sync_folder, folders)


def _sync(path: Path, more_flags: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | more_flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _at_once(work: Callable[[Path], None], paths: Iterable[Path]) -> None:
    """Do in several threads what waits for the disk, each with a share of the paths.

    Raises:
        The first error, once everything that was begun has ended.
    """
    waiting = list(paths)
    shares = [share for share in (waiting[start::SYNCS_AT_ONCE] for start in range(SYNCS_AT_ONCE)) if share]
    if len(waiting) <= 1:
        for path in waiting:
            work(path)
        return

    def take(share: list[Path]) -> None:
        for path in share:
            work(path)

    with ThreadPoolExecutor(len(shares), "sync") as threads:
        done = [threads.submit(take, share) for share in shares]
    for each in done:
        each.result()


def _aside(path: Path) -> Path:
    """Draw a name beside `path` to write under until the content is on the disk."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")


def _write_aside(aside: Path, path: Path, content: bytes, mode: int) -> None:
    """Write and sync the content under the name `aside`; errors speak of `path`."""
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except OSError as error:
        raise FileRefused(f"{path}: cannot be created ({error.strerror})") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # whatever the umask took away
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise FileRefused(f"{path}: cannot be written ({error.strerror})") from None
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
