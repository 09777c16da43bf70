"""Signing in at a real OpenID provider over loopback: who is let in, and what is refused of what comes back."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.identity.limits import LIMITS
from api.identity.openid.flow import open_provider
from api.identity.openid.provider import ANSWER_BYTES_MAX
from api.identity.openid.settings import read_openid
from api.settings import Layout, SettingsError
from api.subject_access import login_of
from ledger.durable import FileRefused
from ledger.journal.account_vocabulary import Role
from ledger.journal.commands import CloseAccount, OpenAccount, RegisterPerson
from tests.http_class import problem
from tests.http_school import Served, make_school, served
from tests.integration.test_signing_in import LOGIN, PASSWORD, TEACHER, Person, administrator, code_at, code_of, grant
from tests.openid_school import (
    CALLBACK,
    CLIENT,
    CLIENT_SECRET,
    Browser,
    ProviderProcess,
    changed,
    configure,
    provider,
)
from tests.school_days import TODAY

SUBJECT = "11223344595"


@pytest.fixture(scope="module")
def known() -> Iterator[ProviderProcess]:
    """One provider for all tests of the module."""
    with provider() as running:
        yield running


@pytest.fixture
def sso(known: ProviderProcess) -> ProviderProcess:
    """The same, with nothing wrong."""
    known.tell(SUBJECT)
    return known


@pytest.fixture
def school(database: str, tmp_path: Path, sso: ProviderProcess) -> Iterator[Served]:
    """A served school that has the provider."""
    tokens, actors = make_school(tmp_path / "school", database)
    configure(tmp_path / "school", sso.issuer, second_factor={"acr": ["high"], "amr": ["otp"]})
    with served(tmp_path / "school", tokens, actors) as running:
        yield running


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory, known: ProviderProcess) -> Iterator[Served]:
    """One school for what is refused, on SQLite, with a teacher who is linked."""
    known.tell(SUBJECT)
    folder = tmp_path_factory.mktemp("linked") / "school"
    tokens, actors = make_school(folder, "sqlite")
    configure(folder, known.issuer, second_factor={"acr": ["high"], "amr": ["otp"]})
    with served(folder, tokens, actors) as running:
        employ(running, "teacher")
        assert Browser(running).sign_in(invitation(running)).json() == {"next": "done", "roles": ["teacher"]}
        yield running


def employ(server: Served, *roles: Role, account: str = TEACHER) -> None:
    server.school.execute(RegisterPerson(person=account, kind="teacher", sd=()), administrator(server))
    server.school.execute(OpenAccount(account=account, kind="employee"), administrator(server))
    for role in roles:
        grant(server, account, role)


def invitation(server: Served, account: str = TEACHER, login: str = LOGIN) -> str:
    return code_of(server, account, login)


def test_a_holder_links_by_an_invitation_once_and_signs_in_from_then_on(school: Served, sso: ProviderProcess) -> None:
    employ(school, "teacher")
    stranger = Browser(school)
    told = problem(stranger.sign_in(), 403, "not_linked")
    assert "ask for an invitation" in told["detail_en"]
    assert not stranger.session
    code = invitation(school)
    person = Browser(school)
    assert person.sign_in(code).json() == {"next": "done", "roles": ["teacher"]}
    problem(person.ask("GET", "/classes"), 403, "confidentiality_not_acknowledged")
    text = person.ask("GET", "/me/confidentiality").json()
    assert person.ask("POST", "/me/confidentiality", {"sha256": text["sha256"]}).status_code == 201
    assert person.ask("GET", "/classes").status_code == 200
    me = person.ask("GET", "/me").json()
    assert (me["account"], me["role"], me["stage"]) == (TEACHER, "teacher", "single")
    again = Browser(school)
    problem(again.ask("POST", "/openid/sign-in", {"code": code}), 401, "not_the_holder")
    assert again.sign_in().json() == {"next": "done", "roles": ["teacher"]}
    assert again.session != person.session
    assert login_of(school.school, TEACHER) == f"{LOGIN}, {sso.issuer}", "is in what is kept of oneself"
    with school.as_("administrator") as admin:
        (row,) = [one for one in admin.get("/accounts").json()["rows"] if one["account"] == TEACHER]
        assert (row["sign_in"]["issuer"], row["sign_in"]["has_password"]) == (sso.issuer, False)
        before = admin.get("/accounts", params={"at": str(row["entry"])}).json()
        assert (before["position"], TEACHER in {one["account"] for one in before["rows"]}) == (row["entry"], False)
        (then,) = [
            one for one in admin.get("/accounts", params={"at": str(row["entry"] + 1)}).json()["rows"]
            if one["account"] == TEACHER
        ]  # fmt: skip
        assert (then["grants"], then["sign_in"]) == ([], None), "opened, and no role yet; sign-ins are no entries"
        assert admin.post(f"/accounts/{TEACHER}/unlinking", json={}).json()["unlinked"] is True
        assert admin.post(f"/accounts/{TEACHER}/unlinking", json={}).json() == {"unlinked": False, "entry": None}
    problem(again.ask("GET", "/me"), 401, "unauthorized")
    problem(Browser(school).sign_in(), 403, "not_linked")


def test_one_subject_is_one_accounts_and_nobody_is_found_by_name(school: Served, sso: ProviderProcess) -> None:
    employ(school, "teacher")
    other = "7e000000-0000-4000-8000-000000000002"
    employ(school, "teacher", account=other)
    Browser(school).sign_in(invitation(school))
    told = problem(Browser(school).sign_in(invitation(school, other, "petrov")), 409, "identity")
    assert "another account" in told["detail_en"]
    sso.tell(LOGIN, spoil={"claims": {"preferred_username": LOGIN, "email": f"{LOGIN}@school.example"}})
    problem(Browser(school).sign_in(), 403, "not_linked")
    sso.tell("another subject")
    assert Browser(school).sign_in(invitation(school, other, "petrov")).json()["next"] == "done"
    assert Browser(school).sign_in(invitation(school)).status_code == 409, "who is linked elsewhere takes nothing over"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_kept_lets_nobody_in_and_says_nobodys_number(
    school: Served, sso: ProviderProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    employ(school, "teacher")
    person, code = Browser(school), invitation(school)
    query = person.visit(person.leave(code))
    cookie = person.cookies["__Host-letopis-1534-openid"]
    person.come_back(query)
    waiting = Browser(school)
    link = waiting.leave()
    secrets = [person.session, cookie, *waiting.cookies.values(), SUBJECT, code, *query.split("&")[0].split("=")[1:]]
    stored = b"".join(file.read_bytes() for file in (tmp_path / "school").rglob("*") if file.is_file())
    assert not [secret for secret in secrets if secret.encode() in stored.replace(CLIENT_SECRET.encode(), b"")]
    (kept,) = [
        file
        for file in (tmp_path / "school").rglob("*")
        if file.is_file() and CLIENT_SECRET.encode() in file.read_bytes()
    ]
    assert (kept.name, kept.stat().st_mode & 0o777) == ("openid.secret", 0o600)
    told = [record.getMessage() for record in caplog.records if record.name.startswith("api")]
    assert not [secret for secret in (*secrets, CLIENT_SECRET) for line in told if secret in line]
    seen = " ".join([link, *person.visited])
    assert not [secret for secret in (person.session, cookie, CLIENT_SECRET, code) if secret in seen]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_account_that_is_closed_or_has_no_role_is_not_let_in(school: Served) -> None:
    employ(school)
    problem(Browser(school).sign_in(invitation(school)), 401, "not_the_holder")
    grant(school, TEACHER, "teacher")
    person = Browser(school)
    assert person.sign_in().json()["next"] == "done"
    closing = CloseAccount(account=TEACHER, reason="dismissed", basis="приказ № 4", last_day=str(TODAY))
    school.school.execute(closing, administrator(school))
    problem(person.ask("GET", "/me"), 401, "unauthorized")
    problem(Browser(school).sign_in(), 401, "not_the_holder")
    employ(school, "teacher", account="7e000000-0000-4000-8000-000000000003")
    code = invitation(school, "7e000000-0000-4000-8000-000000000003", "petrov")
    assert Browser(school).sign_in(code).status_code == 409, "the closed account's link stands until it is taken away"
    school.school.secrets.forget(TEACHER)
    assert (
        Browser(school).sign_in(invitation(school, "7e000000-0000-4000-8000-000000000003", "petrov")).status_code == 200
    )


def test_the_providers_word_is_a_second_factor_only_where_the_settings_say_so(
    school: Served, sso: ProviderProcess
) -> None:
    employ(school, "deputy")
    code = invitation(school)
    first = Browser(school)
    sso.tell(SUBJECT, acr="low", amr=["pwd"])
    assert first.sign_in(code).json() == {"next": "set_up_second_factor", "roles": ["deputy"]}
    problem(first.ask("GET", "/deadlines/office"), 403, "second_factor_needed")
    for told in ({"acr": "high"}, {"amr": ["pwd", "otp"]}):
        sso.tell(SUBJECT, **told)
        strong = Browser(school)
        assert strong.sign_in().json()["next"] == "done"
        assert strong.ask("GET", "/me").json()["stage"] == "full"
    sso.tell(SUBJECT, acr="low", amr=["pwd"])
    own = Browser(school)
    own.sign_in()
    secret = own.ask("POST", "/second-factor/set-up", {}).json()["secret"]
    codes = own.ask("POST", "/second-factor", {"code": code_at(secret, int(time.time()))}).json()["recovery_codes"]
    half = Browser(school)
    assert half.sign_in().json()["next"] == "second_factor", "as with a password"
    problem(half.ask("GET", "/classes"), 401, "unauthorized")
    assert half.ask("POST", "/second-factor", {"code": codes[0]}).json()["next"] == "done"
    assert half.ask("GET", "/me").json()["stage"] == "full"


SPOILT: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "x" * 43}},
    "no nonce": {"claims": {"nonce": None}},
    "another audience": {"claims": {"aud": "another"}},
    "two audiences": {"claims": {"aud": [CLIENT, "another"], "azp": CLIENT}},
    "another party": {"claims": {"azp": "another"}},
    "another issuer": {"claims": {"iss": "https://sso.example"}},
    "an old one": {"claims": {"exp": int(time.time()) - 3_600}},
    "no end": {"claims": {"exp": None}},
    "an end that is no number": {"claims": {"exp": "9999999999"}},
    "of the future": {"claims": {"iat": int(time.time()) + 86_400}},
    "made long before": {"claims": {"iat": int(time.time()) - 86_400}},
    "no beginning": {"claims": {"iat": None}},
    "no subject": {"claims": {"sub": None}},
    "an empty subject": {"claims": {"sub": ""}},
    "a subject that is no text": {"claims": {"sub": 7}},
    "another access token": {"claims": {"at_hash": "x" * 22}},
    "not signed": {"alg": "none"},
    "signed by the client's secret": {"alg": "HS256"},
    "signed by nobody's key": {"key": "another"},
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_token_that_is_not_right_lets_nobody_in(linked: Served, sso: ProviderProcess, what: str) -> None:
    sso.tell(SUBJECT, spoil=SPOILT[what])
    person = Browser(linked)
    problem(person.sign_in(), 401, "provider_refused")
    assert person.cookies.get("__Host-letopis-1534") is None


def test_a_token_that_is_signed_anew_with_nothing_changed_is_taken(linked: Served, sso: ProviderProcess) -> None:
    sso.tell(SUBJECT, spoil={})
    assert Browser(linked).sign_in().status_code == 200


def test_a_way_back_is_gone_once_and_by_the_browser_that_left(linked: Served, sso: ProviderProcess) -> None:
    person = Browser(linked)
    query = person.visit(person.leave())
    problem(Browser(linked).come_back(query), 401, "not_the_holder")
    other = Browser(linked)
    other.leave()
    problem(other.come_back(query), 401, "not_the_holder")
    cookies = dict(person.cookies)
    assert person.come_back(query).status_code == 200
    person.cookies = cookies
    problem(person.come_back(query), 401, "not_the_holder")
    for altered in ({"state": "x" * 43}, {"state": None}):
        person = Browser(linked)
        problem(person.come_back(changed(person.visit(person.leave()), **altered)), 401, "not_the_holder")
    for refused in ({"code": "x" * 43}, {"code": None}, {"iss": "https://sso.example"}, {"iss": None}, {"error": "x"}):
        person = Browser(linked)
        query = person.visit(person.leave())
        problem(person.come_back(changed(query, **refused)), 401, "provider_refused")
        problem(person.come_back(query), 401, "not_the_holder")
    person = Browser(linked)
    query = person.visit(person.leave())
    problem(person.come_back(f"{query}&state=x"), 400, "bad_request")
    assert person.come_back(f"{query}&session_state=x").status_code == 200


def test_a_code_of_somebody_elses_way_is_not_taken(linked: Served) -> None:
    """Whoever plants his own code in another's browser: PKCE binds it to the way that asked for it."""
    thief, victim = Browser(linked), Browser(linked)
    planted = dict(part.split("=") for part in thief.visit(thief.leave()).split("&"))["code"]
    query = victim.visit(victim.leave())
    problem(victim.come_back(changed(query, code=planted)), 401, "provider_refused")


