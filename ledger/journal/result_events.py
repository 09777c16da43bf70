"""Events of assessment, as those of `ledger.journal.events`: its rules, result sheets (`results/`), the council."""

from __future__ import annotations

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import (
    Average,
    CorrectionReason,
    CouncilDecision,
    DeviationReason,
    FinalFrom,
    PeriodKind,
    ResultKind,
    WorkKind,
)


class RenamedSubject(Event, frozen=True, kw_only=True):
    """What was taught under the title `was` is the subject `title`."""

    title: str
    was: str


class FinalOverYears(Event, frozen=True, kw_only=True):
    """Final marks of these grades are of all years of study from `first_grade` on (order 546 of 05.10.2020, p. 5.3).

    `marks`: kinds of periods whose marks take part, sorted; `renamed` rises by its `was`; `source`: the norm.
    """

    first_grade: int
    grades: tuple[int, ...]
    marks: tuple[PeriodKind, ...]
    source: str
    renamed: tuple[RenamedSubject, ...] = ()


class AssessmentRules(Event, frozen=True, kw_only=True):
    """How results follow from marks, as `verify/spec/events.md` lists it; nothing has a default.

    `*_from` in hundredths of a mark: ``460`` is 4.60. `weights`: kind of work -> hundredths, of works that say none
    themselves; a kind that is not there, and all of them where there are none, weigh 100. Without `final_over_years`
    final marks of all grades are as `final_from` says.
    """

    average: Average
    marks_min: int
    five_from: int
    four_from: int
    three_from: int
    period_marks_min: int
    mean_up_from: int
    final_from: FinalFrom
    weights: dict[WorkKind, int] | None = None
    final_over_years: FinalOverYears | None = None


class AssessmentRulesAdopted(Event, frozen=True, kw_only=True):
    """`assessment/<school>`: rules of assessment, in force from `effective_from` until the next ones are."""

    order_number: str
    order_date: str
    effective_from: str
    rules: AssessmentRules


class ResultSheetOpened(Event, frozen=True, kw_only=True):
    """`results/`: the results of a course in a period; the one sheet of the two."""

    course: str
    period: str


class ComputedResult(Event, frozen=True, kw_only=True):
    """A result beside the one that the rules compute, and all that it was computed from.

    `inputs`: standing entries of the marks that count, rising; their mean is `sum` / `weight`; `rule`: index of the
    `assessment_rules_adopted/1` that computed. `reason` where `value` is not `computed`; `sd` (``_sd``) commits to the
    disclosure ``note``.
    """

    student: str
    value: str
    computed: str
    sum: int
    weight: int
    inputs: tuple[int, ...]
    rule: int
    reason: DeviationReason | None = None
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class PeriodMarkRecorded(ComputedResult, frozen=True, kw_only=True):
    """`results/`: a student's mark for the period; the year's mark where the period is the year."""


class FinalMarkRecorded(ComputedResult, frozen=True, kw_only=True):
    """`results/`, of a year: the final mark, of the year's mark and the examination, or of all years of study.

    `lacks`: grades of which marks lack that such a mark is of, rising; the rules compute none, and there is a reason.
    """

    lacks: tuple[int, ...] = ()


class ExamResultRecorded(Event, frozen=True, kw_only=True):
    """`results/`, of a year: an examination's mark; `protocol`: the document; `obtained_at`: local minute."""

    student: str
    value: str
    protocol: str
    obtained_at: str


class ResultsPublished(Event, frozen=True, kw_only=True):
    """`results/`: all results of this kind that the sheet has were shown (R29); from then on they are closed."""

    what: ResultKind
    obtained_at: str
    protocol: str | None = None


class ResultCorrected(Event, frozen=True, kw_only=True):
    """`results/`: another value for a result; fields as those of a `Correction`."""

    corrects: int
    old: str | None
    new: str
    reason: CorrectionReason
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())
    basis: str | None = None
    request: int | None = None


class ResultAnnulled(Event, frozen=True, kw_only=True):
    """`results/`: no result; it may be recorded anew, and is then computed anew."""

    corrects: int
    old: str
    new: None
    reason: CorrectionReason
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())
    basis: str | None = None
    request: int | None = None


class ResultCorrectionRequested(Event, frozen=True, kw_only=True):
    """`results/`: after its publication, another value for a result (`new` null: none) is asked for."""

    corrects: int
    old: str | None
    new: str | None
    reason: CorrectionReason
    basis: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class ResultCorrectionRefused(Event, frozen=True, kw_only=True):
    """`results/`: the request at index `request` was refused by a second person."""

    request: int
    basis: str


class CouncilDecisionRecorded(Event, frozen=True, kw_only=True):
    """`council/<year>`: what the teachers' council decided on these students, sorted.

    `replaces`: index of a decision that was entered wrongly and does not stand any more.
    """

    protocol: str
    held_on: str
    decision: CouncilDecision
    students: tuple[str, ...]
    basis: str | None = None
    replaces: int | None = None
