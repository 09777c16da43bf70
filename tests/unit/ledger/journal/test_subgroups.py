from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.course import Course
from ledger.journal.decide import decide
from ledger.journal.events import CourseOpened, SubgroupJoined, SubgroupLeft, SubgroupListed, TeacherAssigned
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    LESSON,
    MATHS_A,
    MONDAY,
    NOON,
    QUARTER_1,
    QUARTER_2,
    RUSSIAN_A,
    SETUP_AT,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    WHOLE_YEAR,
    YEAR,
    SmallSchool,
    answer,
    lesson,
    mark,
    uid,
)

FIRST, SECOND, OTHER_SUBJECT = uid(60), uid(61), uid(62)
LATER = SETUP_AT + timedelta(days=1)


def course(id_: str, title: str | None, subject: str = "Английский язык", group: str = CLASS_A) -> cmd.OpenCourse:
    return cmd.OpenCourse(
        course=id_,
        class_group=group,
        year=YEAR,
        subject=subject,
        teacher=TEACHER.id,
        starts_on="2026-09-01",
        subgroup=title,
    )


def join(course_: str, student: str = STUDENTS_A[0], starts_on: str = "2026-09-01") -> cmd.JoinSubgroup:
    return cmd.JoinSubgroup(course=course_, student=student, starts_on=starts_on)


def leave(course_: str, ends_on: str, student: str = STUDENTS_A[0]) -> cmd.LeaveSubgroup:
    return cmd.LeaveSubgroup(course=course_, student=student, ends_on=ends_on)


@pytest.fixture
def halves() -> SmallSchool:
    """English in two halves, nobody in them yet."""
    school = SmallSchool()
    for command in (course(FIRST, "1"), course(SECOND, "2")):
        school.do(command, ADMIN, LATER)
    return school


def refuses(
    school: SmallSchool,
    command: cmd.JournalCommand,
    rule: str,
    where: str,
    actor: Actor = TEACHER,
    now: datetime = NOON,
) -> None:
    refused = school.refuse(command, actor, now)
    assert (refused.rule, refused.where) == (rule, where)


def test_opens_a_subgroup_and_lists_it_in_its_class() -> None:
    school = SmallSchool()
    assert school.do(course(FIRST, "1"), ADMIN, LATER) == [
        CourseOpened(class_group=CLASS_A, subject="Английский язык", year=YEAR, subgroup="1"),
        SubgroupListed(course=FIRST),
        TeacherAssigned(teacher=TEACHER.id, starts_on="2026-09-01"),
    ]


def test_a_title_stands_once_in_a_class_and_subject(halves: SmallSchool) -> None:
    refuses(halves, course(uid(63), "1"), "subgroup_title_taken", "subgroup", ADMIN, LATER)
    halves.do(course(uid(63), "1", subject="Информатика"), ADMIN, LATER)
    halves.do(course(uid(64), "1", group=CLASS_B), ADMIN, LATER)
    halves.do(course(uid(65), None), ADMIN, LATER)


def test_refuses_a_title_without_letters(halves: SmallSchool) -> None:
    refuses(halves, course(uid(63), " "), "malformed_text", "subgroup", ADMIN, LATER)


def test_a_student_is_in_one_subgroup_of_a_subject_on_a_day(halves: SmallSchool) -> None:
    assert halves.do(join(FIRST), ADMIN, LATER) == [SubgroupJoined(student=STUDENTS_A[0], starts_on="2026-09-01")]
    refuses(halves, join(SECOND, starts_on="2026-09-08"), "already_in_subgroup", "starts_on", ADMIN, LATER)
    halves.do(course(OTHER_SUBJECT, "1", subject="Информатика"), ADMIN, LATER)
    halves.do(join(OTHER_SUBJECT), ADMIN, LATER)
    assert halves.do(leave(FIRST, "2026-09-08"), ADMIN, LATER) == [
        SubgroupLeft(student=STUDENTS_A[0], ends_on="2026-09-08")
    ]
    refuses(halves, join(SECOND, starts_on="2026-09-08"), "already_in_subgroup", "starts_on", ADMIN, LATER)
    halves.do(join(SECOND, starts_on="2026-09-09"), ADMIN, LATER)


