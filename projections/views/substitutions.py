"""Substitutions as recorded and corrected; the day, the class and the substitute are the lesson's own, in `lessons`."""

from __future__ import annotations

from typing import Final, NamedTuple

from ledger.journal.events import SubstitutionCorrected, SubstitutionRecorded
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Revise, Table


class SubstitutionRow(NamedTuple):
    """A substitution; `fact`: the entry that first recorded it; `same_subject`: 0 or 1; `coefficient`: hundredths."""

    entry: int
    fact: int
    lesson: str
    absent_teacher: str
    reason: str
    basis: str
    same_subject: int
    coefficient: int
    to_position: int = OPEN


SUBSTITUTIONS: Final = Table("substitutions", SubstitutionRow, (("lesson",),))


def _recorded(event: SubstitutionRecorded, entry: Entry) -> Operations:
    row = SubstitutionRow(
        entry=entry.index,
        fact=entry.index,
        lesson=entry.stream_id,
        absent_teacher=event.absent_teacher,
        reason=event.reason,
        basis=event.basis,
        same_subject=int(event.same_subject),
        coefficient=event.coefficient,
    )
    return (row,)


def _corrected(event: SubstitutionCorrected, entry: Entry) -> Operations:
    new = event.new
    changes = {
        "reason": new.reason,
        "basis": new.basis,
        "same_subject": int(new.same_subject),
        "coefficient": new.coefficient,
    }
    return (Revise(SUBSTITUTIONS, event.corrects, entry.index, changes),)


VIEW: Final = View((SUBSTITUTIONS,), {SubstitutionRecorded: _recorded, SubstitutionCorrected: _corrected})
