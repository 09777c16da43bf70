"""A class's journal of the year (regulation 3.2): what lacks, closed, opened again, its summary sheet and transfers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import bodies
from api.access import answer_recorded, note, reads
from api.auth import Right
from api.letters import notice_of
from api.openapi import describe
from api.problems import Problem, refused
from api.queries import At, Id, read_as_of
from api.requests import path_id
from api.routes.views import check_controller, check_reader, dress
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, perform
from ledger.errors import LOG, Refused
from ledger.journal import commands as jc
from ledger.journal.journal_events import Excused
from ledger.journal.lacking import Lack
from projections.engine import Views
from projections.reading import resolve
from projections.views import summary_sheets
from projections.views.journals import journal_turns
from projections.views.lacking import journal_lacks

FIRST_PLACES: Final = 20
"""So many places of each kind are listed; the counts are of all."""
_NO_CLASS: Final = Refused(
    "unknown_class", "there is no {kind} with this id", clause=LOG, where="class_group", kind="class"
)

router = APIRouter(tags=["journals"])
read = APIRouter(tags=["journals"], dependencies=[Depends(check_reader)])
controlled = APIRouter(tags=["journals"], dependencies=[Depends(check_controller)])


def _group(asked: Asked[Any]) -> str:
    return path_id(asked.request, "class_group")


def _close(asked: Asked[bodies.NewJournalClosing]) -> jc.CloseJournal:
    excused = tuple(Excused(**fields(one)) for one in asked.body.excused)
    return jc.CloseJournal(class_group=_group(asked), excused=excused)


def _transfer(asked: Asked[bodies.NewSheetTransfer]) -> jc.TransferSheet:
    return jc.TransferSheet(**fields(asked.body, class_group=_group(asked)))


CLOSE: Final = Write(Right.CLOSE_JOURNAL, bodies.NewJournalClosing, _close)
TRANSFER: Final = Write(Right.HAND_OVER, bodies.NewSheetTransfer, _transfer)


@router.post("/classes/{class_group}/journal/close", status_code=201, openapi_extra=describe(CLOSE))
async def close_journal(request: Request) -> Response:
    """Close a class's journal of its year: nothing lacks but what is excused; a checkpoint is signed."""
    answer = await perform(request, CLOSE)
    request.app.state.registry.sign_soon(request.path_params["school"])
    return answer


@router.post("/classes/{class_group}/sheet/transfers", status_code=201, openapi_extra=describe(TRANSFER))
async def transfer_sheet(request: Request) -> Response:
    """Record that the summary sheet, as it is, was handed over to the archive."""
    return await perform(request, TRANSFER)


@read.get("/classes/{class_group}/journal/lacks")
@reads("absences", "marks", "results", "work")
async def read_lacks(request: Request, at: At = None) -> Response:
    """What lacks before the journal can be closed: counts as a closing excuses them, and the first places."""
    school: OpenSchool = request.state.school
    group, moment = path_id(request, "class_group"), read_as_of(at)

    def work() -> Response:
        found = journal_lacks(school.read_views(), group, at=moment)
        if found is None:
            raise refused(_NO_CLASS, 404)
        return school.json(shown_lacks(found.position, found.rows))

    return await answer_recorded(request, work)


