"""Who had a 2 and was not asked again: the second half of question 8."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ledger.journal.computing import digits_of
from ledger.journal.vocabulary import MARKS
from projections.questions.asking import Asked, Found, Row
from projections.reading import listing, stands
from projections.views.deadline_basis import Rosters

_BAD: Final = ", ".join(f"'{value}'" for value in sorted(MARKS) if min(digits_of(value), default=5) <= 2)
_AT_ONCE: Final = 4_096

# CROSS JOIN: lessons come first, and then only their cells; a planner without statistics may begin with all cells.
_TWOS: Final = f"""
    SELECT l.held_on, l.number, l.course, l.teacher, l.lesson, c.student, c.value, c.entry, c.work FROM {{lessons}} l
    CROSS JOIN {{cells}} c
    WHERE c.lesson = l.lesson AND l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}
      AND c.what = 'mark' AND c.value IN ({_BAD}) AND {stands("c")}"""
_LATER: Final = f"""
    SELECT l.course, l.held_on, l.number, l.lesson FROM {{lessons}} l
    WHERE l.held_on >= :first AND l.stands = 1 AND {stands("l")}"""
_FOUND: Final = f"""
    SELECT g.lesson, g.student, c.what FROM given g JOIN {{cells}} c ON c.lesson = g.lesson AND c.student = g.student
    WHERE c.what IN ('mark', 'absence') AND c.value IS NOT NULL AND {stands("c")}"""

_WORKS: Final = f"""
    SELECT DISTINCT g.lesson, g.work, w.kind FROM given g
    JOIN {{works}} w ON w.lesson = g.lesson AND w.work = g.work AND {stands("w")}"""


class _Two(NamedTuple):
    """A 2, or worse, that stands."""

    held_on: str
    number: int
    course: str
    teacher: str
    lesson: str
    student: str
    value: str
    entry: int
    work: str


class _Place(NamedTuple):
    """A lesson of a course."""

    held_on: str
    number: int
    lesson: str


def not_asked_again(asked: Asked) -> Found:
    """Students with a 2 of the days asked about and no mark in the next lessons of the course at which they were."""
    condition, values = asked.of_courses
    more, values_more = asked.selected(("teacher", "l.teacher"))
    sql = f"{_TWOS}{condition}{more} ORDER BY l.held_on, l.number, c.entry"
    twos = [_Two(*row) for row in asked.select(sql, first=asked.first, last=asked.last, **values, **values_more)]
    rows: list[Row] = []
    if twos:
        kept = list(_without_another(asked, twos))
        kinds = _kinds(asked, kept)
        for two in kept:
            class_group, subject = asked.courses[two.course]
            place = (two.held_on, two.number, asked.class_names[class_group], subject, two.teacher)
            what = (
                kinds.get((two.lesson, two.work)),
                two.student,
                two.value,
                None,
                None,
                None,
                None,
                two.lesson,
                two.work,
                [two.entry],
            )
            rows.append(("not_asked_again", *place, *what))
    return Found(rows, {"marks": len(rows), "students": len({row[7] for row in rows})})


def _kinds(asked: Asked, twos: Iterable[_Two]) -> dict[tuple[str, str], str]:
    """Lesson and work -> its kind."""
    places = {(two.lesson, two.work) for two in twos}
    return {(lesson, work): kind for lesson, work, kind in _looked_up(asked, "lesson, work", places, _WORKS)}


def _without_another(asked: Asked, twos: list[_Two]) -> Iterator[_Two]:
    """Look one lesson further for those who have no mark yet, until each had so many lessons as are asked for."""
    condition, values = asked.of_courses
    later: defaultdict[str, list[_Place]] = defaultdict(list)
    sql = f"{_LATER}{condition} ORDER BY l.held_on, l.number, l.fact"
    for course, *place in asked.select(sql, first=twos[0].held_on, **values):
        later[course].append(_Place(*place))
    rosters = Rosters(asked.views, asked.position, asked["class"])

    def following(two: _Two) -> Iterator[str]:
        """Lessons of the course behind a mark's, on days on which the student was taught in it."""
        class_group, _ = asked.courses[two.course]
        places = later[two.course]
        for place in islice(places, bisect_right(places, (two.held_on, two.number), key=itemgetter(0, 1)), None):
            if two.student in rosters.on(class_group, two.course, place.held_on):
                yield place.lesson

    waiting = [(two, following(two), int(asked["lessons"])) for two in twos]
    kept: set[int] = set()
    while waiting:
        steps = [(two, lessons, left, next(lessons, None)) for two, lessons, left in waiting]
        cells = _cells(asked, {(lesson, two.student) for two, _, _, lesson in steps if lesson is not None})
        waiting = []
        for two, lessons, left, lesson in steps:
            what = cells.get((lesson, two.student), set())
            if lesson is None or "mark" in what:
                continue
            still = left - ("absence" not in what)
            if still:
                waiting.append((two, lessons, still))
            else:
                kept.add(two.entry)
    return (two for two in twos if two.entry in kept)


def _cells(asked: Asked, places: set[tuple[str, str]]) -> dict[tuple[Any, str], set[str]]:
    """Lesson and student -> what stands there."""
    found: defaultdict[tuple[Any, str], set[str]] = defaultdict(set)
    for lesson, student, what in _looked_up(asked, "lesson, student", places, _FOUND):
        found[lesson, student].add(what)
    return found


def _looked_up(asked: Asked, columns: str, places: set[tuple[str, str]], sql: str) -> Iterator[Row]:
    """Ask about places, some thousands at once."""
    listed = sorted(places)
    for start in range(0, len(listed), _AT_ONCE):
        some = listed[start : start + _AT_ONCE]
        given, parameters = listing(columns, some, some[-1])
        yield from asked.select(f"{given} {sql}", **parameters)
