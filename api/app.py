"""The HTTP application: routes over the schools that a server opened.

Everything is under ``/v1/schools/{code}/``; ``/docs`` describes it. Errors are RFC 9457 problems (`api.problems`).
"""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any, Final, cast

from eventsourcing.persistence import PersistenceError
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.access import check_declared, recorded
from api.guard import guard
from api.methods import allowed, heads, options
from api.openapi import complete
from api.problem_page import format_problem, wants_page
from api.problems import NotOwn, Problem, of_error
from api.reference import add_reference
from api.refusals import trace
from api.routes import (
    accounts,
    archives,
    backdating,
    backups,
    blocking,
    cancellations,
    certificates,
    changes,
    control,
    deadlines,
    erasures,
    excuses,
    extracts,
    feed,
    forecasts,
    indicators,
    journals,
    lessons,
    log,
    openid,
    papers,
    passkeys,
    people,
    plans,
    posted_homework,
    prints,
    questions,
    reads,
    reopenings,
    results,
    schedules,
    service,
    setup,
    sign_in,
    subject_access,
    substitution_plans,
    substitutions,
    timetables,
    views,
    witnesses,
    workload,
)
from api.schools import Registry
from api.sign_in_page import add_sign_in_page
from ledger.errors import LetopisError

VERSION: Final = "1"
_DESCRIPTION: Final = """Журнал, в котором нельзя незаметно исправить ни одной записи.

A class journal that cannot be changed without being noticed. Sign in with `Authorization: Bearer <token>`, or with
POST …/sign-in for a session in a cookie.

What a rule of the journal refuses has its `rule`: 403 where another may do the very same, 422 where the request breaks
it by itself, else 409.
"""


_ROUTERS: Final = (
    setup.router,
    people.router,
    people.overseen,
    people.consented,
    subject_access.router,
    extracts.router,
    control.router,
    control.read,
    lessons.router,
    journals.router,
    journals.read,
    journals.controlled,
    reopenings.router,
    reopenings.controlled,
    backdating.router,
    backdating.controlled,
    certificates.router,
    certificates.read,
    cancellations.router,
    cancellations.read,
    excuses.router,
    excuses.read,
    service.router,
    service.read,
    witnesses.router,
    witnesses.read,
    substitution_plans.router,
    substitution_plans.read,
    posted_homework.router,
    posted_homework.read,
    posted_homework.overseen,
    plans.router,
    plans.read,
    schedules.router,
    schedules.read,
    views.set_up,
    views.router,
    views.overseen,
    substitutions.router,
    timetables.router,
    timetables.shown,
    timetables.worked,
    workload.router,
    deadlines.router,
    deadlines.office,
    archives.router,
    archives.controlled,
    backups.router,
    backups.controlled,
    prints.router,
    erasures.router,
    erasures.overseen,
    blocking.router,
    blocking.overseen,
    prints.read,
    prints.controlled,
    papers.router,
    papers.controlled,
    questions.router,
    changes.router,
    reads.router,
    reads.anchored,
    indicators.router,
    results.router,
    results.set_up,
    results.read,
    results.controlled,
    forecasts.router,
    log.router,
    feed.router,
    sign_in.router,
    openid.router,
    passkeys.router,
    accounts.router,
    accounts.administered,
    accounts.directed,
)


def school_routes() -> list[APIRoute]:
    """Every route of a school, its path without the school's."""
    return [route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def create_app(registry: Registry) -> FastAPI:
    """The application over these open schools; who opened them closes them."""
    app = FastAPI(
        title="Летопись / Letopis",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_name_of,
    )
    app.state.registry = registry
    check_declared(school_routes())
    school = APIRouter(prefix="/v1/schools/{school}")
    for router in _ROUTERS:
        school.include_router(router)
    app.include_router(school)
    add_reference(app)
    add_sign_in_page(app)
    app.add_api_route("/v1/health", read_health, tags=["health"])
    for kind in (Problem, LetopisError, PersistenceError, HTTPException):
        app.add_exception_handler(kind, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_middleware(recorded)
    app.add_middleware(heads)
    app.add_middleware(options)
    app.add_middleware(guard)
    generate = app.openapi
    app.openapi = cache(lambda: complete(generate()))  # type: ignore[method-assign]
    return app


def _name_of(route: APIRoute) -> str:
    """An operation's name: its function's."""
    return route.name


def read_health(request: Request) -> dict[str, Any]:
    """Whether each school can record and how far views and signatures are; nothing personal, no sign-in."""
    schools = {}
    for school in request.app.state.registry:
        signed = school.recorder.checkpoint()
        latched = getattr(school.recorder, "latched", None)
        schools[school.code] = {
            "size": school.recorder.head().size,
            "position": school.views.position(),
            "signed": None if signed is None else signed.size,
            "recording": latched is None,
            "views": "level" if school.runner.failure is None else "behind",
            "signing": "running" if school.checkpointer.failure is None else "stopped",
        }
    return {"schools": schools}


async def _answer_problem(request: Request, error: Exception) -> Response:
    problem = of_error(error)
    if isinstance(problem, NotOwn):
        await run_in_threadpool(trace, request, request.state.school, request.state.identity, "reach")
    answer = format_problem(problem, request) if wants_page(request) else problem.response()
    if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = allowed(request.app, request.scope)
    return answer


async def _answer_validation(request: Request, error: Exception) -> Response:
    """A query parameter of a wrong form: named, its value not repeated."""
    first = cast("RequestValidationError", error).errors()[0]
    where = str(first["loc"][-1])
    detail = ("параметр не такого вида", "a parameter is not of the form that is asked for")
    return await _answer_problem(request, Problem("bad_request", 400, detail, more={"where": where}))
