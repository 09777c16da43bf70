"""Counts of deadlines made by the database: lessons by what became of them, and marks of works that are not written.

A status is a number: its place in `WORST_FIRST`, so that the least of several is the worst.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from ledger.journal.deadlines.verdict import WORST_FIRST
from ledger.journal.timetable_events import Bell
from projections.reading import FIRST_DAY, LAST_DAY, LISTED_AT_ONCE, Reader, days_walked, listed, listing, stands
from projections.views.deadline_terms import Terms
from projections.views.deadlines import Asked
from projections.views.plans import HOMEWORK, WITH_HOMEWORK

MISSING, LATE, UNREGULATED, PENDING, ON_TIME = (
    WORST_FIRST.index(of) for of in ("missing", "late", "no_regulation", "pending", "on_time")
)
NONE: Final = len(WORST_FIRST)
"""In place of a status, of a lesson without any oral marks."""
_FEW_DAYS: Final = 50
"""With lessons, two months: what other commands touched in a year is looked up as fast as more are listed."""
_TERMS_AT_ONCE: Final = 1_024
_ENDS_AT_ONCE: Final = 4_096
_bells = msgspec.json.Decoder(tuple[Bell, ...]).decode


class Selection:
    """The lessons asked about, as SQL: by day, teacher and class (`of_days`), and those that stand (`where`)."""

    def __init__(self, asked: Asked, position: int) -> None:
        self.asked = asked
        self.position = position
        self.first, self.last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
        self.parameters: dict[str, object] = {"at": position, "first": self.first, "last": self.last}
        conditions = ""
        if asked.teacher is not None:
            conditions, self.parameters["teacher"] = " AND l.teacher = :teacher", asked.teacher
        if asked.class_group is not None:
            conditions += f""" AND l.course IN
                (SELECT i.course FROM {{courses}} i WHERE i.class_group = :class_group AND {stands("i")})"""
            self.parameters["class_group"] = asked.class_group
        self.of_days = f"l.held_on BETWEEN :first AND :last{conditions}"
        self.where = f"{self.of_days} AND l.stands = 1 AND {stands('l')}"
        self._own = f"SELECT l.lesson FROM {{recorded_lessons}} l WHERE {self.of_days} AND l.entry < :at"
        self._own_listed: list[str] | None = None
        self._is_of_all = asked.teacher is None and asked.class_group is None
        self._days: list[str] | None = None
        self._touched: dict[str, list[tuple[str]]] = {}

    def is_narrow(self, views: Reader) -> bool:
        """Whether so few lessons are asked about that they may be listed, to look at nothing of others."""
        return not self._is_of_all or len(self.days(views)) <= _FEW_DAYS

    def of_additions(self, views: Reader, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a statement about additions `b`, of the lessons asked about alone."""
        if not self.is_narrow(views):
            return views.select(sql, self.parameters)
        own, named = self._own_of(views)
        return views.select(f"{sql} AND b.lesson IN {own}", self.parameters | named)

    def _own_of(self, views: Reader) -> tuple[str, dict[str, object]]:
        """What to put behind ``IN`` for the lessons asked about, and its parameter: a list, where it is short."""
        if self._own_listed is None:
            self._own_listed = [lesson for (lesson,) in views.select(self._own, self.parameters)]
        if len(self._own_listed) > LISTED_AT_ONCE:
            return f"({self._own})", {}
        return ":own", {"own": self._own_listed or [""]}

    def touched(self, views: Reader, said: str, parameters: Mapping[str, object]) -> tuple[str, dict[str, object]]:
        """Lessons that other commands touched, for a statement that begins with them.

        Args:
            views: whom to ask.
            said: the common table expression that says which lessons are in `touched`; there are a few thousand a year.
            parameters: what it needs beside those of the selection.

        Returns:
            The expression that takes its place, which lists what is asked about alone where that is little, and the
            parameters of it and of `where`.
        """
        known = {**self.parameters, **parameters}
        if not self.is_narrow(views):
            return said, known
        if said not in self._touched:
            own, named = self._own_of(views)
            sql = f"WITH {said} SELECT q.lesson FROM touched q WHERE q.lesson IN {own}"
            self._touched[said] = views.select(sql, known | named)
        found = self._touched[said]
        if len(found) > LISTED_AT_ONCE:
            return said, known
        listed_of, named = listing("lesson", found, ("",), name="touched")
        return listed_of.removeprefix("WITH "), known | named

    def days(self, views: Reader) -> list[str]:
        """Days on which lessons were held, also such as do not stand any more, or are not asked about."""
        if self._days is None:
            given = {"first": self.first, "last": self.last, "at": self.position}
            self._days = [day for (day,) in views.select(_DAYS, given)]
        return self._days


