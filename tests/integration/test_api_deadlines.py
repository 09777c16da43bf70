"""Verdicts on deadlines over HTTP, on both databases: who may read which, and what they say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import DAY, FIRST, SmallClass, fact, problem, tag
from tests.http_school import Served, post
from tests.integration.test_api_regulation import PARAMETERS


def adopt(server: Served, **own: Any) -> None:
    order = {"order_number": "41-о", "order_date": FIRST, "effective_from": FIRST}
    with server.as_("administrator") as admin:
        post(admin, "/regulations", {**order, "parameters": {**PARAMETERS, **own}})


def statuses(client: httpx.Client, **query: str) -> dict[str, str]:
    answer = client.get("/deadlines", params={"status": "all", "month": DAY[:7], **query})
    assert answer.status_code == 200, answer.text
    return {row["rule"]: row["status"] for row in answer.json()["rows"]}


def test_without_a_regulation_nothing_is_judged_and_the_answer_says_so(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        assert set(statuses(teacher).values()) == {"no_regulation"}
        assert teacher.get("/deadlines", params={"month": DAY[:7]}).json()["no_regulation"] == 4
        whole = teacher.get(f"{place}/deadlines").json()
        assert whole["completeness"]["index"] is None
    adopt(server)
    with server.as_("teacher") as teacher:
        assert statuses(teacher)["lesson"] == "late"


@pytest.mark.clause("R21", breaks="projections.views.deadlines:counts_as_not_assigned")
def test_a_lesson_of_yesterday_is_late_and_says_by_what(server: Served) -> None:
    school = SmallClass(server)
    adopt(server, oral_mark_days=1)
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        assert statuses(teacher) == {
            "lesson": "late",
            "attendance": "late",
            "homework": "missing",
            "oral_mark": "on_time",
        }
        rows = teacher.get("/deadlines", params={"from": DAY, "to": DAY}).json()
        assert [row["rule"] for row in rows["rows"]] == ["lesson", "attendance", "homework"]
        late = rows["rows"][0]
        assert (late["held_on"], late["class_name"], late["clause"]) == (DAY, "5А", "2.1, 2.2.1, 2.4.2")
        assert late["late_by_seconds"] >= 0
        assert set(rows["versions"]) <= set(late["basis"])
        assert rows["rows"][2]["not_assigned"] is True
        whole = teacher.get(f"{place}/deadlines").json()
        assert whole["completeness"]["parts"] == {
            "topic": "late",
            "marks": "on_time",
            "attendance": "late",
            "homework": "missing",
        }
        assert (whole["completeness"]["index"], whole["completeness"]["open"]) == (1, 0)
        before = teacher.get(f"{place}/deadlines", params={"at": late["basis"][-1]}).json()
        assert before["rows"] == []


def test_counts_are_of_the_same_verdicts(server: Served) -> None:
    school = SmallClass(server)
    adopt(server)
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
    with server.as_("inspector") as inspector:
        counted = inspector.get("/deadlines/counts", params={"by": "teacher"}).json()
        assert {row["rule"]: (row["late"], row["missing"]) for row in counted["rows"]} == {
            "lesson": (1, 0),
            "attendance": (1, 0),
            "homework": (0, 1),
            "oral_mark": (1, 0),
        }
        assert {row["teacher"] for row in counted["rows"]} == {server.actors["teacher"]} == counted["people"].keys()


@pytest.mark.clause("R10", breaks="api.routes.deadlines:_watches")
def test_a_teacher_reads_the_own_lessons_and_a_class_teacher_the_classs(server: Served) -> None:
    school = SmallClass(server)
    adopt(server)
    colleague, group, course, student = (str(uuid4()) for _ in range(4))
    me = server.actors["teacher"]
    with server.as_("administrator") as admin:
        post(admin, "/people", {"person": colleague, "kind": "teacher", "family_name": "Орлова", "given_name": "Анна"})
        post(admin, "/people", {"person": student, "kind": "student", "family_name": "Белов", "given_name": "Иван"})
        post(
            admin,
            "/classes",
            {"class_group": group, "year": school.year, "grade": 6, "letter": "Б", "class_teacher": me},
        )
        post(admin, f"/classes/{group}/enrollments", {"student": student, "starts_on": FIRST})
        body = {"course": course, "class_group": group, "year": school.year, "subject": "Химия"}
        post(admin, "/courses", {**body, "teacher": colleague, "starts_on": FIRST})
    with server.as_("teacher") as teacher:
        school.recorded(teacher)
        assert statuses(teacher)
        assert statuses(teacher, teacher=me)
        assert statuses(teacher, class_group=group) == {}
        assert teacher.get("/deadlines", params={"class_group": group, "teacher": colleague}).status_code == 200
        for path in ("/deadlines", "/deadlines/counts"):
            problem(teacher.get(path, params={"teacher": colleague}), 403, "forbidden")
            query = {"teacher": colleague, "class_group": school.group}
            problem(teacher.get(path, params=query), 403, "forbidden")
    for role in ("administrator", "deputy", "inspector"):
        with server.as_(role) as reader:
            assert statuses(reader, teacher=me)
            assert statuses(reader, student=school.students[0]) == {"oral_mark": "late"}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "2026-09-01", "to": "2026-10-02"},
        {"from": "2026-09-01"},
        {"week": "2026-W54"},
        {"week": "2026-W10", "month": "2026-03"},
        {"month": "2026-09", "rule": "lateness"},
        {"month": "2026-09", "status": "worst"},
    ],
)
def test_refuses_what_would_be_too_much_or_is_no_question(server: Served, query: dict[str, str]) -> None:
    with server.as_("inspector") as inspector:
        problem(inspector.get("/deadlines", params=query), 400, "bad_request")


def test_takes_a_week(server: Served) -> None:
    with server.as_("inspector") as inspector:
        assert inspector.get("/deadlines", params={"week": "2026-W53"}).json()["rows"] == []


def test_a_make_up_day_moves_the_term_of_one_student_and_lets_the_mark_in(server: Served) -> None:
    school = SmallClass(server)
    adopt(server)
    work, day = str(uuid4()), (date.fromisoformat(DAY) + timedelta(days=1)).isoformat()
    later = (date.fromisoformat(DAY) + timedelta(days=2)).isoformat()
    works = [{"work": work, "kind": "control_work", "written": True, "ends_on": day}]
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher, works=works, marks=[])
        mark = {"marks": [{"student": school.students[1], "work": work, "value": "4"}]}
        own = {"make_ups": [{"student": school.students[1], "work": work, "made_up_on": day}]}
        problem(teacher.post(f"{place}/entries", json=mark, headers=tag(teacher, place)), 409, "absent_student")
        rows = teacher.get(f"{place}/deadlines").json()["rows"]
        assert {row["student"]: row["status"] for row in rows if row["rule"] == "written_mark"} == {
            school.students[0]: "pending",
            school.students[1]: "exempt",
        }
        post(teacher, f"{place}/entries", own, **tag(teacher, place))
        post(teacher, f"{place}/entries", mark, **tag(teacher, place))
        rows = teacher.get(f"{place}/deadlines").json()["rows"]
        found = {row["student"]: row for row in rows if row["rule"] == "written_mark"}
        assert found[school.students[1]]["status"] == "on_time"
        assert found[school.students[0]]["readings"] == ["several_days"]
        made_up = fact(teacher, place, "make_up")
        assert made_up["value"] == day
        wrong = {"corrects": made_up["standing"], "new": later, "reason": "typo"}
        refused = teacher.post(f"{place}/corrections", json=wrong, headers=tag(teacher, place))
        problem(refused, 409, "make_up_needed")
        assert school.read("/flagged-marks").json()["rows"] == []
    with server.as_("inspector") as inspector:
        asked = {"finding": "marked", "from": DAY, "to": DAY}
        assert inspector.get("/questions/absences", params=asked).json()["rows"] == []
