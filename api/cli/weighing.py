"""A school's own formula for the quality of work with the journal (regulation 2.4.3): weights of indicators, in TOML.

    title = "Положение о стимулирующих надбавках, приказ № 12 от 01.09.2026"

    [percent]                        # times the indicator's share, 0 to 100
    "lesson.on_time" = 0.1
    "completeness.4" = 0.2

    [count]                          # times the indicator's count
    "corrections.after_close" = -2

The journal has no formula of its own, and none is the default. All arithmetic is exact; only what is shown is rounded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from api.settings import SettingsError
from projections.views.indicators import INDICATORS, Indicator

Measure = Literal["count", "percent"]
MEASURES: Final[tuple[Measure, ...]] = ("percent", "count")
LIMIT_BYTES: Final = 1 << 16
TITLE_LENGTH: Final = 300
WEIGHT_MOST: Final = 1_000_000
DECIMALS_MOST: Final = 6
ALONE: Final = tuple(name for name in INDICATORS if name.split(".")[0] in ("lessons", "corrections", "substitutions"))
"""Indicators that are no part of anything, so that there is no percent of them."""


class Term(NamedTuple):
    """One weight of a formula."""

    measure: Measure
    indicator: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Formula:
    """A title, which says whose the formula is, and its terms in the order of the file."""

    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A term with what it was applied to; `count`, `of`: None where nothing was due, which adds nothing."""

    term: Term
    count: int | None
    of: int | None
    product: Fraction


class Score(NamedTuple):
    """One teacher's sum with its terms."""

    teacher: str
    month: str | None
    sum: Fraction
    terms: tuple[Weighed, ...]


def read_formula(path: Path) -> Formula:
    """Read a formula.

    Raises:
        SettingsError: it cannot be read, or is none; the message says where and what is allowed.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"--formula: файл не читается / cannot be read: {error.strerror}") from None
    if len(content) > LIMIT_BYTES:
        raise SettingsError(f"--formula: больше {LIMIT_BYTES} байт / more than {LIMIT_BYTES} bytes")
    return parse_formula(content)


def parse_formula(content: bytes) -> Formula:
    """Parse a formula.

    Raises:
        SettingsError: it is none; the message says where and what is allowed.
    """
    try:
        found = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise SettingsError("--formula: не текст в UTF-8 / no text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"--formula: ошибка в TOML / an error in TOML: {error}") from None
    allowed = ("title", *MEASURES)
    for key in found:
        if key not in allowed:
            raise SettingsError(f"--formula: лишнее / not expected: {key!r}; есть / there are {', '.join(allowed)}")
    title = found.get("title")
    if not isinstance(title, str) or not 0 < len(title) <= TITLE_LENGTH or not title.isprintable():
        raise SettingsError(
            f"--formula: title: нужна строка до {TITLE_LENGTH} знаков: чьё положение / a line that says whose it is"
        )
    terms = tuple(term for measure in MEASURES for term in _terms(measure, found.get(measure, {})))
    if not terms:
        raise SettingsError("--formula: нет ни одного веса / no weight: [percent], [count]")
    return Formula(title, terms)


def _terms(measure: Measure, table: Any) -> Iterator[Term]:
    if not isinstance(table, dict):
        raise SettingsError(f"--formula: {measure}: нужна таблица / a table: [{measure}]")
    known = [name for name in INDICATORS if measure == "count" or name not in ALONE]
    for name, weight in table.items():
        where = f"--formula: [{measure}] {name!r}"
        if name not in known:
            raise SettingsError(f"{where}: такого показателя нет, есть / no such indicator: {', '.join(known)}")
        yield Term(measure, name, _weight(where, weight))


def _weight(where: str, weight: Any) -> Decimal:
    if isinstance(weight, bool) or not isinstance(weight, int | Decimal):
        raise SettingsError(f"{where}: нужно число / has to be a number")
    number = Decimal(weight)
    digits = number.as_tuple().exponent
    if not isinstance(digits, int) or abs(number) > WEIGHT_MOST or digits < -DECIMALS_MOST:
        raise SettingsError(
            f"{where}: от -{WEIGHT_MOST} до {WEIGHT_MOST}, до {DECIMALS_MOST} знаков после точки / "
            f"within ±{WEIGHT_MOST}, at most {DECIMALS_MOST} decimals"
        )
    return number


def weigh(formula: Formula, rows: Iterable[tuple[str | None, Indicator]]) -> list[Score]:
    """Sums of each teacher, and month where the rows have months, in the order of the rows."""
    found: dict[tuple[str, str | None], dict[str, Indicator]] = {}
    for month, row in rows:
        found.setdefault((row.teacher, month), {})[row.indicator] = row
    scores = []
    for (teacher, month), of in found.items():
        terms = tuple(_weighed(term, of) for term in formula.terms)
        scores.append(Score(teacher, month, sum((term.product for term in terms), Fraction(0)), terms))
    return scores


def _weighed(term: Term, of: Mapping[str, Indicator]) -> Weighed:
    row = of.get(term.indicator)
    if row is None:
        return Weighed(term, None, None, Fraction(0))
    value = Fraction(row.count) if term.measure == "count" else Fraction(100 * row.count, row.of or 1)
    return Weighed(term, row.count, row.of, Fraction(term.weight) * value)


def shown(value: Fraction) -> str:
    """A number with two decimals, halves away from zero."""
    hundredths = int(abs(value) * 100 + Fraction(1, 2))
    return f"{'-' if value < 0 and hundredths else ''}{hundredths // 100}.{hundredths % 100:02}"
