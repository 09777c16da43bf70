"""The summary sheet (сводная ведомость) of a class's year as paper: students and periods by subjects (R40)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import Source
from ledger.journal.summary_sheet import COLUMNS, column_of
from projections.reading import stands
from projections.views.lookups import ClassGroup
from projections.views.summary_sheets import ClassSheet, SheetDuty, sheet_duties, summary_sheet

_COUNCIL: Final = "council"
_LAST: Final = ("final", "year")
"""Which column a student's year ends with: the final mark, where there is none the year's."""


def summary_sheets(source: Source, year: str) -> Iterator[tuple[ClassGroup, Sheet]]:
    """The sheets of a school year's classes."""
    duties = {duty.class_group: duty for duty in sheet_duties(source.views, year=year, at=source.position).rows}
    for group in source.classes:
        if group.year == year:
            yield group, class_summary(source, group, duties[group.class_group])


def class_summary(source: Source, group: ClassGroup, duty: SheetDuty) -> Sheet:
    """A class's sheet, with its total: how the year ended for how many, and what the council decided."""
    found = summary_sheet(source.views, group.class_group, at=source.position)
    assert found is not None  # noqa: S101 - the class is one of the source's
    students = source.by_name(dict.fromkeys(line.student for line in found.rows))
    subjects = list(dict.fromkeys(course.subject for course in source.courses_of(group.class_group)))
    cells = {(line.student, line.subject): line.cells for line in found.rows}
    used = [name for name in COLUMNS if name != _COUNCIL and any(name in row for row in cells.values())]
    entries = _entries(source, group)
    councils = {line.student: line.cells[_COUNCIL] for line in found.rows if _COUNCIL in line.cells}
    rows = [
        Row(
            (
                *(str(number), source.name(student), COLUMNS[name]),
                *(cells.get((student, subject), {}).get(name, "") for subject in subjects),
                councils.get(student, ""),
            ),
            tuple(sorted(entries.get((student, name), ()))),
        )
        for number, student in enumerate(students, 1)
        for name in used
    ]
    columns = (
        Column("№", "number", width_mm=7, leads=True, joins=True),
        Column("Фамилия, имя, отчество", "name", width_mm=46, leads=True, joins=True),
        Column("Период", width_mm=22, leads=True),
        *(Column(subject, "mark", width_mm=9, turned=True) for subject in subjects),
        Column("Решение педагогического совета", width_mm=26, joins=True),
    )
    scope = (("класс", group.name), ("учебный год", source.years[group.year].title))
    return source.sheet(
        "summary_sheet",
        "Сводная ведомость итоговых отметок",
        scope,
        columns,
        rows,
        totals=_totals(found, students, used, councils),
        notes=_notes(found, duty),
    )


def _totals(
    found: ClassSheet, students: Iterable[str], used: Iterable[str], councils: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """The sheet's total: students, how their years ended, and decisions."""
    last = next((name for name in _LAST if name in used), None)
    marks: defaultdict[str, list[str]] = defaultdict(list)
    for line in found.rows:
        if last is not None and (text := line.cells.get(last) or line.cells.get("year")):
            marks[line.student].append(text)
    ended = Counter(_ended(marks[student]) for student in students)
    yield "учеников", str(sum(ended.values()))
    if last is not None:
        for kind in ("на «5»", "на «4» и «5»", "с одной и более «3»", "с «2» или «1»", "с н/а", "без отметок"):
            if ended[kind]:
                yield kind, str(ended[kind])
    for decision, count in sorted(Counter(councils.values()).items()):
        yield decision, str(count)


def _ended(marks: list[str]) -> str:
    """How a year ended by all its marks: the worst of them says."""
    if any(mark in ("1", "2", "незачёт") for mark in marks):
        return "с «2» или «1»"
    if "н/а" in marks:
        return "с н/а"
    digits = {mark for mark in marks if mark.isdigit()}
    if not digits:
        return "без отметок"
    if "3" in digits:
        return "с одной и более «3»"
    return "на «4» и «5»" if "4" in digits else "на «5»"


def _notes(found: ClassSheet, duty: SheetDuty) -> Iterator[str]:
    closed = "Журнал класса открыт." if found.closed_by is None else f"Журнал класса закрыт записью {found.closed_by}."
    excused = f" При закрытии недостающего признано допустимым: {duty.excused}." if duty.excused else ""
    yield closed + excused
    if duty.transferred_by is not None:
        same = "эта же" if duty.transferred_sha256 == found.sha256 else "другая"
        yield (
            f"В архив передана {same} ведомость: расписка № {duty.number} от {duty.received_on}, {duty.to}, запись "
            f"{duty.transferred_by}."
        )
    yield f"SHA-256 ведомости в виде таблицы (letopis sheet --csv): {found.sha256}."


def _entries(source: Source, group: ClassGroup) -> dict[tuple[str, str], list[int]]:
    """(Student, column) -> the results that stand."""
    sql = f"""SELECT r.entry, r.student, r.what, p.kind, p.number FROM {{courses}} o
        JOIN {{result_sheets}} s ON s.course = o.course AND {stands("s")}
        JOIN {{results}} r ON r.sheet = s.sheet AND {stands("r")}
        JOIN {{periods}} p ON p.period = s.period AND {stands("p")}
        WHERE o.class_group = :class_group AND r.value IS NOT NULL AND {stands("o")}"""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    asked = {"class_group": group.class_group, "at": source.position}
    for entry, student, what, kind, number in source.views.select(sql, asked):
        found[student, column_of(what, kind, number)].append(entry)
    return found
