"""The sweep on both databases: what no entry names goes when it is old enough, and nothing else ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import ledger.database.postgres
from ledger.application import School
from ledger.database.migrations import MigrationError, read_migrations
from ledger.errors import LedgerDamaged, LetopisError
from ledger.journal.commands import OpenSchool, RegisterPerson
from ledger.vault import Disclosure, KeyLost, KeyStore, Owner, Vault, make_disclosure, postgres, sqlite, sweeping
from ledger.vault.sweeping import DAY_SECONDS, SAFE_AGE_SECONDS, Sweep, sweep
from ledger.vault.vault import SealedRows
from ledger.wire.entry import Actor
from tests.conftest import Database
from tests.integration.application_settings import BACKENDS, ORIGIN, fresh_settings
from tests.small_vaults import OTHER, PERSON, key_store, make_older, names, person, postgres_vault, sqlite_vault

ADMINISTRATOR = Actor("11111111-1111-4111-8111-111111111111", "administrator")
CLASS = "person"


@dataclass
class Kept:
    """A log and its vault: everything that a sweep looks at, and the hands to make it older."""

    school: School
    vault: Vault
    rows: SealedRows
    keys: KeyStore
    folder: Path
    age: Callable[[int], None]

    def register(self, who: str) -> list[Disclosure]:
        """A person as people are registered: kept, then named by an entry."""
        kept = names(1)
        self.vault.keep(who, CLASS, [one.text for one in kept])
        self.name(who, kept)
        return kept

    def name(self, who: str, kept: list[Disclosure]) -> None:
        digests = tuple(sorted(one.digest for one in kept))
        self.school.execute(RegisterPerson(person=who, kind="student", sd=digests), actor=ADMINISTRATOR)

    def sweep(self, *, apply: bool = True) -> Sweep:
        return sweep(self.rows, self.keys, self.school.ledger, apply=apply)

    def key_files(self) -> set[str]:
        return {path.name.partition(".")[0] for path in (self.folder / "keys").rglob("*.key")}


@pytest.fixture(params=BACKENDS)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    school = School(fresh_settings(request.param, tmp_path, request, clock="server"))
    opening = OpenSchool(school=person(0), name="Школа № 7", origin=ORIGIN, time_zone="Europe/Moscow")
    school.execute(opening, actor=ADMINISTRATOR)
    keys = key_store(tmp_path / "keys", ORIGIN)
    with closing(school):
        if request.param == "sqlite":
            with sqlite_vault(tmp_path, ORIGIN) as vault:
                rows: SealedRows = sqlite.SQLiteRows(tmp_path / "vault.sqlite3", ORIGIN)
                yield Kept(school, vault, rows, keys, tmp_path, lambda seconds: make_older(tmp_path, seconds))
        else:
            database: Database = request.getfixturevalue("postgres_database")
            with postgres_vault(tmp_path, database, ORIGIN) as vault:
                rows = postgres.PostgresRows(database.owner_dsn, ORIGIN)
                yield Kept(school, vault, rows, keys, tmp_path, lambda seconds: make_older(tmp_path, seconds, database))
        rows.close()


def test_removes_what_no_entry_names_and_nothing_else(kept: Kept) -> None:
    named = kept.register(PERSON)
    note, orphans = make_disclosure("note", "x"), names(2)
    kept.vault.keep(PERSON, CLASS, [note.text])
    kept.vault.keep(OTHER, CLASS, [one.text for one in orphans])
    kept.keys.make(person(3), CLASS)
    kept.age(SAFE_AGE_SECONDS + 60)
    left = {note.digest, *(one.digest for one in orphans)}
    for apply in (False, True):
        found = kept.sweep(apply=apply)
        assert {row.digest for row in found.disclosures} == left
        assert set(found.keys) == {Owner(OTHER, CLASS), Owner(person(3), CLASS)}
        assert (found.entries, found.young, found.missing, found.applied) == (2, 0, 0, apply)
        assert kept.key_files() == {PERSON} | (set() if apply else {OTHER, person(3)})
    texts = {one.digest: one.text for one in named}
    assert kept.vault.read([*texts, *left]) == texts
    again = kept.sweep()
    assert (again.disclosures, again.keys, again.unfinished, again.missing) == ((), (), 0, 0)


def test_never_removes_what_is_named_however_old(kept: Kept) -> None:
    everything = [one for number in range(20) for one in kept.register(person(number + 1))]
    kept.age(100 * 365 * DAY_SECONDS)
    found = kept.sweep()
    assert (found.disclosures, found.keys, found.young) == ((), (), 0)
    assert len(kept.vault.read([one.digest for one in everything])) == 60
    assert len(kept.key_files()) == 20


def test_never_removes_what_is_young_and_about_to_be_named(kept: Kept) -> None:
    coming = names(1)
    kept.vault.keep(PERSON, CLASS, [one.text for one in coming])
    kept.keys.make(OTHER, CLASS)
    kept.age(SAFE_AGE_SECONDS - 60)
    found = kept.sweep()
    assert (found.disclosures, found.keys, found.young) == ((), (), 3)
    kept.name(PERSON, coming)
    assert len(kept.vault.read([one.digest for one in coming])) == 3
    assert kept.key_files() == {PERSON, OTHER}


def test_never_removes_what_is_kept_again_while_it_sweeps(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left over a month ago, and kept again, by another process, after the sweep had seen its age."""
    coming, key_only = names(1), names(2)
    texts = [one.text for one in coming]
    kept.vault.keep(PERSON, CLASS, texts)
    kept.vault.keep(OTHER, CLASS, [])
    kept.keys.make(OTHER, CLASS)
    kept.age(30 * DAY_SECONDS)
    entries, idle = kept.school.ledger.entries, kept.keys.idle

    def read(start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        kept.vault.keep(PERSON, CLASS, texts)
        return entries(start, stop)

    def seen(older_than_seconds: int) -> Iterator[Owner]:
        found = list(idle(older_than_seconds))
        assert found == [Owner(OTHER, CLASS)]
        kept.vault.keep(OTHER, CLASS, [one.text for one in key_only])
        return iter(found)

    monkeypatch.setattr(kept.school.ledger, "entries", read)
    monkeypatch.setattr(kept.keys, "idle", seen)
    found = kept.sweep()
    assert found.keys == ()
    monkeypatch.undo()
    kept.name(PERSON, coming)
    kept.name(OTHER, key_only)
    # As another process reads it: with nothing of the keys in memory.
    fresh = Vault(kept.rows, KeyStore(kept.folder / "keys", ORIGIN))
    assert len(fresh.read([one.digest for one in (*coming, *key_only)])) == 6


def test_a_key_that_was_swept_is_made_anew_by_who_had_it_in_memory(kept: Kept) -> None:
    keeper = key_store(kept.folder / "keys", ORIGIN)
    vault = Vault(kept.rows, keeper)
    keeper.make(PERSON, CLASS)
    kept.age(SAFE_AGE_SECONDS + 60)
    assert kept.sweep().keys == (Owner(PERSON, CLASS),)
    with pytest.raises(KeyLost):
        key_store(kept.folder / "keys", ORIGIN).sealer(PERSON, CLASS)
    key_store(kept.folder / "keys", ORIGIN).make(PERSON, CLASS)  # by a third process
    coming = names(1)
    vault.keep(PERSON, CLASS, [one.text for one in coming])
    fresh = Vault(kept.rows, key_store(kept.folder / "keys", ORIGIN))
    assert len(fresh.read([one.digest for one in coming])) == 3


def test_touches_no_key_where_the_vault_lacks_what_the_log_names(kept: Kept) -> None:
    """As after the vault alone was brought back from an older copy."""
    orphan, lacking = make_disclosure("note", "x"), names(1)
    kept.vault.keep(OTHER, CLASS, [orphan.text])
    kept.keys.make(PERSON, CLASS)
    kept.name(PERSON, lacking)
    kept.age(SAFE_AGE_SECONDS + 60)
    found = kept.sweep()
    assert (found.missing, found.keys) == (3, ())
    assert [row.digest for row in found.disclosures] == [orphan.digest]
    assert kept.key_files() == {PERSON, OTHER}


def test_removes_nothing_if_the_log_does_not_give_its_root(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged entry would make what it names look left over."""
    kept.register(PERSON)
    kept.vault.keep(OTHER, CLASS, [names(2)[0].text])
    kept.age(SAFE_AGE_SECONDS + 60)
    entries = kept.school.ledger.entries
    monkeypatch.setattr(
        kept.school.ledger, "entries", lambda *span: (entry.replace(b'"_sd"', b'"-sd"') for entry in entries(*span))
    )
    with pytest.raises(LedgerDamaged, match="nothing was swept"):
        kept.sweep()
    assert len(kept.rows.survey()) == 4
    assert kept.key_files() == {PERSON, OTHER}


def test_finds_what_is_named_at_any_depth_and_never_in_a_text(kept: Kept) -> None:
    digest = "A" * 42 + "-"
    nested = b'{"data":{"note":{"_sd":["%s"]}}}' % digest.encode()
    quoted = rb'{"data":{"text":"\"_sd\":[\"%s\"]"}}' % digest.encode()
    found = [sweeping._COMMITMENT.findall(entry) for entry in (nested, quoted)]
    assert [sweeping._DIGEST.findall(one[0]) for one in found if one] == [[digest.encode()]]


def test_refuses_an_age_that_is_not_safe(kept: Kept) -> None:
    with pytest.raises(LetopisError, match="no safe age"):
        sweep(kept.rows, kept.keys, kept.school.ledger, older_than_seconds=DAY_SECONDS - 1)


def test_clears_files_that_were_never_finished_and_leaves_strange_ones(kept: Kept) -> None:
    kept.register(PERSON)
    (of_person,) = (kept.folder / "keys").rglob("*.key")
    unfinished = of_person.with_name(f".{of_person.name}.0123456789abcdef.new")
    unfinished.write_bytes(b"half")
    strange = of_person.with_name("notes.key")
    strange.write_bytes(b"somebody's")
    assert kept.sweep().unfinished == 0
    kept.age(SAFE_AGE_SECONDS + 60)
    assert kept.sweep(apply=False).unfinished == 1
    assert unfinished.exists()
    assert kept.sweep().unfinished == 1
    assert not unfinished.exists()
    assert strange.exists()


def test_other_logs_of_the_vault_are_left_alone(kept: Kept) -> None:
    other_origin = "letopis.example/school/2"
    other = Vault(
        sqlite.SQLiteRows(kept.folder / "vault.sqlite3", other_origin, create=True),
        key_store(kept.folder / "keys", other_origin),
    )
    orphan = make_disclosure("note", "x")
    other.keep(PERSON, CLASS, [orphan.text])
    make_older(kept.folder, SAFE_AGE_SECONDS + 60)
    assert kept.sweep().keys == ()
    assert other.read([orphan.digest]) == {orphan.digest: orphan.text}
    other.close()


def test_the_application_may_not_remove_on_postgres(tmp_path: Path, postgres_database: Database) -> None:
    with postgres_vault(tmp_path, postgres_database) as vault:
        vault.keep(PERSON, CLASS, [names(1)[0].text])
        with pytest.raises(LetopisError, match="the role may not"):
            vault._rows.remove([names(1)[0].digest], DAY_SECONDS)


def test_rows_from_before_the_age_was_kept_count_as_young(
    tmp_path: Path, postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vault as the first migration left it, brought up to date with a row in it."""
    row = ("o", "d" * 43, PERSON, CLASS, 1, b"x")
    file, dsn = tmp_path / "old.sqlite3", postgres_database.owner_dsn
    with monkeypatch.context() as patched:
        for backend in (sqlite, ledger.database.postgres):
            patched.setattr(backend, "read_migrations", lambda package: read_migrations(package)[:1])
        sqlite.SQLiteRows(file, "o", create=True).close()
        postgres.install(dsn)
    with closing(sqlite3.connect(file, isolation_level=None)) as old:
        old.execute("INSERT INTO disclosures VALUES (?, ?, ?, ?, ?, ?)", row)
    with psycopg.connect(dsn) as connection:
        connection.execute("INSERT INTO vault.disclosures VALUES (%s, %s, %s, %s, %s, %s)", row)
    with pytest.raises(MigrationError, match="0002_kept_at of the vault is not applied"):
        sqlite.SQLiteRows(file, "o")
    postgres.install(dsn)
    for rows in (sqlite.SQLiteRows(file, "o", create=True), postgres.PostgresRows(postgres_database.app_dsn, "o")):
        (found,) = rows.survey()
        assert found[:3] == row[1:4]
        assert 0 <= found.age_seconds < 60
        assert rows.select(["d" * 43]) == [row[1:]]
        rows.close()
