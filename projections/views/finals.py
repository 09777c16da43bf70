"""What views know of students' years of study, which final marks are of (`verify/spec/events.md`, Results)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from typing import Final, NamedTuple

from ledger.journal.finals import PeriodMark
from projections.reading import Reader, stands
from projections.views.lookups import periods

_YEARS: Final = f"SELECT y.year, y.starts_on FROM {{years}} y WHERE {stands('y')} ORDER BY y.entry"
_STAYS: Final = f"""
    SELECT DISTINCT g.year, g.grade FROM {{enrollments}} e
    JOIN {{classes}} g ON g.class_group = e.class_group AND {stands("g")}
    WHERE e.student = :student AND {stands("e")}"""
_COURSES: Final = f"""
    SELECT DISTINCT g.year, g.grade, o.subject FROM {{enrollments}} e
    JOIN {{classes}} g ON g.class_group = e.class_group AND {stands("g")}
    JOIN {{courses}} o ON o.class_group = g.class_group AND {stands("o")}
    WHERE e.student = :student AND {stands("e")} AND (o.subgroup IS NULL OR EXISTS (
      SELECT 1 FROM {{joinings}} j WHERE j.course = o.course AND j.student = :student AND {stands("j")}))"""
_MARKS: Final = f"""
    SELECT g.year, g.grade, o.subject, p.period, p.kind, r.entry, r.value FROM {{results}} r
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{classes}} g ON g.class_group = o.class_group AND {stands("g")}
    JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
    WHERE r.student = :student AND r.what = 'period_mark' AND r.value IS NOT NULL AND {stands("r")}"""

_Place = tuple[str, int]
"""A year and a grade."""


class _Known(NamedTuple):
    """What there is of a student: classes, courses' titles and marks of periods, by year and grade."""

    stays: frozenset[_Place]
    courses: dict[_Place, set[str]]
    marks: dict[_Place, list[PeriodMark]]


class ViewStudies:
    """Fills `ledger.journal.finals.Studies` as of a position; what a student has is read once."""

    def __init__(self, views: Reader, position: int) -> None:
        self._views = views
        self._position = position
        self._known: dict[str, _Known] = {}

    def years(self) -> list[tuple[str, str]]:
        """Id and first day of all years, as they were opened."""
        return self._years

    def attended(self, student: str, year: str, grade: int) -> bool:
        """Whether the student was ever in a class of the grade."""
        return (year, grade) in self._of(student).stays

    def taught(self, student: str, year: str, grade: int) -> Collection[str]:
        """Titles of the student's courses."""
        return self._of(student).courses[year, grade]

    def periods(self, year: str, grade: int) -> list[tuple[str, str]]:
        """Id and kind of the year's periods of the grade."""
        return self._periods[year, grade]

    def marks(self, student: str, year: str, grade: int, titles: Collection[str]) -> list[PeriodMark]:
        """The student's standing marks of periods."""
        return [mark for mark in self._of(student).marks[year, grade] if mark.title in titles]

    @cached_property
    def _years(self) -> list[tuple[str, str]]:
        return [(year, starts_on) for year, starts_on in self._views.select(_YEARS, {"at": self._position})]

    @cached_property
    def _periods(self) -> dict[_Place, list[tuple[str, str]]]:
        found: defaultdict[_Place, list[tuple[str, str]]] = defaultdict(list)
        for row in periods(self._views, at=self._position).rows:
            for grade in row.grades:
                found[row.year, grade].append((row.period, row.kind))
        return found

    def _of(self, student: str) -> _Known:
        if student not in self._known:
            asked = {"at": self._position, "student": student}
            courses: defaultdict[_Place, set[str]] = defaultdict(set)
            for year, grade, subject in self._views.select(_COURSES, asked):
                courses[year, grade].add(subject)
            marks: defaultdict[_Place, list[PeriodMark]] = defaultdict(list)
            for year, grade, *mark in self._views.select(_MARKS, asked):
                marks[year, grade].append(PeriodMark(*mark))
            stays = frozenset((year, grade) for year, grade in self._views.select(_STAYS, asked))
            self._known[student] = _Known(stays, courses, marks)
        return self._known[student]
