"""What the rules of assessment give from the marks that stand at a position, of many results at once.

A register computes hundreds of results anew. What they rest on is read for all of them by a few statements: asked for
each by itself it is a statement a result, and on PostgreSQL a round trip.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec

from ledger.journal.computing import Computed, Input, compute_final_mark, compute_period_mark, compute_year_mark
from ledger.journal.finals import StudyPlace, compute_final_over_years, is_over_years
from ledger.journal.result_events import AssessmentRules
from projections.reading import Reader, listed, listing, stands
from projections.views.finals import ViewStudies

_WHOLE_CLASS_FROM: Final = 4
"""From so many students on, marks of a class's lessons are read whole, and not by the student."""
_LISTED_AT_ONCE: Final = 256
_OF_FINAL: Final = ("period_mark", "exam_result")


class Anew(NamedTuple):
    """A result to compute: by the rules of entry `rule`, of a subject in a period with its first and last day."""

    what: str
    kind: str
    rule: int
    student: str
    sheet: str
    place: StudyPlace
    starts_on: str
    ends_on: str

    @property
    def lessons(self) -> _Lessons:
        """Which lessons the marks of a period's mark are of."""
        return (self.place.year, self.place.subject, self.starts_on, self.ends_on)


_Lessons = tuple[str, str, str, str]
"""Year, subject, first and last day."""
_CLASSES: Final = f"""SELECT e.student, e.class_group FROM {{enrollments}} e
    WHERE {stands("e")} AND e.student IN """
# CROSS JOIN: from the few lessons of a span to their cells, never through all cells of a student. The lessons are found
# first, so that PostgreSQL looks a cell up by lesson and student at once: else it reads all marks of each lesson.
_HELD: Final = f""", held AS MATERIALIZED (SELECT a.*, l.lesson FROM asked a CROSS JOIN {{recorded_lessons}} l
      WHERE l.course = a.course AND l.held_on BETWEEN a.first_day AND a.last_day AND {stands("l")})"""
_MARKS: Final = f"""{_HELD} SELECT h.course, h.first_day, h.last_day, c.student, c.entry, c.value, w.weight, w.kind
    FROM held h CROSS JOIN {{cells}} c CROSS JOIN {{works}} w
    WHERE c.lesson = h.lesson AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")}
      AND w.lesson = c.lesson AND w.work = c.work AND {stands("w")}"""
_COURSES: Final = f"SELECT o.course, o.class_group, o.year, o.subject FROM {{courses}} o WHERE {stands('o')}"
_OF_STUDENT: Final = " AND c.student = h.student"
_OF_PERIODS: Final = f"""SELECT r.student, o.year, o.subject, r.entry, r.value FROM {{results}} r
    JOIN {{result_sheets}} s ON s.sheet = r.sheet AND {stands("s")}
    JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
    JOIN {{periods}} p ON p.period = s.period AND p.kind <> 'year' AND {stands("p")}
    WHERE r.what = 'period_mark' AND r.value IS NOT NULL AND {stands("r")} AND r.student IN """
_OF_SHEETS: Final = f"""SELECT r.sheet, r.what, r.student, r.entry, r.value FROM {{results}} r
    WHERE r.value IS NOT NULL AND {stands("r")} AND r.sheet IN """


