"""Homework that counts as not assigned, shown so, and bad marks for it, flagged (regulation 2.2.3, R21).

Both are judgements by the version of the regulation in force on the day of the homework's lesson, as of a position and
a moment. Which homework a work checks, verify/spec/events.md says; here of the lessons that stand at the position.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, NamedTuple

from ledger.journal.deadlines.homework import homework_term
from ledger.journal.deadlines.verdict import Verdict
from ledger.journal.vocabulary import BAD_MARKS
from ledger.wire.entry import format_at
from projections.reading import (
    FIRST_DAY,
    LAST_DAY,
    LISTED_AT_ONCE,
    Answer,
    AsOf,
    Reader,
    listed,
    listing,
    resolve,
    stands,
)
from projections.views.columns import LessonColumn, NotAssigned, Value, columns_of
from projections.views.deadline_basis import Judging, first_entries, judging_at, wall
from projections.views.deadlines import homework_verdicts
from projections.views.flagged_marks import FlaggedMark, HomeworkFlag
from projections.views.lookups import lessons_among


def with_status(
    views: Reader, columns: tuple[LessonColumn, ...], position: int, now: datetime | None
) -> tuple[LessonColumn, ...]:
    """Lessons, each with why its homework counts as not assigned, where it does."""
    by = judging_at(views, position, now)
    if not _counts_any(by):
        return columns
    verdicts = homework_verdicts(views, columns, by)
    return tuple(
        replace(column, not_assigned=_not_assigned(verdicts[column.lesson.lesson][0]))
        if verdicts[column.lesson.lesson][1]
        else column
        for column in columns
    )


def flagged(
    views: Reader, values: Sequence[Value], columns: Iterable[LessonColumn], position: int, now: datetime | None
) -> list[Value]:
    """What stands in cells of these lessons, each bad mark for homework that counts as not assigned with its flag."""
    of = {column.lesson.lesson: column for column in columns}
    works = {
        (work.lesson, work.work): work
        for column in of.values()
        for work in column.works
        if work.kind == "homework_check"
    }
    bad = [
        value
        for value in values
        if value.what == "mark" and value.value in BAD_MARKS and (value.lesson, value.work) in works
    ]
    by = judging_at(views, position, now) if bad else None
    if by is None or not _counts_any(by):
        return list(values)
    checks = dict.fromkeys(works[value.lesson, value.work or ""] for value in bad)
    places = ((work, of[work.lesson].lesson) for work in checks)
    flags = flags_of_works(
        views,
        [_Check(at.lesson, work.work, work.of_lesson, at.course, at.held_on, at.number) for work, at in places],
        by,
    )
    return [
        replace(value, homework_flag=flags.get((value.lesson, value.work or "")))
        if value.what == "mark" and value.value in BAD_MARKS
        else value
        for value in values
    ]


def flagged_homework_marks(
    views: Reader,
    *,
    class_group: str | None = None,
    student: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    now: datetime | None = None,
    at: AsOf = None,
) -> Answer[FlaggedMark]:
    """Bad marks for homework that counts as not assigned, by the day of the lesson in which they stand.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    by = judging_at(views, position, now)
    if not _counts_any(by):
        return Answer(position, ())
    parameters: dict[str, object] = {"at": position, "first": from_date or FIRST_DAY, "last": to_date or LAST_DAY}
    of_class = of_student = ""
    if class_group is not None:
        parameters["class_group"] = class_group
        of_class = " AND o.class_group = :class_group"
    if student is not None:
        parameters["student"] = student
        of_student = " AND m.student = :student"
    rows = views.select(_MARKS.replace("{of_class}", of_class) + of_student + _ORDER, parameters)
    checks = {_Check(row[2], row[7], of_lesson, row[4], row[3], number) for *row, number, of_lesson in rows}
    flags = flags_of_works(views, checks, by)
    return Answer(
        position,
        tuple(
            FlaggedMark(*cells)
            for *row, _, _ in rows
            if (flag := flags.get((row[2], row[7]))) is not None
            for cells in ((*row, None, None, flag),)
        ),
    )


class _Check(NamedTuple):
    """A work that checks homework: of a lesson that it names, or of the one before that in which it was written."""

    lesson: str
    work: str
    of_lesson: str | None
    course: str
    held_on: str
    number: int


def flags_of_works(views: Reader, works: Collection[_Check], by: Judging) -> dict[tuple[str, str], HomeworkFlag]:
    """(lesson, work) -> the flag of bad marks for it, of homework checks whose homework counts as not assigned."""
    checked = _checked(views, works, by.position)
    names = {name for name in checked.values() if name is not None}
    found = lessons_among(views, names - _given_in_time(views, names, by), at=by.position).rows
    columns = columns_of(views, found, by.position)
    verdicts = homework_verdicts(views, columns, by)
    of_lessons = {
        column.lesson.lesson: flag
        for column in columns
        if (flag := _flag(column, *verdicts[column.lesson.lesson], by)) is not None
    }
    return {key: of_lessons[name] for key, name in checked.items() if name is not None and name in of_lessons}


