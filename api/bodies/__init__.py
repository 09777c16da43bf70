"""Shapes of request bodies, as the OpenAPI document shows them.

They are the journal's commands without what the path, the token or the server gives. Ids of new things may be chosen by
the client (random UUIDs, so that a page can work off line); where one is left out the server makes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from api.bodies import (
    accounts as accounts,
    backdating as backdating,
    blocking as blocking,
    erasures as erasures,
    papers as papers,
    reopenings as reopenings,
)
from api.bodies.archives import NewArchiveHandOver as NewArchiveHandOver
from api.bodies.backups import NewBackup as NewBackup, NewBackupCheck as NewBackupCheck
from api.bodies.base import (
    DAY_PATTERN as DAY_PATTERN,
    ID_PATTERN as ID_PATTERN,
    PRINTABLE_PATTERN as PRINTABLE_PATTERN,
    Body as Body,
    Day as Day,
    Id as Id,
    Name as Name,
    Note as Note,
    TeachersBody as TeachersBody,
)
from api.bodies.cancellations import (
    NewCancellation as NewCancellation,
    NewCancellationWithdrawal as NewCancellationWithdrawal,
)
from api.bodies.excuses import (
    NewExcuse as NewExcuse,
    NewExcuseWithdrawal as NewExcuseWithdrawal,
    NewIncident as NewIncident,
    NewIncidentClosing as NewIncidentClosing,
)
from api.bodies.extracts import NewExtract as NewExtract
from api.bodies.homework import (
    NewHomeworkWithdrawal as NewHomeworkWithdrawal,
    NewPostedHomework as NewPostedHomework,
)
from api.bodies.journals import (
    NewJournalClosing as NewJournalClosing,
    NewLack as NewLack,
    NewSheetTransfer as NewSheetTransfer,
)
from api.bodies.people import (
    NewCheck as NewCheck,
    NewConfirmation as NewConfirmation,
    NewConsent as NewConsent,
    NewConsentWithdrawal as NewConsentWithdrawal,
    NewData as NewData,
    NewDataNotice as NewDataNotice,
    NewGuardian as NewGuardian,
    NewGuardianshipNotice as NewGuardianshipNotice,
    NewInformationRefusal as NewInformationRefusal,
    NewRefresh as NewRefresh,
    NewRemark as NewRemark,
    NewRemarkClosing as NewRemarkClosing,
    NoGuardian as NoGuardian,
)
from api.bodies.prints import (
    NewPrint as NewPrint,
    NewPrintCertification as NewPrintCertification,
    NewPrintVoiding as NewPrintVoiding,
    PrintCheck as PrintCheck,
)
from api.bodies.results import (
    NewAssessmentRules as NewAssessmentRules,
    NewCouncilDecision as NewCouncilDecision,
    NewExamResults as NewExamResults,
    NewFinalMarks as NewFinalMarks,
    NewPeriodMarks as NewPeriodMarks,
    NewPublication as NewPublication,
    NewResultCorrection as NewResultCorrection,
    NewResultCorrectionRequest as NewResultCorrectionRequest,
    ResultMark as ResultMark,
)
from api.bodies.service import (
    NewPortal as NewPortal,
    NewPortalDropping as NewPortalDropping,
)
from api.bodies.substitution_plans import (
    NewSubstitutionPlan as NewSubstitutionPlan,
    NewSubstitutionPlanWithdrawal as NewSubstitutionPlanWithdrawal,
)
from api.bodies.timetables import (
    NewBells as NewBells,
    NewDaysOff as NewDaysOff,
    NewRevocation as NewRevocation,
    NewSchoolDay as NewSchoolDay,
    NewTimetable as NewTimetable,
)
from api.bodies.works import (
    NewMove as NewMove,
    NewScheduleCancellation as NewScheduleCancellation,
    NewScheduledWork as NewScheduledWork,
)
from ledger.journal import commands as jc
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.events import HomeworkBody, LessonHeader, RegulationParameters, SubstitutionBody, WorkHeader
from ledger.journal.homework_events import DueLesson, HomeworkFile
from ledger.journal.plan_events import PlanItem, PlanTopic
from ledger.journal.result_events import AssessmentRules, FinalOverYears, RenamedSubject
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import (
    AbsenceCode,
    CertificateCode,
    Condition,
    CorrectionReason,
    Duty,
    PeriodKind,
    PersonKind,
    PlanReason,
)


class NewPerson(Body, frozen=True, kw_only=True):
    """A person; the values go to the vault and never into an entry."""

    kind: PersonKind
    family_name: Name
    given_name: Name
    patronymic: Name | None = None
    birth_date: Day | None = None
    person: Id | None = None


class NewYear(Body, frozen=True, kw_only=True):
    """A school year; dates inclusive."""

    title: str
    starts_on: str
    ends_on: str
    year: Id | None = None


class NewPeriod(Body, frozen=True, kw_only=True):
    """A reporting period of some grades."""

    year: Id
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str
    period: Id | None = None


class NewClassGroup(Body, frozen=True, kw_only=True):
    """A class group such as 5А."""

    year: Id
    grade: int
    letter: str
    class_teacher: Id | None = None
    class_group: Id | None = None


class NewClassTeacher(Body, frozen=True, kw_only=True):
    """Another class teacher."""

    teacher: Id
    starts_on: str


class NewEnrollment(Body, frozen=True, kw_only=True):
    """A student joins the class."""

    student: Id
    starts_on: str


class NewWithdrawal(Body, frozen=True, kw_only=True):
    """A student's last day in the class."""

    student: Id
    ends_on: str


