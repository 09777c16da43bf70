"""The regulation and who answers for the journal over HTTP, with every rule's answer, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import problem
from tests.http_school import Served, post

PARAMETERS: dict[str, Any] = {
    "lesson_days": 0,
    "attendance_days": 0,
    "oral_mark_days": 0,
    "written_mark_days": 7,
    "homework_days": 0,
    "homework_after_last_lesson_minutes": 60,
    "planned_homework_is_exempt": True,
    "unposted_homework_is_not_assigned": True,
    "mark_for_unassigned_homework": "flag",
    "mark_for_absent": "refuse",
    "weekends_extend": False,
    "holidays_extend": False,
    "result_hours": 24,
    "notice_days": 3,
    "annual_refresh_until": "09-05",
}


def version(effective_from: str = "2026-09-01", **parameters: Any) -> dict[str, Any]:
    return {
        "order_number": "41-о",
        "order_date": "2026-08-24",
        "effective_from": effective_from,
        "parameters": {**PARAMETERS, **parameters},
    }


def appointment(person: str, starts_on: str = "2026-09-01") -> dict[str, Any]:
    return {"person": person, "order_number": "42-о", "order_date": "2026-08-24", "starts_on": starts_on}


def employee(admin: httpx.Client, kind: str = "staff") -> str:
    person = str(uuid4())
    post(admin, "/people", {"person": person, "kind": kind, "family_name": "Зимин", "given_name": "Илья"})
    return person


def test_what_orders_put_in_force_is_shown_with_its_entries(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        person = employee(admin)
        first = post(admin, "/regulations", version())["first_index"]
        appointed = post(admin, "/responsible", appointment(person))
        second = post(admin, "/regulations", version("2026-11-01", mark_for_absent="flag"))["first_index"]
        assert [name.partition("/")[0] for name in appointed["streams"]] == ["responsible"]
        found = inspector.get("/views/regulation").json()
        assert found == admin.get("/views/regulation").json()
        assert [(row["entry"], row["replaced_by"]) for row in found["versions"]] == [(first, second), (second, None)]
        assert [row["parameters"]["mark_for_absent"] for row in found["versions"]] == ["refuse", "flag"]
        assert found["versions"][0]["parameters"] == PARAMETERS
        director, who = found["responsible"]
        assert (director["by_default"], director["replaced_on"]) == ("director", "2026-09-01")
        assert (who["person"], who["entry"]) == (person, appointed["first_index"])
        assert found["people"] == {person: "Зимин Илья"}
        assert found["position"] == second + 1
        before = inspector.get("/views/regulation", params={"at": str(second)}).json()
        assert [row["entry"] for row in before["versions"]] == [first]


def test_rules_of_versions_and_appointments_answer_in_both_languages(server: Served) -> None:
    with server.as_("administrator") as admin:
        person, teacher = employee(admin), employee(admin, "teacher")
        post(admin, "/regulations", version("2026-11-01"))
        post(admin, "/responsible", appointment(person, "2026-11-01"))
        for path, body, rule, clause in (
            ("/regulations", version("2026-10-31"), "regulation_not_later", "1.1"),
            ("/regulations", version("2026-11-01"), "same_regulation", "1.1"),
            ("/responsible", appointment(person, "2026-10-31"), "appointment_not_later", "1.3"),
            ("/responsible", appointment(person, "2026-11-01"), "same_appointment", "1.3"),
            ("/responsible", appointment(teacher, "2026-11-01"), "wrong_kind_of_person", "1.3"),
            ("/responsible", appointment(str(uuid4()), "2026-11-01"), "unknown_person", "log"),
        ):
            told = problem(admin.post(path, json=body), 409, rule)
            assert told["clause"] == clause
            assert told["detail"] != told["detail_en"] != ""


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"order_number": ""}, "order_number"),
        ({"order_date": "2026-02-29"}, "order_date"),
        ({"parameters": {**PARAMETERS, "annual_refresh_until": "02-29"}}, "parameters.annual_refresh_until"),
        ({"parameters": {**PARAMETERS, "written_mark_days": 100}}, "parameters.written_mark_days"),
        ({"parameters": {**PARAMETERS, "mark_for_absent": "allow"}}, "parameters.mark_for_absent"),
        ({"parameters": {**PARAMETERS, "result_hours": "24"}}, "parameters.result_hours"),
        ({"parameters": {}}, "parameters.lesson_days"),
    ],
)
def test_a_version_without_its_order_or_a_parameter_is_refused(
    server: Served, changes: dict[str, Any], where: str
) -> None:
    with server.as_("administrator") as admin:
        size = server.school.recorder.head().size
        answer = admin.post("/regulations", json={**version(), **changes})
        assert answer.status_code == 422, answer.text
        assert answer.json()["where"] == where
        for field in ("order_number", "order_date", "effective_from", "parameters"):
            body = {name: value for name, value in version().items() if name != field}
            assert admin.post("/regulations", json=body).json()["where"] == field
        assert server.school.recorder.head().size == size


def test_how_the_journal_is_kept_is_for_those_who_oversee_it(server: Served) -> None:
    for role in ("teacher", "deputy"):
        with server.as_(role) as client:
            assert client.get("/views/duties?at=nonsense").status_code == 403
            assert client.get("/views/regulation").status_code == 200, "who is judged by it reads it"
