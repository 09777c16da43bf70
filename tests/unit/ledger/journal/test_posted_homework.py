"""Homework posted for a lesson to come, which takes it over when it is recorded.

By hand: 5А has maths on Mondays and Wednesdays, second lesson, 9:25; today is Monday 7 September.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.commands import NewHomework, NewMark, NewWork
from ledger.journal.events import HomeworkAssigned
from ledger.journal.homework_events import DueLesson, HomeworkFile, HomeworkPosted, HomeworkPostWithdrawn
from ledger.journal.timetable_events import Bell, TimetableLesson
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    MATHS_A,
    PARAMETERS,
    STUDENTS_A,
    TEACHER,
    TEACHER_2,
    TEACHER_3,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

WEDNESDAY = "2026-09-09"
THEN = moscow("2026-09-09 12:00")
FILE = HomeworkFile(media_type="image/png", sha256="0f" * 32, size=7)


@pytest.fixture
def school() -> SmallSchool:
    school = SmallSchool()
    bells = (Bell(number=1, starts_at="08:30", ends_at="09:15"), Bell(number=2, starts_at="09:25", ends_at="10:10"))
    school.do(cmd.SetBellSchedule(bells=uid(70), title="1", effective_from="2026-09-01", lessons=bells), ADMIN)
    week = tuple(TimetableLesson(course=MATHS_A, weekday=day, number=2, weeks="every") for day in (1, 3))
    school.do(cmd.SetTimetable(class_group=CLASS_A, effective_from="2026-09-01", bells=uid(70), lessons=week), ADMIN)
    return school


def post(**changes: Any) -> cmd.PostHomework:
    fields: dict[str, Any] = {"course": MATHS_A, "held_on": WEDNESDAY, "number": 2, "text": "§ 9", **changes}
    return cmd.PostHomework(**fields)


def held(**changes: Any) -> cmd.RecordLesson:
    fields = {"held_on": WEDNESDAY, "number": 2, "starts_at": "09:25", "ends_at": "10:10", **changes}
    return lesson(uid(1001), **fields)


def test_is_posted_for_a_lesson_to_come(school: SmallSchool) -> None:
    due = DueLesson(held_on="2026-09-14", number=2)
    (event,) = school.do(post(due_lesson=due, files=(FILE,)))
    assert event == HomeworkPosted(held_on=WEDNESDAY, number=2, text="§ 9", due_lesson=due, files=(FILE,))


@pytest.mark.clause("R20", breaks="ledger.journal.teaching:taken_over")
def test_the_lesson_takes_it_over_when_it_is_recorded(school: SmallSchool) -> None:
    index = school.index(post(due_on="2026-09-11", files=(FILE,)))
    *_, event = school.do(held(), now=THEN)
    assert event == HomeworkAssigned(text="§ 9", due_on="2026-09-11", files=(FILE,), posted=index)
    assert school.lesson(uid(1001)).posted == {index + 2: index}


def test_the_lessons_own_homework_goes_before_it(school: SmallSchool) -> None:
    school.do(post())
    *_, event = school.do(held(homework=NewHomework(text="")), now=THEN)
    assert event == HomeworkAssigned(text="")


@pytest.mark.parametrize("changes", [{"number": 1}, {"held_on": "2026-09-08"}])
def test_a_lesson_at_another_place_takes_nothing(school: SmallSchool, changes: dict[str, Any]) -> None:
    school.do(post())
    assert not [event for event in school.do(held(**changes), now=THEN) if isinstance(event, HomeworkAssigned)]


def test_what_was_withdrawn_is_not_taken_over_and_the_place_is_free(school: SmallSchool) -> None:
    first = school.index(post())
    assert school.refuse(post(text="№ 2")).rule == "homework_posted"
    assert school.do(cmd.WithdrawHomework(course=MATHS_A, corrects=first)) == [HomeworkPostWithdrawn(corrects=first)]
    assert school.refuse(cmd.WithdrawHomework(course=MATHS_A, corrects=first)).rule == "not_posted"
    second = school.index(post(text="№ 2"))
    *_, event = school.do(held(), now=THEN)
    assert event == HomeworkAssigned(text="№ 2", posted=second)


@pytest.mark.clause("R20", breaks="ledger.journal.posting:_check_to_come")
@pytest.mark.parametrize(
    ("changes", "at", "rule"),
    [
        ({"held_on": "2026-09-10"}, "2026-09-07 12:00", "lesson_not_planned"),
        ({"number": 1}, "2026-09-07 12:00", "lesson_not_planned"),
        ({"held_on": "2026-09-07"}, "2026-09-07 09:25", "lesson_begun"),
        ({"held_on": "2026-09-07"}, "2026-09-09 09:25", "lesson_begun"),
    ],
)
def test_is_for_a_planned_lesson_that_has_not_begun(
    school: SmallSchool, changes: dict[str, Any], at: str, rule: str
) -> None:
    assert school.refuse(post(**changes), now=moscow(at)).rule == rule


def test_is_posted_up_to_the_minute_before_it_begins(school: SmallSchool) -> None:
    assert school.do(post(held_on="2026-09-07"), now=moscow("2026-09-07 09:24"))


def test_needs_a_timetable() -> None:
    assert SmallSchool().refuse(post()).rule == "lesson_not_planned"


def test_is_not_for_a_cancelled_lesson_but_for_where_it_was_moved(school: SmallSchool) -> None:
    school.do(
        cmd.CancelLesson(
            course=MATHS_A,
            held_on=WEDNESDAY,
            number=2,
            reason="weather",
            basis="приказ",
            moved_to=PlannedPlace(held_on="2026-09-10", number=1),
        ),
        ADMIN,
    )
    assert school.refuse(post()).rule == "lesson_not_planned"
    assert school.do(post(held_on="2026-09-10", number=1))


def test_is_posted_by_the_courses_teacher(school: SmallSchool) -> None:
    assert school.refuse(post(), TEACHER_2).rule == "not_the_teacher"
    assert school.refuse(post(), ADMIN).rule == "role_not_allowed"
    index = school.index(post())
    assert school.refuse(cmd.WithdrawHomework(course=MATHS_A, corrects=index), TEACHER_3).rule == "not_the_teacher"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"text": ""}, "nothing_posted"),
        ({"due_on": WEDNESDAY}, "due_date_out_of_range"),
        ({"due_lesson": DueLesson(held_on=WEDNESDAY, number=2)}, "due_lesson_not_later"),
        ({"held_on": "2027-06-02"}, "outside_the_year"),
        ({"number": 13}, "out_of_range"),
    ],
)
def test_says_what_homework_may_say(school: SmallSchool, changes: dict[str, Any], rule: str) -> None:
    assert school.refuse(post(**changes)).rule == rule


def test_counts_as_entered_when_it_was_posted(school: SmallSchool) -> None:
    """The lesson is recorded a day late, and its homework was there before it began: a bad mark for it is taken."""
    parameters = msgspec.structs.replace(PARAMETERS, mark_for_unassigned_homework="refuse")
    adopted = cmd.AdoptRegulation(
        order_number="1", order_date="2026-08-28", effective_from="2026-09-01", parameters=parameters
    )
    school.do(adopted, ADMIN)
    school.do(post())
    late = moscow("2026-09-14 12:00")
    school.do(held(), now=late)
    work = uid(2000)
    checking = lesson(
        uid(1002),
        held_on="2026-09-14",
        works=(NewWork(work=work, kind="homework_check", written=False),),
        marks=(NewMark(student=STUDENTS_A[0], work=work, value="2"),),
    )
    assert school.do(checking, TEACHER, late)
