"""Events of the journal: immutable, typed values; `verify/spec/events.md` says what their bytes mean.

Every class is the `data` of one entry type. Ids are canonical lower-case UUID text, dates ``YYYY-MM-DD``, local times
``HH:MM``, indexes are leaf indexes. A field whose default stands is left out of the bytes.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from ledger.journal.account_events import ACCOUNT_EVENT_TYPES
from ledger.journal.anchor_events import ANCHOR_EVENT_TYPES
from ledger.journal.backdating_events import BACKDATING_EVENT_TYPES
from ledger.journal.backup_events import BACKUP_EVENT_TYPES
from ledger.journal.blocking_events import BLOCKING_EVENT_TYPES
from ledger.journal.cancellation_events import CANCELLATION_EVENT_TYPES
from ledger.journal.certificate_events import CERTIFICATE_EVENT_TYPES
from ledger.journal.control_events import CONTROL_EVENT_TYPES
from ledger.journal.correction_events import (
    CORRECTION_EVENT_TYPES,
    AbsenceAnnulled as AbsenceAnnulled,
    AbsenceCorrected as AbsenceCorrected,
    Correction as Correction,
    CorrectionRefused as CorrectionRefused,
    CorrectionRequested as CorrectionRequested,
    EarlyLeaveAnnulled as EarlyLeaveAnnulled,
    EarlyLeaveCorrected as EarlyLeaveCorrected,
    HomeworkAnnulled as HomeworkAnnulled,
    HomeworkCorrected as HomeworkCorrected,
    LatenessAnnulled as LatenessAnnulled,
    LatenessCorrected as LatenessCorrected,
    LessonAnnulled as LessonAnnulled,
    LessonCorrected as LessonCorrected,
    LessonHeader as LessonHeader,
    MakeUpAnnulled as MakeUpAnnulled,
    MakeUpCorrected as MakeUpCorrected,
    MarkAnnulled as MarkAnnulled,
    MarkCorrected as MarkCorrected,
    SubstitutionBody as SubstitutionBody,
    SubstitutionCorrected as SubstitutionCorrected,
    WorkAnnulled as WorkAnnulled,
    WorkCorrected as WorkCorrected,
    WorkHeader as WorkHeader,
)
from ledger.journal.duty_events import DutyAssigned, DutyEnded
from ledger.journal.erasure_events import ERASURE_EVENT_TYPES
from ledger.journal.event import Event as Event
from ledger.journal.evidence_events import (
    ArchiveHandedOver,
    ArchiveRecorded,
    PrintoutRegistered,
    RegisterTimed,
    VerificationRecorded,
)
from ledger.journal.excuse_events import EXCUSE_EVENT_TYPES
from ledger.journal.homework_events import (
    HOMEWORK_EVENT_TYPES,
    DueLesson as DueLesson,
    HomeworkAssigned as HomeworkAssigned,
    HomeworkBody as HomeworkBody,
    HomeworkFile as HomeworkFile,
)
from ledger.journal.journal_events import JOURNAL_EVENT_TYPES
from ledger.journal.paper_events import PAPER_EVENT_TYPES
from ledger.journal.people_events import PEOPLE_EVENT_TYPES
from ledger.journal.plan_events import LessonPlanAmended, LessonPlanContinued, LessonPlanImported
from ledger.journal.print_events import PRINT_EVENT_TYPES
from ledger.journal.reopening_events import REOPENING_EVENT_TYPES
from ledger.journal.result_events import (
    AssessmentRulesAdopted,
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
from ledger.journal.schedule_events import SCHEDULE_EVENT_TYPES
from ledger.journal.service_events import SERVICE_EVENT_TYPES
from ledger.journal.substitution_plan_events import SUBSTITUTION_PLAN_EVENT_TYPES
from ledger.journal.timetable_events import TIMETABLE_EVENT_TYPES
from ledger.journal.vocabulary import (
    AbsenceCode,
    ClockKind,
    Fact,
    Handling,
    PeriodKind,
    PersonKind,
    ReopeningReason,
    SubstitutionReason,
    WorkKind,
)
from ledger.journal.witness_events import WITNESS_EVENT_TYPES

# school, people, year -------------------------------------------------------------------------------------------------


class SchoolOpened(Event, frozen=True, kw_only=True):
    """`school/`: the log's first entry. `clock` ``sample`` marks a generated school, whose `at` is no real clock's."""

    clock: ClockKind
    name: str
    origin: str
    time_zone: str


class PersonRegistered(Event, frozen=True, kw_only=True):
    """`person/`: a person exists; who it is stands in the vault. `sd` (``_sd``): digests of disclosures, sorted."""

    kind: PersonKind
    sd: tuple[str, ...] = msgspec.field(name="_sd")


class SchoolYearOpened(Event, frozen=True, kw_only=True):
    """`year/`: a school year such as ``2026/27``, both dates inclusive."""

    starts_on: str
    ends_on: str
    title: str


class PeriodListed(Event, frozen=True, kw_only=True):
    """`year/`: the period is one of this year's; right behind the entry that defines it."""

    period: str


