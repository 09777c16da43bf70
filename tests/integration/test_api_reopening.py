"""Closing, reopening and attesting a period over HTTP, and what the views say of it, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import problem
from tests.http_school import Served, post


def closed_period(admin: httpx.Client) -> str:
    """A quarter of long ago, closed."""
    year, period = str(uuid4()), str(uuid4())
    days = {"starts_on": "2020-09-01", "ends_on": "2020-10-25"}
    post(admin, "/years", {"year": year, "title": "2020/21", "starts_on": "2020-09-01", "ends_on": "2021-05-31"})
    post(
        admin,
        "/periods",
        {"period": period, "year": year, "kind": "quarter", "number": 1, "grades": [5], **days},
    )
    post(admin, f"/periods/{period}/close", {})
    return period


def asking(**changes: Any) -> dict[str, Any]:
    return {"reason": "not_recorded", "basis": "записка № 5", **changes}


def reopen(asker: httpx.Client, answerer: httpx.Client, place: str, **changes: Any) -> tuple[int, int]:
    """Have a period or a journal opened again; return the entries of the request and of the approval."""
    request: int = post(asker, f"{place}/reopening-requests", asking(**changes))["first_index"]
    body = {"basis": "приказ № 6"}
    return request, post(answerer, f"{place}/reopening-requests/{request}/approval", body)["first_index"]


def of(client: httpx.Client, period: str) -> dict[str, Any]:
    (row,) = [row for row in client.get("/periods").json()["rows"] if row["period"] == period]
    found: dict[str, Any] = row
    return found


def test_every_step_is_shown_with_who_and_why(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("director") as director, server.as_("teacher") as teacher:
        period = closed_period(admin)
        place = f"/periods/{period}"
        refused = post(teacher, f"{place}/reopening-requests", asking())["first_index"]
        answer = post(director, f"{place}/reopening-requests/{refused}/refusal", {"basis": "нет причин"})["first_index"]
        assert of(director, period)["closed_by"] is not None
        note = {"reason": "other", "note": "забыли внести зачёт"}
        request, reopened = reopen(teacher, director, place, **note)
        assert of(director, period)["closed_by"] is None
        closed = post(admin, f"{place}/close", {})["first_index"]
        attested = post(director, f"{place}/attest", {"size": closed + 1, "basis": "акт № 1"})["first_index"]
        row = of(admin, period)
        assert row["closed_by"] == closed
        assert [(turn["entry"], turn["action"], turn["request"]) for turn in row["history"]][1:] == [
            (refused, "reopening_requested", None),
            (answer, "reopening_refused", refused),
            (request, "reopening_requested", None),
            (reopened, "reopened", request),
            (closed, "closed", None),
            (attested, "attested", None),
        ]
        asked, done = row["history"][3:5]
        assert (asked["reason"], asked["basis"], asked["actor"]) == ("other", "записка № 5", server.actors["teacher"])
        assert (done["basis"], done["requested_by"]) == ("приказ № 6", server.actors["teacher"])
        assert (done["actor"], done["role"]) == (server.actors["director"], "director")
        assert row["history"][6]["size"] == closed + 1
        assert "забыли" not in admin.get(f"/entries/{request}").text
        assert len(admin.get(f"/entries/{request}/disclosures").json()["disclosures"]) == 1


def test_requests_that_wait_are_listed_as_of_any_position(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("deputy") as deputy:
        period = closed_period(admin)
        request = post(deputy, f"/periods/{period}/reopening-requests", asking())["first_index"]

        def listed(**asked: Any) -> list[tuple[str, str, int | None]]:
            rows = deputy.get("/reopening-requests", params=asked).json()["rows"]
            return [(row["what"], row["status"], row["answered_by"]) for row in rows if row["scope"] == period]

        assert listed(status="open") == [("period", "open", None)]
        answered = post(admin, f"/periods/{period}/reopening-requests/{request}/approval", {"basis": "да"})
        assert listed(status="open") == []
        assert listed() == listed(status="approved") == [("period", "approved", answered["first_index"])]
        assert listed(status="open", at=str(request + 1)) == [("period", "open", None)]


@pytest.mark.clause("R44", breaks="ledger.journal.reopening:_check_answer")
def test_nobody_opens_a_period_again_alone(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("director") as director:
        period = closed_period(admin)
        request = post(admin, f"/periods/{period}/reopening-requests", asking())["first_index"]
        place = f"/periods/{period}/reopening-requests/{request}"
        for decision in ("approval", "refusal"):
            answer = admin.post(f"{place}/{decision}", json={"basis": "да"})
            assert problem(answer, 403, "second_person_needed")["clause"] == "3.3"
        assert of(admin, period)["closed_by"] is not None
        post(director, f"{place}/approval", {"basis": "да"})
        assert of(admin, period)["closed_by"] is None


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [({"reason": "other"}, "note_missing", "note"), ({"basis": " "}, "malformed_text", "basis")],
)
def test_a_request_that_says_too_little_is_refused(
    server: Served, changes: dict[str, str], rule: str, where: str
) -> None:
    with server.as_("administrator") as admin:
        answer = admin.post(f"/periods/{closed_period(admin)}/reopening-requests", json=asking(**changes))
        assert problem(answer, 422, rule)["where"] == where


def test_only_a_closed_period_is_reopened_or_attested(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("director") as director:
        period = closed_period(admin)
        reopen(director, admin, f"/periods/{period}")
        for action, body in (("reopening-requests", asking()), ("attest", {"size": 1, "basis": "акт № 1"})):
            answer = admin.post(f"/periods/{period}/{action}", json=body)
            assert answer.json()["rule"] == "period_not_closed"
