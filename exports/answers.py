"""An answer to an inspector's question as a table for a spreadsheet, in the form of `verify/spec/tables.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exports.tables import Table, format_table, typed
from projections.questions import Answered
from projections.questions.asking import Column, Question


def columns_of(question: Question) -> tuple[str, ...]:
    """Column names, Russian after English; a person's id has the name in a column behind it."""
    names: list[str] = []
    for column in question.columns:
        names.append(f"{column.name} ({column.name_ru})")
        if column.kind == "person":
            names.append(f"{column.name}_name ({column.name_ru}, имя)")
    return tuple(names)


def format_answer(answered: Answered, names: Mapping[str, str], notes: Mapping[str, str]) -> bytes:
    """The rows as CSV.

    Args:
        answered: what was answered.
        names: person -> name, where it is known to this receiver.
        notes: digest -> disclosed text, likewise; what is not disclosed is left empty.
    """
    columns = answered.question.columns
    rows = (tuple(_fields(columns, row, names, notes)) for row in answered.rows)
    return b"".join(format_table(Table(answered.question.slug, columns_of(answered.question), rows)))


def _fields(
    columns: Sequence[Column], row: Sequence[Any], names: Mapping[str, str], notes: Mapping[str, str]
) -> Iterator[str]:
    for column, value in zip(columns, row, strict=True):
        match column.kind:
            case "entries":
                yield " ".join(map(str, value))
            case "note":
                yield typed(notes.get(value, ""))
            case "person":
                yield value or ""
                yield typed(names.get(value, value)) if value else ""
            case _:
                text = "" if value is None else column.words.get(str(value), str(value))
                yield typed(text) if column.kind in ("typed", "value") else text
