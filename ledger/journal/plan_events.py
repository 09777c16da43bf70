"""Events of lesson plans (КТП), as `events` has all others; `verify/spec/events.md` says what their bytes mean."""

from __future__ import annotations

from ledger.journal.event import Event
from ledger.journal.vocabulary import PlanReason


class PlanTopic(Event, frozen=True, kw_only=True):
    """What an item of a lesson plan says: `hours` in lessons; `homework` is absent where the plan has none."""

    topic: str
    hours: int
    homework: str | None = None
    planned_on: str | None = None


class PlanItem(PlanTopic, frozen=True, kw_only=True):
    """An item of a lesson plan with its number there."""

    number: int


class LessonPlanImported(Event, frozen=True, kw_only=True):
    """`plan/` with the course's id: its lesson plan (КТП), the first of it or all; numbers rise."""

    title: str
    items: tuple[PlanItem, ...]


class LessonPlanContinued(Event, frozen=True, kw_only=True):
    """`plan/`: the next items of a plan that is too long for one entry, in the same command."""

    items: tuple[PlanItem, ...]


class LessonPlanAmended(Event, frozen=True, kw_only=True):
    """`plan/`: another text, hours or day for an item; `old` None: a new one; `new` None: it is taken out."""

    number: int
    old: PlanTopic | None
    new: PlanTopic | None
    reason: PlanReason
    basis: str | None = None
