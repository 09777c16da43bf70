"""Routes of backups (1.1): what `letopis backup` and `restore-check` did is recorded beside a running server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bodies
from api.access import reads
from api.auth import Right
from api.openapi import describe
from api.problems import Problem
from api.queries import At, read_as_of
from api.requests import path_id
from api.routes.views import check_controller
from api.schools import OpenSchool
from api.writing import Asked, Write, fields, perform
from ledger.journal import commands as jc
from ledger.signing.proofs import EntryHashes
from ledger.tree.proofs import root_of
from projections.views.backups import backups

router = APIRouter(tags=["backups"])
controlled = APIRouter(tags=["backups"], dependencies=[Depends(check_controller)])


def _record(asked: Asked[bodies.NewBackup]) -> jc.RecordBackup:
    _check_root(asked.school, asked.body.size, asked.body.root)
    return jc.RecordBackup(**fields(asked.body))


def _verify(asked: Asked[bodies.NewBackupCheck]) -> jc.RecordBackupCheck:
    return jc.RecordBackupCheck(**fields(asked.body, backup=path_id(asked.request, "backup")))


RECORD: Final = Write(Right.DIRECT, bodies.NewBackup, _record)
VERIFY: Final = Write(Right.DIRECT, bodies.NewBackupCheck, _verify)


@router.post("/backups", status_code=201, openapi_extra=describe(RECORD))
async def record_backup(request: Request) -> Response:
    """Record a backup that was taken of this log; its root is compared with the log's."""
    return await perform(request, RECORD)


@router.post("/backups/{backup}/verifications", status_code=201, openapi_extra=describe(VERIFY))
async def record_backup_check(request: Request) -> Response:
    """Record what a restore of a backup on trial found."""
    return await perform(request, VERIFY)


@controlled.get("/views/backups")
@reads("work", is_of_school=True)
async def read_backups(request: Request, at: At = None) -> Response:
    """Backups, the newest first: their age, how many entries came since, and what trials of restoring them found."""
    moment = read_as_of(at)
    school: OpenSchool = request.state.school

    def work() -> Response:
        found = backups(school.read_views(), now=datetime.now(UTC) if moment is None else None, at=moment)
        return school.json({"position": found.position, "rows": found.rows})

    return await run_in_threadpool(work)


def _check_root(school: OpenSchool, size: int, root: str) -> None:
    """Refuse a backup of another log; a size beyond this one is the rules' matter.

    Raises:
        Problem: 422.
    """
    if not 1 <= size <= school.recorder.head().size:
        return
    if root_of(size, EntryHashes(school.recorder, size, roots=school.roots)).hex() != root:
        detail = (f"при {size} записях корень журнала другой", f"the log had another root at {size} entries")
        raise Problem("another_log", 422, detail)