def test_who_says_no_at_the_provider_is_not_let_in(linked: Served, sso: ProviderProcess) -> None:
    sso.tell(SUBJECT, refuse=True)
    person = Browser(linked)
    query = person.visit(person.leave())
    assert "error=access_denied" in query
    problem(person.come_back(query), 401, "provider_refused")


def test_another_site_begins_no_sign_in(linked: Served) -> None:
    person = Browser(linked)
    problem(person.ask("POST", "/openid/sign-in", {}, Origin="https://evil.example"), 403, "other_site")
    problem(person.ask("POST", "/openid/sign-in", {"code": "x"}), 401, "not_the_holder")


def test_a_key_that_the_provider_changed_is_fetched(linked: Served, sso: ProviderProcess) -> None:
    assert Browser(linked).sign_in().status_code == 200
    sso.tell(SUBJECT, rotate=True)
    assert Browser(linked).sign_in().status_code == 200


def test_a_provider_that_says_it_is_another_is_not_asked(sso: ProviderProcess, tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    configure(tmp_path / "school", sso.issuer)
    with served(tmp_path / "school", tokens, actors) as server:
        for discovery in (
            {"issuer": "https://sso.example"},
            {"token_endpoint": "http://sso.example/token"},
            {"jwks_uri": "file:///etc/passwd"},
            {"authorization_endpoint": 7},
            {"padding": "x" * ANSWER_BYTES_MAX},
        ):
            sso.tell(SUBJECT, discovery=discovery)
            problem(Browser(server).ask("POST", "/openid/sign-in", {}), 503, "unavailable")
        sso.tell(SUBJECT)
        assert Browser(server).leave().startswith(sso.issuer), "what was wrong is not remembered"


def test_without_the_provider_passwords_go_on(tmp_path: Path, sso: ProviderProcess) -> None:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    with provider() as own:
        configure(tmp_path / "school", own.issuer)
        with served(tmp_path / "school", tokens, actors) as server:
            employ(server, "teacher")
            person = Browser(server)
            query = person.visit(person.leave())
            own.stop()
            told = problem(person.come_back(query), 503, "unavailable")
            assert "login and password" in told["detail_en"]
            by_password = Person(server)
            by_password.post("/invitation", {"code": invitation(server), "password": PASSWORD})
            assert by_password.sign_in()["next"] == "done"
    with served(tmp_path / "school", tokens, actors) as server:
        answer = Browser(server).ask("POST", "/openid/sign-in", {})
        problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"]


def test_who_begins_too_often_waits_and_passwords_do_not(
    tmp_path: Path, sso: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "provider", 3)
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    configure(tmp_path / "school", sso.issuer)
    with served(tmp_path / "school", tokens, actors) as server:
        statuses = [Browser(server).ask("POST", "/openid/sign-in", {}).status_code for _ in range(4)]
        assert statuses == [200] * 3 + [429]
        problem(Person(server).ask("POST", "/sign-in", {"login": LOGIN, "password": PASSWORD}), 401, "not_the_holder")


def test_a_school_without_a_provider_has_no_such_sign_in(tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    with served(tmp_path / "school", tokens, actors) as server:
        person = Browser(server)
        problem(person.ask("POST", "/openid/sign-in", {}), 404, "not_found")
        problem(person.ask("GET", "/openid/callback"), 404, "not_found")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"issuer": "http://sso.example"}, "issuer"),
        ({"issuer": "https://sso.example?x=1"}, "issuer"),
        ({"issuer": "https://user@sso.example"}, "issuer"),
        ({"callback": "https://journal.example/v1/schools/1535/openid/callback"}, "callback"),
        ({"callback": "http://journal.example/v1/schools/1534/openid/callback"}, "callback"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"algorithms": []}, "algorithms"),
        ({"client_id": ""}, "client_id"),
        ({"sekret": "x"}, "sekret"),
    ],
)
def test_settings_that_are_not_safe_are_refused(tmp_path: Path, changes: dict[str, Any], word: str) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    configure(tmp_path, "https://sso.example/realms/school", **changes)
    with pytest.raises(SettingsError, match=word):
        read_openid(Layout(tmp_path), "1534")


def test_the_clients_secret_is_in_a_file_that_its_owner_alone_reads(tmp_path: Path) -> None:
    assert open_provider(Layout(tmp_path), "1534") is None
    (tmp_path / "keys").mkdir(mode=0o700)
    configure(tmp_path, "https://sso.example/realms/school")
    found = read_openid(Layout(tmp_path), "1534")
    assert found is not None
    assert (found[1], found[0].callback) == (CLIENT_SECRET, CALLBACK)
    secret = tmp_path / "keys" / "openid.secret"
    secret.chmod(0o640)
    with pytest.raises(FileRefused):
        read_openid(Layout(tmp_path), "1534")
    secret.unlink()
    with pytest.raises(SettingsError, match="secret"):
        read_openid(Layout(tmp_path), "1534")
    (tmp_path / "openid.json").write_text(json.dumps({"issuer": 7}), encoding="utf-8")
    with pytest.raises(SettingsError, match="issuer"):
        read_openid(Layout(tmp_path), "1534")
