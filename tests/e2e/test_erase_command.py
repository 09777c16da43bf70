"""`letopis erase`, `retention` and `erasure-act` as people meet them, on both databases: two sign-ins, an act that proves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli.app import run
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


def test_what_falls_due_is_shown_and_nothing_is_done(
    school: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    planted_in(school, request.node.callspec.params["school"])
    assert run(["retention", "--var", str(school), "--on", "2040-01-01", "--json"]) == 0
    assert said(capsys) == {"on": "2040-01-01", "rows": []}