def _given_in_time(views: Reader, names: Collection[str], by: Judging) -> set[str]:
    """Lessons with some homework, in time even if theirs was the students' last lesson: then it need not be known.

    After a later one there is more time for homework for the next day, and what a plan exempts is as good.
    """
    given: list[tuple[str, int, str]] = []
    for wanted, named in listed(names):
        for lesson, group, day, ends_at, due_on, entry in views.select(_GIVEN + wanted, {**named, "at": by.position}):
            school, held_on = by.of(group), date.fromisoformat(day)
            version = school.version_on(held_on)
            if version is not None:
                due = None if due_on is None else date.fromisoformat(due_on)
                term, _ = homework_term(held_on, due, wall(held_on, ends_at, school), version, school)
                given.append((lesson, entry, format_at(term.late_from)))
    late = first_entries(views, {late_from for _, _, late_from in given})
    return {lesson for lesson, entry, late_from in given if (first := late[late_from]) is None or entry < first}


def _checked(views: Reader, works: Collection[_Check], position: int) -> dict[tuple[str, str], str | None]:
    """(lesson, work) -> the lesson whose homework it checks: the one that it names, or the course's last before."""
    places = sorted({(work.course, work.held_on, work.number) for work in works if not work.of_lesson})
    before: dict[tuple[str, str, int], str | None] = {}
    for start in range(0, len(places), LISTED_AT_ONCE):
        some = places[start : start + LISTED_AT_ONCE]
        given, parameters = listing("course, day, number", some, some[-1])
        for course, day, number, lesson in views.select(f"{given} {_BEFORE}", {**parameters, "at": position}):
            before[course, day, number] = lesson
    return {
        (work.lesson, work.work): work.of_lesson or before[work.course, work.held_on, work.number] for work in works
    }


def _counts_any(by: Judging) -> bool:
    """Whether any version of the regulation lets homework count as not assigned."""
    return any(version.parameters.unposted_homework_is_not_assigned for version in by.school.versions)


def _not_assigned(verdict: Verdict) -> NotAssigned:
    due = format_at(verdict.due) if verdict.due is not None else ""
    return NotAssigned(verdict.status, due, verdict.basis)


def _flag(column: LessonColumn, verdict: Verdict, is_not_assigned: bool, by: Judging) -> HomeworkFlag | None:  # noqa: FBT001
    version = by.school.version_on(date.fromisoformat(column.lesson.held_on))
    if version is None or not version.parameters.unposted_homework_is_not_assigned:
        return None
    given = column.homework
    says_none = given is not None and given.text == ""
    if not is_not_assigned and not says_none:
        return None
    status = "none" if says_none else verdict.status
    return HomeworkFlag(column.lesson.lesson, status, given.entry if given is not None else None, version.entry)


_BEFORE: Final = f"""
    SELECT g.course, g.day, g.number, (SELECT l.lesson FROM {{lessons}} l
      WHERE l.course = g.course AND l.stands = 1 AND {stands("l")} AND l.held_on <= g.day
        AND (l.held_on < g.day OR (l.held_on = g.day AND l.number < g.number))
      ORDER BY l.held_on DESC, l.number DESC, l.fact DESC LIMIT 1)
    FROM given g"""
_BAD: Final = ", ".join(f"'{value}'" for value in sorted(BAD_MARKS))
# Checks of homework are far fewer than lessons and marks: without this order a planner begins with all of these. They
# are listed first: PostgreSQL expects one bad mark of them all, and read every course again for each of a thousand.
_MARKS: Final = f"""
    WITH checks AS MATERIALIZED (
      SELECT w.lesson, w.work, w.of_lesson, l.held_on, l.number, l.course, o.class_group
      FROM {{works}} w CROSS JOIN {{lessons}} l CROSS JOIN {{courses}} o
      WHERE w.kind = 'homework_check' AND w.stands = 1 AND {stands("w")}
        AND l.lesson = w.lesson AND l.stands = 1 AND {stands("l")} AND l.held_on BETWEEN :first AND :last
        AND o.course = l.course AND {stands("o")}{{of_class}})
    SELECT m.entry, m.fact, m.lesson, k.held_on, k.course, k.class_group, m.student, m.work, m.value, k.number,
      k.of_lesson
    FROM checks k CROSS JOIN {{cells}} m
    WHERE m.lesson = k.lesson AND m.work = k.work AND m.what = 'mark' AND m.value IN ({_BAD}) AND {stands("m")}"""
_ORDER: Final = " ORDER BY k.held_on, m.fact"
_GIVEN: Final = f"""
    SELECT l.lesson, o.class_group, l.held_on, l.ends_at, h.due_on, COALESCE(h.posted, h.fact)
    FROM {{lessons}} l JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    JOIN {{homework}} h ON h.lesson = l.lesson AND h.stands = 1 AND h.text <> '' AND {stands("h")}
    WHERE l.stands = 1 AND {stands("l")} AND l.lesson IN """
