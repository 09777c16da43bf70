"""Printed forms over HTTP, on both databases: issued, printed, certified, checked; rights are denied by default."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from exports.printing.scan import read_codes
from tests.http_class import SmallClass, fact, problem, tag
from tests.http_school import Served, post
from tests.school_days import TODAY

PDF = "application/pdf"


def page(school: SmallClass, **changes: Any) -> dict[str, Any]:
    return {"kind": "class_page", "course": school.course, "period": school.period, **changes}


def code_of(client: httpx.Client, sheet: str) -> str:
    answer = client.get(f"/prints/{sheet}/pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, PDF)
    (text,) = read_codes(answer.content)
    return text


def test_a_form_is_issued_printed_and_what_came_since_is_shown(server: Served) -> None:
    school, sheet = SmallClass(server), str(uuid4())
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher, server.as_("inspector") as inspector:
        path, _ = school.recorded(teacher)
        made = post(deputy, "/prints", page(school, sheet=sheet))
        text = code_of(deputy, sheet)
        assert deputy.get(f"/prints/{sheet}/pdf").content == inspector.get(f"/prints/{sheet}/pdf").content
        found = inspector.post("/print-checks", json={"code": text}).json()
        assert (found["verdict"], found["form"]["number"], found["form"]["entry"]) == (
            "verified",
            1,
            made["first_index"],
        )
        assert found["since"] == {"corrected": [], "recorded": 0, "rows": []}
        assert found["content"][0]["kind"] == "class_page"
        correction = {"corrects": fact(teacher, path, "mark")["standing"], "new": "3", "reason": "typo"}
        answer = teacher.post(f"{path}/corrections", json=correction, headers=tag(teacher, path))
        assert answer.status_code == 201, answer.text
        later = inspector.post("/print-checks", json={"code": text}).json()
        (change,) = later["since"]["corrected"]
        assert (change["entry"], change["actor"], change["reason"]) == (
            answer.json()["first_index"],
            server.actors["teacher"],
            "typo",
        )
        assert later["verdict"] == "verified"
        assert later["content"] == found["content"]


def test_the_paper_is_certified_and_taken_out_of_the_register(server: Served) -> None:
    SmallClass(server)
    sheet = str(uuid4())
    with server.as_("director") as director, server.as_("deputy") as deputy:
        post(deputy, "/prints", {"kind": "conformity", "sheet": sheet})
        by = {
            "certified_by": server.actors["teacher"],
            "office": "директор",
            "certified_on": TODAY.isoformat(),
        }
        post(director, f"/prints/{sheet}/certification", by)
        (row,) = deputy.get("/prints").json()["rows"]
        assert (row["sheet"], row["office"], row["seal"], row["reason"]) == (sheet, "директор", True, None)
        text = code_of(deputy, sheet)
        post(director, f"/prints/{sheet}/voiding", {"reason": "lost", "basis": "акт № 2"})
        found = director.post("/print-checks", json={"code": text}).json()
        assert (found["verdict"], [one["code"] for one in found["findings"]]) == ("finding", ["void"])
        problem(
            director.post(f"/prints/{uuid4()}/voiding", json={"reason": "lost", "basis": "акт"}), 404, "unknown_sheet"
        )


def test_a_teacher_prints_and_reads_of_the_own_class_alone(server: Served) -> None:
    school, theirs = SmallClass(server), str(uuid4())
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        post(admin, "/prints", page(school, sheet=theirs))
        problem(teacher.post("/prints", json=page(school)), 403, "forbidden")
        problem(teacher.get(f"/prints/{theirs}/pdf"), 403, "forbidden")
        own = str(uuid4())
        group = {"class_group": own, "year": school.year, "grade": 5, "letter": "Ю"}
        post(admin, "/classes", {**group, "class_teacher": server.actors["teacher"]})
        sheet = str(uuid4())
        post(teacher, "/prints", {"kind": "summary_sheet", "class_group": own, "sheet": sheet})
        assert code_of(teacher, sheet).startswith("LETOPIS1/")
        problem(teacher.post("/prints", json={"kind": "conformity"}), 403, "forbidden")


def test_what_cannot_be_printed_is_refused_kindly(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("deputy") as deputy:
        assert (
            problem(deputy.post("/prints", json=page(school, period=None)), 409, "wrong_print_scope")["where"]
            == "period"
        )
        assert problem(deputy.post("/prints", json=page(school, course=str(uuid4()))), 409, "unknown_course")
        problem(deputy.post("/prints", json={"kind": "substitutions", "month": "1999-01"}), 404, "no_such_form")
        problem(deputy.post("/prints", json=page(school, position=10_000)), 422, "out_of_range")
        early = {"kind": "summary_sheet", "class_group": school.group, "position": 1}
        problem(deputy.post("/prints", json=early), 404, "no_such_form")
        problem(deputy.get(f"/prints/{uuid4()}/pdf"), 404, "not_found")
        problem(deputy.post("/print-checks", json={"code": "LETOPIS1/A"}), 422, "malformed_code")
        assert deputy.get("/prints").json()["rows"] == []


def test_the_same_request_issues_one_form(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("deputy", **{"Idempotency-Key": "print-1"}) as deputy:
        first = deputy.post("/prints", json=page(school))
        second = deputy.post("/prints", json=page(school))
        assert (first.status_code, first.content) == (201, second.content)
        assert len(deputy.get("/prints").json()["rows"]) == 1
