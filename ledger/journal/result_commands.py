"""Commands on results: rules of assessment, marks of periods and years, examinations, publication, the council."""

from __future__ import annotations

import msgspec

from ledger.journal.command import JournalCommand
from ledger.journal.result_events import AssessmentRules
from ledger.journal.vocabulary import CorrectionReason, CouncilDecision, DeviationReason, ResultKind


class AdoptAssessmentRules(JournalCommand, frozen=True, kw_only=True):
    """Rules of assessment from `effective_from` on, by an order; nothing has a default."""

    order_number: str
    order_date: str
    effective_from: str
    rules: AssessmentRules


class NewResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A student's result: the computed one (`value` None), or another with its reason; `note`: a digest."""

    student: str
    value: str | None = None
    reason: DeviationReason | None = None
    note: str | None = None


class RecordPeriodMarks(JournalCommand, frozen=True, kw_only=True):
    """Marks of a course for a period, of a whole class at once; opens the sheet where there is none yet."""

    sheet: str
    course: str
    period: str
    marks: tuple[NewResult, ...]


class SheetChange(JournalCommand, frozen=True, kw_only=True):
    """Base of what changes a sheet that is there."""

    sheet: str


class NewExamResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A student's mark for an examination."""

    student: str
    value: str


class RecordExamResults(SheetChange, frozen=True, kw_only=True):
    """Results of one examination; `obtained_at`: local minute ``YYYY-MM-DDTHH:MM``."""

    protocol: str
    obtained_at: str
    results: tuple[NewExamResult, ...]


class RecordFinalMarks(SheetChange, frozen=True, kw_only=True):
    """Final marks, computed from the year's marks and the examination."""

    marks: tuple[NewResult, ...]


class PublishResults(SheetChange, frozen=True, kw_only=True):
    """All results of this kind that the sheet has were shown; when the last of them was obtained: local minute."""

    what: ResultKind
    obtained_at: str
    protocol: str | None = None


class CorrectResult(SheetChange, frozen=True, kw_only=True):
    """Another value, or none (`new` None), for a result that is not published; as `Correct`."""

    corrects: int
    new: str | None
    reason: CorrectionReason
    note: str | None = None
    basis: str | None = None


class RequestResultCorrection(SheetChange, frozen=True, kw_only=True):
    """As `CorrectResult`, after the publication; a basis is mandatory."""

    corrects: int
    new: str | None
    reason: CorrectionReason
    basis: str
    note: str | None = None


class ApproveResultCorrection(SheetChange, frozen=True, kw_only=True):
    """A second person approves the request at index `request`."""

    request: int


class RefuseResultCorrection(SheetChange, frozen=True, kw_only=True):
    """A second person refuses the request; `basis` says why, without personal values."""

    request: int
    basis: str


class RecordCouncilDecision(JournalCommand, frozen=True, kw_only=True):
    """What the teachers' council decided on these students; `replaces`: index of a decision entered wrongly."""

    year: str
    protocol: str
    held_on: str
    decision: CouncilDecision
    students: tuple[str, ...]
    basis: str | None = None
    replaces: int | None = None
