"""What verdicts on deadlines rest on beside the facts themselves: the school's clock and versions, and its days' ends.

When the students' last lesson ends, `day_ends` says; which days extend terms, `ledger.journal.deadlines.days_off`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from ledger.journal.deadlines.days import at_wall
from ledger.journal.deadlines.days_off import days_off
from ledger.journal.deadlines.verdict import Entered, School, Version
from ledger.journal.events import RegulationParameters
from ledger.wire.entry import parse_at
from projections.reading import AsOf, Reader, command_of, listing, resolve, stands
from projections.views.lookups import Membership, courses, memberships, school_zone
from projections.views.plan import Until, read_grade_calendars, until_of
from projections.views.plans import Covering, homework_entries
from projections.views.regulation import regulation
from projections.views.subgroups import SubgroupMember, subgroup_members

_AT_ONCE: Final = 2_048
_DENSE: Final = 8
"""Entries for each that is asked about: a command has some seven, so that about one is read for each."""
_LAST_DAY: Final = "9999-12-31"

Value = TypeVar("Value", int, str)


@dataclass(frozen=True, slots=True)
class Judging:
    """As of which position and moment is judged, and by what.

    Attributes:
        position: the position.
        now: the moment.
        school: what the office is judged by.
        until: when a planned lesson must have ended to be judged.
        classes: class group -> what its lessons are judged by; empty where no version asks for days off.
    """

    position: int
    now: datetime
    school: School
    until: Until
    classes: Mapping[str, School]

    def of(self, class_group: str) -> School:
        """What a class's lessons are judged by."""
        return self.classes.get(class_group, self.school)


