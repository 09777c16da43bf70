"""The page of a class: students × lessons with marks, absences and lateness, as a teacher knows it from paper."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from projections.reading import AsOf, Reader, resolve
from projections.views.columns import LessonColumn, Value, columns_of, values_of
from projections.views.lookups import Membership, courses, lessons, roster_between
from projections.views.subgroups import SubgroupMember, subgroup_members
from projections.views.unassigned_homework import flagged, with_status


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
    now: datetime | None = None,
    at: AsOf = None,
) -> ClassPage:
    """The page of a class for a course, a subject (all its courses) or all of them; dates are inclusive.

    As of `now` homework counts as not assigned or not; None: as of the last entry before the position.

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
    columns = with_status(views, columns_of(views, found, position), position, now)
    for value in flagged(views, values_of(views, found, position), columns, position, now):
        lines.setdefault(value.student, []).append(value)
    return ClassPage(
        position,
        class_group,
        columns,
        tuple(StudentLine(student, tuple(members.get(student, ())), tuple(of)) for student, of in lines.items()),
        subgroups,
    )
