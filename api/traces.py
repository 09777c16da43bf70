"""What was refused leaves a trace in the access log, over HTTP and by command (verify/spec/access-log.md).

Apart from what serves HTTP, which a command does not wait for.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, TypeAlias

from api.reach import Named, class_of
from api.school_facts import SchoolFacts
from ledger.access.events import Reason, Refusal
from ledger.access.log import AccessLogUnavailable
from ledger.wire.entry import Actor

if TYPE_CHECKING:
    from api.schools import OpenSchool

AGAIN_SECONDS: Final = 60.0
"""How long a server does not record the same refusal again: a program that tries for ever fills no log.

Of somebody else it is another one: who goes through a class leaves a trace of each child, as whoever may look does.
"""
_KEPT_MAX: Final = 10_000

_logger = logging.getLogger(__name__)
_lock = threading.Lock()
_Key: TypeAlias = tuple[str, str, str, str, frozenset[str]]
_told: dict[_Key, float] = {}


def leave_trace(school: OpenSchool, actor: Actor, what: str, reason: Reason, named: Named) -> None:
    """Record that this was refused. Nothing is shown either way, so that an access log that fails is only logged.

    `what`: the route's path below the school, or the command; `named`: what the request was about.
    """
    facts = SchoolFacts(school)
    people = {one for one in (named.student, named.employee) if one is not None and facts.person(one) is not None}
    if named.account is not None and facts.account(named.account) is not None:
        people.add(named.account)
    named_groups = [one for one in (named.class_group, class_of(named, facts)) if one is not None]
    groups = [one for one in named_groups if facts.class_group(one) is not None]
    if not _is_new((school.code, actor.id, what, reason, frozenset(people.union(groups)))):
        return
    refusal = Refusal(what, reason, people, groups)
    try:
        school.access.log.record(refusal, Actor(actor.id, actor.role))
    except AccessLogUnavailable as error:
        _logger.error("a refusal could not be recorded: %s", error)  # noqa: TRY400 - its text says enough


def _is_new(key: _Key) -> bool:
    now = time.monotonic()
    with _lock:
        if now - _told.get(key, -AGAIN_SECONDS) < AGAIN_SECONDS:
            return False
        if len(_told) >= _KEPT_MAX:
            _told.clear()
        _told[key] = now
        return True
