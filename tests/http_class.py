"""A class to teach over HTTP: two students, two teachers' courses, a period that is over and may be closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.http_school import Served, post
from tests.school_days import YESTERDAY

DAY = YESTERDAY.isoformat()
FIRST = (YESTERDAY - timedelta(days=60)).isoformat()
LAST = (YESTERDAY + timedelta(days=60)).isoformat()


class SmallClass:
    """5А of `server`, set up by its administrator."""

    def __init__(self, server: Served, class_teacher: str | None = None) -> None:
        self.server = server
        self.year, self.period, self.group, self.course = (str(uuid4()) for _ in range(4))
        self.students = [str(uuid4()), str(uuid4())]
        teacher = server.actors["teacher"]
        with server.as_("administrator") as admin:
            for person, kind, name in (
                (teacher, "teacher", "Петрова"),
                (self.students[0], "student", "Иванова"),
                (self.students[1], "student", "Сидоров"),
            ):
                post(admin, "/people", {"person": person, "kind": kind, "family_name": name, "given_name": "Имя"})
            post(admin, "/years", {"year": self.year, "title": "2026/27", "starts_on": FIRST, "ends_on": LAST})
            period = {"period": self.period, "year": self.year, "kind": "quarter", "number": 1, "grades": [5]}
            post(admin, "/periods", {**period, "starts_on": FIRST, "ends_on": DAY})
            leader = {} if class_teacher is None else {"class_teacher": class_teacher}
            post(admin, "/classes", {"class_group": self.group, "year": self.year, "grade": 5, "letter": "А", **leader})
            for student in self.students:
                post(admin, f"/classes/{self.group}/enrollments", {"student": student, "starts_on": FIRST})
            course = {"course": self.course, "class_group": self.group, "year": self.year, "subject": "Математика"}
            post(admin, "/courses", {**course, "teacher": teacher, "starts_on": FIRST})

    def read(self, path: str, params: dict[str, str] | None = None) -> httpx.Response:
        """What a deputy reads, who reads of all classes."""
        with self.server.as_("deputy") as deputy:
            return deputy.get(path, params=params)

    def lesson(self, **more: Any) -> dict[str, Any]:
        """A lesson's body: a mark for the first student, the second absent."""
        work = str(uuid4())
        return {
            "course": self.course,
            "held_on": DAY,
            "number": 1,
            "starts_at": "08:30",
            "ends_at": "09:15",
            "topic": "Дроби",
            "works": [{"work": work, "kind": "answer", "written": False}],
            "marks": [{"student": self.students[0], "work": work, "value": "4"}],
            "absences": [{"student": self.students[1]}],
            **more,
        }

    def recorded(self, teacher: httpx.Client, **more: Any) -> tuple[str, str]:
        """Record a lesson; its path under the school, and its ETag."""
        answer = teacher.post("/lessons", json=self.lesson(**more))
        assert answer.status_code == 201, answer.text
        return "/lessons/" + answer.headers["location"].rpartition("/")[2], answer.headers["etag"]


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """Expect a problem, whole and in two languages."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = answer.json()
    assert content["type"].rpartition("/")[2] == name, content
    assert content["status"] == status
    assert content["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    for key in ("title", "detail"):
        assert (key in content) == (f"{key}_en" in content)
        if key in content:
            assert any("а" <= letter.lower() <= "я" for letter in content[key]), content
            assert not any("а" <= letter.lower() <= "я" for letter in content[f"{key}_en"]), content
    return content


def fact(client: httpx.Client, place: str, what: str) -> dict[str, Any]:
    """A fact of a lesson as it stands."""
    facts = client.get(place).json()["facts"]
    return next(found for found in facts if found["what"] == what)


def tag(client: httpx.Client, place: str) -> dict[str, str]:
    """If-Match with the lesson's present version."""
    return {"If-Match": client.get(place).headers["etag"]}
