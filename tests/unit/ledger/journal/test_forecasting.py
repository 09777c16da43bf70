"""What marks so far make of a period: worked by hand, and against trying mark by mark."""

from __future__ import annotations

from hypothesis import given, strategies as st

from ledger.journal.computing import Input, compute_period_mark
from ledger.journal.forecasting import Needed, Risk, forecast
from ledger.journal.result_events import AssessmentRules


def rules(average: str = "weighted", marks_min: int = 3) -> AssessmentRules:
    return AssessmentRules(
        average=average, marks_min=marks_min, five_from=460, four_from=360, three_from=260,  # type: ignore[arg-type]
        period_marks_min=2, mean_up_from=50, final_from="year",
    )  # fmt: skip


def test_few_marks_are_a_risk_and_what_lacks_is_said() -> None:
    """3 and 4: the mean is 3.50, a 3; one more mark must come, and with a 5 (4.00) or a 4 (3.66) there is a 4."""
    found = forecast([Input(1, "3"), Input(2, "4")], rules())
    assert (found.computed.value, found.grade, found.how_many, found.lacking) == ("na", "3", 2, 1)
    assert found.needed == (Needed("4", 5, 1), Needed("4", 4, 1))
    assert found.risks == (Risk("na", "marks_min", 3),)


def test_a_two_is_a_risk_by_its_threshold() -> None:
    """2, 2, 3 with the 3 of double weight: (2 + 2 + 6) / 4 = 2.50 < 2.60; one 3 makes 13 / 5 = 2.60, which is enough."""
    found = forecast([Input(1, "2"), Input(2, "2"), Input(3, "3", 200)], rules())
    assert (found.computed.value, found.grade, found.lacking) == ("2", "2", 0)
    assert found.risks == (Risk("2", "three_from", 260),)
    assert found.needed == (Needed("3", 5, 1), Needed("3", 4, 1), Needed("3", 3, 1))


def test_a_five_needs_fives_alone_and_has_nothing_above() -> None:
    """4, 4, 4: with n fives (12 + 5 n) / (3 + n) >= 4.60 from n = 4.5 on."""
    assert forecast([Input(n, "4") for n in range(3)], rules()).needed == (Needed("5", 5, 5),)
    assert forecast([Input(n, "5") for n in range(3)], rules()).needed == ()


def test_without_marks_nothing_is_told_but_what_lacks() -> None:
    found = forecast([Input(1, "pass")], rules())
    assert (found.grade, found.lacking, found.needed, found.computed.inputs) == (None, 3, (), ())
    assert found.risks == (Risk("na", "marks_min", 3),)


MARKS = st.lists(
    st.builds(
        Input, st.integers(1, 9), st.sampled_from(["2", "3", "4", "5", "4/5", "pass"]), st.sampled_from([50, 100, 300])
    ),
    max_size=6,
)


@given(MARKS, st.sampled_from(["weighted", "plain"]), st.integers(1, 9))
def test_what_is_needed_is_the_least_that_does(marks: list[Input], average: str, marks_min: int) -> None:
    by = rules(average, marks_min)
    found = forecast(marks, by)
    assert found.computed == compute_period_mark(marks, by)

    def reached(mark: int, count: int) -> str:
        return compute_period_mark([*marks, *[Input(99, str(mark))] * count], by).value

    for needed in found.needed:
        tried = (count for count in range(400) if reached(needed.mark, count) >= needed.value != "na")
        least = next((count for count in tried if reached(needed.mark, count) != "na"), None)
        assert needed.how_many == least
    lacking = next(count for count in range(20) if reached(5, count) != "na")
    assert found.lacking == lacking
