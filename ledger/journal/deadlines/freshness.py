"""Whether what students and parents see was fresh (R26; regulation 2.3.1): every day, in a failure at least weekly.

Two things may be too long: the time between two measurements, of which nobody knows how fresh they were, and the time
in which a measurement says that an entry was not shown. More than 24 hours of days with lessons, outside incidents, is
an alarm; so are more than 7 days of any kind, which no incident excuses, where one of them has lessons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Final, Literal, NamedTuple

from ledger.journal.deadlines.excuses import Incident

DAY: Final = timedelta(hours=24)
WEEK: Final = timedelta(days=7)

Kind = Literal["gap", "behind"]
"""Nothing was measured, or views were measured to be behind."""
Level = Literal["day", "week"]


class Measurement(NamedTuple):
    """One: its entry, the moment, and how far the views were behind."""

    entry: int
    at: datetime
    minutes_behind: int


class Alarm(NamedTuple):
    """Too long.

    Attributes:
        kind, level: what was too long, and which limit it passed.
        began_at, ended_at: aware; `ended_at` None while it goes on.
        counted: what of it counts against the limit: for ``day``, on days with lessons, outside incidents.
        is_excused: ``day`` alone: incidents leave no more than 24 hours of it.
        basis: entries: measurements, and what opened and closed the incidents that overlap.
    """

    kind: Kind
    level: Level
    began_at: datetime
    ended_at: datetime | None
    counted: timedelta
    basis: tuple[int, ...]
    is_excused: bool = False


class _Span(NamedTuple):
    kind: Kind
    began_at: datetime
    ended_at: datetime | None
    entries: tuple[int, ...]


def alarms(
    measured: Sequence[Measurement],
    incidents: Sequence[Incident],
    lesson_days: Collection[str],
    now: datetime,
    zone: tzinfo,
) -> list[Alarm]:
    """Judge; the first measurement is where judging begins.

    Args:
        measured: in order of their moments.
        incidents: in any order; one that is open lasts until `now`.
        lesson_days: days on which lessons were held, ``YYYY-MM-DD``.
        now: the moment, until which the time behind the last measurement runs.
        zone: the school's.
    """
    found = (_judge(span, incidents, lesson_days, now, zone) for span in (*_gaps(measured), *_behind(measured)))
    return sorted((alarm for alarm in found if alarm is not None), key=lambda alarm: (alarm.began_at, alarm.kind))


def _gaps(measured: Sequence[Measurement]) -> Iterator[_Span]:
    for one, following in zip(measured, (*measured[1:], None), strict=False):
        if following is None:
            yield _Span("gap", one.at, None, (one.entry,))
        else:
            yield _Span("gap", one.at, following.at, (one.entry, following.entry))


def _behind(measured: Sequence[Measurement]) -> Iterator[_Span]:
    """Times in which entries were not shown; those of several measurements that overlap are one."""
    span: _Span | None = None
    for one in measured:
        if one.minutes_behind == 0:
            continue
        began = one.at - timedelta(minutes=one.minutes_behind)
        if span is not None and span.ended_at is not None and began <= span.ended_at:
            span = _Span("behind", min(span.began_at, began), one.at, (*span.entries, one.entry))
            continue
        if span is not None:
            yield span
        span = _Span("behind", began, one.at, (one.entry,))
    if span is not None:
        yield span


def _judge(
    span: _Span, incidents: Sequence[Incident], lesson_days: Collection[str], now: datetime, zone: tzinfo
) -> Alarm | None:
    ended = now if span.ended_at is None else span.ended_at
    whole = ended - span.began_at
    if whole <= DAY:
        return None
    days = [part for part in _days(span.began_at, ended, zone) if part[0].date().isoformat() in lesson_days]
    within = [one for one in incidents if one.began_at < ended and (one.ended_at or now) > span.began_at]
    cited = sorted({*span.entries, *(entry for one in within for entry in (one.entry, one.closed_by) if entry)})
    if whole > WEEK:
        return Alarm(span.kind, "week", span.began_at, span.ended_at, whole, tuple(cited)) if days else None
    with_lessons = sum(map(_length, days), timedelta())
    if with_lessons <= DAY:
        return None
    counted = sum((_outside(part, within, now) for part in days), timedelta())
    return Alarm(span.kind, "day", span.began_at, span.ended_at, counted, tuple(cited), is_excused=counted <= DAY)


def _days(began: datetime, ended: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """The same time, cut at the school's midnights."""
    at = began.astimezone(zone)
    last = ended.astimezone(zone)
    while at < last:
        midnight = datetime.combine(at.date() + timedelta(days=1), time(), zone)
        yield at, min(midnight, last)
        at = midnight


def _outside(part: tuple[datetime, datetime], incidents: Sequence[Incident], now: datetime) -> timedelta:
    """How much of a time no incident covers."""
    left, at = timedelta(), part[0]
    for one in sorted(incidents, key=lambda incident: incident.began_at):
        if one.began_at > at:
            left += max(_length((at, min(one.began_at, part[1]))), timedelta())
        at = max(at, one.ended_at or now)
        if at >= part[1]:
            return left
    return left + _length((at, part[1]))


def _length(part: tuple[datetime, datetime]) -> timedelta:
    # By the clock of the world: two moments of one zone are subtracted by its wall clock, which may jump.
    return timedelta(seconds=part[1].timestamp() - part[0].timestamp())