class ClassGroupListed(Event, frozen=True, kw_only=True):
    """`year/`: the class group is one of this year's; right behind the entry that opens it."""

    class_group: str


class PeriodDefined(Event, frozen=True, kw_only=True):
    """`period/`: a reporting period of these grades, both dates inclusive."""

    year: str
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str


class PeriodClosed(Event, frozen=True, kw_only=True):
    """`period/`: nothing in it changes but by approved correction, unless it is reopened.

    `streams` and `root` commit to the lessons it closes: their number, and the RFC 6962 root over the leaves
    ``["lesson/<uuid>",<last version>,<last index>]`` (canonical JSON) in byte order of the stream.
    """

    streams: int
    root: str


class PeriodReopened(Event, frozen=True, kw_only=True):
    """`period/`: as `PeriodReopeningApproved`, in one step, at the word of who acts that `requested_by` asked.

    Of logs from before two people's own entries were needed; none is made any more. `sd` (``_sd``): digest of `note`.
    """

    reason: ReopeningReason
    basis: str
    requested_by: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class PeriodAttested(Event, frozen=True, kw_only=True):
    """`period/`: the director has seen the closed period as it stood when the log had `size` entries (R08)."""

    size: int
    basis: str


class ClassGroupOpened(Event, frozen=True, kw_only=True):
    """`class/`: class group ``<grade><letter>`` of a school year; `class_teacher` is the first one."""

    year: str
    grade: int
    letter: str
    class_teacher: str | None = None


class ClassTeacherAssigned(Event, frozen=True, kw_only=True):
    """`class/`: the class teacher from `starts_on` on, in the place of who was it before (1.6)."""

    teacher: str
    starts_on: str
    request: int | None = None


class StudentEnrolled(Event, frozen=True, kw_only=True):
    """`class/`: the student belongs to the class from `starts_on`."""

    student: str
    starts_on: str
    request: int | None = None


class StudentLeft(Event, frozen=True, kw_only=True):
    """`class/`: the student's last day in the class is `ends_on`."""

    student: str
    ends_on: str
    request: int | None = None


class CourseOpened(Event, frozen=True, kw_only=True):
    """`course/`: a class group, or the `subgroup` of this title of it, × subject × year."""

    class_group: str
    subject: str
    year: str
    subgroup: str | None = None


class SubgroupListed(Event, frozen=True, kw_only=True):
    """`class/`: the course is one of this class's subgroups; right behind the entry that opens it."""

    course: str


class SubgroupJoined(Event, frozen=True, kw_only=True):
    """`course/`: the student belongs to the course's subgroup from `starts_on`."""

    student: str
    starts_on: str
    request: int | None = None


class SubgroupLeft(Event, frozen=True, kw_only=True):
    """`course/`: the student's last day in the course's subgroup is `ends_on`."""

    student: str
    ends_on: str
    request: int | None = None


class TeacherAssigned(Event, frozen=True, kw_only=True):
    """`course/`: the one responsible teacher from `starts_on` on (R05)."""

    teacher: str
    starts_on: str
    request: int | None = None


