"""Commands of the journal: what somebody asks for. Typed, frozen values; ids of new things are made by the caller.

Person values never come here: the caller keeps disclosures in the vault first and passes their digests (``sd``).
A command that changes a lesson may say *which state it saw* (If-Match): `LessonChange.expected_version`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.command import JournalCommand as JournalCommand
from ledger.journal.events import RegulationParameters
from ledger.journal.evidence_commands import (
    RecordArchive as RecordArchive,
    RecordTiming as RecordTiming,
    RecordVerification as RecordVerification,
    RegisterPrintout as RegisterPrintout,
)
from ledger.journal.excuse_commands import (
    AcceptExcuse as AcceptExcuse,
    CloseIncident as CloseIncident,
    OpenIncident as OpenIncident,
    WithdrawExcuse as WithdrawExcuse,
)
from ledger.journal.people_commands import (
    ChangePersonalData as ChangePersonalData,
    CloseRemark as CloseRemark,
    ConfirmPersonalData as ConfirmPersonalData,
    GiveDeliveryConsent as GiveDeliveryConsent,
    LinkGuardian as LinkGuardian,
    NotifyGuardianship as NotifyGuardianship,
    OpenAnnualRefresh as OpenAnnualRefresh,
    RaiseRemark as RaiseRemark,
    ReceiveDataNotice as ReceiveDataNotice,
    RecordControlCheck as RecordControlCheck,
    RefuseInformation as RefuseInformation,
    UnlinkGuardian as UnlinkGuardian,
    WithdrawDeliveryConsent as WithdrawDeliveryConsent,
)
from ledger.journal.plan_events import PlanItem, PlanTopic
from ledger.journal.result_commands import (
    AdoptAssessmentRules as AdoptAssessmentRules,
    ApproveResultCorrection as ApproveResultCorrection,
    CorrectResult as CorrectResult,
    NewExamResult as NewExamResult,
    NewResult as NewResult,
    PublishResults as PublishResults,
    RecordCouncilDecision as RecordCouncilDecision,
    RecordExamResults as RecordExamResults,
    RecordFinalMarks as RecordFinalMarks,
    RecordPeriodMarks as RecordPeriodMarks,
    RefuseResultCorrection as RefuseResultCorrection,
    RequestResultCorrection as RequestResultCorrection,
    SheetChange as SheetChange,
)
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import (
    AbsenceCode,
    CancellationReason,
    CertificateCode,
    CorrectionReason,
    Duty,
    PeriodKind,
    PersonKind,
    PlanReason,
    ReopeningReason,
    SubstitutionReason,
)
from ledger.journal.work_commands import (
    CancelScheduledWork as CancelScheduledWork,
    MoveScheduledWork as MoveScheduledWork,
    NewMakeUp as NewMakeUp,
    NewWork as NewWork,
    ScheduleWork as ScheduleWork,
)


class OpenSchool(JournalCommand, frozen=True, kw_only=True):
    """The first command of a log."""

    school: str
    name: str
    origin: str
    time_zone: str
    clock: Literal["server", "sample"] = "server"


class RegisterPerson(JournalCommand, frozen=True, kw_only=True):
    """A student, guardian, teacher or other employee; `sd` are digests of disclosures already kept in the vault."""

    person: str
    kind: PersonKind
    sd: tuple[str, ...]


class OpenSchoolYear(JournalCommand, frozen=True, kw_only=True):
    """Dates are inclusive."""

    year: str
    title: str
    starts_on: str
    ends_on: str


class DefinePeriod(JournalCommand, frozen=True, kw_only=True):
    """A reporting period inside the year; of one kind, two periods never share a day and a grade."""

    period: str
    year: str
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str


class ClosePeriod(JournalCommand, frozen=True, kw_only=True):
    """Close for ordinary commands; the application adds the commitment."""

    period: str


class ReopenPeriod(JournalCommand, frozen=True, kw_only=True):
    """Take ordinary commands again until the next close; `requested_by` is the employee who asked for it.

    `note` is the digest of a disclosure, where the reason asks for a text.
    """

    period: str
    reason: ReopeningReason
    basis: str
    requested_by: str
    note: str | None = None


class AttestPeriod(JournalCommand, frozen=True, kw_only=True):
    """The director attests a closed period as it stood at position `size`; `basis` names the document."""

    period: str
    size: int
    basis: str


class OpenClassGroup(JournalCommand, frozen=True, kw_only=True):
    """Class group such as 5А."""

    class_group: str
    year: str
    grade: int
    letter: str
    class_teacher: str | None = None


class EnrollStudent(JournalCommand, frozen=True, kw_only=True):
    """From `starts_on` on."""

    class_group: str
    student: str
    starts_on: str


class WithdrawStudent(JournalCommand, frozen=True, kw_only=True):
    """`ends_on` is the last day in the class."""

    class_group: str
    student: str
    ends_on: str


class OpenCourse(JournalCommand, frozen=True, kw_only=True):
    """Class group, or a subgroup of it, × subject × year with its responsible teacher."""

    course: str
    class_group: str
    year: str
    subject: str
    teacher: str
    starts_on: str
    subgroup: str | None = None


class JoinSubgroup(JournalCommand, frozen=True, kw_only=True):
    """A student of the class belongs to the course's subgroup from `starts_on` on."""

    course: str
    student: str
    starts_on: str


