"""How the journal conforms to the regulation, clause by clause, and what has to be printed (regulation 1.1, 3.3)."""

from __future__ import annotations

from typing import Final

from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import Source, month_name, shown_day
from ledger.journal.vocabulary import CONDITION_WORDS
from projections.views.conformity import conformity
from projections.views.obligations import obligations

_STATES: Final = {"built": "исполняется", "in_part": "исполняется частично", "not_yet": "ещё нет"}
_PRINTING: Final = {"required": "печатать", "proved": "не требуется: доказано", "printed": "напечатано"}


def conformity_sheet(source: Source) -> Sheet:
    """The matrix: each clause, how far it is met, what is done about it, and what the log shows of it."""
    found = conformity(source.views, at=source.position)
    rows = [
        Row(
            (
                "преамбула" if row.clause == "head" else row.clause,
                _STATES[row.state],
                row.ru,
                "\n".join(f"{shown.ru}: {shown.count}" for shown in row.shown),
            ),
            tuple(sorted({shown.last_entry for shown in row.shown if shown.last_entry is not None})),
        )
        for row in found.rows
    ]
    columns = (
        Column("Пункт", width_mm=20),
        Column("Состояние", width_mm=36),
        Column("Чем обеспечено"),
        Column("Что видно по журналу", width_mm=92),
    )
    return source.sheet(
        "conformity",
        "Соответствие регламенту",
        (("на день", shown_day(found.day)),),
        columns,
        rows,
        notes=("Числа — по записям журнала.",),
    )


def obligations_sheet(source: Source) -> Sheet:
    """Every month, period and year that is over: whether it must be printed, and why or why not."""
    found = obligations(source.views, at=source.position)
    rows = []
    for row in found.rows:
        parts = [f"{'+' if part.holds else '–'} {part.ru}" for part in row.parts]
        entries = {entry for part in row.parts for entry in part.entries} | {row.met_by, row.last_entry}
        cells = (
            month_name(row.scope) if row.condition == "substitutions" else row.title,
            f"{shown_day(row.starts_on)}–{shown_day(row.ends_on)}",
            CONDITION_WORDS[row.condition],
            _PRINTING[row.state] + (f", № {row.printout}" if row.printout else ""),
            "\n".join(parts),
            "" if row.met_by is None else str(row.met_by),
        )
        rows.append(Row(cells, tuple(sorted(entry for entry in entries if entry is not None))))
    columns = (
        Column("За что", width_mm=42),
        Column("Дни", "date", width_mm=34),
        Column("Что", width_mm=24),
        Column("Печать", width_mm=34),
        Column("Почему (+ есть, – нет)"),
        Column("Запись", "number", width_mm=14),
    )
    return source.sheet(
        "obligations",
        "Обязанность печатать (пункт 3.3)",
        (("на день", shown_day(found.day)),),
        columns,
        rows,
        totals=(("надо печатать", str(found.required)),),
    )
