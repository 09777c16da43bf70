"""The register of corrections, and the requests that wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from ledger.wire.entry import format_at, parse_at
from projections.reading import Answer, AsOf, Reader, RequestStatus, command_join, command_of, filters, resolve, stands
from projections.rows import OPEN
from projections.views.lookups import classes, periods, school_zone

Timing: TypeAlias = Literal["same_day", "before_close", "reopened", "after_close"]
"""When a correction was made, seen from its fact and from the closings of the periods that hold the lesson.

after_close: by an approved request. reopened: without one, behind a closing, while every such period was open again,
on whatever day. same_day: on the school's calendar day on which the fact was first recorded. before_close: any other.
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """One line of the register.

    Attributes:
        entry: the correction's index.
        fact: the entry that first stated the fact.
        what: the fact's name (`ledger.journal.vocabulary.Fact`).
        action: ``corrected``, ``annulled`` or ``reason_set`` (a reason that became known later, no correction).
        timing: when, seen from the fact.
        corrects: the entry that it replaces.
        old, new: JSON: what stood and what stands.
        reason: reason code; `note`: digest of the disclosure that says more; `basis`: the document.
        request: the request that it approves.
        lesson, held_on, teacher, course, class_group, subject: where.
        student, work: whose, for marks, absences and lateness.
        at, actor, role, command: when, who and in which command; `recorded_at`: when the fact was first recorded.
        on_behalf_of, behalf_basis: for which teacher somebody else entered it, and on what ground; None: for nobody.
    """

    entry: int
    fact: int
    what: str
    action: str
    timing: Timing
    corrects: int
    old: str
    new: str
    reason: str
    note: str | None
    basis: str | None
    request: int | None
    lesson: str
    held_on: str
    teacher: str
    course: str
    class_group: str
    subject: str
    student: str | None
    work: str | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    behalf_basis: str | None
    command: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a correction after the close; `entry`: what says its status; `old`, `new`: JSON.

    `student`: whose mark or absence it is; None: it is of the whole lesson.
    """

    entry: int
    request: int
    what: str
    lesson: str
    corrects: int
    old: str
    new: str
    reason: str
    note: str | None
    basis: str
    status: RequestStatus
    answer_basis: str | None
    at: str
    actor: str
    student: str | None


def correction_register(
    views: Reader,
    *,
    class_group: str | None = None,
    teacher: str | None = None,
    student: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    timing: Timing | None = None,
    rows: slice = slice(None),
    at: AsOf = None,
) -> Answer[Registered]:
    """Corrections, annulments and later reasons in the order of their entries.

    Args:
        views: whom to ask.
        class_group: only of this class.
        teacher: only of this teacher's lessons.
        student: only of this student's cells.
        from_date: only entered on this day of the school's calendar or later.
        to_date: only entered on this day of the school's calendar or earlier.
        timing: only these.
        rows: which of those, by their places among them.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    zone = school_zone(views, at=position)
    closed = Closed(views, position)
    conditions, parameters = filters(("o.class_group", class_group), ("l.teacher", teacher), ("c.student", student))
    first, last = _entries_between(views, zone, from_date, to_date, position)
    parameters |= {"at": position, "first": first, "last": last}
    if timing is None:
        begin = rows.start or 0
        parameters |= {"begin": begin, "count": (OPEN if rows.stop is None else rows.stop) - begin}
        found = views.select(f"{_REGISTER}{conditions} ORDER BY k.entry LIMIT :count OFFSET :begin", parameters)
        return Answer(position, tuple(_registered(row, zone, closed) for row in found))
    found = views.select(f"{_REGISTER}{conditions} ORDER BY k.entry", parameters)
    registered = (_registered(row, zone, closed) for row in found)
    return Answer(position, tuple(line for line in registered if line.timing == timing)[rows])


def correction_requests(
    views: Reader, *, lesson: str | None = None, status: str | None = None, at: AsOf = None
) -> Answer[Request]:
    """Requests with their answers, in the order of the requests; of one lesson or one status where asked."""
    position = resolve(views, at)
    conditions, parameters = filters(("r.lesson", lesson), ("r.status", status))
    sql = f"""SELECT r.entry, r.request, r.what, r.lesson, r.corrects, r.old, r.new, r.reason, r.note, r.basis,
          r.status, r.answer_basis, m.at, m.actor, c.student
        FROM {{requests}} r {command_join("r.request")} LEFT JOIN {{cells}} c ON c.entry = r.corrects
        WHERE {stands("r")}{conditions} ORDER BY r.request"""
    return Answer(position, tuple(Request(*row) for row in views.select(sql, {"at": position, **parameters})))


