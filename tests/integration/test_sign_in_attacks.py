"""What somebody tries at the door, over HTTP and on both databases: two at once, forms of other sites, strange letters."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from api.identity.limits import LIMITS
from tests.http_class import problem
from tests.http_school import NO_TLS, Served
from tests.integration.test_passkeys import Device, asked, holder, registered, school
from tests.integration.test_signing_in import LOGIN, OTHER, PASSWORD, TEACHER, Person, code_at, invited

__all__ = ["holder", "school"]


Asks = Callable[[], httpx.Response]


def sends(person: Person, path: str, body: dict[str, Any]) -> Asks:
    return lambda: person.ask("POST", path, body)


def at_once(*asks: Asks) -> list[int]:
    """Ask all of them at one moment; the statuses, sorted."""
    barrier = Barrier(len(asks))

    def one(ask: Asks) -> int:
        barrier.wait()
        return ask().status_code

    with ThreadPoolExecutor(len(asks)) as threads:
        return sorted(threads.map(one, asks))


def test_a_code_that_two_send_at_once_lets_one_in(server: Served) -> None:
    person = invited(server, "deputy")
    person.sign_in()
    secret = person.post("/second-factor/set-up")["secret"]
    person.post("/second-factor", {"code": code_at(secret, int(time.time()) - 30)})
    thief, own = Person(server), Person(server)
    for one in (thief, own):
        one.sign_in()
    body = {"code": code_at(secret)}
    assert at_once(sends(thief, "/second-factor", body), sends(own, "/second-factor", body)) == [200, 401]


def test_a_recovery_code_that_two_send_at_once_lets_one_in(school: Served) -> None:
    person = invited(school, "deputy")
    person.sign_in()
    _, told = registered(person)
    thief, own = Person(school), Person(school)
    for one in (thief, own):
        one.sign_in()
    body = {"code": told["recovery_codes"][0]}
    assert at_once(sends(thief, "/second-factor", body), sends(own, "/second-factor", body)) == [200, 401]


def test_a_signature_that_two_send_at_once_lets_one_in(school: Served, holder: tuple[Person, Device]) -> None:
    _, device = holder
    thief, own = Person(school), Person(school)
    body = device.sign(asked(own))
    assert at_once(sends(thief, "/passkeys/sign-in", body), sends(own, "/passkeys/sign-in", body)) == [200, 401]


def test_an_invitation_that_two_accept_at_once_is_spent_once(server: Served) -> None:
    person = invited(server, "teacher")
    with server.as_("administrator") as admin:
        code = admin.post(f"/accounts/{TEACHER}/invitation", json={"login": LOGIN}).json()["code"]
    body = {"code": code, "password": OTHER}
    assert at_once(sends(person, "/invitation", body), sends(Person(server), "/invitation", body)) == [200, 401]


@pytest.mark.parametrize("login", ["orlova\0", "\0", "Orlova", "orlova ", "оrlova", "x" * 5_000, "%s", ":login"])
def test_a_login_of_strange_letters_is_told_as_any_that_is_wrong(server: Served, login: str) -> None:
    person = invited(server, "teacher")
    problem(person.ask("POST", "/sign-in", {"login": login, "password": PASSWORD}), 401, "not_the_holder")


@pytest.mark.parametrize("what", ["tokens/{}/revocation", "passkeys/{}/removal"])
@pytest.mark.parametrize(
    "id_", ["%00", "abcdef01234%00", "ABCDEF012345", "0" * 13, "%25%25%25%25%25%25%25%25%25%25%25%25"]
)
def test_a_token_and_a_passkey_of_strange_letters_are_not_there(server: Served, what: str, id_: str) -> None:
    person = invited(server, "teacher")
    person.sign_in()
    problem(person.ask("POST", "/me/" + what.format(id_), {}), 404, "not_found")


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/json, text/plain"],
)
def test_a_form_signs_nobody_in_or_out(server: Served, media: str) -> None:
    """What a page of another site can send without being asked by the browser first."""
    person = invited(server, "teacher")
    person.sign_in()
    link, told = f"{server.base}/v1/schools/1534", {"Content-Type": media} if media else {}
    cookie = {"Cookie": f"__Host-letopis-1534={person.cookie}"}
    for site in ({}, {"Origin": "null"}, {"Sec-Fetch-Site": "none"}, {"Origin": f"{server.base}.evil.example"}):
        answer = httpx.post(
            f"{link}/sign-out", content=b'{"everywhere":true}', headers=told | cookie | site, verify=NO_TLS
        )
        problem(answer, 403, "other_site")
    answer = httpx.post(
        f"{link}/sign-in",
        content=json.dumps({"login": LOGIN, "password": PASSWORD}).encode(),
        headers=told | {"Origin": server.base},
        verify=NO_TLS,
    )
    problem(answer, 415, "unsupported_media_type")
    assert person.get("/me").status_code == 200


def test_what_a_client_writes_before_its_proxy_changes_no_count(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy is on this very machine and appends whom it saw; all before that is the client's own word."""
    monkeypatch.setitem(LIMITS, "address", 3)

    def attempt(number: int, seen: str) -> int:
        body, own = {"login": f"login{number}", "password": PASSWORD}, f"10.1.1.{number}"
        return Person(server).ask("POST", "/sign-in", body, **{"X-Forwarded-For": f"{own}, {seen}"}).status_code

    assert [attempt(number, "10.0.0.9") for number in range(4)] == [401] * 3 + [429]
    assert attempt(4, "10.0.0.8") == 401
