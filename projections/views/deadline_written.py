"""Marks for written works, counted: sets of students, for who has no mark is in no row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set as AbstractSet
from typing import Any, Final, NamedTuple

from ledger.journal.deadlines.verdict import WORST_FIRST, Status
from projections.reading import Reader, stands
from projections.views.deadline_basis import Rosters
from projections.views.deadline_cells import COLUMNS, Cells
from projections.views.deadline_sums import Sums
from projections.views.deadline_terms import Bound


class WorkRow(NamedTuple):
    """A work that stands and its lesson."""

    class_group: str
    course: str
    lesson: str
    work: str
    written: int
    teacher: str
    day: str
    ends_on: str | None

    @property
    def last_day(self) -> str:
        """From which day the class's term counts."""
        return self.ends_on or self.day


WORK: Final = "o.class_group, l.course, l.lesson, w.work, w.written, l.teacher, l.held_on, w.ends_on"
"""The columns of a `WorkRow`."""
OF_COURSE: Final = f"JOIN {{courses}} o ON o.course = l.course AND {stands('o')}"
_WORK_COLUMNS: Final = 8
_WRITTEN: Final = f"w.written = 1 AND w.stands = 1 AND {stands('w')}"


def written_works(views: Reader, sums: Sums) -> Iterator[tuple[WorkRow, Bound | None, dict[Status, int]]]:
    """Each written work of the lessons asked about, with its class's term, and its students by their status."""
    position, terms = sums.selection.position, sums.terms
    where, parameters = sums.selection.where, sums.selection.parameters
    sql = f"""SELECT {WORK}, {COLUMNS} FROM {sums.works} {OF_COURSE}
        LEFT JOIN {{cell_sets}} s ON s.what = 'mark' AND s.lesson = w.lesson AND s.work = w.work AND s.entry < :at
        WHERE w.lesson = l.lesson AND {_WRITTEN} AND {where}"""
    works: dict[WorkRow, None] = {}
    sets: list[Any] = []
    for row in views.select(sql, parameters):
        works[WorkRow(*row[:_WORK_COLUMNS])] = None
        if row[_WORK_COLUMNS] is not None:
            sets.append(row[_WORK_COLUMNS:])
    if not works:
        return
    sql = f"""SELECT {COLUMNS} FROM {{lessons}} l CROSS JOIN {{cell_sets}} s
        WHERE s.lesson = l.lesson AND s.what IN ('absence', 'make_up') AND s.entry < :at AND {where}
          AND l.lesson IN (SELECT w.lesson FROM {{works}} w WHERE {_WRITTEN})"""
    sets += views.select(sql, parameters)
    cells = Cells(views, position, sets)
    terms.add({work.last_day for work in works}.union(*(own.values() for own in cells.make_ups.values())))
    rosters = Rosters(views, position, sums.selection.asked.class_group)
    for row in works:
        group, course, lesson, work, _, _, day, _ = row
        bound = terms.of("written_mark", row.last_day, group)
        marks, away = cells.marks(lesson, work), cells.absent(lesson)
        own = cells.make_ups.get((lesson, work), {})
        bounds = {of: terms.of("written_mark", max(row.last_day, on), group) for of, on in own.items()}
        yield row, bound, _of_work(bound, bounds, marks, away, rosters.students(group, course, day))


def status_of(bound: Bound | None, entry: int | None) -> Status:
    """The status of what was first recorded by an entry, or is not (None); no bound: no regulation."""
    return "no_regulation" if bound is None else bound.of(entry)


def _of_work(
    bound: Bound | None,
    own: Mapping[str, Bound | None],
    marks: Mapping[str, int],
    away: AbstractSet[str],
    members: AbstractSet[str],
) -> dict[Status, int]:
    """The statuses of everybody who was in the class or has a mark; `own`: bounds of students with a day of the own."""
    everybody = marks.keys() | members
    if own:
        statuses = {of: status_of(own.get(of, bound), marks.get(of)) for of in everybody}
        owes_nothing = away - own.keys()
        return Counter(
            "exempt" if of in owes_nothing and status != "no_regulation" else status for of, status in statuses.items()
        )
    if bound is None:
        return {"no_regulation": len(everybody)}
    exempt = everybody & away
    marked = [fact for student, fact in marks.items() if student not in exempt] if exempt else marks.values()
    late_entry = bound.late_entry
    late = sum(fact >= late_entry for fact in marked) if marked and max(marked) >= late_entry else 0
    without = len(everybody) - len(exempt) - len(marked)
    return {"exempt": len(exempt), "late": late, "on_time": len(marked) - late, bound.of(None): without}


def worst_of(counted: Mapping[Status, int], bound: Bound | None) -> Status:
    """The status of a work as a whole."""
    owed = [status for status, count in counted.items() if count and status != "exempt"]
    if not owed:
        return "no_regulation" if bound is None else "exempt"
    return min(owed, key=WORST_FIRST.index)
