"""Lesson plans over HTTP, on both databases: from the teacher's plan to planned against given, and into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.http_class import DAY, FIRST, SmallClass, problem, tag
from tests.http_school import Served, post
from verify.archive import Pinned, verify_archive
from verify.note import parse_vkey

TOPICS: list[dict[str, Any]] = [
    {"number": 1, "topic": "=Дроби", "hours": 1, "homework": "§ 1", "planned_on": FIRST},
    {"number": 2, "topic": "Проценты", "hours": 1, "homework": "§ 2; № 3"},
    {"number": 3, "topic": "Доли", "hours": 2},
    {"number": 4, "topic": "Повторение", "hours": 1, "planned_on": DAY},
]


class Planned(SmallClass):
    """5А with a plan of maths, and English in a subgroup of the first student without one."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        self.half = str(uuid4())
        with server.as_("administrator") as admin:
            body = {"course": self.half, "class_group": self.group, "year": self.year, "subject": "Английский язык"}
            post(admin, "/courses", {**body, "teacher": server.actors["teacher"], "starts_on": FIRST, "subgroup": "-1"})
            post(admin, f"/courses/{self.half}/members", {"student": self.students[0], "starts_on": FIRST})
        with server.as_("teacher") as teacher:
            post(teacher, f"/courses/{self.course}/plan", {"title": "Математика", "items": TOPICS})

    def give(self, teacher: httpx.Client, number: int, items: list[int], **more: Any) -> str:
        place, _ = self.recorded(teacher, number=number, plan_items=items, **{"works": [], "marks": [], **more})
        return place


def page(client: httpx.Client, school: Planned, **at: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/courses/{school.course}/plan", params=at).json()
    return found


def test_planned_is_set_against_given(server: Served) -> None:
    """By hand: 1 is covered twice for one hour, 1 and 2 were merged, 3 is given, 4 is not."""
    school = Planned(server)
    with server.as_("teacher") as teacher:
        before = page(teacher, school)["position"]
        school.give(teacher, 1, [1, 2])
        school.give(teacher, 2, [1])
        school.give(teacher, 3, [3])
        school.give(teacher, 4, [])
        found = page(teacher, school)
        assert (found["planned_hours"], found["given_hours"], len(found["unplanned"])) == (5, 4, 1)
        assert [
            (
                one["item"]["number"],
                len(one["given"]),
                one["missing"],
                one["repeated"],
                one["merged"],
                one["drift_days"],
            )
            for one in found["items"]
        ] == [
            (1, 2, False, True, True, 60),
            (2, 1, False, False, True, None),
            (3, 1, False, False, False, None),
            (4, 0, True, False, False, None),
        ]
        assert {one["item"]["entry"] for one in found["items"]} == {before - 1}
        assert [one["given"] for one in page(teacher, school, at=before)["items"]] == [[], [], [], []]
        rows = teacher.get("/views/programme", params={"class_group": school.group}).json()["rows"]
        maths, english = rows
        assert (maths["missing"], maths["repeated"], maths["merged"], maths["drift_days"]) == ([4], [1], [1, 2], 60)
        assert (english["entry"], english["planned_hours"], english["subgroup"]) == (None, 0, "-1")


@pytest.mark.clause("R18", breaks="projections.views.class_page:published")
def test_a_lesson_has_the_plans_homework_until_another_is_entered(server: Served) -> None:
    school = Planned(server)
    with server.as_("teacher") as teacher:
        place = school.give(teacher, 1, [1, 2])
        amended = {"number": 2, "new": {"topic": "Проценты", "hours": 1, "homework": "§ 9"}, "reason": "calendar"}
        post(teacher, f"/courses/{school.course}/plan/amendments", amended)

        def shown() -> tuple[Any, list[str]]:
            (column,) = teacher.get(f"/classes/{school.group}/page", params={"course": school.course}).json()["columns"]
            return column["homework"], [item["homework"] for item in column["from_plan"]]

        assert shown() == (None, ["§ 1", "§ 2; № 3"]), "as the plan stood when the lesson was recorded"
        post(teacher, f"{place}/entries", {"homework": {"text": "№ 7"}}, **tag(teacher, place))
        homework, from_plan = shown()
        assert (homework["text"], from_plan) == ("№ 7", [])


def test_a_plan_is_amended_item_by_item_and_the_past_stays_as_it_was(server: Served) -> None:
    school = Planned(server)
    place = f"/courses/{school.course}/plan"
    with server.as_("deputy") as deputy:
        before = page(deputy, school)["position"]
        post(deputy, f"{place}/amendments", {"number": 4, "new": None, "reason": "order", "basis": "приказ № 9"})
        post(deputy, f"{place}/amendments", {"number": 9, "new": {"topic": "Ещё", "hours": 3}, "reason": "programme"})
        assert [one["item"]["number"] for one in page(deputy, school)["items"]] == [1, 2, 3, 9]
        assert [one["item"]["number"] for one in page(deputy, school, at=before)["items"]] == [1, 2, 3, 4]
        problem(deputy.post(place, json={"title": "Снова", "items": TOPICS}), 409, "plan_exists")
        wrong = deputy.post(f"/courses/{school.half}/plan", json={"title": "План", "items": TOPICS[::-1]})
        problem(wrong, 422, "plan_items_not_rising")
        assert deputy.get(f"/courses/{uuid4()}/plan").status_code == 404


def test_a_lesson_names_no_item_that_the_plan_does_not_have(server: Served) -> None:
    school = Planned(server)
    with server.as_("teacher") as teacher:
        refused = teacher.post("/lessons", json=school.lesson(plan_items=[7]))
        assert problem(refused, 409, "unknown_plan_item")["clause"] == "2.2.2"
        place = school.give(teacher, 1, [1])
        stated = teacher.get(place).json()
        change = {
            "corrects": stated["header_entry"],
            "new": {**stated["header"], "plan_items": [2]},
            "reason": "wrong_column",
        }
        post(teacher, f"{place}/corrections", change, **tag(teacher, place))
        assert [len(one["given"]) for one in page(teacher, school)["items"]] == [0, 1, 0, 0]


def test_the_archive_has_plans_and_subgroups_as_the_entries_say(server: Served, tmp_path: Path) -> None:
    school = Planned(server)
    with server.as_("teacher") as teacher:
        place = school.give(teacher, 1, [1, 2])
        stated = teacher.get(place).json()
        change = {"corrects": stated["header_entry"], "new": {**stated["header"], "plan_items": [2]}, "reason": "typo"}
        post(teacher, f"{place}/corrections", change, **tag(teacher, place))
        school.give(teacher, 2, [], course=school.half, absences=[])
        amended = {"number": 4, "new": None, "reason": "order", "basis": "+приказ; № 9"}
        post(teacher, f"/courses/{school.course}/plan/amendments", amended)
    with server.as_("administrator") as admin:
        post(admin, f"/courses/{school.half}/withdrawals", {"student": school.students[0], "ends_on": DAY})
        post(admin, "/checkpoints", {})
    export_archive(Console(as_json=True), server.school, tmp_path / "archive")
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey), None))
    assert [finding.code for finding in report.findings] == []
    plans = (tmp_path / "archive/data/tables/plans.csv").read_text("utf-8-sig").splitlines()
    assert len(plans) == 1 + len(TOPICS) + 1
    assert "Английский язык;'-1;" in (tmp_path / "archive/data/tables/subgroups.csv").read_text("utf-8-sig")
