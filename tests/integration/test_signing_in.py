"""Signing in over HTTP: passwords, second factors, sessions, roles; and what a stranger, a thief or another site gets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from api.identity.passwords import Cost
from api.requests import now_seconds
from ledger.journal.account import Account
from ledger.journal.account_vocabulary import AccountKind, Role
from ledger.journal.commands import (
    AcknowledgeConfidentiality,
    CloseAccount,
    GrantRole,
    HelpSignIn,
    OpenAccount,
    RegisterPerson,
    RevokeRole,
)
from ledger.vault.disclosure import make_disclosure
from ledger.wire.entry import Actor
from tests.http_class import problem
from tests.http_school import NO_TLS, Served, make_school, served
from tests.integration.test_identity_on_both_databases import secret_of
from tests.school_days import TODAY

PASSWORD, OTHER = "верный конь скрепка", "другая длинная строка"
TEACHER = "7e000000-0000-4000-8000-000000000001"
LOGIN = "orlova"
TOMORROW = str(TODAY + timedelta(days=1))
STRONG: Final[tuple[tuple[AccountKind, Role | None, str], ...]] = (
    ("program", "export_job", str(TODAY)),
    ("employee", "director", TOMORROW),
    ("employee", None, ""),
)
"""Accounts into which no system administrator lets anybody: by a role of today, of tomorrow, or of nobody knows which."""


class Person:
    """A browser: keeps its cookie, and says where its requests come from."""

    def __init__(self, server: Served, login: str = LOGIN, token: str = "") -> None:
        self.server, self.login, self.token = server, login, token
        self.cookie = ""
        self.site: dict[str, str] = {"Origin": server.base, "Sec-Fetch-Site": "same-origin"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {**(self.site if method == "POST" else {}), **headers}
        if self.cookie:
            sent["Cookie"] = f"__Host-letopis-1534={self.cookie}"
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        answer = httpx.request(
            method, f"{self.server.base}/v1/schools/1534{path}", json=body, headers=sent, timeout=60, verify=NO_TLS
        )
        for header in answer.headers.get_list("set-cookie"):
            name, _, rest = header.partition("=")
            assert name == "__Host-letopis-1534"
            assert rest.lower().split("; ", 1)[1] in {
                "httponly; path=/; samesite=strict; secure", "httponly; max-age=0; path=/; samesite=strict; secure",
            }  # fmt: skip
            self.cookie = rest.partition(";")[0].strip('"')
        return answer

    def post(self, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        answer = self.ask("POST", path, body or {}, **headers)
        assert answer.status_code in (200, 201), answer.text
        content: dict[str, Any] = answer.json()
        return content

    def sign_in(self, password: str = PASSWORD) -> dict[str, Any]:
        return self.post("/sign-in", {"login": self.login, "password": password})

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)


def administrator(server: Served) -> Actor:
    return Actor(server.actors["administrator"], "administrator")


def grant(server: Served, account: str, role: Role, **more: Any) -> int:
    command = GrantRole(account=account, role=role, starts_on="2020-01-01", basis="приказ № 2", **more)
    return server.school.execute(command, administrator(server)).first_index


def invited(server: Served, *roles: Role, account: str = TEACHER, login: str = LOGIN) -> Person:
    """A teacher with these roles who set a password; by two people where one of the roles is strong."""
    school = server.school
    school.execute(RegisterPerson(person=account, kind="teacher", sd=()), administrator(server))
    school.execute(OpenAccount(account=account, kind="employee"), administrator(server))
    for role in roles:
        grant(server, account, role)
    person = Person(server, login)
    person.post("/invitation", {"code": code_of(server, account, login), "password": PASSWORD})
    return person


def code_of(server: Served, account: str = TEACHER, login: str = LOGIN) -> str:
    """A first code: of a strong account as the director gives it, for the administrator granted its role."""
    found = server.school.app.aggregate(f"account/{account}")[0]
    assert isinstance(found, Account)
    if found.is_strong:
        return str(by_two(server, account, "first_code", login=login)[1]["code"])
    with server.as_("administrator") as admin:
        answer = admin.post(f"/accounts/{account}/invitation", json={"login": login})
        assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


def acknowledge(person: Person) -> None:
    text = person.get("/me/confidentiality").json()
    person.post("/me/confidentiality", {"sha256": text["sha256"]})


def code_at(secret: str, moment: int | None = None) -> str:
    at = int(time.time()) if moment is None else moment
    return TOTP(secret_of(secret), 6, SHA1(), 30).generate(at).decode()


def test_a_teacher_sets_a_password_signs_in_and_acknowledges_before_seeing_anything(server: Served) -> None:
    person = invited(server, "teacher")
    problem(person.get("/classes"), 401, "unauthorized")
    assert person.sign_in() == {"next": "done", "roles": ["teacher"]}
    problem(person.get("/classes"), 403, "confidentiality_not_acknowledged")
    me = person.get("/me").json()
    assert (me["account"], me["role"], me["rights"], me["acknowledged"]) == (TEACHER, "teacher", [], False)
    text = person.get("/me/confidentiality").json()
    problem(person.ask("POST", "/me/confidentiality", {"sha256": "5a" * 32}), 409, "another_text")
    entry = person.post("/me/confidentiality", {"sha256": text["sha256"]})["first_index"]
    assert person.get("/classes").status_code == 200
    with server.as_("inspector") as inspector:
        recorded = inspector.get(f"/entries/{entry}").json()
    assert (recorded["type"], recorded["actor"]) == (
        "confidentiality_acknowledged/1",
        {"id": TEACHER, "role": "teacher"},
    )
    assert person.post("/sign-out") == {"signed_out": True}
    assert person.cookie == ""
    problem(person.get("/me"), 401, "unauthorized")


def test_a_role_that_is_revoked_a_day_that_is_over_and_a_closed_account_act_on_the_next_request(server: Served) -> None:
    person = invited(server, "teacher")
    person.sign_in()
    acknowledge(person)
    token = person.post("/me/tokens", {"role": "teacher", "label": "расписание"})["token"]
    program = Person(server, token=token)
    assert person.get("/classes").status_code == program.get("/classes").status_code == 200
    account, _ = server.school.app.aggregate(f"account/{TEACHER}")
    (entry,) = account.grants  # type: ignore[union-attr]
    server.school.execute(RevokeRole(account=TEACHER, grant=entry, basis="приказ № 3"), administrator(server))
    for answer in (person.get("/classes"), program.get("/classes"), person.get("/me")):
        problem(answer, 401, "unauthorized")
    grant(server, TEACHER, "class_teacher", ends_on="2020-12-31")
    problem(person.get("/classes"), 401, "unauthorized")
    grant(server, TEACHER, "teacher")
    assert person.get("/classes").status_code == program.get("/classes").status_code == 200
    closing = CloseAccount(account=TEACHER, reason="dismissed", basis="приказ № 4", last_day=str(TODAY))
    server.school.execute(closing, administrator(server))
    for answer in (person.get("/classes"), program.get("/classes"), person.get("/me")):
        problem(answer, 401, "unauthorized")
    with pytest.raises(AssertionError, match="not_the_holder"):
        person.sign_in()


def test_what_a_closing_left_behind_lets_nobody_in_when_the_account_is_opened_again(server: Served) -> None:
    person = invited(server, "teacher")
    person.sign_in()
    acknowledge(person)
    program = Person(server, token=person.post("/me/tokens", {"role": "teacher", "label": "расписание"})["token"])
    # A process that died behind the entry: what `letopis accounts close` forgets next is still there.
    closing = CloseAccount(account=TEACHER, reason="dismissed", basis="приказ № 4", last_day=str(TODAY))
    server.school.execute(closing, administrator(server))
    assert server.school.secrets.tokens(TEACHER) != []
    with server.as_("administrator") as admin:
        opened = admin.post("/accounts", json={"kind": "employee", "account": TEACHER})
        assert opened.status_code == 201, opened.text
        assert server.school.secrets.tokens(TEACHER) == []
        grant(server, TEACHER, "teacher")
        server.school.secrets.make_token(TEACHER, "teacher", "новый", int(time.time()))
        again = admin.post("/accounts", json={"kind": "employee", "account": TEACHER})
        assert again.status_code == 409
    for answer in (person.get("/classes"), program.get("/classes"), person.get("/me")):
        problem(answer, 401, "unauthorized")
    assert [one.label for one in server.school.secrets.tokens(TEACHER)] == ["новый"], "it is open: nothing is forgotten"
    with pytest.raises(AssertionError, match="not_the_holder"):
        person.sign_in()


def test_a_role_that_approves_needs_a_second_factor_and_each_code_is_taken_once(server: Served) -> None:
    person = invited(server, "teacher", "deputy")
    assert person.sign_in()["next"] == "done", "as a teacher, who has one factor"
    problem(person.get("/classes"), 400, "role_not_said")
    as_deputy = {"Letopis-Role": "deputy"}
    problem(person.get("/deadlines/office", **as_deputy), 403, "second_factor_needed")
    problem(person.ask("POST", "/me/role", {"role": "deputy"}), 403, "second_factor_needed")
    made = person.post("/second-factor/set-up")
    assert made["secret"] in made["link"]
    before = person.cookie
    now = int(time.time())
    codes = person.post("/second-factor", {"code": code_at(made["secret"], now)})["recovery_codes"]
    assert len(set(codes)) == 10
    assert person.cookie != before, "a session that gained rights has another name"
    stale = Person(server)
    stale.cookie = before
    problem(stale.get("/me"), 401, "unauthorized")
    acknowledge_as(person, "deputy")
    assert person.post("/me/role", {"role": "deputy"}) == {"role": "deputy"}
    assert person.get("/deadlines/office").status_code == 200
    problem(person.get("/deadlines/office", **{"Letopis-Role": "director"}), 403, "role_not_held")
    problem(person.ask("POST", "/second-factor/set-up", {}), 409, "identity")

    other = Person(server)
    assert other.sign_in()["next"] == "second_factor"
    half = other.cookie
    problem(other.get("/classes"), 401, "unauthorized")
    problem(other.ask("POST", "/me/password", {"old": PASSWORD, "password": OTHER}), 401, "unauthorized")
    assert other.get("/me").json() == {"stage": "half", "next": "second_factor"}
    problem(other.ask("POST", "/second-factor", {"code": code_at(made["secret"], now)}), 401, "not_the_holder")
    assert other.post("/second-factor", {"code": codes[0]})["next"] == "done"
    assert other.cookie != half
    third = Person(server)
    third.sign_in()
    problem(third.ask("POST", "/second-factor", {"code": codes[0]}), 401, "not_the_holder")
    with server.as_("administrator") as admin:
        problem(admin.post(f"/accounts/{TEACHER}/second-factor-reset", json={}), 409, "two_people_needed")
    assert person.get("/me").status_code == 200, "nothing was taken away"
    asked, given = by_two(server, TEACHER, "second_factor")
    assert given == {"reset": True, "entry": asked + 1}
    problem(person.get("/me"), 401, "unauthorized")
    assert third.sign_in()["next"] == "done"


def by_two(server: Served, account: str, help_: str, **answer: str) -> tuple[int, dict[str, Any]]:
    """The administrator asks, the director gives it; the entry that asked, and what the director is told."""
    with server.as_("administrator") as admin:
        made = admin.post(f"/accounts/{account}/help-requests", json={"help": help_, "reason": "lost_device"})
        assert made.status_code == 201, made.text
        place = f"/accounts/{account}/help-requests/{made.json()['first_index']}/approval"
        problem(admin.post(place, json=answer), 403, "second_person_needed")
    with server.as_("director") as director:
        given = director.post(place, json=answer)
        assert given.status_code == 200, given.text
        problem(director.post(place, json=answer), 409, "not_a_request")
    return made.json()["first_index"], given.json()


def test_who_answers_the_own_request_for_help_leaves_a_trace_with_the_account_it_was_about(server: Served) -> None:
    deputy = server.actors["deputy"]
    by_two(server, deputy, "second_factor")
    (tried,) = server.school.access.log.tried(server.actors["administrator"])
    assert (tried.refusal.what, tried.refusal.reason, tuple(tried.refusal.people)) == (
        "/accounts/{account}/help-requests/{request_index}/approval", "rule", (deputy,),
    )  # fmt: skip


def entry_of(server: Served, index: int) -> dict[str, Any]:
    with server.as_("inspector") as inspector:
        found: dict[str, Any] = inspector.get(f"/entries/{index}").json()
    return found


def test_each_help_is_an_entry_that_the_holder_is_told_of(server: Served) -> None:
    person = invited(server, "teacher")
    person.sign_in()
    first = person.get("/me/help").json()
    assert [(one["help"], one["is_new"]) for one in first["rows"]] == [("first_code", False)]
    assert first["people"] == {}, "nobody's name before the duty of confidentiality is acknowledged"
    acknowledge(person)
    with server.as_("administrator") as admin:
        reset = admin.post(f"/accounts/{TEACHER}/second-factor-reset", json={"reason": "in_wrong_hands"}).json()
        again = admin.post(f"/accounts/{TEACHER}/invitation", json={"login": LOGIN}).json()
        rows = {row["account"]: row for row in admin.get("/accounts").json()["rows"]}
        wrong = admin.post(f"/accounts/{TEACHER}/second-factor-reset", json={"reason": "boredom"})
        assert problem(wrong, 422, "unprocessable")["where"] == "reason"
    assert [one["help"] for one in rows[TEACHER]["helped"]] == ["code", "second_factor", "first_code"]
    for index, data in (
        (reset["entry"], {"help": "second_factor", "reason": "in_wrong_hands"}),
        (again["entry"], {"help": "code", "reason": "forgotten_password"}),
    ):
        recorded = entry_of(server, index)
        assert (recorded["type"], recorded["data"]) == ("sign_in_helped/1", data)
        assert again["code"] not in str(recorded)
    person.sign_in()
    told = person.get("/me/help").json()
    assert [(one["help"], one["is_new"], one["entry"]) for one in told["rows"][:2]] == [
        ("code", True, again["entry"]), ("second_factor", True, reset["entry"]),
    ]  # fmt: skip
    helper = told["people"][server.actors["administrator"]]
    assert helper in told["rows"][0]["said"]
    assert "скажите директору" in told["rows"][0]["said"]
    assert "tell the director" in told["rows"][0]["said_en"]


def test_that_a_holder_saw_who_helped_is_a_look_at_an_employee(server: Served) -> None:
    helper = str(uuid4())
    server.school.execute(RegisterPerson(person=helper, kind="staff", sd=()), administrator(server))
    server.school.execute(OpenAccount(account=helper, kind="employee"), administrator(server))
    grant(server, helper, "administrator")
    person = invited(server, "teacher")
    person.sign_in()
    helped = HelpSignIn(account=TEACHER, help="second_factor", reason="lost_device")
    server.school.execute(helped, Actor(helper, "administrator"))
    person.get("/me/help")
    (look,) = server.school.access.log.seen(actors=frozenset({TEACHER}))
    assert (look.look.what, look.look.people) == ("/me/help", (helper,))


def test_a_strong_role_gets_another_code_by_two_people_and_a_technician_may_ask(server: Served) -> None:
    invited(server, "deputy")
    technician = opened_as(server, "employee", "system_administrator", str(TODAY))
    server.tokens["technician"] = server.school.secrets.make_token(
        technician, "system_administrator", "т", int(time.time())
    )
    acknowledged = AcknowledgeConfidentiality(account=technician, sha256=server.school.confidentiality.sha256)
    server.school.execute(acknowledged, Actor(technician, "system_administrator"))
    body = {"help": "code", "reason": "forgotten_password"}
    with server.as_("administrator") as admin:
        before = server.school.secrets.login(TEACHER)
        problem(admin.post(f"/accounts/{TEACHER}/invitation", json={"login": "another"}), 409, "two_people_needed")
        assert server.school.secrets.login(TEACHER) == before, "what was not recorded was not done"
        problem(admin.post(f"/accounts/{TEACHER}/help-requests", json={**body, "help": "token"}), 422, "unprocessable")
    with server.as_("technician") as client:
        asked = client.post(f"/accounts/{TEACHER}/help-requests", json=body).json()["first_index"]
        problem(client.post(f"/accounts/{TEACHER}/help-requests/{asked}/approval", json={}), 403, "forbidden")
    with server.as_("director") as director:
        (waits,) = director.get("/help-requests").json()["rows"]
        assert (waits["account"], waits["entry"], waits["help"], waits["actor"]) == (TEACHER, asked, "code", technician)
        place = f"/accounts/{TEACHER}/help-requests/{asked}"
        problem(director.post(f"{place}/approval", json={"login": "Ы"}), 409, "identity")
        given = director.post(f"{place}/approval", json={}).json()
        assert director.get("/help-requests").json()["rows"] == []
    assert entry_of(server, given["entry"])["data"] == {**body, "request": asked}
    Person(server).post("/invitation", {"code": given["code"], "password": OTHER})
    assert Person(server).sign_in(OTHER)["next"] == "set_up_second_factor"
    with server.as_("technician") as client:
        asked = client.post(f"/accounts/{TEACHER}/help-requests", json=body).json()["first_index"]
    with server.as_("director") as director:
        place = f"/accounts/{TEACHER}/help-requests/{asked}"
        assert director.post(f"{place}/refusal", json={"basis": "записка № 1"}).status_code == 201
        problem(director.post(f"{place}/approval", json={}), 409, "not_a_request")


def test_an_administrator_makes_no_second_person_of_himself(server: Served) -> None:
    """Another director, whom one person opened, strengthened and let in, would answer all that this person asks."""
    role = {"role": "director", "starts_on": "2020-01-01", "basis": "приказ № 6"}
    with server.as_("administrator") as admin:
        first, second = (admin.post("/accounts", json={"kind": "employee", "name": "Я сам"}) for _ in range(2))
        one, other = (str(made.json()["streams"]).split("'")[1].partition("/")[2] for made in (first, second))
        assert admin.post(f"/accounts/{one}/roles", json=role).status_code == 201
        problem(admin.post(f"/accounts/{one}/invitation", json={"login": "one"}), 409, "two_people_needed")
        assert admin.post(f"/accounts/{other}/invitation", json={"login": "other"}).status_code == 200
        problem(admin.post(f"/accounts/{other}/roles", json=role), 409, "let_in_alone")
        assert server.school.secrets.login(one) is None
    by_two(server, other, "code")
    with server.as_("administrator") as admin:
        assert admin.post(f"/accounts/{other}/roles", json=role).status_code == 201


def test_the_director_does_not_answer_for_the_own_account(server: Served) -> None:
    account = server.actors["director"]
    with server.as_("administrator") as admin:
        body = {"help": "second_factor", "reason": "lost_device"}
        asked = admin.post(f"/accounts/{account}/help-requests", json=body).json()["first_index"]
    with server.as_("director") as director:
        problem(director.post(f"/accounts/{account}/help-requests/{asked}/approval", json={}), 403, "own_help")


def acknowledge_as(person: Person, role: str) -> None:
    text = person.get("/me/confidentiality", **{"Letopis-Role": role}).json()
    person.post("/me/confidentiality", {"sha256": text["sha256"]}, **{"Letopis-Role": role})


def test_a_session_that_somebody_brings_along_is_never_taken_up(server: Served) -> None:
    person = invited(server, "teacher")
    person.cookie = planted = "x" * 43
    person.sign_in()
    assert person.cookie != planted
    thief = Person(server)
    thief.cookie = planted
    problem(thief.get("/me"), 401, "unauthorized")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_change_that_another_site_asks_for_is_refused(signed_in: Person, headers: dict[str, str]) -> None:
    server = signed_in.server
    before = signed_in.site
    size = server.school.recorder.head().size
    signed_in.site = headers
    try:
        for path in ("/lessons", "/sign-out", "/me/password"):
            problem(signed_in.ask("POST", path, {}), 403, "other_site")
        if headers:
            body = {"login": LOGIN, "password": PASSWORD}
            problem(signed_in.ask("POST", "/sign-in", body), 403, "other_site")
    finally:
        signed_in.site = before
    assert signed_in.get("/me").status_code == 200
    assert server.school.recorder.head().size == size


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    folder = tmp_path_factory.mktemp("signed") / "school"
    tokens, actors = make_school(folder, "sqlite")
    with served(folder, tokens, actors) as server:
        person = invited(server, "teacher")
        person.sign_in()
        yield person


def test_strangers_wait_and_learn_nothing(database: str, tmp_path: Path) -> None:
    """The same answer to who is not there and to who is, from the first try to the last; also after a restart."""
    tokens, actors = make_school(tmp_path / "school", database)
    with served(tmp_path / "school", tokens, actors) as server:
        person = invited(server, "teacher")
        tries = {login: [] for login in (LOGIN, "nobody")}  # type: dict[str, list[tuple[int, Any]]]
        for login, answers in tries.items():
            for _ in range(6):
                answer = person.ask("POST", "/sign-in", {"login": login, "password": "wrong wrong wrong"})
                answers.append((answer.status_code, answer.json()["type"]))
                assert answer.status_code == 401 or int(answer.headers["retry-after"]) > 20
        assert tries[LOGIN] == tries["nobody"]
        assert [status for status, _ in tries[LOGIN]] == [401] * 5 + [429]
        right = person.ask("POST", "/sign-in", {"login": LOGIN, "password": PASSWORD})
        assert problem(right, 429, "too_many_tries")["detail_en"].startswith("wait ")
    with served(tmp_path / "school", tokens, actors) as server:
        person = Person(server)
        assert person.ask("POST", "/sign-in", {"login": LOGIN, "password": PASSWORD}).status_code == 429


def test_a_whole_staff_that_signs_in_at_once_makes_nobody_else_wait(tmp_path: Path) -> None:
    """Hashes are made two at once on purpose; who waits for one holds no thread that others need."""
    tokens, actors = make_school(tmp_path, "sqlite")
    with served(tmp_path, tokens, actors) as server, ThreadPoolExecutor(48) as staff:
        server.school.password_cost = Cost(time=3, memory_kib=32_768, lanes=1)
        tries = [Person(server, f"login{number}") for number in range(48)]
        asked = {"password": PASSWORD}
        waiting = [staff.submit(one.ask, "POST", "/sign-in", {"login": one.login, **asked}) for one in tries]
        next(as_completed(waiting))
        before = sum(one.done() for one in waiting)
        with server.as_("teacher") as teacher:
            assert teacher.get("/classes").status_code == 200
        assert sum(one.done() for one in waiting) - before < 7
        assert {one.result().status_code for one in waiting} == {401}


def test_another_password_ends_every_other_session(server: Served) -> None:
    person, other = invited(server, "teacher"), Person(server)
    person.sign_in()
    other.sign_in()
    wrong = {"old": OTHER, "password": OTHER}
    problem(person.ask("POST", "/me/password", wrong), 401, "not_the_holder")
    problem(person.ask("POST", "/me/password", {"old": PASSWORD, "password": "short"}), 422, "weak_password")
    problem(
        person.ask("POST", "/me/password", {"old": PASSWORD, "password": f"{LOGIN} 123456789"}), 422, "weak_password"
    )
    person.post("/me/password", {"old": PASSWORD, "password": OTHER})
    assert person.get("/me").status_code == 200
    problem(other.get("/me"), 401, "unauthorized")
    other.sign_in(OTHER)
    person.post("/sign-out", {"everywhere": True})
    problem(other.get("/me"), 401, "unauthorized")


def test_a_cookie_that_was_stolen_makes_no_other_way_in(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes behind the sign-in; a token would stay when the password is changed."""
    person = invited(server, "teacher")
    person.sign_in()
    thief = Person(server)
    thief.cookie = person.cookie
    token = {"role": "teacher", "label": "расписание"}
    with monkeypatch.context() as later:
        later.setattr("api.routes.sign_in.now_seconds", lambda: now_seconds() + 601)
        told = problem(thief.ask("POST", "/second-factor/set-up", {}), 409, "identity")
        assert told["detail_en"] == "sign in again: it was long ago"
        problem(thief.ask("POST", "/me/tokens", token), 409, "identity")
        assert thief.get("/me").status_code == 200, "what it is good for until then is not taken away"
    person.post("/me/tokens", token)
    person.post("/second-factor/set-up")


