"""Moves: numbers that become a plausible command in whatever state a journal is in. Shared by the property tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from hypothesis import strategies as st

from ledger.journal import commands as cmd
from ledger.journal.calendar import Calendar
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.cancellations import Cancellations
from ledger.journal.certificates import Certificates
from ledger.journal.codec import CODEC
from ledger.journal.commands import (
    NewAbsence,
    NewEarlyLeave,
    NewHomework,
    NewLateness,
    NewMakeUp,
    NewMark,
    NewSubstitution,
    NewWork,
)
from ledger.journal.control import Control
from ledger.journal.course import Course
from ledger.journal.events import Event
from ledger.journal.homework_events import DueLesson, HomeworkFile
from ledger.journal.lesson import Lesson
from ledger.journal.memory import Journal
from ledger.journal.people import Person
from ledger.journal.plan_events import PlanItem, PlanTopic
from ledger.journal.plans import LessonPlan
from ledger.journal.posted_homework import PostedHomework
from ledger.journal.schedule import Schedule
from ledger.journal.substitution_plans import SubstitutionPlans
from ledger.journal.timetable import Timetable
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import (
    AbsenceCode,
    CancellationReason,
    CertificateCode,
    Channel,
    Condition,
    ConsentMethod,
    DataField,
    Handling,
    RemarkClosing,
    Tool,
    Verdict,
    WorkKind,
)
from ledger.wire.entry import Actor
from tests.properties import (
    accounts_moves,
    backdating_moves,
    backups_moves,
    blocking_moves,
    closing_moves,
    erasures_moves,
    excuses_moves,
    papers_moves,
    prints_moves,
    reopening_moves,
    results_moves,
    service_moves,
    witnesses_moves,
)
from tests.properties.journal_oracle import Item
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    DEPUTY_2,
    GUARDIANS,
    MATHS_A,
    MATHS_B,
    PARAMETERS,
    QUARTER_1,
    QUARTER_2,
    RUSSIAN_A,
    STAFF,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    WHOLE_YEAR,
    YEAR,
    Step,
    digest,
    moscow,
    period,
    uid,
)

_T = TypeVar("_T")

START: Final = moscow("2026-09-07 20:00")
TEACHERS: Final = (TEACHER, TEACHER_2, TEACHER_3)
PEOPLE: Final = (*TEACHERS, DEPUTY, DEPUTY_2, ADMIN)
FOR_TEACHER: Final = Actor(ADMIN.id, "administrator", on_behalf_of=TEACHER.id, basis="приказ")
DIRECTOR: Final = Actor(uid(12), "director")
FOR_DEPUTY: Final = Actor(ADMIN.id, "administrator", on_behalf_of=DEPUTY.id, basis="приказ")
STUDENTS: Final = STUDENTS_A + STUDENTS_B
COURSES: Final = (MATHS_A, RUSSIAN_A, MATHS_B)
SUBGROUPS: Final = (uid(60), uid(61), uid(62))
DAYS: Final = ("2026-09-07", "2026-09-08", "2026-10-25", "2026-11-01", "2026-11-05", "2026-11-09")
REMARKS: Final = tuple(uid(number) for number in range(3000, 3003))
LESSONS: Final = tuple(uid(number) for number in range(1000, 1005))
BELLS: Final = (uid(60), uid(61))
RINGS: Final = (Bell(number=1, starts_at="08:30", ends_at="09:15"), Bell(number=2, starts_at="09:25", ends_at="10:10"))
PLANNED_WORKS: Final = tuple(uid(number) for number in range(2100, 2103))
WORKS: Final = tuple(uid(number) for number in range(2000, 2004))
FILE: Final = HomeworkFile(media_type="image/png", sha256="5a" * 32, size=1_024)
DUE: Final = NewHomework(text="§ 3", due_lesson=DueLesson(held_on="2027-05-20", number=3), files=(FILE,))
VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "mark": ("5", "2", "na", "3/4", "9"),
    "make_up": ("2026-11-10", "2026-11-12", "2026-09-09", "2026-13-01"),
    "absence": ("ill", "absent", "excused", "nap"),
    "lateness": (5, 120, 0),
    "early_leave": (6, 120, 121),
    "work": (
        {"kind": "test", "written": True, "weight": 200},
        {"kind": "test", "written": True, "weight": 100, "ends_on": "2026-11-10"},
        {"kind": "answer", "written": False, "weight": 100, "ends_on": "2026-11-10"},
        {"kind": "answer", "written": False},
        {"kind": "homework_check", "written": False, "weight": 100, "of_lesson": uid(1001)},
        {"kind": "homework_check", "written": False},
        {"kind": "answer", "written": False, "weight": 0},
    ),
    "substitution": (
        {"reason": "training", "basis": "приказ № 2", "same_subject": False, "coefficient": 150},
        {"reason": "ill", "basis": "приказ № 3", "same_subject": True, "coefficient": 100},
        {"reason": "ill", "basis": "приказ № 3", "same_subject": True, "coefficient": 0},
    ),
    "homework": (
        {"text": "§ 7"},
        {"text": ""},
        {"text": "§ 8", "due_on": "2026-11-10"},
        {"text": "", "due_on": "2027-01-11"},
        {"text": "§ 9", "due_lesson": {"held_on": "2026-11-09", "number": 3, "lesson": uid(1002)}},
        {"text": "§ 9", "files": [{"media_type": "image/png", "sha256": "5a" * 32, "size": 1_024}]},
        {"text": "§ 9", "due_lesson": {"held_on": "2026-09-07", "number": 1}},
    ),
    "lesson": (
        {"topic": "Иная тема", "number": 1, "starts_at": "08:30", "ends_at": "09:15"},
        {"topic": "Третья тема", "number": 1, "starts_at": "08:30", "ends_at": "09:15", "plan_items": (1, 2)},
        {"topic": "Ещё тема", "number": 0, "starts_at": "09:30", "ends_at": "10:15"},
        {"topic": "", "number": 0, "starts_at": "09:30", "ends_at": "10:15"},
    ),
}


class Move(NamedTuple):
    """Which kind of command, after how many days, and the numbers that fill it."""

    kind: str
    days: int
    numbers: tuple[int, ...]


class Choices:
    """Reads a move's numbers one by one; beyond the last it reads zeros."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = list(numbers)

    def number(self, below: int) -> int:
        return self._numbers.pop(0) % below if self._numbers else 0

    def one(self, options: Sequence[_T]) -> _T:
        return options[self.number(len(options))]

    def some(self, options: Sequence[_T], most: int = 3) -> tuple[_T, ...]:
        return tuple(self.one(options) for _ in range(self.number(most + 1)))

    def rarely(self) -> bool:
        """True for one number in eight, never for zero."""
        return self.number(8) == 7