class RegulationParameters(Event, frozen=True, kw_only=True):
    """What a version of the regulation asks, as `verify/spec/events.md` lists it with clauses; nothing has a default.

    Days are calendar days after the day that counts (0: that day itself), to their end. `deadlines` judges by these;
    of what the journal itself refuses or takes, the two `mark_for_` decide.
    """

    lesson_days: int
    attendance_days: int
    oral_mark_days: int
    written_mark_days: int
    homework_days: int
    homework_after_last_lesson_minutes: int
    planned_homework_is_exempt: bool
    unposted_homework_is_not_assigned: bool
    mark_for_unassigned_homework: Handling
    mark_for_absent: Handling
    weekends_extend: bool
    holidays_extend: bool
    result_hours: int
    notice_days: int
    annual_refresh_until: str


class RegulationAdopted(Event, frozen=True, kw_only=True):
    """`regulation/<school>`: a version of the regulation, in force from `effective_from` until the next one is."""

    order_number: str
    order_date: str
    effective_from: str
    parameters: RegulationParameters
    request: int | None = None


class ResponsibleAppointed(Event, frozen=True, kw_only=True):
    """`responsible/<school>`: who answers for the journal from `starts_on` until the next appointment begins (R07)."""

    person: str
    order_number: str
    order_date: str
    starts_on: str
    request: int | None = None


# teaching: everything below is in `lesson/` ---------------------------------------------------------------------------


class LessonRecorded(Event, frozen=True, kw_only=True):
    """A lesson was held. `number` is its place in the class's day.

    `attendance` ``taken`` is explicit (R14): who has no absence entry was there.
    """

    course: str
    teacher: str
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    topic: str
    attendance: Literal["taken", "not_taken"]
    plan_items: tuple[int, ...] = ()


class SubstitutionRecorded(Event, frozen=True, kw_only=True):
    """The lesson was given instead of `absent_teacher`, the responsible one (R15); right behind `LessonRecorded`.

    `basis` is the document, never a person; `coefficient` in hundredths of an ordinary lesson's pay.
    """

    absent_teacher: str
    reason: SubstitutionReason
    basis: str
    same_subject: bool
    coefficient: int


class AttendanceTaken(Event, frozen=True, kw_only=True):
    """Attendance taken after the lesson was recorded; `absent` students have an absence entry."""

    absent: int


class AbsenceRecorded(Event, frozen=True, kw_only=True):
    """The student was not there; `certificate` where the code is that certificate's."""

    student: str
    code: AbsenceCode
    certificate: str | None = None


class AbsenceReasonSet(Event, frozen=True, kw_only=True):
    """A reason that became known later (R24): not a correction.

    `absence` is the index of the entry whose code it replaces; `certificate` where code and basis are that one's.
    """

    absence: int
    code: AbsenceCode
    basis: str | None = None
    certificate: str | None = None


class LatenessRecorded(Event, frozen=True, kw_only=True):
    """The student came `minutes` late."""

    student: str
    minutes: int


class EarlyLeaveRecorded(Event, frozen=True, kw_only=True):
    """The student left `minutes` before the lesson's end."""

    student: str
    minutes: int


class WorkRecorded(Event, frozen=True, kw_only=True):
    """An assessed work done in the lesson.

    `weight`: in hundredths (100 is the ordinary one); None: what the rules that compute a result give its kind.
    `ends_on`: the last day of a written work that goes on after the lesson's day (R22); `scheduled`: which work of the
    course's schedule it is; `of_lesson`: of a homework check, the lesson whose homework it checks; None: the course's
    lesson before.
    """

    work: str
    kind: WorkKind
    written: bool
    weight: int | None = None
    ends_on: str | None = None
    scheduled: str | None = None
    of_lesson: str | None = None


class MakeUpRecorded(Event, frozen=True, kw_only=True):
    """The student does this work of the lesson on a day of the own, after the class (R22)."""

    student: str
    work: str
    made_up_on: str


class MarkRecorded(Event, frozen=True, kw_only=True):
    """A student's mark for a work."""

    student: str
    work: str
    value: str


EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "school_opened/1": SchoolOpened,
    "person_registered/1": PersonRegistered,
    "school_year_opened/1": SchoolYearOpened,
    "period_listed/1": PeriodListed,
    "class_group_listed/1": ClassGroupListed,
    "period_defined/1": PeriodDefined,
    "period_closed/1": PeriodClosed,
    "period_reopened/1": PeriodReopened,
    "period_attested/1": PeriodAttested,
    "class_group_opened/1": ClassGroupOpened,
    "class_teacher_assigned/1": ClassTeacherAssigned,
    "student_enrolled/1": StudentEnrolled,
    "student_left/1": StudentLeft,
    **JOURNAL_EVENT_TYPES,
    **REOPENING_EVENT_TYPES,
    **BACKDATING_EVENT_TYPES,
    "course_opened/1": CourseOpened,
    "subgroup_listed/1": SubgroupListed,
    "subgroup_joined/1": SubgroupJoined,
    "subgroup_left/1": SubgroupLeft,
    "teacher_assigned/1": TeacherAssigned,
    "lesson_plan_imported/1": LessonPlanImported,
    "lesson_plan_continued/1": LessonPlanContinued,
    "lesson_plan_amended/1": LessonPlanAmended,
    "regulation_adopted/1": RegulationAdopted,
    "responsible_appointed/1": ResponsibleAppointed,
    "verification_recorded/1": VerificationRecorded,
    "archive_recorded/1": ArchiveRecorded,
    "archive_handed_over/1": ArchiveHandedOver,
    "register_timed/1": RegisterTimed,
    "printout_registered/1": PrintoutRegistered,
    **ANCHOR_EVENT_TYPES,
    **BACKUP_EVENT_TYPES,
    **PRINT_EVENT_TYPES,
    **ACCOUNT_EVENT_TYPES,
    **ERASURE_EVENT_TYPES,
    **BLOCKING_EVENT_TYPES,
    **PAPER_EVENT_TYPES,
    **PEOPLE_EVENT_TYPES,
    **CONTROL_EVENT_TYPES,
    "duty_assigned/1": DutyAssigned,
    "duty_ended/1": DutyEnded,
    **CERTIFICATE_EVENT_TYPES,
    **CANCELLATION_EVENT_TYPES,
    **EXCUSE_EVENT_TYPES,
    **SCHEDULE_EVENT_TYPES,
    **SERVICE_EVENT_TYPES,
    **SUBSTITUTION_PLAN_EVENT_TYPES,
    **HOMEWORK_EVENT_TYPES,
    **TIMETABLE_EVENT_TYPES,
    **WITNESS_EVENT_TYPES,
    "lesson_recorded/1": LessonRecorded,
    "substitution_recorded/1": SubstitutionRecorded,
    "attendance_taken/1": AttendanceTaken,
    "absence_recorded/1": AbsenceRecorded,
    "absence_reason_set/1": AbsenceReasonSet,
    "lateness_recorded/1": LatenessRecorded,
    "early_leave_recorded/1": EarlyLeaveRecorded,
    "homework_assigned/1": HomeworkAssigned,
    "work_recorded/1": WorkRecorded,
    "make_up_recorded/1": MakeUpRecorded,
    "mark_recorded/1": MarkRecorded,
    **CORRECTION_EVENT_TYPES,
    "assessment_rules_adopted/1": AssessmentRulesAdopted,
    "result_sheet_opened/1": ResultSheetOpened,
    "period_mark_recorded/1": PeriodMarkRecorded,
    "exam_result_recorded/1": ExamResultRecorded,
    "final_mark_recorded/1": FinalMarkRecorded,
    "results_published/1": ResultsPublished,
    "result_corrected/1": ResultCorrected,
    "result_annulled/1": ResultAnnulled,
    "result_correction_requested/1": ResultCorrectionRequested,
    "result_correction_refused/1": ResultCorrectionRefused,
    "council_decision_recorded/1": CouncilDecisionRecorded,
}
"""Entry type -> class. Names are the project's own: never a class path, so that code may move while the log stays."""

TYPE_NAMES: Final[dict[type[Event], str]] = {cls: name for name, cls in EVENT_TYPES.items()}
FACTS: Final[tuple[str, ...]] = get_args(Fact)
