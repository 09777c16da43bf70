"""What a body names: of what a teacher does not reach, foreign and nowhere are answered alike, to the byte (2.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from api.schools import Registry
from tests.http_class import DAY, FIRST, SmallClass, problem
from tests.http_rights import WRITES
from tests.http_school import Served, post

Body = dict[str, Any]


class School:
    """The teacher's own 5А, which the teacher leads, and a class of somebody else with a lesson of its own."""

    def __init__(self, server: Served) -> None:
        self.own = SmallClass(server, None)
        teacher, self.colleague = server.actors["teacher"], str(uuid4())
        self.group, self.course, self.student, self.lesson, self.work = (str(uuid4()) for _ in range(5))
        with server.as_("administrator") as admin:
            named = {"family_name": "Орлова", "given_name": "Анна"}
            post(admin, "/people", {"person": self.colleague, "kind": "teacher", **named})
            post(admin, "/people", {"person": self.student, "kind": "student", **named})
            fields = {"year": self.own.year, "grade": 5, "letter": "Б", "class_teacher": self.colleague}
            post(admin, "/classes", {"class_group": self.group, **fields})
            post(admin, f"/classes/{self.group}/enrollments", {"student": self.student, "starts_on": FIRST})
            course = {"class_group": self.group, "year": self.own.year, "subject": "Физика", "starts_on": FIRST}
            post(admin, "/courses", {"course": self.course, "teacher": self.colleague, **course})
            post(admin, f"/classes/{self.own.group}/teachers", {"teacher": teacher, "starts_on": FIRST})
            foreign = self.own.lesson(course=self.course, marks=[], absences=[], lesson=self.lesson)
            foreign["works"] = [{"work": self.work, "kind": "answer", "written": False}]
            behalf = {"on_behalf_of": {"employee": self.colleague, "basis": "записка"}}
            post(admin, "/lessons", foreign | behalf)
        with server.as_("teacher") as client:
            self.place, _ = self.own.recorded(client)

    def more(self, **fields: Any) -> Callable[[httpx.Client], tuple[str, Body, dict[str, str]]]:
        """Something more of the own lesson."""

        def asked(client: httpx.Client) -> tuple[str, Body, dict[str, str]]:
            return f"{self.place}/entries", fields, {"If-Match": client.get(self.place).headers["etag"]}

        return asked

    def asks(self, id_of: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
        """Each member of a body that takes an id, with a request that has such an id there; and where it goes."""
        own, student = self.own, id_of(self.student)
        lesson, course = own.lesson(number=2, marks=[], absences=[], works=[]), id_of(self.course)
        work, due = str(uuid4()), {"held_on": DAY, "number": 12, "lesson": id_of(self.lesson)}
        own_work = {"works": [{"work": work, "kind": "answer", "written": False}]}
        for name, value in (
            ("absences[].student", {"absences": [{"student": student}]}),
            ("lateness[].student", {"lateness": [{"student": student, "minutes": 5}]}),
            ("early_leaves[].student", {"early_leaves": [{"student": student, "minutes": 5}]}),
            ("marks[].student", own_work | {"marks": [{"student": student, "work": work, "value": "5"}]}),
            ("make_ups[].student", own_work | {"make_ups": [{"student": student, "work": work, "made_up_on": DAY}]}),
            ("marks[].work", {"marks": [{"student": own.students[0], "work": id_of(self.work), "value": "5"}]}),
            (
                "make_ups[].work",
                {"make_ups": [{"student": own.students[0], "work": id_of(self.work), "made_up_on": DAY}]},
            ),
            ("homework.due_lesson.lesson", {"homework": {"text": "§ 1", "due_lesson": due}}),
        ):
            yield f"/lessons .{name}", ("/lessons", lesson | value)
            yield f"/lessons/*/entries .{name}", self.more(**value)
        remark = {"class_group": own.group, "to": self.colleague, "about": "homework"}
        yield "/remarks .class_group", ("/remarks", remark | {"class_group": id_of(self.group)})
        yield "/remarks .course", ("/remarks", remark | {"course": course})
        yield "/remarks .lesson", ("/remarks", remark | {"course": own.course, "lesson": id_of(self.lesson)})
        yield "/remarks .to", ("/remarks", remark | {"to": student})
        days = {"starts_on": DAY, "ends_on": DAY}
        certificate = {"student": student, "code": "ill", "basis": "справка", **days}
        yield "/classes/*/certificates .student", (f"/classes/{own.group}/certificates", certificate)
        annulment = {"student": student, "corrects": 3, "basis": "ошибка"}
        yield "/classes/*/certificate-annulments .student", (f"/classes/{own.group}/certificate-annulments", annulment)
        posted = {"held_on": DAY, "number": 1, "text": "§ 1", "due_lesson": due}
        yield "/courses/*/homework .due_lesson.lesson", (f"/courses/{own.course}/homework", posted)
        marks = [{"student": student, "value": "5"}]
        sheet = {"course": own.course, "period": own.period}
        yield "/results .course", ("/results", sheet | {"course": course, "marks": marks})
        yield "/results .marks[].student", ("/results", sheet | {"marks": marks})
        page = {"kind": "class_page", "course": own.course, "period": own.period}
        yield "/prints .course", ("/prints", page | {"course": course})
        yield "/prints .class_group", ("/prints", {"kind": "summary_sheet", "class_group": id_of(self.group)})
        diary = {"kind": "student_page", "class_group": own.group, "period": own.period}
        yield "/prints .student", ("/prints", diary | {"student": student})


SET_UP = {".period", ".on_behalf_of.employee"}
"""Periods are everybody's to read, and nobody but who leads the school enters for another."""
OF_ANYBODY = {"/lessons .course"}
"""A lesson may be given in any course, as its substitute; which courses there are, every teacher reads."""
OWN_NEW = {
    *("/lessons .lesson", "/lessons .works[].work", "/lessons/*/entries .works[].work", "/remarks .remark"),
    *("/classes/*/certificates .certificate", "/courses/*/schedule .scheduled", "/prints .sheet", "/results .sheet"),
    # Of a sheet that is the teacher's own by its path.
    "/results/*/final-marks .marks[].student",
}
"""Ids that the client chooses for what is new."""


def ids_in(schema: dict[str, Any], schemas: dict[str, Any], path: str = "") -> Iterator[str]:
    """Places of ids in a body of this schema."""
    if "$ref" in schema:
        yield from ids_in(schemas[schema["$ref"].rpartition("/")[2]], schemas, path)
    for one in schema.get("anyOf", ()):
        yield from ids_in(one, schemas, path)
    if isinstance(schema.get("items"), dict):
        yield from ids_in(schema["items"], schemas, f"{path}[]")
    for name, one in schema.get("properties", {}).items():
        yield from ids_in(one, schemas, f"{path}.{name}")
    names = ("student", "work", "course", "lesson", "class_group", "period", "person", "teacher")
    is_named = schema.get("type") == "string" and path.rpartition(".")[2] in names
    if is_named or schema.get("pattern", "").startswith("^[0-9a-f]{8}"):
        yield path


def members() -> set[str]:
    """Every member of a body that takes an id, of every route that a teacher may write to."""
    document = create_app(Registry([])).openapi()
    schemas, found = document["components"]["schemas"], set()
    its = {
        re.sub("[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[17](?=/|$)", "*", path)
        for path, who in WRITES.items()
        if "teacher" in who
    }
    for path, operations in document["paths"].items():
        below = re.sub(r"\{[^}]*\}", "*", path.removeprefix("/v1/schools/{school}"))
        if below in its and "requestBody" in operations.get("post", {}):
            (content,) = operations["post"]["requestBody"]["content"].values()
            found |= {f"{below} {place}" for place in ids_in(content["schema"], schemas)}
    return found


def test_foreign_ids_and_ids_of_nothing_are_answered_alike(server: Served) -> None:
    school = School(server)
    nothing = {id_: str(uuid4()) for id_ in (school.group, school.course, school.student, school.lesson, school.work)}
    asked = {name for name, _ in school.asks(str)}
    lacking = {one for one in members() - asked - OWN_NEW - OF_ANYBODY if one.partition(" ")[2] not in SET_UP}
    assert not lacking, "a body takes an id that is not tried here"
    with server.as_("teacher") as client:
        for (name, foreign), (_, ghost) in zip(school.asks(str), school.asks(nothing.__getitem__), strict=True):
            answers = []
            for request in (foreign, ghost):
                path, body, headers = request(client) if callable(request) else (*request, {})
                answer = client.post(path, json=body, headers=headers)
                assert 400 <= answer.status_code < 500, (name, answer.text)
                content = answer.json()
                content.pop("instance")
                answers.append((answer.status_code, content))
            assert answers[0] == answers[1], name
            assert answers[0][0] != 422 or "rule" in answers[0][1], (name, answers[0])


@pytest.mark.parametrize("of", ["course", "class_group", "print"])
def test_what_is_out_of_reach_leaves_a_trace(server: Served, of: str) -> None:
    school = School(server)
    path, body = {
        "course": ("/results", {"course": school.course, "period": school.own.period, "marks": []}),
        "class_group": ("/remarks", {"class_group": school.group, "to": school.colleague, "about": "homework"}),
        "print": ("/prints", {"kind": "summary_sheet", "class_group": school.group}),
    }[of]
    teacher = server.actors["teacher"]
    with server.as_("teacher") as client, server.as_("director") as director:
        problem(client.post(path, json=body), 403, "forbidden" if of == "print" else "out_of_reach")
        told = director.get("/reads", params={"person": teacher}).json()["refused"]
    assert (teacher, path, "reach") in [(one["actor"], one["what"], one["reason"]) for one in told]