class LeaveSubgroup(JournalCommand, frozen=True, kw_only=True):
    """`ends_on` is the last day in the subgroup."""

    course: str
    student: str
    ends_on: str


class AssignTeacher(JournalCommand, frozen=True, kw_only=True):
    """Another responsible teacher from `starts_on` on."""

    course: str
    teacher: str
    starts_on: str


class ImportPlan(JournalCommand, frozen=True, kw_only=True):
    """A course's lesson plan (КТП); items in order of their numbers."""

    course: str
    title: str
    items: tuple[PlanItem, ...]


class AmendPlan(JournalCommand, frozen=True, kw_only=True):
    """Another text, hours or day for the plan's item of this number, or a new item; `new` None: take it out."""

    course: str
    number: int
    new: PlanTopic | None
    reason: PlanReason
    basis: str | None = None


class AdoptRegulation(JournalCommand, frozen=True, kw_only=True):
    """A version of the regulation from `effective_from` on; order and parameters are the school's own: no defaults.

    What the text of 2012 itself asks is the example: lessons, attendance, oral marks and homework on the day (0 days),
    homework for tomorrow within 60 minutes of the last lesson, written work in 7 days, results in 24 hours, notices in
    3 days, the yearly refresh until ``09-05``.
    """

    order_number: str
    order_date: str
    effective_from: str
    parameters: RegulationParameters


class AppointResponsible(JournalCommand, frozen=True, kw_only=True):
    """An employee answers for the journal from `starts_on` on, by an order."""

    person: str
    order_number: str
    order_date: str
    starts_on: str


class AssignDuty(JournalCommand, frozen=True, kw_only=True):
    """A teacher's duties include this one from `starts_on` on, by an order; the first of a school begins the rule."""

    person: str
    duty: Duty
    order_number: str
    order_date: str
    starts_on: str


class EndDuty(JournalCommand, frozen=True, kw_only=True):
    """`ends_on` is the duty's last day."""

    person: str
    duty: Duty
    ends_on: str


class RecordCertificate(JournalCommand, frozen=True, kw_only=True):
    """A document that says why a student of this class is not there from one day to another, both inclusive.

    It sets the reason of every absence of these days that has none; one that is recorded later takes it by itself.
    """

    certificate: str
    class_group: str
    student: str
    starts_on: str
    ends_on: str
    code: CertificateCode
    basis: str


class AnnulCertificate(JournalCommand, frozen=True, kw_only=True):
    """The certificate of entry `corrects` was entered wrongly; what it set is corrected absence by absence."""

    class_group: str
    student: str
    corrects: int
    basis: str


class CancelLesson(JournalCommand, frozen=True, kw_only=True):
    """The lesson of this course that was planned there is not held, or is moved, or merged into another course's."""

    course: str
    held_on: str
    number: int
    reason: CancellationReason
    basis: str
    moved_to: PlannedPlace | None = None
    merged_with: str | None = None


class WithdrawCancellation(JournalCommand, frozen=True, kw_only=True):
    """The cancellation of entry `corrects` holds no more."""

    course: str
    corrects: int
    basis: str


class DeclareDaysOff(JournalCommand, frozen=True, kw_only=True):
    """No lessons for these grades on these days of the year, both inclusive."""

    year: str
    starts_on: str
    ends_on: str
    title: str
    grades: tuple[int, ...]


class DeclareSchoolDay(JournalCommand, frozen=True, kw_only=True):
    """A day of the year on which these grades have the lessons of another weekday (1 Monday to 7 Sunday), or any."""

    year: str
    on: str
    as_weekday: int
    grades: tuple[int, ...]


