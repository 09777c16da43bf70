"""Homework's deadlines by the timetable and the lesson plan over HTTP, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.http_class import DAY
from tests.http_school import Served, post
from tests.integration.test_api_deadlines import adopt
from tests.integration.test_api_plans import Planned
from tests.integration.test_api_timetables import Timetabled

TODAY = (date.fromisoformat(DAY) + timedelta(days=1)).isoformat()


def homework(client: httpx.Client) -> dict[str, Any]:
    rows = client.get("/deadlines", params={"rule": "homework", "status": "all", "month": DAY[:7]}).json()["rows"]
    (row,) = rows
    return dict(row)


@pytest.mark.clause("R19", breaks="projections.views.plan:match")
def test_the_hour_runs_from_the_planned_end_of_the_last_lesson_unless_it_is_cancelled(server: Served) -> None:
    school = Timetabled(server)
    adopt(server, homework_after_last_lesson_minutes=60)
    with server.as_("teacher") as teacher:
        school.recorded(teacher, homework={"text": "§ 7", "due_on": TODAY})
        # The second lesson of the day, until 10:10, is not recorded.
        planned = homework(teacher)
        assert planned["due_local"][11:16] == "11:10"
        assert planned["readings"] == ["due_next_day"]
        assert planned["not_assigned"] is True
        with server.as_("administrator") as admin:
            cancelled = {"held_on": DAY, "number": 2, "reason": "quarantine", "basis": "приказ № 3"}
            entry = post(admin, f"/courses/{school.course}/cancellations", cancelled)["first_index"]
        after = homework(teacher)
        assert after["due_local"][11:16] == "10:15"
        assert set(after["basis"]) >= {entry, *planned["basis"][:1]}
        assert entry not in planned["basis"]
        counted = teacher.get("/deadlines/counts", params={"rule": "homework", "by": ""}).json()["rows"]
        assert [row["late"] for row in counted] == [1]


@pytest.mark.clause("R18", breaks="projections.views.deadlines:planned_homework")
def test_a_plan_that_came_after_the_lesson_exempts_nothing_and_is_cited(server: Served) -> None:
    school = Planned(server)
    adopt(server, planned_homework_is_exempt=True)
    with server.as_("teacher") as teacher:
        school.give(teacher, 1, [1])
        row = homework(teacher)
        assert (row["status"], row["readings"]) == ("missing", ["planned_too_late"])
        # The regulation's version and the plan; there is no homework to cite.
        assert len(row["basis"]) == 2
