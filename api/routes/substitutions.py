"""The register of missed and substituted lessons (regulation 3.3, example 3): any employee, any month, one request."""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.access import answer_recorded, note, reads
from api.queries import At, From, Id, Month, To, days_of, read_as_of
from api.routes.views import check_work_reader, dress, whose
from api.schools import OpenSchool
from exports.substitutions import format_register
from ledger.clock import utc_now
from projections.reading import AsOf
from projections.views.substitution_register import SubstitutionRegister, substitution_register

router = APIRouter(tags=["views"], dependencies=[Depends(check_work_reader)])

_OWN: Final = ("учитель видит только свои замещения", "a teacher reads the own substitutions only")


@router.get("/substitutions")
@reads("names", "work")
async def read_substitutions(
    request: Request,
    employee: Id = None,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """Lessons given by a substitute, and planned ones that nobody gave, with sums; a teacher reads the own ones."""
    school: OpenSchool = request.state.school
    asked = _asked(request, employee, month, from_date, to_date, at)

    def work() -> Response:
        register = substitution_register(school.read_views(), **asked)
        plain: dict[str, Any] = orjson.loads(orjson.dumps(register))
        return school.json(dress(school, register.position, plain, _people(register)))

    return await answer_recorded(request, work)


@router.get("/substitutions.csv")
@reads("names", "work", purpose="export", form="csv")
async def read_substitutions_as_csv(
    request: Request,
    employee: Id = None,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
) -> Response:
    """The same lessons as a table for a spreadsheet."""
    school: OpenSchool = request.state.school
    asked = _asked(request, employee, month, from_date, to_date, at)

    def work() -> Response:
        register = substitution_register(school.read_views(), **asked)
        note(request, people=_people(register))
        content = format_register(register, school.names(_people(register)))
        headers = {
            "Cache-Control": "private, no-store",
            "Letopis-Position": str(register.position),
            "Letopis-Timetable": register.timetable,
        }
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    return await answer_recorded(request, work)


def _asked(
    request: Request,
    employee: str | None,
    month: str | None,
    from_date: str | None,
    to_date: str | None,
    at: str | None,
) -> dict[str, Any]:
    """What is asked of the register, as far as this person may ask it."""
    first, last = days_of(month, from_date, to_date)
    moment: AsOf = read_as_of(at)
    allowed = whose(request.state.identity, employee, _OWN)
    return {"employee": allowed, "from_date": first, "to_date": last, "at": moment, "now": utc_now()}


def _people(register: SubstitutionRegister) -> set[str]:
    replaced = {person for row in register.rows for person in (row.absent_teacher, row.substitute)}
    return replaced | {row.teacher for row in register.missed or () if row.teacher}
