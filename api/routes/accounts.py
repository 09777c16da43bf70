"""Accounts, as those administer them who may: opened, given roles, invited, closed. Entries are the journal's rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import answer_recorded, note, reads, reads_nobody
from api.auth import Identity, Right
from api.bodies import Nothing, accounts as bodies
from api.bodies.erasures import NewBasis
from api.identity import helping
from api.identity.acting import find_account, forget_before, roles_today, void_codes_before
from api.openapi import asks, describe
from api.problems import Problem
from api.queries import At, read_as_of
from api.refusals import trace, tracing
from api.requests import authorize_now, convert_body, path_id, path_index, path_short_id, read_body, role_not_held
from api.routes.sign_in import check_token, make_token, revoke_token, shown
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from ledger.journal.account import Account
from ledger.wire.entry import Actor
from projections.views.accounts import accounts


def check_administrator(request: Request) -> None:
    """Refuse who may not administer before anything else of the request is judged."""
    request.state.school, request.state.identity = authorize_now(request, Right.ADMINISTER)


def check_director(request: Request) -> None:
    """Refuse who may not direct before anything else of the request is judged."""
    request.state.school, request.state.identity = authorize_now(request, Right.DIRECT)


router = APIRouter(tags=["accounts"])
administered = APIRouter(tags=["accounts"], dependencies=[Depends(check_administrator)])
directed = APIRouter(tags=["accounts"], dependencies=[Depends(check_director)])


def _open(asked: Asked[bodies.NewAccount]) -> jc.OpenAccount:
    body = asked.body
    account = body.account or new_id()
    forget_before(asked.school, account)
    digests = asked.disclose(account, {"account_name": body.name}) if body.name is not None else [None]
    return jc.OpenAccount(account=account, kind=body.kind, name=digests[0])


def _grant(asked: Asked[bodies.NewRole]) -> jc.GrantRole:
    command = jc.GrantRole(**fields(asked.body, account=path_id(asked.request, "account")))
    void_codes_before(asked.school, command, Actor(asked.identity.actor, asked.identity.role))
    return command


def _revoke(asked: Asked[bodies.NewRoleRevocation]) -> jc.RevokeRole:
    place = {"account": path_id(asked.request, "account"), "grant": path_index(asked.request, "request_index")}
    return jc.RevokeRole(**fields(asked.body, **place))


def _close(asked: Asked[bodies.NewAccountClosing]) -> jc.CloseAccount:
    return jc.CloseAccount(**fields(asked.body, account=path_id(asked.request, "account")))


OPEN: Final = Write(Right.GRANT, bodies.NewAccount, _open)
GRANT: Final = Write(Right.GRANT, bodies.NewRole, _grant)
REVOKE: Final = Write(Right.GRANT, bodies.NewRoleRevocation, _revoke)
CLOSE: Final = Write(Right.GRANT, bodies.NewAccountClosing, _close)


@router.post("/accounts", status_code=201, openapi_extra=describe(OPEN))
async def open_account(request: Request) -> Response:
    """Open an account: under a registered person's id, or of somebody else with a name."""
    return await perform(request, OPEN)


@router.post("/accounts/{account}/roles", status_code=201, openapi_extra=describe(GRANT))
async def grant_role(request: Request) -> Response:
    """Give an account a role from a day on, by a document."""
    return await perform(request, GRANT)


@router.post("/accounts/{account}/roles/{request_index}/revocation", status_code=201, openapi_extra=describe(REVOKE))
async def revoke_role(request: Request) -> Response:
    """Take back the role that an entry gave; it acts on the next request."""
    return await perform(request, REVOKE)


@router.post("/accounts/{account}/closing", status_code=201, openapi_extra=describe(CLOSE))
async def close_account(request: Request) -> Response:
    """Close an account: nobody signs in to it any more, and its sessions, tokens and password are gone."""
    answer = await perform(request, CLOSE)
    school: OpenSchool = request.app.state.registry.get(request.path_params["school"])
    await run_in_threadpool(school.secrets.forget, request.path_params["account"])
    return answer


