"""Which teachers are away on which days, and which colleague gives their lessons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.sample.draws import Draws, Weighted
from api.sample.planned import Planned, Scribe
from api.sample.roster import Course, Roster
from api.sample.school_year import SECOND
from api.sample.timetable import Week
from ledger.journal.commands import NewSubstitution, PlanSubstitution
from ledger.journal.vocabulary import SubstitutionReason
from ledger.wire.entry import Actor

_AWAY_SHARE: Final = 0.041
"""Of teachers' days: with nobody free now and then, 4 % of lessons are given by a substitute."""

_REASONS: Final[Weighted[SubstitutionReason]] = Weighted(
    {"ill": 68, "training": 14, "leave": 9, "business_trip": 6, "other": 3}
)
_KNOWN_BEFORE: Final = ("training", "leave", "business_trip")
_OTHER_SUBJECT_COEFFICIENT: Final = 80
"""Who keeps a class busy with something else is paid less than who teaches its subject."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A lesson's substitute, and what is recorded of the substitution."""

    teacher: str
    substitution: NewSubstitution


class Absences:
    """Draws absent teachers day by day and finds who is free."""

    def __init__(self, seed: int, roster: Roster, scribe: Scribe) -> None:
        self._draws = Draws(seed, "substitutions")
        self._scribe = scribe
        self._deputy = Actor(roster.deputy.id, "deputy")
        self._teachers = [person.id for colleagues in roster.teachers.values() for person in colleagues]
        self._colleagues = {
            person.id: [other.id for other in colleagues if other.id != person.id]
            for colleagues in roster.teachers.values()
            for person in colleagues
        }
        self._orders = 0

    def cover(self, day: date, week: Week, lessons: Iterable[tuple[int, Course]]) -> dict[tuple[str, int], Cover]:
        """Find the day's substitutes: course and number of the lesson -> who gives it. Where nobody is free, no one."""
        draws = self._draws
        away = {teacher: self._order(day) for teacher in self._teachers if draws.chance(_AWAY_SHARE)}
        busy = _busy(week, day.weekday())
        covers: dict[tuple[str, int], Cover] = {}
        for number, course in lessons:
            order = away.get(course.teacher)
            if order is None:
                continue
            free = [one for one in self._teachers if one not in away and (one, number) not in busy]
            near = [one for one in free if one in self._colleagues[course.teacher]]
            if not free:
                continue
            substitute = draws.pick(near or free)
            busy.add((substitute, number))
            covers[course.id, number] = Cover(substitute, _terms(*order, same_subject=bool(near)))
        return covers

    def plan(
        self, day: date, covers: Mapping[tuple[str, int], Cover], held: Collection[tuple[str, int]], at: int
    ) -> Iterator[Planned]:
        """Yield what the deputy head plans in the morning of absences that are known before: all but illness."""
        for (course, number), cover in covers.items():
            terms = cover.substitution
            if terms.reason in _KNOWN_BEFORE and (course, number) in held:
                command = PlanSubstitution(
                    course=course,
                    held_on=day.isoformat(),
                    number=number,
                    substitute=cover.teacher,
                    reason=terms.reason,
                    basis=terms.basis,
                    same_subject=terms.same_subject,
                    coefficient=terms.coefficient,
                )
                yield self._scribe.plan(at, self._deputy, command)
                at += SECOND

    def _order(self, day: date) -> tuple[SubstitutionReason, str]:
        """Draw why a teacher is away, with the order that says so; its number grows through the year."""
        self._orders += 1
        return _REASONS.pick(self._draws), f"приказ № {self._orders}-з от {day:%d.%m.%Y}"


def _terms(reason: SubstitutionReason, basis: str, *, same_subject: bool) -> NewSubstitution:
    coefficient = 100 if same_subject else _OTHER_SUBJECT_COEFFICIENT
    return NewSubstitution(reason=reason, basis=basis, same_subject=same_subject, coefficient=coefficient)


def _busy(week: Week, weekday: int) -> set[tuple[str, int]]:
    """Who teaches in which lesson of a weekday."""
    return {
        (course.teacher, place.number)
        for places in week.values()
        for place, course in places.items()
        if place.weekday == weekday
    }
