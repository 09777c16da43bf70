"""The outermost layer of the HTTP application: a request's id and log line, headers, and no error that goes further."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.headers import dressed
from api.logs import place_of, requests_log
from api.problems import Problem
from api.request_ids import CURRENT, id_of

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_logger = logging.getLogger(__name__)


def guard(app: ASGIApp) -> ASGIApp:
    """Wrap an application.

    An unexpected error's text may hold values of the request, and servers print it: it ends here. The log gets its kind
    and its place, the client a 500; where an answer had begun, it is cut off, which a client can tell from its end.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request_id, begun_at, status = id_of(scope["headers"]), time.perf_counter(), 0
        scope.setdefault("state", {})  # shared by what is wrapped, which may hand copies of the scope on
        token = CURRENT.set(request_id)

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = dressed(scope, list(message["headers"]), request_id)
            await send(message)

        try:
            await app(scope, receive, send_dressed)
        except ClientDisconnect:
            pass  # nobody is there to be answered, and nothing is wrong here
        except Exception as error:  # noqa: BLE001 - the boundary
            kind, place = type(error).__name__, place_of(error.__traceback__)
            _logger.error("unexpected %s at %s", kind, place)  # noqa: TRY400 - not with its text
            if not status:
                await Problem("internal", 500).response()(scope, receive, send_dressed)
        finally:
            requests_log.info("request", **_described(scope, status, time.perf_counter() - begun_at))
            CURRENT.reset(token)

    return guarded


def _described(scope: Scope, status: int, seconds: float) -> dict[str, Any]:
    """A request as its line tells it; `status` 0: the client was gone before it was answered."""
    state = scope["state"]
    return {
        "method": scope["method"] if scope["method"] in _METHODS else "other",
        "route": getattr(scope.get("route"), "path", None),
        "status": status,
        "ms": round(seconds * 1000),
        "school": state.get("code"),
        "role": state.get("role"),
    }
