"""Subgroups over HTTP, on both databases: opened, joined and left by the administrator, seen by who reads the class."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.http_class import DAY, FIRST, SmallClass, problem
from tests.http_school import Served, post


class Halves(SmallClass):
    """5А with English in two halves, the first student in one of them."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        self.halves = [str(uuid4()), str(uuid4())]
        with server.as_("administrator") as admin:
            for number, course in enumerate(self.halves, 1):
                body = {"course": course, "class_group": self.group, "year": self.year, "subject": "Английский язык"}
                terms = {"teacher": server.actors["teacher"], "starts_on": FIRST, "subgroup": f"{number}-я"}
                post(admin, "/courses", {**body, **terms})
            post(admin, f"/courses/{self.halves[0]}/members", {"student": self.students[0], "starts_on": FIRST})

    def english(self, half: int, student: int, number: int) -> dict[str, Any]:
        """A lesson of a half in which a student is absent."""
        absences = [{"student": self.students[student]}]
        return self.lesson(course=self.halves[half], number=number, works=[], marks=[], absences=absences)


def members(client: httpx.Client, course: str, **at: int) -> list[tuple[str, str, str | None]]:
    rows = client.get(f"/courses/{course}/members", params=at).json()["rows"]
    return [(row["student"], row["starts_on"], row["ends_on"]) for row in rows]


def test_only_members_stand_in_a_subgroups_lesson(server: Served) -> None:
    school = Halves(server)
    with server.as_("teacher") as teacher:
        refused = problem(teacher.post("/lessons", json=school.english(0, 1, 2)), 409, "not_in_subgroup")
        assert refused["where"] == "absences[0].student"
        assert teacher.post("/lessons", json=school.english(0, 0, 2)).status_code == 201


def test_a_student_goes_over_to_the_other_half_and_the_past_stays_as_it_was(server: Served) -> None:
    school = Halves(server)
    first, second = school.halves
    student = school.students[0]
    with server.as_("administrator") as admin:
        both = {"student": student, "starts_on": FIRST}
        problem(admin.post(f"/courses/{second}/members", json=both), 409, "already_in_subgroup")
        before = admin.get("/courses").json()["position"]
        post(admin, f"/courses/{first}/withdrawals", {"student": student, "ends_on": FIRST})
        post(admin, f"/courses/{second}/members", {"student": student, "starts_on": DAY})
        assert members(admin, first) == [(student, FIRST, FIRST)]
        assert members(admin, second) == [(student, DAY, None)]
        assert members(admin, first, at=before) == [(student, FIRST, None)]
        assert members(admin, second, at=before) == []
        state = admin.get(f"/courses/{second}").json()
        assert (state["subgroup"], state["members"]) == ("2-я", {student: [[DAY, None]]})


def test_the_class_page_of_a_half_has_its_members_alone(server: Served) -> None:
    school = Halves(server)
    with server.as_("teacher") as teacher:
        assert teacher.post("/lessons", json=school.english(0, 0, 2)).status_code == 201
        page = teacher.get(f"/classes/{school.group}/page", params={"course": school.halves[0]}).json()
        assert [line["student"] for line in page["lines"]] == [school.students[0]]
        assert [(stay["student"], stay["subgroup"]) for stay in page["subgroups"]] == [(school.students[0], "1-я")]
        assert [column["lesson"]["subgroup"] for column in page["columns"]] == ["1-я"]
        whole = school.read(f"/classes/{school.group}/page").json()
        assert [line["student"] for line in whole["lines"]] == school.students


def test_a_students_own_page_has_the_lessons_of_the_own_half(server: Served) -> None:
    school = Halves(server)
    with server.as_("administrator") as admin:
        post(admin, f"/courses/{school.halves[1]}/members", {"student": school.students[1], "starts_on": FIRST})
    with server.as_("teacher") as teacher:
        for half, number in ((0, 2), (1, 3)):
            assert teacher.post("/lessons", json=school.english(half, half, number)).status_code == 201
        for student, number in zip(school.students, (2, 3), strict=True):
            found = school.read(f"/students/{student}/page").json()["lessons"]
            assert [one["column"]["lesson"]["number"] for one in found] == [number]


def test_two_subgroups_have_two_titles(server: Served) -> None:
    school = Halves(server)
    with server.as_("administrator") as admin:
        body = {"class_group": school.group, "year": school.year, "subject": "Английский язык", "subgroup": "1-я"}
        again = admin.post("/courses", json={**body, "teacher": server.actors["teacher"], "starts_on": FIRST})
        assert problem(again, 409, "subgroup_title_taken")["where"] == "subgroup"
        whole = admin.post(f"/courses/{school.course}/members", json={"student": school.students[0], "starts_on": DAY})
        problem(whole, 409, "not_a_subgroup")
