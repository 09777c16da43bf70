"""Lessons that are not held: cancelled, moved or merged, and whether one was recorded there."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import reads
from api.auth import Right
from api.openapi import describe
from api.queries import At, From, Id, To
from api.requests import path_id
from api.routes.views import answer_view, check_setup_reader
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from projections.views import cancellations

router = APIRouter(tags=["lessons"])
read = APIRouter(tags=["views"], dependencies=[Depends(check_setup_reader)])


def _cancel(asked: Asked[bodies.NewCancellation]) -> jc.CancelLesson:
    return jc.CancelLesson(**fields(asked.body, course=path_id(asked.request, "course")))


def _withdraw(asked: Asked[bodies.NewCancellationWithdrawal]) -> jc.WithdrawCancellation:
    return jc.WithdrawCancellation(**fields(asked.body, course=path_id(asked.request, "course")))


CANCEL: Final = Write(Right.CANCEL, bodies.NewCancellation, _cancel)
WITHDRAW: Final = Write(Right.CANCEL, bodies.NewCancellationWithdrawal, _withdraw)


@router.post("/courses/{course}/cancellations", status_code=201, openapi_extra=describe(CANCEL))
async def cancel_lesson(request: Request) -> Response:
    """Say that a planned lesson is not held, is moved, or is merged into another course's."""
    return await perform(request, CANCEL)


@router.post("/courses/{course}/cancellation-withdrawals", status_code=201, openapi_extra=describe(WITHDRAW))
async def withdraw_cancellation(request: Request) -> Response:
    """Say that a cancelled lesson is held after all, or was cancelled by mistake."""
    return await perform(request, WITHDRAW)


@read.get("/cancellations")
@reads("names", "work")
async def read_cancellations(
    request: Request,
    class_group: Id = None,
    course: Id = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Cancelled lessons, and which lesson was recorded there or instead."""
    return await answer_view(
        request,
        at,
        lambda views, position: cancellations.cancellations(
            views, class_group=class_group, course=course, from_date=from_date, to_date=to_date, at=position
        ),
        lambda _: (),
    )
