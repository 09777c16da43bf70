"""One way for every command that comes over HTTP: right, body, key, decision, vault, log, answer.

The answer to a recorded command is made from its receipt alone, so a repeated request gets the same bytes for ever::

    {"command":"0d9a…","first_index":412,"count":3,"streams":{"lesson/51c2…":6}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from uuid import uuid4

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.access import note
from api.auth import Identity, Right
from api.bodies import Body
from api.bodies.base import TeachersBody
from api.problems import Problem, refused
from api.reach import Named, written_by
from api.refusals import tracing
from api.requests import (
    authorize,
    check_reach,
    check_right,
    convert_body,
    expected_version,
    idempotency_key,
    read_body,
    refuse_precondition,
    request_digest,
)
from api.retention import PERSON
from api.schools import OpenSchool
from ledger.errors import Conflict, Refused
from ledger.journal.commands import JournalCommand
from ledger.log import Receipt
from ledger.vault import KeyErased
from ledger.vault.disclosure import make_disclosure
from ledger.wire.entry import Actor

_BodyT = TypeVar("_BodyT", bound=Body)
_PATH_NAMES: Final = {"class": "class_group", "results": "sheet"}
"""Kind of a stream -> name of its id in paths, where it is another."""
_OF_ENTRY: Final = "on_behalf_of"
"""What a body says of the entry and not of the command: for whom it is made."""


@dataclass(slots=True)
class Asked(Generic[_BodyT]):
    """A request that may be answered: whose, where, what it says, and which lesson version it saw (0: any).

    `kept` collects the disclosures that must be in the vault before the command is recorded.
    """

    request: Request
    school: OpenSchool
    identity: Identity
    body: _BodyT
    seen: int = 0
    kept: list[tuple[str, str, str]] = field(default_factory=list)

    def disclose(self, person: str, values: Mapping[str, str], retention: str = PERSON) -> list[str]:
        """Make disclosures of a person's values; returns their digests."""
        made = [make_disclosure(name, value) for name, value in values.items()]
        self.kept += [(person, retention, disclosure.text) for disclosure in made]
        return [disclosure.digest for disclosure in made]


@dataclass(frozen=True, slots=True)
class Write(Generic[_BodyT]):
    """What makes one writing route.

    Attributes:
        right: what the role must have; what teachers write is entered for them by who may `Right.ENTER_FOR`.
        shape: of the body.
        command: the command that the request asks for.
        location: ``kind=place``: kind of the stream that was made, and its place under the school; None: none was.
        etag: whether the answer carries the lesson's version.
        if_match: whether the request must say which version of the lesson it saw.
        warn: what the answer warns of, as of the entries recorded; None: the answer has no warnings.
        about: what the command is about, which is to be in reach of the role; None: what the path names.
    """

    right: Right
    shape: type[_BodyT]
    command: Callable[[Asked[_BodyT]], JournalCommand]
    location: str | None = None
    etag: bool = False
    if_match: bool = False
    warn: Callable[[Asked[_BodyT], Receipt], list[dict[str, Any]]] | None = None
    about: Callable[[Asked[_BodyT]], Named] | None = None


def fields(body: Body, **given: object) -> dict[str, Any]:
    """The fields of a body's command: its own, under the same names, and what path, token or server give."""
    return {name: getattr(body, name) for name in body.__struct_fields__ if name != _OF_ENTRY} | given


def new_id() -> str:
    """A random id for something new."""
    return str(uuid4())


async def perform(request: Request, write: Write[_BodyT]) -> Response:
    """Answer a writing request.

    Raises:
        Problem, LetopisError: as the handlers of the application turn them into problems.
    """
    for_others = (Right.ENTER_FOR,) if issubclass(write.shape, TeachersBody) else ()
    school, identity = await authorize(request, write.right, *for_others)
    raw = await read_body(request)
    body = convert_body(raw, write.shape)
    return await run_in_threadpool(_execute, Asked(request, school, identity, body), write, raw)


