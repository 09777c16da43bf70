"""Which results may not follow from the marks any more: those behind which something of theirs was changed.

The entry of a result keeps what was computed from all that stood just before it: the append waits for nobody else's
(`ledger.journal.results`), and a verifier computes it again from the entries (`verify/spec/events.md`, Results). So a
result has to be computed once more only where something that it rests on was entered behind it. That is a small part
of a school's year; reading every mark of it to find that out is not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final

import orjson

from projections.reading import Reader, command_of, listed, stands
from projections.rows import OPEN


@dataclass(frozen=True)
class _Sheet:
    """Of what a sheet is, and the entry that opened it, before all of its results; `subject`: with its year."""

    class_group: str
    subject: tuple[str, str]
    period: str
    kind: str
    first: str
    last: str
    entry: int
    grade: int

    @cached_property
    def rests_on(self) -> tuple[str, ...]:
        """What its marks of a period rest on: lessons of a subject on some days; a year's, on marks of periods."""
        return self.subject if self.kind == "year" else (*self.subject, self.first, self.last)


_BEHIND: Final = re.compile(r":since\d+")
_Key = tuple[str, ...]
_Changes = dict[_Key, int]
"""What a result rests on -> the last entry that changed it."""

_SHEETS: Final = f"""
    SELECT s.sheet, o.class_group, o.year, o.subject, p.period, p.kind, p.starts_on, p.ends_on, s.entry,
      g.grade
    FROM {{result_sheets}} s
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")} WHERE {stands("s")}"""
_DIFFER: Final = f"""
    SELECT r.entry, r.sheet FROM {{results}} r WHERE r.value <> r.computed AND {stands("r")}"""
_OF_DAYS: Final = "coalesce(l.entry = l.fact, FALSE) AND l.held_on >= :first AND l.held_on < :behind"
# What commands entered first (`cell_sets`), and what mended it later. Of a class, lessons come first, and then only
# their sets. Of a school what was added to lessons by other commands, and the sets of the lessons that were recorded
# behind the sheets of their days: both are few, and its lessons many. What was added before the command that a day's
# first sheet is of is behind no sheet: that is told before its set is looked up.
_SETS: Final = f"""
    SELECT l.course, s.students, s.last, l.held_on FROM {{recorded_lessons}} l CROSS JOIN {{cell_sets}} s
    WHERE s.what IN ('mark', 'make_up') AND s.lesson = l.lesson AND s.last > {{since}} AND s.entry < :at
      AND {_OF_DAYS}"""
_ADDED: Final = f"""
    SELECT l.course, s.students, s.last, l.held_on FROM {{additions}} b CROSS JOIN {{recorded_lessons}} l
    CROSS JOIN {{cell_sets}} s
    WHERE b.what IN ('mark', 'make_up') AND b.entry >= {command_of(":since")} AND b.entry < :at
      AND l.lesson = b.lesson AND b.entry >= {{begun}} AND {_OF_DAYS} AND s.entry = b.entry AND s.last > {{since}}"""
_OWN: Final = f"""
    SELECT l.course, s.students, s.last, l.held_on FROM {{recorded_lessons}} l CROSS JOIN {{cell_sets}} s
    WHERE l.fact >= {{begun}} AND {_OF_DAYS}
      AND s.what = 'mark' AND s.lesson = l.lesson AND s.with_lesson = 1 AND s.last > {{since}} AND s.entry < :at"""
# PostgreSQL expects of two columns that next to none are equal, and of a function that half are: so it, too, begins
# with the corrections, which are fewer than lessons, and with the few works that were corrected.
_MENDED: Final = f"""
    SELECT l.course, c.student, k.entry, l.held_on FROM {{corrections}} k
    CROSS JOIN {{lessons}} l CROSS JOIN {{cells}} c
    WHERE k.entry > :since AND k.entry < :at AND k.what IN ('mark', 'make_up') AND c.entry = k.entry
      AND l.lesson = k.lesson AND k.entry > {{since}} AND {_OF_DAYS}"""
