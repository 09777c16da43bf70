"""What events.md demands of assessment rules, result sheets and the council: plain and slow, with fractions.

`check` is the main oracle's checker (tests/properties/journal_oracle.py) at the entry in hand.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.properties.over_years_oracle import is_rule, over_years

if TYPE_CHECKING:
    from tests.properties.journal_oracle import Item, _Checker

VALUES = {*"12345", "na", "exempt", "pass", "fail"}
REASONS = {"key_works", "trend", "absences", "exempt", "no_marks", "transferred", "council", "other"}
RANGES = {
    "marks_min": (1, 99),
    "five_from": (401, 500),
    "four_from": (301, 400),
    "three_from": (201, 300),
    "period_marks_min": (1, 9),
    "mean_up_from": (1, 99),
}
KINDS = {
    *("answer", "homework_check", "self_work", "control_work", "test", "dictation", "exposition", "composition"),
    *("laboratory", "practical", "project", "by_heart", "retelling", "reading", "norms"),
}
RECORDS = {
    "period_mark_recorded": "period_mark",
    "exam_result_recorded": "exam_result",
    "final_mark_recorded": "final_mark",
}


def check_assessment(check: _Checker) -> None:
    data = check.data
    assert data.keys() == {"order_number", "order_date", "effective_from", "rules"}
    check.check_order("effective_from")
    rules = data["rules"]
    assert rules.keys() - {"weights", "final_over_years"} == RANGES.keys() | {"average", "final_from"}
    assert rules["average"] in {"weighted", "plain"}
    assert rules["final_from"] in {"year", "mean_of_year_and_exam"}
    assert all(least <= rules[name] <= most for name, (least, most) in RANGES.items())
    assert "final_over_years" not in rules or is_rule(rules["final_over_years"])
    if "weights" in rules:
        assert rules["average"] == "weighted"
        assert rules["weights"].keys() <= KINDS
        assert {1 <= weight <= 1000 for weight in rules["weights"].values()} == {True}


def check_council(check: _Checker) -> None:
    data = check.data
    check.made("year", check.item.stream.partition("/")[2])
    assert data["students"] == sorted(set(data["students"])) != []
    assert all(check.made("person", student)["kind"] == "student" for student in data["students"])
    date.fromisoformat(data["held_on"])
    if "replaces" in data:
        own = [other for other in check.before if other.stream == check.item.stream]
        assert data["replaces"] in {other.position for other in own}
        assert data["replaces"] not in {other.data.get("replaces") for other in own}


def check_results(check: _Checker) -> None:
    item, data = check.item, check.data
    if item.type == "result_sheet_opened":
        _check_sheet(check)
        return
    opened = next(check.of(item.stream, "result_sheet_opened")).data
    facts = _facts(check, item.stream)
    if item.type in RECORDS:
        what = RECORDS[item.type]
        assert check.made("person", data["student"])["kind"] == "student"
        assert data["value"] in VALUES
        assert not [one for one in facts if (one["what"], one["student"]) == (what, data["student"]) and one["value"]]
        assert what == "period_mark" or check.made("period", opened["period"])["kind"] == "year"
        if what == "exam_result":
            datetime.fromisoformat(data["obtained_at"])
        else:
            _check_computed(check, what, opened)
    elif item.type == "results_published":
        assert data["what"] in RECORDS.values()
    elif item.type == "result_correction_refused":
        _check_answer(check)
    else:
        _check_change(check, facts)


def _check_sheet(check: _Checker) -> None:
    data = check.data
    course, period = check.made("course", data["course"]), check.made("period", data["period"])
    assert course["year"] == period["year"]
    assert check.made("class", course["class_group"])["grade"] in period["grades"]
    assert all(other.data != data for other in check.before if other.type == "result_sheet_opened"), (
        "a course has one sheet for a period"
    )


def _check_computed(check: _Checker, what: str, opened: dict[str, Any]) -> None:
    data = check.data
    last = check.made("period", opened["period"])["ends_on"]
    adopted = [
        other
        for other in check.before
        if other.type == "assessment_rules_adopted" and other.data["effective_from"] <= last
    ]
    assert data["rule"] == adopted[-1].position
    rules = adopted[-1].data["rules"]
    marks = [mark for mark in _marks(check, what, opened, rules.get("weights", {})) if mark[1]]
    course, over = check.made("course", opened["course"]), rules.get("final_over_years")
    is_over = what == "final_mark" and over and check.made("class", course["class_group"])["grade"] in over["grades"]
    lacks: list[int] = []
    if what == "period_mark" and check.made("period", opened["period"])["kind"] != "year":
        if rules["average"] == "plain":
            marks = [(entry, digits, 1) for entry, digits, _ in marks]
        least, computed = rules["marks_min"], "2"
        mean = _mean(marks)
        for mark, name in (("3", "three_from"), ("4", "four_from"), ("5", "five_from")):
            if mean is not None and mean >= Fraction(rules[name], 100):
                computed = mark
    elif is_over:
        found, lacks = over_years(check, over, course, lambda stream: _facts(check, stream))
        marks = [(entry, _digits(value), 1) for entry, value in found if _digits(value)]
        mean, least = _mean(marks), 1
        computed = str(int((mean or 0) + Fraction(1, 2)))
    else:
        marks = [(entry, digits, 1) for entry, digits, _ in marks]
        least = rules["period_marks_min"] if what == "period_mark" else 1
        if what == "final_mark":
            of_year = [mark for mark in marks if mark[0] in _entries(check, "period_mark")]
            marks = [] if not of_year else marks if rules["final_from"] == "mean_of_year_and_exam" else of_year
        mean = _mean(marks)
        whole = int(mean or 0)
        computed = str(whole + ((mean or 0) - whole >= Fraction(rules["mean_up_from"], 100)))
    assert data.get("lacks", []) == lacks
    if lacks or sum(len(digits) for _, digits, _ in marks) < least:
        computed = "na"
    assert data["inputs"] == sorted(entry for entry, _, _ in marks)
    assert data["weight"] == sum(weight * len(digits) for _, digits, weight in marks)
    assert data["sum"] == sum(weight * digit for _, digits, weight in marks for digit in digits)
    assert data["computed"] == computed
    assert (data["value"] != computed or bool(lacks)) == ("reason" in data)
    assert "reason" not in data or data["reason"] in REASONS
    assert data.get("reason") != "other" or len(data["_sd"]) == 1
    assert "_sd" not in data or "reason" in data


def _mean(marks: list[tuple[int, list[int], int]]) -> Fraction | None:
    weight = sum(weight * len(digits) for _, digits, weight in marks)
    return Fraction(sum(weight * sum(digits) for _, digits, weight in marks), weight) if weight else None


def _marks(
    check: _Checker, what: str, opened: dict[str, Any], by_kind: dict[str, int]
) -> list[tuple[int, list[int], int]]:
    """Standing entry, digits and weight of everything that might count."""
    student, course = check.data["student"], check.made("course", opened["course"])
    period = check.made("period", opened["period"])
    if what == "final_mark":
        own = _facts(check, check.item.stream)
        kinds = ("period_mark", "exam_result")
        return [_mark(one) for one in own if one["student"] == student and one["what"] in kinds]
    found = []
    for other in check.before:
        if other.type not in ("lesson_recorded", "result_sheet_opened"):
            continue
        of = check.made("course", other.data["course"])
        if (of["year"], of["subject"]) != (course["year"], course["subject"]):
            continue
        if other.type == "result_sheet_opened":
            if period["kind"] == "year" != check.made("period", other.data["period"])["kind"]:
                own = _facts(check, other.stream)
                found += [_mark(one) for one in own if (one["what"], one["student"]) == ("period_mark", student)]
        elif period["kind"] != "year" and period["starts_on"] <= other.data["held_on"] <= period["ends_on"]:
            facts = check.facts(of=other.stream)
            works = [fact for fact in facts if fact.what == "work"]
            weights = {work.work: work.value.get("weight", by_kind.get(work.value["kind"], 100)) for work in works}
            found += [
                (fact.standing, _digits(fact.value), weights[fact.work])
                for fact in facts
                if (fact.what, fact.student) == ("mark", student)
            ]
    return found


def _mark(one: dict[str, Any]) -> tuple[int, list[int], int]:
    return one["standing"], _digits(one["value"] or ""), 1


def _digits(value: str) -> list[int]:
    return [int(part) for part in value.split("/") if part.isdigit()]


def _entries(check: _Checker, what: str) -> set[int]:
    return {one["standing"] for one in _facts(check, check.item.stream) if one["what"] == what}


def _facts(check: _Checker, stream: str) -> list[dict[str, Any]]:
    """Results of a sheet: what, student, first and standing entry, value (None while annulled)."""
    facts: list[dict[str, Any]] = []
    for other in check.before:
        if other.stream != stream:
            continue
        if other.type in RECORDS:
            facts.append(
                {
                    "what": RECORDS[other.type],
                    "student": other.data["student"],
                    "first": other.position,
                    "standing": other.position,
                    "value": other.data["value"],
                }
            )
        elif other.type in ("result_corrected", "result_annulled"):
            (fact,) = [one for one in facts if one["standing"] == other.data["corrects"]]
            fact |= {"standing": other.position, "value": other.data["new"]}
    return facts


def _check_change(check: _Checker, facts: list[dict[str, Any]]) -> None:
    item, data = check.item, check.data
    (fact,) = [one for one in facts if one["standing"] == data["corrects"]]
    assert fact["value"] == data["old"] != data["new"]
    assert data["new"] is None or data["new"] in VALUES
    assert data["reason"] != "other" or len(data["_sd"]) == 1
    if data["new"] is not None and data["old"] is None:
        others = [one for one in facts if one is not fact and one["value"]]
        assert not [one for one in others if (one["what"], one["student"]) == (fact["what"], fact["student"])]
    published = any(
        other.data["what"] == fact["what"] and other.position > fact["first"]
        for other in check.of(item.stream, "results_published")
    )
    period = f"period/{next(check.of(item.stream, 'result_sheet_opened')).data['period']}"
    closings = [other.position for other in check.of(period, "period_closed")]
    settled = published or (check.is_closed(period) and closings[-1] > fact["first"])
    if item.type == "result_correction_requested":
        assert settled
        assert data["basis"]
        return
    assert (item.type == "result_annulled") == (data["new"] is None)
    # Of what is not settled any more, for its period was opened again, a request of before is still answered.
    assert "request" in data or not settled
    if "request" in data:
        asked = _check_answer(check)
        same = ("corrects", "old", "new", "reason", "basis", "_sd")
        assert [data.get(field) for field in same] == [asked.data.get(field) for field in same]


def _check_answer(check: _Checker) -> Item:
    return check.check_answer(check.data["request"], "result_correction_requested")
