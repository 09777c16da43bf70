"""What the teachers' council (педагогический совет) decided: admitted, promoted, retained, graduated.

All decisions on a school year are entries of one stream, `council/<id of the year>`. A decision that was entered
wrongly is replaced by another entry; nothing else takes one away.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.commands import RecordCouncilDecision
from ledger.journal.context import Context
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.result_events import CouncilDecisionRecorded
from ledger.journal.standing import Standing, evolve_standing
from ledger.journal.teaching import today
from ledger.journal.vocabulary import COUNCIL_DECISIONS
from ledger.journal.year import SchoolYear

STUDENTS_MAX: Final = 400
"""Of one decision: what an entry has room for, and more than the classes of a grade."""


class Council(Standing[CouncilDecisionRecorded], frozen=True, kw_only=True):
    """The decisions on a school year that nothing replaced, by index."""


def evolve_council(state: Council | None, events: Iterable[Recorded]) -> Council | None:
    """Apply events of a council's stream."""
    return evolve_standing(Council, CouncilDecisionRecorded, None, state, events)


def record_council_decision(command: RecordCouncilDecision, context: Context) -> list[Planned]:
    """Record a decision from its protocol, on students who were registered."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "2.3.3")
    rules.check_line(command.protocol, rules.TITLE_LENGTH_MAX, "protocol")
    rules.check_date(command.held_on, "held_on")
    rules.check_code(command.decision, COUNCIL_DECISIONS, "decision")
    if command.basis is not None:
        rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    context.settled(SchoolYear, "year", command.year, "year")
    if command.held_on > today(context):
        raise Refused("not_held_yet", "a council is recorded once it was held", clause="2.1", where="held_on")
    _check_students(command, context)
    stream = f"council/{command.year}"
    known = context.books.find(stream)
    standing = known.standing if isinstance(known, Council) else {}
    if command.replaces is not None and command.replaces not in standing:
        raise Refused(
            "not_a_decision", "no standing decision of this year has this index", clause=LOG, where="replaces"
        )
    event = CouncilDecisionRecorded(
        protocol=command.protocol,
        held_on=command.held_on,
        decision=command.decision,
        students=tuple(sorted(command.students)),
        basis=command.basis,
        replaces=command.replaces,
    )
    return [Planned(stream, 1 + (known.version if known else 0), event)]


def _check_students(command: RecordCouncilDecision, context: Context) -> None:
    if not 1 <= len(command.students) <= STUDENTS_MAX:
        raise Refused(
            "too_many_or_no_students",
            "a decision is on 1 to {students_max} students",
            clause=LOG,
            where="students",
            students_max=STUDENTS_MAX,
        )
    for position, student in enumerate(command.students):
        if type(student) is not str:
            raise Refused("malformed_id", "an id is a UUID", clause=LOG, where=f"students[{position}]")
        check_person(context, student, "student", f"students[{position}]")
    if len(set(command.students)) != len(command.students):
        raise Refused("twice_in_one_command", "a student stands in it twice", clause=LOCAL_ACT, where="students")
