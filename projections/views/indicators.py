"""Indicators of a teacher's work with the journal (regulation 2.4.3): counts, and the facts behind each.

Nothing is weighed here: which indicators count, and how much, is for the school's provision on incentive pay. Each
count can be followed down to its verdicts, corrections and lessons with their entries. What is missing is so as of the
moment of the last entry that was known, so that the same position always gives the same numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple

from ledger.journal.deadlines.days import at_wall
from ledger.journal.deadlines.office import result
from ledger.journal.deadlines.verdict import Entered, Rule, Status, Verdict
from ledger.wire.entry import format_at, parse_at
from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, resolve, stands
from projections.views.correction_register import Closed, Timing
from projections.views.deadline_basis import Judging, first_entries, judging, moments, wall
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_tally import By
from projections.views.deadlines import RULES, Asked, completeness_register, deadline_register
from projections.views.plan import Courses

STATUSES: Final[tuple[Status, ...]] = ("on_time", "late", "missing", "exempt")
TIMINGS: Final[tuple[Timing, ...]] = ("same_day", "before_close", "reopened", "after_close")
JUDGED: Final[tuple[Rule, ...]] = (*RULES, "result")
_FEW_DAYS: Final = 92
INDICATORS: Final[tuple[str, ...]] = (
    "lessons.given",
    *(f"{rule}.{status}" for rule in RULES for status in STATUSES),
    *(f"completeness.{index}" for index in range(5)),
    *(f"corrections.{timing}" for timing in TIMINGS),
    *(f"result.{status}" for status in STATUSES[:3]),
    "substitutions.taken",
)
"""All there are. Before the point what is counted, behind it how it was found."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One count.

    Attributes:
        teacher: who gave the lessons; of results, who is responsible for the course on the day they were obtained.
        indicator: one of `INDICATORS`.
        count: how many.
        of: out of how many. Late, missing and on time: of those three together; exempt: of these and the exempt;
            completeness: of the lessons of which no part may still come in time. None: it is no part of anything.
    """

    teacher: str
    indicator: str
    count: int
    of: int | None

    @property
    def share(self) -> int | None:
        """Hundredths of a percent, cut off; None where there is nothing to be a part of."""
        return 10_000 * self.count // self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Indicators:
    """Counts at a position, by teacher in the order of `INDICATORS`; what nothing was due for is left out."""

    position: int
    rows: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class IndicatorFact:
    """What one unit of a count is: a verdict, a lesson, a correction or a substitution, and the entries it rests on.

    Attributes:
        held_on, number, lesson: the lesson; of results the day they were obtained.
        course: whose lesson, or results.
        student: whose mark, or cell.
        count: how many units it is: results that were obtained and shown together are one fact.
        entries: of a verdict with the regulation's version.
    """

    held_on: str
    number: int | None
    lesson: str | None
    course: str
    student: str | None
    count: int
    entries: tuple[int, ...]


def indicators(
    views: Reader,
    *,
    teacher: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Indicators:
    """Count, by teacher.

    Args:
        views: whom to ask.
        teacher: of one; None: of everybody who has anything to count.
        from_date: lessons held, and results obtained, on this day or later.
        to_date: the same, on this day or earlier.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    asked = Asked(teacher=teacher, from_date=from_date, to_date=to_date)
    by = _judging(views, at)
    counts = _counts(views, by, asked, with_months=False)
    rows = (line for who, _ in sorted(counts) for line in _lines(who, counts[who, ""]))
    return Indicators(by.position, tuple(rows))


