"""The register of paper over HTTP and on the command line, on both databases: terms, two people, the tie to 3.3."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from api.cli.app import run
from api.cli.console import Console
from api.cli.keeping import export_archive
from tests import school_days
from tests.http_class import DAY, LAST, SmallClass, problem
from tests.http_school import Served, post
from tests.sample_folders import sample_folder
from verify.archive import verify_archive
from verify.note import parse_vkey
from verify.signed import Pinned

TODAY = school_days.TODAY.isoformat()
TERMS = [
    {"retention": "journal", "years": 5, "counted_from": "year_end", "kept_by": "law", "citation": "п. 605"},
    {"retention": "print", "years": 3, "counted_from": "document", "kept_by": "law", "citation": "п. 19"},
]
OLD = {"kind": "other", "title": "Акты", "pages": 9, "place": "архив", "basis": "№ 1", "counted_from": "2020-02-29"}


def scheduled(server: Served) -> SmallClass:
    """A class, and a schedule by which paper is kept."""
    school = SmallClass(server)
    with server.as_("administrator") as administrator:
        post(administrator, "/retention-schedules", {"effective_from": DAY, "basis": "№ 2", "rows": TERMS})
    return school


def journal(school: SmallClass, **changes: Any) -> dict[str, Any]:
    body = {"kind": "class_journal", "title": "Журнал 5А", "pages": 48, "place": "архив, стеллаж 2", "basis": "№ 90"}
    return {**body, "year": school.year, "class_group": school.group, **changes}


def test_paper_is_stored_with_its_term_moved_and_destroyed_by_two_people(server: Served, tmp_path: Path) -> None:
    school, form, old, gone = scheduled(server), *(str(uuid4()) for _ in range(3))
    with server.as_("administrator") as administrator, server.as_("director") as director:
        post(
            administrator,
            "/prints",
            {"kind": "class_page", "course": school.course, "period": school.period, "sheet": form},
        )
        stored = post(administrator, "/paper", journal(school, sheets=[form]))
        post(administrator, "/paper", {**OLD, "paper": old})
        first, second = administrator.get("/paper").json()["rows"]
        until = f"{int(LAST[:4]) + 5}{LAST[4:]}"
        assert (first["number"], first["keep_until"], first["sheets"], first["is_due"]) == (1, until, [form], False)
        assert (second["due_on"], second["is_due"], second["held_by"]) == ("2023-03-01", True, [])
        moved = post(administrator, f"/paper/{first['paper']}/moves", {"place": "сейф", "basis": "№ 91"})
        early = {"papers": [first["paper"]], "basis": "акт № 1"}
        problem(administrator.post("/paper-destructions", json=early), 409, "paper_not_due")
        post(administrator, "/paper-destructions", {"papers": [old], "basis": "акт № 1", "destruction": gone})
        problem(
            administrator.post(f"/paper-destructions/{gone}/approval", json={"basis": "№ 3"}),
            403,
            "second_person_needed",
        )
        post(director, f"/paper-destructions/{gone}/approval", {"basis": "протокол № 3"})
        hold = str(uuid4())
        post(director, "/legal-holds", {"whose": "all", "basis": "запрос № 7", "hold": hold})
        act = {"act": "2", "destroyed_on": TODAY}
        problem(administrator.post(f"/paper-destructions/{gone}/act", json=act), 409, "hold_stands")
        assert administrator.get("/paper").json()["rows"][1]["held_by"] == [hold]
        post(director, f"/legal-holds/{hold}/lifting", {"basis": "письмо № 8"})
        done = post(administrator, f"/paper-destructions/{gone}/act", act)
        first, second = administrator.get(f"/paper?on={until}").json()["rows"]
        assert (first["place"], first["place_entry"], first["is_due"]) == ("сейф", moved["first_index"], False)
        assert (second["state"], second["left_entry"], second["act"]) == ("destroyed", done["first_index"], "2")
        (before,) = administrator.get(f"/paper?at={stored['first_index'] + 1}").json()["rows"]
        assert (before["place"], before["entry"]) == ("архив, стеллаж 2", stored["first_index"])
        (of_class,) = administrator.get(f"/paper?class_group={school.group}").json()["rows"]
        assert of_class["number"] == 1
    assert exported(server, tmp_path / "archive") == []
    with (tmp_path / "archive/data/tables/paper.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert [row[2] for row in rows[1:]] == ["принято", "принято", "перемещено", "предложено", "одобрено", "уничтожено"]
    assert [row[4] for row in rows[1:]] == ["1", "2", "1", "2", "2", "2"]


def exported(server: Served, folder: Path) -> list[str]:
    """Findings of an archive of the school."""
    school = server.school
    school.checkpointer.sign()
    school.read_views()
    export_archive(Console(as_json=True), school, folder, public=False)
    report = verify_archive(folder, Pinned(parse_vkey(school.signer.vkey), None))
    return [finding.code for finding in report.findings]


@pytest.mark.clause("R39", breaks="projections.views.obligations:places_of_printouts")
def test_what_was_printed_under_3_3_says_where_its_paper_lies(server: Served, tmp_path: Path) -> None:
    school, printout, struck, old, destruction = scheduled(server), *(str(uuid4()) for _ in range(4))
    with server.as_("administrator") as administrator, server.as_("director") as director:
        post(administrator, f"/periods/{school.period}/close", {})
        body = {"condition": "corrections", "period": school.period, "number": "3", "printed_on": TODAY, "pages": 4}
        signed = {"kept": "канцелярия", "signed_by": server.actors["teacher"], "printout": printout}
        met_by = post(administrator, "/printouts", {**body, **signed})["first_index"]

        def place() -> Any:
            rows = administrator.get("/views/obligations").json()["rows"]
            (row,) = [row for row in rows if row["met_by"] == met_by]
            return row["paper"]

        assert place() is None
        kept = {"kind": "corrections", "year": school.year, "counted_from": TODAY, "class_group": None}
        wrong = journal(school, **kept, printout=printout, place="не там", paper=struck)
        post(administrator, "/paper", wrong)
        asked = {"reason": "entered_wrongly", "basis": "ошибка", "requested_by": server.actors["teacher"]}
        post(administrator, f"/paper/{struck}/striking", asked)
        assert place() is None
        entry = post(administrator, "/paper", journal(school, **kept, printout=printout))["first_index"]
        assert place() == {"entry": entry, "number": 2, "place": "архив, стеллаж 2", "state": "kept"}
        paper = administrator.get("/paper").json()["rows"][1]["paper"]
        handed = {"papers": [paper], "to": "муниципальный архив", "act": "17", "handed_on": TODAY}
        entry = post(administrator, "/paper-handovers", handed)["first_index"]
        assert place() == {"entry": entry, "number": 2, "place": "архив, стеллаж 2", "state": "handed_over"}
        question = administrator.get("/questions/print-obligations").json()
        assert "архив, стеллаж 2" in orjson.dumps(question).decode()
        post(administrator, "/paper", {**OLD, "paper": old})
        post(administrator, "/paper-destructions", {"papers": [old], "basis": "акт № 1", "destruction": destruction})
        post(director, f"/paper-destructions/{destruction}/refusal", {"basis": "нужно"})
        assert administrator.get("/paper").json()["rows"][2]["destruction"] is None
    assert exported(server, tmp_path / "archive") == []


def test_nothing_of_it_is_for_a_teacher(server: Served) -> None:
    school = scheduled(server)
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy, server.as_("inspector") as inspector:
        problem(teacher.post("/paper", json=journal(school)), 403, "forbidden")
        problem(deputy.post("/paper", json=journal(school)), 403, "forbidden")
        problem(teacher.get("/paper"), 403, "forbidden")
        assert inspector.get("/paper").json()["rows"] == []


def test_the_register_is_kept_by_numbers_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "school"
    with sample_folder(folder, limit=60):
        pass
    var = ["--var", str(folder)]

    def said(*arguments: str) -> dict[str, Any]:
        assert run(["paper", *arguments, *var, "--json"]) == 0, capsys.readouterr()
        found: dict[str, Any] = orjson.loads(capsys.readouterr().out)
        return found

    scheduled_in(folder)
    capsys.readouterr()
    told = ["--pages", "9", "--place", "архив", "--basis", "№ 1"]
    old = said("store", "--kind", "other", "--title", "Акты", *told, "--counted-from", "2020-02-29")
    assert (old["number"], old["keep_until"]) == (1, "2023-02-28")
    assert said("store", "--kind", "class_journal", "--title", "Журнал", *told, "--class", "2А")["number"] == 2
    assert (
        run(["paper", "store", "--kind", "class_journal", "--title", "Журнал", *told, "--year", "1999/00", *var]) == 2
    )
    capsys.readouterr()
    moved = said("move", "1", "--place", "сейф", "--basis", "№ 91")["entry"]
    destruction = said("propose", "1", "--basis", "акт № 1")["destruction"]
    assert run(["paper", "approve", destruction, "--basis", "№ 2", *var]) == 1  # who proposed it
    capsys.readouterr()
    first, second = said("list", "--on", "2023-03-01")["rows"]
    assert (first["place"], first["place_entry"], first["is_due"]) == ("сейф", moved, True)
    assert (first["destruction"], second["is_due"]) == (destruction, False)
    assert run(["paper", "list", *var, "--class", "2А"]) == 0
    assert "№ 2 классный журнал 2А: Журнал" in capsys.readouterr().out
    assert run(["paper", "list", *var, "--csv"]) == 0
    table = list(csv.reader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff")), delimiter=";"))
    assert [row[0] for row in table[1:]] == ["1", "2"]
    assert run(["paper", "move", "7", "--place", "сейф", "--basis", "№ 91", *var]) == 2  # no such number


def scheduled_in(folder: Path) -> None:
    """Adopt a schedule from before the sample school's first day."""
    from api.cli.importing import founder
    from api.schools import open_school
    from ledger.journal.commands import AdoptRetentionSchedule
    from ledger.journal.erasure_events import RetentionRow

    with open_school(folder, background=False) as school:
        rows = tuple(RetentionRow(**row) for row in TERMS)  # type: ignore[arg-type]
        command = AdoptRetentionSchedule(effective_from="2020-01-01", basis="№ 2", rows=rows)
        school.execute(command, founder(school))
