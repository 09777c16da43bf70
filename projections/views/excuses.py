"""Incidents in which the journal could not be used, and excuses for what was recorded late (regulation 2.4.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple

from ledger.journal.deadlines.excuses import Excuse as OfVerdict, Incident as OfExcuse, local_moment
from ledger.journal.excuse_events import ExcuseAccepted, ExcuseWithdrawn, IncidentClosed, IncidentOpened
from projections.folding import Entry, View
from projections.reading import FIRST_DAY, LAST_DAY, Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.deadline_basis import Judging, judging

LONG_MINUTES: Final = 60
"""An incident that lasts longer is marked."""
_RULES: Final = 10


class IncidentRow(NamedTuple):
    """An incident; `note`: digest."""

    entry: int
    incident: str
    kind: str
    began_at: str
    note: str | None
    to_position: int = OPEN


class IncidentClosingRow(NamedTuple):
    """The end of an incident; `note`: digest."""

    entry: int
    incident: str
    ended_at: str
    note: str | None
    to_position: int = OPEN


class ExcuseRow(NamedTuple):
    """An excuse; `rules` are joined by commas; `note`: digest."""

    entry: int
    excuse: str
    teacher: str
    rules: str
    reason: str
    lesson: str | None
    course: str | None
    held_on: str | None
    incident: str | None
    basis: str | None
    note: str | None
    to_position: int = OPEN


class ExcuseWithdrawalRow(NamedTuple):
    """It is no excuse after all."""

    entry: int
    excuse: str
    basis: str
    to_position: int = OPEN


INCIDENTS: Final = Table("incidents", IncidentRow, (("incident",),))
CLOSINGS: Final = Table("incident_closings", IncidentClosingRow, (("incident",),))
EXCUSES: Final = Table("excuses", ExcuseRow, (("teacher",), ("incident",)))
WITHDRAWALS: Final = Table("excuse_withdrawals", ExcuseWithdrawalRow, (("excuse",),))


def _opened(event: IncidentOpened, entry: Entry) -> Operations:
    return (IncidentRow(entry.index, entry.stream_id, event.kind, event.began_at, _first(event.sd)),)


def _closed(event: IncidentClosed, entry: Entry) -> Operations:
    return (IncidentClosingRow(entry.index, entry.stream_id, event.ended_at, _first(event.sd)),)


def _accepted(event: ExcuseAccepted, entry: Entry) -> Operations:
    row = ExcuseRow(
        entry=entry.index,
        excuse=entry.stream_id,
        teacher=event.teacher,
        rules=",".join(event.rules),
        reason=event.reason,
        lesson=event.lesson,
        course=event.course,
        held_on=event.held_on,
        incident=event.incident,
        basis=event.basis,
        note=_first(event.sd),
    )
    return (row,)


def _withdrawn(event: ExcuseWithdrawn, entry: Entry) -> Operations:
    return (ExcuseWithdrawalRow(entry.index, entry.stream_id, event.basis),)


def _first(digests: tuple[str, ...]) -> str | None:
    return digests[0] if digests else None


VIEW: Final = View(
    (INCIDENTS, CLOSINGS, EXCUSES, WITHDRAWALS),
    {IncidentOpened: _opened, IncidentClosed: _closed, ExcuseAccepted: _accepted, ExcuseWithdrawn: _withdrawn},
)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident.

    Attributes:
        entry, at, actor: what opened it, when, by whom.
        kind: why the journal could not be used.
        began_at, ended_at: minutes by the school's clock; `ended_at` None while it is open.
        closed_by: the entry that closed it; None while it is open.
        minutes: how long it lasted, until now where it is open; whole minutes.
        is_long: whether that is more than an hour.
        note, closing_note: digests of texts.
        excuses: entries of the excuses that stand and name it.
    """

    entry: int
    at: str
    incident: str
    kind: str
    began_at: str
    ended_at: str | None
    closed_by: int | None
    minutes: int
    is_long: bool
    actor: str
    note: str | None
    closing_note: str | None
    excuses: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Excuse:
    """An excuse.

    Attributes:
        entry, at, actor: what accepted it, when, by whom.
        teacher: whose record was late.
        lesson, number: None where it was accepted for a day of the course whose lesson nobody had recorded.
        rules: what of the lesson it excuses.
        reason: why; `incident` shows it, or the document `basis`.
        incident_entry: what opened the incident.
        note: digest of a text.
        withdrawn_by, withdrawn_basis: the entry that withdrew it, and why; None while it stands.
    """

    entry: int
    at: str
    excuse: str
    teacher: str
    lesson: str | None
    course: str
    class_group: str
    subject: str
    held_on: str
    number: int | None
    rules: tuple[str, ...]
    reason: str
    incident: str | None
    incident_entry: int | None
    basis: str | None
    actor: str
    note: str | None
    withdrawn_by: int | None
    withdrawn_basis: str | None


