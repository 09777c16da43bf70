"""Works of several days, and a student's own day for one: when marks are due, and for whom (regulation 2.2.4)."""

from __future__ import annotations

import msgspec
import pytest

from ledger.journal import commands as cmd, events as ev
from ledger.journal.commands import NewAbsence, NewMakeUp, NewWork
from ledger.journal.correction_events import WorkHeader
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    LESSON,
    PARAMETERS,
    STUDENTS_A,
    STUDENTS_B,
    TEACHER_2,
    TEACHER_3,
    WORK,
    SmallSchool,
    lesson,
    mark,
    moscow,
    uid,
)

ANNA, BORIS = STUDENTS_A[:2]
ABSENT = (NewAbsence(student=ANNA),)
TEST = NewWork(work=WORK, kind="control_work", written=True)
ON_THE_DAY = moscow("2026-09-14 13:00")
BEFORE = moscow("2026-09-13 23:59")


def make_up(day: str = "2026-09-14", student: str = ANNA, work: str = WORK) -> tuple[NewMakeUp, ...]:
    """A student's own day, the Monday after the lesson's."""
    return (NewMakeUp(student=student, work=work, made_up_on=day),)


def more(**parts: object) -> cmd.AddToLesson:
    """More of the lesson."""
    return msgspec.convert({"lesson": LESSON, **parts}, cmd.AddToLesson)


def correct(index: int, new: object) -> cmd.Correct:
    """Another value for a fact, or none."""
    return cmd.Correct(lesson=LESSON, corrects=index, new=new, reason="typo")


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


@pytest.fixture
def absent() -> SmallSchool:
    """A written work at which Anna was absent."""
    school = SmallSchool()
    school.do(lesson(works=(TEST,), absences=ABSENT))
    return school


def test_a_written_work_names_its_last_day(school: SmallSchool) -> None:
    work = msgspec.structs.replace(TEST, ends_on="2026-09-08")
    events = school.do(lesson(works=(work,)))
    assert events[1] == ev.WorkRecorded(work=WORK, kind="control_work", written=True, ends_on="2026-09-08")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"ends_on": "2026-09-07"}, "work_day_out_of_range"),
        ({"ends_on": "2027-06-01"}, "work_day_out_of_range"),
        ({"ends_on": "2026-02-30"}, "malformed_date"),
        ({"ends_on": "2026-09-08", "written": False}, "oral_work_of_days"),
    ],
)
def test_refuses_a_last_day_that_a_work_cannot_have(school: SmallSchool, changes: dict[str, object], rule: str) -> None:
    wrong = msgspec.structs.replace(TEST, **changes)
    refused = school.refuse(lesson(works=(wrong,)))
    assert (refused.rule, refused.where) == (rule, "works[0].ends_on")
    index = school.index(lesson(works=(TEST,))) + 1
    header = {"kind": "control_work", "written": True, "weight": 100, **changes}
    assert school.refuse(correct(index, header)).rule == rule


def test_the_last_day_is_corrected_with_the_work(school: SmallSchool) -> None:
    index = school.index(lesson(works=(TEST,))) + 1
    header = WorkHeader(kind="control_work", written=True, ends_on="2026-09-09")
    (corrected,) = school.do(correct(index, msgspec.to_builtins(header)))
    assert isinstance(corrected, ev.WorkCorrected)
    assert (corrected.old, corrected.new) == (msgspec.structs.replace(header, ends_on=None), header)


@pytest.mark.clause("R22", breaks="ledger.journal.marks:may_stand_beside_absence")
def test_a_mark_for_an_absent_student_is_taken_from_the_make_up_day_on(absent: SmallSchool) -> None:
    marked = more(marks=(mark(ANNA, "4"),))
    assert absent.refuse(marked, now=ON_THE_DAY).rule == "absent_student"
    made_up = ev.MakeUpRecorded(student=ANNA, work=WORK, made_up_on="2026-09-14")
    assert absent.do(more(make_ups=make_up())) == [made_up]
    assert absent.refuse(marked, now=BEFORE).rule == "absent_student"
    assert absent.do(marked, now=ON_THE_DAY) == [ev.MarkRecorded(student=ANNA, work=WORK, value="4")]


def test_day_and_mark_come_in_one_command_or_the_absence_last(school: SmallSchool) -> None:
    school.do(lesson(works=(TEST,)))
    both = more(make_ups=make_up(), marks=(mark(ANNA),))
    first, second = school.do(both, now=ON_THE_DAY)
    assert isinstance(first, ev.MakeUpRecorded)
    assert isinstance(second, ev.MarkRecorded)
    assert school.refuse(more(absences=ABSENT), now=BEFORE).rule == "absent_student"
    assert school.do(more(absences=ABSENT), now=ON_THE_DAY)


def test_is_of_one_work_alone(absent: SmallSchool) -> None:
    other = msgspec.structs.replace(TEST, work=uid(2001))
    absent.do(more(make_ups=make_up(), works=(other,)))
    assert absent.refuse(more(marks=(mark(ANNA, work=uid(2001)),)), now=ON_THE_DAY).rule == "absent_student"


