"""Cells of the journal: what stands for a student in a lesson, and everything that stood there before."""

from __future__ import annotations

from typing import Final, NamedTuple

from ledger.journal.events import (
    AbsenceAnnulled,
    AbsenceCorrected,
    AbsenceReasonSet,
    AbsenceRecorded,
    EarlyLeaveAnnulled,
    EarlyLeaveCorrected,
    EarlyLeaveRecorded,
    LatenessAnnulled,
    LatenessCorrected,
    LatenessRecorded,
    MakeUpAnnulled,
    MakeUpCorrected,
    MakeUpRecorded,
    MarkAnnulled,
    MarkCorrected,
    MarkRecorded,
)
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Revise, Table


class CellRow(NamedTuple):
    """One value in a cell.

    `fact`: the entry that first stated it; `what`: mark, make_up, absence, lateness or early_leave; `work`: of a mark
    and a make-up; `value`: mark, day, absence code or minutes, None while annulled; `corrected`: 1 from its first
    correction or annulment on.
    """

    entry: int
    fact: int
    what: str
    lesson: str
    student: str
    work: str | None
    value: str | None
    corrected: int
    to_position: int = OPEN


# Whoever reads cells of a lesson and a student asks for a kind of them: absences are a sixth, make-ups a thousandth.
CELLS: Final = Table("cells", CellRow, (("lesson", "what", "student"), ("student",)))


def _mark_recorded(event: MarkRecorded, entry: Entry) -> Operations:
    index = entry.index
    row = CellRow(index, index, "mark", entry.stream_id, event.student, event.work, event.value, corrected=0)
    return (row,)


def _make_up_recorded(event: MakeUpRecorded, entry: Entry) -> Operations:
    index, day = entry.index, event.made_up_on
    return (CellRow(index, index, "make_up", entry.stream_id, event.student, event.work, day, corrected=0),)


def _absence_recorded(event: AbsenceRecorded, entry: Entry) -> Operations:
    index = entry.index
    return (CellRow(index, index, "absence", entry.stream_id, event.student, None, event.code, corrected=0),)


def _absence_reason_set(event: AbsenceReasonSet, entry: Entry) -> Operations:
    return (Revise(CELLS, event.absence, entry.index, {"value": event.code}),)


def _lateness_recorded(event: LatenessRecorded, entry: Entry) -> Operations:
    index, minutes = entry.index, str(event.minutes)
    return (CellRow(index, index, "lateness", entry.stream_id, event.student, None, minutes, corrected=0),)


def _early_leave_recorded(event: EarlyLeaveRecorded, entry: Entry) -> Operations:
    index, minutes = entry.index, str(event.minutes)
    return (CellRow(index, index, "early_leave", entry.stream_id, event.student, None, minutes, corrected=0),)


def _corrected(
    event: MarkCorrected | MakeUpCorrected | AbsenceCorrected | LatenessCorrected | EarlyLeaveCorrected, entry: Entry
) -> Operations:
    return (Revise(CELLS, event.corrects, entry.index, {"value": str(event.new), "corrected": 1}),)


def _annulled(
    event: MarkAnnulled | MakeUpAnnulled | AbsenceAnnulled | LatenessAnnulled | EarlyLeaveAnnulled, entry: Entry
) -> Operations:
    return (Revise(CELLS, event.corrects, entry.index, {"value": None, "corrected": 1}),)


VIEW: Final = View(
    (CELLS,),
    {
        MarkRecorded: _mark_recorded,
        MarkCorrected: _corrected,
        MarkAnnulled: _annulled,
        MakeUpRecorded: _make_up_recorded,
        MakeUpCorrected: _corrected,
        MakeUpAnnulled: _annulled,
        AbsenceRecorded: _absence_recorded,
        AbsenceReasonSet: _absence_reason_set,
        AbsenceCorrected: _corrected,
        AbsenceAnnulled: _annulled,
        LatenessRecorded: _lateness_recorded,
        LatenessCorrected: _corrected,
        LatenessAnnulled: _annulled,
        EarlyLeaveRecorded: _early_leave_recorded,
        EarlyLeaveCorrected: _corrected,
        EarlyLeaveAnnulled: _annulled,
    },
)
