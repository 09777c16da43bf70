"""The register of paper archives as a document, and printed forms and paper in an archive's description."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from uuid import uuid4

import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from exports.documents.papers import paper_sheets
from exports.life import life
from exports.premis import NAMESPACE
from tests.http_class import LAST, SmallClass, problem
from tests.http_school import Served, post
from tests.integration.test_api_papers import OLD, TODAY, journal, scheduled
from tests.integration.test_api_prints import code_of
from tests.integration.test_archive_description import SCHEMA, xmllint
from tests.integration.test_documents import cells, shown, source_of
from tests.verapdf_judge import FLAVOURS, broken_rules

NS = {"p": NAMESPACE}


def kept(server: Served) -> SmallClass:
    """A school whose paper was stored, moved, handed over, struck off and destroyed, and a form certified and voided."""
    school, old, lost, waits, gone, form = scheduled(server), *(str(uuid4()) for _ in range(5))
    with server.as_("administrator") as administrator, server.as_("director") as director:
        of = {"kind": "class_page", "course": school.course, "period": school.period, "sheet": form}
        post(administrator, "/prints", of)
        signed = {"certified_by": server.actors["teacher"], "office": "директор", "certified_on": TODAY, "seal": True}
        post(director, f"/prints/{form}/certification", signed)
        post(director, f"/prints/{form}/voiding", {"reason": "spoiled", "basis": "акт № 6"})
        paper = str(uuid4())
        post(administrator, "/paper", journal(school, paper=paper))
        for id_ in (old, lost, waits):
            post(administrator, "/paper", {**OLD, "paper": id_})
        post(administrator, f"/paper/{paper}/moves", {"place": "сейф", "basis": "№ 91"})
        asked = {"reason": "lost", "basis": "акт № 5", "requested_by": server.actors["teacher"]}
        post(administrator, f"/paper/{lost}/striking", asked)
        post(administrator, "/paper-destructions", {"papers": [old], "basis": "акт № 1", "destruction": gone})
        post(director, f"/paper-destructions/{gone}/approval", {"basis": "протокол № 3"})
        post(administrator, f"/paper-destructions/{gone}/act", {"act": "2", "destroyed_on": TODAY})
        post(administrator, "/paper-destructions", {"papers": [waits], "basis": "акт № 2"})
        post(director, "/legal-holds", {"whose": "all", "basis": "запрос № 7"})
    return school


@pytest.mark.clause("R39", breaks="exports.documents.papers:_state", instead=lambda _: "")
def test_the_register_says_where_each_paper_lies_until_when_and_what_became_of_it(server: Served) -> None:
    school = kept(server)
    (sheet,) = paper_sheets(source_of(server.school))
    until = shown(f"{int(LAST[:4]) + 5}{LAST[4:]}")
    first, *others = cells(sheet)
    assert first[:2] == ("1", "классный журнал")
    assert (first[2], first[3], first[5:7]) == ("Журнал 5А", "5А", ("48", "сейф"))
    assert (first[7:10]) == (shown(LAST), until, "уничтожать нельзя: запрет")
    assert [row[9] for row in others] == [
        f"уничтожено; акт № 2 от {shown(TODAY)}",
        "снято с учёта; утрачено",
        "срок вышел 01.03.2023\nуничтожать нельзя: запрет\nпредложено уничтожить",
    ]
    assert ("всего", "4") in sheet.totals
    assert ("в школе", "2") in sheet.totals
    stored, moved = server.school.views.select(
        "SELECT p.entry, a.entry FROM {papers} p, {paper_actions} a WHERE p.class_group = :group AND a.action = 'moved'",
        {"group": school.group},
    )[0]
    assert sheet.rows[0].entries == (stored, moved)


def test_a_school_without_paper_has_no_register_of_it(server: Served) -> None:
    SmallClass(server)
    assert paper_sheets(source_of(server.school)) == []
    with server.as_("deputy") as deputy:
        answer = deputy.post("/prints", json={"kind": "papers"})
        assert "тогда бумаг на учёте не было" in str(problem(answer, 404, "no_such_form"))


def test_the_register_is_printed_under_a_number_and_a_code_of_its_own(server: Served) -> None:
    kept(server)
    sheet = str(uuid4())
    with server.as_("director") as director:
        post(director, "/prints", {"kind": "papers", "sheet": sheet})
        code = code_of(director, sheet)
        found = director.post("/print-checks", json={"code": code}).json()
        assert (found["verdict"], found["content"][0]["kind"], found["since"]["rows"]) == ("verified", "papers", [])
        (row,) = [one for one in director.get("/prints").json()["rows"] if one["sheet"] == sheet]
        assert (row["number"], row["kind"], row["month"]) == (2, "papers", None)
        (waits,) = [one for one in director.get("/paper").json()["rows"] if one["place"] == "сейф"]
        post(director, f"/paper/{waits['paper']}/moves", {"place": "подвал", "basis": "№ 92"})
        found = director.post("/print-checks", json={"code": code}).json()
        assert found["verdict"] == "verified"
        assert "сейф" in str(found["content"])
        assert "подвал" in str(found["since"]["rows"])


def test_an_archive_has_the_register_and_its_description_what_became_of_paper_and_forms(
    server: Served, tmp_path: Path
) -> None:
    kept(server)
    export_archive(Console(as_json=True), server.school, tmp_path / "archive", documents=True)
    file = tmp_path / "archive/data/documents/papers.pdf"
    assert "Реестр бумажного архива" in (file.parent / "index.html").read_text(encoding="utf-8")
    premis = tmp_path / "archive/data/description/premis.xml"
    assert xmllint("--relaxng", SCHEMA, premis).returncode == 0
    told = {
        event.findtext("p:eventType", "", NS): event.findtext(".//p:eventDetail", "", NS)
        for event in ET.fromstring(premis.read_bytes()).findall("p:event", NS)
    }
    assert told["validation"].startswith("Печатная форма № 1 (страница журнала) заверена ")
    assert told["deletion"] == f"Бумага № 2 «Акты» уничтожена: акт № 2 от {TODAY}"
    assert {"accession", "transfer", "deaccession", "dissemination"} <= told.keys()
    judged = broken_rules([file])
    assert judged == {"papers.pdf": {flavour: [] for flavour in FLAVOURS}}


def test_events_stand_in_the_order_of_their_entries(server: Served) -> None:
    kept(server)
    server.school.read_views()
    found = life(server.school.views, server.school.views.position())
    assert [event.entry for event in found] == sorted(event.entry for event in found)
    forms = [event.detail for event in found if event.detail.startswith("Печатная форма № 1")]
    assert [detail.split(") ")[1].split(" ")[0] for detail in forms] == ["выдана", "заверена", "не"]
