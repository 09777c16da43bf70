"""What is entered for a teacher, who is ill or whose paper an office types: over HTTP, on both databases (2.4)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.http_class import SmallClass, fact, problem, tag
from tests.http_school import Served, post

BASIS = "служебная записка № 14"


def behalf(small: SmallClass, **changes: Any) -> dict[str, Any]:
    """The member of a body that says for whom."""
    return {"on_behalf_of": {"employee": small.server.actors["teacher"], "basis": BASIS, **changes}}


def test_a_lesson_typed_by_a_deputy_is_the_teachers_and_says_whose_hand_it_is(server: Served) -> None:
    small = SmallClass(server)
    teacher_id, deputy_id = server.actors["teacher"], server.actors["deputy"]
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher, server.as_("administrator") as admin:
        answer = deputy.post("/lessons", json=small.lesson(**behalf(small)))
        assert answer.status_code == 201, answer.text
        place = "/lessons/" + answer.headers["location"].rpartition("/")[2]
        entry = admin.get(f"/entries/{answer.json()['first_index']}").json()
        assert entry["actor"] == {"id": deputy_id, "role": "deputy", "on_behalf_of": teacher_id, "basis": BASIS}
        assert entry["data"]["teacher"] == teacher_id
        assert "on_behalf_of" not in entry["data"]
        mark = fact(teacher, place, "mark")
        correction = {"corrects": mark["standing"], "new": "5", "reason": "typo"}
        problem(deputy.post(f"{place}/corrections", json=correction, headers=tag(deputy, place)), 403, "forbidden")
        done = deputy.post(f"{place}/corrections", json=correction | behalf(small), headers=tag(deputy, place))
        assert done.status_code == 201, done.text
        again = {"corrects": done.json()["first_index"], "new": "4", "reason": "typo"}
        own = teacher.post(f"{place}/corrections", json=again, headers=tag(teacher, place))
        assert own.status_code == 201, own.text
        changes = admin.get("/views/changes", params={"student": small.students[0]}).json()["rows"]
        told = [(row["actor"], row["on_behalf_of"]) for row in changes if row["what"] == "mark"]
        assert told[-3:] == [(deputy_id, teacher_id), (deputy_id, teacher_id), (teacher_id, None)]
        rows = admin.get("/corrections", params={"student": small.students[0]}).json()["rows"]
        hands = [(row["actor"], row["on_behalf_of"], row["behalf_basis"]) for row in rows]
        assert hands == [(deputy_id, teacher_id, BASIS), (teacher_id, None, None)]


def test_it_takes_a_ground_and_one_who_could_enter_it_himself(server: Served) -> None:
    small, other = SmallClass(server), str(uuid4())
    with server.as_("administrator") as admin, server.as_("director") as director, server.as_("teacher") as teacher:
        post(admin, "/people", {"person": other, "kind": "teacher", "family_name": "Орлова", "given_name": "Анна"})
        body = small.lesson()
        assert problem(director.post("/lessons", json=body | behalf(small, basis="")), 422, "malformed_text")[
            "where"
        ] == ("on_behalf_of.basis")
        foreign = director.post("/lessons", json=body | behalf(small, employee=other))
        assert problem(foreign, 409, "substitution_not_recorded")
        student = director.post("/lessons", json=body | behalf(small, employee=small.students[0]))
        assert problem(student, 409, "wrong_kind_of_person")["where"] == "on_behalf_of.employee"
        own = director.post("/lessons", json=body | behalf(small, employee=server.actors["director"]))
        assert own.status_code == 409
        problem(teacher.post("/lessons", json=body | behalf(small, employee=other)), 403, "forbidden")
        problem(director.post("/lessons", json=body), 403, "forbidden")
        unfit = director.post("/lessons", json=body | {"on_behalf_of": {"employee": other}})
        assert problem(unfit, 422, "unprocessable")["where"] == "on_behalf_of.basis"
        assert director.post("/lessons", json=body | behalf(small)).status_code == 201


def test_a_repeated_request_is_the_same_for_the_same_teacher_alone(server: Served) -> None:
    small, key = SmallClass(server), {"Idempotency-Key": str(uuid4())}
    with server.as_("deputy") as deputy:
        body = small.lesson(**behalf(small))
        first = deputy.post("/lessons", json=body, headers=key)
        assert first.status_code == 201
        assert deputy.post("/lessons", json=body, headers=key).content == first.content
        other = body | behalf(small, basis="другая записка")
        assert deputy.post("/lessons", json=other, headers=key).status_code == 422


def test_what_needs_a_second_person_is_not_entered_for_anybody(server: Served) -> None:
    small = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy:
        place, _ = small.recorded(teacher)
        request = {"corrects": 1, "new": "5", "reason": "typo", "basis": "записка"}
        asked = deputy.post(f"{place}/correction-requests", json=request | behalf(small), headers=tag(deputy, place))
        assert problem(asked, 422, "unprocessable")["where"] == "on_behalf_of"
