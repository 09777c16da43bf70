"""Events that correct and annul what a lesson's entries state, and requests for them after the close: in `lesson/`."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.homework_events import HomeworkBody
from ledger.journal.vocabulary import AbsenceCode, CorrectionReason, Fact, SubstitutionReason, WorkKind


class Correction(Event, frozen=True, kw_only=True):
    """What all corrections and annulments say.

    `corrects` is the index of the entry whose value stood until now (a correction too, where one was corrected before).
    `sd` (``_sd``) commits to the disclosure ``note`` where the reason asks for a text. After the period is closed:
    `request` is the index of the `correction_requested/1`, `basis` names the document, and the actor is the approver.
    """

    corrects: int
    reason: CorrectionReason
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())
    basis: str | None = None
    request: int | None = None


class LessonHeader(Event, frozen=True, kw_only=True):
    """What of a lesson can be corrected."""

    topic: str
    number: int
    plan_items: tuple[int, ...] = ()
    starts_at: str
    ends_at: str


class SubstitutionBody(Event, frozen=True, kw_only=True):
    """What of a substitution can be corrected: who was to teach and who did follows from the course and the lesson."""

    reason: SubstitutionReason
    basis: str
    same_subject: bool
    coefficient: int


class WorkHeader(Event, frozen=True, kw_only=True):
    """What of a work can be corrected."""

    kind: WorkKind
    written: bool
    weight: int | None = None
    ends_on: str | None = None
    scheduled: str | None = None
    of_lesson: str | None = None


class LessonCorrected(Correction, frozen=True, kw_only=True):
    """Topic, number or times of a lesson."""

    old: LessonHeader | None
    new: LessonHeader


class LessonAnnulled(Correction, frozen=True, kw_only=True):
    """The lesson was not held or is a double; only when nothing in it stands."""

    old: LessonHeader
    new: None


class SubstitutionCorrected(Correction, frozen=True, kw_only=True):
    """Reason, document, subject or coefficient of a substitution; it has no annulment but its lesson's."""

    old: SubstitutionBody
    new: SubstitutionBody


class WorkCorrected(Correction, frozen=True, kw_only=True):
    """Kind, form or weight of a work."""

    old: WorkHeader | None
    new: WorkHeader


class WorkAnnulled(Correction, frozen=True, kw_only=True):
    """A work that was not held; only when no mark for it stands."""

    old: WorkHeader
    new: None


class MarkCorrected(Correction, frozen=True, kw_only=True):
    """Another value for a mark."""

    old: str | None
    new: str


class MarkAnnulled(Correction, frozen=True, kw_only=True):
    """No mark."""

    old: str
    new: None


class MakeUpCorrected(Correction, frozen=True, kw_only=True):
    """Another day on which the student writes the work."""

    old: str | None
    new: str


class MakeUpAnnulled(Correction, frozen=True, kw_only=True):
    """The student has no day of the own for the work."""

    old: str
    new: None


class AbsenceCorrected(Correction, frozen=True, kw_only=True):
    """Another code for an absence."""

    old: AbsenceCode | None
    new: AbsenceCode


class AbsenceAnnulled(Correction, frozen=True, kw_only=True):
    """The student was there."""

    old: AbsenceCode
    new: None


class LatenessCorrected(Correction, frozen=True, kw_only=True):
    """Another number of minutes."""

    old: int | None
    new: int


class LatenessAnnulled(Correction, frozen=True, kw_only=True):
    """The student was in time."""

    old: int
    new: None


class EarlyLeaveCorrected(Correction, frozen=True, kw_only=True):
    """Another number of minutes."""

    old: int | None
    new: int


class EarlyLeaveAnnulled(Correction, frozen=True, kw_only=True):
    """The student stayed to the end."""

    old: int
    new: None


class HomeworkCorrected(Correction, frozen=True, kw_only=True):
    """Another text, due date or lesson, or other files."""

    old: HomeworkBody | None
    new: HomeworkBody


class HomeworkAnnulled(Correction, frozen=True, kw_only=True):
    """As if no homework had been entered."""

    old: HomeworkBody
    new: None


class CorrectionRequested(Event, frozen=True, kw_only=True):
    """After the period's close: a correction (`new`) or an annulment (`new` null) of entry `corrects` is asked for."""

    what: Fact
    corrects: int
    old: Any
    new: Any
    reason: CorrectionReason
    basis: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class CorrectionRefused(Event, frozen=True, kw_only=True):
    """The request at index `request` was refused by a second person."""

    request: int
    basis: str


CORRECTION_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "lesson_corrected/1": LessonCorrected,
    "lesson_annulled/1": LessonAnnulled,
    "substitution_corrected/1": SubstitutionCorrected,
    "work_corrected/1": WorkCorrected,
    "work_annulled/1": WorkAnnulled,
    "make_up_corrected/1": MakeUpCorrected,
    "make_up_annulled/1": MakeUpAnnulled,
    "mark_corrected/1": MarkCorrected,
    "mark_annulled/1": MarkAnnulled,
    "absence_corrected/1": AbsenceCorrected,
    "absence_annulled/1": AbsenceAnnulled,
    "lateness_corrected/1": LatenessCorrected,
    "lateness_annulled/1": LatenessAnnulled,
    "early_leave_corrected/1": EarlyLeaveCorrected,
    "early_leave_annulled/1": EarlyLeaveAnnulled,
    "homework_corrected/1": HomeworkCorrected,
    "homework_annulled/1": HomeworkAnnulled,
    "correction_requested/1": CorrectionRequested,
    "correction_refused/1": CorrectionRefused,
}
"""Entry type -> class, of these alone; `events` has all."""
