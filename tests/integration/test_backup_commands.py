"""Backups of a real school on both databases: taken beside a writer, restored, recorded, and refused where they are not whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.backups import postgres, taking
from api.backups.drill import drill
from api.backups.folder import BackupRefused, read_backup
from api.backups.programs import find_program
from api.backups.taking import take_databases, take_keys
from api.cli.auditing import audit_school
from api.cli.backing_up import Asked, record_backup, run_backup, run_backups, run_restore, run_restore_check
from api.cli.console import Console, Exit
from api.cli.exporting import ExportOptions, run_export
from api.cli.looking import look
from api.cli.proving import verify_archive
from api.identity.kept import NotTheHolder
from api.identity.opening import open_secrets
from api.identity.passwords import Cost
from api.schools import open_school
from api.settings import Layout, SettingsError, UnavailableError, read_school_file
from api.vaults import open_sealed_rows
from ledger.database.migrations import read_migrations
from ledger.storage.postgres import install
from ledger.storage.sqlite import schema
from ledger.vault.disclosure import make_disclosure
from tests.conftest import Database, make_database
from tests.erasing_school import CANARIES, holding, spellings
from tests.sample_folders import sample_folder, sample_on_postgres
from tests.small_vaults import PERSON, make_older

QUIET = Console(as_json=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def var(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sample school, signed, which nobody has open; on PostgreSQL its owner is a superuser."""
    folder = tmp_path / "school"
    if request.param == "sqlite":
        with sample_folder(folder, limit=120) as school:
            school.checkpointer.sign()
        make_older(folder, 3_600)
        return folder
    database: Database = request.getfixturevalue("postgres_database")
    with sample_on_postgres(folder, database, monkeypatch, limit=120) as school:
        school.checkpointer.sign()
    make_older(folder, 3_600, database)
    monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.superuser_dsn)
    return folder


