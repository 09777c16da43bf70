"""Calendars, bells and timetables over HTTP, on both databases, and the pages that show them beside the record."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.http_class import DAY, FIRST, LAST, SmallClass, problem
from tests.http_school import Served, post

RINGS = [
    {"number": 1, "starts_at": "08:30", "ends_at": "09:15"},
    {"number": 2, "starts_at": "09:25", "ends_at": "10:10"},
]
WEEKDAY = date.fromisoformat(DAY).isoweekday()


class Timetabled(SmallClass):
    """5А with maths first and second on the weekday of `DAY`."""

    def __init__(self, server: Served) -> None:
        super().__init__(server)
        self.bells = str(uuid4())
        with server.as_("administrator") as admin:
            post(admin, "/bells", {"bells": self.bells, "title": "Смена", "effective_from": FIRST, "lessons": RINGS})
            week = {"effective_from": FIRST, "bells": self.bells, "lessons": [self.planned(1), self.planned(2)]}
            post(admin, f"/classes/{self.group}/timetables", week)

    def planned(self, number: int) -> dict[str, object]:
        return {"course": self.course, "weekday": WEEKDAY, "number": number, "weeks": "every"}


def test_what_was_set_is_read_back_with_its_entries(server: Served) -> None:
    school = Timetabled(server)
    with server.as_("administrator") as admin:
        off = {"starts_on": DAY, "ends_on": DAY, "title": "Карантин", "grades": [5]}
        declared = post(admin, f"/years/{school.year}/days-off", off)["first_index"]
        post(admin, f"/years/{school.year}/school-days", {"on": LAST, "as_weekday": 1, "grades": [5]})
        revoked = post(
            admin, f"/years/{school.year}/calendar-revocations", {"revokes": declared, "basis": "ошибка ввода"}
        )
    with server.as_("teacher") as teacher:
        first, second = teacher.get(f"/years/{school.year}/calendar").json()["rows"]
        assert (first["entry"], first["title"], first["as_weekday"]) == (declared, "Карантин", None)
        assert (first["revoked_by"], first["basis"]) == (revoked["first_index"], "ошибка ввода")
        assert (second["starts_on"], second["as_weekday"], second["revoked_by"]) == (LAST, 1, None)
        (before,) = teacher.get(f"/years/{school.year}/calendar", params={"at": declared + 1}).json()["rows"]
        assert before["revoked_by"] is None
        (bells,) = (row for row in teacher.get("/bells").json()["rows"] if row["bells"] == school.bells)
        assert (bells["title"], bells["lessons"]) == ("Смена", RINGS)
        (week,) = teacher.get(f"/classes/{school.group}/timetables").json()["rows"]
        assert (week["bells"], week["lessons"]) == (school.bells, [school.planned(1), school.planned(2)])


def test_days_gaps_and_the_register_say_what_is_not_recorded(server: Served) -> None:
    school = Timetabled(server)
    me = server.actors["teacher"]
    tomorrow = date.fromisoformat(DAY) + timedelta(days=2)  # not earlier than what is recorded now
    after = {"at": f"{tomorrow}T12:00:00Z"}
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        days = teacher.get(f"/classes/{school.group}/days", params={"from": DAY, "to": DAY, **after}).json()
        assert days["has_timetable"]
        assert [(row["number"], row["lesson"] is None) for row in days["rows"]] == [(1, False), (2, True)]
        assert days["people"] == {me: "Петрова Имя"}
        day = teacher.get("/teacher-day", params={"from": DAY, **after}).json()
        named = teacher.get("/teacher-day", params={"teacher": me, "from": DAY, **after}).json()
        assert named["rows"] == day["rows"]
        mine = [row for row in day["rows"] if row["class_group"] == school.group]
        assert [row["lesson"] for row in mine] == [place.rpartition("/")[2], None]
        assert mine[0]["missing"] == ["homework"]
        assert mine[1]["missing"] == ["record"]
        problem(teacher.get("/teacher-day", params={"teacher": str(uuid4()), "from": DAY}), 403, "forbidden")
        problem(teacher.get("/gaps", params={"teacher": str(uuid4()), "from": DAY, "to": DAY}), 403, "forbidden")
        problem(teacher.get("/gaps", params={"from": DAY}), 400, "bad_request")
        problem(teacher.get("/gaps", params={"from": "0001-01-01", "to": DAY}), 400, "bad_request")
    with server.as_("inspector") as inspector:
        asked = {"class_group": school.group, "from": DAY, "to": DAY}
        gaps = inspector.get("/gaps", params={**asked, **after}).json()
        assert [(row["number"], row["teacher"]) for row in gaps["unrecorded"]] == [(2, me)]
        assert gaps["unplanned"] == []
        register = inspector.get("/substitutions", params={"from": DAY, "to": DAY, **after}).json()
        assert register["timetable"] == "known"
        missed = [row for row in register["missed"] if row["class_group"] == school.group]
        assert [(row["number"], row["class_name"], row["teacher"]) for row in missed] == [(2, "5А", me)]
        assert register["people"][me] == "Петрова Имя"
        table = inspector.get("/substitutions.csv", params={"from": DAY, "to": DAY, **after})
        assert table.headers["letopis-timetable"] == "known"
        rows = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";")
        assert [row["reason (причина)"] for row in rows][-1:] == ["нет записи об уроке"]


@pytest.mark.parametrize(
    ("change", "rule", "where"),
    [
        ({"lessons": [{"course": str(uuid4()), "weekday": 1, "number": 1, "weeks": "every"}]}, "unknown_course", ""),
        ({"bells": str(uuid4())}, "unknown_bells", "bells"),
        ({"effective_from": "2001-09-01"}, "outside_the_year", "effective_from"),
    ],
)
def test_refuses_what_no_timetable_is(server: Served, change: dict[str, object], rule: str, where: str) -> None:
    school = Timetabled(server)
    week = {"effective_from": FIRST, "bells": school.bells, "lessons": [], **change}
    with server.as_("administrator") as admin:
        found = problem(admin.post(f"/classes/{school.group}/timetables", json=week), 409, rule)
        assert where in found["where"]
