"""Passkeys with a real browser and its virtual authenticator; and what a thief, a copy or another site gets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256, CoseKey
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)
from playwright.sync_api import Browser, Page, expect

from api.identity.webauthn import RelyingParty, read_party
from api.requests import now_seconds
from api.settings import Layout, SettingsError
from tests.http_class import problem
from tests.http_school import Served, make_school, served
from tests.integration.test_signing_in import PASSWORD, TEACHER, Person, acknowledge, by_two, code_at, invited

ADDRESS = "https://journal.example"
UP, UV, AT = 0x01, 0x04, 0x40


@pytest.fixture
def school(database: str, tmp_path: Path) -> Iterator[Served]:
    tokens, actors = make_school(tmp_path, database)
    (tmp_path / "passkeys.json").write_text(json.dumps({"address": ADDRESS}), encoding="utf-8")
    with served(tmp_path, tokens, actors) as server:
        yield server


class Device:
    """An authenticator in a few lines: what it is told to get wrong, it gets wrong."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = sha256(self.key.public_key().public_numbers().x.to_bytes(32)).digest()
        self.count = 0

    def make(self, options: dict[str, Any], name: str = "ключ", **wrong: Any) -> dict[str, str]:
        client = self._client("webauthn.create", options, wrong)
        data = AttestedCredentialData.create(b"\0" * 16, self.credential, _cose(self.key))
        seen = self._data(wrong, data)
        attestation = AttestationObject.create("none", seen, {})
        return {
            "name": name,
            "id": websafe_encode(self.credential),
            "client_data": websafe_encode(client),
            "attestation": websafe_encode(attestation),
        }

    def sign(self, options: dict[str, Any], **wrong: Any) -> dict[str, str]:
        client = self._client("webauthn.get", options, wrong)
        seen = self._data(wrong)
        signature = self.key.sign(bytes(seen) + client.hash, ec.ECDSA(hashes.SHA256()))
        return {
            "id": websafe_encode(wrong.get("credential", self.credential)),
            "client_data": websafe_encode(client),
            "authenticator_data": websafe_encode(seen),
            "signature": websafe_encode(signature),
        }

    def _client(self, kind: str, options: dict[str, Any], wrong: dict[str, Any]) -> CollectedClientData:
        challenge = wrong.get("challenge", websafe_decode(options["publicKey"]["challenge"]))
        kind, origin = wrong.get("type", kind), wrong.get("origin", ADDRESS)
        return CollectedClientData.create(kind, challenge, origin, wrong.get("framed", False))

    def _data(self, wrong: dict[str, Any], made: bytes = b"") -> AuthenticatorData:
        self.count = wrong.get("count", self.count + 1)
        party = sha256(wrong.get("party", "journal.example").encode()).digest()
        flags = wrong.get("flags", UP | UV) | (AT if made else 0)
        seen: AuthenticatorData = AuthenticatorData.create(party, flags, self.count, made)
        return seen


def _cose(key: ec.EllipticCurvePrivateKey) -> CoseKey:
    numbers = key.public_key().public_numbers()
    return ES256({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})


def asked(person: Person, path: str = "/passkeys/challenge") -> dict[str, Any]:
    return person.post(path)


def registered(person: Person, name: str = "ключ") -> tuple[Device, dict[str, Any]]:
    device = Device()
    return device, person.post("/me/passkeys", device.make(asked(person, "/me/passkeys/set-up"), name))


@pytest.fixture
def holder(school: Served) -> tuple[Person, Device]:
    """A deputy who has one passkey, and signed out."""
    person = invited(school, "deputy")
    person.sign_in()
    device, _ = registered(person)
    person.post("/sign-out")
    return person, device


def test_a_passkey_is_both_factors_and_stands_for_one_where_a_password_was_given(school: Served) -> None:
    person = invited(school, "deputy")
    assert person.sign_in()["next"] == "set_up_second_factor"
    before = person.cookie
    device, told = registered(person, "ноутбук")
    assert person.cookie != before
    assert len(told["recovery_codes"]) == 10
    acknowledge(person)
    assert person.get("/classes").status_code == 200
    (row,) = person.get("/me/passkeys").json()["rows"]
    assert (row["id"], row["name"], row["used_on"]) == (told["passkey"], "ноутбук", None)
    person.post("/sign-out")

    assert person.sign_in()["next"] == "second_factor"
    problem(person.get("/classes"), 401, "unauthorized")
    options = asked(person)
    assert [one["id"] for one in options["publicKey"]["allowCredentials"]] == [websafe_encode(device.credential)]
    assert person.post("/passkeys/sign-in", device.sign(options))["next"] == "done"
    assert person.get("/me").json()["stage"] == "full"
    person.post("/sign-out")

    stranger = Person(school)
    options = asked(stranger)
    assert not options["publicKey"].get("allowCredentials")
    assert options["publicKey"]["userVerification"] == "required"
    assert stranger.post("/passkeys/sign-in", device.sign(options))["roles"] == ["deputy"]
    assert stranger.get("/classes").status_code == 200
    # Lost: a recovery code stands for it.
    person.sign_in()
    assert person.post("/second-factor", {"code": told["recovery_codes"][0]})["next"] == "done"


