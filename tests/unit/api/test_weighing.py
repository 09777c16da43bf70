"""A school's formula for the quality of work with the journal: what it may be, and what it gives."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from api.cli.weighing import LIMIT_BYTES, parse_formula, read_formula, shown, weigh
from api.settings import SettingsError
from projections.views.indicators import Indicator

FORMULA = """
title = "Положение, приказ № 12"
[percent]
"lesson.on_time" = 0.1
[count]
"corrections.after_close" = -2
"result.late" = -1
"""


def test_a_sum_is_exact_and_shown_with_its_terms() -> None:
    formula = parse_formula(FORMULA.encode())
    rows = [Indicator("t", "lesson.on_time", 2, 3), Indicator("t", "corrections.after_close", 1, None)]
    (score,) = weigh(formula, [(None, row) for row in rows])
    assert (score.teacher, score.sum) == ("t", Fraction(20, 3) - 2)
    assert [(of.term.indicator, of.count, of.of, of.product) for of in score.terms] == [
        ("lesson.on_time", 2, 3, Fraction(20, 3)),
        ("corrections.after_close", 1, None, -2),
        ("result.late", None, None, 0),
    ], "66.66… percent times 0.1; minus two for one correction; nothing of what was never due"
    assert shown(score.sum) == "4.67"
    assert [shown(Fraction(number, 1_000)) for number in (-5, -4, 5, 0, -1_005)] == [
        "-0.01",
        "0.00",
        "0.01",
        "0.00",
        "-1.01",
    ]


def test_months_are_weighed_apart() -> None:
    formula = parse_formula(FORMULA.encode())
    rows = [(month, Indicator("t", "lesson.on_time", count, 2)) for month, count in (("2026-09", 1), ("2026-10", 2))]
    told = [(score.month, shown(score.sum)) for score in weigh(formula, rows)]
    assert told == [("2026-09", "5.00"), ("2026-10", "10.00")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "ошибка в TOML"),
        ("[percent]\n'lesson.on_time' = 1", "title"),
        ("title = 'П'", "ни одного веса"),
        ("title = 'П'\n[score]\n", "лишнее"),
        ("title = 'П'\ncount = 1", "нужна таблица"),
        ("title = 'П'\n[count]\n'lesson.early' = 1", "lesson.late"),
        ("title = 'П'\n[percent]\n'corrections.after_close' = 1", "такого показателя нет"),
        ("title = 'П'\n[count]\n'lesson.late' = true", "нужно число"),
        ("title = 'П'\n[count]\n'lesson.late' = '1'", "нужно число"),
        ("title = 'П'\n[count]\n'lesson.late' = nan", "знаков после точки"),
        ("title = 'П'\n[count]\n'lesson.late' = 1000001", "1000000"),
        ("title = 'П'\n[count]\n'lesson.late' = 0.0000001", "6 decimals"),
        ("title = 'П'\n[count]\n'lesson.late' = 1\n'lesson.late' = 2", "ошибка в TOML"),
        ('title = "П\\u0007"', "title"),
    ],
)
def test_what_is_no_formula_is_refused_with_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        parse_formula(text.encode())


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "formula.toml"
    with pytest.raises(SettingsError, match="не читается"):
        read_formula(file)
    file.write_text(FORMULA, encoding="utf-8")
    assert read_formula(file).title == "Положение, приказ № 12"
    file.write_text("#" * (LIMIT_BYTES + 1), encoding="utf-8")
    with pytest.raises(SettingsError, match="больше"):
        read_formula(file)
    with pytest.raises(SettingsError, match="UTF-8"):
        parse_formula(b"\xff")
