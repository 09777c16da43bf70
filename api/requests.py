"""Reading a request: bounded body, who acts, right, typed body, preconditions.

Everything that can be wrong with a request is refused here, before any rule of the journal is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec
import orjson
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.access import declared_by
from api.auth import RIGHTS, Identity, Right
from api.bodies import FIELD_NAMES
from api.identity.acting import SESSION, find_account, grants_today, of_session, of_token, roles_of
from api.identity.kept import Session
from api.misfits import describe_misfit
from api.problems import Problem, unauthorized
from api.queries import INDEX
from api.reach import Named, named_by
from api.refusals import trace
from api.school_facts import SchoolFacts
from api.schools import OpenSchool, Registry
from api.strict_json import LIMIT_BYTES, BodyError, parse_body
from ledger.access.events import PURPOSES, Purpose, Reason, is_basis
from ledger.journal.vocabulary import ROLE_WORDS

_BodyT = TypeVar("_BodyT")
ROLE_HEADER: Final = "Letopis-Role"
"""Which of several roles a request acts in."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_ETAG: Final = re.compile(r'"([1-9][0-9]{0,15})"')
DRAIN_BYTES: Final = 16 * LIMIT_BYTES
BODY_SECONDS: Final = 30
"""Long enough for the largest body over a poor connection; who sends half of one holds nothing for ever."""
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHORT_ID: Final = re.compile(r"[0-9a-f]{12}")


def now_seconds() -> int:
    """The moment by the server's clock."""
    return int(time.time())


async def read_body(request: Request) -> bytes:
    """The raw body of a JSON request; see `read_raw`.

    Raises:
        Problem: as there, or 415 where a body is not ``application/json``.
        ClientDisconnect: the client went before it had sent all.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    raw = await read_raw(request, LIMIT_BYTES)
    if raw and media_type != "application/json":
        raise Problem("unsupported_media_type", 415)
    return raw


async def read_raw(request: Request, limit_bytes: int) -> bytes:
    """A body of any type, read no further than its limit and waited for no longer than `BODY_SECONDS`.

    Raises:
        Problem: 413, or 408 where it does not come.
        ClientDisconnect: the client went before it had sent all.
    """
    pieces: list[bytes] = []
    size_bytes = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                size_bytes += len(piece)
                if size_bytes > DRAIN_BYTES:
                    break
                if size_bytes <= limit_bytes:
                    pieces.append(piece)
    except TimeoutError:
        detail = (f"тело не пришло за {BODY_SECONDS} с", f"the body did not come within {BODY_SECONDS} s")
        raise Problem("request_timeout", 408, detail, headers={"Connection": "close"}) from None
    if size_bytes > limit_bytes:
        # What was read beyond the limit was thrown away, so that a client that sends first and listens later hears us.
        detail = (f"тело — не больше {limit_bytes} байт", f"a body has at most {limit_bytes} bytes")
        raise Problem("too_large", 413, detail, headers={"Connection": "close"})
    return b"".join(pieces)


def convert_body(raw: bytes, shape: type[_BodyT]) -> _BodyT:
    """The body as a typed value; an absent body is an empty object.

    Raises:
        Problem: 400 (not strict JSON), or 422 with the path of the field at fault.
    """
    value = _parse(raw)
    try:
        return msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError as error:
        detail, where = describe_misfit(str(error))
        raise Problem("unprocessable", 422, detail, more={"where": where}) from None


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        return parse_body(raw or b"{}", FIELD_NAMES)
    except BodyError as error:
        detail = (error.message_ru, str(error))
        raise Problem("bad_request", 400, detail, more={"where": error.where}) from None


def secret_of_session(request: Request, school: OpenSchool) -> str:
    """What the session's cookie holds; empty without one."""
    return request.cookies.get(cookie_name(school.code), "")


def cookie_name(code: str) -> str:
    """The name of a school's session cookie; ``__Host-`` lets browsers send it to this host alone, over TLS."""
    return f"__Host-letopis-{code}"


