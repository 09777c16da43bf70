"""The vault when things go wrong: crashes on both sides of a step, exchanged and changed bytes, lost and erased keys."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import OperationalError

from ledger.durable import FileRefused
from ledger.vault import Keeping, KeyErased, Owner, SealedRow, Vault, VaultDamaged, make_disclosure
from ledger.vault.sweeping import SAFE_AGE_SECONDS, sweep
from ledger.vault.vault import KeptRow
from tests.conftest import Database
from tests.recorded_syncs import record_syncs
from tests.small_logs import Pupils, opened, sqlite_settings
from tests.small_vaults import ORIGIN, OTHER, PERSON, key_store, make_older, names, person, postgres_vault, sqlite_vault

SECRET = "Константинопольская"


@contextmanager
def tampering(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "vault.sqlite3")) as connection:
        connection.execute("DROP TRIGGER disclosures_no_update")
        yield connection
        connection.commit()


def key_file(folder: Path, person: str = PERSON) -> Path:
    return folder / "keys" / ORIGIN.replace("/", "%2F") / person[:2] / f"{person}.journal.key"


def cannot_be_read(vault: Vault, digest: str, reason: str) -> None:
    with pytest.raises(VaultDamaged, match=reason) as caught:
        vault.read([digest])
    assert caught.value.digest == digest
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_every_changed_byte_of_a_sealed_row_is_noticed(tmp_path: Path) -> None:
    kept = make_disclosure("family_name", SECRET)
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [kept.text])
        ((*_, sealed),) = vault._rows.select([kept.digest])
        for place in range(len(sealed)):
            changed = bytearray(sealed)
            changed[place] ^= 0x20
            with closing(sqlite3.connect(tmp_path / "vault.sqlite3")) as connection:
                connection.execute("DROP TRIGGER IF EXISTS disclosures_no_update")
                connection.execute("UPDATE disclosures SET sealed = ?", (bytes(changed),))
                connection.commit()
            cannot_be_read(vault, kept.digest, "does not open")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disclosures SET person = '{other}' WHERE digest = '{first}'",
        "UPDATE disclosures SET retention = 'medical' WHERE digest = '{first}'",
        "UPDATE disclosures SET algorithm = 2 WHERE digest = '{first}'",
        "UPDATE disclosures SET algorithm = 9 WHERE digest = '{first}'",
        "UPDATE disclosures SET sealed = (SELECT sealed FROM disclosures WHERE digest = '{second}')",
        "UPDATE disclosures SET origin = 'another' WHERE digest = '{second}'",
        "UPDATE disclosures SET sealed = x'' WHERE digest = '{first}'",
    ],
)
def test_a_row_does_not_open_as_anothers(tmp_path: Path, statement: str) -> None:
    """Two people's rows under known keys: exchanged in every way, none gives the other's value."""
    first, second = make_disclosure("family_name", SECRET), make_disclosure("family_name", SECRET)
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [first.text])
        vault.keep(PERSON, "medical", [make_disclosure("note", "x").text])
        vault.keep(OTHER, "journal", [second.text])
        with tampering(tmp_path) as connection:
            connection.execute(statement.format(first=first.digest, second=second.digest, other=OTHER))
        if "origin" in statement:
            assert vault.read([first.digest, second.digest]) == {first.digest: first.text}
        else:
            cannot_be_read(vault, first.digest, r"does not open|does not know")


def test_a_seal_is_bound_to_its_digest(tmp_path: Path) -> None:
    """Two values of one person lie under one key; exchanged, they do not even open."""
    first, second = make_disclosure("family_name", SECRET), make_disclosure("given_name", SECRET)
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [first.text, second.text])
        with tampering(tmp_path) as connection:
            connection.execute(
                f"UPDATE disclosures SET sealed = (SELECT sealed FROM disclosures WHERE digest = '{second.digest}')"
            )
        cannot_be_read(vault, first.digest, "does not open")


def test_the_digest_is_checked_even_when_the_seal_is_right(tmp_path: Path) -> None:
    """Somebody with the keys seals another value under the digest."""
    first, second = make_disclosure("family_name", SECRET), make_disclosure("family_name", "Иная")
    with sqlite_vault(tmp_path) as vault:
        sealer = key_store(tmp_path / "keys").make(PERSON, "journal")
        bound = vault._bound(first.digest, PERSON, "journal")
        for forged in (second.text.encode(), SECRET.encode(), b""):
            rows = [SealedRow(first.digest, PERSON, "journal", sealer.algorithm, sealer.seal(forged, bound))]
            with closing(sqlite3.connect(tmp_path / "vault.sqlite3")) as connection:
                connection.execute("DELETE FROM disclosures")
                connection.commit()
            vault._rows.insert(rows)
            cannot_be_read(vault, first.digest, "not what the digest says")
            with pytest.raises(VaultDamaged):
                vault.keep(PERSON, "journal", [first.text])


def test_a_lost_key_is_damage_and_an_erased_one_is_absence(tmp_path: Path) -> None:
    lost, kept = make_disclosure("family_name", SECRET), make_disclosure("family_name", "x")
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [lost.text])
        vault.keep(OTHER, "journal", [kept.text])
    key_file(tmp_path).unlink()
    with sqlite_vault(tmp_path) as vault:
        cannot_be_read(vault, lost.digest, "there is no key of person")
        assert vault.read([kept.digest]) == {kept.digest: kept.text}
        key_file(tmp_path).with_suffix(".erased").touch()
        assert vault.read([lost.digest, kept.digest]) == {kept.digest: kept.text}
        with pytest.raises(KeyErased):
            vault.keep(PERSON, "journal", [lost.text])


def test_an_exchanged_key_file_or_folder_key_opens_nothing(tmp_path: Path) -> None:
    kept = make_disclosure("family_name", SECRET)
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [kept.text])
        vault.keep(OTHER, "journal", [make_disclosure("note", "x").text])
    shutil.copy(key_file(tmp_path, OTHER), key_file(tmp_path))
    with sqlite_vault(tmp_path) as vault, pytest.raises(FileRefused, match="does not open under its key"):
        vault.read([kept.digest])
    (tmp_path / "keys" / "kek").write_text("00" * 32 + "\n")
    with sqlite_vault(tmp_path) as vault, pytest.raises(FileRefused, match="does not open under its key"):
        vault.read([kept.digest])


class FailingRows:
    """Rows whose insert fails, before or after it took effect."""

    def __init__(self, vault: Vault, *, persisted: bool) -> None:
        self._rows = vault._rows
        self._persisted = persisted

    def insert(self, rows: Sequence[SealedRow]) -> None:
        if self._persisted:
            self._rows.insert(rows)
        raise OperationalError("the connection was lost")

    def select(self, digests: Sequence[str]) -> list[SealedRow]:
        return self._rows.select(digests)

    def survey(self) -> list[KeptRow]:
        return self._rows.survey()

    def remove(self, digests: Sequence[str], older_than_seconds: int) -> int:
        return self._rows.remove(digests, older_than_seconds)

    def count(self, owners: Sequence[Owner]) -> dict[Owner, int]:
        return self._rows.count(owners)

    def erase(self, owners: Sequence[Owner]) -> None:
        self._rows.erase(owners)

    def close(self) -> None:
        self._rows.close()


@pytest.mark.parametrize("persisted", [False, True])
def test_a_keep_that_failed_can_be_repeated(tmp_path: Path, persisted: bool) -> None:
    kept = make_disclosure("family_name", SECRET)
    with sqlite_vault(tmp_path) as vault:
        failing = Vault(FailingRows(vault, persisted=persisted), key_store(tmp_path / "keys"))
        with pytest.raises(OperationalError):
            failing.keep(PERSON, "journal", [kept.text])
        assert vault.read([kept.digest]) == ({kept.digest: kept.text} if persisted else {})
        vault.keep(PERSON, "journal", [kept.text])
        assert vault.read([kept.digest]) == {kept.digest: kept.text}


CRASH = """
import os, sys
from pathlib import Path
from ledger.vault import KeyStore, sqlite
folder, origin, person, text, where = Path(sys.argv[1]), *sys.argv[2:]
vault = sqlite.open_vault(folder / "vault.sqlite3", KeyStore(folder / "keys", origin))
def crash(*_):
    os._exit(9)
