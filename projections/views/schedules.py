"""Schedules of works: for when each work of a course is planned, moved or cancelled with the reason."""

from __future__ import annotations

from typing import Final, NamedTuple

from ledger.journal.schedule_events import ScheduledWorkCancelled, ScheduledWorkMoved, WorkScheduled
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Revise, Table


class ScheduledRow(NamedTuple):
    """A scheduled work; `fact`: the entry that put it into the schedule; `stands`: 0 once it is cancelled."""

    entry: int
    fact: int
    course: str
    scheduled: str
    planned_on: str
    number: int | None
    kind: str
    minutes: int
    reason: str | None
    basis: str | None
    stands: int
    to_position: int = OPEN


SCHEDULED: Final = Table("scheduled_works", ScheduledRow, (("course",), ("scheduled",)))


def _scheduled(event: WorkScheduled, entry: Entry) -> Operations:
    row = ScheduledRow(
        entry=entry.index,
        fact=entry.index,
        course=entry.stream_id,
        scheduled=event.scheduled,
        planned_on=event.planned_on,
        number=event.number,
        kind=event.kind,
        minutes=event.minutes,
        reason=None,
        basis=None,
        stands=1,
    )
    return (row,)


def _moved(event: ScheduledWorkMoved, entry: Entry) -> Operations:
    changes = {"planned_on": event.planned_on, "number": event.number, "reason": event.reason, "basis": event.basis}
    return (Revise(SCHEDULED, event.corrects, entry.index, changes),)


def _cancelled(event: ScheduledWorkCancelled, entry: Entry) -> Operations:
    changes = {"reason": event.reason, "basis": event.basis, "stands": 0}
    return (Revise(SCHEDULED, event.corrects, entry.index, changes),)


VIEW: Final = View(
    (SCHEDULED,), {WorkScheduled: _scheduled, ScheduledWorkMoved: _moved, ScheduledWorkCancelled: _cancelled}
)
