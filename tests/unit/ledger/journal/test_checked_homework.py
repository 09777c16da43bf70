"""Bad marks for homework that counts as not assigned: refused, or taken, as the regulation of that homework's day says.

By hand: homework of Monday 7 September is due that day (0 days); the next lesson of maths is on Tuesday.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd
from ledger.journal.commands import NewHomework, NewMark, NewWork
from ledger.journal.decide import decide
from ledger.journal.plan_events import PlanItem, PlanTopic
from ledger.journal.vocabulary import Handling
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    LESSON,
    MATHS_A,
    MATHS_B,
    PARAMETERS,
    SCHOOL,
    STUDENTS_A,
    TEACHER,
    WORK,
    SmallSchool,
    lesson,
    moscow,
    uid,
)

ANNA = STUDENTS_A[0]
NEXT, TUESDAY = uid(1001), "2026-09-08"
THEN = moscow("2026-09-08 12:00")
GIVEN = NewHomework(text="§ 7")


@pytest.fixture
def school() -> SmallSchool:
    school = SmallSchool()
    adopt(school, "refuse")
    return school


def adopt(school: SmallSchool, handling: Handling, effective_from: str = "2026-09-01", **more: Any) -> None:
    parameters = msgspec.structs.replace(PARAMETERS, mark_for_unassigned_homework=handling, **more)
    number = f"{school.journal.size}-о"
    command = cmd.AdoptRegulation(
        order_number=number, order_date="2026-08-28", effective_from=effective_from, parameters=parameters
    )
    school.do(command, ADMIN)


def check(of_lesson: str | None = None) -> NewWork:
    return NewWork(work=WORK, kind="homework_check", written=False, of_lesson=of_lesson)


def checking(value: str = "2", of_lesson: str | None = None, **changes: Any) -> cmd.RecordLesson:
    """The next lesson, with a mark for Monday's homework."""
    marks = (NewMark(student=ANNA, work=WORK, value=value),)
    fields: dict[str, Any] = {"held_on": TUESDAY, "works": (check(of_lesson),), "marks": marks, **changes}
    return lesson(NEXT, **fields)


@pytest.mark.parametrize("value", ["1", "2", "fail", "2/1"])
@pytest.mark.clause("R21", breaks="ledger.journal.checked_homework:CheckedHomework.check_mark")
def test_refuses_a_bad_mark_for_homework_that_is_nowhere(school: SmallSchool, value: str) -> None:
    school.do(lesson())
    refused = school.refuse(checking(value), now=THEN)
    assert (refused.rule, refused.clause, refused.where) == ("homework_not_assigned", "2.2.3", "marks[0].value")


@pytest.mark.parametrize("value", ["3", "5", "na", "exempt", "pass", "2/4"])
def test_takes_any_other_mark(school: SmallSchool, value: str) -> None:
    school.do(lesson())
    assert school.do(checking(value), now=THEN)


def test_takes_a_bad_mark_for_homework_that_was_entered_on_the_day(school: SmallSchool) -> None:
    school.do(lesson())
    school.do(cmd.AddToLesson(lesson=LESSON, homework=GIVEN), now=moscow("2026-09-07 23:59"))
    assert school.do(checking(), now=THEN)


def test_refuses_it_for_homework_that_was_entered_after_the_day(school: SmallSchool) -> None:
    school.do(lesson())
    school.do(cmd.AddToLesson(lesson=LESSON, homework=GIVEN), now=moscow("2026-09-08 00:00"))
    assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"


def test_counts_the_days_of_the_version(school: SmallSchool) -> None:
    adopt(school, "refuse", homework_days=1)
    school.do(lesson())
    school.do(cmd.AddToLesson(lesson=LESSON, homework=GIVEN), now=moscow("2026-09-08 00:00"))
    assert school.do(checking(), now=THEN)


def test_refuses_it_where_the_lesson_said_that_there_is_none(school: SmallSchool) -> None:
    school.do(lesson(homework=NewHomework(text="")))
    assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"


def test_takes_it_for_a_kind_of_work_that_checks_no_homework(school: SmallSchool) -> None:
    school.do(lesson())
    works = (NewWork(work=WORK, kind="answer", written=False),)
    assert school.do(checking(works=works), now=THEN)


def test_takes_it_where_the_version_flags_it_or_counts_no_homework_as_not_assigned(school: SmallSchool) -> None:
    school.do(lesson())
    adopt(school, "flag")
    assert decide(checking(), school.journal, TEACHER, THEN).events
    adopt(school, "refuse", unposted_homework_is_not_assigned=False)
    assert decide(checking(), school.journal, TEACHER, THEN).events


def test_judges_by_the_version_of_the_day_on_which_the_homework_was_to_be_given(school: SmallSchool) -> None:
    school.do(lesson())
    adopt(school, "flag", TUESDAY)
    assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"


def test_takes_it_without_a_regulation() -> None:
    school = SmallSchool()
    school.do(lesson())
    assert school.do(checking(), now=THEN)


def test_checks_the_lesson_that_was_held_last_before_in_the_course(school: SmallSchool) -> None:
    school.do(lesson(uid(1002), held_on="2026-09-04", homework=GIVEN), now=moscow("2026-09-04 12:00"))
    assert decide(checking(), school.journal, TEACHER, THEN).events
    school.do(lesson())
    assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"
    school.do(lesson(uid(1003), number=4, starts_at="11:30", ends_at="12:15", homework=GIVEN), now=THEN)
    assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned", "entered on the next day"


