"""Question 24: indicators of a teacher's work with the journal (regulation 2.4.3), and what each count is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Misasked, Parameter, Question, Row
from projections.questions.judging import counted_days
from projections.views.indicators import INDICATORS, Indicator, indicator_facts, indicators, indicators_by_month

WHAT_WORDS: Final = {
    "lessons": "уроки",
    "lesson": "запись урока",
    "attendance": "посещаемость",
    "homework": "домашнее задание",
    "oral_mark": "отметка за устный ответ",
    "written_mark": "отметка за письменную работу",
    "written_work": "письменная работа в целом",
    "completeness": "полнота урока",
    "corrections": "исправления",
    "result": "итоги",
    "substitutions": "замещения",
}
HOW_WORDS: Final = {
    "given": "дано",
    "taken": "взято",
    "on_time": "в срок",
    "late": "с опозданием",
    "missing": "нет",
    "exempt": "не требуется",
    "same_day": "в тот же день",
    "before_close": "до закрытия периода",
    "reopened": "в открытом снова периоде",
    "after_close": "после закрытия периода",
    **{str(index): f"{index} из 4" for index in range(5)},
}


def words_of(indicator: str) -> str:
    """An indicator in Russian."""
    what, _, how = indicator.partition(".")
    return f"{WHAT_WORDS[what]}: {HOW_WORDS[how]}"


def shown_share(share: int | None) -> str | None:
    """Hundredths of a percent as ``97.40``."""
    return None if share is None else f"{share // 100}.{share % 100:02}"


def teachers_indicators(asked: Asked) -> Found:
    """Counts and shares by teacher, for all days or month by month; or what one count is made of, with its entries.

    Raises:
        Misasked: what is asked for fact by fact is not one teacher's one indicator.
    """
    if asked["by"] == "each":
        return _each(asked)
    first, last = counted_days(asked)
    of: dict[str, Any] = {"teacher": asked["teacher"], "from_date": first, "to_date": last, "at": asked.position}
    found: Iterable[tuple[str | None, Indicator]] = (
        indicators_by_month(asked.views, **of)
        if asked["by"] == "month"
        else ((None, row) for row in indicators(asked.views, **of).rows)
    )
    rows: list[Row] = []
    for month, row in found:
        if asked["indicator"] in (None, row.indicator):
            share = shown_share(row.share)
            rows.append((row.teacher, month, row.indicator, row.count, row.of, share, None, None, None, None, None, []))
    rows.sort(key=lambda row: (row[0], row[1] or "", INDICATORS.index(row[2])))
    return Found(rows, {"teachers": len({row[0] for row in rows})})


def _each(asked: Asked) -> Found:
    for name in ("teacher", "indicator"):
        if asked[name] is None:
            raise Misasked(
                name,
                "поштучно: назовите учителя и показатель",
                "fact by fact: name a teacher and an indicator",
                ["teacher", "indicator"],
            )
    facts = indicator_facts(
        asked.views,
        asked["teacher"],
        asked["indicator"],
        from_date=asked["from"],
        to_date=asked["to"],
        at=asked.position,
    )
    rows: list[Row] = []
    for fact in facts:
        class_group, subject = asked.courses[fact.course]
        place = (asked.class_names[class_group], subject, fact.held_on, fact.number, fact.student)
        rows.append((asked["teacher"], None, asked["indicator"], fact.count, None, None, *place, list(fact.entries)))
    return Found(rows, {"lines": len(rows)})


INDICATORS_ASKED: Final = Question(
    number=24,
    slug="indicators",
    title_ru="Показатели качества работы учителя с журналом, до каждой записи",
    title_en="Indicators of the quality of a teacher's work with the journal, down to the entries",
    answer=teachers_indicators,
    parameters=(
        *(choosing.TEACHER, choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("indicator", "choice", "только этот показатель", "only this indicator", choices=INDICATORS),
        Parameter(
            "by",
            "choice",
            "как считать; each — поштучно, одного учителя и один показатель",
            "how to count; each: fact by fact, of one teacher and indicator",
            choices=("teacher", "month", "each"),
            default="teacher",
        ),
    ),
    columns=(
        *(choosing.TEACHER_ID, Column("month", "месяц")),
        Column("indicator", "показатель", words={name: words_of(name) for name in INDICATORS}),
        *(Column("count", "сколько"), Column("of", "из"), Column("percent", "процент", is_named=True)),
        *(choosing.CLASS_NAME, choosing.SUBJECT_NAME, choosing.HELD_ON, choosing.NUMBER, choosing.STUDENT_ID),
        ENTRIES,
    ),
    limits_ru="Балла нет: формулу даёт положение школы, letopis indicators --formula считает по ней. Сроки — по "
    "регламенту в силе, «нет» — на момент последней известной записи. Исправления — в его уроках, кто бы их ни внёс. "
    "Суммы записей не называют: их называет by=each.",
    limits_en="No score: the formula is the school's, `letopis indicators --formula` applies one. By the regulation "
    "in force; missing is so as of the last known entry. Corrections are those of the teacher's lessons, whoever made "
    "them. Sums name no entries: `by=each` does.",
)
