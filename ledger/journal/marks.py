"""What a lesson holds: attendance, works, marks, homework; the rules that are the same with the lesson and after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.certificate_events import CertificateRecorded
from ledger.journal.checked_homework import CheckedHomework
from ledger.journal.commands import AddToLesson, NewWork, RecordLesson
from ledger.journal.course import Course
from ledger.journal.events import (
    AbsenceRecorded,
    EarlyLeaveRecorded,
    Event,
    HomeworkAssigned,
    LatenessRecorded,
    MakeUpRecorded,
    MarkRecorded,
    WorkHeader,
    WorkRecorded,
)
from ledger.journal.facts import Slot
from ledger.journal.homework import check_homework
from ledger.journal.roster import ClassGroup
from ledger.journal.vocabulary import ABSENCE_CODES, MARKS, WEIGHT_MAX, WORK_KINDS, WorkKind

MISSED_MINUTES_MAX: Final = 120
HOMEWORK: Final[Slot] = ("homework", "", "")
BesideAbsence = Callable[[str, str], bool]
"""Tells of a student and a work whether a mark may stand beside the student's absence from the lesson."""
_NEVER: Final = "9999-99-99"
"""After every day."""


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
        today: the school's calendar day.
        make_ups: student and work -> the day of a make-up that stands.
        check_scheduled: refuses the id of a work that is not in the course's schedule.
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
    today: str
    make_ups: Mapping[tuple[str, str], str]
    check_scheduled: Callable[[str, str], None]

    @property
    def beside_absence(self) -> BesideAbsence:
        """Whether a mark may stand beside an absence here."""
        return may_stand_beside_absence(self.make_ups, self.today, self.takes_absent)


def plan_parts(command: RecordLesson | AddToLesson, desk: Desk, events: list[Event]) -> None:
    """Add the events of a command's parts to `events`: absences, lateness, works, make-ups, marks and so on."""
    taken = set(desk.slots)
    _plan_absences(command, desk, taken, events)
    _plan_lateness(command, desk, taken, events)
    _plan_early_leaves(command, desk, taken, events)
    _plan_works(command, desk, taken, events)
    make_ups = _plan_make_ups(command, desk, taken, events)
    _plan_marks(command, desk._replace(make_ups=make_ups), taken, events)
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


def check_free(slot: Slot, taken: set[Slot] | Mapping[Slot, int], where: str, beside: BesideAbsence) -> None:
    """Refuse a fact where one stands, or where what stands excludes it.

    One standing mark and make-up per student and work; one absence, or one lateness and one early leaving, per student;
    and both only for a work that stands (events.md, A lesson; regulation 2.1, 2.2.4). A mark for an absent student, in
    either order, as `beside` says; it is asked only where there is one.
    """
    what, student, work = slot
    if slot in taken:
        raise Refused(
            f"{what}_stands",
            "a standing {what} is there already: correct it instead",
            clause="2.2.4" if what in ("mark", "make_up") else "2.1",
            where=where,
            what=what,
        )
    if what in ("mark", "make_up"):
        if what == "mark" and ("absence", student, "") in taken and not beside(student, work):
            raise Refused("absent_student", "the student was absent from this lesson", clause="2.2.4", where=where)
        if ("work", "", work) not in taken:
            raise Refused("unknown_work", "the lesson has no such work", clause=LOG, where=where)
    elif what == "absence":
        if ("lateness", student, "") in taken:
            raise Refused("absent_and_late", "the student is recorded as late", clause="2.1", where=where)
        if ("early_leave", student, "") in taken:
            raise Refused("absent_and_left", "the student is recorded as having left early", clause="2.1", where=where)
        if any(other[0] == "mark" and other[1] == student and not beside(student, other[2]) for other in taken):
            raise Refused("absent_student", "the student has a mark in this lesson", clause="2.2.4", where=where)
    elif what == "lateness" and ("absence", student, "") in taken:
        raise Refused("absent_and_late", "the student is recorded as absent", clause="2.1", where=where)
    elif what == "early_leave" and ("absence", student, "") in taken:
        raise Refused("absent_and_left", "the student is recorded as absent", clause="2.1", where=where)


def may_stand_beside_absence(
    make_ups: Mapping[tuple[str, str], str], today: str, takes_absent: Callable[[], bool]
) -> BesideAbsence:
    """Return what tells whether a student's mark for a work may stand beside the absence from the work's lesson (R22).

    It may once the student's make-up day has come, and else where the regulation takes such marks; that is asked last.
    """
    return lambda student, work: make_ups.get((student, work), _NEVER) <= today or takes_absent()


