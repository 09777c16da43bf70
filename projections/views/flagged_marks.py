"""Marks for who was absent, which the regulation of the lesson's day took: flagged, with the entries that it rests on.

Bad marks for homework that counts as not assigned have a flag of another kind: `unassigned_homework`.

Both a mark and an absence stand only where the version in force on the lesson's day, as known when the second of them
came to stand, takes them (`mark_for_absent`); so a flag follows from those two and that version.
A mark for who made the work up (R22) is not flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from projections.reading import FIRST_DAY, LAST_DAY, Answer, AsOf, Reader, filters, resolve, stands


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a mark is flagged: `absence`, the entry that stands for it; `regulation`, the version that took the mark."""

    absence: int
    regulation: int | None


@dataclass(frozen=True, slots=True)
class HomeworkFlag:
    """Why a bad mark for homework is flagged: that homework counts as not assigned.

    Attributes:
        lesson: whose homework it is.
        status: ``late``, ``missing``, or ``none`` where the lesson says that there is none.
        homework: the entry that stands for it; None where nothing does.
        regulation: the version that says so.
    """

    lesson: str
    status: str
    homework: int | None
    regulation: int


class Pair(NamedTuple):
    """A standing mark beside a standing absence: first entries of both, the absence's standing one, the day."""

    mark: int
    absence: int
    absence_entry: int
    held_on: str


@dataclass(frozen=True, slots=True)
class FlaggedMark:
    """A flagged mark.

    Attributes:
        entry, fact: the mark's standing and first entry.
        lesson, held_on, course, class_group: which lesson.
        student, work, value: whose mark, for what, and which.
        code: of a mark for who was absent, the absence's.
        flag: of a mark for who was absent, what it rests on.
        homework_flag: of a bad mark for homework that counts as not assigned, why.
    """

    entry: int
    fact: int
    lesson: str
    held_on: str
    course: str
    class_group: str
    student: str
    work: str
    value: str
    code: str | None
    flag: Flag | None
    homework_flag: HomeworkFlag | None = None


def flags_of(views: Reader, pairs: Iterable[Pair], position: int) -> dict[int, Flag]:
    """The flag of each mark, by its first entry."""
    pairs = tuple(pairs)
    if not pairs:
        return {}
    sql = f"SELECT r.effective_from, r.entry FROM {{regulations}} r WHERE {stands('r')} ORDER BY r.entry"
    versions = views.select(sql, {"at": position})
    begun = _begun(views, {fact for pair in pairs for fact in (pair.mark, pair.absence)}, position)
    flags = {}
    for pair in pairs:
        second = max(begun[pair.mark], begun[pair.absence])
        in_force = [entry for from_, entry in versions if from_ <= pair.held_on and entry < second]
        flags[pair.mark] = Flag(pair.absence_entry, in_force[-1] if in_force else None)
    return flags


def _begun(views: Reader, facts: Iterable[int], position: int) -> dict[int, int]:
    """The entry by which each fact came to stand, for the last time."""
    begun: dict[int, int] = {}
    sql = """SELECT c.entry, c.value FROM {cells} c
        WHERE c.fact = :fact AND c.lesson = (SELECT f.lesson FROM {cells} f WHERE f.entry = :fact) AND c.entry < :at
        ORDER BY c.entry"""
    for fact in facts:
        stood = False
        for entry, value in views.select(sql, {"fact": fact, "at": position}):
            if value is not None and not stood:
                begun[fact] = entry
            stood = value is not None
    return begun


def flagged_marks(
    views: Reader,
    *,
    class_group: str | None = None,
    student: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Answer[FlaggedMark]:
    """Flagged marks of the school, of a class or of a student, by the day of the lesson; days are inclusive.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    taken_from = _taken_from(views, position)
    if taken_from is None:
        return Answer(position, ())
    conditions, parameters = filters(("o.class_group", class_group), ("a.student", student))
    parameters |= {"at": position, "first": max(from_date or FIRST_DAY, taken_from), "last": to_date or LAST_DAY}
    rows = views.select(f"{_MARKS}{conditions} ORDER BY l.held_on, m.fact", parameters)
    flags = flags_of(views, [Pair(row[1], row[10], row[11], row[3]) for row in rows], position)
    return Answer(position, tuple(_flagged(row, flags[row[1]]) for row in rows))


def _taken_from(views: Reader, position: int) -> str | None:
    """The first day on which a mark for who was absent is taken by any version of the regulation; None: there is none.

    Before it no mark stands beside an absence: to look for them is to look at all cells of the school.
    """
    sql = f"SELECT r.effective_from, r.parameters FROM {{regulations}} r WHERE {stands('r')}"
    versions = views.select(sql, {"at": position})
    return min((day for day, of in versions if orjson.loads(of)["mark_for_absent"] == "flag"), default=None)


def _flagged(row: tuple[Any, ...], flag: Flag) -> FlaggedMark:
    fields = (*row[:10], flag)
    return FlaggedMark(*fields)


# Absences are far fewer than marks; the empty text keeps a planner without statistics from beginning with the marks.
_MARKS: Final = f"""
    SELECT m.entry, m.fact, m.lesson, l.held_on, l.course, o.class_group, m.student, m.work, m.value, a.value,
      a.fact, a.entry
    FROM {{cells}} a
    JOIN {{cells}} m ON m.lesson = a.lesson || '' AND m.student = a.student AND m.what = 'mark'
      AND m.value IS NOT NULL AND {stands("m")}
    JOIN {{lessons}} l ON l.lesson = a.lesson AND {stands("l")}
    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    WHERE a.what = 'absence' AND a.value IS NOT NULL AND {stands("a")} AND l.held_on BETWEEN :first AND :last
      AND NOT EXISTS (SELECT 1 FROM {{cells}} u WHERE u.lesson = m.lesson AND u.student = m.student
        AND u.what = 'make_up' AND u.work = m.work AND u.value IS NOT NULL AND {stands("u")})"""


class Standing(NamedTuple):
    """What stands in a cell, as far as flags need it."""

    what: str
    entry: int
    fact: int
    lesson: str
    student: str
    work: str | None


def pairs_of(values: Iterable[Standing], days: dict[str, str]) -> list[Pair]:
    """Marks beside absences among what stands in the cells of lessons; `days`: lesson -> the day it was held."""
    absences: dict[tuple[str, str], Standing] = {}
    marks: defaultdict[tuple[str, str], list[Standing]] = defaultdict(list)
    made_up: set[tuple[str, str, str | None]] = set()
    for value in values:
        cell = (value.lesson, value.student)
        if value.what == "absence":
            absences[cell] = value
        elif value.what == "mark":
            marks[cell].append(value)
        elif value.what == "make_up":
            made_up.add((*cell, value.work))
    return [
        Pair(mark.fact, absence.fact, absence.entry, days[absence.lesson])
        for cell, absence in absences.items()
        for mark in marks.get(cell, ())
        if (*cell, mark.work) not in made_up
    ]
