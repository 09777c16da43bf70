"""The schedule of works of classes: what is planned, held or not, and where it goes beyond the limits of load.

Limits are `ledger.journal.load`'s. They are judged over everything that is planned or held, of the class and of its
parallels; hours, and which lesson of a day is the first and the last, are the timetable's where there is one, else
those recorded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from ledger.journal.deadlines.days import local_date
from ledger.journal.load import SOURCE, Assessed, Excess, judge_load
from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, stands
from projections.views.deadline_basis import judging
from projections.views.lookups import classes, courses
from projections.views.plan import Plan, read_plan

UNSCHEDULED_KIND: Final = "control_work"
"""The kind of work that counts without being in a schedule."""

Status = Literal["planned", "held", "not_held", "cancelled"]


@dataclass(frozen=True, slots=True)
class ScheduledWork:
    """A work of a schedule.

    Attributes:
        entry: what says for when it is planned, or that it is cancelled.
        fact: what put it into the schedule.
        scheduled: its id.
        course, class_group, class_name, subject: whose.
        planned_on, number: for when, or for when it was.
        kind, minutes: which work.
        status: ``held``: a work that stands names it, cancelled or not; ``not_held``: its day has passed without.
        reason, basis: of its last move or of the cancellation.
        held: the lessons in which it is held.
        held_on: their days.
    """

    entry: int
    fact: int
    scheduled: str
    course: str
    class_group: str
    class_name: str
    subject: str
    planned_on: str
    number: int | None
    kind: str
    minutes: int
    status: Status
    reason: str | None
    basis: str | None
    held: tuple[str, ...]
    held_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnscheduledWork:
    """A control work that was held and is in no schedule."""

    entry: int
    work: str
    lesson: str
    course: str
    class_group: str
    class_name: str
    subject: str
    held_on: str
    number: int


@dataclass(frozen=True, slots=True)
class WorkSchedule:
    """Schedules at a position: works by day, what was held without, and what goes beyond the limits of `source`."""

    position: int
    source: str
    rows: tuple[ScheduledWork, ...]
    unscheduled: tuple[UnscheduledWork, ...]
    warnings: tuple[Excess, ...]


class Held(NamedTuple):
    """A work that stands in a lesson that stands."""

    entry: int
    work: str
    kind: str
    scheduled: str | None
    lesson: str
    held_on: str
    number: int
    course: str


class Place(NamedTuple):
    """Of whom a course is."""

    class_group: str
    class_name: str
    grade: int
    subject: str
    is_whole_class: bool


def work_schedule(
    views: Reader,
    *,
    class_group: str | None = None,
    course: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    now: datetime,
    at: AsOf = None,
) -> WorkSchedule:
    """Schedules of a class, a course or all; days are inclusive and of the works' own.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    today = local_date(by.now, by.school.zone).isoformat()
    load = Load(views, by.position)
    first, last = from_date or FIRST_DAY, to_date or LAST_DAY

    def asked(of: str, day: str) -> bool:
        place = load.places.get(of)
        if place is None or course not in (None, of) or class_group not in (None, place.class_group):
            return False
        return first <= day <= last

    rows = [_scheduled(row, load, today) for row in load.scheduled if asked(row[2], row[4])]
    bare = [one for one in load.held if one.scheduled is None and asked(one.course, one.held_on)]
    groups = {row.class_group for row in rows} | {load.places[one.course].class_group for one in bare}
    shown = {row.scheduled for row in rows} | {one.work for one in bare}
    warnings = [excess for excess in load.judge(groups) if not shown.isdisjoint(excess.works)]
    return WorkSchedule(
        by.position,
        SOURCE,
        tuple(sorted(rows, key=lambda row: (row.planned_on, row.class_name, row.fact))),
        tuple(_unscheduled(one, load.places[one.course]) for one in bare),
        tuple(warnings),
    )


