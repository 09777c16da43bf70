from __future__ import annotations

from typing import Any

import pytest

from ledger.journal import commands as cmd
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    AFTER_QUARTER,
    CLASS_A,
    DEPUTY,
    LESSON,
    MATHS_B,
    QUARTER_1,
    RUSSIAN_A,
    SETUP_AT,
    TEACHER,
    TEACHER_2,
    YEAR,
    SmallSchool,
    lesson,
    uid,
)

SECOND, THIRD = uid(1001), uid(1002)
ENGLISH, ENGLISH_2 = uid(60), uid(61)


@pytest.fixture
def school() -> SmallSchool:
    """Maths stands third in 5А's Monday; two teachers have its halves in English."""
    made = SmallSchool()
    for course, title, teacher in ((ENGLISH, "1", TEACHER), (ENGLISH_2, "2", TEACHER_2)):
        opened = cmd.OpenCourse(
            course=course,
            class_group=CLASS_A,
            year=YEAR,
            subject="Английский язык",
            teacher=teacher.id,
            starts_on="2026-09-01",
            subgroup=title,
        )
        made.do(opened, ADMIN, SETUP_AT)
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
