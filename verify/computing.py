"""What rules of assessment make of marks (events.md, "Results"): sums, weights and rounding, exact."""

import json
from collections.abc import Collection
from functools import cache
from typing import Any, Final

from verify.state import NULL

NOTHING: Final = b"na"
WEIGHT: Final = 100
HALVES_UP: Final = 50
Input = tuple[int, tuple[int, ...], int]
"""A mark that stands: its standing entry, its digits, and its work's weight."""


def summed(marks: Collection[Input]) -> tuple[int, int]:
    """Return the sum and the weight of marks."""
    total = sum(each * share for _, digits, share in marks for each in digits)
    return total, sum(share * len(digits) for _, digits, share in marks)


def is_enough(marks: Collection[Input], least: int) -> bool:
    """Say whether so many marks count at least."""
    return sum(len(digits) for _, digits, _ in marks) >= least


def share_of(work: bytes, weights: dict[str, int] | None) -> int:
    """Return what a mark of a work counts, by the work's standing value; `weights` None: all alike."""
    if weights is None:
        return 1
    own, kind = _weight_and_kind(work)
    return weights.get(kind, WEIGHT) if own is None else own


def weights_of(rules: dict[str, Any]) -> dict[str, int] | None:
    """Return what kinds of works weigh; None where all marks count alike."""
    weights: dict[str, int] = rules.get("weights", {})
    return weights if rules["average"] == "weighted" else None


@cache
def digits_of(value: bytes) -> tuple[int, ...]:
    """Return the digits of a mark: two where there are two criteria, none where there are words or nothing stands."""
    return tuple(int(part) for part in value.strip(b'"').split(b"/") if part.isdigit())


@cache
def _weight_and_kind(work: bytes) -> tuple[int | None, str]:
    """Return the weight that a work's standing value says, if it does, and its kind; an annulled one weighs nothing."""
    if work == NULL:
        return 0, ""
    value = json.loads(work)
    return value.get("weight"), value["kind"]


def grade_of(total: int, weight: int, rules: dict[str, Any]) -> bytes:
    """Return the mark of a mean: each threshold in hundredths, compared exactly."""
    mark = 2 + sum(100 * total >= rules[name] * weight for name in ("three_from", "four_from", "five_from"))
    return b"%d" % mark


def rounded(total: int, weight: int, up_from: int) -> bytes:
    """Round a mean up where what is beyond the whole mark reaches so many hundredths."""
    whole = total // weight
    return b"%d" % (whole + 1 if 100 * (total - whole * weight) >= up_from * weight else whole)