if where == "before the key":
    os.link = crash
if where == "before the row":
    vault._rows.insert = crash
vault.keep(person, "journal", [text])
print("kept", flush=True)
os._exit(9)
"""


@pytest.mark.parametrize(
    ("where", "is_kept"), [("before the key", False), ("before the row", False), ("before the entry", True)]
)
def test_a_crash_between_any_two_steps_harms_nothing(tmp_path: Path, where: str, is_kept: bool) -> None:
    """The process dies; the same command is sent again, as a client would, and its entry finds its disclosure."""
    kept = make_disclosure("family_name", SECRET)
    with sqlite_vault(tmp_path):
        pass
    died = subprocess.run(
        [sys.executable, "-c", CRASH, str(tmp_path), ORIGIN, PERSON, kept.text, where], capture_output=True, check=False
    )
    assert died.returncode == 9, died.stderr
    assert (died.stdout == b"kept\n") is is_kept
    with sqlite_vault(tmp_path) as vault, opened(sqlite_settings(tmp_path / "school.sqlite3")) as recorder:
        # An orphan at most: no entry names it, and the log does not know.
        assert vault.read([kept.digest]) == ({kept.digest: kept.text} if is_kept else {})
        assert recorder.head().size == 0
        vault.keep(PERSON, "journal", [kept.text])
        Pupils(recorder).append(1)
        assert vault.read([kept.digest]) == {kept.digest: kept.text}


CRASH_OF_MANY = """
import os, sys
from pathlib import Path
from ledger.vault import Keeping, KeyStore, sqlite
folder, origin, where, *rest = Path(sys.argv[1]), *sys.argv[2:]
vault = sqlite.open_vault(folder / "vault.sqlite3", KeyStore(folder / "keys", origin))
def crash(*_):
    os._exit(9)
