"""Deadlines of the office: results shown within a day, notices answered in three, the yearly refresh (2.3.3, 1.7).

Verdicts are made by the pure functions of `ledger.journal.deadlines.office`; there are thousands a year, so they are
counted as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, NamedTuple

from ledger.journal.deadlines.days import local_date
from ledger.journal.deadlines.office import notice, obtained_by, refresh, result, result_term
from ledger.journal.deadlines.verdict import CLAUSES, WORST_FIRST, Entered, Rule, Status, Term, Verdict
from ledger.wire.entry import format_at, parse_at
from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, listed, stands
from projections.views.deadline_basis import Judging, first_entries, judging, moments, wall
from projections.views.deadline_terms import bound_of
from projections.views.deadlines import TO_ATTEND_TO
from projections.views.people_registers import data_notices

OFFICE_RULES: Final[tuple[Rule, ...]] = ("result", "notice", "refresh")
_UNMET: Final[frozenset[Status]] = frozenset({"pending", "missing"})
"""What a verdict never is where an entry did what was to be done."""


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


class _Judged(NamedTuple):
    """A verdict, the day or the minute from which its term runs, and what it is about, as in `OfficeRow`."""

    verdict: Verdict
    since: str
    person: str | None = None
    class_group: str | None = None
    sheet: str | None = None
    what: str | None = None
    results: int | None = None


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
    rows = (_row(one, by) for one in _judged(views, asked, by) if one.verdict.status in asked.statuses)
    return OfficeDeadlines(
        by.position, format_at(by.now), tuple(sorted(rows, key=lambda row: (OFFICE_RULES.index(row.rule), row.since)))
    )


def office_counts(views: Reader, asked: OfficeAsked, *, now: datetime, at: AsOf = None) -> OfficeCounts:
    """Count the verdicts of each rule; the statuses of `asked` do not matter here."""
    by = judging(views, now, at)
    others = replace(asked, rules=tuple(rule for rule in asked.rules if rule != "result"), statuses=WORST_FIRST)
    counted = Counter((one.verdict.rule, one.verdict.status) for one in _judged(views, others, by))
    if "result" in asked.rules:
        results = _count_results(views, by, asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY)
        counted.update({("result", status): count for status, count in results.items()})
    rows = (
        OfficeCount(rule, CLAUSES[rule], **{status: counted[rule, status] for status in WORST_FIRST})
        for rule in OFFICE_RULES
        if rule in asked.rules
    )
    return OfficeCounts(by.position, format_at(by.now), tuple(rows))


def _judged(views: Reader, asked: OfficeAsked, by: Judging) -> Iterator[_Judged]:
    """Verdicts of the rules and days that are asked about; of what is met by an entry only where that is asked for."""
    makers = {"result": _results, "notice": _notices, "refresh": _refreshes}
    is_met = not _UNMET.issuperset(asked.statuses)
    first, last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
    for rule, make in makers.items():
        if rule in asked.rules:
            yield from (one for one in make(views, by, is_met=is_met) if first <= one.since[:10] <= last)


# Tens of thousands a year: of those that were obtained together and that one publication showed, only how many.
_COUNTED: Final = f"""
    SELECT r.sheet, r.what, r.obtained_at, count(*), min(r.fact), max(r.fact) FROM {{results}} r
    WHERE {stands("r")} AND r.value IS NOT NULL GROUP BY r.sheet, r.what, r.obtained_at"""
_SINGLE: Final = f"""
    SELECT r.sheet, r.what, r.obtained_at, r.fact FROM {{results}} r
    WHERE {stands("r")} AND r.value IS NOT NULL AND r.sheet IN """
_SHEETS: Final = f"""
    SELECT s.sheet, o.class_group, p.ends_on FROM {{result_sheets}} s
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")} WHERE {stands("s")}"""
_SHOWN: Final = f"""
    SELECT q.sheet, q.what, q.entry, q.obtained_at FROM {{publications}} q WHERE {stands("q")} ORDER BY q.entry"""


class _Together(NamedTuple):
    """Results that stand, were obtained at one time and shown by one entry, or by none: how many; the first of them.

    `minute`: when, by the school's clock. Of an examination it is its own, of marks of a period that of their
    publication; None: nobody said.
    """

    sheet: str
    what: str
    minute: str | None
    shown_by: int | None
    how_many: int
    first: int
    facts: tuple[int, ...] = ()


class _Group(NamedTuple):
    """Results of a sheet that were obtained at one moment, `since`, and shown by one entry, or by none."""

    sheet: str
    what: str
    class_group: str
    since: datetime
    shown_by: int | None
    parts: list[_Together]


def _groups(views: Reader, by: Judging) -> list[_Group]:
    """Results that stand, those that were obtained and shown together as one (R29).

    Marks of a period or a year that nobody said were shown count from when they were obtained at the latest.
    """
    sheets = {sheet: of for sheet, *of in views.select(_SHEETS, {"at": by.position})}
    found = [one for one in _shown_together(views, by.position) if one.sheet in sheets]
    at = moments(views, [one.first for one in found if one.minute is None])
    together: dict[tuple[str, str, datetime, int | None], _Group] = {}
    walls: dict[str, datetime] = {}
    for one in sorted(found, key=lambda each: each.first):
        class_group, ends_on = sheets[one.sheet]
        if one.minute is None:
            since = obtained_by(at[one.first], date.fromisoformat(ends_on), by.school.zone)
        else:
            since = walls.get(one.minute) or walls.setdefault(
                one.minute, wall(date.fromisoformat(one.minute[:10]), one.minute[11:], by.school)
            )
        key = one.sheet, one.what, since, one.shown_by
        if key not in together:
            together[key] = _Group(one.sheet, one.what, class_group, since, one.shown_by, [])
        together[key].parts.append(one)
    return list(together.values())