class NewCourse(Body, frozen=True, kw_only=True):
    """Class group × subject × year, with its responsible teacher.

    `subgroup`, the title of the part of the class that it teaches, stands in the entry in clear, for ever: no names
    of people.
    """

    class_group: Id
    year: Id
    subject: str
    teacher: Id
    starts_on: str
    subgroup: str | None = None
    course: Id | None = None


class NewSubgroupMember(Body, frozen=True, kw_only=True):
    """A student of the class joins the course's subgroup."""

    student: Id
    starts_on: str


class NewSubgroupLeaver(Body, frozen=True, kw_only=True):
    """A student's last day in the course's subgroup."""

    student: Id
    ends_on: str


class NewTeacher(Body, frozen=True, kw_only=True):
    """Another responsible teacher of the course."""

    teacher: Id
    starts_on: str


class NewPlan(Body, frozen=True, kw_only=True):
    """A course's lesson plan (КТП); items in order of their numbers, `hours` in lessons."""

    title: str
    items: tuple[PlanItem, ...]


class NewAmendment(Body, frozen=True, kw_only=True):
    """Another content of the plan's item of this number, or a new item; null: the item is taken out.

    `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    number: int
    new: PlanTopic | None
    reason: PlanReason
    basis: str | None = None


class NewRegulation(Body, frozen=True, kw_only=True):
    """A version of the regulation; order and every parameter are mandatory. Deadlines are judged by them.

    `order_number` stands in the entry in clear, for ever: no names of people.
    """

    order_number: str
    order_date: str
    effective_from: str
    parameters: RegulationParameters
    request: int | None = None


class NewResponsible(Body, frozen=True, kw_only=True):
    """An employee who answers for the journal from a day on; the order's number stands in the entry in clear."""

    person: Id
    order_number: str
    order_date: str
    starts_on: str
    request: int | None = None


class NewDuty(Body, frozen=True, kw_only=True):
    """A teacher's duty from a day on; the order's number stands in the entry in clear, for ever: no names of people."""

    person: Id
    duty: Duty
    order_number: str
    order_date: str
    starts_on: str
    request: int | None = None


class NewDutyEnd(Body, frozen=True, kw_only=True):
    """A duty's last day."""

    person: Id
    duty: Duty
    ends_on: str
    request: int | None = None


class NewCertificate(Body, frozen=True, kw_only=True):
    """Why a student of the class is not there from one day to another, both inclusive, past or to come.

    `basis` names the document and stands in the entry in clear, for ever: no names of people and no diagnosis.
    """

    student: Id
    starts_on: str
    ends_on: str
    code: CertificateCode
    basis: str
    certificate: Id | None = None


class NewCertificateAnnulment(Body, frozen=True, kw_only=True):
    """Why a certificate was entered wrongly, in clear and for ever: no names; `corrects` is its entry's index."""

    student: Id
    corrects: int
    basis: str