class Load:
    """Everything that is planned or held, read once.

    Attributes:
        places: course -> of whom it is.
        scheduled: rows of the schedules as they stand: entry, fact, course, scheduled, planned_on, number, kind,
            minutes, reason, basis, stands.
        held: works that stand, of a schedule or of one kind, by day.
    """

    def __init__(self, views: Reader, position: int, kind: str = UNSCHEDULED_KIND) -> None:
        self._views, self._position = views, position
        groups = {of.class_group: of for of in classes(views, at=position).rows}
        self.places = {
            of.course: Place(
                of.class_group,
                f"{groups[of.class_group].grade}{groups[of.class_group].letter}",
                groups[of.class_group].grade,
                of.subject,
                of.subgroup is None,
            )
            for of in courses(views, at=position).rows
            if of.class_group in groups
        }
        at = {"at": position}
        self.scheduled: list[tuple[Any, ...]] = list(views.select(_SCHEDULED, at))
        self.held = [Held(*row) for row in views.select(_HELD, {**at, "kind": kind})]
        self.of_scheduled: defaultdict[str, list[Held]] = defaultdict(list)
        for one in self.held:
            if one.scheduled is not None:
                self.of_scheduled[one.scheduled].append(one)

    def judge(self, groups: Collection[str]) -> tuple[Excess, ...]:
        """What goes beyond the limits where works of some classes are concerned."""
        grades = {place.grade for place in self.places.values() if place.class_group in groups}
        works = [work for work in self.assessed() if work.grade in grades]
        days = {(work.class_group, work.day) for work in works if work.class_group in groups}
        plan = self.plan()
        found = judge_load(works, self.hours(plan, groups), self.bounds(plan, days))
        return tuple(excess for excess in found if not set(excess.class_groups).isdisjoint(groups))

    def assessed(self) -> list[Assessed]:
        """Works as the limits speak of them: a scheduled one on the first day it is held, else as planned."""
        works = []
        for entry, _, course, scheduled, planned_on, number, _, minutes, _, _, standing in self.scheduled:
            held = self.of_scheduled.get(scheduled)
            if held:
                entries = (entry, *(one.entry for one in held))
                works.append(self._assessed(scheduled, entries, held[0].held_on, held[0].number, minutes, course))
            elif standing:
                works.append(self._assessed(scheduled, (entry,), planned_on, number, minutes, course))
        works += [
            self._assessed(one.work, (one.entry,), one.held_on, one.number, None, one.course)
            for one in self.held
            if one.scheduled is None
        ]
        return works

    def _assessed(
        self, id_: str, entries: tuple[int, ...], day: str, number: int | None, minutes: int | None, course: str
    ) -> Assessed:
        place = self.places[course]
        of = (course, place.class_group, place.grade, place.subject, place.is_whole_class)
        return Assessed(id_, entries, day, number, minutes, *of)

    def plan(self) -> Plan:
        """What the timetables plan in all years."""
        return read_plan(self._views, self._position, FIRST_DAY, LAST_DAY)

    def hours(
        self, plan: Plan, groups: Collection[str], first: str = FIRST_DAY, last: str = LAST_DAY
    ) -> Mapping[str, int]:
        """Course -> lessons of the days: planned ones where its class has a timetable, else those recorded."""
        hours: defaultdict[str, int] = defaultdict(int)
        bare = {group for group in groups if group not in plan.planners or not plan.planners[group].timetables}
        for group in set(groups) - bare:
            for day, of_day in plan.counts(plan.planners[group]):
                for course, count in of_day if first <= day <= last else ():
                    hours[course] += count
        if bare:
            sql = f"""SELECT l.course, count(*) FROM {{lessons}} l WHERE l.stands = 1 AND {stands("l")}
                AND l.held_on BETWEEN :first AND :last GROUP BY l.course"""
            for course, count in self._views.select(sql, {"at": self._position, "first": first, "last": last}):
                if course in self.places and self.places[course].class_group in bare:
                    hours[course] = count
        return hours

    def bounds(self, plan: Plan, days: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
        """Class and day -> numbers of the first and the last lesson: planned ones, else those recorded."""
        bounds = {}
        for class_group, day in days:
            planned = plan.lessons(class_group, day) if class_group in plan.planners else ()
            numbers = [lesson.number for lesson in planned]
            if not numbers:
                sql = f"""SELECT min(l.number), max(l.number) FROM {{lessons}} l
                    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
                    WHERE l.held_on = :day AND l.stands = 1 AND {stands("l")} AND o.class_group = :class_group"""
                asked = {"at": self._position, "day": day, "class_group": class_group}
                numbers = [number for number in self._views.select(sql, asked)[0] if number is not None]
            if numbers:
                bounds[class_group, day] = (min(numbers), max(numbers))
        return bounds


_SCHEDULED: Final = f"""
    SELECT s.entry, s.fact, s.course, s.scheduled, s.planned_on, s.number, s.kind, s.minutes, s.reason, s.basis,
      s.stands
    FROM {{scheduled_works}} s WHERE {stands("s")} ORDER BY s.fact"""
_HELD: Final = f"""
    SELECT w.entry, w.work, w.kind, w.scheduled, l.lesson, l.held_on, l.number, l.course FROM {{works}} w
    JOIN {{lessons}} l ON l.lesson = w.lesson AND l.stands = 1 AND {stands("l")}
    WHERE w.stands = 1 AND {stands("w")} AND (w.kind = :kind OR w.scheduled IS NOT NULL)
    ORDER BY l.held_on, l.number, w.entry"""


def _scheduled(row: tuple[Any, ...], load: Load, today: str) -> ScheduledWork:
    entry, fact, course, scheduled, planned_on, number, kind, minutes, reason, basis, standing = row
    place, held = load.places[course], load.of_scheduled.get(scheduled, [])
    status: Status = "planned" if planned_on >= today else "not_held"
    if not standing:
        status = "cancelled"
    if held:
        status = "held"
    return ScheduledWork(
        entry=entry,
        fact=fact,
        scheduled=scheduled,
        course=course,
        class_group=place.class_group,
        class_name=place.class_name,
        subject=place.subject,
        planned_on=planned_on,
        number=number,
        kind=kind,
        minutes=minutes,
        status=status,
        reason=reason,
        basis=basis,
        held=tuple(dict.fromkeys(one.lesson for one in held)),
        held_on=tuple(dict.fromkeys(one.held_on for one in held)),
    )


def _unscheduled(one: Held, place: Place) -> UnscheduledWork:
    return UnscheduledWork(
        one.entry,
        one.work,
        one.lesson,
        one.course,
        place.class_group,
        place.class_name,
        place.subject,
        one.held_on,
        one.number,
    )
