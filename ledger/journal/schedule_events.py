"""Events of a course's schedule of works, the график контрольных работ (`verify/spec/events.md`, Scheduled works)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import RescheduleReason, WorkKind


class WorkScheduled(Event, frozen=True, kw_only=True):
    """`schedule/<course>`: the work `scheduled` is to be done on a day, at a place in it where that is known."""

    scheduled: str
    planned_on: str
    kind: WorkKind
    minutes: int
    number: int | None = None


class ScheduledWorkMoved(Event, frozen=True, kw_only=True):
    """`schedule/<course>`: what entry `corrects` plans is planned for another day, or place."""

    corrects: int
    planned_on: str
    reason: RescheduleReason
    number: int | None = None
    basis: str | None = None


class ScheduledWorkCancelled(Event, frozen=True, kw_only=True):
    """`schedule/<course>`: what entry `corrects` plans is not done."""

    corrects: int
    reason: RescheduleReason
    basis: str | None = None


SCHEDULE_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "work_scheduled/1": WorkScheduled,
    "scheduled_work_moved/1": ScheduledWorkMoved,
    "scheduled_work_cancelled/1": ScheduledWorkCancelled,
}