# What a correction made stands under its own entry in the table of its fact: there are the fact and whose it is.
_REGISTER: Final = f"""
    SELECT k.entry, k.fact, k.what, k.action, k.corrects, k.old, k.new, k.reason, k.note, k.basis, k.request,
      k.lesson, l.held_on, l.teacher, l.course, o.class_group, o.subject, c.student, c.work,
      m.at, m.actor, m.role, m.on_behalf_of, m.basis, m.command, g.at
    FROM (
      SELECT j.*,
        {command_of("j.entry")} AS by_command,
        {command_of("j.fact")} AS fact_command
      FROM (
        SELECT i.*, coalesce(
          (SELECT x.fact FROM {{cells}} x WHERE x.entry = i.entry),
          (SELECT x.fact FROM {{lessons}} x WHERE x.entry = i.entry),
          (SELECT x.fact FROM {{substitutions}} x WHERE x.entry = i.entry),
          (SELECT x.fact FROM {{works}} x WHERE x.entry = i.entry),
          (SELECT x.fact FROM {{homework}} x WHERE x.entry = i.entry)) AS fact
        FROM {{corrections}} i WHERE i.entry >= :first AND i.entry < :last
      ) j
    ) k
    JOIN {{commands}} m ON m.entry = k.by_command
    JOIN {{commands}} g ON g.entry = k.fact_command
    JOIN {{lessons}} l ON l.lesson = k.lesson AND {stands("l")}
    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    LEFT JOIN {{cells}} c ON c.entry = k.entry
    WHERE {stands("k")}"""


class Closed:
    """Where the first closing of every period stands, and which lessons the period holds."""

    def __init__(self, views: Reader, position: int) -> None:
        groups = classes(views, at=position).rows
        self._places = {group.class_group: (group.year, group.grade) for group in groups}
        self._closings = [
            (turn.entry, period)
            for period in periods(views, at=position).rows
            for turn in period.history
            if turn.action == "closed"
        ]
        self._first: dict[tuple[str, str], int] = {}

    def before(self, entry: int, class_group: str, held_on: str) -> bool:
        """Whether a period that holds a lesson of this class and day was closed before this entry."""
        first = self._first.get((class_group, held_on))
        if first is None:
            first = self._first[class_group, held_on] = self._first_of(class_group, held_on)
        return first < entry

    def _first_of(self, class_group: str, held_on: str) -> int:
        """The first closing of a period that holds a lesson of this class and day."""
        year, grade = self._places.get(class_group, ("", 0))
        closings = (
            closing
            for closing, period in self._closings
            if year == period.year and grade in period.grades and period.starts_on <= held_on <= period.ends_on
        )
        return min(closings, default=OPEN)


def _registered(row: tuple[Any, ...], zone: ZoneInfo, closed: Closed) -> Registered:
    entry, fact, what, action, *rest = row
    request, at, recorded_at = row[10], str(row[19]), str(row[25])
    timing: Timing
    if request is not None:
        timing = "after_close"
    elif closed.before(entry, row[15], row[12]):
        timing = "reopened"
    elif _local_date(at, zone) == _local_date(recorded_at, zone):
        timing = "same_day"
    else:
        timing = "before_close"
    return Registered(entry, fact, what, action, timing, *rest)


def _local_date(at: str, zone: ZoneInfo) -> date:
    return parse_at(at).astimezone(zone).date()


def _entries_between(
    views: Reader, zone: ZoneInfo, from_date: str | None, to_date: str | None, position: int
) -> tuple[int, int]:
    """First entry of a day and first entry after another, both days of the school's calendar."""

    def first_of(day: date) -> int:
        begins = format_at(datetime.combine(day, time(), zone).astimezone(UTC))
        rows = views.select("SELECT min(c.entry) FROM {commands} c WHERE c.at >= :begins", {"begins": begins})
        return position if rows[0][0] is None else min(int(rows[0][0]), position)

    first = 0 if from_date is None else first_of(date.fromisoformat(from_date))
    last = position if to_date is None else first_of(date.fromisoformat(to_date) + timedelta(days=1))
    return first, last
