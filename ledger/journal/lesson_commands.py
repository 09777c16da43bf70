"""Commands of lessons and of corrections in them, as `commands` has all others."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.journal.command import JournalCommand
from ledger.journal.homework_commands import NewHomework
from ledger.journal.vocabulary import AbsenceCode, CorrectionReason, SubstitutionReason
from ledger.journal.work_commands import NewMakeUp, NewWork


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
