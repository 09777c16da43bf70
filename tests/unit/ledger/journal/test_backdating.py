"""Acts of set-up that change days of a closed period take two people; any other is one person's, however late."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.backdating_events import (
    ClassBackdatingRefused,
    ClassBackdatingRequested,
    CourseBackdatingRefused,
    CourseBackdatingRequested,
)
from ledger.journal.course import Course
from ledger.journal.decide import decide
from ledger.journal.event import Event
from ledger.journal.events import (
    ClassTeacherAssigned,
    StudentEnrolled,
    StudentLeft,
    SubgroupJoined,
    SubgroupLeft,
    TeacherAssigned,
)
from ledger.journal.roster import ClassGroup
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    MATHS_A,
    QUARTER_1,
    QUARTER_2,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    WHOLE_YEAR,
    YEAR,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

AFTER_HALF = moscow("2026-12-30 09:00")
DIRECTOR = Actor(uid(13), "director")
LAST_DAY, DAY_AFTER = "2026-10-25", "2026-10-26"
NEWCOMER = uid(120)
ENGLISH = uid(60)
BASIS = "приказ № 8"
OF_CLASS = {"class_teacher_assigned": TEACHER_2.id, "student_enrolled": NEWCOMER, "student_left": STUDENTS_A[1]}


@pytest.fixture
def school() -> SmallSchool:
    """A school whose first quarter is closed; 5А has a subgroup with one member, and somebody is in no class."""
    made = SmallSchool()
    made.do(lesson())
    made.do(cmd.RegisterPerson(person=NEWCOMER, kind="student", sd=()), ADMIN)
    made.do(
        cmd.OpenCourse(
            course=ENGLISH,
            class_group=CLASS_A,
            year=YEAR,
            subject="Английский язык",
            subgroup="1",
            teacher=TEACHER_2.id,
            starts_on="2026-09-07",
        ),
        ADMIN,
    )
    made.do(cmd.JoinSubgroup(course=ENGLISH, student=STUDENTS_A[0], starts_on="2026-09-07"), ADMIN)
    made.close()
    return made


def alone(what: str, day: str) -> cmd.JournalCommand:
    """The act of one person."""
    match what:
        case "teacher_assigned":
            return cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on=day)
        case "student_enrolled":
            return cmd.EnrollStudent(class_group=CLASS_A, student=NEWCOMER, starts_on=day)
        case "student_left":
            return cmd.WithdrawStudent(class_group=CLASS_A, student=STUDENTS_A[1], ends_on=day)
        case "subgroup_joined":
            return cmd.JoinSubgroup(course=ENGLISH, student=STUDENTS_A[1], starts_on=day)
        case "class_teacher_assigned":
            return cmd.AssignClassTeacher(class_group=CLASS_A, teacher=TEACHER_2.id, starts_on=day)
    return cmd.LeaveSubgroup(course=ENGLISH, student=STUDENTS_A[0], ends_on=day)


def ask(what: str, day: str, /, **changes: Any) -> cmd.JournalCommand:
    """The request for the same."""
    fields: dict[str, Any] = {"what": what, "day": day, "basis": BASIS, **changes}
    if what in OF_CLASS:
        return cmd.RequestClassBackdating(**{"class_group": CLASS_A, "person": OF_CLASS[what], **fields})
    person = {"teacher_assigned": TEACHER_2.id, "subgroup_joined": STUDENTS_A[1], "subgroup_left": STUDENTS_A[0]}
    course = MATHS_A if what == "teacher_assigned" else ENGLISH
    return cmd.RequestCourseBackdating(**{"course": course, "person": person.get(what, TEACHER_2.id), **fields})


def approve(what: str, request: int) -> cmd.JournalCommand:
    if what in OF_CLASS:
        return cmd.ApproveClassBackdating(class_group=CLASS_A, request=request)
    course = MATHS_A if what == "teacher_assigned" else ENGLISH
    return cmd.ApproveCourseBackdating(course=course, request=request)


def refuse(what: str, request: int, basis: str = "нет причин") -> cmd.JournalCommand:
    if what in OF_CLASS:
        return cmd.RefuseClassBackdating(class_group=CLASS_A, request=request, basis=basis)
    course = MATHS_A if what == "teacher_assigned" else ENGLISH
    return cmd.RefuseCourseBackdating(course=course, request=request, basis=basis)


# What is asked for -> a day that changes the closed quarter, and the first that changes nothing of it.
ACTS = {
    "class_teacher_assigned": (LAST_DAY, DAY_AFTER),
    "teacher_assigned": (LAST_DAY, DAY_AFTER),
    "student_enrolled": (LAST_DAY, DAY_AFTER),
    "student_left": ("2026-10-24", LAST_DAY),
    "subgroup_joined": (LAST_DAY, DAY_AFTER),
    "subgroup_left": ("2026-10-24", LAST_DAY),
}


class TestAlone:
    @pytest.mark.parametrize("what", ACTS)
    def test_one_person_changes_no_day_of_a_closed_period(self, school: SmallSchool, what: str) -> None:
        refusal = school.refuse(alone(what, ACTS[what][0]), ADMIN, AFTER_QUARTER)
        assert (refusal.rule, refusal.clause) == ("backdated_alone", "3.3")

    @pytest.mark.parametrize("what", ACTS)
    def test_one_person_acts_late_where_no_closed_period_is_changed(self, school: SmallSchool, what: str) -> None:
        (event,) = school.do(alone(what, ACTS[what][1]), ADMIN, AFTER_QUARTER)
        assert event.request is None  # type: ignore[attr-defined]

    def test_a_period_that_was_reopened_takes_it_from_one_person(self, school: SmallSchool) -> None:
        school.reopen()
        school.do(alone("student_enrolled", LAST_DAY), ADMIN, AFTER_QUARTER)

    def test_holidays_before_a_closed_period_are_no_way_into_it(self, school: SmallSchool) -> None:
        between = cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-11-01")
        school.close(QUARTER_2, AFTER_HALF)
        assert school.refuse(between, ADMIN, AFTER_HALF).rule == "backdated_alone"

    def test_a_closed_period_of_other_grades_does_not_matter(self, school: SmallSchool) -> None:
        school.do(cmd.OpenClassGroup(class_group=uid(45), year=YEAR, grade=7, letter="А"), ADMIN, AFTER_QUARTER)
        school.do(cmd.EnrollStudent(class_group=uid(45), student=NEWCOMER, starts_on=LAST_DAY), ADMIN, AFTER_QUARTER)

    def test_a_new_course_does_not_begin_inside_a_closed_period(self, school: SmallSchool) -> None:
        fields: dict[str, Any] = {"class_group": CLASS_A, "year": YEAR, "subject": "Труд", "teacher": TEACHER_3.id}
        late = cmd.OpenCourse(course=uid(61), starts_on=LAST_DAY, **fields)
        assert school.refuse(late, ADMIN, AFTER_QUARTER).rule == "backdated_alone"
        school.do(cmd.OpenCourse(course=uid(61), starts_on=DAY_AFTER, **fields), ADMIN, AFTER_QUARTER)


class TestByTwo:
    @pytest.mark.parametrize("what", ACTS)
    def test_one_asks_and_another_who_directs_does_it(self, school: SmallSchool, what: str) -> None:
        day = ACTS[what][0]
        request = school.index(ask(what, day), DEPUTY, AFTER_QUARTER)
        (event,) = school.do(approve(what, request), DIRECTOR, AFTER_QUARTER)
        expected: dict[str, Event] = {
            "class_teacher_assigned": ClassTeacherAssigned(teacher=TEACHER_2.id, starts_on=day, request=request),
            "teacher_assigned": TeacherAssigned(teacher=TEACHER_2.id, starts_on=day, request=request),
            "student_enrolled": StudentEnrolled(student=NEWCOMER, starts_on=day, request=request),
            "student_left": StudentLeft(student=STUDENTS_A[1], ends_on=day, request=request),
            "subgroup_joined": SubgroupJoined(student=STUDENTS_A[1], starts_on=day, request=request),
            "subgroup_left": SubgroupLeft(student=STUDENTS_A[0], ends_on=day, request=request),
        }
        assert event == expected[what]
        assert school.refuse(approve(what, request), DIRECTOR, AFTER_QUARTER).rule == "not_a_request"

    @pytest.mark.parametrize("what", ACTS)
    def test_what_was_refused_waits_no_more(self, school: SmallSchool, what: str) -> None:
        request = school.index(ask(what, ACTS[what][0]), DEPUTY, AFTER_QUARTER)
        (event,) = school.do(refuse(what, request), ADMIN, AFTER_QUARTER)
        assert event in (
            ClassBackdatingRefused(request=request, basis="нет причин"),
            CourseBackdatingRefused(request=request, basis="нет причин"),
        )
        assert school.refuse(approve(what, request), DIRECTOR, AFTER_QUARTER).rule == "not_a_request"
        school.do(ask(what, ACTS[what][0]), DEPUTY, AFTER_QUARTER)

    def test_a_request_states_what_is_to_be_done(self, school: SmallSchool) -> None:
        assert school.do(ask("student_left", "2026-10-01"), DEPUTY, AFTER_QUARTER) == [
            ClassBackdatingRequested(what="student_left", student=STUDENTS_A[1], day="2026-10-01", basis=BASIS)
        ]
        assert school.do(ask("class_teacher_assigned", "2026-10-01"), DEPUTY, AFTER_QUARTER) == [
            ClassBackdatingRequested(what="class_teacher_assigned", teacher=TEACHER_2.id, day="2026-10-01", basis=BASIS)
        ]
        assert school.do(ask("teacher_assigned", "2026-10-01"), DEPUTY, AFTER_QUARTER) == [
            CourseBackdatingRequested(what="teacher_assigned", teacher=TEACHER_2.id, day="2026-10-01", basis=BASIS)
        ]
        assert school.do(ask("subgroup_joined", "2026-10-01"), DEPUTY, AFTER_QUARTER) == [
            CourseBackdatingRequested(what="subgroup_joined", student=STUDENTS_A[1], day="2026-10-01", basis=BASIS)
        ]

    @pytest.mark.parametrize("what", ["teacher_assigned", "student_enrolled"])
    def test_who_asked_does_not_answer_nor_anybody_for_them(self, school: SmallSchool, what: str) -> None:
        request = school.index(ask(what, LAST_DAY), ADMIN, AFTER_QUARTER)
        for_admin = Actor(DIRECTOR.id, "director", on_behalf_of=ADMIN.id, basis="приказ")
        for actor in (ADMIN, for_admin):
            assert school.refuse(approve(what, request), actor, AFTER_QUARTER).rule == "second_person_needed"
            assert school.refuse(refuse(what, request), actor, AFTER_QUARTER).rule == "second_person_needed"

    def test_who_does_not_direct_does_not_answer(self, school: SmallSchool) -> None:
        request = school.index(ask("student_enrolled", LAST_DAY), ADMIN, AFTER_QUARTER)
        assert school.refuse(approve("student_enrolled", request), DEPUTY, AFTER_QUARTER).rule == "role_not_allowed"

    def test_a_teacher_does_not_ask(self, school: SmallSchool) -> None:
        assert school.refuse(ask("student_enrolled", LAST_DAY), TEACHER, AFTER_QUARTER).rule == "role_not_allowed"

    def test_nobody_asks_for_what_one_person_may_do(self, school: SmallSchool) -> None:
        for what, (_, free) in ACTS.items():
            refusal = school.refuse(ask(what, free), DEPUTY, AFTER_QUARTER)
            assert (refusal.rule, refusal.where) == ("not_backdated", "day")

    def test_the_same_is_asked_for_once_at_a_time(self, school: SmallSchool) -> None:
        school.do(ask("student_enrolled", LAST_DAY), DEPUTY, AFTER_QUARTER)
        assert school.refuse(ask("student_enrolled", LAST_DAY), ADMIN, AFTER_QUARTER).rule == "backdating_waits"
        school.do(ask("student_enrolled", "2026-10-01"), ADMIN, AFTER_QUARTER)

    def test_what_could_not_be_done_is_not_asked_for(self, school: SmallSchool) -> None:
        wrong = [
            (ask("student_enrolled", LAST_DAY, person=STUDENTS_B[0]), "already_enrolled", "day"),
            (ask("class_teacher_assigned", LAST_DAY, person=TEACHER_3.id), "same_teacher", "person"),
            (ask("teacher_assigned", "2026-09-01"), "assignment_not_later", "day"),
            (ask("teacher_assigned", LAST_DAY, person=STUDENTS_A[0]), "wrong_kind_of_person", "person"),
            (ask("teacher_assigned", "25.10.2026"), "malformed_date", "day"),
            (ask("subgroup_left", "2026-10-24", person=STUDENTS_A[3]), "not_in_subgroup", "person"),
            (ask("teacher_assigned", LAST_DAY, what="teacher_dismissed"), "unknown_code", "what"),
            (ask("student_enrolled", LAST_DAY, basis=""), "malformed_text", "basis"),
        ]
        found = [school.refuse(command, DEPUTY, AFTER_QUARTER) for command, _, _ in wrong]
        assert [(one.rule, one.where) for one in found] == [(rule, where) for _, rule, where in wrong]

    def test_what_has_become_impossible_meanwhile_is_not_approved(self, school: SmallSchool) -> None:
        request = school.index(ask("student_enrolled", LAST_DAY), DEPUTY, AFTER_QUARTER)
        school.do(cmd.EnrollStudent(class_group=CLASS_B, student=NEWCOMER, starts_on=DAY_AFTER), ADMIN, AFTER_QUARTER)
        assert school.refuse(approve("student_enrolled", request), DIRECTOR, AFTER_QUARTER).rule == "already_enrolled"

    def test_a_decision_rests_on_the_year_and_the_periods_that_it_touches(self, school: SmallSchool) -> None:
        """Or a period closed between the decision and its append would be changed by one person."""
        reads = decide(alone("teacher_assigned", DAY_AFTER), school.journal, ADMIN, AFTER_QUARTER).reads
        assert {f"year/{YEAR}", f"period/{QUARTER_2}", f"period/{WHOLE_YEAR}"} <= reads.keys()
        assert f"period/{QUARTER_1}" not in reads

    def test_requests_stand_in_the_state_until_they_are_answered(self, school: SmallSchool) -> None:
        of_class = school.index(ask("student_left", "2026-10-01"), DEPUTY, AFTER_QUARTER)
        of_course = school.index(ask("subgroup_left", "2026-10-01"), DEPUTY, AFTER_QUARTER)
        group, course = school.journal.find(f"class/{CLASS_A}"), school.journal.find(f"course/{ENGLISH}")
        assert isinstance(group, ClassGroup)
        assert isinstance(course, Course)
        assert (list(group.backdatings), list(course.backdatings)) == ([of_class], [of_course])
