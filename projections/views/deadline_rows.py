"""Rows of the register of deadlines: a verdict and what it is about, as whoever asks is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from ledger.journal.deadlines.verdict import Rule, Status, Verdict
from ledger.wire.entry import format_at
from projections.views.deadline_basis import Judging
from projections.views.lookups import Lesson
from projections.views.timetable_pages import DayLesson


@dataclass(frozen=True, slots=True)
class ExcusedRow:
    """What excuses it: why, and the entries of the excuse and of the incident (None: there is none)."""

    reason: str
    excuse: int
    incident: int | None


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One verdict, as in `ledger.journal.deadlines.verdict.Verdict`, and what it is about.

    A lesson that was planned and not recorded has no `lesson`; its teacher is who was planned to substitute, else the
    responsible one, if there is any.

    Attributes:
        due, recorded_at: UTC, spelled as an entry's `at`; `recorded_by`: the entry that first recorded it.
        due_local: `due` by the school's clock, with its offset.
        late_by_seconds: whole seconds, where it is late.
        excused: what excuses it, where it is late or missing and something does; it stays that (2.4.1).
        not_assigned: of homework: whether it counts as not assigned (2.2.3); else None.
        without_mark: of a written work: students who wrote it and have no mark.
        week: Monday of the lesson's week.
        starts_at: the school's clock; None where a planned lesson has a number that the bells do not know.
        class_name: such as ``5А``.
    """

    rule: Rule
    clause: str
    status: Status
    due: str | None
    due_local: str | None
    recorded_at: str | None
    recorded_by: int | None
    late_by_seconds: int | None
    exempt_by: str | None
    excused: ExcusedRow | None
    readings: tuple[str, ...]
    basis: tuple[int, ...]
    lesson: str | None
    held_on: str
    week: str
    number: int
    starts_at: str | None
    course: str
    class_group: str
    class_name: str
    subject: str
    teacher: str | None
    student: str | None
    work: str | None
    not_assigned: bool | None
    without_mark: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and what it is about."""

    verdict: Verdict
    student: str | None = None
    work: str | None = None
    not_assigned: bool | None = None
    without_mark: tuple[str, ...] = ()


def row_of(one: Judged, lesson: Lesson | DayLesson, class_name: str, by: Judging) -> DeadlineRow:
    """A verdict on a lesson as it is told."""
    verdict = one.verdict
    due, late_by = verdict.due, verdict.late_by
    return DeadlineRow(
        rule=verdict.rule,
        clause=verdict.clause,
        status=verdict.status,
        due=_spelled(due) if due else None,
        due_local=_local(due, by.school.zone) if due else None,
        recorded_at=format_at(verdict.recorded_at) if verdict.recorded_at else None,
        recorded_by=verdict.recorded_by,
        late_by_seconds=None if late_by is None else int(late_by.total_seconds()),
        exempt_by=verdict.exempt_by,
        excused=None if verdict.excused is None else ExcusedRow(*verdict.excused),
        readings=verdict.readings,
        basis=verdict.basis,
        lesson=lesson.lesson,
        held_on=lesson.held_on,
        week=monday(lesson.held_on),
        number=lesson.number,
        starts_at=lesson.starts_at,
        course=lesson.course,
        class_group=lesson.class_group,
        class_name=class_name,
        subject=lesson.subject,
        teacher=lesson.owed_by if isinstance(lesson, DayLesson) else lesson.teacher,
        student=one.student,
        work=one.work,
        not_assigned=one.not_assigned,
        without_mark=one.without_mark,
    )


# A class's students have one term: most of a register's rows end at the same few hundred moments.
@lru_cache(maxsize=4_096)
def _spelled(moment: datetime) -> str:
    return format_at(moment)


@lru_cache(maxsize=4_096)
def _local(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).isoformat()


@lru_cache(maxsize=4_096)
def monday(day: str) -> str:
    """The Monday of a day's week."""
    of = date.fromisoformat(day)
    return (of - timedelta(days=of.weekday())).isoformat()
