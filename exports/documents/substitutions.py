"""Missed and substituted lessons by month as paper, with every employee's sums (regulation 3.3, example 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import Source, month_name, shown_day
from ledger.journal.vocabulary import CANCELLATION_WORDS, SUBSTITUTION_WORDS
from projections.views.lookups import SchoolYear
from projections.views.print_rules import months
from projections.views.substitution_register import (
    UNRECORDED,
    EmployeeTotal,
    Missed,
    Substituted,
    SubstitutionRegister,
    substitution_register,
)

HOUR: Final = "1"
"""An hour of the pay sheet is a lesson."""
_COLUMNS: Final = (
    Column("Дата", "date", width_mm=17),
    Column("Урок", "number", width_mm=10),
    Column("Класс", width_mm=12),
    Column("Предмет", width_mm=40),
    Column("Отсутствовал(а)", "name", width_mm=45),
    Column("Замещал(а)", "name", width_mm=45),
    Column("Причина, основание"),
    Column("Тот же предмет", width_mm=15),
    Column("Часов", "number", width_mm=12),
    Column("Коэфф.", "number", width_mm=13),
    Column("Запись", "number", width_mm=14),
)
_TOTALS: Final = (
    Column("Сотрудник", "name"),
    Column("Дал(а) за других, часов", "number", width_mm=38),
    Column("коэффициент данных", "number", width_mm=30),
    Column("Замещён(а), часов", "number", width_mm=34),
    Column("коэффициент замещённых", "number", width_mm=30),
    Column("Не дано и не замещено, часов", "number", width_mm=42),
)


def months_of(source: Source, year: SchoolYear) -> list[tuple[str, str, str]]:
    """A year's months that had begun by the source's moment: each with its first and last day."""
    return [one for one in months(year.starts_on, year.ends_on) if one[1] <= source.moment[:10]]


def substitution_sheets(source: Source, year: SchoolYear) -> Iterator[tuple[str, list[Sheet]]]:
    """Each month with its sheets: the lessons, and below them the sums."""
    for month, first, last in months_of(source, year):
        found = substitution_register(source.views, from_date=first, to_date=last, at=source.position)
        scope = [("учебный год", year.title), ("месяц", month_name(month))]
        yield month, list(_month(source, scope, found))


def _month(source: Source, scope: list[tuple[str, str]], found: SubstitutionRegister) -> Iterator[Sheet]:
    rows: list[Substituted | Missed] = [*found.rows, *(found.missed or ())]
    rows.sort(key=lambda row: (row.held_on, row.number, row.class_name, row.subject))
    known = () if found.missed is not None else ("Расписания нет, поэтому пропущенные уроки не известны.",)
    yield source.sheet(
        "substitutions",
        "Журнал пропущенных и замещённых уроков",
        scope,
        _COLUMNS,
        (_replaced(source, row) if isinstance(row, Substituted) else _missed(source, row) for row in rows),
        totals=[
            ("замещено часов (уроков)", str(found.lessons)),
            ("их коэффициент", _hundredths(found.coefficient)),
            ("не дано и не замещено", "не известно" if found.missed is None else str(len(found.missed))),
        ],
        notes=known,
        follows=not rows,
    )
    if found.totals:
        people = {total.employee: total for total in found.totals}
        yield source.sheet(
            "substitution_totals",
            "Итоги месяца по сотрудникам",
            scope,
            _TOTALS,
            (_total(source, people[one]) for one in source.by_name(people)),
            follows=True,
        )


def _replaced(source: Source, row: Substituted) -> Row:
    cells = (
        *(shown_day(row.held_on), str(row.number), row.class_name, row.subject),
        *(source.name(row.absent_teacher, row.entry), source.name(row.substitute, row.entry)),
        f"{SUBSTITUTION_WORDS[row.reason]}; {row.basis}",
        "да" if row.same_subject else "нет",
        *(HOUR, _hundredths(row.coefficient), str(row.entry)),
    )
    return Row(cells, tuple(sorted({row.fact, row.entry, row.lesson_entry})))


def _missed(source: Source, row: Missed) -> Row:
    entries = {row.assigned_by, row.timetable_entry, row.bells_entry, row.calendar_entry, row.cancelled_by} - {None}
    why = UNRECORDED if row.cancelled_for is None else f"{CANCELLATION_WORDS[row.cancelled_for]}; {row.basis}"
    cells = (
        *(shown_day(row.held_on), str(row.number), row.class_name, row.subject),
        *(source.name(row.teacher) if row.teacher else "", "не замещён", why, "", HOUR, ""),
        "" if row.cancelled_by is None else str(row.cancelled_by),
    )
    return Row(cells, tuple(sorted(entry for entry in entries if entry is not None)))


def _total(source: Source, total: EmployeeTotal) -> Row:
    return Row(
        (
            source.name(total.employee),
            *(str(total.given_lessons), _hundredths(total.given_coefficient)),
            *(str(total.missed_lessons), _hundredths(total.missed_coefficient)),
            "" if total.unreplaced_lessons is None else str(total.unreplaced_lessons),
        )
    )


def _hundredths(value: int) -> str:
    """``1,25`` of 125."""
    return f"{value // 100},{value % 100:02d}"
