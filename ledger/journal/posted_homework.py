"""Homework posted before its lesson is held (regulation 2.2.3, R20): the lesson takes it over when it is recorded.

All of a course are entries of one stream, `homework/<id of the course>`; of one place one is not withdrawn at most.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.journal.context import Context
from ledger.journal.homework_events import HomeworkAssigned, HomeworkPosted, HomeworkPostWithdrawn
from ledger.journal.recorded import Recorded
from ledger.journal.standing import StandingPlaces, evolve_standing


class PostedHomework(StandingPlaces[HomeworkPosted], frozen=True, kw_only=True):
    """What was posted for a course's lessons and not withdrawn, by the index of the entry."""


def evolve_posted(state: PostedHomework | None, events: Iterable[Recorded]) -> PostedHomework | None:
    """Apply events of a course's stream of posted homework."""
    return evolve_standing(PostedHomework, HomeworkPosted, HomeworkPostWithdrawn, state, events)


def taken_over(course: str, held_on: str, number: int, context: Context) -> HomeworkAssigned | None:
    """Return the homework that a lesson at a place takes over from what was posted for it, or None."""
    known = context.find_if_any(PostedHomework, f"homework/{course}")
    found = known.at(held_on, number) if known is not None else None
    if found is None:
        return None
    entry, given = found
    return HomeworkAssigned(
        text=given.text, due_on=given.due_on, due_lesson=given.due_lesson, files=given.files, posted=entry
    )