_DAYS: Final = days_walked("lessons", "l.entry < :at")


class LessonSum(NamedTuple):
    """How many lessons of a teacher, class and week have these statuses; what was not asked is of no account."""

    teacher: str
    class_group: str
    week: str
    record: int
    attendance: int
    homework: int
    marks: int
    how_many: int


# Absences that their lesson's own command entered are in time where the lesson is.
_ANNULLED: Final = f"""(SELECT count(*) FROM {{corrections}} k JOIN {{cells}} a ON a.entry = k.entry
      AND a.value IS NULL AND {stands("a")}
    WHERE k.lesson = s.lesson AND k.action = 'annulled' AND k.what = s.what AND a.fact BETWEEN s.entry AND s.last
      AND (s.work IS NULL OR a.work = s.work))"""
TAKEN: Final = f"""CASE WHEN l.attendance = 'taken' THEN l.fact ELSE
    (SELECT min(y.entry) FROM {{later_attendance}} y WHERE y.lesson = l.lesson AND {stands("y")}) END"""
_RECORD: Final = f"CASE WHEN t.known = 0 THEN {UNREGULATED} WHEN l.fact >= t.record THEN {LATE} ELSE {ON_TIME} END"
_ATTENDANCE: Final = f"""CASE WHEN t.known = 0 THEN {UNREGULATED}
    WHEN {TAKEN} IS NULL THEN CASE t.attended_over WHEN 1 THEN {MISSING} ELSE {PENDING} END
    WHEN {TAKEN} >= t.attended THEN {LATE}
    WHEN l.lesson IN (SELECT v.lesson FROM {{cell_sets}} v WHERE v.what = 'absence' AND v.with_lesson = 0)
      AND EXISTS (SELECT 1 FROM {{cell_sets}} s WHERE s.what = 'absence' AND s.lesson = l.lesson AND s.with_lesson = 0
        AND s.entry >= t.attended AND s.last < :at AND s.how_many > {_ANNULLED}) THEN {LATE}
    ELSE {ON_TIME} END"""
GIVEN: Final = "COALESCE(h.posted, h.fact)"
_HOMEWORK: Final = f"""CASE WHEN t.known = 0 THEN {UNREGULATED}
    WHEN h.fact IS NULL THEN CASE t.given_over WHEN 1 THEN {MISSING} ELSE {PENDING} END
    WHEN {GIVEN} >= t.given OR (h.due_on = t.next_day AND {GIVEN} >= t.eve) THEN {LATE} ELSE {ON_TIME} END"""
GIVEN_TO: Final = f"LEFT JOIN {{homework}} h ON h.lesson = l.lesson AND h.stands = 1 AND {stands('h')}"
# The empty text has SQLite look these lists up by all of their columns.
_ENDS: Final = "LEFT JOIN ends e ON e.day = l.held_on || '' AND e.ends_at = l.ends_at || ''"
# The students' last lesson ends with this one at the earliest.
_DOUBTFUL: Final = f"""(t.known = 1 AND h.due_on = t.next_day AND {GIVEN} < t.given AND {GIVEN} < t.eve
    AND {GIVEN} >= COALESCE(e.late, 0))"""
_ORAL: Final = f"w.written = 0 AND w.stands = 1 AND {stands('w')}"
_MARK: Final = f"CASE WHEN t.known = 0 THEN {UNREGULATED} WHEN s.entry >= t.oral THEN {LATE} ELSE {ON_TIME} END"
_MARKS: Final = f"""COALESCE((SELECT min({_MARK}) FROM {{cell_sets}} s
      JOIN {{works}} w ON w.lesson = s.lesson AND w.work = s.work AND {_ORAL}
    WHERE s.what = 'mark' AND s.lesson = l.lesson AND s.last < :at AND s.how_many > {_ANNULLED}), {NONE})"""
