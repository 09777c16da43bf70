"""The week's timetable: no teacher in two rooms at once, no class with two lessons at once or with holes in its day.

Class after class, the lessons are matched to the class's places in the week where their teachers are still free
(augmenting paths); then neighbours are swapped while that keeps a subject from coming twice on one day.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from api.sample.draws import Draws
from api.sample.roster import ClassGroup, Course, Roster
from ledger.errors import LetopisError

_ATTEMPTS_MAX: Final = 50
_PASSES: Final = 3


class Place(NamedTuple):
    """A lesson's place in the week: weekday from 0 (Monday), number of the lesson from 1."""

    weekday: int
    number: int


Week = dict[str, dict[Place, Course]]
"""Class id -> place -> course."""


class NoTimetableError(LetopisError):
    """The teachers cannot be in as many places as the curriculum asks for."""


def make_week(seed: int, roster: Roster) -> Week:
    """Draw the timetable.

    Raises:
        NoTimetableError: no attempt found one.
    """
    for attempt in range(_ATTEMPTS_MAX):
        week = _attempt(Draws(seed, "timetable", attempt), roster)
        if week is not None:
            return {group.id: dict(sorted(week[group.id].items())) for group in roster.classes}
    raise NoTimetableError(f"no timetable in {_ATTEMPTS_MAX} attempts")


def _attempt(draws: Draws, roster: Roster) -> Week | None:
    busy: set[tuple[str, Place]] = set()
    week: Week = {}
    for turn, group in enumerate(reversed(roster.classes)):
        lessons = draws.shuffled([course for course in group.courses for _ in range(course.hours)])
        places = draws.shuffled(_places(len(lessons), turn))
        matched = _match(lessons, places, busy)
        if matched is None:
            return None
        _spread(matched, busy)
        week[group.id] = matched
        busy |= {(course.teacher, place) for place, course in matched.items()}
    return week


def _places(count: int, turn: int) -> list[Place]:
    """Return the week's places of a class with `count` lessons: days without holes, as even as can be."""
    places = []
    for weekday in range(5):
        length = count // 5 + ((weekday + turn) % 5 < count % 5)
        places += [Place(weekday, number) for number in range(1, length + 1)]
    return places


def _match(lessons: list[Course], places: list[Place], busy: set[tuple[str, Place]]) -> dict[Place, Course] | None:
    """Give each lesson a place where its teacher is free; None where that cannot be (Kuhn's algorithm)."""
    held_by: dict[Place, int] = {}

    def find(lesson: int, seen: set[Place]) -> bool:
        teacher = lessons[lesson].teacher
        for place in places:
            if place in seen or (teacher, place) in busy:
                continue
            seen.add(place)
            if place not in held_by or find(held_by[place], seen):
                held_by[place] = lesson
                return True
        return False

    if not all(find(lesson, set()) for lesson in range(len(lessons))):
        return None
    return {place: lessons[lesson] for place, lesson in held_by.items()}


def _spread(matched: dict[Place, Course], busy: set[tuple[str, Place]]) -> None:
    """Swap lessons of one class while fewer subjects come twice on a day; teachers stay where they are free."""
    places = list(matched)
    for _ in range(_PASSES):
        for one in places:
            if _repeats(matched, matched[one], one.weekday) < 2:
                continue
            for other in places:
                if _better(matched, busy, one, other):
                    matched[one], matched[other] = matched[other], matched[one]
                    break


def _better(matched: dict[Place, Course], busy: set[tuple[str, Place]], one: Place, other: Place) -> bool:
    first, second = matched[one], matched[other]
    return (
        one.weekday != other.weekday
        and first is not second
        and (first.teacher, other) not in busy
        and (second.teacher, one) not in busy
        and _repeats(matched, first, other.weekday) == 0
        and _repeats(matched, second, one.weekday) == 0
    )


def _repeats(matched: dict[Place, Course], course: Course, weekday: int) -> int:
    return sum(1 for place, other in matched.items() if place.weekday == weekday and other is course)


def classes_of_day(roster: Roster, week: Week, weekday: int) -> list[tuple[ClassGroup, int, Course]]:
    """Return the day's lessons: class, number, course, in order of number, then of class."""
    lessons = [
        (group, place.number, course)
        for group in roster.classes
        for place, course in week[group.id].items()
        if place.weekday == weekday
    ]
    lessons.sort(key=lambda lesson: lesson[1])
    return lessons
