"""Keys of people, outside every database: one file per person and retention class, wrapped under one key of the folder.

    <folder>/kek                                      the key-encryption key, or where it is (`ledger.vault.kek`)
    <folder>/.in-use                                  held shared while keys are in use, exclusively to change that key
    <folder>/<origin>/<2 digits>/<person>.<retention>.key     letopis-key-1 <algorithm> <wrapped key in hex>
    <folder>/<origin>/<2 digits>/<person>.<retention>.erased  the mark of a key that was destroyed on purpose: an empty
                                                      file, or the key's own with zeros for content
    <folder>/<origin>/destroyed                       the list of those (`ledger.vault.destroyed`)
    <folder>/<origin>/lock                            held shared to make keys, exclusively to remove or destroy some

A key file's time of change is when the key was last asked for to seal with (`ledger.vault.sweeping`).

Files have mode 0600, folders 0700. The folder is backed up apart from the databases, and its backups are kept no longer
than an erased person may come back. An origin's slashes are written %2F.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from ledger.durable import (
    SECRET_MODE,
    FileRefused,
    create_empty_files,
    create_file,
    create_files,
    overwrite_files,
    read_secret,
    remove_file,
    remove_files,
    rename_files,
    secret_folder,
    secret_folders,
    sync_folders,
)
from ledger.errors import LetopisError
from ledger.vault.changing import use_keys
from ledger.vault.destroyed import Destroyed, DestroyedList, Owner
from ledger.vault.kek import KEK_FILE, NO_SECRETS, KekSecrets, new_file_kek
from ledger.vault.opening import open_kek
from ledger.vault.sealing import KEY_BYTES, SealBroken, Sealer, bind

_ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_NAME = re.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*", re.ASCII)
_NAME_LENGTH_MAX: Final = 64
_FOLDER_NAME_LENGTH_MAX: Final = 200
FILE_BYTES_MAX: Final = 1_024
_LOCK_FILE: Final = "lock"
_KEY_FILE = re.compile(rb"letopis-key-1 ([1-9]) ([0-9a-f]{120})\n")
_PURPOSE: Final = "letopis vault: key of a person"
SEALERS_MAX: Final = 8_192
"""Unwrapped keys held in memory at once."""


class KeyLost(LetopisError):  # noqa: N818 - reads as what it says
    """The key of a person is not there, and nothing says that it was erased."""


class KeyErased(LetopisError):  # noqa: N818 - reads as what it says
    """The key of a person was destroyed on purpose: what it sealed is gone, and nothing new is sealed for it."""


def create_key_store(folder: Path, passphrase: bytes | None = None) -> None:
    """Make the folder and its key-encryption key, sealed under a passphrase if one is given. Durable when it returns.

    Raises:
        FileRefused: there is a key already, the folder is open to others, or it cannot be written.
    """
    secret_folder(folder, create=True)
    create_file(folder / KEK_FILE, new_file_kek(passphrase)[0])


class KeyStore:
    """The keys of one log's people. Any thread may use it, and other processes beside it.

    Args:
        folder: made by `create_key_store`; several logs may share it.
        origin: the log's.
        secrets: what it takes to use the key-encryption key.

    Raises:
        FileRefused: the folder or its key is missing, malformed, or open to others, or that key is just being changed.
        KekRefused: the key-encryption key cannot be used.
    """

    def __init__(self, folder: Path, origin: str, secrets: KekSecrets = NO_SECRETS) -> None:
        secret_folder(folder, create=False)
        self.origin = origin
        self._folder = folder / quote(origin, safe="")
        if origin in {"", ".", ".."} or len(self._folder.name) > _FOLDER_NAME_LENGTH_MAX:
            raise FileRefused(f"{folder}: this origin cannot name a folder")
        self._using = use_keys(folder)
        self._kek = open_kek(folder, secrets)
        self._sealers: OrderedDict[Owner, Sealer] = OrderedDict()
        self._destroyed = DestroyedList(self._folder)
        self._named_folders: set[Path] = set()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"KeyStore({self.origin!r})"

    def sealer(self, person: str, retention: str) -> Sealer:
        """Give the sealer under a person's key.

        Raises:
            KeyLost, KeyErased: there is no such key, by accident or on purpose.
            FileRefused: its file is malformed or open to others, or another key-encryption key wrapped it.
        """
        who = Owner(person, retention)
        with self._lock:
            self._look()
            if who in self._destroyed:
                raise KeyErased(f"the key of person {person}, retention {retention}, was erased")
            sealer = self._sealers.get(who)
            if sealer is not None:
                self._sealers.move_to_end(who)
                return sealer
        sealer = self._read(person, retention)
        with self._lock:
            self._look()
            if who in self._destroyed:
                raise KeyErased(f"the key of person {person}, retention {retention}, was erased")
            self._sealers[who] = sealer
            if len(self._sealers) > SEALERS_MAX:
                self._sealers.popitem(last=False)
        return sealer

    def make(self, person: str, retention: str) -> Sealer:
        """Give the sealer under one key, making the key where there is none; see `make_many`."""
        owner = Owner(person, retention)
        return self.make_many([owner])[owner]

    def make_many(self, owners: Iterable[Owner]) -> dict[Owner, Sealer]:
        """Give the sealers under several keys, making those that are not there. All keys are durable when it returns.

        Every key is a file of its own, synced once; files that are made together wait for the disk together.

        Raises:
            KeyErased: a key was destroyed on purpose; none was made.
            FileRefused: as in `sealer`, or a file cannot be written; some of the keys may have been made.
        """
        paths = {owner: self._path(*owner) for owner in owners}
        self._make_folders({path.parent for path in paths.values()})
        with self._locked(fcntl.LOCK_SH):
            return self._make(paths)

    def _make(self, paths: Mapping[Owner, Path]) -> dict[Owner, Sealer]:
        new: dict[Path, bytes] = {}
        found: list[Path] = []
        for owner, path in paths.items():
            self._touch(owner, path)
            try:
                self.sealer(*owner)
            except KeyLost:
                new[path] = self._wrapped_key(owner)
            else:
                found.append(path)
        # Another process may be making one of them as well: whose file is there first made the key.
        create_files(new)
        # And a key that was there may be another's of a moment ago, on its way to the disk.
        sync_folders({path.parent for path in found} - {path.parent for path in new})
        return {owner: self.sealer(*owner) for owner in paths}

    def _touch(self, owner: Owner, path: Path) -> None:
        """Make a key young again, for it is about to seal, and have it read again.

        The one in memory may be of a file that was swept away since, and perhaps made anew by another process.
        """
        with self._lock:
            self._sealers.pop(owner, None)
        try:
            os.utime(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise FileRefused(f"{path}: cannot be used ({error.strerror})") from None

    def idle(self, older_than_seconds: int) -> Iterator[Owner]:
        """Whose keys nobody asked for to seal with for so long, by the time of their files."""
        for path in self._folder.glob("??/*.key"):
            owner = Owner(*path.stem.partition(".")[::2])
            with suppress(LetopisError):  # not a key's name: none of ours
                if self._path(*owner) == path and _is_old(path, older_than_seconds):
                    yield owner

    def remove_idle(self, owner: Owner, older_than_seconds: int) -> bool:
        """Remove a key that is known to seal nothing, unless it was asked for since; durable when it returns.

        Raises:
            FileRefused: the file cannot be removed.
        """
        path = self._path(*owner)
        with self._locked(fcntl.LOCK_EX):
            if not _is_old(path, older_than_seconds):
                return False
            remove_file(path)
        sync_folders([path.parent])
        with self._lock:
            self._sealers.pop(owner, None)
        return True

    def clear_unfinished(self, older_than_seconds: int, *, apply: bool) -> int:
        """Count, and remove if asked to, files of keys whose writer died before it named them.

        Raises:
            FileRefused: one cannot be removed.
        """
        left = [path for path in self._folder.glob("??/.*.new") if _is_old(path, older_than_seconds)]
        for path in left if apply else ():
            remove_file(path)
        return len(left)

    def destroyed(self) -> dict[Owner, Destroyed]:
        """Whose keys are gone on purpose, whether their files are gone yet or not."""
        with self._lock:
            self._look()
            return self._destroyed.rows()

    def announce(self, rows: Mapping[Owner, Destroyed]) -> None:
        """Put keys on the list of destroyed ones: from then on nobody opens them. Durable when it returns.

        Raises:
            FileRefused: the list cannot be written.
        """
        for owner in rows:
            check_owner(*owner)
        self._make_folders({self._folder / person for person in {owner.person[:2] for owner in rows}})
        with self._locked(fcntl.LOCK_EX), self._lock:
            self._destroyed.add(rows)
            self._forget()

    def destroy(self, owners: Iterable[Owner]) -> list[Owner]:
        """Overwrite the files of keys that are on the list and make them marks; durable when it returns.

        What was there before stays as it is: a mark, or no file, where an empty mark is made. Returns those whose key
        was there. A file is renamed, neither made nor removed: of thousands that is what costs.

        Raises:
            FileRefused: a file cannot be written or renamed; run it again.
        """
        paths = {owner: self._path(*owner) for owner in owners}
        with self._locked(fcntl.LOCK_EX):
            found = [owner for owner, path in paths.items() if path.exists()]
            marks = {path: _mark_of(path) for path in paths.values()}
            names = {paths[owner]: marks[paths[owner]] for owner in found}
            create_empty_files(mark for path, mark in marks.items() if path not in names)
            # Keys that were never finished are copies too.
            folders, erased = {path.parent for path in marks}, set(marks.values())
            copies = [left for folder in folders for left in folder.glob(".*.new") if _finished(left) in erased]
            overwrite_files([*names, *copies])
            rename_files(names)
            remove_files(copies)
            sync_folders(folders)
        return found

    def enforce(self, erased: Mapping[Owner, Destroyed]) -> list[Owner]:
        """Destroy again what an older copy of the folder brought back: what is on the list, or was erased by the log.

        Returns those whose key was there.

        Raises:
            FileRefused: as `announce` and `destroy`.
        """
        known = self.destroyed()
        if erased.keys() - known.keys():
            self.announce(erased)
        every = {**known, **erased}
        back = [owner for owner in every if self._path(*owner).exists()]
        return self.destroy(back) if back else []

    def _look(self) -> None:
        if self._destroyed.look():
            self._forget()

    def _forget(self) -> None:
        """Let go of the keys in memory that are on the list."""
        for owner in [owner for owner in self._sealers if owner in self._destroyed]:
            del self._sealers[owner]

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Hold the lock that stands between making keys (shared) and removing idle ones (exclusive)."""
        path = self._folder / _LOCK_FILE
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, SECRET_MODE)
        except OSError as error:
            raise FileRefused(f"{path}: cannot be opened ({error.strerror})") from None
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    def _make_folders(self, folders: set[Path]) -> None:
        """Have folders of keys, their own names durable; asks the disk once for each in a process's life."""
        unnamed = folders - self._named_folders
        if unnamed:
            secret_folders([self._folder])
            secret_folders(unnamed)
            self._named_folders |= unnamed

    def _wrapped_key(self, owner: Owner) -> bytes:
        """Draw a key; returns what its file is to hold."""
        wrapped = self._kek.wrap(os.urandom(KEY_BYTES), self._bound(*owner))
        return format_key(self._kek.algorithm, wrapped)

    def _read(self, person: str, retention: str) -> Sealer:
        path = self._path(person, retention)
        if _mark_of(path).exists():
            raise KeyErased(f"the key of person {person}, retention {retention}, was erased")
        try:
            raw = read_secret(path, limit_bytes=FILE_BYTES_MAX)
        except FileNotFoundError:
            raise KeyLost(f"there is no key of person {person}, retention {retention}") from None
        algorithm, wrapped = parse_key(path, raw)
        try:
            key = self._kek.unwrap(wrapped, self._bound(person, retention), algorithm)
        except SealBroken as error:
            raise FileRefused(f"{path}: {error}") from None
        return Sealer(key)

    def _path(self, person: str, retention: str) -> Path:
        check_owner(person, retention)
        # In one piece: put together part by part, thousands of them take a second.
        return Path(f"{self._folder}/{person[:2]}/{person}.{retention}.key")

    def _bound(self, person: str, retention: str) -> bytes:
        return bound_key(self.origin, person, retention)

    def close(self) -> None:
        """Let go of the folder: its key-encryption key may be changed."""
        self._using.close()


