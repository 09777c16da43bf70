"""What somebody who is signed in asks for in vain over HTTP leaves a trace (`api.traces`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.routing import APIRoute
from starlette.requests import Request

from api.access import name_of
from api.auth import Identity
from api.reach import named_by
from api.schools import OpenSchool
from api.traces import leave_trace
from api.words import is_about_who_asks
from ledger.access.events import Reason
from ledger.errors import Refused
from ledger.wire.entry import Actor


def trace(request: Request, school: OpenSchool, identity: Identity, reason: Reason) -> None:
    """Record that a request was refused, and what its path and query named."""
    route = request.scope.get("route")
    if isinstance(route, APIRoute) and (what := name_of(route.path)):
        leave_trace(school, Actor(identity.actor, identity.role), what, reason, named_by(request))


@contextmanager
def tracing(request: Request, school: OpenSchool, identity: Identity) -> Iterator[None]:
    """Leave a trace where a rule refuses who asks what another might do."""
    try:
        yield
    except Refused as error:
        if is_about_who_asks(error):
            trace(request, school, identity, "rule")
        raise
