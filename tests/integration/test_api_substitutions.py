"""Substituted lessons over HTTP, on both databases: recorded with the lesson, asked for in one request."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.auth import RIGHTS, Right
from tests.http_class import DAY, FIRST, SmallClass, fact, problem, tag
from tests.http_school import Served, post

ILL = {"reason": "ill", "basis": "приказ № 41-к", "same_subject": True}


class Substituted(SmallClass):
    """5А with a course of a colleague whose lessons the served teacher gives."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        self.me = server.actors["teacher"]
        self.colleague, self.other_course = str(uuid4()), str(uuid4())
        with server.as_("administrator") as admin:
            person = {"person": self.colleague, "kind": "teacher", "family_name": "=Орлова", "given_name": "Анна"}
            post(admin, "/people", person)
            course = {"course": self.other_course, "class_group": self.group, "year": self.year, "subject": "Химия"}
            post(admin, "/courses", {**course, "teacher": self.colleague, "starts_on": FIRST})

    def substitute(self, teacher: httpx.Client, **terms: Any) -> str:
        body = self.lesson(course=self.other_course, substitution={**ILL, **terms}, number=2)
        answer = teacher.post("/lessons", json=body)
        assert answer.status_code == 201, answer.text
        return "/lessons/" + answer.headers["location"].rpartition("/")[2]


def test_a_substitutes_lesson_comes_with_its_substitution_or_not_at_all(server: Served) -> None:
    school = Substituted(server)
    with server.as_("teacher") as teacher:
        missing = teacher.post("/lessons", json=school.lesson(course=school.other_course))
        assert problem(missing, 409, "substitution_not_recorded")["clause"] == "2.1"
        needless = teacher.post("/lessons", json=school.lesson(substitution=ILL))
        assert problem(needless, 409, "substitution_not_needed")["where"] == "substitution"
        place = school.substitute(teacher, coefficient=150)
        stated = fact(teacher, place, "substitution")
        assert stated["value"] == {**ILL, "coefficient": 150}
        alone = {"corrects": stated["standing"], "new": None, "reason": "typo"}
        problem(
            teacher.post(f"{place}/corrections", json=alone, headers=tag(teacher, place)), 409, "substitution_stands"
        )


@pytest.mark.clause("R46", breaks="projections.views.substitution_register:_totals", instead=lambda *_: ())
def test_one_request_answers_for_any_employee_and_month_or_all(server: Served) -> None:
    school = Substituted(server)
    with server.as_("teacher") as teacher:
        place = school.substitute(teacher)
        change = {"corrects": fact(teacher, place, "substitution")["standing"], "reason": "document"}
        new = {"reason": "leave", "basis": "приказ № 42-к", "same_subject": False, "coefficient": 150}
        before = teacher.get("/substitutions").json()["position"]
        post(teacher, f"{place}/corrections", {**change, "new": new}, **tag(teacher, place))
    with server.as_("inspector") as inspector:
        for employee in (school.me, school.colleague, None):
            query = {"month": DAY[:7]} | ({"employee": employee} if employee else {})
            answer = inspector.get("/substitutions", params=query).json()
            (row,) = answer["rows"]
            assert (row["held_on"], row["class_name"], row["subject"]) == (DAY, "5А", "Химия")
            assert (row["substitute"], row["absent_teacher"]) == (school.me, school.colleague)
            assert (row["basis"], row["same_subject"], row["coefficient"]) == ("приказ № 42-к", False, 150)
            assert (answer["lessons"], answer["coefficient"]) == (1, 150)
            assert answer["people"] == {school.me: "Петрова Имя", school.colleague: "=Орлова Анна"}
            sums = {total["employee"]: total for total in answer["totals"]}
            assert sums.keys() == ({employee} if employee else {school.me, school.colleague})
            if school.me in sums:
                assert (sums[school.me]["given_lessons"], sums[school.me]["given_coefficient"]) == (1, 150)
        assert inspector.get("/substitutions", params={"to": FIRST}).json()["rows"] == []
        assert inspector.get("/substitutions", params={"employee": str(uuid4())}).json()["rows"] == []
        (then,) = inspector.get("/substitutions", params={"at": before}).json()["rows"]
        assert (then["basis"], then["coefficient"]) == ("приказ № 41-к", 100)


def test_the_table_for_a_spreadsheet_says_the_same_and_runs_nothing(server: Served) -> None:
    school = Substituted(server)
    with server.as_("teacher") as teacher:
        school.substitute(teacher)
        answer = teacher.get("/substitutions.csv", params={"month": DAY[:7]})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert row["absent_name (кто отсутствовал)"] == "'=Орлова Анна"
    assert row["reason (причина)"] == "болезнь"
    assert row["coefficient (коэффициент, сотые)"] == "100"


def test_a_teacher_reads_the_own_substitutions_alone(server: Served) -> None:
    school = Substituted(server)
    with server.as_("teacher") as teacher:
        school.substitute(teacher)
        assert teacher.get("/substitutions").json()["lessons"] == 1
        assert teacher.get("/substitutions", params={"employee": school.me}).json()["lessons"] == 1
        for path in ("/substitutions", "/substitutions.csv"):
            problem(teacher.get(path, params={"employee": school.colleague}), 403, "forbidden")
    for role in ("administrator", "deputy", "director", "inspector"):
        with server.as_(role) as reader:
            assert reader.get("/substitutions", params={"employee": school.colleague}).json()["lessons"] == 1
    assert {role for role, rights in RIGHTS.items() if Right.READ_STAFF in rights} == {
        "archivist",
        "administrator",
        "deputy",
        "director",
        "inspector",
    }


@pytest.mark.parametrize(
    "query",
    [{"month": "2026-13"}, {"month": "2026-9"}, {"month": "2026-09", "from": "2026-09-01"}, {"month": "0000-01"}],
)
def test_refuses_a_month_that_is_none_or_beside_days(server: Served, query: dict[str, str]) -> None:
    with server.as_("inspector") as inspector:
        problem(inspector.get("/substitutions", params=query), 400, "bad_request")
