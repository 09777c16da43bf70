"""The register of paper archives (3.1): stored, moved, handed over, destroyed by two people, listed."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from api.access import reads
from api.auth import Right
from api.bodies import papers as bodies
from api.bodies.erasures import NewBasis
from api.openapi import describe
from api.queries import At, Id, On
from api.requests import path_id
from api.routes.views import answer_view, check_controller
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.views.papers import papers

router = APIRouter(tags=["paper"])
controlled = APIRouter(tags=["paper"], dependencies=[Depends(check_controller)])


def _store(asked: Asked[bodies.NewPaper]) -> jc.StorePaper:
    given = {"paper": asked.body.paper or new_id(), "sheets": tuple(asked.body.sheets)}
    return jc.StorePaper(**fields(asked.body, **given))


def _move(asked: Asked[bodies.NewPaperMove]) -> jc.MovePaper:
    return jc.MovePaper(**fields(asked.body, paper=path_id(asked.request, "paper")))


def _strike(asked: Asked[bodies.NewPaperStriking]) -> jc.StrikeOffPaper:
    return jc.StrikeOffPaper(**fields(asked.body, paper=path_id(asked.request, "paper")))


def _hand_over(asked: Asked[bodies.NewPaperHandOver]) -> jc.HandOverPaper:
    return jc.HandOverPaper(**fields(asked.body, papers=tuple(asked.body.papers)))


def _propose(asked: Asked[bodies.NewPaperDestruction]) -> jc.ProposePaperDestruction:
    given = {"destruction": asked.body.destruction or new_id(), "papers": tuple(asked.body.papers)}
    return jc.ProposePaperDestruction(**fields(asked.body, **given))


def _approve(asked: Asked[NewBasis]) -> jc.ApprovePaperDestruction:
    return jc.ApprovePaperDestruction(**fields(asked.body, destruction=path_id(asked.request, "destruction")))


def _refuse(asked: Asked[NewBasis]) -> jc.RefusePaperDestruction:
    return jc.RefusePaperDestruction(**fields(asked.body, destruction=path_id(asked.request, "destruction")))


def _record(asked: Asked[bodies.NewPaperDestructionAct]) -> jc.RecordPaperDestruction:
    return jc.RecordPaperDestruction(**fields(asked.body, destruction=path_id(asked.request, "destruction")))


STORE: Final = Write(Right.REGISTER_PAPER, bodies.NewPaper, _store)
MOVE: Final = Write(Right.REGISTER_PAPER, bodies.NewPaperMove, _move)
STRIKE: Final = Write(Right.REGISTER_PAPER, bodies.NewPaperStriking, _strike)
HAND_OVER: Final = Write(Right.REGISTER_PAPER, bodies.NewPaperHandOver, _hand_over)
PROPOSE: Final = Write(Right.REGISTER_PAPER, bodies.NewPaperDestruction, _propose)
APPROVE: Final = Write(Right.DIRECT, NewBasis, _approve)
REFUSE: Final = Write(Right.DIRECT, NewBasis, _refuse)
RECORD: Final = Write(Right.REGISTER_PAPER, bodies.NewPaperDestructionAct, _record)


@router.post("/paper", status_code=201, openapi_extra=describe(STORE))
async def store_paper(request: Request) -> Response:
    """Put paper away under the next number of the register, with its term."""
    return await perform(request, STORE)


@router.post("/paper/{paper}/moves", status_code=201, openapi_extra=describe(MOVE))
async def move_paper(request: Request) -> Response:
    """Record that it lies elsewhere in the school."""
    return await perform(request, MOVE)


@router.post("/paper/{paper}/striking", status_code=201, openapi_extra=describe(STRIKE))
async def strike_off_paper(request: Request) -> Response:
    """Take it out of the register: lost, damaged, or entered wrongly."""
    return await perform(request, STRIKE)


@router.post("/paper-handovers", status_code=201, openapi_extra=describe(HAND_OVER))
async def hand_over_paper(request: Request) -> Response:
    """Record that an archive took papers over."""
    return await perform(request, HAND_OVER)


@router.post("/paper-destructions", status_code=201, openapi_extra=describe(PROPOSE))
async def propose_paper_destruction(request: Request) -> Response:
    """Propose that papers whose term is over be destroyed."""
    return await perform(request, PROPOSE)


@router.post("/paper-destructions/{destruction}/approval", status_code=201, openapi_extra=describe(APPROVE))
async def approve_paper_destruction(request: Request) -> Response:
    """Approve it, as a second person."""
    return await perform(request, APPROVE)


@router.post("/paper-destructions/{destruction}/refusal", status_code=201, openapi_extra=describe(REFUSE))
async def refuse_paper_destruction(request: Request) -> Response:
    """Refuse it or call it off, as a second person."""
    return await perform(request, REFUSE)


@router.post("/paper-destructions/{destruction}/act", status_code=201, openapi_extra=describe(RECORD))
async def record_paper_destruction(request: Request) -> Response:
    """Record the act by which the papers were destroyed."""
    return await perform(request, RECORD)


@controlled.get("/paper")
@reads("names", "work")
async def read_papers(
    request: Request, year: Id = None, class_group: Id = None, on: On = None, at: At = None
) -> Response:
    """The register of paper: what lies where, until when, what is due on a day or held, and what became of the rest."""
    day: str = on or request.state.school.app.today().isoformat()
    return await answer_view(
        request,
        at,
        lambda views, position: papers(views, on=day, year=year, class_group=class_group, at=position),
        lambda found: (row["actor"] for row in found["rows"]),
    )
