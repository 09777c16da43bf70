"""A problem as a page, for who came with a browser: in words, with a way on.

A browser that goes somewhere says that it wants ``text/html``; programs do not, and get the problem as JSON.
"""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.problems import Problem
from api.reference import POLICY, STYLE

_CALLBACK: Final = "/openid/callback"


def wants_page(request: Request) -> bool:
    """Whether a browser asks, to show what it gets."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "").lower()


def sign_in_link(code: str, to: str | None) -> str:
    """The page where people of a school sign in, and go on to a path from there."""
    link = f"/sign-in/{quote(code, safe='')}"
    return link if to is None else f"{link}?to={quote(to, safe='')}"


def format_problem(problem: Problem, request: Request) -> HTMLResponse:
    """The page: what is wrong in Russian with English beside it, and where to sign in."""
    russian, english = (" ".join(_sentences(problem, language)) for language in (0, 1))
    page = (
        '<!doctype html><html lang="ru"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Летопись</title><style>{STYLE}</style><h1>Летопись</h1>"
        f'<p>{escape(russian)}<br><span class="quiet" lang="en">{escape(english)}</span></p>{_way_on(problem, request)}'
        "</html>"
    )
    headers = dict(problem.headers) | {"Content-Security-Policy": POLICY, "Vary": "Accept"}
    return HTMLResponse(page, problem.status, headers)


def _sentences(problem: Problem, language: int) -> list[str]:
    """Title and detail, each a sentence."""
    said = [problem.title[language], *([] if problem.detail is None else [problem.detail[language]])]
    return [f"{text[:1].upper()}{text[1:]}." for text in said]


def _way_on(problem: Problem, request: Request) -> str:
    """A link to the sign-in, which comes back here where that was all that lacked."""
    code = getattr(request.state, "code", None)
    if code is None:
        return ""
    path = request.url.path
    here = f"{path}?{request.url.query}" if request.url.query else path
    # Not back to the callback: the way that came there is spent.
    to = here if problem.status == 401 and not path.endswith(_CALLBACK) else None
    link = escape(sign_in_link(code, to))
    return f'<p><a href="{link}">Вход <span lang="en">/ Sign in</span></a></p>'
