"""How a result follows from marks: pure functions of marks and rules, to be called with any rules and weights.

    compute_period_mark([Input(412, "4", 100), Input(430, "5", 300)], rules)
    compute_period_mark([Input(412, "4"), Input(430, "5", None, "control_work")], rules)     # weights: control_work 300
        -> Computed(value="5", sum=1900, weight=400, inputs=(412, 430))         # 4.75, and five_from is 460

All arithmetic is in integers: the mean is the fraction `sum` / `weight`, and a threshold is compared with it exactly.
`verify/spec/events.md` (Results) says the same in words; `tests/worked/results` has cases that were worked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.journal.result_events import AssessmentRules
from ledger.journal.vocabulary import WorkKind

NOT_ASSESSED: Final = "na"
"""What is computed where nothing can be (не аттестован)."""

WEIGHT: Final = 100
"""Of an ordinary work, in hundredths."""


class Input(NamedTuple):
    """A mark that stands: its standing entry and value, the weight that its work says, in hundredths, and its kind."""

    entry: int
    value: str
    weight: int | None = None
    kind: WorkKind | None = None


class Computed(NamedTuple):
    """What the rules give: the value, and its mean `sum` / `weight` (0 / 0 where nothing counts) with its inputs.

    `lacks`: grades of which marks lack that a final mark over years of study is of; then nothing is computed.
    """

    value: str
    sum: int
    weight: int
    inputs: tuple[int, ...]
    lacks: tuple[int, ...] = ()


def digits_of(value: str) -> tuple[int, ...]:
    """Return the marks that count in a value: none in words, two where there are two criteria."""
    return tuple(int(part) for part in value.split("/") if part in ("1", "2", "3", "4", "5"))


def weight_of(mark: Input, rules: AssessmentRules) -> int:
    """Return what a mark weighs, in hundredths: as its work says, else as the rules say of the kind, else as usual."""
    if mark.weight is not None:
        return mark.weight
    if rules.weights is None or mark.kind is None:
        return WEIGHT
    return rules.weights.get(mark.kind, WEIGHT)


def compute_period_mark(marks: Iterable[Input], rules: AssessmentRules) -> Computed:
    """Compute a period's mark from the marks of its lessons."""
    total = weight = count = 0
    inputs = []
    for mark in marks:
        digits = digits_of(mark.value)
        share = weight_of(mark, rules) if rules.average == "weighted" else 1
        total += share * sum(digits)
        weight += share * len(digits)
        count += len(digits)
        if digits:
            inputs.append(mark.entry)
    value = _graded(total, weight, rules) if count >= rules.marks_min else NOT_ASSESSED
    return Computed(value, total, weight, tuple(sorted(inputs)))


def compute_year_mark(marks: Iterable[Input], rules: AssessmentRules) -> Computed:
    """Compute the year's mark from the marks of its periods, all alike."""
    counted = [(mark.entry, int(mark.value)) for mark in marks if digits_of(mark.value)]
    total, weight = sum(value for _, value in counted), len(counted)
    value = _rounded(total, weight, rules) if weight >= rules.period_marks_min else NOT_ASSESSED
    return Computed(value, total, weight, tuple(sorted(entry for entry, _ in counted)))


def compute_final_mark(year: Input | None, exam: Input | None, rules: AssessmentRules) -> Computed:
    """Compute a final mark: the year's mark, or its mean with the examination's if the rules want that.

    Where there was no examination it is the year's mark, too; without a year's mark that counts there is none.
    """
    counts = [year, exam] if rules.final_from == "mean_of_year_and_exam" else [year]
    inputs = [mark for mark in counts if mark is not None and digits_of(mark.value)]
    if year not in inputs:
        inputs = []
    total, weight = sum(int(mark.value) for mark in inputs), len(inputs)
    value = _rounded(total, weight, rules) if weight else NOT_ASSESSED
    return Computed(value, total, weight, tuple(sorted(mark.entry for mark in inputs)))


def _graded(total: int, weight: int, rules: AssessmentRules) -> str:
    """Return the mark whose threshold the mean reaches; below all of them it is 2."""
    thresholds = (("5", rules.five_from), ("4", rules.four_from), ("3", rules.three_from))
    return next((mark for mark, least in thresholds if 100 * total >= least * weight), "2")


def _rounded(total: int, weight: int, rules: AssessmentRules) -> str:
    """Round a mean of marks: up from so many hundredths on."""
    whole, rest = divmod(total, weight)
    return str(whole + (100 * rest >= rules.mean_up_from * weight))
