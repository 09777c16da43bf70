"""Shapes of bodies about acts inside closed reporting periods. `basis` stands in the entry in clear, for ever."""

from __future__ import annotations

from api.bodies.base import Body, Day, Id
from ledger.journal.vocabulary import ClassAct, CourseAct, SetupAct


class NewClassBackdating(Body, frozen=True, kw_only=True):
    """`person` is to be the class teacher, or enrolled, from `day` on, or has left with `day` as the last."""

    what: ClassAct
    person: Id
    day: Day
    basis: str


class NewCourseBackdating(Body, frozen=True, kw_only=True):
    """`person` is to be the teacher, or in the subgroup, from `day` on, or has left it with `day` as the last."""

    what: CourseAct
    person: Id
    day: Day
    basis: str


class NewSetupBackdating(Body, frozen=True, kw_only=True):
    """An order is to be recorded from `day` on, of the end of a duty the last; another records it with `request`.

    `person` goes with duties and who answers, `class_group` with timetables, `bells` with a bell schedule, `year` with
    an entry of its calendar or the revocation of one, whose day is the first of what is revoked.
    """

    what: SetupAct
    day: Day
    basis: str
    person: Id | None = None
    class_group: Id | None = None
    bells: Id | None = None
    year: Id | None = None
