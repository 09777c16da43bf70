"""Forecasts over HTTP, on both databases: who reads whose, what they say and cite."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import DAY, problem
from tests.http_school import post
from tests.integration.test_api_results import Graded, school

__all__ = ["school"]


def rows(client: httpx.Client, **query: str) -> list[dict[str, Any]]:
    answer = client.get("/forecasts", params={"on": DAY, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


@pytest.mark.clause("R28", breaks="projections.views.forecasts:forecast")
def test_a_forecast_says_what_would_come_out_what_it_takes_and_what_threatens(school: Graded) -> None:
    with school.server.as_("deputy") as deputy:
        told = {row["student"]: row for row in rows(deputy, class_group=school.group)}
        one, other = (told[student] for student in school.students)
        assert (one["value"], one["mean_hundredths"], one["marks"], one["lacking"]) == ("4", 400, 1, 0)
        assert one["needed"] == [{"value": "5", "mark": 5, "how_many": 2}], "(4 + 5 + 5) / 3 = 4.66 reaches 4.60"
        assert (one["inputs"], one["rule"], one["risks"]) == ([school.mark], school.rule, [])
        assert other["risks"] == [{"value": "na", "rule": "marks_min", "limit": 1}]
        assert rows(deputy, student=school.students[0]) == [one]
        assert rows(deputy, class_group=school.group, at=str(school.rule))[0]["value"] is None, "no rules were adopted"
        assert rows(deputy, class_group=school.group, on="2020-01-01") == []
        table = deputy.get("/forecasts.csv", params={"class_group": school.group, "on": DAY}).content.decode(
            "utf-8-sig"
        )
        assert "до «5»: 2 × 5" in table
        assert "н/а: отметок меньше 1" in table
        problem(deputy.get("/forecasts"), 400, "bad_request")


def test_a_class_teacher_reads_the_own_class_and_no_other(school: Graded) -> None:
    own = str(uuid4())
    me = school.server.actors["teacher"]
    with school.server.as_("administrator") as admin:
        body = {"class_group": own, "year": school.year, "grade": 5, "letter": "Б", "class_teacher": me}
        post(admin, "/classes", body)
    with school.server.as_("teacher") as teacher:
        for path in ("/forecasts", "/forecasts.csv"):
            assert teacher.get(path, params={"class_group": own}).status_code == 200
            problem(teacher.get(path, params={"class_group": school.group}), 403, "out_of_reach")
            problem(teacher.get(path, params={"student": school.students[0]}), 403, "out_of_reach")
