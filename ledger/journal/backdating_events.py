"""Events by which two people let a set-up act begin inside a closed reporting period (regulation 1.2, 1.7, 3.3).

One asks; another who directs makes the act itself, whose `request` is the index of the entry that asked, or refuses.
"""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import ClassAct, CourseAct, SetupAct


class ClassBackdatingRequested(Event, frozen=True, kw_only=True):
    """`class/`: the actor asks that `teacher` be the class teacher, or `student` be enrolled, from `day` on.

    With ``student_left`` `day` is the last one. One of `teacher` and `student` is there.
    """

    what: ClassAct
    day: str
    basis: str
    student: str | None = None
    teacher: str | None = None


class ClassBackdatingRefused(Event, frozen=True, kw_only=True):
    """`class/`: it is not done."""

    request: int
    basis: str


class CourseBackdatingRequested(Event, frozen=True, kw_only=True):
    """`course/`: the actor asks that `teacher` be responsible, or `student` in the subgroup, from `day` on.

    With ``subgroup_left`` `day` is the last one. One of `teacher` and `student` is there.
    """

    what: CourseAct
    day: str
    basis: str
    student: str | None = None
    teacher: str | None = None


class CourseBackdatingRefused(Event, frozen=True, kw_only=True):
    """`course/`: it is not done."""

    request: int
    basis: str


class SetupBackdatingRequested(Event, frozen=True, kw_only=True):
    """`backdating/<school>`: the actor asks for an order from `day` on; of the end of a duty it is the last day.

    `person` is there with duties and who answers, `class_group` with timetables, `bells` with a bell schedule, `year`
    with a calendar.
    """

    what: SetupAct
    day: str
    basis: str
    bells: str | None = None
    class_group: str | None = None
    person: str | None = None
    year: str | None = None


class SetupBackdatingRefused(Event, frozen=True, kw_only=True):
    """`backdating/<school>`: it is not done."""

    request: int
    basis: str


BACKDATING_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "class_backdating_requested/1": ClassBackdatingRequested,
    "class_backdating_refused/1": ClassBackdatingRefused,
    "course_backdating_requested/1": CourseBackdatingRequested,
    "course_backdating_refused/1": CourseBackdatingRefused,
    "setup_backdating_requested/1": SetupBackdatingRequested,
    "setup_backdating_refused/1": SetupBackdatingRefused,
}
