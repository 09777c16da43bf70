"""Methods over real HTTP: HEAD as GET without its body, and what is allowed where a method is not."""

from __future__ import annotations

import httpx
import pytest

from tests.http_class import SmallClass, problem
from tests.http_rights import PUBLIC, READS, WRITES
from tests.http_school import Served, post

OUTSIDE = ("/v1/health", "/openapi.json", "/docs", "/")
VARY = {"date", "transfer-encoding", "content-length", "x-request-id"}
"""Of a stream, HEAD cannot know what would have come."""


def head_and_get(client: httpx.Client, path: str) -> tuple[httpx.Response, httpx.Response]:
    """The answers to both; of a feed that never ends, the first bytes."""
    with client.stream("GET", path) as got:
        next(got.iter_raw(), b"")
    return client.head(path), got


def test_head_has_the_headers_and_the_rights_of_get_and_no_body(server: Served) -> None:
    school = SmallClass(server)
    real = {
        f"/classes/{school.group}",
        f"/classes/{school.group}/page",
        f"/years/{school.year}",
        "/log/tile/0/000.p/1",
        "/feed",
    }
    with server.as_("inspector") as inspector:
        post(inspector, "/checkpoints", {})
    for role in (None, "administrator", "deputy", "director", "inspector", "teacher"):
        with server.as_(role) as client:
            for path in [*READS, *PUBLIC, *real, *(server.base + path for path in OUTSIDE)]:
                head, got = head_and_get(client, path)
                assert head.status_code == got.status_code, (role, path)
                assert head.content == b""
                assert head.headers.keys() - VARY == got.headers.keys() - VARY, (role, path)
                for name in head.headers.keys() - VARY:
                    assert head.headers[name] == got.headers[name], (role, path, name)
                if got.headers.get("content-length"):
                    assert head.headers["content-length"] == got.headers["content-length"], (role, path)


def test_the_connection_is_in_order_behind_head(server: Served, caplog: pytest.LogCaptureFixture) -> None:
    with server.as_("inspector") as inspector:
        for _ in range(3):
            for path in ("/feed", "/feed.jsonl", "/classes", "/nothing"):
                inspector.head(path)
                assert inspector.get("/classes").json()["rows"] == []
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/classes", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/lessons", "OPTIONS, POST"),
        ("HEAD", "/lessons", "OPTIONS, POST"),
        ("GET", "/lessons", "OPTIONS, POST"),
        ("POST", "/log/checkpoint", "GET, HEAD, OPTIONS"),
        ("PATCH", "/openapi.json", "GET, HEAD, OPTIONS"),
        ("PROPFIND", "/feed", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_allowed_is_told_which_are(server: Served, method: str, path: str, allow: str) -> None:
    with server.as_(None) as nobody:
        answer = nobody.request(method, server.base + path if path in OUTSIDE else path)
        assert answer.headers["allow"] == allow
        assert answer.headers["x-content-type-options"] == "nosniff"
        if method == "HEAD":
            assert (answer.status_code, answer.content) == (405, b"")
        else:
            problem(answer, 405, "method_not_allowed")


def test_options_is_told_what_is_allowed_and_nothing_about_other_origins(server: Served) -> None:
    asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    with server.as_(None) as nobody:
        for path, allow in (
            ("/classes", "GET, HEAD, OPTIONS, POST"),
            ("/log/tile/entries/000", "GET, HEAD, OPTIONS"),
            (server.base + "/v1/health", "GET, HEAD, OPTIONS"),
            (server.base + "/docs", "GET, HEAD, OPTIONS"),
        ):
            answer = nobody.options(path, headers=asks)
            assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", allow)
            assert not [name for name in answer.headers if name.startswith("access-control-")]
        problem(nobody.options("/nothing"), 404, "not_found")


def test_every_route_tells_what_it_allows(server: Served) -> None:
    with server.as_(None) as nobody:
        for method, table in (("GET", [*READS, *PUBLIC]), ("POST", WRITES)):
            for path in table:
                answer = nobody.options(path)
                assert answer.status_code == 204, path
                told = answer.headers["allow"].split(", ")
                assert method in told, path
                assert ("GET" in told) == ("HEAD" in told), path
