"""Extracts: a part of the log that proves itself, for a court, for parents, for the next school."""

from __future__ import annotations

import threading
import time
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import answer_recorded, note, reads
from api.auth import Right
from api.extracting import DISCLOSED, class_target, student_target, zipped_extract
from api.openapi import asks
from api.problems import RETRY_AFTER, Problem
from api.requests import authorize_now, convert_body, read_body
from api.schools import OpenSchool
from api.shown import EXTRACT_KINDS
from exports.extract_scope import Target
from ledger.log import SignedCheckpoint

SIGNING_SECONDS: Final = 5.0
"""How long a checkpoint over all that is recorded is waited for."""
_POLL_SECONDS: Final = 0.1
_one_at_a_time: Final = threading.Semaphore()
"""Making one reads the whole log: a second one is asked to come again."""


def check_giver(request: Request) -> None:
    """Refuse who may not give extracts."""
    authorize_now(request, Right.EXTRACT)


router = APIRouter(tags=["log"], dependencies=[Depends(check_giver)])


@router.post("/extracts", openapi_extra=asks(bodies.NewExtract))
@reads(*EXTRACT_KINDS, form="extract")
async def make_extract(request: Request) -> Response:
    """A ZIP of what the log has of one class or one student, with the proof that it is of the signed log.

    `Letopis-Purpose` has to say what for, `Letopis-Basis` by which document (a court's, a parent's, the next school's).
    Nothing is recorded in the journal: who was given what is in the access log.
    """
    school: OpenSchool = request.state.school
    body = convert_body(await read_body(request), bodies.NewExtract)
    for header, stated in zip(("Letopis-Purpose", "Letopis-Basis"), request.state.stated, strict=True):
        if stated is None:
            detail = (f"заголовок {header} говорит, зачем и по какому документу", f"{header} says what for")
            raise Problem("bad_request", 400, detail, more={"where": header})
    if (body.class_group is None) == (body.student is None):
        detail = ("одно из class_group и student", "one of class_group and student")
        raise Problem("bad_request", 400, detail, more={"where": "class_group"})

    def work() -> Response:
        checkpoint = _signed(school)
        target = _target(school, body, checkpoint.size)
        people = (target.of,) if target.scope == "student" else None
        note(
            request,
            people=people,
            classes=(target.of,) if target.scope == "class" else None,
            kinds=EXTRACT_KINDS if body.public else (*EXTRACT_KINDS, *DISCLOSED),
        )
        if not _one_at_a_time.acquire(blocking=False):
            detail = ("делается другая выписка", "another extract is being made")
            raise Problem("unavailable", 503, detail, headers=RETRY_AFTER)
        try:
            content = zipped_extract(school, checkpoint, target, public=body.public)
        finally:
            _one_at_a_time.release()
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": 'attachment; filename="extract.zip"',
            "Letopis-Position": str(checkpoint.size),
        }
        return Response(content, 200, headers, "application/zip")

    return await answer_recorded(request, work)


def _target(school: OpenSchool, body: bodies.NewExtract, size: int) -> Target:
    """Of what it is to be.

    Raises:
        Problem: 404.
    """
    if body.class_group is not None:
        where, found = "class_group", class_target(school, body.class_group, size)
    else:
        where, found = "student", student_target(school, body.student or "", size)
    if found is None:
        raise Problem("not_found", 404, more={"where": where})
    return found


def _signed(school: OpenSchool) -> SignedCheckpoint:
    """A checkpoint over all that is recorded, which the views have consumed; waited for.

    Raises:
        Problem: 503, they are not there in time.
    """
    size, end = school.recorder.head().size, time.monotonic() + SIGNING_SECONDS
    signed = school.recorder.checkpoint()
    if signed is None or signed.size < size:
        school.sign_soon()
    while signed is None or signed.size < size or school.read_views().position() < signed.size:
        if time.monotonic() > end:
            detail = ("подписанной точки над записями ещё нет", "no signed checkpoint covers all entries yet")
            raise Problem("unavailable", 503, detail, headers=RETRY_AFTER)
        time.sleep(_POLL_SECONDS)
        signed = school.recorder.checkpoint()
    return signed
