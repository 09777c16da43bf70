"""Signing in at the school's provider: leaving for it, and coming back."""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64encode
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
from api.problem_page import sign_in_link, wants_page
from api.problems import Problem
from api.requests import convert_body, cookie_name, now_seconds, read_body, refuse_other_sites, school_of
from api.routes.sign_in import address_of, let_in
from api.schools import OpenSchool

VALUE_LENGTH_MAX: Final = 4_096
_PLACE: Final = re.compile(r"[!-\[\]-~]{1,1000}")

router = APIRouter(tags=["sign-in"])


@router.post("/openid/sign-in", openapi_extra=asks(bodies.Departure))
@reads_nobody("one's own sign-in")
async def leave(request: Request) -> Response:
    """Begin a sign-in at the provider: `location` is where the browser goes. With an invitation's code it links."""
    school = school_of(request)
    provider = _provider(school)
    refuse_other_sites(request, unless_silent=True)
    body = convert_body(await read_body(request), bodies.Departure)
    if body.to is not None and not _is_place(school.code, body.to):
        detail = ("путь не этой школы", "a path that is not of this school")
        raise Problem("unprocessable", 422, detail, more={"where": "to"})

    def work() -> Response:
        secret, link = depart(provider, school.secrets.links, body.code, address_of(request), now_seconds())
        kept = secret if body.to is None else f"{secret}.{urlsafe_b64encode(body.to.encode()).decode().rstrip('=')}"
        return _with_departure(school.json({"location": link}), school, kept)

    return await run_in_threadpool(work)


@router.get("/openid/callback")
@reads_nobody("one's own sign-in")
async def come_back(
    request: Request, state: str = "", code: str | None = None, iss: str | None = None, error: str | None = None
) -> Response:
    """Where the provider sends the browser back to; answers as `/sign-in` does, and the way that was begun is spent.

    A browser that shows pages is sent on to the page of signing in, which goes on from there: the session's cookie is
    `Strict`, so only what is asked for by a page of this server has it.
    Parameters that other providers add are passed over, as OAuth asks for.
    """
    school = school_of(request)
    provider = _provider(school)
    _refuse_doubled(request)
    secret, _, place = request.cookies.get(departure_cookie(school.code), "").partition(".")
    if not secret:
        raise NotTheHolder("no sign-in was begun here")
    returned = Returned(state=state, code=code, issuer=iss, error=error)

    def work() -> Response:
        found = arrive(provider, school.secrets.links, secret, returned, address_of(request), now_seconds())
        answer = _with_departure(let_in(school, *found), school, "")
        if wants_page(request):
            answer.status_code, answer.headers["Location"] = 303, sign_in_link(school.code, _place_of(place))
        return answer

    return await run_in_threadpool(work)


def _is_place(code: str, to: str) -> bool:
    """Whether it looks like a path of the school's; the page that goes there has the last word."""
    return to.startswith(f"/v1/schools/{code}/") and _PLACE.fullmatch(to) is not None


def _place_of(spelt: str) -> str | None:
    """What stands behind the secret in the cookie: where the browser goes on to."""
    try:
        return b64decode(spelt + "=" * (-len(spelt) % 4), b"-_", validate=True).decode("ascii") or None
    except ValueError:
        return None


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