def _results(views: Reader, by: Judging, *, is_met: bool) -> Iterator[_Judged]:
    """Verdicts on results; without `is_met` on those alone that nobody said were shown."""
    groups = [of for of in _groups(views, by) if is_met or of.shown_by is None]
    at = moments(views, [of.shown_by for of in groups if of.shown_by is not None])
    for of in groups:
        verdict = result(
            of.since,
            None if of.shown_by is None else Entered(of.shown_by, at[of.shown_by]),
            school=by.school,
            now=by.now,
            cited=[fact for part in of.parts for fact in part.facts],
        )
        count = sum(part.how_many for part in of.parts)
        minute = _minute(of.since, by)
        yield _Judged(verdict, minute, class_group=of.class_group, sheet=of.sheet, what=of.what, results=count)


def _count_results(views: Reader, by: Judging, first: str, last: str) -> Counter[Status]:
    """How many verdicts on results there are of each status: terms are held against entries, not their moments."""
    groups = [of for of in _groups(views, by) if first <= _minute(of.since, by)[:10] <= last]
    terms: dict[datetime, Term] = {}
    for since in {of.since for of in groups}:
        version = by.school.version_on(local_date(since, by.school.zone))
        if version is not None:
            terms[since] = result_term(since, version)
    entries = first_entries(views, {format_at(term.late_from) for term in terms.values()})
    bounds = {since: bound_of(term, entries, by.now) for since, term in terms.items()}
    return Counter(
        "no_regulation" if (bound := bounds.get(of.since)) is None else bound.of(of.shown_by) for of in groups
    )


def _minute(moment: datetime, by: Judging) -> str:
    """A moment by the school's clock."""
    return moment.astimezone(by.school.zone).isoformat(timespec="minutes")[:16]


def _shown_together(views: Reader, position: int) -> Iterator[_Together]:
    """Results with the first publication behind each; with their entries where a verdict cites them."""
    shown: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for sheet, what, entry, obtained_at in views.select(_SHOWN, {"at": position}):
        shown[sheet, what].append((entry, obtained_at))
    single: set[tuple[str, str, str | None]] = set()
    for sheet, what, obtained_at, count, first, last in views.select(_COUNTED, {"at": position}):
        by_first, by_last = _shown_behind(shown[sheet, what], first), _shown_behind(shown[sheet, what], last)
        if what == "exam_result" or by_first is None or by_first != by_last:
            single.add((sheet, what, obtained_at))
        else:
            yield _Together(sheet, what, obtained_at or by_first[1], by_first[0], count, first)
    for some, named in listed(sorted({sheet for sheet, *_ in single})):
        for sheet, what, obtained_at, fact in views.select(_SINGLE + some, {**named, "at": position}):
            if (sheet, what, obtained_at) in single:
                entry, minute = _shown_behind(shown[sheet, what], fact) or (None, None)
                cited = (fact,) if what == "exam_result" or entry is None else ()
                yield _Together(sheet, what, obtained_at or minute, entry, 1, fact, cited)


def _shown_behind(shown: list[tuple[int, str]], fact: int) -> tuple[int, str] | None:
    """The first of the publications of a sheet, in their order, behind an entry."""
    number = bisect_right(shown, fact, key=lambda one: one[0])
    return shown[number] if number < len(shown) else None


def _notices(views: Reader, by: Judging, *, is_met: bool) -> Iterator[_Judged]:
    """Notices, with what answered them: a change, or a confirmation that nothing has to change (R12)."""
    for one in data_notices(views, at=by.position).rows:
        answered = None
        if one.answered_by is not None and one.answered_at is not None:
            if not is_met:
                continue
            answered = Entered(one.answered_by, parse_at(one.answered_at))
        day = date.fromisoformat(one.received_on)
        verdict = notice(day, answered, school=by.school, now=by.now, cited=(one.entry,))
        yield _Judged(verdict, one.received_on, one.person)


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


def _refreshes(views: Reader, by: Judging, *, is_met: bool) -> Iterator[_Judged]:
    """Students who are there on the last day of a year's refresh, with what confirmed or changed their data (R11)."""
    found = [row for row in views.select(_REFRESHED, {"at": by.position}) if is_met or row[4] is None]
    at = moments(views, [row[4] for row in found if row[4] is not None])
    for entry, opens_on, student, enrolled_by, answered_by in found:
        answered = None if answered_by is None else Entered(answered_by, at[answered_by])
        day = date.fromisoformat(opens_on)
        verdict = refresh(day, answered, school=by.school, now=by.now, cited=(entry, enrolled_by))
        yield _Judged(verdict, opens_on, student)


def _row(one: _Judged, by: Judging) -> OfficeRow:
    verdict = one.verdict
    due, late_by = verdict.due, verdict.late_by
    return OfficeRow(
        rule=verdict.rule,
        clause=verdict.clause,
        status=verdict.status,
        since=one.since,
        due=format_at(due) if due else None,
        due_local=due.astimezone(by.school.zone).isoformat() if due else None,
        recorded_at=format_at(verdict.recorded_at) if verdict.recorded_at else None,
        recorded_by=verdict.recorded_by,
        late_by_seconds=None if late_by is None else int(late_by.total_seconds()),
        basis=verdict.basis,
        person=one.person,
        class_group=one.class_group,
        sheet=one.sheet,
        what=one.what,
        results=one.results,
    )
