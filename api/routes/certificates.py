"""Certificates: why a student is not there on a range of days, and what became of those absences (regulation 2.2.4)."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import reads
from api.auth import Right
from api.openapi import describe
from api.queries import At, From, Id, To
from api.requests import path_id
from api.routes.views import answer_view, check_reader
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.views import certificates

router = APIRouter(tags=["lessons"])
read = APIRouter(tags=["views"], dependencies=[Depends(check_reader)])


def _record(asked: Asked[bodies.NewCertificate]) -> jc.RecordCertificate:
    group = path_id(asked.request, "class_group")
    return jc.RecordCertificate(**fields(asked.body, certificate=asked.body.certificate or new_id(), class_group=group))


def _annul(asked: Asked[bodies.NewCertificateAnnulment]) -> jc.AnnulCertificate:
    return jc.AnnulCertificate(**fields(asked.body, class_group=path_id(asked.request, "class_group")))


RECORD: Final = Write(Right.CERTIFY, bodies.NewCertificate, _record)
ANNUL: Final = Write(Right.CERTIFY, bodies.NewCertificateAnnulment, _annul)


@router.post("/classes/{class_group}/certificates", status_code=201, openapi_extra=describe(RECORD))
async def record_certificate(request: Request) -> Response:
    """Record a certificate: absences of its days get its code, those recorded already and those that come later."""
    return await perform(request, RECORD)


@router.post("/classes/{class_group}/certificate-annulments", status_code=201, openapi_extra=describe(ANNUL))
async def annul_certificate(request: Request) -> Response:
    """Annul a certificate that was entered wrongly; what it set is corrected absence by absence."""
    return await perform(request, ANNUL)


@read.get("/certificates")
@reads("absences", "certificates", "names")
async def read_certificates(
    request: Request,
    student: Id = None,
    class_group: Id = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Certificates with the absences of their days, and which of those need a request since their period is closed."""
    return await answer_view(
        request,
        at,
        lambda views, position: certificates.certificates(
            views, student=student, class_group=class_group, from_date=from_date, to_date=to_date, at=position
        ),
        lambda found: [row["student"] for row in found["rows"]],
    )
