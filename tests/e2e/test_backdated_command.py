"""`letopis backdated` as people meet it, on both databases: what came late, and what two people did in a closed period."""

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

YEAR, PERIOD, GROUP, STUDENT, TEACHERS, COURSE = (
    uid(9_140),
    uid(9_141),
    uid(9_142),
    uid(9_143),
    (uid(9_144), uid(9_145)),
    uid(9_146),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def tokens(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Sign-ins by role of a school in ``var`` that has 7Э with one course, and a closed quarter of long ago."""
    if request.param == "postgresql":
        database: Database = request.getfixturevalue("postgres_database")
        monkeypatch.setenv("LETOPIS_POSTGRES_DSN", database.app_dsn)
        monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.owner_dsn)
    made, _ = planted_in(tmp_path / "var", request.param)
    first, last = "2020-09-01", "2020-10-25"
    with open_school(tmp_path / "var", background=False) as school:
        for command in (
            jc.OpenSchoolYear(year=YEAR, title="2020/21", starts_on=first, ends_on="2021-05-31"),
            jc.DefinePeriod(
                period=PERIOD, year=YEAR, kind="quarter", number=1, grades=(7,), starts_on=first, ends_on=last
            ),
            *(jc.RegisterPerson(person=person, kind="teacher", sd=()) for person in TEACHERS),
            jc.RegisterPerson(person=STUDENT, kind="student", sd=()),
            jc.OpenClassGroup(class_group=GROUP, year=YEAR, grade=7, letter="Э"),
            jc.OpenCourse(
                course=COURSE, class_group=GROUP, year=YEAR, subject="Физика", teacher=TEACHERS[0], starts_on=first
            ),
            jc.ClosePeriod(period=PERIOD),
        ):
            school.execute(command, founder(school))
    return made


def test_one_asks_another_does_it_and_what_came_late_is_listed(
    tokens: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    var = ["--var", str(tmp_path / "var")]
    capsys.readouterr()

    def said(role: str, *arguments: str) -> dict[str, Any]:
        monkeypatch.setenv("LETOPIS_TOKEN", tokens[role])
        assert run(["backdated", *arguments, *var, "--json"]) == 0, capsys.readouterr()
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    terms = ["--day", "2020-10-12", "--basis", "приказ № 8"]
    student = ["--what", "student_enrolled", "--person", STUDENT, *terms]
    teacher = ["--what", "teacher_assigned", "--person", TEACHERS[1], *terms]
    assert run(["backdated", "ask", *student, *var]) == 2  # neither class nor course
    assert run(["backdated", "ask", *student, "--class", "7Ю", *var]) == 2
    capsys.readouterr()
    refused = said("administrator", "ask", *student, "--class", "7Э")["request"]
    assert run(["backdated", "approve", str(refused), *var]) == 1  # who asked
    assert run(["backdated", "approve", "0", *var]) == 2  # no such request
    capsys.readouterr()
    assert [row["entry"] for row in said("director", "requests", "--status", "open")["rows"]] == [refused]
    said("director", "refuse", str(refused), "--basis", "нет причин")
    wanted = [
        said("administrator", "ask", *student, "--class", "7Э")["request"],
        said("administrator", "ask", *teacher, "--course", COURSE)["request"],
    ]
    done = [said("director", "approve", str(request))["entry"] for request in wanted]
    assert [row["status"] for row in said("director", "requests")["rows"]] == ["refused", "approved", "approved"]
    late = {row["entry"]: row for row in said("director", "list")["rows"]}
    assert [(late[entry]["what"], late[entry]["request"]) for entry in done] == [
        ("student_enrolled", wanted[0]),
        ("teacher_assigned", wanted[1]),
    ]
    assert run(["backdated", "list", *var]) == 0
    assert f"[{wanted[1]}]" in capsys.readouterr().out
    assert run(["backdated", "requests", *var]) == 0
    text = capsys.readouterr().out
    assert "7Э: зачисление / enrolled 2020-10-12" in text
    assert "7Э Физика: назначен учитель / teacher assigned 2020-10-12" in text
    assert run(["backdated", "requests", "--status", "lost", *var]) == 2
    assert run(["backdated", "list", "--position", "99999", *var]) == 2
