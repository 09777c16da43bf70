"""Checks and remarks over HTTP, what fills a gap by itself, and who reads what, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.http_class import problem
from tests.http_school import Served, post


class Class:
    """A class with its class teacher, who is the server's teacher, and another teacher's course with one lesson to come."""

    def __init__(self, server: Served, admin: httpx.Client) -> None:
        self.me, self.colleague = server.actors["teacher"], str(uuid4())
        for person in (self.me, self.colleague):
            post(admin, "/people", {"person": person, "kind": "teacher", "family_name": "Орлова", "given_name": "Анна"})
        year, self.group, self.course, self.other = (str(uuid4()) for _ in range(4))
        post(admin, "/years", {"year": year, "title": "2026/27", "starts_on": "2026-09-01", "ends_on": "2027-05-31"})
        period = {"year": year, "kind": "quarter", "number": 1, "grades": [5]}
        post(admin, "/periods", {**period, "starts_on": "2026-09-01", "ends_on": "2026-12-29"})
        group = {"class_group": self.group, "year": year, "grade": 5, "letter": "А", "class_teacher": self.me}
        post(admin, "/classes", group)
        for course, teacher, subject in ((self.course, self.me, "Химия"), (self.other, self.colleague, "Физика")):
            body = {"course": course, "class_group": self.group, "year": year, "subject": subject, "teacher": teacher}
            post(admin, "/courses", {**body, "starts_on": "2026-09-01"})

    def remark(self, **changes: Any) -> dict[str, Any]:
        return {"class_group": self.group, "to": self.me, "about": "homework", **changes}


def lesson(of: Class) -> dict[str, Any]:
    return {
        "course": of.course,
        "held_on": "2026-11-23",
        "number": 1,
        "starts_at": "08:30",
        "ends_at": "09:15",
        "topic": "Соли",
    }


def waiting(client: httpx.Client, **asked: str) -> list[str]:
    rows = client.get("/views/remarks", params={"only": "open", **asked}).json()["rows"]
    return [row["about"] for row in rows]


def test_a_gap_that_is_filled_closes_its_remark_by_itself(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        of = Class(server, admin)
        day = {"course": of.course, "held_on": "2026-11-23"}
        post(admin, "/remarks", of.remark(about="lesson", **day))
        recorded = post(teacher, "/lessons", lesson(of))
        id_ = next(name.partition("/")[2] for name in recorded["streams"])
        (row,) = teacher.get("/views/remarks").json()["rows"]
        assert (row["filled_by"], row["closed_by"]) == (recorded["first_index"], None)
        place = {"course": of.course, "lesson": id_}
        for about in ("homework", "marks"):
            post(admin, "/remarks", of.remark(about=about, **place))
        assert waiting(teacher) == ["homework", "marks"]
        answer = teacher.post(
            f"/lessons/{id_}/entries", json={"homework": {"text": "§ 3"}}, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == 201, answer.text
        filled = answer.json()["first_index"]
        assert waiting(teacher) == ["marks"]
        assert waiting(teacher, at=str(filled)) == ["homework", "marks"], "as it was known before"
        annulled = teacher.post(
            f"/lessons/{id_}/corrections",
            json={"corrects": filled, "new": None, "reason": "typo"},
            headers={"If-Match": '"2"'},
        )
        assert annulled.status_code == 201, annulled.text
        assert waiting(teacher) == ["homework", "marks"], "what filled it stands no more"


def test_a_lesson_that_is_recorded_with_what_was_missing_closes_what_was_said_of_its_day(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        of, student, work = Class(server, admin), str(uuid4()), str(uuid4())
        post(admin, "/people", {"person": student, "kind": "student", "family_name": "Иванова", "given_name": "Имя"})
        post(admin, f"/classes/{of.group}/enrollments", {"student": student, "starts_on": "2026-09-01"})
        missed = ("attendance", "homework", "lesson", "marks")
        for about in missed:
            post(admin, "/remarks", of.remark(about=about, course=of.course, held_on="2026-11-23"))
        post(teacher, "/lessons", {**lesson(of), "held_on": "2026-11-20", "homework": {"text": "§ 2"}})
        assert waiting(teacher) == list(missed), "a lesson of another day fills nothing"
        first = post(teacher, "/lessons", {**lesson(of), "attendance_taken": False})
        assert waiting(teacher) == ["attendance", "homework", "marks"]
        more = {
            "number": 2,
            "works": [{"work": work, "kind": "answer", "written": False}],
            "marks": [{"student": student, "work": work, "value": "4"}],
            "homework": {"text": "§ 3"},
        }
        second = post(teacher, "/lessons", {**lesson(of), **more})["first_index"]
        rows = teacher.get("/views/remarks").json()["rows"]
        filled = {row["about"]: row["filled_by"] for row in rows}
        expected = {"attendance": second, "marks": second + 2, "homework": second + 3}
        assert filled == {**expected, "lesson": first["first_index"]}


def test_attendance_that_is_taken_later_closes_what_was_said_of_its_day(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        of = Class(server, admin)
        recorded = post(teacher, "/lessons", {**lesson(of), "attendance_taken": False})
        (place,) = (name for name in recorded["streams"] if name.startswith("lesson/"))
        post(admin, "/remarks", of.remark(about="attendance", course=of.course, held_on="2026-11-23"))
        assert waiting(teacher) == ["attendance"]
        taken = post(
            teacher, f"/{place.replace('lesson', 'lessons')}/entries", {"take_attendance": True}, **{"If-Match": '"1"'}
        )
        (row,) = teacher.get("/views/remarks").json()["rows"]
        assert row["filled_by"] == taken["first_index"]


def test_checks_and_remarks_are_recorded_answered_and_read_with_their_texts(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        of = Class(server, admin)
        days = {"held_on": "2026-11-20", "from_date": "2026-11-09", "to_date": "2026-11-20"}
        check = post(teacher, f"/classes/{of.group}/checks", {**days, "note": "Всё внесено, кроме физики"})
        remark = str(uuid4())
        raised = of.remark(remark=remark, to=of.colleague, about="other", note="Нет тем", check=check["first_index"])
        post(teacher, "/remarks", raised)
        post(admin, f"/remarks/{remark}/closing", {"how": "answered", "note": "Темы внесены"})
        (found,) = teacher.get("/views/checks", params={"class_group": of.group}).json()["rows"]
        assert (found["entry"], found["note"]) == (check["first_index"], "Всё внесено, кроме физики")
        (row,) = teacher.get("/views/remarks").json()["rows"]
        assert (row["note"], row["answer"], row["how"]) == ("Нет тем", "Темы внесены", "answered")
        assert waiting(teacher) == []
        entries = admin.get("/feed.jsonl?from=0").text
        assert "Нет тем" not in entries
        assert "Темы внесены" not in entries
        problem(admin.post(f"/remarks/{remark}/closing", json={"how": "answered"}), 409, "remark_closed")
        assert admin.post(f"/remarks/{uuid4()}/closing", json={"how": "answered"}).status_code == 404
        assert admin.post(f"/classes/{uuid4()}/checks", json=days).status_code == 404
        problem(admin.post("/remarks", json=of.remark(about="other")), 422, "note_missing")


def test_a_teacher_reads_what_is_of_the_own_class_or_to_the_own_person(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("teacher") as teacher, server.as_("inspector") as inspector:
        of = Class(server, admin)
        year = admin.get(f"/classes/{of.group}").json()["year"]
        post(admin, "/classes", {"class_group": (other := str(uuid4())), "year": year, "grade": 5, "letter": "Б"})
        days = {"held_on": "2026-11-20", "from_date": "2026-11-09", "to_date": "2026-11-20"}
        post(admin, f"/classes/{other}/checks", days)
        post(admin, "/remarks", {"class_group": other, "to": of.colleague, "about": "marks"})
        mine = post(admin, "/remarks", {"class_group": other, "to": of.me, "about": "marks"})["first_index"]
        assert [row["entry"] for row in teacher.get("/views/remarks").json()["rows"]] == [mine]
        assert teacher.get("/views/checks").json()["rows"] == []
        assert len(inspector.get("/views/remarks").json()["rows"]) == 2
        assert len(inspector.get("/views/checks").json()["rows"]) == 1
        problem(teacher.post(f"/classes/{other}/checks", json=days), 403, "out_of_reach")
