"""Marks for written works, counted: sets of students, for who has no mark is in no row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from typing import Any, Final, NamedTuple

from ledger.journal.deadlines.verdict import WORST_FIRST, Status
from projections.reading import Reader, stands
from projections.views.deadline_basis import Rosters
from projections.views.deadline_cells import COLUMNS, Annulled, Cells, without
from projections.views.deadline_sums import ODD, Sums
from projections.views.deadline_terms import Bound, Terms


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
WORK_COLUMNS: Final = 8
_WRITTEN: Final = f"w.written = 1 AND w.stands = 1 AND {stands('w')}"
# Works of these are not what the row of their lesson's own command says, or are in no such row.
_TOUCHED: Final = f"""touched (lesson) AS (SELECT b.lesson FROM {{additions}} b WHERE b.entry < :at
      AND b.what IN ('absence', 'work', 'make_up', 'annulled_lesson')
    UNION SELECT r.lesson FROM {{recorded_lessons}} r WHERE r.fact < :at
      AND r.fact >= (SELECT max(m.entry) FROM {{commands}} m WHERE m.entry < :at)
    UNION {ODD})"""
_OWN: Final = f"""SELECT l.lesson, l.work, l.course, l.teacher, l.held_on, l.ends_on, l.absent,
      s.entry, s.last, s.students
    FROM {{recorded_works}} l
    LEFT JOIN {{cell_sets}} s ON s.what = 'mark' AND s.lesson = l.lesson AND s.work = l.work AND s.entry < :at
    WHERE {stands("l")} AND l.lesson NOT IN (SELECT q.lesson FROM touched q) AND """
_MARKED: Final = f"""SELECT {WORK}, {COLUMNS} FROM touched q CROSS JOIN {{lessons}} l CROSS JOIN {{works}} w {OF_COURSE}
    LEFT JOIN {{cell_sets}} s ON s.what = 'mark' AND s.lesson = w.lesson AND s.work = w.work AND s.entry < :at
    WHERE l.lesson = q.lesson AND w.lesson = l.lesson AND {_WRITTEN} AND """
_ABSENT: Final = f"""SELECT {COLUMNS} FROM touched q CROSS JOIN {{lessons}} l CROSS JOIN {{cell_sets}} s
    WHERE l.lesson = q.lesson AND s.lesson = l.lesson AND s.what IN ('absence', 'make_up') AND s.entry < :at
      AND EXISTS (SELECT 1 FROM {{works}} w WHERE w.lesson = l.lesson AND {_WRITTEN}) AND """


def written_works(
    views: Reader, sums: Sums, annulled: Annulled
) -> Iterator[tuple[WorkRow, Bound | None, dict[Status, int]]]:
    """Each written work of the lessons asked about, with its class's term, and its students by their status."""
    where = sums.selection.where
    touched, parameters = sums.selection.touched(views, _TOUCHED, {"begun": sums.begun})
    own = views.select(f"WITH {touched} {_OWN}{sums.selection.of_days}", parameters)
    marked = views.select(f"WITH {touched} {_MARKED}{where}", parameters)
    if not own and not marked:
        return
    rosters = Rosters(views, sums.selection.position, sums.selection.asked.class_group)
    yield from _own(own, sums.terms, rosters, annulled)
    if marked:
        cells = [row[WORK_COLUMNS:] for row in marked if row[WORK_COLUMNS] is not None]
        cells += views.select(f"WITH {touched} {_ABSENT}{where}", parameters)
        works = dict.fromkeys(WorkRow(*row[:WORK_COLUMNS]) for row in marked)
        yield from _touched(works, sums.terms, rosters, Cells(views, sums.selection.position, cells, annulled))


def _own(
    rows: Iterable[tuple[Any, ...]], terms: Terms, rosters: Rosters, annulled: Annulled
) -> Iterator[tuple[WorkRow, Bound | None, dict[Status, int]]]:
    """Works of lessons that others added nothing to but marks: most have these at once, from one command."""
    sets: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in rows:
        sets.setdefault(row[:2], []).append(row)
    terms.add({row[5] for row in rows if row[5] is not None})
    lessened = {lesson for lesson, _, _ in annulled}
    for (lesson, work), found in sets.items():
        _, _, course, teacher, day, ends_on, absent, first, _, students = found[0]
        group = rosters.class_groups[course]
        place = WorkRow(group, course, lesson, work, 1, teacher, day, ends_on)
        bound = terms.of("written_mark", ends_on or day, group)
        members = rosters.students(group, course, day)
        if bound is None or lesson in lessened or len(found) > 1 or students is None:
            away, marks = _left(found, annulled)
            yield place, bound, _of_work(bound, {}, marks, away, members)
        else:
            yield place, bound, _at_once(bound, first, students, absent, members)


def _at_once(bound: Bound, first: int, students: str, absent: str | None, members: frozenset[str]) -> dict[Status, int]:
    """The statuses of a class whose marks are from one command."""
    marked = frozenset(students.split(","))
    everybody = members if members >= marked else members | marked
    if not absent:
        return {bound.of(first): len(marked), bound.of(None): len(everybody) - len(marked), "exempt": 0}
    away = everybody.intersection(absent.split(","))
    count = len(marked) if marked.isdisjoint(away) else len(marked - away)
    without = len(everybody) - len(away) - count
    return {bound.of(first): count, bound.of(None): without, "exempt": len(away)}


_NOBODY: Final[frozenset[str]] = frozenset()


def _left(sets: Iterable[tuple[Any, ...]], annulled: Annulled) -> tuple[frozenset[str], dict[str, int]]:
    """Who was away from a work's lesson, and the first entries of the marks, without what is annulled."""
    absent, marks = "", {}
    for lesson, work, *_, absent_by_own, first, last, students in sets:
        absent = absent_by_own or ""
        for student, _ in annulled.get((lesson, "absence", None), ()):
            absent = without(absent, student)
        for student, fact in annulled.get((lesson, "mark", work), ()):
            if first is not None and first <= fact <= last:
                students = without(students, student)  # noqa: PLW2901
        if students:
            marks.update(dict.fromkeys(students.split(","), first))
    return frozenset(absent.split(",")) if absent else _NOBODY, marks


def _touched(
    works: Iterable[WorkRow], terms: Terms, rosters: Rosters, cells: Cells
) -> Iterator[tuple[WorkRow, Bound | None, dict[Status, int]]]:
    """Works of which other commands changed more: each student is looked at."""
    terms.add({work.last_day for work in works}.union(*(own.values() for own in cells.make_ups.values())))
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
