"""Duties over HTTP, on both databases: from the first one on, who records a lesson needs one; and what is amiss."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from api.cli.console import Console
from api.cli.keeping import export_archive
from ledger.application import School
from ledger.errors import Refused
from ledger.journal.commands import AssignDuty
from tests.http_class import DAY, FIRST, SmallClass, problem
from tests.http_school import Served, make_school, post, served
from tests.integration.application_settings import BACKENDS, fresh_settings
from tests.school_days import YESTERDAY
from tests.unit.ledger.journal.small_school import ADMIN, MONDAY, NOON, TEACHER, TEACHER_2, lesson, setup_commands
from verify.archive import Pinned, verify_archive
from verify.note import parse_vkey

ORDER = {"order_number": "=19-о", "order_date": FIRST}
BEFORE = (YESTERDAY - timedelta(days=1)).isoformat()


class Staffed(SmallClass):
    """5А with a course of a colleague that begins today, and duties from the year's first day on for nobody yet."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        self.me, self.colleague, self.chemistry = server.actors["teacher"], str(uuid4()), str(uuid4())
        with server.as_("administrator") as admin:
            post(
                admin,
                "/people",
                {"person": self.colleague, "kind": "teacher", "family_name": "Орлова", "given_name": "А"},
            )
            course = {"course": self.chemistry, "class_group": self.group, "year": self.year, "subject": "Химия"}
            post(admin, "/courses", {**course, "teacher": self.colleague, "starts_on": DAY})


def test_from_the_first_duty_on_who_records_a_lesson_needs_one(server: Served) -> None:
    school = Staffed(server)
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        school.recorded(teacher)
        duty = {"duty": "journal", "starts_on": FIRST, **ORDER}
        post(admin, "/duties", {"person": school.colleague, **duty})
        refused = problem(teacher.post("/lessons", json=school.lesson(number=2)), 403, "not_among_duties")
        assert (refused["clause"], refused["where"]) == ("1.2", "held_on")
        post(admin, "/duties", {"person": school.me, **duty})
        school.recorded(teacher, number=2)
        post(admin, "/duties/endings", {"person": school.me, "duty": "journal", "ends_on": BEFORE})
        problem(teacher.post("/lessons", json=school.lesson(number=3)), 403, "not_among_duties")
        problem(
            admin.post("/duties/endings", json={"person": school.me, "duty": "journal", "ends_on": DAY}),
            409,
            "no_such_duty",
        )


@pytest.mark.clause("R05", breaks="projections.views.duties:_first_days")
def test_the_overseers_see_duties_and_what_is_amiss(server: Served) -> None:
    """By hand: chemistry has nobody for the 60 days before today's course; then only its teacher has a duty."""
    school = Staffed(server)
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        before = inspector.get("/views/duties", params={"on": DAY}).json()
        (gap,) = before["alerts"]
        assert (gap["kind"], gap["course"], gap["from_date"], gap["to_date"]) == (
            *("nobody_responsible", school.chemistry, FIRST, BEFORE),
        )
        assert (gap["days"], before["needed_from"], before["duties"]) == (60, None, [])
        post(admin, "/duties", {"person": school.colleague, "duty": "journal", "starts_on": FIRST, **ORDER})
        found = inspector.get("/views/duties", params={"on": DAY}).json()
        assert [(alert["kind"], alert["course"], alert["teacher"]) for alert in found["alerts"]] == [
            ("no_duty", school.course, school.me),
            ("nobody_responsible", school.chemistry, None),
        ]
        assert [(duty["person"], duty["ends_on"]) for duty in found["duties"]] == [(school.colleague, None)]
        assert found["needed_from"] == FIRST
        past = inspector.get("/views/duties", params={"on": DAY, "at": before["position"]}).json()
        assert past["alerts"] == before["alerts"]


