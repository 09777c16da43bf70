"""One way for every command that comes over HTTP: right, body, key, execute, answer.

The answer to a recorded command is made from its receipt alone, so a repeated request gets the same bytes for ever::

    {"command":"0d9a…","first_index":412,"count":3,"streams":{"lesson/51c2…":6}}
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import uuid4

import msgspec
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.auth import Identity, Right
from api.problems import Problem
from api.requests import authorize, convert_body, idempotency_key, read_body, request_digest
from api.schools import OpenSchool
from ledger.errors import Conflict
from ledger.journal.commands import JournalCommand
from ledger.log import Receipt
from ledger.wire.entry import Actor

_BodyT = TypeVar("_BodyT", bound=msgspec.Struct)
READ_YOUR_WRITES_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Asked(Generic[_BodyT]):
    """A request that may be answered: whose, where, and what it says."""

    request: Request
    school: OpenSchool
    identity: Identity
    body: _BodyT


@dataclass(frozen=True, slots=True)
class Write(Generic[_BodyT]):
    """What makes one writing route.

    Attributes:
        right: what the role must have.
        shape: of the body.
        command: the command that the request asks for; may keep disclosures in the vault first.
        location: path under the school of what was made, from the receipt's streams; None: nothing new has a place.
        etag: whether the answer carries the lesson's version.
    """

    right: Right
    shape: type[_BodyT]
    command: Callable[[Asked[_BodyT]], JournalCommand]
    location: str | None = None
    etag: bool = False


def new_id() -> str:
    """A random id for something new."""
    return str(uuid4())


async def perform(request: Request, write: Write[_BodyT]) -> Response:
    """Answer a writing request.

    Raises:
        Problem, LetopisError: as the handlers of the application turn them into problems.
    """
    school, identity = authorize(request, write.right)
    raw = await read_body(request)
    body = convert_body(raw, write.shape)
    return await run_in_threadpool(_execute, Asked(request, school, identity, body), write, raw)


def _execute(asked: Asked[_BodyT], write: Write[_BodyT], raw: bytes) -> Response:
    key = idempotency_key(asked.request)
    digest = request_digest(asked.school.request_secret, asked.request, raw)
    actor = Actor(asked.identity.actor, asked.identity.role)
    receipt = asked.school.receipt_of(actor, key, digest) if key else None
    if receipt is None:
        try:
            receipt = asked.school.execute(write.command(asked), actor, key, digest)
        except Conflict as error:
            raise stale_or_conflict(asked, error) from None
    return _answer(asked, write, receipt)


def stale_or_conflict(asked: Asked[Any], error: Conflict) -> Exception:
    """A lesson that moved since the client read it is 412 with its present state; any other conflict stays one."""
    lesson = asked.request.path_params.get("lesson")
    if lesson is None or "if-match" not in asked.request.headers:
        return error
    state = asked.school.lesson_state(lesson)
    if state is None:
        return error
    version, current = state
    return Problem(
        "stale",
        412,
        detail="the lesson has moved; its present state is in `current`",
        detail_ru="урок изменился; его нынешнее состояние — в поле current",
        more={"current": current},
        headers={"ETag": f'"{version}"'},
    )


def _answer(asked: Asked[_BodyT], write: Write[_BodyT], receipt: Receipt) -> Response:
    streams: dict[str, int] = orjson.loads(receipt.answer)["streams"] if receipt.answer else {}
    content = {
        "command": receipt.command,
        "first_index": receipt.first_index,
        "count": receipt.count,
        "streams": streams,
    }
    headers: dict[str, str] = {}
    if write.location is not None:
        kind, _, place = write.location.partition("=")
        made = next((name.partition("/")[2] for name in streams if name.startswith(f"{kind}/")), "")
        headers["Location"] = f"/v1/schools/{asked.school.code}/{place}/{made}"
    if write.etag:
        version = next((version for name, version in streams.items() if name.startswith("lesson/")), None)
        if version is not None:
            headers["ETag"] = f'"{version}"'
    return Response(orjson.dumps(content), 201, headers, "application/json")
