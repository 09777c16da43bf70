"""The vault on SQLite and on PostgreSQL: what is kept is read, by whom it should be, and nothing of it stands in clear."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path

import psycopg
import pytest

from ledger.database.migrations import MigrationError
from ledger.errors import LetopisError
from ledger.vault import Keeping, Vault, make_disclosure, postgres, sqlite
from ledger.wire.errors import WireError
from tests.conftest import Database
from tests.small_vaults import ORIGIN, OTHER, PERSON, key_store, names, person, postgres_vault, sqlite_vault

OpenVault = Callable[..., AbstractContextManager[Vault]]


@pytest.fixture(params=["sqlite", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> OpenVault:
    """Opens a vault on the same database each time; takes another origin by keyword."""
    if request.param == "sqlite":
        return partial(sqlite_vault, tmp_path)
    database: Database = request.getfixturevalue("postgres_database")
    return partial(postgres_vault, tmp_path, database)


@pytest.fixture
def vault(opening: OpenVault) -> Iterator[Vault]:
    with opening() as found:
        yield found


def test_reads_what_it_kept(vault: Vault) -> None:
    kept = names(1)
    vault.keep(PERSON, "journal", [one.text for one in kept])
    assert vault.read([one.digest for one in kept]) == {one.digest: one.text for one in kept}
    opened = vault.values([kept[0].digest])[kept[0].digest]
    assert (opened.name, opened.value) == ("family_name", "Иванов1")


def test_another_opening_reads_it_too(opening: OpenVault) -> None:
    kept = names(1)
    with opening() as vault:
        vault.keep(PERSON, "journal", [one.text for one in kept])
    with opening() as vault:
        assert len(vault.read([one.digest for one in kept])) == 3


def test_what_was_never_kept_is_absent(vault: Vault) -> None:
    kept, other = make_disclosure("note", "x"), make_disclosure("note", "x")
    vault.keep(PERSON, "journal", [kept.text])
    assert vault.read([kept.digest, other.digest, kept.digest, "no digest", ""]) == {kept.digest: kept.text}
    assert vault.read([]) == {}


def test_keeping_again_changes_nothing(opening: OpenVault) -> None:
    kept = names(1)
    texts = [one.text for one in kept]
    with opening() as vault:
        vault.keep(PERSON, "journal", texts[:2])
        before = vault._rows.select([kept[0].digest])
    with opening() as vault:
        vault.keep(PERSON, "journal", [*texts, *texts])
        vault.keep(PERSON, "journal", [])
        assert vault._rows.select([kept[0].digest]) == before
        assert len(vault.read([one.digest for one in kept])) == 3


@pytest.mark.parametrize(("who", "retention"), [(OTHER, "journal"), (PERSON, "medical")])
def test_refuses_to_give_a_disclosure_a_second_owner(vault: Vault, who: str, retention: str) -> None:
    kept = make_disclosure("note", "x")
    vault.keep(PERSON, "journal", [kept.text])
    with pytest.raises(LetopisError, match="another person"):
        vault.keep(who, retention, [kept.text])
    assert vault.read([kept.digest]) == {kept.digest: kept.text}


def test_refuses_what_is_no_disclosure_and_keeps_none_of_the_call(vault: Vault) -> None:
    kept = make_disclosure("note", "x")
    with pytest.raises(WireError):
        vault.keep(PERSON, "journal", [kept.text, "nonsense"])
    with pytest.raises(LetopisError, match="not a lower-case UUID"):
        vault.keep("Иванова", "journal", [kept.text])
    with pytest.raises(LetopisError, match="1001 disclosures"):
        vault.keep(PERSON, "journal", [kept.text] * 1_001)
    assert vault.read([kept.digest]) == {}


def test_keeps_many_people_at_once_each_under_a_key_of_its_own(vault: Vault, tmp_path: Path) -> None:
    kept = {person(number): names(number) for number in range(150)}
    vault.keep(person(0), "journal", [kept[person(0)][0].text])
    vault.keep_many(Keeping(who, "journal", [one.text for one in of]) for who, of in kept.items())
    vault.keep_many([])
    everything = [one for of in kept.values() for one in of]
    assert vault.read([one.digest for one in everything]) == {one.digest: one.text for one in everything}
    assert len(list((tmp_path / "keys").rglob("*.key"))) == 150
    owners = {row.digest: row.person for row in vault._rows.select([of[1].digest for of in kept.values()])}
    assert owners == {of[1].digest: who for who, of in kept.items()}


def test_keeps_nothing_of_many_if_one_is_refused(vault: Vault, tmp_path: Path) -> None:
    kept, other = make_disclosure("note", "x"), make_disclosure("note", "y")
    first = Keeping(PERSON, "journal", [kept.text])
    for bad, reason in (
        (Keeping(OTHER, "journal", ["nonsense"]), "not JSON"),
        (Keeping("Иванова", "journal", [other.text]), "not a lower-case UUID"),
        (Keeping(OTHER, "journal", [kept.text]), "for two people"),
        (Keeping(PERSON, "medical", [kept.text]), "for two people"),
    ):
        with pytest.raises((LetopisError, WireError), match=reason):
            vault.keep_many([first, bad])
    with pytest.raises(LetopisError, match="more than 1000 people"):
        vault.keep_many(Keeping(person(number), "journal", []) for number in range(1_001))
    assert vault.read([kept.digest, other.digest]) == {}
    assert list((tmp_path / "keys").rglob("*.key")) == []
    assert repr(first) == "Keeping(1 disclosures)"


def test_reads_more_than_one_query_takes(vault: Vault) -> None:
    kept = [make_disclosure("note", f"value {number}") for number in range(1_000)]
    vault.keep(PERSON, "journal", [one.text for one in kept])
    assert vault.read([one.digest for one in kept]) == {one.digest: one.text for one in kept}


def test_schools_do_not_see_each_other(opening: OpenVault) -> None:
    kept = make_disclosure("note", "x")
    with opening() as vault, opening(origin="letopis.example/school/2") as other:
        vault.keep(PERSON, "journal", [kept.text])
        assert other.read([kept.digest]) == {}
        other.keep(PERSON, "journal", [kept.text])
        assert vault.read([kept.digest]) == other.read([kept.digest]) == {kept.digest: kept.text}


def test_many_threads_keep_and_read(vault: Vault) -> None:
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                kept = names(turn)
                vault.keep(person(number % 3), "journal", [one.text for one in kept])
                assert len(vault.read([one.digest for one in kept])) == 3
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_nothing_personal_stands_in_the_sqlite_files_or_the_keys(tmp_path: Path) -> None:
    kept = names(1)
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [one.text for one in kept])
        found = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert kept[0].digest.encode() in found  # so it was written
    for one in kept:
        assert one.text.encode() not in found
        assert one.text.encode()[10:30] not in found
    assert "Иванов".encode() not in found


def test_nothing_personal_stands_in_the_postgres_rows(tmp_path: Path, postgres_database: Database) -> None:
    kept = names(1)
    with postgres_vault(tmp_path, postgres_database) as vault:
        vault.keep(PERSON, "journal", [one.text for one in kept])
    with psycopg.connect(postgres_database.superuser_dsn) as connection:
        rows = connection.execute("SELECT d::text, d.sealed FROM vault.disclosures d").fetchall()
    assert len(rows) == 3
    for text, sealed in rows:
        assert not any(one.text[10:30] in text or one.text.encode()[10:30] in sealed for one in kept)


def test_rows_do_not_change(tmp_path: Path, postgres_database: Database) -> None:
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [names(1)[0].text])
    with closing(sqlite3.connect(tmp_path / "vault.sqlite3")) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="none changes"):
            connection.execute("UPDATE disclosures SET sealed = x''")
    with postgres_vault(tmp_path, postgres_database) as vault:
        vault.keep(PERSON, "journal", [names(1)[0].text])
    for dsn in (postgres_database.app_dsn, postgres_database.owner_dsn):
        with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE vault.disclosures SET sealed = ''")
    with psycopg.connect(postgres_database.app_dsn) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM vault.disclosures")


def test_the_sqlite_vault_syncs_every_commit(tmp_path: Path) -> None:
    with sqlite_vault(tmp_path) as vault:
        connection = vault._rows._connection  # type: ignore[attr-defined]
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_says_why_a_vault_cannot_be_opened(
    tmp_path: Path, postgres_database: Database, bare_postgres_database: Database
) -> None:
    keys = key_store(tmp_path / "keys")
    file = tmp_path / "vault.sqlite3"
    with pytest.raises(LetopisError, match="cannot be opened"):
        sqlite.open_vault(file, keys)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE mine (x)")
    with pytest.raises(LetopisError, match="of another kind"):
        sqlite.open_vault(file, keys, create=True)
    file.write_bytes(b"nothing of SQLite's" * 100)
    with pytest.raises(LetopisError, match="SQLITE_NOTADB"):
        sqlite.open_vault(file, keys, create=True)
    with pytest.raises(MigrationError, match="0001_disclosures of the vault is not applied"):
        postgres.open_vault(postgres_database.app_dsn, keys)
    with pytest.raises(LetopisError, match="may not"):
        postgres.install(postgres_database.app_dsn)
    postgres.install(bare_postgres_database.superuser_dsn)  # a database of its own
    postgres.open_vault(bare_postgres_database.superuser_dsn, keys).close()


def test_refuses_a_vault_whose_migration_was_edited(tmp_path: Path) -> None:
    with sqlite_vault(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "vault.sqlite3")) as connection:
        connection.execute("UPDATE migrations SET digest = 'x'")
        connection.commit()
    with pytest.raises(MigrationError, match="changed after it was applied"):
        sqlite.open_vault(tmp_path / "vault.sqlite3", key_store(tmp_path / "keys"))


def test_two_processes_share_a_vault(tmp_path: Path) -> None:
    """Another process keeps under the same person while this one has the vault open."""
    kept = make_disclosure("note", "from elsewhere")
    with sqlite_vault(tmp_path) as vault:
        vault.keep(PERSON, "journal", [make_disclosure("note", "from here").text])
        script = (
            "import sys; from pathlib import Path; from ledger.vault import KeyStore, sqlite\n"
            "folder = Path(sys.argv[1])\n"
            "vault = sqlite.open_vault(folder / 'vault.sqlite3', KeyStore(folder / 'keys', sys.argv[2]))\n"
            "vault.keep(sys.argv[3], 'journal', [sys.argv[4]]); vault.close()"
        )
        subprocess.run([sys.executable, "-c", script, str(tmp_path), ORIGIN, PERSON, kept.text], check=True)
        assert vault.read([kept.digest]) == {kept.digest: kept.text}
