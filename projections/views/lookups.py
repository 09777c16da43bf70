"""Small questions: who and what there is in the school."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from projections.reading import Answer, AsOf, Reader, filters, listed, resolve, stands
from projections.views.closings import Turn, closed_by, turns


@dataclass(frozen=True, slots=True)
class School:
    """The school; `entry`: the log's first."""

    entry: int
    school: str
    name: str
    origin: str
    time_zone: str
    clock: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person without a name: `digests` are what to ask the vault for."""

    entry: int
    person: str
    kind: str
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A school year, both dates inclusive."""

    entry: int
    year: str
    title: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period.

    `closed_by`: the entry that closed it, None while it is open, also again; `history`: every entry that closed it,
    opened it again or attested it.
    """

    entry: int
    period: str
    year: str
    kind: str
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str
    closed_by: int | None
    history: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """A class group with its class teacher on the day asked about; None where there is none yet.

    `assigned_by`: the entry that handed the class over; None: it was opened with this teacher, or has none.
    """

    entry: int
    class_group: str
    year: str
    grade: int
    letter: str
    class_teacher: str | None
    assigned_by: int | None

    @property
    def name(self) -> str:
        """What people call it, such as ``5А``."""
        return f"{self.grade}{self.letter}"


@dataclass(frozen=True, slots=True)
class ClassTeacher:
    """Who was a class's teacher, both dates inclusive; None: from the class's beginning, until its end.

    `replaced_by`: the entry that handed the class over to another.
    """

    entry: int
    class_group: str
    teacher: str
    starts_on: str | None
    ends_on: str | None
    replaced_by: int | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A student's time in a class, both dates inclusive; `left_by`, `ends_on`: None while nothing says the end."""

    entry: int
    class_group: str
    student: str
    starts_on: str
    left_by: int | None
    ends_on: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """A course with the teacher responsible on the day asked about; None where nobody is yet.

    `subgroup`: title of the part of the class that it teaches; None: all of it.
    """

    entry: int
    course: str
    class_group: str
    subject: str
    subgroup: str | None
    year: str
    teacher: str | None
    assigned_by: int | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson's standing header; `entry`: what stands, `fact`: what first recorded it."""

    entry: int
    fact: int
    lesson: str
    course: str
    class_group: str
    subject: str
    subgroup: str | None
    teacher: str
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    topic: str
    plan_items: tuple[int, ...]
    attendance_by: int | None
    """The entry that says that attendance was taken; None while none does."""

    @property
    def corrected(self) -> bool:
        """Whether it differs from what was recorded first."""
        return self.entry != self.fact


def school(views: Reader, *, at: AsOf = None) -> Answer[School]:
    """The school: one row, or none at position 0."""
    position = resolve(views, at)
    sql = f"SELECT s.entry, s.school, s.name, s.origin, s.time_zone, s.clock FROM {{schools}} s WHERE {stands('s')}"
    return Answer(position, tuple(School(*row) for row in views.select(sql, {"at": position})))


def school_zone(views: Reader, *, at: AsOf = None) -> ZoneInfo:
    """The school's time zone; UTC at position 0, where there is no school yet."""
    rows = school(views, at=at).rows
    return ZoneInfo(rows[0].time_zone if rows else "UTC")


def persons(views: Reader, *, kind: str | None = None, person: str | None = None, at: AsOf = None) -> Answer[Person]:
    """People in the order of their registration, all or of one kind, or one person."""
    position = resolve(views, at)
    conditions, parameters = filters(("p.kind", kind), ("p.person", person))
    sql = f"""SELECT p.entry, p.person, p.kind, p.digests FROM {{persons}} p
        WHERE {stands("p")}{conditions} ORDER BY p.entry"""
    rows = views.select(sql, {"at": position, **parameters})
    return Answer(
        position, tuple(Person(entry, of, kind_, tuple(orjson.loads(digests))) for entry, of, kind_, digests in rows)
    )


def years(views: Reader, *, at: AsOf = None) -> Answer[SchoolYear]:
    """School years by their first day."""
    position = resolve(views, at)
    sql = f"""SELECT y.entry, y.year, y.title, y.starts_on, y.ends_on FROM {{years}} y
        WHERE {stands("y")} ORDER BY y.starts_on, y.entry"""
    return Answer(position, tuple(SchoolYear(*row) for row in views.select(sql, {"at": position})))


