"""The schedule of control works of some classes: planned at the beginning of each period, and a few moved later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Final

from api.sample.curriculum import UNMARKED_GRADE
from api.sample.draws import Draws
from api.sample.planned import Planned, Scribe
from api.sample.roster import Course, Period, Roster
from api.sample.school_year import DAY, HOUR, SECOND, moment
from api.sample.timetable import Week
from ledger.journal.commands import MoveScheduledWork, ScheduleWork
from ledger.wire.entry import Actor

Action = Callable[[int], Iterator[Planned]]
Sat = tuple[str, date, int]
"""Course, day and number of a lesson."""

_SHARE: Final = 0.25
"""Of the courses of the first class of a grade, in each period."""
_MOVED_SHARE: Final = 0.15
_MINUTES: Final = (40, 45)


class Scheduling:
    """Plans works for lessons that the timetable has, and knows for which of them."""

    def __init__(self, seed: int, roster: Roster, week: Week, scribe: Scribe) -> None:
        self._roster = roster
        self._week = week
        self._scribe = scribe
        self._draws = Draws(seed, "schedules")
        self.planned: dict[Sat, str] = {}
        """Lesson -> id of the work that is planned for it."""

    def agenda(self) -> Iterator[tuple[int, Action]]:
        """Give the moments at which works are planned."""
        for period in self._roster.periods:
            if period.kind != "year" and period.starts_on <= self._roster.days[-1]:
                yield moment(period.starts_on, "06:45"), partial(self._plan, period)

    def _plan(self, period: Period, at: int) -> Iterator[Planned]:
        first = {group.grade: group for group in reversed(self._roster.classes)}
        moves: list[tuple[int, Course, Sat, Sat]] = []
        for grade, group in sorted(first.items()):
            if grade <= UNMARKED_GRADE or grade not in period.grades:
                continue
            for course in group.courses:
                lessons = self._lessons(course, period)
                if "control_work" not in course.subject.written or len(lessons) < 8 or not self._draws.chance(_SHARE):
                    continue
                place = self._draws.between(len(lessons) // 2, len(lessons) - 4)
                sat = lessons[place]
                command = ScheduleWork(
                    course=course.id,
                    scheduled=self._draws.uuid(),
                    planned_on=sat[1].isoformat(),
                    kind="control_work",
                    minutes=self._draws.pick(_MINUTES),
                    number=sat[2],
                )
                planned = self._scribe.plan(at, Actor(course.teacher, "teacher"), command)
                yield planned
                at += SECOND
                self.planned[sat] = command.scheduled
                if self._draws.chance(_MOVED_SHARE):
                    moves.append((planned.first_index, course, sat, lessons[place + 1]))
        for corrects, course, sat, instead in moves:
            if moment(sat[1]) - at > 2 * DAY:
                yield self._move(corrects, course, sat, instead, at + HOUR)

    def _move(self, corrects: int, course: Course, sat: Sat, instead: Sat, at: int) -> Planned:
        self.planned[instead] = self.planned.pop(sat)
        command = MoveScheduledWork(
            course=course.id,
            corrects=corrects,
            planned_on=instead[1].isoformat(),
            reason=self._draws.pick(("load", "calendar")),
            number=instead[2],
        )
        return self._scribe.plan(at, Actor(course.teacher, "teacher"), command)

    def _lessons(self, course: Course, period: Period) -> list[Sat]:
        """Return the course's lessons of a period, by the timetable."""
        places = [place for place, other in self._week[course.group.id].items() if other is course]
        return [
            (course.id, day, place.number)
            for day in self._roster.days
            if period.starts_on <= day <= period.ends_on
            for place in sorted(places)
            if place.weekday == day.weekday()
        ]
