"""Deadlines of the office: results shown within a day, notices answered in three, the yearly refresh (2.3.3, 1.7).

Verdicts are made by the pure functions of `ledger.journal.deadlines.office`; there are thousands a year, so they are
counted as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from ledger.journal.deadlines.office import notice, obtained_by, refresh, result
from ledger.journal.deadlines.verdict import CLAUSES, WORST_FIRST, Entered, Rule, Status, Verdict
from ledger.wire.entry import format_at, parse_at
from projections.reading import AsOf, Reader, stands
from projections.views.deadline_basis import Judging, judging, moments, wall
from projections.views.deadlines import FIRST_DAY, LAST_DAY, TO_ATTEND_TO
from projections.views.people_registers import data_notices

OFFICE_RULES: Final[tuple[Rule, ...]] = ("result", "notice", "refresh")


@dataclass(frozen=True, slots=True)
class OfficeAsked:
    """What is asked: verdicts whose term runs from these days, both inclusive."""

    from_date: str | None = None
    to_date: str | None = None
    rules: tuple[Rule, ...] = OFFICE_RULES
    statuses: tuple[Status, ...] = TO_ATTEND_TO


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """One verdict, as in `ledger.journal.deadlines.verdict.Verdict`, and what it is about.

    Attributes:
        since: the day, or the minute, by the school's clock, from which the term runs.
        recorded_by: the entry that showed the results, or answered the notice.
        due, recorded_at: UTC, spelled as an entry's `at`.
        due_local: `due` by the school's clock, with its offset.
        late_by_seconds: whole seconds, where it is late.
        person: whose data; None for results.
        class_group: of the results; None for data.
        sheet, what: the results; None for data.
        results: how many results that stand were obtained then and shown, or not, together; None for data.
    """

    rule: Rule
    clause: str
    status: Status
    since: str
    due: str | None
    due_local: str | None
    recorded_at: str | None
    recorded_by: int | None
    late_by_seconds: int | None
    basis: tuple[int, ...]
    person: str | None
    class_group: str | None
    sheet: str | None
    what: str | None
    results: int | None


@dataclass(frozen=True, slots=True)
class OfficeDeadlines:
    """Verdicts at a position, as of `now`, by rule and the day from which the term runs."""

    position: int
    now: str
    rows: tuple[OfficeRow, ...]


@dataclass(frozen=True, slots=True)
class OfficeCount:
    """Verdicts of one rule."""

    rule: Rule
    clause: str
    on_time: int
    late: int
    missing: int
    pending: int
    exempt: int
    no_regulation: int


@dataclass(frozen=True, slots=True)
class OfficeCounts:
    """Counts at a position, as of `now`, of all rules that were asked about."""

    position: int
    now: str
    rows: tuple[OfficeCount, ...]


def office_deadlines(views: Reader, asked: OfficeAsked, *, now: datetime, at: AsOf = None) -> OfficeDeadlines:
    """Verdicts on results, notices and the yearly refresh.

    Args:
        views: whom to ask.
        asked: which.
        now: the moment by the clock.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    found: list[OfficeRow] = []
    if "result" in asked.rules:
        found += _results(views, by)
    if "notice" in asked.rules:
        found += _notices(views, by)
    if "refresh" in asked.rules:
        found += _refreshes(views, by)
    first, last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
    rows = (row for row in found if first <= row.since[:10] <= last and row.status in asked.statuses)
    return OfficeDeadlines(
        by.position, format_at(by.now), tuple(sorted(rows, key=lambda row: (OFFICE_RULES.index(row.rule), row.since)))
    )


def office_counts(views: Reader, asked: OfficeAsked, *, now: datetime, at: AsOf = None) -> OfficeCounts:
    """Count the verdicts of each rule; the statuses of `asked` do not matter here."""
    every = OfficeAsked(asked.from_date, asked.to_date, asked.rules, WORST_FIRST)
    found = office_deadlines(views, every, now=now, at=at)
    counted = Counter((row.rule, row.status) for row in found.rows)
    rows = (
        OfficeCount(rule, CLAUSES[rule], **{status: counted[rule, status] for status in WORST_FIRST})
        for rule in OFFICE_RULES
        if rule in asked.rules
    )
    return OfficeCounts(found.position, found.now, tuple(rows))


# A result of an examination has its own moment; marks of a period have that of their publication.
_RESULTS: Final = f"""
    SELECT o.class_group, r.sheet, r.what, r.fact, r.obtained_at, b.entry, b.obtained_at, p.ends_on
    FROM {{results}} r
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    LEFT JOIN {{publications}} b ON b.entry = (
      SELECT min(q.entry) FROM {{publications}} q
      WHERE q.sheet = r.sheet AND q.what = r.what AND q.entry > r.fact AND {stands("q")})
    WHERE {stands("r")} AND r.value IS NOT NULL ORDER BY r.fact"""


