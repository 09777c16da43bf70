"""Which months, periods and years must be printed under regulation 3.3, and on which evidence not (R42 to R46)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import orjson

from ledger.journal.vocabulary import PERIOD_WORDS
from ledger.wire.entry import parse_at
from projections.reading import AsOf, Reader, resolve, stands
from projections.views.lookups import Period, periods, school_zone, years
from projections.views.papers import places_of_printouts
from projections.views.print_rules import (
    Archive,
    Cosigned,
    Obligation,
    Printout,
    Recorded,
    Span,
    Timing,
    Verification,
    judge,
    months,
)
from projections.views.witnesses import witness_entries


@dataclass(frozen=True, slots=True)
class Obligations:
    """Every obligation of what was over by `day`, by its last day; `required` of them are open."""

    position: int
    day: str
    required: int
    rows: tuple[Obligation, ...]


def obligations(views: Reader, *, now: datetime | None = None, at: AsOf = None) -> Obligations:
    """What has to be printed, by what was recorded at a position and what was over at a moment.

    Args:
        views: whom to ask.
        now: the moment; without one, the moment of `at`, or of the last entry before that position.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    found = _Reading(views, position)
    moment = now or (at if isinstance(at, datetime) else None)
    today = found.last_day() if moment is None else found.day_of(moment)
    rows = judge(found.recorded(), today)
    if any(row.state == "printed" for row in rows):
        places = places_of_printouts(views, position)
        rows = tuple(replace(row, paper=places.get(row.met_by or 0)) if row.state == "printed" else row for row in rows)
    return Obligations(position, today, sum(row.state == "required" for row in rows), rows)


