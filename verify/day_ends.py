"""A class's days (events.md, "Deadlines"): when the last lesson of some students ends, and what nobody recorded.

Planned is what "Timetables and the calendar" says, beside "Cancelled lessons".
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from verify.entry import DATA, STREAM, Groups
from verify.replay import Replay
from verify.state import NULL, ClassGroup, Course, Period, Person

_NOT_MOVED: Final = -1
_DAY: Final = timedelta(days=1)


class Declared(NamedTuple):
    """A declaration that stands: days of some grades that are off, or one that is taught as a weekday (0: off)."""

    first: date
    last: date
    grades: frozenset[int]
    as_weekday: int


class Cancelled(NamedTuple):
    """A cancellation that stands: of which place, where it is held instead, or whether in another course's lesson."""

    place: tuple[bytes, int]
    moved_to: tuple[bytes, int] | None
    is_merged: bool


class _Planned(NamedTuple):
    number: int
    course: bytes
    moved_by: int
    ends_at: str | None


class Owed(NamedTuple):
    """A planned lesson that no recorded one stands for: its end by the bells, where they know it, what cancelled it."""

    number: int
    course: bytes
    ends_at: str | None
    gone: Cancelled | None


class _Gone(NamedTuple):
    """What is cancelled, by day, course and number, with its entry; what was moved, by the day that it was moved to."""

    cancelled: dict[bytes, dict[tuple[bytes, int], tuple[int, Cancelled]]]
    moved: dict[bytes, list[tuple[int, bytes, int]]]


class _Held(NamedTuple):
    number: int
    entry: int
    ends_at: str


@dataclass(slots=True)
class _Version:
    """What is in force from a day on: of bells number -> end, of a timetable its bells and lessons."""

    first: bytes
    rung: dict[int, str]
    bells: bytes = b""
    lessons: tuple[dict[str, Any], ...] = ()


class Planning:
    """What a walk shows of bells, timetables, calendars and cancellations; all by the id in their streams."""

    def __init__(self) -> None:
        self.bells: defaultdict[bytes, list[_Version]] = defaultdict(list)
        self.timetables: defaultdict[bytes, list[_Version]] = defaultdict(list)
        self.declared: defaultdict[bytes, dict[int, Declared]] = defaultdict(dict)
        self.cancelled: defaultdict[bytes, dict[int, Cancelled]] = defaultdict(dict)

    def see(self, name: bytes, index: int, groups: Groups) -> None:
        """Look at an entry of one of the types in `SEEN`."""
        SEEN[name](self, index, groups)

    def _bells(self, _index: int, groups: Groups) -> None:
        first, lessons, *_ = groups[DATA]
        rung = {one["number"]: one["ends_at"] for one in json.loads(lessons)}
        self.bells[_id(groups)].append(_Version(first, rung))

    def _timetable(self, _index: int, groups: Groups) -> None:
        bells, first, lessons, _ = groups[DATA]
        self.timetables[_id(groups)].append(_Version(first, {}, bells, tuple(json.loads(lessons))))

    def _off(self, index: int, groups: Groups) -> None:
        ends_on, grades, _, starts_on, _ = groups[DATA]
        self._declare(index, groups, Declared(day_of(starts_on), day_of(ends_on), frozenset(json.loads(grades)), 0))

    def _school_day(self, index: int, groups: Groups) -> None:
        as_weekday, grades, on, _ = groups[DATA]
        declared = Declared(day_of(on), day_of(on), frozenset(json.loads(grades)), int(as_weekday))
        self._declare(index, groups, declared)

    def _declare(self, index: int, groups: Groups, declared: Declared) -> None:
        self.declared[_id(groups)][index] = declared

    def _revoked(self, _index: int, groups: Groups) -> None:
        *_, revokes = groups[DATA]
        self.declared[_id(groups)].pop(int(revokes), None)

    def _cancelled(self, index: int, groups: Groups) -> None:
        _, held_on, merged_with, moved_to, number, _ = groups[DATA]
        moved = json.loads(moved_to) if moved_to is not None else None
        place = None if moved is None else (moved["held_on"].encode(), moved["number"])
        self.cancelled[_id(groups)][index] = Cancelled((held_on, int(number)), place, merged_with is not None)

    def _withdrawn(self, _index: int, groups: Groups) -> None:
        self.cancelled[_id(groups)].pop(int(groups[DATA][1]), None)


