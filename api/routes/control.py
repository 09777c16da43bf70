"""Control of a class's journal: checks, remarks to its teachers, and what of them still waits.

Texts of notes are opened here for who may see the remark: a teacher sees those of the own class, those raised by the
own hand and those that are to the own person; whoever is no teacher sees all.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api import bodies
from api.access import answer_recorded, reads
from api.auth import Identity, Right
from api.openapi import describe
from api.queries import At, Id, read_as_of
from api.reach import Named
from api.requests import path_id
from api.retention import JOURNAL
from api.routes.views import check_work_reader, dress
from api.school_facts import SchoolFacts
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.reading import resolve
from projections.views import control

router = APIRouter(tags=["control"])
read = APIRouter(tags=["control"], dependencies=[Depends(check_work_reader)])

Open = Annotated[Literal["open"] | None, Query(description="those that still wait; left out: all")]


def _note(asked: Asked[Any], person: str) -> str | None:
    """Keep the body's note for a person; return its digest."""
    note = asked.body.note
    return asked.disclose(person, {"note": note}, JOURNAL)[0] if note is not None else None


def _check(asked: Asked[bodies.NewCheck]) -> jc.RecordControlCheck:
    group = path_id(asked.request, "class_group")
    note = _note(asked, asked.identity.actor)
    return jc.RecordControlCheck(**fields(asked.body, class_group=group, note=note))


def _remark(asked: Asked[bodies.NewRemark]) -> jc.RaiseRemark:
    note = _note(asked, asked.body.to)
    return jc.RaiseRemark(**fields(asked.body, remark=asked.body.remark or new_id(), note=note))


def _close(asked: Asked[bodies.NewRemarkClosing]) -> jc.CloseRemark:
    note = _note(asked, asked.identity.actor)
    return jc.CloseRemark(**fields(asked.body, remark=path_id(asked.request, "remark"), note=note))


CHECK: Final = Write(Right.CONTROL, bodies.NewCheck, _check)
REMARK: Final = Write(
    Right.CONTROL,
    bodies.NewRemark,
    _remark,
    location="remark=remarks",
    about=lambda asked: Named(class_group=asked.body.class_group),
)
CLOSE: Final = Write(Right.CONTROL, bodies.NewRemarkClosing, _close)


@router.post("/classes/{class_group}/checks", status_code=201, openapi_extra=describe(CHECK))
async def record_check(request: Request) -> Response:
    """Record that the journal of a class was looked through."""
    return await perform(request, CHECK)


@router.post("/remarks", status_code=201, openapi_extra=describe(REMARK))
async def raise_remark(request: Request) -> Response:
    """Raise a remark to a teacher of the class."""
    return await perform(request, REMARK)


@router.post("/remarks/{remark}/closing", status_code=201, openapi_extra=describe(CLOSE))
async def close_remark(request: Request) -> Response:
    """Close a remark: answered by who was told, or withdrawn by who raised it."""
    return await perform(request, CLOSE)


@read.get("/views/checks")
@reads("names", "notes", "work")
async def read_checks(request: Request, class_group: Id = None, at: At = None) -> Response:
    """Checks of classes' journals; a teacher sees those of the own class and the own ones."""
    moment = read_as_of(at)
    school, identity = request.state.school, request.state.identity

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        own = SchoolFacts(school).led_by(identity.actor)
        found = control.checks(views, class_group=class_group, at=position).rows
        shown = [row for row in found if _sees_all(identity) or row.class_group in own or row.actor == identity.actor]
        return answer_noted(school, position, shown, ("note",), ("actor",))

    return await answer_recorded(request, work)


@read.get("/views/remarks")
@reads("names", "notes", "work")
async def read_remarks(request: Request, class_group: Id = None, only: Open = None, at: At = None) -> Response:
    """Remarks with what closed or filled each; with `only=open` the list of what still waits."""
    moment = read_as_of(at)
    school, identity = request.state.school, request.state.identity

    def work() -> Response:
        views = school.read_views()
        position = resolve(views, moment)
        found = control.remarks(views, class_group=class_group, only_open=only is not None, at=position).rows
        me, own = identity.actor, SchoolFacts(school).led_by(identity.actor)
        shown = [row for row in found if _sees_all(identity) or me in (row.to, row.actor) or row.class_group in own]
        return answer_noted(school, position, shown, ("note", "answer"), ("to", "actor"))

    return await answer_recorded(request, work)


def _sees_all(identity: Identity) -> bool:
    return identity.may(Right.READ_STAFF)


def answer_noted(
    school: OpenSchool, position: int, rows: list[Any], texts: tuple[str, ...], people: tuple[str, ...]
) -> Response:
    """Rows with the texts behind their digests, null where there is none or it was erased, and names."""
    plain = orjson.loads(orjson.dumps(rows))
    opened = school.vault.values([row[text] for row in plain for text in texts if row[text]])
    for row in plain:
        for text in texts:
            row[text] = opened[row[text]].value if row[text] in opened else None
    return school.json(dress(school, position, plain, [row[who] for row in plain for who in people]))
