"""Methods beside those that routes are made for: HEAD where GET is, and what is allowed where a method is not.

HEAD has the headers and the rights of GET because it is GET, but for its body. OPTIONS is told what is allowed and no
more: pages of other origins have no business with a journal, so there is nothing about them.
"""

from __future__ import annotations

from asyncio import Event
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST")


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

        inner = {**scope, "method": "GET"}
        try:
            await app(inner, gone, without_body)
        finally:
            scope.update({name: inner[name] for name in ("route", "state") if name in inner})

    return answered


def options(app: ASGIApp) -> ASGIApp:
    """Wrap an application: OPTIONS, which no route takes, is no error but an empty answer with ``Allow``."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            await app(scope, receive, send)
            return
        is_told = False

        async def told(message: Message) -> None:
            nonlocal is_told
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
                is_told = True
                kept = [header for header in message["headers"] if header[0] == b"allow"]
                await send({**message, "status": HTTPStatus.NO_CONTENT.value, "headers": kept})
            elif not is_told:
                await send(message)
            elif not message.get("more_body", False):
                await send({"type": "http.response.body", "body": b""})

        await app(scope, receive, told)

    return answered


def allowed(app: FastAPI, scope: Scope) -> str:
    """The value of ``Allow`` for a path: every method that some route takes there."""
    taken = {method for method in _METHODS if _is_taken(app, {**scope, "method": method})} | {"OPTIONS"}
    return ", ".join(method for method in _METHODS if method in taken or (method == "HEAD" and "GET" in taken))


def _is_taken(app: FastAPI, scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)
