"""The worklist of those who control a journal (regulation 1.6): remarks by persons, and remarks that follow by rule.

What came late or lacks is a remark without a person. It is derived and never recorded: it is raised when its term ends,
and closes itself by the entry that records what was missing, so a late record is a remark that was closed. Whatever the
log says later is judged anew, as of any position: a lesson that turns out cancelled leaves no remark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from ledger.journal.deadlines.days import local_date
from ledger.journal.deadlines.verdict import Rule
from ledger.wire.entry import format_at, parse_at
from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, stands
from projections.views.control import Remark, remarks
from projections.views.deadline_basis import judging, moments
from projections.views.deadline_rows import DeadlineRow, ExcusedRow, monday
from projections.views.deadlines import Asked, deadline_register
from projections.views.lookups import classes

WORK_RULES: Final[tuple[Rule, ...]] = ("lesson", "attendance", "homework", "oral_mark", "written_work")
"""What becomes a remark; a mark for written work does with its work."""
_ABOUT: Final[dict[Rule, str]] = {"oral_mark": "marks", "written_work": "marks"}


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A remark.

    Attributes:
        raised_by: ``rule``, or ``person``.
        about: `ledger.journal.vocabulary.RemarkAbout`.
        rule, status: by which rule, and whether it is ``late`` or ``missing``; None of a person's.
        remark, entry, actor: a person's remark: its id, its entry, who raised it; None by rule.
        raised_at: by rule, when the term ended; else the entry's moment. UTC.
        week: Monday of the lesson's week; where no lesson is named, of the day on which it was raised.
        to: the teacher concerned, None: nobody is responsible.
        class_group, class_name, course, subject, lesson, held_on, number: about what; None where it is not said.
        student, work: of a late mark for an oral answer, or a written work.
        is_open: whether it waits.
        closed_how: ``filled``, ``answered`` or ``withdrawn``; None while it is open.
        closed_by, closed_at: the entry that did it, and its moment where it is known.
        excused: what excuses it, by rule; it is a remark all the same (2.4.1).
        basis: entries that it rests on.
    """

    raised_by: Literal["rule", "person"]
    about: str
    rule: Rule | None
    status: str | None
    remark: str | None
    entry: int | None
    actor: str | None
    raised_at: str
    week: str
    to: str | None
    class_group: str
    class_name: str
    course: str | None
    subject: str | None
    lesson: str | None
    held_on: str | None
    number: int | None
    student: str | None
    work: str | None
    is_open: bool
    closed_how: str | None
    closed_by: int | None
    closed_at: str | None
    excused: ExcusedRow | None
    basis: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WeekCount:
    """Remarks of the lessons of a week: raised by rule and by persons, and how many of all of them wait."""

    week: str
    by_rule: int
    by_person: int
    open: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """Remarks by day and number at a position, as of `now`, and how many there are of each week."""

    position: int
    now: str
    weeks: tuple[WeekCount, ...]
    rows: tuple[WorkRow, ...]


def worklist(views: Reader, asked: Asked, *, now: datetime, only_open: bool = False, at: AsOf = None) -> Worklist:
    """Remarks of a class, to a teacher, or of all, about lessons of some days.

    Args:
        views: whom to ask.
        asked: class, teacher, days; its student, rules and statuses do not matter here.
        now: the moment by the clock.
        only_open: leave out what is closed; the weeks count all the same.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    of_all = replace(asked, student=None, rules=WORK_RULES, statuses=("late", "missing"))
    register = deadline_register(views, of_all, now=now, at=at)
    rows = [_by_rule(row) for row in register.rows]
    rows += _by_persons(views, asked, now, register.position)
    rows.sort(key=lambda row: (row.held_on or row.raised_at[:10], row.number or 0, row.class_name, row.about))
    weeks = sorted({row.week for row in rows})
    counted = Counter((row.week, row.raised_by) for row in rows)
    waiting = Counter(row.week for row in rows if row.is_open)
    return Worklist(
        register.position,
        register.now,
        tuple(WeekCount(week, counted[week, "rule"], counted[week, "person"], waiting[week]) for week in weeks),
        tuple(row for row in rows if row.is_open or not only_open),
    )


def _by_rule(row: DeadlineRow) -> WorkRow:
    is_open = row.status == "missing"
    return WorkRow(
        raised_by="rule",
        about=_ABOUT.get(row.rule, row.rule),
        rule=row.rule,
        status=row.status,
        remark=None,
        entry=None,
        actor=None,
        raised_at=row.due or "",
        week=row.week,
        to=row.teacher,
        class_group=row.class_group,
        class_name=row.class_name,
        course=row.course,
        subject=row.subject,
        lesson=row.lesson,
        held_on=row.held_on,
        number=row.number,
        student=row.student,
        work=row.work,
        is_open=is_open,
        closed_how=None if is_open else "filled",
        closed_by=row.recorded_by,
        closed_at=row.recorded_at,
        excused=row.excused,
        basis=row.basis,
    )


def _by_persons(views: Reader, asked: Asked, now: datetime, position: int) -> Iterator[WorkRow]:
    """Remarks that persons raised, by the day of their lesson, or of their own."""
    names = {of.class_group: of.name for of in classes(views, at=position).rows}
    sql = f"""SELECT l.lesson, l.held_on, l.number FROM {{remarks}} r
        JOIN {{lessons}} l ON l.lesson = r.lesson AND {stands("l")} WHERE {stands("r")}"""
    places = {lesson: (day, number) for lesson, day, number in views.select(sql, {"at": position})}
    zone = judging(views, now, position).school.zone
    first, last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
    found = [
        one
        for one in remarks(views, class_group=asked.class_group, at=position).rows
        if asked.teacher in (None, one.to)
    ]
    closings = [entry for one in found if (entry := _closing(one)[1]) is not None]
    at = moments(views, closings)
    for one in found:
        day, number = places.get(one.lesson or "", (one.held_on, None))
        week_of = day or local_date(parse_at(one.at), zone).isoformat()
        if not first <= week_of <= last:
            continue
        how, closed_by = _closing(one)
        yield WorkRow(
            raised_by="person",
            about=one.about,
            rule=None,
            status=None,
            remark=one.remark,
            entry=one.entry,
            actor=one.actor,
            raised_at=one.at,
            week=monday(week_of),
            to=one.to,
            class_group=one.class_group,
            class_name=names.get(one.class_group, ""),
            course=one.course,
            subject=one.subject,
            lesson=one.lesson,
            held_on=day,
            number=number,
            student=None,
            work=None,
            is_open=one.is_open,
            closed_how=how,
            closed_by=closed_by,
            closed_at=None if closed_by is None else format_at(at[closed_by]),
            excused=None,
            basis=tuple(sorted({one.entry, *([closed_by] if closed_by is not None else [])})),
        )


def _closing(one: Remark) -> tuple[str | None, int | None]:
    """How a person's remark was closed first, and by which entry."""
    either = [(entry, how) for entry, how in ((one.closed_by, one.how), (one.filled_by, "filled")) if entry is not None]
    return (None, None) if not either else (min(either)[1], min(either)[0])
