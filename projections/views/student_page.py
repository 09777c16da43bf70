"""A student's own diary: lessons with homework, and what stands in the student's cells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from projections.reading import AsOf, Reader, resolve, stands
from projections.views.columns import LessonColumn, Value, columns_of, values_of
from projections.views.lookups import Lesson, courses, lessons, memberships
from projections.views.posted_homework import Posted, posted_homework
from projections.views.subgroups import subgroup_members
from projections.views.unassigned_homework import flagged, with_status


@dataclass(frozen=True, slots=True)
class DiaryLesson:
    """One lesson of the diary and what stands for the student in it."""

    column: LessonColumn
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StudentPage:
    """The diary at a position, lessons by date and number; `posted`: homework of lessons that are still to be recorded.

    What is posted for a lesson that is cancelled says so and is due for nobody.
    """

    position: int
    student: str
    lessons: tuple[DiaryLesson, ...]
    posted: tuple[Posted, ...]


def student_page(
    views: Reader, student: str, *, from_date: str, to_date: str, now: datetime | None = None, at: AsOf = None
) -> StudentPage:
    """Lessons of the student's classes on their days, and any other in which something stands for the student.

    Of lessons in subgroups, those of the student's own on the day. As of `now` homework counts as not assigned or not;
    None: as of the last entry before the position.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    found: dict[str, Lesson] = {}
    stays = subgroup_members(views, student=student, at=position).rows
    posted: list[Posted] = []
    subgroups = {row.course for row in courses(views, at=position).rows if row.subgroup is not None}
    for member in memberships(views, student=student, at=position).rows:
        first = max(member.starts_on, from_date)
        last = to_date if member.ends_on is None else min(member.ends_on, to_date)
        to_come = posted_homework(views, class_group=member.class_group, from_date=first, to_date=last, at=position)
        posted += [
            row
            for row in to_come.rows
            if row.withdrawn_by is None
            and row.taken_by is None
            and (row.course not in subgroups or any(s.course == row.course and s.holds(row.held_on) for s in stays))
        ]
        for lesson in lessons(views, class_group=member.class_group, from_date=first, to_date=last, at=position).rows:
            own = (stay for stay in stays if stay.course == lesson.course)
            if lesson.subgroup is None or any(stay.holds(lesson.held_on) for stay in own):
                found[lesson.lesson] = lesson
    for name in _lessons_with_values(views, student, from_date, to_date, position):
        if name not in found:
            found.update((lesson.lesson, lesson) for lesson in lessons(views, lesson=name, at=position).rows)
    ordered = sorted(found.values(), key=lambda lesson: (lesson.held_on, lesson.number, lesson.fact))
    values: defaultdict[str, list[Value]] = defaultdict(list)
    columns = with_status(views, columns_of(views, ordered, position), position, now)
    for value in flagged(views, values_of(views, ordered, position, student), columns, position, now):
        values[value.lesson].append(value)
    diary = (DiaryLesson(column, tuple(values.get(column.lesson.lesson, ()))) for column in columns)
    return StudentPage(position, student, tuple(diary), tuple(posted))


def _lessons_with_values(views: Reader, student: str, from_date: str, to_date: str, position: int) -> list[str]:
    sql = f"""SELECT DISTINCT c.lesson FROM {{cells}} c JOIN {{lessons}} l ON l.lesson = c.lesson AND {stands("l")}
        WHERE c.student = :student AND c.value IS NOT NULL AND {stands("c")}
          AND l.held_on BETWEEN :from_date AND :to_date AND l.stands = 1"""
    parameters = {"at": position, "student": student, "from_date": from_date, "to_date": to_date}
    return [row[0] for row in views.select(sql, parameters)]
