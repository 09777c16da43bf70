"""Routes of the log's witnesses (3.3, example 1): who is appointed, and what each cosigned last."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.access import reads_nobody
from api.auth import Right
from api.bodies.service import NewWitness, NewWitnessDismissal
from api.openapi import describe
from api.queries import At, read_as_of
from api.requests import path_id
from api.routes.views import check_setup_reader
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from projections.views import witnesses

router = APIRouter(tags=["service"])
read = APIRouter(tags=["service"], dependencies=[Depends(check_setup_reader)])


def _appoint(asked: Asked[NewWitness]) -> jc.AppointWitness:
    return jc.AppointWitness(**fields(asked.body))


def _dismiss(asked: Asked[NewWitnessDismissal]) -> jc.DismissWitness:
    return jc.DismissWitness(**fields(asked.body, witness=path_id(asked.request, "witness")))


APPOINT: Final = Write(Right.DIRECT, NewWitness, _appoint)
DISMISS: Final = Write(Right.DIRECT, NewWitnessDismissal, _dismiss)


@router.post("/witnesses", status_code=201, openapi_extra=describe(APPOINT))
async def appoint_witness(request: Request) -> Response:
    """Appoint who cosigns the log's checkpoints; the server asks it from now on, at once and then daily."""
    answer = await perform(request, APPOINT)
    request.app.state.registry.ask_witnesses_soon(request.path_params["school"])
    return answer


@router.post("/witnesses/{witness}/dismissal", status_code=201, openapi_extra=describe(DISMISS))
async def dismiss_witness(request: Request) -> Response:
    """Let a witness's cosignatures count no more."""
    return await perform(request, DISMISS)


@read.get("/views/witnesses")
@reads_nobody("which witnesses cosigned the log, and when")
async def read_witnesses(request: Request, at: At = None) -> Response:
    """Witnesses that stand appointed: what each cosigned last, and, now, what came of asking it last."""
    moment = read_as_of(at)
    school: OpenSchool = request.state.school

    def work() -> Response:
        found = witnesses.witnesses(school.read_views(), at=moment)
        asked = {} if moment is not None else school.witnessing.outcomes()
        return school.json({"position": found.position, "rows": found.rows, "asked": asked})

    return await run_in_threadpool(work)