def refuse_other_sites(request: Request, *, unless_silent: bool = False) -> None:
    """A request that changes something and rests on a cookie comes from a page of this very server.

    Args:
        request: the request.
        unless_silent: let pass what says nothing of its origin: no browser sends that.

    Raises:
        Problem: 403.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = origin is not None and origin.partition("://")[2] == request.headers.get("host")
    silent = site is None and origin is None
    if (silent and not unless_silent) or site not in (None, "same-origin") or (origin is not None and not own):
        detail = ("запрос с чужого сайта", "the request comes from another site")
        raise Problem("other_site", 403, detail)


def session_of(request: Request, school: OpenSchool) -> Session:
    """The session of the request's cookie, however far it is signed in.

    Raises:
        Problem: 401 without one that stands; 403 where a change is asked for by another site.
    """
    secret = secret_of_session(request, school)
    session = school.secrets.session(secret, now_seconds()) if secret else None
    if session is None:
        raise unauthorized()
    if request.method not in ("GET", "HEAD"):
        refuse_other_sites(request)
    return session


def identify(request: Request, school: OpenSchool) -> Identity:
    """Who acts in this school: by the token of ``Authorization``, else by the session of the cookie.

    Raises:
        Problem: 401 for what is missing, malformed or unknown, and for an account without a role today; 400 where it
            has several and none is named; 403 for a role that it has not, and for a change that another site asks for.
    """
    identity = _of_token(request, school) if "authorization" in request.headers else _of_session(request, school)
    request.state.role = identity.role
    return identity


def _of_session(request: Request, school: OpenSchool) -> Identity:
    session = session_of(request, school)
    if session.stage == "half":
        raise unauthorized()
    size = _look(request, school)
    account = find_account(school, session.account, size)
    grants = grants_today(school, account, size) if account is not None else ()
    if account is None or not grants:
        raise unauthorized()
    held = roles_of(grants)
    role = _role_asked(request, session.role, held)
    if role not in held:
        trace(request, school, of_session(school, session, account, grants, held[0]), "right")
        raise role_not_held(roles=list(held))
    return of_session(school, session, account, grants, role)


def _of_token(request: Request, school: OpenSchool) -> Identity:
    scheme, _, text = request.headers["authorization"].partition(" ")
    token = school.secrets.token(text.strip(), now_seconds()) if scheme.lower() == "bearer" and text else None
    identity = of_token(school, token, _look(request, school)) if token is not None else None
    if identity is None:
        raise unauthorized()
    if _role_asked(request, None, (identity.role,)) != identity.role:
        trace(request, school, identity, "right")
        raise role_not_held(roles=[identity.role])
    return identity


def _look(request: Request, school: OpenSchool) -> int:
    """The log's size: asked for once in a request, to know the account by and then how far its role reaches."""
    size = school.log_size()
    request.state.log_size = size
    return size


def _role_asked(request: Request, chosen: str | None, held: Sequence[str]) -> str:
    """The role that a request asks to act in: what its header says, else what the session chose, else the only one.

    Raises:
        Problem: 400 where it has several and none is named.
    """
    role = request.headers.get(ROLE_HEADER, chosen)
    if role is None and len(held) > 1:
        detail = (f"скажите роль заголовком {ROLE_HEADER}", f"say the role with the header {ROLE_HEADER}")
        raise Problem("role_not_said", 400, detail, more={"roles": list(held)})
    return role or held[0]


async def authorize(request: Request, *rights: Right) -> tuple[OpenSchool, Identity]:
    """The school of the path and who acts there, with one of these rights: `authorize_now`, beside the loop."""
    return await run_in_threadpool(authorize_now, request, *rights)


def authorize_now(request: Request, *rights: Right) -> tuple[OpenSchool, Identity]:
    """The school of the path and who acts there, with one of these rights; which of them is used, is said behind it.

    Raises:
        Problem: 404 for a school that is not served here (which schools are is no secret), 401; 403 without the right,
            or where the role does not reach what is named (`api.reach`); 400 for a query parameter that the route does
            not have, or that stands twice: what is asked is what was meant.
    """
    school = school_of(request)
    identity = identify(request, school)
    right = next((one for one in rights if identity.has(one)), rights[0])
    check_right(request, school, identity, right)
    if _shows_somebody(request):
        check_reach(request, school, identity, right, named_by(request), size=request.state.log_size)
    refuse_strange_query(request)
    # Who asks whom: the access log wants to know (`api.access`).
    request.state.school, request.state.identity = school, identity
    request.state.stated = stated_reason(request)
    return school, identity


