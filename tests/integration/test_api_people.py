"""People's data over HTTP: notices, the refresh, guardians, consents and refusals, with rights and every rule's answer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from ledger.journal.account import Account
from tests.http_class import problem
from tests.http_school import Served, admit, post

PAPER = {"method": "written", "application_number": "12", "application_date": "2026-09-02"}
ADDRESS = "zimina@example.org"


def person(admin: httpx.Client, kind: str, family: str = "Зимина") -> str:
    id_ = str(uuid4())
    post(admin, "/people", {"person": id_, "kind": kind, "family_name": family, "given_name": "Ольга"})
    return id_


def child_of(server: Served) -> str:
    """The child that the admitted guardian's role is of."""
    account, _ = server.school.app.aggregate(f"account/{server.actors['guardian']}")
    assert isinstance(account, Account)
    (granted,) = account.grants.values()
    assert granted.student is not None
    return granted.student


def year(admin: httpx.Client) -> str:
    id_ = str(uuid4())
    post(admin, "/years", {"year": id_, "title": "2026/27", "starts_on": "2026-09-01", "ends_on": "2027-05-31"})
    return id_


def link(admin: httpx.Client, student: str, guardian: str) -> int:
    made: int = post(admin, f"/people/{student}/guardians", {"guardian": guardian, "relation": "mother"})["first_index"]
    return made