class NewLesson(TeachersBody, frozen=True, kw_only=True):
    """A lesson with, as far as known, attendance, works, marks and homework.

    `plan_items` are the items of the course's lesson plan that it covers, several where topics were merged.
    `substitution` is compulsory where another teacher is responsible for the course on this day, and refused elsewhere;
    its `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    course: Id
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    topic: str
    plan_items: tuple[int, ...] = ()
    attendance_taken: bool = True
    substitution: jc.NewSubstitution | None = None
    absences: tuple[jc.NewAbsence, ...] = ()
    lateness: tuple[jc.NewLateness, ...] = ()
    early_leaves: tuple[jc.NewEarlyLeave, ...] = ()
    works: tuple[jc.NewWork, ...] = ()
    make_ups: tuple[jc.NewMakeUp, ...] = ()
    marks: tuple[jc.NewMark, ...] = ()
    homework: jc.NewHomework | None = None
    lesson: Id | None = None


class MoreOfLesson(TeachersBody, frozen=True, kw_only=True):
    """More of a lesson that is recorded already."""

    take_attendance: bool = False
    absences: tuple[jc.NewAbsence, ...] = ()
    lateness: tuple[jc.NewLateness, ...] = ()
    early_leaves: tuple[jc.NewEarlyLeave, ...] = ()
    works: tuple[jc.NewWork, ...] = ()
    make_ups: tuple[jc.NewMakeUp, ...] = ()
    marks: tuple[jc.NewMark, ...] = ()
    homework: jc.NewHomework | None = None


class NewAbsenceReason(TeachersBody, frozen=True, kw_only=True):
    """A reason that became known later; `absence` is the index of the entry that stands.

    `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    absence: int
    code: AbsenceCode
    basis: str | None = None


class NewCorrection(TeachersBody, frozen=True, kw_only=True):
    """Another value, or null for none; `note` is a text about it and goes to the vault.

    `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    corrects: int
    new: Any
    reason: CorrectionReason
    note: Note | None = None
    basis: str | None = None


class NewCorrectionRequest(Body, frozen=True, kw_only=True):
    """As a correction, after the period's close; the basis names a document, in clear and for ever: no names."""

    corrects: int
    new: Any
    reason: CorrectionReason
    basis: str
    note: Note | None = None


class NewRefusal(Body, frozen=True, kw_only=True):
    """Why a request is refused; it stands in the entry in clear, for ever: no names of people."""

    basis: str


class NewAttestation(Body, frozen=True, kw_only=True):
    """The director attests a closed period as it stood when the log had `size` entries."""

    size: int
    basis: str


class NewPrintout(Body, frozen=True, kw_only=True):
    """Paper that was printed: `corrections` of a `period`, `archive` of a `year`, `substitutions` of a `month`.

    `sheets` are the forms of the register that it consists of, where it was printed as such.
    `number` and `kept` (where the paper lies) stand in the entry in clear, for ever: no names of people.
    """

    condition: Condition
    number: str
    printed_on: str
    pages: int
    kept: str
    signed_by: Id
    period: Id | None = None
    year: Id | None = None
    month: str | None = None
    sheets: tuple[Id, ...] = ()
    printout: Id | None = None


class Nothing(Body, frozen=True, kw_only=True):
    """An empty object."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to everything that records: the same for ever.

    Attributes:
        command: id of the command.
        first_index: index of its first entry.
        count: number of its entries.
        streams: what it wrote to, such as ``lesson/51c2…``, with the version after it.
        warnings: of a planned work alone: where it goes beyond the recommended load.
    """

    command: str
    first_index: int
    count: int
    streams: dict[str, int]
    warnings: list[dict[str, Any]] | None = None


class Problem(msgspec.Struct, kw_only=True):
    """An error (RFC 9457), for people in Russian with English beside it; `type` ends in a stable name."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str = ""
    detail_en: str = ""
    rule: str = ""
    clause: str = ""
    where: str = ""
    instance: str = ""


_BODIES: Final = (*(one for one in Body.__subclasses__() if one is not TeachersBody), *TeachersBody.__subclasses__())
SHAPES: Final[tuple[type[msgspec.Struct], ...]] = (*_BODIES, Recorded, Problem)
"""Everything that the OpenAPI document names."""


def _names(shapes: tuple[type[Any], ...]) -> Iterator[str]:
    for shape in shapes:
        yield from shape.__struct_fields__


FIELD_NAMES: Final = frozenset(
    [
        *_names((*_BODIES, jc.NewAbsence, jc.NewLateness, jc.NewEarlyLeave, jc.NewMark, jc.NewWork)),
        *_names((jc.NewMakeUp, jc.NewHomework, jc.NewExamResult, AssessmentRules, PlannedPlace, Bell, TimetableLesson)),
        *_names((FinalOverYears, RenamedSubject)),
        *_names((jc.NewSubstitution, LessonHeader, SubstitutionBody, WorkHeader, HomeworkBody, RegulationParameters)),
        *_names((PlanItem, PlanTopic, DueLesson, HomeworkFile)),
    ]
)
"""Names of fields that bodies have: the only names that an error repeats."""
