"""Events of a course's planned substitutions (`verify/spec/events.md`, Planned substitutions)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import SubstitutionReason


class SubstitutionPlanned(Event, frozen=True, kw_only=True):
    """`substitution/<course>`: who is to give the lesson there for the responsible teacher.

    `replaces`: index of the plan of this place that holds no more, where there was one.
    """

    held_on: str
    number: int
    absent_teacher: str
    substitute: str
    reason: SubstitutionReason
    basis: str
    same_subject: bool
    coefficient: int
    replaces: int | None = None


class SubstitutionPlanWithdrawn(Event, frozen=True, kw_only=True):
    """`substitution/<course>`: what entry `corrects` planned holds no more."""

    corrects: int
    basis: str


SUBSTITUTION_PLAN_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "substitution_planned/1": SubstitutionPlanned,
    "substitution_plan_withdrawn/1": SubstitutionPlanWithdrawn,
}
