"""`indicators`: a teacher's work with the journal in numbers (regulation 2.4.3), and by a school's own formula."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from api.answering import ask_school, looked_at, people_of
from api.cli.asking import run_question
from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import moment_of
from api.cli.substituting import read_days
from api.cli.weighing import Formula, Score, Weighed, read_formula, shown, weigh
from api.schools import open_school
from api.settings import SettingsError
from exports.tables import Table, format_table, typed
from projections.questions import BY_SLUG, Answered
from projections.questions.indicators import words_of
from projections.views.indicators import Indicator

COLUMNS: Final = (
    *("teacher (учитель)", "teacher_name (учитель, имя)", "month (месяц)", "indicator (показатель)"),
    *("measure (мера)", "count (сколько)", "of (из)", "weight (вес)", "product (слагаемое)"),
)
MEASURE_WORDS: Final = {"count": "количество", "percent": "процент"}


class Options(NamedTuple):
    """What the command line asks: of whom, when, of what, and as of which moment or position."""

    teacher: str | None
    month: str | None
    from_date: str | None
    to_date: str | None
    indicator: str | None
    by: str | None
    at: str | None
    position: int | None


def run_indicators(console: Console, var: Path, options: Options, formula: Path | None, *, as_csv: bool) -> int:
    """Print the indicators, or with a formula each sum with its terms, as text, JSON or CSV.

    Raises:
        SettingsError: an option or the formula is malformed, or two options exclude each other.
        Misasked: an option is none of what is allowed.
    """
    first, last = read_days(options.month, options.from_date, options.to_date)
    wanted = {
        "teacher": options.teacher,
        "from": first,
        "to": last,
        "indicator": options.indicator,
        "by": options.by,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    question = BY_SLUG["indicators"]
    if formula is None:
        return run_question(
            question,
            given,
            var=var,
            at=options.at,
            position=options.position,
            as_csv=as_csv,
            as_json=console.as_json,
        )
    if options.indicator is not None or options.by == "each":
        raise SettingsError("--formula: без --indicator и --by each / goes without --indicator and --by each")
    if as_csv and console.as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    read = read_formula(formula)
    with open_school(var, background=False, recording=False) as school:
        answered = ask_school(school, question, given, moment_of(options.at, options.position))
        form: Any = "csv" if as_csv else None
        look(school, "indicators", looked_at(answered), as_of=answered.known.position, form=form)
        names = people_of(school, answered)
    scores = weigh(read, _rows(answered))
    if as_csv:
        sys.stdout.buffer.write(format_scores(scores, names))
        sys.stdout.buffer.flush()
        return Exit.DONE
    console.result(_plain(read, answered, scores, names), format_text(read, answered, scores, names))
    return Exit.DONE


def _rows(answered: Answered) -> list[tuple[str | None, Indicator]]:
    return [
        (row["month"], Indicator(row["teacher"], row["indicator"], row["count"], row["of"])) for row in answered.plain()
    ]


def format_text(formula: Formula, answered: Answered, scores: list[Score], names: Mapping[str, str]) -> str:
    """Sums as people read them: a line a teacher, under it a line a term."""
    lines = [formula.title, f"известно записей / entries known {answered.known.position}"]
    for score in scores:
        month = f" {score.month}" if score.month else ""
        lines.append(f"{names.get(score.teacher, score.teacher)}{month}: {shown(score.sum)}")
        lines += [f"    {_line(of)}" for of in score.terms]
    return "\n".join(lines)


def _line(of: Weighed) -> str:
    if of.count is None:
        return f"{words_of(of.term.indicator)}: нечего считать / nothing was due: 0"
    value = f"{of.count}" if of.of is None else f"{of.count} из / of {of.of}"
    how = f"{MEASURE_WORDS[of.term.measure]} × {of.term.weight} = {shown(of.product)}"
    return f"{words_of(of.term.indicator)}: {value}, {how}"


def format_scores(scores: list[Score], names: Mapping[str, str]) -> bytes:
    """Terms as a table, under each teacher's the sum."""
    rows = []
    for score in scores:
        who = (score.teacher, typed(names.get(score.teacher, score.teacher)), score.month or "")
        for of in score.terms:
            numbers = ("" if number is None else str(number) for number in (of.count, of.of))
            term = (words_of(of.term.indicator), MEASURE_WORDS[of.term.measure], *numbers, str(of.term.weight))
            rows.append((*who, *term, shown(of.product)))
        rows.append((*who, "сумма", "", "", "", "", shown(score.sum)))
    return b"".join(format_table(Table("indicators", COLUMNS, iter(rows))))


def _plain(formula: Formula, answered: Answered, scores: list[Score], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "formula": formula.title,
        "asked": dict(answered.asked),
        "position": answered.known.position,
        "people": dict(names),
        "scores": [
            {
                "teacher": score.teacher,
                "month": score.month,
                "sum": shown(score.sum),
                "exact": str(score.sum),
                "terms": [
                    {
                        "indicator": of.term.indicator,
                        "measure": of.term.measure,
                        "weight": str(of.term.weight),
                        "count": of.count,
                        "of": of.of,
                        "product": shown(of.product),
                        "exact": str(of.product),
                    }
                    for of in score.terms
                ],
            }
            for score in scores
        ],
    }
