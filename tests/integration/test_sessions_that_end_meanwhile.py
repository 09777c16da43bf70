"""What ends an account's sessions ends those too that are just being begun: nobody slips in between, on both databases.

A session, a hash or a link is read in one transaction and relied on in the next. Each test does something in between,
or in the very transaction, from a second opening of the store: as another server would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import pytest

from api.identity.kept import NotTheHolder, Registered, Session
from api.identity.store import Secrets
from ledger.errors import LetopisError
from tests.integration.test_identity_on_both_databases import (
    ACCOUNT,
    NOW,
    PASSWORD,
    Opening,
    admitted,
    opening,
)
from tests.integration.test_signing_in import code_at
from tests.overtaken_rows import Overtaken

__all__ = ["opening"]
OTHER: Final = "другая длинная строка"
ISSUER: Final = "https://sso.example"
CREDENTIAL: Final = b"credential"


def session_of(store: Secrets, secret: str) -> Session:
    session = store.session(secret, NOW)
    assert session is not None
    return session


def with_code(store: Secrets) -> str:
    """Give the account an authenticator; returns its secret."""
    session = session_of(store, store.sign_in("orlova", PASSWORD, "::1", NOW)[0])
    spelt, _ = store.enrol(session, NOW)
    store.pass_second(session, code_at(spelt, NOW - 30), NOW)
    return spelt


def with_passkey(store: Secrets) -> None:
    session = session_of(store, store.sign_in("orlova", PASSWORD, "::1", NOW)[0])
    store.passkeys.keep(session, Registered(CREDENTIAL, b"key", 1), "ключ", NOW)


def with_link(store: Secrets) -> None:
    code, _ = store.invite(ACCOUNT, "orlova", NOW)
    invitation = hashlib.sha256(code.encode()).hexdigest()
    store.links.admit(ISSUER, "7", "::1", NOW, invitation=invitation, strong=True)


def by_password(store: Secrets) -> str:
    return store.sign_in("orlova", PASSWORD, "::1", NOW)[0]


def by_passkey(store: Secrets) -> str:
    return store.passkeys.admit(CREDENTIAL, lambda _: 2, None, "::1", NOW)[0]


def at_the_provider(store: Secrets) -> str:
    return store.links.admit(ISSUER, "7", "::1", NOW, invitation=None, strong=True)[0]


def sign_out_everywhere(store: Secrets) -> None:
    store.end_sessions(ACCOUNT)


def change_the_password(store: Secrets) -> None:
    code, _ = store.invite(ACCOUNT, "orlova", NOW)
    store.accept(code, OTHER, "::1", NOW)


def take_the_factor(store: Secrets) -> None:
    store.reset_second(ACCOUNT)


def take_the_passkey(store: Secrets) -> None:
    assert store.passkeys.remove(ACCOUNT, hashlib.sha256(CREDENTIAL).hexdigest()[:12])


def unlink(store: Secrets) -> None:
    assert store.links.unlink(ACCOUNT)


def close_the_account(store: Secrets) -> None:
    store.forget(ACCOUNT)


RACES: Final = (
    (by_password, sign_out_everywhere),
    (by_password, change_the_password),
    (by_password, close_the_account),
    (by_passkey, sign_out_everywhere),
    (by_passkey, take_the_passkey),
    (by_passkey, take_the_factor),
    (by_passkey, close_the_account),
    (at_the_provider, sign_out_everywhere),
    (at_the_provider, unlink),
    (at_the_provider, close_the_account),
)


@pytest.mark.parametrize(("begin", "end"), RACES, ids=lambda act: getattr(act, "__name__", None))
def test_a_session_that_is_just_begun_does_not_outlive_what_ends_all(
    opening: Opening, begin: Callable[[Secrets], str], end: Callable[[Secrets], None]
) -> None:
    store, other = opening(), opening()
    admitted(store)
    with_passkey(store)
    with_link(store)
    mine = Overtaken(store._rows, "INSERT INTO sessions", lambda: end(other))
    store._rows = store.passkeys._rows = store.links._rows = mine
    try:
        secret = begin(store)
    except LetopisError:
        return
    assert other.session(secret, NOW) is None


@pytest.mark.parametrize("end", [sign_out_everywhere, take_the_factor, change_the_password])
def test_nothing_goes_on_from_a_session_that_was_ended_meanwhile(
    opening: Opening, end: Callable[[Secrets], None]
) -> None:
    store, other = opening(), opening()
    admitted(store)
    spelt = with_code(store)
    session = session_of(store, by_password(store))
    end(other)
    with pytest.raises(NotTheHolder):
        store.pass_second(session, code_at(spelt, NOW), NOW)
    with pytest.raises(NotTheHolder):
        store.passkeys.keep(session, Registered(CREDENTIAL, b"key", 1), "ключ", NOW)
    with pytest.raises(NotTheHolder):
        store.change_password(session, PASSWORD, "третья длинная строка", NOW)
    with pytest.raises(NotTheHolder):
        store.sign_out(session)


@pytest.mark.parametrize("is_change", [False, True])
def test_the_old_password_is_not_right_any_more_once_it_was_changed(
    opening: Opening, is_change: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash takes its time on purpose: who tries the stolen one without end is in the midst of it at any moment."""
    store, other = opening(), opening()
    admitted(store)
    session = session_of(store, by_password(store))
    compare = store._passwords.matches

    def slowly(password: str, kept: str | None) -> bool:
        found = compare(password, kept)
        change_the_password(other)
        return found

    monkeypatch.setattr(store._passwords, "matches", slowly)
    with pytest.raises(NotTheHolder):
        if is_change:
            store.change_password(session, PASSWORD, "третья длинная строка", NOW)
        else:
            by_password(store)
    assert other.sign_in("orlova", OTHER, "::1", NOW)[2] == ACCOUNT
    with pytest.raises(NotTheHolder):
        by_password(other)


def test_a_factor_that_is_taken_away_while_its_code_is_judged_is_gone(opening: Opening) -> None:
    """And can be set up again: a confirmed factor without a secret would be one that nobody passes nor takes away."""
    store, other = opening(), opening()
    admitted(store)
    spelt = with_code(store)
    session = session_of(store, by_password(store))
    store._rows = Overtaken(store._rows, "UPDATE credentials SET totp_step", lambda: take_the_factor(other))
    try:
        secret, _ = store.pass_second(session, code_at(spelt, NOW), NOW)
    except NotTheHolder:
        pass
    else:
        assert other.session(secret, NOW) is None
    (login,) = other.logins(ACCOUNT)
    assert not login.has_second_factor
    secret, stage, _ = other.sign_in("orlova", PASSWORD, "::1", NOW)
    assert stage == "single"
    other.enrol(session_of(other, secret), NOW)
