"""Whose parent or other legal representative somebody is: recorded in the student's own stream (regulation 1.7)."""

from __future__ import annotations

from typing import Final

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import LinkGuardian, UnlinkGuardian
from ledger.journal.context import Context
from ledger.journal.people import Person, check_kind, check_person
from ledger.journal.people_events import GuardianLinked, GuardianUnlinked
from ledger.journal.recorded import Planned
from ledger.journal.vocabulary import RELATIONS

BASIS_LENGTH_MAX: Final = 500


def link_guardian(command: LinkGuardian, context: Context) -> list[Planned]:
    """Link a guardian to a student, once at a time (regulation 1.7)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    rules.check_code(command.relation, RELATIONS, "relation")
    _check_basis(command.basis)
    student = _student(context, command.person)
    check_person(context, command.guardian, "guardian", "guardian")
    if command.guardian in student.guardians:
        raise Refused("already_linked", "this is a guardian of the student already", clause=LOG, where="guardian")
    event = GuardianLinked(guardian=command.guardian, relation=command.relation, basis=command.basis)
    return [Planned(student.stream, student.version + 1, event)]


def unlink_guardian(command: UnlinkGuardian, context: Context) -> list[Planned]:
    """End a link; with it fall the guardian's consents to delivery about this student (regulation 1.7, 2.3.4)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    _check_basis(command.basis)
    student = _student(context, command.person)
    check_linked(student, command.guardian, "guardian")
    event = GuardianUnlinked(guardian=command.guardian, basis=command.basis)
    return [Planned(student.stream, student.version + 1, event)]


def check_linked(student: Person, guardian: str, where: str) -> None:
    """Refuse who is not a guardian of the student now (regulation 1.7)."""
    if guardian not in student.guardians:
        raise Refused("not_linked", "this is no guardian of the student", clause="1.7", where=where)


def _student(context: Context, id_: str) -> Person:
    student = context.find(Person, "person", id_, "person")
    check_kind(student, "student", "person")
    return student


def _check_basis(basis: str | None) -> None:
    if basis is not None:
        rules.check_line(basis, BASIS_LENGTH_MAX, "basis")