def dies_at(number, real):
    def call(*args):
        nonlocal number
        number -= 1
        return real(*args) if number else crash()
    return call
match where:
    case "some keys written":
        os.fsync = dies_at(30, os.fsync)
    case "keys written, none named":
        os.link = crash
    case "some keys named":
        os.link = dies_at(20, os.link)
    case "keys named, folders not synced":
        os.link = dies_at(40, os.link)
    case "keys made":
        vault._rows.insert = crash
keepings = [Keeping(person, "journal", [text]) for person, text in zip(rest[::2], rest[1::2])]
vault.keep_many(keepings)
print("kept", flush=True)
os._exit(9)
"""


@pytest.mark.parametrize(
    ("where", "keys", "is_kept"),
    [
        ("some keys written", 0, False),
        ("keys written, none named", 0, False),
        ("some keys named", 19, False),
        ("keys named, folders not synced", 39, False),
        ("keys made", 40, False),
        ("rows kept", 40, True),
    ],
)
def test_a_crash_while_many_are_kept_harms_nothing(tmp_path: Path, where: str, keys: int, is_kept: bool) -> None:
    """Keys that seal nothing at most, or rows that no entry names; the same people are kept again as they were."""
    kept = {person(number): make_disclosure("family_name", SECRET) for number in range(40)}
    with sqlite_vault(tmp_path):
        pass
    arguments = [text for who, one in kept.items() for text in (who, one.text)]
    died = subprocess.run(
        [sys.executable, "-c", CRASH_OF_MANY, str(tmp_path), ORIGIN, where, *arguments],
        capture_output=True,
        check=False,
    )
    assert died.returncode == 9, died.stderr
    assert (died.stdout == b"kept\n") is is_kept
    made = {path.name: path.read_bytes() for path in (tmp_path / "keys").rglob("*.key")}
    assert len(made) == keys
    texts = {one.digest: one.text for one in kept.values()}
    with sqlite_vault(tmp_path) as vault:
        assert vault.read(list(texts)) == (texts if is_kept else {})
        vault.keep_many(Keeping(who, "journal", [one.text]) for who, one in kept.items())
        assert vault.read(list(texts)) == texts
    after = {path.name: path.read_bytes() for path in (tmp_path / "keys").rglob("*.key")}
    assert len(after) == 40
    assert made.items() <= after.items()


def test_rows_of_many_wait_for_every_key_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite_vault(tmp_path) as vault:
        insert = vault._rows.insert
        synced = record_syncs(monkeypatch)

        def recorded(rows: Sequence[SealedRow]) -> None:
            synced.append(Path("rows"))
            insert(rows)

        monkeypatch.setattr(vault._rows, "insert", recorded)
        vault.keep_many(
            Keeping(f"{number % 4}f1c0000-0000-4000-8000-{number:012x}", "journal", [make_disclosure("note", "x").text])
            for number in range(20)
        )
    keys = tmp_path / "keys"
    of_log = keys / ORIGIN.replace("/", "%2F")
    assert synced[:2] == [keys, of_log]
    assert [path.suffix for path in synced[2:22]] == [".new"] * 20
    assert sorted(synced[22:26]) == [of_log / f"{number}f" for number in range(4)]
    assert synced[26:] == [Path("rows")]


def test_no_error_of_a_database_quotes_a_row(tmp_path: Path, postgres_database: Database) -> None:
    kept = make_disclosure("family_name", SECRET)
    with sqlite_vault(tmp_path) as vault:
        with tampering(tmp_path) as connection:
            connection.execute(
                "CREATE TRIGGER t BEFORE INSERT ON disclosures BEGIN SELECT RAISE(ABORT, 'a row was quoted'); END"
            )
        with pytest.raises(OperationalError) as caught:
            vault.keep(PERSON, "journal", [kept.text])
        shown = "".join(traceback.format_exception(caught.value))
    with postgres_vault(tmp_path, postgres_database) as vault:
        with psycopg.connect(postgres_database.superuser_dsn) as postgres:
            postgres.execute("ALTER TABLE vault.disclosures ADD CHECK (length(sealed) < 5)")
        with pytest.raises(OperationalError) as caught:
            vault.keep(PERSON, "journal", [kept.text])
        shown += "".join(traceback.format_exception(caught.value))
    assert "quoted" not in shown
    assert "Failing row" not in shown
    assert kept.text not in shown
    assert PERSON not in shown


def test_postgres_changes_are_noticed_too(tmp_path: Path, postgres_database: Database) -> None:
    kept = names(1)
    with postgres_vault(tmp_path, postgres_database) as vault:
        vault.keep(PERSON, "journal", [one.text for one in kept])
        with psycopg.connect(postgres_database.superuser_dsn) as connection:
            connection.execute("ALTER TABLE vault.disclosures DISABLE TRIGGER ALL")
            connection.execute(
                "UPDATE vault.disclosures SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE digest = %s",
                (kept[1].digest,),
            )
        cannot_be_read(vault, kept[1].digest, "does not open")
        assert len(vault.read([kept[0].digest, kept[2].digest])) == 2


def test_the_postgres_vault_outlives_a_server_that_restarts(tmp_path: Path, postgres_database: Database) -> None:
    kept = make_disclosure("family_name", SECRET)
    with postgres_vault(tmp_path, postgres_database) as vault:
        vault.keep(PERSON, "journal", [kept.text])
        with psycopg.connect(postgres_database.superuser_dsn, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert vault.read([kept.digest]) == {kept.digest: kept.text}


CRASH_OF_A_SWEEP = """
import os, sys
from pathlib import Path
from ledger.vault import KeyStore, sqlite, sweeping
from tests.small_logs import opened, sqlite_settings
folder, origin, where = Path(sys.argv[1]), *sys.argv[2:]
rows, keys = sqlite.SQLiteRows(folder / "vault.sqlite3", origin), KeyStore(folder / "keys", origin)
def crash(*_):
    os._exit(9)
