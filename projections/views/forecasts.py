"""Forecasts of a period's results (regulation 2.3.2): by the school's rules of assessment, from the marks so far.

`ledger.journal.forecasting` says what they make; here are a class's marks, and the written works that a student has
no mark for. Nothing of it is an entry: it is as good as what was known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ledger.journal.computing import Input
from ledger.journal.forecasting import Forecast as Computed, Needed, Risk, forecast
from ledger.journal.result_events import AssessmentRules
from projections.reading import AsOf, Reader, resolve, stands
from projections.views.deadline_basis import Rosters, moments
from projections.views.lookups import ClassGroup, Course, Period, classes, courses, memberships, periods, school
from projections.views.result_register import assessment_rules


@dataclass(frozen=True, slots=True)
class PendingWork:
    """A written work without a mark, of a day on which the student was taught there; `absence`: its entry, or None."""

    entry: int
    work: str
    kind: str
    lesson: str
    held_on: str
    absence: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would come out for a student in a course if the period ended now.

    Attributes:
        student, class_group, class_name, course, subject, subgroup: of whom and in what.
        period, period_kind, period_number, starts_on, ends_on: of which period.
        value: by the rules, ``na`` where marks are too few; None where no rules are in force on the period's last day.
        grade: the mark that the mean gives, however few marks there are; None where there is none.
        sum, weight, mean_hundredths: the mean is `sum` / `weight`; its whole hundredths.
        marks, lacking: how many count, and how many more there must be.
        needed: of the next higher mark, how many marks of one value would make it; `how_many` None: no number of them.
        risks: a 2 or a ``na`` that would come out, with the rule and what it asks.
        pending: written works without a mark.
        rule: the entry of the rules; `inputs`: the marks' standing entries; `course_entry`, `period_entry`.
    """

    student: str
    class_group: str
    class_name: str
    course: str
    subject: str
    subgroup: str | None
    period: str
    period_kind: str
    period_number: int
    starts_on: str
    ends_on: str
    value: str | None
    grade: str | None
    sum: int
    weight: int
    mean_hundredths: int | None
    marks: int
    lacking: int | None
    needed: tuple[dict[str, object], ...]
    risks: tuple[dict[str, object], ...]
    pending: tuple[PendingWork, ...]
    rule: int | None
    inputs: tuple[int, ...]
    course_entry: int
    period_entry: int


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts at a position, of the periods that hold `day`, by class, subject and student."""

    position: int
    day: str
    rows: tuple[Forecast, ...]


UNMARKED_GRADE: Final = 1
"""Grade 1 is taught without marks."""


def forecasts(
    views: Reader,
    *,
    class_group: str | None = None,
    student: str | None = None,
    on: str | None = None,
    at: AsOf = None,
) -> Forecasts:
    """Forecasts for who is in a class, and in its subgroups, on a day.

    Args:
        views: whom to ask.
        class_group: of this class.
        student: of this student.
        on: a day of the period; None: the school's day of the last known entry.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    day = on or _known_day(views, position)
    groups = {group.class_group: group for group in classes(views, at=position).rows}
    wanted = [class_group] if class_group is not None else list(groups)
    if student is not None:
        of_student = {of.class_group for of in memberships(views, student=student, at=position).rows}
        wanted = [group for group in wanted if group in of_student]
    known = periods(views, at=position).rows
    rows: list[Forecast] = []
    for group in (groups[one] for one in wanted if one in groups):
        period = _period(known, group, day)
        if period is not None and group.grade != UNMARKED_GRADE:
            rows += _of_class(views, position, group, period, day, student)
    rows.sort(key=lambda row: (groups[row.class_group].grade, row.class_name, row.subject, row.student))
    return Forecasts(position, day, tuple(rows))


def _known_day(views: Reader, position: int) -> str:
    """The school's day on which the last known entry was recorded; empty where there is none."""
    rows = school(views, at=position).rows
    if not rows:
        return ""
    at = moments(views, [position - 1])[position - 1]
    return at.astimezone(ZoneInfo(rows[0].time_zone)).date().isoformat()


def _period(known: Iterable[Period], group: ClassGroup, day: str) -> Period | None:
    """The part of the year that a class's grade is assessed in on a day; the year's mark follows from those."""
    return next(
        (
            period
            for period in known
            if (period.year, period.kind != "year") == (group.year, True)
            and group.grade in period.grades
            and period.starts_on <= day <= period.ends_on
        ),
        None,
    )


def _of_class(
    views: Reader, position: int, group: ClassGroup, period: Period, day: str, student: str | None
) -> Iterator[Forecast]:
    rosters = Rosters(views, position, group.class_group)
    found = courses(views, class_group=group.class_group, at=position).rows
    rule, rules = _rules(views, position, period.ends_on)
    members = {course.course: rosters.on(group.class_group, course.course, day).keys() for course in found}
    students = {one for of in members.values() for one in of if student in (None, one)}
    marks = _marks(views, position, group, period, students)
    works = _Works(views, position, group.class_group, period)
    for course in found:
        for one in sorted(members[course.course] & students):
            inputs = marks.get((course.subject, one), [])
            computed = None if rules is None else forecast(inputs, rules)
            pending = works.pending(course.course, one, rosters)
            yield _row(group, period, course, one, inputs, computed, pending, rule)