def test_a_notice_leads_to_a_change_and_names_follow_it(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        student, mother = person(admin, "student", "Ким"), person(admin, "guardian")
        link(admin, student, mother)
        body = {"received_on": "2026-09-01", "how": "written", "given_by": mother, "about": ["family_name"]}
        notice = post(admin, f"/people/{student}/notices", body)["first_index"]
        waiting = inspector.get("/views/data-notices", params={"only": "pending"}).json()
        assert [(row["entry"], row["answered_by"]) for row in waiting["rows"]] == [(notice, None)]
        assert waiting["people"] == {student: "Ким Ольга", mother: "Зимина Ольга"}
        changed = post(
            admin, f"/people/{student}/data", {"family_name": "Ли", "removed": ["patronymic"], "notice": notice}
        )["first_index"]
        (row,) = inspector.get("/views/data-notices").json()["rows"]
        assert (row["answer"], row["answered_by"], row["received_on"]) == ("changed", changed, "2026-09-01")
        assert inspector.get("/views/data-notices?only=pending").json()["rows"] == []
        assert inspector.get("/views/data-notices").json()["people"][student] == "Ли Ольга"
        before = inspector.get("/views/data-notices", params={"at": str(changed)}).json()
        assert before["rows"][0]["answered_by"] is None
        told = problem(
            admin.post(f"/people/{student}/data", json={"phone": "+7", "notice": notice}), 409, "notice_answered"
        )
        assert (told["clause"], told["where"]) == ("1.7", "notice")


def test_values_are_in_no_entry_and_in_no_error(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        student, mother = person(admin, "student"), person(admin, "guardian")
        link(admin, student, mother)
        post(admin, f"/people/{student}/data", {"phone": "+7 900 000-00-00", "address": "ул. Садовая, 1"})
        body = {"student": student, "channel": "email", "contact": ADDRESS, **PAPER}
        post(admin, f"/people/{mother}/consents", body)
        refused = admin.post(f"/people/{mother}/consents", json=body)
        entries = inspector.get("/feed.jsonl?from=0").text
        for value in ("900 000-00-00", "Садовая", ADDRESS, "zimina"):
            assert value not in entries
            assert value not in refused.text
        problem(refused, 409, "consent_stands")
        (row,) = inspector.get("/views/consents").json()["rows"]
        assert row["has_contact"] is True
        disclosures = inspector.get(f"/entries/{row['entry']}/disclosures").text
        assert len(disclosures.splitlines()) == 1


def test_the_refresh_shows_its_progress_and_is_opened_once(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        of = year(admin)
        group, student, other = str(uuid4()), person(admin, "student"), person(admin, "student", "Ким")
        post(admin, "/classes", {"class_group": group, "year": of, "grade": 5, "letter": "А"})
        for one in (student, other):
            post(admin, f"/classes/{group}/enrollments", {"student": one, "starts_on": "2026-09-01"})
        problem(admin.post("/refreshes", json={"year": of, "opens_on": "2026-08-25"}), 409, "no_regulation")
        post(admin, "/refreshes", {"year": of, "opens_on": "2026-08-25", "until": "2026-09-05"})
        again = admin.post("/refreshes", json={"year": of, "opens_on": "2026-08-25", "until": "2026-09-06"})
        problem(again, 409, "refresh_exists")
        post(admin, f"/people/{student}/confirmations", {"confirmed_on": "2026-09-01", "refresh": of})
        found = inspector.get("/views/refreshes").json()
        (row,) = found["rows"]
        assert row["classes"] == [
            {"class_group": group, "name": "5А", "students": 2, "answered": 1, "unconfirmed": [other]}
        ]
        assert found["people"] == {other: "Ким Ольга"}
        for body, rule, status in (
            ({"confirmed_on": "2026-09-01", "refresh": of}, "refresh_answered", 409),
            ({"confirmed_on": "2026-09-01"}, "answers_nothing", 422),
            ({"confirmed_on": "2026-09-01", "refresh": str(uuid4())}, "unknown_refresh", 409),
            ({"confirmed_on": "9999-09-01", "refresh": of}, "day_not_come", 409),
        ):
            problem(admin.post(f"/people/{student}/confirmations", json=body), status, rule)


def test_consents_are_given_in_writing_by_staff_and_fall_with_the_link(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        student, mother = person(admin, "student"), person(admin, "guardian")
        body = {"student": student, "channel": "email", "contact": ADDRESS, **PAPER}
        problem(admin.post(f"/people/{mother}/consents", json=body), 409, "not_linked")
        link(admin, student, mother)
        for changes, rule, status in (
            ({"method": "self_service", "application_number": None, "application_date": None}, "not_the_guardian", 403),
            ({"contact": None}, "contact_missing", 422),
            ({"channel": "in_system"}, "contact_not_needed", 422),
            ({"application_number": None}, "malformed_text", 422),
        ):
            given = {name: value for name, value in {**body, **changes}.items() if value is not None}
            told = problem(admin.post(f"/people/{mother}/consents", json=given), status, rule)
            assert told["detail"] != told["detail_en"] != ""
        first = post(admin, f"/people/{mother}/consents", body)["first_index"]
        second = post(admin, f"/people/{mother}/consents", {**body, "channel": "in_system"} | {"contact": None})
        withdrawn = post(admin, f"/people/{mother}/consents/{first}/withdrawal", PAPER)["first_index"]
        ended = post(admin, f"/people/{student}/guardians/{mother}/end", {})["first_index"]
        found = inspector.get("/views/consents").json()["rows"]
        assert [(row["entry"], row["ended_by"]) for row in found] == [
            (first, withdrawn),
            (second["first_index"], ended),
        ]
        standing = inspector.get("/views/consents", params={"only": "standing", "at": str(ended)}).json()["rows"]
        assert [row["channel"] for row in standing] == ["in_system"]
        links = inspector.get("/views/guardians", params={"student": student}).json()
        assert [row["ended_by"] for row in links["rows"]] == [ended]


OWN: dict[str, Any] = {"channel": "email", "contact": ADDRESS, "method": "self_service"}


def test_a_guardian_consents_and_takes_it_back_in_the_system(server: Served) -> None:
    admit(server, "guardian")
    mother = server.actors["guardian"]
    child = child_of(server)
    with server.as_("guardian") as family, server.as_("administrator") as admin:
        given = post(family, f"/people/{mother}/consents", {**OWN, "student": child})["first_index"]
        written = post(admin, f"/people/{mother}/consents", {"student": child, "channel": "in_system", **PAPER})
        found = family.get(f"/people/{mother}/consents").json()
        assert [(row["entry"], row["method"], row["has_contact"]) for row in found["rows"]] == [
            (given, "self_service", True),
            (written["first_index"], "written", False),
        ]
        for one in (given, written["first_index"]):
            post(family, f"/people/{mother}/consents/{one}/withdrawal", {"method": "self_service"})
        assert family.get(f"/people/{mother}/consents?only=standing").json()["rows"] == []
        about_paper = family.post(
            f"/people/{mother}/consents", json={"student": child, "channel": "in_system", **PAPER}
        )
        assert about_paper.status_code in (403, 409), "an application is for the administration to record"
        assert about_paper.json()["type"].endswith("/role_not_allowed")


@pytest.mark.clause("R31", breaks="api.writing:check_reach")
def test_a_guardian_consents_for_nobody_else_and_is_told_nothing_of_others(server: Served) -> None:
    admit(server, "guardian")
    mother, child = server.actors["guardian"], child_of(server)
    with server.as_("administrator") as admin:
        other, neighbour = person(admin, "guardian"), person(admin, "student")
        link(admin, neighbour, other)
        theirs = post(admin, f"/people/{other}/consents", {"student": neighbour, "channel": "in_system", **PAPER})
        sibling = person(admin, "student")
        link(admin, sibling, mother)
        post(admin, f"/people/{mother}/consents", {"student": sibling, "channel": "in_system", **PAPER})
    before = server.school.recorder.head().size
    with server.as_("guardian") as family:
        told = [
            problem(family.post(f"/people/{of}/consents", json={**OWN, "student": about}), 403, "out_of_reach")
            for of, about in (
                *((other, child), (other, neighbour), (str(uuid4()), child)),
                *((mother, neighbour), (mother, str(uuid4())), (mother, sibling)),
            )
        ]
        withdrawal = f"/people/{other}/consents/{theirs['first_index']}/withdrawal"
        told.append(problem(family.post(withdrawal, json={"method": "self_service"}), 403, "out_of_reach"))
        told += [problem(family.get(f"/people/{of}/consents"), 403, "out_of_reach") for of in (other, str(uuid4()))]
        assert len({one["detail"] for one in told}) == 1, "what is foreign and what is not there are told alike"
        assert family.get(f"/people/{mother}/consents").json()["rows"] == [], "the role is of one child"
    assert server.school.recorder.head().size == before


def test_a_refusal_waits_for_its_letter(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        student, mother, head = person(admin, "student"), person(admin, "guardian"), person(admin, "staff")
        link(admin, student, mother)
        body = {"student": student, "refused_on": "2026-09-03", "basis": "заявление от 03.09.2026"}
        refusal = post(admin, f"/people/{mother}/refusals", body)["first_index"]
        problem(admin.post(f"/people/{mother}/refusals", json=body), 409, "refusal_stands")
        assert [row["entry"] for row in inspector.get("/views/refusals?only=pending").json()["rows"]] == [refusal]
        letter = {"out_number": "01-17/5", "sent_on": "2026-09-04", "approved_by": head}
        at = f"/people/{mother}/refusals/{refusal}/notification"
        problem(admin.post(at, json={**letter, "approved_by": mother}), 409, "wrong_kind_of_person")
        post(admin, at, letter)
        problem(admin.post(at, json=letter), 409, "refusal_settled")
        found = inspector.get("/views/refusals").json()
        assert [(row["out_number"], row["approved_by"]) for row in found["rows"]] == [("01-17/5", head)]
        assert head in found["people"]
        assert inspector.get("/views/refusals?only=pending").json()["rows"] == []


def test_a_person_whom_the_path_names_and_nobody_registered_is_not_found(server: Served) -> None:
    with server.as_("administrator") as admin:
        body = {"received_on": "2026-09-01", "how": "oral"}
        assert admin.post(f"/people/{uuid4()}/notices", json=body).status_code == 404
        assert admin.post("/people/nobody/notices", json=body).status_code == 404
        assert admin.post(f"/people/{uuid4()}/consents/01/withdrawal", json=PAPER).status_code == 404


def test_what_a_person_is_shows_no_more_than_the_kind(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("deputy") as deputy:
        student, mother = person(admin, "student"), person(admin, "guardian")
        link(admin, student, mother)
        assert deputy.get(f"/people/{student}").json() == {"kind": "student", "person": student, "version": 2}


@pytest.mark.parametrize("path", ["guardians", "data-notices", "refreshes", "consents", "refusals"])
def test_registers_are_for_those_who_oversee_the_journal(server: Served, path: str) -> None:
    for role in ("teacher", "deputy"):
        with server.as_(role) as client:
            assert client.get(f"/views/{path}?at=nonsense").status_code == 403
    with server.as_("inspector") as inspector:
        assert inspector.get(f"/views/{path}").json()["rows"] == []
        assert inspector.get(f"/views/{path}?only=nonsense").status_code == 400


def test_a_name_is_not_both_given_and_removed(server: Served) -> None:
    with server.as_("administrator") as admin:
        student = person(admin, "student")
        twice: tuple[tuple[dict[str, Any], str], ...] = (
            ({"phone": "+7", "removed": ["phone"]}, "twice_in_one_command"),
            ({"removed": []}, "nothing_changes"),
        )
        for body, rule in twice:
            answer: dict[str, Any] = admin.post(f"/people/{student}/data", json=body).json()
            assert answer["rule"] == rule
        malformed: tuple[dict[str, Any], ...] = (
            {"birth_date": "2015-02-30"},
            {"shoe_size": "38"},
            {"removed": ["shoe_size"]},
        )
        for body in malformed:
            assert admin.post(f"/people/{student}/data", json=body).status_code == 422
