from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from ledger.durable import FileRefused
from ledger.errors import LetopisError
from ledger.vault import KeyErased, KeyLost, KeyStore, Owner, create_key_store, keys as keys_module
from tests.recorded_syncs import record_syncs

ORIGIN = "letopis.example/school/1534"
PERSON = "6f1c0000-0000-4000-8000-000000000001"
OTHER = "6f1c0000-0000-4000-8000-000000000002"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_key_store(tmp_path / "keys")
    return tmp_path / "keys"


def key_file(folder: Path, person: str = PERSON, retention: str = "journal") -> Path:
    return folder / "letopis.example%2Fschool%2F1534" / person[:2] / f"{person}.{retention}.key"


def test_files_and_folders_are_closed_to_others(folder: Path) -> None:
    KeyStore(folder, ORIGIN).make(PERSON, "journal")
    assert key_file(folder).exists()
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o7777 == (0o700 if path.is_dir() else 0o600)


def test_another_process_gets_the_same_key(folder: Path) -> None:
    sealed = KeyStore(folder, ORIGIN).make(PERSON, "journal").seal(b"x", b"")
    assert KeyStore(folder, ORIGIN).sealer(PERSON, "journal").open(sealed, b"", 1) == b"x"
    assert KeyStore(folder, ORIGIN).make(PERSON, "journal").open(sealed, b"", 1) == b"x"


@pytest.mark.parametrize(("person", "retention"), [(OTHER, "journal"), (PERSON, "medical")])
def test_each_person_and_class_has_a_key_of_its_own(folder: Path, person: str, retention: str) -> None:
    store = KeyStore(folder, ORIGIN)
    sealed = store.make(PERSON, "journal").seal(b"x", b"")
    with pytest.raises(LetopisError, match="does not open"):
        store.make(person, retention).open(sealed, b"", 1)


def test_many_makers_make_one_key(folder: Path) -> None:
    sealed: list[bytes] = []
    barrier = threading.Barrier(8)

    def make() -> None:
        store = KeyStore(folder, ORIGIN)
        barrier.wait()
        sealed.append(store.make(PERSON, "journal").seal(b"x", b""))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [KeyStore(folder, ORIGIN).sealer(PERSON, "journal").open(one, b"", 1) for one in sealed] == [b"x"] * 8
    assert [path.name for path in key_file(folder).parent.iterdir()] == [key_file(folder).name]


def owners(count: int) -> list[Owner]:
    return [Owner(f"{number:08x}-0000-4000-8000-000000000000", "journal") for number in range(count)]


def test_many_keys_are_a_file_each_and_wait_for_the_disk_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KeyStore(folder, ORIGIN)
    known = store.make(*owners(1)[0]).seal(b"x", b"")
    synced = record_syncs(monkeypatch)
    sealers = store.make_many(owners(40))
    assert list(sealers) == owners(40)
    assert sealers[owners(1)[0]].open(known, b"", 1) == b"x"
    assert len(list(folder.rglob("*.key"))) == 40
    assert len([path for path in synced if path.suffix == ".new"]) == 39
    assert [path.name for path in synced if path.suffix != ".new"] == ["00"]  # where all of them lie
    again = KeyStore(folder, ORIGIN)
    assert [again.sealer(*owner).open(sealer.seal(b"x", b""), b"", 1) for owner, sealer in sealers.items()] == [
        b"x"
    ] * 40