sweeping.READ_AT_ONCE = 4
def dies_at(number, real):
    def call(*args):
        nonlocal number
        number -= 1
        return real(*args) if number else crash()
    return call
if where == "some rows removed":
    rows.remove = dies_at(3, rows.remove)
if where == "rows removed, no keys":
    keys.remove_idle = crash
if where == "some keys removed":
    keys.remove_idle = dies_at(3, keys.remove_idle)
with opened(sqlite_settings(folder / "school.sqlite3")) as recorder:
    sweeping.sweep(rows, keys, recorder, apply=True)
"""


@pytest.mark.parametrize(
    ("where", "rows", "keys"),
    [("some rows removed", 2, 10), ("rows removed, no keys", 0, 10), ("some keys removed", 0, 8)],
)
def test_a_sweep_that_dies_is_ended_by_the_next(tmp_path: Path, where: str, rows: int, keys: int) -> None:
    orphans = [make_disclosure("family_name", SECRET) for _ in range(10)]
    with sqlite_vault(tmp_path) as vault, opened(sqlite_settings(tmp_path / "school.sqlite3")) as recorder:
        vault.keep_many(Keeping(person(number), "journal", [one.text]) for number, one in enumerate(orphans))
        Pupils(recorder).append(1)
    make_older(tmp_path, SAFE_AGE_SECONDS + 60)
    died = subprocess.run(
        [sys.executable, "-c", CRASH_OF_A_SWEEP, str(tmp_path), ORIGIN, where],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert died.returncode == 9, died.stderr
    store = key_store(tmp_path / "keys")
    with sqlite_vault(tmp_path) as vault, opened(sqlite_settings(tmp_path / "school.sqlite3")) as recorder:
        assert len(vault._rows.survey()) == rows
        assert len(list((tmp_path / "keys").rglob("*.key"))) == keys
        # Whatever is left, opens.
        assert len(vault.read([one.digest for one in orphans])) == rows
        found = sweep(vault._rows, store, recorder, apply=True)
        assert (len(found.disclosures), len(found.keys)) == (rows, keys)
        assert vault._rows.survey() == []
        assert list((tmp_path / "keys").rglob("*.key")) == []
        vault.keep(person(1), "journal", [orphans[1].text])
        assert vault.read([orphans[1].digest]) == {orphans[1].digest: orphans[1].text}