@administered.get("/accounts")
@reads("names")
async def read_accounts(request: Request, at: At = None) -> Response:
    """Accounts with their roles and how they sign in; names for who may read them.

    As of an earlier moment there are the entries alone: how somebody signed in then is kept nowhere.
    """
    school: OpenSchool = request.state.school
    identity: Identity = request.state.identity
    moment = read_as_of(at)

    def work() -> Response:
        found = accounts(school.read_views(), at=moment)
        logins = {one.account: one for one in school.secrets.logins()} if moment is None else {}
        names = school.account_names(found.rows) if identity.may(Right.READ_STAFF) else {}
        rows = [
            {
                "account": one.account,
                "entry": one.entry,
                "kind": one.kind,
                "grants": list(one.grants.values()),
                "acknowledged": school.confidentiality.sha256 in one.acknowledged,
                "helped": one.helped,
                "asked": one.asked,
                "closed_by": one.closed_by,
                "reason": one.reason,
                "last_day": one.last_day,
                "sign_in": logins.get(one.account),
            }
            for one in found.rows
        ]
        return school.json({"rows": rows, "position": found.position, "people": names})

    return await answer_recorded(request, work)


@administered.post("/accounts/{account}/invitation", openapi_extra=asks(bodies.NewInvitation))
@reads_nobody("a code of an invitation")
async def invite(request: Request) -> Response:
    """A code with which the account's holder sets a password; told once, good for a week, used once; an entry first.

    Where the account ever had a role that needs the second factor, another than the first takes two people.
    """
    school, account = _administered(request)
    body = convert_body(await read_body(request), bodies.NewInvitation)

    def work() -> Response:
        known = _known(school, account)
        _check_weaker(request, known)
        given = helping.give_code(school, _hand(request), known, body.login, helping.Ground(body.reason))
        return school.json(_told(given))

    return await _helping(request, work)


@administered.post("/accounts/{account}/second-factor-reset", openapi_extra=asks(bodies.NewHelp))
@reads_nobody("whether there was a second factor")
async def reset_second_factor(request: Request) -> Response:
    """Take an account's second factor away, with its recovery codes and sessions: the device was lost.

    Recorded first. Where the account ever had a role that needs the second factor, it takes two people.
    """
    school, account = _administered(request)
    body = convert_body(await read_body(request), bodies.NewHelp)

    def work() -> Response:
        known = _known(school, account)
        _check_weaker(request, known)
        given, was_there = helping.take_second_factor(school, _hand(request), known, helping.Ground(body.reason))
        return school.json({"reset": was_there, "entry": given.entry})

    return await _helping(request, work)


@administered.post("/accounts/{account}/unlinking", openapi_extra=asks(bodies.NewHelp))
@reads_nobody("whether there was a link")
async def unlink(request: Request) -> Response:
    """Take the account's link to the provider away, and end its sessions; an invitation links anew."""
    school, account = _administered(request)
    body = convert_body(await read_body(request), bodies.NewHelp)

    def work() -> Response:
        known = _known(school, account)
        _check_weaker(request, known)
        login = school.secrets.login(account)
        if login is None or login.issuer is None:
            return school.json({"unlinked": False, "entry": None})
        entry = helping.record(school, _hand(request), known, "link", helping.Ground(body.reason))
        return school.json({"unlinked": school.secrets.links.unlink(account), "entry": entry})

    return await _helping(request, work)


@administered.get("/accounts/{account}/tokens")
@reads("names")
async def read_tokens(request: Request) -> Response:
    """An account's tokens: label, role, last day of use."""
    school, account = _administered(request)

    def work() -> Response:
        rows = [shown(one) for one in school.secrets.tokens(account)]
        # Its holder typed the labels, and no id stands beside them.
        note(request, people=[account] if rows else [])
        return school.json({"rows": rows})

    return await answer_recorded(request, work)


@administered.post("/accounts/{account}/tokens", status_code=201, openapi_extra=asks(bodies.NewToken))
@reads_nobody("a token")
async def make_programs_token(request: Request) -> Response:
    """A token for a program's account, told once; nobody makes one for another person."""
    school, account = _administered(request)
    body = convert_body(await read_body(request), bodies.NewToken)

    def work() -> Response:
        known = _known(school, account)
        if known.kind != "program":
            detail = ("ключ для себя человек делает сам", "a person makes the own token")
            raise Problem("not_a_program", 403, detail)
        _check_weaker(request, known)
        if body.role not in roles_today(school, known):
            raise role_not_held(409)
        check_token(body)
        helping.record(school, _hand(request), known, "token", helping.Ground())
        return make_token(school, account, body)

    return await _helping(request, work)


