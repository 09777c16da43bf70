"""A class that is handed over to another class teacher: who reads it from that day on, and what is told of it (1.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import DAY, FIRST, LAST, problem
from tests.http_school import Served, post
from tests.school_days import TODAY


class Led:
    """6Б, whose class teacher is the server's teacher, and a colleague with a course of its own."""

    def __init__(self, server: Served) -> None:
        self.me, self.colleague = server.actors["teacher"], str(uuid4())
        self.year, self.period, self.group = (str(uuid4()) for _ in range(3))
        with server.as_("administrator") as admin:
            for person in (self.me, self.colleague):
                named = {"family_name": "Орлова", "given_name": "Анна"}
                post(admin, "/people", {"person": person, "kind": "teacher", **named})
            post(admin, "/years", {"year": self.year, "title": "2026/27", "starts_on": FIRST, "ends_on": LAST})
            period = {"period": self.period, "year": self.year, "kind": "quarter", "number": 1, "grades": [6]}
            post(admin, "/periods", {**period, "starts_on": FIRST, "ends_on": DAY})
            group = {"class_group": self.group, "year": self.year, "grade": 6, "letter": "Б"}
            post(admin, "/classes", {**group, "class_teacher": self.me})

    @property
    def teachers(self) -> str:
        """Where the class is handed over."""
        return f"/classes/{self.group}/teachers"

    def check(self) -> dict[str, str]:
        """The body of a check of its journal."""
        return {"held_on": DAY, "from_date": FIRST, "to_date": DAY}

    def rights(self, client: httpx.Client, on: str) -> list[tuple[str, str, str]]:
        """Who is its class teacher on a day, from when to when, as question 23 tells."""
        asked = {"on": on, "finding": "class_teacher"}
        rows: list[dict[str, Any]] = client.get("/questions/rights", params=asked).json()["rows"]
        return [(row["employee"], row["from"], row["to"]) for row in rows if row["class"] == "6Б"]


@pytest.mark.clause("R10", breaks="ledger.journal.roster:assigned_on")
def test_who_was_the_class_teacher_reads_and_controls_the_class_no_more(server: Served) -> None:
    of = Led(server)
    page = f"/classes/{of.group}/journal/lacks"
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        post(teacher, f"/classes/{of.group}/checks", of.check())
        assert teacher.get(page).status_code == 200
        handed = post(admin, of.teachers, {"teacher": of.colleague, "starts_on": TODAY.isoformat()})["first_index"]
        assert teacher.get(page).status_code == 403
        assert teacher.get(page, params={"at": str(handed)}).status_code == 403, "whoever it was then"
        problem(teacher.post(f"/classes/{of.group}/checks", json=of.check()), 403, "out_of_reach")
        (check,) = teacher.get("/views/checks").json()["rows"]
        assert check["actor"] == of.me, "the own ones stay"


def test_a_class_that_will_be_handed_over_is_its_teachers_until_then(server: Served) -> None:
    of = Led(server)
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        handed = post(admin, of.teachers, {"teacher": of.colleague, "starts_on": tomorrow})["first_index"]
        post(teacher, f"/classes/{of.group}/checks", of.check())
        (row,) = [one for one in admin.get("/classes").json()["rows"] if one["class_group"] == of.group]
        assert (row["class_teacher"], row["assigned_by"]) == (of.colleague, handed)
        then = admin.get("/classes", params={"at": str(handed)}).json()["rows"]
        (row,) = [one for one in then if one["class_group"] == of.group]
        assert (row["class_teacher"], row["assigned_by"]) == (of.me, None)
        assert of.rights(admin, TODAY.isoformat()) == [(of.me, FIRST, TODAY.isoformat())]
        assert of.rights(admin, tomorrow) == [(of.colleague, tomorrow, LAST)]
        changes = admin.get("/views/changes", params={"since": str(handed)}).json()["rows"]
        told = [(one["what"], one["class_name"], one["people"], one["from_date"]) for one in changes]
        assert ("class_teacher", "6Б", [of.colleague], tomorrow) in told


def test_nobody_hands_a_class_over_in_a_closed_period_alone(server: Served) -> None:
    of = Led(server)
    with server.as_("administrator") as admin, server.as_("director") as director:
        post(admin, f"/periods/{of.period}/close", {})
        body = {"teacher": of.colleague, "starts_on": DAY}
        assert problem(admin.post(of.teachers, json=body), 409, "backdated_alone")["clause"] == "3.3"
        place = f"/classes/{of.group}/backdating-requests"
        asked = {"what": "class_teacher_assigned", "person": of.colleague, "day": DAY, "basis": "приказ № 8"}
        request = post(admin, place, asked)["first_index"]
        done = post(director, f"{place}/{request}/approval", {})["first_index"]
        entry = director.get(f"/entries/{done}").json()
        assert entry["data"] == {"request": request, "starts_on": DAY, "teacher": of.colleague}
        (late,) = [row for row in admin.get("/backdated").json()["rows"] if row["entry"] == done]
        assert (late["what"], late["scope"], late["person"]) == ("class_teacher_assigned", of.group, of.colleague)
        assert of.rights(admin, DAY) == [(of.colleague, DAY, LAST)]


def test_only_who_sets_up_hands_a_class_over(server: Served) -> None:
    of = Led(server)
    body = {"teacher": of.colleague, "starts_on": TODAY.isoformat()}
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy, server.as_("administrator") as admin:
        for client in (teacher, deputy):
            assert client.post(of.teachers, json=body).status_code == 403
        problem(admin.post(of.teachers, json={**body, "teacher": of.me}), 409, "same_teacher")
