"""Routes of archives that were recorded (3.1): which there are, and the receipt of whoever took one over."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bodies
from api.access import reads
from api.auth import Right
from api.openapi import describe
from api.problems import Problem
from api.queries import At, read_as_of
from api.requests import path_index
from api.routes.views import check_controller
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.views.evidence import archive_of, archives

router = APIRouter(tags=["archives"])
controlled = APIRouter(tags=["archives"], dependencies=[Depends(check_controller)])


def _hand_over(asked: Asked[bodies.NewArchiveHandOver]) -> jc.HandOverArchive:
    archive = archive_of(asked.school.read_views(), path_index(asked.request, "entry_index"))
    if archive is None:
        raise Problem("not_found", 404)
    return jc.HandOverArchive(**fields(asked.body, handover=new_id(), archive=archive))


HAND_OVER: Final = Write(Right.HAND_OVER_ARCHIVE, bodies.NewArchiveHandOver, _hand_over)


@router.post("/archives/{entry_index}/handovers", status_code=201, openapi_extra=describe(HAND_OVER))
async def hand_over_archive(request: Request) -> Response:
    """Record that an archive institution took over the archive that an entry records, with its receipt."""
    return await perform(request, HAND_OVER)


@controlled.get("/archives")
@reads("work", is_of_school=True)
async def read_archives(request: Request, at: At = None) -> Response:
    """Archives that were recorded, the newest first, each with the receipts of those who took it over."""
    moment = read_as_of(at)
    school: OpenSchool = request.state.school

    def work() -> Response:
        found = archives(school.read_views(), at=moment)
        return school.json({"position": found.position, "rows": found.rows})

    return await run_in_threadpool(work)
