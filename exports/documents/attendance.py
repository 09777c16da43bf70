"""Attendance of a class in a month: of each student, each day's missed lessons by reason, and their sums."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import MONTHS, Source, month_name, shown_day
from ledger.journal.vocabulary import ABSENCE_WORDS
from projections.views.columns import Value, values_of
from projections.views.lookups import ClassGroup, lessons, memberships

_LEADS: Final = (
    Column("№", "number", width_mm=7, leads=True),
    Column("Фамилия, имя, отчество", "name", width_mm=56, leads=True),
)
_SUMS: Final = ("всего", "б", "у", "п", "н", "оп")
_LEGEND: Final = (
    "В клетке — сколько уроков дня пропущено и почему: б — болезнь, у — уважительная причина, п — без причины, н — "
    "причина неизвестна; оп — опозданий и уходов раньше времени."
)


def attendance_sheet(source: Source, group: ClassGroup, month: str) -> Sheet:
    """The class's days of a month; what stands, after all corrections and certificates."""
    first, last = _days_of(month)
    found = lessons(
        source.views, class_group=group.class_group, from_date=first, to_date=last, at=source.position
    ).rows  # fmt: skip
    held_on = {lesson.lesson: lesson.held_on for lesson in found}
    of_student: defaultdict[str, list[Value]] = defaultdict(list)
    for value in values_of(source.views, found, source.position):
        if value.what in ("absence", "lateness", "early_leave"):
            of_student[value.student].append(value)
    stays = memberships(source.views, class_group=group.class_group, at=source.position).rows
    there = dict.fromkeys(
        stay.student for stay in stays if stay.starts_on <= last and (stay.ends_on is None or stay.ends_on >= first)
    )
    students = source.by_name(there | dict.fromkeys(of_student))
    days = sorted(set(held_on.values()))
    rows = [
        _line(number, source.name(student), of_student[student], held_on, days)
        for number, student in enumerate(students, 1)
    ]
    without = sum(lesson.attendance_by is None for lesson in found)
    absences = sum(value.what == "absence" for values in of_student.values() for value in values)
    return source.sheet(
        "attendance",
        "Посещаемость класса",
        (
            ("класс", group.name),
            ("учебный год", source.years[group.year].title),
            ("месяц", f"{month_name(month)}, {shown_day(first)}–{shown_day(last)}"),
        ),
        (*_LEADS, *_columns(days)),
        rows if days else (),
        totals=(
            ("уроков", str(len(found))),
            ("уроков пропущено учениками", str(absences)),
            ("уроков без отметки о посещаемости", str(without)),
        ),
        notes=(_LEGEND,),
    )


def _days_of(month: str) -> tuple[str, str]:
    first = date.fromisoformat(f"{month}-01")
    return first.isoformat(), ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat()


def _columns(days: Sequence[str]) -> Iterable[Column]:
    for day in days:
        on = date.fromisoformat(day)
        yield Column(str(on.day), "mark", group=MONTHS[on.month - 1], width_mm=6)
    for title in _SUMS:
        yield Column(title, "mark", group="пропущено уроков", width_mm=8)


def _line(number: int, name: str, values: Sequence[Value], held_on: dict[str, str], days: Sequence[str]) -> Row:
    """A student's days, then the sums; the entries are those of what stands."""
    of_day: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sums: Counter[str] = Counter()
    for value in values:
        word = ABSENCE_WORDS[value.value] if value.what == "absence" else "оп"
        of_day[held_on[value.lesson]][word] += 1
        sums[word] += 1
        sums["всего"] += value.what == "absence"
    shown = (" ".join(f"{word}{of_day[day][word]}" for word in _SUMS if of_day[day][word]) for day in days)
    totals = (str(sums[word]) if sums[word] else "" for word in _SUMS)
    return Row((str(number), name, *shown, *totals), tuple(sorted(value.entry for value in values)))
