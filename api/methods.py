"""Methods beside those that routes are made for: HEAD where GET is, and what is allowed where a method is not.

HEAD has the headers and the rights of GET because it is GET, but for its body. OPTIONS asks for nothing here: pages of
other origins have no business with a journal, so it is told, as any other wrong method is, what is allowed.
"""

from __future__ import annotations

from asyncio import Event
from typing import Final

from fastapi import FastAPI
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS: Final = ("GET", "HEAD", "POST")


def heads(app: ASGIApp) -> ASGIApp:
    """Wrap an application: HEAD is answered as GET, without the body."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        begun = Event()

        async def gone() -> Message:
            """Who wants headers alone is gone once they are sent: a feed, which never ends, ends by that."""
            if not begun.is_set():
                await begun.wait()
            return {"type": "http.disconnect"}

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                begun.set()

        await app({**scope, "method": "GET"}, gone, without_body)

    return answered


def allowed(app: FastAPI, scope: Scope) -> str:
    """The value of ``Allow`` for a path: every method that some route takes there."""
    taken = {method for method in _METHODS if _is_taken(app, {**scope, "method": method})}
    return ", ".join(method for method in _METHODS if method in taken or (method == "HEAD" and "GET" in taken))


def _is_taken(app: FastAPI, scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)
