"""Signing in at the school's provider: leaving for it, and coming back."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import reads_nobody
from api.bodies import accounts as bodies
from api.identity.kept import NotTheHolder
from api.identity.links import DEPARTURE_SECONDS
from api.identity.openid.flow import Returned, arrive, depart
from api.identity.openid.provider import Provider
from api.openapi import asks
from api.problems import Problem
from api.requests import convert_body, cookie_name, now_seconds, read_body, refuse_other_sites, school_of
from api.routes.sign_in import address_of, let_in
from api.schools import OpenSchool

VALUE_LENGTH_MAX: Final = 4_096

router = APIRouter(tags=["sign-in"])


@router.post("/openid/sign-in", openapi_extra=asks(bodies.Departure))
@reads_nobody("one's own sign-in")
async def leave(request: Request) -> Response:
    """Begin a sign-in at the provider: `location` is where the browser goes. With an invitation's code it links."""
    school = school_of(request)
    provider = _provider(school)
    refuse_other_sites(request, unless_silent=True)
    body = convert_body(await read_body(request), bodies.Departure)

    def work() -> Response:
        secret, link = depart(provider, school.secrets.links, body.code, address_of(request), now_seconds())
        return _with_departure(school.json({"location": link}), school, secret)

    return await run_in_threadpool(work)


@router.get("/openid/callback")
@reads_nobody("one's own sign-in")
async def come_back(
    request: Request, state: str = "", code: str | None = None, iss: str | None = None, error: str | None = None
) -> Response:
    """Where the provider sends the browser back to; answers as `/sign-in` does, and the way that was begun is spent.

    Parameters that other providers add are passed over, as OAuth asks for.
    """
    school = school_of(request)
    provider = _provider(school)
    _refuse_doubled(request)
    secret = request.cookies.get(departure_cookie(school.code), "")
    if not secret:
        raise NotTheHolder("no sign-in was begun here")
    returned = Returned(state=state, code=code, issuer=iss, error=error)

    def work() -> Response:
        found = arrive(provider, school.secrets.links, secret, returned, address_of(request), now_seconds())
        return _with_departure(let_in(school, *found), school, "")

    return await run_in_threadpool(work)


def departure_cookie(code: str) -> str:
    """The name of the cookie that a sign-in at the provider is bound to."""
    return f"{cookie_name(code)}-openid"


def _provider(school: OpenSchool) -> Provider:
    """The school's provider.

    Raises:
        Problem: 404 where it has none.
    """
    if school.provider is None:
        detail = ("у этой школы нет внешнего входа", "this school has no provider of sign-ins")
        raise Problem("not_found", 404, detail)
    return school.provider


def _refuse_doubled(request: Request) -> None:
    """Refuse a parameter that stands twice, of which nobody knows which is meant, and what is too long to be one.

    Raises:
        Problem: 400.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) < len(names) or any(len(value) > VALUE_LENGTH_MAX for value in request.query_params.values()):
        detail = ("параметр стоит дважды или слишком длинен", "a parameter stands twice, or is too long")
        raise Problem("bad_request", 400, detail, more={"where": "?"})


def _with_departure(answer: Response, school: OpenSchool, secret: str) -> Response:
    """Bind the browser to a sign-in that it leaves for, or free it.

    ``Lax``, for the way back begins on the provider's page: a ``Strict`` cookie would not come along.
    """
    answer.set_cookie(
        departure_cookie(school.code),
        secret,
        max_age=DEPARTURE_SECONDS if secret else 0,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return answer