def _row(
    group: ClassGroup,
    period: Period,
    course: Course,
    student: str,
    inputs: list[Input],
    found: Computed | None,
    pending: tuple[PendingWork, ...],
    rule: int | None,
) -> Forecast:
    total, weight = (0, 0) if found is None else (found.computed.sum, found.computed.weight)
    return Forecast(
        student=student,
        class_group=group.class_group,
        class_name=group.name,
        course=course.course,
        subject=course.subject,
        subgroup=course.subgroup,
        period=period.period,
        period_kind=period.kind,
        period_number=period.number,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        value=found.computed.value if found else None,
        grade=found.grade if found else None,
        sum=total,
        weight=weight,
        mean_hundredths=100 * total // weight if weight else None,
        marks=found.how_many if found else len(inputs),
        lacking=found.lacking if found else None,
        needed=_plain(found.needed if found else ()),
        risks=_plain(found.risks if found else ()),
        pending=pending,
        rule=rule,
        inputs=found.computed.inputs if found else tuple(sorted(mark.entry for mark in inputs)),
        course_entry=course.entry,
        period_entry=period.entry,
    )


def _plain(of: Iterable[Needed | Risk]) -> tuple[dict[str, object], ...]:
    """Named tuples as objects."""
    return tuple(one._asdict() for one in of)


def _rules(views: Reader, position: int, day: str) -> tuple[int | None, AssessmentRules | None]:
    """The rules in force on a period's last day, by which its results will be computed."""
    for version in reversed(assessment_rules(views, at=position).rows):
        if version.effective_from <= day:
            return version.entry, msgspec.convert(version.rules, AssessmentRules)
    return None, None


_MARKS: Final = f"""
    SELECT o.subject, c.student, c.entry, c.value, w.weight, w.kind FROM {{courses}} o
    JOIN {{lessons}} l ON l.course = o.course AND l.held_on BETWEEN :first AND :last AND {stands("l")}
    JOIN {{cells}} c ON c.lesson = l.lesson AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")}
    JOIN {{works}} w ON w.lesson = c.lesson AND w.work = c.work AND {stands("w")}
    WHERE {stands("o")} AND o.class_group = :class_group"""


def _marks(
    views: Reader, position: int, group: ClassGroup, period: Period, students: set[str]
) -> dict[tuple[str, str], list[Input]]:
    """Subject and student -> marks that stand in the period's lessons, those of an earlier class of the year too."""
    of_year = {one.class_group for one in classes(views, year=group.year, at=position).rows}
    members: defaultdict[str, set[str]] = defaultdict(set)
    for stay in memberships(views, at=position).rows:
        if stay.student in students and stay.class_group in of_year:
            members[stay.class_group].add(stay.student)
    found: defaultdict[tuple[str, str], list[Input]] = defaultdict(list)
    for one in sorted(members):
        values = {"at": position, "first": period.starts_on, "last": period.ends_on, "class_group": one}
        for subject, student, *mark in views.select(_MARKS, values):
            if student in members[one]:
                found[subject, student].append(Input(*mark))
    return found


class _Work(NamedTuple):
    """A written work with its lesson."""

    course: str
    lesson: str
    held_on: str
    entry: int
    work: str
    kind: str


_WRITTEN: Final = f"""
    SELECT l.course, l.lesson, l.held_on, w.entry, w.work, w.kind FROM {{courses}} o
    JOIN {{lessons}} l ON l.course = o.course AND l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}
    JOIN {{works}} w ON w.lesson = l.lesson AND w.written = 1 AND w.stands = 1 AND {stands("w")}
    WHERE {stands("o")} AND o.class_group = :class_group ORDER BY l.held_on, l.number, w.entry"""
_CELLS: Final = f"""
    SELECT DISTINCT c.lesson, c.work, c.student, c.entry FROM {{courses}} o
    JOIN {{lessons}} l ON l.course = o.course AND l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}
    JOIN {{works}} w ON w.lesson = l.lesson AND w.written = 1 AND w.stands = 1 AND {stands("w")}
    JOIN {{cells}} c ON c.lesson = l.lesson AND c.what IN ('mark', 'absence') AND c.value IS NOT NULL AND {stands("c")}
    WHERE {stands("o")} AND o.class_group = :class_group"""


class _Works:
    """A class's written works of a period, and who has a mark for them or was absent."""

    def __init__(self, views: Reader, position: int, class_group: str, period: Period) -> None:
        values = {"at": position, "first": period.starts_on, "last": period.ends_on, "class_group": class_group}
        self._class_group = class_group
        self._works: defaultdict[str, list[_Work]] = defaultdict(list)
        for row in views.select(_WRITTEN, values):
            self._works[row[0]].append(_Work(*row))
        self._cells = {(lesson, work, student): entry for lesson, work, student, entry in views.select(_CELLS, values)}

    def pending(self, course: str, student: str, rosters: Rosters) -> tuple[PendingWork, ...]:
        """Works of a course that a student, taught in it on the day, has no mark for."""
        return tuple(
            PendingWork(of.entry, of.work, of.kind, of.lesson, of.held_on, self._cells.get((of.lesson, None, student)))
            for of in self._works[course]
            if (of.lesson, of.work, student) not in self._cells
            and student in rosters.on(self._class_group, of.course, of.held_on)
        )