_WORKS: Final = f"""
    SELECT l.course, c.student, w.entry, l.held_on FROM {{works}} w
    JOIN {{lessons}} l ON l.lesson = w.lesson
    JOIN {{cells}} c ON c.lesson = w.lesson AND c.work = w.work
    WHERE w.entry > :since AND w.entry < :at AND CASE WHEN w.entry <> w.fact THEN 1 END = 1
      AND w.entry > {{since}} AND {_OF_DAYS}"""
_OF_CLASS: Final = """
    SELECT o.course FROM {courses} o WHERE o.class_group IN (
      SELECT e.class_group FROM {enrollments} e JOIN {enrollments} t ON t.student = e.student
      WHERE t.class_group = :class_group)"""
_PERIOD_MARKS: Final = """
    SELECT r.sheet, r.student, r.entry FROM {results} r
    JOIN {result_sheets} s ON s.sheet = r.sheet
    JOIN {periods} p ON p.period = s.period AND p.kind <> 'year'
    WHERE r.entry > :since AND r.entry < :at AND r.what = 'period_mark'"""
# A final mark rests on the year's mark and the examination's, which are in its sheet.
_FINAL_MARKS: Final = f"""
    SELECT f.entry, f.sheet FROM {{results}} f
    WHERE f.what = 'final_mark' AND f.value IS NOT NULL AND {stands("f")} AND f.sheet IN {{sheets}} AND EXISTS (
      SELECT 1 FROM {{results}} r WHERE r.sheet = f.sheet AND r.student = f.student AND r.what <> 'final_mark'
        AND r.entry > f.fact AND r.entry < :at)"""
_FINALS: Final = f"""
    SELECT r.entry, r.sheet, r.rule FROM {{results}} r
    WHERE r.what = 'final_mark' AND r.value IS NOT NULL AND {stands("r")}"""
_RULES: Final = f"SELECT a.entry, a.rules FROM {{assessment}} a WHERE {stands('a')}"
_OF_STUDENTS: Final = f"""
    SELECT r.entry, r.fact, r.sheet, r.student FROM {{results}} r
    WHERE r.what = 'period_mark' AND r.value IS NOT NULL AND {stands("r")} AND r.student IN """


def suspects(
    views: Reader, position: int, *, class_group: str | None = None, period: str | None = None
) -> dict[int, bool]:
    """Entry of each result that differs from what was computed, or behind which something of its was changed.

    With each, whether something was: if not, it would be computed as it was.
    """
    at = {"at": position}
    sheets = {row[0]: _Sheet(row[1], (row[2], row[3]), *row[4:]) for row in views.select(_SHEETS, at)}
    found = [(entry, sheet, False) for entry, sheet in views.select(_DIFFER, at)]
    found += [(entry, sheet, True) for entry, sheet in _final_marks(views, position, sheets, class_group)]
    found += [(entry, sheet, True) for entry, sheet in _finals_over_years(views, position, sheets)]
    changes = _mark_changes(views, position, sheets, class_group) | _period_mark_changes(views, position, sheets)
    for students, named in listed({key[-1] for key in changes}):
        for entry, fact, sheet, student in views.select(_OF_STUDENTS + students, at | named):
            if changes.get((*sheets[sheet].rests_on, student), -1) > fact:
                found.append((entry, sheet, True))
    return {
        entry: is_changed
        for entry, sheet, is_changed in found
        if class_group in (None, sheets[sheet].class_group) and period in (None, sheets[sheet].period)
    }


def _final_marks(
    views: Reader, position: int, sheets: Mapping[str, _Sheet], class_group: str | None
) -> list[tuple[int, str]]:
    """Entry and sheet of the final marks behind which another result of the student was entered, of a class or all."""
    of_year = [id_ for id_, of in sheets.items() if of.kind == "year" and class_group in (None, of.class_group)]
    found: list[tuple[int, str]] = []
    for some, named in listed(of_year):
        found += views.select(_FINAL_MARKS.replace("{sheets}", some), {"at": position, **named})
    return found


def _finals_over_years(views: Reader, position: int, sheets: Mapping[str, _Sheet]) -> list[tuple[int, str]]:
    """Entry and sheet of the final marks of several years: few, and of more than marks, such as courses and stays."""
    at = {"at": position}
    over = {entry: orjson.loads(rules).get("final_over_years") for entry, rules in views.select(_RULES, at)}
    if not any(over.values()):
        return []
    finals = views.select(_FINALS, at)
    return [(entry, of) for entry, of, rule in finals if over[rule] and sheets[of].grade in over[rule]["grades"]]


