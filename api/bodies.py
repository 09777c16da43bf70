"""Shapes of request bodies, as the OpenAPI document shows them.

They are the journal's commands without what the path, the token or the server gives. Ids of new things may be chosen by
the client (random UUIDs, so that a page can work off line); where one is left out the server makes it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ledger.journal import commands as jc
from ledger.journal.vocabulary import AbsenceCode, CorrectionReason, PeriodKind, PersonKind


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all bodies."""


class NewPerson(Body, frozen=True, kw_only=True):
    """A person; the values go to the vault and never into an entry."""

    kind: PersonKind
    family_name: str
    given_name: str
    patronymic: str | None = None
    birth_date: str | None = None
    person: str | None = None


class NewYear(Body, frozen=True, kw_only=True):
    """A school year; dates inclusive."""

    title: str
    starts_on: str
    ends_on: str
    year: str | None = None


class NewPeriod(Body, frozen=True, kw_only=True):
    """A reporting period of some grades."""

    year: str
    kind: PeriodKind
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str
    period: str | None = None


class NewClassGroup(Body, frozen=True, kw_only=True):
    """A class group such as 5А."""

    year: str
    grade: int
    letter: str
    class_teacher: str | None = None
    class_group: str | None = None


class NewEnrollment(Body, frozen=True, kw_only=True):
    """A student joins the class."""

    student: str
    starts_on: str


class NewWithdrawal(Body, frozen=True, kw_only=True):
    """A student's last day in the class."""

    student: str
    ends_on: str


class NewCourse(Body, frozen=True, kw_only=True):
    """Class group × subject × year, with its responsible teacher."""

    class_group: str
    year: str
    subject: str
    teacher: str
    starts_on: str
    course: str | None = None


class NewTeacher(Body, frozen=True, kw_only=True):
    """Another responsible teacher of the course."""

    teacher: str
    starts_on: str


class NewLesson(Body, frozen=True, kw_only=True):
    """A lesson with, as far as known, attendance, works, marks and homework."""

    course: str
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    topic: str
    attendance_taken: bool = True
    absences: tuple[jc.NewAbsence, ...] = ()
    lateness: tuple[jc.NewLateness, ...] = ()
    works: tuple[jc.NewWork, ...] = ()
    marks: tuple[jc.NewMark, ...] = ()
    homework: jc.NewHomework | None = None
    lesson: str | None = None


class MoreOfLesson(Body, frozen=True, kw_only=True):
    """More of a lesson that is recorded already."""

    take_attendance: bool = False
    absences: tuple[jc.NewAbsence, ...] = ()
    lateness: tuple[jc.NewLateness, ...] = ()
    works: tuple[jc.NewWork, ...] = ()
    marks: tuple[jc.NewMark, ...] = ()
    homework: jc.NewHomework | None = None


class NewAbsenceReason(Body, frozen=True, kw_only=True):
    """A reason that became known later; `absence` is the index of the entry that stands."""

    absence: int
    code: AbsenceCode
    basis: str | None = None


class NewCorrection(Body, frozen=True, kw_only=True):
    """Another value, or null for none; `note` is a text about it and goes to the vault."""

    corrects: int
    new: Any
    reason: CorrectionReason
    note: str | None = None
    basis: str | None = None


class NewCorrectionRequest(Body, frozen=True, kw_only=True):
    """As a correction, after the period's close; the basis names a document."""

    corrects: int
    new: Any
    reason: CorrectionReason
    basis: str
    note: str | None = None


class NewRefusal(Body, frozen=True, kw_only=True):
    """Why a request is refused, without personal values."""

    basis: str


class Nothing(Body, frozen=True, kw_only=True):
    """An empty object."""
