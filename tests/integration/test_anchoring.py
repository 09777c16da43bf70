"""The access log's head in the journal, on both databases: a log that was cut or rewritten is found."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.anchoring import Anchoring, anchor, anchors_of, compare, is_due
from api.cli.access_archive import run_export_access_log
from api.cli.app import run
from api.cli.console import Console
from api.schools import open_school
from ledger.errors import LetopisError, Refused
from ledger.journal.commands import AnchorAccessLog
from projections.views.anchors import anchors
from tests.erasing_school import planted_in
from tests.http_class import SmallClass, problem
from tests.http_school import Served, post
from tests.integration.test_erasing import exported
from verify.anchored import verify_anchored
from verify.archive import verify_archive
from verify.earlier import Earlier
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.report import to_text
from verify.signed import Pinned


def look(server: Served, school: SmallClass) -> int:
    """Look at somebody; return the access log's size."""
    with server.as_("teacher") as teacher:
        assert teacher.get(f"/classes/{school.group}/page").status_code == 200
    return server.school.access.log.ledger.head().size


def test_the_head_is_anchored_once_a_day_where_the_log_has_grown(server: Served, tmp_path: Path) -> None:
    school = SmallClass(server, server.actors["teacher"])
    size, now = look(server, school), datetime.now(UTC)
    keeper = Anchoring(server.school)
    keeper.step(now)
    keeper.step(now)
    assert [one.size for one in anchors_of(server.school.app)] == [size]
    more = look(server, school)
    keeper.step(now + timedelta(hours=23))
    assert not is_due(server.school, now + timedelta(hours=23))
    keeper.step(now + timedelta(hours=25))
    assert anchor(server.school) is None  # nothing is new
    known = anchors_of(server.school.app)
    assert [one.size for one in known] == [size, more]
    assert compare(known, server.school.access.log.ledger) == []
    rows = anchors(server.school.read_views()).rows
    assert [(row.entry, row.size, row.root) for row in rows] == [*known]
    assert exported(server, tmp_path / "journal") == []
    run_export_access_log(Console(as_json=True), server.school.layout.var, tmp_path / "access", zip_=False)
    keys = [Pinned(parse_vkey(key.vkey), None) for key in (server.school.access.signer, server.school.signer)]
    report = verify_anchored(tmp_path / "access", tmp_path / "journal", *keys)
    assert (report.verdict, report.checked["anchors"]) == (Verdict.VERIFIED, 2), to_text(report)


def test_an_access_log_that_is_none_that_was_anchored_is_found_and_not_anchored_again(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    size, app = look(server, school), server.school.app
    server.school.execute(AnchorAccessLog(size=size, root="00" * 32), app.founder())
    log = server.school.access.log.ledger
    assert [found.code for found in compare(anchors_of(app), log)] == ["access_log_rewritten"]
    server.school.execute(AnchorAccessLog(size=size + 9, root="00" * 32), app.founder())
    assert [found.code for found in compare(anchors_of(app), log)] == ["access_log_rewritten", "access_log_cut"]
    with pytest.raises(LetopisError, match="access_log_cut"):
        anchor(server.school)
    with pytest.raises(Refused):
        server.school.execute(AnchorAccessLog(size=size + 9, root="11" * 32), app.founder())


def test_a_years_archive_of_the_access_log_continues_the_one_before(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, first, second = tmp_path / "var", tmp_path / "first", tmp_path / "second"
    _, person = planted_in(folder, database)
    var = ["--var", str(folder), "--json"]

    def ran(*command: str | Path) -> dict[str, Any]:
        capsys.readouterr()
        assert run([*map(str, command), *var]) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    ran("reads", "--student", person)
    ran("access", "anchor")
    end = ran("export", "--access-log", "--out", first)["size"]
    for _ in range(3):
        ran("reads", "--student", person)
    ran("access", "anchor")
    told = ran("export", "--access-log", "--out", second, "--continues", first)
    assert (told["first"], told["size"]) == (end, end + 4)
    entries = b"".join(file.read_bytes() for file in sorted((second / "data" / "log").glob("entries-*")))
    assert [json.loads(line)["index"] for line in entries.splitlines()] == [*range(end, end + 4)]

    journal = tmp_path / "journal"
    ran("export", "--no-documents", "--out", journal)
    key, of_journal = (Pinned(parse_vkey((folder / "keys" / name).read_text("utf-8").strip()), None)
                       for name in ("access.vkey", "signing.vkey"))  # fmt: skip
    assert verify_archive(second, key).verdict is Verdict.INCOMPLETE
    whole = replace(key, earlier=Earlier((first,), key))
    assert verify_archive(second, whole).verdict is Verdict.VERIFIED
    report = verify_anchored(second, journal, key, of_journal)
    assert (report.checked["anchors"], [one.code for one in report.unchecked]) == (1, ["before-range"])
    assert report.findings == []
    told = ran("access", "anchor")
    assert run(["export", "--access-log", "--out", str(tmp_path / "x"), "--continues", str(journal), *var]) != 0
    assert not (tmp_path / "x").exists()


def test_an_administrator_anchors_by_hand_over_http(server: Served) -> None:
    school = SmallClass(server, server.actors["teacher"])
    with server.as_("director") as director, server.as_("administrator") as admin:
        look(server, school)
        post(director, "/access-log/anchors", {})
        told = problem(admin.post("/access-log/anchors", json={}), 409, "not_grown")
        assert told["rule"] == "not_grown"
        size = look(server, school)
        post(admin, "/access-log/anchors", {})
        assert [one.size for one in anchors_of(server.school.app)][-1] == size
        rows = anchors(server.school.read_views()).rows
        assert len(rows) == 2
        server.school.execute(AnchorAccessLog(size=size + 9, root="00" * 32), server.school.app.founder())
        problem(admin.post("/access-log/anchors", json={}), 500, "access_log_not_continued")
    assert len(anchors_of(server.school.app)) == 3, "nothing was recorded of it"


def test_an_administrator_anchors_by_hand_on_the_command_line(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "var"
    _, person = planted_in(folder, database)
    var = ["--var", str(folder), "--json"]
    assert run(["access", "anchor", *var]) == 0
    assert json.loads(capsys.readouterr().out) == {"recorded": False, "anchor": None}
    assert run(["reads", "--student", person, *var]) == 0
    capsys.readouterr()
    for recorded in (True, False):
        assert run(["access", "anchor", *var]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["recorded"], told["anchor"]["size"]) == (recorded, 2)
    with open_school(folder, background=False) as school:
        assert [one.root for one in anchors_of(school.app)] == [told["anchor"]["root"]]
    assert run(["access", "anchor", "--var", str(folder)]) == 0
    assert "nothing is new: 2" in capsys.readouterr().out


def test_an_audit_finds_an_access_log_that_was_put_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "var"
    _, person = planted_in(folder, "sqlite")
    var = ["--var", str(folder), "--json"]
    assert run(["reads", "--student", person, *var]) == 0
    shutil.copy(folder / "access.sqlite3", tmp_path / "older")
    assert run(["reads", "--student", person, *var]) == 0
    with open_school(folder, background=False) as school:
        assert anchor(school) is not None
    capsys.readouterr()
    assert run(["audit", *var]) == 0
    capsys.readouterr()
    for path in folder.glob("access.sqlite3*"):
        path.unlink()
    assert run(["audit", *var]) == 1
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["access_log"]["findings"]] == ["access_log_cut"]
    shutil.copy(tmp_path / "older", folder / "access.sqlite3")
    assert run(["audit", *var]) == 1
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["access_log"]["findings"]] == ["access_log_cut"]
