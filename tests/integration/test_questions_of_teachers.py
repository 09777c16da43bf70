"""Questions about teachers' work, on the second school written by hand, on both databases."""

from __future__ import annotations

import pytest

from projections.engine import Views
from projections.questions import BY_SLUG, Misasked, ask
from tests.integration.test_questions_of_registers import E, found, views
from tests.question_school import ANNA, DIMA, GLEB, T1, T2, VERA

__all__ = ["views"]


def test_indicators_are_counts_with_shares_by_teacher_and_month(views: Views) -> None:
    rows = found(views, "indicators", teacher=T1)
    told = {row["indicator"]: (row["count"], row["of"], row["percent"]) for row in rows}
    assert told["lessons.given"] == (4, None, None)
    assert told["lesson.on_time"] == (3, 4, "75.00")
    assert told["lesson.late"] == (1, 4, "25.00"), "M2 is of the 21st and was recorded on the 22nd"
    assert told["corrections.before_close"] == (1, None, None), "of M1, though October is long over"
    assert told["substitutions.taken"] == (0, None, None)
    assert told["result.late"] == (2, 2, "100.00"), "obtained at 11:00 on the 24th, shown at 12:00 on the 26th"
    assert {row["teacher"] for row in found(views, "indicators")} == {T1, T2}
    by_month = found(views, "indicators", teacher=T1, by="month", indicator="lessons.given")
    assert [(row["month"], row["count"]) for row in by_month] == [("2026-09", 2), ("2026-10", 2)]
    only = found(views, "indicators", teacher=T1, indicator="lesson.late", from_="2026-10-01")
    assert [(row["count"], row["of"]) for row in only] == [(0, 2)]


def test_a_count_is_followed_down_to_its_entries(views: Views) -> None:
    def facts(indicator: str) -> list[list[int]]:
        return [row["entries"] for row in found(views, "indicators", teacher=T1, by="each", indicator=indicator)]

    (late_lesson,) = facts("lesson.late")
    assert late_lesson[:2] == [E["regulation"], E["M2"]], "and behind them what excuses it"
    assert facts("corrections.before_close") == [[E["M1.anna.0"], E["M1.anna"]]]
    (late,) = found(views, "indicators", teacher=T1, by="each", indicator="result.late")
    assert (late["count"], late["class"], late["held_on"]) == (2, "5А", "2026-10-24")
    assert {E[f"result.{ANNA}"], E["published"], E["regulation"]} < set(late["entries"])
    for left_out in ({"indicator": "lesson.late"}, {"teacher": T1}):
        with pytest.raises(Misasked) as error:
            ask(BY_SLUG["indicators"], views, {"by": "each", **left_out})
        assert error.value.allowed == ("teacher", "indicator")


def test_who_was_not_assessed_is_found_with_the_share_of_lessons_missed(views: Views) -> None:
    """The period's lessons of physics: one, with Vera there; 9А had no mathematics in it."""

    def told(at: int | None = None, **given: str) -> list[tuple[object, ...]]:
        rows = found(views, "few-marks", finding="not_assessed", on="2026-10-20", at=at, **given)
        return [(row["student"], row["held"], row["absent"], row["percent"], row["entries"]) for row in rows]

    vera = (VERA, 1, 0, 0, [E[f"result.{VERA}"]])
    gleb = (GLEB, 0, 0, None, [E[f"result.{GLEB}"]])
    before = E[f"result.{DIMA}.1"]
    assert told(before) == [vera, (DIMA, 0, 0, None, [E[f"result.{DIMA}"]]), gleb]
    assert told(before, class_="5А") == [vera]
    assert told() == [gleb], "Dima is exempt by now, and Vera's mark was annulled"
