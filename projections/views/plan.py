"""What should be taught when, as it was known at a position: the rows that plan lessons, and the lessons they plan.

`ledger.journal.planned_lessons` says which lessons a day has and what they rest on; here it is given its rows. Over
years of a whole school most days are as planned, and are told so without making a planned lesson of each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import orjson

from ledger.journal.calendar import CalendarEntry
from ledger.journal.in_force import InForce, in_force
from ledger.journal.planned_lessons import GradeCalendar, PlannedLesson, Span, is_held, planned_lessons, taught_day
from ledger.journal.timetable_events import Bell, BellScheduleSet, TimetableLesson, TimetableSet
from ledger.wire.entry import parse_at
from projections.reading import AsOf, Reader, filters, listing, stands
from projections.views.cancellations import Standing, standing_cancellations

_bells = msgspec.json.Decoder(tuple[Bell, ...]).decode
_week = msgspec.json.Decoder(tuple[TimetableLesson, ...]).decode

_Counts = tuple[tuple[str, int], ...]
"""Courses of a day with how many lessons each has."""


@dataclass(frozen=True, slots=True)
class Planner:
    """A class group with its timetables and its grade's calendar; `name` such as ``5А``."""

    class_group: str
    name: str
    timetables: tuple[InForce[TimetableSet], ...]
    calendar: GradeCalendar


class Held(NamedTuple):
    """A recorded lesson that stands; `entry` says its number and times."""

    course: str
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    lesson: str
    entry: int
    teacher: str


@dataclass(frozen=True, slots=True)
class Until:
    """A moment on the school's clock: what ends after it is not over; `time` ``HH:MM``."""

    day: str
    time: str

    def is_over(self, day: str, ends_at: str | None) -> bool:
        """Tell whether a lesson has ended; one whose times are not known ends with its day."""
        return day < self.day or (day == self.day and ends_at is not None and ends_at <= self.time)


@dataclass(frozen=True, slots=True)
class Match:
    """Lessons of a class on a day side by side.

    Attributes:
        pairs: planned with what stands for it.
        cancelled: planned, cancelled and not recorded at their place all the same, with the cancellation.
        unplanned: recorded, and nothing planned it.
    """

    pairs: tuple[tuple[PlannedLesson, Held | None], ...]
    cancelled: tuple[tuple[PlannedLesson, Standing], ...]
    unplanned: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that plans lessons on some days, both inclusive, and what was said of single ones before they were held.

    Attributes:
        from_day, to_day: which days.
        planners: class group -> its planner.
        bells: bell schedule -> its versions.
        cancelled, moved_in: class group, day -> cancellations that stand: of its lessons, and of those moved to it.
    """

    from_day: str
    to_day: str
    planners: Mapping[str, Planner]
    bells: Mapping[str, tuple[InForce[BellScheduleSet], ...]]
    cancelled: Mapping[tuple[str, str], Sequence[Standing]]
    moved_in: Mapping[tuple[str, str], Sequence[Standing]]
    _taught: dict[tuple[str, int], list[tuple[str, int, bool]]] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether any class has a timetable at all."""
        return any(planner.timetables for planner in self.planners.values())

    def lessons(self, class_group: str, day: str) -> tuple[PlannedLesson, ...]:
        """Planned lessons of a class on a day."""
        planner = self.planners[class_group]
        return planned_lessons(planner.timetables, self.bells, planner.calendar, day)

    def beside(self, class_group: str, day: str, held: Iterable[Held]) -> Match:
        """Lessons of a class that should be held on a day, beside those that were recorded there."""
        cancelled = {(one.course, one.number): one for one in self.cancelled.get((class_group, day), ())}
        planned = list(self.lessons(class_group, day))
        if (class_group, day) in self.moved_in:
            planned += self._moved(class_group, day)
            planned.sort(key=lambda one: (one.number, one.course, one.moved_by or -1))
        return match(planned, held, cancelled)

    def _moved(self, class_group: str, day: str) -> Iterator[PlannedLesson]:
        """Lessons that cancellations moved to a day, by its bells; none where the class has no timetable then."""
        timetable = in_force(self.planners[class_group].timetables, day)
        if timetable is None:
            return
        version = in_force(self.bells.get(timetable.event.bells, ()), day)
        rung = {bell.number: bell for bell in version.event.lessons} if version is not None else {}
        for one in self.moved_in[class_group, day]:
            number = one.moved_number or 0
            bell = rung.get(number)
            yield PlannedLesson(
                day,
                number,
                one.course,
                bell.starts_at if bell else None,
                bell.ends_at if bell else None,
                timetable.entry,
                version.entry if bell and version else None,
                None,
                one.entry,
            )

    def counts(self, planner: Planner) -> Iterator[tuple[str, _Counts]]:
        """School days of a class in the plan's days, each with how many lessons which course has."""
        shapes: dict[tuple[int, int, bool], _Counts] = {}
        # Both in order of their days: what is in force moves on with them.
        following = iter(planner.timetables)
        timetable, behind = None, next(following, None)
        for day, weekday, is_odd_week in self._school_days(planner.calendar):
            while behind is not None and behind.from_day <= day:
                timetable, behind = behind, next(following, None)
            if timetable is None:
                continue
            key = (timetable.entry, weekday, is_odd_week)
            shape = shapes.get(key)
            if shape is None:
                shape = shapes[key] = _shape(timetable.event.lessons, weekday, is_odd_week=is_odd_week)
            yield day, shape

    def _school_days(self, calendar: GradeCalendar) -> list[tuple[str, int, bool]]:
        """School days of a grade, with weekday and week: the same for all its classes."""
        key = (calendar.year.starts_on, calendar.grade)
        days = self._taught.get(key)
        if days is None:
            first = max(calendar.year.starts_on, self.from_day)
            last = min(calendar.year.ends_on, self.to_day)
            taught = ((day, taught_day(calendar, day)) for day in days_between(first, last))
            days = [(day, as_.weekday, as_.is_odd_week) for day, as_ in taught if as_ is not None]
            self._taught[key] = days
        return days


