"""Certificates over HTTP, on both databases: what one request sets, what comes later, and what needs a request."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.http_class import DAY, FIRST, SmallClass, problem
from tests.http_school import Served, post

BEFORE = (date.fromisoformat(DAY) - timedelta(days=1)).isoformat()
LATER = (date.fromisoformat(DAY) + timedelta(days=3)).isoformat()


class WithClassTeacher(SmallClass):
    """The served teacher leads another class, to which both students belong as well by now: their old one is left."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        self.absent = self.students[1]
        self.own = str(uuid4())
        with server.as_("administrator") as admin:
            fields = {"class_group": self.own, "year": self.year, "grade": 5, "letter": "Я"}
            post(admin, "/classes", {**fields, "class_teacher": server.actors["teacher"]})

    def certificate(self, **changes: Any) -> dict[str, Any]:
        return {
            "student": self.absent,
            "starts_on": BEFORE,
            "ends_on": LATER,
            "code": "ill",
            "basis": "справка № 12",
            **changes,
        }


def test_one_request_sets_the_reasons_that_are_missing_and_later_absences_follow(server: Served) -> None:
    school = WithClassTeacher(server)
    path = f"/classes/{school.group}/certificates"
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy:
        first, _ = school.recorded(teacher)
        second, _ = school.recorded(teacher, number=2, absences=[{"student": school.absent, "code": "unexcused"}])
        answer = post(deputy, path, school.certificate())
        assert answer["streams"].keys() == {f"certificate/{school.absent}", first[1:].replace("lessons", "lesson")}
        third, _ = school.recorded(teacher, number=3)
        found = school.read("/certificates", params={"student": school.absent}).json()
        (row,) = found["rows"]
        assert (row["entry"], row["basis"], row["annulled_by"]) == (answer["first_index"], "справка № 12", None)
        assert found["people"] == {school.absent: "Сидоров Имя"}
        assert [
            (one["lesson"], one["code"], one["by_certificate"], one["needs_request"]) for one in row["absences"]
        ] == [
            (first.rpartition("/")[2], "ill", True, False),
            (second.rpartition("/")[2], "unexcused", False, False),
            (third.rpartition("/")[2], "ill", True, False),
        ]
        (correction,) = school.read("/corrections", params={"student": school.absent}).json()["rows"]
        assert (correction["action"], correction["basis"]) == ("reason_set", "справка № 12")


def test_what_lies_in_a_closed_period_needs_a_request(server: Served) -> None:
    school = WithClassTeacher(server)
    with server.as_("teacher") as teacher, server.as_("administrator") as admin:
        school.recorded(teacher)
        post(admin, f"/periods/{school.period}/close", {})
        assert post(admin, f"/classes/{school.group}/certificates", school.certificate())["count"] == 1
        (row,) = school.read("/certificates", params={"class_group": school.group}).json()["rows"]
        assert [(one["code"], one["needs_request"]) for one in row["absences"]] == [("absent", True)]
        annulment = {"student": school.absent, "corrects": row["entry"], "basis": "не тот ученик"}
        by = post(admin, f"/classes/{school.group}/certificate-annulments", annulment)["first_index"]
        (now,) = school.read("/certificates").json()["rows"]
        assert (now["annulled_by"], now["annulled_basis"], now["absences"][0]["needs_request"]) == (
            by,
            "не тот ученик",
            False,
        )
        (then,) = school.read("/certificates", params={"at": str(by)}).json()["rows"]
        assert then["annulled_by"] is None
        for query in ({"to": FIRST}, {"student": school.students[0]}, {"class_group": school.own}):
            assert school.read("/certificates", params=query).json()["rows"] == []


def test_only_the_class_teacher_or_the_administration_records_one(server: Served) -> None:
    school = WithClassTeacher(server)
    with server.as_("teacher") as teacher, server.as_("administrator") as admin:
        foreign = teacher.post(f"/classes/{school.group}/certificates", json=school.certificate())
        assert problem(foreign, 403, "not_the_class_teacher")["clause"] == "2.2.4"
        post(admin, f"/classes/{school.group}/withdrawals", {"student": school.absent, "ends_on": BEFORE})
        post(admin, f"/classes/{school.own}/enrollments", {"student": school.absent, "starts_on": DAY})
        assert post(teacher, f"/classes/{school.own}/certificates", school.certificate())["count"] == 1
        long = school.certificate(starts_on=FIRST, ends_on="2099-01-01")
        problem(teacher.post(f"/classes/{school.own}/certificates", json=long), 409, "outside_the_year")


def test_a_certificate_with_its_own_id_is_recorded_once(server: Served) -> None:
    school = WithClassTeacher(server)
    body = school.certificate(certificate=str(uuid4()))
    with server.as_("deputy") as deputy:
        path = f"/classes/{school.group}/certificates"
        post(deputy, path, body)
        problem(deputy.post(path, json={**body, "basis": "иная"}), 409, "certificate_exists")
        problem(deputy.post(path, json={**body, "certificate": str(uuid4())}), 409, "same_certificate")
        problem(deputy.post(path, json={**body, "code": "absent"}), 422, "unprocessable")
