"""Routes of freshness and portals (2.3.1): the server measures its own views, and asks no portal itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import bodies
from api.access import answer_recorded, reads
from api.auth import Right
from api.openapi import describe
from api.queries import At, From, To, read_as_of
from api.requests import path_id
from api.routes.views import check_setup_reader
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.measuring import measure
from projections.views import freshness, portals

router = APIRouter(tags=["service"])
read = APIRouter(tags=["service"], dependencies=[Depends(check_setup_reader)])


def _measure(asked: Asked[bodies.Nothing]) -> jc.MeasureFreshness:
    found = measure(asked.school.views, asked.school.recorder, datetime.now(UTC))
    return jc.MeasureFreshness(
        freshness=new_id(),
        size=found.size,
        position=found.position,
        minutes_behind=found.minutes_behind,
        last_entry_minutes=found.last_entry_minutes,
    )


def _list(asked: Asked[bodies.NewPortal]) -> jc.ListPortal:
    return jc.ListPortal(**fields(asked.body, portal=asked.body.portal or new_id()))


def _drop(asked: Asked[bodies.NewPortalDropping]) -> jc.DropPortal:
    return jc.DropPortal(**fields(asked.body, portal=path_id(asked.request, "portal")))


MEASURE: Final = Write(Right.EXCUSE, bodies.Nothing, _measure)
LIST: Final = Write(Right.EXCUSE, bodies.NewPortal, _list, location="portal=portals")
DROP: Final = Write(Right.EXCUSE, bodies.NewPortalDropping, _drop)


@router.post("/freshness", status_code=201, openapi_extra=describe(MEASURE))
async def measure_freshness(request: Request) -> Response:
    """Measure how far the views are behind the log, and record it."""
    return await perform(request, MEASURE)


@router.post("/portals", status_code=201, openapi_extra=describe(LIST))
async def list_portal(request: Request) -> Response:
    """List a portal that describes the service, or change one."""
    return await perform(request, LIST)


@router.post("/portals/{portal}/dropping", status_code=201, openapi_extra=describe(DROP))
async def drop_portal(request: Request) -> Response:
    """Take a portal from the list."""
    return await perform(request, DROP)


@read.get("/views/freshness")
@reads("work")
async def read_freshness(request: Request, from_date: From = None, to_date: To = None, at: At = None) -> Response:
    """What was measured last, and alarms of which a part lies in these days, each with the entries that it rests on."""
    moment = read_as_of(at)
    school: OpenSchool = request.state.school

    def work() -> Response:
        views = school.read_views()
        now = datetime.now(UTC)
        found = freshness.freshness_alarms(views, now=now, from_date=from_date, to_date=to_date, at=moment)
        measured = freshness.measurements(views, at=found.position).rows
        last = measured[-1] if measured else None
        answer = {"position": found.position, "measurements": len(measured), "last": last, "rows": found.rows}
        return school.json(answer)

    return await answer_recorded(request, work)


@read.get("/views/portals")
@reads("work")
async def read_portals(request: Request, at: At = None) -> Response:
    """Portals on the list: the last check of each link, how long ago it was, and whether that is more than a month."""
    moment = read_as_of(at)
    school: OpenSchool = request.state.school

    def work() -> Response:
        found = portals.portals(school.read_views(), now=datetime.now(UTC), at=moment)
        return school.json({"position": found.position, "rows": found.rows})

    return await answer_recorded(request, work)