def test_passes_over_a_lesson_that_was_annulled(school: SmallSchool) -> None:
    school.do(lesson(uid(1002), held_on="2026-09-04", homework=GIVEN), now=moscow("2026-09-04 12:00"))
    first = school.index(lesson())
    school.do(cmd.Correct(lesson=LESSON, corrects=first, new=None, reason="typo"))
    assert school.do(checking(), now=THEN)


def test_says_nothing_of_the_first_lesson_of_a_course(school: SmallSchool) -> None:
    assert school.do(checking(), now=THEN)


def test_checks_the_lesson_that_is_named(school: SmallSchool) -> None:
    school.do(lesson(uid(1002), held_on="2026-09-04"), now=moscow("2026-09-04 12:00"))
    school.do(lesson(homework=GIVEN))
    assert school.refuse(checking(of_lesson=uid(1002)), now=THEN).rule == "homework_not_assigned"
    assert school.do(checking(of_lesson=LESSON), now=THEN)


def test_rests_on_the_version_of_the_named_lesson(school: SmallSchool) -> None:
    school.do(lesson(homework=GIVEN))
    decision = decide(checking(of_lesson=LESSON), school.journal, TEACHER, THEN)
    assert decision.reads[f"lesson/{LESSON}"] == school.lesson().version
    assert decision.reads[f"regulation/{SCHOOL}"] == 1
    assert decision.expected_size is None
    assert decide(checking(), school.journal, TEACHER, THEN).expected_size == school.journal.size


@pytest.mark.parametrize(
    ("kind", "named", "rule"),
    [
        ("answer", LESSON, "checks_no_homework"),
        ("homework_check", NEXT, "not_an_earlier_lesson"),
        ("homework_check", uid(1004), "not_an_earlier_lesson"),
        ("homework_check", uid(1005), "not_an_earlier_lesson"),
    ],
)
def test_names_an_earlier_lesson_of_its_course(school: SmallSchool, kind: Any, named: str, rule: str) -> None:
    late = moscow("2026-09-09 12:00")
    school.do(lesson())
    school.do(lesson(uid(1004), held_on="2026-09-09"), now=late)
    school.do(lesson(uid(1005), course=MATHS_B))
    works = (NewWork(work=WORK, kind=kind, written=False, of_lesson=named),)
    refused = school.refuse(checking(works=works, marks=()), now=late)
    assert (refused.rule, refused.where) == (rule, "works[0].of_lesson")


def test_a_lesson_checks_not_its_own_homework(school: SmallSchool) -> None:
    school.do(lesson())
    added = cmd.AddToLesson(lesson=LESSON, works=(check(LESSON),))
    assert school.refuse(added).rule == "not_an_earlier_lesson"


def test_judges_corrections_by_the_same_rules(school: SmallSchool) -> None:
    school.do(lesson())
    first = school.index(checking("4"), now=THEN)
    worse = cmd.Correct(lesson=NEXT, corrects=first + 2, new="2", reason="rechecked")
    assert school.refuse(worse, now=THEN).where == "new"
    header = {"kind": "answer", "written": False, "weight": 100}
    wrong = cmd.Correct(lesson=NEXT, corrects=first + 1, new={**header, "of_lesson": LESSON}, reason="typo")
    assert school.refuse(wrong, now=THEN).rule == "checks_no_homework"
    school.do(cmd.Correct(lesson=NEXT, corrects=first + 1, new=header, reason="typo"), now=THEN)
    assert school.do(worse, now=THEN)


class TestPlannedHomework:
    """Homework of the lesson plan, as it stood when the lesson was recorded."""

    def plan(self, school: SmallSchool, at: str = "2026-09-01 12:00", homework: str | None = "§ 1") -> None:
        item = PlanItem(number=1, topic="Дроби", hours=1, homework=homework)
        school.do(cmd.ImportPlan(course=MATHS_A, title="План", items=(item,)), now=moscow(at))

    def amend(self, school: SmallSchool, homework: str | None) -> None:
        new = PlanTopic(topic="Иное", hours=1, homework=homework)
        school.do(cmd.AmendPlan(course=MATHS_A, number=1, new=new, reason="typo"))

    def test_is_assigned_by_the_plan(self, school: SmallSchool) -> None:
        self.plan(school)
        school.do(lesson(plan_items=(1,)))
        self.amend(school, None)
        assert school.do(checking(), now=THEN)

    def test_is_not_by_what_the_plan_got_later(self, school: SmallSchool) -> None:
        self.plan(school, homework=None)
        school.do(lesson(plan_items=(1,)))
        self.amend(school, "§ 2")
        assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"

    def test_is_not_where_the_lesson_covers_nothing_of_it(self, school: SmallSchool) -> None:
        self.plan(school)
        school.do(lesson())
        assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"

    def test_is_not_where_the_plan_came_after_the_lesson_had_begun(self, school: SmallSchool) -> None:
        self.plan(school, "2026-09-07 11:00")
        school.do(lesson(plan_items=(1,)))
        assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"

    def test_must_be_entered_where_the_version_exempts_none(self, school: SmallSchool) -> None:
        adopt(school, "refuse", planned_homework_is_exempt=False)
        self.plan(school)
        school.do(lesson(plan_items=(1,)))
        assert school.refuse(checking(), now=THEN).rule == "homework_not_assigned"


def test_a_school_that_only_flags_reads_nothing_of_other_lessons() -> None:
    school = SmallSchool()
    adopt(school, "flag")
    school.do(lesson())
    decision = decide(checking(), school.journal, TEACHER, THEN)
    assert decision.expected_size is None
    assert not any(stream.startswith("lesson/") for stream in decision.reads)


def test_lessons_of_another_class_are_not_looked_at(school: SmallSchool) -> None:
    school.do(lesson(uid(1005), course=MATHS_B))
    assert school.do(checking(), now=THEN)
