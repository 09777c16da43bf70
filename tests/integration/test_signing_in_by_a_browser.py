"""Signing in at a real provider with a real browser: leaving by a button, coming back to a page, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from api.identity.openid.flow import open_provider
from api.identity.openid.provider import Provider
from api.problems import MEDIA_TYPE
from api.settings import Layout
from tests.http_class import problem
from tests.http_school import Served, make_school, served
from tests.integration.test_signing_in import TEACHER, code_at
from tests.integration.test_signing_in_at_a_provider import SUBJECT, employ, invitation
from tests.openid_school import CLIENT_SECRET, Browser as Client, ProviderProcess, configure, provider

NAME = "Вход «Школа & Ко» <b>"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@dataclass(frozen=True)
class Portal:
    """A served school, its provider, and a browser that has been nowhere yet."""

    server: Served
    sso: ProviderProcess
    context: BrowserContext
    page: Page

    @property
    def base(self) -> str:
        return f"http://localhost:{self.server.base.rpartition(':')[2]}"

    def open(self, to: str | None = None) -> None:
        self.page.goto(f"{self.base}/sign-in/1534" + ("" if to is None else f"?to={quote(to, safe='')}"))

    def link(self) -> None:
        """Sign in for the first time, by an invitation."""
        self.open()
        self.page.click("#provider summary")
        self.page.fill("#provider [name=code]", invitation(self.server))
        self.page.click("#provider button")
        expect(self.page.locator("#said")).to_contain_text("You are signed in.")

    def said(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)


@pytest.fixture
def portal(database: str, tmp_path: Path, chromium: Browser) -> Iterator[Portal]:
    """Over localhost, whose cookies a browser keeps without TLS."""
    tokens, actors = make_school(tmp_path, database)
    with served(tmp_path, tokens, actors) as server:
        callback = f"http://localhost:{server.base.rpartition(':')[2]}/v1/schools/1534/openid/callback"
        with provider(callback) as sso:
            configure(tmp_path, sso.issuer, callback=callback, name=NAME)
            server.school.provider = open_provider(Layout(tmp_path), "1534")
            sso.tell(SUBJECT)
            context = chromium.new_context(locale="ru-RU")
            yield Portal(server, sso, context, context.new_page())
            context.close()


def test_a_person_signs_in_by_the_button_and_comes_back_to_the_page(portal: Portal) -> None:
    employ(portal.server, "teacher")
    refused: list[str] = []
    portal.page.on("console", lambda message: refused.append(message.text))
    portal.page.on("pageerror", lambda error: refused.append(str(error)))
    portal.open()
    expect(portal.page.locator("#provider button")).to_have_text(f"Войти через {NAME} / Sign in with {NAME}")
    portal.link()
    assert portal.page.url == f"{portal.base}/sign-in/1534", "nothing of the way is left in the address"
    expect(portal.page.locator("#provider")).to_be_hidden()
    portal.page.click("#out")
    expect(portal.page.locator("#password")).to_be_visible()

    portal.page.click("#provider button")
    expect(portal.page.locator("#said")).to_contain_text("You are signed in.")
    portal.page.reload()
    expect(portal.page.locator("#said")).to_contain_text("You are signed in.")
    assert [line for line in refused if "401" not in line] == []


def test_who_asked_for_a_place_gets_there_and_nowhere_else(portal: Portal) -> None:
    employ(portal.server, "teacher")
    portal.link()
    portal.page.click("#out")
    expect(portal.page.locator("#password")).to_be_visible()

    # Asked for without a session: a page says so, its link leads to the sign-in, and from there back.
    place = f"{portal.base}/v1/schools/1534/me?"
    portal.page.goto(place)
    portal.said("Нужно войти.")
    portal.page.click("a")
    portal.page.click("#provider button")
    portal.page.wait_for_url(f"{portal.base}/v1/schools/1534/me")
    assert '"stage":"single"' in portal.page.content()

    # Signed in by now: the page goes on at once, but nowhere else.
    portal.open("/v1/schools/1534/me")
    portal.page.wait_for_url(f"{portal.base}/v1/schools/1534/me")
    for elsewhere in (
        "https://evil.example/v1/schools/1534/me",
        "//evil.example/v1/schools/1534/me",
        "/\\evil.example/v1/schools/1534/me",
        "javascript:alert(1)",
        "/v1/schools/1534/../../../docs",
        "/v1/schools/15345/me",
        "https://",
    ):
        portal.open(elsewhere)
        expect(portal.page.locator("#said")).to_contain_text("You are signed in.")
        assert portal.page.url.startswith(f"{portal.base}/sign-in/1534")


def test_who_was_helped_in_reads_of_it_before_the_page_goes_on(portal: Portal) -> None:
    employ(portal.server, "teacher")
    portal.link()
    expect(portal.page.locator("#help li")).to_have_count(1)
    with portal.server.as_("administrator") as admin:
        assert admin.post(f"/accounts/{TEACHER}/second-factor-reset", json={}).status_code == 200
    portal.open("/v1/schools/1534/me")
    portal.page.click("#provider button")
    expect(portal.page.locator("#help li").first).to_contain_text("второй фактор снят (потеряно устройство)")
    expect(portal.page.locator("#help li").first).to_contain_text("If you did not ask for it, tell the director.")
    assert portal.page.url.startswith(f"{portal.base}/sign-in/1534"), "it does not go on by itself"
    portal.page.click("#on button")
    portal.page.wait_for_url(f"{portal.base}/v1/schools/1534/me")


def test_who_needs_a_second_factor_here_is_asked_for_it_on_the_page(portal: Portal) -> None:
    employ(portal.server, "deputy")
    portal.open("/v1/schools/1534/me")
    portal.page.click("#provider summary")
    portal.page.fill("#provider [name=code]", invitation(portal.server))
    portal.page.click("#provider button")
    expect(portal.page.locator("#said")).to_contain_text("your role needs a second factor")
    secret = portal.page.evaluate("async () => (await ask('/second-factor/set-up', {})).secret")
    code = code_at(secret, int(time.time()))
    told = portal.page.evaluate("async (code) => await ask('/second-factor', { code })", code)
    portal.page.click("#out")
    portal.page.wait_for_url(f"{portal.base}/sign-in/1534?to=*")
    expect(portal.page.locator("#password")).to_be_visible()

    portal.page.click("#provider button")
    expect(portal.page.locator("#said")).to_contain_text("The second factor is needed")
    expect(portal.page.locator("#provider")).to_be_hidden()
    portal.page.fill("#code [name=code]", told["recovery_codes"][0])
    portal.page.click("#code button")
    portal.page.wait_for_url(f"{portal.base}/v1/schools/1534/me")
    assert '"stage":"full"' in portal.page.content()


def test_what_goes_wrong_is_a_page_with_a_way_on(portal: Portal) -> None:
    page = portal.page
    portal.open()
    page.click("#provider button")
    portal.said("Этот вход ни с кем здесь не связан.")
    portal.said("ask for an invitation")
    assert page.evaluate("document.contentType") == "text/html"
    page.reload()
    portal.said("Login, password or code is not right.")
    page.click("a")
    # Else the provider knows already who this is, and asks nobody.
    portal.context.clear_cookies(domain="127.0.0.1")
    portal.sso.tell(SUBJECT, refuse=True)
    page.click("#provider button")
    portal.said("Поставщик не подтвердил вход.")
    page.click("a")
    page.click("#provider summary")
    page.fill("#provider [name=code]", "x")
    page.click("#provider button")
    expect(page.locator("#said")).to_contain_text("Login, password or code is not right")
    portal.sso.stop()
    # As after a start: what the provider said of itself is not known yet.
    known = portal.server.school.provider
    assert known is not None
    portal.server.school.provider = Provider(known.settings, CLIENT_SECRET)
    portal.open()
    page.click("#provider button")
    expect(page.locator("#said")).to_contain_text("поставщик входа не отвечает")


def test_programs_get_json_and_a_way_back_holds_no_place_of_others(portal: Portal) -> None:
    employ(portal.server, "teacher")
    client = Client(portal.server)
    problem(client.ask("GET", "/openid/callback"), 401, "not_the_holder")
    answer = client.ask("GET", "/openid/callback", Accept=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "script" not in answer.text
    assert client.ask("GET", "/openid/callback?state=x&state=y", Accept=HTML).status_code == 400
    assert client.ask("POST", "/sign-in", {}, Accept=HTML).headers["content-type"] == MEDIA_TYPE
    for elsewhere in (
        "https://evil.example",
        "//evil.example",
        "/v1/schools/1535/me",
        "/v1/schools/1534/\\",
        "",
        "x" * 9,
    ):
        problem(client.ask("POST", "/openid/sign-in", {"to": elsewhere}), 422, "unprocessable")
    for spelt in ("%", "/w", "", "Lw"):
        cookies = {"__Host-letopis-1534-openid": f"{'x' * 43}.{spelt}"}
        answer = httpx.get(f"{portal.server.base}/v1/schools/1534/openid/callback", cookies=cookies, verify=False)
        problem(answer, 401, "not_the_holder")


def test_a_school_without_a_provider_shows_no_button(tmp_path: Path, chromium: Browser) -> None:
    tokens, actors = make_school(tmp_path, "sqlite")
    with served(tmp_path, tokens, actors) as server:
        page = chromium.new_page()
        page.goto(f"{server.base}/sign-in/1534")
        expect(page.locator("#password")).to_be_visible()
        expect(page.locator("#provider")).to_be_hidden()
        page.close()