def check_work(work: WorkHeader | NewWork, held_on: str, year_ends_on: str, where: str) -> None:
    """Judge what a work's header says; its kind, form and last day decide when its marks are due (regulation 2.2.4)."""
    rules.check_code(work.kind, WORK_KINDS, where + "kind")
    if type(work.written) is not bool:
        raise Refused("malformed_value", "neither true nor false", clause=LOG, where=where + "written")
    if work.weight is not None:
        rules.check_integer(work.weight, 1, WEIGHT_MAX, where + "weight")
    if work.ends_on is None:
        return
    if not work.written:
        raise Refused(
            "oral_work_of_days", "only a written work goes on for days", clause="2.2.4", where=where + "ends_on"
        )
    check_later_day(work.ends_on, held_on, year_ends_on, where + "ends_on")


def check_later_day(day: object, held_on: str, year_ends_on: str, where: str) -> None:
    """Judge the last day of a work, or a student's own day for it: after the lesson's, within the year (R22)."""
    rules.check_date(day, where)
    if not held_on < day <= year_ends_on:  # type: ignore[operator]
        raise Refused(
            "work_day_out_of_range", "a day after the lesson and within the year", clause="2.2.4", where=where
        )


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
        check_free(slot, taken, where + ".student", desk.beside_absence)
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
        check_free(slot, taken, where + ".student", desk.beside_absence)
        taken.add(slot)
        events.append(LatenessRecorded(student=late.student, minutes=late.minutes))


def _plan_early_leaves(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    for position, leave in enumerate(command.early_leaves):
        where = f"early_leaves[{position}]"
        _check_student(desk, leave.student, where + ".student")
        check_minutes(leave.minutes, where + ".minutes")
        slot = ("early_leave", leave.student, "")
        check_free(slot, taken, where + ".student", desk.beside_absence)
        taken.add(slot)
        events.append(EarlyLeaveRecorded(student=leave.student, minutes=leave.minutes))


def _plan_works(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    for position, work in enumerate(command.works):
        where = f"works[{position}]"
        rules.check_id(work.work, where + ".work")
        check_work(work, desk.held_on, desk.year_ends_on, where + ".")
        desk.checked.check_named(work.kind, work.of_lesson, where + ".of_lesson")
        if work.scheduled is not None:
            desk.check_scheduled(work.scheduled, where + ".scheduled")
        slot = ("work", "", work.work)
        if work.work in desk.works or slot in taken:
            raise Refused("work_exists", "the lesson has a work with this id", clause=LOG, where=where + ".work")
        taken.add(slot)
        events.append(
            WorkRecorded(
                work=work.work,
                kind=work.kind,
                written=work.written,
                weight=work.weight,
                ends_on=work.ends_on,
                scheduled=work.scheduled,
                of_lesson=work.of_lesson,
            )
        )


def _plan_make_ups(
    command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]
) -> dict[tuple[str, str], str]:
    """Return all make-ups of the lesson, those of the command too."""
    make_ups = dict(desk.make_ups)
    for position, made_up in enumerate(command.make_ups):
        where = f"make_ups[{position}]"
        _check_student(desk, made_up.student, where + ".student")
        check_later_day(made_up.made_up_on, desk.held_on, desk.year_ends_on, where + ".made_up_on")
        slot = ("make_up", made_up.student, made_up.work)
        check_free(slot, taken, where + ".work", desk.beside_absence)
        taken.add(slot)
        make_ups[made_up.student, made_up.work] = made_up.made_up_on
        events.append(MakeUpRecorded(student=made_up.student, work=made_up.work, made_up_on=made_up.made_up_on))
    return make_ups


def _plan_marks(command: RecordLesson | AddToLesson, desk: Desk, taken: set[Slot], events: list[Event]) -> None:
    headers = {**desk.headers, **{work.work: (work.kind, work.of_lesson) for work in command.works}}
    for position, mark in enumerate(command.marks):
        where = f"marks[{position}]"
        _check_student(desk, mark.student, where + ".student")
        rules.check_code(mark.value, MARKS, where + ".value")
        slot = ("mark", mark.student, mark.work)
        at = where + ".work" if ("work", "", mark.work) not in taken else where + ".student"
        check_free(slot, taken, at, desk.beside_absence)
        desk.checked.check_mark(mark.value, *headers[mark.work], where + ".value")
        taken.add(slot)
        events.append(MarkRecorded(student=mark.student, work=mark.work, value=mark.value))
