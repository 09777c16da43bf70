"""Portals on which the service is described, and checks of their links (regulation 2.3.1; R27).

Each is a stream of its own, `portal/<uuid>`. Which portals there are is the school's own list: those of 2012 have other
names by now.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import DropPortal, ListPortal, RecordPortalCheck
from ledger.journal.context import Context
from ledger.journal.event import Event
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.service_events import PortalChecked, PortalDropped, PortalListed
from ledger.journal.vocabulary import PORTAL_OUTCOMES


class Portal(Aggregate, frozen=True, kw_only=True):
    """A portal as it is listed; `link` None: it was dropped."""

    name: str
    link: str | None


def evolve_portal(state: Portal | None, events: Iterable[Recorded]) -> Portal | None:
    """Apply events of a portal's stream."""
    for event in events:
        data, version = event.data, event.originator_version
        if type(data) is PortalListed:
            state = Portal(stream=event.originator_id, version=version, name=data.name, link=data.link)
        elif type(data) is PortalDropped and state is not None:
            state = msgspec.structs.replace(state, version=version, link=None)
        elif type(data) is PortalChecked and state is not None:
            state = msgspec.structs.replace(state, version=version)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this portal")
    return state


def list_portal(command: ListPortal, context: Context) -> list[Planned]:
    """List a portal, change one that is listed, or list again one that was dropped."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_id(command.portal, "portal")
    rules.check_line(command.name, rules.TITLE_LENGTH_MAX, "name")
    rules.check_link(command.link, "link")
    event = PortalListed(name=command.name, link=command.link)
    stream = f"portal/{command.portal}"
    known = context.find_if_any(Portal, stream)
    if known is None:
        return [Planned(stream, 1, event)]
    if (known.name, known.link) == (command.name, command.link):
        raise Refused("portal_unchanged", "it is listed so already", clause=LOG, where="link")
    return _next(known, event)


def drop_portal(command: DropPortal, context: Context) -> list[Planned]:
    """Take a portal from the list."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    portal = _listed(command.portal, context)
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    return _next(portal, PortalDropped(basis=command.basis))


def record_portal_check(command: RecordPortalCheck, context: Context) -> list[Planned]:
    """Record what the link of a listed portal answered: the link that is listed, and no older one."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    portal = _listed(command.portal, context)
    rules.check_link(command.link, "link")
    rules.check_link(command.diary, "diary")
    rules.check_code(command.outcome, PORTAL_OUTCOMES, "outcome")
    if command.link != portal.link:
        raise Refused("portal_link_changed", "another link is listed now", clause="2.3.1", where="link")
    return _next(portal, PortalChecked(link=command.link, diary=command.diary, outcome=command.outcome))


def _listed(id_: str, context: Context) -> Portal:
    portal = context.find(Portal, "portal", id_, "portal")
    if portal.link is None:
        raise Refused("portal_dropped", "this portal is not on the list any more", clause=LOG, where="portal")
    return portal


def _next(portal: Portal, event: Event) -> list[Planned]:
    return [Planned(portal.stream, portal.version + 1, event)]