# Of these the row of their own command does not say all; some of them it does.
TOUCHED: Final = """touched (lesson) AS (
    SELECT b.lesson FROM {additions} b WHERE b.entry < :at
      AND b.what IN ('attendance', 'absence', 'homework', 'work', 'make_up')
    UNION SELECT b.lesson FROM {additions} b JOIN {works} w ON w.lesson = b.lesson AND w.written = 0 AND w.work = b.work
      WHERE b.what = 'mark' AND b.entry < :at
    UNION SELECT r.lesson FROM {recorded_lessons} r WHERE r.fact < :at
      AND r.fact >= (SELECT max(m.entry) FROM {commands} m WHERE m.entry < :at))"""
_OWN_RECORD: Final = f"CASE WHEN t.known = 0 THEN {UNREGULATED} WHEN l.fact >= t.record THEN {LATE} ELSE {ON_TIME} END"
_OWN_ATTENDANCE: Final = f"""CASE WHEN t.known = 0 THEN {UNREGULATED}
    WHEN l.taken = 0 THEN CASE t.attended_over WHEN 1 THEN {MISSING} ELSE {PENDING} END
    WHEN l.fact >= t.attended THEN {LATE} ELSE {ON_TIME} END"""
_OWN_HOMEWORK: Final = f"""CASE WHEN t.known = 0 THEN {UNREGULATED}
    WHEN l.given IS NULL THEN CASE t.given_over WHEN 1 THEN {MISSING} ELSE {PENDING} END
    WHEN l.given >= t.given OR (l.due_on = t.next_day AND l.given >= t.eve) THEN {LATE} ELSE {ON_TIME} END"""
_OWN_MARKS: Final = f"""CASE WHEN COALESCE(l.oral, 0) = 0 THEN {NONE} WHEN t.known = 0 THEN {UNREGULATED}
    WHEN l.fact >= t.oral THEN {LATE} ELSE {ON_TIME} END"""
# Most lessons are within every term of their day, which the least of these tells at once.
_OWN: Final = f"""CASE WHEN l.fact < t.least AND l.given < t.least AND l.taken = 1
    THEN {1110 * ON_TIME} + CASE WHEN l.oral > 0 THEN {ON_TIME} ELSE {NONE} END
    ELSE 1000 * ({_OWN_RECORD}) + 100 * ({_OWN_ATTENDANCE}) + 10 * ({_OWN_HOMEWORK}) + ({_OWN_MARKS}) END"""
_OWN_DOUBTFUL: Final = """ AND l.due_on = t.next_day AND l.given < t.given AND l.given < t.eve AND t.known = 1
    AND l.given >= COALESCE(e.late, 0)"""
_RECORDED: Final = "{recorded_lessons} l"
_UNTOUCHED: Final = " AND l.lesson NOT IN (SELECT q.lesson FROM touched q)"
# Marks of works that were made up have terms of their own; of a command that is known in part, cells count, not sets.
ODD: Final = """SELECT u.lesson FROM {cell_sets} u WHERE u.what = 'make_up' AND u.entry < :at
    UNION SELECT b.lesson FROM {cell_sets} b WHERE b.entry >= :begun AND b.entry < :at"""
_TERMS: Final = (
    *("day", "calendar", "known", "record", "attended", "attended_over", "given", "given_over", "oral", "eve"),
    *("week", "next_day", "least"),
)


class OwnLesson(NamedTuple):
    """A lesson of which its row in `recorded_lessons` does not tell all.

    `found`: how it was counted all the same; `homework`: the entry that gave some, None: none did; `oral`: as there.
    """

    found: LessonSum
    lesson: str
    course: str
    class_group: str
    held_on: str
    starts_at: str
    fact: int
    homework: int | None
    items: str | None
    oral: int | None

    @property
    def plan_items(self) -> tuple[int, ...]:
        """Numbers of the items of the course's plan that it covers."""
        return items_of(self.items)


