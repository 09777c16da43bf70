"""Absences, marks and make-ups as counts of deadlines need them: by command, with students where somebody asks who.

A command's cells have one moment, so they are on one side of every term; see `cell_sets`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from projections.reading import Reader, listed, stands

COLUMNS: Final = "s.lesson, s.what, s.work, s.students, s.entry, s.last"
# An absence that its lesson's own command entered is as early as the lesson.
ADDED: Final = f"""SELECT {COLUMNS} FROM {{additions}} b JOIN {{cell_sets}} s ON s.entry = b.entry
    WHERE b.what IN ('absence', 'make_up') AND b.entry < :at"""

ANNULLED: Final = f"""SELECT c.lesson, c.what, c.work, c.student, c.fact FROM {{additions}} b
    JOIN {{cells}} c ON c.entry = b.entry AND c.value IS NULL AND {stands("c")}
    WHERE b.what IN ('annulled_absence', 'annulled_mark')"""

Annulled = Mapping[tuple[str, str, str | None], Sequence[tuple[str, int]]]
"""Lesson, kind and work -> students whose absence or mark is annulled, with the entry that first recorded it."""
_Row = tuple[str, str, str | None, str, int, int]
_Set = tuple[int, str]
"""The first entry of a command, and the students with commas between."""


def annulled_cells(rows: Iterable[tuple[str, str, str | None, str, int]]) -> Annulled:
    """Absences and marks that are annulled, from the rows of `ANNULLED`."""
    found: defaultdict[tuple[str, str, str | None], list[tuple[str, int]]] = defaultdict(list)
    for lesson, what, work, student, fact in rows:
        found[lesson, what, work].append((student, fact))
    return found


class Cells:
    """Absences, marks and make-ups of some lessons."""

    def __init__(self, views: Reader, position: int, rows: Iterable[_Row], annulled: Annulled) -> None:
        """Take the rows of `COLUMNS`; what is annulled, and what a command filled behind `position`, is left out."""
        self._views, self._position = views, position
        self._marks: defaultdict[tuple[str, str], list[_Set]] = defaultdict(list)
        self._absences: defaultdict[str, list[_Set]] = defaultdict(list)
        self.make_ups: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        with_make_ups = set()
        for lesson, what, work, students, first, last in rows:
            if what == "make_up":
                with_make_ups.add(lesson)
                continue
            if last >= position:
                students = self._begun(lesson, what, work, first)  # noqa: PLW2901
            for student, fact in annulled.get((lesson, what, work), ()):
                if first <= fact <= last:
                    students = without(students, student)  # noqa: PLW2901
            if not students:
                continue
            if what == "absence":
                self._absences[lesson].append((first, students))
            else:
                self._marks[lesson, work or ""].append((first, students))
        self._read_make_ups(with_make_ups)

    def last_absence(self, lesson: str) -> int:
        """The entry that began the last command with a standing absence from a lesson; 0 where nobody was absent."""
        return max((entry for entry, _ in self._absences.get(lesson, ())), default=0)

    def absent(self, lesson: str) -> frozenset[str]:
        """Who was absent from a lesson."""
        found = self._absences.get(lesson)
        return frozenset(student for _, students in found for student in students.split(",")) if found else frozenset()

    def counts(self, lesson: str, work: str) -> Iterable[tuple[int, int]]:
        """Of a work's marks: the first entry of each command, and how many stand of it."""
        return ((entry, students.count(",") + 1) for entry, students in self._marks.get((lesson, work), ()))

    def marks(self, lesson: str, work: str) -> dict[str, int]:
        """Student -> the first entry of the command that gave the mark."""
        return {
            student: entry for entry, students in self._marks.get((lesson, work), ()) for student in students.split(",")
        }

    def _begun(self, lesson: str, what: str, work: str | None, first: int) -> str:
        """Students of a set of which only a part is before the position."""
        sql = """SELECT c.student, c.lesson, c.what, c.work FROM {cells} c
            WHERE c.entry >= :first AND c.entry < :at AND c.entry = c.fact ORDER BY c.entry"""
        found = self._views.select(sql, {"first": first, "at": self._position})
        return ",".join(student for student, *of in found if of == [lesson, what, work])

    def _read_make_ups(self, lessons: set[str]) -> None:
        for wanted, parameters in listed(lessons):
            sql = f"""SELECT c.lesson, c.work, c.student, c.value FROM {{cells}} c
                WHERE c.lesson IN {wanted} AND c.what = 'make_up' AND c.value IS NOT NULL AND {stands("c")}"""
            for lesson, work, student, day in self._views.select(sql, {**parameters, "at": self._position}):
                self.make_ups[lesson, work][student] = day


def without(students: str, student: str) -> str:
    """The students but one."""
    names = students.split(",")
    if student in names:
        names.remove(student)
    return ",".join(names)
