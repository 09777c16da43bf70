"""The journal over real HTTP, on both databases: the slice, repeats, preconditions, problems, rights, the log."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from ledger.tree.hashing import leaf_hash
from ledger.tree.proofs import verify_inclusion
from ledger.wire.checkpoint import parse_checkpoint
from ledger.wire.note import parse_note
from ledger.wire.proof import parse_proof
from ledger.wire.tile import parse_bundle
from tests.http_class import DAY, SmallClass, fact, problem, tag
from tests.http_rights import ANYBODY, LIMITED, OWN, OWN_FILE, PUBLIC, READS, ROLES, SCOPED, SESSIONS, TEACHERS, WRITES
from tests.http_school import Served, admit, post


def test_a_mark_is_recorded_corrected_closed_and_corrected_with_approval(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("deputy") as deputy, server.as_("inspector") as inspector:
        answer = teacher.post("/lessons", json=school.lesson())
        assert answer.status_code == 201, answer.text
        place, etag = answer.headers["location"], answer.headers["etag"]
        lesson = place.rpartition("/")[2]
        state = teacher.get(f"/lessons/{lesson}")
        assert state.headers["etag"] == etag
        mark = fact(teacher, f"/lessons/{lesson}", "mark")
        correction = {"corrects": mark["standing"], "new": "5", "reason": "other", "note": "перепутала листы"}
        corrected = teacher.post(f"/lessons/{lesson}/corrections", json=correction, headers={"If-Match": etag})
        assert corrected.status_code == 201, corrected.text
        index = corrected.json()["first_index"]
        assert server.school.recorder.head().size == index + 1
        (entry,) = server.school.recorder.entries(index, index + 1)
        assert "перепутала".encode() not in entry

        page = teacher.get(
            f"/classes/{school.group}/page", params={"course": school.course, "from": DAY, "to": DAY}
        ).json()
        values = [value for line in page["lines"] for value in line["values"]]
        assert {(value["what"], value["value"]) for value in values} == {("mark", "5"), ("absence", "absent")}
        assert page["people"][school.students[0]] == "Иванова Имя"
        before = teacher.get(f"/classes/{school.group}/page", params={"course": school.course, "at": str(index)}).json()
        assert "4" in {value["value"] for line in before["lines"] for value in line["values"]}

        closing = deputy.post(f"/periods/{school.period}/close", json={})
        assert closing.status_code == 201, closing.text
        late = {"corrects": index, "new": "3", "reason": "typo"}
        version = teacher.get(f"/lessons/{lesson}").headers["etag"]
        refused = teacher.post(f"/lessons/{lesson}/corrections", json=late, headers={"If-Match": version})
        assert problem(refused, 409, "period_closed")["clause"]
        wish = {**late, "basis": "Заявление № 1"}
        asked = post(teacher, f"/lessons/{lesson}/correction-requests", wish, **{"If-Match": version})
        approval = f"/lessons/{lesson}/correction-requests/{asked['first_index']}/approval"
        problem(teacher.post(approval, json={}), 403, "forbidden")
        post(deputy, approval, {}, **tag(deputy, f"/lessons/{lesson}"))
        again = deputy.post(approval, json={}, headers=tag(deputy, f"/lessons/{lesson}"))
        problem(again, 409, "request_answered")

        history = inspector.get(f"/lessons/{lesson}/cells/{school.students[0]}/history").json()
        assert [row["new"] for row in history["rows"]] == ["4", "5", "3", "3"]
        register = inspector.get("/corrections", params={"timing": "after_close"}).json()
        assert [json.loads(row["new"]) for row in register["rows"]] == ["3"]
        diary = inspector.get(f"/students/{school.students[0]}/page", params={"from": DAY, "to": DAY})
        assert diary.status_code == 200, diary.text


def test_the_same_key_and_body_get_the_same_answer_for_ever(server: Served, tmp_path: Path) -> None:
    school = SmallClass(server)
    body = school.lesson()
    answers: list[httpx.Response] = []

    def send() -> None:
        with server.as_("teacher") as teacher:
            answers.append(teacher.post("/lessons", json=body, headers={"Idempotency-Key": "k-1"}))

    size = server.school.recorder.head().size
    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send()
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({(answer.content, answer.headers["location"], answer.headers["etag"]) for answer in answers}) == 1
    assert server.school.recorder.head().size == size + 4
    with server.as_("teacher") as teacher:
        other = teacher.post("/lessons", json={**body, "topic": "Другое"}, headers={"Idempotency-Key": "k-1"})
        problem(other, 422, "key_reused")
        spaced = json.dumps(body, indent=3).encode()
        headers = {"Idempotency-Key": "k-1", "Content-Type": "application/json"}
        assert teacher.post("/lessons", content=spaced, headers=headers).content == answers[0].content


def test_a_lesson_that_moved_is_not_added_to_blindly(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher:
        made = teacher.post("/lessons", json=school.lesson())
        lesson, etag = made.headers["location"].rpartition("/")[2], made.headers["etag"]
        more = {"homework": {"text": "§ 2"}}
        problem(teacher.post(f"/lessons/{lesson}/entries", json=more), 428, "precondition_required")
        for wrong in ('W/"5"', "*", '"5", "6"', "5", '"05"'):
            answer = teacher.post(f"/lessons/{lesson}/entries", json=more, headers={"If-Match": wrong})
            assert answer.status_code == 400, (wrong, answer.text)
        assert teacher.post(f"/lessons/{lesson}/entries", json=more, headers={"If-Match": etag}).status_code == 201
        stale = teacher.post(f"/lessons/{lesson}/entries", json={"homework": None}, headers={"If-Match": etag})
        assert stale.status_code in (409, 412)
        work = {"works": [{"work": str(uuid4()), "kind": "test", "written": True}]}
        stale = teacher.post(f"/lessons/{lesson}/entries", json=work, headers={"If-Match": etag})
        current = problem(stale, 412, "stale")["current"]
        assert stale.headers["etag"] == f'"{current["version"]}"'
        assert next(found for found in current["facts"] if found["what"] == "homework")["value"]["text"] == "§ 2"


BAD_BODIES = {
    "not JSON": (b"{", 400),
    "a duplicate key": (b'{"topic":"a","topic":"b"}', 400),
    "NaN": (b'{"number":NaN}', 400),
    "a fraction": (b'{"number":1.5}', 400),
    "deep nesting": (b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400),
    "wrong UTF-8": (b'{"topic":"\xff"}', 400),
    "an array": (b"[]", 400),
    "an unknown field": (b'{"surprise":1}', 422),
    "a wrong type": (b'{"course":7}', 422),
    "a body too long": (b'{"topic":"' + b"x" * (1 << 20) + b'"}', 413),
}


@pytest.mark.parametrize(("raw", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_refused_kindly_and_writes_nothing(server: Served, raw: bytes, status: int) -> None:
    size = server.school.recorder.head().size
    with server.as_("teacher") as teacher:
        answer = teacher.post("/lessons", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert b"surprise" not in answer.content or status == 422
        form = teacher.post("/lessons", content=b"a=b", headers={"Content-Type": "text/plain"})
        assert form.status_code == 415
    assert server.school.recorder.head().size == size


def test_an_unknown_school_a_malformed_id_and_a_wrong_method_are_told(server: Served) -> None:
    with server.as_("inspector") as client:
        problem(client.get("/lessons/not-an-id"), 404, "not_found")
        problem(client.get(f"/lessons/{uuid4()}"), 404, "not_found")
        problem(client.put("/lessons", json={}), 405, "method_not_allowed")
        problem(client.get("/classes", params={"at": "yesterday"}), 400, "bad_request")
        problem(client.get("/entries/007"), 404, "not_found")
        elsewhere = client.get(f"{server.base}/v1/schools/9999/classes")
        assert elsewhere.status_code in (401, 404)


def test_each_role_may_exactly_what_it_may(server: Served) -> None:
    """And what it may not leaves a trace, whatever it is."""
    admit(server, *(role for role in ROLES if role not in server.tokens))
    for role in [None, *ROLES]:
        refused = []
        with server.as_(role) as client:
            for method, table in (("POST", WRITES), ("GET", READS)):
                for path, allowed in table.items():
                    is_for_another = allowed is TEACHERS and role != "teacher"
                    body = {"on_behalf_of": {"employee": str(uuid4()), "basis": "записка"}} if is_for_another else {}
                    answer = client.request(method, path, json=body if method == "POST" else None)
                    status = answer.status_code
                    refused += [path] if status == 403 else []
                    if role is None:
                        assert status == 401, (method, path)
                    elif method == "GET" and role in LIMITED and path in SCOPED:
                        assert status == 403, (role, method, path, status)
                    elif role in allowed:
                        # What a teacher's path names is nowhere, which is out of reach.
                        is_elsewhere = (role, method) == ("teacher", "POST") and "out_of_reach" in answer.text
                        assert is_elsewhere or status not in (401, 403, 500), (role, method, path, status)
                    else:
                        assert status == 403, (role, method, path, status)
        if role is not None:
            tried = {one.refusal.what for one in server.school.access.log.tried(server.actors[role])}
            assert not [path for path in refused if not any(covers(what, path.partition("?")[0]) for what in tried)], (
                role
            )


def covers(shape: str, path: str) -> bool:
    """Whether a path is of this route."""
    parts, wanted = path.split("/"), shape.split("/")
    if wanted[-1].endswith(":path}") or wanted[-1] == "{place}":
        return parts[: len(wanted) - 1] == wanted[:-1] and len(parts) >= len(wanted)
    return len(parts) == len(wanted) and all(b.startswith("{") or a == b for a, b in zip(parts, wanted, strict=True))


MALFORMED = {"at": "yesterday", "year": "x", "from": "٣", "to": "x", "limit": "-1", "timing": "never", "student": "x"}
MALFORMED_HEADERS = [
    (b"Idempotency-Key", b"not printable \xff"),
    (b"If-Match", b"*"),
    (b"Last-Event-ID", b"x"),
    (b"Content-Type", b"text/plain"),
]


def test_who_may_not_is_told_so_before_anything_else_is_judged(server: Served) -> None:
    admit(server, "class_teacher", "student")
    for role in [None, "teacher", "inspector", "class_teacher", "student"]:
        with server.as_(role) as client:
            for method, table in (("POST", WRITES), ("GET", READS)):
                for example, allowed in table.items():
                    content = b'{"a":1,"a":NaN' if method == "POST" else b""
                    plain = example.partition("?")[0]
                    for path in (plain, re.sub("[0-9a-f]{8}-[0-9a-f-]{27}", "no-id", plain)):
                        answer = client.request(
                            method, path, params=MALFORMED, headers=MALFORMED_HEADERS, content=content
                        )
                        if role is None:
                            problem(answer, 401, "unauthorized")
                        elif role not in allowed:
                            is_own = example == OWN_FILE and method == "GET" and role != "inspector"
                            problem(answer, 403, "out_of_reach" if is_own else "forbidden")


REVOKED = (f"/me/tokens/{'5a' * 6}/revocation", f"/me/passkeys/{'5a' * 6}/removal")


def test_every_route_is_in_the_table_of_rights(server: Served) -> None:
    prefix = "/v1/schools/{school}"
    document = httpx.get(f"{server.base}/openapi.json").json()
    shapes = {path.removeprefix(prefix) for path in document["paths"] if path.startswith(prefix)}
    listed = {path.partition("?")[0] for path in [*WRITES, *READS, *PUBLIC, *ANYBODY, *SESSIONS, *OWN, *REVOKED]}

    assert not [shape for shape in shapes if not any(covers(shape, path) for path in listed)]


def test_a_token_in_the_url_is_not_looked_at(server: Served) -> None:
    with server.as_(None) as client:
        for name in ("token", "access_token", "authorization"):
            problem(client.get("/classes", params={name: server.tokens["inspector"]}), 401, "unauthorized")
        wrong = client.get("/classes", headers={"Authorization": f"Bearer {server.tokens['inspector']}x"})
        assert problem(wrong, 401, "unauthorized")
        assert wrong.headers["www-authenticate"].startswith("Bearer")


def test_the_log_is_served_so_that_anybody_can_check_it(server: Served) -> None:
    SmallClass(server)
    with server.as_("inspector") as inspector, server.as_(None) as nobody:
        signed = inspector.post("/checkpoints")
        assert signed.status_code == 201
        size = signed.json()["size"]
        checkpoint = parse_checkpoint(parse_note(nobody.get("/log/checkpoint").content).text)
        assert checkpoint.size == size == server.school.recorder.head().size
        bundle = parse_bundle(inspector.get(f"/log/tile/entries/000.p/{size}").content, size)
        tile = nobody.get(f"/log/tile/0/000.p/{size}").content
        assert tile == b"".join(leaf_hash(entry) for entry in bundle)
        proof = parse_proof(inspector.get("/entries/3/proof").content)
        verify_inclusion(leaf_hash(bundle[3]), 3, size, proof.hashes, checkpoint.root)
        assert nobody.get(f"/log/tile/0/000.p/{size + 1}").status_code == 404
        lines = inspector.get("/feed.jsonl", params={"from": 2, "limit": 4}).content
        assert lines == b"".join(entry + b"\n" for entry in bundle[2:6])


def test_the_feed_goes_on_after_the_last_event_that_was_seen(server: Served) -> None:
    SmallClass(server)
    size = server.school.recorder.head().size
    with (
        server.as_("inspector") as inspector,
        inspector.stream("GET", "/feed", params={"limit": "3"}, headers={"Last-Event-ID": str(size - 3)}) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        with server.as_("administrator") as admin:
            person = {"kind": "staff", "family_name": "Новый", "given_name": "Имя"}
            post(admin, "/people", person)
        text = "".join(stream.iter_text())
    ids = [int(line[3:].strip()) for line in text.splitlines() if line.startswith("id:")]
    assert ids == [size - 2, size - 1, size]
    assert "event: person_registered/1" in text