class ResultsNow:
    """What the rules give from what stands at a position."""

    def __init__(self, views: Reader, position: int, rules: Mapping[int, Mapping[str, object]]) -> None:
        """`rules`: entry -> rules of assessment."""
        self._views = views
        self._position = position
        self._rules = {entry: msgspec.convert(of, AssessmentRules) for entry, of in rules.items()}
        self._studies = ViewStudies(views, position)

    def compute(self, asked: Collection[Anew]) -> list[Computed]:
        """Compute results anew, in their order."""
        over_years = [
            one.what == "final_mark" and is_over_years(self._rules[one.rule], one.place.grade) for one in asked
        ]
        alone = [one for one, is_over in zip(asked, over_years, strict=True) if not is_over]
        finals = [one for one in alone if one.what == "final_mark"]
        of_sheets = self._sheets({one.sheet for one in finals})
        of_periods = self._periods({one.student for one in alone if one.what != "final_mark" and one.kind == "year"})
        marks = self._marks([one for one in alone if one.what != "final_mark" and one.kind != "year"])
        found = []
        for one, is_over in zip(asked, over_years, strict=True):
            rules = self._rules[one.rule]
            if is_over:
                found.append(compute_final_over_years(rules, one.student, one.place, self._studies))
            elif one.what == "final_mark":
                year, exam = (of_sheets.get((one.sheet, what, one.student)) for what in _OF_FINAL)
                found.append(compute_final_mark(year, exam, rules))
            elif one.kind == "year":
                found.append(compute_year_mark(of_periods[one.student, one.place.year, one.place.subject], rules))
            else:
                found.append(compute_period_mark(marks[one.lessons, one.student], rules))
        return found

    def _marks(self, asked: Iterable[Anew]) -> Mapping[tuple[_Lessons, str], list[Input]]:
        """Students' marks in lessons of the subject, in whichever class of the year they were given."""
        students: defaultdict[_Lessons, set[str]] = defaultdict(set)
        for one in asked:
            students[one.lessons].add(one.student)
        classes = self._classes(set().union(*students.values()))
        whole: list[tuple[str, ...]] = []
        single: list[tuple[str, ...]] = []
        for lessons, of in students.items():
            by_class: defaultdict[str, list[str]] = defaultdict(list)
            for student in sorted(of):
                for class_group in classes[student]:
                    by_class[class_group].append(student)
            year, subject, *days = lessons
            for class_group, members in by_class.items():
                for course in self._courses[class_group, year, subject]:
                    if len(members) >= _WHOLE_CLASS_FROM:
                        whole.append((course, *days))
                    else:
                        single += [(course, *days, student) for student in members]
        found: defaultdict[tuple[_Lessons, str], list[Input]] = defaultdict(list)
        columns = "course, first_day, last_day"
        rows = chain(
            self._listed(_MARKS, columns, whole), self._listed(_MARKS + _OF_STUDENT, f"{columns}, student", single)
        )
        for row in rows:
            course, first, last, student = row[:4]
            found[(*self._subjects[course], first, last), student].append(Input(*row[4:]))
        return found

    @cached_property
    def _courses(self) -> Mapping[tuple[str, str, str], list[str]]:
        """Class, year and subject -> its courses: found in one look, where a database takes next to none for equal."""
        found: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for course, class_group, year, subject in self._views.select(_COURSES, {"at": self._position}):
            found[class_group, year, subject].append(course)
        return found

    @cached_property
    def _subjects(self) -> Mapping[str, tuple[str, str]]:
        """Course -> year and subject."""
        return {course: (year, subject) for (_, year, subject), of in self._courses.items() for course in of}

    def _listed(self, sql: str, columns: str, wanted: Sequence[tuple[str, ...]]) -> Iterator[tuple[Any, ...]]:
        """Ask about rows of columns, some at once."""
        for begin in range(0, len(wanted), _LISTED_AT_ONCE):
            some = wanted[begin : begin + _LISTED_AT_ONCE]
            given, named = listing(columns, some, ("",) * len(some[0]), name="asked")
            yield from self._views.select(given + sql, {"at": self._position, **named})

    def _classes(self, students: Collection[str]) -> Mapping[str, set[str]]:
        """Student -> the classes that they ever were in."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for some, named in listed(students):
            for student, class_group in self._views.select(f"{_CLASSES}{some}", {"at": self._position, **named}):
                found[student].add(class_group)
        return found

    def _periods(self, students: Collection[str]) -> Mapping[tuple[str, str, str], list[Input]]:
        """Student, year and subject -> marks of periods other than the year."""
        found: defaultdict[tuple[str, str, str], list[Input]] = defaultdict(list)
        for some, named in listed(students):
            for *key, entry, value in self._views.select(f"{_OF_PERIODS}{some}", {"at": self._position, **named}):
                found[key[0], key[1], key[2]].append(Input(entry, value))
        return found

    def _sheets(self, sheets: Collection[str]) -> Mapping[tuple[str, str, str], Input]:
        """Sheet, kind of result and student -> the result that stands."""
        return {
            (sheet, what, student): Input(entry, value)
            for some, named in listed(sheets)
            for sheet, what, student, entry, value in self._views.select(
                f"{_OF_SHEETS}{some}", {"at": self._position, **named}
            )
        }
