"""The key-encryption key in a file, bare or under a passphrase, and what changing it leaves at every moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from ledger.durable import FileRefused
from ledger.vault import KekRefused, KekSecrets, KeyStore, changing, create_key_store
from ledger.vault.changing import READY, STAGED, KeysInUse, change_keys
from ledger.vault.kek import NO_SECRETS, new_file_kek
from ledger.vault.rekeying import STEPS, rekey
from tests.small_vaults import ORIGIN, OTHER, PERSON

ROOT = Path(__file__).parents[4]
PHRASE = b"correct horse"
BOUND = b"bound"


class DiedError(Exception):
    """The process is gone at this step."""


def told(phrase: bytes | None) -> KekSecrets:
    return KekSecrets(passphrase=lambda: phrase)


def sealed_in(folder: Path, secrets: KekSecrets = NO_SECRETS) -> dict[str, tuple[bytes, int]]:
    """Seal something for two people; person -> what was sealed."""
    store = KeyStore(folder, ORIGIN, secrets)
    found = {}
    for person in (PERSON, OTHER):
        sealer = store.make(person, "person")
        found[person] = (sealer.seal(person.encode(), BOUND), sealer.algorithm)
    store.close()
    return found


def opens(folder: Path, sealed: dict[str, tuple[bytes, int]], secrets: KekSecrets = NO_SECRETS) -> None:
    store = KeyStore(folder, ORIGIN, secrets)
    for person, (content, algorithm) in sealed.items():
        assert store.sealer(person, "person").open(content, BOUND, algorithm) == person.encode()
    store.close()


def test_a_passphrase_seals_the_key_and_another_does_not_open_it(tmp_path: Path) -> None:
    create_key_store(tmp_path / "keys", PHRASE)
    sealed = sealed_in(tmp_path / "keys", told(PHRASE))
    opens(tmp_path / "keys", sealed, told(PHRASE))
    with pytest.raises(KekRefused, match="another passphrase"):
        KeyStore(tmp_path / "keys", ORIGIN, told(b"wrong horse"))
    with pytest.raises(KekRefused, match="passphrase is needed"):
        KeyStore(tmp_path / "keys", ORIGIN)
    line = (tmp_path / "keys/kek").read_bytes()
    assert line.startswith(b"letopis-kek-1 scrypt 16 ")
    assert PHRASE not in line


@pytest.mark.parametrize(
    "line", [b"", b"00\n", b"letopis-kek-1 scrypt 99 " + b"0" * 32 + b" 1 " + b"0" * 120 + b"\n", b"0" * 64]
)
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, line: bytes) -> None:
    create_key_store(tmp_path / "keys")
    (tmp_path / "keys/kek").write_bytes(line)
    with pytest.raises(KekRefused, match="not a key-encryption key"):
        KeyStore(tmp_path / "keys", ORIGIN, told(PHRASE))


def test_every_key_is_wrapped_anew_and_the_old_key_opens_none(tmp_path: Path) -> None:
    keys, old = tmp_path / "keys", tmp_path / "old"
    create_key_store(keys)
    sealed = sealed_in(keys)
    shutil.copytree(keys, old)
    assert rekey(keys, KekSecrets(), partial(new_file_kek, PHRASE)) == len(sealed)
    opens(keys, sealed, told(PHRASE))
    assert not (keys / READY).exists()
    shutil.copy(old / "kek", keys / "kek")
    with pytest.raises(FileRefused, match="does not open"):
        opens(keys, sealed)


@pytest.mark.parametrize("stop", STEPS)
def test_a_change_that_dies_is_whole_or_not_there(tmp_path: Path, stop: str) -> None:
    keys = tmp_path / "keys"
    create_key_store(keys)
    sealed = sealed_in(keys)

    def die(name: str) -> None:
        if name == stop:
            raise DiedError

    with pytest.raises(DiedError):
        rekey(keys, KekSecrets(), partial(new_file_kek, PHRASE), step=die)
    if stop == "staged":
        opens(keys, sealed)
        assert rekey(keys, KekSecrets(), partial(new_file_kek, PHRASE)) == len(sealed)
    opens(keys, sealed, told(PHRASE))
    assert not [path for path in keys.iterdir() if path.name in (READY, STAGED)]


def test_what_was_ready_is_put_in_place_from_any_half(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    create_key_store(keys)
    sealed = sealed_in(keys)

    def die(name: str) -> None:
        if name == "ready":
            raise DiedError

    with pytest.raises(DiedError):
        rekey(keys, KekSecrets(), partial(new_file_kek, PHRASE), step=die)
    first = min((keys / READY).rglob("*.key"))
    target = keys / first.relative_to(keys / READY)
    target.write_bytes(bytes(target.stat().st_size))  # overwritten, and not yet replaced
    second = max((keys / READY).rglob("*.key"))
    second.replace(keys / second.relative_to(keys / READY))
    opens(keys, sealed, told(PHRASE))


def test_a_key_that_does_not_open_stops_the_change_before_anything_is_changed(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    create_key_store(keys)
    sealed = sealed_in(keys)
    damaged = next(keys.glob("*/??/*.key"))
    before = damaged.read_bytes()
    damaged.write_bytes(before[:-3] + (b"00" if before[-3:-1] != b"00" else b"11") + b"\n")
    with pytest.raises(FileRefused, match="does not open"):
        rekey(keys, KekSecrets(), partial(new_file_kek, PHRASE))
    damaged.write_bytes(before)
    opens(keys, sealed)


def test_keys_in_use_are_not_changed_and_a_change_lets_nobody_in(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    create_key_store(keys)
    store = KeyStore(keys, ORIGIN)
    with pytest.raises(KeysInUse, match="stop the server"):
        rekey(keys, KekSecrets(), partial(new_file_kek, PHRASE))
    store.close()
    held = change_keys(keys)
    with pytest.raises(KeysInUse, match="being changed"):
        KeyStore(keys, ORIGIN)
    held.close()
    KeyStore(keys, ORIGIN).close()


def test_what_a_killed_change_left_is_gone_with_the_next_opening(tmp_path: Path) -> None:
    """It is a copy of every person's key, beside the key that opens it: an erasure would leave it there."""
    keys = tmp_path / "keys"
    create_key_store(keys)
    sealed = sealed_in(keys)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.rekeying_process", str(keys), "", "staged"], cwd=ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert (keys / STAGED / "kek").exists()
    assert len(list((keys / STAGED).rglob(f"{PERSON}.*.key"))) == 1
    aside = next((keys / STAGED).rglob(f"{PERSON}.*.key"))
    os.link(aside, tmp_path / "disk")
    opens(keys, sealed)
    assert not (keys / STAGED).exists()
    assert not any((tmp_path / "disk").read_bytes()), "and written over, as what is erased"


def test_a_change_that_becomes_ready_while_the_folder_is_opened_is_put_in_place_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key made under the old key-encryption key would not open under the one that is put in place behind it."""
    keys = tmp_path / "keys"
    create_key_store(keys)
    sealed = sealed_in(keys)
    ready = [sys.executable, "-m", "tests.rekeying_process", str(keys), "", "ready"]
    hold = changing._hold

    def hold_behind_the_change(folder: Path, how: int) -> changing.Using:
        if not (keys / READY).exists() and (keys / "kek").stat().st_ino == before:
            subprocess.run(ready, cwd=ROOT, check=False)
        return hold(folder, how)

    before = (keys / "kek").stat().st_ino
    monkeypatch.setattr(changing, "_hold", hold_behind_the_change)
    store = KeyStore(keys, ORIGIN)
    assert not (keys / READY).exists()
    made = store.make(PERSON, "note").seal(b"x", BOUND)
    store.close()
    monkeypatch.undo()
    opens(keys, sealed)
    store = KeyStore(keys, ORIGIN)
    sealer = store.sealer(PERSON, "note")
    assert sealer.open(made, BOUND, sealer.algorithm) == b"x"
    store.close()
