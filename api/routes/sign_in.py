"""Signing in and out, the second factor, the own account: what anybody may, once it is shown who it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import answer_recorded, reads, reads_nobody
from api.auth import RIGHTS, needs_second_factor
from api.bodies import Nothing, accounts as bodies
from api.identity.acting import find_account, grants_today, of_session, roles_of, roles_today
from api.identity.helping import own_help
from api.identity.kept import NotTheHolder, Session, Stage, Token
from api.identity.passwords import AT_ONCE
from api.identity.program_tokens import check_label
from api.openapi import asks
from api.problems import Problem, unauthorized
from api.requests import (
    convert_body,
    cookie_name,
    factor_needed,
    identify,
    now_seconds,
    path_short_id,
    read_body,
    refuse_other_sites,
    refuse_strange_query,
    role_not_held,
    school_of,
    session_of,
    stated_reason,
)
from api.schools import OpenSchool
from ledger.journal.commands import AcknowledgeConfidentiality
from ledger.wire.entry import Actor

router = APIRouter(tags=["sign-in"])


@router.post("/sign-in", openapi_extra=asks(bodies.SignIn))
@reads_nobody("one's own sign-in")
async def sign_in(request: Request) -> Response:
    """Begin a session; `next` says whether a code of the second factor follows, or one is to be set up first."""
    school = school_of(request)
    refuse_other_sites(request, unless_silent=True)
    body = convert_body(await read_body(request), bodies.SignIn)

    def work() -> Response:
        secret, stage, account = school.secrets.sign_in(body.login, body.password, address_of(request), now_seconds())
        return let_in(school, secret, stage, account)

    return await _hashed(request, work)


@router.post("/invitation", openapi_extra=asks(bodies.Acceptance))
@reads_nobody("one's own sign-in")
async def accept_invitation(request: Request) -> Response:
    """Set the password that an invitation's code is for; then sign in with it."""
    school = school_of(request)
    refuse_other_sites(request, unless_silent=True)
    body = convert_body(await read_body(request), bodies.Acceptance)

    def work() -> Response:
        school.secrets.accept(body.code, body.password, address_of(request), now_seconds())
        return school.json({"accepted": True})

    return await _hashed(request, work)


@router.post("/second-factor/set-up", openapi_extra=asks(Nothing))
@reads_nobody("one's own sign-in")
async def set_up_second_factor(request: Request) -> Response:
    """A new secret for an authenticator, told once, within ten minutes of signing in; /second-factor takes its code."""
    school, session = await _session(request)
    convert_body(await read_body(request), Nothing)
    if session.stage == "half":
        raise unauthorized()

    def work() -> Response:
        secret, link = school.secrets.enrol(session, now_seconds())
        return school.json({"secret": secret, "link": link})

    return await run_in_threadpool(work)


@router.post("/second-factor", openapi_extra=asks(bodies.SecondFactor))
@reads_nobody("one's own sign-in")
async def pass_second_factor(request: Request) -> Response:
    """Go on with a code; the session gets another name. The first code gives the recovery codes, told once."""
    school, session = await _session(request)
    body = convert_body(await read_body(request), bodies.SecondFactor)

    def work() -> Response:
        secret, codes = school.secrets.pass_second(session, body.code, now_seconds())
        return with_session(school, {"next": "done", "recovery_codes": codes}, secret)

    return await run_in_threadpool(work)


@router.post("/sign-out", openapi_extra=asks(bodies.SignOut))
@reads_nobody("one's own sign-in")
async def sign_out(request: Request) -> Response:
    """End this session, or every one of the account."""
    school, session = await _session(request)
    body = convert_body(await read_body(request), bodies.SignOut)

    def work() -> Response:
        school.secrets.sign_out(session, everywhere=body.everywhere)
        return with_session(school, {"signed_out": True}, "")

    return await run_in_threadpool(work)


@router.post("/me/password", openapi_extra=asks(bodies.PasswordChange))
@reads_nobody("one's own sign-in")
async def change_password(request: Request) -> Response:
    """Set another password; every other session of the account ends."""
    school, session = await _session(request)
    body = convert_body(await read_body(request), bodies.PasswordChange)
    if session.stage == "half":
        raise unauthorized()

    def work() -> Response:
        secret = school.secrets.change_password(session, body.old, body.password, now_seconds())
        return with_session(school, {"changed": True}, secret)

    return await _hashed(request, work)


