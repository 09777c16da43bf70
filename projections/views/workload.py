"""Hours: what teachers gave, for themselves and for others, and what a class had, beside timetable and lesson plan.

An hour is a lesson. Planned lessons are counted up to the school's day of the last known entry, so that the same
position always gives the same numbers. Each lesson behind a sum, with its entries, is in `teacher_lessons` and in a
class's days.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Final, Literal

from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, resolve, stands
from projections.views.cancellations import standing_cancellations
from projections.views.deadline_rows import monday
from projections.views.lookups import courses
from projections.views.plan import Courses, read_plan, until_of
from projections.views.plans import programme
from projections.views.timetable_pages import Board, Days

Span = Literal["month", "week"]


@dataclass(frozen=True, slots=True)
class TeacherHours:
    """One teacher's hours of a month ``2026-11``, or of the week of a Monday.

    Attributes:
        given: lessons that stand and this teacher gave: `own` and `for_others`, in another teacher's place.
        in_subgroups: how many of those were of a part of a class.
        planned: what the timetables had for the courses that this teacher answered for on their days.
        cancelled: how many of those courses' lessons a cancellation says are not held, without being held elsewhere.
        moved: how many it says are held elsewhere.
    """

    teacher: str
    span: str
    given: int
    own: int
    for_others: int
    in_subgroups: int
    planned: int
    cancelled: int
    moved: int


@dataclass(frozen=True, slots=True)
class CourseHours:
    """A course's hours on some days.

    Attributes:
        entry: what opened the course; `plan_entry`: the latest of its lesson plan, or None.
        planned: by the timetables; `held`: recorded and standing; `cancelled`, `moved`: as of a teacher.
        plan_hours: those of the lesson plan, of the whole year.
    """

    entry: int
    plan_entry: int | None
    course: str
    class_group: str
    subject: str
    subgroup: str | None
    teacher: str | None
    planned: int
    held: int
    cancelled: int
    moved: int
    plan_hours: int


@dataclass(frozen=True, slots=True)
class Workload:
    """Hours at a position, planned ones up to `until`; of teachers by id and span, of courses by subject."""

    position: int
    until: str
    rows: tuple[TeacherHours, ...] | tuple[CourseHours, ...]


_GIVEN: Final = f"""
    SELECT l.teacher, l.held_on, o.subgroup, s.entry, count(*) FROM {{lessons}} l
    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    LEFT JOIN {{substitutions}} s ON s.lesson = l.lesson AND {stands("s")}
    WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}"""
_HELD: Final = f"""
    SELECT l.course, count(*) FROM {{courses}} o
    JOIN {{lessons}} l ON l.course = o.course AND l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}
    WHERE o.class_group = :class_group AND {stands("o")} GROUP BY l.course"""


def teacher_hours(
    views: Reader,
    *,
    teacher: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    by: Span = "month",
    at: AsOf = None,
) -> Workload:
    """Hours of a teacher, or of all who have any, by month or by week.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    first, last = from_date or FIRST_DAY, to_date or LAST_DAY
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def count(who: str, day: str, what: str, how_many: int = 1) -> None:
        if teacher in (None, who):
            counts[who, day[:7] if by == "month" else monday(day)][what] += how_many

    condition = "" if teacher is None else " AND l.teacher = :teacher"
    values = {"at": position, "first": first, "last": last} | ({} if teacher is None else {"teacher": teacher})
    sql = f"{_GIVEN}{condition} GROUP BY l.teacher, l.held_on, o.subgroup, s.entry"
    for who, day, subgroup, substituted_by, lessons in views.select(sql, values):
        count(who, day, "own" if substituted_by is None else "for_others", lessons)
        if subgroup is not None:
            count(who, day, "in_subgroups", lessons)
    known = Courses(views, position)
    planned, until = _planned(views, position, first, last, None)
    for (course, day), lessons in planned.items():
        responsible = known.responsible(course, day)
        if responsible is not None:
            count(responsible[0], day, "planned", lessons)
    for course, day, is_elsewhere in _not_held(views, position, first, last):
        responsible = known.responsible(course, day)
        if responsible is not None:
            count(responsible[0], day, "moved" if is_elsewhere else "cancelled")
    rows = (
        TeacherHours(
            teacher=who,
            span=span,
            given=of["own"] + of["for_others"],
            own=of["own"],
            for_others=of["for_others"],
            in_subgroups=of["in_subgroups"],
            planned=of["planned"],
            cancelled=of["cancelled"],
            moved=of["moved"],
        )
        for (who, span), of in sorted(counts.items())
    )
    return Workload(position, until, tuple(rows))


def class_hours(
    views: Reader, class_group: str, *, from_date: str | None = None, to_date: str | None = None, at: AsOf = None
) -> Workload:
    """Hours of a class by course, beside its timetables and the plans of its courses.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    first, last = from_date or FIRST_DAY, to_date or LAST_DAY
    values: dict[str, object] = {"at": position, "first": first, "last": last, "class_group": class_group}
    held: dict[str, Any] = dict(views.select(_HELD, values))
    planned: Counter[str] = Counter()
    of_days, until = _planned(views, position, first, last, class_group)
    for (course, _), lessons in of_days.items():
        planned[course] += lessons
    not_held = Counter((course, is_elsewhere) for course, _, is_elsewhere in _not_held(views, position, first, last))
    plans = {line.course: line for line in programme(views, class_group=class_group, at=position).rows}
    rows = [
        CourseHours(
            entry=of.entry,
            plan_entry=plans[of.course].entry,
            course=of.course,
            class_group=of.class_group,
            subject=of.subject,
            subgroup=of.subgroup,
            teacher=of.teacher,
            planned=planned[of.course],
            held=held.get(of.course, 0),
            cancelled=not_held[of.course, False],
            moved=not_held[of.course, True],
            plan_hours=plans[of.course].planned_hours,
        )
        for of in courses(views, class_group=class_group, at=position).rows
    ]
    return Workload(position, until, tuple(sorted(rows, key=lambda row: (row.subject, row.entry))))


def teacher_lessons(views: Reader, teacher: str, from_date: str, to_date: str, *, at: AsOf = None) -> Days:
    """Every planned or given lesson behind a teacher's hours, each with its entries.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    board = Board(views, from_date, to_date, at=resolve(views, at))
    own = (row for row in board.rows() if teacher in (row.teacher, row.given_by))
    return Days(board.position, board.plan.is_known, tuple(own))


def _planned(
    views: Reader, position: int, first: str, last: str, class_group: str | None
) -> tuple[dict[tuple[str, str], int], str]:
    """Course and day -> lessons by the timetables, up to the day of the last known entry; that day."""
    until = until_of(views, position, position, None).day
    plan = read_plan(views, position, first, last, class_group=class_group)
    found = {
        (course, day): lessons
        for planner in plan.planners.values()
        for day, of_day in plan.counts(planner)
        if day <= until
        for course, lessons in of_day
    }
    return found, until


def _not_held(views: Reader, position: int, first: str, last: str) -> list[tuple[str, str, bool]]:
    """Course and day of cancelled lessons, and whether they are held elsewhere."""
    return [
        (one.course, one.held_on, (one.moved_on or one.merged_with) is not None)
        for one in standing_cancellations(views, position, first, last)
        if first <= one.held_on <= last
    ]
