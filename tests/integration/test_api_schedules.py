"""The schedule of works over HTTP, on both databases: warnings, and what became of each work."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from ledger.journal.load import SOURCE
from tests.http_class import DAY, SmallClass, problem
from tests.http_school import Served, post

TOMORROW = (date.fromisoformat(DAY) + timedelta(days=2)).isoformat()
LATER = (date.fromisoformat(DAY) + timedelta(days=30)).isoformat()


def limits(answer: dict[str, Any]) -> list[str]:
    """Which limits an answer warns of."""
    assert {warning["source"] for warning in answer["warnings"]} <= {SOURCE}
    return [warning["limit"] for warning in answer["warnings"]]


def test_a_plan_beyond_the_limits_is_taken_and_warned_of(server: Served) -> None:
    school = SmallClass(server)
    plan = f"/courses/{school.course}/schedule"
    work = {"planned_on": LATER, "kind": "control_work", "minutes": 45}
    with server.as_("teacher") as teacher:
        first = post(teacher, plan, work, **{"Idempotency-Key": "plan-1"})
        assert limits(first) == []
        second = post(teacher, plan, work)
        assert limits(second) == ["two_a_day"]
        (warning,) = second["warnings"]
        assert (warning["value"], warning["allowed"]) == (2, 1)
        assert warning["entries"] == [first["first_index"], second["first_index"]]
        # The answer to a repeated request is of its own entry, whatever was planned since.
        assert post(teacher, plan, work, **{"Idempotency-Key": "plan-1"}) == first
        moved = {"corrects": second["first_index"], "planned_on": TOMORROW, "reason": "load"}
        answer = post(teacher, f"{plan}/moves", moved)
        assert limits(answer) == []
        assert limits(teacher.get("/schedule", params={"course": school.course}).json()) == []
        past = teacher.get("/schedule", params={"at": answer["first_index"]}).json()
        assert limits(past) == ["two_a_day"]
        refused = teacher.post(f"{plan}/moves", json=moved)
        problem(refused, 409, "not_a_scheduled_work")
    with server.as_("deputy") as deputy:
        cancelled = post(
            deputy, f"{plan}/cancellations", {"corrects": answer["first_index"], "reason": "other", "basis": "Записка"}
        )
        assert "warnings" not in cancelled
        rows = deputy.get("/schedule", params={"class_group": school.group}).json()["rows"]
        assert [(row["planned_on"], row["status"], row["reason"]) for row in rows] == [
            (TOMORROW, "cancelled", "other"),
            (LATER, "planned", None),
        ]


def test_a_held_work_says_which_one_it_was_and_one_that_was_not_planned_is_shown(server: Served) -> None:
    school = SmallClass(server)
    plan = f"/courses/{school.course}/schedule"
    scheduled = [str(uuid4()), str(uuid4())]
    with server.as_("teacher") as teacher:
        for id_ in scheduled:
            post(teacher, plan, {"scheduled": id_, "planned_on": DAY, "kind": "control_work", "minutes": 40})
        works = [
            {"work": str(uuid4()), "kind": "control_work", "written": True, "scheduled": scheduled[0]},
            {"work": str(uuid4()), "kind": "control_work", "written": True},
        ]
        place, _ = school.recorded(teacher, works=works, marks=[])
        strange = [{"work": str(uuid4()), "kind": "test", "written": True, "scheduled": str(uuid4())}]
        answer = teacher.post("/lessons", json=school.lesson(works=strange, marks=[], number=2))
        problem(answer, 409, "not_scheduled")
        found = teacher.get("/schedule", params={"from": DAY, "to": DAY}).json()
    assert {row["scheduled"]: row["status"] for row in found["rows"]} == {
        scheduled[0]: "held",
        scheduled[1]: "not_held",
    }
    held = next(row for row in found["rows"] if row["status"] == "held")
    assert held["held"] == [place.rpartition("/")[2]]
    assert held["held_on"] == [DAY]
    assert [row["work"] for row in found["unscheduled"]] == [works[1]["work"]]
    # Three on one day; no timetable, so the recorded lesson is the first and the last, and the only hour.
    assert set(limits(found)) == {"two_a_day", "share", "first_or_last"}
    assert found["source"] == SOURCE


def test_only_who_plans_the_course_plans_its_works(server: Served) -> None:
    school = SmallClass(server)
    body = {"planned_on": LATER, "kind": "control_work", "minutes": 45}
    with server.as_("inspector") as inspector:
        problem(inspector.post(f"/courses/{school.course}/schedule", json=body), 403, "forbidden")
    with server.as_("teacher") as teacher:
        problem(teacher.post(f"/courses/{uuid4()}/schedule", json=body), 403, "out_of_reach")


def test_the_inspectors_question_sees_what_is_planned_beside_what_is_held(server: Served) -> None:
    school = SmallClass(server)
    scheduled = str(uuid4())
    work = {"planned_on": DAY, "kind": "control_work", "minutes": 45, "number": 3}
    with server.as_("teacher") as teacher:
        held = [{"work": str(uuid4()), "kind": "control_work", "written": True}]
        school.recorded(teacher, works=held, marks=[])
        planned = post(teacher, f"/courses/{school.course}/schedule", {**work, "scheduled": scheduled})
    with server.as_("inspector") as inspector:
        asked = {"finding": "two_a_day", "class": "5А"}
        (row,) = inspector.get("/questions/control-load", params=asked).json()["rows"]
        assert row["value"] == 2
        assert planned["first_index"] in row["entries"]
