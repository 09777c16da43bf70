"""`letopis erase`, `retention` and `erasure-act` as people meet them, on both databases: two sign-ins, an act that proves."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.cli.app import run
from api.schools import open_school
from ledger.journal.account import Account
from ledger.journal.account_commands import CloseAccount, GrantRole, OpenAccount, RevokeRole
from ledger.journal.commands import RegisterPerson
from ledger.wire.entry import Actor
from projections.views.erasures import erasures
from tests.conftest import Database
from tests.erasing_school import CANARIES, planted_in, spellings


@pytest.fixture(params=["sqlite", "postgresql"])
def school(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A school's folder, closed; its environment is set."""
    if request.param == "postgresql":
        database: Database = request.getfixturevalue("postgres_database")
        monkeypatch.setenv("LETOPIS_POSTGRES_DSN", database.app_dsn)
        monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.owner_dsn)
    return tmp_path / "var"


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_two_sign_ins_erase_a_person_and_the_act_proves_it(
    school: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tokens, person = planted_in(school, request.node.callspec.params["school"])
    var = ["--var", str(school), "--json"]
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["administrator"])
    assert run(["erase", "propose", person, "--ground", "unlawful", "--basis", "предписание № 7", *var]) == 0
    erasure = str(said(capsys)["erasure"])
    assert run(["erase", "approve", erasure, "--basis", "приказ № 8", *var]) == 1  # who proposed it
    assert run(["erase", "carry-out", erasure, *var]) == 1  # not approved
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["director"])
    assert run(["erase", "approve", erasure, "--basis", "приказ № 8", *var]) == 0
    capsys.readouterr()
    assert run(["erase", "carry-out", erasure, *var]) == 0
    (entry,) = said(capsys)["entries"]
    assert run(["erase", "list", *var]) == 0
    assert said(capsys)["begun"] == []
    assert run(["erasure-act", str(entry), "--out", str(tmp_path / "act"), *var]) == 0
    act = (tmp_path / "act/act.txt").read_text(encoding="utf-8")
    assert person in act
    assert "предписание № 7" in act
    assert len((tmp_path / "act/log.csv").read_text(encoding="utf-8").splitlines()) == 4
    vkey = act.rpartition('--key "')[2].partition('"')[0]
    proof = tmp_path / "act/proof"
    checked = [sys.executable, str(proof / "verify.pyz"), str(proof), "--key", vkey]
    assert subprocess.run(checked, check=False, capture_output=True, timeout=120).returncode == 0
    for path in (one for one in tmp_path.rglob("*") if one.is_file()):
        assert not any(needle in path.read_bytes() for needle in spellings(CANARIES)), path


def test_a_token_that_nobody_has_is_refused(
    school: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, person = planted_in(school, request.node.callspec.params["school"])
    monkeypatch.setenv("LETOPIS_TOKEN", "nobody")
    arguments = ["erase", "propose", person, "--ground", "unlawful", "--basis", "№ 7", "--var", str(school)]
    assert run(arguments) != 0


@pytest.mark.parametrize("why", ["revoked", "closed", "cut", "not acknowledged"])
def test_who_may_not_do_it_any_more_is_no_second_person(
    why: str,
    school: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A token outlives a revoked role: over HTTP the next request is refused, and so is the next command."""
    tokens, person = planted_in(school, request.node.callspec.params["school"])
    var = ["--var", str(school), "--json"]
    assert run(["erase", "propose", person, "--ground", "unlawful", "--basis", "предписание № 7", *var]) == 0
    erasure = str(said(capsys)["erasure"])
    token = tokens["director"]
    with open_school(school, background=False) as opened:
        held = opened.secrets.token(token, int(time.time()))
        assert held is not None
        director, _ = opened.app.aggregate(f"account/{held.account}")
        assert isinstance(director, Account)
        (grant,) = director.grants
        founder = Actor(opened.app.founder().id, "administrator")
        if why == "revoked":
            opened.execute(RevokeRole(account=director.id, grant=grant, basis="приказ № 3"), founder)
        elif why == "closed":
            opened.execute(CloseAccount(account=director.id, reason="mistake", basis="приказ № 4"), founder)
        elif why == "cut":
            token = opened.secrets.make_token(
                director.id, "director", "отчёт", int(time.time()), rights=("read_views",)
            )
    if why == "not acknowledged":
        (school / "confidentiality.txt").write_text("Новое обязательство о неразглашении.", encoding="utf-8")
    monkeypatch.setenv("LETOPIS_TOKEN", token)
    approve = ["erase", "approve", erasure, "--basis", "приказ № 8", *var]
    assert run(approve) != 0
    assert "LETOPIS_TOKEN" in capsys.readouterr().err
    with open_school(school, background=False, recording=False) as opened:
        (row,) = erasures(opened.read_views()).rows
        assert row.approved is None


def test_who_opened_the_school_records_while_still_its_administrator(
    school: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens, person = planted_in(school, request.node.callspec.params["school"])
    with open_school(school, background=False) as opened:
        held = opened.secrets.token(tokens["director"], int(time.time()))
        assert held is not None
        founder = opened.app.founder()
        new = str(uuid4())
        opened.execute(RegisterPerson(person=new, kind="staff", sd=()), founder)
        opened.execute(OpenAccount(account=new, kind="employee"), founder)
        today = opened.app.today().isoformat()
        opened.execute(GrantRole(account=new, role="administrator", starts_on=today, basis="приказ № 5"), founder)
        account, _ = opened.app.aggregate(f"account/{founder.id}")
        assert isinstance(account, Account)
        (grant,) = account.grants
        opened.execute(RevokeRole(account=founder.id, grant=grant, basis="приказ № 6"), Actor(new, "administrator"))
    propose = ["erase", "propose", person, "--ground", "unlawful", "--basis", "№ 7", "--var", str(school), "--json"]
    assert run(propose) != 0
    assert "LETOPIS_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["director"])
    assert run(propose) == 0


def test_what_falls_due_is_shown_and_nothing_is_done(
    school: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    planted_in(school, request.node.callspec.params["school"])
    assert run(["retention", "--var", str(school), "--on", "2040-01-01", "--json"]) == 0
    assert said(capsys) == {"on": "2040-01-01", "rows": []}
