"""One person's data as a file (152-ФЗ, ст. 14): whole, nobody else's, recorded as a look; on both databases."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.cli.app import run
from api.erasing import ERASED
from tests.erasing_school import CANARIES, LATER, approved, planted_in, register, spellings
from tests.http_class import DAY, SmallClass, fact, problem
from tests.http_school import Served, admit, post
from tests.integration.test_api_deadlines import adopt

TOLD = {"Letopis-Purpose": "subject_request", "Letopis-Basis": "appeal-2026-114"}
CLASSMATE = {
    "family_name": "Филинова",
    "given_name": "Гагара",
    "patronymic": "Совоевна",
    "birth_date": "2013-02-28",
}
CLASSMATES_OTHER = {"address": "переулок Совиный, дом 9393", "phone": "+7 900 939-39-39"}
MOTHER = {"family_name": "Родительницына", "given_name": "Цапля", "patronymic": "Аистовна"}
MOTHERS_PHONE = "+7 900 818-18-18"
NOTE = "перепутала листы, 6161"


class Family:
    """A student of 5А with all kinds of records, and a classmate with as many canaries."""

    def __init__(self, server: Served) -> None:
        self.school = SmallClass(server)
        with server.as_("administrator") as admin, server.as_("teacher") as teacher:
            self.student = register(admin, **CANARIES)
            self.classmate = register(admin, **CLASSMATE)
            post(admin, f"/people/{self.classmate}/data", CLASSMATES_OTHER)
            answer = admin.post("/people", json={"kind": "guardian", **MOTHER})
            self.mother = answer.headers["location"].rpartition("/")[2]
            for one in (self.student, self.classmate):
                post(admin, f"/classes/{self.school.group}/enrollments", {"student": one, "starts_on": DAY})
            post(admin, f"/people/{self.student}/guardians", {"guardian": self.mother, "relation": "mother"})
            told = {"received_on": DAY, "how": "written", "given_by": self.mother, "about": ["phone", "address"]}
            self.notice = post(admin, f"/people/{self.student}/notices", told)["first_index"]
            body = {**LATER, "family_name": "Канарейкина-Новая", "notice": self.notice}
            self.changed = post(admin, f"/people/{self.student}/data", body)["first_index"]
            consent = {"student": self.student, "channel": "sms", "contact": MOTHERS_PHONE, "method": "written"}
            paper = {"application_number": "12", "application_date": "2026-09-02"}
            self.consent = post(admin, f"/people/{self.mother}/consents", {**consent, **paper})["first_index"]
            lesson = self.school.lesson()
            work = lesson["works"][0]["work"]
            lesson["marks"] = [{"student": one, "work": work, "value": "4"} for one in (self.student, self.classmate)]
            place = "/lessons/" + teacher.post("/lessons", json=lesson).headers["location"].rpartition("/")[2]
            mark = fact(teacher, place, "mark")
            assert mark["student"] == self.student
            correction = {"corrects": mark["standing"], "new": "5", "reason": "other", "note": NOTE}
            etag = {"If-Match": teacher.get(place).headers["etag"]}
            post(teacher, f"{place}/corrections", correction, **etag)
        with server.as_("deputy") as deputy:
            assert deputy.get(f"/students/{self.student}/page", params={"from": DAY, "to": DAY}).status_code == 200


def asked(client: httpx.Client, person: str, **params: str) -> httpx.Response:
    answer = client.get(f"/people/{person}/data", params=params, headers=TOLD)
    assert answer.status_code == 200, answer.text
    return answer


def values(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(row["name"], row["value"], row["state"], row["until_entry"]) for row in found["sections"]["values"]]


@pytest.mark.clause("R09", breaks="exports.subject.sections:_values")
def test_a_student_is_told_all_that_is_kept_and_nothing_of_anybody_else(server: Served) -> None:
    family = Family(server)
    with server.as_("director") as director:
        answer = asked(director, family.student)
        page = asked(director, family.student, format="html")
    found = answer.json()
    assert (found["name"], found["kind"]) == ("Канарейкина-Новая Ыъэюша Щвайнштейговна", "student")
    kept = values(found)
    assert ("family_name", "Канарейкина", "replaced", family.changed) in kept
    assert ("family_name", "Канарейкина-Новая", "held", None) in kept
    assert {(name, value) for name, value, *_ in kept} >= {*CANARIES.items(), *LATER.items(), ("note", NOTE)}
    (phone,) = [row for row in found["sections"]["values"] if row["name"] == "phone"]
    assert phone["entry"] == family.changed
    assert f"запись {family.notice}" in phone["basis"]
    assert phone["since"] == found["sections"]["notices"][0]["answered_at"]
    lessons = found["sections"]["lessons"]
    assert [(row["value"], row["action"], row["stands"]) for row in lessons] == [
        ("4", "recorded", "no"),
        ("5", "corrected", "yes"),
    ]
    assert {row["teacher"] for row in lessons} == {server.actors["teacher"]}
    (link,) = found["sections"]["guardians"]
    assert (link["guardian"], link["relation"]) == (family.mother, "mother")
    assert [row["channel"] for row in found["sections"]["consents"]] == ["sms"]
    named = {row["type"]: row for row in found["sections"]["entries"]}
    assert named["mark_recorded/1"]["named"] == 1
    assert named["personal_data_changed/1"]["entries"] == [family.changed]
    for content in (answer.content, page.content):
        for others in (CLASSMATE, CLASSMATES_OTHER, MOTHER, {"phone": MOTHERS_PHONE}):
            assert not [needle for needle in spellings(others) if needle in content]
        assert family.classmate.encode() not in content
        assert "Петрова".encode() in content  # 2.4.1: who recorded it


def test_a_notice_stands_with_the_verdict_on_its_three_days(server: Served) -> None:
    adopt(server)
    family = Family(server)
    with server.as_("director") as director, server.as_("administrator") as admin:
        (row,) = asked(director, family.student).json()["sections"]["deadlines"]
        assert (row["about"], row["clause"], row["since"], row["verdict"]) == ("notice", "1.7", DAY, "on_time")
        assert {family.notice, family.changed} <= set(row["entries"])
        mother = asked(admin, family.mother).json()["sections"]
    assert [(one["entry"], one["answered_by"]) for one in mother["notices"]] == [(family.notice, family.changed)]
    contact = [row for row in mother["values"] if row["name"] == "contact"]
    assert [(row["value"], row["entry"], row["state"]) for row in contact] == [(MOTHERS_PHONE, family.consent, "held")]
    assert "№ 12" in contact[0]["basis"]
    assert "lessons" not in mother


def test_who_looked_is_told_by_role_and_the_file_is_a_look_itself(server: Served) -> None:
    family = Family(server)
    with server.as_("director") as director:
        first = asked(director, family.student).json()
        second = asked(director, family.student).json()
    (own,) = [row for row in first["sections"]["looks"] if row["what"] == "/students/{student}/page"]
    assert (own["role"], own["reader"], own["purpose"]) == ("deputy", server.actors["deputy"], "view")
    (taken,) = [row for row in second["sections"]["looks"] if row["what"] == "/people/{person}/data"]
    assert (taken["role"], taken["purpose"], taken["basis"]) == ("director", "subject_request", "appeal-2026-114")
    assert (taken["taken_out"], taken["how"], taken["looks"]) == ("extract", "named", 1)
    recorded = list(server.school.access.log.seen())[-1].look
    assert set(recorded.people) == {family.student, family.mother, server.actors["teacher"]}
    assert {"contacts", "disclosures", "marks", "reads"} <= set(recorded.kinds)


def test_it_is_not_made_without_a_purpose_or_by_who_may_not(server: Served) -> None:
    with server.as_("administrator") as admin:
        path = f"/people/{register(admin, **CANARIES)}/data"
    with server.as_("director") as director, server.as_("deputy") as deputy, server.as_("inspector") as inspector:
        assert problem(director.get(path), 400, "bad_request")["where"] == "Letopis-Purpose"
        problem(director.get(f"/people/{uuid4()}/data", headers=TOLD), 404, "not_found")
        problem(deputy.get(path, headers=TOLD), 403, "out_of_reach")
        problem(inspector.get(path, headers=TOLD), 403, "forbidden")


def test_a_person_has_the_own_file_and_a_guardian_the_childs(server: Served) -> None:
    admit(server, "guardian", "student")
    mother, student = server.actors["guardian"], server.actors["student"]
    with server.as_("director") as director, server.as_("guardian") as guardian, server.as_("student") as own:
        (link,) = [row for row in director.get("/views/guardians").json()["rows"] if row["guardian"] == mother]
        child = link["student"]
        assert asked(guardian, child).json()["sections"]["guardians"][0]["guardian"] == mother
        secrets = server.school.secrets
        secrets.invite(mother, "petrova", int(time.time()))
        (token,) = secrets.tokens(mother)
        account = asked(guardian, mother).json()["sections"]["account"]
        assert [row["role"] for row in account] == [None, "guardian", None, None]
        assert account[-1]["login"] == f"petrova, {token.label}"
        assert asked(own, student).json()["person"] == student
        for client, other in ((guardian, student), (own, child), (own, mother)):
            problem(client.get(f"/people/{other}/data", headers=TOLD), 403, "out_of_reach")
        looks = asked(director, child).json()["sections"]["looks"]
        assert [(row["role"], row["reader"]) for row in looks if row["role"] == "guardian"] == [("guardian", mother)]
        with server.as_("administrator") as admin:
            post(admin, f"/people/{child}/guardians/{mother}/end", {})
        assert guardian.get(f"/people/{child}/data", headers=TOLD).status_code == 401  # no role is left


def test_what_was_erased_is_told_as_erased(server: Served) -> None:
    family = Family(server)
    with server.as_("administrator") as admin:
        hold = {"whose": "class", "class_group": family.school.group, "basis": "запрос суда № 5"}
        erasure = approved(server, family.student)
        post(admin, f"/erasures/{erasure}/execution", {})
        post(admin, "/legal-holds", hold)
        answer = asked(admin, family.student)
        page = asked(admin, family.student, format="html").text
    found = answer.json()
    assert found["name"] == ERASED
    states = [row["state"] for row in found["sections"]["values"] if row["class"] == "person"]
    assert states == ["erased"] * (len(CANARIES) + len(LATER) + 1)
    assert [(row["name"], row["value"]) for row in found["sections"]["values"] if row["class"] == "journal"] == [
        ("note", NOTE)
    ]
    (row,) = found["sections"]["erasures"]
    assert (row["answer"], row["values_count"]) == ("approved", len(states))
    assert [row["basis"] for row in found["sections"]["legal_holds"]] == ["запрос суда № 5"]
    for content in (answer.text, page):
        assert not [value for value in (CANARIES | LATER).values() if value in content]
    assert "стёрто / erased" in page


def test_a_page_runs_nothing_and_escapes_what_people_wrote(server: Served) -> None:
    with server.as_("administrator") as admin:
        person = register(admin, family_name="<script>alert(1)</script>", given_name='"&')
        page = asked(admin, person, format="html")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "private, no-store"
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "default-src &#x27;none&#x27;" in page.text or "default-src 'none'" in page.text


def test_the_command_writes_a_page_and_the_same_for_programs(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, person = planted_in(tmp_path / "var", database)
    out = tmp_path / "data.html"
    command = ["subject-access", "--var", str(tmp_path / "var"), "--person", person, "--out", str(out)]
    assert run([*command, "--purpose", "curiosity"]) == 2
    assert not out.exists()
    assert run([*command, "--purpose", "subject_request", "--basis", "appeal-2026-114", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rows"]["values"] == len(CANARIES)
    found = json.loads((tmp_path / "data.json").read_bytes())
    assert {(row["name"], row["value"]) for row in found["sections"]["values"]} == set(CANARIES.items())
    assert "Канарейкина" in out.read_text(encoding="utf-8")
    assert [path.stat().st_mode & 0o777 for path in (out, tmp_path / "data.json")] == [0o600, 0o600]
    assert run([*command, "--purpose", "subject_request"]) == 2  # never overwritten
    out.unlink()
    (tmp_path / "data.json").unlink()
    assert run([*command, "--purpose", "subject_request"]) == 0
    (look,) = json.loads((tmp_path / "data.json").read_bytes())["sections"]["looks"]
    assert (look["what"], look["role"], look["basis"]) == ("letopis subject-access", "operator", "appeal-2026-114")