def test_a_first_code_ends_what_the_password_alone_began(server: Served) -> None:
    person, thief = invited(server, "teacher", "deputy"), Person(server)
    thief.sign_in()
    person.sign_in()
    made = person.post("/second-factor/set-up")
    person.post("/second-factor", {"code": code_at(made["secret"])})
    problem(thief.get("/me"), 401, "unauthorized")
    assert person.get("/me").json()["stage"] == "full"
    assert thief.sign_in()["next"] == "second_factor"


def test_an_invitation_is_used_once_and_its_code_told_once(server: Served) -> None:
    person = invited(server, "teacher")
    with server.as_("administrator") as admin:
        code = admin.post(f"/accounts/{TEACHER}/invitation", json={"login": LOGIN}).json()["code"]
        later = admin.post(f"/accounts/{TEACHER}/invitation", json={"login": LOGIN}).json()["code"]
        problem(person.ask("POST", "/invitation", {"code": code, "password": OTHER}), 401, "not_the_holder")
        person.post("/invitation", {"code": later, "password": OTHER})
        problem(person.ask("POST", "/invitation", {"code": later, "password": PASSWORD}), 401, "not_the_holder")
        for login in ("Or", "орлова", "a b"):
            problem(admin.post(f"/accounts/{TEACHER}/invitation", json={"login": login}), 409, "identity")
        director = server.actors["director"]
        problem(admin.post(f"/accounts/{director}/invitation", json={"login": LOGIN}), 409, "identity")
    person.sign_in(OTHER)


