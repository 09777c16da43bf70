"""Idempotency-Key and If-Match over HTTP, on both databases: what a repeated and what a late request gets."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest

from tests.http_class import SmallClass, fact, problem, tag
from tests.http_school import Served, make_school, served

KEY = {"Idempotency-Key": "9f2c-17"}


def _same(answer: httpx.Response) -> tuple[int, bytes, str | None, str | None]:
    return (answer.status_code, answer.content, answer.headers.get("location"), answer.headers.get("etag"))


def test_a_repeat_after_a_restart_gets_the_same_answer(database: str, tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path / "school", database)
    with served(tmp_path / "school", tokens, actors) as server:
        body = SmallClass(server).lesson()
        with server.as_("teacher") as teacher:
            first = teacher.post("/lessons", json=body, headers=KEY)
            place = first.headers["location"].rpartition("1534")[2]
            more = {"homework": {"text": "§ 2"}}
            added = teacher.post(f"{place}/entries", json=more, headers={**tag(teacher, place), "Idempotency-Key": "a"})
            assert added.status_code == 201
            size = server.school.recorder.head().size
    with served(tmp_path / "school", tokens, actors) as server, server.as_("teacher") as teacher:
        assert _same(teacher.post("/lessons", json=body, headers=KEY)) == _same(first)
        # The tag is stale by now, and the answer is still the one that was given.
        again = {"If-Match": first.headers["etag"], "Idempotency-Key": "a"}
        assert _same(teacher.post(f"{place}/entries", json=more, headers=again)) == _same(added)
        assert server.school.recorder.head().size == size


def test_eight_at_once_make_one_command(server: Served) -> None:
    SmallClass(server)
    before = server.school.recorder.head().size
    person = {"kind": "staff", "family_name": "Новый", "given_name": "Имя"}
    start = threading.Barrier(8)

    def send(_: int) -> httpx.Response:
        with server.as_("administrator") as admin:
            start.wait()
            return admin.post("/people", json=person, headers=KEY)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert len({_same(answer) for answer in answers}) == 1, [answer.text for answer in answers]
    assert answers[0].status_code == 201
    assert server.school.recorder.head().size == before + 1


def test_a_key_is_of_one_path_one_body_and_one_person(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("administrator") as admin, server.as_("deputy") as deputy, server.as_("teacher") as teacher:
        student = {"student": school.students[0], "ends_on": "2020-01-01"}
        year = {"title": "Другой", "starts_on": "2020-09-01", "ends_on": "2021-05-31"}
        made = admin.post("/years", json=year, headers=KEY)
        assert made.status_code == 201
        problem(admin.post("/years", json={**year, "title": "Ещё"}, headers=KEY), 422, "key_reused")
        problem(admin.post(f"/classes/{school.group}/withdrawals", json=student, headers=KEY), 422, "key_reused")
        assert deputy.post(f"/periods/{school.period}/close", json={}, headers=KEY).status_code == 201
        lesson = teacher.post("/lessons", json=school.lesson(), headers=KEY)
        problem(lesson, 409, "period_closed")
        assert _same(admin.post("/years", json=year, headers=KEY)) == _same(made)


def test_a_refused_command_leaves_its_key_free(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        early = {**school.lesson(), "held_on": "2035-01-01"}
        assert teacher.post("/lessons", json=early, headers=KEY).status_code == 409
        assert teacher.post("/lessons", json=school.lesson(), headers=KEY).status_code == 201


def test_a_key_that_is_none_is_refused(server: Served) -> None:
    body = SmallClass(server).lesson()
    with server.as_("teacher") as teacher:
        for key in ("", "x" * 129, "a b", "ключ", "a\tb"):
            answer = teacher.post("/lessons", json=body, headers=[(b"idempotency-key", key.encode())])
            assert problem(answer, 400, "bad_request")["where"] == "Idempotency-Key"
        twice = teacher.post("/lessons", json=body, headers=[("idempotency-key", "a"), ("idempotency-key", "b")])
        problem(twice, 400, "bad_request")


def test_what_is_kept_for_a_key_cannot_be_guessed_at(tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    person = {"kind": "student", "family_name": "Иванова", "given_name": "Анна", "birth_date": "2015-05-05"}
    with served(tmp_path / "school", tokens, actors) as server, server.as_("administrator") as admin:
        assert admin.post("/people", json=person, headers=KEY).status_code == 201
    canonical = orjson.dumps(person, option=orjson.OPT_SORT_KEYS)
    path = orjson.dumps(["POST", "/v1/schools/1534/people", ""])
    guesses = {sha256(guess).digest() for guess in (canonical, path + b"\n" + canonical)}
    with sqlite3.connect(tmp_path / "school" / "ledger.sqlite3") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        values = [value for table in tables for row in connection.execute(f'SELECT * FROM "{table}"') for value in row]
    connection.close()
    assert not guesses & {value for value in values if isinstance(value, bytes)}
    text = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
    assert not [value for value in ("Иванова", "Анна", "2015-05-05") if value.encode() in text]


def test_of_two_teachers_one_is_told_to_look_again_and_nothing_is_lost(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        for round_ in range(5):
            place, etag = school.recorded(teacher, number=round_ + 1, absences=[])
            start = threading.Barrier(2)
            parts = [
                {"lateness": [{"student": school.students[1], "minutes": 5}]},
                {"homework": {"text": "§ 9"}},
            ]

            def send(
                part: dict[str, object], place: str = place, etag: str = etag, start: threading.Barrier = start
            ) -> httpx.Response:
                with server.as_("teacher") as client:
                    start.wait()
                    return client.post(f"{place}/entries", json=part, headers={"If-Match": etag})

            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(send, parts))
            assert sorted(answer.status_code for answer in answers) == [201, 412], [answer.text for answer in answers]
            (late,) = (number for number in (0, 1) if answers[number].status_code == 412)
            told = problem(answers[late], 412, "stale")
            fresh = answers[late].headers["etag"]
            assert fresh == f'"{told["current"]["version"]}"'
            assert teacher.post(f"{place}/entries", json=parts[late], headers={"If-Match": fresh}).status_code == 201
            assert fact(teacher, place, "lateness")["value"] == 5
            assert fact(teacher, place, "homework")["value"]["text"] == "§ 9"


def test_only_one_strong_tag_is_a_precondition(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place = f"{school.recorded(teacher)[0]}/entries"
        for text in ('W/"5"', "*", '"5", "6"', "5", '"05"', '"+5"', '"٥"', '""', '"5'):
            answer = teacher.post(place, json={"take_attendance": True}, headers=[(b"if-match", text.encode())])
            assert problem(answer, 400, "bad_request")["where"] == "If-Match"
        two = teacher.post(place, json={"take_attendance": True}, headers=[("if-match", '"5"'), ("if-match", '"5"')])
        problem(two, 400, "bad_request")
        problem(teacher.post(place, json={"take_attendance": True}), 428, "precondition_required")


def test_a_repeat_is_not_taken_for_what_it_was_asked_under_another_version(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place, etag = school.recorded(teacher)
        body = {"homework": {"text": "§ 2"}}
        headers = {"If-Match": etag, **KEY}
        assert teacher.post(f"{place}/entries", json=body, headers=headers).status_code == 201
        problem(teacher.post(f"{place}/entries", json=body, headers={**headers, "If-Match": '"1"'}), 422, "key_reused")


def changes(school: SmallClass, place: str, closed: bool) -> dict[str, tuple[str, dict[str, object]]]:
    """Every way to change a lesson: where -> who, with what."""
    with school.server.as_("teacher") as teacher:
        mark, absence = (fact(teacher, place, what)["standing"] for what in ("mark", "absence"))
        correction = {"corrects": mark, "new": "5", "reason": "typo"}
        if not closed:
            return {
                "entries": ("teacher", {"homework": {"text": "§ 2"}}),
                "corrections": ("teacher", correction),
                "absence-reasons": ("teacher", {"absence": absence, "code": "ill"}),
            }
        with school.server.as_("deputy") as deputy:
            assert deputy.post(f"/periods/{school.period}/close", json={}).status_code == 201
        asked = [
            teacher.post(
                f"{place}/correction-requests",
                json={**correction, "corrects": corrects, "new": None, "basis": "№ 1"},
                headers=tag(teacher, place),
            ).json()["first_index"]
            for corrects in (absence, fact(teacher, place, "homework")["standing"])
        ]
    return {
        "correction-requests": ("teacher", {**correction, "basis": "№ 2"}),
        f"correction-requests/{asked[0]}/approval": ("deputy", {}),
        f"correction-requests/{asked[1]}/refusal": ("deputy", {"basis": "№ 3"}),
    }


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_every_change_of_a_lesson_says_which_version_it_saw(server: Served, closed: bool) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        place, old = school.recorded(teacher, **({"homework": {"text": "§ 1"}} if closed else {}))
        if not closed:
            more = {"take_attendance": False, "works": [{"work": str(uuid4()), "kind": "test", "written": True}]}
            assert teacher.post(f"{place}/entries", json=more, headers={"If-Match": old}).status_code == 201
    for path, (role, body) in changes(school, place, closed).items():
        with server.as_(role) as client:
            size = server.school.recorder.head().size
            problem(client.post(f"{place}/{path}", json=body), 428, "precondition_required")
            for wrong in ('W/"5"', "*", "5"):
                refused = client.post(f"{place}/{path}", json=body, headers={"If-Match": wrong})
                assert problem(refused, 400, "bad_request")["where"] == "If-Match"
            stale = client.post(f"{place}/{path}", json=body, headers={"If-Match": old})
            current = client.get(place)
            assert problem(stale, 412, "stale")["current"] == current.json()
            assert stale.headers["etag"] == current.headers["etag"]
            assert server.school.recorder.head().size == size
            done = client.post(f"{place}/{path}", json=body, headers={"If-Match": stale.headers["etag"]})
            assert done.status_code == 201, (path, done.text)
            assert done.headers["etag"] == client.get(place).headers["etag"] != stale.headers["etag"]


def test_a_condition_that_would_be_passed_over_is_refused(server: Served) -> None:
    school = SmallClass(server)
    size = server.school.recorder.head().size
    with server.as_("teacher") as teacher, server.as_("administrator") as admin:
        for client, path, body in (
            (teacher, "/lessons", school.lesson()),
            (admin, "/people", {"kind": "staff", "family_name": "А", "given_name": "Б"}),
            (admin, f"/periods/{school.period}/close", {}),
        ):
            refused = client.post(path, json=body, headers={"If-Match": '"1"'})
            assert problem(refused, 400, "bad_request")["where"] == "If-Match"
    assert server.school.recorder.head().size == size