def judging(views: Reader, now: datetime, at: AsOf = None) -> Judging:
    """Say as of what is judged.

    Args:
        views: whom to ask.
        now: the moment by the clock; what is not recorded is missing or pending as of it.
        at: as of; a moment that has passed stands for `now`, and so does, for a position, the `at` of its last entry.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    if isinstance(at, datetime):
        now = min(now, at)
    elif at is not None:
        now = moments(views, [position - 1]).get(position - 1, now)
    return judging_at(views, position, now, until_of(views, at, position, now))


def judging_at(views: Reader, position: int, now: datetime | None, until: Until | None = None) -> Judging:
    """Say as of what is judged at a position that the views have reached; `now` None: the `at` of its last entry."""
    if now is None:
        now = moments(views, [position - 1]).get(position - 1, datetime.max.replace(tzinfo=UTC))
    zone = school_zone(views, at=position)
    versions = tuple(
        Version(
            version.entry,
            date.fromisoformat(version.effective_from),
            msgspec.convert(version.parameters, RegulationParameters),
        )
        for version in regulation(views, at=position).versions
    )
    if until is None:
        until = until_of(views, position, position, now)
    if not any(of.parameters.weekends_extend or of.parameters.holidays_extend for of in versions):
        return Judging(position, now, School(zone, versions), until, {})
    calendars = read_grade_calendars(views, position)
    schools: dict[int, School] = {}
    for calendar in calendars.values():
        if id(calendar) not in schools:
            schools[id(calendar)] = School(zone, versions, days_off([calendar]))
    classes = {group: schools[id(calendar)] for group, calendar in calendars.items()}
    every = {id(calendar): calendar for calendar in calendars.values()}
    return Judging(position, now, School(zone, versions, days_off([*every.values()])), until, classes)


def moments(views: Reader, entries: Collection[int]) -> dict[int, datetime]:
    """Entry -> its `at`."""
    wanted = sorted(set(entries))
    found: dict[int, datetime] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        is_dense = some[-1] - some[0] < _DENSE * len(some)
        found.update(_moments_within(views, some) if is_dense else _moments_of(views, some))
    return found


def _moments_of(views: Reader, wanted: list[int]) -> dict[int, datetime]:
    # A command's entries share one, and the row of a command is its first entry's.
    sql = """SELECT a.entry, (SELECT m.at FROM {commands} m WHERE m.entry <= a.entry ORDER BY m.entry DESC LIMIT 1)
        FROM given a"""
    read: dict[str, datetime] = {}
    return {
        entry: read.get(at) or read.setdefault(at, parse_at(at))
        for entry, at in _asked(views, sql, "entry", wanted)
        if at is not None
    }


def _moments_within(views: Reader, wanted: list[int]) -> dict[int, datetime]:
    """The same of entries that lie near each other: all commands among them are read, and the entries put to theirs."""
    sql = f"""SELECT m.entry, m.at FROM {{commands}} m
        WHERE m.entry >= {command_of(":first")} AND m.entry <= :last ORDER BY m.entry"""
    commands = views.select(sql, {"first": wanted[0], "last": wanted[-1]})
    found: dict[int, datetime] = {}
    place = 0
    for (_, at), (behind, _) in pairwise([*commands, (wanted[-1] + 1, "")]):
        begun = place
        while place < len(wanted) and wanted[place] < behind:
            place += 1
        if place > begun:
            found.update(dict.fromkeys(wanted[begun:place], parse_at(at)))
    return found


_FIRST: Final[WeakKeyDictionary[Reader, Mapping[str, int]]] = WeakKeyDictionary()
_FIRST_MAX: Final = 50_000
"""So many moments are remembered for one reader: of a year there are some thousands."""


def first_entries(views: Reader, instants: Collection[str]) -> dict[str, int | None]:
    """Moment, spelled as an `at` -> the first entry recorded then or later; None where there is none.

    An entry's `at` never goes back, so whatever has that index or a higher one was recorded then or later: that is
    how entries are held against a term without a look at the moment of each. Nothing that comes later is the first, so
    what was found is remembered.
    """
    sql = """SELECT a.at, (SELECT m.entry FROM {commands} m WHERE m.at >= a.at ORDER BY m.at, m.entry LIMIT 1)
        FROM given a"""
    known = _FIRST.get(views, {})
    found: dict[str, int | None] = {instant: known.get(instant) for instant in instants}
    unknown = sorted(instant for instant, entry in found.items() if entry is None)
    if unknown:
        read: dict[str, int | None] = dict(_asked(views, sql, "at", unknown))
        found.update(read)
        # Another one in place of it: others may be reading.
        known = {} if len(known) > _FIRST_MAX else known
        _FIRST[views] = {**known, **{instant: entry for instant, entry in read.items() if entry is not None}}
    return found


def first_with_terms_from(views: Reader, position: int, day: str) -> str:
    """The first day of lessons with a term that counts from a day or later: of works that end, or were made up, then.

    The day itself, where no such lesson was before it.
    """
    asked = {"at": position, "day": day}
    found: list[str | None] = [views.select(sql, asked)[0][0] for sql in (_ENDS_LATER, _MADE_UP_LATER)]
    return min([day, *(one for one in found if one is not None)])


# CROSS JOIN: works of several days and make-ups are few; of the latter their sets say in which lessons they are.
_ENDS_LATER: Final = f"""SELECT min(l.held_on) FROM {{works}} w CROSS JOIN {{lessons}} l
    WHERE w.ends_on >= :day AND w.stands = 1 AND {stands("w")}
      AND l.lesson = w.lesson AND l.stands = 1 AND {stands("l")}"""
_MADE_UP_LATER: Final = f"""SELECT min(l.held_on) FROM {{cell_sets}} s CROSS JOIN {{cells}} c CROSS JOIN {{lessons}} l
    WHERE s.what = 'make_up' AND c.lesson = s.lesson AND c.what = 'make_up' AND c.value >= :day AND {stands("c")}
      AND l.lesson = c.lesson AND l.stands = 1 AND {stands("l")}"""


def planned_homework(views: Reader, lessons: Iterable[Covering], position: int) -> dict[str, int]:
    """Lesson -> the entry of its course's plan that has homework for it, the earliest of several (R18)."""
    return homework_entries(views, lessons, position)


