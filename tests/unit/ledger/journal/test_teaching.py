"""Recording lessons and adding to them: who, when, and what may stand beside what."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import Conflict
from ledger.journal import commands as cmd, events as ev
from ledger.journal.commands import NewAbsence, NewHomework, NewLateness
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    LESSON,
    MATHS_A,
    NOON,
    RUSSIAN_A,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    WORK,
    SmallSchool,
    answer,
    lesson,
    mark,
    moscow,
    uid,
)

ANNA, BORIS, VERA, GLEB = STUDENTS_A


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def test_records_a_whole_lesson_in_order(school: SmallSchool) -> None:
    events = school.do(
        lesson(
            absences=(NewAbsence(student=ANNA, code="ill"),),
            lateness=(NewLateness(student=BORIS, minutes=5),),
            works=(answer(),),
            marks=(mark(BORIS), mark(VERA, "4/5")),
            homework=NewHomework(text="§ 12, № 3", due_on="2026-09-08"),
        )
    )
    assert events == [
        ev.LessonRecorded(
            course=MATHS_A,
            teacher=TEACHER.id,
            held_on="2026-09-07",
            number=3,
            starts_at="10:40",
            ends_at="11:25",
            topic="Десятичные дроби",
            attendance="taken",
        ),
        ev.AbsenceRecorded(student=ANNA, code="ill"),
        ev.LatenessRecorded(student=BORIS, minutes=5),
        ev.WorkRecorded(work=WORK, kind="answer", written=False),
        ev.MarkRecorded(student=BORIS, work=WORK, value="5"),
        ev.MarkRecorded(student=VERA, work=WORK, value="4/5"),
        ev.HomeworkAssigned(text="§ 12, № 3", due_on="2026-09-08"),
    ]
    state = school.lesson()
    assert state.version == 7
    assert {(fact.what, fact.student, fact.value) for fact in state.standing() if fact.student} == {
        ("absence", ANNA, "ill"),
        ("lateness", BORIS, 5),
        ("mark", BORIS, "5"),
        ("mark", VERA, "4/5"),
    }


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"id_": "not-an-id"}, "malformed_id", "lesson"),
        ({"id_": uid(1000).upper().replace("3", "A")}, "malformed_id", "lesson"),
        ({"course": uid(9)}, "unknown_course", "course"),
        ({"held_on": "2026-02-30"}, "malformed_date", "held_on"),
        ({"held_on": "２026-09-07"}, "malformed_date", "held_on"),
        ({"held_on": "2026-09-7"}, "malformed_date", "held_on"),
        ({"number": 13}, "out_of_range", "number"),
        ({"number": True}, "out_of_range", "number"),
        ({"starts_at": "24:00"}, "malformed_time", "starts_at"),
        ({"ends_at": "9:45"}, "malformed_time", "ends_at"),
        ({"ends_at": "10:40"}, "empty_range", "ends_at"),
        ({"topic": ""}, "malformed_text", "topic"),
        ({"topic": " "}, "malformed_text", "topic"),
        ({"topic": "a\nb"}, "malformed_text", "topic"),
        ({"topic": "a\u202eb"}, "malformed_text", "topic"),
        ({"topic": "\ud800"}, "malformed_text", "topic"),
        ({"topic": "ю" * 501}, "malformed_text", "topic"),
    ],
)
def test_refuses_a_malformed_header(school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
    refused = school.refuse(lesson(**changes))
    assert (refused.rule, refused.where) == (rule, where)


class TestWhoAndWhen:
    def test_records_in_the_minute_in_which_the_lesson_starts(self, school: SmallSchool) -> None:
        assert school.do(lesson(), now=moscow("2026-09-07 10:40"))

    @pytest.mark.clause("R14", breaks="ledger.journal.teaching:check_begun")
    def test_refuses_a_lesson_one_second_before_it_starts(self, school: SmallSchool) -> None:
        refused = school.refuse(lesson(), now=moscow("2026-09-07 10:39:59.999999"))
        assert (refused.rule, refused.clause, refused.where) == ("lesson_not_begun", "2.1", "starts_at")

    def test_records_a_late_lesson(self, school: SmallSchool) -> None:
        assert school.do(lesson(), now=moscow("2026-09-30 23:00"))

    def test_refuses_a_substitute_without_a_substitution(self, school: SmallSchool) -> None:
        refused = school.refuse(lesson(), actor=TEACHER_2)
        assert (refused.rule, refused.clause) == ("substitution_not_recorded", "2.1")

    @pytest.mark.clause("R33", breaks="ledger.journal.rules:check_role")
    def test_refuses_every_role_but_the_teacher(self, school: SmallSchool) -> None:
        assert school.refuse(lesson(), actor=ADMIN).rule == "role_not_allowed"

    def test_follows_the_assignment_of_the_lessons_day(self, school: SmallSchool) -> None:
        school.do(cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-09-08"), ADMIN)
        assert school.do(lesson())
        tomorrow = moscow("2026-09-08 12:00")
        assert school.refuse(lesson(uid(1001), held_on="2026-09-08"), now=tomorrow).rule == "substitution_not_recorded"
        assert school.do(lesson(uid(1001), held_on="2026-09-08"), TEACHER_2, tomorrow)

    def test_refuses_a_day_before_the_first_assignment(self, school: SmallSchool) -> None:
        course = uid(53)
        school.do(
            cmd.OpenCourse(
                course=course,
                class_group=CLASS_A,
                year=uid(2),
                subject="История",
                teacher=TEACHER.id,
                starts_on="2026-09-10",
            ),
            ADMIN,
        )
        assert school.refuse(lesson(course=course)).rule == "no_responsible_teacher"

    def test_refuses_a_day_outside_the_year(self, school: SmallSchool) -> None:
        refused = school.refuse(lesson(held_on="2027-06-01"), now=moscow("2027-06-02 09:00"))
        assert refused.rule == "outside_the_year"

    def test_refuses_a_day_in_no_period_of_the_grade(self) -> None:
        school = SmallSchool()
        grade_7, course = uid(32), uid(54)
        school.do(cmd.OpenClassGroup(class_group=grade_7, year=uid(2), grade=7, letter="А"), ADMIN)
        school.do(
            cmd.OpenCourse(
                course=course,
                class_group=grade_7,
                year=uid(2),
                subject="Алгебра",
                teacher=TEACHER.id,
                starts_on="2026-09-01",
            ),
            ADMIN,
        )
        assert school.refuse(lesson(course=course)).rule == "outside_all_periods"

    def test_refuses_a_second_lesson_with_the_same_id(self, school: SmallSchool) -> None:
        school.do(lesson())
        assert school.refuse(lesson()).rule == "lesson_exists"

    def test_refuses_an_entry_into_a_closed_period(self, school: SmallSchool) -> None:
        school.close()
        refused = school.refuse(lesson(), now=moscow("2026-10-27 09:00"))
        assert (refused.rule, refused.clause) == ("period_closed", "3.3")

    def test_reads_everything_that_the_decision_rests_on(self, school: SmallSchool) -> None:
        from ledger.journal.decide import decide

        decision = decide(lesson(), school.journal, TEACHER, NOON)
        kinds = {stream.partition("/")[0] for stream in decision.reads}
        assert kinds == {"course", "class", "duty", "year", "period", "homework"}
        assert sum(stream.startswith("period/") for stream in decision.reads) == 2
        assert decision.expected_size is None


class TestParts:
    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"absences": (NewAbsence(student=STUDENTS_B[0]),)}, "not_enrolled", "absences[0].student"),
            (
                {"absences": (NewAbsence(student=ANNA), NewAbsence(student=ANNA))},
                "absence_stands",
                "absences[1].student",
            ),
            ({"absences": (NewAbsence(student=ANNA, code="asleep"),)}, "unknown_code", "absences[0].code"),  # type: ignore[arg-type]
            ({"lateness": (NewLateness(student=ANNA, minutes=0),)}, "out_of_range", "lateness[0].minutes"),
            ({"lateness": (NewLateness(student=ANNA, minutes=121),)}, "out_of_range", "lateness[0].minutes"),
            (
                {"absences": (NewAbsence(student=ANNA),), "lateness": (NewLateness(student=ANNA, minutes=3),)},
                "absent_and_late",
                "lateness[0].student",
            ),
            ({"works": (answer(), answer())}, "work_exists", "works[1].work"),
            ({"works": (cmd.NewWork(work=WORK, kind="nap", written=False),)}, "unknown_code", "works[0].kind"),  # type: ignore[arg-type]
            (
                {"works": (cmd.NewWork(work=WORK, kind="test", written=True, weight=1001),)},
                "out_of_range",
                "works[0].weight",
            ),
            ({"marks": (mark(ANNA),)}, "unknown_work", "marks[0].work"),
            ({"works": (answer(),), "marks": (mark(ANNA, "6"),)}, "unknown_code", "marks[0].value"),
            ({"works": (answer(),), "marks": (mark(ANNA, "5/6"),)}, "unknown_code", "marks[0].value"),
            ({"works": (answer(),), "marks": (mark(ANNA), mark(ANNA, "4"))}, "mark_stands", "marks[1].student"),
            ({"works": (answer(),), "marks": (mark(STUDENTS_B[0]),)}, "not_enrolled", "marks[0].student"),
            (
                {"absences": (NewAbsence(student=ANNA),), "works": (answer(),), "marks": (mark(ANNA),)},
                "absent_student",
                "marks[0].student",
            ),
            ({"homework": NewHomework(text="", due_on="2026-09-08")}, "due_without_text", "homework.due_on"),
            ({"homework": NewHomework(text="§", due_on="2026-09-07")}, "due_date_out_of_range", "homework.due_on"),
            ({"homework": NewHomework(text="§", due_on="2027-06-01")}, "due_date_out_of_range", "homework.due_on"),
            ({"homework": NewHomework(text="\x00")}, "malformed_text", "homework.text"),
        ],
    )
    def test_refuses(self, school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
        refused = school.refuse(lesson(**changes))
        assert (refused.rule, refused.where) == (rule, where)

    def test_refuses_a_student_who_left_before_the_lesson(self, school: SmallSchool) -> None:
        school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=ANNA, ends_on="2026-09-06"), ADMIN)
        assert school.refuse(lesson(absences=(NewAbsence(student=ANNA),))).rule == "not_enrolled"

    def test_takes_a_student_on_the_last_day(self, school: SmallSchool) -> None:
        school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=ANNA, ends_on="2026-09-07"), ADMIN)
        assert school.do(lesson(absences=(NewAbsence(student=ANNA),)))

    def test_takes_an_explicit_none_as_homework(self, school: SmallSchool) -> None:
        assert school.do(lesson(homework=NewHomework(text="")))[-1] == ev.HomeworkAssigned(text="")


class TestAdding:
    def test_adds_what_comes_later(self, school: SmallSchool) -> None:
        school.do(lesson(works=(answer(),)))
        assert len(school.do(cmd.AddToLesson(lesson=LESSON, marks=(mark(ANNA), mark(BORIS))))) == 2
        assert school.lesson().version == 4

    def test_counts_standing_absences_when_attendance_is_taken(self, school: SmallSchool) -> None:
        school.do(lesson(attendance_taken=False, absences=(NewAbsence(student=ANNA),)))
        events = school.do(cmd.AddToLesson(lesson=LESSON, take_attendance=True, absences=(NewAbsence(student=BORIS),)))
        assert ev.AttendanceTaken(absent=2) in events

    @pytest.mark.parametrize("taken_with_the_lesson", [True, False])
    def test_takes_attendance_once(self, school: SmallSchool, taken_with_the_lesson: bool) -> None:
        school.do(lesson(attendance_taken=taken_with_the_lesson))
        if not taken_with_the_lesson:
            school.do(cmd.AddToLesson(lesson=LESSON, take_attendance=True))
        refused = school.refuse(cmd.AddToLesson(lesson=LESSON, take_attendance=True))
        assert refused.rule == "attendance_taken_already"

    def test_refuses_a_command_that_adds_nothing(self, school: SmallSchool) -> None:
        school.do(lesson())
        assert school.refuse(cmd.AddToLesson(lesson=LESSON)).rule == "nothing_to_record"

    def test_refuses_a_second_mark_for_the_same_work(self, school: SmallSchool) -> None:
        school.do(lesson(works=(answer(),), marks=(mark(ANNA),)))
        refused = school.refuse(cmd.AddToLesson(lesson=LESSON, marks=(mark(ANNA, "4"),)))
        assert (refused.rule, refused.where) == ("mark_stands", "marks[0].student")

    def test_refuses_an_absence_of_a_student_who_has_a_mark(self, school: SmallSchool) -> None:
        school.do(lesson(works=(answer(),), marks=(mark(ANNA),)))
        assert (
            school.refuse(cmd.AddToLesson(lesson=LESSON, absences=(NewAbsence(student=ANNA),))).rule == "absent_student"
        )

    def test_refuses_second_homework(self, school: SmallSchool) -> None:
        school.do(lesson(homework=NewHomework(text="§ 1")))
        refused = school.refuse(cmd.AddToLesson(lesson=LESSON, homework=NewHomework(text="§ 2")))
        assert refused.rule == "homework_stands"

    def test_refuses_a_work_of_another_lesson(self, school: SmallSchool) -> None:
        school.do(lesson(works=(answer(),)))
        school.do(lesson(uid(1001), number=4, starts_at="11:40", ends_at="12:25"))
        refused = school.refuse(cmd.AddToLesson(lesson=uid(1001), marks=(mark(ANNA),)))
        assert refused.rule == "unknown_work"

    @pytest.mark.clause("R33", breaks="ledger.journal.teaching:check_teaches")
    def test_refuses_another_teacher(self, school: SmallSchool) -> None:
        school.do(lesson())
        refused = school.refuse(cmd.AddToLesson(lesson=LESSON, works=(answer(),)), actor=TEACHER_2)
        assert (refused.rule, refused.clause) == ("not_the_teacher", "1.2")

    def test_lets_the_courses_new_teacher_go_on(self, school: SmallSchool) -> None:
        school.do(lesson())
        school.do(cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-09-08"), ADMIN)
        assert school.do(cmd.AddToLesson(lesson=LESSON, works=(answer(),)), TEACHER_2, moscow("2026-09-09 09:00"))

    def test_conflicts_when_the_client_saw_another_version(self, school: SmallSchool) -> None:
        school.do(lesson())
        command = cmd.AddToLesson(lesson=LESSON, expected_version=2, works=(answer(),))
        with pytest.raises(Conflict) as caught:
            school.do(command)
        assert caught.value.stream == f"lesson/{LESSON}"

    def test_refuses_to_add_after_the_close(self, school: SmallSchool) -> None:
        school.do(lesson())
        school.close()
        assert school.refuse(cmd.AddToLesson(lesson=LESSON, works=(answer(),))).rule == "period_closed"

    def test_refuses_an_unknown_lesson(self, school: SmallSchool) -> None:
        assert school.refuse(cmd.AddToLesson(lesson=LESSON, works=(answer(),))).rule == "unknown_lesson"


class TestAbsenceReasons:
    def absence(self, school: SmallSchool) -> int:
        return school.index(lesson(absences=(NewAbsence(student=ANNA),))) + 1

    def test_replaces_the_unknown_reason(self, school: SmallSchool) -> None:
        index = self.absence(school)
        school.do(cmd.SetAbsenceReason(lesson=LESSON, absence=index, code="ill", basis="справка 17"))
        assert [fact.value for fact in school.lesson().standing() if fact.what == "absence"] == ["ill"]

    def test_lets_the_class_teacher_do_it(self, school: SmallSchool) -> None:
        index = self.absence(school)
        command = cmd.SetAbsenceReason(lesson=LESSON, absence=index, code="ill")
        assert school.refuse(command, actor=TEACHER_2).rule == "not_the_teacher"
        assert school.do(command, TEACHER_3)

    def test_replaces_it_once(self, school: SmallSchool) -> None:
        index = self.absence(school)
        second = school.index(cmd.SetAbsenceReason(lesson=LESSON, absence=index, code="ill"))
        refused = school.refuse(cmd.SetAbsenceReason(lesson=LESSON, absence=index, code="excused"))
        assert (refused.rule, str(second) in str(refused)) == ("not_standing", True)
        assert school.refuse(cmd.SetAbsenceReason(lesson=LESSON, absence=second, code="ill")).rule == "reason_known"

    def test_refuses_what_says_nothing(self, school: SmallSchool) -> None:
        index = self.absence(school)
        assert school.refuse(cmd.SetAbsenceReason(lesson=LESSON, absence=index, code="absent")).rule == "unknown_code"

    def test_refuses_an_index_of_something_else(self, school: SmallSchool) -> None:
        index = self.absence(school)
        assert (
            school.refuse(cmd.SetAbsenceReason(lesson=LESSON, absence=index - 1, code="ill")).rule == "not_an_absence"
        )

    def test_refuses_it_after_the_close(self, school: SmallSchool) -> None:
        index = self.absence(school)
        school.close()
        assert school.refuse(cmd.SetAbsenceReason(lesson=LESSON, absence=index, code="ill")).rule == "period_closed"


def test_two_teachers_record_their_own_courses(school: SmallSchool) -> None:
    assert school.do(lesson())
    assert school.do(lesson(uid(1001), course=RUSSIAN_A, number=2), TEACHER_2)