@dataclass(frozen=True)
class Sums:
    """The counts of some lessons.

    Attributes:
        views: whom to ask.
        selection: the lessons.
        terms: the terms of their days.
        days: their days.
        by_teacher, by_class: whether teachers and classes are told apart.
        span_of: day -> the week or month that is told apart; None: none is.
    """

    views: Reader
    selection: Selection
    terms: Terms
    days: Collection[str]
    by_teacher: bool
    by_class: bool
    span_of: Callable[[str], str] | None

    def own(self, *, with_homework: bool) -> Iterator[tuple[LessonSum, int | None]]:
        """Lessons that no other command touched, by what became of them, and how many oral marks they have together.

        None of them, if no such work either. Homework for the next day counts as if the day's last lesson ended late,
        and none is exempt.
        """
        found = self._counted(
            # PostgreSQL makes a sum a decimal.
            f"{_OWN}, count(*), CAST(sum(l.oral) AS bigint)",
            "4",
            table=_RECORDED,
            condition=_UNTOUCHED,
            latest=self.ends[0] if with_homework else "",
            with_touched=True,
        )
        for *place, statuses, how_many, marks in found:
            yield _own_sum(place, statuses, how_many), marks

    def doubtful(self) -> Iterator[OwnLesson]:
        """Lessons, touched or not, whose own homework is late if their students' day ends with this lesson."""
        latest, clocks = self.ends
        joins = f"{_ENDS}{self._of_calendar('e')}"
        yield from self._single(_OWN_DOUBTFUL, joins, latest=latest, clocks=clocks)

    def planned(self) -> Iterator[OwnLesson]:
        """Lessons, touched or not, of courses whose plan has homework."""
        found = self.views.select(WITH_HOMEWORK, {"at": self.selection.position, "homework": HOMEWORK})
        for wanted, named in listed(sorted({course for (course,) in found})):
            yield from self._single(f" AND l.course IN {wanted}", "", latest=self.ends[0], named=named)

    def annulled(self, lessons: Collection[str]) -> Iterator[OwnLesson]:
        """Those of some lessons, touched or not, that have oral marks of their own."""
        for wanted, named in listed(sorted(lessons)):
            condition = f" AND l.lesson IN {wanted} AND l.oral > 0"
            yield from self._single(condition, "", latest=self.ends[0], named=named)

    def _single(
        self,
        condition: str,
        joins: str,
        *,
        latest: str,
        clocks: Collection[str] = (),
        named: Mapping[str, object] = MappingProxyType({}),
    ) -> Iterator[OwnLesson]:
        found = self._counted(
            f"{_OWN}, l.lesson, l.course, o.class_group, l.held_on, l.starts_at, l.fact, l.given, l.plan_items, l.oral",
            "",
            table=_RECORDED,
            joins=joins,
            named=named,
            condition=condition,
            latest=latest,
            clocks=clocks,
            with_courses=True,
        )
        for teacher, group, span, statuses, *lesson in found:
            yield OwnLesson(_own_sum((teacher, group, span), statuses, 1), *lesson)

    def suspects(self) -> set[str]:
        """All lessons that have a verdict of the statuses asked about, and some others.

        Statuses: late, missing and pending. Written works are not looked at.
        """
        rules, statuses = self.selection.asked.rules, self.selection.asked.statuses
        kinds = f"({', '.join(str(WORST_FIRST.index(status)) for status in statuses)})"
        with_homework = "homework" in rules
        latest, clocks = self.ends if with_homework else ("", [])
        wanted = [f"l.lesson IN ({ODD})"] if {"attendance", "oral_mark"} & set(rules) else []
        if with_homework:
            wanted.append(_DOUBTFUL)
        of_rules = {"lesson": _RECORD, "attendance": _ATTENDANCE, "homework": _HOMEWORK, "oral_mark": _MARKS}
        wanted += [f"{status} IN {kinds}" for rule, status in of_rules.items() if rule in rules]
        joins = f"{GIVEN_TO} {_ENDS}{self._of_calendar('e')}" if with_homework else ""
        if not wanted:
            return set()
        condition = f" AND ({' OR '.join(wanted)})"
        found = self._counted("l.lesson", "", joins=joins, condition=condition, latest=latest, clocks=clocks)
        return {row[3] for row in found}

    @cached_property
    def begun(self) -> int:
        """Where the last command begins that the position has a part of; the position, where it has none."""
        at = self.selection.position
        sql = """SELECT min(s.entry) FROM {cell_sets} s WHERE s.last >= :at AND s.entry < :at
            AND s.entry >= (SELECT max(m.entry) FROM {commands} m WHERE m.entry < :at)"""
        ((found,),) = self.views.select(sql, {"at": at})
        return at if found is None else int(found)

    def _counted(
        self,
        columns: str,
        places: str,
        *,
        table: str = "{lessons} l",
        joins: str = "",
        condition: str = "",
        latest: str = "",
        clocks: Collection[str] = (),
        with_touched: bool = False,
        with_courses: bool = False,
        named: Mapping[str, object] = MappingProxyType({}),
    ) -> Iterator[tuple[Any, ...]]:
        """Ask for counts, or for lessons one by one, so many days at once as a statement may have parameters for."""
        calendars = len({0, *self.terms.calendars.values()})
        width = max(1, min(_TERMS_AT_ONCE, _ENDS_AT_ONCE // max(1, len(clocks))) // calendars)
        days = sorted(self.days)
        apart = {"l.teacher": self.by_teacher, "o.class_group": self.by_class, "t.week": self.span_of is not None}
        places_apart = ", ".join(name if is_apart else "''" for name, is_apart in apart.items())
        grouped = [str(place) for place, is_apart in enumerate(apart.values(), start=1) if is_apart]
        grouping = f"GROUP BY {', '.join([*grouped, places])}" if places else ""
        begun, calendar = self.begun, self._of_calendar("t")
        # Every lesson has a course that stands: it is looked up where something of it is asked.
        courses = ""
        if self.by_class or calendar or with_courses:
            courses = f"JOIN {{courses}} o ON o.course = l.course AND {stands('o')}{calendar}"
        if named:
            tables, condition = f"{table} CROSS JOIN terms t", f" AND t.day = l.held_on || ''{condition}"
        elif calendar:
            tables = f"{table} JOIN terms t ON t.day = l.held_on || ''"
        else:
            tables, condition = f"terms t CROSS JOIN {table}", f" AND l.held_on = t.day{condition}"
        for start in range(0, len(days), width):
            some = days[start : start + width]
            given, parameters = self._given(some, latest, clocks)
            if with_touched:
                touched, also = self.selection.touched(self.views, TOUCHED, {})
                given, parameters = f"{given}, {touched}", parameters | also
            sql = f"""{given} SELECT {places_apart}, {columns} FROM {tables} {courses} {joins}
                WHERE {self.selection.where}{condition} {grouping}"""
            parameters |= self.selection.parameters | {"first": some[0], "last": some[-1]}
            yield from self.views.select(sql, {**parameters, **named, "begun": begun, "homework": HOMEWORK})

    def _of_calendar(self, alias: str) -> str:
        """The condition that a row is of a class's calendar, where there is more than one."""
        if not self.terms.calendars:
            return ""
        listed_of = "SELECT c.calendar FROM calendars c WHERE c.class_group = o.class_group"
        return f" AND {alias}.calendar = COALESCE(({listed_of}), 0)"

    def _given(self, days: Collection[str], latest: str, clocks: Iterable[str]) -> tuple[str, dict[str, object]]:
        span_of = self.span_of or (lambda _: "")
        rows = [
            (*row, span_of(row[0]), _next(row[0]), min(row[3], row[4], row[6], row[8], row[9]))
            for row in self.terms.rows(days, latest)
        ]
        given, parameters = listing(", ".join(_TERMS), rows, ("", *(0,) * 9, "", "", 0), name="terms")
        if clocks:
            ends = list(self.terms.ends(days, clocks))
            also, named = listing("day, calendar, ends_at, late", ends, ("", 0, "", 0), name="ends")
            given, parameters = f"{given}, {also.removeprefix('WITH ')}", parameters | named
        elif latest:
            given += ", ends (day, calendar, ends_at, late) AS (SELECT '', 0, '', 0)"
        if self.terms.calendars:
            rows = list(self.terms.calendars.items())
            also, named = listing("class_group, calendar", rows, ("", 0), name="calendars")
            given, parameters = f"{given}, {also.removeprefix('WITH ')}", parameters | named
        return given, parameters

    @cached_property
    def ends(self) -> tuple[str, list[str]]:
        """The latest end of any lesson, held or by the bells, and the ends that bells have: most lessons'."""
        sql = f"SELECT b.lessons FROM {{bells}} b WHERE {stands('b')}"
        rows = self.views.select(sql, {"at": self.selection.position})
        clocks = sorted({bell.ends_at for (lessons,) in rows for bell in _bells(lessons)})
        ((latest,),) = self.views.select("SELECT max(l.ends_at) FROM {lessons} l", {})
        return max([*clocks, latest or ""]), clocks


@lru_cache(maxsize=4_096)
def items_of(text: str | None) -> tuple[int, ...]:
    """Numbers of items of a plan, as `lessons` has them."""
    return () if text is None else tuple(orjson.loads(text))


def _own_sum(place: Iterable[str], statuses: int, how_many: int) -> LessonSum:
    """The statuses that `_OWN` says in one number."""
    teacher, group, span = place
    record, attendance, homework, marks = map(int, f"{statuses:04}")
    return LessonSum(teacher, group, span, record, attendance, homework, marks, how_many)


def _next(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() + 1).isoformat()
