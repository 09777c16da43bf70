"""What changed between two moments, over HTTP: facts of lessons, and results, closings, the council and the setup."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.access import reads
from api.paging import ROWS_AT_ONCE, BoundedLimit, Cursor, page_of
from api.problems import Problem
from api.queries import At, From, Id, Text, To, read_as_of
from api.routes.views import answer_view, check_overseer
from projections.engine import Views
from projections.reading import resolve
from projections.views.changes import changes
from projections.views.register_changes import register_changes

router = APIRouter(tags=["views"], dependencies=[Depends(check_overseer)])


@router.get("/views/changes")
@reads("absences", "corrections", "marks", "names", "results", "work")
async def read_changes(
    request: Request,
    since: At = None,
    class_group: Id = None,
    subject: Text = None,
    student: Id = None,
    from_date: From = None,
    to_date: To = None,
    at: At = None,
    limit: BoundedLimit = None,
    cursor: Cursor = None,
) -> Response:
    """What changed from one position or moment (`since`; left out: the beginning) to another (`at`): by whom and why.

    `of` is `lesson` for a fact of a lesson or a request to correct one, `register` for all else. `from` and `to` are
    the days that a change is about, not those of its entry.
    """
    earlier = read_as_of(since)
    page = page_of(request, limit, cursor, default=ROWS_AT_ONCE)

    def ask(views: Views, position: int) -> dict[str, Any]:
        first = 0 if earlier is None else resolve(views, earlier)
        if first > position:
            detail = ("since позже, чем at", "since is later than at")
            raise Problem("bad_request", 400, detail, more={"where": "since"})
        narrowed: dict[str, Any] = {
            "class_group": class_group,
            "subject": subject,
            "student": student,
            "from_date": from_date,
            "to_date": to_date,
            "count": page.wanted,
        }
        begin = max(first, page.offset)
        rows: list[dict[str, Any]] = []
        for of, found in (
            ("lesson", changes(views, begin, position, **narrowed)),
            ("register", register_changes(views, begin, position, **narrowed)),
        ):
            rows += ({"of": of, **row} for row in orjson.loads(orjson.dumps(found.rows)))
        return {"since": first, "rows": sorted(rows, key=_entry_of)[: page.wanted]}

    return await answer_view(request, at, ask, _people, page, entry_of=_entry_of)


def _entry_of(row: dict[str, Any]) -> int:
    entry: int = row["entry"]
    return entry


def _people(found: Any) -> list[str]:
    """Who did it, and whom it is about."""
    people: list[str] = []
    for row in found["rows"]:
        people += [row["actor"], *row.get("people", ())]
        if row.get("student"):
            people.append(row["student"])
    return people