WRONG: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://journal.example.evil.example"},
    "the same host without TLS": {"origin": "http://journal.example"},
    "another host's party": {"party": "evil.example"},
    "another challenge": {"challenge": b"\7" * 32},
    "another kind": {"type": "webauthn.create"},
    "in a frame": {"framed": True},
    "nobody checked": {"flags": UP},
    "nobody was there": {"flags": UV},
    "another credential": {"credential": b"\7" * 32},
    "signed no more often": {"count": 1},
    "signed less often": {"count": 0},
}


@pytest.mark.parametrize("what", WRONG)
def test_an_answer_that_is_not_right_lets_nobody_in(holder: tuple[Person, Device], what: str) -> None:
    person, device = holder
    answer = device.sign(asked(person), **WRONG[what])
    problem(person.ask("POST", "/passkeys/sign-in", answer), 401, "passkey_refused")
    assert not person.cookie
    device.count = 7
    assert person.post("/passkeys/sign-in", device.sign(asked(person)))["next"] == "done"


def test_what_is_no_answer_at_all_is_refused(holder: tuple[Person, Device]) -> None:
    person, device = holder
    for name, value in (
        ("client_data", "%"),
        ("authenticator_data", "AA"),
        ("signature", ""),
        ("id", "é"),
        ("client_data", ""),
    ):
        answer = device.sign(asked(person)) | {name: value}
        problem(person.ask("POST", "/passkeys/sign-in", answer), 401, "passkey_refused")