def shown_lacks(size: int, lacks: Iterable[Lack]) -> dict[str, Any]:
    """What lacks: `counts` by kind and course, `first` places of each kind, as of a size of the log."""
    counts: dict[tuple[str, str | None], int] = {}
    first: dict[str, list[Any]] = {}
    for lack in lacks:
        course = None if lack.what in ("remark", "council") else lack.course
        counts[lack.what, course] = counts.get((lack.what, course), 0) + 1
        places = first.setdefault(lack.what, [])
        if len(places) < FIRST_PLACES:
            places.append(msgspec.to_builtins(lack))
    rows = sorted(counts.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    return {
        "counts": [{"what": what, "course": course, "count": count} for (what, course), count in rows],
        "first": first,
        "size": size,
    }


@read.get("/classes/{class_group}/sheet")
@reads("names", "results")
async def read_sheet(request: Request, at: At = None) -> Response:
    """The class's summary sheet as it stands, with the SHA-256 of its bytes (`sheet.csv`)."""
    group = path_id(request, "class_group")
    return await _answer(
        request,
        at,
        lambda views, position: summary_sheets.summary_sheet(views, group, at=position),
        lambda found: [row["student"] for row in found["rows"]],
    )


@read.get("/classes/{class_group}/sheet.csv")
@reads("results", purpose="export", form="csv")
async def read_sheet_bytes(request: Request, at: At = None) -> Response:
    """The sheet's bytes, of which a transfer states the SHA-256: ids and no names."""
    group, moment = path_id(request, "class_group"), read_as_of(at)
    school: OpenSchool = request.state.school

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        if summary_sheets.summary_sheet(views, group, at=position) is None:
            raise Problem("not_found", 404)
        headers = {"Letopis-Position": str(position), "Cache-Control": "private, no-store"}
        return Response(summary_sheets.sheet_bytes(views, group, position), 200, headers, "text/csv; charset=utf-8")

    return await answer_recorded(request, work)


@read.get("/classes/{class_group}/sheet/versions")
@reads("names", "results")
async def read_sheet_versions(request: Request, at: At = None) -> Response:
    """All versions of the sheet, what changed between them, and since the one that was handed over."""
    group = path_id(request, "class_group")
    return await _answer(
        request,
        at,
        lambda views, position: summary_sheets.sheet_versions(views, group, at=position),
        lambda found: [
            change["student"]
            for changes in (*(row["changes"] for row in found["rows"]), found["since_transfer"] or ())
            for change in changes
        ],
    )


@controlled.get("/classes/{class_group}/sheet/notice")
@reads("names", "results", purpose="export")
async def read_sheet_notice(request: Request) -> Response:
    """The notice to the archive that the sheet which it has changed since, in plain text for a letterhead (3.2)."""
    group, school = path_id(request, "class_group"), request.state.school

    def work() -> Response:
        found = notice_of(school, group)
        if found is None:
            detail = (
                "архиву не о чем сообщать: ведомость не передана или прежняя",
                "no sheet was handed over, or it is the same",
            )
            raise Problem("not_found", 404, detail)
        text, students = found
        note(request, people=students, classes=(group,))
        headers = {"Cache-Control": "private, no-store"}
        return Response(text, media_type="text/plain; charset=utf-8", headers=headers)

    return await answer_recorded(request, work)


@controlled.get("/views/journals")
@reads("names", "work")
async def read_journals(request: Request, year: Id = None, at: At = None) -> Response:
    """Each class's journal: closed or not, every turn of it, and whether its sheet is still to be handed over."""

    def ask(views: Views, position: int) -> Any:
        history = journal_turns(views, position)
        rows = orjson.loads(orjson.dumps(summary_sheets.sheet_duties(views, year=year, at=position).rows))
        return [{**row, "history": history.get(row["class_group"], ())} for row in rows]

    return await _answer(
        request,
        at,
        ask,
        lambda found: {
            turn[who]
            for row in found
            for turn in row["history"]
            for who in ("actor", "requested_by")
            if turn[who] is not None
        },
    )


async def _answer(
    request: Request, at: str | None, ask: Callable[[Views, int], Any], people: Callable[[Any], Iterable[str]]
) -> Response:
    """Ask a view at one position and dress the answer; what is not there is 404."""
    school: OpenSchool = request.state.school
    moment = read_as_of(at)

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        found = ask(views, position)
        if found is None:
            raise Problem("not_found", 404)
        plain = orjson.loads(orjson.dumps(found))
        return school.json(dress(school, position, plain, people(plain)))

    return await answer_recorded(request, work)
