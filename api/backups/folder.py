"""A backup's folder: written beside, synced, then named; read back and compared with its manifest."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import msgspec

from api.settings import SettingsError
from ledger.durable import SECRET_FOLDER_MODE, sync_file, sync_folder
from ledger.errors import LetopisError
from ledger.journal.vocabulary import BackupPart

MANIFEST: Final = "backup.json"
LEDGER: Final = "ledger.sqlite3"
VAULT: Final = "vault.sqlite3"
ACCESS: Final = "access.sqlite3"
IDENTITY: Final = "identity.sqlite3"
DUMP: Final = "database.dump"
KEYS: Final = "keys.tar"
_MANIFEST_BYTES_MAX: Final = 65_536
_READ_BYTES: Final = 1 << 20


class BackupRefused(LetopisError):  # noqa: N818 - reads as what it says
    """A folder is no backup, or not the one that its manifest describes."""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a backup."""

    name: Literal["ledger.sqlite3", "vault.sqlite3", "access.sqlite3", "identity.sqlite3", "database.dump", "keys.tar"]
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a backup is.

    Attributes:
        backup: its id, under which it is recorded.
        what: what it holds.
        origin, code, database, clock: of the school, as in its `school.json`.
        taken_at: when its taking began, by the clock of the machine that took it, UTC.
        size, root: of the log that it holds; of keys: of the log whose people they are of.
        files: all but this one.
    """

    format: Literal["letopis-backup/1"] = "letopis-backup/1"
    backup: str
    what: tuple[BackupPart, ...]
    origin: str
    code: str
    database: Literal["sqlite", "postgresql"]
    clock: Literal["server", "sample"]
    taken_at: str
    size: int
    root: str
    files: tuple[File, ...]

    @property
    def holds_keys(self) -> bool:
        """Whether it is of keys, and of nothing else."""
        return "keys" in self.what


class Backup(msgspec.Struct, frozen=True):
    """A backup on a disk: its folder, its manifest, that file's SHA-256, and the bytes of all its files."""

    folder: Path
    manifest: Manifest
    sha256: str
    bytes: int


@contextmanager
def making(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` to write the files into; what is left when `seal` did not name it is removed.

    Raises:
        SettingsError: `out` is there already, or its parent is not.
    """
    if out.exists() or out.is_symlink():
        raise SettingsError(f"--out: {out} уже есть, ничего не изменено / is there already; nothing was changed")
    if not out.absolute().parent.is_dir():
        raise SettingsError(f"--out: папки {out.absolute().parent} нет / there is no such folder")
    aside = out.absolute().with_name(f".{out.name}.{secrets.token_hex(8)}.new")
    aside.mkdir(mode=SECRET_FOLDER_MODE)
    try:
        yield aside
    finally:
        if aside.exists():
            shutil.rmtree(aside, ignore_errors=True)


def files_of(aside: Path) -> tuple[File, ...]:
    """The files that were written, each synced and then read back for its digest."""
    found = []
    for path in sorted(aside.iterdir()):
        sync_file(path)
        found.append(msgspec.convert({"name": path.name, **_measure(path)}, File))
    return tuple(found)


def seal(aside: Path, out: Path, manifest: Manifest) -> Backup:
    """Write the manifest and give the folder its name: durable when it returns, and no backup before.

    A crash before the folder has its name leaves one of a name that `read_backup` refuses.
    """
    raw = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    path = aside / MANIFEST
    path.write_bytes(raw)
    sync_file(path)
    sync_folder(aside)
    aside.rename(out)
    sync_folder(out.absolute().parent)
    return _described(out, manifest, raw)


def read_backup(folder: Path) -> Backup:
    """Read a backup's manifest.

    Raises:
        BackupRefused: the folder is none, or one that was never finished.
    """
    if folder.absolute().name.startswith(".") and folder.name.endswith(".new"):
        raise BackupRefused(f"{folder}: копия не закончена / a backup that was never finished")
    try:
        with (folder / MANIFEST).open("rb") as file:
            raw = file.read(_MANIFEST_BYTES_MAX + 1)
        manifest = msgspec.json.decode(raw, type=Manifest)
    except OSError:
        raise BackupRefused(f"{folder}: здесь нет резервной копии / there is no backup here: {MANIFEST}") from None
    except msgspec.MsgspecError as error:
        raise BackupRefused(f"{folder / MANIFEST}: не тот вид файла / not of the form: {error}") from None
    return _described(folder, manifest, raw)


def check_files(backup: Backup) -> None:
    """Compare every file with the manifest.

    Raises:
        BackupRefused: one is missing, is another or is too many.
    """
    names = {path.name for path in backup.folder.iterdir()}
    expected = {file.name for file in backup.manifest.files} | {MANIFEST}
    for name in sorted(names ^ expected):
        place = backup.folder / name
        raise BackupRefused(f"{place}: лишний файл или файла нет / a file too many, or missing")
    for file in backup.manifest.files:
        path = backup.folder / file.name
        if _measure(path) != {"bytes": file.bytes, "sha256": file.sha256}:
            raise BackupRefused(f"{path}: не те байты, что при снятии копии / not the bytes of when it was taken")


def copy_file(source: Path, target: Path) -> None:
    """Copy a file under a name that is free; durable, but for its name, when it returns.

    Raises:
        FileExistsError: the name is taken.
    """
    with source.open("rb") as read, target.open("xb") as written:
        shutil.copyfileobj(read, written, _READ_BYTES)
        written.flush()
        os.fsync(written.fileno())


def names_of(manifest: Manifest) -> Sequence[str]:
    """The names of a backup's files, without the manifest."""
    return [file.name for file in manifest.files]


def _described(folder: Path, manifest: Manifest, raw: bytes) -> Backup:
    total = len(raw) + sum(file.bytes for file in manifest.files)
    return Backup(folder, manifest, hashlib.sha256(raw).hexdigest(), total)


def _measure(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": file.tell(), "sha256": digest}
