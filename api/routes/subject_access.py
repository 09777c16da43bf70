"""One person's data, for that person: everything that the school has of it, and who looked (152-ФЗ, ст. 14)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import answer_recorded, note, reads
from api.auth import Right
from api.problems import Problem
from api.requests import authorize_now, path_id
from api.schools import OpenSchool
from api.shown import SUBJECT_KINDS
from api.subject_access import UnknownPerson, subject_of
from exports.subject.page import format_page

Format = Annotated[
    Literal["html", "json"] | None, Query(alias="format", description="a page for people, or JSON; left out: JSON")
]


def check_teller(request: Request) -> None:
    """Refuse who asks for what is neither the own, nor the own child's, without the right to tell people of theirs."""
    authorize_now(request, Right.TELL_SUBJECT)


router = APIRouter(tags=["people"], dependencies=[Depends(check_teller)])


@router.get("/people/{person}/data")
@reads(*SUBJECT_KINDS, purpose="subject_request", form="extract")
async def read_data(request: Request, kind: Format = None) -> Response:
    """Everything that is kept of a person, with the entries it rests on and who looked, for that person to have.

    `Letopis-Purpose` has to say what for. No other student is named in it. A person with a sign-in gets the own data, a
    guardian those of the child too.
    """
    school: OpenSchool = request.state.school
    purpose, basis = request.state.stated
    if purpose is None:
        detail = (
            "заголовок Letopis-Purpose говорит, зачем: обычно subject_request",
            "the header Letopis-Purpose says what for: mostly subject_request",
        )
        raise Problem("bad_request", 400, detail, more={"where": "Letopis-Purpose"})
    person = path_id(request, "person")

    def work() -> Response:
        try:
            subject = subject_of(school, person, purpose, basis)
        except UnknownPerson:
            raise Problem("not_found", 404, more={"where": "person"}) from None
        note(request, people=subject.people())
        if kind != "html":
            return school.json(subject.content())
        headers = {"Cache-Control": "private, no-store", "Letopis-Position": str(subject.position)}
        return Response(format_page(subject), 200, headers, "text/html")

    return await answer_recorded(request, work)