def command_of(move: Move, journal: Journal, now: datetime) -> Step:
    """Turn a move into a command, its actor and its moment."""
    now += timedelta(days=move.days)
    command, actor = _MOVES[move.kind][0](Choices(move.numbers), journal)
    if move.kind in _WRITTEN and actor.role == "teacher" and sum(move.numbers) % 8 == 7:
        actor = Actor(DEPUTY.id, "deputy", on_behalf_of=actor.id, basis="приказ № 14")
    return command, actor, now


def moves(kinds: Sequence[str] = ()) -> st.SearchStrategy[Move]:
    numbers = st.lists(st.integers(0, 840), max_size=24).map(tuple)
    return st.builds(Move, st.sampled_from(tuple(kinds) or KINDS), st.integers(0, 9), numbers)


def item_of(index: int, stream: str, version: int, event: Event, actor: Actor) -> Item:
    """An event as the oracle reads it: from its bytes."""
    type_, data = CODEC.encode(event)
    return Item(index, stream, version, type_.partition("/")[0], json.loads(data), actor.id, actor.on_behalf_of)


def _record(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    course = choices.one(_courses(journal))
    held_on = choices.one(DAYS)
    actor, substitution = _recorder(choices, journal, course, held_on)
    posted = journal.find(f"homework/{course}")
    places = (
        [(one.held_on, one.number) for one in posted.standing.values()] if isinstance(posted, PostedHomework) else []
    )
    held_on, number = choices.one(places) if places and choices.number(2) else (held_on, 3)
    command = cmd.RecordLesson(
        lesson=choices.one(LESSONS),
        substitution=substitution,
        course=course,
        held_on=held_on,
        number=number,
        starts_at="10:40",
        ends_at="11:25",
        topic="Тема",
        plan_items=_covered(choices, journal, course),
        attendance_taken=choices.number(2) == 0,
        **_parts(choices, _students(journal, course)),
    )
    return command, actor


def _add(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    id_, lesson = _some_lesson(choices, journal)
    take = choices.number(3) == 1
    students = _students(journal, lesson.course) if lesson else STUDENTS_A
    command = cmd.AddToLesson(lesson=id_, take_attendance=take, **_parts(choices, students))
    return command, _lesson_teacher(choices, journal, lesson)


def _reason(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    id_, lesson = _some_lesson(choices, journal)
    code: AbsenceCode = choices.one(("ill", "excused", "absent"))
    command = cmd.SetAbsenceReason(lesson=id_, absence=_index(choices, lesson, "absence"), code=code)
    return command, _lesson_teacher(choices, journal, lesson)


def _correct(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    id_, lesson, corrects, new, reason, note = _change(choices, journal)
    command = cmd.Correct(lesson=id_, corrects=corrects, new=new, reason=reason, note=note)
    return command, _lesson_teacher(choices, journal, lesson)


def _request(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    id_, lesson, corrects, new, reason, note = _change(choices, journal)
    command = cmd.RequestCorrection(lesson=id_, corrects=corrects, new=new, reason=reason, note=note, basis="заявление")
    actor = choices.one((DEPUTY, FOR_DEPUTY)) if choices.rarely() else _lesson_teacher(choices, journal, lesson)
    return command, actor


def _answer(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    id_, lesson = _some_lesson(choices, journal)
    asked = [*lesson.requests] if lesson else []
    request = choices.one(asked) if asked else 3
    actor = choices.one((DEPUTY, DEPUTY_2, ADMIN, TEACHER, FOR_DEPUTY))
    if choices.number(3) == 1:
        return cmd.RefuseCorrection(lesson=id_, request=request, basis="нет оснований"), actor
    return cmd.ApproveCorrection(lesson=id_, request=request), actor


def _close(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    return cmd.ClosePeriod(period=choices.one((QUARTER_1, QUARTER_2, WHOLE_YEAR, uid(43)))), _administrator(choices)


def _attest(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    size = choices.one((journal.size, journal.size, journal.size - 1, journal.size + 1, 1))
    id_ = choices.one((QUARTER_1, QUARTER_2, WHOLE_YEAR))
    actor = DEPUTY if choices.rarely() else choices.one((ADMIN, DIRECTOR))
    return cmd.AttestPeriod(period=id_, size=size, basis="акт № 1"), actor


def _define(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    starts_on, ends_on = sorted((choices.one(DAYS), choices.one(DAYS)))
    kind = choices.one(("trimester", "half_year", "quarter"))
    id_ = choices.one((uid(43), uid(44)))
    return period(id_, kind, 1 + choices.number(3), starts_on, ends_on), _administrator(choices)


def _move_student(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    group, student, day = choices.one((CLASS_A, CLASS_B)), choices.one(STUDENTS), choices.one(DAYS)
    if choices.number(2):
        return cmd.EnrollStudent(class_group=group, student=student, starts_on=day), _administrator(choices)
    return cmd.WithdrawStudent(class_group=group, student=student, ends_on=day), _administrator(choices)


def _assign(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    teacher, day = choices.one(TEACHERS).id, choices.one(DAYS)
    if choices.number(3) == 0:
        group = choices.one((CLASS_A, CLASS_B))
        command: cmd.JournalCommand = cmd.AssignClassTeacher(class_group=group, teacher=teacher, starts_on=day)
    else:
        command = cmd.AssignTeacher(course=choices.one(_courses(journal)), teacher=teacher, starts_on=day)
    return command, _administrator(choices)


def _open_subgroup(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    command = cmd.OpenCourse(
        course=choices.one(SUBGROUPS),
        class_group=CLASS_A,
        year=YEAR,
        subject=choices.one(("Английский язык", "Информатика")) if choices.rarely() else "Английский язык",
        subgroup=choices.one(("1", "2", "3")),
        teacher=choices.one(TEACHERS).id,
        starts_on=DAYS[0],
    )
    return command, _administrator(choices)


def _member(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """A member of a subgroup leaves, or a student joins one, mostly from the first day on."""
    course = choices.one([*_courses(journal)[len(COURSES) :], MATHS_A])
    student, day = choices.one(STUDENTS_A), choices.one(DAYS[1:]) if choices.number(3) == 2 else DAYS[0]
    if choices.number(4) < 3:
        return cmd.JoinSubgroup(course=course, student=student, starts_on=day), _administrator(choices)
    return cmd.LeaveSubgroup(course=course, student=student, ends_on=day), _administrator(choices)


def _plan(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """A plan of a few items, or of more than an entry holds."""
    homework = "ы" * 4_000 if choices.number(3) == 2 else choices.one((None, "§ 1"))
    count = 1 + choices.number(9)
    items = tuple(PlanItem(number=n, topic=f"Тема {n}", hours=1 + n % 2, homework=homework) for n in range(1, count))
    course = choices.one(_courses(journal))
    return cmd.ImportPlan(course=course, title="План", items=items), _planner(choices, journal, course)


def _amend(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    planned = [id_ for id_ in _courses(journal) if f"plan/{id_}" in journal.aggregates] or [MATHS_A]
    course = choices.one(planned)
    new = choices.one((PlanTopic(topic="Тема", hours=1, planned_on=DAYS[1]), PlanTopic(topic="Тема", hours=0), None))
    command = cmd.AmendPlan(
        course=course, number=choices.number(12), new=new, reason=choices.one(("calendar", "merged")), basis="приказ"
    )
    return command, _planner(choices, journal, course)


def _planner(choices: Choices, journal: Journal, course: str) -> Actor:
    return ADMIN if choices.number(2) else _teacher(choices, journal, course, DAYS[-1])


def _assign_duty(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """A duty of a teacher's; mostly not yet in force, so that not every lesson needs one."""
    person: str = STAFF[0] if choices.rarely() else choices.one(TEACHERS).id
    command = cmd.AssignDuty(
        person=person,
        duty=choices.one(("journal", "journal", "journal", "substitute", "class_teacher")),
        order_number="21-о",
        order_date=DAYS[0],
        starts_on=choices.one(DAYS[4:]) if choices.rarely() else "2027-05-20",
    )
    return command, _administrator(choices)


def _end_duty(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    duty: Any = choices.one(("journal", "journal", "substitute"))
    ends_on = choices.one(DAYS) if choices.rarely() else "2027-05-20"
    command = cmd.EndDuty(person=choices.one(TEACHERS).id, duty=duty, ends_on=ends_on)
    return command, _administrator(choices)


def _adopt(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    hours: int = choices.one((24, 48, 1_000))
    handling: Handling = choices.one(("flag", "refuse"))
    unassigned: Handling = choices.one(("refuse", "refuse", "flag"))
    parameters = msgspec.structs.replace(
        PARAMETERS, result_hours=hours, mark_for_absent=handling, mark_for_unassigned_homework=unassigned
    )
    order: dict[str, Any] = {"order_number": choices.one(("17-о", "18-о", "19-о", "")), "order_date": choices.one(DAYS)}
    command = cmd.AdoptRegulation(**order, effective_from=choices.one(DAYS), parameters=parameters)
    return command, _administrator(choices)


def _appoint(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    person: str = TEACHER.id if choices.rarely() else choices.one(STAFF)
    command = cmd.AppointResponsible(
        person=person, order_number="20-о", order_date=choices.one(DAYS), starts_on=choices.one(DAYS)
    )
    return command, _administrator(choices)


def _prove(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    id_, size = uid(6_000 + choices.number(500)), choices.one((journal.size, journal.size - 5, journal.size + 1))
    actor = DEPUTY if choices.rarely() else choices.one((ADMIN, DIRECTOR))
    root = "ab" * 32
    verdict: Verdict = "incomplete" if choices.rarely() else "verified"
    match choices.number(4):
        case 0:
            checkpoint = choices.one((None, size, 1))
            return cmd.RecordVerification(
                verification=id_, size=size, root=root, verdict=verdict, program="verify.pyz", program_sha256=root,
                checkpoint=checkpoint, witnesses=choices.number(2),
            ), actor  # fmt: skip
        case 1:
            known: tuple[Tool, ...] = ("sha256sum", "csv", "verify.pyz")
            tools = choices.some(known)
            return cmd.RecordArchive(
                archive=id_, size=size, root=root, manifest_sha256=root, year=YEAR, opened_with=tools, verdict=verdict
            ), actor
        case 2:
            kept = [stream.partition("/")[2] for stream in journal.aggregates if stream.startswith("archive/")]
            of = choices.one(kept) if kept and not choices.rarely() else id_
            return cmd.HandOverArchive(
                handover=id_, archive=of, to="архив", number="17", received_on=choices.one(("2026-09-02", "2030-01-01"))
            ), actor
        case _:
            month = choices.one(("2026-09", "2026-10", "2026-13"))
            counts = {"employees": 3, "requests": 4, "rows": choices.number(9), "slowest_ms": choices.number(4_000)}
            return cmd.RecordTiming(timing=id_, size=size, month=month, **counts), actor


def _print(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    asked: tuple[tuple[Condition, dict[str, str]], ...] = (
        ("corrections", {"period": QUARTER_1}),
        ("corrections", {"period": QUARTER_2}),
        ("substitutions", {"month": "2026-09"}),
        ("archive", {"year": YEAR}),
        ("archive", {"month": "2026-09"}),
    )
    condition, scope = choices.one(asked)
    command = cmd.RegisterPrintout(
        printout=uid(7_000 + choices.number(500)), condition=condition, number="3", pages=choices.one((40, 0)),
        printed_on=choices.one(("2026-10-26", "2026-11-09", "2026-09-30", "2027-06-01")), kept="архив, шкаф 2",
        signed_by=STUDENTS[0] if choices.rarely() else choices.one((TEACHER.id, *STAFF)), **scope,
        sheets=prints_moves.some_sheets(choices, journal, condition),
    )  # fmt: skip
    return command, DEPUTY if choices.rarely() else choices.one((ADMIN, DIRECTOR))


def _guardian(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    student, guardian = choices.one(STUDENTS[:2]), _odd(choices, GUARDIANS, STUDENTS)
    if choices.number(3) == 2:
        return cmd.UnlinkGuardian(person=student, guardian=guardian), _administrator(choices)
    return cmd.LinkGuardian(person=student, guardian=guardian, relation="mother"), _administrator(choices)


def _data(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """A notice, or an answer to one, or to the refresh."""
    person = choices.one(STUDENTS[:2])
    found = journal.find(f"person/{person}")
    notices = [*found.notices] if isinstance(found, Person) else []
    notice: int | None = choices.one((*notices, 3)) if choices.number(2) == 0 else None
    refresh: str | None = choices.one((YEAR, YEAR, uid(3))) if choices.number(3) == 0 else None
    fields: tuple[DataField, ...] = choices.one((("family_name",), ("email", "address"), ("phone", "phone"), ()))
    command: cmd.JournalCommand
    match choices.number(4):
        case 0:
            command = cmd.ReceiveDataNotice(
                person=person, received_on=_past(choices), how="oral", given_by=GUARDIANS[0], about=fields
            )
        case 1:
            sd = tuple(digest(6 + number) for number in range(choices.number(3)))
            command = cmd.ChangePersonalData(person=person, fields=fields, sd=sd, notice=notice, refresh=refresh)
        case 2:
            command = cmd.ConfirmPersonalData(
                person=person, confirmed_on=_past(choices), notice=notice, refresh=refresh
            )
        case _:
            command = cmd.OpenAnnualRefresh(
                year=choices.one((YEAR, uid(3))), opens_on="2026-08-25", until=choices.one((None, "2026-09-05"))
            )
    return command, _administrator(choices)


def _declare(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    grades: tuple[int, ...] = choices.one(((5,), (5, 6), (6, 5)))
    found = journal.find(f"calendar/{YEAR}")
    standing = [entry.entry for entry in found.entries] if isinstance(found, Calendar) else []
    command: cmd.JournalCommand
    match choices.number(4):
        case 0:
            revokes = choices.one([*standing, 1])
            command = cmd.RevokeCalendarEntry(year=YEAR, revokes=revokes, basis="ошибка ввода")
        case 1:
            weekday = choices.number(9)
            command = cmd.DeclareSchoolDay(year=YEAR, on=choices.one(DAYS), as_weekday=weekday, grades=grades)
        case _:
            command = cmd.DeclareDaysOff(
                year=YEAR, starts_on=choices.one(DAYS), ends_on=choices.one(DAYS), title="Каникулы", grades=grades
            )
    return command, _administrator(choices)


def _delivery(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    guardian = _odd(choices, GUARDIANS, STUDENTS)
    found = journal.find(f"person/{guardian}")
    consents, refusals = ([*found.consents], [*found.refusals]) if isinstance(found, Person) else ([], [])
    student = choices.one(STUDENTS[:2])
    written = choices.number(2) == 0
    method: ConsentMethod = "written" if written else "self_service"
    paper = {"application_number": "12", "application_date": "2026-09-01"} if written else {}
    actor = _administrator(choices) if written else Actor(guardian, "guardian")
    match choices.number(5):
        case 0 | 1:
            channel: Channel = choices.one(("in_system", "email", "sms"))
            sd = (digest(8),) if channel != "in_system" else ()
            return cmd.GiveDeliveryConsent(
                person=guardian, student=student, channel=channel, method=method, sd=sd, **paper
            ), actor
        case 2:
            consent = choices.one((*consents, 3))
            return cmd.WithdrawDeliveryConsent(person=guardian, consent=consent, method=method, **paper), actor
        case 3:
            return cmd.RefuseInformation(
                person=guardian, student=student, refused_on="2026-09-03", basis="заявление"
            ), _administrator(choices)
        case _:
            return cmd.NotifyGuardianship(
                person=guardian, refusal=choices.one((*refusals, 3)), out_number="01-17",
                sent_on=choices.one(("2026-09-04", "2026-09-02")), approved_by=_odd(choices, STAFF, (ADMIN.id,)),
            ), _administrator(choices)  # fmt: skip


def _control(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    group = choices.one((CLASS_A, CLASS_A, CLASS_B))
    actor = choices.one((TEACHER_3, TEACHER_3, DEPUTY, TEACHER))
    note = digest(9) if choices.number(2) else None
    known = journal.find(f"control/{group}")
    checks = [*sorted(known.checks)] if isinstance(known, Control) else []
    match choices.number(3):
        case 0:
            days = {"from_date": choices.one(("2026-09-01", "2026-09-04")), "to_date": "2026-09-03"}
            return cmd.RecordControlCheck(class_group=group, held_on="2026-09-07", note=note, **days), actor
        case 1:
            id_, lesson = _some_lesson(choices, journal)
            place = choices.one(
                (
                    {},
                    {"course": MATHS_A},
                    {"course": lesson.course if lesson else MATHS_A, "lesson": id_},
                    {"course": choices.one(COURSES), "held_on": DAYS[0]},
                )
            )
            return cmd.RaiseRemark(
                remark=choices.one(REMARKS), class_group=group, to=_odd(choices, (TEACHER.id, TEACHER_2.id), STAFF),
                about=choices.one(("homework", "lesson", "other")), note=note,
                check=choices.one((None, *checks, 3)), **place,
            ), actor  # fmt: skip
        case _:
            how: RemarkClosing = choices.one(("answered", "withdrawn"))
            return cmd.CloseRemark(remark=choices.one(REMARKS), how=how, note=note), choices.one(
                (TEACHER, TEACHER_2, TEACHER_3, DEPUTY)
            )


def _odd(choices: Choices, usual: Sequence[str], others: Sequence[str]) -> str:
    return choices.one(others) if choices.rarely() else choices.one(usual)


def _past(choices: Choices) -> str:
    return choices.one(("2026-09-01", "2026-09-05", "2026-08-01"))


def _ring(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    lessons = choices.one((RINGS, RINGS[:1], RINGS[::-1]))
    command = cmd.SetBellSchedule(
        bells=choices.one(BELLS), title="Смена", effective_from=choices.one(DAYS[:5]), lessons=lessons
    )
    return command, _administrator(choices)


def _certify(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    student = choices.one(STUDENTS)
    group = CLASS_A if student in STUDENTS_A else CLASS_B
    actor = choices.one(PEOPLE) if choices.rarely() else choices.one((ADMIN, DEPUTY, TEACHER_3))
    known = journal.find(f"certificate/{student}")
    if choices.number(4) == 3:
        corrects = choices.one([*known.standing]) if isinstance(known, Certificates) and known.standing else 3
        return cmd.AnnulCertificate(class_group=group, student=student, corrects=corrects, basis="ошибка"), actor
    starts_on, ends_on = sorted((choices.one(DAYS), choices.one(DAYS)))
    code: CertificateCode = choices.one(("ill", "excused"))
    command = cmd.RecordCertificate(
        certificate=uid(choices.one(range(3000, 3006))),
        class_group=group,
        student=student,
        starts_on=starts_on,
        ends_on=ends_on,
        code=code,
        basis="справка",
    )
    return command, actor


def _cancel(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    course: str = choices.one(COURSES)
    known = journal.find(f"cancellation/{course}")
    if choices.number(4) == 3:
        corrects = choices.one([*known.standing]) if isinstance(known, Cancellations) and known.standing else 3
        return cmd.WithdrawCancellation(course=course, corrects=corrects, basis="состоится"), _administrator(choices)
    reason: CancellationReason = choices.one(("teacher_absent", "quarantine"))
    command = cmd.CancelLesson(
        course=course,
        held_on=choices.one(DAYS),
        number=choices.number(3),
        reason=reason,
        basis="приказ",
        moved_to=choices.one((None, None, PlannedPlace(held_on=choices.one(DAYS), number=1))),
        merged_with=choices.one((None, None, *COURSES)),
    )
    return command, _administrator(choices)


def _plan_work(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Plan a work, move or cancel one; a work of a lesson may then name it."""
    course = choices.one(COURSES)
    known = journal.find(f"schedule/{course}")
    standing = [*known.standing] if isinstance(known, Schedule) else []
    actor = _teacher(choices, journal, course, DAYS[0]) if choices.number(2) else _administrator(choices)
    day, number = choices.one(DAYS), choices.one((None, 2, 13 if choices.rarely() else 3))
    if not standing or choices.number(2):
        minutes = 0 if choices.rarely() else 45
        planned = cmd.ScheduleWork(
            course=course,
            scheduled=choices.one(PLANNED_WORKS),
            planned_on=day,
            kind="control_work",
            minutes=minutes,
            number=number,
        )
        return planned, actor
    corrects = 3 if choices.rarely() else choices.one(standing)
    if choices.number(3) == 2:
        return cmd.CancelScheduledWork(course=course, corrects=corrects, reason="load", basis="записка"), actor
    return (
        cmd.MoveScheduledWork(course=course, corrects=corrects, planned_on=day, reason="calendar", number=number),
        actor,
    )


def _plan_substitute(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    course: str = choices.one(COURSES)
    known = journal.find(f"substitution/{course}")
    standing = [*known.standing] if isinstance(known, SubstitutionPlans) else []
    indexes = standing or [3]
    if choices.number(4) == 3:
        corrects = choices.one(indexes)
        command = cmd.WithdrawSubstitutionPlan(course=course, corrects=corrects, basis="вышел")
        return command, _administrator(choices)
    # Mostly days to come: nothing is planned for what has passed.
    held_on, number = choices.one((*DAYS, "2026-12-21", "2027-05-20", "2027-05-21")), 1 + choices.number(2)
    if isinstance(known, SubstitutionPlans) and standing and not choices.rarely():
        place = known.standing[choices.one(standing)]
        held_on, number = place.held_on, place.number
    found = known.at(held_on, number) if isinstance(known, SubstitutionPlans) else None
    replaces = choices.one([None, *indexes]) if choices.rarely() or found is None else found[0]
    plan = cmd.PlanSubstitution(
        course=course,
        held_on=held_on,
        number=number,
        substitute=choices.one((TEACHER, TEACHER_2, TEACHER_3)).id,
        reason=choices.one(("ill", "leave")),
        basis="приказ",
        replaces=replaces if found is not None or choices.rarely() else None,
    )
    return plan, _administrator(choices)


def _schedule(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    course = MATHS_B if choices.rarely() else choices.one(COURSES[:2])
    lessons = tuple(
        TimetableLesson(
            course=course, weekday=weekday, number=1 + choices.number(2), weeks=choices.one(("every", "odd"))
        )
        for weekday in sorted(choices.some((1, 2, 3)))
    )
    command = cmd.SetTimetable(
        class_group=CLASS_A, effective_from=choices.one(DAYS), bells=choices.one(BELLS), lessons=lessons
    )
    return command, _administrator(choices)


def _post(choices: Choices, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Homework of a lesson that the timetable has, mostly; or what was posted is withdrawn."""
    week = journal.find(f"timetable/{CLASS_A}")
    lessons = week.last.event.lessons if isinstance(week, Timetable) else ()
    place = choices.one(lessons) if lessons and not choices.rarely() else None
    course = place.course if place else choices.one(COURSES[:2])
    known = journal.find(f"homework/{course}")
    actor = _teacher(choices, journal, course, DAYS[0])
    if isinstance(known, PostedHomework) and choices.number(3) == 2:
        return cmd.WithdrawHomework(course=course, corrects=choices.one([*known.standing, 3])), actor
    given = choices.one(
        (NewHomework(text="§ 1"), NewHomework(text="§ 2", due_on="2027-05-30"), DUE, NewHomework(text=""))
    )
    monday = date(2026, 9, 14) + timedelta(days=7 * choices.number(36))
    command = cmd.PostHomework(
        course=course,
        held_on=(monday + timedelta(days=place.weekday - 1 if place else 0)).isoformat(),
        number=place.number if place else 3,
        text=given.text,
        due_on=given.due_on,
        due_lesson=given.due_lesson,
        files=given.files,
    )
    return command, actor


# Kind of a move -> how it is made, and how often it is tried among all others.
_WRITTEN: Final = frozenset({"record", "add", "reason", "correct", "post"})
"""What a teacher writes, and another for them."""
_MOVES: Final = {
    "record": (_record, 7),
    "add": (_add, 8),
    "reason": (_reason, 3),
    "correct": (_correct, 11),
    "request": (_request, 8),
    "answer": (_answer, 5),
    "close": (_close, 1),
    "reopen": (reopening_moves.period, 3),
    "attest": (_attest, 2),
    "backdate": (backdating_moves.backdate, 6),
    "journal": (closing_moves.journal, 4),
    "define": (_define, 1),
    "move_student": (_move_student, 2),
    "assign": (_assign, 1),
    "adopt": (_adopt, 1),
    "appoint": (_appoint, 1),
    "declare": (_declare, 2),
    "ring": (_ring, 2),
    "schedule": (_schedule, 2),
    "open_subgroup": (_open_subgroup, 1),
    "member": (_member, 4),
    "plan": (_plan, 2),
    "amend": (_amend, 2),
    "assign_duty": (_assign_duty, 1),
    "end_duty": (_end_duty, 1),
    "guardian": (_guardian, 2),
    "data": (_data, 3),
    "delivery": (_delivery, 4),
    "control": (_control, 2),
    "prove": (_prove, 2),
    "print": (_print, 3),
    "backup": (backups_moves.backup, 2),
    "form": (prints_moves.form, 3),
    "account": (accounts_moves.account, 3),
    "keep": (erasures_moves.keep, 3),
    "erase": (erasures_moves.erase, 5),
    "block": (blocking_moves.block, 4),
    "anchor": (blocking_moves.anchor, 2),
    "paper": (papers_moves.paper, 5),
    "destroy": (papers_moves.destroy, 5),
    "certify": (_certify, 3),
    "cancel": (_cancel, 2),
    "incident": (excuses_moves.incident, 2),
    "excuse": (excuses_moves.excuse, 4),
    "plan_work": (_plan_work, 3),
    "freshness": (service_moves.freshness, 2),
    "portal": (service_moves.portal, 3),
    "witness": (witnesses_moves.witness, 3),
    "plan_substitute": (_plan_substitute, 3),
    "post": (_post, 12),
    "assess": (results_moves.assess, 2),
    "grade": (results_moves.grade, 9),
    "final": (results_moves.final, 3),
    "examine": (results_moves.examine, 3),
    "publish": (results_moves.publish, 3),
    "correct_result": (results_moves.correct_result, 6),
    "answer_result": (results_moves.answer_result, 4),
    "decide_council": (results_moves.decide_council, 1),
    "help": (accounts_moves.help_in, 3),
}
KINDS: Final = tuple(_MOVES)
WEIGHTS: Final = {kind: weight for kind, (_, weight) in _MOVES.items()}


def _parts(choices: Choices, students: Sequence[str]) -> dict[str, Any]:
    works = choices.some(WORKS, 2)
    return {
        "absences": tuple(NewAbsence(student=student) for student in choices.some(students, 2)),
        "lateness": tuple(NewLateness(student=student, minutes=7) for student in choices.some(students, 1)),
        "early_leaves": tuple(NewEarlyLeave(student=student, minutes=8) for student in choices.some(students, 1)),
        "works": tuple(_work(choices, work) for work in works),
        "make_ups": tuple(
            NewMakeUp(
                student=student,
                work=choices.one(works or WORKS),
                made_up_on=choices.one(VALUES["make_up"][: 3 if choices.rarely() else 2]),
            )
            for student in choices.some(students, 1)
        ),
        "marks": tuple(
            NewMark(student=student, work=choices.one(works or WORKS), value=choices.one(("5", "4", "2", "1/2")))
            for student in choices.some(students, 3)
        ),
        "homework": choices.one((None, NewHomework(text="§ 1"), NewHomework(text="§ 2", due_on="2026-11-12"), DUE)),
    }


def _work(choices: Choices, work: str) -> NewWork:
    """A test, an answer, or a check of the homework of the lesson before, or of another one."""
    if choices.number(3) == 2:
        return NewWork(
            work=work,
            kind="test",
            written=True,
            ends_on=choices.one((None, "2026-11-10")),
            weight=choices.one((None, None, 100, 200)),
            scheduled=choices.one((None, None, *PLANNED_WORKS)),
        )
    kind: WorkKind = choices.one(("answer", "homework_check", "homework_check"))
    of_lesson = choices.one((None, None, *LESSONS)) if kind == "homework_check" or choices.rarely() else None
    return NewWork(work=work, kind=kind, written=False, of_lesson=of_lesson)


def _courses(journal: Journal) -> list[str]:
    """The courses that there are: at first those of the whole classes."""
    return [*COURSES, *(id_ for id_ in SUBGROUPS if f"course/{id_}" in journal.aggregates)]


def _students(journal: Journal, course: str) -> Sequence[str]:
    """Who may be in a lesson of the course: of a subgroup, who ever was in it."""
    found = journal.find(f"course/{course}")
    if isinstance(found, Course) and found.members:
        return tuple(found.members)
    return STUDENTS_B if course == MATHS_B else STUDENTS_A


def _covered(choices: Choices, journal: Journal, course: str) -> tuple[int, ...]:
    """Items of the course's plan mostly, where it has one."""
    found = journal.find(f"plan/{course}")
    numbers = [*found.items][:2] if isinstance(found, LessonPlan) else []
    if choices.rarely():
        return choices.one(((1,), (2, 1), (9,)))
    return tuple(numbers[: choices.number(3)])


def _some_lesson(choices: Choices, journal: Journal) -> tuple[str, Lesson | None]:
    known = [id_ for id_ in LESSONS if f"lesson/{id_}" in journal.aggregates] or LESSONS
    id_ = choices.one(known)
    found = journal.find(f"lesson/{id_}")
    return id_, found if isinstance(found, Lesson) else None


def _index(choices: Choices, lesson: Lesson | None, what: str = "") -> int:
    """A standing entry mostly, any entry of a fact now and then."""
    if lesson is None:
        return 0
    if choices.rarely():
        return choices.one([*lesson.chain])
    standing = [fact.standing for fact in lesson.facts.values() if what in ("", fact.what)]
    return choices.one(standing) if standing else lesson.lesson


def _change(choices: Choices, journal: Journal) -> tuple[str, Lesson | None, int, Any, Any, str | None]:
    id_, lesson = _some_lesson(choices, journal)
    corrects = _index(choices, lesson)
    what = lesson.facts[lesson.chain[corrects]].what if lesson else "mark"
    new = None if choices.number(2) else choices.one(VALUES[what])
    reason = choices.one(("typo", "appeal", "other"))
    note = digest(5) if choices.number(2) else None
    return id_, lesson, corrects, new, reason, note


def _recorder(choices: Choices, journal: Journal, course: str, day: str) -> tuple[Actor, NewSubstitution | None]:
    """The responsible teacher mostly, or a substitute; with a substitution that fits, mostly."""
    actor = choices.one(TEACHERS) if choices.number(4) == 3 else _teacher(choices, journal, course, day)
    found = journal.find(f"course/{course}")
    is_needed = isinstance(found, Course) and found.teacher_on(day) != actor.id
    if is_needed == choices.rarely():
        return actor, None
    return actor, NewSubstitution(
        reason=choices.one(("ill", "leave")), basis="приказ № 1", same_subject=choices.number(2) == 0
    )


def _teacher(choices: Choices, journal: Journal, course: str, day: str) -> Actor:
    """The responsible teacher mostly."""
    if choices.rarely():
        return choices.one(PEOPLE)
    found = journal.find(f"course/{course}")
    responsible = found.teacher_on(day) if isinstance(found, Course) else None
    return Actor(responsible, "teacher") if responsible else TEACHER


def _lesson_teacher(choices: Choices, journal: Journal, lesson: Lesson | None) -> Actor:
    return _teacher(choices, journal, lesson.course if lesson else MATHS_A, lesson.held_on if lesson else DAYS[0])


def _administrator(choices: Choices) -> Actor:
    return TEACHER if choices.rarely() else choices.one((ADMIN, DEPUTY))
