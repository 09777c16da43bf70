"""Incidents: times in which the journal could not be used, as the administration recorded them (regulation 2.4.1).

Each is a stream of its own, `incident/<uuid>`: opened once, closed once.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import CloseIncident, OpenIncident
from ledger.journal.context import Context
from ledger.journal.excuse_events import IncidentClosed, IncidentOpened
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import INCIDENT_KINDS


class Incident(Aggregate, frozen=True, kw_only=True):
    """An incident: minutes by the school's clock; `ended_at` None while it is open; `entry` opened it."""

    entry: int
    began_at: str
    ended_at: str | None = None


def evolve_incident(state: Incident | None, events: Iterable[Recorded]) -> Incident | None:
    """Apply events of an incident's stream."""
    for event in events:
        data = event.data
        if type(data) is IncidentOpened and state is None:
            state = Incident(
                stream=event.originator_id,
                version=event.originator_version,
                entry=event.index,
                began_at=data.began_at,
            )
        elif type(data) is IncidentClosed and state is not None:
            state = msgspec.structs.replace(state, version=event.originator_version, ended_at=data.ended_at)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this incident")
    return state


def open_incident(command: OpenIncident, context: Context) -> list[Planned]:
    """Record that the journal could not be used from a minute on, which is not to come."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_id(command.incident, "incident")
    rules.check_code(command.kind, INCIDENT_KINDS, "kind")
    _check_past_minute(command.began_at, context, "began_at")
    stream = f"incident/{command.incident}"
    context.check_new(stream, "incident")
    event = IncidentOpened(kind=command.kind, began_at=command.began_at, sd=rules.noted(command.note))
    return [Planned(stream, 1, event)]


def close_incident(command: CloseIncident, context: Context) -> list[Planned]:
    """Record that the journal could be used again: once, not before it could not."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    incident = context.find(Incident, "incident", command.incident, "incident")
    _check_past_minute(command.ended_at, context, "ended_at")
    if incident.ended_at is not None:
        raise Refused("incident_closed", "this incident is closed already", clause=LOG, where="incident")
    if command.ended_at < incident.began_at:
        raise Refused("ended_before_it_began", "the incident began later", clause=LOG, where="ended_at")
    event = IncidentClosed(ended_at=command.ended_at, sd=rules.noted(command.note))
    return [Planned(incident.stream, incident.version + 1, event)]


def _check_past_minute(value: object, context: Context, where: str) -> None:
    """Refuse what is no minute, or one that has not come by the school's clock: it is said to have been."""
    rules.check_minute(value, where)
    zone = context.books.zone
    if zone is None or str(value) > rules.local_minute(context.now, zone):
        raise Refused("minute_not_come", "this minute has not come yet", clause=LOG, where=where)