@administered.post("/accounts/{account}/tokens/{token}/revocation", openapi_extra=asks(Nothing))
@reads_nobody("whether there was a token")
async def revoke_accounts_token(request: Request) -> Response:
    """Revoke a token of an account."""
    school, account = _administered(request)
    convert_body(await read_body(request), Nothing)
    return await run_in_threadpool(revoke_token, school, account, path_short_id(request, "token"))


_HELP: Final = "/accounts/{account}/help-requests"


def _ask_help(asked: Asked[bodies.NewHelpRequest]) -> jc.RequestSignInHelp:
    return jc.RequestSignInHelp(**fields(asked.body, account=path_id(asked.request, "account")))


def _refuse_help(asked: Asked[NewBasis]) -> jc.RefuseSignInHelp:
    place = {"account": path_id(asked.request, "account"), "request": path_index(asked.request, "request_index")}
    return jc.RefuseSignInHelp(**fields(asked.body, **place))


ASK_HELP: Final = Write(Right.ADMINISTER, bodies.NewHelpRequest, _ask_help)
REFUSE_HELP: Final = Write(Right.DIRECT, NewBasis, _refuse_help)


@router.post(_HELP, status_code=201, openapi_extra=describe(ASK_HELP))
async def request_help(request: Request) -> Response:
    """Ask a second person, who directs, for another code or to take the second factor away."""
    return await perform(request, ASK_HELP)


@router.post(_HELP + "/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE_HELP))
async def refuse_help(request: Request) -> Response:
    """Leave the account as it is, as a second person who directs."""
    return await perform(request, REFUSE_HELP)


@directed.post(_HELP + "/{request_index}/approval", openapi_extra=asks(bodies.NewHelpAnswer))
@reads_nobody("a code of an invitation")
async def answer_help(request: Request) -> Response:
    """Do what was asked for, as a second person who directs: the code is told to this person, once."""
    school, account = _administered(request)
    index = path_index(request, "request_index")
    body = convert_body(await read_body(request), bodies.NewHelpAnswer)

    def work() -> Response:
        known = _known(school, account)
        return school.json(_told(helping.answer(school, _hand(request), known, index, body.login)))

    return await _helping(request, work)


@directed.get("/help-requests")
@reads("names")
async def read_help_requests(request: Request) -> Response:
    """Requests for help to sign in that wait for a second person."""
    school: OpenSchool = request.state.school

    def work() -> Response:
        found = accounts(school.read_views())
        waiting = [one for one in found.rows if one.asked is not None and one.closed_by is None]
        asking = {one.asked.actor for one in waiting if one.asked}
        named = school.account_names([one for one in found.rows if one in waiting or one.account in asking])
        rows = [{"account": one.account, **asdict(one.asked)} for one in waiting if one.asked]
        return school.json({"rows": rows, "position": found.position, "people": named})

    return await answer_recorded(request, work)


async def _helping(request: Request, work: Callable[[], Response]) -> Response:
    """Help beside the loop; what a rule refuses to who asks leaves a trace, as with every other entry."""

    def traced() -> Response:
        with tracing(request, request.state.school, request.state.identity):
            return work()

    return await run_in_threadpool(traced)


def _hand(request: Request) -> Actor:
    identity: Identity = request.state.identity
    return Actor(identity.actor, identity.role)


def _told(given: helping.Given) -> dict[str, Any]:
    """What whoever helps is told; the code, once."""
    if given.code is None:
        return {"reset": True, "entry": given.entry}
    return {"code": given.code, "login": given.login, "expires_at": given.expires, "entry": given.entry}


def _administered(request: Request) -> tuple[OpenSchool, str]:
    return request.state.school, path_id(request, "account")


def _known(school: OpenSchool, account: str) -> Account:
    """The account, which is open.

    Raises:
        Problem: 404.
    """
    found = find_account(school, account)
    if found is None:
        raise Problem("not_found", 404)
    return found


def _check_weaker(request: Request, account: Account) -> None:
    """Let a system administrator let nobody in to a role that could do more than the own one, now or later.

    Raises:
        Problem: 403, with a trace.
    """
    school: OpenSchool = request.state.school
    identity: Identity = request.state.identity
    if not identity.may(Right.GRANT) and account.is_for_administrators(school.app.today().isoformat()):
        trace(request, school, identity, "right")
        detail = ("это делает администратор", "an administrator does this")
        raise Problem("forbidden", 403, detail)