def test_a_challenge_is_good_once_and_soon_and_for_its_session(
    holder: tuple[Person, Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, device = holder
    answer = device.sign(asked(person))
    person.post("/passkeys/sign-in", answer)
    problem(person.ask("POST", "/passkeys/sign-in", answer), 401, "passkey_refused")
    person.post("/sign-out")

    # Asked by a stranger, answered in a session that a password began; and the other way round.
    options = asked(person)
    person.sign_in()
    problem(person.ask("POST", "/passkeys/sign-in", device.sign(options)), 401, "passkey_refused")
    options = asked(person)
    problem(Person(person.server).ask("POST", "/passkeys/sign-in", device.sign(options)), 401, "passkey_refused")

    options = asked(person)

    monkeypatch.setattr("api.routes.passkeys.now_seconds", lambda: now_seconds() + 121)
    problem(person.ask("POST", "/passkeys/sign-in", device.sign(options)), 401, "passkey_refused")


def test_anothers_passkey_is_no_second_factor(school: Served, holder: tuple[Person, Device]) -> None:
    _, device = holder
    other = invited(school, "deputy", account=f"{TEACHER[:-1]}2", login="petrova")
    other.sign_in()
    problem(other.ask("POST", "/me/passkeys", device.make(asked(other, "/me/passkeys/set-up"))), 409, "identity")
    registered(other)
    other.post("/sign-out")
    other.sign_in()
    problem(other.ask("POST", "/passkeys/sign-in", device.sign(asked(other))), 401, "passkey_refused")


def test_only_who_signed_in_just_now_with_all_factors_registers_and_removes(
    holder: tuple[Person, Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, device = holder
    person.sign_in()
    problem(person.ask("POST", "/me/passkeys/set-up", {}), 401, "unauthorized")
    person.post("/passkeys/sign-in", device.sign(asked(person)))
    thief = Person(person.server)
    thief.cookie = person.cookie
    thief.site = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    problem(thief.ask("POST", "/me/passkeys/set-up", {}), 403, "other_site")

    for wrong in ({"origin": "https://evil.example"}, {"flags": UP}, {"challenge": b"\7" * 32}, {"party": "evil"}):
        answer = Device().make(asked(person, "/me/passkeys/set-up"), **wrong)
        problem(person.ask("POST", "/me/passkeys", answer), 401, "passkey_refused")
    problem(
        person.ask("POST", "/me/passkeys", Device().make(asked(person, "/passkeys/challenge"))), 401, "passkey_refused"
    )
    for name in ("", " ключ", "к" * 51):
        problem(
            person.ask("POST", "/me/passkeys", Device().make(asked(person, "/me/passkeys/set-up"), name)),
            409,
            "identity",
        )

    second, told = registered(person, "запасной")
    assert told["recovery_codes"] == []
    # Of one second, perhaps: then either comes first.
    rows = {row["name"]: row["id"] for row in person.get("/me/passkeys").json()["rows"]}
    assert rows.keys() == {"ключ", "запасной"}

    with monkeypatch.context() as later:
        later.setattr("api.routes.passkeys.now_seconds", lambda: now_seconds() + 601)
        problem(person.ask("POST", "/me/passkeys/set-up", {}), 409, "identity")
        problem(person.ask("POST", f"/me/passkeys/{told['passkey']}/removal", {}), 409, "identity")
    problem(person.ask("POST", f"/me/passkeys/{'0' * 12}/removal", {}), 404, "not_found")
    person.post(f"/me/passkeys/{rows['ключ']}/removal")
    person.post("/sign-out")
    problem(person.ask("POST", "/passkeys/sign-in", device.sign(asked(person))), 401, "passkey_refused")
    assert person.post("/passkeys/sign-in", second.sign(asked(person)))["next"] == "done"


def test_a_first_passkey_ends_what_the_password_alone_began(school: Served) -> None:
    person = invited(school, "deputy")
    thief = Person(school)
    thief.sign_in()
    thief.post("/second-factor/set-up")
    person.sign_in()
    registered(person)
    problem(thief.get("/me"), 401, "unauthorized")
    thief.sign_in()
    problem(thief.ask("POST", "/second-factor", {"code": "000000"}), 401, "not_the_holder")


def test_an_authenticator_that_was_only_begun_is_no_second_factor(holder: tuple[Person, Device]) -> None:
    """Who saw its secret and has the password would be in; it counts once who has all factors gave a code of it."""
    person, device = holder
    person.post("/passkeys/sign-in", device.sign(asked(person)))
    secret = person.post("/second-factor/set-up")["secret"]
    thief = Person(person.server)
    thief.sign_in()
    problem(thief.ask("POST", "/second-factor", {"code": code_at(secret)}), 401, "not_the_holder")
    assert person.post("/second-factor", {"code": code_at(secret)})["next"] == "done"


def test_an_administrator_takes_passkeys_away_with_the_second_factor(
    school: Served, holder: tuple[Person, Device]
) -> None:
    person, device = holder
    by_two(school, TEACHER, "second_factor")
    problem(person.ask("POST", "/passkeys/sign-in", device.sign(asked(person))), 401, "passkey_refused")
    assert person.sign_in()["next"] == "set_up_second_factor"


def test_a_school_without_an_address_takes_no_passkeys(tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path, "sqlite")
    with served(tmp_path, tokens, actors) as server:
        problem(Person(server).ask("POST", "/passkeys/challenge", {}), 404, "not_found")
        problem(
            Person(server).ask("POST", "/passkeys/sign-in", Device().sign({"publicKey": {"challenge": "AA"}})),
            404,
            "not_found",
        )


@pytest.mark.parametrize(
    "address",
    ["http://journal.example", "https://journal.example/", "https://Journal.example", "https://журнал.рф", "https://a@b",
     "https://journal.example:443", "journal.example", "https://"],
)  # fmt: skip
def test_an_address_that_browsers_would_not_show_is_refused(tmp_path: Path, address: str) -> None:
    (tmp_path / "passkeys.json").write_text(json.dumps({"address": address}), encoding="utf-8")
    with pytest.raises(SettingsError):
        read_party(Layout(tmp_path))


def test_a_real_browser_registers_a_passkey_and_signs_in_with_it(school: Served, chromium: Browser) -> None:
    invited(school, "deputy")
    port = school.base.rpartition(":")[2]
    school.school.party = RelyingParty(f"http://localhost:{port}")
    context = chromium.new_context()
    page = context.new_page()
    said: list[str] = []
    asked_for: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked_for.append(request.url))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True}  # fmt: skip
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    answer = page.goto(f"http://localhost:{port}/sign-in/1534")
    assert answer is not None
    assert "script-src 'sha256-" in answer.headers["content-security-policy"]

    give_password(page)
    expect(page.locator("#said")).to_contain_text("второй фактор")
    page.fill("#add [name=name]", "ноутбук")
    page.click("#add button")
    expect(page.locator("#keys li")).to_contain_text("ноутбук")
    expect(page.locator("#recovery")).to_contain_text("Recovery codes")
    page.click("#out")

    page.click("#passkey button")
    expect(page.locator("#said")).to_contain_text("You are signed in.")
    page.click("#out")
    give_password(page)
    expect(page.locator("#code")).to_be_visible()
    page.click("#passkey button")
    expect(page.locator("#said")).to_contain_text("You are signed in.")
    page.click("#out")

    # A holder who does not pass the device's own check is not let in.
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.click("#passkey button")
    expect(page.locator("#said")).to_contain_text("не подтверждён")
    # A copy: the device signs from a lower count than the server has seen.
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    (kept,) = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert kept["signCount"] > 1
    devtools.send("WebAuthn.removeCredential", {"authenticatorId": device, "credentialId": kept["credentialId"]})
    devtools.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": kept | {"signCount": 0}})
    said.clear()
    page.click("#passkey button")
    expect(page.locator("#said")).to_contain_text("The passkey is not taken")
    assert [line for line in said if "401" not in line] == []
    assert {httpx.URL(url).host for url in asked_for} == {"localhost"}
    context.close()


def give_password(page: Page, password: str = PASSWORD) -> None:
    page.fill("[name=login]", "orlova")
    page.fill("[name=password]", password)
    page.click("#password button")
