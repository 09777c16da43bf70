"""Works as commands name them, and commands of their schedule (verify/spec/events.md, A lesson, Scheduled works)."""

from __future__ import annotations

import msgspec

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import RescheduleReason, WorkKind


class NewWork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An assessed work.

    `weight`: its own, in hundredths, that goes before what the rules of assessment give its kind; `ends_on`: its last
    day, where a written one goes on after the lesson's day; `scheduled`: which work of the course's schedule it is;
    `of_lesson`: of a homework check, whose homework it checks where not the lesson's before.
    """

    work: str
    kind: WorkKind
    written: bool
    weight: int | None = None
    ends_on: str | None = None
    scheduled: str | None = None
    of_lesson: str | None = None


class NewMakeUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A student's own day for a work of the same lesson, recorded before or in the same command."""

    student: str
    work: str
    made_up_on: str


class ScheduleWork(JournalCommand, frozen=True, kw_only=True):
    """Plan a work of a course for a day, by the course's teacher or the administration; `minutes`: how long it is."""

    course: str
    scheduled: str
    planned_on: str
    kind: WorkKind
    minutes: int
    number: int | None = None


class MoveScheduledWork(JournalCommand, frozen=True, kw_only=True):
    """What entry `corrects` plans is planned for another day, or place in it."""

    course: str
    corrects: int
    planned_on: str
    reason: RescheduleReason
    number: int | None = None
    basis: str | None = None


class CancelScheduledWork(JournalCommand, frozen=True, kw_only=True):
    """What entry `corrects` plans is not done."""

    course: str
    corrects: int
    reason: RescheduleReason
    basis: str | None = None
