"""Lessons: recording them, adding to them, correcting what they say."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api import bodies
from api.access import answer_recorded, reads
from api.auth import Right
from api.openapi import describe
from api.problems import Problem
from api.requests import authorize, path_id, path_index
from api.retention import JOURNAL
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc

router = APIRouter(tags=["lessons"])


def _note(asked: Asked[bodies.NewCorrection] | Asked[bodies.NewCorrectionRequest]) -> str | None:
    """Keep the text that goes with a correction under the key of the student whom it is about; gives its digest."""
    if asked.body.note is None:
        return None
    lesson = path_id(asked.request, "lesson")
    owner = asked.school.student_of(lesson, asked.body.corrects) or lesson
    return asked.disclose(owner, {"note": asked.body.note}, JOURNAL)[0]


def _record(asked: Asked[bodies.NewLesson]) -> jc.RecordLesson:
    return jc.RecordLesson(**fields(asked.body, lesson=asked.body.lesson or new_id()))


def _seen(asked: Asked[Any]) -> dict[str, Any]:
    """The lesson of the path, in the version that the client saw."""
    return {"lesson": path_id(asked.request, "lesson"), "expected_version": asked.seen}


def _add(asked: Asked[bodies.MoreOfLesson]) -> jc.AddToLesson:
    return jc.AddToLesson(**fields(asked.body, **_seen(asked)))


def _set_reason(asked: Asked[bodies.NewAbsenceReason]) -> jc.SetAbsenceReason:
    return jc.SetAbsenceReason(**fields(asked.body, **_seen(asked)))


def _correct(asked: Asked[bodies.NewCorrection]) -> jc.Correct:
    return jc.Correct(**fields(asked.body, note=_note(asked), **_seen(asked)))


def _request(asked: Asked[bodies.NewCorrectionRequest]) -> jc.RequestCorrection:
    return jc.RequestCorrection(**fields(asked.body, note=_note(asked), **_seen(asked)))


def _approve(asked: Asked[bodies.Nothing]) -> jc.ApproveCorrection:
    return jc.ApproveCorrection(request=path_index(asked.request, "request_index"), **_seen(asked))


def _refuse(asked: Asked[bodies.NewRefusal]) -> jc.RefuseCorrection:
    request = path_index(asked.request, "request_index")
    return jc.RefuseCorrection(**fields(asked.body, request=request, **_seen(asked)))


RECORD: Final = Write(Right.TEACH, bodies.NewLesson, _record, location="lesson=lessons", etag=True)
ADD: Final = Write(Right.TEACH, bodies.MoreOfLesson, _add, etag=True, if_match=True)
REASON: Final = Write(Right.TEACH, bodies.NewAbsenceReason, _set_reason, etag=True, if_match=True)
CORRECT: Final = Write(Right.TEACH, bodies.NewCorrection, _correct, etag=True, if_match=True)
REQUEST: Final = Write(Right.REQUEST_CORRECTION, bodies.NewCorrectionRequest, _request, etag=True, if_match=True)
APPROVE: Final = Write(Right.APPROVE, bodies.Nothing, _approve, etag=True, if_match=True)
REFUSE: Final = Write(Right.APPROVE, bodies.NewRefusal, _refuse, etag=True, if_match=True)


@router.post("/lessons", status_code=201, openapi_extra=describe(RECORD))
async def record_lesson(request: Request) -> Response:
    """Record a lesson that was held, with all that is known of it."""
    return await perform(request, RECORD)


@router.get("/lessons/{lesson}")
@reads("absences", "marks", "work")
async def read_lesson(request: Request) -> Response:
    """The lesson as it stands in the log, with its version as ETag."""
    school, _ = await authorize(request, Right.READ_VIEWS)
    lesson = path_id(request, "lesson")

    def work() -> Response:
        found = school.lesson_state(lesson)
        if found is None:
            raise Problem("not_found", 404)
        version, state = found
        return school.json(state, headers={"ETag": f'"{version}"'})

    return await answer_recorded(request, work)


@router.post("/lessons/{lesson}/entries", status_code=201, openapi_extra=describe(ADD))
async def add_to_lesson(request: Request) -> Response:
    """Add attendance, works, marks or homework; If-Match says which version you saw."""
    return await perform(request, ADD)


@router.post("/lessons/{lesson}/absence-reasons", status_code=201, openapi_extra=describe(REASON))
async def set_absence_reason(request: Request) -> Response:
    """Say why a student was absent, once it is known."""
    return await perform(request, REASON)


@router.post("/lessons/{lesson}/corrections", status_code=201, openapi_extra=describe(CORRECT))
async def correct(request: Request) -> Response:
    """Correct or annul what an entry says, before the period is closed; If-Match says which version you saw."""
    return await perform(request, CORRECT)


@router.post("/lessons/{lesson}/correction-requests", status_code=201, openapi_extra=describe(REQUEST))
async def request_correction(request: Request) -> Response:
    """After the close: ask for a correction. Its index is the answer's `first_index`."""
    return await perform(request, REQUEST)


@router.post(
    "/lessons/{lesson}/correction-requests/{request_index}/approval", status_code=201, openapi_extra=describe(APPROVE)
)
async def approve_correction(request: Request) -> Response:
    """A second person approves; the correction is recorded."""
    return await perform(request, APPROVE)


@router.post(
    "/lessons/{lesson}/correction-requests/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE)
)
async def refuse_correction(request: Request) -> Response:
    """A second person refuses."""
    return await perform(request, REFUSE)
