"""Final marks over years of study: which years, classes and courses count, what lacks, what is read, and the rule itself."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd
from ledger.journal.codec import CODEC
from ledger.journal.decide import decide
from ledger.journal.result_events import FinalMarkRecorded
from tests.unit.ledger.journal.graded_school import adopt_rules
from tests.unit.ledger.journal.senior_school import (
    CLASSES,
    END,
    HISTORY,
    OVER,
    SOURCE,
    STUDENT,
    YEARS,
    SeniorSchool,
    over_years,
)
from tests.unit.ledger.journal.small_school import ADMIN, STUDENTS_A, TEACHER, SmallSchool, uid

FOURS, FIVES = ("4", "4", "4"), ("5", "5", "5")


def test_of_a_grade_that_was_repeated_the_last_year_counts() -> None:
    school = SeniorSchool()
    before = (uid(203), uid(213))
    school.open(10, *before, "2024-09-01", "2025-05-31")
    school.enroll(before[1], "2024-09-01")
    school.give(school.course(10, group=before[1]), ("2", "2", "2"))
    counted = school.give(school.course(10), FOURS) + school.give(school.course(11), FIVES)
    assert school.finish(school.course(11)).inputs == tuple(counted)


def test_of_two_years_that_begin_on_one_day_the_one_opened_later_counts() -> None:
    school = SeniorSchool()
    school.give(school.course(10), ("2", "2", "2"))
    school.open(10, uid(203), uid(213), "2025-09-01", "2026-05-30")
    school.enroll(uid(213), "2025-09-01")
    counted = school.give(school.course(10, group=uid(213)), FOURS) + school.give(school.course(11), FIVES)
    assert school.finish(school.course(11)).inputs == tuple(counted)


def test_a_year_that_begins_later_is_no_year_before() -> None:
    school = SeniorSchool(came="2026-09-01")
    school.open(10, uid(203), uid(213), "2027-01-01", "2027-05-31")
    school.enroll(uid(213), "2027-01-01")
    school.give(school.course(11), FIVES)
    assert school.finish(school.course(11), value="5", reason="transferred").lacks == (10,)


def test_another_class_of_the_grade_gives_its_marks_too() -> None:
    school = SeniorSchool()
    moved = uid(214)
    school.do(cmd.OpenClassGroup(class_group=moved, year=YEARS[10], grade=10, letter="Б"))
    first = school.give(school.course(10), ("4", "", ""))
    school.do(cmd.WithdrawStudent(class_group=CLASSES[10], student=STUDENT, ends_on="2026-01-10"))
    school.enroll(moved, "2026-01-11")
    second = school.give(school.course(10, group=moved), ("", "4", "4"))
    school.give(school.course(11), FIVES)
    event = school.finish(school.course(11))
    assert (event.inputs[:3], event.sum, event.weight, event.computed) == ((*first, *second), 27, 6, "5")


def test_who_was_in_another_subgroup_was_taught_and_who_was_in_none_was_not() -> None:
    school = SeniorSchool()
    course = school.course(10, subgroup="1")
    other = school.course(10, subgroup="2")
    for student, of in ((STUDENT, course), (STUDENTS_A[3], other)):
        if student != STUDENT:
            school.enroll(CLASSES[10], "2025-09-01", student)
        school.do(cmd.JoinSubgroup(course=of, student=student, starts_on="2025-09-01"))
    school.give(school.course(11), FIVES)
    assert school.refuse(school.final(school.course(11))).rule == "years_lack"
    school.enroll(CLASSES[10], "2025-09-01", STUDENTS_A[1])
    school.enroll(CLASSES[11], "2026-09-01", STUDENTS_A[1])
    school.give(school.course(11), FOURS, STUDENTS_A[1])
    assert school.finish(school.course(11), STUDENTS_A[1]).lacks == ()


def test_counts_a_mark_as_it_was_corrected_and_asks_anew_when_it_was_annulled() -> None:
    school = SeniorSchool()
    *_, year = school.give(school.course(10), FOURS)
    school.give(school.course(11), FIVES)
    sheet = school.year_sheet(school.course(10))
    fact = cmd.CorrectResult(sheet=sheet, corrects=year, new=None, reason="typo")
    annulled = school.journal.size
    school.do(fact, TEACHER)
    assert school.refuse(school.final(school.course(11))).rule == "years_lack"
    school.do(cmd.CorrectResult(sheet=sheet, corrects=annulled, new="5", reason="typo"), TEACHER)
    event = school.finish(school.course(11))
    assert (event.sum, event.weight, event.inputs[-1]) == (28, 6, annulled + 1)


def test_other_grades_have_final_marks_as_before() -> None:
    school = SeniorSchool(over_years(grades=(11,)))
    school.give(school.course(10), ("3", "4", "5"))
    event = school.finish(school.course(10))
    assert (event.sum, event.weight, event.computed) == (5, 1, "5")


def test_without_the_rule_no_year_before_counts() -> None:
    school = SeniorSchool(None)
    school.give(school.course(10), FOURS)
    school.give(school.course(11), FIVES)
    assert school.finish(school.course(11)).weight == 1


def test_a_computed_mark_takes_no_reason_and_another_needs_one() -> None:
    school = SeniorSchool()
    school.give(school.course(10), FOURS)
    school.give(school.course(11), FOURS)
    course = school.course(11)
    assert school.refuse(school.final(course, value="5")).rule == "reason_missing"
    assert school.refuse(school.final(course, value="4", reason="council")).rule == "reason_without_deviation"
    assert school.finish(course, value="5", reason="council").lacks == ()


def test_rests_on_the_log_as_long_as_it_is_and_on_every_year_class_and_sheet() -> None:
    school = SeniorSchool()
    school.give(school.course(10), FOURS)
    school.give(school.course(11), FIVES)
    decision = decide(school.final(school.course(11)), school.journal, TEACHER, END)
    assert decision.expected_size == school.journal.size
    own = school.year_sheet(school.course(11))
    sheets = {f"results/{sheet}" for sheet in school.sheets.values() if sheet != own}
    streams = {*(f"year/{year}" for year in YEARS.values()), *(f"class/{group}" for group in CLASSES.values()), *sheets}
    assert streams <= decision.reads.keys()


def test_leaves_no_trace_where_nothing_lacks_and_keeps_what_does() -> None:
    school = SeniorSchool()
    school.give(school.course(10), FOURS)
    school.give(school.course(11), FIVES)
    event = school.finish(school.course(11))
    assert b"lacks" not in CODEC.encode(event)[1]
    lacking = msgspec.structs.replace(event, lacks=(10,))
    assert b'"lacks":[10]' in CODEC.encode(lacking)[1]
    assert CODEC.decode(*CODEC.encode(lacking)) == lacking


def test_the_rule_is_kept_with_its_source_and_titles() -> None:
    (event,) = SmallSchool().do(adopt_rules(final_over_years=over_years({"Б": "А"})), ADMIN)
    name, data = CODEC.encode(event)
    shown = '{"first_grade":10,"grades":[10,11],"marks":["half_year","year"],"renamed":[{"title":"А","was":"Б"}],'
    assert f'"final_over_years":{shown}"source":"{SOURCE}"}}'.encode() in data
    assert CODEC.decode(name, data) == event
    (event,) = SmallSchool().do(adopt_rules(), ADMIN)
    assert b"final_over" not in CODEC.encode(event)[1]


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"first_grade": 0}, "out_of_range", "first_grade"),
        ({"first_grade": 13}, "out_of_range", "first_grade"),
        ({"grades": ()}, "grades_not_sorted", "grades"),
        ({"grades": (11, 10)}, "grades_not_sorted", "grades"),
        ({"grades": (13,)}, "out_of_range", "grades[0]"),
        ({"grades": (9, 11)}, "grade_before_the_first", "grades"),
        ({"marks": ()}, "final_without_years_mark", "marks"),
        ({"marks": ("half_year",)}, "final_without_years_mark", "marks"),
        ({"marks": ("year", "half_year")}, "final_without_years_mark", "marks"),
        ({"marks": ("month", "year")}, "unknown_code", "marks[0]"),
        ({"source": ""}, "malformed_text", "source"),
        ({"renamed": {"": HISTORY}}, "malformed_text", "renamed[0].was"),
        ({"renamed": {"История России": ""}}, "malformed_text", "renamed[0].title"),
        ({"renamed": {HISTORY: HISTORY}}, "renamed_not_sorted", "renamed"),
    ],
)
def test_refuses_a_rule_over_years_that_no_school_can_mean(changes: dict[str, Any], rule: str, where: str) -> None:
    refusal = SmallSchool().refuse(adopt_rules(final_over_years=over_years(**changes)), ADMIN)
    assert (refusal.rule, refusal.where) == (rule, f"rules.final_over_years.{where}")


def test_refuses_earlier_titles_out_of_order() -> None:
    over = over_years({"А": HISTORY, "Б": HISTORY})
    for renamed in (over.renamed[::-1], (over.renamed[0],) * 2):
        wanted = msgspec.structs.replace(OVER, renamed=renamed)
        assert SmallSchool().refuse(adopt_rules(final_over_years=wanted), ADMIN).rule == "renamed_not_sorted"


def test_a_students_mark_is_kept_as_an_event_of_its_own() -> None:
    school = SeniorSchool(came="2026-09-01")
    school.give(school.course(11), FOURS)
    event = school.finish(school.course(11), reason="council")
    assert isinstance(event, FinalMarkRecorded)
    assert (event.value, event.reason, event.lacks) == ("na", "council", (10,))
