"""Planned substitutions over HTTP, on both databases: the plan, the teachers' days, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import problem
from tests.http_school import Served, post
from tests.integration.test_api_timetables import RINGS, Timetabled
from tests.school_days import TODAY

TOMORROW = (TODAY + timedelta(days=1)).isoformat()


class Tomorrow(Timetabled):
    """5А with maths tomorrow at two places, and a colleague who may give it."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        self.colleague, self.period = str(uuid4()), str(uuid4())
        after = (TODAY + timedelta(days=2)).isoformat()
        with server.as_("administrator") as admin:
            person = {"person": self.colleague, "kind": "teacher", "family_name": "Орлова", "given_name": "Анна"}
            post(admin, "/people", person)
            period = {"period": self.period, "year": self.year, "kind": "quarter", "number": 2, "grades": [5]}
            post(admin, "/periods", {**period, "starts_on": TODAY.isoformat(), "ends_on": after})
            weekday = (TODAY + timedelta(days=1)).isoweekday()
            lessons = [{"course": self.course, "weekday": weekday, "number": n, "weeks": "every"} for n in (1, 2)]
            week = {"effective_from": TODAY.isoformat(), "bells": self.bells, "lessons": lessons}
            post(admin, f"/classes/{self.group}/timetables", week)
        assert len(RINGS) == 2

    def plan(self, client: httpx.Client, **more: Any) -> dict[str, Any]:
        body = {"held_on": TOMORROW, "number": 1, "substitute": self.colleague, "reason": "ill", "basis": "приказ № 5"}
        return post(client, f"/courses/{self.course}/substitution-plans", {**body, **more})


def places(client: httpx.Client, teacher: str) -> list[tuple[int, str | None]]:
    rows = client.get("/teacher-day", params={"teacher": teacher, "from": TOMORROW}).json()["rows"]
    return [(row["number"], row["expected"]) for row in rows]


@pytest.mark.clause("R15", breaks="projections.views.timetable_pages:expected_substitutes", instead=lambda *_: {})
def test_a_planned_lesson_is_in_the_substitutes_day_and_not_in_the_absent_teachers(server: Served) -> None:
    school, me = Tomorrow(server), server.actors["teacher"]
    with server.as_("deputy") as deputy, server.as_("inspector") as inspector:
        assert places(inspector, me) == [(1, None), (2, None)]
        entry = school.plan(deputy)["first_index"]
        assert places(inspector, me) == [(2, None)]
        assert places(inspector, school.colleague) == [(1, school.colleague)]
        found = inspector.get("/substitution-plans", params={"from": TOMORROW, "to": TOMORROW}).json()
        (row,) = [row for row in found["rows"] if row["course"] == school.course]
        assert (row["entry"], row["absent_teacher"], row["substitute"]) == (entry, me, school.colleague)
        assert (row["became"], row["lesson"], row["ended_by"]) == ("not_recorded", None, None)
        assert found["people"] == {me: "Петрова Имя", school.colleague: "Орлова Анна"}
        register = inspector.get("/substitutions", params={"from": TOMORROW, "to": TOMORROW}).json()
        assert register["rows"] == []
    with server.as_("director") as director:
        body = {"corrects": entry, "basis": "вышел на работу"}
        post(director, f"/courses/{school.course}/substitution-plan-withdrawals", body)
    with server.as_("inspector") as inspector:
        assert places(inspector, me) == [(1, None), (2, None)]
        ended = inspector.get("/substitution-plans", params={"class_group": school.group}).json()["rows"]
        assert [row["became"] for row in ended] == ["ended"]
        before = inspector.get("/substitution-plans", params={"class_group": school.group, "at": entry + 1}).json()
        assert [row["became"] for row in before["rows"]] == ["not_recorded"]


def test_a_teacher_reads_the_own_plans_alone(server: Served) -> None:
    school = Tomorrow(server)
    with server.as_("deputy") as deputy:
        school.plan(deputy)
        problem(
            deputy.post(f"/courses/{school.course}/substitution-plans", json={"held_on": TOMORROW}),
            422,
            "unprocessable",
        )
    with server.as_("teacher") as teacher:
        rows = teacher.get("/substitution-plans").json()["rows"]
        assert {server.actors["teacher"] in (row["absent_teacher"], row["substitute"]) for row in rows} == {True}
        problem(teacher.get("/substitution-plans", params={"teacher": school.colleague}), 403, "forbidden")