def _results(views: Reader, by: Judging) -> Iterator[OfficeRow]:
    """Results that stand, those that were obtained and shown together as one (R29).

    Marks of a period or a year that nobody said were shown count from when they were obtained at the latest.
    """
    found: list[Any] = views.select(_RESULTS, {"at": by.position})
    at = moments(views, [row[5] or row[3] for row in found if row[5] is not None or row[4] is None])
    together: dict[tuple[str, str, str, datetime, int | None], list[int]] = {}
    for group, sheet, what, fact, obtained_at, shown_by, shown_obtained_at, ends_on in found:
        minute = obtained_at or shown_obtained_at
        if minute is None:
            since = obtained_by(at[fact], date.fromisoformat(ends_on), by.school.zone)
        else:
            since = wall(date.fromisoformat(minute[:10]), minute[11:], by.school)
        together.setdefault((group, sheet, what, since, shown_by), []).append(fact)
    for (group, sheet, what, since, shown_by), facts in together.items():
        verdict = result(
            since,
            None if shown_by is None else Entered(shown_by, at[shown_by]),
            school=by.school,
            now=by.now,
            cited=facts if what == "exam_result" or shown_by is None else (),
        )
        minute = since.astimezone(by.school.zone).isoformat(timespec="minutes")[:16]
        yield _row(verdict, minute, by, class_group=group, sheet=sheet, what=what, results=len(facts))


def _notices(views: Reader, by: Judging) -> Iterator[OfficeRow]:
    """Notices, with what answered them: a change, or a confirmation that nothing has to change (R12)."""
    for one in data_notices(views, at=by.position).rows:
        answered = None
        if one.answered_by is not None and one.answered_at is not None:
            answered = Entered(one.answered_by, parse_at(one.answered_at))
        day = date.fromisoformat(one.received_on)
        verdict = notice(day, answered, school=by.school, now=by.now, cited=(one.entry,))
        yield _row(verdict, one.received_on, by, person=one.person)


_REFRESHED: Final = f"""
    SELECT r.entry, r.opens_on, e.student, min(e.entry),
      (SELECT min(u.entry) FROM {{data_updates}} u
        WHERE u.person = e.student AND u.refresh = r.year AND {stands("u")})
    FROM {{refreshes}} r
    JOIN {{classes}} g ON g.year = r.year AND {stands("g")}
    JOIN {{enrollments}} e ON e.class_group = g.class_group AND e.starts_on <= r.until AND {stands("e")}
    WHERE {stands("r")} AND NOT EXISTS (
      SELECT 1 FROM {{leavings}} l WHERE l.class_group = e.class_group AND l.student = e.student
        AND l.entry > e.entry AND l.ends_on < r.until AND {stands("l")})
    GROUP BY r.entry, r.opens_on, r.year, e.student ORDER BY 1, 4"""


def _refreshes(views: Reader, by: Judging) -> Iterator[OfficeRow]:
    """Students who are there on the last day of a year's refresh, with what confirmed or changed their data (R11)."""
    found: list[Any] = views.select(_REFRESHED, {"at": by.position})
    at = moments(views, [row[4] for row in found if row[4] is not None])
    for entry, opens_on, student, enrolled_by, answered_by in found:
        answered = None if answered_by is None else Entered(answered_by, at[answered_by])
        day = date.fromisoformat(opens_on)
        verdict = refresh(day, answered, school=by.school, now=by.now, cited=(entry, enrolled_by))
        yield _row(verdict, opens_on, by, person=student)


def _row(
    verdict: Verdict,
    since: str,
    by: Judging,
    *,
    person: str | None = None,
    class_group: str | None = None,
    sheet: str | None = None,
    what: str | None = None,
    results: int | None = None,
) -> OfficeRow:
    due, late_by = verdict.due, verdict.late_by
    return OfficeRow(
        rule=verdict.rule,
        clause=verdict.clause,
        status=verdict.status,
        since=since,
        due=format_at(due) if due else None,
        due_local=due.astimezone(by.school.zone).isoformat() if due else None,
        recorded_at=format_at(verdict.recorded_at) if verdict.recorded_at else None,
        recorded_by=verdict.recorded_by,
        late_by_seconds=None if late_by is None else int(late_by.total_seconds()),
        basis=verdict.basis,
        person=person,
        class_group=class_group,
        sheet=sheet,
        what=what,
        results=results,
    )