def incidents(
    views: Reader, *, now: datetime, from_date: str | None = None, to_date: str | None = None, at: AsOf = None
) -> Answer[Incident]:
    """Incidents of which a part lies in these days, both inclusive, by when they began.

    Args:
        views: whom to ask.
        now: the moment by the clock, up to which an open one lasts; see `deadline_basis.judging`.
        from_date: the first day; None: of all.
        to_date: the last day; None: of all.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    tied: defaultdict[str, list[int]] = defaultdict(list)
    sql = f"""SELECT x.incident, x.entry FROM {{excuses}} x
        WHERE x.incident IS NOT NULL AND {_NOT_WITHDRAWN} AND {stands("x")} ORDER BY x.entry"""
    for incident, entry in views.select(sql, {"at": by.position}):
        tied[incident].append(entry)
    sql = f"""SELECT i.entry, m.at, i.incident, i.kind, i.began_at, c.ended_at, c.entry, m.actor, i.note, c.note
        FROM {{incidents}} i {command_join("i.entry")}
        LEFT JOIN {{incident_closings}} c ON c.incident = i.incident AND {stands("c")}
        WHERE {stands("i")} AND i.began_at < :after AND (c.ended_at IS NULL OR c.ended_at >= :first)
        ORDER BY i.began_at, i.entry"""
    days = {"first": from_date or FIRST_DAY, "after": f"{to_date or LAST_DAY}U"}
    rows = views.select(sql, {"at": by.position, **days})
    return Answer(by.position, tuple(_incident(row, tied[row[2]], by) for row in rows))


def excuses(
    views: Reader,
    *,
    teacher: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Answer[Excuse]:
    """Excuses for lessons of these days, both inclusive, by day; withdrawn ones are among them.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    given: dict[str, object] = {"at": position, "first": from_date or FIRST_DAY, "last": to_date or LAST_DAY}
    condition = ""
    if teacher is not None:
        condition, given["teacher"] = " AND x.teacher = :teacher", teacher
    sql = f"""SELECT x.entry, m.at, x.excuse, x.teacher, x.lesson, o.course, o.class_group, o.subject,
          coalesce(l.held_on, x.held_on), l.number, x.rules, x.reason, x.incident, i.entry, x.basis, m.actor, x.note,
          w.entry, w.basis
        FROM {{excuses}} x {command_join("x.entry")}
        LEFT JOIN {{lessons}} l ON l.lesson = x.lesson AND {stands("l")}
        JOIN {{courses}} o ON o.course = coalesce(x.course, l.course) AND {stands("o")}
        LEFT JOIN {{incidents}} i ON i.incident = x.incident AND {stands("i")}
        LEFT JOIN {{excuse_withdrawals}} w ON w.excuse = x.excuse AND {stands("w")}
        WHERE {stands("x")} AND coalesce(l.held_on, x.held_on) BETWEEN :first AND :last{condition}
        ORDER BY 9, x.entry"""
    rows = views.select(sql, given)
    return Answer(position, tuple(_excuse(row) for row in rows))


_NOT_WITHDRAWN: Final = f"""NOT EXISTS
    (SELECT 1 FROM {{excuse_withdrawals}} w WHERE w.excuse = x.excuse AND {stands("w")})"""


class StandingExcuses:
    """The excuses that stand at a position, as verdicts take them."""

    def __init__(self, views: Reader, by: Judging) -> None:
        """Read all of them: a school has some dozens in a year."""
        self._of_lessons: defaultdict[str, list[OfVerdict]] = defaultdict(list)
        self._of_days: defaultdict[tuple[str, str, str], list[OfVerdict]] = defaultdict(list)
        sql = f"""SELECT x.entry, x.reason, x.rules, x.lesson, x.course, x.held_on, x.teacher, i.entry, i.began_at,
              c.ended_at, c.entry
            FROM {{excuses}} x
            LEFT JOIN {{incidents}} i ON i.incident = x.incident AND {stands("i")}
            LEFT JOIN {{incident_closings}} c ON c.incident = x.incident AND {stands("c")}
            WHERE {_NOT_WITHDRAWN} AND {stands("x")} ORDER BY x.entry"""
        for row in views.select(sql, {"at": by.position}):
            entry, reason, covered, lesson, course, held_on, teacher, *of = row
            excuse = OfVerdict(entry, reason, frozenset(covered.split(",")), of_incident(of, by.school.zone))
            if lesson is not None:
                self._of_lessons[lesson].append(excuse)
            else:
                self._of_days[course, held_on, teacher].append(excuse)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._of_lessons or self._of_days)

    @property
    def lessons(self) -> Collection[str]:
        """Lessons that some are for."""
        return self._of_lessons.keys()

    @property
    def days(self) -> Collection[tuple[str, str, str]]:
        """Courses, days and teachers that some are for."""
        return self._of_days.keys()

    def of(self, lesson: str, course: str, held_on: str, teacher: str) -> list[OfVerdict]:
        """Those for one lesson, and for its course and day."""
        if not self:
            return []
        return self._of_lessons.get(lesson, []) + self._of_days.get((course, held_on, teacher), [])


def of_incident(row: Sequence[Any], zone: tzinfo) -> OfExcuse | None:
    """An incident as verdicts take it, from its entry, its beginning, its end and the entry of that; None: none."""
    entry, began_at, ended_at, closed_by = row
    if entry is None:
        return None
    return OfExcuse(entry, local_moment(began_at, zone), local_moment(ended_at, zone) if ended_at else None, closed_by)


def _excuse(row: tuple[Any, ...]) -> Excuse:
    values = list(row)
    values[_RULES] = tuple(row[_RULES].split(","))
    return Excuse(*values)


def _incident(row: tuple[Any, ...], tied: list[int], by: Judging) -> Incident:
    entry, at, incident, kind, began_at, ended_at, closed_by, actor, note, closing_note = row
    zone = by.school.zone
    ended = by.now if ended_at is None else local_moment(ended_at, zone)
    minutes = max(0, int(ended.timestamp() - local_moment(began_at, zone).timestamp()) // 60)
    return Incident(
        entry=entry,
        at=at,
        incident=incident,
        kind=kind,
        began_at=began_at,
        ended_at=ended_at,
        closed_by=closed_by,
        minutes=minutes,
        is_long=minutes > LONG_MINUTES,
        actor=actor,
        note=note,
        closing_note=closing_note,
        excuses=tuple(tied),
    )
