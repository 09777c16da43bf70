"""Shapes of request bodies, as the OpenAPI document shows them.

They are the journal's commands without what the path, the token or the server gives. Ids of new things may be chosen by
the client (random UUIDs, so that a page can work off line); where one is left out the server makes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec

from ledger.journal import commands as jc
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.events import HomeworkBody, LessonHeader, RegulationParameters, SubstitutionBody, WorkHeader
from ledger.journal.result_events import AssessmentRules
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import (
    AbsenceCode,
    CancellationReason,
    CertificateCode,
    CorrectionReason,
    CouncilDecision,
    DeviationReason,
    PeriodKind,
    PersonKind,
    ResultKind,
)

ID_PATTERN: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
DAY_PATTERN: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# What goes to the vault is judged here, since no rule of the journal ever sees it: printable, and something to see.
PRINTABLE_PATTERN: Final = (
    "^(?=.*[^\\s\\u200b-\\u200f\\u2060\\ufeff])(?!.*\\n)[^\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]*$"
)
Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN, description="a UUID")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=PRINTABLE_PATTERN)]
Note = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, pattern=PRINTABLE_PATTERN)]
Day = Annotated[str, msgspec.Meta(pattern=DAY_PATTERN, description="YYYY-MM-DD")]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all bodies."""


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


class NewEnrollment(Body, frozen=True, kw_only=True):
    """A student joins the class."""

    student: Id
    starts_on: str


class NewWithdrawal(Body, frozen=True, kw_only=True):
    """A student's last day in the class."""

    student: Id
    ends_on: str


class NewCourse(Body, frozen=True, kw_only=True):
    """Class group × subject × year, with its responsible teacher."""

    class_group: Id
    year: Id
    subject: str
    teacher: Id
    starts_on: str
    course: Id | None = None


class NewTeacher(Body, frozen=True, kw_only=True):
    """Another responsible teacher of the course."""

    teacher: Id
    starts_on: str


class NewRegulation(Body, frozen=True, kw_only=True):
    """A version of the regulation; order and every parameter are mandatory. `mark_for_absent` alone is judged by yet.

    `order_number` stands in the entry in clear, for ever: no names of people.
    """

    order_number: str
    order_date: str
    effective_from: str
    parameters: RegulationParameters


class NewResponsible(Body, frozen=True, kw_only=True):
    """An employee who answers for the journal from a day on; the order's number stands in the entry in clear."""

    person: Id
    order_number: str
    order_date: str
    starts_on: str


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


class NewCancellation(Body, frozen=True, kw_only=True):
    """The lesson planned there is not held, or is moved, or merged into another course's of the same year.

    `basis` names the document and stands in the entry in clear, for ever: no names of people.
    """

    held_on: str
    number: int
    reason: CancellationReason
    basis: str
    moved_to: PlannedPlace | None = None
    merged_with: Id | None = None


class NewCancellationWithdrawal(Body, frozen=True, kw_only=True):
    """Why a cancellation holds no more, in clear and for ever: no names; `corrects` is its entry's index."""

    corrects: int
    basis: str


class NewLesson(Body, frozen=True, kw_only=True):
    """A lesson with, as far as known, attendance, works, marks and homework.

    `substitution` is compulsory where another teacher is responsible for the course on this day, and refused elsewhere;
    its `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    course: Id
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    topic: str
    attendance_taken: bool = True
    substitution: jc.NewSubstitution | None = None
    absences: tuple[jc.NewAbsence, ...] = ()
    lateness: tuple[jc.NewLateness, ...] = ()
    early_leaves: tuple[jc.NewEarlyLeave, ...] = ()
    works: tuple[jc.NewWork, ...] = ()
    marks: tuple[jc.NewMark, ...] = ()
    homework: jc.NewHomework | None = None
    lesson: Id | None = None


class NewDaysOff(Body, frozen=True, kw_only=True):
    """Days without lessons for these grades, both inclusive."""

    starts_on: str
    ends_on: str
    title: str
    grades: tuple[int, ...]


class NewSchoolDay(Body, frozen=True, kw_only=True):
    """A day that these grades are taught as some weekday, 1 (Monday) to 7 (Sunday)."""

    on: str
    as_weekday: int
    grades: tuple[int, ...]


class NewRevocation(Body, frozen=True, kw_only=True):
    """The calendar entry of this index counts no more; the basis stands in clear, for ever: no names of people."""

    revokes: int
    basis: str


class NewBells(Body, frozen=True, kw_only=True):
    """A bell schedule from a day on; with the id of one, its next version."""

    title: str
    effective_from: str
    lessons: tuple[Bell, ...]
    bells: Id | None = None


class NewTimetable(Body, frozen=True, kw_only=True):
    """A class's week from a day on: by weekday, number and course; `weeks` is `every`, `odd` or `even`."""

    effective_from: str
    bells: Id
    lessons: tuple[TimetableLesson, ...]


class MoreOfLesson(Body, frozen=True, kw_only=True):
    """More of a lesson that is recorded already."""

    take_attendance: bool = False
    absences: tuple[jc.NewAbsence, ...] = ()
    lateness: tuple[jc.NewLateness, ...] = ()
    early_leaves: tuple[jc.NewEarlyLeave, ...] = ()
    works: tuple[jc.NewWork, ...] = ()
    marks: tuple[jc.NewMark, ...] = ()
    homework: jc.NewHomework | None = None


class NewAbsenceReason(Body, frozen=True, kw_only=True):
    """A reason that became known later; `absence` is the index of the entry that stands.

    `basis` names a document and stands in the entry in clear, for ever: no names of people.
    """

    absence: int
    code: AbsenceCode
    basis: str | None = None


class NewCorrection(Body, frozen=True, kw_only=True):
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


class NewPeriodMarks(Body, frozen=True, kw_only=True):
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
    results: tuple[jc.NewExamResult, ...]


class NewFinalMarks(Body, frozen=True, kw_only=True):
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


class Nothing(Body, frozen=True, kw_only=True):
    """An empty object."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to everything that records: the same for ever.

    Attributes:
        command: id of the command.
        first_index: index of its first entry.
        count: number of its entries.
        streams: what it wrote to, such as ``lesson/51c2…``, with the version after it.
    """

    command: str
    first_index: int
    count: int
    streams: dict[str, int]


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


SHAPES: Final[tuple[type[msgspec.Struct], ...]] = (*Body.__subclasses__(), Recorded, Problem)
"""Everything that the OpenAPI document names."""


def _names(shapes: tuple[type[Any], ...]) -> Iterator[str]:
    for shape in shapes:
        yield from shape.__struct_fields__


FIELD_NAMES: Final = frozenset(
    [
        *_names((*Body.__subclasses__(), jc.NewAbsence, jc.NewLateness, jc.NewEarlyLeave, jc.NewMark, jc.NewWork)),
        *_names((jc.NewHomework, jc.NewExamResult, AssessmentRules, PlannedPlace, Bell, TimetableLesson)),
        *_names((jc.NewSubstitution, LessonHeader, SubstitutionBody, WorkHeader, HomeworkBody, RegulationParameters)),
    ]
)
"""Names of fields that bodies have: the only names that an error repeats."""
