"""Substitutions: a lesson given by another teacher than the course's responsible one (regulation 2.1, R15)."""

from __future__ import annotations

from typing import Final

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import NewSubstitution
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.events import SubstitutionRecorded
from ledger.journal.people import check_person
from ledger.journal.vocabulary import SUBSTITUTION_REASONS

COEFFICIENT_MAX: Final = 1_000
"""Hundredths: ten times an ordinary lesson."""


def plan_substitution(
    wanted: NewSubstitution | None, course: Course, held_on: str, context: Context
) -> list[SubstitutionRecorded]:
    """Return what is to be recorded behind the lesson: a substitution where the author is not responsible, else none.

    Raises:
        Refused: nobody is responsible on this day, a substitution is missing or out of place, or it is malformed.
    """
    responsible = responsible_on(course, held_on)
    if responsible == context.author:
        _check_not_needed(wanted)
        return []
    if wanted is None:
        raise Refused(
            "substitution_not_recorded",
            "another teacher is responsible for this course on this day, and no substitution is recorded",
            clause="2.1",
            where="substitution",
        )
    check_person(context, context.author, "teacher", "actor.id")
    check_substitution(wanted.reason, wanted.basis, wanted.same_subject, wanted.coefficient, "substitution.")
    return [
        SubstitutionRecorded(
            absent_teacher=responsible,
            reason=wanted.reason,
            basis=wanted.basis,
            same_subject=wanted.same_subject,
            coefficient=wanted.coefficient,
        )
    ]


def check_substitution(reason: object, basis: object, same_subject: object, coefficient: object, where: str) -> None:
    """Judge what a substitution says, alike in a record and in a correction."""
    rules.check_code(reason, SUBSTITUTION_REASONS, where + "reason")
    rules.check_line(basis, rules.TITLE_LENGTH_MAX, where + "basis")
    if type(same_subject) is not bool:
        raise Refused("malformed_value", "neither true nor false", clause=LOG, where=where + "same_subject")
    rules.check_integer(coefficient, 1, COEFFICIENT_MAX, where + "coefficient")


def responsible_on(course: Course, held_on: str) -> str:
    """Return the course's responsible teacher of the day; refuse a day before there is one (regulation 1.2)."""
    teacher = course.teacher_on(held_on)
    if teacher is None:
        raise Refused("no_responsible_teacher", "the course has no teacher on this day", clause="1.2", where="held_on")
    return teacher


def _check_not_needed(wanted: NewSubstitution | None) -> None:
    """Refuse a substitution by the very teacher who is responsible: nobody was absent."""
    if wanted is not None:
        raise Refused(
            "substitution_not_needed",
            "this teacher is responsible for the course on this day: there is nobody to substitute",
            clause="2.1",
            where="substitution",
        )
