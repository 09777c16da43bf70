from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.decide import decide
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    DEPUTY,
    LESSON,
    MATHS_B,
    NOON,
    QUARTER_1,
    RUSSIAN_A,
    SETUP_AT,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    SmallSchool,
    lesson,
    subgroup,
    uid,
)

SECOND, THIRD = uid(1001), uid(1002)
ENGLISH, ENGLISH_2, LABOUR = uid(60), uid(61), uid(62)


@pytest.fixture
def school() -> SmallSchool:
    """Maths stands third in 5А's Monday; two teachers have its halves in English."""
    made = SmallSchool()
    for course, title, teacher in ((ENGLISH, "1", TEACHER), (ENGLISH_2, "2", TEACHER_2)):
        made.do(subgroup(course, title, teacher=teacher), ADMIN, SETUP_AT)
    made.do(lesson())
    return made


def refuses(school: SmallSchool, command: cmd.JournalCommand, actor: Any = TEACHER, **by: Any) -> None:
    """See that the place is taken, by which lesson, and by which clause."""
    where, of, now = by.get("where", "number"), by.get("of", LESSON), by.get("now")
    refused = school.refuse(command, actor, now) if now else school.refuse(command, actor)
    assert (refused.rule, refused.where, refused.clause) == ("place_taken", where, "2.1")
    assert refused.values == {"entry": school.lesson(of).lesson}


def number(of: int) -> dict[str, Any]:
    return {"topic": "Десятичные дроби", "number": of, "starts_at": "10:40", "ends_at": "11:25"}


def correct(school: SmallSchool, new: Any, id_: str = LESSON) -> cmd.Correct:
    ((_, fact),) = school.lesson(id_).facts.items()
    return cmd.Correct(lesson=id_, corrects=fact.standing, new=new, reason="typo")


@pytest.mark.clause("R14")
def test_refuses_a_second_lesson_of_a_class_in_one_place(school: SmallSchool) -> None:
    refuses(school, lesson(SECOND, topic="Ещё раз"))
    refuses(school, lesson(SECOND, course=RUSSIAN_A), TEACHER_2)
    refuses(school, lesson(SECOND, course=ENGLISH))


def test_refuses_a_lesson_of_the_whole_class_beside_a_subgroups(school: SmallSchool) -> None:
    school.do(lesson(SECOND, course=ENGLISH, number=4))
    refuses(school, lesson(THIRD, course=RUSSIAN_A, number=4), TEACHER_2, of=SECOND)
    refuses(school, lesson(THIRD, course=ENGLISH, number=4), of=SECOND)


def test_takes_subgroups_side_by_side_another_number_another_day_and_another_class(school: SmallSchool) -> None:
    school.do(lesson(SECOND, course=ENGLISH, number=4))
    school.do(lesson(THIRD, course=ENGLISH_2, number=4), TEACHER_2)
    school.do(lesson(uid(1003), number=5))
    school.do(lesson(uid(1004), held_on="2026-09-04"))
    school.do(lesson(uid(1005), course=MATHS_B))


@pytest.fixture
def halves(school: SmallSchool) -> SmallSchool:
    """Of the class, the first two students are in a half of English, and the last two in one of labour."""
    school.do(subgroup(LABOUR, subject="Труд", teacher=TEACHER_2), ADMIN, SETUP_AT)
    for student in STUDENTS_A[:2]:
        school.do(cmd.JoinSubgroup(course=ENGLISH, student=student, starts_on="2026-09-01"), ADMIN, SETUP_AT)
    for student in STUDENTS_A[2:]:
        school.do(cmd.JoinSubgroup(course=LABOUR, student=student, starts_on="2026-09-01"), ADMIN, SETUP_AT)
    return school


