"""How much a class is assessed, by the recommendation of 2021: what goes beyond it, and never a refusal. Pure.

The recommendation (`SOURCE`) speaks of assessment procedures: works of at least half an hour by the whole class.
How it is read here:

- A work of a subgroup is no work of the whole class. A held work that was not scheduled has no length: it counts.
- "Once in 2.5 weeks" per subject in one parallel: for one class, from work to work. Of parallel classes, works within
  six days are one procedure, since each class has its lessons on other days; later ones are another.
- "10 % of hours" are lessons of the course in the year, a work taking one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Literal, NamedTuple, get_args

SOURCE: Final = "Минпросвещения № СК-228/03, Рособрнадзор № 01-169/08-01, 06.08.2021"
MINUTES_LEAST: Final = 30
A_DAY_MOST: Final = 1
DAYS_APART_LEAST: Final = 17
"""2.5 weeks are 17.5 days: a work on the seventeenth day after another is taken for the end of them."""
PARALLEL_DAYS_MOST: Final = 6
SHARE_MOST_PERCENT: Final = 10

Limit = Literal["two_a_day", "close", "close_in_parallel", "share", "first_or_last"]
LIMITS: Final[tuple[Limit, ...]] = get_args(Limit)


class Assessed(NamedTuple):
    """A work that a class has, or is to have.

    Attributes:
        id: of the scheduled work, else of the work.
        entries: what says so.
        day: when.
        number: place in the class's day, None: not known.
        minutes: its length, None: not known.
        course, class_group, grade, subject: whose.
        is_whole_class: whether the course is of the whole class.
    """

    id: str
    entries: tuple[int, ...]
    day: str
    number: int | None
    minutes: int | None
    course: str
    class_group: str
    grade: int
    subject: str
    is_whole_class: bool


@dataclass(frozen=True, slots=True)
class Excess:
    """What goes beyond a limit.

    Attributes:
        limit: which.
        works: ids of the works concerned.
        entries: what it rests on, sorted.
        class_groups: whose works they are, in the order of the works.
        days: the works' days.
        value: what was found: works a day; days between two; percent of hours; the lesson's number.
        allowed: what the limit has; None for a first or last lesson.
    """

    limit: Limit
    works: tuple[str, ...]
    entries: tuple[int, ...]
    class_groups: tuple[str, ...]
    days: tuple[str, ...]
    value: int
    allowed: int | None
    source: str = SOURCE


def judge_load(
    works: Iterable[Assessed], hours: Mapping[str, int], days: Mapping[tuple[str, str], tuple[int, int]]
) -> tuple[Excess, ...]:
    """Return what goes beyond the limits, by day.

    Args:
        works: all works of the classes and their parallels, in any order.
        hours: course -> its lessons in the year; a course without any is not judged by them.
        days: class group and day -> numbers of its first and last lesson; what is not known is not judged.
    """
    counted = sorted((work for work in works if counts(work)), key=lambda work: (work.day, work.number or 0, work.id))
    found = [*_two_a_day(counted), *_close(counted), *_share(counted, hours), *_first_or_last(counted, days)]
    return tuple(sorted(found, key=lambda excess: (excess.days, LIMITS.index(excess.limit), excess.works)))


def counts(work: Assessed) -> bool:
    """Tell whether the recommendation speaks of this work."""
    return work.is_whole_class and (work.minutes is None or work.minutes >= MINUTES_LEAST)


def _two_a_day(works: Iterable[Assessed]) -> Iterable[Excess]:
    by_day: defaultdict[tuple[str, str], list[Assessed]] = defaultdict(list)
    for work in works:
        by_day[work.class_group, work.day].append(work)
    for of_day in by_day.values():
        if len(of_day) > A_DAY_MOST:
            yield _excess("two_a_day", of_day, len(of_day), A_DAY_MOST)


def _close(works: Iterable[Assessed]) -> Iterable[Excess]:
    """Of one class, two works in a row; of its parallel, two that are no one procedure."""
    of_class: defaultdict[tuple[str, str], list[Assessed]] = defaultdict(list)
    of_parallel: defaultdict[tuple[int, str], list[Assessed]] = defaultdict(list)
    for work in works:
        of_class[work.class_group, work.subject].append(work)
        of_parallel[work.grade, work.subject].append(work)
    for of in of_class.values():
        for one, other in pairwise(of):
            apart = _days(one, other)
            if 0 < apart < DAYS_APART_LEAST:
                yield _excess("close", [one, other], apart, DAYS_APART_LEAST)
    for of in of_parallel.values():
        for one, other in pairwise(of):
            apart = _days(one, other)
            if one.class_group != other.class_group and PARALLEL_DAYS_MOST < apart < DAYS_APART_LEAST:
                yield _excess("close_in_parallel", [one, other], apart, DAYS_APART_LEAST)


def _share(works: Iterable[Assessed], hours: Mapping[str, int]) -> Iterable[Excess]:
    of_course: defaultdict[str, list[Assessed]] = defaultdict(list)
    for work in works:
        of_course[work.course].append(work)
    for course, of in of_course.items():
        lessons = hours.get(course, 0)
        if lessons and len(of) * 100 > SHARE_MOST_PERCENT * lessons:
            yield _excess("share", of, len(of) * 100 // lessons, SHARE_MOST_PERCENT)


def _first_or_last(works: Iterable[Assessed], days: Mapping[tuple[str, str], tuple[int, int]]) -> Iterable[Excess]:
    for work in works:
        if work.number is not None and work.number in days.get((work.class_group, work.day), ()):
            yield _excess("first_or_last", [work], work.number, None)


def _days(one: Assessed, other: Assessed) -> int:
    return (date.fromisoformat(other.day) - date.fromisoformat(one.day)).days


def _excess(limit: Limit, works: list[Assessed], value: int, allowed: int | None) -> Excess:
    return Excess(
        limit,
        tuple(work.id for work in works),
        tuple(sorted({entry for work in works for entry in work.entries})),
        tuple(work.class_group for work in works),
        tuple(work.day for work in works),
        value,
        allowed,
    )
