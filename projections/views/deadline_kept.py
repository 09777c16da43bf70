"""Counts of months or weeks that are over, kept in memory for those who ask next.

What was due in a month that is over changes only by a late entry: a correction, an excuse, another timetable. So the
counts of a whole school's year are worked out once, and afterwards only those of the months that an entry touched
since, and of the current one. Which days an entry may have touched is read from the tables that the counts rest on, by
the entries of their rows: a row that was revised is another row, so nothing changes without one. What was counted at a
position is kept whatever came later, for that is what the position says for ever.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from projections.reading import FIRST_DAY, Reader, command_of
from projections.views.deadline_basis import Judging, first_with_terms_from
from projections.views.deadline_rows import monday
from projections.views.deadline_tally import By, DeadlineCount
from projections.views.deadlines import RULES
from projections.views.lookups import years
from projections.views.plan import Until
from projections.views.print_rules import months

ROWS_MAX: Final = 50_000
"""So many rows of counts are kept for one reader, some 14 MiB; what was asked for longest ago is let go first."""
PARTS_MAX: Final = 4
"""Of one span at so many positions: before and behind what touched it."""

OfDays: TypeAlias = "Counter[tuple[str, str, int | None]]"
"""Lessons by teacher, by month or week, and by how many parts of their day were in time (`deadline_counts`)."""


def _excuses_of(table: str, column: str) -> str:
    return f"x.{column} IN (SELECT t.{column} FROM {{{table}}} t WHERE t.entry >= :first AND t.entry < :last)"


BY_LESSON: Final = ("additions", "cell_sets", "corrections", "homework", "later_attendance", "works")
"""Their rows name the lesson. What is in `cells` came by a command that has a row in one of these."""
BY_DAY: Final[Mapping[str, tuple[str, ...]]] = {
    "lessons": ("held_on",),
    "recorded_lessons": ("held_on",),
    "recorded_works": ("held_on",),
    "cancellations": ("held_on", "moved_on"),
    "substitution_plans": ("held_on",),
}
"""Columns with the days that a row is about."""
BY_EXCUSE: Final[Mapping[str, str]] = {
    "excuses": "x.entry >= :first AND x.entry < :last",
    "excuse_withdrawals": _excuses_of("excuse_withdrawals", "excuse"),
    "incidents": _excuses_of("incidents", "incident"),
    "incident_closings": _excuses_of("incident_closings", "incident"),
}
"""The condition on excuses `x` of whose lessons and days a row may change something."""
BY_PLAN: Final = "substitution_plan_ends"
"""A row names the planned substitution that it ends."""
SINCE_DAY: Final[Mapping[str, str]] = {
    "assignments": "starts_on",
    "enrollments": "starts_on",
    "leavings": "ends_on",
    "joinings": "starts_on",
    "departures": "ends_on",
    "bells": "effective_from",
    "timetables": "effective_from",
    "regulations": "effective_from",
}
"""The column with the first day that a row may change something of; of lessons with works that end later, see there."""
OF_ALL_DAYS: Final = ("calendar", "classes", "courses", "periods", "schools", "years")
"""A row of these may change what any day's counts are."""
OF_NO_DAY: Final = ("appointments", "plans")
"""Of these nothing is counted by itself: who is responsible for the journal is not judged by, and homework of a plan is
that of lessons which were recorded behind it."""


class Span(NamedTuple):
    """Days of one month or week, both ends inclusive; `label`: as `Tally` names it."""

    label: str
    first: str
    last: str


class Wanted(NamedTuple):
    """What is counted apart (a month or a week among it), by which rules, and whether completeness is counted too."""

    by: frozenset[By]
    rules: tuple[str, ...]
    with_days: bool

    def told_by(self) -> Iterator[Wanted]:
        """What tells it: itself, and where more is counted in the same way."""
        yield self
        for rules, with_days in product({self.rules, RULES}, {self.with_days, True}):
            if (rules, with_days) != self[1:]:
                yield Wanted(self.by, rules, with_days)


@dataclass(slots=True)
class Part:
    """The counts of a span as they stood from position `low` to `high`, both inclusive.

    Attributes:
        now: the moment as of which they were made; what was missing then is missing later.
        minute: the same by the school's clock, and the one that `Judging.until` says: terms of what is not recorded
            end with a day, and lessons with a minute.
        is_final: whether its days are over, by the school's clock, and nothing of them waits for its term.
    """

    low: int
    high: int
    now: datetime
    minute: tuple[str, Until]
    is_final: bool
    rows: list[DeadlineCount] = field(default_factory=list)
    of_days: OfDays = field(default_factory=Counter)

    @property
    def weight(self) -> int:
        """How many rows are kept of it."""
        return 1 + len(self.rows) + len(self.of_days)


