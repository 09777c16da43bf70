"""Passkeys: signing in with one, which is both factors at once, and the own ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import reads_nobody
from api.bodies import Nothing, accounts as bodies
from api.identity.kept import PasskeyRefused, Session
from api.identity.webauthn import Answer, RelyingParty
from api.openapi import asks
from api.problems import Problem, unauthorized
from api.requests import (
    convert_body,
    identify,
    now_seconds,
    path_short_id,
    read_body,
    refuse_other_sites,
    refuse_strange_query,
    school_of,
    secret_of_session,
    session_of,
)
from api.routes.sign_in import address_of, let_in, with_session
from api.schools import OpenSchool

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")
router = APIRouter(tags=["sign-in"])


@router.post("/passkeys/challenge", openapi_extra=asks(Nothing))
@reads_nobody("one's own sign-in")
async def ask_for_passkey(request: Request) -> Response:
    """What `navigator.credentials.get` takes: of who gave a password, else of anybody. For two minutes, once."""
    school = school_of(request)
    party = _party(school)
    refuse_other_sites(request, unless_silent=True)
    convert_body(await read_body(request), Nothing)

    def work() -> Response:
        challenge, known = school.secrets.passkeys.begin(_half(request, school), address_of(request), now_seconds())
        return school.json(party.ask(challenge, known))

    return await run_in_threadpool(work)


@router.post("/passkeys/sign-in", openapi_extra=asks(bodies.PasskeyAnswer))
@reads_nobody("one's own sign-in")
async def sign_in_with_passkey(request: Request) -> Response:
    """Begin a session by what a passkey signed, or go on with the one that a password began."""
    school = school_of(request)
    party = _party(school)
    refuse_other_sites(request, unless_silent=True)
    body = convert_body(await read_body(request), bodies.PasskeyAnswer)
    parts = {
        "clientDataJSON": body.client_data,
        "authenticatorData": body.authenticator_data,
        "signature": body.signature,
    }
    answer = Answer({"id": body.id, **parts})

    def work() -> Response:
        now, session, kept = now_seconds(), _half(request, school), school.secrets.passkeys
        challenge = answer.challenge()
        kept.take_up(challenge, "sign_in", session, now)
        found = kept.admit(
            answer.credential(),
            lambda key: party.judge(challenge, answer, key),
            session,
            address_of(request),
            now,
        )
        return let_in(school, *found)

    return await run_in_threadpool(_told, work)


@router.post("/me/passkeys/set-up", openapi_extra=asks(Nothing))
@reads_nobody("one's own sign-in")
async def set_up_passkey(request: Request) -> Response:
    """What `navigator.credentials.create` takes, within ten minutes of signing in. For two minutes, once."""
    school, session = await _session(request)
    party = _party(school)
    convert_body(await read_body(request), Nothing)

    def work() -> Response:
        kept = school.secrets.passkeys
        challenge, login, known = kept.begin_new(session, now_seconds())
        return school.json(party.ask_new(challenge, kept.handle(session.account), login, known))

    return await run_in_threadpool(work)


@router.post("/me/passkeys", status_code=201, openapi_extra=asks(bodies.NewPasskey))
@reads_nobody("one's own sign-in")
async def keep_passkey(request: Request) -> Response:
    """Register a passkey; the session goes on with both factors. The first gives recovery codes, told once."""
    school, session = await _session(request)
    party = _party(school)
    body = convert_body(await read_body(request), bodies.NewPasskey)
    answer = Answer({"id": body.id, "clientDataJSON": body.client_data, "attestationObject": body.attestation})

    def work() -> Response:
        now, kept = now_seconds(), school.secrets.passkeys
        challenge = answer.challenge()
        kept.take_up(challenge, "set_up", session, now)
        secret, passkey, codes = kept.keep(session, party.judge_new(challenge, answer), body.name, now)
        response = with_session(school, {"passkey": passkey, "name": body.name, "recovery_codes": codes}, secret)
        response.status_code = 201
        return response

    return await run_in_threadpool(_told, work)


@router.get("/me/passkeys")
@reads_nobody("one's own sign-in")
async def read_my_passkeys(request: Request) -> Response:
    """The account's own passkeys: name, since when, last day of use."""
    school = school_of(request)
    refuse_strange_query(request)

    def work() -> Response:
        identity = identify(request, school)
        return school.json({"rows": [asdict(one) for one in school.secrets.passkeys.listed(identity.actor)]})

    return await run_in_threadpool(work)


@router.post("/me/passkeys/{passkey}/removal", openapi_extra=asks(Nothing))
@reads_nobody("one's own sign-in")
async def remove_my_passkey(request: Request) -> Response:
    """Remove one of the own passkeys, within ten minutes of signing in; every other session of the account ends."""
    school, session = await _session(request)
    convert_body(await read_body(request), Nothing)
    passkey = path_short_id(request, "passkey")

    def work() -> Response:
        secret = school.secrets.passkeys.remove_own(session, passkey, now_seconds())
        if secret is None:
            raise Problem("not_found", 404)
        return with_session(school, {"removed": passkey}, secret)

    return await run_in_threadpool(work)


async def _session(request: Request) -> tuple[OpenSchool, Session]:
    """The session, signed in at least by a password.

    Raises:
        Problem: 401; 403 for another site.
    """
    school = school_of(request)
    session = await run_in_threadpool(session_of, request, school)
    refuse_strange_query(request)
    if session.stage == "half":
        raise unauthorized()
    return school, session


def _half(request: Request, school: OpenSchool) -> Session | None:
    """The session that a password began and that waits for the second factor."""
    secret = secret_of_session(request, school)
    session = school.secrets.session(secret, now_seconds()) if secret else None
    return session if session is not None and session.stage == "half" else None


def _party(school: OpenSchool) -> RelyingParty:
    """What the school's passkeys are of.

    Raises:
        Problem: 404 where it takes none.
    """
    if school.party is None:
        detail = ("у этой школы нет входа по ключам", "this school takes no passkeys")
        raise Problem("not_found", 404, detail)
    return school.party


def _told(work: Callable[[], _T]) -> _T:
    """Do it; which rule was broken is for the server's log alone."""
    try:
        return work()
    except PasskeyRefused as refusal:
        _logger.warning("passkey: refused: %s", refusal)
        raise
