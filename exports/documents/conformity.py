"""How the journal conforms to the regulation, clause by clause, and what has to be printed (regulation 1.1, 3.3)."""

from __future__ import annotations

from typing import Final

from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import Source, month_name, shown_day
from ledger.journal.vocabulary import CONDITION_WORDS
from projections.views.conformity import conformity
from projections.views.conformity_evidence import Shown
from projections.views.obligations import obligations

_STATES: Final = {"built": "построено", "in_part": "построено частично", "not_yet": "ещё не построено"}
_VERDICTS: Final = {"holds": "соблюдается", "does_not_hold": "есть отступления", "nothing_yet": "показать пока нечего"}
_BEARS: Final = {"for": "за — ", "against": "против — ", "aside": "— "}
_PRINTING: Final = {"required": "печатать", "proved": "не требуется: доказано", "printed": "напечатано"}


def conformity_sheet(source: Source) -> Sheet:
    """The matrix: each clause, how far it is built and what is done about it, the verdict and what it rests on."""
    found = conformity(source.views, at=source.position)
    rows = [
        Row(
            (
                "преамбула" if row.clause == "head" else row.clause,
                _STATES[row.state],
                row.ru,
                _VERDICTS[row.verdict],
                "\n".join(_evidence(shown) for shown in row.shown),
            ),
            tuple(sorted({shown.last_entry for shown in row.shown if shown.last_entry is not None})),
        )
        for row in found.rows
    ]
    columns = (
        Column("Пункт", width_mm=20),
        Column("Программа", width_mm=24),
        Column("Чем обеспечено"),
        Column("По журналу", width_mm=28),
        Column("На чём основано", width_mm=104),
    )
    return source.sheet(
        "conformity",
        "Соответствие регламенту",
        (("на день", shown_day(found.day)),),
        columns,
        rows,
        totals=tuple((text, str(sum(row.verdict == name for row in found.rows))) for name, text in _VERDICTS.items()),
        notes=(
            "«Программа» — что она умеет; «По журналу» — что показывают записи школы: есть ли против, есть ли за.",
            "Сроки — на время последней записи; каждое опоздание с его записями называет перечень сроков.",
        ),
    )


def _evidence(shown: Shown) -> str:
    """One line: what bears on the verdict says which way, what is not there, or bears on nothing, has a dash."""
    sign = _BEARS[shown.bears if shown.count else "aside"]
    last = "" if shown.last_entry is None else f" (запись {shown.last_entry})"
    return f"{sign}{shown.ru}: {shown.count}{last}"


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
