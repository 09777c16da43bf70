"""Events of incidents, `incident/`, and of excuses, `excuse/` (`verify/spec/events.md`, Incidents and excuses)."""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import ExcuseReason, IncidentKind, LessonRule


class IncidentOpened(Event, frozen=True, kw_only=True):
    """`incident/`: the journal could not be used from this minute on; `sd` (``_sd``): a note."""

    kind: IncidentKind
    began_at: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class IncidentClosed(Event, frozen=True, kw_only=True):
    """`incident/`: it could be used again from this minute on; `sd` (``_sd``): a note."""

    ended_at: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class ExcuseAccepted(Event, frozen=True, kw_only=True):
    """`excuse/`: why things of one lesson are late or missing, which this teacher had to record.

    The lesson is `lesson`, or whatever lesson of `course` is held on `held_on`. `incident` goes with the reason
    ``outage``, the document `basis` with every other one.
    """

    teacher: str
    rules: tuple[LessonRule, ...]
    reason: ExcuseReason
    lesson: str | None = None
    course: str | None = None
    held_on: str | None = None
    incident: str | None = None
    basis: str | None = None
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class ExcuseWithdrawn(Event, frozen=True, kw_only=True):
    """`excuse/`: it is no excuse after all; `basis` says why."""

    basis: str


EXCUSE_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "incident_opened/1": IncidentOpened,
    "incident_closed/1": IncidentClosed,
    "excuse_accepted/1": ExcuseAccepted,
    "excuse_withdrawn/1": ExcuseWithdrawn,
}