def indicators_by_month(
    views: Reader,
    *,
    teacher: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Iterator[tuple[str, Indicator]]:
    """The same, of each month by itself, with the month as ``2026-09``.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    asked = Asked(teacher=teacher, from_date=from_date, to_date=to_date)
    counts = _counts(views, _judging(views, at), asked, with_months=True)
    for who, month in sorted(counts):
        for line in _lines(who, counts[who, month]):
            yield month, line


def _counts(
    views: Reader, by: Judging, asked: Asked, *, with_months: bool
) -> defaultdict[tuple[str, str], Counter[str]]:
    """Teacher and month, or an empty text -> indicator -> how many."""
    of_days: Counter[tuple[str, str, int | None]] = Counter()
    apart: tuple[By, ...] = ("teacher", "month") if with_months else ("teacher",)
    judged = deadline_counts(views, asked, now=by.now, by=apart, at=by.position, of_days=of_days)
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def of(teacher: str, day: str) -> Counter[str]:
        return counts[teacher, day[:7] if with_months else ""]

    for row in judged.rows:
        if row.teacher is not None:
            counts[row.teacher, row.week or ""].update(
                {f"{row.rule}.{status}": getattr(row, status) for status in STATUSES}
            )
    for (who, month, index), how_many in of_days.items():
        counts[who, month]["lessons.given"] += how_many
        if index is not None:
            counts[who, month][f"completeness.{index}"] += how_many
    timed = Counter((row[0], row[1], timing) for row, timing in _timed(views, by, asked))
    for (who, day, timing), how_many in timed.items():
        of(who, day)[f"corrections.{timing}"] += how_many
    for found in _results(views, by, asked):
        of(found.teacher, found.obtained_at)[f"result.{found.verdict.status}"] += found.how_many
    for substituted in _substitutions(views, by.position, asked):
        of(substituted.teacher, substituted.fact.held_on)["substitutions.taken"] += 1
    return counts


def _judging(views: Reader, at: AsOf) -> Judging:
    """The regulation as known at a position, and the moment of its last entry."""
    return judging(views, datetime(1, 1, 2, tzinfo=UTC), resolve(views, at))


def _lines(teacher: str, counts: Counter[str]) -> Iterator[Indicator]:
    """One teacher's counts; nothing is said of what was never due."""
    for name in INDICATORS:
        what, _, how = name.partition(".")
        of: int | None = None
        if what in JUDGED:
            of = sum(counts[f"{what}.{status}"] for status in (STATUSES if how == "exempt" else STATUSES[:3]))
        elif what == "completeness":
            of = sum(counts[f"completeness.{index}"] for index in range(5))
        if of != 0:
            yield Indicator(teacher, name, counts[name], of)


def indicator_facts(
    views: Reader,
    teacher: str,
    indicator: str,
    *,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> tuple[IndicatorFact, ...]:
    """What one teacher's count is made of, by day and number; the sum of their `count` is the indicator's.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = _judging(views, at)
    what, _, how = indicator.partition(".")
    asked = Asked(teacher=teacher, from_date=from_date, to_date=to_date)
    match what:
        case "corrections":
            found = [one.fact for one in _corrections(views, by, asked) if one.timing == how]
        case "result":
            found = [_result_fact(views, by, of) for of in _results(views, by, asked) if of.verdict.status == how]
        case "substitutions":
            found = [one.fact for one in _substitutions(views, by.position, asked)]
        case "completeness" | "lessons":
            found = list(_lesson_facts(views, by, asked, how))
        case _:
            found = list(_verdict_facts(views, by, asked, what, how))
    return tuple(sorted(found, key=lambda fact: (fact.held_on, fact.number or 0, fact.entries)))


def _verdict_facts(views: Reader, by: Judging, asked: Asked, rule: Any, status: Any) -> Iterator[IndicatorFact]:
    wanted = Asked(asked.teacher, None, None, asked.from_date, asked.to_date, (rule,), (status,))
    rows = deadline_register(views, wanted, now=by.now, at=by.position).rows
    for row in rows:
        yield IndicatorFact(row.held_on, row.number, row.lesson, row.course, row.student, 1, row.basis)


def _lesson_facts(views: Reader, by: Judging, asked: Asked, how: str) -> Iterator[IndicatorFact]:
    for lesson, whole in completeness_register(views, asked, now=by.now, at=by.position):
        if how == "given" or (whole.open == 0 and str(whole.index) == how):
            entries = tuple(sorted({lesson.fact, lesson.entry})) if how == "given" else whole.basis
            yield IndicatorFact(lesson.held_on, lesson.number, lesson.lesson, lesson.course, None, 1, entries)


class _Counted(NamedTuple):
    """A correction or a substitution of a teacher's lesson; `timing` of a correction."""

    teacher: str
    timing: str
    fact: IndicatorFact


def _of_teacher(asked: Asked) -> str:
    """Conditions on lessons `l` of the days and the teacher asked about."""
    return " AND l.held_on BETWEEN :first AND :last" + ("" if asked.teacher is None else " AND l.teacher = :teacher")


def _days(asked: Asked) -> dict[str, object]:
    days: dict[str, object] = {"first": asked.from_date or FIRST_DAY, "last": asked.to_date or LAST_DAY}
    return days if asked.teacher is None else days | {"teacher": asked.teacher}


_CORRECTIONS: Final = f"""SELECT l.teacher, l.held_on, l.course, k.entry, k.request, k.corrects, k.action%s
    FROM %s%s WHERE l.lesson = k.lesson AND {stands("l")} AND {stands("k")}"""
_BY_CORRECTIONS: Final = "{corrections} k CROSS JOIN {lessons} l"
_BY_LESSONS: Final = "{lessons} l CROSS JOIN {corrections} k"
_WITH_CELLS: Final = (", l.number, l.lesson, c.student", " LEFT JOIN {cells} c ON c.entry = k.entry")
_CLASSES: Final = f"SELECT o.course, o.class_group FROM {{courses}} o WHERE {stands('o')}"


def _timed(
    views: Reader, by: Judging, asked: Asked, more: tuple[str, str] = ("", "")
) -> Iterator[tuple[tuple[Any, ...], Timing]]:
    """Corrections and annulments of the lessons asked about, whoever made them, told apart as their register does.

    Each has the teacher, the lesson's day, the course, the entry, that of the request, that which it corrects, the
    action, and columns that are asked for, with the tables that have them.
    """
    columns, tables = more
    sql = _CORRECTIONS % (columns, _BY_CORRECTIONS if _is_wide(asked) else _BY_LESSONS, tables)
    rows = views.select(f"{sql}{_of_teacher(asked)}", {"at": by.position, **_days(asked)})
    if not rows:
        return
    closed, days = Closed(views, by.position), _Days(views, by)
    groups = dict(views.select(_CLASSES, {"at": by.position}))
    # What stands for a fact was made by its first entry, or by the last of its corrections: all of them are here.
    before = {row[3]: row[5] for row in rows}
    for row in rows:
        _, held_on, course, entry, request, corrects, action, *_ = row
        if action == "reason_set" or course not in groups:
            continue
        if request is not None:
            yield row, "after_close"
        elif closed.before(entry, groups[course], held_on):
            yield row, "reopened"
        else:
            yield row, "same_day" if days.of(entry) == days.of(_first(corrects, before)) else "before_close"


def _is_wide(asked: Asked) -> bool:
    """Whether so many lessons are asked about that a look at every correction is shorter."""
    if asked.teacher is not None:
        return False
    first, last = (date.fromisoformat(day) for day in (asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY))
    return (last - first).days > _FEW_DAYS


def _first(entry: int, before: Mapping[int, int]) -> int:
    """The first entry of a fact, from one that stood for it; `before`: correction -> what it corrects."""
    while entry in before:
        entry = before[entry]
    return entry


def _corrections(views: Reader, by: Judging, asked: Asked) -> Iterator[_Counted]:
    """The same with the entries of each."""
    for row, timing in _timed(views, by, asked, _WITH_CELLS):
        teacher, held_on, course, entry, request, corrects, _, number, lesson, student = row
        entries = tuple(sorted({corrects, entry} if request is None else {corrects, request, entry}))
        yield _Counted(teacher, timing, IndicatorFact(held_on, number, lesson, course, student, 1, entries))


class _Days:
    """The school's day of an entry, as a number: an entry's `at` never goes back, so days are ranges of entries."""

    def __init__(self, views: Reader, by: Judging) -> None:
        ends = [
            views.select(
                f"SELECT m.at FROM {{commands}} m WHERE m.entry < :at ORDER BY m.entry {order} LIMIT 1",
                {"at": by.position},
            )
            for order in ("ASC", "DESC")
        ]
        first, last = (parse_at(rows[0][0]).astimezone(by.school.zone).date() if rows else date.min for rows in ends)
        days = (first + timedelta(days=count) for count in range(1, (last - first).days + 1))
        midnights = [format_at(at_wall(day, time(), by.school.zone).astimezone(UTC)) for day in days]
        found = first_entries(views, midnights)
        self._begins = sorted(entry for entry in found.values() if entry is not None)

    def of(self, entry: int) -> int:
        """The number of the day on which an entry was recorded."""
        return bisect_right(self._begins, entry)


class _Shown(NamedTuple):
    """Results of a course that were obtained at once and shown, or not, together; `between`: their entries."""

    teacher: str
    course: str
    sheet: str
    what: str
    obtained_at: str
    between: tuple[int, int]
    how_many: int
    verdict: Verdict


# A mark is obtained when its publication says, an examination's result when it says itself, in the year's sheet alone.
_PUBLICATIONS: Final = f"""
    SELECT b.sheet, b.what, b.entry, b.obtained_at FROM {{publications}} b WHERE {stands("b")} ORDER BY b.entry"""
# Grouped in the order of the index of results, before their sheets are looked up.
_MARKS: Final = f"""
    SELECT s.course, g.sheet, g.what, g.obtained_at, g.many, g.lowest, g.highest FROM (
      SELECT r.sheet, r.what, r.obtained_at, count(*) AS many, min(r.fact) AS lowest, max(r.fact) AS highest
      FROM {{results}} r WHERE r.what <> 'exam_result' AND r.value IS NOT NULL AND {stands("r")}%s
      GROUP BY r.sheet, r.what, r.obtained_at) g
    JOIN {{result_sheets}} s ON s.sheet = g.sheet AND {stands("s")}
    WHERE EXISTS (SELECT 1 FROM {{publications}} b WHERE b.sheet = g.sheet AND {stands("b")}
      AND substr(b.obtained_at, 1, 10) BETWEEN :first AND :last)"""
_EXAMS: Final = f"""
    SELECT s.course, r.sheet, r.what, r.obtained_at, count(*), min(r.fact), max(r.fact) FROM {{result_sheets}} s
    JOIN {{periods}} p ON p.period = s.period AND p.kind = 'year' AND {stands("p")}
    JOIN {{results}} r ON r.sheet = s.sheet AND r.what = 'exam_result' AND r.value IS NOT NULL AND {stands("r")}
      AND substr(r.obtained_at, 1, 10) BETWEEN :first AND :last
    WHERE {stands("s")}%s GROUP BY s.course, r.sheet, r.what, r.obtained_at"""
_FACTS: Final = f"""
    SELECT r.fact FROM {{results}} r WHERE r.sheet = :sheet AND r.what = :what AND {stands("r")}
      AND r.value IS NOT NULL AND r.fact BETWEEN :first AND :last ORDER BY r.fact"""


def _results(views: Reader, by: Judging, asked: Asked) -> Iterator[_Shown]:
    """Results that stand, judged by when they were shown (2.3.3), of the days on which they were obtained."""
    courses = Courses(views, by.position)
    first, last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
    parameters: dict[str, object] = {"at": by.position, "first": first, "last": last}
    of_sheets = of_results = ""
    if asked.teacher is not None:
        named = {f"c{number}": course for number, course in enumerate(sorted(courses.of_teacher(asked.teacher)))}
        of_sheets = f" AND s.course IN ({', '.join(f':{name}' for name in named) or 'NULL'})"
        of_results = f" AND r.sheet IN (SELECT s.sheet FROM {{result_sheets}} s WHERE {stands('s')}{of_sheets})"
        parameters |= named
    rows = [*views.select(_MARKS % of_results, parameters), *views.select(_EXAMS % of_sheets, parameters)]
    if not rows:
        return
    shown: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for sheet, what, entry, obtained_at in views.select(_PUBLICATIONS, {"at": by.position}):
        shown[sheet, what].append((entry, obtained_at))
    wanted = {(row[1], row[2]) for row in rows}
    recorded = moments(views, [entry for key, of in shown.items() if key in wanted for entry, _ in of])
    # Most results are obtained, and shown, together with many others.
    verdicts: dict[tuple[str, int | None], Verdict] = {}
    for course, sheet, what, own, count, lowest, highest in rows:
        for between, many, publication in _parts(views, by.position, (sheet, what, count, lowest, highest), shown):
            since = own or (publication and publication[1])
            if since is None or not first <= since[:10] <= last:
                continue
            responsible = courses.responsible(course, since[:10])
            if responsible is None or asked.teacher not in (None, responsible[0]):
                continue
            key = since, None if publication is None else publication[0]
            verdict = verdicts.get(key)
            if verdict is None:
                entered = None if publication is None else Entered(publication[0], recorded[publication[0]])
                moment = wall(date.fromisoformat(since[:10]), since[11:], by.school)
                verdict = verdicts[key] = result(moment, entered, school=by.school, now=by.now)
            yield _Shown(responsible[0], course, sheet, what, since, between, many, verdict)


_Part = tuple[tuple[int, int], int, tuple[int, str] | None]
"""The range of some facts, how many they are, and the publication that showed them."""


def _parts(
    views: Reader,
    position: int,
    of: tuple[str, str, int, int, int],
    shown: Mapping[tuple[str, str], list[tuple[int, str]]],
) -> Iterator[_Part]:
    """Facts of a sheet by the first publication behind them: mostly there is one behind them all."""
    sheet, what, count, lowest, highest = of
    publications = shown.get((sheet, what), [])
    bounds = [lowest, *(entry for entry, _ in publications if lowest < entry < highest), highest + 1]
    for begins, ends in pairwise(bounds):
        behind = next((one for one in publications if one[0] > begins), None)
        many = count
        if len(bounds) > 2:
            values = {"at": position, "sheet": sheet, "what": what, "first": begins, "last": ends - 1}
            many = len(views.select(_FACTS, values))
        yield (begins, ends - 1), many, behind


def _result_fact(views: Reader, by: Judging, of: _Shown) -> IndicatorFact:
    first, last = of.between
    values = {"at": by.position, "sheet": of.sheet, "what": of.what, "first": first, "last": last}
    facts = [fact for (fact,) in views.select(_FACTS, values)]
    entries = tuple(sorted({*of.verdict.basis, *facts}))
    return IndicatorFact(of.obtained_at[:10], None, None, of.course, None, of.how_many, entries)


_SUBSTITUTIONS: Final = f"""
    SELECT l.teacher, l.held_on, l.number, l.lesson, l.course, s.fact, s.entry, l.entry FROM {{substitutions}} s
    JOIN {{lessons}} l ON l.lesson = s.lesson || '' AND l.stands = 1 AND {stands("l")}
    WHERE {stands("s")}"""


def _substitutions(views: Reader, position: int, asked: Asked) -> Iterator[_Counted]:
    """Lessons that stand and were given in another teacher's place."""
    rows = views.select(_SUBSTITUTIONS + _of_teacher(asked), {"at": position, **_days(asked)})
    for teacher, held_on, number, lesson, course, *entries in rows:
        yield _Counted(teacher, "", IndicatorFact(held_on, number, lesson, course, None, 1, tuple(sorted({*entries}))))