def test_a_key_that_another_made_is_synced_before_it_seals(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been linked a moment ago, by a process that has not come to the sync, or never will."""
    KeyStore(folder, ORIGIN).make(PERSON, "journal")
    synced = record_syncs(monkeypatch)
    store = KeyStore(folder, ORIGIN)
    store.make(PERSON, "journal")
    of_log = key_file(folder).parent.parent
    assert synced == [folder, of_log, key_file(folder).parent]


def test_makes_no_key_where_one_of_many_was_erased(folder: Path) -> None:
    store = KeyStore(folder, ORIGIN)
    store.make(*owners(3)[1])
    erased = key_file(folder, owners(3)[1].person)
    erased.rename(erased.with_suffix(".erased"))
    with pytest.raises(KeyErased):
        store.make_many(owners(3))
    assert list(folder.rglob("*.key")) == []


def test_never_makes_a_second_key_encryption_key(folder: Path) -> None:
    before = (folder / "kek").read_bytes()
    with pytest.raises(FileRefused, match="exists already"):
        create_key_store(folder)
    assert (folder / "kek").read_bytes() == before


def test_tells_lost_from_erased(folder: Path) -> None:
    store = KeyStore(folder, ORIGIN)
    with pytest.raises(KeyLost):
        store.sealer(PERSON, "journal")
    store.make(PERSON, "journal")
    key_file(folder).with_suffix(".erased").touch()
    with pytest.raises(KeyErased):
        KeyStore(folder, ORIGIN).make(PERSON, "journal")
    key_file(folder).unlink()
    with pytest.raises(KeyErased):
        KeyStore(folder, ORIGIN).make(PERSON, "journal")
    assert not key_file(folder).exists()


def test_a_key_file_is_bound_to_its_person_and_its_log(folder: Path) -> None:
    store = KeyStore(folder, ORIGIN)
    store.make(PERSON, "journal")
    shutil.copy(key_file(folder), key_file(folder, OTHER))
    with pytest.raises(FileRefused, match="does not open under its key"):
        store.sealer(OTHER, "journal")
    other = folder / "letopis.example%2Fschool%2F2"
    shutil.copytree(key_file(folder).parent.parent, other)
    with pytest.raises(FileRefused, match="does not open under its key"):
        KeyStore(folder, "letopis.example/school/2").sealer(PERSON, "journal")


def test_refuses_what_others_may_use(folder: Path) -> None:
    KeyStore(folder, ORIGIN).make(PERSON, "journal")
    key_file(folder).chmod(0o640)
    with pytest.raises(FileRefused, match="mode 0640"):
        KeyStore(folder, ORIGIN).sealer(PERSON, "journal")
    (folder / "kek").chmod(0o604)
    with pytest.raises(FileRefused, match="mode 0604"):
        KeyStore(folder, ORIGIN)
    folder.chmod(0o755)
    with pytest.raises(FileRefused, match="mode 0755"):
        KeyStore(folder, ORIGIN)


def test_says_what_is_missing_or_malformed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no such folder"):
        KeyStore(tmp_path / "elsewhere", ORIGIN)
    store = KeyStore(folder, ORIGIN)
    store.make(PERSON, "journal")
    key_file(folder).write_bytes(key_file(folder).read_bytes()[:-2])
    with pytest.raises(FileRefused, match="not a key file"):
        KeyStore(folder, ORIGIN).sealer(PERSON, "journal")
    kek = (folder / "kek").read_bytes()
    (folder / "kek").write_bytes(kek[:-2] + b"\n")
    with pytest.raises(FileRefused, match="not a key-encryption key") as caught:
        KeyStore(folder, ORIGIN)
    assert kek[:10].decode() not in str(caught.value)
    (folder / "kek").unlink()
    with pytest.raises(FileRefused, match="nothing in the vault opens"):
        KeyStore(folder, ORIGIN)


@pytest.mark.parametrize(
    ("person", "retention"),
    [("../../etc", "journal"), (PERSON.upper(), "journal"), (PERSON, "../x"), (PERSON, ""), (PERSON, "a" * 65)],
)
def test_no_id_leads_out_of_the_folder(folder: Path, person: str, retention: str) -> None:
    with pytest.raises(LetopisError, match=r"not a lower-case UUID|not snake_case"):
        KeyStore(folder, ORIGIN).make(person, retention)
    assert sorted(path.name for path in folder.iterdir()) == [".in-use", "kek"]


@pytest.mark.parametrize("origin", ["", ".", "..", "я" * 100])
def test_refuses_an_origin_that_names_no_folder(folder: Path, origin: str) -> None:
    with pytest.raises(FileRefused, match="cannot name a folder"):
        KeyStore(folder, origin)


def test_memory_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "SEALERS_MAX", 2)
    store = KeyStore(folder, ORIGIN)
    for retention in ("a", "b", "c"):
        store.make(PERSON, retention)
    assert len(store._sealers) == 2
    store.sealer(PERSON, "a")


def test_the_repr_shows_no_key(folder: Path) -> None:
    assert repr(KeyStore(folder, ORIGIN)) == f"KeyStore({ORIGIN!r})"
