"""Blocking personal values while they are checked (1.5; 152-ФЗ, Art. 21), and showing them to who decides."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access import note, reads
from api.auth import Right
from api.blocking import values_of
from api.bodies import blocking as bodies
from api.openapi import describe
from api.problems import Problem
from api.queries import At
from api.requests import authorize, path_id
from api.routes.views import answer_view, check_overseer
from api.writing import Asked, Write, fields, new_id, perform
from ledger.journal import commands as jc
from projections.views.blocking import blocks

router = APIRouter(tags=["erasing"])
overseen = APIRouter(tags=["erasing"], dependencies=[Depends(check_overseer)])


def _block(asked: Asked[bodies.NewBlock]) -> jc.BlockPersonalData:
    given = {"block": asked.body.block or new_id(), "fields": tuple(asked.body.fields or ())}
    return jc.BlockPersonalData(**fields(asked.body, **given))


def _unblock(asked: Asked[bodies.NewUnblock]) -> jc.UnblockPersonalData:
    return jc.UnblockPersonalData(**fields(asked.body, block=path_id(asked.request, "block")))


BLOCK: Final = Write(Right.ERASE, bodies.NewBlock, _block)
UNBLOCK: Final = Write(Right.ERASE, bodies.NewUnblock, _unblock)


@router.post("/blocks", status_code=201, openapi_extra=describe(BLOCK))
async def block_personal_data(request: Request) -> Response:
    """Let nobody see values of a person until they were checked."""
    return await perform(request, BLOCK)


@router.post("/blocks/{block}/ending", status_code=201, openapi_extra=describe(UNBLOCK))
async def unblock_personal_data(request: Request) -> Response:
    """Let values be seen again, as a second person who has checked them."""
    return await perform(request, UNBLOCK)


@router.get("/blocks/{block}/values")
@reads("contacts", "disclosures", "names", "notes", purpose="check")
async def read_blocked_values(request: Request) -> Response:
    """What is blocked, for who decides about it; older values too, each with the entry that recorded it."""
    school, _ = await authorize(request, Right.ERASE)
    block = path_id(request, "block")

    def work() -> dict[str, Any]:
        found = next((one for one in blocks(school.read_views()).rows if one.block == block), None)
        if found is None:
            raise Problem("not_found", 404)
        note(request, people=[found.person])
        return {"block": block, "person": found.person, "values": values_of(school, found)}

    return school.json(await run_in_threadpool(work))


def _people(found: Any) -> list[str]:
    return [row["person"] for row in found["rows"]]


@overseen.get("/blocks")
@reads("disclosures", "names")
async def read_blocks(request: Request, at: At = None) -> Response:
    """What is blocked and was, with the last day of each and its verdict; values are in none of it."""
    return await answer_view(
        request, at, lambda views, position: msgspec.to_builtins(blocks(views, at=position)), _people
    )