@pytest.fixture
def emptied(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Point the environment at an empty database, where the school is on PostgreSQL."""

    def point(var: Path) -> None:
        if read_school_file(Layout(var)).database == "postgresql":
            database = make_database(request.getfixturevalue("postgres_cluster"), "template1")
            monkeypatch.setenv("LETOPIS_POSTGRES_DSN", database.app_dsn)
            monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.superuser_dsn)
            monkeypatch.setenv("LETOPIS_VIEWS_DSN", "")

    return point


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    return answer


def take(var: Path, out: Path, *, keys: bool = False, record: bool = False) -> None:
    assert run_backup(QUIET, var, out, keys=keys, place="сейф" if record else "", record=record) == Exit.DONE


@pytest.mark.clause("R03", breaks="api.backups.drill:_judge_audit")
def test_a_backup_is_restored_on_trial_and_that_is_recorded(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(var, tmp_path / "b", record=True)
    taken = said(capsys)
    assert run_restore_check(QUIET, tmp_path / "b", var, 1, record=True) == Exit.DONE
    tried = said(capsys)
    assert (tried["verdict"], tried["findings"], tried["lacking"]) == ("verified", [], [])
    assert (tried["size"], tried["root"]) == (taken["size"], taken["root"])
    assert sorted(tried["how"]) == ["audit", "checkpoint", "restore", "values"]
    assert tried["values_opened"] > 0
    take(var, tmp_path / "k", keys=True, record=True)
    capsys.readouterr()
    assert run_restore_check(QUIET, tmp_path / "k", var, 1, record=True) == Exit.DONE
    assert sorted(said(capsys)["how"]) == ["restore", "values"]
    assert run_backups(QUIET, var, Asked(None, None, 1, 92)) == Exit.DONE
    rows = said(capsys)["rows"]
    assert [(row["what"], len(row["checks"])) for row in rows] == [(["keys"], 1), (["ledger", "vault"], 1)]
    assert (rows[1]["entry"], rows[1]["proved_by"], rows[1]["behind"]) == (taken["entry"], tried["entry"], 4)
    # Another program judges what was recorded.
    assert run_export(QUIET, var, tmp_path / "archive", ExportOptions()) == Exit.DONE
    assert verify_archive(tmp_path / "archive", said(capsys)["vkey"]).verdict == "verified"


def make_log_older(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the last migration of a log back, and have this program not know it."""
    layout = Layout(var)
    if read_school_file(layout).database == "sqlite":
        with closing(sqlite3.connect(layout.ledger_file, isolation_level=None)) as file:
            (guard,) = file.execute("SELECT sql FROM sqlite_schema WHERE name = 'migrations_no_delete'").fetchone()
            file.executescript(
                "DROP TRIGGER migrations_no_delete; DROP TABLE claims; DELETE FROM migrations WHERE number = 3;"
            )
            file.execute(guard)
        module: Any = schema
    else:
        with psycopg.connect(os.environ["LETOPIS_POSTGRES_OWNER_DSN"]) as connection:
            for trigger in ("letopis_guard_ddl", "letopis_guard_drop"):
                connection.execute(SQL("ALTER EVENT TRIGGER {} DISABLE").format(Identifier(trigger)))
            connection.execute("DROP FUNCTION letopis.append_claiming")
            connection.execute("DROP TABLE letopis_derived.claims")
            connection.execute("ALTER TABLE letopis.migrations DISABLE TRIGGER append_only")
            connection.execute("DELETE FROM letopis.migrations WHERE number = 5")
            connection.execute("ALTER TABLE letopis.migrations ENABLE ALWAYS TRIGGER append_only")
            for trigger in ("letopis_guard_ddl", "letopis_guard_drop"):
                connection.execute(SQL("ALTER EVENT TRIGGER {} ENABLE ALWAYS").format(Identifier(trigger)))
        module = install
    known = read_migrations(f"ledger.storage.{'sqlite' if module is schema else 'postgres'}")
    monkeypatch.setattr(module, "read_migrations", lambda _: known[:-1])


def test_a_backup_from_before_a_migration_is_tried_and_restored_by_the_program_that_has_it(
    var: Path, tmp_path: Path, emptied: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as older:
        make_log_older(var, older)
        take(var, tmp_path / "b")
    capsys.readouterr()
    assert run_restore_check(QUIET, tmp_path / "b", var, 1, record=False) == Exit.DONE
    assert said(capsys)["verdict"] == "verified"
    emptied(var)
    assert run_restore(QUIET, tmp_path / "b", tmp_path / "restored", 1) == Exit.DONE


def test_a_school_comes_back_from_its_two_backups(
    var: Path, tmp_path: Path, emptied: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        people = [row[0] for row in school.views.select("SELECT p.person FROM {persons} p", {})]
        names = school.names(people)
        head = school.recorder.head()
        look(school, "reads", people)  # who looked before the backup is told after it too
        looks = school.access.log.ledger.head()
        assert looks.size > 1
    take(var, tmp_path / "b")
    take(var, tmp_path / "k", keys=True)
    emptied(var)
    new = tmp_path / "new"
    assert run_restore(QUIET, tmp_path / "b", new, 1) == Exit.DONE
    assert not (new / "keys").exists()
    assert run_restore(QUIET, tmp_path / "k", new, 1) == Exit.DONE
    capsys.readouterr()
    assert audit_school(QUIET, new, 1, unlatch=False) == Exit.DONE
    assert said(capsys)["root"] == head.edge.root().hex()
    with open_school(new, background=False) as school:
        school.views.catch_up(school.recorder)
        assert names
        assert school.names(people) == names
        assert school.recorder.head() == head
        assert school.access.log.ledger.head() == looks
        assert school.checkpointer.sign().size == head.size
    for backup in ("b", "k"):
        with pytest.raises(SettingsError, match=r"is there already|are here already|has a log already"):
            run_restore(QUIET, tmp_path / backup, new, 1)


def test_what_let_somebody_in_before_a_backup_lets_nobody_in_after_it(
    var: Path, tmp_path: Path, emptied: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    now, label, password = int(time.time()), "выгрузка в библиотеку", "осенью листья шуршат"
    account, other = str(uuid4()), str(uuid4())
    with open_school(var, background=False, password_cost=Cost(1, 8, 1)) as school:
        secrets = school.secrets
        secrets.accept(secrets.invite(account, "orlova", now)[0], password, "", now)
        session, _, _ = secrets.sign_in("orlova", password, "", now)
        token = secrets.make_token(account, "teacher", label, now)
        invitation, _ = secrets.invite(other, "petrova", now)
        take(var, tmp_path / "b")
        take(var, tmp_path / "k", keys=True)
        secrets.revoke_token(account, secrets.tokens(account)[0].id)
        secrets.end_sessions(account)
    emptied(var)
    new = tmp_path / "new"
    assert run_restore(Console(as_json=False), tmp_path / "b", new, 1) == Exit.DONE
    assert "tokens and invitations are ended" in capsys.readouterr().out
    assert run_restore(QUIET, tmp_path / "k", new, 1) == Exit.DONE
    identity = Layout(new).identity_file
    assert not identity.exists() or label.encode() not in identity.read_bytes()
    with open_school(new, background=False, password_cost=Cost(1, 8, 1)) as school:
        assert school.secrets.token(token, now) is None, "it was revoked"
        assert school.secrets.session(session, now) is None
        assert school.secrets.tokens(account) == []
        with pytest.raises(NotTheHolder):
            school.secrets.accept(invitation, password, "", now)
        assert school.secrets.sign_in("orlova", password, "", now)[2] == account


def test_no_value_of_anybody_stands_in_a_backup(var: Path, tmp_path: Path) -> None:
    with open_school(var, background=False) as school:
        school.vault.keep(PERSON, "person", [make_disclosure(name, value).text for name, value in CANARIES.items()])
        school.views.catch_up(school.recorder)
        people = [row[0] for row in school.views.select("SELECT p.person FROM {persons} p", {})]
        names = {str(number): name for number, name in enumerate(school.names(people).values())}
        a_subject = school.views.select("SELECT min(c.subject) FROM {courses} c", {})[0][0]
    take(var, tmp_path / "b")
    take(var, tmp_path / "k", keys=True)
    for dump in (tmp_path / "b").glob("*.dump"):  # which is compressed
        program = find_program("pg_restore")
        subprocess.run([program, "--file", dump.with_suffix(".sql"), dump], check=True)
    assert len(names) > 10
    assert holding(tmp_path / "b", spellings({"subject": a_subject})), "what is there can be found"
    assert holding(tmp_path / "b", spellings({**CANARIES, **names})) == []
    assert holding(tmp_path / "k", spellings({**CANARIES, **names})) == []


def test_values_of_who_was_erased_since_do_not_come_back(
    var: Path, tmp_path: Path, emptied: Callable[[Path], None]
) -> None:
    layout = Layout(var)
    file = read_school_file(layout)
    kept = make_disclosure("family_name", "Петрова")
    with open_school(var, background=False) as school:
        school.vault.keep(PERSON, "person", [kept.text])
        for account, login in ((PERSON, "petrova-7171"), (str(uuid4()), "orlova")):
            school.secrets.invite(account, login, int(time.time()))
    take(var, tmp_path / "b")
    (key,) = layout.vault_keys.rglob(f"{PERSON}.person.key")
    key.rename(key.with_suffix(".erased"))
    emptied(var)
    shutil.copytree(layout.keys, tmp_path / "new" / "keys")
    (tmp_path / "new").chmod(0o700)
    assert run_restore(QUIET, tmp_path / "b", tmp_path / "new", 1) == Exit.DONE
    with closing(open_sealed_rows(Layout(tmp_path / "new"), file, as_owner=False)) as rows:
        left = {row.person for row in rows.survey()}
    assert left
    assert PERSON not in left
    with closing(open_secrets(Layout(tmp_path / "new"), file)) as secrets:
        assert [one.login for one in secrets.logins()] == ["orlova"]
    assert holding(tmp_path / "new", [b"petrova-7171"]) == []


def test_what_is_kept_between_the_two_copies_is_in_the_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite the log is copied first: whatever it names was kept before, so the vault's copy has it."""
    with sample_folder(tmp_path / "school", limit=120) as school:
        school.checkpointer.sign()
        late = make_disclosure("family_name", "Петрова")
        real = taking.copy_sqlite

        def copy(source: Path, target: Path) -> None:
            if source.name == "vault.sqlite3":
                school.vault.keep(PERSON, "person", [late.text])  # as a request between the copies does
            real(source, target)

        monkeypatch.setattr(taking, "copy_sqlite", copy)
        layout = Layout(tmp_path / "school")
        backup = take_databases(layout, read_school_file(layout), tmp_path / "b")
    with closing(sqlite3.connect(tmp_path / "b" / "vault.sqlite3")) as connection:
        found = connection.execute("SELECT count(*) FROM disclosures WHERE digest = ?", (late.digest,)).fetchone()
    assert found == (1,)
    assert drill(backup, layout).verdict == "verified"


def test_keys_of_people_who_came_later_are_not_missed(tmp_path: Path) -> None:
    with sample_folder(tmp_path / "school", limit=60) as school:
        layout = Layout(tmp_path / "school")
        make_older(tmp_path / "school", 3_600)
        keys = take_keys(layout, read_school_file(layout), tmp_path / "k")
        school.vault.keep(PERSON, "person", [make_disclosure("family_name", "Петрова").text])
    found = drill(keys, layout)
    assert (found.verdict, found.findings) == ("verified", [])


def test_a_changed_byte_is_found_whatever_the_manifest_says(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(var, tmp_path / "b", record=True)
    backup = read_backup(tmp_path / "b")
    (file, *_) = backup.manifest.files
    path = tmp_path / "b" / file.name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x20
    path.write_bytes(bytes(raw))
    capsys.readouterr()
    assert run_restore_check(QUIET, tmp_path / "b", var, 1, record=True) == Exit.FINDING
    tried = said(capsys)
    assert (tried["verdict"], tried["size"]) == ("finding", None)
    with pytest.raises(BackupRefused, match="not the bytes"):
        run_restore(QUIET, tmp_path / "b", tmp_path / "new", 1)
    assert not (tmp_path / "new" / "school.json").exists()


def test_an_entry_changed_before_the_backup_is_found_by_the_drill(tmp_path: Path) -> None:
    with sample_folder(tmp_path / "school", limit=120):
        pass
    layout = Layout(tmp_path / "school")
    with closing(sqlite3.connect(layout.ledger_file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), '2026', '2027') AS BLOB) WHERE idx = 20"
        )
        connection.commit()
    backup = take_databases(layout, read_school_file(layout), tmp_path / "b")
    found = drill(backup, layout)
    assert found.verdict == "finding"
    assert "audit" not in found.steps
    assert run_restore(QUIET, tmp_path / "b", tmp_path / "new", 1) == Exit.FINDING
    assert not [path for path in (tmp_path / "new").iterdir() if path.is_file()]


def test_a_backup_whose_claims_alone_differ_is_told_and_restored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sample_folder(tmp_path / "school", limit=120):
        pass
    layout = Layout(tmp_path / "school")
    with closing(sqlite3.connect(layout.ledger_file)) as connection:
        connection.execute("INSERT INTO claims (place, number, stream) VALUES ('2026-09-01/x/1', 1, 'lesson/x')")
        connection.commit()
    take_databases(layout, read_school_file(layout), tmp_path / "b")
    capsys.readouterr()
    assert run_restore(QUIET, tmp_path / "b", tmp_path / "new", 1) == Exit.FINDING
    assert "passed" in said(capsys)
    assert Layout(tmp_path / "new").school_file.exists()


def test_without_keys_a_drill_says_that_it_is_not_complete(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(var, tmp_path / "b")
    capsys.readouterr()
    assert run_restore_check(QUIET, tmp_path / "b", None, 1, record=False) == Exit.UNAVAILABLE
    assert said(capsys)["verdict"] == "incomplete"
    with pytest.raises(SettingsError, match="--record"):
        run_restore_check(QUIET, tmp_path / "b", None, 1, record=True)


def test_another_schools_backup_is_not_recorded(var: Path, tmp_path: Path) -> None:
    take(var, tmp_path / "b")
    path = tmp_path / "b" / "backup.json"
    backup = read_backup(tmp_path / "b")
    path.write_bytes(path.read_bytes().replace(backup.manifest.root.encode(), b"ab" * 32))
    with pytest.raises(UnavailableError, match="another log"):
        record_backup(var, read_backup(tmp_path / "b"), "сейф")


def test_a_backup_never_replaces_anything(var: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(SettingsError, match="is there already"):
        run_backup(QUIET, var, tmp_path / "b", keys=False, place="", record=False)
    with pytest.raises(SettingsError, match="--place"):
        run_backup(QUIET, var, tmp_path / "c", keys=False, place="", record=True)
    assert not (tmp_path / "c").exists()


def test_no_backup_or_none_that_was_tried_is_a_finding(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_backups(QUIET, var, Asked(None, None, 1, 92)) == Exit.FINDING
    assert len(said(capsys)["overdue"]) == 2
    take(var, tmp_path / "b", record=True)
    capsys.readouterr()
    assert run_backups(QUIET, var, Asked(None, None, 1, 92)) == Exit.FINDING
    assert len(said(capsys)["overdue"]) == 1


def test_a_database_whose_guard_was_taken_away_is_found(
    postgres_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sample_on_postgres(tmp_path / "school", postgres_database, monkeypatch, limit=60) as school:
        school.checkpointer.sign()
    monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", postgres_database.superuser_dsn)
    layout = Layout(tmp_path / "school")
    with psycopg.connect(postgres_database.superuser_dsn, autocommit=True) as connection:
        connection.execute("ALTER EVENT TRIGGER letopis_guard_drop DISABLE")
    found = drill(take_databases(layout, read_school_file(layout), tmp_path / "b"), layout)
    assert found.verdict == "finding"
    assert [line for line in found.findings if "letopis_guard_drop" in line]
    with psycopg.connect(postgres_database.superuser_dsn) as connection:
        left = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'letopis_drill_%'").fetchone()
    assert left == (0,)


def test_a_dump_is_not_restored_into_a_database_that_has_a_log(
    postgres_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sample_on_postgres(tmp_path / "school", postgres_database, monkeypatch, limit=20):
        pass
    layout = Layout(tmp_path / "school")
    take_databases(layout, read_school_file(layout), tmp_path / "b")
    with pytest.raises(SettingsError, match="has a log already"):
        postgres.restore(postgres_database.superuser_dsn, tmp_path / "b" / "database.dump")
