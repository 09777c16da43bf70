"""Incidents and excuses over HTTP, on both databases: who writes and reads them, and where verdicts carry them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.http_class import DAY, SmallClass, problem
from tests.http_school import Served, post
from tests.integration.test_api_deadlines import adopt
from tests.school_days import YESTERDAY

BEFORE = (YESTERDAY - timedelta(days=1)).isoformat()


class Excused:
    """Yesterday's lesson, recorded late, and an incident of 90 minutes on its evening."""

    def __init__(self, server: Served) -> None:
        self.school, self.me = SmallClass(server), server.actors["teacher"]
        adopt(server)
        self.incident = str(uuid4())
        with server.as_("teacher") as teacher:
            self.lesson = self.school.recorded(teacher)[0].rpartition("/")[2]
        with server.as_("deputy") as deputy:
            opened = {"incident": self.incident, "kind": "system", "began_at": f"{DAY}T19:00", "note": "Диск"}
            self.opened = post(deputy, "/incidents", opened)["first_index"]
            ended = {"ended_at": f"{DAY}T20:30", "note": "Заменён"}
            self.closed = post(deputy, f"/incidents/{self.incident}/closing", ended)["first_index"]

    def body(self, **more: Any) -> dict[str, Any]:
        return {
            "teacher": self.me,
            "lesson": self.lesson,
            "rules": ["lesson", "attendance"],
            "reason": "outage",
            "incident": self.incident,
            **more,
        }


@pytest.mark.clause("R34", breaks="projections.views.deadlines:with_excuse", instead=lambda verdict, *_: verdict)
def test_what_is_late_stays_late_and_carries_its_excuse_wherever_it_is_shown(server: Served) -> None:
    of = Excused(server)
    excuse = str(uuid4())
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher:
        days = {"from": DAY, "to": DAY}
        before = teacher.get("/deadlines", params=days).json()
        assert [row["excused"] for row in before["rows"]] == [None] * 4
        accepted = post(deputy, "/excuses", of.body(excuse=excuse, note="Видно в журнале сервера"))["first_index"]
        after = teacher.get("/deadlines", params=days).json()
        carried = {"reason": "outage", "excuse": accepted, "incident": of.opened}
        assert [(row["rule"], row["status"], row["excused"]) for row in after["rows"]] == [
            ("lesson", "late", carried),
            ("attendance", "late", carried),
            ("homework", "missing", None),
            ("oral_mark", "late", None),
        ]
        assert set(after["rows"][0]["basis"]) > {of.opened, of.closed, accepted}
        assert [row["late_by_seconds"] for row in after["rows"]] == [row["late_by_seconds"] for row in before["rows"]]
        whole = teacher.get(f"/lessons/{of.lesson}/deadlines").json()["completeness"]
        assert (whole["index"], whole["excused"]) == (0, ["topic", "attendance"])
        counted = deputy.get("/deadlines/counts", params={"by": ""}).json()["rows"]
        assert {row["rule"]: (row["late"], row["missing"], row["excused"]) for row in counted} == {
            "lesson": (1, 0, 1),
            "attendance": (1, 0, 1),
            "homework": (0, 1, 0),
            "oral_mark": (1, 0, 0),
        }
        post(deputy, f"/excuses/{excuse}/withdrawal", {"basis": "сбоя не было"})
        assert [row["excused"] for row in teacher.get("/deadlines", params=days).json()["rows"]] == [None] * 4
        then = teacher.get("/deadlines", params={**days, "at": str(accepted + 1)}).json()["rows"]
        assert then[0]["excused"] == carried, "as it was known before the withdrawal"


def test_an_excuse_for_the_day_of_a_lesson_that_nobody_recorded_holds_when_it_is(server: Served) -> None:
    of = Excused(server)
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher:
        body = of.body(
            lesson=None, course=of.school.course, held_on=BEFORE, reason="ill", incident=None, basis="лист № 7"
        )
        post(deputy, "/excuses", {name: value for name, value in body.items() if value is not None})
        of.school.recorded(teacher, held_on=BEFORE, works=[], marks=[])
        rows = teacher.get("/deadlines", params={"from": BEFORE, "to": BEFORE}).json()["rows"]
        assert [(row["rule"], row["status"], (row["excused"] or {}).get("reason")) for row in rows] == [
            ("lesson", "late", "ill"),
            ("attendance", "late", "ill"),
            ("homework", "missing", None),
        ]


def test_registers_have_their_texts_for_overseers_and_the_own_excuses_for_a_teacher(server: Served) -> None:
    of = Excused(server)
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher, server.as_("inspector") as inspector:
        excuse = post(deputy, "/excuses", of.body(note="Видно в журнале сервера"))["first_index"]
        day = {"from": DAY, "to": DAY}
        (seen,) = inspector.get("/views/incidents", params=day).json()["rows"]
        assert (seen["minutes"], seen["is_long"], seen["closed_by"], seen["excuses"]) == (90, True, of.closed, [excuse])
        assert (seen["note"], seen["closing_note"]) == ("Диск", "Заменён")
        (plain,) = teacher.get("/views/incidents", params=day).json()["rows"]
        assert plain == {**seen, "note": None, "closing_note": None}
        (own,) = teacher.get("/views/excuses", params=day).json()["rows"]
        assert (own["teacher"], own["lesson"], own["rules"]) == (of.me, of.lesson, ["attendance", "lesson"])
        assert (own["held_on"], own["subject"], own["note"]) == (DAY, "Математика", "Видно в журнале сервера")
        assert (own["incident_entry"], own["withdrawn_by"]) == (of.opened, None)
        assert inspector.get("/views/excuses", params={"teacher": of.me}).json()["rows"] == [own]
        for nothing in ({"teacher": str(uuid4())}, {"to": BEFORE}):
            assert inspector.get("/views/excuses", params=nothing).json()["rows"] == []
        assert inspector.get("/views/incidents", params={"to": BEFORE}).json()["rows"] == []
        assert inspector.get("/views/excuses", params={"at": str(excuse)}).json()["rows"] == []
        (open_,) = inspector.get("/views/incidents", params={"at": str(of.closed)}).json()["rows"]
        assert (open_["ended_at"], open_["closed_by"]) == (None, None)


def test_what_the_regulation_never_accepts_is_refused_with_its_clause(server: Served) -> None:
    of = Excused(server)
    with server.as_("deputy") as deputy:
        body = of.body(reason="computer_skills", incident=None)
        refused = deputy.post("/excuses", json={name: value for name, value in body.items() if value is not None})
        content = problem(refused, 409, "never_an_excuse")
        assert (content["clause"], content["where"]) == ("2.4.1", "reason")
        elsewhen = {"kind": "power", "began_at": f"{BEFORE}T08:00", "incident": str(uuid4())}
        post(deputy, "/incidents", elsewhen)
        post(deputy, f"/incidents/{elsewhen['incident']}/closing", {"ended_at": f"{BEFORE}T09:00"})
        refused = deputy.post("/excuses", json=of.body(incident=elsewhen["incident"]))
        assert problem(refused, 409, "incident_elsewhen")["where"] == "rules[0]"