def test_tokens_are_cut_to_rights_listed_and_revoked(server: Served) -> None:
    person = invited(server, "teacher")
    person.sign_in()
    acknowledge(person)
    problem(person.ask("POST", "/me/tokens", {"role": "deputy", "label": "x"}), 403, "role_not_held")
    wrong = {"role": "teacher", "label": "x", "rights": ["approve"]}
    problem(person.ask("POST", "/me/tokens", wrong), 422, "unprocessable")
    problem(person.ask("POST", "/me/tokens", {"role": "teacher", "label": "x", "days": 367}), 409, "identity")
    made = person.post("/me/tokens", {"role": "teacher", "label": "чтение", "rights": ["read_setup"]})
    program = Person(server, token=made["token"])
    assert program.get("/classes").status_code == 200
    problem(program.ask("POST", "/lessons", {}), 403, "forbidden")
    problem(program.ask("POST", "/me/tokens", {"role": "teacher", "label": "y"}), 401, "unauthorized")
    (row,) = person.get("/me/tokens").json()["rows"]
    assert (row["label"], row["rights"], row["used_on"]) == (
        "чтение",
        ["read_setup"],
        time.strftime("%F", time.gmtime()),
    )
    assert made["token"] not in str(row)
    with server.as_("administrator") as admin:
        assert admin.get(f"/accounts/{TEACHER}/tokens").json()["rows"] == [row]
        body = {"role": "teacher", "label": "чужой"}
        problem(admin.post(f"/accounts/{TEACHER}/tokens", json=body), 403, "not_a_program")
    person.post(f"/me/tokens/{row['token']}/revocation")
    problem(program.get("/classes"), 401, "unauthorized")


