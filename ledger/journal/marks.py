"""What a lesson holds: attendance, works, marks, homework; the rules that are the same with the lesson and after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.certificate_events import CertificateRecorded
from ledger.journal.checked_homework import CheckedHomework
from ledger.journal.commands import AddToLesson, RecordLesson
from ledger.journal.course import Course
from ledger.journal.events import (
    AbsenceRecorded,
    EarlyLeaveRecorded,
    Event,
    HomeworkAssigned,
    LatenessRecorded,
    MarkRecorded,
    WorkRecorded,
)
from ledger.journal.facts import Slot
from ledger.journal.homework import check_homework
from ledger.journal.roster import ClassGroup
from ledger.journal.vocabulary import ABSENCE_CODES, MARKS, WORK_KINDS, WorkKind

MISSED_MINUTES_MAX: Final = 120
WEIGHT_MAX: Final = 1_000
"""Hundredths: ten times an ordinary work."""

HOMEWORK: Final[Slot] = ("homework", "", "")


class Desk(NamedTuple):
    """What is known of the lesson before the command.

    Attributes:
        group: the class.
        course: the course, which may be a subgroup's.
        held_on: the lesson's day.
        year_ends_on: last day of the school year.
        slots: what stands (`lesson.Lesson.slots`).
        works: ids of the works that the lesson ever had.
        covering: gives the certificate that covers that day of a student.
        takes_absent: tells whether the regulation of that day takes a mark for who was absent, and flags it.
        headers: id of a work that stands -> its kind, and the lesson that it names.
        checked: judges which homework a work checks, and marks for it.
    """

    group: ClassGroup
    course: Course
    held_on: str
    year_ends_on: str
    slots: Mapping[Slot, int]
    works: Mapping[str, int]
    covering: Callable[[str], CertificateRecorded | None]
    takes_absent: Callable[[], bool]
    headers: Mapping[str, tuple[WorkKind, str | None]]
    checked: CheckedHomework


def plan_parts(command: RecordLesson | AddToLesson, desk: Desk, events: list[Event]) -> None:
    """Add the events of a command's parts to `events`: absences, lateness, leaving, works, marks, homework."""
    taken = set(desk.slots)
    _plan_absences(command, desk, taken, events)
    _plan_lateness(command, desk, taken, events)
    _plan_early_leaves(command, desk, taken, events)
    _plan_works(command, desk, taken, events)
    _plan_marks(command, desk, taken, events)
    if command.homework is not None:
        if HOMEWORK in taken:
            raise Refused(
                "homework_stands", "the lesson has homework: correct it instead", clause="2.2.2", where="homework"
            )
        given = command.homework
        check_homework(given, desk.checked, desk.year_ends_on, "homework.")
        events.append(
            HomeworkAssigned(text=given.text, due_on=given.due_on, due_lesson=given.due_lesson, files=given.files)
        )


def check_free(slot: Slot, taken: set[Slot] | Mapping[Slot, int], where: str, takes_absent: Callable[[], bool]) -> None:
    """Refuse a fact where one stands, or where what stands excludes it.

    One standing mark per student and work; one absence, or one lateness and one early leaving, per student; and a mark
    only for a work that stands (events.md, A lesson; regulation 2.1, 2.2.4). A mark for an absent student, in either
    order, as the version of the regulation says (`mark_for_absent`); it is asked only where there is one.
    """
    what, student, work = slot
    if slot in taken:
        raise Refused(
            f"{what}_stands",
            "a standing {what} is there already: correct it instead",
            clause="2.1" if what != "mark" else "2.2.4",
            where=where,
            what=what,
        )
    if what == "mark":
        if ("absence", student, "") in taken and not takes_absent():
            raise Refused("absent_student", "the student was absent from this lesson", clause="2.2.4", where=where)
        if ("work", "", work) not in taken:
            raise Refused("unknown_work", "the lesson has no such work", clause=LOG, where=where)
    elif what == "absence":
        if ("lateness", student, "") in taken:
            raise Refused("absent_and_late", "the student is recorded as late", clause="2.1", where=where)
        if ("early_leave", student, "") in taken:
            raise Refused("absent_and_left", "the student is recorded as having left early", clause="2.1", where=where)
        if any(other[0] == "mark" and other[1] == student for other in taken) and not takes_absent():
            raise Refused("absent_student", "the student has a mark in this lesson", clause="2.2.4", where=where)
    elif what == "lateness" and ("absence", student, "") in taken:
        raise Refused("absent_and_late", "the student is recorded as absent", clause="2.1", where=where)
    elif what == "early_leave" and ("absence", student, "") in taken:
        raise Refused("absent_and_left", "the student is recorded as absent", clause="2.1", where=where)


