"""Opening closed periods and classes' closed journals again, by two people: requested, answered, listed."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import reads
from api.auth import Right
from api.bodies.erasures import NewBasis
from api.bodies.reopenings import NewReopeningRequest
from api.openapi import describe
from api.queries import At
from api.requests import path_id, path_index
from api.retention import JOURNAL
from api.routes.views import answer_view, check_controller
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from projections.reading import RequestStatus
from projections.views.reopenings import reopening_requests

router = APIRouter(tags=["journals"])
controlled = APIRouter(tags=["journals"], dependencies=[Depends(check_controller)])


def _note(asked: Asked[NewReopeningRequest], scope: str) -> str | None:
    note = asked.body.note
    return None if note is None else asked.disclose(scope, {"note": note}, JOURNAL)[0]


def _of_period(asked: Asked[Any]) -> dict[str, Any]:
    return {"period": path_id(asked.request, "period")}


def _of_class(asked: Asked[Any]) -> dict[str, Any]:
    return {"class_group": path_id(asked.request, "class_group")}


def _asked_in(asked: Asked[Any]) -> dict[str, Any]:
    return {"request": path_index(asked.request, "request_index")}


def _request_period(asked: Asked[NewReopeningRequest]) -> jc.RequestPeriodReopening:
    of = _of_period(asked)
    return jc.RequestPeriodReopening(**fields(asked.body, **of, note=_note(asked, of["period"])))


def _approve_period(asked: Asked[NewBasis]) -> jc.ApprovePeriodReopening:
    return jc.ApprovePeriodReopening(**fields(asked.body, **_of_period(asked), **_asked_in(asked)))


def _refuse_period(asked: Asked[NewBasis]) -> jc.RefusePeriodReopening:
    return jc.RefusePeriodReopening(**fields(asked.body, **_of_period(asked), **_asked_in(asked)))


def _request_journal(asked: Asked[NewReopeningRequest]) -> jc.RequestJournalReopening:
    of = _of_class(asked)
    return jc.RequestJournalReopening(**fields(asked.body, **of, note=_note(asked, of["class_group"])))


def _approve_journal(asked: Asked[NewBasis]) -> jc.ApproveJournalReopening:
    return jc.ApproveJournalReopening(**fields(asked.body, **_of_class(asked), **_asked_in(asked)))


def _refuse_journal(asked: Asked[NewBasis]) -> jc.RefuseJournalReopening:
    return jc.RefuseJournalReopening(**fields(asked.body, **_of_class(asked), **_asked_in(asked)))


ASK_PERIOD: Final = Write(Right.ASK_REOPENING, NewReopeningRequest, _request_period)
APPROVE_PERIOD: Final = Write(Right.DIRECT, NewBasis, _approve_period)
REFUSE_PERIOD: Final = Write(Right.DIRECT, NewBasis, _refuse_period)
ASK_JOURNAL: Final = Write(Right.ASK_REOPENING, NewReopeningRequest, _request_journal)
APPROVE_JOURNAL: Final = Write(Right.DIRECT, NewBasis, _approve_journal)
REFUSE_JOURNAL: Final = Write(Right.DIRECT, NewBasis, _refuse_journal)

_PERIOD: Final = "/periods/{period}/reopening-requests"
_JOURNAL: Final = "/classes/{class_group}/journal/reopening-requests"


@router.post(_PERIOD, status_code=201, openapi_extra=describe(ASK_PERIOD))
async def request_period_reopening(request: Request) -> Response:
    """Ask that a closed period be opened again; its `first_index` names the request."""
    return await perform(request, ASK_PERIOD)


@router.post(_PERIOD + "/{request_index}/approval", status_code=201, openapi_extra=describe(APPROVE_PERIOD))
async def approve_period_reopening(request: Request) -> Response:
    """Open the period again until it is closed anew, as a second person who directs."""
    return await perform(request, APPROVE_PERIOD)


@router.post(_PERIOD + "/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE_PERIOD))
async def refuse_period_reopening(request: Request) -> Response:
    """Leave the period closed, as a second person who directs."""
    return await perform(request, REFUSE_PERIOD)


@router.post(_JOURNAL, status_code=201, openapi_extra=describe(ASK_JOURNAL))
async def request_journal_reopening(request: Request) -> Response:
    """Ask that a class's closed journal be opened again; its `first_index` names the request."""
    return await perform(request, ASK_JOURNAL)


@router.post(_JOURNAL + "/{request_index}/approval", status_code=201, openapi_extra=describe(APPROVE_JOURNAL))
async def approve_journal_reopening(request: Request) -> Response:
    """Open the journal again until it is closed anew, as a second person who directs."""
    return await perform(request, APPROVE_JOURNAL)


@router.post(_JOURNAL + "/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE_JOURNAL))
async def refuse_journal_reopening(request: Request) -> Response:
    """Leave the journal closed, as a second person who directs."""
    return await perform(request, REFUSE_JOURNAL)


@controlled.get("/reopening-requests")
@reads("names", "work")
async def read_reopening_requests(
    request: Request, status: Annotated[RequestStatus | None, Query()] = None, at: At = None
) -> Response:
    """Requests to open periods and journals again, with their answers; `status=open`: those that still wait."""
    return await answer_view(
        request,
        at,
        lambda views, position: reopening_requests(views, status=status, at=position),
        lambda found: {row[who] for row in found["rows"] for who in ("actor", "answerer") if row[who] is not None},
    )