def opened_as(server: Served, kind: AccountKind, role: Role | None, starts_on: str) -> str:
    """An account of nobody in the register, with a role from a day on, or without."""
    account = str(uuid4())
    name = make_disclosure("account_name", "Кто-то")
    server.school.vault.keep(account, "person", [name.text])
    server.school.execute(OpenAccount(account=account, kind=kind, name=name.digest), administrator(server))
    if role is not None:
        granted = GrantRole(account=account, role=role, starts_on=starts_on, basis="приказ № 9")
        server.school.execute(granted, administrator(server))
    return account


def test_administrators_open_accounts_and_a_system_administrator_lets_nobody_in_above_himself(server: Served) -> None:
    with server.as_("administrator") as admin:
        body = {"kind": "employee", "name": "Сергеев Техник"}
        opened = admin.post("/accounts", json=body)
        assert opened.status_code == 201, opened.text
        (stream,) = opened.json()["streams"]
        account = stream.partition("/")[2]
        role = {"role": "system_administrator", "starts_on": "2020-01-01", "basis": "приказ № 5"}
        granted = admin.post(f"/accounts/{account}/roles", json=role)
        assert granted.status_code == 201, granted.text
        rows = {row["account"]: row for row in admin.get("/accounts").json()["rows"]}
        assert [one["role"] for one in rows[account]["grants"]] == ["system_administrator"]
        assert admin.get("/accounts").json()["people"][account] == "Сергеев Техник"
        mine = {"role": "director", "starts_on": "2020-01-01", "basis": "приказ № 6"}
        told = problem(admin.post(f"/accounts/{server.actors['administrator']}/roles", json=mine), 403, "own_role")
        assert told["clause"] == "1.5"
    server.tokens["technician"] = server.school.secrets.make_token(
        account, "system_administrator", "т", int(time.time())
    )
    with server.as_("technician") as technician:
        assert technician.get("/accounts").json()["people"] == {}
        director, teacher = server.actors["director"], server.actors["teacher"]
        problem(technician.post(f"/accounts/{director}/invitation", json={"login": "chief"}), 403, "forbidden")
        problem(technician.post(f"/accounts/{director}/second-factor-reset", json={}), 403, "forbidden")
        assert technician.post(f"/accounts/{teacher}/invitation", json={"login": "maths"}).status_code == 200
        for path in ("/classes", "/people/" + teacher, "/entries/0"):
            problem(technician.get(path), 403, "forbidden")
    with server.as_("administrator") as admin:
        place = f"/accounts/{account}/roles/{granted.json()['first_index']}/revocation"
        assert admin.post(place, json={"basis": "приказ № 7"}).status_code == 201
        closing = {"reason": "dismissed", "basis": "приказ № 8"}
        for last_day, status, rule in ((None, 422, "malformed_date"), (TOMORROW, 409, "dismissed_later")):
            wrong = admin.post(f"/accounts/{account}/closing", json={**closing, "last_day": last_day})
            assert (wrong.status_code, wrong.json()["rule"]) == (status, rule)
        closing["last_day"] = str(TODAY)
        assert admin.post(f"/accounts/{account}/closing", json=closing).status_code == 201
        (listed,) = [one for one in admin.get("/accounts").json()["rows"] if one["account"] == account]
        assert (listed["reason"], listed["last_day"]) == ("dismissed", str(TODAY))
    assert server.school.secrets.tokens(account) == []


