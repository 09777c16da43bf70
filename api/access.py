"""Looks at personal data over HTTP: each route says what it reads, and what it answers is recorded first (2.4.4).

A route of a school either declares the kinds of fields that its answers show, or that they hold nobody's data, with the
reason; one that does neither is refused when the application is made. Whose data an answer holds is found in its bytes
(`api.whose`). Where the access log cannot be written, the answer is a 503 and not the data.

    @router.get("/classes/{class_group}/page")
    @reads("absences", "marks", "names")
    async def read_class_page(…): …
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeVar

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, of_error
from api.schools import OpenSchool
from api.shown import Shown, whose_data
from api.taken_out import mark_export
from ledger.access.events import Form, Kind, Look, Purpose
from ledger.access.log import AccessLogUnavailable
from ledger.wire.entry import Actor

_DECLARED: Final = "declares_reads"
_PREFIX: Final = "/v1/schools/{school}"
_HELD: Final = "letopis_held"
_logger = logging.getLogger(__name__)

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reads:
    """What a route's answers show.

    Attributes:
        kinds: kinds of fields; empty: nobody's data, for the `reason`.
        purpose: why it is asked, unless the reader says otherwise.
        form: what is taken out; None: it is a look.
        streams: the answer comes bit by bit, and is recorded as one of all the school before its first byte.
        is_of_school: it shows what employees do for the school as such, and so is of no class: no reach is asked for.
        reason: why the answers hold nobody's data.
    """

    kinds: tuple[Kind, ...] = ()
    purpose: Purpose = "view"
    form: Form | None = None
    streams: bool = False
    is_of_school: bool = False
    reason: str = ""


RECEIPT: Final = Reads(reason="a receipt: the command's id, indexes, streams and versions")
"""Of a route that records something."""


class _Declaring:
    """A decorator that keeps what a route declares with its function."""

    def __init__(self, declared: Reads) -> None:
        self._declared = declared

    def __call__(self, endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _DECLARED, self._declared)
        return endpoint


def reads(
    *kinds: Kind,
    purpose: Purpose = "view",
    form: Form | None = None,
    streams: bool = False,
    is_of_school: bool = False,
) -> _Declaring:
    """Declare which kinds of fields a route's answers show."""
    return _Declaring(Reads(kinds, purpose, form, streams, is_of_school))


def reads_nobody(reason: str) -> _Declaring:
    """Declare that a route's answers hold nobody's data, and why."""
    return _Declaring(Reads(reason=reason))


def declared_by(route: APIRoute) -> Reads | None:
    """What a route declares; one that answers with a receipt need not."""
    declared: Reads | None = getattr(route.endpoint, _DECLARED, None)
    if declared is None and _answers_receipt(route):
        return RECEIPT
    return declared


def _answers_receipt(route: APIRoute) -> bool:
    responses: dict[str, Any] = (route.openapi_extra or {}).get("responses", {})
    created: dict[str, Any] = responses.get("201", {})
    return "POST" in (route.methods or ()) and created.get("description") == "Recorded"


def name_of(path: str) -> str:
    """A route's name in the access log: its path below the school, placeholders without what they take."""
    return path.removeprefix(_PREFIX).replace(":path}", "}")


def check_declared(routes: Iterable[APIRoute]) -> None:
    """Refuse routes that do not say what they read.

    Raises:
        ValueError: naming them.
    """
    silent = sorted(route.path for route in routes if declared_by(route) is None)
    if silent:
        raise ValueError(f"these routes do not declare what they read: {', '.join(silent)}")


def note(request: Request, **known: Any) -> None:
    """Note what the answer shows, where its bytes do not say it; see `Shown`."""
    shown = getattr(request.state, "shown", None) or Shown()
    for name, value in known.items():
        setattr(shown, name, value)
    request.state.shown = shown


async def answer_recorded(request: Request, work: Callable[[], Response]) -> Response:
    """Make an answer beside the loop, and record what it shows in the thread that made it.

    `recorded` would do that too, in another thread: to come back to the loop and leave it once more took as long as the
    look itself. `work` notes what its bytes do not say before it returns.

    Raises:
        AccessLogUnavailable: it is not known to be recorded.
    """
    return await run_in_threadpool(_made, request, work)


def _made(request: Request, work: Callable[[], Response]) -> Response:
    answer = work()
    held: _Held | None = request.scope.get(_HELD)
    if held is not None:
        held.record_ahead(answer)
    return answer