def check_work(kind: object, written: object, weight: object, where: str) -> None:
    """Judge what a work's header says; its kind and form decide when its marks are due (regulation 2.2.4)."""
    rules.check_code(kind, WORK_KINDS, where + "kind")
    if type(written) is not bool:
        raise Refused("malformed_value", "neither true nor false", clause=LOG, where=where + "written")
    rules.check_integer(weight, 1, WEIGHT_MAX, where + "weight")


def check_minutes(minutes: object, where: str) -> None:
    """Judge how late a student came, or how long before the end one left."""
    rules.check_integer(minutes, 1, MISSED_MINUTES_MAX, where)


def _check_student(desk: Desk, student: str, where: str) -> None:
    """Refuse who is not in class and subgroup on the lesson's day; being on the roster proves that the id is one."""
    if type(student) is not str or not desk.group.is_enrolled(student, desk.held_on):
        raise Refused("not_enrolled", "the student is not in this class on this day", clause=LOCAL_ACT, where=where)
    if not desk.course.teaches(student, desk.held_on):
        raise Refused(
            "not_in_subgroup", "the student is not in this subgroup on this day", clause=LOCAL_ACT, where=where
        )


def _plan_absences(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    for position, absence in enumerate(command.absences):
        where = f"absences[{position}]"
        _check_student(desk, absence.student, where + ".student")
        rules.check_code(absence.code, ABSENCE_CODES, where + ".code")
        slot = ("absence", absence.student, "")
        check_free(slot, taken, where + ".student", desk.takes_absent)
        taken.add(slot)
        certificate = desk.covering(absence.student) if absence.code == "absent" else None
        if certificate is None:
            events.append(AbsenceRecorded(student=absence.student, code=absence.code))
        else:
            id_, code = certificate.certificate, certificate.code
            events.append(AbsenceRecorded(student=absence.student, code=code, certificate=id_))


def _plan_lateness(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    for position, late in enumerate(command.lateness):
        where = f"lateness[{position}]"
        _check_student(desk, late.student, where + ".student")
        check_minutes(late.minutes, where + ".minutes")
        slot = ("lateness", late.student, "")
        check_free(slot, taken, where + ".student", desk.takes_absent)
        taken.add(slot)
        events.append(LatenessRecorded(student=late.student, minutes=late.minutes))


def _plan_early_leaves(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    for position, leave in enumerate(command.early_leaves):
        where = f"early_leaves[{position}]"
        _check_student(desk, leave.student, where + ".student")
        check_minutes(leave.minutes, where + ".minutes")
        slot = ("early_leave", leave.student, "")
        check_free(slot, taken, where + ".student", desk.takes_absent)
        taken.add(slot)
        events.append(EarlyLeaveRecorded(student=leave.student, minutes=leave.minutes))


def _plan_works(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    for position, work in enumerate(command.works):
        where = f"works[{position}]"
        rules.check_id(work.work, where + ".work")
        check_work(work.kind, work.written, work.weight, where + ".")
        desk.checked.check_named(work.kind, work.of_lesson, where + ".of_lesson")
        slot = ("work", "", work.work)
        if work.work in desk.works or slot in taken:
            raise Refused("work_exists", "the lesson has a work with this id", clause=LOG, where=where + ".work")
        taken.add(slot)
        events.append(
            WorkRecorded(
                work=work.work, kind=work.kind, written=work.written, weight=work.weight, of_lesson=work.of_lesson
            )
        )


def _plan_marks(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    headers = {**desk.headers, **{work.work: (work.kind, work.of_lesson) for work in command.works}}
    for position, mark in enumerate(command.marks):
        where = f"marks[{position}]"
        _check_student(desk, mark.student, where + ".student")
        rules.check_code(mark.value, MARKS, where + ".value")
        slot = ("mark", mark.student, mark.work)
        at = where + ".work" if ("work", "", mark.work) not in taken else where + ".student"
        check_free(slot, taken, at, desk.takes_absent)
        desk.checked.check_mark(mark.value, *headers[mark.work], where + ".value")
        taken.add(slot)
        events.append(MarkRecorded(student=mark.student, work=mark.work, value=mark.value))
