"""Acts of set-up inside closed reporting periods, by two people, and the register of what was recorded late."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import reads
from api.auth import Right
from api.bodies import Nothing
from api.bodies.backdating import NewClassBackdating, NewCourseBackdating, NewSetupBackdating
from api.bodies.erasures import NewBasis
from api.openapi import describe
from api.paging import Cursor, PageLimit, page_of
from api.queries import At
from api.requests import path_id, path_index
from api.routes.views import answer_view, check_controller
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from projections.reading import RequestStatus
from projections.views.backdating import backdated, backdating_requests

router = APIRouter(tags=["set-up"])
controlled = APIRouter(tags=["set-up"], dependencies=[Depends(check_controller)])


def _of_class(asked: Asked[Any]) -> dict[str, Any]:
    return {"class_group": path_id(asked.request, "class_group")}


def _of_course(asked: Asked[Any]) -> dict[str, Any]:
    return {"course": path_id(asked.request, "course")}


def _asked_in(asked: Asked[Any]) -> dict[str, Any]:
    return {"request": path_index(asked.request, "request_index")}


def _ask_class(asked: Asked[NewClassBackdating]) -> jc.RequestClassBackdating:
    return jc.RequestClassBackdating(**fields(asked.body, **_of_class(asked)))


def _approve_class(asked: Asked[Nothing]) -> jc.ApproveClassBackdating:
    return jc.ApproveClassBackdating(**_of_class(asked), **_asked_in(asked))


def _refuse_class(asked: Asked[NewBasis]) -> jc.RefuseClassBackdating:
    return jc.RefuseClassBackdating(**fields(asked.body, **_of_class(asked), **_asked_in(asked)))


def _ask_course(asked: Asked[NewCourseBackdating]) -> jc.RequestCourseBackdating:
    return jc.RequestCourseBackdating(**fields(asked.body, **_of_course(asked)))


def _approve_course(asked: Asked[Nothing]) -> jc.ApproveCourseBackdating:
    return jc.ApproveCourseBackdating(**_of_course(asked), **_asked_in(asked))


def _refuse_course(asked: Asked[NewBasis]) -> jc.RefuseCourseBackdating:
    return jc.RefuseCourseBackdating(**fields(asked.body, **_of_course(asked), **_asked_in(asked)))


def _ask_setup(asked: Asked[NewSetupBackdating]) -> jc.RequestSetupBackdating:
    return jc.RequestSetupBackdating(**fields(asked.body))


def _refuse_setup(asked: Asked[NewBasis]) -> jc.RefuseSetupBackdating:
    return jc.RefuseSetupBackdating(**fields(asked.body, **_asked_in(asked)))


ASK_CLASS: Final = Write(Right.ASK_BACKDATING, NewClassBackdating, _ask_class)
APPROVE_CLASS: Final = Write(Right.DIRECT, Nothing, _approve_class)
REFUSE_CLASS: Final = Write(Right.DIRECT, NewBasis, _refuse_class)
ASK_COURSE: Final = Write(Right.ASK_BACKDATING, NewCourseBackdating, _ask_course)
APPROVE_COURSE: Final = Write(Right.DIRECT, Nothing, _approve_course)
REFUSE_COURSE: Final = Write(Right.DIRECT, NewBasis, _refuse_course)
ASK_SETUP: Final = Write(Right.ASK_BACKDATING, NewSetupBackdating, _ask_setup)
REFUSE_SETUP: Final = Write(Right.DIRECT, NewBasis, _refuse_setup)

_CLASS: Final = "/classes/{class_group}/backdating-requests"
_COURSE: Final = "/courses/{course}/backdating-requests"
_SETUP: Final = "/backdating-requests"


@router.post(_CLASS, status_code=201, openapi_extra=describe(ASK_CLASS))
async def request_class_backdating(request: Request) -> Response:
    """Ask that a student be enrolled, or have left, inside a closed period; its `first_index` names the request."""
    return await perform(request, ASK_CLASS)


@router.post(_CLASS + "/{request_index}/approval", status_code=201, openapi_extra=describe(APPROVE_CLASS))
async def approve_class_backdating(request: Request) -> Response:
    """Do what was asked for, as a second person who directs."""
    return await perform(request, APPROVE_CLASS)


@router.post(_CLASS + "/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE_CLASS))
async def refuse_class_backdating(request: Request) -> Response:
    """Leave the closed period as it is, as a second person who directs."""
    return await perform(request, REFUSE_CLASS)


@router.post(_COURSE, status_code=201, openapi_extra=describe(ASK_COURSE))
async def request_course_backdating(request: Request) -> Response:
    """Ask for another teacher, or who is in the subgroup, inside a closed period; `first_index` names the request."""
    return await perform(request, ASK_COURSE)


@router.post(_COURSE + "/{request_index}/approval", status_code=201, openapi_extra=describe(APPROVE_COURSE))
async def approve_course_backdating(request: Request) -> Response:
    """Do what was asked for, as a second person who directs."""
    return await perform(request, APPROVE_COURSE)


@router.post(_COURSE + "/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE_COURSE))
async def refuse_course_backdating(request: Request) -> Response:
    """Leave the closed period as it is, as a second person who directs."""
    return await perform(request, REFUSE_COURSE)


@router.post(_SETUP, status_code=201, openapi_extra=describe(ASK_SETUP))
async def request_setup_backdating(request: Request) -> Response:
    """Ask for a duty, who answers, a timetable or a regulation in a closed period; another records it by `request`."""
    return await perform(request, ASK_SETUP)


@router.post(_SETUP + "/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE_SETUP))
async def refuse_setup_backdating(request: Request) -> Response:
    """Leave the closed period as it is, as a second person who directs."""
    return await perform(request, REFUSE_SETUP)


@controlled.get("/backdating-requests")
@reads("names", "work")
async def read_backdating_requests(
    request: Request, status: Annotated[RequestStatus | None, Query()] = None, at: At = None
) -> Response:
    """Requests to act inside closed periods, with their answers; `status=open`: those that still wait."""
    return await answer_view(
        request,
        at,
        lambda views, position: backdating_requests(views, status=status, at=position),
        lambda found: {row[who] for row in found["rows"] for who in ("person", "actor", "answerer") if row[who]},
    )


@controlled.get("/backdated")
@reads("names", "work")
async def read_backdated(request: Request, at: At = None, limit: PageLimit = None, cursor: Cursor = None) -> Response:
    """Acts of set-up recorded after the first day that they change: who, how many days late, and at whose request."""
    return await answer_view(
        request,
        at,
        lambda views, position: backdated(views, at=position),
        lambda found: {row[who] for row in found["rows"] for who in ("person", "actor", "requested_by") if row[who]},
        page_of(request, limit, cursor),
    )
