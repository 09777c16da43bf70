"""Opening a school, its people, years, periods, classes and courses."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.clock import find_zone
from ledger.errors import Refused
from ledger.journal import commands as cmd, events as ev
from ledger.journal.course import Course
from ledger.journal.decide import decide
from ledger.journal.events import ClassGroupListed, PeriodListed
from ledger.journal.evolve import evolve, evolve_all
from ledger.journal.memory import Journal
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.rules import ADMINISTRATION
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    MATHS_A,
    NOON,
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
    digest,
    period,
    setup_commands,
    uid,
)

ANNA = STUDENTS_A[0]


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def opening(**changes: Any) -> cmd.OpenSchool:
    fields: dict[str, Any] = {"name": "Школа", "origin": "letopis.example/s", "time_zone": "Europe/Moscow", **changes}
    return cmd.OpenSchool(school=uid(1), **fields)


class TestSchool:
    def test_opens_in_an_empty_log_only(self) -> None:
        decision = decide(opening(), Journal(find_zone), ADMIN, NOON)
        assert decision.expected_size == 0
        assert decision.events[0].originator_version == 1

    def test_opens_once(self, school: SmallSchool) -> None:
        assert school.refuse(opening(), ADMIN).rule == "school_exists"

    @pytest.mark.parametrize("zone", ["", "Europe/Nowhere", "../etc/passwd", "localtime", "Москва"])
    def test_refuses_an_unknown_time_zone(self, zone: str) -> None:
        with pytest.raises(Refused) as caught:
            Journal(find_zone).apply(opening(time_zone=zone), ADMIN, NOON)
        assert caught.value.rule == "unknown_time_zone"

    def test_comes_before_everything_else(self) -> None:
        with pytest.raises(Refused) as caught:
            Journal(find_zone).apply(cmd.RegisterPerson(person=uid(5), kind="staff", sd=()), ADMIN, NOON)
        assert caught.value.rule == "no_school"


@pytest.mark.parametrize("step", setup_commands(), ids=lambda step: type(step[0]).__name__)
def test_only_the_administration_sets_up(step: Any) -> None:
    command, actor, now = step
    assert actor.role in ADMINISTRATION
    with pytest.raises(Refused) as caught:
        decide(command, SmallSchool().journal, Actor(TEACHER.id, "teacher"), now)
    assert caught.value.rule == "role_not_allowed"


class TestPeople:
    def test_sorts_digests(self, school: SmallSchool) -> None:
        command = cmd.RegisterPerson(person=uid(7), kind="staff", sd=(digest(9), digest(4)))
        assert school.do(command, DEPUTY) == [ev.PersonRegistered(kind="staff", sd=(digest(4), digest(9)))]

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"sd": (digest(1), digest(1))}, "twice_in_one_command"),
            ({"sd": ("Иванов",)}, "malformed_digest"),
            ({"sd": tuple(map(digest, range(5)))}, "too_many_digests"),
            ({"kind": "ghost"}, "unknown_code"),
            ({"person": ANNA}, "person_exists"),
            ({"person": "Иванов"}, "malformed_id"),
        ],
    )
    def test_refuses(self, school: SmallSchool, changes: dict[str, Any], rule: str) -> None:
        fields: dict[str, Any] = {"person": uid(7), "kind": "student", "sd": (), **changes}
        refused = school.refuse(cmd.RegisterPerson(**fields), ADMIN)
        assert refused.rule == rule
        assert "Иванов" not in str(refused)


class TestYearsAndPeriods:
    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"ends_on": "2026-08-31"}, "empty_range"),
            ({"ends_on": "2028-01-01"}, "year_too_long"),
            ({"starts_on": "01.09.2026"}, "malformed_date"),
            ({"title": ""}, "malformed_text"),
            ({"year": YEAR}, "year_exists"),
        ],
    )
    def test_refuses_a_year(self, school: SmallSchool, changes: dict[str, Any], rule: str) -> None:
        fields: dict[str, Any] = {
            "year": uid(3),
            "title": "2027/28",
            "starts_on": "2026-09-01",
            "ends_on": "2027-05-31",
            **changes,
        }
        assert school.refuse(cmd.OpenSchoolYear(**fields), ADMIN).rule == rule

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"starts_on": "2026-08-31"}, "outside_the_year"),
            ({"ends_on": "2027-06-01"}, "outside_the_year"),
            ({"starts_on": "2026-12-29"}, "periods_overlap"),
            ({"number": 2}, "period_number_taken"),
            ({"number": 5}, "out_of_range"),
            ({"kind": "month"}, "unknown_code"),
            ({"grades": ()}, "grades_not_sorted"),
            ({"grades": (6, 5)}, "grades_not_sorted"),
            ({"grades": (5, 5)}, "grades_not_sorted"),
            ({"grades": (0,)}, "out_of_range"),
            ({"year": uid(9)}, "unknown_year"),
        ],
    )
    def test_refuses_a_period(self, school: SmallSchool, changes: dict[str, Any], rule: str) -> None:
        fields: dict[str, Any] = {"kind": "quarter", "number": 3, "starts_on": "2027-01-11", "ends_on": "2027-03-20"}
        assert school.refuse(period(uid(43), **{**fields, **changes}), ADMIN).rule == rule

    def test_takes_the_same_days_for_other_grades_or_another_kind(self, school: SmallSchool) -> None:
        assert school.do(period(uid(43), "quarter", 1, "2026-09-01", "2026-10-25", grades=(7,)), ADMIN)
        assert school.do(period(uid(44), "trimester", 1, "2026-09-01", "2026-11-15"), ADMIN)

    def test_is_listed_by_its_year_which_all_others_of_the_year_rest_on(self, school: SmallSchool) -> None:
        command = period(uid(43), "quarter", 3, "2027-01-11", "2027-03-20")
        decision = decide(command, school.journal, ADMIN, NOON)
        assert decision.events[1] == Planned(f"year/{YEAR}", 7, PeriodListed(period=uid(43)))
        assert decision.expected_size is None


class TestClasses:
    def test_opens_a_name_once_a_year(self, school: SmallSchool) -> None:
        command = cmd.OpenClassGroup(class_group=uid(33), year=YEAR, grade=5, letter="А")
        refused = school.refuse(command, ADMIN)
        assert (refused.rule, refused.where) == ("class_name_taken", "letter")

    def test_has_a_teacher_as_class_teacher(self, school: SmallSchool) -> None:
        command = cmd.OpenClassGroup(class_group=uid(33), year=YEAR, grade=5, letter="В", class_teacher=ANNA)
        assert school.refuse(command, ADMIN).rule == "wrong_kind_of_person"

    def test_is_handed_over_to_another_teacher_from_a_day_on(self, school: SmallSchool) -> None:
        school.do(cmd.AssignClassTeacher(class_group=CLASS_A, teacher=TEACHER_2.id, starts_on="2026-10-12"), ADMIN)
        school.do(cmd.AssignClassTeacher(class_group=CLASS_B, teacher=TEACHER_2.id, starts_on="2026-10-12"), ADMIN)
        group_a, group_b = (school.journal.find(f"class/{id_}") for id_ in (CLASS_A, CLASS_B))
        assert isinstance(group_a, ClassGroup)
        assert isinstance(group_b, ClassGroup)
        days = ("2026-09-01", "2026-10-11", "2026-10-12", "2027-05-31")
        former, next_ = TEACHER_3.id, TEACHER_2.id
        assert [group_a.class_teacher_on(day) for day in days] == [former, former, next_, next_]
        assert [group_b.class_teacher_on(day) for day in days] == [None, None, next_, next_]

    @pytest.mark.parametrize(
        ("teacher", "starts_on", "rule", "where"),
        [
            (TEACHER_3.id, "2026-10-12", "same_teacher", "teacher"),
            (ANNA, "2026-10-12", "wrong_kind_of_person", "teacher"),
            (TEACHER.id, "2027-09-01", "outside_the_year", "starts_on"),
            (TEACHER.id, "12.10.2026", "malformed_date", "starts_on"),
        ],
    )
    def test_is_handed_over_within_its_year_to_another_teacher(
        self, school: SmallSchool, teacher: str, starts_on: str, rule: str, where: str
    ) -> None:
        command = cmd.AssignClassTeacher(class_group=CLASS_A, teacher=teacher, starts_on=starts_on)
        refused = school.refuse(command, ADMIN)
        assert (refused.rule, refused.where) == (rule, where)

    def test_is_handed_over_in_order_of_days(self, school: SmallSchool) -> None:
        school.do(cmd.AssignClassTeacher(class_group=CLASS_A, teacher=TEACHER_2.id, starts_on="2026-10-12"), ADMIN)
        for day in ("2026-10-11", "2026-10-12"):
            again = cmd.AssignClassTeacher(class_group=CLASS_A, teacher=TEACHER.id, starts_on=day)
            refused = school.refuse(again, ADMIN)
            assert (refused.rule, refused.clause, refused.where) == ("assignment_not_later", "1.6", "starts_on")

    def test_is_not_handed_over_by_who_does_not_set_up(self, school: SmallSchool) -> None:
        command = cmd.AssignClassTeacher(class_group=CLASS_A, teacher=TEACHER_2.id, starts_on="2026-10-12")
        assert school.refuse(command, TEACHER_3).rule == "role_not_allowed"

    def test_moves_a_student_between_classes(self, school: SmallSchool) -> None:
        move = cmd.EnrollStudent(class_group=CLASS_B, student=ANNA, starts_on="2026-10-11")
        assert school.refuse(move, ADMIN).rule == "already_enrolled"
        school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=ANNA, ends_on="2026-10-10"), ADMIN)
        same_day = cmd.EnrollStudent(class_group=CLASS_B, student=ANNA, starts_on="2026-10-10")
        assert school.refuse(same_day, ADMIN).rule == "already_enrolled"
        school.do(move, ADMIN)
        group_a, group_b = (school.journal.find(f"class/{id_}") for id_ in (CLASS_A, CLASS_B))
        assert isinstance(group_a, ClassGroup)
        assert isinstance(group_b, ClassGroup)
        days = ("2026-09-01", "2026-10-10", "2026-10-11")
        assert [group_a.is_enrolled(ANNA, day) for day in days] == [True, True, False]
        assert [group_b.is_enrolled(ANNA, day) for day in days] == [False, False, True]

    def test_reads_all_classes_of_the_year(self, school: SmallSchool) -> None:
        school.do(cmd.RegisterPerson(person=uid(7), kind="student", sd=()), ADMIN)
        command = cmd.EnrollStudent(class_group=CLASS_A, student=uid(7), starts_on="2026-09-02")
        # The class that is written is checked by the append itself.
        periods = {f"period/{id_}" for id_ in (QUARTER_1, QUARTER_2, WHOLE_YEAR)}
        reads = decide(command, school.journal, ADMIN, NOON).reads
        assert reads.keys() == {f"class/{CLASS_B}", f"year/{YEAR}", *periods}

    def test_is_listed_by_its_year(self, school: SmallSchool) -> None:
        command = cmd.OpenClassGroup(class_group=uid(33), year=YEAR, grade=5, letter="В")
        decision = decide(command, school.journal, ADMIN, NOON)
        assert decision.events[1] == Planned(f"year/{YEAR}", 7, ClassGroupListed(class_group=uid(33)))
        assert decision.expected_size is None

    @pytest.mark.parametrize(
        ("command", "rule"),
        [
            (
                cmd.EnrollStudent(class_group=CLASS_A, student=TEACHER.id, starts_on="2026-09-02"),
                "wrong_kind_of_person",
            ),
            (cmd.EnrollStudent(class_group=CLASS_A, student=uid(9), starts_on="2026-09-02"), "unknown_person"),
            (cmd.EnrollStudent(class_group=uid(9), student=ANNA, starts_on="2026-09-02"), "unknown_class"),
            (cmd.EnrollStudent(class_group=CLASS_A, student=ANNA, starts_on="2026-08-31"), "outside_the_year"),
            (cmd.WithdrawStudent(class_group=CLASS_A, student=STUDENTS_B[0], ends_on="2026-09-02"), "not_enrolled"),
            (cmd.WithdrawStudent(class_group=CLASS_A, student=ANNA, ends_on="2026-08-31"), "empty_range"),
            (cmd.WithdrawStudent(class_group=CLASS_A, student=ANNA, ends_on="31.08.2026"), "malformed_date"),
        ],
    )
    def test_refuses(self, school: SmallSchool, command: cmd.JournalCommand, rule: str) -> None:
        assert school.refuse(command, ADMIN).rule == rule

    def test_lets_a_student_leave_once_and_come_back(self, school: SmallSchool) -> None:
        leave = cmd.WithdrawStudent(class_group=CLASS_A, student=ANNA, ends_on="2026-09-10")
        school.do(leave, ADMIN)
        assert school.refuse(leave, ADMIN).rule == "not_enrolled"
        school.do(cmd.EnrollStudent(class_group=CLASS_A, student=ANNA, starts_on="2026-09-20"), ADMIN)
        group = school.journal.find(f"class/{CLASS_A}")
        assert isinstance(group, ClassGroup)
        assert [group.is_enrolled(ANNA, day) for day in ("2026-09-10", "2026-09-15", "2026-09-20")] == [
            True,
            False,
            True,
        ]


class TestCourses:
    @pytest.mark.clause("R05", breaks="ledger.journal.course:Course.teacher_on")
    def test_has_one_teacher_on_each_day(self, school: SmallSchool) -> None:
        school.do(cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-10-01"), ADMIN)
        course = school.journal.find(f"course/{MATHS_A}")
        assert isinstance(course, Course)
        assert course.teacher_on("2026-08-31") is None
        assert course.teacher_on("2026-09-30") == TEACHER.id
        assert course.teacher_on("2026-10-01") == TEACHER_2.id

    @pytest.mark.parametrize(
        ("teacher", "starts_on", "rule"),
        [
            (TEACHER_2.id, "2026-09-01", "assignment_not_later"),
            (TEACHER.id, "2026-09-02", "same_teacher"),
            (ANNA, "2026-09-02", "wrong_kind_of_person"),
            (TEACHER_2.id, "2027-06-01", "outside_the_year"),
        ],
    )
    def test_refuses_an_assignment(self, school: SmallSchool, teacher: str, starts_on: str, rule: str) -> None:
        command = cmd.AssignTeacher(course=MATHS_A, teacher=teacher, starts_on=starts_on)
        assert school.refuse(command, ADMIN).rule == rule

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"year": uid(9)}, "wrong_year"),
            ({"class_group": uid(9)}, "unknown_class"),
            ({"teacher": ANNA}, "wrong_kind_of_person"),
            ({"subject": ""}, "malformed_text"),
            ({"course": MATHS_A}, "course_exists"),
        ],
    )
    def test_refuses_a_course(self, school: SmallSchool, changes: dict[str, Any], rule: str) -> None:
        fields: dict[str, Any] = {
            "course": uid(55),
            "class_group": CLASS_A,
            "year": YEAR,
            "subject": "Музыка",
            "teacher": TEACHER.id,
            "starts_on": "2026-09-01",
            **changes,
        }
        assert school.refuse(cmd.OpenCourse(**fields), ADMIN).rule == rule


class TestEvolve:
    def test_refuses_an_event_of_another_stream(self) -> None:
        event = Recorded(f"person/{uid(1)}", 1, ev.StudentLeft(student=ANNA, ends_on="2026-09-10"), 0, ADMIN)
        with pytest.raises(TypeError, match="StudentLeft"):
            evolve(None, event)

    def test_refuses_a_stream_that_begins_in_the_middle(self) -> None:
        event = Recorded(f"class/{uid(1)}", 2, ev.StudentEnrolled(student=ANNA, starts_on="2026-09-10"), 0, ADMIN)
        with pytest.raises(TypeError, match="begin"):
            evolve(None, event)

    def test_refuses_a_kind_of_stream_that_it_does_not_know(self) -> None:
        event = Recorded(f"ghost/{uid(1)}", 1, ev.StudentLeft(student=ANNA, ends_on="2026-09-10"), 0, ADMIN)
        with pytest.raises(TypeError, match="ghost"):
            evolve_all(None, [event])

    def test_leaves_the_state_before_it_as_it_was(self, school: SmallSchool) -> None:
        before = school.journal.find(f"class/{CLASS_A}")
        assert isinstance(before, ClassGroup)
        roster = dict(before.roster)
        school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=ANNA, ends_on="2026-09-10"), ADMIN)
        assert before.roster == roster
        assert school.journal.find(f"class/{CLASS_A}") != before
