"""How many things were recorded in time, late or not at all: by rule, teacher and week, for a school's whole year.

A year of a school has hundreds of thousands of marks, but only some hundred terms: each term becomes the index of the
first entry that is late for it, and SQL holds the index of every mark against that of its day. What comes out is what
the pure functions say of every fact, which tests compare.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from ledger.journal.deadlines.homework import homework_term
from ledger.journal.deadlines.lesson import attendance_term, lesson_term
from ledger.journal.deadlines.marks import oral_mark_term, written_mark_term
from ledger.journal.deadlines.verdict import (
    CLAUSES,
    WORST_FIRST,
    Rule,
    School,
    Status,
    Term,
    Version,
)
from ledger.wire.entry import format_at
from projections.reading import AsOf, Reader, stands
from projections.rows import OPEN
from projections.views.deadline_basis import Judging, Rosters, first_entries, judging, last_ends, listing, wall
from projections.views.deadlines import FIRST_DAY, LAST_DAY, RULES, Asked, monday

By = Literal["teacher", "class_group", "week"]

_DAY_TERMS: Final[dict[Rule, Callable[[date, Version, School], Term]]] = {
    "lesson": lesson_term,
    "attendance": attendance_term,
    "homework": lambda day, version, school: homework_term(day, None, None, version, school)[0],
    "oral_mark": oral_mark_term,
    "written_mark": written_mark_term,
}


@dataclass(frozen=True, slots=True)
class DeadlineCount:
    """Verdicts of one rule, of one teacher, class and week where counted by those (else None)."""

    rule: Rule
    clause: str
    teacher: str | None
    class_group: str | None
    week: str | None
    on_time: int
    late: int
    missing: int
    pending: int
    exempt: int
    no_regulation: int


@dataclass(frozen=True, slots=True)
class DeadlineCounts:
    """Counts at a position, as of `now`, in the order of rules, teachers, classes and weeks."""

    position: int
    now: str
    rows: tuple[DeadlineCount, ...]


class _Bound(NamedTuple):
    """A term as the log sees it: the first entry that is late for it, and whether it has ended."""

    late_entry: int
    over: bool

    def of(self, entry: int | None) -> Status:
        """The status of what was first recorded by an entry, or is not (None)."""
        if entry is None:
            return "missing" if self.over else "pending"
        return "late" if entry >= self.late_entry else "on_time"


class _Place(NamedTuple):
    """What is counted apart, but for the rule."""

    teacher: str
    class_group: str
    day: str


_Tally = defaultdict[tuple[Rule, _Place], Counter[Status]]


def deadline_counts(
    views: Reader,
    asked: Asked,
    *,
    now: datetime,
    by: Iterable[By] = ("teacher", "week"),
    at: AsOf = None,
) -> DeadlineCounts:
    """Count the verdicts on lessons that stand.

    Args:
        views: whom to ask.
        asked: which lessons and rules; its student and statuses do not matter here.
        now: the moment by the clock.
        by: what to count apart, beside the rule.
        at: as of.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    judged = judging(views, now, at)
    tally: _Tally = defaultdict(Counter)
    selection = _Selection(asked, judged.position)
    days = [day for (day,) in views.select(selection.sql("DISTINCT l.held_on"), selection.parameters)]
    if days:
        terms = _Terms(views, judged, days)
        if set(asked.rules) - {"written_mark", "written_work"}:
            _count_lessons(views, selection, terms, asked, tally)
        if {"written_mark", "written_work"} & set(asked.rules):
            _count_written(views, selection, terms, asked, tally)
    apart = frozenset(by)
    return DeadlineCounts(judged.position, format_at(judged.now), tuple(_summed(tally, apart, asked.rules)))


class _Selection:
    """The lessons that are asked about, as SQL."""

    def __init__(self, asked: Asked, position: int) -> None:
        self.asked = asked
        self.position = position
        self.first, self.last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
        self.parameters: dict[str, object] = {"at": position, "first": self.first, "last": self.last}
        conditions = ""
        for column, value in (("l.teacher", asked.teacher), ("o.class_group", asked.class_group)):
            if value is not None:
                name = column.partition(".")[2]
                conditions += f" AND {column} = :{name}"
                self.parameters[name] = value
        self._where = f"l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands('l')}{conditions}"

    def sql(self, columns: str, *, joins: str = "", given: str = "", end: str = "") -> str:
        """A question about these lessons `l` and their courses `o`."""
        return f"""{given} SELECT {columns} FROM {{lessons}} l
            JOIN {{courses}} o ON o.course = l.course AND {stands("o")} {joins}
            WHERE {self._where} {end}"""


