"""Results and how they were computed, their corrections and publications, the rules, and what the council decided."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
import orjson

from ledger.journal.result_events import (
    AssessmentRulesAdopted,
    ComputedResult,
    CouncilDecisionRecorded,
    ExamResultRecorded,
    FinalMarkRecorded,
    PeriodMarkRecorded,
    ResultAnnulled,
    ResultCorrected,
    ResultCorrectionRefused,
    ResultCorrectionRequested,
    ResultSheetOpened,
    ResultsPublished,
)
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Revise, Table


class AssessmentRow(NamedTuple):
    """Rules of assessment; `rules`: JSON object."""

    entry: int
    order_number: str
    order_date: str
    effective_from: str
    rules: str
    to_position: int = OPEN


class SheetRow(NamedTuple):
    """A sheet: the results of a course in a period."""

    entry: int
    sheet: str
    course: str
    period: str
    to_position: int = OPEN


class ResultRow(NamedTuple):
    """A result: `fact` first stated it, with the value `recorded`; `value` stands, None while annulled.

    `computed` to `rule` are None for an examination; `inputs`: JSON array of indexes; `note`: digest.
    `lacks`: JSON array of the grades that lack, None: none do.
    """

    entry: int
    fact: int
    sheet: str
    what: str
    student: str
    recorded: str
    value: str | None
    computed: str | None
    sum: int | None
    weight: int | None
    inputs: str | None
    rule: int | None
    reason: str | None
    note: str | None
    obtained_at: str | None
    protocol: str | None
    lacks: str | None
    to_position: int = OPEN


class PublicationRow(NamedTuple):
    """All results of a kind that the sheet had were shown."""

    entry: int
    sheet: str
    what: str
    obtained_at: str
    protocol: str | None
    to_position: int = OPEN


class ResultCorrectionRow(NamedTuple):
    """A correction or annulment of a result, whose row has the same entry."""

    entry: int
    sheet: str
    corrects: int
    old: str | None
    new: str | None
    reason: str
    note: str | None
    basis: str | None
    request: int | None
    to_position: int = OPEN


class ResultRequestRow(NamedTuple):
    """A request after the publication; `status`: open, approved or refused; `answer_basis`: of the refusal."""

    entry: int
    request: int
    sheet: str
    corrects: int
    old: str | None
    new: str | None
    reason: str
    note: str | None
    basis: str
    status: str
    answer_basis: str | None
    to_position: int = OPEN


class CouncilRow(NamedTuple):
    """A decision; `students`: JSON array of ids; `replaces`: the decision that it takes the place of."""

    entry: int
    year: str
    protocol: str
    held_on: str
    decision: str
    students: str
    basis: str | None
    replaces: int | None
    to_position: int = OPEN


ASSESSMENT: Final = Table("assessment", AssessmentRow)
SHEETS: Final = Table("result_sheets", SheetRow, (("course",), ("sheet",)))
# Sums of a sheet's results are in the index alone.
_OF_SHEET: Final = ("sheet", "what", "obtained_at", "fact", "to_position", "value", "entry")
# Whose results they are, and where they stand, is asked of thousands at once: of those only some are looked at.
_OF_STUDENT: Final = ("student", "what", "sheet", "fact", "to_position", "value", "entry")
RESULTS: Final = Table("results", ResultRow, (_OF_SHEET, _OF_STUDENT, ("fact",)))
PUBLICATIONS: Final = Table("publications", PublicationRow, (("sheet",),))
CORRECTIONS: Final = Table("result_corrections", ResultCorrectionRow, (("sheet",),))
REQUESTS: Final = Table("result_requests", ResultRequestRow, (("sheet",), ("status",)))
COUNCIL: Final = Table("council", CouncilRow, (("year",),))


def _json(value: object) -> str:
    return orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS).decode()


def _rules_adopted(event: AssessmentRulesAdopted, entry: Entry) -> Operations:
    row = AssessmentRow(entry.index, event.order_number, event.order_date, event.effective_from, _json(event.rules))
    return (row,)


def _sheet_opened(event: ResultSheetOpened, entry: Entry) -> Operations:
    return (SheetRow(entry.index, entry.stream_id, event.course, event.period),)


def _computed(what: str, event: ComputedResult, entry: Entry) -> Operations:
    row = ResultRow(
        entry=entry.index,
        fact=entry.index,
        sheet=entry.stream_id,
        what=what,
        student=event.student,
        recorded=event.value,
        value=event.value,
        computed=event.computed,
        sum=event.sum,
        weight=event.weight,
        inputs=_json(event.inputs),
        rule=event.rule,
        reason=event.reason,
        note=event.sd[0] if event.sd else None,
        obtained_at=None,
        protocol=None,
        lacks=_json(event.lacks) if isinstance(event, FinalMarkRecorded) and event.lacks else None,
    )
    return (row,)


def _period_mark(event: PeriodMarkRecorded, entry: Entry) -> Operations:
    return _computed("period_mark", event, entry)


def _final_mark(event: FinalMarkRecorded, entry: Entry) -> Operations:
    return _computed("final_mark", event, entry)


def _exam_result(event: ExamResultRecorded, entry: Entry) -> Operations:
    row = ResultRow(
        entry=entry.index,
        fact=entry.index,
        sheet=entry.stream_id,
        what="exam_result",
        student=event.student,
        recorded=event.value,
        value=event.value,
        computed=None,
        sum=None,
        weight=None,
        inputs=None,
        rule=None,
        reason=None,
        note=None,
        obtained_at=event.obtained_at,
        protocol=event.protocol,
        lacks=None,
    )
    return (row,)


def _published(event: ResultsPublished, entry: Entry) -> Operations:
    return (PublicationRow(entry.index, entry.stream_id, event.what, event.obtained_at, event.protocol),)


def _corrected(event: ResultCorrected | ResultAnnulled, entry: Entry) -> Operations:
    row = ResultCorrectionRow(
        entry=entry.index,
        sheet=entry.stream_id,
        corrects=event.corrects,
        old=event.old,
        new=event.new,
        reason=event.reason,
        note=event.sd[0] if event.sd else None,
        basis=event.basis,
        request=event.request,
    )
    revised = Revise(RESULTS, event.corrects, entry.index, {"value": event.new})
    if event.request is None:
        return (row, revised)
    return (row, revised, Revise(REQUESTS, event.request, entry.index, {"status": "approved"}))


def _requested(event: ResultCorrectionRequested, entry: Entry) -> Operations:
    row = ResultRequestRow(
        entry=entry.index,
        request=entry.index,
        sheet=entry.stream_id,
        corrects=event.corrects,
        old=event.old,
        new=event.new,
        reason=event.reason,
        note=event.sd[0] if event.sd else None,
        basis=event.basis,
        status="open",
        answer_basis=None,
    )
    return (row,)


def _refused(event: ResultCorrectionRefused, entry: Entry) -> Operations:
    return (Revise(REQUESTS, event.request, entry.index, {"status": "refused", "answer_basis": event.basis}),)


def _decided(event: CouncilDecisionRecorded, entry: Entry) -> Operations:
    row = CouncilRow(
        entry=entry.index,
        year=entry.stream_id,
        protocol=event.protocol,
        held_on=event.held_on,
        decision=event.decision,
        students=_json(event.students),
        basis=event.basis,
        replaces=event.replaces,
    )
    return (row,)


VIEW: Final = View(
    (ASSESSMENT, SHEETS, RESULTS, PUBLICATIONS, CORRECTIONS, REQUESTS, COUNCIL),
    {
        AssessmentRulesAdopted: _rules_adopted,
        ResultSheetOpened: _sheet_opened,
        PeriodMarkRecorded: _period_mark,
        ExamResultRecorded: _exam_result,
        FinalMarkRecorded: _final_mark,
        ResultsPublished: _published,
        ResultCorrected: _corrected,
        ResultAnnulled: _corrected,
        ResultCorrectionRequested: _requested,
        ResultCorrectionRefused: _refused,
        CouncilDecisionRecorded: _decided,
    },
)