def test_who_was_there_may_have_a_day_too(school: SmallSchool) -> None:
    school.do(lesson(works=(TEST,)))
    assert school.do(more(make_ups=make_up(student=BORIS)))


@pytest.mark.parametrize(
    ("parts", "rule", "where"),
    [
        (make_up("2026-09-07"), "work_day_out_of_range", "make_ups[0].made_up_on"),
        (make_up("2027-06-01"), "work_day_out_of_range", "make_ups[0].made_up_on"),
        (make_up("14.09.2026"), "malformed_date", "make_ups[0].made_up_on"),
        (make_up(student=STUDENTS_B[0]), "not_enrolled", "make_ups[0].student"),
        (make_up(work=uid(2009)), "unknown_work", "make_ups[0].work"),
        (make_up() + make_up("2026-09-15"), "make_up_stands", "make_ups[1].work"),
    ],
)
def test_refuses(absent: SmallSchool, parts: tuple[NewMakeUp, ...], rule: str, where: str) -> None:
    refused = absent.refuse(more(make_ups=parts))
    assert (refused.rule, refused.where) == (rule, where)


def test_only_the_lessons_teacher_or_the_courses_says_so(absent: SmallSchool) -> None:
    assert absent.refuse(more(make_ups=make_up()), TEACHER_2).rule == "not_the_teacher"
    assert absent.refuse(more(make_ups=make_up()), DEPUTY).rule == "role_not_allowed"


def test_the_substitute_who_gave_the_lesson_says_so(school: SmallSchool) -> None:
    ill = cmd.NewSubstitution(reason="ill", basis="приказ № 1", same_subject=True)
    school.do(lesson(works=(TEST,), absences=ABSENT, substitution=ill), TEACHER_3)
    assert school.do(more(make_ups=make_up()), TEACHER_3)


@pytest.mark.parametrize("new", [None, "2026-09-21"])
def test_the_day_that_a_mark_rests_on_is_neither_annulled_nor_put_off(absent: SmallSchool, new: str | None) -> None:
    index = absent.index(more(make_ups=make_up()))
    recorded = absent.index(more(marks=(mark(ANNA),)), now=ON_THE_DAY)
    assert absent.refuse(correct(index, new), now=ON_THE_DAY).rule == "make_up_needed"
    assert absent.do(correct(index, "2026-09-10"), now=ON_THE_DAY)
    absent.do(correct(recorded, None), now=ON_THE_DAY)
    assert absent.do(correct(absent.journal.size - 2, new), now=ON_THE_DAY)


def test_where_the_regulation_takes_such_marks_the_day_may_fall(absent: SmallSchool) -> None:
    parameters = msgspec.structs.replace(PARAMETERS, mark_for_absent="flag")
    adopted = cmd.AdoptRegulation(
        order_number="1-о", order_date="2026-08-28", effective_from="2026-09-01", parameters=parameters
    )
    absent.do(adopted, ADMIN)
    index = absent.index(more(make_ups=make_up()))
    absent.do(more(marks=(mark(ANNA),)))
    assert absent.do(correct(index, None))


def test_a_day_that_was_annulled_stands_again_where_the_work_does(absent: SmallSchool) -> None:
    index = absent.index(more(make_ups=make_up()))
    absent.do(correct(index, None))
    absent.do(correct(absent.journal.size - 1, "2026-09-15"))
    annulled = absent.index(correct(absent.journal.size - 1, None))
    work = next(fact for fact in absent.lesson().facts.values() if fact.what == "work")
    absent.do(correct(work.standing, None))
    assert absent.refuse(correct(annulled, "2026-09-15")).rule == "unknown_work"


def test_keeps_work_and_lesson_from_being_annulled(absent: SmallSchool) -> None:
    absent.do(more(make_ups=make_up()))
    state = absent.lesson()
    work = next(fact for fact in state.facts.values() if fact.what == "work")
    assert absent.refuse(correct(work.standing, None)).rule == "work_has_make_ups"
    assert absent.refuse(correct(state.lesson, None)).rule == "lesson_not_empty"


def test_after_the_close_it_takes_a_request(absent: SmallSchool) -> None:
    index = absent.index(more(make_ups=make_up()))
    absent.close()
    late = moscow("2026-10-27 12:00")
    assert absent.refuse(more(make_ups=make_up(student=BORIS)), now=late).rule == "period_closed"
    asked = cmd.RequestCorrection(
        lesson=LESSON, corrects=index, new="2026-09-16", reason="document", basis="Справка № 4"
    )
    request = absent.index(asked, now=late)
    (approved,) = absent.do(cmd.ApproveCorrection(lesson=LESSON, request=request), DEPUTY, late)
    assert isinstance(approved, ev.MakeUpCorrected)
    assert approved.new == "2026-09-16"


def test_not_assessed_is_said_by_a_mark(absent: SmallSchool) -> None:
    assert absent.do(more(marks=(mark(BORIS, "na"),)))
