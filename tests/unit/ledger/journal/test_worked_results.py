"""Cases that were worked by hand (tests/worked/results), through the real commands."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.journal import commands as cmd
from ledger.journal.result_events import ComputedResult
from tests.unit.ledger.journal.graded_school import (
    END,
    SHEET,
    STUDENT,
    YEAR_SHEET,
    GradedSchool,
    adopt_rules,
    period_marks,
    result,
)
from tests.unit.ledger.journal.senior_school import FIRST_DAYS, HISTORY, SeniorSchool, over_years
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    QUARTER_1,
    QUARTER_2,
    moscow,
    period,
    uid,
)

FOLDER = Path(__file__).parents[3] / "worked" / "results"


def cases(name: str) -> list[Any]:
    found = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["title"]) for case in found]


def check(event: object, case: dict[str, Any]) -> None:
    assert isinstance(event, ComputedResult)
    assert (event.computed, event.sum, event.weight) == (case["computed"], case["sum"], case["weight"])
    assert event.value == case["computed"]


@pytest.mark.parametrize("name", ["period", "weights", "year", "final", "over_years", "reasons"])
def test_every_rule_has_five_cases_with_their_reasoning_in_both_languages(name: str) -> None:
    found = [case.values[0] for case in cases(name)]
    assert len(found) >= 5
    assert len({case["title"] for case in found}) == len(found)
    assert all(case["ru"] and case["en"] for case in found)


@pytest.mark.parametrize("case", cases("period"))
def test_period_mark_is_the_one_worked_by_hand(case: dict[str, Any]) -> None:
    school, moves_on = GradedSchool(**case.get("rules", {})), case.get("moves_on")
    if moves_on:
        last = (date.fromisoformat(moves_on) - timedelta(days=1)).isoformat()
        school.move(STUDENT, moves_on, last)
    given = {}
    for day, weight, value in case["lessons"]:
        course = MATHS_B if moves_on and day >= moves_on else MATHS_A
        given[day] = school.give(day, value, weight, course=course, is_late=case.get("late") == day)
    (event,) = school.grade(period_marks(course=MATHS_B if moves_on else MATHS_A))
    check(event, case)
    assert isinstance(event, ComputedResult)
    assert event.inputs == tuple(sorted(given[day] for day in case["inputs"]))
    assert event.rule == school.rule


@pytest.mark.parametrize("case", cases("weights"))
def test_marks_weigh_what_was_worked_by_hand(case: dict[str, Any]) -> None:
    school = GradedSchool(**case.get("rules", {}))
    given = []
    for number, (day, kind, value, *own) in enumerate(case["lessons"], 1):
        weight = own[0] if own else None
        given.append(school.give(day, value, weight, kind=kind))
        if day in case.get("corrected", {}):
            new = {"written": False, **case["corrected"][day]}
            change = cmd.Correct(lesson=uid(4000 + number), corrects=given[-1] - 1, new=new, reason="typo")
            school.do(change, now=moscow(f"{day} 13:00"))
    for later in case.get("adopted", ()):
        school.rule = school.index(adopt_rules(later["effective_from"], weights=later["weights"]), ADMIN)
    (event,) = school.grade()
    check(event, case)
    assert isinstance(event, ComputedResult)
    assert (event.inputs, event.rule) == (tuple(given), school.rule)


@pytest.mark.parametrize("case", cases("year"))
def test_years_mark_is_the_one_worked_by_hand(case: dict[str, Any]) -> None:
    school = GradedSchool(**case.get("rules", {}))
    if "quarters" in case:
        quarter_3, quarter_4 = uid(43), uid(44)
        school.do(period(quarter_3, "quarter", 3, "2027-01-11", "2027-03-20"), ADMIN)
        school.do(period(quarter_4, "quarter", 4, "2027-04-01", "2027-05-25"), ADMIN)
        periods, values = [QUARTER_1, QUARTER_2, quarter_3, quarter_4], case["quarters"]
    else:
        periods, values = [uid(43), uid(44)], case["half_years"]
        school.do(period(periods[0], "half_year", 1, "2026-09-01", "2026-12-29"), ADMIN)
        school.do(period(periods[1], "half_year", 2, "2027-01-11", "2027-05-31"), ADMIN)
    counted = []
    for number, (each, value) in enumerate(zip(periods, values, strict=True)):
        # No lesson has marks, so the rules compute none: these are from elsewhere.
        mark = result() if value == "na" else result(value=value, reason="transferred")
        school.grade(period_marks(mark, sheet=uid(3010 + number), period=each))
        if value != "na":
            counted.append(school.journal.size - 1)
    (event,) = school.year_marks()
    check(event, case)
    assert isinstance(event, ComputedResult)
    assert event.inputs == tuple(counted)


@pytest.mark.parametrize("case", cases("final"))
def test_final_mark_is_the_one_worked_by_hand(case: dict[str, Any]) -> None:
    school = GradedSchool(**case.get("rules", {}))
    is_na = case["year"] == "na"
    school.year_marks(result() if is_na else result(value=case["year"], reason="transferred"))
    if "exam" in case:
        taken = cmd.NewExamResult(student=STUDENT, value=case["exam"])
        school.do(
            cmd.RecordExamResults(
                sheet=YEAR_SHEET, protocol="Протокол № 2", obtained_at="2027-05-27T12:00", results=(taken,)
            ),
            DEPUTY,
            END,
        )
    (event,) = school.grade(cmd.RecordFinalMarks(sheet=YEAR_SHEET, marks=(result(),)))
    check(event, case)
    assert len(event.inputs) == case["weight"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", cases("over_years"))
def test_final_mark_over_years_is_the_one_worked_by_hand(case: dict[str, Any]) -> None:
    school = SeniorSchool(
        over_years(case.get("renamed")), came=case.get("came", FIRST_DAYS[10]), **case.get("rules", {})
    )
    subject, counted = case.get("subject", HISTORY), []
    for grade in (10, 11):
        for title, values in case.get(f"grade_{grade}", {}).items():
            entries = school.give(school.course(grade, title), values)
            counted += entries if title == subject or title in case.get("renamed", {}) else []
    course = school.course(case.get("sheet", 11), subject)
    if "exam" in case:
        school.examine(course, case["exam"])
    given = {name: case[name] for name in ("value", "reason") if name in case}
    if "lacks" in case:
        refusal = school.refuse(school.final(course, value=case["value"]))
        assert (refusal.rule, refusal.where) == ("years_lack", "marks[0].reason")
        assert refusal.values["grades"] == ", ".join(map(str, case["lacks"]))
    event = school.finish(course, **given)
    assert (event.computed, event.sum, event.weight) == (case["computed"], case["sum"], case["weight"])
    assert (event.value, event.lacks) == (case.get("value", case["computed"]), tuple(case.get("lacks", ())))
    assert (event.inputs, event.rule) == (tuple(counted), school.rule)


@pytest.mark.parametrize("case", cases("reasons"))
def test_asks_for_a_reason_where_it_was_worked_by_hand(case: dict[str, Any]) -> None:
    school = GradedSchool()
    for day in ("2026-09-07", "2026-09-08", "2026-09-09"):
        school.give(day, "4")
    command = period_marks(result(value=case.get("value"), reason=case.get("reason")), sheet=SHEET)
    if "refused" in case:
        assert school.refuse(command, now=END).rule == case["refused"]
        return
    (event,) = school.grade(command)
    assert isinstance(event, ComputedResult)
    assert (event.computed, event.value, event.reason) == ("4", case["stands"], case.get("reason"))