class Touched(NamedTuple):
    """The days that some entries may have changed the counts of: these, and all from `since` on."""

    days: frozenset[str]
    since: str

    def meets(self, span: Span) -> bool:
        """Whether any day of a span is among them."""
        return self.since <= span.last or any(span.first <= day <= span.last for day in self.days)


class Kept:
    """The counts that are kept for one reader of views. May be asked from any thread.

    Attributes:
        weight: how many rows are kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: OrderedDict[tuple[Wanted, Span], list[Part]] = OrderedDict()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._parts)

    def find(self, wanted: Wanted, span: Span, judged: Judging, changes: Changes) -> Part | None:
        """Counts of a span that hold at a position, maybe of more rules than are wanted; None where there are none."""
        found: list[Part] = []
        with self._lock:
            for one in wanted.told_by():
                parts = self._parts.get((one, span), ())
                if parts:
                    self._parts.move_to_end((one, span))
                    found += parts
        for part in sorted(found, key=lambda part: part.low, reverse=True):
            if part.low == judged.position and part.minute == _minute(judged):
                return part
            if not part.is_final or part.low > judged.position or part.now > judged.now:
                continue
            if judged.position > part.high:
                if changes.between(part.high, judged.position).meets(span):
                    return None
                part.high = judged.position
            return part
        return None

    def keep(self, wanted: Wanted, span: Span, part: Part) -> None:
        """Keep the counts of a span, and let go of some others where there are too many.

        Of a span that is not over, those of one position are kept; of another, those of a few.
        """
        with self._lock:
            before = self._parts.pop((wanted, span), [])
            parts = [*[one for one in before if one.is_final][1 - PARTS_MAX :], part]
            self._parts[wanted, span] = parts
            self.weight += sum(one.weight for one in parts) - sum(one.weight for one in before)
            while self.weight > ROWS_MAX and len(self._parts) > 1:
                _, gone = self._parts.popitem(last=False)
                self.weight -= sum(one.weight for one in gone)


_KEPT: Final[WeakKeyDictionary[Reader, Kept]] = WeakKeyDictionary()
_KEPT_LOCK: Final = threading.Lock()


def kept_for(views: Reader) -> Kept:
    """What is kept for a reader; it goes with the reader."""
    with _KEPT_LOCK:
        found = _KEPT.get(views)
        if found is None:
            found = _KEPT[views] = Kept()
        return found


_STARTS: Final = f"SELECT {command_of(':first')}"
_OF_LESSONS: Final = """SELECT DISTINCT l.held_on FROM {%s} t JOIN {recorded_lessons} l ON l.lesson = t.lesson
    WHERE t.entry >= :first AND t.entry < :last"""
_OF_DAYS: Final = "SELECT DISTINCT t.%s FROM {%s} t WHERE t.entry >= :first AND t.entry < :last AND t.%s IS NOT NULL"
_OF_EXCUSES: Final = """SELECT DISTINCT coalesce(l.held_on, x.held_on) FROM {excuses} x
    LEFT JOIN {recorded_lessons} l ON l.lesson = x.lesson WHERE %s"""
_OF_PLANS: Final = f"""SELECT DISTINCT p.held_on FROM {{{BY_PLAN}}} t JOIN {{substitution_plans}} p ON p.entry = t.plan
    WHERE t.entry >= :first AND t.entry < :last"""
_SINCE: Final = "SELECT min(t.%s) FROM {%s} t WHERE t.entry >= :first AND t.entry < :last"
_NEVER: Final = "A"
"""Behind every day, as text is ordered."""
_ANY: Final = " UNION ALL ".join(
    f"SELECT t.entry FROM {{{table}}} t WHERE t.entry >= :first AND t.entry < :last" for table in OF_ALL_DAYS
)


class Changes:
    """What entries changed, looked up once for each range of them."""

    def __init__(self, views: Reader) -> None:
        self._views = views
        self._found: dict[tuple[int, int], Touched] = {}

    def between(self, first: int, last: int) -> Touched:
        """The days that entries from position `first` up to position `last` may have changed the counts of.

        A position may cut a command in two: then all of the command counts, for the rows of its first half say other
        things once the second is there.
        """
        found = self._found.get((first, last))
        if found is None:
            found = self._found[first, last] = self._between(first, last)
        return found

    def _between(self, first: int, last: int) -> Touched:
        ((begun,),) = self._views.select(_STARTS, {"first": first})
        of = {"first": first if begun is None else begun, "last": last}
        if self._views.select(f"SELECT a.entry FROM ({_ANY}) a LIMIT 1", of):
            return Touched(frozenset(), FIRST_DAY)
        days = [_OF_PLANS, *(_OF_LESSONS % table for table in BY_LESSON)]
        days += [_OF_EXCUSES % condition for condition in BY_EXCUSE.values()]
        days += [_OF_DAYS % (column, table, column) for table, columns in BY_DAY.items() for column in columns]
        since = _NEVER
        for table, column in SINCE_DAY.items():
            ((day,),) = self._views.select(_SINCE % (column, table), of)
            if day is not None:
                since = min(since, first_with_terms_from(self._views, last, day) if table == "regulations" else day)
        return Touched(frozenset(day for sql in days for (day,) in self._views.select(sql, of)), since)


def spans_of(views: Reader, position: int, first: str, last: str, *, by_week: bool) -> list[Span]:
    """The months or weeks of the school's years that two days span; what is before and behind is of the outermost."""
    known = years(views, at=position).rows
    begins = max(first, min((year.starts_on for year in known), default=last))
    ends = min(last, max((year.ends_on for year in known), default=first))
    spans = [Span(*days) for days in (_weeks if by_week else months)(begins, ends)]
    if spans:
        spans[0] = spans[0]._replace(first=first)
        spans[-1] = spans[-1]._replace(last=last)
    return spans