def join(school: SmallSchool, student: str, *, from_: str = "2026-09-01", to: str | None = None) -> None:
    """Put a student of English into labour's half too."""
    school.do(cmd.JoinSubgroup(course=LABOUR, student=student, starts_on=from_), ADMIN, SETUP_AT)
    if to is not None:
        school.do(cmd.LeaveSubgroup(course=LABOUR, student=student, ends_on=to), ADMIN)


def test_refuses_subgroups_of_two_subjects_where_a_student_is_in_both(halves: SmallSchool) -> None:
    join(halves, STUDENTS_A[0])
    halves.do(lesson(SECOND, course=ENGLISH, number=4))
    refused = halves.refuse(lesson(THIRD, course=LABOUR, number=4), TEACHER_2)
    assert (refused.rule, refused.where, refused.clause) == ("students_at_another_lesson", "number", "2.1")
    assert refused.values == {"count": 1, "entry": halves.lesson(SECOND).lesson}
    halves.do(lesson(THIRD, course=LABOUR, number=5), TEACHER_2)
    moved = halves.refuse(correct(halves, number(4), THIRD), TEACHER_2)
    assert (moved.rule, moved.where) == ("students_at_another_lesson", "new.number")


def test_takes_subgroups_of_two_subjects_where_nobody_of_the_class_is_in_both_on_that_day(halves: SmallSchool) -> None:
    day = lesson().held_on
    join(halves, STUDENTS_A[0], to="2026-09-02")
    join(halves, STUDENTS_A[1])
    assert day > "2026-09-02"
    left = cmd.WithdrawStudent(class_group=CLASS_A, student=STUDENTS_A[1], ends_on="2026-09-02")
    halves.do(left, ADMIN)
    halves.do(lesson(SECOND, course=ENGLISH, number=4))
    halves.do(lesson(THIRD, course=LABOUR, number=4), TEACHER_2)
    halves.do(lesson(uid(1003), course=LABOUR, number=5), TEACHER_2)
    halves.do(lesson(uid(1004), course=ENGLISH, number=5))


def test_both_subgroups_are_read_so_that_whoever_joins_meanwhile_is_seen(halves: SmallSchool) -> None:
    halves.do(lesson(SECOND, course=ENGLISH, number=4))
    reads = decide(lesson(THIRD, course=LABOUR, number=4), halves.journal, TEACHER_2, NOON).reads
    assert {f"course/{ENGLISH}", f"course/{LABOUR}", f"class/{CLASS_A}"} <= reads.keys()


def test_a_lesson_that_was_annulled_makes_room_and_takes_it_back_only_while_it_is_free(school: SmallSchool) -> None:
    school.do(correct(school, None))
    school.do(correct(school, number(3)))
    school.do(correct(school, None))
    school.do(lesson(SECOND))
    refuses(school, correct(school, number(3)), of=SECOND, where="new.number")
    school.do(correct(school, number(4)))


def test_a_lesson_moves_only_to_a_free_number(school: SmallSchool) -> None:
    school.do(lesson(SECOND, number=4))
    refuses(school, correct(school, number(4)), of=SECOND, where="new.number")
    school.do(correct(school, {**number(3), "topic": "Проценты"}))
    school.do(correct(school, number(5)))
    school.do(lesson(THIRD))
    refuses(school, lesson(uid(1003), number=5))


def test_an_approved_correction_finds_the_place_free_as_well(school: SmallSchool) -> None:
    (index,) = school.lesson().facts
    school.close(QUARTER_1)
    asked = cmd.RequestCorrection(lesson=LESSON, corrects=index, new=number(4), reason="typo", basis="№ 5")
    request = school.index(asked, TEACHER, AFTER_QUARTER)
    assert school.journal.claim is None
    school.reopen()
    school.do(lesson(SECOND, number=4), TEACHER, AFTER_QUARTER)
    approved = cmd.ApproveCorrection(lesson=LESSON, request=request)
    refuses(school, approved, DEPUTY, of=SECOND, where="new.number", now=AFTER_QUARTER)
