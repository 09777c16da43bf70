"""Events of a course's cancelled lessons (`verify/spec/events.md`, Cancelled lessons)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import CancellationReason


class PlannedPlace(Event, frozen=True, kw_only=True):
    """A day and a place in it, where a lesson is planned."""

    held_on: str
    number: int


class LessonCancelled(Event, frozen=True, kw_only=True):
    """`cancellation/<course>`: the lesson planned there is not held.

    `moved_to`: where it is held instead; `merged_with`: the course in whose lesson it is held; at most one of them.
    """

    held_on: str
    number: int
    reason: CancellationReason
    basis: str
    moved_to: PlannedPlace | None = None
    merged_with: str | None = None


class CancellationWithdrawn(Event, frozen=True, kw_only=True):
    """`cancellation/<course>`: the lesson cancelled by entry `corrects` is held after all, or was never to be."""

    corrects: int
    basis: str


CANCELLATION_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "lesson_cancelled/1": LessonCancelled,
    "cancellation_withdrawn/1": CancellationWithdrawn,
}
