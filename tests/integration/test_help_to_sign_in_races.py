"""Help to sign in that meets other help, a role that changes, or a process that dies: one code, or none, and an entry."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.identity import helping
from api.identity.acting import find_account
from api.schools import open_school
from ledger.errors import Refused
from ledger.journal.commands import (
    AcknowledgeConfidentiality,
    GrantRole,
    HelpSignIn,
    OpenAccount,
    RegisterPerson,
    RevokeRole,
)
from ledger.wire.entry import Actor
from tests.http_class import problem
from tests.http_school import Served
from tests.integration.test_signing_in import (
    LOGIN,
    OTHER,
    PASSWORD,
    TEACHER,
    Person,
    administrator,
    by_two,
    grant,
    opened_as,
)
from tests.school_days import TODAY


def employed(server: Served, *roles: Any, account: str = TEACHER) -> None:
    """An employee's account, with no way in yet."""
    server.school.execute(RegisterPerson(person=account, kind="teacher", sd=()), administrator(server))
    server.school.execute(OpenAccount(account=account, kind="employee"), administrator(server))
    for role in roles:
        grant(server, account, role)


def helps(server: Served, account: str = TEACHER) -> list[str]:
    """What help an account's entries have, the latest first."""
    with server.as_("administrator") as admin:
        rows = {row["account"]: row for row in admin.get("/accounts").json()["rows"]}
    return [one["help"] for one in rows[account]["helped"]]


def at_once(*asked: tuple[httpx.Client, str, Any]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(asked)) as hands:
        waiting = [hands.submit(client.post, path, json=body) for client, path, body in asked]
        return [one.result() for one in waiting]


def test_of_two_answers_at_once_one_is_given(server: Served) -> None:
    employed(server, "deputy")
    other = str(uuid4())
    employed(server, "administrator", account=other)
    server.tokens["other"] = server.school.secrets.make_token(other, "administrator", "т", int(time.time()))
    read = AcknowledgeConfidentiality(account=other, sha256=server.school.confidentiality.sha256)
    server.school.execute(read, Actor(other, "administrator"))
    with server.as_("administrator") as admin, server.as_("director") as director, server.as_("other") as second:
        for _ in range(5):
            body = {"help": "code", "reason": "code_unused"}
            asked = admin.post(f"/accounts/{TEACHER}/help-requests", json=body).json()["first_index"]
            place = f"/accounts/{TEACHER}/help-requests/{asked}/approval"
            answers = at_once((director, place, {"login": LOGIN}), (second, place, {"login": LOGIN}))
            assert sorted(one.status_code for one in answers) == [200, 409]
            (refused,) = (one for one in answers if one.status_code == 409)
            problem(refused, 409, "not_a_request")
    (code,) = (one.json()["code"] for one in answers if one.status_code == 200)
    Person(server).post("/invitation", {"code": code, "password": PASSWORD})
    assert helps(server) == ["code"] * 5


def test_of_two_first_codes_at_once_one_is_the_first_and_one_alone_lets_in(server: Served) -> None:
    employed(server, "teacher")
    with server.as_("administrator") as admin, server.as_("administrator") as again:
        place, body = f"/accounts/{TEACHER}/invitation", {"login": LOGIN}
        answers = at_once((admin, place, body), (again, place, body))
    codes = [one.json()["code"] for one in answers if one.status_code == 200]
    assert helps(server).count("first_code") == 1
    assert len(helps(server)) == len(codes) >= 1
    taken = [Person(server).ask("POST", "/invitation", {"code": code, "password": PASSWORD}) for code in codes]
    assert [one.status_code for one in taken].count(200) == 1