def _weeks(starts_on: str, ends_on: str) -> Iterator[tuple[str, str, str]]:
    """The same of weeks as `months` gives; a week is named by its Monday."""
    first = monday(starts_on)
    while first <= ends_on:
        begins = date.fromisoformat(first)
        yield first, first, (begins + timedelta(days=6)).isoformat()
        first = (begins + timedelta(days=7)).isoformat()


def split(spans: Sequence[Span], rows: Iterable[DeadlineCount], of_days: OfDays, judged: Judging) -> list[Part]:
    """The counts of some spans that follow each other, each by itself."""
    minute = _minute(judged)
    today = minute[0][:10]
    parts = [Part(judged.position, judged.position, judged.now, minute, span.last < today) for span in spans]
    labels = [span.label for span in spans]

    def of(label: str | None) -> Part:
        return parts[max(bisect_right(labels, label or "") - 1, 0)]

    for row in rows:
        part = of(row.week)
        part.rows.append(row)
        part.is_final = part.is_final and not row.pending
    for key, how_many in of_days.items():
        of(key[1]).of_days[key] += how_many
    return parts


def _minute(judged: Judging) -> tuple[str, Until]:
    """As of when is judged, as far as counts can tell."""
    return judged.now.astimezone(judged.school.zone).isoformat(timespec="minutes"), judged.until


_PLACES: Final = {rule: place for place, rule in enumerate(RULES)}
_COUNTED: Final = ("on_time", "late", "missing", "pending", "exempt", "no_regulation", "excused")
_counted: Final = attrgetter(*_COUNTED)


def together(parts: Iterable[Part], rules: Collection[str], *, with_spans: bool) -> tuple[DeadlineCount, ...]:
    """The counts of all parts by these rules, in the order of rules, teachers, classes and weeks."""
    found: dict[tuple[int, str, str, str], list[DeadlineCount]] = {}
    for row in (row for part in parts for row in part.rows if row.rule in rules):
        key = _PLACES[row.rule], row.teacher or "", row.class_group or "", (row.week or "") if with_spans else ""
        found.setdefault(key, []).append(row)
    return tuple(_sum(rows, with_spans=with_spans) for _, rows in sorted(found.items(), key=itemgetter(0)))


def _sum(rows: Sequence[DeadlineCount], *, with_spans: bool) -> DeadlineCount:
    """The counts of rows of one rule, teacher and class, and of one span where spans are told apart."""
    of = rows[0]
    if len(rows) == 1 and (with_spans or of.week is None):
        return of
    sums = map(sum, zip(*map(_counted, rows), strict=True))
    return DeadlineCount(of.rule, of.clause, of.teacher, of.class_group, of.week if with_spans else None, *sums)
