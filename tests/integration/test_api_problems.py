"""Errors over real HTTP: their form, their place, and that nothing of the request comes back or goes to the log."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.bodies import FIELD_NAMES
from ledger.errors import LedgerDamaged, NodeReadOnly, OutcomeUnknown
from tests.http_class import SmallClass, problem
from tests.http_school import Served, make_school, post, served

SECRET = "СекретноеИмя"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def sqlite_server(tmp_path: Path) -> Iterator[Served]:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    with served(tmp_path / "school", tokens, actors) as running:
        yield running


BAD = {
    "a duplicate key": ('{"family_name":"%s","family_name":"a"}', 400, "family_name"),
    "a duplicate strange key": ('{"%s":1,"%s":2}', 400, "?"),
    "a fraction under a strange key": ('{"new":{"%s":[0,1.5]}}', 400, "new.?[1]"),
    "NaN": ('{"given_name":NaN}', 400, "given_name"),
    "infinity below": ('{"new":[1,{"text":-Infinity}]}', 400, "new[1].text"),
    "a fraction": ('{"person":1.25}', 400, "person"),
    "a large number": ('{"person":90071992547409931}', 400, "person"),
    "half a surrogate pair": ('{"given_name":"\\ud800"}', 400, "given_name"),
    "half a surrogate pair in a key": ('{"\\udfff":"a"}', 400, "?"),
    "no JSON": ('{"family_name":"%s",}', 400, "line 1 column"),
    "an array": ('["%s"]', 400, ""),
    "an unknown field": ('{"%s":"%s"}', 422, "?"),
    "an unknown kind": ('{"kind":"%s","family_name":"a","given_name":"b"}', 422, "kind"),
    "another type": ('{"kind":"student","family_name":["%s"],"given_name":"b"}', 422, "family_name"),
    "an empty name": ('{"kind":"student","family_name":"","given_name":"%s"}', 422, "family_name"),
    "a line end": ('{"kind":"student","family_name":"a\\n","given_name":"%s"}', 422, "family_name"),
    "a day that is none": (
        '{"kind":"student","family_name":"%s","given_name":"b","birth_date":"2015-02-30"}',
        422,
        "birth",
    ),
    "another script's digits": (
        '{"kind":"student","family_name":"%s","given_name":"b","birth_date":"٢٠١٥-01-01"}',
        422,
        "birth",
    ),
    "no id": ('{"kind":"student","family_name":"%s","given_name":"b","person":"%s"}', 422, "person"),
    "a missing field": ('{"kind":"student","family_name":"%s"}', 422, "given_name"),
}


def test_a_bad_body_is_told_its_place_and_never_its_content(
    sqlite_server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    size = sqlite_server.school.recorder.head().size
    keys = set(sqlite_server.school.layout.vault_keys.rglob("*.key"))
    with sqlite_server.as_("administrator") as admin:
        for name, (text, status, where) in BAD.items():
            answer = admin.post("/people", content=text.replace("%s", SECRET).encode(), headers=JSON)
            told = problem(answer, status, "bad_request" if status == 400 else "unprocessable")
            assert told["where"].startswith(where), (name, told)
            assert where or not told["where"], (name, told)
            assert SECRET not in answer.text, name
            assert "Expected" not in answer.text, (name, "no library's words")
            assert "2015" not in answer.text, name
    assert SECRET not in caplog.text
    assert sqlite_server.school.recorder.head().size == size
    assert set(sqlite_server.school.layout.vault_keys.rglob("*.key")) == keys


def test_wrong_bytes_and_depth_are_refused_with_their_place(sqlite_server: Served) -> None:
    with sqlite_server.as_("administrator") as admin:
        for nothing in ("   ", "\u00a0", "\u200b"):
            body = {"kind": "staff", "family_name": nothing, "given_name": "Б"}
            assert admin.post("/people", json=body).status_code == 422, "a name has something to see"
        told = problem(admin.post("/people", content=b'{"kind":"\xff"}', headers=JSON), 400, "bad_request")
        assert told["where"] == "byte 9"
        deep = b'{"new":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
        problem(admin.post("/people", content=deep, headers=JSON), 400, "bad_request")
        mark = problem(admin.post("/people", content=b"\xef\xbb\xbf{}", headers=JSON), 400, "bad_request")
        assert "BOM" not in json.dumps(mark)
        for media in ("text/plain", "application/x-www-form-urlencoded", ""):
            problem(
                admin.post("/people", content=b"{}", headers={"Content-Type": media}), 415, "unsupported_media_type"
            )


def test_a_body_too_long_is_refused_and_the_next_request_is_answered(sqlite_server: Served) -> None:
    def chunks(count: int) -> Iterator[bytes]:
        for _ in range(count):
            yield b" " * 65_536

    with sqlite_server.as_("administrator") as admin:
        for content in (b" " * (2 << 20), chunks(40)):
            answer = admin.post("/people", content=content, headers=JSON)
            problem(answer, 413, "too_large")
            assert answer.headers["connection"] == "close"
            assert admin.get("/classes").status_code == 200


def test_an_endless_body_is_cut_off(sqlite_server: Served) -> None:
    host, port = sqlite_server.base.removeprefix("http://").split(":")
    head = (
        f"POST /v1/schools/1534/people HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {sqlite_server.tokens['administrator']}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode())
        sent = 0
        try:
            while sent < 64 << 20:
                connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
                sent += 65_536
        except OSError:
            pass
    assert sent < 40 << 20, "the server read on and on"
    with sqlite_server.as_("administrator") as admin:
        assert admin.get("/classes").status_code == 200


def half_a_request(server: Served) -> socket.socket:
    """A connection on which a body of 100 bytes was announced and 10 were sent."""
    host, port = server.base.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(
        f"POST /v1/schools/1534/people HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.tokens['administrator']}\r\nContent-Length: 100\r\n\r\n"
        '{"kind":"s'.encode()
    )
    return connection


def test_a_body_that_does_not_come_is_not_waited_for(sqlite_server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.requests.BODY_SECONDS", 0.3)
    with half_a_request(sqlite_server) as connection:
        answer = connection.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 408 ")
    assert "connection: close" in answer.lower()
    assert "request_timeout" in answer


def test_a_client_that_hangs_up_is_no_error(sqlite_server: Served, caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Event()

    class Ended(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            ended.set()

    with caplog.at_level(logging.DEBUG, "uvicorn.error"):
        logging.getLogger("api.guard").addHandler(handler := Ended())
        try:
            half_a_request(sqlite_server).close()
            assert not ended.wait(1.0), "nothing is logged as unexpected"
        finally:
            logging.getLogger("api.guard").removeHandler(handler)
    assert "Traceback" not in caplog.text
    with sqlite_server.as_("administrator") as admin:
        assert admin.get("/classes").status_code == 200


def test_refused_before_it_is_read_leaves_the_connection_in_order(sqlite_server: Served) -> None:
    with sqlite_server.as_(None) as nobody:
        for _ in range(3):
            answer = nobody.post("/people", content=b" " * (1 << 20), headers=JSON)
            assert problem(answer, 401, "unauthorized")
            assert answer.headers["www-authenticate"] == 'Bearer realm="letopis"'
            assert nobody.get("/log/checkpoint").status_code == 200


def test_rules_of_content_are_422_and_of_state_409(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("administrator") as admin:
        told = problem(teacher.post("/lessons", json=school.lesson(held_on="2026-02-30")), 422, "malformed_date")
        assert told["where"] == "held_on"
        lesson = school.lesson()
        lesson["marks"][0]["value"] = "6"
        assert problem(teacher.post("/lessons", json=lesson), 422, "unknown_code")["where"] == "marks[0].value"
        stranger = school.lesson(course=str(uuid4()))
        assert problem(teacher.post("/lessons", json=stranger), 409, "unknown_course")["where"] == "course"
        for path, body, rule in (
            (
                f"/classes/{uuid4()}/enrollments",
                {"student": school.students[0], "starts_on": "2026-09-01"},
                "unknown_class",
            ),
            (
                f"/courses/{uuid4()}/teachers",
                {"teacher": school.students[0], "starts_on": "2026-09-01"},
                "unknown_course",
            ),
            (f"/periods/{uuid4()}/close", {}, "unknown_period"),
        ):
            problem(admin.post(path, json=body), 404, rule)
        problem(admin.post(f"/periods/{uuid4()}x/close", json={}), 404, "not_found")


QUERIES = {
    "/classes": (
        {"at": "+5"},
        {"at": "05"},
        {"at": "٥"},
        {"at": "-1"},
        {"at": "2026-13-01T00:00:00Z"},
        {"at": "2026-11-01"},
    ),
    "/classes ": ({"year": "x"}, {"at": "1" * 60}, {"at": "0001-01-01T00:00:00+14:00"}),
    "/corrections": ({"from": "2026-02-30"}, {"from": "٢٠٢٦-01-01"}, {"timing": SECRET}, {"student": SECRET}),
    f"/classes/{uuid4()}/page": ({"subject": "a\0b"}, {"subject": ""}, {"subject": "x" * 201}, {"to": "today"}),
    "/feed.jsonl": (
        {"from": "+1"},
        {"from": "-1"},
        {"limit": "1_0"},
        {"from": "9" * 30},
        {"limit": "1.5"},
        {"from": "007"},
    ),
    "/feed": ({"limit": "x"},),
}


def test_a_query_that_a_route_does_not_have_or_has_twice_is_refused(sqlite_server: Served) -> None:
    with sqlite_server.as_("administrator") as admin:
        for path, where in (
            ("/classes?position=1", "?"),
            (f"/classes?{SECRET}=1", "?"),
            ("/classes?at=1&at=2", "at"),
            ("/feed.jsonl?from=0&limit=1&from=1", "from"),
            ("/entries/0?at=1", "?"),
            ("/feed?limit=1&from=1", "?"),
        ):
            answer = admin.get(path)
            assert problem(answer, 400, "bad_request")["where"] == where, path
            assert SECRET not in answer.text
        assert problem(admin.post("/people?dry_run=1", json={}), 400, "bad_request")["where"] == "?"
        assert admin.get("/classes?at=1&year=00000000-0000-4000-8000-00000000001c").status_code == 200
        assert admin.get("/feed?limit=1").status_code == 200
    with sqlite_server.as_(None) as nobody:
        problem(nobody.get("/classes?position=1"), 401, "unauthorized")


def test_a_query_of_another_form_is_refused_by_name(server: Served) -> None:
    with server.as_("inspector") as inspector:
        for path, queries in QUERIES.items():
            for query in queries:
                answer = inspector.get(path.strip(), params=query)
                told = problem(answer, 400, "bad_request")
                assert told["where"] == next(iter(query)), (path, query)
                assert SECRET not in answer.text
        headers = {"Last-Event-ID": "٣"}
        answer = inspector.get("/feed", headers=[(name.encode(), value.encode()) for name, value in headers.items()])
        assert problem(answer, 400, "bad_request")["where"] == "Last-Event-ID"
        assert problem(inspector.get("/classes", params={"at": "999999"}), 404, "not_yet")
        assert inspector.get("/classes", params={"at": "2026-01-01T00:00:00+03:00"}).json()["position"] == 0


def test_nobody_finds_what_is_not_there(sqlite_server: Served) -> None:
    with sqlite_server.as_("inspector") as inspector:
        base = sqlite_server.base
        for path in (
            "/v1/schools/9999/classes",
            "/v1/schools/9999/log/checkpoint",
            "/nowhere",
            "/v1/schools/%00/classes",
        ):
            problem(inspector.get(base + path), 404, "not_found")
        for path in (
            f"/lessons/{str(uuid4()).upper()}",
            "/lessons/..%2f..",
            "/entries/+1",
            "/entries/٣",
            "/entries/99999",
            "/entries/99999/proof",
            "/log/tile/0/001",
            "/log/tile/00/000",
            "/log/tile/0/000.p/0",
            "/log/tile/0/000.p/257",
            "/log/tile/entries/x000",
            "/log/tile/entries/999",
        ):
            problem(inspector.get(path), 404, "not_found")
        wrong = inspector.delete("/lessons")
        problem(wrong, 405, "method_not_allowed")
        assert "POST" in wrong.headers["allow"]


class BoomError(Exception):
    pass


FAULTS = {
    "read-only": (NodeReadOnly("disk I/O error"), 503, "read_only"),
    "unknown outcome": (OutcomeUnknown("k", "lost"), 503, "outcome_unknown"),
    "damaged": (LedgerDamaged("chain_broken", "entry 3", index=3), 500, "damaged"),
    "unexpected": (BoomError(SECRET), 500, "internal"),
}


@pytest.mark.parametrize(("error", "status", "name"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_the_machine_is_told_without_details(
    sqlite_server: Served,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    name: str,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    year = {"title": SECRET, "starts_on": "2026-09-01", "ends_on": "2027-05-31"}
    with sqlite_server.as_("administrator") as admin, caplog.at_level(logging.INFO):
        monkeypatch.setattr(sqlite_server.school.app, "execute", fail)
        answer = admin.post("/years", json=year)
        problem(answer, status, name)
        assert SECRET not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert ("retry-after" in answer.headers) == (status == 503)
        monkeypatch.undo()
        assert admin.post("/years", json=year).status_code == 201
    assert SECRET not in caplog.text
    assert (name == "internal") == ("unexpected BoomError" in caplog.text)


def test_a_latched_node_refuses_until_it_is_verified(sqlite_server: Served) -> None:
    latch = sqlite_server.school.recorder.store.latch  # type: ignore[attr-defined]
    with sqlite_server.as_("administrator") as admin:
        latch.fall("disk I/O error")
        answer = admin.post("/people", json={"kind": "staff", "family_name": "А", "given_name": "Б"})
        problem(answer, 503, "read_only")
        assert httpx.get(f"{sqlite_server.base}/v1/health").json()["schools"]["1534"]["recording"] is False
        assert admin.get("/classes").status_code == 200


def test_health_says_how_far_everything_is(server: Served) -> None:
    SmallClass(server)
    with server.as_("inspector") as inspector:
        post(inspector, "/checkpoints", {})
        inspector.get("/classes")
    found = httpx.get(f"{server.base}/v1/health").json()["schools"]["1534"]
    size = server.school.recorder.head().size
    expected = {
        "size": size,
        "position": size,
        "signed": size,
        "recording": True,
        "views": "level",
        "signing": "running",
    }
    assert found == expected


def test_every_answer_says_how_it_may_be_kept(sqlite_server: Served) -> None:
    with sqlite_server.as_("inspector") as inspector:
        assert inspector.get("/classes").headers["cache-control"] == "private, no-store"
        assert inspector.get("/entries/0").headers["cache-control"] == "private, no-store"
        assert inspector.get("/log/checkpoint").headers["cache-control"] == "no-cache"
        assert inspector.get("/log/tile/0/000.p/1").headers["cache-control"] == "no-cache"


def test_names_that_errors_may_repeat_are_ours() -> None:
    assert "family_name" in FIELD_NAMES
    assert all(name.isascii() and name.islower() for name in FIELD_NAMES)
