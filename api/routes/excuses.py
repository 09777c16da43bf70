"""Incidents, and excuses for what was recorded late (regulation 2.4.1).

Who may read of all staff sees all excuses and the texts of all notes; a teacher sees the own excuses, and incidents
without their notes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import answer_recorded, reads
from api.auth import Right
from api.openapi import describe
from api.queries import At, From, Id, To, read_as_of
from api.requests import path_id
from api.retention import JOURNAL
from api.routes.control import answer_noted
from api.routes.views import check_work_reader
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.reading import resolve
from projections.views import excuses

router = APIRouter(tags=["excuses"])
read = APIRouter(tags=["excuses"], dependencies=[Depends(check_work_reader)])


def _note(asked: Asked[Any], person: str) -> str | None:
    """Keep the body's note for a person; return its digest."""
    note = asked.body.note
    return asked.disclose(person, {"note": note}, JOURNAL)[0] if note is not None else None


def _open(asked: Asked[bodies.NewIncident]) -> jc.OpenIncident:
    note = _note(asked, asked.identity.actor)
    return jc.OpenIncident(**fields(asked.body, incident=asked.body.incident or new_id(), note=note))


def _close(asked: Asked[bodies.NewIncidentClosing]) -> jc.CloseIncident:
    note = _note(asked, asked.identity.actor)
    return jc.CloseIncident(**fields(asked.body, incident=path_id(asked.request, "incident"), note=note))


def _accept(asked: Asked[bodies.NewExcuse]) -> jc.AcceptExcuse:
    note = _note(asked, asked.body.teacher)
    return jc.AcceptExcuse(**fields(asked.body, excuse=asked.body.excuse or new_id(), note=note))


def _withdraw(asked: Asked[bodies.NewExcuseWithdrawal]) -> jc.WithdrawExcuse:
    return jc.WithdrawExcuse(**fields(asked.body, excuse=path_id(asked.request, "excuse")))


OPEN: Final = Write(Right.EXCUSE, bodies.NewIncident, _open, location="incident=incidents")
CLOSE: Final = Write(Right.EXCUSE, bodies.NewIncidentClosing, _close)
ACCEPT: Final = Write(Right.EXCUSE, bodies.NewExcuse, _accept, location="excuse=excuses")
WITHDRAW: Final = Write(Right.EXCUSE, bodies.NewExcuseWithdrawal, _withdraw)


@router.post("/incidents", status_code=201, openapi_extra=describe(OPEN))
async def open_incident(request: Request) -> Response:
    """Record that the journal could not be used from a minute on."""
    return await perform(request, OPEN)


@router.post("/incidents/{incident}/closing", status_code=201, openapi_extra=describe(CLOSE))
async def close_incident(request: Request) -> Response:
    """Record that the journal could be used again."""
    return await perform(request, CLOSE)


@router.post("/excuses", status_code=201, openapi_extra=describe(ACCEPT))
async def accept_excuse(request: Request) -> Response:
    """Accept why a teacher's records of a lesson are late."""
    return await perform(request, ACCEPT)


@router.post("/excuses/{excuse}/withdrawal", status_code=201, openapi_extra=describe(WITHDRAW))
async def withdraw_excuse(request: Request) -> Response:
    """Say that it is no excuse after all."""
    return await perform(request, WITHDRAW)


@read.get("/views/incidents")
@reads("names", "notes", "work")
async def read_incidents(request: Request, from_date: From = None, to_date: To = None, at: At = None) -> Response:
    """Incidents of which a part lies in these days: how long each lasted, and the excuses that name it."""
    moment = read_as_of(at)
    school, sees_all = request.state.school, request.state.identity.may(Right.READ_STAFF)

    def work() -> Response:
        views = school.read_views()
        found = excuses.incidents(views, now=datetime.now(UTC), from_date=from_date, to_date=to_date, at=moment)
        shown = [row if sees_all else replace(row, note=None, closing_note=None) for row in found.rows]
        return answer_noted(school, found.position, shown, ("note", "closing_note"), ("actor",))

    return await answer_recorded(request, work)


@read.get("/views/excuses")
@reads("names", "notes", "work")
async def read_excuses(
    request: Request, teacher: Id = None, from_date: From = None, to_date: To = None, at: At = None
) -> Response:
    """Excuses for lessons of these days, those withdrawn too; a teacher sees the own ones."""
    moment = read_as_of(at)
    school, identity = request.state.school, request.state.identity

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        found = excuses.excuses(views, teacher=teacher, from_date=from_date, to_date=to_date, at=position).rows
        shown = [row for row in found if identity.may(Right.READ_STAFF) or row.teacher == identity.actor]
        return answer_noted(school, position, shown, ("note",), ("teacher", "actor"))

    return await answer_recorded(request, work)