def days_between(first: str, last: str) -> Iterator[str]:
    """Days from one to another, both inclusive; none where the second is before the first."""
    if first <= last:
        day = date.fromisoformat(first)
        for number in range((date.fromisoformat(last) - day).days + 1):
            yield (day + timedelta(days=number)).isoformat()


def match(
    planned: Sequence[PlannedLesson],
    held: Iterable[Held],
    cancelled: Mapping[tuple[str, int], Standing] = MappingProxyType({}),
) -> Match:
    """Find for each planned lesson of a day the recorded one that stands for it (events.md).

    First one of its course and number; then, in order of their numbers, one of its course that is left. A cancelled one
    that was held at its place all the same has that one, and no other stands for it.

    Args:
        planned: in order of their numbers.
        held: recorded lessons that stand.
        cancelled: course, number -> what cancelled it.
    """
    left: defaultdict[str, list[Held]] = defaultdict(list)
    for one in sorted(held, key=_place):
        left[one.course].append(one)
    found: list[Held | None] = [_take(left[lesson.course], lesson.number) for lesson in planned]
    pairs, gone = [], []
    for lesson, exact in zip(planned, found, strict=True):
        by = cancelled.get((lesson.course, lesson.number)) if exact is None else None
        # A lesson that was moved here later than that is another one.
        if by is not None and by.entry > (lesson.moved_by or -1):
            gone.append((lesson, by))
        else:
            of_course = left[lesson.course]
            pairs.append((lesson, exact or (of_course.pop(0) if of_course else None)))
    unplanned = (one for lessons in left.values() for one in lessons)
    return Match(tuple(pairs), tuple(gone), tuple(sorted(unplanned, key=_place)))


def _place(held: Held) -> tuple[int, int]:
    return held.number, held.entry


def _take(lessons: list[Held], number: int) -> Held | None:
    for place, lesson in enumerate(lessons):
        if lesson.number == number:
            return lessons.pop(place)
    return None


