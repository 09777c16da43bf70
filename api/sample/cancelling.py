"""Which lessons are not held: cancelled for want of a teacher, or merged into the parallel class's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from api.sample.draws import Draws, Weighted
from api.sample.planned import Planned, Scribe
from api.sample.roster import ClassGroup, Course, Roster
from api.sample.school_year import SECOND
from ledger.journal.commands import CancelLesson
from ledger.journal.vocabulary import CancellationReason
from ledger.wire.entry import Actor

_SHARE: Final = 0.008
_MERGED_SHARE: Final = 0.4
"""Of these, where there is a parallel class with the subject."""
_REASONS: Final[Weighted[CancellationReason]] = Weighted({"teacher_absent": 60, "school_event": 30, "accident": 10})


class Cancelling:
    """Draws lessons that are not held, and plans what the deputy head records of them in the morning."""

    def __init__(self, seed: int, roster: Roster, scribe: Scribe) -> None:
        self._roster = roster
        self._scribe = scribe
        self._draws = Draws(seed, "cancellations")
        self._deputy = Actor(roster.deputy.id, "deputy")
        self._orders = 0

    def choose(self, lessons: list[tuple[ClassGroup, int, Course]]) -> list[tuple[int, Course]]:
        """Draw which of a day's lessons are not held."""
        return [(number, course) for _, number, course in lessons if self._draws.chance(_SHARE)]

    def cancel(self, day: date, chosen: list[tuple[int, Course]], at: int) -> Iterator[Planned]:
        """Yield the cancellations of a day."""
        for number, course in chosen:
            self._orders += 1
            other = self._parallel(course) if self._draws.chance(_MERGED_SHARE) else None
            command = CancelLesson(
                course=course.id,
                held_on=day.isoformat(),
                number=number,
                reason="teacher_absent" if other else _REASONS.pick(self._draws),
                basis=f"приказ № {self._orders}-у от {day:%d.%m.%Y}",
                merged_with=other.id if other else None,
            )
            yield self._scribe.plan(at, self._deputy, command)
            at += SECOND

    def _parallel(self, course: Course) -> Course | None:
        """Return the same subject's course of another class of the grade, or None."""
        own = course.group
        groups = [group for group in self._roster.classes if group.grade == own.grade and group is not own]
        return next((other for group in groups for other in group.courses if other.subject is course.subject), None)
