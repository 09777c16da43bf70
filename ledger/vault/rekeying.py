"""Changing the key-encryption key: every wrapped key is wrapped anew, all of them or none (`ledger.vault.changing`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from ledger.durable import FileRefused, create_file, create_files, read_secret, secret_folders, sync_folder
from ledger.vault.changing import READY, STAGED, change_keys, discard_staged, put_in_place
from ledger.vault.kek import KEK_FILE, KekSecrets, KeyEncryptionKey
from ledger.vault.keys import FILE_BYTES_MAX, bound_key, format_key, parse_key
from ledger.vault.opening import open_kek
from ledger.vault.sealing import SealBroken

STEPS: Final = ("staged", "ready", "placed")
_AT_ONCE: Final = 256


def rekey(
    folder: Path,
    secrets: KekSecrets,
    make: Callable[[], tuple[bytes, KeyEncryptionKey]],
    *,
    progress: Callable[[int], None] = lambda _: None,
    step: Callable[[str], None] = lambda _: None,
) -> int:
    """Change the key-encryption key of a folder of keys; durable when it returns. Nobody may use the folder meanwhile.

    Args:
        folder: of keys, of all its logs.
        secrets: what it takes to use the present key.
        make: makes the new one: what its file is to hold, and the key.
        progress: called with the number of keys that are wrapped anew.
        step: called when each of `STEPS` is durable.

    Returns:
        How many keys were wrapped anew.

    Raises:
        KeysInUse: somebody uses the folder.
        KekRefused: one of the two keys cannot be used; nothing was changed.
        FileRefused: a key does not open, or cannot be written; nothing was changed.
    """
    held = change_keys(folder)
    try:
        old = open_kek(folder, secrets)
        line, new = make()
        count = 0
        for origin in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
            for batch in _batches(origin):
                secret_folders([folder / STAGED, folder / STAGED / origin.name])
                staged = {_staged(folder, path): _wrapped_anew(path, unquote(origin.name), old, new) for path in batch}
                secret_folders({path.parent for path in staged})
                create_files(staged)
                count += len(batch)
                progress(count)
        secret_folders([folder / STAGED])
        create_file(folder / STAGED / KEK_FILE, line)
        step("staged")
        _make_ready(folder)
        step("ready")
        put_in_place(folder)
        step("placed")
    finally:
        with suppress(FileRefused, OSError):  # whoever opens the folder next does it
            discard_staged(folder)
        held.close()
    return count


def _batches(origin: Path) -> Iterator[list[Path]]:
    paths = iter(sorted(path for path in origin.glob("??/*.key") if not path.name.startswith(".")))
    while batch := list(islice(paths, _AT_ONCE)):
        yield batch


def _staged(folder: Path, path: Path) -> Path:
    return folder / STAGED / path.relative_to(folder)


def _wrapped_anew(path: Path, origin: str, old: KeyEncryptionKey, new: KeyEncryptionKey) -> bytes:
    """What a key's file is to hold; the new wrapping is opened again before anybody relies on it."""
    person, _, retention = path.stem.partition(".")
    bound = bound_key(origin, person, retention)
    algorithm, wrapped = parse_key(path, read_secret(path, limit_bytes=FILE_BYTES_MAX))
    try:
        key = old.unwrap(wrapped, bound, algorithm)
        anew = new.wrap(key, bound)
        is_same = new.unwrap(anew, bound, new.algorithm) == key
    except SealBroken as error:
        raise FileRefused(f"{path}: {error}") from None
    if not is_same:
        raise FileRefused(f"{path}: the new key-encryption key does not give back what it wrapped")
    return format_key(new.algorithm, anew)


def _make_ready(folder: Path) -> None:
    try:
        (folder / STAGED).rename(folder / READY)
    except OSError as error:
        raise FileRefused(f"{folder}: cannot be written ({error.strerror})") from None
    sync_folder(folder)
