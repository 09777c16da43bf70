"""Shapes of bodies about printed forms."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.vocabulary import PrintKind, VoidReason


class NewPrint(Body, frozen=True, kw_only=True):
    """A form of what the log says at `position`; left out: of all that it says now.

    `class_page` has `course` and `period`, `summary_sheet` `class_group`, `corrections` `period`, `substitutions`
    `month`, `student_page` `class_group`, `period` and `student`, `attendance` `class_group` and `month`, `lesson_plan`
    `course`, `conformity` and `papers` nothing.
    """

    kind: PrintKind
    position: int | None = None
    course: Id | None = None
    period: Id | None = None
    class_group: Id | None = None
    month: str | None = None
    student: Id | None = None
    sheet: Id | None = None


class NewPrintCertification(Body, frozen=True, kw_only=True):
    """Who certified the paper: an employee, with `office` (the position, in clear and for ever), day and seal."""

    certified_by: Id
    office: str
    certified_on: str
    seal: bool = True


class NewPrintVoiding(Body, frozen=True, kw_only=True):
    """Why the paper counts no more; `basis` stands in the entry in clear, for ever: no names."""

    reason: VoidReason
    basis: str


class PrintCheck(Body, frozen=True, kw_only=True):
    """The text of a code, as a scanner gives it or somebody typed it."""

    code: str
