"""Duties of teachers with their days, and what is wrong with who answers for courses (regulation 1.2, R05, R06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from ledger.journal import rules
from ledger.journal.duty_events import DutyAssigned, DutyEnded
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.accounts import accounts
from projections.views.lookups import Course, class_teachers, classes, courses, day_before, years


class DutyRow(NamedTuple):
    """A duty from `starts_on` on, with its order."""

    entry: int
    person: str
    duty: str
    order_number: str
    order_date: str
    starts_on: str
    to_position: int = OPEN


class DutyEndRow(NamedTuple):
    """A duty's last day."""

    entry: int
    person: str
    duty: str
    ends_on: str
    to_position: int = OPEN


DUTIES: Final = Table("duties", DutyRow, (("person",),))
DUTY_ENDS: Final = Table("duty_ends", DutyEndRow, (("person",),))


def _assigned(event: DutyAssigned, entry: Entry) -> Operations:
    order = (event.order_number, event.order_date)
    return (DutyRow(entry.index, event.person, event.duty, *order, event.starts_on),)


def _ended(event: DutyEnded, entry: Entry) -> Operations:
    return (DutyEndRow(entry.index, event.person, event.duty, event.ends_on),)


VIEW: Final = View((DUTIES, DUTY_ENDS), {DutyAssigned: _assigned, DutyEnded: _ended})


@dataclass(frozen=True, slots=True)
class Duty:
    """A teacher's duty, both days inclusive; `ended_by`, `ends_on`: None while nothing says the end."""

    entry: int
    person: str
    duty: str
    order_number: str
    order_date: str
    starts_on: str
    ended_by: int | None
    ends_on: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that the regulation does not want, about a course or a class.

    Attributes:
        kind: ``nobody_responsible``: on days of the year before its first teacher's (R05); ``dismissed``: on days of
            the year behind the last day of work of its teacher, until another's first (R05); ``no_duty``: the
            teacher responsible on the day has no duty to keep the journal (R06); ``class_teacher_dismissed``: as
            ``dismissed``, of who controls the class's journal (R10), and then of no course.
        entry: the entry that opens the course, that dismissed the teacher, or that makes the teacher responsible.
        from_date, to_date: the days in question, both inclusive.
        days: how many calendar days these are.
        teacher: who was dismissed or has no duty; None where nobody is responsible.
    """

    kind: str
    entry: int
    course: str | None
    class_group: str
    subject: str | None
    subgroup: str | None
    teacher: str | None
    from_date: str
    to_date: str
    days: int


@dataclass(frozen=True, slots=True)
class Staffing:
    """Duties in the order of their entries, and the alerts of a day, as known at a position.

    `needed_from`: the first day on which who records a lesson needs a duty; None: the school records none.
    """

    position: int
    on: str
    needed_from: str | None
    duties: tuple[Duty, ...]
    alerts: tuple[Alert, ...]


def duties(views: Reader, *, at: AsOf = None) -> Answer[Duty]:
    """All duties, each with the first end after it, in the order of their entries."""
    position = resolve(views, at)
    sql = f"""SELECT d.entry, d.person, d.duty, d.order_number, d.order_date, d.starts_on, e.entry, e.ends_on
        FROM {{duties}} d LEFT JOIN {{duty_ends}} e ON e.entry = (
          SELECT min(f.entry) FROM {{duty_ends}} f WHERE f.person = d.person AND f.duty = d.duty
            AND f.entry > d.entry AND {stands("f")})
        WHERE {stands("d")} ORDER BY d.entry"""
    return Answer(position, tuple(Duty(*row) for row in views.select(sql, {"at": position})))


def staffing(views: Reader, on: str, *, at: AsOf = None) -> Staffing:
    """Duties, and until a day: courses that nobody answers for; and on it, teachers of courses without a duty.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    held = duties(views, at=position).rows
    needed_from = min((duty.starts_on for duty in held), default=None)
    journal: defaultdict[str, list[Duty]] = defaultdict(list)
    for duty in held:
        if duty.duty == "journal":
            journal[duty.person].append(duty)
    spans = {year.year: (year.starts_on, year.ends_on) for year in years(views, at=position).rows}
    gone = _gone(views, position)
    first, dismissed = _first_days(views, position), _dismissed(views, position, gone)
    alerts: list[Alert] = []
    for course in courses(views, on=on, at=position).rows:
        starts_on, ends_on = spans[course.year]
        until = min(on, ends_on, day_before(first.get(course.course, "9999-12-31")))
        if starts_on <= until:
            alerts.append(_alert("nobody_responsible", course, course.entry, None, starts_on, until))
        for gap in dismissed.get(course.course, ()):
            last = min(on, ends_on, gap.to_date)
            if gap.from_date <= last:
                alerts.append(_alert("dismissed", course, gap.entry, gap.teacher, gap.from_date, last))
        is_held = any(
            duty.starts_on <= on and (duty.ends_on is None or on <= duty.ends_on)
            for duty in journal.get(course.teacher or "", ())
        )
        is_needed = needed_from is not None and needed_from <= on and starts_on <= on <= ends_on
        if is_needed and not is_held and course.teacher is not None and course.assigned_by is not None:
            alerts.append(_alert("no_duty", course, course.assigned_by, course.teacher, on, on))
    alerts += _of_classes(views, position, on, spans, gone)
    return Staffing(position, on, needed_from, held, tuple(alerts))