def check_right(request: Request, school: OpenSchool, identity: Identity, right: Right) -> None:
    """Refuse, with a trace, whoever may not use this right now.

    Raises:
        Problem: 403.
    """
    if not identity.may(right):
        problem, reason = _forbidden(identity, right)
        trace(request, school, identity, reason)
        raise problem


def check_reach(
    request: Request, school: OpenSchool, identity: Identity, right: Right, named: Named, *, size: int | None = None
) -> None:
    """Refuse, with a trace, what the role does not reach (`api.reach`), as of the log's `size`; None: as of now.

    Raises:
        Problem: 403.
    """
    if not identity.reaches(right, named, SchoolFacts(school, size)):
        trace(request, school, identity, "reach")
        raise _out_of_reach()


def _forbidden(identity: Identity, right: Right) -> tuple[Problem, Reason]:
    """Why not: the role never may, or something is to be done first."""
    if identity.has(right):
        detail = (
            "сначала ознакомьтесь с обязательством о неразглашении: GET, затем POST …/me/confidentiality",
            "first acknowledge the duty of confidentiality: GET, then POST …/me/confidentiality",
        )
        return Problem("confidentiality_not_acknowledged", 403, detail), "acknowledgement"
    if identity.label == SESSION and right in RIGHTS.get(identity.role, frozenset()):
        return factor_needed(), "factor"
    role = ROLE_WORDS.get(identity.role, identity.role)
    detail = (f"роли «{role}» это не дано ({right.value})", f"the role {identity.role} has no {right.value}")
    return Problem("forbidden", 403, detail), "right"


def factor_needed() -> Problem:
    """The role asks for a second factor, and the session has none."""
    return Problem("second_factor_needed", 403, ("этой роли нужен второй фактор", "this role asks for a second factor"))


def role_not_held(status: int = 403, **more: Any) -> Problem:
    """The account does not have the role today."""
    detail = ("этой роли у учётной записи сегодня нет", "the account does not have this role today")
    return Problem("role_not_held", status, detail, more=more)


def _shows_somebody(request: Request) -> bool:
    """Whether the route's answers hold somebody's data: what is written is judged by the journal's rules."""
    route = request.scope.get("route")
    declared = declared_by(route) if isinstance(route, APIRoute) else None
    return declared is None or (bool(declared.kinds) and not declared.is_of_school)


def _out_of_reach() -> Problem:
    """Not within the role's reach, whether it exists or not: told alike."""
    detail = (
        "этой роли показывается только своё: назовите свой класс, курс, урок или ученика",
        "this role is shown its own alone: name your class, course, lesson or student",
    )
    return Problem("out_of_reach", 403, detail)


def stated_reason(request: Request) -> tuple[Purpose | None, str | None]:
    """The purpose and the basis that the reader states: a look is recorded with them.

    Raises:
        Problem: 400 where one is none, or stands twice.
    """
    purposes, bases = request.headers.getlist("letopis-purpose"), request.headers.getlist("letopis-basis")
    if len(purposes) > 1 or (purposes and purposes[0] not in PURPOSES):
        listed = ", ".join(sorted(PURPOSES))
        raise _bad_header("Letopis-Purpose", f"один из кодов: {listed}", f"one of the codes: {listed}")
    if len(bases) > 1 or (bases and not is_basis(bases[0])):
        words = ("код до 64 знаков: латинские буквы, цифры, . _ / -", "a code of at most 64 letters, digits, . _ / -")
        raise _bad_header("Letopis-Basis", *words)
    purpose: Any = purposes[0] if purposes else None
    return purpose, bases[0] if bases else None


def _bad_header(name: str, words_ru: str, words_en: str) -> Problem:
    return Problem("bad_request", 400, (words_ru, words_en), more={"where": name})


