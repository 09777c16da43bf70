"""Counts of deadlines made by the database: lessons by what became of them, and marks of works that are not written.

A status is a number: its place in `WORST_FIRST`, so that the least of several is the worst.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from ledger.journal.deadlines.verdict import WORST_FIRST
from ledger.journal.timetable_events import Bell
from projections.reading import Reader, listing, stands
from projections.views.deadline_terms import Terms
from projections.views.deadlines import FIRST_DAY, LAST_DAY, Asked, monday
from projections.views.plans import HOMEWORK, WITH_HOMEWORK

MISSING, LATE, UNREGULATED, PENDING, ON_TIME = (
    WORST_FIRST.index(of) for of in ("missing", "late", "no_regulation", "pending", "on_time")
)
NONE: Final = len(WORST_FIRST)
"""In place of a status, of a lesson without any oral marks."""
_TERMS_AT_ONCE: Final = 1_024
_ENDS_AT_ONCE: Final = 4_096
_FEW_DAYS: Final = 40
_bells = msgspec.json.Decoder(tuple[Bell, ...]).decode


class Selection:
    """The lessons that are asked about, as SQL."""

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
        self.where = f"l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands('l')}{conditions}"

    def days(self, views: Reader) -> list[str]:
        """Days on which lessons were held, also such as do not stand, or are not asked about."""
        sql = "SELECT DISTINCT l.held_on FROM {lessons} l WHERE l.held_on BETWEEN :first AND :last ORDER BY l.held_on"
        return [day for (day,) in views.select(sql, {"first": self.first, "last": self.last})]


class LessonSum(NamedTuple):
    """How many lessons of a teacher, class and week have these statuses; what was not asked is `NONE`.

    `lesson`: "", or the one lesson of which the database could not tell all.
    """

    teacher: str
    class_group: str
    week: str
    record: int
    attendance: int
    homework: int
    marks: int
    lesson: str
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
# Marks of works that were made up have terms of their own; of a command that is known in part, cells count, not sets.
ODD: Final = """SELECT u.lesson FROM {cell_sets} u WHERE u.what = 'make_up' AND u.entry < :at
    UNION SELECT b.lesson FROM {cell_sets} b WHERE b.entry >= :begun AND b.entry < :at"""
_TERMS: Final = (
    *("day", "calendar", "known", "record", "attended", "attended_over", "given", "given_over", "oral", "eve"),
    *("week", "next_day"),
)


@dataclass(frozen=True)
class Sums:
    """The counts of some lessons.

    Attributes:
        views: whom to ask.
        selection: the lessons.
        terms: the terms of their days.
        days: their days.
        by_week, by_class: whether weeks and classes are told apart.
    """

    views: Reader
    selection: Selection
    terms: Terms
    days: Collection[str]
    by_week: bool
    by_class: bool

    def lessons(self, *, with_plans: bool, with_homework: bool, with_marks: bool) -> Iterator[LessonSum]:
        """Lessons by what became of them; by themselves odd ones, those in doubt, and those of plans with homework."""
        latest, clocks = self._ends() if with_homework else ("", [])
        single = f"l.lesson IN ({ODD})"
        if with_homework:
            single += f" OR {_DOUBTFUL}"
        if with_plans:
            single += f" OR l.course IN ({WITH_HOMEWORK})"
        columns = f"""{_RECORD}, {_ATTENDANCE}, {_HOMEWORK if with_homework else NONE},
            {_MARKS if with_marks else NONE}, CASE WHEN {single} THEN l.lesson ELSE '' END, count(*)"""
        joins = f"{GIVEN_TO} {_ENDS}{self._of_calendar('e')}" if with_homework else ""
        for row in self._counted(columns, "4, 5, 6, 7, 8", joins=joins, latest=latest, clocks=clocks):
            yield LessonSum(*row)

    def oral(self) -> Iterator[tuple[str, str, str, int, int]]:
        """Teacher, class, week, status and number of marks for works that are not written, but of odd lessons."""
        # PostgreSQL makes a sum a decimal.
        columns = f"{_MARK}, CAST(sum(COALESCE(s.how_many - {_ANNULLED}, 0)) AS bigint)"
        sets = "LEFT JOIN {cell_sets} s ON s.what = 'mark' AND s.lesson = w.lesson AND s.work = w.work AND s.last < :at"
        condition = f" AND w.lesson = l.lesson AND {_ORAL} AND l.lesson NOT IN ({ODD})"
        yield from self._counted(columns, "4", source=self.works, joins=sets, condition=condition)

    def suspects(self) -> set[str]:
        """All lessons that have a verdict of late or missing, and some others; written works are not looked at."""
        rules, kinds = self.selection.asked.rules, (LATE, MISSING)
        with_homework = "homework" in rules
        latest, clocks = self._ends() if with_homework else ("", [])
        wanted = [f"l.lesson IN ({ODD})"] if {"attendance", "oral_mark"} & set(rules) else []
        if with_homework:
            wanted.append(_DOUBTFUL)
        of_rules = {"lesson": _RECORD, "attendance": _ATTENDANCE, "homework": _HOMEWORK, "oral_mark": _MARKS}
        wanted += [f"{status} IN {kinds}" for rule, status in of_rules.items() if rule in rules]
        joins = f"{GIVEN_TO} {_ENDS}{self._of_calendar('e')}" if with_homework else ""
        if not wanted:
            return set()
        condition = f" AND ({' OR '.join(wanted)})"
        found = self._counted("l.lesson", "4", joins=joins, condition=condition, latest=latest, clocks=clocks)
        return {row[3] for row in found}

    @property
    def works(self) -> str:
        """Works `w` beside lessons `l`, to be joined by a condition: of few lessons the lessons come first.

        CROSS JOIN says so to a planner without statistics.
        """
        asked = self.selection.asked
        is_wide = asked.teacher is None and asked.class_group is None and len(self.days) > _FEW_DAYS
        return "{works} w CROSS JOIN {lessons} l" if is_wide else "{lessons} l CROSS JOIN {works} w"

    def odd(self) -> list[str]:
        """Odd lessons of those asked about."""
        sql = f"SELECT l.lesson FROM {{lessons}} l WHERE l.lesson IN ({ODD}) AND {self.selection.where}"
        return [lesson for (lesson,) in self.views.select(sql, {**self.selection.parameters, "begun": self.begun})]

    @property
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
        source: str = "",
        joins: str,
        condition: str = "",
        latest: str = "",
        clocks: Collection[str] = (),
    ) -> Iterator[tuple[Any, ...]]:
        """Ask for counts, so many days at once as a statement may have parameters for."""
        calendars = len({0, *self.terms.calendars.values()})
        width = max(1, min(_TERMS_AT_ONCE, _ENDS_AT_ONCE // max(1, len(clocks))) // calendars)
        days = sorted(self.days)
        group = "o.class_group" if self.by_class else "''"
        begun, calendar = self.begun, self._of_calendar("t")
        # Every lesson has a course that stands: it is looked up where something of it is asked.
        courses = ""
        if self.by_class or calendar:
            courses = f"JOIN {{courses}} o ON o.course = l.course AND {stands('o')}{calendar}"
        if source or calendar:
            tables = f"{source or '{lessons} l'} JOIN terms t ON t.day = l.held_on || ''"
        else:
            tables, condition = "terms t CROSS JOIN {lessons} l", f" AND l.held_on = t.day{condition}"
        for start in range(0, len(days), width):
            some = days[start : start + width]
            given, parameters = self._given(some, latest, clocks)
            sql = f"""{given} SELECT l.teacher, {group}, t.week, {columns} FROM {tables} {courses} {joins}
                WHERE {self.selection.where}{condition} GROUP BY 1, 2, 3, {places}"""
            parameters |= self.selection.parameters | {"first": some[0], "last": some[-1]}
            yield from self.views.select(sql, parameters | {"begun": begun, "homework": HOMEWORK})

    def _of_calendar(self, alias: str) -> str:
        """The condition that a row is of a class's calendar, where there is more than one."""
        if not self.terms.calendars:
            return ""
        listed_of = "SELECT c.calendar FROM calendars c WHERE c.class_group = o.class_group"
        return f" AND {alias}.calendar = COALESCE(({listed_of}), 0)"

    def _given(self, days: Collection[str], latest: str, clocks: Iterable[str]) -> tuple[str, dict[str, object]]:
        rows = [(*row, monday(row[0]) if self.by_week else "", _next(row[0])) for row in self.terms.rows(days, latest)]
        given, parameters = listing(", ".join(_TERMS), rows, ("", *(0,) * 9, "", ""), name="terms")
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

    def _ends(self) -> tuple[str, list[str]]:
        """The latest end of any lesson, held or by the bells, and the ends that bells have: most lessons'."""
        sql = f"SELECT b.lessons FROM {{bells}} b WHERE {stands('b')}"
        rows = self.views.select(sql, {"at": self.selection.position})
        clocks = sorted({bell.ends_at for (lessons,) in rows for bell in _bells(lessons)})
        ((latest,),) = self.views.select("SELECT max(l.ends_at) FROM {lessons} l", {})
        return max([*clocks, latest or ""]), clocks


def _next(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() + 1).isoformat()