def _execute(asked: Asked[_BodyT], write: Write[_BodyT], raw: bytes) -> Response:
    key = idempotency_key(asked.request)
    digest = request_digest(asked.school.request_secret, asked.request, raw)
    right, actor = _hand_of(asked, write.right)
    check_right(asked.request, asked.school, asked.identity, right)
    receipt = asked.school.receipt_of(actor, key, digest) if key else None
    if receipt is None:
        about = written_by(asked.request) if write.about is None else write.about(asked)
        check_reach(asked.request, asked.school, asked.identity, right, about)
        if write.if_match:
            asked.seen = expected_version(asked.request)
        else:
            refuse_precondition(asked.request)
        try:
            with tracing(asked.request, asked.school, asked.identity):
                receipt = _record(asked, write.command(asked), actor, key, digest)
        except Conflict as error:
            raise _stale_or_conflict(asked, error) from None
        except Refused as error:
            raise _not_found_or_refused(asked, error) from None
    return _answer(asked, write, receipt)


def _hand_of(asked: Asked[Any], right: Right) -> tuple[Right, Actor]:
    """Who acts and, where the body says so, for whom and why (2.4); and the right that this takes."""
    identity, behalf = asked.identity, getattr(asked.body, _OF_ENTRY, None)
    if behalf is None:
        return right, Actor(identity.actor, identity.role)
    return Right.ENTER_FOR, Actor(identity.actor, identity.role, on_behalf_of=behalf.employee, basis=behalf.basis)


def _record(asked: Asked[Any], command: JournalCommand, actor: Actor, key: str, digest: bytes) -> Receipt:
    """Keep what the command discloses, once nothing speaks against it, and record it."""
    if asked.kept:
        try:
            asked.school.app.check(command, actor=actor)
        except (Refused, Conflict):
            # As in `School.execute`: the same request may have been recorded since its receipt was looked for.
            receipt = asked.school.receipt_of(actor, key, digest) if key else None
            if receipt is None:
                raise
            return receipt
        for person, retention, text in asked.kept:
            try:
                asked.school.vault.keep(person, retention, [text])
            except KeyErased:
                raise Refused(
                    "person_erased", "this person's values were erased: none is kept again", clause="1.5"
                ) from None
    return asked.school.execute(command, actor, key, digest)


def _stale_or_conflict(asked: Asked[Any], error: Conflict) -> Exception:
    """A lesson that moved since the client read it is 412 with its present state; any other conflict stays one."""
    found = asked.school.lesson_state(asked.request.path_params["lesson"]) if asked.seen else None
    if found is None or found[0] == asked.seen:
        return error
    version, current = found
    tag = {"ETag": f'"{version}"'}
    if not asked.identity.may(Right.READ_VIEWS):
        return Problem("stale", 412, ("прочтите его снова", "read it again"), headers=tag)
    note(asked.request, kinds=("absences", "marks", "work"))
    return Problem(
        "stale",
        412,
        ("его нынешнее состояние — в поле current", "its present state is in `current`"),
        more={"current": current},
        headers=tag,
    )


def _not_found_or_refused(asked: Asked[Any], error: Refused) -> Exception:
    """What the path names and is not there is 404; what the body names and is not there is a refusal."""
    unknown, _, kind = error.rule.partition("unknown_")
    named = not unknown and error.where == _PATH_NAMES.get(kind, kind) and error.where in asked.request.path_params
    return refused(error, 404) if named else error


def _answer(asked: Asked[_BodyT], write: Write[_BodyT], receipt: Receipt) -> Response:
    streams: dict[str, int] = orjson.loads(receipt.answer)["streams"] if receipt.answer else {}
    content: dict[str, Any] = {
        "command": receipt.command,
        "first_index": receipt.first_index,
        "count": receipt.count,
        "streams": streams,
    }
    if write.warn is not None:
        content["warnings"] = write.warn(asked, receipt)
        note(asked.request, kinds=("absences", "marks", "work"))
    headers: dict[str, str] = {"Cache-Control": "private, no-store"}
    if write.location is not None:
        kind, _, place = write.location.partition("=")
        made = next((name.partition("/")[2] for name in streams if name.startswith(f"{kind}/")), "")
        headers["Location"] = f"/v1/schools/{asked.school.code}/{place}/{made}"
    if write.etag:
        version = next((version for name, version in streams.items() if name.startswith("lesson/")), None)
        if version is not None:
            headers["ETag"] = f'"{version}"'
    return Response(orjson.dumps(content), 201, headers, "application/json")
