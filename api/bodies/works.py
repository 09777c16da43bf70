"""Bodies of requests about the schedule of works."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.vocabulary import RescheduleReason, WorkKind


class NewScheduledWork(Body, frozen=True, kw_only=True):
    """A work planned for a day, and its place in the day where that is known; the id may be the client's."""

    planned_on: str
    kind: WorkKind
    minutes: int
    number: int | None = None
    scheduled: Id | None = None


class NewMove(Body, frozen=True, kw_only=True):
    """For when a work is planned instead; `corrects` is the index of the entry that plans it now.

    `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    corrects: int
    planned_on: str
    reason: RescheduleReason
    number: int | None = None
    basis: str | None = None


class NewScheduleCancellation(Body, frozen=True, kw_only=True):
    """Why a scheduled work is not done; `corrects` is the index of the entry that plans it now."""

    corrects: int
    reason: RescheduleReason
    basis: str | None = None
