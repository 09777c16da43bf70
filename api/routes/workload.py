"""Hours of teachers and of classes: a teacher reads the own, who may read staff everybody's; a class's everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import answer_recorded, note, reads
from api.problems import Problem
from api.queries import At, From, Id, Month, To, days_of, read_as_of
from api.requests import path_id
from api.routes.questions import Format
from api.routes.views import check_work_reader, dress, whose
from api.schools import OpenSchool
from exports.workload import format_hours
from projections.engine import Views
from projections.reading import AsOf
from projections.views.timetable_pages import Days
from projections.views.workload import Workload, class_hours, teacher_hours, teacher_lessons

DAYS_MAX: Final = 31
"""The longest range of days whose lessons are listed."""
By = Annotated[Literal["month", "week"], Query(description="what to count apart; a week is named by its Monday")]


router = APIRouter(tags=["views"], dependencies=[Depends(check_work_reader)])

_OWN: Final = ("учитель видит только свои часы", "a teacher reads the own hours only")


@router.get("/workload")
@reads("names", "work")
async def read_workload(
    request: Request,
    teacher: Id = None,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    by: By = "month",
    at: At = None,
    format: Format = None,  # noqa: A002 - the parameter's name in the address
) -> Response:
    """Lessons that teachers gave, for themselves and for others, beside what the timetables had; a teacher's own."""
    first, last = days_of(month, from_date, to_date)
    who = whose(request.state.identity, teacher, _OWN)
    moment = read_as_of(at)

    def ask(views: Views) -> Workload:
        return teacher_hours(views, teacher=who, from_date=first, to_date=last, by=by, at=moment)

    return await _answer(request, ask, format)


@router.get("/workload/lessons")
@reads("names", "work")
async def read_workload_lessons(
    request: Request,
    teacher: Id = None,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Every planned or given lesson behind a teacher's hours of at most 31 days, each with its entries."""
    first, last = days_of(month, from_date, to_date)
    who = whose(request.state.identity, teacher, _OWN)
    if who is None or first is None or last is None or not _is_short(first, last):
        detail = (f"учитель и не больше {DAYS_MAX} дней", f"a teacher, and at most {DAYS_MAX} days")
        raise Problem("bad_request", 400, detail, more={"where": "teacher" if who is None else "from"})
    school: OpenSchool = request.state.school
    moment: AsOf = read_as_of(at)

    def work() -> Response:
        found: Days = teacher_lessons(school.read_views(), who, first, last, at=moment)
        people = {person for row in found.rows for person in (row.teacher, row.given_by) if person}
        return school.json(dress(school, found.position, orjson.loads(orjson.dumps(found)), people))

    return await answer_recorded(request, work)


@router.get("/classes/{class_group}/hours")
@reads("names", "work")
async def read_class_hours(
    request: Request,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
    format: Format = None,  # noqa: A002 - the parameter's name in the address
) -> Response:
    """A class's lessons by course, beside its timetables and the plans of its courses."""
    group = path_id(request, "class_group")
    first, last = days_of(month, from_date, to_date)
    moment = read_as_of(at)
    return await _answer(
        request, lambda views: class_hours(views, group, from_date=first, to_date=last, at=moment), format
    )


async def _answer(request: Request, ask: Callable[[Views], Workload], as_format: str | None) -> Response:
    school: OpenSchool = request.state.school

    def work() -> Response:
        found = ask(school.read_views())
        people = {row.teacher for row in found.rows if row.teacher}
        if as_format == "csv":
            note(request, form="csv")
            headers = {"Cache-Control": "private, no-store", "Letopis-Position": str(found.position)}
            content = format_hours(found, school.names(people))
            return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
        plain: dict[str, Any] = orjson.loads(orjson.dumps(found))
        return school.json(dress(school, found.position, plain, people))

    return await answer_recorded(request, work)


def _is_short(first: str, last: str) -> bool:
    """Whether a range of days is one, and none too long."""
    return 0 <= (date.fromisoformat(last) - date.fromisoformat(first)).days < DAYS_MAX
