"""Printed forms (1.1, 3.1): issued, certified, voided, listed, printed, and their codes checked."""

from __future__ import annotations

import time
from typing import Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import answer_recorded, note, reads
from api.auth import Identity, Right
from api.openapi import asks, describe
from api.print_checks import FINDINGS, Checked, check_code, people_of
from api.printing import ContentGoneError, classes_of, prepare, print_again, scope_of, whose
from api.problems import RETRY_AFTER, NotOwn, Problem
from api.queries import At, Id
from api.requests import convert_body, path_id, read_body
from api.retention import PRINT
from api.routes.views import answer_view, check_controller, check_work_reader
from api.school_facts import SchoolFacts
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, new_id, perform
from exports.printing.code import CodeRefused, parse_code
from exports.printing.forms import NoSuchFormError, Scope
from ledger.errors import LetopisError
from ledger.journal import commands as jc
from ledger.wire.entry import Actor
from projections.views.people_registers import names_changed
from projections.views.prints import Print, find_print, prints

SIGNING_SECONDS: Final = 5.0
"""How long a form's checkpoint is waited for: it is signed as soon as the form is asked for."""
_POLL_SECONDS: Final = 0.1

router = APIRouter(tags=["prints"])
read = APIRouter(tags=["prints"], dependencies=[Depends(check_work_reader)])
controlled = APIRouter(tags=["prints"], dependencies=[Depends(check_controller)])


def _issue(asked: Asked[bodies.NewPrint]) -> jc.IssueSheet:
    body, school = asked.body, asked.school
    scope = Scope(body.kind, body.course, body.period, body.class_group, body.month, body.student)
    school.read_views()
    _check_own(school, asked.identity, scope)
    position = school.views.position() if body.position is None else body.position
    _check_old_names(school, asked.identity, position)
    sheet = body.sheet or new_id()
    try:
        made = prepare(school, scope, position, sheet, Actor(asked.identity.actor, asked.identity.role))
    except NoSuchFormError as error:
        raise Problem("no_such_form", 404, _both(error)) from None
    asked.kept.append((sheet, PRINT, made.disclosure.text))
    return made.command


def _check_old_names(school: OpenSchool, identity: Identity, position: int) -> None:
    """Let those alone print the names of then who may read older values (1.7, R13).

    Raises:
        NotOwn: a name was changed since, and this role may read what stands now.
    """
    if not identity.may(Right.READ_DISCLOSURES) and names_changed(school.views, since=position):
        detail = (
            "имена с тех пор менялись: прежние видят не все",
            "names were changed since: not everybody sees older",
        )
        raise NotOwn(detail)


def _certify(asked: Asked[bodies.NewPrintCertification]) -> jc.CertifySheet:
    return jc.CertifySheet(**fields(asked.body, sheet=path_id(asked.request, "sheet")))


def _void(asked: Asked[bodies.NewPrintVoiding]) -> jc.VoidSheet:
    return jc.VoidSheet(**fields(asked.body, sheet=path_id(asked.request, "sheet")))


ISSUE: Final = Write(Right.PRINT, bodies.NewPrint, _issue)
CERTIFY: Final = Write(Right.DIRECT, bodies.NewPrintCertification, _certify)
VOID: Final = Write(Right.DIRECT, bodies.NewPrintVoiding, _void)


@router.post("/prints", status_code=201, openapi_extra=describe(ISSUE))
async def issue_print(request: Request) -> Response:
    """Make a form and enter it into the register; its pages are at /prints/{sheet}/pdf."""
    return await perform(request, ISSUE)


@router.post("/prints/{sheet}/certification", status_code=201, openapi_extra=describe(CERTIFY))
async def certify_print(request: Request) -> Response:
    """Record who certified the paper of a form."""
    return await perform(request, CERTIFY)


@router.post("/prints/{sheet}/voiding", status_code=201, openapi_extra=describe(VOID))
async def void_print(request: Request) -> Response:
    """Record that the paper of a form counts no more."""
    return await perform(request, VOID)