@router.post("/me/role", openapi_extra=asks(bodies.RoleChoice))
@reads_nobody("one's own sign-in")
async def choose_role(request: Request) -> Response:
    """In which role this session acts from now on; the header Letopis-Role says it for one request."""
    school, session = await _session(request)
    body = convert_body(await read_body(request), bodies.RoleChoice)

    def work() -> Response:
        if session.stage == "half":
            raise unauthorized()
        _check_held(school, session, body.role)
        school.secrets.choose_role(session, body.role)
        return school.json({"role": body.role})

    return await run_in_threadpool(work)


@router.get("/me")
@reads_nobody("one's own sign-in")
async def read_me(request: Request) -> Response:
    """Who signed in: account, roles held today, the role used and its rights, what is still to be done."""
    school = school_of(request)
    refuse_strange_query(request)
    return await run_in_threadpool(lambda: school.json(_me(request, school)))


@router.get("/me/help")
@reads("names")
async def read_my_help(request: Request) -> Response:
    """Who gave a new way in to the own account or took one away, the newest first; `told`: it is recent."""
    school = school_of(request)
    refuse_strange_query(request)

    def work() -> Response:
        identity = identify(request, school)
        request.state.school, request.state.identity = school, identity
        request.state.stated = stated_reason(request)
        return school.json(own_help(school, identity))

    return await answer_recorded(request, work)


@router.get("/me/confidentiality")
@reads_nobody("one's own sign-in")
async def read_confidentiality(request: Request) -> Response:
    """The text about the duty of confidentiality (2.4.4), and the digest that acknowledges it."""
    school = school_of(request)
    refuse_strange_query(request)

    def work() -> Response:
        identity = identify(request, school)
        text = school.confidentiality
        acknowledged = identity.has_acknowledged
        return school.json({"text": text.text, "sha256": text.sha256, "acknowledged": acknowledged})

    return await run_in_threadpool(work)


@router.post("/me/confidentiality", status_code=201, openapi_extra=asks(bodies.Acknowledgement))
@reads_nobody("one's own sign-in")
async def acknowledge(request: Request) -> Response:
    """Acknowledge the text: from then on the role's rights may be used (2.4.4)."""
    school = school_of(request)
    identity = await run_in_threadpool(identify, request, school)
    body = convert_body(await read_body(request), bodies.Acknowledgement)
    if body.sha256 != school.confidentiality.sha256:
        detail = ("это отпечаток не нынешнего текста", "this is not the present text's digest")
        raise Problem("another_text", 409, detail)

    def work() -> Response:
        command = AcknowledgeConfidentiality(account=identity.actor, sha256=body.sha256)
        receipt = school.execute(command, Actor(identity.actor, identity.role))
        answer = school.json({"first_index": receipt.first_index, "count": receipt.count})
        answer.status_code = 201
        return answer

    return await run_in_threadpool(work)


@router.get("/me/tokens")
@reads_nobody("one's own sign-in")
async def read_my_tokens(request: Request) -> Response:
    """The account's own tokens: label, role, last day of use."""
    school = school_of(request)
    refuse_strange_query(request)

    def work() -> Response:
        identity = identify(request, school)
        return school.json({"rows": [shown(one) for one in school.secrets.tokens(identity.actor)]})

    return await run_in_threadpool(work)


@router.post("/me/tokens", status_code=201, openapi_extra=asks(bodies.NewToken))
@reads_nobody("one's own sign-in")
async def make_my_token(request: Request) -> Response:
    """A token for a program of one's own, told once, within ten minutes of signing in: no token makes another."""
    school, session = await _session(request)
    body = convert_body(await read_body(request), bodies.NewToken)

    def work() -> Response:
        if session.stage == "half":
            raise unauthorized()
        _check_held(school, session, body.role)
        school.secrets.check_fresh(session, now_seconds())
        return make_token(school, session.account, body)

    return await run_in_threadpool(work)


@router.post("/me/tokens/{token}/revocation", openapi_extra=asks(Nothing))
@reads_nobody("one's own sign-in")
async def revoke_my_token(request: Request) -> Response:
    """Revoke one of the account's own tokens."""
    school = school_of(request)
    identity = await run_in_threadpool(identify, request, school)
    convert_body(await read_body(request), Nothing)
    return await run_in_threadpool(revoke_token, school, identity.actor, path_short_id(request, "token"))


def let_in(school: OpenSchool, secret: str, stage: Stage, account: str) -> Response:
    """Answer who shows to be an account's holder: the session, the roles held today, and what is still to be done.

    Raises:
        NotTheHolder: the account is closed or holds no role today; its sessions are ended.
    """
    found = find_account(school, account)
    held = roles_today(school, found) if found is not None else ()
    if not held:
        # Told like a wrong password: who is no longer let in learns no more than a stranger.
        school.secrets.end_sessions(account)
        raise NotTheHolder("the account holds no role")
    wants = stage == "single" and all(needs_second_factor(role) for role in held)
    follows = "second_factor" if stage == "half" else "set_up_second_factor" if wants else "done"
    return with_session(school, {"next": follows, "roles": held}, secret)


