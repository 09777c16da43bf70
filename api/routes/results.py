"""Results: rules of assessment, sheets with what was computed, examinations, publication, corrections, the council."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api import bodies
from api.access import reads, reads_nobody
from api.auth import Right
from api.openapi import describe
from api.paging import ROWS_AT_ONCE, BoundedLimit, Cursor, page_of
from api.queries import At, Id
from api.reach import Named
from api.requests import path_id, path_index
from api.retention import JOURNAL
from api.routes.views import answer_view, check_controller, check_reader, check_setup_reader
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.reading import RequestStatus
from projections.views import result_register

router = APIRouter(tags=["results"])
read = APIRouter(tags=["results"], dependencies=[Depends(check_reader)])
set_up = APIRouter(tags=["results"], dependencies=[Depends(check_setup_reader)])
controlled = APIRouter(tags=["results"], dependencies=[Depends(check_controller)])


def _marks(asked: Asked[Any]) -> tuple[jc.NewResult, ...]:
    """Marks with their notes kept under the keys of the students whom they are about."""
    return tuple(
        jc.NewResult(
            student=mark.student,
            value=mark.value,
            reason=mark.reason,
            note=None if mark.note is None else asked.disclose(mark.student, {"note": mark.note}, JOURNAL)[0],
        )
        for mark in asked.body.marks
    )


def _note(asked: Asked[Any]) -> str | None:
    """Keep the text that goes with a correction under the key of the student whom it is about; gives its digest."""
    if asked.body.note is None:
        return None
    sheet = path_id(asked.request, "sheet")
    owner = asked.school.student_of_result(sheet, asked.body.corrects) or sheet
    return asked.disclose(owner, {"note": asked.body.note}, JOURNAL)[0]


def _sheet(asked: Asked[Any]) -> dict[str, Any]:
    return {"sheet": path_id(asked.request, "sheet")}


def _adopt(asked: Asked[bodies.NewAssessmentRules]) -> jc.AdoptAssessmentRules:
    return jc.AdoptAssessmentRules(**fields(asked.body))


def _record(asked: Asked[bodies.NewPeriodMarks]) -> jc.RecordPeriodMarks:
    return jc.RecordPeriodMarks(**fields(asked.body, sheet=asked.body.sheet or new_id(), marks=_marks(asked)))


def _examine(asked: Asked[bodies.NewExamResults]) -> jc.RecordExamResults:
    return jc.RecordExamResults(**fields(asked.body, **_sheet(asked)))


def _finish(asked: Asked[bodies.NewFinalMarks]) -> jc.RecordFinalMarks:
    return jc.RecordFinalMarks(**_sheet(asked), marks=_marks(asked))


def _publish(asked: Asked[bodies.NewPublication]) -> jc.PublishResults:
    return jc.PublishResults(**fields(asked.body, **_sheet(asked)))


def _correct(asked: Asked[bodies.NewResultCorrection]) -> jc.CorrectResult:
    return jc.CorrectResult(**fields(asked.body, note=_note(asked), **_sheet(asked)))


def _request(asked: Asked[bodies.NewResultCorrectionRequest]) -> jc.RequestResultCorrection:
    return jc.RequestResultCorrection(**fields(asked.body, note=_note(asked), **_sheet(asked)))


def _approve(asked: Asked[bodies.Nothing]) -> jc.ApproveResultCorrection:
    return jc.ApproveResultCorrection(request=path_index(asked.request, "request_index"), **_sheet(asked))


def _refuse(asked: Asked[bodies.NewRefusal]) -> jc.RefuseResultCorrection:
    request = path_index(asked.request, "request_index")
    return jc.RefuseResultCorrection(**fields(asked.body, request=request, **_sheet(asked)))


def _decide(asked: Asked[bodies.NewCouncilDecision]) -> jc.RecordCouncilDecision:
    return jc.RecordCouncilDecision(**fields(asked.body))


RULES: Final = Write(Right.SET_UP, bodies.NewAssessmentRules, _adopt)
MARKS: Final = Write(
    Right.TEACH,
    bodies.NewPeriodMarks,
    _record,
    location="results=results",
    about=lambda asked: Named(course=asked.body.course),
)
EXAMS: Final = Write(Right.RECORD_RESULTS, bodies.NewExamResults, _examine)
FINALS: Final = Write(Right.TEACH, bodies.NewFinalMarks, _finish)
PUBLICATION: Final = Write(Right.PUBLISH_RESULTS, bodies.NewPublication, _publish)
CORRECT: Final = Write(Right.PUBLISH_RESULTS, bodies.NewResultCorrection, _correct)
REQUEST: Final = Write(Right.REQUEST_CORRECTION, bodies.NewResultCorrectionRequest, _request)
APPROVE: Final = Write(Right.APPROVE, bodies.Nothing, _approve)
REFUSE: Final = Write(Right.APPROVE, bodies.NewRefusal, _refuse)
COUNCIL: Final = Write(Right.RECORD_RESULTS, bodies.NewCouncilDecision, _decide)


@router.post("/assessment-rules", status_code=201, openapi_extra=describe(RULES))
async def adopt_assessment_rules(request: Request) -> Response:
    """Adopt rules by which results follow from marks, by an order."""
    return await perform(request, RULES)


@router.post("/results", status_code=201, openapi_extra=describe(MARKS))
async def record_period_marks(request: Request) -> Response:
    """Record marks of a course for a period or the year, a class at once; what is left out is the computed mark."""
    return await perform(request, MARKS)


@router.post("/results/{sheet}/exam-results", status_code=201, openapi_extra=describe(EXAMS))
async def record_exam_results(request: Request) -> Response:
    """Record an examination's results from its protocol, in the year's sheet."""
    return await perform(request, EXAMS)


@router.post("/results/{sheet}/final-marks", status_code=201, openapi_extra=describe(FINALS))
async def record_final_marks(request: Request) -> Response:
    """Record final marks, in the year's sheet; what is left out is the computed mark."""
    return await perform(request, FINALS)


