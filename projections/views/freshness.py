"""How fresh what students and parents see was, as it was measured, and where that was not enough (2.3.1; R26)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from ledger.journal.deadlines import freshness as verdicts
from ledger.journal.deadlines.excuses import Incident
from ledger.journal.service_events import FreshnessMeasured
from ledger.wire.entry import format_at, parse_at
from projections.folding import Entry, View
from projections.reading import FIRST_DAY, LAST_DAY, Answer, AsOf, Reader, command_join, days_walked, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.deadline_basis import judging
from projections.views.excuses import of_incident

_MINUTE: Final = timedelta(minutes=1)


class FreshnessRow(NamedTuple):
    """A measurement."""

    entry: int
    freshness: str
    size: int
    shown: int
    minutes_behind: int
    last_entry_minutes: int
    to_position: int = OPEN


MEASUREMENTS: Final = Table("freshness_measurements", FreshnessRow)


def _measured(event: FreshnessMeasured, entry: Entry) -> Operations:
    row = FreshnessRow(
        entry.index, entry.stream_id, event.size, event.position, event.minutes_behind, event.last_entry_minutes
    )
    return (row,)


VIEW: Final = View((MEASUREMENTS,), {FreshnessMeasured: _measured})


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement as it was recorded: `behind`: how many entries the views lacked; else as `measuring.Freshness`."""

    entry: int
    at: str
    size: int
    position: int
    behind: int
    minutes_behind: int
    last_entry_minutes: int
    actor: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A time for which nobody knows that what families see was fresh, or that it was not.

    Attributes:
        kind: ``gap``: nothing was measured; ``behind``: it was, and an entry was not shown.
        level: ``day``: more than 24 hours of days with lessons; ``week``: more than 7 days.
        began_at, ended_at: moments, RFC 3339; `ended_at` None while it goes on.
        minutes: what counts: for ``day``, on days with lessons and outside incidents.
        is_excused: incidents leave no more than 24 hours; never of ``week``.
        basis: the measurements, and the incidents that overlap.
    """

    kind: str
    level: str
    began_at: str
    ended_at: str | None
    minutes: int
    is_excused: bool
    basis: tuple[int, ...]


def measurements(views: Reader, *, at: AsOf = None) -> Answer[Measured]:
    """All measurements, in their order.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    sql = f"""SELECT f.entry, m.at, f.size, f.shown, f.size - f.shown, f.minutes_behind, f.last_entry_minutes, m.actor
        FROM {{freshness_measurements}} f
        {command_join("f.entry")}
        WHERE {stands("f")} ORDER BY f.entry"""
    return Answer(position, tuple(Measured(*row) for row in views.select(sql, {"at": position})))


def freshness_alarms(
    views: Reader, *, now: datetime, from_date: str | None = None, to_date: str | None = None, at: AsOf = None
) -> Answer[Alarm]:
    """Alarms of which a part lies in these days, both inclusive, by when they began.

    Args:
        views: whom to ask.
        now: the moment by the clock; see `deadline_basis.judging`.
        from_date: the first day; None: of all.
        to_date: the last day; None: of all.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    zone = by.school.zone
    measured = [
        verdicts.Measurement(row.entry, parse_at(row.at), row.minutes_behind)
        for row in measurements(views, at=by.position).rows
    ]
    first, last = from_date or FIRST_DAY, to_date or LAST_DAY
    of = _incidents(views, by.position, zone), _lesson_days(views, by.position)
    found = verdicts.alarms(measured, *of, by.now, zone)
    rows = (
        Alarm(
            kind=one.kind,
            level=one.level,
            began_at=format_at(one.began_at),
            ended_at=None if one.ended_at is None else format_at(one.ended_at),
            minutes=one.counted // _MINUTE,
            is_excused=one.is_excused,
            basis=one.basis,
        )
        for one in found
        if one.began_at.astimezone(zone).date().isoformat() <= last
        and (one.ended_at or by.now).astimezone(zone).date().isoformat() >= first
    )
    return Answer(by.position, tuple(rows))


def _incidents(views: Reader, position: int, zone: tzinfo) -> list[Incident]:
    sql = f"""SELECT i.entry, i.began_at, c.ended_at, c.entry FROM {{incidents}} i
        LEFT JOIN {{incident_closings}} c ON c.incident = i.incident AND {stands("c")}
        WHERE {stands("i")} ORDER BY i.entry"""
    found = (of_incident(row, zone) for row in views.select(sql, {"at": position}))
    return [incident for incident in found if incident is not None]


_LESSON_DAYS: Final = days_walked("recorded_lessons", f"l.stands = 1 AND {stands('l')}")


def _lesson_days(views: Reader, position: int) -> frozenset[str]:
    """Days on which a lesson was held, of those that stand."""
    given = {"first": FIRST_DAY, "last": LAST_DAY, "at": position}
    return frozenset(day for (day,) in views.select(_LESSON_DAYS, given))