def refuse_strange_query(request: Request) -> None:
    """Refuse a query parameter that the route does not have, or that stands twice."""
    route = request.scope.get("route")
    known = {field.alias for field in route.dependant.query_params} if isinstance(route, APIRoute) else set()
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            # The name itself is not told again: it is not one of ours.
            listed = ", ".join(sorted(known))
            words = (f"здесь есть: {listed}", f"those there are: {listed}") if known else ("никакого", "none at all")
            detail = (f"такого параметра здесь нет; {words[0]}", f"there is no such query parameter here; {words[1]}")
            raise Problem("bad_request", 400, detail, more={"where": "?"})
        if name in seen:
            detail = ("параметр стоит дважды", "a query parameter stands twice")
            raise Problem("bad_request", 400, detail, more={"where": name})
        seen.add(name)


def school_of(request: Request) -> OpenSchool:
    """The school that the path names.

    Raises:
        Problem: 404.
    """
    registry: Registry = request.app.state.registry
    school = registry.get(request.path_params["school"])
    if school is None:
        raise Problem("not_found", 404, ("такой школы здесь нет", "no such school is served here"))
    request.state.code = school.code
    return school


def idempotency_key(request: Request) -> str:
    """The client's Idempotency-Key, or an empty text.

    Raises:
        Problem: 400 where it is longer than 128 characters or not printable ASCII.
    """
    values = request.headers.getlist("idempotency-key")
    if not values:
        return ""
    if len(values) > 1 or not _KEY.fullmatch(values[0]):
        detail = ("один Idempotency-Key: 1–128 печатных знаков ASCII", "one Idempotency-Key: 1 to 128 printable ASCII")
        raise Problem("bad_request", 400, detail, more={"where": "Idempotency-Key"})
    return values[0]


def request_digest(secret: bytes, request: Request, raw: bytes) -> bytes:
    """What the key stands for: keyed, since bodies may hold personal values and a bare hash of those can be guessed.

    Spacing and order of the body's keys do not matter.
    """
    canonical = orjson.dumps(_parse(raw), option=orjson.OPT_SORT_KEYS)
    preconditions = request.headers.get("if-match", "")
    message = orjson.dumps([request.method, request.url.path, preconditions]) + b"\n" + canonical
    return hmac.new(secret, message, hashlib.sha256).digest()


def expected_version(request: Request) -> int:
    """The version that If-Match asks for.

    Raises:
        Problem: 428 without the header, 400 where it is not one strong tag.
    """
    tags = request.headers.getlist("if-match")
    if not tags:
        detail = ("пришлите If-Match с версией из ETag", "send If-Match with the version from ETag")
        raise Problem("precondition_required", 428, detail)
    found = _ETAG.fullmatch(tags[0].strip())
    if found is None or len(tags) > 1:
        detail = ('If-Match — одна строгая метка, например "7"', 'If-Match is one strong tag such as "7"')
        raise Problem("bad_request", 400, detail, more={"where": "If-Match"})
    return int(found[1])


def refuse_precondition(request: Request) -> None:
    """A condition that a route does not judge must not be passed over.

    Raises:
        Problem: 400 where there is an If-Match.
    """
    if "if-match" in request.headers:
        detail = ("здесь If-Match не применяется", "If-Match is not used here")
        raise Problem("bad_request", 400, detail, more={"where": "If-Match"})


def path_id(request: Request, name: str) -> str:
    """An id from the path.

    Raises:
        Problem: 404 where it is no canonical UUID: nothing has such an id.
    """
    text: str = request.path_params[name]
    if not _ID.fullmatch(text):
        raise Problem("not_found", 404)
    return text


def path_short_id(request: Request, name: str) -> str:
    """The id of a token or a passkey from the path: where its digest begins.

    Raises:
        Problem: 404 where it is no twelve hexadecimal digits: nothing has such an id.
    """
    text: str = request.path_params[name]
    if not _SHORT_ID.fullmatch(text):
        raise Problem("not_found", 404)
    return text


def path_index(request: Request, name: str) -> int:
    """A leaf index from the path: plain decimal, no sign, no leading zero.

    Raises:
        Problem: 404.
    """
    text: str = request.path_params[name]
    if not INDEX.fullmatch(text):
        raise Problem("not_found", 404)
    return int(text)
