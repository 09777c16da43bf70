"""Lesson plans over HTTP: imported, amended, and held against the lessons that were given."""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import answer_recorded, reads
from api.auth import Right
from api.openapi import describe
from api.problems import Problem
from api.queries import At, Id, read_as_of
from api.requests import path_id
from api.routes.views import check_setup_reader, dress
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from projections.reading import resolve
from projections.views.plans import plan_page, programme

router = APIRouter(tags=["plans"])
read = APIRouter(tags=["plans"], dependencies=[Depends(check_setup_reader)])


def _import(asked: Asked[bodies.NewPlan]) -> jc.ImportPlan:
    return jc.ImportPlan(**fields(asked.body, course=path_id(asked.request, "course")))


def _amend(asked: Asked[bodies.NewAmendment]) -> jc.AmendPlan:
    return jc.AmendPlan(**fields(asked.body, course=path_id(asked.request, "course")))


PLAN: Final = Write(Right.PLAN, bodies.NewPlan, _import)
AMENDMENT: Final = Write(Right.PLAN, bodies.NewAmendment, _amend)


@router.post("/courses/{course}/plan", status_code=201, openapi_extra=describe(PLAN))
async def import_plan(request: Request) -> Response:
    """Record the lesson plan of a course, by its teacher or the administration."""
    return await perform(request, PLAN)


@router.post("/courses/{course}/plan/amendments", status_code=201, openapi_extra=describe(AMENDMENT))
async def amend_plan(request: Request) -> Response:
    """Change, add or take out one item; what it said before stays in the log."""
    return await perform(request, AMENDMENT)


@read.get("/courses/{course}/plan")
@reads("names", "work")
async def read_plan(request: Request, at: At = None) -> Response:
    """A course's plan beside the lessons that cover it: what is missing, repeated or merged, and drift in days."""
    school: OpenSchool = request.state.school
    course, moment = path_id(request, "course"), read_as_of(at)

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        page = plan_page(views, course, at=position)
        if page is None:
            raise Problem("not_found", 404)
        plain: dict[str, Any] = orjson.loads(orjson.dumps(page))
        teacher = plain["course"]["teacher"]
        return school.json(dress(school, position, plain, [teacher] if teacher else []))

    return await answer_recorded(request, work)


@read.get("/views/programme")
@reads("names", "work")
async def read_programme(request: Request, class_group: Id = None, year: Id = None, at: At = None) -> Response:
    """Programme fulfilment: planned against given hours of every course, of a class or of a year."""
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        plain = orjson.loads(orjson.dumps(programme(views, class_group=class_group, year=year, at=position)))
        people = [row["teacher"] for row in plain["rows"] if row["teacher"]]
        return school.json(dress(school, position, plain, people))

    return await answer_recorded(request, work)
