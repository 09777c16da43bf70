"""A course's calendar plan as paper: each item beside the lessons that gave it, and what was changed in the plan."""

from __future__ import annotations

from typing import Final

from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import Source, shown_day
from ledger.journal.vocabulary import PLAN_WORDS
from projections.views.lookups import ClassGroup, Course
from projections.views.plans import ItemFact, Statement, plan_page, statements

_ITEMS: Final = (
    Column("№", "number", width_mm=9),
    Column("Тема"),
    Column("Часов", "number", width_mm=12),
    Column("По плану", "date", width_mm=18),
    Column("Дано", "date", width_mm=20),
    Column("Сдвиг, дней", "number", width_mm=14),
    Column("Домашнее задание"),
    Column("Как дано", width_mm=30),
    Column("Запись", "number", width_mm=14),
)
_CHANGES: Final = (
    Column("Запись", "number", width_mm=16),
    Column("Тема №", "number", width_mm=16),
    Column("Стало"),
    Column("Часов", "number", width_mm=14),
    Column("По плану", "date", width_mm=20),
    Column("Причина"),
    Column("Основание"),
)


def plan_sheets(source: Source, group: ClassGroup, course: Course) -> list[Sheet]:
    """The plan against the fact, and its amendments where there are any; nothing where the course has no plan."""
    page = plan_page(source.views, course.course, at=source.position)
    if page is None or page.title is None:
        return []
    scope = [("класс", group.name), ("учебный год", source.years[group.year].title), ("предмет", course.subject)]
    if course.subgroup is not None:
        scope.append(("подгруппа", course.subgroup))
    scope.append(("план", page.title))
    if course.teacher is not None:
        scope.append(("учитель", source.name(course.teacher)))
    unplanned = ", ".join(shown_day(one.held_on) for one in page.unplanned)
    plan = source.sheet(
        "lesson_plan",
        "Календарный план и его выполнение",
        scope,
        _ITEMS,
        [_item(one) for one in page.items],
        totals=(
            ("часов по плану", str(page.planned_hours)),
            ("дано уроков", str(page.given_hours)),
            ("тем не дано", str(sum(one.missing for one in page.items))),
            ("уроков вне плана", str(len(page.unplanned))),
        ),
        notes=(f"Уроки вне плана: {unplanned}.",) if unplanned else (),
    )
    changes = [
        row
        for one in statements(source.views, course=course.course, at=source.position)
        if one.reason is not None
        for row in _changes(one)
    ]
    if not changes:
        return [plan]
    return [plan, source.sheet("plan_changes", "Изменения плана", scope, _CHANGES, changes, follows=True)]


def _item(fact: ItemFact) -> Row:
    item = fact.item
    how = ("не дано" * fact.missing, "повторно" * fact.repeated, "вместе с другими" * fact.merged)
    cells = (
        str(item.number),
        item.topic,
        str(item.hours),
        shown_day(item.planned_on),
        "\n".join(shown_day(one.held_on) for one in fact.given),
        "" if fact.drift_days is None else str(fact.drift_days),
        item.homework or "",
        ", ".join(one for one in how if one),
        str(item.entry),
    )
    return Row(cells, tuple(sorted({item.entry, *(one.entry for one in fact.given)})))


def _changes(said: Statement) -> list[Row]:
    """An amendment's items: what each became, or that it was taken out."""
    rows = []
    for number, item in said.items:
        became = ("исключена", "", "") if item is None else (item.topic, str(item.hours), shown_day(item.planned_on))
        cells = (str(said.entry), str(number), *became, PLAN_WORDS[said.reason or "other"], said.basis or "")
        rows.append(Row(cells, (said.entry,)))
    return rows
