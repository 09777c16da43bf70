"""The letter that tells the guardianship authority of a refusal: what it says, to whom it is shown, when there is none."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from api.cli.console import Console
from api.cli.telling import run_guardianship_letter
from api.settings import SettingsError
from tests.http_class import SmallClass, problem
from tests.http_school import Served, post
from tests.integration.test_api_people import link, person
from tests.integration.test_api_regulation import PARAMETERS

BASIS = "заявление от 03.09.2026 № 7"


def refused(server: Served, small: SmallClass, on: str) -> tuple[str, int]:
    """A mother's refusal about the class's first student; her id and the entry."""
    with server.as_("administrator") as admin:
        mother = person(admin, "guardian", "Тайная")
        link(admin, small.students[0], mother)
        body = {"student": small.students[0], "refused_on": on, "basis": BASIS}
        entry: int = post(admin, f"/people/{mother}/refusals", body)["first_index"]
    return mother, entry


@pytest.mark.clause("R32", breaks="api.letters:guardianship_letter", instead=lambda *_: "")
def test_says_who_of_which_class_and_that_they_refused_and_nothing_more(server: Served, tmp_path: Path) -> None:
    small = SmallClass(server)
    order = {"order_number": "41", "order_date": "2026-08-20", "effective_from": "2026-08-21"}
    with server.as_("administrator") as admin:
        post(admin, "/regulations", {**order, "parameters": PARAMETERS})
    on = server.school.app.today().isoformat()
    mother, entry = refused(server, small, on)
    with server.as_("inspector") as inspector:
        answer = inspector.get(f"/people/{mother}/refusals/{entry}/letter")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    letter = answer.text
    day = ".".join(reversed(on.split("-")))
    for said in (
        "Иванова Имя, класс 5А",
        f"{day} письменно отказался",
        BASIS,
        "приказ № 41 от 20.08.2026",
        f"№ {entry}",
    ):
        assert said in letter
    assert "(мать)" in letter
    for kept in ("Тайная", mother, small.students[0]):
        assert kept not in letter, "the authority asks who, if it needs to know"
    out = tmp_path / "letter.txt"
    assert run_guardianship_letter(Console(as_json=True), server.school.layout.var, entry, out) == 0
    assert out.read_text(encoding="utf-8") == letter
    assert out.stat().st_mode & 0o077 == 0
    with pytest.raises(SettingsError, match="is there already"):
        run_guardianship_letter(Console(as_json=True), server.school.layout.var, entry, out)


def test_there_is_one_while_the_refusal_waits(server: Served, tmp_path: Path) -> None:
    small = SmallClass(server)
    on = server.school.app.today().isoformat()
    mother, entry = refused(server, small, on)
    letter = f"/people/{mother}/refusals/{entry}/letter"
    with server.as_("administrator") as admin, server.as_("deputy") as deputy:
        assert admin.get(letter).status_code == 200
        problem(deputy.get(letter), 403, "forbidden")
        for other in (f"/people/{uuid4()}/refusals/{entry}/letter", f"/people/{mother}/refusals/{entry - 1}/letter"):
            problem(admin.get(other), 404, "not_found")
        approver = person(admin, "staff", "Директор")
        told = {"out_number": "01-17/5", "sent_on": on, "approved_by": approver}
        post(admin, f"/people/{mother}/refusals/{entry}/notification", told)
        problem(admin.get(letter), 404, "not_found")
    with pytest.raises(SettingsError, match="no such refusal waits"):
        run_guardianship_letter(Console(as_json=True), server.school.layout.var, entry, tmp_path / "letter.txt")
    assert not (tmp_path / "letter.txt").exists()