SEEN: Final[dict[bytes, Callable[[Planning, int, Groups], None]]] = {
    b"bell_schedule_set/1": Planning._bells,  # noqa: SLF001 (its own)
    b"timetable_set/1": Planning._timetable,  # noqa: SLF001
    b"days_off_declared/1": Planning._off,  # noqa: SLF001
    b"school_day_declared/1": Planning._school_day,  # noqa: SLF001
    b"calendar_entry_revoked/1": Planning._revoked,  # noqa: SLF001
    b"lesson_cancelled/1": Planning._cancelled,  # noqa: SLF001
    b"cancellation_withdrawn/1": Planning._withdrawn,  # noqa: SLF001
}


class DayEnds:
    """The ends of days, each worked out when it is asked for."""

    def __init__(self, planning: Planning, replay: Replay) -> None:
        self._planning = planning
        self._years = replay.timetables.years
        self._periods = [one for one in replay.streams.values() if isinstance(one, Period)]
        self._held: dict[bytes, dict[bytes, dict[bytes, list[_Held]]]] = {}
        self._days: dict[tuple[bytes, bytes], list[tuple[str, bytes]]] = {}
        self._gone: dict[bytes, _Gone] = {}
        self._weekdays: dict[tuple[bytes, bytes, bytes], tuple[int, str] | None] = {}

    def of(self, course: Course, day: bytes) -> str | None:
        """Return when the last lesson of a course's students ends, `HH:MM`; None where no lesson of theirs is known."""
        group = course.group
        if group is None:
            return None
        found = self._days.get((group.id, day))
        if found is None:
            found = self._days[group.id, day] = list(self._ends(group, day))
        theirs = None if course.subgroup is None else _shared(course, group, day)
        return max((end for end, of in found if theirs is None or of in theirs), default=None)

    def _ends(self, group: ClassGroup, day: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the ends of a class's lessons on a day, each with its course."""
        for course, lessons in self._lessons(group).get(day, {}).items():
            yield from ((one.ends_at, course) for one in lessons)
        for owed in self._owed(group, day):
            if owed.ends_at is not None and (owed.gone is None or owed.gone.is_merged):
                yield owed.ends_at, owed.course

    def unrecorded(self, group: ClassGroup, until: str) -> Iterator[tuple[bytes, Owed]]:
        """Yield what a class was to have up to a minute of the school's clock and nobody recorded, with its day.

        Of what is cancelled too. What the bells have no end for is over with its day.
        """
        timetables, last = self._planning.timetables.get(group.id), until[:10].encode()
        if not timetables:
            return
        for day in sorted(day for day in self._days_of(group, timetables[0].first) if day <= last):
            for owed in self._owed(group, day):
                if day < last or (owed.ends_at is not None and owed.ends_at <= until[11:]):
                    yield day, owed

    def _days_of(self, group: ClassGroup, first: bytes) -> set[bytes]:
        """Return the days of a class's year from one on, and those that cancellations moved its lessons to."""
        days = set(self._gone_of(group).moved)
        starts_on, ends_on = self._years.get(group.year, (b"", b""))
        if starts_on:
            day, last = day_of(max(first, starts_on)), day_of(ends_on)
            while day <= last:
                days.add(day.isoformat().encode())
                day += _DAY
        return days

    def _owed(self, group: ClassGroup, day: bytes) -> Iterator[Owed]:
        """Yield what is planned for a class on a day and nothing recorded stands for; nothing without a timetable."""
        timetable = _in_force(self._planning.timetables.get(group.id, ()), day)
        if timetable is None:
            return
        version = _in_force(self._planning.bells.get(timetable.bells, ()), day)
        rung = {} if version is None else version.rung
        planned, cancelled = self._planned(group, day, timetable, rung)
        left = {course: sorted(lessons) for course, lessons in self._lessons(group).get(day, {}).items()}
        exact = [_take(left.get(one.course, []), one.number) for one in planned]
        for one, is_held in zip(planned, exact, strict=True):
            if is_held:
                continue
            by = cancelled.get((one.course, one.number))
            # A lesson that was moved here later than that is another one.
            gone = None if by is None or by[0] <= one.moved_by else by[1]
            if gone is None and left.get(one.course):
                left[one.course].pop(0)
            else:
                yield Owed(one.number, one.course, one.ends_at, gone)

    def _planned(
        self, group: ClassGroup, day: bytes, timetable: _Version, rung: dict[int, str]
    ) -> tuple[list[_Planned], dict[tuple[bytes, int], tuple[int, Cancelled]]]:
        """Return what is planned for a day in order of the numbers, and what is cancelled there, with its entry."""
        gone = self._gone_of(group)
        planned = [
            _Planned(one["number"], one["course"].encode(), _NOT_MOVED, rung.get(one["number"]))
            for one in self._taught(group, day, timetable)
        ]
        planned += [_Planned(number, course, by, rung.get(number)) for number, course, by in gone.moved.get(day, ())]
        planned.sort(key=lambda one: one[:3])
        return planned, gone.cancelled.get(day, {})

    def _gone_of(self, group: ClassGroup) -> _Gone:
        """Return what is cancelled of a class's lessons, and where they were moved to, by day."""
        found = self._gone.get(group.id)
        if found is None:
            found = self._gone[group.id] = _Gone({}, {})
            for course in group.courses:
                for index, one in sorted(self._planning.cancelled.get(course.id, {}).items()):
                    found.cancelled.setdefault(one.place[0], {})[course.id, one.place[1]] = index, one
                    if one.moved_to is not None:
                        day, number = one.moved_to
                        found.moved.setdefault(day, []).append((number, course.id, index))
        return found

    def _taught(self, group: ClassGroup, day: bytes, timetable: _Version) -> Iterator[dict[str, Any]]:
        """Yield what the timetable has on a day; nothing where it is no school day of the grade."""
        key = group.year, group.grade, day
        if key not in self._weekdays:
            self._weekdays[key] = self._taught_as(*key)
        found = self._weekdays[key]
        if found is not None:
            weekday, weeks = found
            yield from (
                one for one in timetable.lessons if one["weekday"] == weekday and one["weeks"] in ("every", weeks)
            )

    def _taught_as(self, year: bytes, grade: bytes, day: bytes) -> tuple[int, str] | None:
        """Return as which weekday (0: none) a grade is taught on a day, and in which weeks; None where it has none."""
        first, last = self._years.get(year, (b"", b""))
        if not first or not first <= day <= last:
            return None
        if not any(
            one.year == year and grade in one.grades and one.starts_on <= day <= one.ends_on for one in self._periods
        ):
            return None
        on = day_of(day)
        weekday = on.isoweekday()
        for _, one in sorted(self._planning.declared.get(year, {}).items(), reverse=True):
            if int(grade) in one.grades and one.first <= on <= one.last:
                weekday = one.as_weekday
                break
        return weekday, "even" if (_week(on) - _week(day_of(first))) % 2 else "odd"

    def _lessons(self, group: ClassGroup) -> dict[bytes, dict[bytes, list[_Held]]]:
        """Return a class's lessons that stand, by day and course."""
        found = self._held.get(group.id)
        if found is None:
            found = self._held[group.id] = {}
            for course in group.courses:
                for lesson in course.lessons:
                    if lesson.fact is not None and lesson.fact.value is not NULL:
                        ends_at = json.loads(lesson.fact.value)["ends_at"]
                        one = _Held(int(lesson.number), lesson.fact.standing, ends_at)
                        found.setdefault(lesson.held_on, {}).setdefault(course.id, []).append(one)
        return found


def day_of(spelt: bytes) -> date:
    """Read a day."""
    return date.fromisoformat(spelt.decode())


def _id(groups: Groups) -> bytes:
    found: bytes = groups[STREAM].partition(b"/")[2]
    return found


def _in_force(versions: Sequence[_Version], day: bytes) -> _Version | None:
    """Return the version in force on a day: the last whose first day is not later; their days never go back."""
    at = bisect_right(versions, day, key=lambda one: one.first)
    return versions[at - 1] if at else None


def _week(day: date) -> int:
    """Number the weeks from Monday to Sunday: day 1 of the proleptic calendar is a Monday."""
    return (day.toordinal() - 1) // 7


def _take(lessons: list[_Held], number: int) -> bool:
    """Take the lesson of this number out, and say whether there was one."""
    for place, lesson in enumerate(lessons):
        if lesson.number == number:
            del lessons[place]
            return True
    return False


def _shared(course: Course, group: ClassGroup, day: bytes) -> set[bytes]:
    """Return the courses of a subgroup's students: of the whole class, and subgroups that one of them is in."""
    students = _students(course, day)
    return {
        other.id
        for other in group.courses
        if other is course or other.subgroup is None or not students.isdisjoint(_students(other, day))
    }


def _students(course: Course, day: bytes) -> set[Person]:
    return {
        who
        for who, stays in course.members.items()
        if any(stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on) for stay in stays)
    }
