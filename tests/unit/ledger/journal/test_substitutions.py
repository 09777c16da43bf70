"""A lesson by another teacher than the responsible one: with its substitution, or refused."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd, events as ev
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    LESSON,
    MATHS_A,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

ILL = cmd.NewSubstitution(reason="ill", basis="приказ № 41-к", same_subject=True)
BODY: dict[str, Any] = {"reason": "training", "basis": "приказ № 42-к", "same_subject": False, "coefficient": 150}


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


@pytest.fixture
def substituted(school: SmallSchool) -> SmallSchool:
    school.do(lesson(substitution=ILL), TEACHER_2)
    return school


def correct(corrects: int, new: Any) -> cmd.Correct:
    return cmd.Correct(lesson=LESSON, corrects=corrects, new=new, reason="typo")


def test_records_a_substitution_right_behind_the_lesson(school: SmallSchool) -> None:
    absence = cmd.NewAbsence(student=STUDENTS_A[0])
    recorded, substitution, _ = school.do(lesson(substitution=ILL, absences=(absence,)), TEACHER_2)
    assert isinstance(recorded, ev.LessonRecorded)
    assert recorded.teacher == TEACHER_2.id
    assert substitution == ev.SubstitutionRecorded(
        absent_teacher=TEACHER.id, reason="ill", basis="приказ № 41-к", same_subject=True, coefficient=100
    )


@pytest.mark.clause("R15", breaks="ledger.journal.teaching:plan_substitution", instead=lambda *_: ())
def test_refuses_a_substitutes_lesson_without_it(school: SmallSchool) -> None:
    refused = school.refuse(lesson(), TEACHER_2)
    assert (refused.rule, refused.clause, refused.where) == ("substitution_not_recorded", "2.1", "substitution")


def test_refuses_the_responsible_teachers_lesson_with_it(school: SmallSchool) -> None:
    refused = school.refuse(lesson(substitution=ILL), TEACHER)
    assert (refused.rule, refused.clause, refused.where) == ("substitution_not_needed", "2.1", "substitution")


def test_refuses_a_substitute_who_is_not_registered_as_a_teacher(school: SmallSchool) -> None:
    refused = school.refuse(lesson(substitution=ILL), Actor(uid(77), "teacher"))
    assert (refused.rule, refused.where) == ("wrong_kind_of_person", "actor.id")
    refused = school.refuse(lesson(substitution=ILL), Actor(STUDENTS_A[0], "teacher"))
    assert refused.rule == "wrong_kind_of_person"


def test_asks_who_is_responsible_on_the_lessons_day(school: SmallSchool) -> None:
    school.do(cmd.AssignTeacher(course=MATHS_A, teacher=TEACHER_2.id, starts_on="2026-09-08"), ADMIN)
    assert school.do(lesson(substitution=ILL), TEACHER_2)
    tomorrow = moscow("2026-09-08 12:00")
    _, found = school.do(lesson(uid(1001), held_on="2026-09-08", substitution=ILL), TEACHER, tomorrow)
    assert isinstance(found, ev.SubstitutionRecorded)
    assert found.absent_teacher == TEACHER_2.id


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"reason": "strike"}, "unknown_code", "reason"),
        ({"basis": ""}, "malformed_text", "basis"),
        ({"basis": "ю" * 201}, "malformed_text", "basis"),
        ({"same_subject": 1}, "malformed_value", "same_subject"),
        ({"coefficient": 0}, "out_of_range", "coefficient"),
        ({"coefficient": 1_001}, "out_of_range", "coefficient"),
        ({"coefficient": True}, "out_of_range", "coefficient"),
    ],
)
def test_refuses_a_malformed_substitution(school: SmallSchool, changes: dict[str, Any], rule: str, where: str) -> None:
    fields: dict[str, Any] = {"reason": "ill", "basis": "приказ", "same_subject": True, **changes}
    refused = school.refuse(lesson(substitution=cmd.NewSubstitution(**fields)), TEACHER_2)
    assert (refused.rule, refused.where) == (rule, f"substitution.{where}")


def test_lets_the_substitute_go_on_with_the_lesson(substituted: SmallSchool) -> None:
    assert substituted.do(cmd.AddToLesson(lesson=LESSON, homework=cmd.NewHomework(text="§ 1")), TEACHER_2)


def test_corrects_what_the_substitution_says(substituted: SmallSchool) -> None:
    first = substituted.journal.size - 1
    (found,) = substituted.do(correct(first, BODY), TEACHER_2)
    assert isinstance(found, ev.SubstitutionCorrected)
    assert (found.corrects, found.old.basis, found.new.coefficient) == (first, "приказ № 41-к", 150)
    assert substituted.lesson().facts[first].value == ev.SubstitutionBody(**BODY)


@pytest.mark.parametrize(
    ("new", "rule", "where"),
    [
        (None, "substitution_stands", "new"),
        ({**BODY, "coefficient": 0}, "out_of_range", "new.coefficient"),
        ({**BODY, "basis": ""}, "malformed_text", "new.basis"),
        ({**BODY, "absent_teacher": TEACHER_2.id}, "malformed_value", "new"),
        (
            {"reason": "ill", "basis": "приказ № 41-к", "same_subject": True, "coefficient": 100},
            "nothing_changes",
            "new",
        ),
    ],
)
def test_refuses_a_correction_that_it_cannot_have(substituted: SmallSchool, new: Any, rule: str, where: str) -> None:
    refused = substituted.refuse(correct(substituted.journal.size - 1, new), TEACHER_2)
    assert (refused.rule, refused.clause in ("3.3", "log"), refused.where) == (rule, True, where)


def test_falls_with_its_lesson_and_stands_again_with_it(substituted: SmallSchool) -> None:
    substitution = substituted.journal.size - 1
    header = substituted.lesson().header
    annulled = substituted.index(correct(substitution - 1, None), TEACHER_2)
    assert substituted.refuse(correct(substitution, BODY), TEACHER_2).rule == "lesson_annulled"
    substituted.do(correct(annulled, header), TEACHER_2)
    assert substituted.do(correct(substitution, BODY), TEACHER_2)


def test_is_corrected_by_two_people_after_the_close(substituted: SmallSchool) -> None:
    substitution = substituted.journal.size - 1
    substituted.close()
    later = moscow("2026-10-27 09:00")
    ask = cmd.RequestCorrection(
        lesson=LESSON, corrects=substitution, new=BODY, reason="document", basis="приказ № 42-к"
    )
    request = substituted.index(ask, TEACHER_2, later)
    (found,) = substituted.do(cmd.ApproveCorrection(lesson=LESSON, request=request), DEPUTY, later)
    assert isinstance(found, ev.SubstitutionCorrected)
    assert found.request == request
