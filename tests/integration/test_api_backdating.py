"""Acts inside a closed period, by two people, and the register of what was recorded late: over HTTP, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http_class import DAY, FIRST, LAST, SmallClass, problem
from tests.http_school import Served, post


def closed(server: Served) -> tuple[SmallClass, str]:
    """5А whose quarter is closed, and a student of no class."""
    small, student = SmallClass(server), str(uuid4())
    with server.as_("administrator") as admin:
        post(admin, "/people", {"person": student, "kind": "student", "family_name": "Новик", "given_name": "Имя"})
        post(admin, f"/periods/{small.period}/close", {})
    return small, student


def rows(client: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path, params=asked).json()["rows"]
    return found


@pytest.mark.clause("R44", breaks="ledger.journal.roster:check_not_backdated")
def test_nobody_changes_days_of_a_closed_period_alone(server: Served) -> None:
    small, student = closed(server)
    with server.as_("administrator") as admin, server.as_("director") as director:
        body = {"student": student, "starts_on": DAY}
        refusal = problem(admin.post(f"/classes/{small.group}/enrollments", json=body), 409, "backdated_alone")
        assert refusal["clause"] == "3.3"
        place = f"/classes/{small.group}/backdating-requests"
        asked = {"what": "student_enrolled", "person": student, "day": DAY, "basis": "приказ № 8"}
        request = post(admin, place, asked)["first_index"]
        problem(admin.post(f"{place}/{request}/approval", json={}), 403, "second_person_needed")
        done = post(director, f"{place}/{request}/approval", {})["first_index"]
        entry = director.get(f"/entries/{done}").json()
        assert entry["data"] == {"request": request, "starts_on": DAY, "student": student}
        assert entry["actor"]["id"] == server.actors["director"]


def test_requests_and_answers_are_listed_as_of_any_position(server: Served) -> None:
    small, _ = closed(server)
    other, place = str(uuid4()), f"/courses/{small.course}/backdating-requests"
    with server.as_("administrator") as admin, server.as_("deputy") as deputy, server.as_("director") as director:
        post(admin, "/people", {"person": other, "kind": "teacher", "family_name": "Орлова", "given_name": "Имя"})
        asked = {"what": "teacher_assigned", "person": other, "day": DAY, "basis": "приказ № 8"}
        first = post(deputy, place, asked)["first_index"]
        refused = post(director, f"{place}/{first}/refusal", {"basis": "нет причин"})["first_index"]
        second = post(deputy, place, asked)["first_index"]

        def listed(**asked: Any) -> list[tuple[int, str, int | None]]:
            found = [row for row in rows(deputy, "/backdating-requests", **asked) if row["scope"] == small.course]
            return [(row["entry"], row["status"], row["answered_by"]) for row in found]

        assert listed(status="open") == [(second, "open", None)]
        done = post(admin, f"{place}/{second}/approval", {})["first_index"]
        assert listed() == [(first, "refused", refused), (second, "approved", done)]
        assert listed(at=str(done)) == [(first, "refused", refused), (second, "open", None)]
        (row,) = [row for row in rows(deputy, "/backdated") if row["entry"] == done]
        assert (row["what"], row["scope"], row["person"], row["day"]) == ("teacher_assigned", small.course, other, DAY)
        assert (row["request"], row["requested_by"]) == (second, server.actors["deputy"])
        assert row["actor"] == server.actors["administrator"]


def test_what_was_recorded_late_is_listed_with_who_and_how_late(server: Served) -> None:
    small, _ = closed(server)
    with server.as_("administrator") as admin:
        late = [row for row in rows(admin, "/backdated") if row["scope"] in (small.group, small.course)]
        assert [row["what"] for row in late] == ["student_enrolled", "student_enrolled", "teacher_assigned"]
        assert {row["person"] for row in late[:2]} == set(small.students)
        for row in late:
            assert (row["day"], row["request"], row["actor"]) == (FIRST, None, server.actors["administrator"])
            assert row["days"] == (date.fromisoformat(row["recorded_on"]) - date.fromisoformat(FIRST)).days >= 60
        tomorrow = (date.fromisoformat(late[0]["recorded_on"]) + timedelta(days=1)).isoformat()
        on_time = post(
            admin, f"/classes/{small.group}/withdrawals", {"student": small.students[0], "ends_on": tomorrow}
        )
        assert on_time["first_index"] not in [row["entry"] for row in rows(admin, "/backdated")]
        pages = admin.get("/backdated", params={"limit": "2"})
        assert len(pages.json()["rows"]) == 2
        assert 'rel="next"' in pages.headers["link"]


def test_orders_that_change_a_closed_period_take_two_people_too(server: Served) -> None:
    small, _ = closed(server)
    staff, today = str(uuid4()), server.school.app.today().isoformat()
    order = {"order_number": "8", "order_date": FIRST}
    teacher = server.actors["teacher"]
    with server.as_("administrator") as admin, server.as_("deputy") as deputy, server.as_("director") as director:
        post(admin, "/people", {"person": staff, "kind": "staff", "family_name": "Зимин", "given_name": "Имя"})
        bells = str(uuid4())
        ring = {"bells": bells, "title": "Смена", "effective_from": FIRST}
        rung = {"lessons": [{"number": 1, "starts_at": "08:30", "ends_at": "09:15"}]}
        other = {"bells": bells, "title": "Сокращённые"}
        post(admin, "/bells", ring | rung)
        week = {"bells": bells, "lessons": []}
        calendar, year = f"/years/{small.year}/", {"year": small.year}
        off, taught = {"ends_on": LAST, "title": "Карантин", "grades": [5]}, {"as_weekday": 1, "grades": [5]}
        acts: list[tuple[str, str, dict[str, Any], str, dict[str, str]]] = [
            ("duty_assigned", "/duties", order | {"person": teacher, "duty": "journal"}, "starts_on", {"person": teacher}),
            ("responsible_appointed", "/responsible", order | {"person": staff}, "starts_on", {"person": staff}),
            ("timetable_set", f"/classes/{small.group}/timetables", week, "effective_from", {"class_group": small.group}),
            ("bell_schedule_set", "/bells", other | rung, "effective_from", {"bells": bells}),
            ("days_off_declared", calendar + "days-off", off, "starts_on", year),
            ("school_day_declared", calendar + "school-days", taught, "on", year),
        ]  # fmt: skip
        for what, path, body, name, about in acts:
            refusal = problem(admin.post(path, json=body | {name: DAY}), 409, "backdated_alone")
            assert refusal["clause"] == "3.3"
            asked = {"what": what, "day": DAY, "basis": "приказ № 8", **about}
            refused = post(deputy, "/backdating-requests", asked)["first_index"]
            post(director, f"/backdating-requests/{refused}/refusal", {"basis": "нет причин"})
            own = post(admin, "/backdating-requests", asked)["first_index"]
            problem(admin.post(path, json=body | {name: DAY, "request": own}), 403, "second_person_needed")
            post(director, f"/backdating-requests/{own}/refusal", {"basis": "ещё раз"})
            request = post(deputy, "/backdating-requests", asked)["first_index"]
            problem(admin.post(path, json=body | {name: FIRST, "request": request}), 409, "not_as_asked")
            done = post(admin, path, body | {name: DAY, "request": request})["first_index"]
            listed = [row for row in rows(deputy, "/backdating-requests") if row["entry"] in (refused, own, request)]
            assert [row["status"] for row in listed] == ["refused", "refused", "approved"]
            assert (listed[-1]["place"], listed[-1]["what"], listed[-1]["day"]) == ("school", what, DAY)
            assert listed[-1]["answered_by"] == done
            (late,) = [row for row in rows(deputy, "/backdated") if row["entry"] == done]
            assert (late["request"], late["requested_by"]) == (request, server.actors["deputy"])
        revoked = {"revokes": done, "basis": "ошибка"}
        problem(admin.post(calendar + "calendar-revocations", json=revoked), 409, "backdated_alone")
        asked = {"what": "calendar_entry_revoked", "day": DAY, "basis": "приказ № 9", **year}
        request = post(deputy, "/backdating-requests", asked)["first_index"]
        done = post(admin, calendar + "calendar-revocations", revoked | {"request": request})["first_index"]
        whats = [
            row["what"] for row in rows(deputy, "/backdated") if row["what"] in ("school_day_declared", asked["what"])
        ]
        assert whats == ["school_day_declared", asked["what"]], "the declaration is listed though it counts no more"
        assert rows(deputy, "/backdated")[-1]["entry"] == done
        post(admin, "/duties", order | {"person": teacher, "duty": "substitute", "starts_on": today})