@controlled.get("/prints")
@reads("names", "work")
async def read_prints(request: Request, class_group: Id = None, at: At = None) -> Response:
    """The register of printed forms: who certified them, which are void."""
    return await answer_view(
        request,
        at,
        lambda views, position: prints(views, class_group=class_group, at=position),
        lambda found: (who for row in found["rows"] for who in (row["actor"], row["certified_by"]) if who),
    )


@read.get("/prints/{sheet}/pdf")
@reads("absences", "marks", "names", "results", purpose="print", form="form")
async def read_pages(request: Request) -> Response:
    """The pages of a form, the same bytes every time; 503 until a checkpoint covers its entry."""
    school: OpenSchool = request.state.school
    identity: Identity = request.state.identity
    sheet = path_id(request, "sheet")

    def work() -> Response:
        issued = find_print(school.read_views(), sheet=sheet)
        if issued is None:
            raise Problem("not_found", 404)
        _check_own(school, identity, scope_of(issued))
        note(request, **whose(school, scope_of(issued)))
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="form-{issued.number}.pdf"',
        }
        return Response(_pages(school, issued), 200, headers, "application/pdf")

    return await answer_recorded(request, work)


@controlled.post("/print-checks", openapi_extra=asks(bodies.PrintCheck))
@reads("absences", "marks", "names", "results", purpose="check")
async def check_print(request: Request) -> Response:
    """What the log says of a form's code: nothing is recorded."""
    school: OpenSchool = request.state.school
    body = convert_body(await read_body(request), bodies.PrintCheck)

    def work() -> Response:
        try:
            code = parse_code(body.code)
        except CodeRefused as error:
            raise Problem("malformed_code", 422, _both(error)) from None
        checked = check_code(school, code)
        if checked.issued is not None:
            note(request, **whose(school, scope_of(checked.issued)))
        return school.json(_shown(school, checked))

    return await answer_recorded(request, work)


def _pages(school: OpenSchool, issued: Print) -> bytes:
    end = time.monotonic() + SIGNING_SECONDS
    try:
        pdf = print_again(school, issued)
        if pdf is None:
            school.sign_soon()
        while pdf is None and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
            pdf = print_again(school, issued)
    except ContentGoneError as error:
        raise Problem("content_gone", 410, _both(error)) from None
    if pdf is None:
        detail = ("подписанной точки над этой записью ещё нет", "no signed checkpoint covers this entry yet")
        raise Problem("unavailable", 503, detail, headers=RETRY_AFTER)
    return pdf


def _check_own(school: OpenSchool, identity: Identity, scope: Scope) -> None:
    """Let a teacher make and read forms of the own class alone: whom the journal names as its class teacher.

    Raises:
        NotOwn: nothing is said of classes that are not there.
    """
    if identity.may(Right.READ_STAFF):
        return
    own = SchoolFacts(school).led_by(identity.actor)
    if not own.issuperset(classes_of(school, scope) or (None,)):
        detail = ("учитель печатает только по своему классу", "a teacher prints of the own class alone")
        raise NotOwn(detail)


def _both(error: LetopisError) -> tuple[str, str]:
    """Russian and English of an error that says both."""
    russian, _, english = str(error).partition(" / ")
    return russian, english


def _shown(school: OpenSchool, checked: Checked) -> dict[str, Any]:
    return {
        "verdict": checked.verdict,
        "findings": [{"code": one, "ru": FINDINGS[one][0], "en": FINDINGS[one][1]} for one in checked.findings],
        "gone": checked.gone,
        "form": checked.issued,
        "title": checked.title,
        "content": [orjson.loads(sheet.content()) for sheet in checked.sheets],
        "since": {"corrected": checked.corrected, "recorded": checked.recorded, "rows": checked.differing},
        "people": school.names(people_of(checked)),
    }