@pytest.mark.clause("R05", breaks="projections.views.duties:_dismissed")
def test_a_course_whose_teacher_was_dismissed_has_nobody_until_the_next_ones_first_day(server: Served) -> None:
    """By hand: the last day of work is three days before yesterday, and from yesterday on there is another teacher."""
    school = SmallClass(server)
    teacher, other, last_day = server.actors["teacher"], str(uuid4()), (YESTERDAY - timedelta(days=3)).isoformat()
    first = (YESTERDAY - timedelta(days=2)).isoformat()
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:

        def alerts(on: str, **asked: int) -> list[tuple[str, str, str, str, int]]:
            found = inspector.get("/views/duties", params={"on": on, **asked}).json()["alerts"]
            return [tuple(one[of] for of in ("kind", "teacher", "from_date", "to_date", "days")) for one in found]

        def without_teacher() -> int:
            rows = inspector.get("/views/conformity").json()["rows"]
            shown = [one for row in rows if row["clause"] == "1.2" for one in row["shown"]]
            (count,) = (one["count"] for one in shown if one["en"] == "courses without a teacher on this day")
            return int(count)

        assert without_teacher() == 0
        closing = {"reason": "dismissed", "basis": "приказ № 5", "last_day": last_day}
        closed = post(admin, f"/accounts/{teacher}/closing", closing)["first_index"]
        assert alerts(last_day) == []
        assert alerts(DAY) == [("dismissed", teacher, first, DAY, 3)]
        assert without_teacher() == 1
        (alert,) = inspector.get("/views/duties", params={"on": first}).json()["alerts"]
        assert (alert["entry"], alert["course"], alert["to_date"]) == (closed, school.course, first)
        assert alerts(DAY, at=closed) == [], "as it was known before"
        post(admin, "/people", {"person": other, "kind": "teacher", "family_name": "Орлова", "given_name": "А"})
        post(admin, f"/courses/{school.course}/teachers", {"teacher": other, "starts_on": DAY})
        assert alerts(DAY) == [("dismissed", teacher, first, BEFORE, 2)], "the days between stay days without anybody"
        assert without_teacher() == 0


def test_a_class_whose_teacher_was_dismissed_is_told_until_it_has_another(server: Served) -> None:
    teacher, other = server.actors["teacher"], str(uuid4())
    school, last_day = SmallClass(server, class_teacher=teacher), (YESTERDAY - timedelta(days=3)).isoformat()
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        closing = {"reason": "dismissed", "basis": "приказ № 5", "last_day": last_day}
        closed = post(admin, f"/accounts/{teacher}/closing", closing)["first_index"]

        def told() -> list[dict[str, Any]]:
            found = inspector.get("/views/duties", params={"on": DAY}).json()["alerts"]
            return [one for one in found if one["kind"] == "class_teacher_dismissed"]

        (alert,) = told()
        assert (alert["entry"], alert["class_group"], alert["course"]) == (closed, school.group, None)
        assert (alert["teacher"], alert["to_date"], alert["days"]) == (teacher, DAY, 3)
        post(admin, "/people", {"person": other, "kind": "teacher", "family_name": "Орлова", "given_name": "А"})
        post(admin, f"/classes/{school.group}/teachers", {"teacher": other, "starts_on": DAY})
        (alert,) = told()
        assert (alert["to_date"], alert["days"]) == (BEFORE, 2)


def test_the_day_that_nobody_named_is_the_schools(tmp_path: Path) -> None:
    """At whatever hour this runs, one of the two zones has another day than Greenwich."""
    for zone in ("Etc/GMT-14", "Etc/GMT+12"):
        tokens, actors = make_school(tmp_path / zone[-2:], "sqlite", zone)
        with served(tmp_path / zone[-2:], tokens, actors) as server, server.as_("administrator") as admin:
            assert admin.get("/views/duties").json()["on"] == datetime.now(ZoneInfo(zone)).date().isoformat()


def test_the_archive_has_the_duties(server: Served, tmp_path: Path) -> None:
    school = Staffed(server)
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        post(admin, "/duties", {"person": school.me, "duty": "journal", "starts_on": FIRST, **ORDER})
        school.recorded(teacher)
        post(admin, "/duties/endings", {"person": school.me, "duty": "journal", "ends_on": DAY})
        post(admin, "/duties", {"person": school.me, "duty": "class_teacher", "starts_on": FIRST, **ORDER})
        post(admin, "/checkpoints", {})
    export_archive(Console(as_json=True), server.school, tmp_path / "archive")
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(server.school.signer.vkey), None))
    assert [finding.code for finding in report.findings] == []
    assert len((tmp_path / "archive/data/tables/duties.csv").read_text("utf-8-sig").splitlines()) == 3


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_duty_that_another_process_recorded_counts_at_once(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One process remembers that there are no duties; another records the first: the append of the first finds out."""
    settings = fresh_settings(backend, tmp_path, request)
    with School(settings) as one, School({**settings, "LETOPIS_CREATE": "n"}) as other:
        for command, actor, now in setup_commands():
            one.execute(command, actor=actor, at=now)
        one.execute(lesson(), actor=TEACHER, at=NOON)
        duty = AssignDuty(
            person=TEACHER_2.id, duty="journal", order_number="19-о", order_date="2026-08-28", starts_on=MONDAY
        )
        other.execute(duty, actor=ADMIN, at=NOON)
        with pytest.raises(Refused) as caught:
            one.execute(lesson(str(uuid4())), actor=TEACHER, at=NOON)
        assert caught.value.rule == "not_among_duties"
