"""Keeping and erasing personal values (1.5, 1.7): schedules, holds, erasures by two people, carrying them out."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import reads, reads_nobody
from api.auth import Right
from api.bodies import Nothing, erasures as bodies
from api.erasing import carry_out, pending
from api.openapi import asks, describe
from api.problems import Problem
from api.queries import At
from api.requests import authorize, convert_body, path_id, read_body
from api.routes.views import answer_view, check_overseer
from api.schools import removable_rows
from api.settings import SettingsError
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from ledger.wire.entry import Actor
from projections.views import erasures as views_of
from projections.views.due import due_values

router = APIRouter(tags=["erasing"])
overseen = APIRouter(tags=["erasing"], dependencies=[Depends(check_overseer)])


def _adopt(asked: Asked[bodies.NewRetentionSchedule]) -> jc.AdoptRetentionSchedule:
    return jc.AdoptRetentionSchedule(**fields(asked.body, rows=tuple(row.row() for row in asked.body.rows)))


def _place(asked: Asked[bodies.NewLegalHold]) -> jc.PlaceLegalHold:
    return jc.PlaceLegalHold(**fields(asked.body, hold=asked.body.hold or new_id()))


def _lift(asked: Asked[bodies.NewBasis]) -> jc.LiftLegalHold:
    return jc.LiftLegalHold(**fields(asked.body, hold=path_id(asked.request, "hold")))


def _propose(asked: Asked[bodies.NewErasure]) -> jc.ProposeErasure:
    given = {"erasure": asked.body.erasure or new_id(), "retention": tuple(asked.body.retention)}
    return jc.ProposeErasure(**fields(asked.body, **given))


def _approve(asked: Asked[bodies.NewBasis]) -> jc.ApproveErasure:
    return jc.ApproveErasure(**fields(asked.body, erasure=path_id(asked.request, "erasure")))


def _refuse(asked: Asked[bodies.NewBasis]) -> jc.RefuseErasure:
    return jc.RefuseErasure(**fields(asked.body, erasure=path_id(asked.request, "erasure")))


ADOPT: Final = Write(Right.ERASE, bodies.NewRetentionSchedule, _adopt)
PLACE: Final = Write(Right.ERASE, bodies.NewLegalHold, _place)
LIFT: Final = Write(Right.ERASE, bodies.NewBasis, _lift)
PROPOSE: Final = Write(Right.ERASE, bodies.NewErasure, _propose)
APPROVE: Final = Write(Right.ERASE, bodies.NewBasis, _approve)
REFUSE: Final = Write(Right.ERASE, bodies.NewBasis, _refuse)


@router.post("/retention-schedules", status_code=201, openapi_extra=describe(ADOPT))
async def adopt_retention_schedule(request: Request) -> Response:
    """Adopt how long personal values are kept, from a day on."""
    return await perform(request, ADOPT)


@router.post("/legal-holds", status_code=201, openapi_extra=describe(PLACE))
async def place_legal_hold(request: Request) -> Response:
    """Let nothing of these people be erased."""
    return await perform(request, PLACE)


@router.post("/legal-holds/{hold}/lifting", status_code=201, openapi_extra=describe(LIFT))
async def lift_legal_hold(request: Request) -> Response:
    """Lift a hold."""
    return await perform(request, LIFT)


@router.post("/erasures", status_code=201, openapi_extra=describe(PROPOSE))
async def propose_erasure(request: Request) -> Response:
    """Propose that values of a person be erased."""
    return await perform(request, PROPOSE)


@router.post("/erasures/{erasure}/approval", status_code=201, openapi_extra=describe(APPROVE))
async def approve_erasure(request: Request) -> Response:
    """Approve an erasure, as a second person."""
    return await perform(request, APPROVE)


@router.post("/erasures/{erasure}/refusal", status_code=201, openapi_extra=describe(REFUSE))
async def refuse_erasure(request: Request) -> Response:
    """Refuse an erasure, as a second person."""
    return await perform(request, REFUSE)


@router.post("/erasures/{erasure}/execution", status_code=201, openapi_extra=asks(Nothing))
@reads_nobody("a receipt of what was erased")
async def execute_erasure(request: Request) -> Response:
    """Destroy keys and values of an approved erasure, and record it; what stopped half way is gone on with.

    On PostgreSQL the server's own role may take no values away: then this is 503; `letopis erase carry-out` does it.
    """
    school, identity = await authorize(request, Right.ERASE)
    convert_body(await read_body(request) or b"{}", Nothing)
    erasure = path_id(request, "erasure")

    def work() -> Response:
        try:
            rows = removable_rows(school)
        except SettingsError:
            detail = ("сервер не вправе: letopis erase carry-out", "not this server's right: letopis erase carry-out")
            raise Problem("unavailable", 503, detail) from None
        with closing(rows):
            receipt = carry_out(school, erasure, Actor(identity.actor, identity.role), rows)
        answer = school.json(
            {"command": receipt.command, "first_index": receipt.first_index, "count": receipt.count, "streams": {}}
        )
        answer.status_code = 201
        return answer

    return await run_in_threadpool(work)


def _people(found: Any) -> list[str]:
    return [row["person"] for row in found["rows"] if row["person"]]


@overseen.get("/retention-schedules")
@reads("work", is_of_school=True)
async def read_retention_schedules(request: Request, at: At = None) -> Response:
    """How long personal values are kept, and were."""

    def ask(views: Any, position: int) -> Any:
        return msgspec.to_builtins(views_of.retention_schedules(views, at=position))

    return await answer_view(request, at, ask, lambda _: ())


@overseen.get("/legal-holds")
@reads("disclosures", "names")
async def read_legal_holds(request: Request, at: At = None) -> Response:
    """What keeps values from being erased, and what did."""
    return await answer_view(request, at, lambda views, position: views_of.legal_holds(views, at=position), _people)


@overseen.get("/erasures")
@reads("disclosures", "names")
async def read_erasures(request: Request, at: At = None) -> Response:
    """What was proposed, answered and erased; `begun` are the ids of those that stopped half way."""
    school = request.state.school

    def ask(views: Any, position: int) -> dict[str, Any]:
        found = views_of.erasures(views, at=position)
        return {"rows": found.rows, "begun": pending(school.app, school.vault.keys)}

    return await answer_view(request, at, ask, _people)


@overseen.get("/retention")
@reads("disclosures", "names")
async def read_retention(request: Request, on: str | None = None, at: At = None) -> Response:
    """What falls due by the schedule on a day (left out: today), and what is held; nothing is done by this."""
    day: str = on or request.state.school.app.today().isoformat()
    return await answer_view(request, at, lambda views, position: due_values(views, on=day, at=position), _people)
