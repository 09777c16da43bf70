"""What teachers and deputies do over HTTP, with every rule's answer on the way, on both databases."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

from api.schools import Registry, open_school
from ledger.journal.commands import RegisterPerson
from ledger.wire.entry import Actor, parse_entry
from tests.http_class import DAY, SmallClass, fact, problem, tag
from tests.http_school import Served, make_school, post, served


def test_more_of_a_lesson_is_added_corrected_again_and_annulled(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher, absences=[])
        late = {
            "lateness": [{"student": school.students[1], "minutes": 7}],
            "early_leaves": [{"student": school.students[1], "minutes": 5}],
            "homework": {"text": "§ 4", "due_on": None},
        }
        post(teacher, f"{place}/entries", late, **tag(teacher, place))
        mark = fact(teacher, place, "mark")
        first = {"corrects": mark["standing"], "new": "5", "reason": "rechecked"}
        corrected = post(teacher, f"{place}/corrections", first, **tag(teacher, place))["first_index"]
        again = teacher.post(f"{place}/corrections", json=first, headers=tag(teacher, place))
        assert problem(again, 409, "not_standing")["clause"] == "3.3"
        second = {"corrects": corrected, "new": "3", "reason": "typo"}
        post(teacher, f"{place}/corrections", second, **tag(teacher, place))
        same = {"corrects": fact(teacher, place, "mark")["standing"], "new": "3", "reason": "typo"}
        problem(teacher.post(f"{place}/corrections", json=same, headers=tag(teacher, place)), 409, "nothing_changes")
        annul = {"corrects": fact(teacher, place, "lateness")["standing"], "new": None, "reason": "wrong_student"}
        post(teacher, f"{place}/corrections", annul, **tag(teacher, place))
        assert fact(teacher, place, "lateness")["value"] is None
        assert fact(teacher, place, "homework")["value"]["text"] == "§ 4"
        rows = teacher.get(f"{place}/cells/{school.students[0]}/history").json()["rows"]
        assert [(row["old"], row["new"], row["action"]) for row in rows] == [
            (None, "4", "recorded"),
            ("4", "5", "corrected"),
            ("5", "3", "corrected"),
        ]


def test_a_second_lesson_in_one_place_of_the_day_is_refused_with_the_entry_of_the_first(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        first = teacher.get(place).json()["header_entry"]
        refused = problem(teacher.post("/lessons", json=school.lesson()), 409, "place_taken")
        assert (refused["where"], refused["clause"]) == ("number", "2.1")
        assert refused["detail"].endswith(f"урок, он внесён записью {first}")
        header = {"topic": "Дроби", "number": 1, "starts_at": "08:30", "ends_at": "09:15"}
        again, _ = school.recorded(teacher, number=2)
        moved = {"corrects": teacher.get(again).json()["header_entry"], "new": header, "reason": "typo"}
        answer = teacher.post(f"{again}/corrections", json=moved, headers=tag(teacher, again))
        assert problem(answer, 409, "place_taken")["where"] == "new.number"


def test_a_reason_of_absence_becomes_known_once(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        reason = {"absence": fact(teacher, place, "absence")["standing"], "code": "ill", "basis": "справка № 3"}
        post(teacher, f"{place}/absence-reasons", reason, **tag(teacher, place))
        assert fact(teacher, place, "absence")["value"] == "ill"
        again = teacher.post(f"{place}/absence-reasons", json=reason, headers=tag(teacher, place))
        problem(again, 409, "not_standing")


def test_a_page_is_given_as_it_stood_at_a_moment(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place, _ = school.recorded(teacher)
        time.sleep(0.002)
        at = parse_entry(next(server.school.recorder.entries(server.school.recorder.head().size - 1))).at
        mark = fact(teacher, place, "mark")
        time.sleep(0.002)
        change = {"corrects": mark["standing"], "new": "2", "reason": "typo"}
        post(teacher, f"{place}/corrections", change, **tag(teacher, place))
        for moment, value in ((None, "2"), (at, "4"), ("2020-01-01T00:00:00+03:00", None)):
            answer = school.read(
                f"/students/{school.students[0]}/page",
                params={"from": DAY, "to": DAY} | ({"at": moment} if moment else {}),
            )
            assert answer.status_code == 200, answer.text
            assert (f'"value":"{value}"' in answer.text) == (value is not None), (moment, answer.text)
            if value is None:
                assert answer.json()["position"] == 0


def test_a_request_is_answered_by_a_second_person_or_refused(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy, server.as_("administrator") as admin:
        place, _ = school.recorded(teacher)
        wish = {"corrects": fact(teacher, place, "mark")["standing"], "new": "5", "reason": "appeal", "basis": "№ 1"}
        early = teacher.post(f"{place}/correction-requests", json=wish, headers=tag(teacher, place))
        assert problem(early, 409, "period_open")["rule"] == "period_open"
        post(deputy, f"/periods/{school.period}/close", {})
        assert problem(deputy.post(f"/periods/{school.period}/close", json={}), 409, "period_closed")["clause"] == "3.3"
        late = teacher.post("/lessons", json=school.lesson(number=2))
        assert problem(late, 409, "period_closed")["clause"] == "3.3"
        asked = post(deputy, f"{place}/correction-requests", wish, **tag(deputy, place))["first_index"]
        twice = teacher.post(f"{place}/correction-requests", json=wish, headers=tag(teacher, place))
        problem(twice, 409, "request_pending")
        (waiting,) = deputy.get("/correction-requests", params={"status": "open"}).json()["rows"]
        assert waiting["request"] == asked
        own = deputy.post(f"{place}/correction-requests/{asked}/approval", json={}, headers=tag(deputy, place))
        assert problem(own, 403, "second_person_needed")["where"] == "actor.id"
        post(admin, f"{place}/correction-requests/{asked}/refusal", {"basis": "Приказ № 2"}, **tag(admin, place))
        assert fact(teacher, place, "mark")["value"] == "4"
        again = post(teacher, f"{place}/correction-requests", wish, **tag(teacher, place))["first_index"]
        post(deputy, f"{place}/correction-requests/{again}/approval", {}, **tag(deputy, place))
        told = teacher.get("/correction-requests", params={"lesson": place.rpartition("/")[2]}).json()["rows"]
        assert [(row["request"], row["status"]) for row in told] == [(asked, "refused"), (again, "approved")]
        assert school.read("/correction-requests", params={"status": "open"}).json()["rows"] == []
        assert fact(teacher, place, "mark")["value"] == "5"
        nowhere = f"/lessons/{uuid4()}/correction-requests/{again}/approval"
        gone = deputy.post(nowhere, json={}, headers=tag(deputy, place))
        assert problem(gone, 404, "unknown_lesson")["where"] == "lesson"


def test_a_close_returns_at_once_and_a_checkpoint_follows(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("deputy") as deputy:
        made = post(deputy, f"/periods/{school.period}/close", {})
        _wait_signed(server, made["first_index"] + 1)


def test_a_signature_that_was_asked_for_is_waited_for_at_the_end(tmp_path: Path) -> None:
    _, actors = make_school(tmp_path / "school", "sqlite")
    with open_school(tmp_path / "school", background=False) as school:
        person = RegisterPerson(person=str(uuid4()), kind="staff", sd=())
        receipt = school.execute(person, Actor(actors["administrator"], "administrator"))
        Registry([school]).sign_soon("1534")
    with open_school(tmp_path / "school", background=False) as school:
        kept = school.recorder.checkpoint()
        assert kept is not None
        assert kept.size == school.recorder.head().size == receipt.first_index + 1


def test_views_answer_what_was_acknowledged_without_background_threads(tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    with served(tmp_path / "school", tokens, actors) as server:
        SmallClass(server)
    with open_school(tmp_path / "school", background=False) as school:
        assert school.read_views().position() == school.recorder.head().size


def test_what_a_write_says_can_be_read_at_once(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        for number in range(1, 6):
            teacher.post("/lessons", json=school.lesson(number=number))
            page = teacher.get(f"/classes/{school.group}/page", params={"course": school.course}).json()
            assert len(page["columns"]) == number


def test_what_was_set_up_is_found_at_its_location(server: Served) -> None:
    school = SmallClass(server)
    person = {"kind": "staff", "family_name": "Новый", "given_name": "Имя", "birth_date": "1980-02-29"}
    with server.as_("administrator") as admin:
        made = admin.post("/people", json=person)
        found = admin.get(f"{server.base}{made.headers['location']}")
        assert found.status_code == 200, found.text
        assert found.json()["kind"] == "staff"
        assert "Новый" not in found.text
        assert admin.get(f"/classes/{school.group}").json()["roster"].keys() == set(school.students)
        for kind, id_ in (("years", school.year), ("periods", school.period), ("courses", school.course)):
            assert admin.get(f"/{kind}/{id_}").json()["version"] >= 1
        problem(admin.get(f"/years/{school.course}"), 404, "not_found")


def test_a_refused_person_leaves_nothing_in_the_vault(server: Served) -> None:
    school = SmallClass(server)
    keys = server.school.layout.vault_keys
    before = sorted(keys.rglob("*"))
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        taken = {"person": school.students[0], "kind": "student", "family_name": "Ещё", "given_name": "Раз"}
        problem(admin.post("/people", json=taken), 409, "person_exists")
        place, _ = school.recorded(teacher)
        note = {"corrects": 999, "new": "5", "reason": "other", "note": "личное"}
        problem(teacher.post(f"{place}/corrections", json=note, headers=tag(teacher, place)), 409, "not_a_fact")
    assert sorted(keys.rglob("*")) == before


def _wait_signed(server: Served, size: int) -> None:
    until = time.monotonic() + 10
    with server.as_(None) as nobody:
        while time.monotonic() < until:
            answer = nobody.get("/log/checkpoint")
            if answer.status_code == 200 and int(answer.text.split("\n")[1]) >= size:
                return
            time.sleep(0.02)
    raise AssertionError("no checkpoint followed")