def _shape(lessons: Iterable[TimetableLesson], weekday: int, *, is_odd_week: bool) -> _Counts:
    held = (one for one in lessons if one.weekday == weekday and is_held(one.weeks, is_odd_week=is_odd_week))
    return tuple(Counter(one.course for one in held).items())


def read_plan(views: Reader, position: int, from_day: str, to_day: str, *, class_group: str | None = None) -> Plan:
    """Read what plans the lessons of some days, of all classes or of one."""
    parameters: dict[str, object] = {"at": position, "first": from_day, "last": to_day}
    sql = f"""SELECT y.year, y.starts_on, y.ends_on FROM {{years}} y
        WHERE {stands("y")} AND y.ends_on >= :first AND y.starts_on <= :last"""
    years = {year: Span(starts_on, ends_on) for year, starts_on, ends_on in views.select(sql, parameters)}
    periods = _read_periods(views, position)
    entries = _read_calendar(views, position)
    timetables = _read_timetables(views, parameters)
    condition = "" if class_group is None else " AND g.class_group = :class_group"
    asked = {"at": position} if class_group is None else {"at": position, "class_group": class_group}
    sql = f"""SELECT g.class_group, g.year, g.grade, g.letter FROM {{classes}} g
        WHERE {stands("g")}{condition} ORDER BY g.grade, g.letter, g.entry"""
    planners = {}
    for group, year, grade, letter in views.select(sql, asked):
        if year in years:
            calendar = GradeCalendar(
                grade, years[year], tuple(periods.get((year, grade), ())), tuple(entries.get(year, ()))
            )
            planners[group] = Planner(group, f"{grade}{letter}", tuple(timetables.get(group, ())), calendar)
    cancelled: defaultdict[tuple[str, str], list[Standing]] = defaultdict(list)
    moved_in: defaultdict[tuple[str, str], list[Standing]] = defaultdict(list)
    for one in standing_cancellations(views, position, from_day, to_day, class_group):
        cancelled[one.class_group, one.held_on].append(one)
        if one.moved_on is not None:
            moved_in[one.class_group, one.moved_on].append(one)
    return Plan(from_day, to_day, planners, _read_bells(views, position), dict(cancelled), dict(moved_in))


def read_grade_calendars(views: Reader, position: int) -> dict[str, GradeCalendar]:
    """Class group -> its grade's calendar of its year, one value for all classes of a grade."""
    periods, entries = _read_periods(views, position), _read_calendar(views, position)
    sql = f"""SELECT g.class_group, g.year, g.grade, y.starts_on, y.ends_on FROM {{classes}} g
        JOIN {{years}} y ON y.year = g.year AND {stands("y")} WHERE {stands("g")} ORDER BY g.entry"""
    made: dict[tuple[str, int], GradeCalendar] = {}
    found = {}
    for group, year, grade, starts_on, ends_on in views.select(sql, {"at": position}):
        if (year, grade) not in made:
            spans = tuple(periods.get((year, grade), ()))
            made[year, grade] = GradeCalendar(grade, Span(starts_on, ends_on), spans, tuple(entries.get(year, ())))
        found[group] = made[year, grade]
    return found


def _read_periods(views: Reader, position: int) -> Mapping[tuple[str, int], list[Span]]:
    sql = f"SELECT p.year, p.grades, p.starts_on, p.ends_on FROM {{periods}} p WHERE {stands('p')}"
    periods: defaultdict[tuple[str, int], list[Span]] = defaultdict(list)
    for year, grades, starts_on, ends_on in views.select(sql, {"at": position}):
        for grade in orjson.loads(grades):
            periods[year, grade].append(Span(starts_on, ends_on))
    return periods


def _read_calendar(views: Reader, position: int) -> Mapping[str, list[CalendarEntry]]:
    sql = f"""SELECT c.entry, c.year, c.starts_on, c.ends_on, c.grades, c.as_weekday FROM {{calendar}} c
        WHERE {stands("c")} AND c.stands = 1 ORDER BY c.entry"""
    entries: defaultdict[str, list[CalendarEntry]] = defaultdict(list)
    for entry, year, starts_on, ends_on, grades, as_weekday in views.select(sql, {"at": position}):
        entries[year].append(CalendarEntry(entry, starts_on, ends_on, tuple(orjson.loads(grades)), as_weekday))
    return entries


