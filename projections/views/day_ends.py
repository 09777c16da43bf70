"""When the last lesson of some students ends on a day (regulation 2.2.2): what was recorded, and what is planned.

A recorded lesson has its own times, also where it stands for a planned one. What is planned and not recorded has those
of the bells, unless it is cancelled; a cancelled lesson counts where it was moved to, and at its own place where it was
merged with another one. Planned lessons of which the bells know no times are left out. Students of a subgroup have the
lessons of the whole class, and those of every subgroup that one of them is in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from ledger.journal.in_force import in_force
from projections.reading import Reader, stands
from projections.views.plan import HELD_COLUMNS, Held, held_on_places, read_plan
from projections.views.subgroups import SubgroupMember, subgroup_members


class DayEnd(NamedTuple):
    """When some students' last lesson of a day ends.

    Attributes:
        ends_at: the school's clock.
        entries: what says so: the lesson's, the timetable's, the bells', cancellations of what would have ended later.
        is_planned: whether a timetable was in force; else the day seems to end with its last recorded lesson.
    """

    ends_at: str
    entries: tuple[int, ...]
    is_planned: bool


class _Ending(NamedTuple):
    """A lesson of a class's day, or one that is cancelled."""

    ends_at: str
    entries: tuple[int, ...]
    course: str


class _Day(NamedTuple):
    """A class's day."""

    lessons: tuple[_Ending, ...]
    cancelled: tuple[_Ending, ...]
    timetable: int | None


class DayEnds:
    """The ends of days, of all classes or of one, each worked out when it is asked for."""

    def __init__(
        self,
        views: Reader,
        position: int,
        from_day: str,
        to_day: str,
        class_group: str | None = None,
        *,
        places: Collection[tuple[str, str]] | None = None,
    ) -> None:
        """Read what says when days end; where `places` (class group, day) are given, no others will be asked for."""
        self._plan = read_plan(views, position, from_day, to_day, class_group=class_group)
        self._subgroups: dict[str, bool] = {}
        self._courses: defaultdict[str, list[str]] = defaultdict(list)
        self._held: defaultdict[tuple[str, str], list[Held]] = defaultdict(list)
        self._members: defaultdict[str, list[SubgroupMember]] = defaultdict(list)
        self._days: dict[tuple[str, str], _Day] = {}
        self._ends: dict[tuple[str, str, str | None], DayEnd | None] = {}
        self._read_courses(views, position, class_group)
        if places is None:
            self._read_held(views, position, from_day, to_day, class_group)
        else:
            self._keep(held_on_places(views, position, places))

    def _read_courses(self, views: Reader, position: int, class_group: str | None) -> None:
        parameters: dict[str, object] = {"at": position}
        condition = ""
        if class_group is not None:
            parameters["class_group"], condition = class_group, " AND o.class_group = :class_group"
        sql = f"SELECT o.course, o.class_group, o.subgroup FROM {{courses}} o WHERE {stands('o')}{condition}"
        for course, group, subgroup in views.select(sql, parameters):
            self._subgroups[course] = subgroup is not None
            self._courses[group].append(course)
        if any(self._subgroups.values()):
            for member in subgroup_members(views, class_group=class_group, at=position).rows:
                self._members[member.course].append(member)

    def _read_held(self, views: Reader, position: int, first: str, last: str, class_group: str | None) -> None:
        condition = "" if class_group is None else " AND o.class_group = :class_group"
        asked: dict[str, object] = {} if class_group is None else {"class_group": class_group}
        sql = f"""SELECT o.class_group, {HELD_COLUMNS}
            FROM {{lessons}} l JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
            WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}{condition}"""
        rows = views.select(sql, {"at": position, "first": first, "last": last, **asked})
        self._keep((group, Held._make(held)) for group, *held in rows)

    def _keep(self, rows: Iterable[tuple[str, Held]]) -> None:
        for group, held in rows:
            self._held[group, held.held_on].append(held)

    def at_least(self, class_group: str, course: str, day: str) -> str:
        """The end of a course's students' last recorded lesson of the whole class, or of the course; "": there is none.

        They have no other end before it, whatever is planned.
        """
        held = self._held.get((class_group, day), [])
        return max((one.ends_at for one in held if one.course == course or not self._subgroups[one.course]), default="")

    def of(self, class_group: str, course: str, day: str) -> DayEnd | None:
        """The end of the last lesson of a course's students; None where no lesson of theirs is known."""
        of_subgroup = bool(self._subgroups.get(course))
        key = (class_group, day, course if of_subgroup else None)
        if key not in self._ends:
            theirs = self._theirs(class_group, day, course) if of_subgroup else None
            self._ends[key] = self._end(class_group, day, theirs)
        return self._ends[key]

    def _end(self, class_group: str, day: str, courses: Collection[str] | None) -> DayEnd | None:
        found = self._days.get((class_group, day))
        if found is None:
            found = self._days[class_group, day] = self._day(class_group, day)
        last = max((one for one in found.lessons if courses is None or one.course in courses), default=None)
        if last is None:
            return None
        entries = set(last.entries)
        if found.timetable is not None:
            entries.add(found.timetable)
        for one in found.cancelled:
            if one.ends_at > last.ends_at and (courses is None or one.course in courses):
                entries.update(one.entries)
        return DayEnd(last.ends_at, tuple(sorted(entries)), found.timetable is not None)

    def _theirs(self, class_group: str, day: str, course: str) -> frozenset[str]:
        """Courses of a subgroup's students."""
        students = self._students(course, day)
        return frozenset(
            of
            for of in self._courses[class_group]
            if of == course or not self._subgroups[of] or not students.isdisjoint(self._students(of, day))
        )

    def _students(self, course: str, day: str) -> frozenset[str]:
        return frozenset(member.student for member in self._members[course] if member.holds(day))

    def _day(self, class_group: str, day: str) -> _Day:
        held = self._held.get((class_group, day), [])
        planner = self._plan.planners.get(class_group)
        timetable = None if planner is None else in_force(planner.timetables, day)
        if timetable is None:
            return _Day(tuple(_Ending(one.ends_at, (one.entry,), one.course) for one in held), (), None)
        found = self._plan.beside(class_group, day, held)
        gone: list[_Ending] = []
        merged: list[_Ending] = []
        for lesson, by in found.cancelled:
            if lesson.ends_at is not None:
                ending = _Ending(lesson.ends_at, (by.entry, *lesson.entries), lesson.course)
                (gone if by.merged_with is None else merged).append(ending)
        lessons = [_Ending(one.ends_at, (one.entry,), one.course) for one in held]
        lessons += [
            _Ending(lesson.ends_at, lesson.entries, lesson.course)
            for lesson, one in found.pairs
            if one is None and lesson.ends_at is not None
        ]
        return _Day((*lessons, *merged), tuple(gone), timetable.entry)


def ends_of_days(views: Reader, position: int, places: Collection[tuple[str, str]]) -> DayEnds | None:
    """The ends of these days of classes (class group, day) and of no others; None where there is none of them."""
    if not places:
        return None
    groups, days = {group for group, _ in places}, [day for _, day in places]
    group = groups.pop() if len(groups) == 1 else None
    return DayEnds(views, position, min(days), max(days), group, places=places)