def make_token(school: OpenSchool, account: str, body: bodies.NewToken) -> Response:
    """Make a token and tell it, once.

    Raises:
        Problem: 422 for a right that its role has not.
        IdentityError: as the store says.
    """
    given = check_token(body)
    token = school.secrets.make_token(account, body.role, body.label, now_seconds(), days=body.days, rights=given)
    answer = school.json({"token": token, "role": body.role, "label": body.label})
    answer.status_code = 201
    return answer


def check_token(body: bodies.NewToken) -> tuple[str, ...] | None:
    """The rights to which a token's role is cut; None: not at all.

    Raises:
        Problem: 422 for a right that its role has not.
        IdentityError: it would last too long, or its label is none.
    """
    check_label(body.label, body.days)
    given = None if body.rights is None else tuple(body.rights)
    if given is not None and not set(given) <= {right.value for right in RIGHTS.get(body.role, frozenset())}:
        detail = ("такого права у этой роли нет", "the role has no such right")
        raise Problem("unprocessable", 422, detail, more={"where": "rights"})
    return given


def revoke_token(school: OpenSchool, account: str, token: str) -> Response:
    """Revoke a token of an account.

    Raises:
        Problem: 404.
    """
    if not school.secrets.revoke_token(account, token):
        raise Problem("not_found", 404)
    return school.json({"revoked": token})


def shown(token: Token) -> dict[str, Any]:
    """A token's row, which does not let anybody in."""
    return {
        "token": token.id,
        "role": token.role,
        "rights": token.rights,
        "label": token.label,
        "made_at": token.made_at,
        "expires_at": token.expires_at,
        "used_on": token.used_on,
    }


async def _hashed(request: Request, work: Callable[[], Response]) -> Response:
    """Run what hashes a password beside the loop, a few at a time, and the others wait where they hold no thread.

    Hashes are made two at once: a whole staff that signs in at eight would otherwise take every thread that there is,
    and all that is asked meanwhile would wait until they are in.
    """
    state = request.app.state
    if not hasattr(state, "hashing"):
        state.hashing = CapacityLimiter(2 * AT_ONCE)
    return await to_thread.run_sync(work, limiter=state.hashing)


async def _session(request: Request) -> tuple[OpenSchool, Session]:
    school = school_of(request)
    session = await run_in_threadpool(session_of, request, school)
    refuse_strange_query(request)
    return school, session


def _check_held(school: OpenSchool, session: Session, role: str) -> None:
    """Refuse a role that the account has not today, or that asks for a factor which the session lacks.

    Raises:
        Problem: 401, 403.
    """
    account = find_account(school, session.account)
    if account is None:
        raise unauthorized()
    if role not in roles_today(school, account):
        raise role_not_held()
    if needs_second_factor(role) and session.stage != "full":
        raise factor_needed()


def _me(request: Request, school: OpenSchool) -> dict[str, Any]:
    """What GET /me says.

    Raises:
        Problem: 401.
    """
    if "authorization" in request.headers:
        identity = identify(request, school)
        stage = "token"
        account = find_account(school, identity.actor)
        held = roles_today(school, account) if account is not None else ()
    else:
        session = session_of(request, school)
        account = find_account(school, session.account)
        grants = grants_today(school, account) if account is not None else ()
        if account is None or not grants:
            raise unauthorized()
        held = roles_of(grants)
        if session.stage == "half":
            return {"stage": "half", "next": "second_factor"}
        role = request.headers.get("Letopis-Role", session.role)
        identity = of_session(school, session, account, grants, role if role in held else held[0])
        stage = session.stage
    return {
        "account": identity.actor,
        "kind": account.kind if account is not None else None,
        "roles": held,
        "role": identity.role,
        "rights": sorted(right.value for right in RIGHTS.get(identity.role, frozenset()) if identity.may(right)),
        "stage": stage,
        "second_factor_needed": stage == "single" and needs_second_factor(identity.role),
        "acknowledged": identity.has_acknowledged,
    }


def with_session(school: OpenSchool, content: dict[str, Any], secret: str) -> Response:
    """An answer that gives the session its name, or takes it away."""
    answer = school.json(content)
    answer.set_cookie(
        cookie_name(school.code),
        secret,
        max_age=None if secret else 0,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return answer


def address_of(request: Request) -> str:
    """Where a request comes from, for counting tries."""
    return request.client.host if request.client is not None else ""
