"""Class groups and who is in them on which day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.account import check_employed
from ledger.journal.aggregate import Aggregate
from ledger.journal.backdating_events import ClassBackdatingRefused, ClassBackdatingRequested
from ledger.journal.commands import AssignClassTeacher, EnrollStudent, OpenClassGroup, WithdrawStudent
from ledger.journal.context import Context
from ledger.journal.events import (
    ClassGroupListed,
    ClassGroupOpened,
    ClassTeacherAssigned,
    StudentEnrolled,
    StudentLeft,
    SubgroupListed,
)
from ledger.journal.facts import people_of
from ledger.journal.journal_events import JournalClosed, JournalReopened, SheetTransferred
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.reopening_events import (
    JournalReopeningApproved,
    JournalReopeningRefused,
    JournalReopeningRequested,
)
from ledger.journal.year import (
    GRADE_MAX,
    BackdatingAsked,
    ReopeningAsked,
    SchoolYear,
    answered,
    check_not_backdated,
)

_ALWAYS: Final = "0000-00-00"
"""Before every day: the class teacher whom a class was opened with has it from its first day."""


class Enrollment(NamedTuple):
    """A student's stay in a class or a subgroup, both days inclusive; `ends_on` None: still there."""

    starts_on: str
    ends_on: str | None

    def holds(self, day: str) -> bool:
        """Tell whether the day is one of the stay's."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Assignment(NamedTuple):
    """The responsible teacher from `starts_on` on, until the next assignment."""

    starts_on: str
    teacher: str


def assigned_on(assignments: Sequence[Assignment], day: str) -> str | None:
    """Return the teacher of a day, of assignments in order of their days; None before the first."""
    for assignment in reversed(assignments):
        if assignment.starts_on <= day:
            return assignment.teacher
    return None


class ClassGroup(Aggregate, frozen=True, kw_only=True):
    """A class group such as 5А.

    `class_teachers` are in order of their days, the first of them from before the year where the class was opened with
    one. `roster` maps a student to the stays, oldest first; `subgroups` are the ids of all courses of the class's
    subgroups. `journal_closed` from a closing of the journal to its next reopening; `reopening_asked`: the request for
    one that waits; `sheet_transferred` is the SHA-256 of the summary sheet that was handed over last, and
    `sheet_transfers` how often one was; `backdatings` are the requests to do something of a closed period that wait, by
    entry.
    """

    year: str
    grade: int
    letter: str
    class_teachers: tuple[Assignment, ...]
    roster: Mapping[str, tuple[Enrollment, ...]]
    subgroups: tuple[str, ...] = ()
    journal_closed: bool = False
    journal_reopenings: int = 0
    reopening_asked: ReopeningAsked | None = None
    sheet_transferred: str | None = None
    sheet_transfers: int = 0
    backdatings: Mapping[int, BackdatingAsked] = {}

    def class_teacher_on(self, day: str) -> str | None:
        """Return the class teacher on this day, or None where there is none."""
        return assigned_on(self.class_teachers, day)

    def is_enrolled(self, student: str, day: str) -> bool:
        """Tell whether the student belongs to the class on this day."""
        return any(stay.holds(day) for stay in self.roster.get(student, ()))

    def has_between(self, student: str, first: str, last: str) -> bool:
        """Tell whether the student belongs to the class on at least one day from `first` to `last`."""
        stays = self.roster.get(student, ())
        return any(stay.starts_on <= last and (stay.ends_on is None or stay.ends_on >= first) for stay in stays)

    def last_stay(self, student: str) -> Enrollment | None:
        """Return the latest stay of a student, or None."""
        stays = self.roster.get(student)
        return stays[-1] if stays else None


def evolve_class_group(state: ClassGroup | None, events: Iterable[Recorded]) -> ClassGroup | None:
    """Apply events of a class group's stream."""
    roster: dict[str, tuple[Enrollment, ...]] = dict(state.roster) if state else {}
    subgroups = state.subgroups if state else ()
    version = state.version if state else 0
    backdatings = state.backdatings if state else {}
    for event in events:
        data = event.data
        version = event.originator_version
        if type(data) is ClassGroupOpened:
            state = ClassGroup(
                stream=event.originator_id,
                version=version,
                year=data.year,
                grade=data.grade,
                letter=data.letter,
                class_teachers=() if data.class_teacher is None else (Assignment(_ALWAYS, data.class_teacher),),
                roster=roster,
            )
        elif type(data) is ClassTeacherAssigned and state is not None:
            class_teachers = (*state.class_teachers, Assignment(data.starts_on, data.teacher))
            state = msgspec.structs.replace(state, class_teachers=class_teachers)
            backdatings = answered(backdatings, data.request)
        elif type(data) is StudentEnrolled:
            roster[data.student] = (*roster.get(data.student, ()), Enrollment(data.starts_on, None))
            backdatings = answered(backdatings, data.request)
        elif type(data) is StudentLeft:
            *earlier, last = roster[data.student]
            roster[data.student] = (*earlier, last._replace(ends_on=data.ends_on))
            backdatings = answered(backdatings, data.request)
        elif type(data) is ClassBackdatingRequested:
            person = data.teacher or data.student or ""
            asked = BackdatingAsked(event.index, data.what, person, data.day, people_of(event.actor))
            backdatings = {**backdatings, event.index: asked}
        elif type(data) is ClassBackdatingRefused:
            backdatings = answered(backdatings, data.request)
        elif type(data) is SubgroupListed:
            subgroups = (*subgroups, data.course)
        elif state is not None:
            state = _evolve_journal(state, event)
        else:
            raise TypeError(f"{type(data).__name__} is no event of a class group")
    if state is None:
        return None
    return msgspec.structs.replace(state, version=version, roster=roster, subgroups=subgroups, backdatings=backdatings)


