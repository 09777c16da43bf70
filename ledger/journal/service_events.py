"""Events about the service itself, `freshness/` and `portal/` (`verify/spec/events.md`, Freshness and portals)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import PortalOutcome


class FreshnessMeasured(Event, frozen=True, kw_only=True):
    """`freshness/`: what students and parents were shown when the log had `size` entries (R26).

    The views had consumed `position` of them; the first that they lacked was `minutes_behind` old, 0 where they lacked
    none; the last of all was `last_entry_minutes` old. Whole minutes.
    """

    size: int
    position: int
    minutes_behind: int
    last_entry_minutes: int


class PortalListed(Event, frozen=True, kw_only=True):
    """`portal/`: the service is described there, at this link, from now on (R27); a later one changes the earlier."""

    name: str
    link: str


class PortalDropped(Event, frozen=True, kw_only=True):
    """`portal/`: it is on the list no more; `basis` says why."""

    basis: str


class PortalChecked(Event, frozen=True, kw_only=True):
    """`portal/`: `link`, as it was listed, was asked for, and its page searched for the link `diary`."""

    link: str
    diary: str
    outcome: PortalOutcome


SERVICE_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "freshness_measured/1": FreshnessMeasured,
    "portal_listed/1": PortalListed,
    "portal_dropped/1": PortalDropped,
    "portal_checked/1": PortalChecked,
}
