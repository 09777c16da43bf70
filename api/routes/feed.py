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

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.access import reads
from api.auth import Right
from api.problems import Problem
from api.queries import INDEX, Limit, Start
from api.requests import authorize_now
from api.schools import OpenSchool
from ledger.signing.proofs import read_entries
from ledger.wire.entry import parse_entry

router = APIRouter(tags=["feed"])

_MEDIA_TYPE: Final = "text/event-stream"
_STEP_ENTRIES: Final = 256
_POLL_SECONDS: Final = 0.5
_PING_SECONDS: Final = 15.0
_LINES_USUAL: Final = 1_000
_LINES_MAX: Final = 10_000
_PRIVATE: Final = {"Cache-Control": "private, no-store"}
_HEADERS: Final = {**_PRIVATE, "X-Accel-Buffering": "no"}
"""Of the stream: nginx would hold events back until it has a buffer full of them."""


def _reader(request: Request) -> OpenSchool:
    """Refuse before the stream begins."""
    return authorize_now(request, Right.READ_ENTRIES)[0]


def _start(request: Request, school: Annotated[OpenSchool, Depends(_reader)]) -> int:
    """The index after Last-Event-ID.

    Raises:
        Problem: 400 where it is no index; 404 where no such entry was ever sent: nobody waits for another log's.
    """
    values = [value for value in request.headers.getlist("last-event-id") if value]
    if not values:
        return 0
    if len(values) > 1 or not INDEX.fullmatch(values[0]):
        detail = ("Last-Event-ID — номер записи", "Last-Event-ID is the index of an entry")
        raise Problem("bad_request", 400, detail, more={"where": "Last-Event-ID"})
    start, size = int(values[0]) + 1, school.recorder.head().size
    if start > size:
        detail = (f"в журнале записей: {size}", f"the log has {size} entries")
        raise Problem("not_yet", 404, detail, more={"where": "Last-Event-ID"})
    return start


@router.get("/feed", response_class=StreamingResponse)
@reads("entries", streams=True)
async def follow(
    request: Request,
    school: Annotated[OpenSchool, Depends(_reader)],
    start: Annotated[int, Depends(_start)],
    limit: Limit = None,
) -> Response:
    """Entries as they are recorded, from the one after Last-Event-ID on, or from the first; `limit` at most."""
    stop = None if limit is None else start + int(limit)
    return StreamingResponse(_events(request, school, start, stop), media_type=_MEDIA_TYPE, headers=_HEADERS)


async def _events(request: Request, school: OpenSchool, start: int, stop: int | None) -> AsyncIterator[bytes]:
    """Entries of [start, stop) as events, and a comment now and then where there is none: proxies cut what is idle."""
    index, quiet_seconds = start, 0.0
    while stop is None or index < stop:
        if request.app.state.registry.closing.is_set() or await request.is_disconnected():
            return
        head = await run_in_threadpool(school.recorder.head)
        upto = min(head.size, index + _STEP_ENTRIES, *([] if stop is None else [stop]))
        if upto <= index:
            if quiet_seconds >= _PING_SECONDS:
                quiet_seconds = 0.0
                yield b": still here\n\n"
            await asyncio.sleep(_POLL_SECONDS)
            quiet_seconds += _POLL_SECONDS
            continue
        entries = await run_in_threadpool(read_entries, school.recorder, index, upto)
        # In one piece: between many small ones nothing would wait, and so nobody notice that the client is gone.
        yield b"".join(_event(number, entry) for number, entry in enumerate(entries, index))
        index, quiet_seconds = upto, 0.0


def _event(index: int, entry: bytes) -> bytes:
    """An entry as an event; canonical JSON has no line ends, so it is one line of data."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (index, parse_entry(entry).type.encode(), entry)


@router.get("/feed.jsonl")
@reads("entries", streams=True)
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

    return StreamingResponse(lines(), media_type="application/jsonl", headers=_PRIVATE)
