"""The schedule of works of courses: planned, moved, cancelled; what goes beyond the limits of load is said at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import answer_recorded, reads
from api.auth import Right
from api.openapi import describe
from api.queries import At, From, Id, To, read_as_of
from api.requests import path_id
from api.routes.views import check_setup_reader, dress
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from ledger.log import Receipt
from projections.views.work_schedule import work_schedule

router = APIRouter(tags=["plans"])
read = APIRouter(tags=["views"], dependencies=[Depends(check_setup_reader)])


def _schedule(asked: Asked[bodies.NewScheduledWork]) -> jc.ScheduleWork:
    scheduled = asked.body.scheduled or new_id()
    return jc.ScheduleWork(**fields(asked.body, course=path_id(asked.request, "course"), scheduled=scheduled))


def _move(asked: Asked[bodies.NewMove]) -> jc.MoveScheduledWork:
    return jc.MoveScheduledWork(**fields(asked.body, course=path_id(asked.request, "course")))


def _cancel(asked: Asked[bodies.NewScheduleCancellation]) -> jc.CancelScheduledWork:
    return jc.CancelScheduledWork(**fields(asked.body, course=path_id(asked.request, "course")))


def _warnings(asked: Asked[Any], receipt: Receipt) -> list[dict[str, Any]]:
    """What of the work goes beyond the limits, as of the entry that plans it: the same whenever it is asked."""
    course, position = path_id(asked.request, "course"), receipt.first_index + receipt.count
    found = work_schedule(asked.school.read_views(), course=course, now=datetime.now(UTC), at=position)
    of = next((row.scheduled for row in found.rows if row.entry == receipt.first_index), None)
    warnings: list[dict[str, Any]] = orjson.loads(orjson.dumps([one for one in found.warnings if of in one.works]))
    return warnings


SCHEDULE: Final = Write(Right.PLAN, bodies.NewScheduledWork, _schedule, warn=_warnings)
MOVE: Final = Write(Right.PLAN, bodies.NewMove, _move, warn=_warnings)
CANCEL: Final = Write(Right.PLAN, bodies.NewScheduleCancellation, _cancel)


@router.post("/courses/{course}/schedule", status_code=201, openapi_extra=describe(SCHEDULE))
async def schedule_work(request: Request) -> Response:
    """Plan a work for a day; `warnings` say where that goes beyond the recommended load, and refuse nothing."""
    return await perform(request, SCHEDULE)


@router.post("/courses/{course}/schedule/moves", status_code=201, openapi_extra=describe(MOVE))
async def move_scheduled_work(request: Request) -> Response:
    """Plan a work for another day, with the reason; `warnings` as for a new one."""
    return await perform(request, MOVE)


@router.post("/courses/{course}/schedule/cancellations", status_code=201, openapi_extra=describe(CANCEL))
async def cancel_scheduled_work(request: Request) -> Response:
    """Take a work out of the schedule, with the reason."""
    return await perform(request, CANCEL)


@read.get("/schedule")
@reads("names", "work")
async def read_schedule(
    request: Request,
    class_group: Id = None,
    course: Id = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Scheduled works with what became of them, control works held without, and where the load is too much."""
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        found = work_schedule(
            school.read_views(),
            class_group=class_group,
            course=course,
            from_date=from_date,
            to_date=to_date,
            now=datetime.now(UTC),
            at=moment,
        )
        return school.json(dress(school, found.position, orjson.loads(orjson.dumps(found)), ()))

    return await answer_recorded(request, work)
