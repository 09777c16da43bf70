"""Commands of the journal: what somebody asks for. Typed, frozen values; ids of new things are made by the caller.

Person values never come here: the caller keeps disclosures in the vault first and passes their digests (``sd``).
A command that changes a lesson may say *which state it saw* (If-Match): `LessonChange.expected_version`.
"""

from __future__ import annotations

from typing import Literal

from ledger.journal.account_commands import (
    AcknowledgeConfidentiality as AcknowledgeConfidentiality,
    CloseAccount as CloseAccount,
    FoundAccounts as FoundAccounts,
    GrantRole as GrantRole,
    HelpSignIn as HelpSignIn,
    OpenAccount as OpenAccount,
    RefuseSignInHelp as RefuseSignInHelp,
    RequestSignInHelp as RequestSignInHelp,
    RevokeRole as RevokeRole,
)
from ledger.journal.anchor_commands import AnchorAccessLog as AnchorAccessLog
from ledger.journal.backdating_commands import (
    ApproveClassBackdating as ApproveClassBackdating,
    ApproveCourseBackdating as ApproveCourseBackdating,
    RefuseClassBackdating as RefuseClassBackdating,
    RefuseCourseBackdating as RefuseCourseBackdating,
    RefuseSetupBackdating as RefuseSetupBackdating,
    RequestClassBackdating as RequestClassBackdating,
    RequestCourseBackdating as RequestCourseBackdating,
    RequestSetupBackdating as RequestSetupBackdating,
)
from ledger.journal.backup_commands import RecordBackup as RecordBackup, RecordBackupCheck as RecordBackupCheck
from ledger.journal.blocking_commands import (
    BlockPersonalData as BlockPersonalData,
    UnblockPersonalData as UnblockPersonalData,
)
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.command import JournalCommand as JournalCommand
from ledger.journal.erasure_commands import (
    AdoptRetentionSchedule as AdoptRetentionSchedule,
    ApproveErasure as ApproveErasure,
    LiftLegalHold as LiftLegalHold,
    PlaceLegalHold as PlaceLegalHold,
    ProposeErasure as ProposeErasure,
    RecordErasure as RecordErasure,
    RefuseErasure as RefuseErasure,
)
from ledger.journal.events import RegulationParameters
from ledger.journal.evidence_commands import (
    HandOverArchive as HandOverArchive,
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
from ledger.journal.homework_commands import (
    NewHomework as NewHomework,
    PostHomework as PostHomework,
    WithdrawHomework as WithdrawHomework,
)
from ledger.journal.journal_commands import (
    CloseJournal as CloseJournal,
    TransferSheet as TransferSheet,
)
from ledger.journal.lesson_commands import (
    AddToLesson as AddToLesson,
    ApproveCorrection as ApproveCorrection,
    Correct as Correct,
    LessonChange as LessonChange,
    NewAbsence as NewAbsence,
    NewEarlyLeave as NewEarlyLeave,
    NewLateness as NewLateness,
    NewMark as NewMark,
    NewSubstitution as NewSubstitution,
    RecordLesson as RecordLesson,
    RefuseCorrection as RefuseCorrection,
    RequestCorrection as RequestCorrection,
    SetAbsenceReason as SetAbsenceReason,
)
from ledger.journal.paper_commands import (
    ApprovePaperDestruction as ApprovePaperDestruction,
    HandOverPaper as HandOverPaper,
    MovePaper as MovePaper,
    ProposePaperDestruction as ProposePaperDestruction,
    RecordPaperDestruction as RecordPaperDestruction,
    RefusePaperDestruction as RefusePaperDestruction,
    StorePaper as StorePaper,
    StrikeOffPaper as StrikeOffPaper,
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
from ledger.journal.print_commands import (
    CertifySheet as CertifySheet,
    IssueSheet as IssueSheet,
    VoidSheet as VoidSheet,
)
from ledger.journal.reopening_commands import (
    ApproveJournalReopening as ApproveJournalReopening,
    ApprovePeriodReopening as ApprovePeriodReopening,
    RefuseJournalReopening as RefuseJournalReopening,
    RefusePeriodReopening as RefusePeriodReopening,
    RequestJournalReopening as RequestJournalReopening,
    RequestPeriodReopening as RequestPeriodReopening,
)
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
from ledger.journal.service_commands import (
    DropPortal as DropPortal,
    ListPortal as ListPortal,
    MeasureFreshness as MeasureFreshness,
    RecordPortalCheck as RecordPortalCheck,
)
from ledger.journal.substitution_plan_commands import (
    PlanSubstitution as PlanSubstitution,
    WithdrawSubstitutionPlan as WithdrawSubstitutionPlan,
)
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import (
    CancellationReason,
    CertificateCode,
    Duty,
    PeriodKind,
    PersonKind,
    PlanReason,
)
from ledger.journal.witness_commands import (
    AppointWitness as AppointWitness,
    DismissWitness as DismissWitness,
    RecordCosignature as RecordCosignature,
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


class AssignClassTeacher(JournalCommand, frozen=True, kw_only=True):
    """Another class teacher from `starts_on` on."""

    class_group: str
    teacher: str
    starts_on: str


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
    request: int | None = None


class AppointResponsible(JournalCommand, frozen=True, kw_only=True):
    """An employee answers for the journal from `starts_on` on, by an order."""

    person: str
    order_number: str
    order_date: str
    starts_on: str
    request: int | None = None


class AssignDuty(JournalCommand, frozen=True, kw_only=True):
    """A teacher's duties include this one from `starts_on` on, by an order; the first of a school begins the rule."""

    person: str
    duty: Duty
    order_number: str
    order_date: str
    starts_on: str
    request: int | None = None


class EndDuty(JournalCommand, frozen=True, kw_only=True):
    """`ends_on` is the duty's last day."""

    person: str
    duty: Duty
    ends_on: str
    request: int | None = None


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
    request: int | None = None


class DeclareSchoolDay(JournalCommand, frozen=True, kw_only=True):
    """A day of the year on which these grades have the lessons of another weekday (1 Monday to 7 Sunday), or any."""

    year: str
    on: str
    as_weekday: int
    grades: tuple[int, ...]
    request: int | None = None


class RevokeCalendarEntry(JournalCommand, frozen=True, kw_only=True):
    """The year's calendar entry at index `revokes` counts no more; `basis` says why, without personal values."""

    year: str
    revokes: int
    basis: str
    request: int | None = None


class SetBellSchedule(JournalCommand, frozen=True, kw_only=True):
    """A bell schedule, or its next version, from `effective_from` on; `lessons` by number, none before another ends."""

    bells: str
    title: str
    effective_from: str
    lessons: tuple[Bell, ...]
    request: int | None = None


class SetTimetable(JournalCommand, frozen=True, kw_only=True):
    """A class's week from `effective_from` on, in place of the one before; none at all is a week without lessons."""

    class_group: str
    effective_from: str
    bells: str
    lessons: tuple[TimetableLesson, ...]
    request: int | None = None
