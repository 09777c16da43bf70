"""Forecasts of results (regulation 2.3.2): of the own class or the own child, and all for who reads staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.access import answer_recorded, note, reads
from api.auth import Identity, Right
from api.problems import NotOwn, Problem
from api.queries import At, Id, On, read_as_of
from api.reach import leads
from api.routes.views import check_reader, dress
from api.school_facts import SchoolFacts
from api.schools import OpenSchool
from exports.forecasts import format_forecasts
from projections.reading import resolve
from projections.views.forecasts import Forecasts, forecasts

FAMILY = frozenset({"student", "guardian"})
"""Who is shown one student, named: what such a role reaches is judged before (`api.reach`)."""

router = APIRouter(tags=["views"], dependencies=[Depends(check_reader)])


@router.get("/forecasts")
@reads("marks", "names")
async def read_forecasts(
    request: Request, class_group: Id = None, student: Id = None, on: On = None, at: At = None
) -> Response:
    """What would come out for each student and course if the period ended now, and what it would take for more."""

    def show(school: OpenSchool, found: Forecasts) -> Response:
        plain: dict[str, Any] = orjson.loads(orjson.dumps(found))
        return school.json(dress(school, found.position, plain, {row.student for row in found.rows}))

    return await _answer(request, class_group, student, on, at, show)


@router.get("/forecasts.csv")
@reads("marks", "names", purpose="export", form="csv")
async def read_forecasts_as_csv(
    request: Request, class_group: Id = None, student: Id = None, on: On = None, at: At = None
) -> Response:
    """The same as a table for a spreadsheet."""

    def show(school: OpenSchool, found: Forecasts) -> Response:
        people = {row.student for row in found.rows}
        note(request, people=people)
        content = format_forecasts(found, school.names(people))
        headers = {"Cache-Control": "private, no-store", "Letopis-Position": str(found.position)}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    return await _answer(request, class_group, student, on, at, show)


async def _answer(
    request: Request,
    class_group: str | None,
    student: str | None,
    on: str | None,
    at: str | None,
    show: Callable[[OpenSchool, Forecasts], Response],
) -> Response:
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        _check_may(school, request.state.identity, class_group, student)
        return show(school, forecasts(views, class_group=class_group, student=student, on=on, at=position))

    return await answer_recorded(request, work)


def _check_may(school: OpenSchool, identity: Identity, class_group: str | None, student: str | None) -> None:
    """Refuse a teacher another class than the own one, and everybody the whole school at once.

    A family's child is named, or the request was refused as out of reach.

    Raises:
        Problem: 403, or 400 where neither a class nor a student is named.
    """
    if identity.role in FAMILY:
        return
    if class_group is None and (student is None or not identity.may(Right.READ_STAFF)):
        detail = (
            "назовите класс, а администрация — класс или ученика",
            "name a class; the administration, a class or a student",
        )
        raise Problem("bad_request", 400, detail, more={"where": "class_group"})
    if identity.may(Right.READ_STAFF):
        return
    if not leads(identity.actor, class_group, SchoolFacts(school)):
        detail = (
            "прогноз видит классный руководитель своего класса",
            "a class teacher reads the own class's forecasts",
        )
        raise NotOwn(detail)
