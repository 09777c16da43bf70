"""What somebody who is signed in asks for in vain leaves a trace in the access log (verify/spec/access-log.md)."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from fastapi.routing import APIRoute
from starlette.requests import Request

from api.access import name_of
from api.auth import Identity
from api.reach import class_of, named_by
from api.school_facts import SchoolFacts
from api.schools import OpenSchool
from ledger.access.events import Reason, Refusal
from ledger.access.log import AccessLogUnavailable
from ledger.wire.entry import Actor

AGAIN_SECONDS: Final = 60.0
"""How long the same refusal is not recorded again: a program that tries for ever fills no log."""
_KEPT_MAX: Final = 10_000

_logger = logging.getLogger(__name__)
_lock = threading.Lock()
_told: dict[tuple[str, str, str, str], float] = {}


def trace(request: Request, school: OpenSchool, identity: Identity, reason: Reason) -> None:
    """Record that this was refused. Nothing is shown either way, so that an access log that fails is only logged."""
    route = request.scope.get("route")
    what = name_of(route.path) if isinstance(route, APIRoute) else ""
    if not what or not _is_new((school.code, identity.actor, what, reason)):
        return
    facts = SchoolFacts(school)
    named = named_by(request)
    people = [one for one in (named.student, named.employee) if one is not None and facts.person(one) is not None]
    groups = [one for one in (named.class_group, class_of(named, facts)) if one is not None]
    refusal = Refusal(what, reason, people, [one for one in groups if facts.class_group(one) is not None])
    try:
        school.access.log.record(refusal, Actor(identity.actor, identity.role))
    except AccessLogUnavailable as error:
        _logger.error("a refusal could not be recorded: %s", error)  # noqa: TRY400 - its text says enough


def _is_new(key: tuple[str, str, str, str]) -> bool:
    now = time.monotonic()
    with _lock:
        if now - _told.get(key, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return False
        if len(_told) >= _KEPT_MAX:
            _told.clear()
        _told[key] = now
        return True