class RevokeCalendarEntry(JournalCommand, frozen=True, kw_only=True):
    """The year's calendar entry at index `revokes` counts no more; `basis` says why, without personal values."""

    year: str
    revokes: int
    basis: str


class SetBellSchedule(JournalCommand, frozen=True, kw_only=True):
    """A bell schedule, or its next version, from `effective_from` on; `lessons` by number, none before another ends."""

    bells: str
    title: str
    effective_from: str
    lessons: tuple[Bell, ...]


class SetTimetable(JournalCommand, frozen=True, kw_only=True):
    """A class's week from `effective_from` on, in place of the one before; none at all is a week without lessons."""

    class_group: str
    effective_from: str
    bells: str
    lessons: tuple[TimetableLesson, ...]


class NewAbsence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One absent student; ``absent`` becomes the code of a certificate that covers the day."""

    student: str
    code: AbsenceCode = "absent"


class NewLateness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One late student."""

    student: str
    minutes: int


class NewEarlyLeave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One student who left before the end."""

    student: str
    minutes: int


class NewMark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mark for a work of the same lesson, recorded before or in the same command."""

    student: str
    work: str
    value: str


class NewHomework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Empty text: explicitly none."""

    text: str
    due_on: str | None = None


class NewSubstitution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why another teacher than the responsible one gave the lesson; who that one is, the course says.

    `basis` names a document and never a person; `coefficient` in hundredths of an ordinary lesson's pay.
    """

    reason: SubstitutionReason
    basis: str
    same_subject: bool
    coefficient: int = 100


class RecordLesson(JournalCommand, frozen=True, kw_only=True):
    """A whole lesson in one command: header and, as far as known, attendance, works, marks, homework.

    `substitution` is compulsory where the actor is not the course's responsible teacher of the day. `plan_items` are
    numbers of the lesson plan's items that the lesson covers; several where topics were merged.
    """

    lesson: str
    course: str
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    topic: str
    plan_items: tuple[int, ...] = ()
    attendance_taken: bool = True
    substitution: NewSubstitution | None = None
    absences: tuple[NewAbsence, ...] = ()
    lateness: tuple[NewLateness, ...] = ()
    early_leaves: tuple[NewEarlyLeave, ...] = ()
    works: tuple[NewWork, ...] = ()
    make_ups: tuple[NewMakeUp, ...] = ()
    marks: tuple[NewMark, ...] = ()
    homework: NewHomework | None = None


class LessonChange(JournalCommand, frozen=True, kw_only=True):
    """Base of what changes a lesson that is there; `expected_version` is the one that was seen, None: no matter."""

    lesson: str
    expected_version: int | None = None


class AddToLesson(LessonChange, frozen=True, kw_only=True):
    """More of a lesson that is recorded already; parts as in `RecordLesson`."""

    take_attendance: bool = False
    absences: tuple[NewAbsence, ...] = ()
    lateness: tuple[NewLateness, ...] = ()
    early_leaves: tuple[NewEarlyLeave, ...] = ()
    works: tuple[NewWork, ...] = ()
    make_ups: tuple[NewMakeUp, ...] = ()
    marks: tuple[NewMark, ...] = ()
    homework: NewHomework | None = None


class SetAbsenceReason(LessonChange, frozen=True, kw_only=True):
    """A reason for an absence that became known later (R24); after the period's close it is a correction."""

    absence: int
    code: AbsenceCode
    basis: str | None = None


class Correct(LessonChange, frozen=True, kw_only=True):
    """Another value (`new`), or none (`new` None: annul), for the fact that entry `corrects` states.

    `new` has the shape of the fact: mark, absence: a code; lateness, early_leave: minutes; make_up: a day; lesson,
    substitution, work, homework: an object as in `events.LessonHeader`, `SubstitutionBody`, `WorkHeader`,
    `HomeworkBody`. `note` is the digest of a disclosure, where the reason asks for a text.
    """

    corrects: int
    new: Any
    reason: CorrectionReason
    note: str | None = None
    basis: str | None = None


class RequestCorrection(LessonChange, frozen=True, kw_only=True):
    """As `Correct`, after the period's close; a basis is mandatory."""

    corrects: int
    new: Any
    reason: CorrectionReason
    basis: str
    note: str | None = None


class ApproveCorrection(LessonChange, frozen=True, kw_only=True):
    """A second person approves the request at index `request`: the correction is recorded in the approver's name."""

    request: int


class RefuseCorrection(LessonChange, frozen=True, kw_only=True):
    """A second person refuses the request; `basis` says why, without personal values."""

    request: int
    basis: str