def _read_bells(views: Reader, position: int) -> dict[str, tuple[InForce[BellScheduleSet], ...]]:
    sql = f"""SELECT b.entry, b.bells, b.title, b.effective_from, b.lessons FROM {{bells}} b
        WHERE {stands("b")} ORDER BY b.entry"""
    found: defaultdict[str, list[InForce[BellScheduleSet]]] = defaultdict(list)
    for entry, bells, title, from_, lessons in views.select(sql, {"at": position}):
        event = BellScheduleSet(title=title, effective_from=from_, lessons=_bells(lessons))
        found[bells].append(InForce(entry, from_, event))
    return {bells: tuple(versions) for bells, versions in found.items()}


def _read_timetables(views: Reader, parameters: Mapping[str, object]) -> Mapping[str, list[InForce[TimetableSet]]]:
    """Read timetables of the years in question alone: reading one takes as long as planning a day by it."""
    sql = f"""SELECT t.entry, t.class_group, t.effective_from, t.bells, t.lessons
        FROM {{years}} y
        JOIN {{classes}} g ON g.year = y.year AND {stands("g")}
        JOIN {{timetables}} t ON t.class_group = g.class_group AND {stands("t")}
        WHERE {stands("y")} AND y.ends_on >= :first AND y.starts_on <= :last ORDER BY t.entry"""
    found: defaultdict[str, list[InForce[TimetableSet]]] = defaultdict(list)
    for entry, class_group, from_, bells, lessons in views.select(sql, parameters):
        event = TimetableSet(effective_from=from_, bells=bells, lessons=_week(lessons))
        found[class_group].append(InForce(entry, from_, event))
    return found


class Courses:
    """Subjects of courses, and who was responsible for them when."""

    def __init__(self, views: Reader, position: int) -> None:
        sql = f"SELECT o.course, o.class_group, o.subject FROM {{courses}} o WHERE {stands('o')}"
        self.subjects: dict[str, str] = {}
        self.class_groups: dict[str, str] = {}
        self._of_class: defaultdict[str, list[str]] = defaultdict(list)
        for course, class_group, subject in views.select(sql, {"at": position}):
            self.subjects[course], self.class_groups[course] = subject, class_group
            self._of_class[class_group].append(course)
        sql = f"""SELECT a.course, a.starts_on, a.entry, a.teacher FROM {{assignments}} a
            WHERE {stands("a")} ORDER BY a.starts_on, a.entry"""
        self._assignments: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)
        for course, starts_on, entry, teacher in views.select(sql, {"at": position}):
            self._assignments[course].append((starts_on, entry, teacher))

    def of_class(self, class_group: str) -> Sequence[str]:
        """Courses of a class."""
        return self._of_class[class_group]

    def responsible(self, course: str, day: str) -> tuple[str, int] | None:
        """The teacher responsible on a day and the entry that says so, or None."""
        for starts_on, entry, teacher in reversed(self._assignments[course]):
            if starts_on <= day:
                return teacher, entry
        return None

    def of_teacher(self, teacher: str) -> frozenset[str]:
        """Courses that the teacher was ever responsible for."""
        return frozenset(course for course, of in self._assignments.items() if any(teacher == who for _, _, who in of))


# The empty text keeps planners to the index of lessons by course and day, from the courses of the years in question.
_LESSONS: Final = f"""FROM {{years}} y
    JOIN {{courses}} o ON o.year = y.year AND {stands("o")}
    JOIN {{lessons}} l ON l.course = o.course || '' AND l.held_on BETWEEN :first AND :last
      AND l.stands = 1 AND {stands("l")}
    WHERE {stands("y")} AND y.ends_on >= :first AND y.starts_on <= :last"""