def test_a_decision_on_who_is_where_rests_on_all_subgroups_and_the_list_of_them(halves: SmallSchool) -> None:
    """So that of two people who put one student into both halves at once, one is told to look again."""
    decision = decide(join(FIRST), halves.journal, ADMIN, LATER)
    periods = {f"period/{id_}" for id_ in (QUARTER_1, QUARTER_2, WHOLE_YEAR)}
    assert decision.reads.keys() == {f"course/{SECOND}", f"class/{CLASS_A}", f"year/{YEAR}", *periods}


def test_refuses_who_is_not_in_the_class_or_not_in_the_subgroup(halves: SmallSchool) -> None:
    refuses(halves, join(FIRST, STUDENTS_B[0]), "not_enrolled", "student", ADMIN, LATER)
    refuses(halves, leave(FIRST, "2026-09-08"), "not_in_subgroup", "student", ADMIN, LATER)
    halves.do(join(FIRST, starts_on="2026-09-07"), ADMIN, LATER)
    refuses(halves, leave(FIRST, "2026-09-06"), "empty_range", "ends_on", ADMIN, LATER)
    refuses(halves, join(MATHS_A), "not_a_subgroup", "course", ADMIN, LATER)
    refuses(halves, join(FIRST, STUDENTS_A[1]), "role_not_allowed", "actor.role", TEACHER, LATER)


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"absences": (cmd.NewAbsence(student=STUDENTS_A[1]),)}, "absences[0].student"),
        ({"lateness": (cmd.NewLateness(student=STUDENTS_A[1], minutes=5),)}, "lateness[0].student"),
        ({"works": (answer(),), "marks": (mark(STUDENTS_A[1]),)}, "marks[0].student"),
    ],
)
def test_only_members_stand_in_a_lesson_of_a_subgroup(halves: SmallSchool, part: dict[str, Any], where: str) -> None:
    halves.do(join(FIRST), ADMIN, LATER)
    halves.do(join(SECOND, STUDENTS_A[1]), ADMIN, LATER)
    refuses(halves, lesson(course=FIRST, **part), "not_in_subgroup", where)
    halves.do(lesson(course=SECOND, **part))


def test_membership_counts_on_the_lessons_day(halves: SmallSchool) -> None:
    halves.do(join(FIRST), ADMIN, LATER)
    halves.do(leave(FIRST, MONDAY), ADMIN, LATER)
    halves.do(lesson(course=FIRST, absences=(cmd.NewAbsence(student=STUDENTS_A[0]),)))
    tuesday = lesson(
        uid(1001), course=FIRST, held_on="2026-09-08", lateness=(cmd.NewLateness(student=STUDENTS_A[0], minutes=1),)
    )
    refuses(halves, tuesday, "not_in_subgroup", "lateness[0].student", TEACHER, NOON + timedelta(days=1))


def test_attendance_taken_later_counts_the_members_who_were_absent(halves: SmallSchool) -> None:
    halves.do(join(FIRST), ADMIN, LATER)
    halves.do(lesson(course=FIRST, attendance_taken=False))
    more = cmd.AddToLesson(lesson=LESSON, take_attendance=True, absences=(cmd.NewAbsence(student=STUDENTS_A[0]),))
    _, taken = halves.do(more)
    assert taken.absent == 1  # type: ignore[attr-defined]


def test_another_course_of_the_class_takes_everybody(halves: SmallSchool) -> None:
    halves.do(join(FIRST), ADMIN, LATER)
    halves.do(lesson(course=RUSSIAN_A, absences=(cmd.NewAbsence(student=STUDENTS_A[3]),)), TEACHER_2)
    state = halves.journal.find(f"course/{FIRST}")
    assert isinstance(state, Course)
    assert [state.teaches(student, MONDAY) for student in STUDENTS_A] == [True, False, False, False]
