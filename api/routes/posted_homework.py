"""Homework posted before its lesson is held, and how much of it was a day ahead."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import reads
from api.auth import Right
from api.openapi import describe
from api.queries import At, From, Id, To
from api.requests import path_id
from api.routes.views import answer_view, check_overseer, check_setup_reader
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from projections.views import posted_homework

router = APIRouter(tags=["lessons"])
read = APIRouter(tags=["views"], dependencies=[Depends(check_setup_reader)])
overseen = APIRouter(tags=["views"], dependencies=[Depends(check_overseer)])


def _post(asked: Asked[bodies.NewPostedHomework]) -> jc.PostHomework:
    return jc.PostHomework(**fields(asked.body, course=path_id(asked.request, "course")))


def _withdraw(asked: Asked[bodies.NewHomeworkWithdrawal]) -> jc.WithdrawHomework:
    return jc.WithdrawHomework(**fields(asked.body, course=path_id(asked.request, "course")))


POST: Final = Write(Right.TEACH, bodies.NewPostedHomework, _post)
WITHDRAW: Final = Write(Right.TEACH, bodies.NewHomeworkWithdrawal, _withdraw)


@router.post("/courses/{course}/homework", status_code=201, openapi_extra=describe(POST))
async def post_homework(request: Request) -> Response:
    """Post homework for a planned lesson that has not begun; the lesson takes it over when it is recorded."""
    return await perform(request, POST)


@router.post("/courses/{course}/homework-withdrawals", status_code=201, openapi_extra=describe(WITHDRAW))
async def withdraw_homework(request: Request) -> Response:
    """Withdraw what was posted; a lesson that took it over keeps it."""
    return await perform(request, WITHDRAW)


@read.get("/posted-homework")
@reads("names", "work")
async def read_posted_homework(
    request: Request,
    class_group: Id = None,
    course: Id = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Homework that was posted in advance, which lesson took it over, and whether that one is cancelled."""
    return await answer_view(
        request,
        at,
        lambda views, position: posted_homework.posted_homework(
            views, class_group=class_group, course=course, from_date=from_date, to_date=to_date, at=position
        ),
        lambda _: (),
    )


@overseen.get("/posted-homework/shares")
@reads("names", "work")
async def read_posting_shares(request: Request, from_date: From = None, to_date: To = None, at: At = None) -> Response:
    """How much homework was posted in advance, and a day ahead at least, by teacher and month (2.2.3)."""
    return await answer_view(
        request,
        at,
        lambda views, position: posted_homework.posting_shares(
            views, from_date=from_date, to_date=to_date, at=position
        ),
        lambda found: [row["teacher"] for row in found["rows"]],
    )
