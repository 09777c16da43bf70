"""`letopis reopenings` as people meet it, on both databases: one asks, another answers, what waits is listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli.app import run
from api.cli.importing import founder
from api.schools import open_school
from ledger.journal import commands as jc
from tests.conftest import Database
from tests.erasing_school import planted_in
from tests.unit.ledger.journal.small_school import uid

PERIOD = uid(9_041)


@pytest.fixture(params=["sqlite", "postgresql"])
def tokens(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Sign-ins by role of a school in ``var`` that has a closed quarter of long ago."""
    if request.param == "postgresql":
        database: Database = request.getfixturevalue("postgres_database")
        monkeypatch.setenv("LETOPIS_POSTGRES_DSN", database.app_dsn)
        monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.owner_dsn)
    made, _ = planted_in(tmp_path / "var", request.param)
    days = {"starts_on": "2020-09-01", "ends_on": "2020-10-25"}
    year = jc.OpenSchoolYear(year=uid(9_040), title="2020/21", starts_on="2020-09-01", ends_on="2021-05-31")
    quarter = jc.DefinePeriod(period=PERIOD, year=uid(9_040), kind="quarter", number=1, grades=(5,), **days)
    with open_school(tmp_path / "var", background=False) as school:
        for command in (year, quarter, jc.ClosePeriod(period=PERIOD)):
            school.execute(command, founder(school))
    return made


def test_one_asks_and_another_answers(
    tokens: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    var = ["--var", str(tmp_path / "var")]
    capsys.readouterr()

    def said(role: str, *arguments: str) -> dict[str, Any]:
        monkeypatch.setenv("LETOPIS_TOKEN", tokens[role])
        assert run(["reopenings", *arguments, *var, "--json"]) == 0, capsys.readouterr()
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    asked = ["--period", PERIOD, "--reason", "other", "--basis", "записка № 5"]
    assert run(["reopenings", "ask", *asked, *var]) == 1  # without the note that this reason asks for
    assert run(["reopenings", "ask", *asked, "--class", "5А", *var]) == 2  # two things at once
    capsys.readouterr()
    request = said("administrator", "ask", *asked, "--note", "забыли зачёт")["request"]
    assert run(["reopenings", "approve", str(request), "--basis", "да", *var]) == 1  # who asked
    assert run(["reopenings", "approve", "0", "--basis", "да", *var]) == 2  # no such request
    capsys.readouterr()
    (waiting,) = said("director", "list", "--status", "open")["rows"]
    assert (waiting["entry"], waiting["what"], waiting["scope"]) == (request, "period", PERIOD)
    refused = said("director", "refuse", str(request), "--basis", "нет причин")["entry"]
    second = said("administrator", "ask", *asked[:2], "--reason", "inspection", "--basis", "акт № 5")["request"]
    opened = said("director", "approve", str(second), "--basis", "приказ № 6")["entry"]
    assert [row["answered_by"] for row in said("director", "list")["rows"]] == [refused, opened]
    assert run(["reopenings", "list", *var]) == 0
    text = capsys.readouterr().out
    assert "1 четверть 2020-09-01 – 2020-10-25: по требованию проверки, акт № 5" in text
    assert f"открыто снова / opened again [{opened}]" in text
    assert "забыли" not in text
    assert run(["reopenings", "list", "--status", "lost", *var]) == 2
