"""Bodies of requests on results."""

from __future__ import annotations

from api.bodies.base import Body, Id, Note, TeachersBody
from ledger.journal.commands import NewExamResult
from ledger.journal.result_events import AssessmentRules
from ledger.journal.vocabulary import CorrectionReason, CouncilDecision, DeviationReason, ResultKind


class NewAssessmentRules(Body, frozen=True, kw_only=True):
    """Rules of assessment from a day on, by an order; nothing has a default."""

    order_number: str
    order_date: str
    effective_from: str
    rules: AssessmentRules


class ResultMark(Body, frozen=True, kw_only=True):
    """A student's result: left out, `value` is the computed one; another needs a reason; `note` goes to the vault."""

    student: Id
    value: str | None = None
    reason: DeviationReason | None = None
    note: Note | None = None


class NewPeriodMarks(TeachersBody, frozen=True, kw_only=True):
    """Marks of a course for a period, or the year; `sheet` is new, or the one that the two have."""

    course: Id
    period: Id
    marks: tuple[ResultMark, ...]
    sheet: Id | None = None


class NewExamResults(Body, frozen=True, kw_only=True):
    """Results of one examination; `obtained_at`: minute by the school's clock, ``YYYY-MM-DDTHH:MM``.

    `protocol` names a document and stands in the entries in clear, for ever: no names of people.
    """

    protocol: str
    obtained_at: str
    results: tuple[NewExamResult, ...]


class NewFinalMarks(TeachersBody, frozen=True, kw_only=True):
    """Final marks."""

    marks: tuple[ResultMark, ...]


class NewPublication(Body, frozen=True, kw_only=True):
    """Results of this kind were shown; `obtained_at`: when the last of them was obtained, ``YYYY-MM-DDTHH:MM``."""

    what: ResultKind
    obtained_at: str
    protocol: str | None = None


class NewResultCorrection(Body, frozen=True, kw_only=True):
    """Another value of a result, or null for none; `note` goes to the vault, `basis` stands in clear: no names."""

    corrects: int
    new: str | None
    reason: CorrectionReason
    note: Note | None = None
    basis: str | None = None


class NewResultCorrectionRequest(Body, frozen=True, kw_only=True):
    """As a correction of a result, after its publication; the basis names a document, in clear: no names."""

    corrects: int
    new: str | None
    reason: CorrectionReason
    basis: str
    note: Note | None = None


class NewCouncilDecision(Body, frozen=True, kw_only=True):
    """What the council decided on these students; `replaces`: index of a decision that was entered wrongly.

    `protocol` and `basis` name documents and stand in the entry in clear, for ever: no names of people.
    """

    year: Id
    protocol: str
    held_on: str
    decision: CouncilDecision
    students: tuple[Id, ...]
    basis: str | None = None
    replaces: int | None = None
