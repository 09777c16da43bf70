"""The worklist of those who control a journal over HTTP, on both databases: remarks by rule and by persons."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import DAY, problem
from tests.http_school import Served, post
from tests.integration.test_api_deadlines import adopt
from tests.integration.test_api_timetables import Timetabled


def asked(client: httpx.Client, school: Timetabled, **more: str) -> dict[str, Any]:
    answer = client.get("/worklist", params={"class_group": school.group, "from": DAY, "to": DAY, **more})
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def brief(rows: list[dict[str, Any]]) -> dict[tuple[int | None, str, str], tuple[bool, int | None]]:
    """Number, what and by whom -> whether it waits, and which entry closed it."""
    return {(row["number"], row["about"], row["raised_by"]): (row["is_open"], row["closed_by"]) for row in rows}


@pytest.mark.clause("R10", breaks="projections.views.worklist:_by_rule")
def test_what_came_late_or_lacks_is_a_remark_that_closes_itself(server: Served) -> None:
    school = Timetabled(server)
    adopt(server)
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy:
        place, _ = school.recorded(teacher)
        recorded = teacher.get(place).json()["header_entry"]
        found = asked(deputy, school)
        rows = brief(found["rows"])
        assert rows[1, "lesson", "rule"] == (False, recorded)
        assert rows[1, "homework", "rule"] == (True, None)
        assert not rows[1, "marks", "rule"][0]
        assert (rows[2, "lesson", "rule"], rows[2, "attendance", "rule"]) == ((True, None), (True, None))
        assert found["weeks"] == [{"week": found["rows"][0]["week"], "by_rule": 6, "by_person": 0, "open": 3}]
        assert {row["to"] for row in found["rows"]} == {server.actors["teacher"]}
        assert set(brief(asked(deputy, school, only="open")["rows"])) == {
            (1, "homework", "rule"),
            (2, "lesson", "rule"),
            (2, "attendance", "rule"),
        }
        version = teacher.get(place).headers["etag"]
        given = teacher.post(f"{place}/entries", json={"homework": {"text": "§ 3"}}, headers={"If-Match": version})
        filled = given.json()["first_index"]
        assert brief(asked(deputy, school)["rows"])[1, "homework", "rule"] == (False, filled)
        assert brief(asked(deputy, school, at=str(filled))["rows"])[1, "homework", "rule"] == (True, None)
        cancelled = {"held_on": DAY, "number": 2, "reason": "quarantine", "basis": "приказ № 3"}
        post(deputy, f"/courses/{school.course}/cancellations", cancelled)
        assert not any(number == 2 for number, *_ in brief(asked(deputy, school)["rows"]))


def test_persons_remarks_stand_beside_them_with_what_closed_each_first(server: Served) -> None:
    school, me = Timetabled(server), server.actors["teacher"]
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy:
        remark = {"class_group": school.group, "to": me, "about": "lesson", "course": school.course, "held_on": DAY}
        raised = post(deputy, "/remarks", remark)["first_index"]
        (row,) = asked(deputy, school)["rows"]
        assert (row["entry"], row["raised_by"], row["is_open"], row["held_on"]) == (raised, "person", True, DAY)
        place, _ = school.recorded(teacher)
        filled = teacher.get(place).json()["header_entry"]
        (row,) = asked(deputy, school)["rows"]
        assert (row["is_open"], row["closed_how"], row["closed_by"]) == (False, "filled", filled)
        assert row["closed_at"] is not None
        assert row["basis"] == [raised, filled]
        (mine,) = teacher.get("/worklist", params={"from": DAY, "to": DAY}).json()["rows"]
        assert mine == row


@pytest.mark.clause("R10", breaks="api.routes.deadlines:_allowed", instead=lambda _views, _identity, asked, _at: asked)
def test_a_teacher_reads_the_own_list_and_a_class_teacher_the_classs(server: Served) -> None:
    school = Timetabled(server)
    adopt(server)
    me, colleague, group, course = server.actors["teacher"], *(str(uuid4()) for _ in range(3))
    with server.as_("administrator") as admin:
        post(admin, "/people", {"person": colleague, "kind": "teacher", "family_name": "Орлова", "given_name": "Анна"})
        of = {"class_group": group, "year": school.year, "grade": 6, "letter": "Б", "class_teacher": me}
        post(admin, "/classes", of)
        body = {"course": course, "class_group": group, "year": school.year, "subject": "Химия"}
        post(admin, "/courses", {**body, "teacher": colleague, "starts_on": DAY})
        for of_class in (group, school.group):
            post(admin, "/remarks", {"class_group": of_class, "to": colleague, "about": "marks"})
    with server.as_("teacher") as teacher:
        # The own class, whoever is told.
        assert [row["to"] for row in teacher.get("/worklist", params={"class_group": group}).json()["rows"]] == [
            colleague
        ]
        assert {row["to"] for row in teacher.get("/worklist").json()["rows"]} <= {me}
        own = asked(teacher, school)["rows"]
        assert {(row["number"], row["is_open"]) for row in own} == {(1, True), (2, True)}
        problem(teacher.get("/worklist", params={"teacher": colleague}), 403, "forbidden")
    with server.as_("inspector") as inspector:
        problem(inspector.get("/worklist"), 400, "bad_request")
