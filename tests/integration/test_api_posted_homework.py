"""Homework posted in advance over HTTP, on both databases: until its lesson is recorded, when it is, and how much of it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from tests.http_class import DAY, FIRST, LAST, SmallClass, problem
from tests.http_school import Served, post
from verify.archive import Pinned, verify_archive
from verify.note import parse_vkey

AHEAD = date.fromisoformat(DAY) + timedelta(days=8)
"""A day of the next week: surely to come, in every time zone."""


def planned(server: Served) -> SmallClass:
    """5А, which has maths every day of the week, first lesson, 8:30."""
    school = SmallClass(server)
    bells = str(uuid4())
    with server.as_("administrator") as admin:
        days = {"starts_on": (date.fromisoformat(DAY) + timedelta(days=1)).isoformat(), "ends_on": LAST}
        period = {"period": str(uuid4()), "year": school.year, "kind": "quarter", "number": 2, "grades": [5]}
        post(admin, "/periods", {**period, **days})
        rings = [{"number": 1, "starts_at": "08:30", "ends_at": "09:15"}]
        post(admin, "/bells", {"bells": bells, "title": "1", "effective_from": FIRST, "lessons": rings})
        week = [{"course": school.course, "weekday": day, "number": 1, "weeks": "every"} for day in range(1, 8)]
        post(admin, f"/classes/{school.group}/timetables", {"effective_from": FIRST, "bells": bells, "lessons": week})
    return school


def body(**changes: Any) -> dict[str, Any]:
    return {"held_on": AHEAD.isoformat(), "number": 1, "text": "=§ 9", **changes}


@pytest.mark.clause("R20", breaks="ledger.journal.posting:_check_to_come")
def test_it_is_for_a_planned_lesson_to_come_and_seen_at_once(server: Served, tmp_path: Path) -> None:
    school = planned(server)
    place = f"/courses/{school.course}"
    with server.as_("teacher") as teacher:
        begun = problem(teacher.post(f"{place}/homework", json=body(held_on=DAY)), 409, "lesson_begun")
        assert (begun["clause"], begun["where"]) == ("2.2.3", "held_on")
        problem(teacher.post(f"{place}/homework", json=body(number=2)), 409, "lesson_not_planned")
        first = post(teacher, f"{place}/homework", body(due_on=LAST))["first_index"]
        problem(teacher.post(f"{place}/homework", json=body()), 409, "homework_posted")
        (row,) = teacher.get("/posted-homework", params={"class_group": school.group}).json()["rows"]
        assert (row["entry"], row["text"], row["due_on"], row["taken_by"]) == (first, "=§ 9", LAST, None)
        assert (row["withdrawn_by"], row["cancelled_by"]) == (None, None)
    with server.as_("deputy") as deputy:
        cancel = {"held_on": AHEAD.isoformat(), "number": 1, "reason": "weather", "basis": "приказ"}
        cancelled = post(deputy, f"{place}/cancellations", cancel)["first_index"]
        (row,) = deputy.get("/posted-homework", params={"course": school.course}).json()["rows"]
        assert row["cancelled_by"] == cancelled, "seen, and due for nobody"
    with server.as_("teacher") as teacher:
        gone = post(teacher, f"{place}/homework-withdrawals", {"corrects": first})["first_index"]
        (row,) = teacher.get("/posted-homework").json()["rows"]
        assert row["withdrawn_by"] == gone
        assert teacher.get("/posted-homework", params={"at": str(first)}).json()["rows"] == []
    with server.as_("administrator") as admin:
        post(admin, "/checkpoints", {})
        assert admin.get("/posted-homework/shares").json()["rows"] == []
    export_archive(Console(as_json=True), server.school, tmp_path / "archive")
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey), None))
    assert [finding.code for finding in report.findings] == []
    assert ";'=§ 9;" in (tmp_path / "archive" / "data" / "tables" / "posted.csv").read_text("utf-8-sig")
