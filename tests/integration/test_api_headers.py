"""What every answer carries over real HTTP: headers that browsers and caches keep to, and the request's id."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest

from tests.http_rights import PUBLIC, READS, WRITES
from tests.http_school import Served, make_school, served

OUTSIDE = ("/v1/health", "/openapi.json", "/docs", "/", "/nothing")
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("headers") / "school"
    tokens, actors = make_school(folder, "sqlite")
    with served(folder, tokens, actors) as running:
        yield running


def answers(server: Served) -> Iterator[tuple[str, httpx.Response]]:
    """Of every route, with and without a sign-in; of a feed, its first bytes."""
    for role in (None, "administrator"):
        with server.as_(role) as client:
            for method, paths in (
                ("GET", [*READS, *PUBLIC, *(server.base + path for path in OUTSIDE)]),
                ("POST", WRITES),
                ("DELETE", ["/classes"]),
                ("OPTIONS", ["/classes"]),
            ):
                for path in paths:
                    with client.stream(method, path) as answer:
                        next(answer.iter_raw(), b"")
                    yield path, answer


def test_every_answer_says_what_browsers_and_caches_may_do_with_it(server: Served) -> None:
    for path, answer in answers(server):
        headers = answer.headers
        assert {name: headers.get(name) for name in ALWAYS} == ALWAYS, path
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert "camera=()" in headers["permissions-policy"], path
        public = path.startswith("/log/") and answer.status_code == 200 and "entries" not in path
        assert public or "no-store" in headers["cache-control"], path
        assert "strict-transport-security" not in headers, "RFC 6797, 7.2: over TLS alone"
        assert "server" not in headers
        names = [name for name, _ in headers.multi_items()]
        assert len(names) == len(set(names)), (path, names)


def test_over_tls_the_answer_asks_for_tls_from_then_on(server: Served) -> None:
    for path in ("/classes", "/log/checkpoint"):
        with server.as_("inspector") as client:
            headers = client.get(path, headers={"X-Forwarded-Proto": "https"}).headers
        assert headers["strict-transport-security"] == "max-age=31536000"


def test_the_page_may_use_its_own_style_and_nothing_else(server: Served) -> None:
    page = httpx.get(f"{server.base}/docs")
    (style,) = re.findall("<style>(.*)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert allowed.pop("style-src") == f"'sha256-{digest}'"
    assert set(allowed.values()) == {"'none'"}
    assert "style=" not in page.text


def test_every_request_has_an_id_that_its_answer_tells(server: Served) -> None:
    seen = set()
    for path, answer in answers(server):
        told = answer.headers["x-request-id"]
        assert str(UUID(told)) == told, path
        seen.add(told)
    assert len(seen) > 100, "each its own"


def test_a_clients_id_is_taken_only_where_it_is_a_uuid_and_nothing_else(server: Served) -> None:
    good = str(uuid4())
    strange = ["Иванова", "1", good.upper(), good + "0", f"{{{good}}}", f"urn:uuid:{good}", good.replace("-", ""), ""]
    with server.as_("inspector") as client:
        answer = client.get("/lessons/none", headers={"X-Request-ID": good})
        assert answer.headers["x-request-id"] == good
        assert answer.json()["instance"] == f"urn:uuid:{good}"
        for sent in strange:
            told = client.get("/classes", headers=[(b"x-request-id", sent.encode())]).headers["x-request-id"]
            assert UUID(told).hex not in sent.replace("-", "").lower(), sent
        twice = client.get("/classes", headers=[("x-request-id", good), ("x-request-id", good)])
        assert twice.headers["x-request-id"] != good
