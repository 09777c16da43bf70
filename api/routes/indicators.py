"""Indicators of teachers' work with the journal (regulation 2.4.3): a teacher reads the own, the administration all."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import answer_recorded, reads
from api.paging import Cursor, PageLimit, page_of
from api.queries import At, From, Id, Month, To, days_of
from api.routes.questions import Format, answer_question
from api.routes.views import check_work_reader, whose
from projections.questions import BY_SLUG

_QUESTION: Final = BY_SLUG["indicators"]

One = Annotated[str | None, Query(max_length=40, description="one indicator, such as lesson.late; left out: all")]
By = Annotated[
    Literal["teacher", "month", "each"],
    Query(description="what to count apart; each: what one teacher's one count is made of, with entries"),
]


router = APIRouter(tags=["views"], dependencies=[Depends(check_work_reader)])

_OWN: Final = ("учитель видит только свои показатели", "a teacher reads the own indicators only")


@router.get("/indicators")
@reads("names", "work")
async def read_indicators(
    request: Request,
    teacher: Id = None,
    month: Month = None,
    from_date: From = None,
    to_date: To = None,
    indicator: One = None,
    by: By = "teacher",
    at: At = None,
    format: Format = None,  # noqa: A002 - the parameter's name in the address
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response:
    """Counts and shares of each indicator, and with `by=each` the facts behind one; a teacher reads the own ones."""
    first, last = days_of(month, from_date, to_date)
    wanted = {
        "teacher": whose(request.state.identity, teacher, _OWN),
        "from": first,
        "to": last,
        "indicator": indicator,
        "by": by,
    }
    asked = {name: value for name, value in wanted.items() if value is not None}
    page = page_of(request, limit, cursor)
    return await answer_recorded(request, partial(answer_question, request, _QUESTION, asked, at, format, page))