def wall(day: date, clock: str, of: School) -> datetime:
    """The instant at which the school's clock shows `HH:MM` on a day."""
    return at_wall(day, time(int(clock[:2]), int(clock[3:])), of.zone)


class MakeUp(NamedTuple):
    """A student's own day for a work, and the entries that say so."""

    on: date | None
    entries: tuple[int, ...]


NO_MAKE_UP: Final = MakeUp(None, ())


class OfWork(NamedTuple):
    """What stands of a written work, by student: marks, own days, absences from its lesson."""

    marks: Mapping[str, Entered]
    make_ups: Mapping[str, MakeUp]
    absences: Mapping[str, Entered]


class Rosters:
    """Who was taught in which course on which day: the class, or those of it who were in the course's subgroup.

    Attributes:
        class_groups: course -> its class.
    """

    def __init__(self, views: Reader, position: int, class_group: str | None = None) -> None:
        self._members: defaultdict[str, list[Membership]] = defaultdict(list)
        for member in memberships(views, class_group=class_group, at=position).rows:
            self._members[member.class_group].append(member)
        found = courses(views, class_group=class_group, at=position).rows
        self._subgroups: dict[str, list[SubgroupMember]] = {of.course: [] for of in found if of.subgroup is not None}
        for stay in subgroup_members(views, class_group=class_group, at=position).rows if self._subgroups else ():
            self._subgroups[stay.course].append(stay)
        self.class_groups = {of.course: of.class_group for of in found}
        self._days: dict[tuple[str, str], Mapping[str, tuple[int, ...]]] = {}
        self._begins: dict[str, list[str]] = {}
        self._students: dict[tuple[str, int], frozenset[str]] = {}

    def students(self, class_group: str, course: str, day: str) -> frozenset[str]:
        """The students alone: they change on few days, so one day of each stretch between those is worked out."""
        key = course if course in self._subgroups else class_group
        begins = self._begins.get(key)
        if begins is None:
            begins = self._begins[key] = self._changes(class_group, course)
        number = bisect_right(begins, day)
        students = self._students.get((key, number))
        if students is None:
            of_day = self.on(class_group, course, begins[number - 1] if number else "")
            students = self._students[key, number] = frozenset(of_day)
        return students

    def _changes(self, class_group: str, course: str) -> list[str]:
        """The days on which other students begin to be there; a stay's last day is followed by one."""
        stays = [*self._members[class_group], *self._subgroups.get(course, ())]
        behind = (
            date.fromisoformat(str(stay.ends_on)) + timedelta(days=1)
            for stay in stays
            if (stay.ends_on or _LAST_DAY) < _LAST_DAY
        )
        return sorted({*(stay.starts_on for stay in stays), *(day.isoformat() for day in behind)})

    def on(self, class_group: str, course: str, day: str) -> Mapping[str, tuple[int, ...]]:
        """Student -> the entries that put him into the class, and into the subgroup where it is one."""
        key = (course if course in self._subgroups else class_group, day)
        found = self._days.get(key)
        if found is None:
            found = self._days[key] = self._on(class_group, course, day)
        return found

    def _on(self, class_group: str, course: str, day: str) -> dict[str, tuple[int, ...]]:
        of_class: dict[str, tuple[int, ...]] = {
            member.student: (member.entry,)
            for member in self._members[class_group]
            if member.starts_on <= day and (member.ends_on is None or day <= member.ends_on)
        }
        if course not in self._subgroups:
            return of_class
        return {
            stay.student: (*of_class[stay.student], stay.entry)
            for stay in self._subgroups[course]
            if stay.holds(day) and stay.student in of_class
        }


def _asked(views: Reader, sql: str, column: str, values: list[Value]) -> Iterator[tuple[Any, Any]]:
    """Ask about values, some thousands at once."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        given, parameters = listing(column, [(value,) for value in some], (some[-1],))
        rows: list[tuple[Any, Any]] = views.select(f"{given} {sql}", parameters)
        yield from rows
