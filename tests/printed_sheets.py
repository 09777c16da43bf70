"""Sheets as the tests print them: a class page of any size, with everything that a cell can say."""

from __future__ import annotations

from itertools import cycle

from exports.documents.pages import Stamp
from exports.documents.sheet import Column, Row, Sheet

SCHOOL = "Школа № 5 «Надежда»"
STAMP = Stamp("letopis.example/school/5", 12_400, "3f" * 32)
CELLS = ("5", "", "4/5", "н", "", "3→4", "оп 10 4", "н/а", "", "б", "2→–")


def class_page(students: int = 3, lessons: int = 4, cells: tuple[str, ...] = CELLS) -> Sheet:
    """Marks of a class in two months."""
    of_lessons = [
        Column(f"{at % 30 + 1}\n{at % 7 + 1}", "mark", group="сентябрь" if at < lessons // 2 else "октябрь", width_mm=6)
        for at in range(lessons)
    ]
    says = cycle(cells)
    rows = [
        Row((str(at + 1), f"Абрамова Мария-{at + 1}", *(next(says) for _ in of_lessons)), (100 + at,))
        for at in range(students)
    ]
    leads = (Column("№", "number", width_mm=7, leads=True), Column("Фамилия и имя", width_mm=56, leads=True))
    return Sheet(
        kind="class_page",
        title="Отметки и посещаемость",
        school=SCHOOL,
        scope=(("класс", "5А"), ("предмет", "Алгебра"), ("период", "1 четверть")),
        position=12_345,
        moment="2027-05-28T14:03:07",
        columns=(*leads, *of_lessons),
        rows=tuple(rows),
        totals=(("уроков", str(lessons)),),
        notes=("н — отсутствовал, б — болел.",),
    )
