"""The register of substituted lessons (regulation 3.3, example 3): any employee × any month or range, or all of them.

Only what was recorded is here. Lessons that should have been held and were not show only against a timetable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from projections.reading import AsOf, Reader, resolve, stands

FIRST_DAY: Final = "0001-01-01"
LAST_DAY: Final = "9999-12-31"


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
class EmployeeTotal:
    """One employee's sums over the rows: lessons given for others and by others, and their coefficients in hundredths.

    An hour is a lesson.
    """

    employee: str
    given_lessons: int
    given_coefficient: int
    missed_lessons: int
    missed_coefficient: int


@dataclass(frozen=True, slots=True)
class SubstitutionRegister:
    """The register as it stood at a position: rows by day and number, sums by employee and over all rows."""

    position: int
    rows: tuple[Substituted, ...]
    totals: tuple[EmployeeTotal, ...]
    lessons: int
    coefficient: int


def substitution_register(
    views: Reader,
    *,
    employee: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> SubstitutionRegister:
    """Substituted lessons that stand, with sums.

    Args:
        views: whom to ask.
        employee: only lessons that this person gave for another or another gave for this person; sums of this one only.
        from_date: only lessons held on this day or later.
        to_date: only lessons held on this day or earlier.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
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
    totals = tuple(total for total in _totals(rows) if employee in (None, total.employee))
    return SubstitutionRegister(position, rows, totals, len(rows), sum(row.coefficient for row in rows))


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


def _totals(rows: Iterable[Substituted]) -> Iterable[EmployeeTotal]:
    """Sums of everybody who is in the rows, in order of their ids."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        for employee, place in ((row.substitute, 0), (row.absent_teacher, 2)):
            of = sums.setdefault(employee, [0, 0, 0, 0])
            of[place] += 1
            of[place + 1] += row.coefficient
    return (EmployeeTotal(employee, *of) for employee, of in sorted(sums.items()))
