"""The page of a class: students × lessons with marks, absences and lateness, as a teacher knows it from paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from projections.reading import AsOf, Reader, listed, resolve, stands
from projections.views.flagged_marks import Flag, Standing, flags_of, pairs_of
from projections.views.lookups import Lesson, Membership, courses, lessons, roster_between
from projections.views.plans import PlannedItem, published
from projections.views.subgroups import SubgroupMember, subgroup_members


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Work:
    """A standing work of a lesson; `ends_on`: its last day, where it goes on after the lesson's."""

    entry: int
    fact: int
    lesson: str
    work: str
    kind: str
    written: bool
    weight: int
    ends_on: str | None


@dataclass(frozen=True, slots=True)
class Homework:
    """Standing homework of a lesson; empty `text`: explicitly none."""

    entry: int
    fact: int
    lesson: str
    text: str
    due_on: str | None


@dataclass(frozen=True, slots=True)
class LessonColumn:
    """A column: the lesson's header with its works and homework (None: nothing entered).

    `from_plan`: where nothing was entered, the items of the lesson plan whose homework the lesson has (2.2.2).
    """

    lesson: Lesson
    works: tuple[Work, ...]
    homework: Homework | None
    from_plan: tuple[PlannedItem, ...]


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A line: a student, the enrolments that put it there (none: only values do), and what stands in its cells."""

    student: str
    memberships: tuple[Membership, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """The page at a position: columns by date and number, lines in the order of enrolment, for names are not here.

    `subgroups`: stays in the subgroups that the page is about. The page of a subgroup's course has lines for its
    members, and for whoever something stands for.
    """

    position: int
    class_group: str
    columns: tuple[LessonColumn, ...]
    lines: tuple[StudentLine, ...]
    subgroups: tuple[SubgroupMember, ...]


def class_page(
    views: Reader,
    class_group: str,
    *,
    course: str | None = None,
    subject: str | None = None,
    from_date: str,
    to_date: str,
    at: AsOf = None,
) -> ClassPage:
    """The page of a class for a course, a subject (all its courses) or all of them; dates are inclusive.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    found = lessons(
        views,
        class_group=class_group,
        course=course,
        subject=subject,
        from_date=from_date,
        to_date=to_date,
        at=position,
    ).rows
    members: defaultdict[str, list[Membership]] = defaultdict(list)
    for member in roster_between(views, class_group, from_date, to_date, at=position).rows:
        members[member.student].append(member)
    subgroups = tuple(
        stay
        for stay in subgroup_members(
            views, class_group=class_group, course=course, from_date=from_date, to_date=to_date, at=position
        ).rows
        if subject in (None, stay.subject)
    )
    lines: dict[str, list[Value]] = {student: [] for student in members}
    chosen = () if course is None else courses(views, course=course, at=position).rows
    if any(one.subgroup is not None for one in chosen):
        belong = {stay.student for stay in subgroups}
        lines = {student: [] for student in members if student in belong}
    for value in values_of(views, found, position):
        lines.setdefault(value.student, []).append(value)
    return ClassPage(
        position,
        class_group,
        columns_of(views, found, position),
        tuple(StudentLine(student, tuple(members.get(student, ())), tuple(of)) for student, of in lines.items()),
        subgroups,
    )


def columns_of(views: Reader, found: Iterable[Lesson], position: int) -> tuple[LessonColumn, ...]:
    """Lessons with their works and homework."""
    found = tuple(found)
    works: defaultdict[str, list[Work]] = defaultdict(list)
    for row in _of_lessons(
        views, "works", "work, kind, written, weight, ends_on", found, position, condition="t.stands = 1"
    ):
        entry, fact, lesson, work, kind, written, weight, ends_on = row
        works[lesson].append(Work(entry, fact, lesson, work, kind, bool(written), weight, ends_on))
    homework = {
        row[2]: Homework(*row)
        for row in _of_lessons(views, "homework", "text, due_on", found, position, condition="t.stands = 1")
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


def values_of(views: Reader, found: Iterable[Lesson], position: int, student: str | None = None) -> list[Value]:
    """What stands in the cells of lessons, of all students or of one, in the order of the facts' entries."""
    found = tuple(found)
    columns = "what, student, work, value, corrected"
    condition = "t.value IS NOT NULL" + ("" if student is None else " AND t.student = :student")
    rows = list(_of_lessons(views, "cells", columns, found, position, condition=condition, student=student))
    standing = (Standing(what, entry, fact, lesson, of, work) for entry, fact, lesson, what, of, work, *_ in rows)
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
