"""The outermost layer of the HTTP application: headers on every answer, and no error that goes further."""

from __future__ import annotations

import logging
import traceback
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem

_HEADERS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
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
        begun = False

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        try:
            await app(scope, receive, dressed)
        except ClientDisconnect:
            pass  # nobody is there to be answered, and nothing is wrong here
        except Exception as error:  # noqa: BLE001 - the boundary
            place = "".join(traceback.format_tb(error.__traceback__))
            _logger.error("unexpected %s\n%s", type(error).__name__, place)  # noqa: TRY400 - not with its text
            if not begun:
                await Problem("internal", 500).response()(scope, receive, dressed)

    return guarded