def bound_key(origin: str, person: str, retention: str) -> bytes:
    """What a person's key is bound to when it is wrapped."""
    return bind(_PURPOSE, origin, person, retention)


def format_key(algorithm: int, wrapped: bytes) -> bytes:
    """What a key's file holds."""
    return b"letopis-key-1 %d %s\n" % (algorithm, wrapped.hex().encode())


def parse_key(path: Path, raw: bytes) -> tuple[int, bytes]:
    """The algorithm and the wrapped key of a key's file.

    Raises:
        FileRefused: it is none.
    """
    match = _KEY_FILE.fullmatch(raw)
    if match is None:
        raise FileRefused(f"{path}: not a key file of this program")
    return int(match[1]), bytes.fromhex(match[2].decode())


def check_owner(person: str, retention: str) -> None:
    """Refuse what is no person's id or no retention class; both become parts of file names.

    Raises:
        LetopisError: it is not.
    """
    if _ID.fullmatch(person) is None:
        raise LetopisError("person: not a lower-case UUID")
    if _NAME.fullmatch(retention) is None or len(retention) > _NAME_LENGTH_MAX:
        raise LetopisError("retention: not snake_case")


def _is_old(path: Path, older_than_seconds: int) -> bool:
    """Tell whether a file is there that was not changed for so long."""
    try:
        return time.time() - path.stat().st_mtime > older_than_seconds
    except FileNotFoundError:
        return False


def _mark_of(key: Path) -> Path:
    return Path(f"{str(key).removesuffix('.key')}.erased")


def _finished(aside: Path) -> Path:
    """What would mark the key as erased that a file was to become."""
    return aside.with_name(aside.name[1:].rpartition(".key.")[0] + ".erased")
