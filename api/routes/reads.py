"""Who looked at a person's data (2.4.4): the access log, asked about one person; and its head, kept in the journal."""

from __future__ import annotations

import logging
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import answer_recorded, reads
from api.anchoring import NotContinuedError, what_to_anchor
from api.auth import Right
from api.bodies import Nothing
from api.openapi import describe
from api.paging import Cursor, PageLimit, page_of
from api.problems import Problem
from api.queries import INDEX, From, To
from api.routes.views import check_overseer
from api.schools import OpenSchool
from api.writing import Asked, Write, perform
from ledger.errors import LOG, Refused
from ledger.journal.commands import AnchorAccessLog
from projections.looks import Days, looks_at, tries_at

_ID: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Person = Annotated[str, Query(pattern=_ID, description="whose data: id of a registered person")]
Position = Annotated[
    str | None, Query(pattern=f"^({INDEX.pattern})$", description="a position of the access log; left out: now")
]

router = APIRouter(tags=["reads"], dependencies=[Depends(check_overseer)])
anchored = APIRouter(tags=["reads"])
_logger = logging.getLogger(__name__)


def _anchor(asked: Asked[Nothing]) -> AnchorAccessLog:
    """The head of now.

    Raises:
        Problem: 500 where the log does not continue the last anchor.
        Refused: it has not grown.
    """
    try:
        command = what_to_anchor(asked.school)
    except NotContinuedError as error:
        _logger.critical("the access log is not anchored: %s", error)
        detail = ("нужна проверка: letopis audit", "verify it: letopis audit")
        raise Problem("access_log_not_continued", 500, detail) from None
    if command is None:
        raise Refused("not_grown", "the access log has not grown since it was anchored", clause=LOG, where="size")
    return command


ANCHOR: Final = Write(Right.DIRECT, Nothing, _anchor)


@anchored.post("/access-log/anchors", status_code=201, openapi_extra=describe(ANCHOR))
async def anchor_access_log(request: Request) -> Response:
    """Keep the access log's head of now in the journal, as the server does once a day."""
    return await perform(request, ANCHOR)


@router.get("/reads")
@reads("names", "reads")
async def read_reads(
    request: Request,
    person: Person,
    from_date: From = None,
    to_date: To = None,
    at: Position = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response:
    """Who looked at a person's data, and who took some out: looks at the person, at own classes, at all of the school.

    `refused` is what was asked for of the person, or by the person, in vain. This is a look too; it is recorded behind
    those that it lists.
    """
    school: OpenSchool = request.state.school
    page = page_of(request, limit, cursor)

    def work() -> Response:
        log, views = school.access.log, school.read_views()
        size = log.ledger.head().size
        position = page.position if page.position is not None else size if at is None else int(at)
        if position > size:
            raise Problem("not_yet", 404, (f"в журнале доступа записей: {size}", f"the access log has {size} entries"))
        days = Days(from_date, to_date)
        found, headers = page.cut(looks_at(log, views, person, days, at=position), position)
        tried = tries_at(log, views, person, days, at=position)
        signed = log.ledger.checkpoint()
        content = {
            "person": person,
            "access_position": position,
            "access_checkpoint": None if signed is None or signed.size < position else {"size": signed.size},
            "rows": orjson.loads(orjson.dumps(found)),
            "refused": orjson.loads(orjson.dumps(tried)),
            "people": school.names({person, *(row.actor for row in found), *(row.actor for row in tried)}),
        }
        return school.json(content, headers=headers)

    return await answer_recorded(request, work)