def test_a_system_administrator_lets_nobody_in_where_more_may_be_seen_now_or_later(server: Served) -> None:
    technician = opened_as(server, "employee", "system_administrator", str(TODAY))
    secret = server.school.secrets.make_token(technician, "system_administrator", "т", int(time.time()))
    server.tokens["technician"] = secret
    acknowledged = AcknowledgeConfidentiality(account=technician, sha256=server.school.confidentiality.sha256)
    server.school.execute(acknowledged, Actor(technician, "system_administrator"))
    tried = []
    for kind, role, starts_on in STRONG:
        strong = opened_as(server, kind, role, starts_on)
        token = {"role": role, "label": "выгрузка"}
        bodies = {"invitation": {"login": "later"}, "second-factor-reset": {}, "unlinking": {}}
        with server.as_("technician") as client:
            for path, body in (bodies | ({"tokens": token} if kind == "program" else {})).items():
                problem(client.post(f"/accounts/{strong}/{path}", json=body), 403, "forbidden")
                tried.append((f"/accounts/{{account}}/{path}", (strong,)))
        if kind == "program":
            with server.as_("administrator") as admin:
                assert admin.post(f"/accounts/{strong}/tokens", json=token).status_code == 201
    traces = [one.refusal for one in server.school.access.log.tried(technician)]
    assert [(one.what, one.people) for one in traces] == tried