@router.post("/results/{sheet}/publications", status_code=201, openapi_extra=describe(PUBLICATION))
async def publish_results(request: Request) -> Response:
    """Say that all results of a kind were shown; they change only by a second person's consent from then on."""
    return await perform(request, PUBLICATION)


@router.post("/results/{sheet}/corrections", status_code=201, openapi_extra=describe(CORRECT))
async def correct_result(request: Request) -> Response:
    """Correct or annul a result that is not published; `corrects` is the entry that stands."""
    return await perform(request, CORRECT)


@router.post("/results/{sheet}/correction-requests", status_code=201, openapi_extra=describe(REQUEST))
async def request_result_correction(request: Request) -> Response:
    """After the publication: ask for a correction. Its index is the answer's `first_index`."""
    return await perform(request, REQUEST)


@router.post(
    "/results/{sheet}/correction-requests/{request_index}/approval", status_code=201, openapi_extra=describe(APPROVE)
)
async def approve_result_correction(request: Request) -> Response:
    """A second person approves; the correction is recorded."""
    return await perform(request, APPROVE)


@router.post(
    "/results/{sheet}/correction-requests/{request_index}/refusal", status_code=201, openapi_extra=describe(REFUSE)
)
async def refuse_result_correction(request: Request) -> Response:
    """A second person refuses."""
    return await perform(request, REFUSE)


@router.post("/council-decisions", status_code=201, openapi_extra=describe(COUNCIL))
async def record_council_decision(request: Request) -> Response:
    """Record what the teachers' council decided, from its protocol."""
    return await perform(request, COUNCIL)


@set_up.get("/assessment-rules")
@reads_nobody("rules of assessment")
async def read_assessment_rules(request: Request, at: At = None) -> Response:
    """Rules of assessment, each in force until the next one's day."""
    return await answer_view(
        request, at, lambda views, position: result_register.assessment_rules(views, at=position), lambda _: ()
    )


@read.get("/results")
@reads("marks", "names", "results")
async def read_results(
    request: Request,
    class_group: Id = None,
    course: Id = None,
    period: Id = None,
    student: Id = None,
    sheet: Id = None,
    at: At = None,
    limit: BoundedLimit = None,
    cursor: Cursor = None,
) -> Response:
    """Results with how each was computed, and whether it still follows from the marks that stand."""
    page = page_of(request, limit, cursor, default=ROWS_AT_ONCE)
    return await answer_view(
        request,
        at,
        lambda views, position: result_register.results(
            views,
            class_group=class_group,
            course=course,
            period=period,
            student=student,
            sheet=sheet,
            rows=page.asked,
            at=position,
        ),
        _people,
        page,
        are_asked=True,
    )


@read.get("/result-correction-requests")
@reads("corrections", "names", "notes", "results")
async def read_result_correction_requests(
    request: Request,
    sheet: Id = None,
    class_group: Id = None,
    status: Annotated[RequestStatus | None, Query()] = None,
    at: At = None,
) -> Response:
    """Requests to correct published results, with their answers; `status=open`: those that still wait."""
    return await answer_view(
        request,
        at,
        lambda views, position: result_register.correction_requests(
            views, sheet=sheet, class_group=class_group, status=status, at=position
        ),
        _people,
    )


@controlled.get("/results/deviations")
@reads("marks", "names", "results")
async def read_deviations(
    request: Request,
    class_group: Id = None,
    period: Id = None,
    teacher: Id = None,
    at: At = None,
    limit: BoundedLimit = None,
    cursor: Cursor = None,
) -> Response:
    """Results that are not the computed ones, or do not follow any more from the marks that stand."""
    page = page_of(request, limit, cursor, default=ROWS_AT_ONCE)
    return await answer_view(
        request,
        at,
        lambda views, position: result_register.deviations(
            views, class_group=class_group, period=period, teacher=teacher, rows=page.asked, at=position
        ),
        _people,
        page,
        are_asked=True,
    )


@controlled.get("/results/unpublished")
@reads("names", "results")
async def read_unpublished(request: Request, period: Id = None, at: At = None) -> Response:
    """Results that nobody said were shown."""
    return await answer_view(
        request, at, lambda views, position: result_register.unpublished(views, period=period, at=position), _people
    )


@read.get("/council-decisions")
@reads("names", "results")
async def read_council_decisions(request: Request, year: Id = None, student: Id = None, at: At = None) -> Response:
    """Decisions of the teachers' council, those that were replaced too."""
    return await answer_view(
        request,
        at,
        lambda views, position: result_register.council_decisions(views, year=year, student=student, at=position),
        lambda found: [one for row in found["rows"] for one in row["students"]],
    )


def _people(found: Any) -> Iterable[str]:
    return [row[who] for row in found["rows"] for who in ("student", "actor", "on_behalf_of") if row.get(who)]
