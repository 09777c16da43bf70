"""Closing, reopening and attesting a period over HTTP, and what the views say of it, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import problem
from tests.http_school import Served, post
from tests.integration.test_api_regulation import employee


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


def reopening(person: str, **changes: Any) -> dict[str, Any]:
    return {"reason": "not_recorded", "basis": "записка № 5", "requested_by": person, **changes}


def of(client: httpx.Client, period: str) -> dict[str, Any]:
    (row,) = [row for row in client.get("/periods").json()["rows"] if row["period"] == period]
    found: dict[str, Any] = row
    return found


def test_every_closing_and_reopening_is_shown_with_who_and_why(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("director") as director:
        person, period = employee(admin), closed_period(admin)
        note = {"reason": "other", "note": "забыли внести зачёт"}
        reopened = post(director, f"/periods/{period}/reopen", reopening(person, **note))["first_index"]
        assert of(director, period)["closed_by"] is None
        closed = post(admin, f"/periods/{period}/close", {})["first_index"]
        attested = post(director, f"/periods/{period}/attest", {"size": closed + 1, "basis": "акт № 1"})["first_index"]
        row = of(admin, period)
        assert row["closed_by"] == closed
        assert [(turn["entry"], turn["action"]) for turn in row["history"]][1:] == [
            (reopened, "reopened"),
            (closed, "closed"),
            (attested, "attested"),
        ]
        turn = row["history"][1]
        assert (turn["reason"], turn["basis"], turn["requested_by"]) == ("other", "записка № 5", person)
        assert (turn["actor"], turn["role"]) == (server.actors["director"], "director")
        assert row["history"][3]["size"] == closed + 1
        disclosed = admin.get(f"/entries/{reopened}/disclosures").json()
        assert "забыли" not in admin.get(f"/entries/{reopened}").text
        assert len(disclosed["disclosures"]) == 1
        assert admin.get("/periods").json()["people"][person] == "Зимин Илья"


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"reason": "other"}, "note_missing", "note"),
        ({"basis": " "}, "malformed_text", "basis"),
        ({"requested_by": str(uuid4())}, "unknown_person", "requested_by"),
    ],
)
def test_a_reopening_that_says_too_little_is_refused(
    server: Served, changes: dict[str, str], rule: str, where: str
) -> None:
    with server.as_("administrator") as admin:
        person, period = employee(admin), closed_period(admin)
        answer = admin.post(f"/periods/{period}/reopen", json=reopening(person, **changes))
        status = 409 if rule == "unknown_person" else 422
        assert problem(answer, status, rule)["where"] == where


def test_only_a_closed_period_is_reopened_or_attested(server: Served) -> None:
    with server.as_("administrator") as admin:
        person, period = employee(admin), closed_period(admin)
        post(admin, f"/periods/{period}/reopen", reopening(person))
        for action, body in (("reopen", reopening(person)), ("attest", {"size": 1, "basis": "акт № 1"})):
            answer = admin.post(f"/periods/{period}/{action}", json=body)
            assert answer.json()["rule"] == "period_not_closed"