def _mark_changes(views: Reader, position: int, sheets: Mapping[str, _Sheet], class_group: str | None) -> _Changes:
    """What the marks of periods rest on, with a student -> the last entry about a mark in those lessons.

    For one class, of lessons of the classes in which its students ever were: marks come from nowhere else.
    """
    spans: dict[tuple[str, str], int] = {}
    for of in sheets.values():
        if of.kind != "year" and class_group in (None, of.class_group):
            span = (of.first, of.last)
            spans[span] = min(of.entry, spans.get(span, of.entry))
    sql = f"SELECT o.course, o.year, o.subject FROM {{courses}} o WHERE {stands('o')}"
    subjects = {course: (year, subject) for course, year, subject in views.select(sql, {"at": position})}
    chosen = _chosen(views, class_group)
    found: defaultdict[_Key, int] = defaultdict(int)
    # Spans overlap, as quarters and half-years do: days between two bounds are looked at once for all.
    bounds = sorted({first for first, _ in spans} | {_behind(last) for _, last in spans})
    over = {
        begins: [(*span, since) for span, since in spans.items() if span[0] <= begins and ends <= _behind(span[1])]
        for begins, ends in pairwise(bounds)
    }

    since, parameters = _since(over)
    begun = _BEHIND.sub(lambda found: command_of(found[0]), since)

    def changed(sql: str) -> None:
        asked = {"at": position, "first": bounds[0], "behind": bounds[-1], **parameters}
        sql = sql.replace("{since}", since).replace("{begun}", begun)
        rows = (row for condition, more in chosen for row in views.select(f"{sql}{condition}", asked | more))
        for course, students, entry, day in rows:
            for first_day, last_day, opened in over[bounds[bisect_right(bounds, day) - 1]]:
                if entry > opened:
                    for student in students.split(","):
                        key = (*subjects[course], first_day, last_day, student)
                        found[key] = max(found[key], entry)

    if spans:
        for sql in (*((_ADDED, _OWN) if class_group is None else (_SETS,)), _MENDED, _WORKS):
            changed(sql)
    return found


def _since(over: Mapping[str, list[tuple[str, str, int]]]) -> tuple[str, dict[str, object]]:
    """The entry of the first sheet that a lesson's day ``l.held_on`` is of, as SQL with parameters; ``:since``: of all.

    Days of no sheet are behind every entry.
    """
    opened = {begins: min((since for *_, since in sheets), default=OPEN) for begins, sheets in over.items()}
    cases = " ".join(f"WHEN l.held_on >= :day{number} THEN :since{number}" for number in reversed(range(len(opened))))
    parameters: dict[str, object] = {"since": min(opened.values(), default=OPEN)}
    for number, (begins, since) in enumerate(opened.items()):
        parameters |= {f"day{number}": begins, f"since{number}": since}
    return f"CASE {cases} END", parameters


def _chosen(views: Reader, class_group: str | None) -> list[tuple[str, dict[str, object]]]:
    """Conditions that choose the courses of the classes in which a class's students ever were; one that chooses all.

    The courses are named one by one: looked for again behind each lesson they take PostgreSQL ten times as long.
    """
    if class_group is None:
        return [("", {})]
    courses = [course for (course,) in views.select(_OF_CLASS, {"class_group": class_group})]
    return [(f" AND l.course IN {some}", named) for some, named in listed(courses)]


def _behind(day: str) -> str:
    """The next day."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _period_mark_changes(views: Reader, position: int, sheets: Mapping[str, _Sheet]) -> _Changes:
    """What the year's marks rest on, with a student -> the last entry about a mark of a period."""
    found: defaultdict[_Key, int] = defaultdict(int)
    since = min((of.entry for of in sheets.values() if of.kind == "year"), default=position)
    for sheet, student, entry in views.select(_PERIOD_MARKS, {"at": position, "since": since}):
        key = (*sheets[sheet].subject, student)
        found[key] = max(found[key], entry)
    return found