def _first_days(views: Reader, position: int) -> dict[str, str]:
    """Course -> first day on which somebody is responsible for it."""
    sql = f"SELECT a.course, min(a.starts_on) FROM {{assignments}} a WHERE {stands('a')} GROUP BY a.course"
    return dict(views.select(sql, {"at": position}))


def _gone(views: Reader, position: int) -> dict[str, tuple[int, str]]:
    """Who was dismissed -> the entry that says so, and the last day of work."""
    return {
        one.account: (one.closed_by, one.last_day)
        for one in accounts(views, at=position).rows
        if one.closed_by is not None and one.last_day is not None
    }


class _Gap(NamedTuple):
    """Days, both inclusive, on which a course's teacher was dismissed; `entry` says so."""

    entry: int
    teacher: str
    from_date: str
    to_date: str


def _dismissed(views: Reader, position: int, gone: dict[str, tuple[int, str]]) -> dict[str, list[_Gap]]:
    """Course -> days behind the last day of work of a teacher, until the next one's first, in their order."""
    found: defaultdict[str, list[_Gap]] = defaultdict(list)
    if not gone:
        return found
    sql = f"SELECT a.course, a.starts_on, a.teacher FROM {{assignments}} a WHERE {stands('a')} ORDER BY 1, 2, a.entry"
    rows = views.select(sql, {"at": position})
    for (course, starts_on, teacher), following in zip(rows, [*rows[1:], ("", "", "")], strict=True):
        if teacher in gone:
            entry, last_day = gone[teacher]
            until = day_before(following[1]) if following[0] == course else "9999-12-31"
            found[course].append(_Gap(entry, teacher, max(starts_on, rules.day_after(last_day)), until))
    return found


def _of_classes(
    views: Reader, position: int, on: str, spans: dict[str, tuple[str, str]], gone: dict[str, tuple[int, str]]
) -> Iterator[Alert]:
    """Classes on days behind the last day of work of their class teacher, until the next one's first."""
    if not gone:
        return
    years_of = {row.class_group: row.year for row in classes(views, at=position).rows}
    for held in class_teachers(views, at=position).rows:
        if held.teacher in gone:
            entry, last_day = gone[held.teacher]
            starts_on, ends_on = spans[years_of[held.class_group]]
            first = max(starts_on, held.starts_on or "", rules.day_after(last_day))
            last = min(on, ends_on, held.ends_on or "9999-12-31")
            if first <= last:
                of = (None, held.class_group, None, None, held.teacher)
                yield Alert("class_teacher_dismissed", entry, *of, first, last, _days(first, last))


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def _alert(kind: str, course: Course, entry: int, teacher: str | None, first: str, last: str) -> Alert:
    of = (course.course, course.class_group, course.subject, course.subgroup)
    return Alert(kind, entry, *of, teacher, first, last, _days(first, last))
