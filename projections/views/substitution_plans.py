"""Planned substitutions beside what happened: who is to give a lesson for whom, and who gave it (regulation 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ledger.journal.substitution_plan_events import SubstitutionPlanned, SubstitutionPlanWithdrawn
from projections.folding import Entry, View
from projections.reading import FIRST_DAY, LAST_DAY, Answer, AsOf, Reader, resolve, stands
from projections.rows import OPEN, Operations, Table


class SubstitutionPlanRow(NamedTuple):
    """A plan."""

    entry: int
    course: str
    held_on: str
    number: int
    absent_teacher: str
    substitute: str
    reason: str
    basis: str
    same_subject: int
    coefficient: int
    to_position: int = OPEN


class SubstitutionPlanEndRow(NamedTuple):
    """The plan of entry `plan` holds no more: it was withdrawn, or replaced."""

    entry: int
    plan: int
    to_position: int = OPEN


SUBSTITUTION_PLANS: Final = Table("substitution_plans", SubstitutionPlanRow, (("held_on",), ("course",)))
SUBSTITUTION_PLAN_ENDS: Final = Table("substitution_plan_ends", SubstitutionPlanEndRow, (("plan",),))


def _planned(event: SubstitutionPlanned, entry: Entry) -> Operations:
    row = SubstitutionPlanRow(
        entry=entry.index,
        course=entry.stream_id,
        held_on=event.held_on,
        number=event.number,
        absent_teacher=event.absent_teacher,
        substitute=event.substitute,
        reason=event.reason,
        basis=event.basis,
        same_subject=int(event.same_subject),
        coefficient=event.coefficient,
    )
    if event.replaces is None:
        return (row,)
    return (row, SubstitutionPlanEndRow(entry.index, event.replaces))


def _withdrawn(event: SubstitutionPlanWithdrawn, entry: Entry) -> Operations:
    return (SubstitutionPlanEndRow(entry.index, event.corrects),)


VIEW: Final = View(
    (SUBSTITUTION_PLANS, SUBSTITUTION_PLAN_ENDS),
    {SubstitutionPlanned: _planned, SubstitutionPlanWithdrawn: _withdrawn},
)


@dataclass(frozen=True, slots=True)
class SubstitutionPlan:
    """A planned substitution beside what happened.

    Attributes:
        entry: the entry that planned it.
        course, class_group, class_name, subject, held_on, number: which lesson.
        absent_teacher, substitute, reason, basis, same_subject, coefficient: the plan.
        ended_by: the entry that withdrew or replaced it; None while it holds.
        lesson, given_by: the lesson of the course that stands at that place, and who gave it; None where there is none.
        became: ``ended``; ``as_planned``; ``by_other``: somebody else gave the lesson, the responsible one too;
            ``not_recorded``.
    """

    entry: int
    course: str
    class_group: str
    class_name: str
    subject: str
    held_on: str
    number: int
    absent_teacher: str
    substitute: str
    reason: str
    basis: str
    same_subject: bool
    coefficient: int
    ended_by: int | None
    lesson: str | None
    given_by: str | None
    became: str


# The empty text keeps planners to the index of lessons by course and day.
_PLANS: Final = f"""
    SELECT p.entry, p.course, o.class_group, g.grade, g.letter, o.subject, p.held_on, p.number, p.absent_teacher,
      p.substitute, p.reason, p.basis, p.same_subject, p.coefficient, e.entry, l.lesson, l.teacher
    FROM {{substitution_plans}} p
    JOIN {{courses}} o ON o.course = p.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    LEFT JOIN {{substitution_plan_ends}} e ON e.plan = p.entry AND {stands("e")}
    LEFT JOIN {{lessons}} l ON l.fact = (
      SELECT min(k.fact) FROM {{lessons}} k WHERE k.course = p.course || '' AND k.held_on = p.held_on
        AND k.number = p.number AND k.stands = 1 AND {stands("k")}) AND l.stands = 1 AND {stands("l")}
        AND l.course = p.course || '' AND l.held_on = p.held_on
    WHERE {stands("p")} AND p.held_on BETWEEN :first AND :last"""


def substitution_plans(
    views: Reader,
    *,
    employee: str | None = None,
    class_group: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Answer[SubstitutionPlan]:
    """Planned substitutions by day and number, those that hold no more too; days are inclusive.

    Args:
        views: whom to ask.
        employee: only those of whom this person is the absent teacher or the substitute.
        class_group: only those of this class.
        from_date: only lessons of this day or later.
        to_date: only lessons of this day or earlier.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    parameters: dict[str, object] = {"at": position, "first": from_date or FIRST_DAY, "last": to_date or LAST_DAY}
    condition = ""
    if employee is not None:
        parameters["employee"] = employee
        condition += " AND (p.absent_teacher = :employee OR p.substitute = :employee)"
    if class_group is not None:
        parameters["class_group"] = class_group
        condition += " AND o.class_group = :class_group"
    rows = views.select(f"{_PLANS}{condition} ORDER BY p.held_on, p.number, p.entry", parameters)
    return Answer(position, tuple(_plan(row) for row in rows))


class Expected(NamedTuple):
    """Who is to give a lesson: the entry of a plan that holds, and the substitute."""

    entry: int
    substitute: str


def expected_substitutes(
    views: Reader, position: int, from_day: str, to_day: str
) -> dict[tuple[str, str, int], Expected]:
    """Course, day, number -> who is to give the lesson there, by the plans that hold; days are inclusive."""
    sql = f"""SELECT p.course, p.held_on, p.number, p.entry, p.substitute FROM {{substitution_plans}} p
        WHERE {stands("p")} AND p.held_on BETWEEN :first AND :last AND NOT EXISTS (
          SELECT 1 FROM {{substitution_plan_ends}} e WHERE e.plan = p.entry AND {stands("e")})"""
    rows = views.select(sql, {"at": position, "first": from_day, "last": to_day})
    return {(course, day, number): Expected(entry, substitute) for course, day, number, entry, substitute in rows}


def _plan(row: tuple[Any, ...]) -> SubstitutionPlan:
    planned_by, course, class_group, grade, letter, subject, day, number, absent, substitute, *plan = row
    reason, basis, same_subject, coefficient, ended_by, lesson, given_by = plan
    if ended_by is not None:
        became = "ended"
    elif lesson is None:
        became = "not_recorded"
    else:
        became = "as_planned" if given_by == substitute else "by_other"
    return SubstitutionPlan(
        entry=planned_by,
        course=course,
        class_group=class_group,
        class_name=f"{grade}{letter}",
        subject=subject,
        held_on=day,
        number=number,
        absent_teacher=absent,
        substitute=substitute,
        reason=reason,
        basis=basis,
        same_subject=bool(same_subject),
        coefficient=coefficient,
        ended_by=ended_by,
        lesson=lesson,
        given_by=given_by,
        became=became,
    )
