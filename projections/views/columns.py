"""What stands in lessons: their works and homework, which a page has as columns, and the values in their cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from projections.reading import Reader, listed, stands
from projections.views.flagged_marks import Flag, HomeworkFlag, Standing, flags_of, pairs_of
from projections.views.lookups import Lesson
from projections.views.plans import PlannedItem, published


# Not frozen: a class's year has ten thousand, and to make a frozen one takes three times as long.
@dataclass(slots=True)
class Value:
    """What stands in a cell.

    Attributes:
        entry: the entry that says so.
        fact: the entry that first stated the fact.
        what: ``mark``, ``make_up``, ``absence``, ``lateness`` or ``early_leave``.
        value: the mark, the day, the absence's code, or minutes.
        work: the work that a mark or a make-up is for.
        corrected: whether it was ever corrected or annulled. A reason that became known later is no correction.
        flag: of a mark for who was absent, what it rests on; None for all others.
        homework_flag: of a bad mark for homework that counts as not assigned, why; None for all others.
    """

    entry: int
    fact: int
    what: str
    lesson: str
    student: str
    work: str | None
    value: str
    corrected: bool
    flag: Flag | None = None
    homework_flag: HomeworkFlag | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A standing work of a lesson.

    `ends_on`: its last day, where it goes on after the lesson's; `of_lesson`: of a homework check, the lesson that it
    names.
    """

    entry: int
    fact: int
    lesson: str
    work: str
    kind: str
    written: bool
    weight: int | None
    ends_on: str | None
    of_lesson: str | None


@dataclass(frozen=True, slots=True)
class NotAssigned:
    """Homework that counts as not assigned (2.2.3): ``late`` or ``missing``, since when (UTC), by which entries."""

    status: str
    due: str
    basis: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Homework:
    """Standing homework of a lesson; empty `text`: explicitly none.

    `due_on` is the day for which it is, also where a lesson says so: `due_lesson`, as its entry has it. `files`: media
    type, SHA-256 and size of each. `posted`: the entry that posted it in advance, which is when it was entered.
    """

    entry: int
    fact: int
    lesson: str
    text: str
    due_on: str | None
    due_lesson: dict[str, Any] | None
    files: tuple[dict[str, Any], ...]
    posted: int | None

    @property
    def entered(self) -> int:
        """The entry by which it was first there."""
        return self.fact if self.posted is None else self.posted


@dataclass(frozen=True, slots=True)
class LessonColumn:
    """A column: the lesson's header with its works and homework (None: nothing entered).

    `from_plan`: where nothing was entered, the items of the lesson plan whose homework the lesson has (2.2.2).
    `not_assigned`: why its homework counts as not assigned, where it does (2.2.3).
    """

    lesson: Lesson
    works: tuple[Work, ...]
    homework: Homework | None
    from_plan: tuple[PlannedItem, ...]
    not_assigned: NotAssigned | None = None


def columns_of(views: Reader, found: Iterable[Lesson], position: int) -> tuple[LessonColumn, ...]:
    """Lessons with their works and homework."""
    found = tuple(found)
    works: defaultdict[str, list[Work]] = defaultdict(list)
    header = "work, kind, written, weight, ends_on, of_lesson"
    for row in _of_lessons(views, "works", header, found, position, condition="t.stands = 1"):
        entry, fact, lesson, work, kind, written, weight, ends_on, of_lesson = row
        works[lesson].append(Work(entry, fact, lesson, work, kind, bool(written), weight, ends_on, of_lesson))
    said = "text, due_on, due_lesson, files, posted"
    homework = {
        row[2]: _homework(row)
        for row in _of_lessons(views, "homework", said, found, position, condition="t.stands = 1")
    }
    planned = published(views, (lesson for lesson in found if lesson.lesson not in homework), position)
    return tuple(
        LessonColumn(
            lesson,
            tuple(works.get(lesson.lesson, ())),
            homework.get(lesson.lesson),
            planned.get(lesson.lesson, ()),
        )
        for lesson in found
    )


def _homework(row: tuple[Any, ...]) -> Homework:
    *said, due_lesson, files, posted = row
    cells = (*said, orjson.loads(due_lesson or "null"), tuple(orjson.loads(files or "[]")), posted)
    return Homework(*cells)


def values_of(
    views: Reader, found: Iterable[Lesson], position: int, student: str | None = None, *, flag: bool = True
) -> list[Value]:
    """What stands in the cells of lessons, of all students or of one, in the order of the facts' entries.

    Who does not `flag` marks of absent students needs no look at what else stands beside them.
    """
    found = tuple(found)
    columns = "what, student, work, value, corrected"
    condition = "t.value IS NOT NULL" + ("" if student is None else " AND t.student = :student")
    rows = list(_of_lessons(views, "cells", columns, found, position, condition=condition, student=student))
    absent = {(lesson, of) for _, _, lesson, what, of, *_ in rows if flag and what == "absence"}
    standing = (
        Standing(what, entry, fact, lesson, of, work)
        for entry, fact, lesson, what, of, work, *_ in rows
        if (lesson, of) in absent
    )
    flags = flags_of(views, pairs_of(standing, {lesson.lesson: lesson.held_on for lesson in found}), position)
    return [
        Value(entry, fact, what, lesson, of, work, value, bool(corrected), flags.get(fact))
        for entry, fact, lesson, what, of, work, value, corrected in rows
    ]


def _of_lessons(
    views: Reader,
    table: str,
    columns: str,
    found: tuple[Lesson, ...],
    position: int,
    *,
    condition: str,
    student: str | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Standing rows of a table for lessons, in the order of their facts: entry, fact, lesson, then `columns`."""
    extra = {} if student is None else {"student": student}
    for named, parameters in listed([lesson.lesson for lesson in found]):
        sql = f"""SELECT t.entry, t.fact, t.lesson, {", ".join(f"t.{name}" for name in columns.split(", "))}
            FROM {{{table}}} t WHERE t.lesson IN {named} AND {stands("t")} AND {condition} ORDER BY t.fact"""
        yield from views.select(sql, {**parameters, **extra, "at": position})
