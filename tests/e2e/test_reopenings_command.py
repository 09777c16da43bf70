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
from tests.http_class import SmallClass
from tests.http_school import make_school, post, served
from tests.unit.ledger.journal.small_school import uid

PERIOD = uid(9_041)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that a school can be made in."""
    if request.param == "postgresql":
        made: Database = request.getfixturevalue("postgres_database")
        monkeypatch.setenv("LETOPIS_POSTGRES_DSN", made.app_dsn)
        monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", made.owner_dsn)
    name: str = request.param
    return name


@pytest.fixture
def tokens(database: str, tmp_path: Path) -> dict[str, str]:
    """Sign-ins by role of a school in ``var`` that has a closed quarter of long ago."""
    made, _ = planted_in(tmp_path / "var", database)
    days = {"starts_on": "2020-09-01", "ends_on": "2020-10-25"}
    year = jc.OpenSchoolYear(year=uid(9_040), title="2020/21", starts_on="2020-09-01", ends_on="2021-05-31")
    quarter = jc.DefinePeriod(period=PERIOD, year=uid(9_040), kind="quarter", number=1, grades=(5,), **days)
    with open_school(tmp_path / "var", background=False) as school:
        for command in (year, quarter, jc.ClosePeriod(period=PERIOD)):
            school.execute(command, founder(school))
    return made


def tried(var: Path, actor: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """What was refused to somebody, and why, with the classes that it was about, as the access log has it."""
    with open_school(var, background=False) as school:
        found = [one for one in school.access.log.tried(actor) if one.actor == actor]
        return [(one.refusal.what, one.refusal.reason, one.refusal.classes) for one in found]


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


def test_a_refused_request_leaves_no_note(tokens: dict[str, str], tmp_path: Path) -> None:
    var, note = ["--var", str(tmp_path / "var")], ["--reason", "other", "--basis", "записка", "--note", "забыли"]
    assert run(["reopenings", "ask", "--period", PERIOD, *note, *var]) == 0
    assert run(["reopenings", "ask", "--period", PERIOD, *note, *var]) == 1  # one waits
    assert tokens
    with open_school(tmp_path / "var", background=False) as school:
        assert len(school.vault.kept_of(PERIOD)) == 1


def test_a_teacher_asks_for_the_own_classes_alone(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As over HTTP; a deputy, who reaches all, hears that nothing is closed there."""
    var = tmp_path / "var"
    tokens, actors = make_school(var, database)
    with served(var, tokens, actors) as server, server.as_("administrator") as administrator:
        year = SmallClass(server).year
        post(administrator, "/classes", {"class_group": uid(9_050), "year": year, "grade": 5, "letter": "Б"})
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["teacher"])
    ask = ["reopenings", "ask", "--reason", "not_recorded", "--basis", "записка № 1", "--var", str(var)]
    capsys.readouterr()
    assert run([*ask, "--class", "5А"]) == 1
    assert "не закрыт" in capsys.readouterr().err
    assert run([*ask, "--class", "5Б"]) == 2
    assert "teacher: это не ваше / out of this role's reach" in capsys.readouterr().err
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["deputy"])
    assert run([*ask, "--class", "5Б"]) == 1
    assert tried(var, actors["deputy"]) == [], "what a rule refuses everybody is nobody's attempt"
    assert tried(var, actors["teacher"]) == [("letopis reopenings ask", "reach", (uid(9_050),))]


def test_what_is_refused_to_somebody_leaves_a_trace_as_over_http(
    tokens: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "var"
    ask = ["reopenings", "ask", "--period", PERIOD, "--reason", "inspection", "--basis", "акт № 5", "--var", str(var)]
    answer = ["--basis", "да", "--var", str(var)]
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["director"])
    capsys.readouterr()
    assert run([*ask, "--json"]) == 0
    request = str(json.loads(capsys.readouterr().out)["request"])
    assert run(["reopenings", "approve", request, *answer]) == 1  # the own request
    who = {}
    with open_school(var, background=False) as school:
        for role in ("director", "teacher", "inspector"):
            found = school.secrets.token(tokens[role], 0)
            assert found is not None
            who[role] = found.account
    for role in ("teacher", "inspector"):
        monkeypatch.setenv("LETOPIS_TOKEN", tokens[role])
        assert run(["reopenings", "approve", request, *answer]) == 2  # no right of theirs
        assert run(["reopenings", "approve", request, *answer]) == 2
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["teacher"])
    capsys.readouterr()
    assert run(["reopenings", "refuse", "0", *answer]) == 2
    assert "teacher: этого ключу не дано" in capsys.readouterr().err, "before it is told what waits"
    assert tried(var, who["director"]) == [("letopis reopenings approve", "rule", ())]
    approval, refusal = (("letopis reopenings approve", "right", ()), ("letopis reopenings refuse", "right", ()))
    assert tried(var, who["inspector"]) == [approval], "once a minute"
    assert tried(var, who["teacher"]) == [approval, refusal]
