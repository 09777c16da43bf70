"""Forecasts of results as a table for a spreadsheet, in the form of `verify/spec/tables.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from exports.tables import Table, format_table, typed
from ledger.journal.vocabulary import MARK_WORDS, PERIOD_WORDS
from projections.views.forecasts import Forecast, Forecasts

COLUMNS: Final = (
    *("class (класс)", "subject (предмет)", "subgroup (подгруппа)", "student (ученик)", "student_name (ученик, имя)"),
    *("period_kind (период)", "period_number (номер периода)", "starts_on (с)", "ends_on (по)"),
    *("value (выходит сейчас)", "mean (среднее)", "marks (отметок)", "lacking (не хватает отметок)"),
    *("needed (для следующей отметки)", "risks (риск)", "pending (работы без отметки)", "entries (записи)"),
)


def format_forecasts(found: Forecasts, names: Mapping[str, str]) -> bytes:
    """The rows as CSV; `names` of students, by id, where known."""
    return b"".join(format_table(Table("forecasts", COLUMNS, _rows(found, names))))


def _rows(found: Forecasts, names: Mapping[str, str]) -> Iterator[Sequence[str]]:
    for row in found.rows:
        mean = row.mean_hundredths
        yield (
            *(typed(row.class_name), typed(row.subject), typed(row.subgroup or "")),
            *(row.student, typed(names.get(row.student, row.student))),
            *(PERIOD_WORDS[row.period_kind], str(row.period_number), row.starts_on, row.ends_on),
            "" if row.value is None else MARK_WORDS.get(row.value, row.value),
            "" if mean is None else f"{mean // 100}.{mean % 100:02}",
            *(str(row.marks), "" if row.lacking is None else str(row.lacking)),
            "; ".join(needed_words(one) for one in row.needed),
            "; ".join(risk_words(one) for one in row.risks),
            "; ".join(f"{work.held_on} {work.kind}" for work in row.pending),
            " ".join(map(str, entries_of(row))),
        )


def needed_words(needed: Mapping[str, Any]) -> str:
    """How many marks would make the next higher one."""
    if needed["how_many"] is None:
        return f"«{needed['value']}» отметками {needed['mark']} не получить"
    return f"до «{needed['value']}»: {needed['how_many']} × {needed['mark']}"


def risk_words(risk: Mapping[str, Any]) -> str:
    """What threatens, by which rule."""
    if risk["value"] == "na":
        return f"н/а: отметок меньше {risk['limit']}"
    return f"2: среднее ниже {risk['limit'] // 100}.{risk['limit'] % 100:02}"


def entries_of(row: Forecast) -> tuple[int, ...]:
    """Every entry that a forecast rests on."""
    works = {entry for work in row.pending for entry in (work.entry, work.absence)}
    known = {row.rule, row.course_entry, row.period_entry, *row.inputs, *works}
    return tuple(sorted(entry for entry in known if entry is not None))
