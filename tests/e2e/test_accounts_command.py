"""`letopis accounts`: from the founder to a program's token, and what it refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli.app import run
from api.identity.kept import NotTheHolder, Registered
from api.schools import open_school
from ledger.journal.commands import AcknowledgeConfidentiality, RegisterPerson
from ledger.wire.entry import Actor
from tests.conftest import set_database

TEACHER = "7e000000-0000-4000-8000-000000000001"
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(params=["sqlite", "postgresql"])
def var(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a school that was just opened, on each database."""
    if request.param == "postgresql":
        set_database(monkeypatch, request.getfixturevalue("postgres_database"))
    assert run(["init", "--var", str(tmp_path / "var"), "--database", request.param, "--json"]) == 0
    return tmp_path / "var"


@pytest.fixture
def ask(var: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    capsys.readouterr()

    def asked(command: str, *more: str) -> dict[str, Any]:
        code = run(["accounts", command, "--var", str(var), "--json", *more])
        said = capsys.readouterr()
        assert code == 0, said.err
        content: dict[str, Any] = json.loads(said.out)
        return content

    return asked


def test_from_the_founder_to_a_programs_token(var: Path, ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    (founder,) = ask("list")["rows"]
    assert [one["role"] for one in founder["grants"]] == ["administrator"]
    with open_school(var, background=False) as school:
        teacher = RegisterPerson(person=TEACHER, kind="teacher", sd=())
        school.execute(teacher, Actor(founder["account"], "administrator"))
    assert ask("open", "employee", "--account", TEACHER)["account"] == TEACHER
    entry = ask("grant", TEACHER, "teacher", "--basis", "приказ № 1", "--from", "2020-01-01")["entry"]
    invited = ask("invite", TEACHER, "orlova")
    with open_school(var, background=False) as school:
        assert school.secrets.accept(invited["code"], "верный конь скрепка", "::1", 0) == TEACHER
        made = Registered(credential=b"id", public_key=b"key", sign_count=0)
        secret, _, _ = school.secrets.sign_in("orlova", "верный конь скрепка", "::1", 0)
        session = school.secrets.session(secret, 0)
        assert session is not None
        _, passkey, _ = school.secrets.passkeys.keep(session, made, "ноутбук", 0)
    (kept,) = ask("passkeys", TEACHER)["rows"]
    assert (kept["id"], kept["name"]) == (passkey, "ноутбук")
    assert ask("list")["rows"][-1]["sign_in"]["passkeys"] == 1
    ask("passkeys", TEACHER, "--remove", passkey)
    assert ask("passkeys", TEACHER)["rows"] == []
    assert run(["accounts", "passkeys", TEACHER, "--remove", passkey, "--var", str(var)]) == 2
    capsys.readouterr()
    program = ask("open", "program", "--name", "выгрузка")["account"]
    ask("grant", program, "export_job", "--basis", "приказ № 2", "--to", "2999-12-31")
    token = ask("token", program, "--label", "ночью")["token"]
    with open_school(var, background=False) as school:
        found = school.secrets.token(token, 0)
        assert found is not None
        assert (found.account, found.role, found.label) == (program, "export_job", "ночью")
    assert run(["accounts", "list", "--var", str(var)]) == 0
    said = capsys.readouterr().out
    for text in ("выгрузка (программа)", "ночью", "orlova", f"учитель 2020-01-01–… [{entry}]"):
        assert text in said
    assert token not in said
    ask("token", program, "--revoke", found.id)
    ask("revoke", TEACHER, str(entry), "--basis", "приказ № 3")
    ask("close", TEACHER, "dismissed", "--basis", "приказ № 4", "--last-day", "2020-05-29")
    row = next(row for row in ask("list")["rows"] if row["account"] == TEACHER)
    assert (row["reason"], row["last_day"], row["sign_in"]) == ("dismissed", "2020-05-29", None)
    assert run(["accounts", "list", "--var", str(var)]) == 0
    assert "worked until 2020-05-29" in capsys.readouterr().out
    then = ask("list", "--position", str(entry + 1))
    (row,) = [row for row in then["rows"] if row["account"] == TEACHER]
    assert (then["position"], row["closed_by"], [grant["entry"] for grant in row["grants"]]) == (
        entry + 1,
        None,
        [entry],
    )
    assert all((row["sign_in"], row["tokens"]) == (None, []) for row in then["rows"]), "kept nowhere"
    assert run(["accounts", "list", "--at", "вчера", "--var", str(var)]) == 2


def test_refuses_what_the_rules_refuse_in_both_languages(
    var: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    founder = ask("list")["rows"][0]["account"]
    for command in (
        ["grant", founder, "director", "--basis", "приказ"],
        ["close", founder, "dismissed", "--basis", "приказ", "--last-day", "2020-05-29"],
        ["found", "--basis", "приказ"],
    ):
        assert run(["accounts", *command, "--var", str(var)]) == 1
        assert " / " in capsys.readouterr().err
    assert run(["accounts", "token", founder, "--role", "deputy", "--var", str(var)]) == 2
    assert run(["accounts", "invite", TEACHER, "orlova", "--var", str(var)]) == 3


def employee(ask: Ask, name: str, role: str) -> str:
    account: str = ask("open", "employee", "--name", name)["account"]
    ask("grant", account, role, "--basis", "приказ № 1", "--from", "2020-01-01")
    return account


def test_a_refused_opening_leaves_no_name(var: Path, ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    opened = ask("open", "inspector", "--name", "Проверяющий")["account"]
    again = ["accounts", "open", "inspector", "--account", opened, "--name", "Другой", "--var", str(var)]
    assert run(again) == 1, capsys.readouterr()
    with open_school(var, background=False) as school:
        assert len(school.vault.kept_of(opened)) == 1


def test_one_person_alone_helps_where_nobody_else_could_answer_and_names_a_document(
    var: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    founder = ask("list")["rows"][0]["account"]
    first = ask("invite", founder, "head")
    assert run(["accounts", "invite", founder, "other", "--var", str(var)]) == 1
    assert "another who directs gives it" in capsys.readouterr().err
    again = ask("invite", founder, "head", "--basis", "акт № 1", "--reason", "code_unused")
    ask("reset", founder, "--basis", "акт № 2")
    (row,) = ask("list")["rows"]
    assert [(one["help"], one["reason"], one["basis"]) for one in row["helped"]] == [
        ("second_factor", "lost_device", "акт № 2"), ("code", "code_unused", "акт № 1"),
        ("first_code", "first_access", None),
    ]  # fmt: skip
    assert (row["sign_in"]["login"], row["helped"][1]["entry"]) == ("head", again["entry"])
    assert run(["accounts", "list", "--var", str(var)]) == 0
    said = capsys.readouterr().out
    assert "новый код приглашения, код не использован" in said
    assert "в одиночку / alone: акт № 1" in said
    assert first["code"] not in said
    director = employee(ask, "Директор", "director")
    alone = ["accounts", "invite", founder, "head", "--basis", "акт № 3", "--var", str(var)]
    assert run(alone) == 1
    assert "one asks, another answers" in capsys.readouterr().err
    ask("close", director, "mistake", "--basis", "приказ № 4")
    assert run(alone) == 1
    assert "did in the last 30 days" in capsys.readouterr().err, "nobody makes himself the only one"


def test_a_school_with_one_administrator_lets_the_director_in_alone_and_everybody_strong_by_two_from_then_on(
    var: Path, ask: Ask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    director = employee(ask, "Директор", "director")
    assert run(["accounts", "invite", director, "chief", "--var", str(var)]) == 1
    assert "one person asks for this" in capsys.readouterr().err
    first = ask("invite", director, "chief", "--basis", "приказ о назначении № 1")
    with open_school(var, background=False) as school:
        assert school.secrets.accept(first["code"], "верный конь скрепка", "::1", 0) == director
        token = school.secrets.make_token(director, "director", "т", int(time.time()))
        read = AcknowledgeConfidentiality(account=director, sha256=school.confidentiality.sha256)
        school.execute(read, Actor(director, "director"))
    deputy = employee(ask, "Завуч", "deputy")
    request = str(ask("ask", deputy, "first_code")["request"])
    assert run(["accounts", "invite", deputy, "deputy", "--basis", "акт № 2", "--var", str(var)]) == 1
    assert "one asks, another answers" in capsys.readouterr().err
    monkeypatch.setenv("LETOPIS_TOKEN", token)
    assert run(["accounts", "approve", request, "--var", str(var)]) == 3
    assert "a login is 3 to 32" in capsys.readouterr().err
    code = ask("approve", request, "--login", "deputy")["code"]
    with open_school(var, background=False) as school:
        assert school.secrets.accept(code, "верный конь скрепка", "::1", 0) == deputy


def test_two_people_help_by_command_and_the_second_has_a_token(
    var: Path, ask: Ask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    director, deputy = employee(ask, "Директор", "director"), employee(ask, "Завуч", "deputy")
    token = ask("token", director, "--role", "director")["token"]
    assert run(["accounts", "invite", deputy, "deputy", "--var", str(var)]) == 1, "who granted the role"
    request = ask("ask", deputy, "first_code")["request"]
    assert run(["accounts", "ask", deputy, "second_factor", "--var", str(var)]) == 1
    assert run(["accounts", "approve", str(request), "--var", str(var)]) == 1
    assert "who asked for it may not answer" in capsys.readouterr().err
    monkeypatch.setenv("LETOPIS_TOKEN", token)
    assert run(["accounts", "approve", str(request), "--var", str(var)]) == 2, "the duty was not acknowledged"
    with open_school(var, background=False) as school:
        acknowledged = AcknowledgeConfidentiality(account=director, sha256=school.confidentiality.sha256)
        school.execute(acknowledged, Actor(director, "director"))
    capsys.readouterr()
    given = ask("approve", str(request), "--login", "deputy")
    with open_school(var, background=False) as school:
        assert school.secrets.accept(given["code"], "верный конь скрепка", "::1", 0) == deputy
    assert run(["accounts", "approve", str(request), "--var", str(var)]) == 2
    monkeypatch.delenv("LETOPIS_TOKEN")
    request = ask("ask", deputy, "second_factor")["request"]
    monkeypatch.setenv("LETOPIS_TOKEN", token)
    ask("refuse", str(request), "--basis", "записка № 1")
    row = next(row for row in ask("list")["rows"] if row["account"] == deputy)
    assert ([one["help"] for one in row["helped"]], row["asked"]) == (["first_code"], None)


def test_a_system_administrator_lets_nobody_in_who_could_do_more(
    var: Path, ask: Ask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As over HTTP: whoever has the token of one could be the director of tomorrow; the attempt leaves a trace."""
    helper, teacher = employee(ask, "Техник", "system_administrator"), employee(ask, "Учитель", "teacher")
    director, nobody = employee(ask, "Директор", "director"), ask("open", "employee", "--name", "Новый")["account"]
    program = ask("open", "program", "--name", "выгрузка")["account"]
    ask("grant", program, "export_job", "--basis", "приказ № 2", "--to", "2999-12-31")
    token = ask("token", helper, "--role", "system_administrator")["token"]
    with open_school(var, background=False) as school:
        acknowledged = AcknowledgeConfidentiality(account=helper, sha256=school.confidentiality.sha256)
        school.execute(acknowledged, Actor(helper, "system_administrator"))
    monkeypatch.setenv("LETOPIS_TOKEN", token)
    for refused in (
        ["invite", director, "director"],
        ["invite", nobody, "nobody"],
        ["reset", director],
        ["token", program, "--role", "export_job"],
    ):
        assert run(["accounts", *refused, "--var", str(var)]) == 2
        assert "system_administrator: этого ключу не дано" in capsys.readouterr().err
    assert ask("invite", teacher, "teacher")["code"]
    with open_school(var, background=False) as school:
        assert school.secrets.login(director) is None
    about = (("invite", director), ("invite", nobody), ("reset", director), ("token", program))
    assert tried(var, helper) == [(f"letopis accounts {what}", "right", (account,)) for what, account in about]


def tried(var: Path, actor: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """What was refused to somebody, and why, with the accounts that it was about, as the access log has it."""
    with open_school(var, background=False) as school:
        found = [one for one in school.access.log.tried(actor) if one.actor == actor]
        return [(one.refusal.what, one.refusal.reason, tuple(one.refusal.people)) for one in found]


def test_a_code_that_was_not_used_is_void_once_its_account_becomes_strong(var: Path, ask: Ask) -> None:
    """Whoever gave it to a teacher has it still; a role that is refused, or is no stronger, leaves it."""
    teacher, other = employee(ask, "Учитель", "teacher"), employee(ask, "Другой", "administrator")
    code = ask("invite", teacher, "teacher")["code"]
    deputy = ["accounts", "grant", teacher, "deputy", "--basis", "приказ № 3", "--var", str(var)]
    assert run(deputy) == 1, "who gave the code"
    ask("grant", teacher, "class_teacher", "--basis", "приказ № 4", "--by", other)
    with open_school(var, background=False) as school:
        assert school.secrets.links.depart(code, "::1", 0).secret
    assert run([*deputy, "--by", other]) == 0
    with open_school(var, background=False) as school, pytest.raises(NotTheHolder):
        school.secrets.accept(code, "верный конь скрепка", "::1", 0)


def test_what_is_refused_to_whom_a_command_names_leaves_a_trace_with_the_account_it_was_about(
    var: Path, ask: Ask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    director, deputy = employee(ask, "Директор", "director"), employee(ask, "Завуч", "deputy")
    for refused in (
        ["invite", deputy, "deputy", "--by", director],
        ["grant", deputy, "archivist", "--basis", "приказ № 3", "--by", director],
        ["close", deputy, "mistake", "--basis", "приказ № 4", "--by", director],
        ["ask", deputy, "code", "--by", director],
    ):
        assert run(["accounts", *refused, "--var", str(var)]) == 1
        assert " / " in capsys.readouterr().err
    whats = ("invite", "grant", "close", "ask")
    assert tried(var, director) == [(f"letopis accounts {what}", "rule", (deputy,)) for what in whats]
    request = ask("ask", deputy, "code")["request"]
    monkeypatch.setenv("LETOPIS_TOKEN", ask("token", deputy, "--role", "deputy")["token"])
    for answer in (["approve", str(request)], ["refuse", "0", "--basis", "записка № 1"]):
        assert run(["accounts", *answer, "--var", str(var)]) == 2
        assert "deputy: этого ключу не дано" in capsys.readouterr().err, "before it is told what waits"
    assert tried(var, deputy) == [
        ("letopis accounts approve", "right", (deputy,)), ("letopis accounts refuse", "right", ()),
    ]  # fmt: skip
