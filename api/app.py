"""The HTTP application: routes over the schools that a server opened.

Everything is under ``/v1/schools/{code}/``; ``/docs`` describes it. Errors are RFC 9457 problems (`api.problems`).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.openapi import complete
from api.problems import Problem, of_error
from api.routes import feed, lessons, log, setup, views
from api.schools import Registry
from ledger.errors import LetopisError
from projections.errors import NotYetProjected, ViewsError

VERSION: Final = "1"
_logger = logging.getLogger(__name__)

SECURITY_HEADERS: Final = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
}


def dress(app: ASGIApp) -> ASGIApp:
    """Middleware: headers that every answer has, errors included."""

    async def dressed_app(scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SECURITY_HEADERS.items()]
            await send(message)

        await app(scope, receive, dressed if scope["type"] == "http" else send)

    return dressed_app


def create_app(registry: Registry) -> FastAPI:
    """The application over these open schools; who opened them closes them."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        registry.closing.set()

    app = FastAPI(title="Летопись / Letopis", version=VERSION, lifespan=lifespan, redoc_url=None)
    app.state.registry = registry
    school = APIRouter(prefix="/v1/schools/{school}")
    for module in (setup, lessons, views, log, feed):
        school.include_router(module.router)
    app.include_router(school)
    app.add_api_route("/v1/health", read_health, tags=["health"])
    for kind in (Problem, LetopisError, HTTPException):
        app.add_exception_handler(kind, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(Exception, _answer_unexpected)
    app.add_middleware(dress)
    generate = app.openapi
    app.openapi = lambda: complete(generate())  # type: ignore[method-assign]
    return app


def read_health(request: Request) -> dict[str, Any]:
    """Whether each school can record and how far views and signatures are; nothing personal, no sign-in."""
    schools = {}
    for school in request.app.state.registry:
        signed = school.recorder.checkpoint()
        latched = getattr(school.recorder, "latched", None)
        schools[school.code] = {
            "size": school.recorder.head().size,
            "position": school.runner.position,
            "signed": None if signed is None else signed.size,
            "recording": latched is None,
            "views": "level" if school.runner.failure is None else "behind",
            "signing": "running" if school.checkpointer.failure is None else "stopped",
        }
    return {"schools": schools}


async def _answer_problem(_: Request, error: Exception) -> Response:
    match error:
        case NotYetProjected():
            return Problem("not_yet", 404, detail=str(error), detail_ru="до этой записи журнал ещё не дошёл").response()
        case ViewsError():
            _logger.error("views: %s", error)
            return Problem("unavailable", 503, detail="the views are being made again").response()
        case _:
            return of_error(error).response()


async def _answer_validation(_: Request, error: Exception) -> Response:
    """A query parameter of a wrong form: named, its value not repeated."""
    first = cast("RequestValidationError", error).errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return Problem("bad_request", 400, detail=first["msg"], more={"where": where}).response()


async def _answer_unexpected(_: Request, error: Exception) -> Response:
    # The exception's text may hold values of the request: its kind and place are enough to find it.
    _logger.error("unexpected %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return Problem("internal", 500).response()
