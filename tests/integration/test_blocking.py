"""Blocking over HTTP and from the command line, on both databases: a blocked value comes out by no door."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.blocking import BLOCKED
from api.cli.app import run
from api.extracting import make_extract
from api.printing import source_of
from exports.extract_scope import Target
from projections.views.blocking import blocks
from tests.erasing_school import CANARIES, LATER, approved, holding, planted_in, register, spellings
from tests.http_class import problem
from tests.http_school import Served, post
from tests.integration.test_erasing import exported
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text

ASKED = {"ground": "inaccurate", "requested_by": "person", "received_on": "2026-09-01", "basis": "обращение № 7"}
TOLD = {"Letopis-Purpose": "subject_request"}
NAME = "Канарейкина Ыъэюша Щвайнштейговна"


def planted(server: Served) -> str:
    with server.as_("administrator") as administrator:
        person = register(administrator, **CANARIES)
        post(administrator, f"/people/{person}/data", LATER)
    server.school.read_views()
    return person


def block(server: Served, person: str, **changes: Any) -> str:
    with server.as_("administrator") as administrator:
        post(administrator, "/blocks", {"person": person, **ASKED, **changes})
        found: str = administrator.get("/blocks").json()["rows"][-1]["block"]
    return found


def digests_of(server: Served, person: str) -> list[str]:
    return [row.digest for row in server.school.vault.kept_of(person)]


@pytest.mark.clause("R09", breaks="ledger.vault.vault:_is_withheld")
def test_a_blocked_value_comes_out_by_no_door_until_it_was_checked(server: Served, tmp_path: Path) -> None:
    person = planted(server)
    before = source_of(server.school, server.school.recorder.head().size)
    assert before.name(person) == NAME
    id_ = block(server, person)
    size = server.school.recorder.head().size
    school = server.school
    assert school.vault.read(digests_of(server, person)) == {}
    assert school.names([person]) == {person: BLOCKED}
    assert source_of(school, size).name(person) == f"заблокировано {person[:8]}"
    with server.as_("administrator") as administrator:
        answer = administrator.get(f"/people/{person}/data", headers=TOLD)
        page = administrator.get(f"/people/{person}/data", params={"format": "html"}, headers=TOLD)
    with server.as_("inspector") as inspector:  # the two entries before the block's
        shown = [inspector.get(f"/entries/{index}/disclosures").json() for index in (size - 3, size - 2)]
    assert [one["disclosures"] for one in shown] == [[], []]
    found = answer.json()
    assert found["name"] == BLOCKED
    assert {row["state"] for row in found["sections"]["values"]} == {"blocked"}
    assert [row["due_on"] for row in found["sections"]["blocks"]] == ["2026-09-10"]
    for content in (answer.text, page.text):
        assert not [value for value in (CANARIES | LATER).values() if value in content]
    assert exported(server, tmp_path / "blocked") == []
    assert holding(tmp_path / "blocked", spellings(CANARIES | LATER)) == []
    with server.as_("administrator") as administrator, server.as_("director") as director:
        ended = {"outcome": "confirmed", "basis": "акт № 2"}
        problem(administrator.post(f"/blocks/{id_}/ending", json=ended), 403, "second_checker_needed")
        post(director, f"/blocks/{id_}/ending", ended)
    school.read_views()
    assert school.names([person]) == {person: NAME}
    assert school.vault.read(digests_of(server, person), at=size) == {}  # what was made of the log of then
    assert source_of(school, size).name(person) == f"заблокировано {person[:8]}"


def test_an_extract_withholds_it_and_holds_the_block_whenever_it_is_of(server: Served, tmp_path: Path) -> None:
    """Of the log before the block, too: what is blocked now is handed out by nobody."""
    person = planted(server)
    school = server.school
    before = school.checkpointer.sign()
    block(server, person)
    school.read_views()
    after = school.checkpointer.sign()
    for checkpoint in (before, after):
        out = tmp_path / str(checkpoint.size)
        make_extract(school, checkpoint, Target("student", person), out, public=False)
        assert holding(out, spellings(CANARIES | LATER)) == []
        report = verify_archive(out, Pinned(parse_vkey(school.signer.vkey)))
        assert report.verdict is Verdict.VERIFIED, to_text(report)
        assert {"extract-withheld"} <= {limit.code for limit in report.limits}
        has_block = b"personal_data_blocked/1" in (out / "data/log/entries.jsonl").read_bytes()
        assert has_block == (checkpoint is after)


def test_who_decides_sees_what_is_blocked_and_nobody_else(server: Served) -> None:
    person = planted(server)
    id_ = block(server, person, fields=["phone"])
    with server.as_("director") as director:
        found = director.get(f"/blocks/{id_}/values").json()
        assert [(row["name"], row["value"]) for row in found["values"]] == [("phone", LATER["phone"])]
    with server.as_("deputy") as deputy:
        problem(deputy.get(f"/blocks/{id_}/values"), 403, "forbidden")
    with server.as_("administrator") as administrator:
        (row,) = administrator.get("/reads", params={"person": person}).json()["rows"][-1:]
    assert (row["purpose"], row["role"]) == ("check", "director")


def test_what_is_not_blocked_stays_and_an_archive_still_verifies(server: Served, tmp_path: Path) -> None:
    person = planted(server)
    block(server, person, fields=["phone"])
    assert server.school.names([person]) == {person: NAME}
    assert exported(server, tmp_path / "archive") == []
    assert holding(tmp_path / "archive", spellings({"phone": LATER["phone"]})) == []
    assert CANARIES["family_name"] in (tmp_path / "archive/data/tables/people.csv").read_text(encoding="utf-8-sig")
    table = (tmp_path / "archive/data/tables/blocks.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(";")[2:6:3] for line in table[1:]] == [["заблокированы", "телефон"]]


def test_corrected_values_are_blocked_at_once_and_end_the_block(server: Served) -> None:
    person = planted(server)
    id_ = block(server, person, fields=["family_name"])
    with server.as_("administrator") as administrator, server.as_("director") as director:
        index = post(administrator, f"/people/{person}/data", {"family_name": "Верная"})["first_index"]
        server.school.read_views()
        assert server.school.names([person]) == {person: BLOCKED}
        post(director, f"/blocks/{id_}/ending", {"outcome": "corrected", "basis": "акт № 2", "change": index})
    server.school.read_views()
    assert server.school.names([person])[person].startswith("Верная")


def test_unlawful_values_are_blocked_until_they_are_erased(server: Served) -> None:
    person = planted(server)
    block(server, person, ground="unlawful")
    erasure = approved(server, person)
    with server.as_("administrator") as administrator:
        post(administrator, f"/erasures/{erasure}/execution", {})
        (row,) = administrator.get("/blocks").json()["rows"]
    assert (row["outcome"], row["due_on"]) == ("erased", "2026-09-15")


def test_the_list_says_which_block_is_overdue(server: Served) -> None:
    block(server, planted(server))
    views = server.school.read_views()
    for day, verdict in ((10, "pending"), (11, "missing")):
        now = datetime(2026, 9, day, 12, tzinfo=UTC)
        assert [row.verdict for row in blocks(views, now=now).rows] == [verdict]


def test_the_command_line_blocks_lists_shows_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens, person = planted_in(tmp_path / "var", "sqlite")
    var = ["--var", str(tmp_path / "var"), "--json"]
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["administrator"])
    options = ["--ground", "inaccurate", "--received-on", "2026-09-01", "--basis", "обращение № 7"]
    assert run(["block", "set", person, *options, "--field", "birth_date", *var]) == 0
    id_ = json.loads(capsys.readouterr().out)["block"]
    assert run(["block", "show", id_, *var]) == 0
    assert [one["value"] for one in json.loads(capsys.readouterr().out)["values"]] == [CANARIES["birth_date"]]
    ended = ["block", "end", id_, "--outcome", "confirmed", "--basis", "акт № 2", *var]
    assert run(ended) == 1
    monkeypatch.setenv("LETOPIS_TOKEN", tokens["director"])
    assert run(ended) == 0
    capsys.readouterr()
    assert run(["block", "list", *var]) == 0
    assert [row["outcome"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["confirmed"]
