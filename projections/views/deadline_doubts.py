"""Which lessons may have something late or missing: of the others nothing has to be judged by single students.

Most of what a school records is in time. Whether it is can be told of whole commands by the index of their entries (see
`deadline_terms` and `cell_sets`), without the moment of each mark; what little is left is judged by single facts.
Something may be in doubt for nothing, never the other way round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

from ledger.journal.deadlines.verdict import Rule
from projections.reading import Reader, listed, stands
from projections.views.columns import LessonColumn
from projections.views.deadline_basis import Judging, Rosters
from projections.views.deadline_cells import without
from projections.views.deadline_terms import Bound, Terms
from projections.views.lookups import Lesson

_OF_LESSONS: Final[frozenset[Rule]] = frozenset({"lesson", "attendance", "homework"})
_ORAL: Final[frozenset[Rule]] = frozenset({"oral_mark"})
_WRITTEN: Final[frozenset[Rule]] = frozenset({"written_mark", "written_work"})

_WORKS: Final = f"""SELECT w.lesson, w.work, w.written, w.ends_on FROM {{works}} w
    WHERE w.stands = 1 AND {stands("w")} AND w.lesson IN """
_HOMEWORK: Final = f"""SELECT h.lesson, coalesce(h.posted, h.fact) FROM {{homework}} h
    WHERE h.stands = 1 AND {stands("h")} AND h.lesson IN """
_SETS: Final = """SELECT s.lesson, s.what, s.work, s.entry, s.last, s.students FROM {cell_sets} s
    WHERE s.what IN ('absence', 'make_up', 'mark') AND s.entry < :at AND s.lesson IN """
_ANNULLED: Final = f"""SELECT c.lesson, c.work, c.student, c.fact FROM {{corrections}} k
    JOIN {{cells}} c ON c.entry = k.entry AND c.value IS NULL AND {stands("c")}
    WHERE k.action = 'annulled' AND k.what IN ('absence', 'mark') AND k.entry < :at AND k.lesson IN """


class Doubt(NamedTuple):
    """What of a lesson may be late or missing: some rules, and of those about marks some works."""

    rules: frozenset[Rule]
    works: frozenset[str]

    def cut(self, column: LessonColumn, rules: tuple[Rule, ...]) -> tuple[LessonColumn, tuple[Rule, ...]]:
        """The lesson with these works alone, and those of some rules that are in doubt."""
        works = tuple(work for work in column.works if work.work in self.works)
        return replace(column, works=works), tuple(rule for rule in rules if rule in self.rules)


Doubts: TypeAlias = Mapping[str, Doubt]
"""Lesson -> what of it may be late or missing; not there: nothing."""


class _Work(NamedTuple):
    """A work that stands."""

    work: str
    is_written: bool
    ends_on: str | None


class _Set(NamedTuple):
    """Cells that one command filled: its first and last entry of them, and their students with commas between."""

    entry: int
    last: int
    students: str


def in_doubt(
    views: Reader, found: Collection[Lesson], by: Judging, rules: Collection[Rule], rosters: Rosters
) -> tuple[Doubts, set[int]]:
    """What of lessons that some rules ask for may be late, missing or not judged.

    With the entries of the versions of the regulation by which all else is in time.
    """
    facts = _Facts(views, found, by, rosters)
    doubts: dict[str, Doubt] = {}
    days: set[str] = set()
    for lesson in found:
        doubt, own = facts.doubt(lesson, rules)
        days |= own
        if doubt.rules:
            doubts[lesson.lesson] = doubt
    versions = (by.school.version_on(date.fromisoformat(day)) for day in days)
    return doubts, {version.entry for version in versions if version is not None}


class _Facts:
    """What was recorded of some lessons, by the commands that did, and the terms of their days."""

    def __init__(self, views: Reader, found: Collection[Lesson], by: Judging, rosters: Rosters) -> None:
        self._rosters = rosters
        self._works: defaultdict[str, list[_Work]] = defaultdict(list)
        self._homework: dict[str, int] = {}
        self._absences: defaultdict[str, list[_Set]] = defaultdict(list)
        self._marks: defaultdict[tuple[str, str], list[_Set]] = defaultdict(list)
        self._odd: set[str] = set()
        for some, named in listed([lesson.lesson for lesson in found]):
            parameters = {**named, "at": by.position}
            for lesson, work, written, ends_on in views.select(_WORKS + some, parameters):
                self._works[lesson].append(_Work(work, bool(written), ends_on))
            self._homework.update(views.select(_HOMEWORK + some, parameters))
            self._take(views.select(_SETS + some, parameters), by.position)
            self._take_back(views.select(_ANNULLED + some, parameters))
        groups = {lesson.class_group for lesson in found}
        # Terms are worked out for each calendar of the classes: here of these alone.
        of_those = {group: school for group, school in by.classes.items() if group in groups}
        self._terms = Terms(views, replace(by, classes=of_those), {lesson.held_on for lesson in found})
        self._terms.add({work.ends_on for works in self._works.values() for work in works if work.ends_on is not None})
        # If this lesson was their last one; after a later one there is more time.
        self._eves: Mapping[tuple[str, str, str], Bound] = self._terms.eves(
            {(of.held_on, of.ends_at, of.class_group) for of in found if of.lesson in self._homework}
        )

    def _take(self, rows: Iterable[tuple[Any, ...]], position: int) -> None:
        for lesson, what, work, first, last, students in rows:
            # A day of the own, or a command of which only a part is asked about, is nothing to be told from a set.
            if what == "make_up" or last >= position:
                self._odd.add(lesson)
            elif what == "absence":
                self._absences[lesson].append(_Set(first, last, students))
            else:
                self._marks[lesson, work].append(_Set(first, last, students))

    def _take_back(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Leave out what is annulled; only an absence is of no work."""
        for lesson, work, student, fact in rows:
            sets = self._absences[lesson] if work is None else self._marks[lesson, work]
            for number, of in enumerate(sets):
                if of.entry <= fact <= of.last:
                    sets[number] = of._replace(students=without(of.students, student))

    def doubt(self, lesson: Lesson, rules: Collection[Rule]) -> tuple[Doubt, set[str]]:
        """What of a lesson may be late or missing, and the days from which the terms of what is not count."""
        doubtful, days, works = set(rules), set[str](), self._works.get(lesson.lesson, ())
        if lesson.lesson in self._odd:
            return Doubt(frozenset(doubtful), frozenset(work.work for work in works)), days
        for rule in _OF_LESSONS & doubtful:
            if self._is_recorded(rule, lesson):
                doubtful.remove(rule)
                days.add(lesson.held_on)
        of_marks: set[Rule] = set()
        unsure = set[str]()
        for work in works:
            own: set[Rule] = doubtful & (_WRITTEN if work.is_written else _ORAL)
            if own and not self._is_marked(lesson, work):
                of_marks |= own
                unsure.add(work.work)
            elif own and (work.is_written or (lesson.lesson, work.work) in self._marks):
                days.add(lesson.held_on if work.ends_on is None or not work.is_written else work.ends_on)
        return Doubt(frozenset(doubtful & _OF_LESSONS | of_marks), frozenset(unsure)), days

    def _is_recorded(self, rule: Rule, lesson: Lesson) -> bool:
        """Whether what a rule of lessons asks for was there in time, or still may be."""
        if rule == "homework":
            return self._has_homework(lesson)
        return self._is_in_time(rule, lesson, lesson.fact if rule == "lesson" else self._taken(lesson))

    def _is_in_time(self, rule: Rule, lesson: Lesson, entry: int | None) -> bool:
        return _holds(self._terms.of(rule, lesson.held_on, lesson.class_group), entry)

    def _taken(self, lesson: Lesson) -> int | None:
        """The entry by which the last of a lesson's attendance was there."""
        absences = self._absences.get(lesson.lesson, ())
        return lesson.attendance_by and max([lesson.attendance_by, *(of.entry for of in absences)])

    def _has_homework(self, lesson: Lesson) -> bool:
        """Whether homework was there in time also if it is for the next day; of what a plan has nothing is told."""
        entered = self._homework.get(lesson.lesson)
        if not self._is_in_time("homework", lesson, entered):
            return False
        return entered is None or _holds(self._eves.get((lesson.held_on, lesson.ends_at, lesson.class_group)), entered)

    def _is_marked(self, lesson: Lesson, work: _Work) -> bool:
        """Whether all marks of a work are in time, and of a written one none lacks whose term has ended."""
        sets = self._marks.get((lesson.lesson, work.work), ())
        if not work.is_written:
            return all(self._is_in_time("oral_mark", lesson, of.entry) for of in sets)
        bound = self._terms.of("written_mark", work.ends_on or lesson.held_on, lesson.class_group)
        if not all(_holds(bound, of.entry) for of in sets):
            return False
        if bound is None or not bound.over:
            return bound is not None
        owed = self._rosters.students(lesson.class_group, lesson.course, lesson.held_on)
        known = (*sets, *self._absences.get(lesson.lesson, ()))
        return owed.issubset(student for of in known for student in of.students.split(","))


def _holds(bound: Bound | None, entry: int | None) -> bool:
    """Whether what an entry first recorded is in time, or what is not recorded still may be; not without a term."""
    return bound is not None and bound.of(entry) in {"on_time", "pending"}