class _Terms:
    """Every term of some days, as entries; None where no regulation was in force."""

    def __init__(self, views: Reader, judged: Judging, days: Iterable[str]) -> None:
        self._views, self._judged = views, judged
        self._versions = {day: judged.school.version_on(date.fromisoformat(day)) for day in days}
        self.days = self._bounds(
            {
                (rule, day): make(date.fromisoformat(day), version, judged.school)
                for day, version in self._versions.items()
                if version is not None
                for rule, make in _DAY_TERMS.items()
            }
        )

    def eves(self, ends: Iterable[tuple[str, str]]) -> dict[tuple[str, str], _Bound]:
        """(day, end of the last lesson) -> the bound of homework for the next day."""
        terms = {}
        school = self._judged.school
        for day, ends_at in ends:
            version, held_on = self._versions[day], date.fromisoformat(day)
            if version is not None:
                tomorrow, end = date.fromordinal(held_on.toordinal() + 1), wall(held_on, ends_at, school)
                terms[day, ends_at], _ = homework_term(held_on, tomorrow, end, version, school)
        return self._bounds(terms)

    def rows(self, rule: Rule) -> list[tuple[str, int]]:
        """(day, first late entry) of one rule; days without a regulation are not there."""
        return [(day, bound.late_entry) for (of, day), bound in self.days.items() if of == rule]

    def _bounds(self, terms: dict[Any, Term]) -> dict[Any, _Bound]:
        spelled = {term.late_from: format_at(term.late_from) for term in terms.values()}
        entries = first_entries(self._views, spelled.values())
        return {
            key: _Bound(
                OPEN if (entry := entries.get(spelled[term.late_from])) is None else entry,
                self._judged.now >= term.late_from,
            )
            for key, term in terms.items()
        }


def _count_lessons(views: Reader, selection: _Selection, terms: _Terms, asked: Asked, tally: _Tally) -> None:
    """Lessons, attendance, homework and oral marks: a row a lesson, its marks summed by SQL."""
    rules = set(asked.rules)
    homework = f"LEFT JOIN {{homework}} h ON h.lesson = l.lesson AND h.stands = 1 AND {stands('h')}"
    taken = f"""CASE WHEN l.attendance = 'taken' THEN l.fact ELSE
        (SELECT min(t.entry) FROM {{later_attendance}} t WHERE t.lesson = l.lesson AND {stands("t")}) END"""
    columns = f"l.lesson, l.teacher, o.class_group, l.held_on, l.fact, {taken}, h.fact, h.due_on"
    cells = _cells(views, selection, terms) if rules & {"attendance", "oral_mark"} else {}
    found = views.select(selection.sql(columns, joins=homework), selection.parameters)
    of_eves = _eves(views, selection, terms, found) if "homework" in rules else {}
    for lesson, teacher, group, day, fact, taken_by, given, due_on in found:
        place = _Place(teacher, group, day)
        last_absence, on_time, late = cells.get(lesson, (None, 0, 0))
        if "lesson" in rules:
            tally["lesson", place][_status(terms.days.get(("lesson", day)), fact)] += 1
        if "attendance" in rules:
            whole = taken_by if taken_by is None or last_absence is None else max(taken_by, last_absence)
            tally["attendance", place][_status(terms.days.get(("attendance", day)), whole)] += 1
        if "homework" in rules:
            eve = of_eves.get((group, day)) if due_on is not None and _is_eve(day, due_on) else None
            tally["homework", place][_status(eve or terms.days.get(("homework", day)), given)] += 1
        if "oral_mark" in rules and on_time + late:
            of = tally["oral_mark", place]
            if ("oral_mark", day) in terms.days:
                of["on_time"] += on_time
                of["late"] += late
            else:
                of["no_regulation"] += on_time + late


def _cells(views: Reader, selection: _Selection, terms: _Terms) -> dict[str, tuple[int | None, int, int]]:
    """Lesson -> its last standing absence, its oral marks in time, and those that are late."""
    given, parameters = listing("day, late_entry", terms.rows("oral_mark"), ("", 0))
    joins = f"""JOIN {{cells}} c ON c.lesson = l.lesson AND c.value IS NOT NULL AND {stands("c")}
        LEFT JOIN {{works}} w ON w.lesson = c.lesson AND w.work = c.work AND w.stands = 1 AND {stands("w")}
        LEFT JOIN given d ON d.day = l.held_on"""
    oral = "c.what = 'mark' AND w.written = 0"
    columns = f"""l.lesson, max(CASE WHEN c.what = 'absence' THEN c.fact END),
        sum(CASE WHEN {oral} AND c.fact < coalesce(d.late_entry, 0) THEN 1 ELSE 0 END),
        sum(CASE WHEN {oral} AND c.fact >= coalesce(d.late_entry, 0) THEN 1 ELSE 0 END)"""
    sql = selection.sql(columns, joins=joins, given=given, end="GROUP BY l.lesson")
    return {
        lesson: (last, int(on_time), int(late))
        for lesson, last, on_time, late in views.select(sql, selection.parameters | parameters)
    }