def periods(views: Reader, *, year: str | None = None, grade: int | None = None, at: AsOf = None) -> Answer[Period]:
    """Reporting periods by their first day, of a year or of a grade where asked, with whether they are closed."""
    position = resolve(views, at)
    conditions, parameters = filters(("p.year", year))
    sql = f"""SELECT p.entry, p.period, p.year, p.kind, p.number, p.grades, p.starts_on, p.ends_on
        FROM {{periods}} p WHERE {stands("p")}{conditions} ORDER BY p.starts_on, p.entry"""
    histories = turns(views, position)
    found = []
    for entry, period, of_year, kind, number, grades, first, last in views.select(sql, {"at": position, **parameters}):
        history = histories.get(period, ())
        listed = tuple(orjson.loads(grades))
        found.append(Period(entry, period, of_year, kind, number, listed, first, last, closed_by(history), history))
    return Answer(position, tuple(period for period in found if grade is None or grade in period.grades))


def classes(views: Reader, *, year: str | None = None, on: str | None = None, at: AsOf = None) -> Answer[ClassGroup]:
    """Class groups by grade and letter, with their teachers `on` a date (None: those assigned from the latest day)."""
    position = resolve(views, at)
    conditions, parameters = filters(("g.year", year))
    until = "" if on is None else " AND b.starts_on <= :on_date"
    if on is not None:
        parameters["on_date"] = on
    sql = f"""SELECT g.entry, g.class_group, g.year, g.grade, g.letter, COALESCE(t.teacher, g.class_teacher), t.entry
        FROM {{classes}} g
        LEFT JOIN {{class_teachers}} t ON t.entry = (
          SELECT b.entry FROM {{class_teachers}} b WHERE b.class_group = g.class_group AND {stands("b")}{until}
          ORDER BY b.starts_on DESC, b.entry DESC LIMIT 1)
        WHERE {stands("g")}{conditions} ORDER BY g.grade, g.letter, g.entry"""
    return Answer(position, tuple(ClassGroup(*row) for row in views.select(sql, {"at": position, **parameters})))


def class_teachers(views: Reader, *, at: AsOf = None) -> Answer[ClassTeacher]:
    """Who was the teacher of which class when, in the order of the classes and of days."""
    position = resolve(views, at)
    sql = f"""SELECT g.class_group, g.entry, g.entry, g.class_teacher, NULL FROM {{classes}} g
          WHERE {stands("g")} AND g.class_teacher IS NOT NULL
        UNION ALL SELECT g.class_group, g.entry, t.entry, t.teacher, t.starts_on FROM {{classes}} g
          JOIN {{class_teachers}} t ON t.class_group = g.class_group AND {stands("t")} WHERE {stands("g")}
        ORDER BY 2, 3"""
    found: list[ClassTeacher] = []
    for class_group, _, entry, teacher, starts_on in views.select(sql, {"at": position}):
        if found and found[-1].class_group == class_group:
            found[-1] = replace(found[-1], ends_on=day_before(starts_on), replaced_by=entry)
        found.append(ClassTeacher(entry, class_group, teacher, starts_on, None, None))
    return Answer(position, tuple(found))


