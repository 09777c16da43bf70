"""The page at ``/sign-in/{school}``: signing in from a browser, at the school's provider too, and the own passkeys.

``?to=`` names where to go on to: a path of this school's on this server, else it is passed over.

Its one script is part of it and asks this server alone; the policy names the script's and the style's digests, so that
nothing else runs there.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Final

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse

from api.headers import POLICY as POLICY_OF_DATA, permissions
from api.reference import STYLE
from api.requests import school_of


def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_bytes().decode().replace("\r\n", "\n")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


_HTML: Final = _read("page.html")
_SCRIPT: Final = _read("page.js")
POLICY: Final = (
    f"{POLICY_OF_DATA}; style-src 'sha256-{_digest(STYLE)}'; script-src 'sha256-{_digest(_SCRIPT)}'; connect-src 'self'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": permissions("publickey-credentials-get"),
}


def add_sign_in_page(app: FastAPI) -> None:
    """Serve the page."""

    async def page(request: Request) -> HTMLResponse:
        """Show the page of a school."""
        school = school_of(request)
        provider = None if school.provider is None else school.provider.settings.shown_name
        page = format_page(school.code, takes_passkeys=school.party is not None, provider=provider)
        return HTMLResponse(page, headers=_HEADERS)

    app.add_api_route("/sign-in/{school}", page, include_in_schema=False)


def format_page(code: str, *, takes_passkeys: bool, provider: str | None) -> str:
    """The page of a school; `provider` is what people call the provider that they may sign in at."""
    body = _HTML.replace("TAKEN", "yes" if takes_passkeys else "no").replace("PROVIDER", "" if provider else " hidden")
    # Last: a name may hold anything.
    body = body.replace("NAMED", escape(provider or ""))
    return (
        f'<!doctype html><html lang="ru" data-base="/v1/schools/{escape(code)}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Летопись: вход / sign in</title><style>{STYLE}</style>{body}<script>{_SCRIPT}</script></html>"
    )
