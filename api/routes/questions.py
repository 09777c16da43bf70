"""The inspector's questions over HTTP: one route each, made from the registry, and a list of them all.

What a question may be asked with is its own declaration's: the OpenAPI document says it, and what does not fit is a 400
that names the parameter and lists what is allowed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import answer_recorded, note, reads, reads_nobody
from api.answering import KINDS, ask_school, describe, dressed, listed, notes_of, people_of
from api.paging import Cursor, Page, PageLimit, page_of
from api.problems import Problem
from api.queries import At, read_as_of
from api.routes.views import check_overseer
from api.schools import OpenSchool
from exports.answers import format_answer
from projections.questions import QUESTIONS, Misasked, Parameter, Question

_CSV: Final = "text/csv"
_OWN: Final = ("at", "format", "limit", "cursor")
Format = Annotated[Literal["json", "csv"] | None, Query(description="json or csv; left out: as Accept says, or json")]


router = APIRouter(tags=["questions"], dependencies=[Depends(check_overseer)])


@router.get("/questions")
@reads_nobody("which questions can be asked")
async def read_questions(request: Request) -> Response:
    """The inspector's questions that the journal can answer, with what each may be asked with."""
    school: OpenSchool = request.state.school
    return school.json({"questions": listed()})


def _route(question: Question) -> Callable[..., Coroutine[Any, Any, Response]]:
    """The function of one question's route, with the question's parameters as its own."""

    async def read(request: Request, **given: str | None) -> Response:
        asked = {name.removeprefix("p_"): text for name, text in given.items() if name not in _OWN and text is not None}
        page = page_of(request, given["limit"], given["cursor"])
        work = partial(answer_question, request, question, asked, given["at"], given["format"], page)
        return await answer_recorded(request, work)

    read.__name__ = f"answer_{question.slug.replace('-', '_')}"
    read.__doc__ = f"{question.number}. {question.title_en}.\n\n{question.title_ru}.\n\n{question.limits_en}"
    own = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)]
    own += [_query(parameter) for parameter in question.parameters]
    for name, kind in (("at", At), ("format", Format), ("limit", PageLimit), ("cursor", Cursor)):
        own.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=None))
    read.__signature__ = inspect.Signature(own)  # type: ignore[attr-defined]
    return read


def _query(parameter: Parameter) -> inspect.Parameter:
    """A parameter as the framework wants it: text, which the question reads by itself; `p_` keeps clear of keywords."""
    schema: dict[str, Any] = {}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    query = Query(
        alias=parameter.name, max_length=200, description=describe(parameter), json_schema_extra=schema or None
    )
    annotation = Annotated[str | None, query]
    return inspect.Parameter(f"p_{parameter.name}", inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=None)


def answer_question(
    request: Request, question: Question, asked: dict[str, str], at: str | None, as_format: str | None, page: Page
) -> Response:
    """Ask a question of the request's school, and answer as JSON, a page of it too, or as a whole table.

    Raises:
        Problem: 400 where a parameter is none of what is allowed.
    """
    school: OpenSchool = request.state.school
    try:
        moment = read_as_of(at) if page.position is None else page.position
        answered = ask_school(school, question, asked, moment)
    except Misasked as error:
        more = {"where": error.parameter, "allowed": list(error.allowed)}
        raise Problem("bad_request", 400, (error.words_ru, error.words_en), more=more) from None
    if not _wants_csv(request, as_format):
        rows, headers = page.cut(answered.rows, answered.known.position)
        return school.json(dressed(school, replace(answered, rows=rows), at), headers=headers)
    # Whom it was asked about stands in no row of one's own history.
    note(request, people={*answered.of_kind("person"), *map(str, answered.asked.values())}, form="csv")
    content = format_answer(answered, people_of(school, answered), notes_of(school, answered))
    headers = {"Cache-Control": "private, no-store", "Letopis-Position": str(answered.known.position)}
    return Response(content, media_type=f"{_CSV}; charset=utf-8", headers=headers)


def _wants_csv(request: Request, asked: str | None) -> bool:
    """By ``format``, else where Accept has ``text/csv`` and not JSON too."""
    if asked is not None:
        return asked == "csv"
    accepted = request.headers.get("accept", "")
    return _CSV in accepted and "json" not in accepted


for _question in QUESTIONS:
    _marked = reads(*KINDS[_question.slug], purpose="question")(_route(_question))
    router.add_api_route(f"/questions/{_question.slug}", _marked, methods=["GET"])
