"""Commands by which two people do something of a closed reporting period in a class or a course."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import ClassAct, CourseAct, SetupAct


class RequestClassBackdating(JournalCommand, frozen=True, kw_only=True):
    """Ask that the person be the class teacher or enrolled from `day` on, or has left with it as the last."""

    class_group: str
    what: ClassAct
    person: str
    day: str
    basis: str


class ApproveClassBackdating(JournalCommand, frozen=True, kw_only=True):
    """Do it, as a second person; `request`: the index of the entry that asked."""

    class_group: str
    request: int


class RefuseClassBackdating(JournalCommand, frozen=True, kw_only=True):
    """Do it not, as a second person."""

    class_group: str
    request: int
    basis: str


class RequestCourseBackdating(JournalCommand, frozen=True, kw_only=True):
    """Ask that the person be the course's teacher or in its subgroup from `day` on, or has left with it as the last."""

    course: str
    what: CourseAct
    person: str
    day: str
    basis: str


class ApproveCourseBackdating(JournalCommand, frozen=True, kw_only=True):
    """Do it, as a second person; `request`: the index of the entry that asked."""

    course: str
    request: int


class RefuseCourseBackdating(JournalCommand, frozen=True, kw_only=True):
    """Do it not, as a second person."""

    course: str
    request: int
    basis: str


class RequestSetupBackdating(JournalCommand, frozen=True, kw_only=True):
    """Ask for an order from `day` on: a duty or its end, who answers (`person`), a timetable (`class_group`), bells.

    An entry of a calendar (`year`) changes the days from `day` on, a revocation those of what it revokes.
    """

    what: SetupAct
    day: str
    basis: str
    bells: str | None = None
    class_group: str | None = None
    person: str | None = None
    year: str | None = None


class RefuseSetupBackdating(JournalCommand, frozen=True, kw_only=True):
    """Do it not, as a second person; who does it makes the act itself, with `request`."""

    request: int
    basis: str