def count_held(
    views: Reader,
    position: int,
    from_day: str,
    to_day: str,
    *,
    class_group: str | None,
    courses: Collection[str] | None,
) -> Counter[tuple[str, str]]:
    """How many recorded lessons stand, by course and day: of a class's courses, of some, or of all."""
    parameters: dict[str, object] = {"at": position, "first": from_day, "last": to_day}
    condition = ""
    if class_group is not None:
        condition += " AND o.class_group = :class_group"
        parameters["class_group"] = class_group
    if courses is not None:
        if not courses:
            return Counter()
        # Filled up to a power of two: few statements, prepared once each.
        filled = sorted(courses)
        filled += filled[-1:] * ((1 << (len(filled) - 1).bit_length()) - len(filled))
        named = {f"c{number}": course for number, course in enumerate(filled)}
        condition += f" AND o.course IN ({', '.join(f':{name}' for name in named)})"
        parameters |= named
    rows: list[Any] = views.select(f"SELECT l.course, l.held_on {_LESSONS}{condition}", parameters)
    return Counter(rows)


HELD_COLUMNS: Final = "l.course, l.held_on, l.number, l.starts_at, l.ends_at, l.lesson, l.entry, l.teacher"
"""Of lessons `l`, as `Held` has them."""
# CROSS JOIN: from the places to their courses and on to the lessons.
_OF_PLACES: Final = f"""SELECT o.class_group, {HELD_COLUMNS}
    FROM given g CROSS JOIN {{courses}} o CROSS JOIN {{lessons}} l
    WHERE o.class_group = g.class_group AND {stands("o")}
      AND l.course = o.course AND l.held_on = g.held_on AND l.stands = 1 AND {stands("l")}"""
_PLACES_AT_ONCE: Final = 4_096


def read_held(
    views: Reader, position: int, from_day: str, to_day: str, *, class_group: str | None
) -> dict[tuple[str, str], list[Held]]:
    """Recorded lessons that stand, by course and day: of a class or of all."""
    condition, parameters = filters(("o.class_group", class_group))
    between = {"at": position, "first": from_day, "last": to_day}
    held: dict[tuple[str, str], list[Held]] = {}
    for row in views.select(f"SELECT {HELD_COLUMNS} {_LESSONS}{condition}", between | parameters):
        held.setdefault((row[0], row[1]), []).append(Held._make(row))
    return held


def held_on_places(views: Reader, position: int, places: Collection[tuple[str, str]]) -> Iterator[tuple[str, Held]]:
    """Recorded lessons that stand, each with its class, of these days of classes (class group, day) alone."""
    wanted = sorted(places)
    for start in range(0, len(wanted), _PLACES_AT_ONCE):
        given, parameters = listing("class_group, held_on", wanted[start : start + _PLACES_AT_ONCE], ("", ""))
        for group, *held in views.select(f"{given} {_OF_PLACES}", {"at": position, **parameters}):
            yield group, Held._make(held)


def until_of(views: Reader, at: AsOf, position: int, now: datetime | None) -> Until:
    """Up to which moment an answer may say that something has not happened.

    That is the moment asked about; where a position is, its last entry's; where nothing is, `now`, which is also the
    latest. In a generated school, whose clock is no real one, and where `now` is None, the log's last moment is taken.
    """
    rows = views.select(f"SELECT s.time_zone, s.clock FROM {{schools}} s WHERE {stands('s')}", {"at": position})
    zone, clock = rows[0] if rows else ("UTC", "server")
    latest = _recorded_at(views, views.position()) if now is None or clock == "sample" else now
    if isinstance(at, int):
        moment = min(_recorded_at(views, position), latest)
    else:
        moment = latest if at is None else min(at, latest)
    local = moment.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")
    return Until(local[:10], local[11:16])


def _recorded_at(views: Reader, position: int) -> datetime:
    """The moment of the last entry before a position."""
    rows = views.select("SELECT max(c.at) FROM {commands} c WHERE c.entry < :at", {"at": position})
    return parse_at(rows[0][0]) if rows[0][0] is not None else datetime(1, 1, 2, tzinfo=UTC)
