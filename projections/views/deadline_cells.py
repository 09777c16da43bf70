"""Absences, marks and make-ups as counts of deadlines need them: sums where they suffice, else students."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from projections.reading import Reader, listed, stands


class Cells:
    """Absences, marks and make-ups of lessons: students where a written work asks who has none, else only sums.

    A sum has the first and the last of its entries. Where a term ends between the two, which is rare, the entries
    themselves are read; so are those of lessons in which a make-up stands.
    """

    def __init__(self, views: Reader, position: int, lessons: Collection[str], with_students: Collection[str]) -> None:
        self._views, self._position = views, position
        self.last_absence: dict[str, int] = {}
        self.absent: defaultdict[str, set[str]] = defaultdict(set)
        self.marks: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self.make_ups: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._sums: dict[tuple[str, str], tuple[int, int, int]] = {}
        last_absence = self.last_absence
        others = [lesson for lesson in lessons if lesson not in with_students]
        with_students = set(with_students)
        sums = "c.lesson, c.what, c.work, count(*), min(c.fact), max(c.fact)"
        for lesson, what, work, count, first, last in self._rows(sums, others, "GROUP BY c.lesson, c.what, c.work"):
            if what == "absence":
                last_absence[lesson] = last
            elif what == "make_up":
                with_students.add(lesson)
            else:
                self._sums[lesson, work] = (count, first, last)
        columns = "c.lesson, c.what, c.work, c.student, c.fact, c.value"
        for lesson, what, work, student, fact, value in self._rows(columns, with_students):
            if what == "absence":
                self.absent[lesson].add(student)
                last_absence[lesson] = max(fact, last_absence.get(lesson, 0))
            elif what == "make_up":
                self.make_ups[lesson, work][student] = value
            else:
                self.marks[lesson, work][student] = fact

    def facts(self, lesson: str, work: str, late_entry: int | None) -> Iterable[tuple[int, int]]:
        """Entries of a work's marks, each with how many marks are on the same side of `late_entry`."""
        if (lesson, work) in self.marks:
            return ((fact, 1) for fact in self.marks[lesson, work].values())
        if (lesson, work) not in self._sums:
            return ()
        count, first, last = self._sums[lesson, work]
        if late_entry is None or last < late_entry or first >= late_entry:
            return ((first, count),)
        rows = self._rows("c.work, c.fact, c.what", [lesson])
        return ((fact, 1) for of, fact, what in rows if of == work and what == "mark")

    def _rows(self, columns: str, lessons: Collection[str], end: str = "") -> Iterator[tuple[Any, ...]]:
        for wanted, parameters in listed(lessons):
            sql = f"""SELECT {columns} FROM {{cells}} c WHERE c.lesson IN {wanted}
                AND c.what IN ('absence', 'mark', 'make_up') AND c.value IS NOT NULL AND {stands("c")} {end}"""
            yield from self._views.select(sql, {**parameters, "at": self._position})
