"""Cancelled lessons over HTTP, on both databases, beside what was recorded there and instead."""

from __future__ import annotations

from uuid import uuid4

from tests.http_class import DAY, FIRST, SmallClass, problem
from tests.http_school import Served, post


def test_a_cancelled_lesson_is_listed_beside_what_was_recorded(server: Served) -> None:
    school = SmallClass(server)
    other = str(uuid4())
    with server.as_("administrator") as admin:
        course = {"course": other, "class_group": school.group, "year": school.year, "subject": "Химия"}
        post(admin, "/courses", {**course, "teacher": server.actors["teacher"], "starts_on": FIRST})
    cancelled = {"held_on": DAY, "reason": "quarantine", "basis": "приказ № 9"}
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher:
        path = f"/courses/{school.course}/cancellations"
        first = post(deputy, path, {**cancelled, "number": 1, "moved_to": {"held_on": DAY, "number": 4}})
        second = post(deputy, path, {**cancelled, "number": 2, "merged_with": other})
        third = post(deputy, path, {**cancelled, "number": 3, "reason": "weather"})
        problem(deputy.post(path, json={**cancelled, "number": 3}), 409, "cancelled_already")
        moved, _ = school.recorded(teacher, number=4)
        merged, _ = school.recorded(teacher, course=other, number=2, works=[], marks=[], absences=[])
        held, _ = school.recorded(teacher, number=3)
        before = teacher.get("/cancellations").json()["position"]
        withdrawal = {"corrects": third["first_index"], "basis": "урок состоялся"}
        by = post(deputy, f"/courses/{school.course}/cancellation-withdrawals", withdrawal)["first_index"]
        query = {"class_group": school.group, "course": school.course, "from": DAY, "to": DAY}
        rows = teacher.get("/cancellations", params=query).json()["rows"]
        assert [
            (row["entry"], row["number"], row["recorded"], row["instead"], row["withdrawn_by"]) for row in rows
        ] == [
            (first["first_index"], 1, None, moved.rpartition("/")[2], None),
            (second["first_index"], 2, None, merged.rpartition("/")[2], None),
            (third["first_index"], 3, held.rpartition("/")[2], None, by),
        ]
        assert [row["withdrawn_basis"] for row in rows] == [None, None, "урок состоялся"]
        (then,) = [
            row
            for row in teacher.get("/cancellations", params={"at": str(before)}).json()["rows"]
            if row["number"] == 3
        ]
        assert then["withdrawn_by"] is None
        for nothing in ({"course": other}, {"to": FIRST}, {"class_group": str(uuid4())}):
            assert teacher.get("/cancellations", params=nothing).json()["rows"] == []


def test_a_place_that_is_none_is_refused(server: Served) -> None:
    school = SmallClass(server)
    body = {"held_on": DAY, "number": 1, "reason": "other", "basis": "приказ № 9"}
    with server.as_("deputy") as deputy:
        path = f"/courses/{school.course}/cancellations"
        here = deputy.post(path, json={**body, "moved_to": {"held_on": DAY, "number": 1}})
        assert problem(here, 422, "moved_nowhere")["where"] == "moved_to"
        far = deputy.post(path, json={**body, "held_on": "2000-01-01"})
        assert problem(far, 409, "outside_the_year")["clause"] == "local_act"
