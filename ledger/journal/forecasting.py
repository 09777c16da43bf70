"""What marks so far make of a period, and what would change it: pure functions of marks and rules (regulation 2.3.2).

    forecast([Input(412, "3", 100), Input(430, "4", 100)], rules)      # mean 3.50, four_from 360, marks_min 3
        -> Forecast(computed na of 700 / 200, grade "3", lacking 1, needed 4 with one 5 or one 4, risk na: marks_min)

A forecast binds nobody: the teacher decides, as `ledger.journal.computing` says of the result itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from ledger.journal.computing import NOT_ASSESSED, WEIGHT, Computed, Input, compute_period_mark, digits_of
from ledger.journal.result_events import AssessmentRules

Threshold = Literal["five_from", "four_from", "three_from"]
FROM: Final[dict[str, Threshold]] = {"5": "five_from", "4": "four_from", "3": "three_from"}


class Needed(NamedTuple):
    """How many more marks `mark`, of ordinary weight and nothing else, would make `value`; None: no number of them."""

    value: str
    mark: int
    how_many: int | None


class Risk(NamedTuple):
    """A bad result that would come out now, and the rule by which; `limit`: what that rule asks."""

    value: Literal["2", "na"]
    rule: Literal["three_from", "marks_min"]
    limit: int


class Forecast(NamedTuple):
    """What would come out if the period ended now.

    Attributes:
        computed: the result by the rules, with its mean and inputs.
        how_many: marks that count; two criteria are two.
        lacking: how many are lacking until the least number.
        grade: the mark that the mean gives, however few there are; None where there is none.
        needed: of the next higher mark, with each mark that could make it; empty where there is no higher one.
        risks: what threatens; both where marks are few and bad.
    """

    computed: Computed
    how_many: int
    lacking: int
    grade: str | None
    needed: tuple[Needed, ...]
    risks: tuple[Risk, ...]


def forecast(marks: Collection[Input], rules: AssessmentRules) -> Forecast:
    """Tell what a period's marks so far make, and what more it would take, exactly."""
    computed = compute_period_mark(marks, rules)
    count = sum(len(digits_of(mark.value)) for mark in marks)
    lacking = max(0, rules.marks_min - count)
    grade = _grade(computed, rules)
    needed: tuple[Needed, ...] = ()
    if grade is not None and grade != "5":
        wanted = str(int(grade) + 1)
        needed = tuple(_needed(computed, wanted, mark, lacking, rules) for mark in (5, 4, 3) if mark >= int(wanted))
    risks = []
    if computed.value == NOT_ASSESSED:
        risks.append(Risk("na", "marks_min", rules.marks_min))
    if grade == "2":
        risks.append(Risk("2", "three_from", rules.three_from))
    return Forecast(computed, count, lacking, grade, needed, tuple(risks))


def _grade(computed: Computed, rules: AssessmentRules) -> str | None:
    """Return the mark whose threshold the mean reaches; None where nothing counts."""
    if not computed.weight:
        return None
    reached = (mark for mark, name in FROM.items() if 100 * computed.sum >= getattr(rules, name) * computed.weight)
    return next(reached, "2")


def _needed(computed: Computed, wanted: str, mark: int, lacking: int, rules: AssessmentRules) -> Needed:
    """Solve 100 (S + n w m) >= T (W + n w) for the least whole n; the mean is below T now."""
    least = getattr(rules, FROM[wanted])
    share = WEIGHT if rules.average == "weighted" else 1
    gain = share * (100 * mark - least)
    if gain <= 0:
        return Needed(wanted, mark, None)
    missing = least * computed.weight - 100 * computed.sum
    return Needed(wanted, mark, max(-(-missing // gain), lacking))