def _evolve_journal(state: ClassGroup, event: Recorded) -> ClassGroup:
    """Apply an event of the class's journal as a whole."""
    data = event.data
    if type(data) is JournalClosed:
        return msgspec.structs.replace(state, journal_closed=True)
    if type(data) is JournalReopened:
        return msgspec.structs.replace(state, journal_closed=False, journal_reopenings=state.journal_reopenings + 1)
    if type(data) is JournalReopeningRequested:
        asked = ReopeningAsked(event.index, people_of(event.actor))
        return msgspec.structs.replace(state, reopening_asked=asked)
    if type(data) is JournalReopeningApproved:
        reopenings = state.journal_reopenings + 1
        return msgspec.structs.replace(state, journal_closed=False, journal_reopenings=reopenings, reopening_asked=None)
    if type(data) is JournalReopeningRefused:
        return msgspec.structs.replace(state, reopening_asked=None)
    if type(data) is SheetTransferred:
        return msgspec.structs.replace(state, sheet_transferred=data.sha256, sheet_transfers=state.sheet_transfers + 1)
    raise TypeError(f"{type(data).__name__} is no event of a class group")


def check_journal_open(group: ClassGroup) -> None:
    """Refuse ordinary entries once the class's journal of the year is closed (regulation 3.2)."""
    if group.journal_closed:
        raise Refused(
            "journal_closed", "the class's journal of this year is closed: it must be opened again first", clause="3.2"
        )


def open_class_group(command: OpenClassGroup, context: Context) -> list[Planned]:
    """Open a class group, and list it in its year; one grade and letter stand for one class there."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.3")
    rules.check_id(command.class_group, "class_group")
    rules.check_integer(command.grade, 1, GRADE_MAX, "grade")
    rules.check_line(command.letter, 10, "letter")
    year = context.find(SchoolYear, "year", command.year, "year")
    if command.class_teacher is not None:
        check_person(context, command.class_teacher, "teacher", "class_teacher")
        check_employed(context, command.class_teacher, year.starts_on, "class_teacher")
    for other in _classes_of(context, year):
        if (other.grade, other.letter) == (command.grade, command.letter):
            raise Refused(
                "class_name_taken", "this year has a class of this grade and letter", clause=LOCAL_ACT, where="letter"
            )
    stream = f"class/{command.class_group}"
    context.check_new(stream, "class_group")
    event = ClassGroupOpened(
        year=command.year, grade=command.grade, letter=command.letter, class_teacher=command.class_teacher
    )
    listed = ClassGroupListed(class_group=command.class_group)
    return [Planned(stream, 1, event), Planned(year.stream, year.version + 1, listed)]


def assign_class_teacher(command: AssignClassTeacher, context: Context) -> list[Planned]:
    """Make another teacher the class teacher from a day on (regulation 1.6)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.6")
    return class_handed_over(command, context)


