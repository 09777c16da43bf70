"""`letopis vault sweep` as people and programs meet it, on both databases, beside a school that is open."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from api.cli.app import run
from api.schools import open_school
from ledger.journal.commands import RegisterPerson
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor
from tests.conftest import Database

PERSON = "6f1c0000-0000-4000-8000-000000000001"
MONTH_SECONDS = 30 * 86_400


@pytest.fixture(params=["sqlite", "postgresql"])
def school(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A school with a value that no entry names, kept a month ago."""
    var = tmp_path / "var"
    if request.param == "postgresql":
        database: Database = request.getfixturevalue("postgres_database")
        monkeypatch.setenv("LETOPIS_POSTGRES_DSN", database.app_dsn)
        monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.owner_dsn)
    assert run(["init", "--var", str(var), "--database", request.param, "--json"]) == 0
    with open_school(var, background=False) as opened:
        opened.vault.keep(PERSON, "person", [make_disclosure("family_name", "Иванова").text])
    if request.param == "postgresql":
        with psycopg.connect(database.owner_dsn) as connection:
            connection.execute("UPDATE vault.disclosures SET kept_at = kept_at - interval '30 days'")
    else:
        with closing(sqlite3.connect(var / "vault.sqlite3", isolation_level=None)) as file:
            file.execute("UPDATE disclosures SET kept_at = kept_at - ?", (MONTH_SECONDS,))
    capsys.readouterr()
    return var


def swept(capsys: pytest.CaptureFixture[str], var: Path, *more: str, code: int = 0) -> dict[str, object]:
    assert run(["vault", "sweep", "--var", str(var), "--json", *more]) == code
    content: dict[str, object] = json.loads(capsys.readouterr().out)
    return content


def test_shows_first_and_removes_when_asked_beside_an_open_school(
    school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_school(school, background=False) as opened:
        shown = swept(capsys, school)
        assert shown["applied"] is False
        assert [row["person"] for row in shown["disclosures"]] == [PERSON]  # type: ignore[attr-defined]
        assert swept(capsys, school) == shown
        removed = swept(capsys, school, "--apply")
        assert (removed["applied"], removed["disclosures"]) == (True, shown["disclosures"])
        assert swept(capsys, school, "--apply")["disclosures"] == []
        digests = [row["digest"] for row in shown["disclosures"]]  # type: ignore[attr-defined]
        assert opened.vault.read(digests) == {}
        # Its key is young: it was asked for a moment ago. The other one is of the first account's name.
        assert len(list((school / "keys" / "vault").rglob("*.key"))) == 2


def test_says_it_in_russian_and_english_without_values(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["vault", "sweep", "--var", str(school)]) == 0
    said = capsys.readouterr().out
    assert "не ссылается ни одна запись / disclosures that no entry names: 1" in said
    assert "Ничего не удалено; удалить: --apply. / Nothing was removed; --apply removes." in said
    assert run(["vault", "sweep", "--var", str(school), "--apply"]) == 0
    said += capsys.readouterr().out
    assert "Лишнее удалено. / What was left over is removed." in said
    assert "Иванова" not in said


def test_a_younger_age_is_as_asked_for_and_never_under_a_day(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = swept(capsys, school, "--older-than-days", "31")
    assert (found["disclosures"], found["young"]) == ([], 1)
    assert run(["vault", "sweep", "--var", str(school), "--older-than-days", "0"]) == 2


def test_the_servers_own_role_may_look_and_not_remove(
    school: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LETOPIS_POSTGRES_OWNER_DSN", raising=False)
    shown = swept(capsys, school)["disclosures"]
    assert len(shown) == 1  # type: ignore[arg-type]
    if "postgresql" in (school / "school.json").read_text():
        assert run(["vault", "sweep", "--var", str(school), "--apply"]) == 2
        assert "LETOPIS_POSTGRES_OWNER_DSN" in capsys.readouterr().err
        assert swept(capsys, school)["disclosures"] == shown


def test_nothing_is_swept_while_recording_is_stopped(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on_postgresql = "postgresql" in (school / "school.json").read_text()
    latch = school / ("ledger.latched" if on_postgresql else "ledger.sqlite3.latched")
    latch.write_text("the disk failed")
    assert run(["vault", "sweep", "--var", str(school), "--apply"]) == 3
    assert "recording is stopped" in capsys.readouterr().err
    latch.unlink()
    assert len(swept(capsys, school)["disclosures"]) == 1  # type: ignore[arg-type]


def test_a_vault_that_lacks_what_the_log_names_is_a_finding(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_school(school, background=False) as opened:
        digest = make_disclosure("family_name", "Петрова").digest
        actor = Actor(PERSON, "administrator")
        opened.execute(RegisterPerson(person=PERSON, kind="student", sd=(digest,)), actor)
    found = swept(capsys, school, "--apply", code=1)
    assert (found["missing"], found["keys"]) == (1, [])
    assert run(["vault", "sweep", "--var", str(school)]) == 1
    assert "Ключи не тронуты" in capsys.readouterr().out
