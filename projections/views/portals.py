"""Portals on which the service is described, and when their links were last asked for (2.3.1; R27)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ledger.journal.service_events import PortalChecked, PortalDropped, PortalListed
from ledger.wire.entry import parse_at
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, stands
from projections.rows import OPEN, Operations, Table
from projections.views.deadline_basis import judging

UNCHECKED_DAYS: Final = 31
"""A link that nobody has asked for longer is marked."""


class PortalRow(NamedTuple):
    """Something was said of a portal; `action`: ``listed``, ``dropped`` or ``checked``."""

    entry: int
    portal: str
    action: str
    name: str | None = None
    link: str | None = None
    diary: str | None = None
    outcome: str | None = None
    basis: str | None = None
    to_position: int = OPEN


PORTALS: Final = Table("portals", PortalRow, (("portal",),))


def _listed(event: PortalListed, entry: Entry) -> Operations:
    return (PortalRow(entry.index, entry.stream_id, "listed", name=event.name, link=event.link),)


def _dropped(event: PortalDropped, entry: Entry) -> Operations:
    return (PortalRow(entry.index, entry.stream_id, "dropped", basis=event.basis),)


def _checked(event: PortalChecked, entry: Entry) -> Operations:
    row = PortalRow(entry.index, entry.stream_id, "checked", link=event.link, diary=event.diary, outcome=event.outcome)
    return (row,)


VIEW: Final = View((PORTALS,), {PortalListed: _listed, PortalDropped: _dropped, PortalChecked: _checked})


@dataclass(frozen=True, slots=True)
class PortalEntry:
    """What one entry says of a portal; fields as in `PortalRow`."""

    entry: int
    at: str
    portal: str
    action: str
    name: str | None
    link: str | None
    diary: str | None
    outcome: str | None
    basis: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal on the list, and the last check of the link that is listed.

    Attributes:
        entry, listed_at, actor: what listed it as it is, when, by whom.
        checked_by, checked_at, outcome, diary: the last check of this link: its entry, when, what came of it, for which
            link to the diary; None: none.
        days: whole days since then, or since it was listed.
        is_unchecked: whether that is longer than a month.
    """

    entry: int
    listed_at: str
    portal: str
    name: str
    link: str
    actor: str
    checked_by: int | None
    checked_at: str | None
    outcome: str | None
    diary: str | None
    days: int
    is_unchecked: bool


def portal_entries(views: Reader, position: int) -> Sequence[PortalEntry]:
    """All that was said of portals, in its order; `position`: one that the views have reached."""
    sql = f"""SELECT p.entry, m.at, p.portal, p.action, p.name, p.link, p.diary, p.outcome, p.basis, m.actor
        FROM {{portals}} p
        {command_join("p.entry")}
        WHERE {stands("p")} ORDER BY p.entry"""
    return [PortalEntry(*row) for row in views.select(sql, {"at": position})]


def portals(views: Reader, *, now: datetime, at: AsOf = None) -> Answer[Portal]:
    """Portals on the list, in the order in which they first were.

    Args:
        views: whom to ask.
        now: the moment by the clock; see `deadline_basis.judging`.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    listed: dict[str, PortalEntry | None] = {}
    checks: dict[str, PortalEntry] = {}
    for said in portal_entries(views, by.position):
        if said.action == "listed":
            before = listed.get(said.portal)
            if before is None or before.link != said.link:
                checks.pop(said.portal, None)
            listed[said.portal] = said
        elif said.action == "dropped":
            listed[said.portal] = None
        else:
            checks[said.portal] = said
    rows = (_portal(one, checks.get(portal), by.now) for portal, one in listed.items() if one is not None)
    return Answer(by.position, tuple(rows))


def _portal(listed: PortalEntry, check: PortalEntry | None, now: datetime) -> Portal:
    age = max(now - parse_at((check or listed).at), timedelta())
    return Portal(
        entry=listed.entry,
        listed_at=listed.at,
        portal=listed.portal,
        name=listed.name or "",
        link=listed.link or "",
        actor=listed.actor,
        checked_by=None if check is None else check.entry,
        checked_at=None if check is None else check.at,
        outcome=None if check is None else check.outcome,
        diary=None if check is None else check.diary,
        days=age.days,
        is_unchecked=age > timedelta(days=UNCHECKED_DAYS),
    )
