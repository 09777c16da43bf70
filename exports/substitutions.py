"""The register of substituted lessons as a table for a spreadsheet, in the form of `verify/spec/tables.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final

from exports.tables import Table, format_table, typed
from ledger.journal.vocabulary import CANCELLATION_WORDS, SUBSTITUTION_WORDS
from projections.views.substitution_register import UNRECORDED, Missed, Substituted, SubstitutionRegister

COLUMNS: Final = (
    *("held_on (дата)", "number (номер)", "class (класс)", "subject (предмет)"),
    *("absent_teacher (отсутствовал)", "absent_name (кто отсутствовал)"),
    *("substitute (замещал)", "substitute_name (кто замещал)"),
    *("reason (причина)", "basis (основание)", "same_subject (тот же предмет)", "coefficient (коэффициент, сотые)"),
    *("lesson (урок)", "entry (запись)", "lesson_entry (запись урока)"),
)


def format_register(register: SubstitutionRegister, names: Mapping[str, str]) -> bytes:
    """The register's rows as CSV, replaced and missed, by day and number; `names` of people, by id, where known.

    A missed lesson has no substitute; its `entry` is what cancelled it, beside reason and document, or the timetable's.
    """
    return b"".join(format_table(Table("substitutions", COLUMNS, _rows(register, names))))


def _rows(register: SubstitutionRegister, names: Mapping[str, str]) -> Iterator[Sequence[str]]:
    rows = [((row.held_on, row.number), _replaced_row(row, names)) for row in register.rows]
    rows += [((row.held_on, row.number), _missed_row(row, names)) for row in register.missed or ()]
    return (cells for _, cells in sorted(rows, key=itemgetter(0)))


def _replaced_row(row: Substituted, names: Mapping[str, str]) -> Sequence[str]:
    return (
        *(row.held_on, str(row.number), typed(row.class_name), typed(row.subject)),
        *(row.absent_teacher, typed(names.get(row.absent_teacher, row.absent_teacher))),
        *(row.substitute, typed(names.get(row.substitute, row.substitute))),
        *(SUBSTITUTION_WORDS[row.reason], typed(row.basis), "да" if row.same_subject else "нет"),
        *(str(row.coefficient), row.lesson, str(row.entry), str(row.lesson_entry)),
    )


def why_missed(row: Missed) -> str:
    """Say why nobody gave a lesson: the cancellation's reason, or that the journal has no record of it."""
    return UNRECORDED if row.cancelled_for is None else CANCELLATION_WORDS[row.cancelled_for]


def _missed_row(row: Missed, names: Mapping[str, str]) -> Sequence[str]:
    teacher = row.teacher or ""
    return (
        *(row.held_on, str(row.number), typed(row.class_name), typed(row.subject)),
        *(teacher, typed(names.get(teacher, teacher)), "", "", why_missed(row), typed(row.basis or "")),
        *("", "", "", str(row.timetable_entry if row.cancelled_by is None else row.cancelled_by), ""),
    )
