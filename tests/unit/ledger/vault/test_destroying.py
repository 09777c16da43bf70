"""Destroying keys: announced first, overwritten, renamed to marks; never undone by files that come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ledger.vault.keys
from ledger.durable import FileRefused
from ledger.vault import Destroyed, KeyErased, KeyStore, Owner
from tests.small_vaults import OTHER, PERSON, key_store

ORIGIN = "letopis.example/school/test"
ERASURE = "aaaaaaaa-0000-4000-8000-000000000000"
OWNER, ELSE = Owner(PERSON, "person"), Owner(OTHER, "person")


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    made = key_store(tmp_path / "keys", ORIGIN)
    made.make_many([OWNER, ELSE, Owner(PERSON, "journal")])
    return made


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*.*") if path.name.startswith((PERSON, OTHER))}


def erase(keys: KeyStore) -> list[Owner]:
    keys.announce({OWNER: Destroyed(ERASURE, 7)})
    return keys.destroy([OWNER])


def test_a_destroyed_key_leaves_a_mark_and_others_stay(keys: KeyStore, tmp_path: Path) -> None:
    assert erase(keys) == [OWNER]
    assert files(tmp_path) == {f"{PERSON}.person.erased", f"{PERSON}.journal.key", f"{OTHER}.person.key"}
    assert keys.destroyed() == {OWNER: Destroyed(ERASURE, 7)}
    with pytest.raises(KeyErased):
        keys.sealer(*OWNER)
    with pytest.raises(KeyErased):
        keys.make(*OWNER)
    keys.sealer(*ELSE)


def test_an_announced_key_opens_nothing_though_its_file_is_there(keys: KeyStore, tmp_path: Path) -> None:
    beside = key_store(tmp_path / "keys", ORIGIN)
    beside.sealer(*OWNER)
    keys.announce({OWNER: Destroyed(ERASURE, 7)})
    assert f"{PERSON}.person.key" in files(tmp_path)
    for store in (keys, beside, key_store(tmp_path / "keys", ORIGIN)):
        with pytest.raises(KeyErased):
            store.sealer(*OWNER)
    beside.sealer(*ELSE)


def test_a_mark_is_the_key_with_zeros_for_content_or_empty(keys: KeyStore, tmp_path: Path) -> None:
    (file,) = tmp_path.rglob(f"{PERSON}.person.key")
    beside, length = file.with_name("hard link"), file.stat().st_size
    beside.hardlink_to(file)
    never = Owner(OTHER, "journal")
    keys.announce({OWNER: Destroyed(ERASURE, 7), never: Destroyed(ERASURE, 0)})
    assert keys.destroy([OWNER, never]) == [OWNER]
    assert beside.read_bytes() == bytes(length)
    assert file.with_suffix(".erased").samefile(beside)
    (empty,) = tmp_path.rglob(f"{OTHER}.journal.erased")
    assert empty.read_bytes() == b""


def test_a_key_that_came_back_beside_its_mark_goes_too(keys: KeyStore, tmp_path: Path) -> None:
    (file,) = tmp_path.rglob(f"{PERSON}.person.key")
    content = file.read_bytes()
    erase(keys)
    file.write_bytes(content)
    file.chmod(0o600)
    assert keys.destroy([OWNER]) == [OWNER]
    assert files(tmp_path) == {f"{PERSON}.person.erased", f"{PERSON}.journal.key", f"{OTHER}.person.key"}
    assert not any(content in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


STEPS = ["create_empty_files", "overwrite_files", "rename_files", "remove_files", "sync_folders"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_what_stopped_half_way_is_gone_on_with(
    keys: KeyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, *, done: bool
) -> None:
    (file,) = tmp_path.rglob(f"{PERSON}.person.key")
    content, real = file.read_bytes(), getattr(ledger.vault.keys, step)

    def broken(wanted: Any) -> None:
        if done:
            real(wanted)
        raise FileRefused("the disk is gone")

    keys.announce({OWNER: Destroyed(ERASURE, 7)})
    with monkeypatch.context() as patch:
        patch.setattr(ledger.vault.keys, step, broken)
        with pytest.raises(FileRefused):
            keys.destroy([OWNER])
    overwritten = STEPS.index(step) + done > STEPS.index("overwrite_files")
    assert any(content == path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()) != overwritten
    assert not any(content == path.read_bytes() for path in tmp_path.rglob("*.erased")), "a mark holds no key"
    with pytest.raises(KeyErased):
        key_store(tmp_path / "keys", ORIGIN).sealer(*OWNER)
    keys.enforce({OWNER: Destroyed(ERASURE, 7)})
    assert files(tmp_path) == {f"{PERSON}.person.erased", f"{PERSON}.journal.key", f"{OTHER}.person.key"}
    assert not any(content == path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file())


def test_what_the_log_calls_erased_is_destroyed_though_the_list_is_gone(keys: KeyStore, tmp_path: Path) -> None:
    assert keys.enforce({OWNER: Destroyed(ERASURE, 0)}) == [OWNER]
    assert keys.enforce({OWNER: Destroyed(ERASURE, 0)}) == []
    assert keys.destroyed() == {OWNER: Destroyed(ERASURE, 0)}
    assert f"{PERSON}.person.key" not in files(tmp_path)


def test_the_first_number_that_was_noted_stays(keys: KeyStore) -> None:
    keys.announce({OWNER: Destroyed(ERASURE, 7)})
    keys.announce({OWNER: Destroyed(ERASURE, 0), ELSE: Destroyed(ERASURE, 1)})
    assert keys.destroyed() == {OWNER: Destroyed(ERASURE, 7), ELSE: Destroyed(ERASURE, 1)}


@pytest.mark.parametrize("line", ["x", f"{PERSON}.person {ERASURE}", f"{PERSON}.person {ERASURE} 07", f"{PERSON} 1"])
def test_a_list_that_is_none_opens_nothing(keys: KeyStore, tmp_path: Path, line: str) -> None:
    keys.announce({ELSE: Destroyed(ERASURE, 1)})
    (file,) = tmp_path.rglob("destroyed")
    file.write_text(line + "\n")
    with pytest.raises(FileRefused):
        keys.sealer(*OWNER)


@pytest.mark.parametrize("is_cut", [True, False], ids=["cut short", "gone"])
def test_a_list_that_is_cut_short_brings_nothing_back_while_it_is_known(
    keys: KeyStore, tmp_path: Path, is_cut: bool
) -> None:
    """With the older list comes the older file of the key, and no mark: as where a backup is copied over a folder."""
    (file,) = tmp_path.rglob(f"{PERSON}.person.key")
    older = file.read_bytes()
    keys.announce({ELSE: Destroyed(ERASURE, 1)})
    (listed,) = tmp_path.rglob("destroyed")
    before = listed.read_bytes()
    erase(keys)
    file.with_suffix(".erased").unlink()
    file.write_bytes(older)
    file.chmod(0o600)
    if is_cut:
        listed.write_bytes(before)
    else:
        listed.unlink()
    with pytest.raises(KeyErased):
        keys.sealer(*OWNER)
    with pytest.raises(KeyErased):
        keys.make(*OWNER)
    keys.announce({OWNER: Destroyed(ERASURE, 0)})
    assert key_store(tmp_path / "keys", ORIGIN).destroyed() == {
        ELSE: Destroyed(ERASURE, 1),
        OWNER: Destroyed(ERASURE, 7),
    }
    assert keys.enforce({}) == [ELSE, OWNER]
    assert f"{PERSON}.person.key" not in files(tmp_path)
