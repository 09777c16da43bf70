"""The feed of entries, for programs that follow the log: server-sent events, and JSON Lines.

An event's id is its leaf index, so a browser that reconnects sends the last one that it saw in ``Last-Event-ID``::

    id: 412
    event: mark_recorded/1
    data: {"actor":{…},"at":"2026-09-01T06:12:40.000125Z",…}
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.auth import Right
from api.problems import Problem
from api.queries import INDEX, Limit, Start
from api.requests import authorize
from api.schools import OpenSchool
from ledger.signing.proofs import read_entries
from ledger.wire.entry import parse_entry

router = APIRouter(tags=["feed"])

_STEP_ENTRIES: Final = 256
_POLL_SECONDS: Final = 0.5
_PING_SECONDS: Final = 15.0
_LINES_USUAL: Final = 1_000
_LINES_MAX: Final = 10_000


def _reader(request: Request) -> OpenSchool:
    """Refuse before the stream begins."""
    return authorize(request, Right.READ_ENTRIES)[0]


def _start(request: Request) -> int:
    last = request.headers.get("last-event-id", "")
    if not last:
        return 0
    if not INDEX.fullmatch(last):
        detail = ("Last-Event-ID — номер записи", "Last-Event-ID is the index of an entry")
        raise Problem("bad_request", 400, detail, more={"where": "Last-Event-ID"})
    return int(last) + 1


@router.get("/feed", response_class=EventSourceResponse)
async def follow(
    request: Request,
    school: Annotated[OpenSchool, Depends(_reader)],
    start: Annotated[int, Depends(_start)],
    limit: Limit = None,
) -> AsyncIterator[ServerSentEvent]:
    """Entries as they are recorded, from the one after Last-Event-ID on, or from the first; `limit` at most."""
    index, stop_at = start, None if limit is None else start + int(limit)
    quiet_seconds = 0.0
    while stop_at is None or index < stop_at:
        if request.app.state.registry.closing.is_set() or await request.is_disconnected():
            return
        head = await run_in_threadpool(school.recorder.head)
        upto = min(head.size, index + _STEP_ENTRIES, *([] if stop_at is None else [stop_at]))
        if upto <= index:
            if quiet_seconds >= _PING_SECONDS:
                quiet_seconds = 0.0
                yield ServerSentEvent(comment="still here")
            await asyncio.sleep(_POLL_SECONDS)
            quiet_seconds += _POLL_SECONDS
            continue
        for entry in await run_in_threadpool(read_entries, school.recorder, index, upto):
            yield ServerSentEvent(id=str(index), event=parse_entry(entry).type, raw_data=entry.decode())
            index += 1


@router.get("/feed.jsonl")
async def read_lines(
    school: Annotated[OpenSchool, Depends(_reader)],
    from_: Start = "0",
    limit: Limit = None,
) -> StreamingResponse:
    """Entries as JSON Lines: each line is an entry's bytes as they are hashed; 1,000 if not asked for more."""
    start, count = int(from_), min(int(limit or _LINES_USUAL), _LINES_MAX)

    def lines() -> Iterator[bytes]:
        for entry in school.recorder.entries(start, start + count):
            yield entry + b"\n"

    return StreamingResponse(lines(), media_type="application/jsonl", headers={"Cache-Control": "private, no-store"})