def test_nothing_secret_is_in_a_file_a_log_or_an_entry(
    server: Served, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    person = invited(server, "teacher")
    person.sign_in()
    made = person.post("/second-factor/set-up")
    codes = person.post("/second-factor", {"code": code_at(made["secret"])})["recovery_codes"]
    acknowledge(person)
    token = person.post("/me/tokens", {"role": "teacher", "label": "l"})["token"]
    person.ask("POST", "/sign-in", {"login": PASSWORD, "password": "typed into the wrong field"})
    secrets = [PASSWORD, person.cookie, token, made["secret"], *codes]
    raw = [secret.encode() for secret in secrets] + [secret_of(made["secret"])]
    stored = b"".join(file.read_bytes() for file in (tmp_path / "school").rglob("*") if file.is_file())
    stored += b"\n".join(server.school.recorder.entries(0, server.school.recorder.head().size))
    if server.school.file.database == "postgresql":
        stored += _dump(server)
    assert not [secret for secret in raw if secret in stored]
    assert not [secret for secret in secrets if secret in caplog.text]


def _dump(server: Served) -> bytes:
    import os

    import psycopg

    tables = ("credentials", "recovery_codes", "invitations", "tokens", "sessions", "attempts")
    with psycopg.connect(os.environ["LETOPIS_POSTGRES_DSN"]) as connection:
        rows = [connection.execute(f"SELECT * FROM identity.{table}").fetchall() for table in tables]
    assert all(rows[index] for index in (0, 1, 3, 4)), "what is looked through is there"
    return repr(rows).encode() + b"".join(bytes(cell) for row in rows[0] for cell in row if isinstance(cell, bytes))
