"""The register of missed and substituted lessons (regulation 3.3, example 3): any employee × any month or range.

A lesson is missed where a timetable planned it, it is over, and no recorded lesson stands for it (events.md). So of a
class without a timetable nothing is missed here; a school without any is told that missed lessons are not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, stands
from projections.views.timetable_pages import Board, DayLesson

UNRECORDED: Final = "нет записи об уроке"
"""What stands for a reason where a timetable planned a lesson and the journal has none."""


@dataclass(frozen=True, slots=True)
class Substituted:
    """One lesson that another than the responsible teacher gave.

    Attributes:
        entry: what says reason, basis, subject and coefficient as they stand.
        fact: the entry that first recorded the substitution.
        lesson_entry: what says the lesson's number and times as they stand.
        lesson, held_on, number, starts_at, ends_at: which lesson.
        course, class_group, class_name, subject: of whom and in what; `class_name` such as ``5А``.
        absent_teacher: the responsible one, who was not there.
        substitute: who gave the lesson.
        reason: `ledger.journal.vocabulary.SubstitutionReason`.
        basis: the document.
        same_subject: whether the course's own subject was taught.
        coefficient: hundredths of an ordinary lesson's pay.
        at: when the substitution was first recorded.
    """

    entry: int
    fact: int
    lesson_entry: int
    lesson: str
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    course: str
    class_group: str
    class_name: str
    subject: str
    absent_teacher: str
    substitute: str
    reason: str
    basis: str
    same_subject: bool
    coefficient: int
    at: str


@dataclass(frozen=True, slots=True)
class Missed:
    """One lesson that was planned and that nobody gave, so far as is recorded.

    Attributes:
        held_on, number, starts_at, ends_at: when it should have been; times are None where no bell is known.
        course, class_group, class_name, subject: of whom and in what.
        teacher: who was responsible on the day, None: nobody; `assigned_by` says so.
        timetable_entry, bells_entry, calendar_entry: what planned it, gave its times, and made the day what it was.
        cancelled_by, cancelled_for, basis: what cancelled it, `ledger.journal.vocabulary.CancellationReason`, and the
            document; None where nothing says why it was not held. One that is held elsewhere instead is not missed.
    """

    held_on: str
    number: int
    starts_at: str | None
    ends_at: str | None
    course: str
    class_group: str
    class_name: str
    subject: str
    teacher: str | None
    assigned_by: int | None
    timetable_entry: int | None
    bells_entry: int | None
    calendar_entry: int | None
    cancelled_by: int | None
    cancelled_for: str | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class EmployeeTotal:
    """One employee's sums over the rows: lessons given for others and by others, and their coefficients in hundredths.

    An hour is a lesson. `unreplaced_lessons` were missed and nobody gave them, without a cancellation or because the
    teacher was absent; None: the school has no timetable.
    """

    employee: str
    given_lessons: int
    given_coefficient: int
    missed_lessons: int
    missed_coefficient: int
    unreplaced_lessons: int | None


@dataclass(frozen=True, slots=True)
class SubstitutionRegister:
    """The register as it stood at a position: rows by day and number, sums by employee and over all rows.

    `missed` are by day and number too. With no `timetable` anywhere they cannot be told, and are None.
    """

    position: int
    rows: tuple[Substituted, ...]
    totals: tuple[EmployeeTotal, ...]
    lessons: int
    coefficient: int
    timetable: Literal["known", "none"]
    missed: tuple[Missed, ...] | None


def substitution_register(
    views: Reader,
    *,
    employee: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
    now: datetime | None = None,
) -> SubstitutionRegister:
    """Substituted lessons that stand, and missed ones that are over, with sums.

    Args:
        views: whom to ask.
        employee: only lessons that this person gave for another, or another or nobody for this one; own sums.
        from_date: only lessons held on this day or later.
        to_date: only lessons held on this day or earlier.
        at: as of.
        now: the clock; None: the last entry's moment. What is not over by then, or by `at`, is not missed.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    board = Board(views, from_date or FIRST_DAY, to_date or LAST_DAY, at=at, now=now)
    position = board.position
    parameters: dict[str, object] = {
        "at": position,
        "first": from_date or FIRST_DAY,
        "last": to_date or LAST_DAY,
    }
    condition = ""
    if employee is not None:
        parameters["employee"] = employee
        condition = " AND (s.absent_teacher = :employee OR l.teacher = :employee)"
    found = views.select(f"{_REGISTER}{condition} ORDER BY l.held_on, l.number, s.fact", parameters)
    rows = tuple(_substituted(row) for row in found)
    missed = None
    if board.plan.is_known:
        missed = tuple(
            _missed(row) for row in board.uneven(teacher=employee, is_unplanned_asked=False) if not row.is_elsewhere
        )
    totals = tuple(total for total in _totals(rows, missed) if employee in (None, total.employee))
    coefficient = sum(row.coefficient for row in rows)
    timetable: Literal["known", "none"] = "none" if missed is None else "known"
    return SubstitutionRegister(position, rows, totals, len(rows), coefficient, timetable, missed)


# A year has some 1,500 of these (4 % of lessons): they are read one by one and their lessons looked up. The empty text
# behind `s.lesson` keeps a planner without statistics from the other way round, by all lessons there are.
_REGISTER: Final = f"""
    SELECT s.entry, s.fact, l.entry, s.lesson, l.held_on, l.number, l.starts_at, l.ends_at, l.course, o.class_group,
      g.grade, g.letter, o.subject, s.absent_teacher, l.teacher, s.reason, s.basis, s.same_subject, s.coefficient,
      (SELECT m.at FROM {{commands}} m WHERE m.entry <= s.fact ORDER BY m.entry DESC LIMIT 1)
    FROM {{substitutions}} s
    JOIN {{lessons}} l ON l.lesson = s.lesson || '' AND l.stands = 1 AND {stands("l")}
    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    WHERE {stands("s")} AND l.held_on BETWEEN :first AND :last"""


def _substituted(row: tuple[Any, ...]) -> Substituted:
    grade, letter = row[10:12]
    fields = (*row[:10], f"{grade}{letter}", *row[12:17], bool(row[17]), *row[18:])
    return Substituted(*fields)


def _missed(row: DayLesson) -> Missed:
    return Missed(
        row.held_on,
        row.number,
        row.starts_at,
        row.ends_at,
        row.course,
        row.class_group,
        row.class_name,
        row.subject,
        row.teacher,
        row.assigned_by,
        row.timetable_entry,
        row.bells_entry,
        row.calendar_entry,
        row.cancelled_by,
        row.cancelled_for,
        row.basis,
    )


def _totals(rows: Iterable[Substituted], missed: Iterable[Missed] | None) -> Iterable[EmployeeTotal]:
    """Sums of everybody who is in the rows, in order of their ids."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        for employee, place in ((row.substitute, 0), (row.absent_teacher, 2)):
            of = sums.setdefault(employee, [0, 0, 0, 0, 0])
            of[place] += 1
            of[place + 1] += row.coefficient
    for lesson in missed or ():
        if lesson.teacher is not None and lesson.cancelled_for in (None, "teacher_absent"):
            sums.setdefault(lesson.teacher, [0, 0, 0, 0, 0])[4] += 1
    for employee, of in sorted(sums.items()):
        given, given_coefficient, replaced, coefficient, unreplaced = of
        told = None if missed is None else unreplaced
        yield EmployeeTotal(employee, given, given_coefficient, replaced, coefficient, told)