def class_handed_over(command: AssignClassTeacher, context: Context, request: int | None = None) -> list[Planned]:
    """Judge and state a class's next teacher, of a `request` by who approves it; days only grow: one at a time."""
    rules.check_date(command.starts_on, "starts_on")
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    year = context.settled(SchoolYear, "year", group.year, "class_group")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    check_person(context, command.teacher, "teacher", "teacher")
    check_employed(context, command.teacher, command.starts_on, "teacher")
    check_next(group.class_teachers, command.teacher, command.starts_on, "1.6")
    check_not_backdated(context, year, group.grade, command.starts_on, request)
    event = ClassTeacherAssigned(teacher=command.teacher, starts_on=command.starts_on, request=request)
    return [Planned(group.stream, group.version + 1, event)]


def check_next(assignments: Sequence[Assignment], teacher: str, starts_on: str, clause: str) -> None:
    """Refuse an assignment that does not begin after the last one, or of the same teacher."""
    last = assignments[-1] if assignments else None
    if last is not None and starts_on <= last.starts_on:
        raise Refused(
            "assignment_not_later", "an assignment starts after the one before it", clause=clause, where="starts_on"
        )
    if last is not None and teacher == last.teacher:
        raise Refused("same_teacher", "this teacher is responsible already", clause=clause, where="teacher")


def enroll_student(command: EnrollStudent, context: Context) -> list[Planned]:
    """Enroll a student (regulation 1.7)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    return enrolled(command, context)


def enrolled(command: EnrollStudent, context: Context, request: int | None = None) -> list[Planned]:
    """Judge and state an enrollment, of a `request` by who approves it; on one day nobody is in two classes of a year.

    The stays are in the classes' own streams, so all classes of the year are read, and the year that lists them.
    """
    rules.check_date(command.starts_on, "starts_on")
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    year = context.find(SchoolYear, "year", group.year, "class_group")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    check_person(context, command.student, "student", "student")
    for other in _classes_of(context, year):
        context.reads[other.stream] = other.version
        stay = other.last_stay(command.student)
        if stay is not None and (stay.ends_on is None or command.starts_on <= stay.ends_on):
            raise Refused(
                "already_enrolled",
                "the student is in a class of this year on that day",
                clause=LOCAL_ACT,
                where="starts_on",
            )
    check_not_backdated(context, year, group.grade, command.starts_on, request)
    event = StudentEnrolled(student=command.student, starts_on=command.starts_on, request=request)
    return [Planned(group.stream, group.version + 1, event)]


def withdraw_student(command: WithdrawStudent, context: Context) -> list[Planned]:
    """End a student's stay (regulation 1.7)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.7")
    return withdrawn(command, context)


def withdrawn(command: WithdrawStudent, context: Context, request: int | None = None) -> list[Planned]:
    """Judge and state the end of a stay, of a `request` by who approves it; `ends_on` is the last day in the class."""
    rules.check_date(command.ends_on, "ends_on")
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    stay = group.last_stay(command.student)
    if stay is None or stay.ends_on is not None:
        raise Refused("not_enrolled", "the student is not in this class", clause=LOCAL_ACT, where="student")
    if command.ends_on < stay.starts_on:
        raise Refused("empty_range", "the last day is before the first", clause=LOG, where="ends_on")
    year = context.settled(SchoolYear, "year", group.year, "class_group")
    check_not_backdated(context, year, group.grade, rules.day_after(command.ends_on), request)
    event = StudentLeft(student=command.student, ends_on=command.ends_on, request=request)
    return [Planned(group.stream, group.version + 1, event)]


def _classes_of(context: Context, year: SchoolYear) -> list[ClassGroup]:
    """Return all classes of a year as it was read."""
    found = (context.books.find(f"class/{id_}") for id_ in year.class_groups)
    return [group for group in found if isinstance(group, ClassGroup)]
