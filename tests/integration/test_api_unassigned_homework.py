"""Homework that counts as not assigned, over HTTP on both databases: shown so, and bad marks for it refused or flagged."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import DAY, SmallClass, problem, tag
from tests.http_school import Served, post
from tests.integration.test_api_deadlines import adopt


def _check(school: SmallClass, value: str, **named: str) -> dict[str, Any]:
    """What checks homework in a second lesson of the day."""
    work = str(uuid4())
    return {
        "number": 5,
        "starts_at": "12:40",
        "ends_at": "13:25",
        "works": [{"work": work, "kind": "homework_check", "written": False, **named}],
        "marks": [{"student": school.students[0], "work": work, "value": value}],
    }


def _marks(client: httpx.Client, school: SmallClass) -> list[dict[str, Any]]:
    page = school.read(f"/students/{school.students[0]}/page").json()
    return [value for lesson in page["lessons"] for value in lesson["values"] if value["what"] == "mark"]


def _columns(client: httpx.Client, school: SmallClass) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = client.get(
        f"/classes/{school.group}/page", params={"course": school.course}
    ).json()["columns"]
    return columns


@pytest.mark.clause("R21", breaks="projections.views.unassigned_homework:_not_assigned")
def test_homework_that_came_too_late_is_shown_as_not_assigned(server: Served) -> None:
    school = SmallClass(server)
    adopt(server)
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        (column,) = _columns(teacher, school)
        assert (column["homework"], column["not_assigned"]["status"]) == (None, "missing")
        post(teacher, f"{place}/entries", {"homework": {"text": "§ 7"}}, **tag(teacher, place))
        (column,) = _columns(teacher, school)
        assert (column["homework"]["text"], column["not_assigned"]["status"]) == ("§ 7", "late")
        assert column["homework"]["fact"] in column["not_assigned"]["basis"]
        diary = school.read(f"/students/{school.students[0]}/page").json()
        assert diary["lessons"][0]["column"]["not_assigned"] == column["not_assigned"]
    adopt(server, unposted_homework_is_not_assigned=False)
    with server.as_("teacher") as teacher:
        assert _columns(teacher, school)[0]["not_assigned"] is None


def test_homework_in_time_is_assigned(server: Served) -> None:
    school = SmallClass(server)
    adopt(server, homework_days=99)
    with server.as_("teacher") as teacher:
        school.recorded(teacher, homework={"text": "§ 7"})
        assert _columns(teacher, school)[0]["not_assigned"] is None


@pytest.mark.clause("R21", breaks="ledger.journal.checked_homework:CheckedHomework.check_mark")
def test_a_bad_mark_for_it_is_refused_as_the_regulation_says(server: Served) -> None:
    school = SmallClass(server)
    adopt(server, mark_for_unassigned_homework="refuse")
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        body = school.lesson(**_check(school, "2"))
        refused = problem(teacher.post("/lessons", json=body), 409, "homework_not_assigned")
        assert (refused["where"], refused["clause"]) == ("marks[0].value", "2.2.3")
        named = school.lesson(**_check(school, "2", of_lesson=place.rpartition("/")[2]))
        problem(teacher.post("/lessons", json=named), 409, "homework_not_assigned")
        assert teacher.post("/lessons", json=school.lesson(**_check(school, "3"))).status_code == 201


@pytest.mark.clause("R21", breaks="projections.views.unassigned_homework:flags_of_works", instead=lambda *_: {})
def test_or_taken_and_flagged_with_what_it_rests_on(server: Served) -> None:
    school = SmallClass(server)
    adopt(server, mark_for_unassigned_homework="flag")
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher, works=[], marks=[])
        school.recorded(teacher, **_check(school, "2"))
        (mark,) = _marks(teacher, school)
        flag = mark["homework_flag"]
        assert (flag["lesson"], flag["status"], flag["homework"]) == (place.rpartition("/")[2], "missing", None)
        assert mark["flag"] is None
        (row,) = school.read("/flagged-marks", params={"class_group": school.group, "from": DAY, "to": DAY}).json()[
            "rows"
        ]
        assert (row["value"], row["code"], row["flag"], row["homework_flag"]) == ("2", None, None, flag)
        assert school.read("/flagged-marks", params={"student": school.students[1]}).json()["rows"] == []
        entered = post(teacher, f"{place}/entries", {"homework": {"text": ""}}, **tag(teacher, place))["first_index"]
        assert _marks(teacher, school)[0]["homework_flag"] == {**flag, "status": "none", "homework": entered}


def test_good_marks_and_marks_for_other_work_are_not_flagged(server: Served) -> None:
    school = SmallClass(server)
    adopt(server)
    with server.as_("teacher") as teacher:
        school.recorded(teacher, works=[], marks=[])
        school.recorded(teacher, **_check(school, "4"))
        answer = _check(school, "2")
        answer["works"][0]["kind"] = "answer"
        school.recorded(teacher, **{**answer, "number": 6, "starts_at": "13:40", "ends_at": "14:25"})
        assert [mark["homework_flag"] for mark in _marks(teacher, school)] == [None, None]
        assert school.read("/flagged-marks").json()["rows"] == []