class _Reading:
    """Reads at one position what the rules judge by."""

    def __init__(self, views: Reader, position: int) -> None:
        self._views = views
        self._at = {"at": position}
        self._position = position
        self._zone = school_zone(views, at=position)

    def last_day(self) -> str:
        """The school's day of the last entry."""
        return self._day(self._position)

    def day_of(self, moment: datetime) -> str:
        """The school's day of a moment."""
        return moment.astimezone(self._zone).date().isoformat()

    def recorded(self) -> Recorded:
        """Everything that the rules judge by."""
        all_periods = periods(self._views, at=self._position).rows
        last_entries = self._last_entries(all_periods)
        spans = [_of_period(period, last_entries.get(period.period)) for period in all_periods]
        of_years, of_months = [], {}
        substituted = self._last_substitutions()
        for year in years(self._views, at=self._position).rows:
            own = [period for period in all_periods if period.year == year.year]
            known = [last_entries[period.period] for period in own if period.period in last_entries]
            last = max(known) if known and len(known) == len(own) else None
            closed_by = tuple(period.closed_by for period in own if period.closed_by is not None)
            of_years.append(Span(year.year, year.title, year.starts_on, year.ends_on, last, closed_by))
            for month, first, last_day in months(year.starts_on, year.ends_on):
                of_months[month] = Span(month, month, first, last_day, substituted.get(month, -1))
        return Recorded(
            periods=spans,
            years=of_years,
            months=list(of_months.values()),
            verifications=self._verifications(),
            cosigned=self._cosigned(),
            archives=self._archives(),
            timings=self._timings(),
            printouts=self._printouts(),
        )

    def _verifications(self) -> list[Verification]:
        sql = f"""SELECT v.entry, v.size, v.verdict, v.witnesses FROM {{verifications}} v
            WHERE {stands("v")} ORDER BY v.entry"""
        rows = self._views.select(sql, self._at)
        return [Verification(entry, self._day(entry + 1), *rest) for entry, *rest in rows]

    def _cosigned(self) -> list[Cosigned]:
        said = witness_entries(self._views, self._position)
        return [Cosigned(one.entry, one.size) for one in said if one.size is not None]

    def _archives(self) -> list[Archive]:
        sql = f"""SELECT a.entry, a.size, a.year, a.opened_with, a.verdict FROM {{archives}} a
            WHERE {stands("a")} ORDER BY a.entry"""
        return [
            Archive(entry, self._day(entry + 1), size, year, frozenset(orjson.loads(tools)), verdict)
            for entry, size, year, tools, verdict in self._views.select(sql, self._at)
        ]

    def _timings(self) -> list[Timing]:
        sql = f"""SELECT t.entry, t.month, t.employees, t.requests, t.slowest_ms,
              (SELECT count(*) FROM {{persons}} p WHERE p.kind <> 'student' AND p.entry < t.size)
            FROM {{timings}} t WHERE {stands("t")} ORDER BY t.entry"""
        rows = self._views.select(sql, self._at)
        return [Timing(entry, self._day(entry + 1), *rest) for entry, *rest in rows]

    def _printouts(self) -> list[Printout]:
        sql = f"""SELECT p.entry, p.condition, p.scope, p.number FROM {{printouts}} p
            WHERE {stands("p")} ORDER BY p.entry"""
        return [Printout(*row) for row in self._views.select(sql, self._at)]

    def _last_entries(self, all_periods: tuple[Period, ...]) -> dict[str, int]:
        """Period -> its last entry, of those that are closed: its closing, or what was corrected or asked since.

        In a closed period nothing is corrected but at a request: corrections without one are of others, or from before.
        """
        last = {period.period: period.closed_by for period in all_periods if period.closed_by is not None}
        if not last:
            return {}
        sql = f"""SELECT max(k.entry), l.held_on, g.year, g.grade FROM (
              SELECT c.entry, c.lesson FROM {{corrections}} c
              WHERE c.entry >= :first AND c.entry < :at AND c.request IS NOT NULL
              UNION ALL
              SELECT r.entry, r.lesson FROM {{requests}} r WHERE r.entry >= :first AND r.entry < :at
            ) k
            JOIN {{lessons}} l ON l.lesson = k.lesson AND {stands("l")}
            JOIN {{courses}} o ON o.course = l.course
            JOIN {{classes}} g ON g.class_group = o.class_group
            GROUP BY l.held_on, g.year, g.grade"""
        for entry, held_on, year, grade in self._views.select(sql, {**self._at, "first": min(last.values())}):
            for period in all_periods:
                of_period = period.year == year and grade in period.grades
                if of_period and period.period in last and period.starts_on <= held_on <= period.ends_on:
                    last[period.period] = max(last[period.period], entry)
        return last

    def _last_substitutions(self) -> dict[str, int]:
        """Month -> the last entry about a substituted lesson of it."""
        sql = """SELECT l.held_on, s.entry, l.entry FROM {substitutions} s JOIN {lessons} l ON l.lesson = s.lesson || ''
            WHERE s.entry < :at AND l.entry < :at"""
        last: dict[str, int] = {}
        for held_on, *entries in self._views.select(sql, self._at):
            last[held_on[:7]] = max(last.get(held_on[:7], -1), *entries)
        return last

    def _day(self, position: int) -> str:
        """The school's day on which the entry before a position was recorded."""
        sql = "SELECT c.at FROM {commands} c WHERE c.entry < :before ORDER BY c.entry DESC LIMIT 1"
        rows = self._views.select(sql, {"before": position})
        return self.day_of(parse_at(str(rows[0][0]))) if rows else date.min.isoformat()


def _of_period(period: Period, last_entry: int | None) -> Span:
    """A period under the name that people give it."""
    grades = ", ".join(map(str, period.grades))
    title = (
        f"{period.number}-я {PERIOD_WORDS[period.kind]}"
        if period.kind == "quarter"
        else f"{PERIOD_WORDS[period.kind]} {period.number}"
    )
    closed_by = () if period.closed_by is None else (period.closed_by,)
    return Span(period.period, f"{title} ({grades})", period.starts_on, period.ends_on, last_entry, closed_by)
