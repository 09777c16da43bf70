"""Substitutions that are planned: who is to give a lesson of which day and number for whom (regulation 2.1, R15).

A plan says what is to be, and stays a plan: the lesson is recorded with its own substitution, by who gave it. All of a
course are entries of one stream, `substitution/<id of the course>`, so that one place has one plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.account import check_employed
from ledger.journal.commands import NewSubstitution, PlanSubstitution, WithdrawSubstitutionPlan
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.duties import check_duty_of
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup, check_journal_open
from ledger.journal.standing import StandingPlaces, evolve_standing, find_standing
from ledger.journal.substitution_plan_events import SubstitutionPlanned, SubstitutionPlanWithdrawn
from ledger.journal.substitutions import check_substitution, responsible_on
from ledger.journal.year import SchoolYear, open_periods

_NUMBER_MAX: Final = 12


class SubstitutionPlans(StandingPlaces[SubstitutionPlanned], frozen=True, kw_only=True):
    """A course's plans that hold, by the index of the entry."""


def evolve_substitution_plans(state: SubstitutionPlans | None, events: Iterable[Recorded]) -> SubstitutionPlans | None:
    """Apply events of a course's stream of planned substitutions."""
    return evolve_standing(SubstitutionPlans, SubstitutionPlanned, SubstitutionPlanWithdrawn, state, events)


def plan_substitute(command: PlanSubstitution, context: Context) -> list[Planned]:
    """Plan who gives a lesson for the responsible teacher, before its day is over and while its period is open."""
    rules.check_role(context.actor, rules.LEADERSHIP, "2.1")
    course = context.find(Course, "course", command.course, "course")
    group = context.find(ClassGroup, "class", course.class_group, "course")
    check_journal_open(group)
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_date(command.held_on, "held_on")
    rules.check_within(command.held_on, year.starts_on, year.ends_on, "held_on")
    rules.check_integer(command.number, 0, _NUMBER_MAX, "number")
    _check_to_come(command.held_on, context)
    check_substitution(command.reason, command.basis, command.same_subject, command.coefficient, "")
    absent = responsible_on(course, command.held_on)
    check_person(context, command.substitute, "teacher", "substitute")
    check_employed(context, command.substitute, command.held_on, "substitute")
    if command.substitute == absent:
        raise Refused(
            "substitutes_for_oneself", "this very teacher is responsible on this day", clause="2.1", where="substitute"
        )
    check_duty_of(context, command.substitute, ("journal", "substitute"), command.held_on, "substitute")
    open_periods(context, year, group.grade, command.held_on)
    stream = f"substitution/{command.course}"
    known = context.find_if_any(SubstitutionPlans, stream)
    _check_replaced(command, known)
    event = SubstitutionPlanned(
        held_on=command.held_on,
        number=command.number,
        absent_teacher=absent,
        substitute=command.substitute,
        reason=command.reason,
        basis=command.basis,
        same_subject=command.same_subject,
        coefficient=command.coefficient,
        replaces=command.replaces,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def withdraw_substitution_plan(command: WithdrawSubstitutionPlan, context: Context) -> list[Planned]:
    """Say that a planned substitution holds no more."""
    rules.check_role(context.actor, rules.LEADERSHIP, "2.1")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    course = context.settled(Course, "course", command.course, "course")
    check_journal_open(context.find(ClassGroup, "class", course.class_group, "course"))
    no_such = Refused(
        "not_a_planned_substitution",
        "this index is not of a planned substitution of this course that holds",
        clause="2.1",
        where="corrects",
    )
    stream = f"substitution/{command.course}"
    known, _ = find_standing(SubstitutionPlans, stream, command.corrects, context, refusal=no_such)
    event = SubstitutionPlanWithdrawn(corrects=command.corrects, basis=command.basis)
    return [Planned(known.stream, known.version + 1, event)]


def planned_for(context: Context, course: str, held_on: str, number: int) -> NewSubstitution | None:
    """Return what was planned for the actor's lesson: what its substitution says where the client left it out."""
    known = context.find_if_any(SubstitutionPlans, f"substitution/{course}")
    found = known.at(held_on, number) if known is not None else None
    if found is None or found[1].substitute != context.author:
        return None
    _, plan = found
    return NewSubstitution(
        reason=plan.reason, basis=plan.basis, same_subject=plan.same_subject, coefficient=plan.coefficient
    )


def _check_to_come(held_on: str, context: Context) -> None:
    """Refuse a plan for a day that has passed: what was, is recorded with the lesson."""
    if held_on < context.today:
        raise Refused(
            "day_has_passed", "this day has passed, and nothing is planned for it", clause="2.1", where="held_on"
        )


def _check_replaced(command: PlanSubstitution, known: SubstitutionPlans | None) -> None:
    """Refuse a second plan of a place that does not replace the first, and one that replaces another place's."""
    found = known.at(command.held_on, command.number) if known is not None else None
    if command.replaces != (None if found is None else found[0]):
        if command.replaces is None:
            raise Refused(
                "substitution_planned_already",
                "this lesson has a planned substitution, which the new one has to replace",
                clause=LOCAL_ACT,
                where="replaces",
            )
        raise Refused(
            "not_a_plan_of_this_place",
            "this index is not of a planned substitution of this place that holds",
            clause=LOG,
            where="replaces",
        )