def _eves(
    views: Reader, selection: _Selection, terms: _Terms, found: list[tuple[Any, ...]]
) -> dict[tuple[str, str], _Bound]:
    """Class and day -> the bound of homework for the next day, where any was given and the end of lessons is known."""
    wanted = {(row[2], row[3]) for row in found if row[7] is not None and _is_eve(row[3], row[7])}
    if not wanted:
        return {}
    ends = last_ends(views, selection.position, selection.first, selection.last, selection.asked.class_group)
    known = {key: ends[key].ends_at for key in wanted if key in ends}
    bounds = terms.eves({(day, ends_at) for (_, day), ends_at in known.items()})
    return {key: bounds[key[1], ends_at] for key, ends_at in known.items() if (key[1], ends_at) in bounds}


def _count_written(views: Reader, selection: _Selection, terms: _Terms, asked: Asked, tally: _Tally) -> None:
    """Marks for written works, and the works as a whole: sets of students, for who has no mark is in no row."""
    joins = f"JOIN {{works}} w ON w.lesson = l.lesson AND w.written = 1 AND w.stands = 1 AND {stands('w')}"
    columns = "l.lesson, w.work, l.teacher, o.class_group, l.held_on"
    works = views.select(selection.sql(columns, joins=joins), selection.parameters)
    cells = f"""{joins} JOIN {{cells}} c ON c.lesson = l.lesson AND c.value IS NOT NULL AND {stands("c")}
        AND (c.what = 'absence' OR c.work = w.work)"""
    marks: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    absent: defaultdict[str, set[str]] = defaultdict(set)
    for lesson, work, student, fact in views.select(
        selection.sql("l.lesson, c.work, c.student, c.fact", joins=cells), selection.parameters
    ):
        if work is None:
            absent[lesson].add(student)
        else:
            marks[lesson, work][student] = fact
    rosters = Rosters(views, selection.position, asked.class_group)
    for lesson, work, teacher, group, day in works:
        of_work, away = marks.get((lesson, work), {}), absent.get(lesson, set())
        members = rosters.on(group, day)
        counted = _of_work(terms.days.get(("written_mark", day)), of_work, away, members.keys())
        place = _Place(teacher, group, day)
        if "written_mark" in asked.rules:
            tally["written_mark", place].update(counted)
        if "written_work" in asked.rules:
            tally["written_work", place][_worst(counted, terms.days.get(("written_mark", day)))] += 1


def _of_work(bound: _Bound | None, marks: dict[str, int], away: set[str], members: Iterable[str]) -> Counter[Status]:
    """The statuses of everybody who was in the class or has a mark."""
    everybody = marks.keys() | set(members)
    if bound is None:
        return Counter({"no_regulation": len(everybody)})
    exempt = everybody & away
    late = sum(fact >= bound.late_entry for student, fact in marks.items() if student not in exempt)
    marked = len(marks.keys() - exempt)
    without = len(everybody) - len(exempt) - marked
    counted: Counter[Status] = Counter({"exempt": len(exempt), "late": late, "on_time": marked - late})
    counted[bound.of(None)] += without
    return +counted


def _worst(counted: Counter[Status], bound: _Bound | None) -> Status:
    """The status of a work as a whole."""
    owed = [status for status in counted if status != "exempt"]
    if not owed:
        return "no_regulation" if bound is None else "exempt"
    return min(owed, key=WORST_FIRST.index)


def _status(bound: _Bound | None, entry: int | None) -> Status:
    return "no_regulation" if bound is None else bound.of(entry)


def _is_eve(day: str, due_on: str) -> bool:
    return date.fromisoformat(due_on).toordinal() - date.fromisoformat(day).toordinal() == 1


def _summed(tally: _Tally, apart: frozenset[By], rules: tuple[Rule, ...]) -> Iterator[DeadlineCount]:
    sums: defaultdict[tuple[int, str, str, str], Counter[Status]] = defaultdict(Counter)
    weeks = {place.day: monday(place.day) for _, place in tally} if "week" in apart else {}
    for (rule, place), counted in tally.items():
        if rule in rules:
            teacher = place.teacher if "teacher" in apart else ""
            group = place.class_group if "class_group" in apart else ""
            sums[RULES.index(rule), teacher, group, weeks.get(place.day, "")].update(counted)
    for (rule_place, teacher, group, week), counted in sorted(sums.items()):
        rule = RULES[rule_place]
        yield DeadlineCount(
            rule,
            CLAUSES[rule],
            teacher or None,
            group or None,
            week or None,
            **{status: counted[status] for status in WORST_FIRST},
        )