def test_a_role_that_changes_behind_the_look_at_it_counts_at_the_entry(server: Served) -> None:
    """As another server may record it between the two; the account that was looked at is one from before."""
    school = server.school
    employed(server, "teacher")
    technician = Actor(opened_as(server, "employee", "system_administrator", str(TODAY)), "system_administrator")
    looked_at = find_account(school, TEACHER)
    assert looked_at is not None
    deputy = GrantRole(account=TEACHER, role="deputy", starts_on="2020-01-01", basis="приказ № 2")
    if school.file.database == "postgresql":
        with open_school(school.layout.var, background=False) as elsewhere:
            elsewhere.execute(deputy, administrator(server))
    else:
        school.execute(deputy, administrator(server))
    with pytest.raises(Refused) as caught:
        helping.give_code(school, technician, looked_at, LOGIN, helping.Ground())
    assert caught.value.rule == "role_not_allowed"
    held = find_account(school, technician.id)
    assert held is not None
    (entry,) = held.grants
    revoked = RevokeRole(account=technician.id, grant=entry, basis="приказ № 3")
    school.execute(revoked, administrator(server))
    with pytest.raises(Refused) as caught:
        helping.ask(school, technician, looked_at, "first_code", None)
    assert caught.value.rule == "role_not_held_today"
    assert school.secrets.login(TEACHER) is None
    assert helps(server) == []
    other = str(uuid4())
    employed(server, "administrator", account=other)
    with pytest.raises(Refused) as caught:
        helping.give_code(school, Actor(other, "administrator"), looked_at, LOGIN, helping.Ground())
    assert caught.value.rule == "two_people_needed", "the rule took it; the code was void before it was told"
    assert helps(server) == ["first_code"]


def test_a_process_that_dies_behind_the_entry_has_given_nothing_and_a_repeated_request_gives_another_code(
    server: Served,
) -> None:
    """Nobody is told one code twice: a key of a repeated request is not looked at here."""
    school = server.school
    employed(server, "teacher")
    known = find_account(school, TEACHER)
    assert known is not None
    helping.record(school, administrator(server), known, "first_code", helping.Ground())
    assert school.secrets.login(TEACHER) is None
    with server.as_("administrator", **{"Idempotency-Key": "one"}) as admin:
        first, second = (admin.post(f"/accounts/{TEACHER}/invitation", json={"login": LOGIN}).json() for _ in range(2))
    assert helps(server) == ["code", "code", "first_code"]
    assert first["code"] != second["code"]
    person = Person(server)
    problem(person.ask("POST", "/invitation", {"code": first["code"], "password": PASSWORD}), 401, "not_the_holder")
    person.post("/invitation", {"code": second["code"], "password": PASSWORD})


def test_an_answer_of_a_process_that_died_is_asked_for_again(server: Served) -> None:
    school = server.school
    employed(server, "deputy")
    with server.as_("administrator") as admin:
        body = {"help": "first_code", "reason": "first_access"}
        asked = admin.post(f"/accounts/{TEACHER}/help-requests", json=body).json()["first_index"]
    director = Actor(server.actors["director"], "director")
    school.execute(HelpSignIn(account=TEACHER, help="first_code", request=asked), director)
    with server.as_("director") as client:
        place = f"/accounts/{TEACHER}/help-requests/{asked}/approval"
        problem(client.post(place, json={"login": LOGIN}), 409, "not_a_request")
    assert school.secrets.login(TEACHER) is None
    _, given = by_two(server, TEACHER, "code", login=LOGIN)
    Person(server).post("/invitation", {"code": given["code"], "password": OTHER})


def test_a_code_that_was_not_used_lets_nobody_in_to_a_role_that_takes_two(server: Served) -> None:
    """Whoever gave it to a teacher has it still when the teacher becomes deputy."""
    employed(server, "teacher")
    technician = opened_as(server, "employee", "system_administrator", str(TODAY))
    server.tokens["technician"] = server.school.secrets.make_token(
        technician, "system_administrator", "т", int(time.time())
    )
    with server.as_("technician") as client:
        code = client.post(f"/accounts/{TEACHER}/invitation", json={"login": LOGIN}).json()["code"]
    with server.as_("administrator", **{"Idempotency-Key": "grant"}) as admin:
        role = {"role": "deputy", "starts_on": "2020-01-01", "basis": "приказ № 6"}
        assert admin.post(f"/accounts/{TEACHER}/roles", json=role).status_code == 201
        person = Person(server)
        problem(person.ask("POST", "/invitation", {"code": code, "password": PASSWORD}), 401, "not_the_holder")
        given = by_two(server, TEACHER, "code")[1]["code"]
        assert admin.post(f"/accounts/{TEACHER}/roles", json=role).status_code == 201, "the same request again"
    person.post("/invitation", {"code": given, "password": PASSWORD})