def recorded(app: ASGIApp) -> ASGIApp:
    """Wrap an application: no answer with personal data leaves before it is recorded."""

    async def holding(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        held = scope[_HELD] = _Held(scope, send)
        await app(scope, receive, held.take)

    return holding


class _Ahead(NamedTuple):
    """What was recorded before its answer came here: its bytes, what they show, and the look's index, if any."""

    content: bytes
    what: Reads
    entry: int | None


class _Held:
    """One answer on its way: kept back until what it shows is recorded."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._pieces: list[bytes] = []
        self._passes = False
        self._what = RECEIPT
        self._ahead: _Ahead | None = None

    def record_ahead(self, answer: Response) -> None:
        """Record what an answer shows before it is taken; what comes bit by bit, or shows nobody, is left to `take`.

        Raises:
            AccessLogUnavailable: it is not known to be recorded.
        """
        what, content = self._shown_by(answer.status_code), getattr(answer, "body", None)
        if what is None or what.streams or not isinstance(content, bytes):
            return
        try:
            entry = self._record(what, answer.raw_headers, content)
        except AccessLogUnavailable as error:
            _logger.error("a look could not be recorded: %s", error)  # noqa: TRY400 - its text says enough
            raise
        self._ahead = _Ahead(content, what, entry)

    async def take(self, message: Message) -> None:
        """Take one message of the application's answer."""
        if self._passes:
            await self._send(message)
            return
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body" and self._start is not None:
            self._pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._let_go(b"".join(self._pieces))
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        school: OpenSchool | None = getattr(Request(self._scope).state, "school", None)
        is_good = message["status"] < HTTPStatus.BAD_REQUEST
        if is_good and self._declared() is None and school is not None:
            _logger.error("a route of a school does not declare what it reads")
            await self._refuse(Problem("internal", 500))
            return
        what = self._shown_by(message["status"])
        if what is None:
            self._passes = True
            await self._send(message)
            return
        self._start, self._what = message, what
        if what.streams:
            await self._let_go(None)

    def _declared(self) -> Reads | None:
        route = self._scope.get("route")
        return declared_by(route) if isinstance(route, APIRoute) else None

    def _shown_by(self, status: int) -> Reads | None:
        """What an answer of this status shows, by what the route declares and notes; None: nobody's data."""
        declared = self._declared()
        if declared is None:
            return None
        shown = getattr(Request(self._scope).state, "shown", None) or Shown()
        kinds = shown.kinds or (declared.kinds if status < HTTPStatus.BAD_REQUEST else ())
        return replace(declared, kinds=kinds, form=shown.form or declared.form) if kinds else None

    async def _let_go(self, content: bytes | None) -> None:
        """Send what was kept back, once it is recorded; `content` None: the rest of it comes bit by bit."""
        start = self._start
        if start is None:
            return
        ahead = self._ahead
        try:
            if ahead is not None and ahead.content == content and ahead.what == self._what:
                entry = ahead.entry
            else:
                entry = await run_in_threadpool(self._record, self._what, start["headers"], content)
        except AccessLogUnavailable as error:
            _logger.error("a look could not be recorded: %s", error)  # noqa: TRY400 - its text says enough
            await self._refuse(of_error(error))
            return
        self._passes = True
        if entry is not None and self._what.form is not None:
            mark_export(start, self._scope["path"], Request(self._scope).state.identity.actor, entry)
        await self._send(start)
        if content is not None:
            await self._send({"type": "http.response.body", "body": content})

    def _record(self, what: Reads, headers: list[tuple[bytes, bytes]], content: bytes | None) -> int | None:
        """Append the look, where the answer shows anybody; gives its index in the access log.

        Raises:
            AccessLogUnavailable: it is not known to be recorded.
        """
        state = Request(self._scope).state
        school: OpenSchool | None = getattr(state, "school", None)
        if school is None:
            raise AccessLogUnavailable("nobody is known to have asked")
        shown: Shown = getattr(state, "shown", None) or Shown()
        stated = Headers(raw=headers).get("letopis-position")
        position = None if stated is None else int(stated)
        whose = whose_data(school, content, shown, position)
        if whose is None:
            return None
        purpose, basis = state.stated
        look = Look(
            what=name_of(self._scope["route"].path),
            purpose=purpose or ("export" if what.form == "csv" else what.purpose),
            kinds=what.kinds,
            people=whose.people,
            classes=whose.classes,
            count=whose.number,
            as_of=whose.position if position is None else position,
            basis=basis,
            form=what.form,
        )
        return school.access.log.record(look, Actor(state.identity.actor, state.identity.role))

    async def _refuse(self, problem: Problem) -> None:
        self._passes = True
        await problem.response()(self._scope, _nothing, self._send)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