def day_before(day: str) -> str:
    """The day before another."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def memberships(
    views: Reader, *, class_group: str | None = None, student: str | None = None, at: AsOf = None
) -> Answer[Membership]:
    """Enrolments of a class or of a student, each with the first leaving after it, in the order of their entries."""
    position = resolve(views, at)
    conditions, parameters = filters(("e.class_group", class_group), ("e.student", student))
    sql = f"""SELECT e.entry, e.class_group, e.student, e.starts_on, l.entry, l.ends_on FROM {{enrollments}} e
        LEFT JOIN {{leavings}} l ON l.entry = (
          SELECT min(f.entry) FROM {{leavings}} f WHERE f.class_group = e.class_group AND f.student = e.student
            AND f.entry > e.entry AND {stands("f")})
        WHERE {stands("e")}{conditions} ORDER BY e.entry"""
    return Answer(position, tuple(Membership(*row) for row in views.select(sql, {"at": position, **parameters})))


def roster(views: Reader, class_group: str, on: str, *, at: AsOf = None) -> Answer[Membership]:
    """Who is in a class on a date."""
    return roster_between(views, class_group, on, on, at=at)


def roster_between(
    views: Reader, class_group: str, from_date: str, to_date: str, *, at: AsOf = None
) -> Answer[Membership]:
    """Who is in a class on at least one day from one date to another, both inclusive."""
    answer = memberships(views, class_group=class_group, at=at)
    return Answer(
        answer.position,
        tuple(
            member
            for member in answer.rows
            if member.starts_on <= to_date and (member.ends_on is None or member.ends_on >= from_date)
        ),
    )


def courses(
    views: Reader,
    *,
    class_group: str | None = None,
    subject: str | None = None,
    course: str | None = None,
    year: str | None = None,
    on: str | None = None,
    at: AsOf = None,
) -> Answer[Course]:
    """Courses, with the teacher responsible `on` a date (None: the one assigned from the latest day)."""
    position = resolve(views, at)
    conditions, parameters = filters(
        ("c.class_group", class_group), ("c.subject", subject), ("c.course", course), ("c.year", year)
    )
    until = "" if on is None else " AND b.starts_on <= :on_date"
    if on is not None:
        parameters["on_date"] = on
    sql = f"""SELECT c.entry, c.course, c.class_group, c.subject, c.subgroup, c.year, a.teacher, a.entry
        FROM {{courses}} c
        LEFT JOIN {{assignments}} a ON a.entry = (
          SELECT b.entry FROM {{assignments}} b WHERE b.course = c.course AND {stands("b")}{until}
          ORDER BY b.starts_on DESC, b.entry DESC LIMIT 1)
        WHERE {stands("c")}{conditions} ORDER BY c.entry"""
    return Answer(position, tuple(Course(*row) for row in views.select(sql, {"at": position, **parameters})))


_LESSONS: Final = f"""SELECT l.entry, l.fact, l.lesson, l.course, c.class_group, c.subject, c.subgroup, l.teacher,
      l.held_on, l.number, l.starts_at, l.ends_at, l.topic, l.plan_items,
      CASE WHEN l.attendance = 'taken' THEN l.fact ELSE
        (SELECT min(t.entry) FROM {{later_attendance}} t WHERE t.lesson = l.lesson AND {stands("t")}) END
    FROM {{lessons}} l JOIN {{courses}} c ON c.course = l.course AND {stands("c")}
    WHERE l.held_on BETWEEN :from_date AND :to_date AND l.stands = 1 AND {stands("l")}"""


def lessons(
    views: Reader,
    *,
    course: str | None = None,
    class_group: str | None = None,
    subject: str | None = None,
    teacher: str | None = None,
    lesson: str | None = None,
    from_date: str = "",
    to_date: str = "9999-12-31",
    at: AsOf = None,
) -> Answer[Lesson]:
    """Standing lessons by date and number: of a course, a class, a subject, a teacher, or one; dates are inclusive."""
    position = resolve(views, at)
    conditions, parameters = filters(
        ("l.course", course),
        ("c.class_group", class_group),
        ("c.subject", subject),
        ("l.teacher", teacher),
        ("l.lesson", lesson),
    )
    sql = f"{_LESSONS}{conditions} ORDER BY l.held_on, l.number, l.fact"
    parameters |= {"at": position, "from_date": from_date, "to_date": to_date}
    return Answer(position, tuple(_lesson(row) for row in views.select(sql, parameters)))


def lessons_among(views: Reader, some: Collection[str], *, at: AsOf = None) -> Answer[Lesson]:
    """Those of some lessons that stand, by date and number."""
    position = resolve(views, at)
    days: dict[str, object] = {"at": position, "from_date": "", "to_date": "9999-12-31"}
    found = [
        _lesson(row)
        for wanted, named in listed(some)
        for row in views.select(f"{_LESSONS} AND l.lesson IN {wanted}", {**days, **named})
    ]
    return Answer(position, tuple(sorted(found, key=lambda of: (of.held_on, of.number, of.fact))))


def _lesson(row: tuple[Any, ...]) -> Lesson:
    *fields, plan_items, attendance_by = row
    cells = (*fields, tuple(orjson.loads(plan_items or "[]")), attendance_by)
    return Lesson(*cells)
