"""Who is planned to substitute whom, and what became of it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import reads
from api.auth import Identity, Right
from api.openapi import describe
from api.problems import NotOwn
from api.queries import At, From, Id, Month, To, days_of
from api.requests import path_id
from api.routes.views import answer_view, check_work_reader
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from projections.views import substitution_plans

_PEOPLE: Final = ("absent_teacher", "substitute", "given_by")


router = APIRouter(tags=["lessons"])
read = APIRouter(tags=["views"], dependencies=[Depends(check_work_reader)])


def _plan(asked: Asked[bodies.NewSubstitutionPlan]) -> jc.PlanSubstitution:
    return jc.PlanSubstitution(**fields(asked.body, course=path_id(asked.request, "course")))


def _withdraw(asked: Asked[bodies.NewSubstitutionPlanWithdrawal]) -> jc.WithdrawSubstitutionPlan:
    return jc.WithdrawSubstitutionPlan(**fields(asked.body, course=path_id(asked.request, "course")))


PLAN: Final = Write(Right.PLAN_SUBSTITUTES, bodies.NewSubstitutionPlan, _plan)
WITHDRAW: Final = Write(Right.PLAN_SUBSTITUTES, bodies.NewSubstitutionPlanWithdrawal, _withdraw)


@router.post("/courses/{course}/substitution-plans", status_code=201, openapi_extra=describe(PLAN))
async def plan_substitution(request: Request) -> Response:
    """Plan who gives a lesson for the responsible teacher; it stays a plan until the lesson is recorded."""
    return await perform(request, PLAN)


@router.post("/courses/{course}/substitution-plan-withdrawals", status_code=201, openapi_extra=describe(WITHDRAW))
async def withdraw_substitution_plan(request: Request) -> Response:
    """Say that a planned substitution holds no more."""
    return await perform(request, WITHDRAW)


@read.get("/substitution-plans")
@reads("names", "work")
async def read_substitution_plans(
    request: Request,
    teacher: Id = None,
    class_group: Id = None,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Planned substitutions beside who gave each lesson; a teacher reads those that name this very teacher."""
    identity: Identity = request.state.identity
    whose = teacher
    if not identity.may(Right.READ_STAFF):
        if teacher not in (None, identity.actor):
            raise NotOwn(("учитель видит только свои замещения", "a teacher reads the own ones only"))
        whose = identity.actor
    first, last = days_of(month, from_date, to_date)
    return await answer_view(
        request,
        at,
        lambda views, position: substitution_plans.substitution_plans(
            views, employee=whose, class_group=class_group, from_date=first, to_date=last, at=position
        ),
        lambda found: {row[who] for row in found["rows"] for who in _PEOPLE if row[who]},
    )
