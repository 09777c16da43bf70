"""A student's page for a period: marks, results and missed lessons by subject, and below them the diary by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from exports.documents.cells import LEGEND, Cell, cells_of, chain
from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import Source, period_name, shown_day
from ledger.journal.vocabulary import ABSENCE_WORDS
from projections.views.columns import LessonColumn
from projections.views.lookups import ClassGroup, Lesson, Period
from projections.views.student_page import DiaryLesson, student_page

_SUBJECTS: Final = (
    Column("Предмет", width_mm=46),
    Column("Отметки и посещаемость по дням"),
    Column("Уроков", "number", width_mm=14),
    Column("Пропущено", "number", width_mm=18),
    Column("из них", width_mm=24),
    Column("Опозданий", "number", width_mm=18),
    Column("Итог", width_mm=30),
)
_DIARY: Final = (
    Column("Дата", "date", width_mm=18),
    Column("Урок", "number", width_mm=10),
    Column("Предмет", width_mm=38),
    Column("Тема"),
    Column("Отметка", width_mm=24),
    Column("Домашнее задание"),
    Column("Запись", "number", width_mm=16),
)
_RESULTS: Final = {"period_mark": "", "exam_result": "экз. ", "final_mark": "итог. "}


@dataclass(slots=True)
class _Subject:
    """What stands of one course."""

    lessons: int = 0
    marks: list[str] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    late: int = 0
    result: str = ""
    entries: set[int] = field(default_factory=set)


def student_sheets(source: Source, group: ClassGroup, student: str, period: Period) -> list[Sheet]:
    """The page of a student who was in the class in the period; lessons in another class are on it too."""
    first, last = period.starts_on, period.ends_on
    page = student_page(source.views, student, from_date=first, to_date=last, at=source.position)
    lessons = [one.column.lesson for one in page.lessons]
    cells = cells_of(source.views, (lesson.lesson for lesson in lessons), source.position)
    own = {lesson: cell for (lesson, of), cell in cells.items() if of == student}
    subjects = _subjects(page.lessons, own)
    for name, (said, entries) in _results(source, student, period).items():
        subject = subjects.setdefault(name, _Subject())
        subject.result = said
        subject.entries |= entries
    scope = (
        ("ученик", source.name(student)),
        ("класс", group.name),
        ("учебный год", source.years[group.year].title),
        ("период", f"{period_name(period)}, {shown_day(first)}–{shown_day(last)}"),
    )
    table = source.sheet(
        "student_page",
        "Табель успеваемости и посещаемости",
        scope,
        _SUBJECTS,
        [_subject_row(name, subjects[name]) for name in sorted(subjects)],
        totals=(
            ("уроков", str(len(lessons))),
            ("пропущено", str(sum(one.missed.total() for one in subjects.values()))),
        ),
        notes=(LEGEND,),
    )
    if not lessons:
        return [table]
    rows = [_diary_row(one.column, own.get(one.column.lesson.lesson)) for one in page.lessons]
    return [table, source.sheet("diary", "Дневник", scope, _DIARY, rows, follows=True)]


def _named(lesson: Lesson) -> str:
    return lesson.subject if lesson.subgroup is None else f"{lesson.subject} ({lesson.subgroup})"


def _subjects(found: Sequence[DiaryLesson], cells: dict[str, Cell]) -> dict[str, _Subject]:
    subjects: defaultdict[str, _Subject] = defaultdict(_Subject)
    for one in found:
        lesson = one.column.lesson
        subject = subjects[_named(lesson)]
        subject.lessons += 1
        cell = cells.get(lesson.lesson)
        if cell is not None:
            day = date.fromisoformat(lesson.held_on)
            subject.marks.append(f"{day:%d.%m}: {cell.text}")
            subject.entries |= set(cell.entries)
        for value in one.values:
            if value.what == "absence":
                subject.missed[ABSENCE_WORDS[value.value]] += 1
            subject.late += value.what == "lateness"
    return dict(subjects)


def _results(source: Source, student: str, period: Period) -> dict[str, tuple[str, set[int]]]:
    """Subject -> the student's results in the period, with what they were before corrections, and their entries."""
    sql = """SELECT o.subject, o.subgroup, r.what, r.fact, r.entry, r.value FROM {results} r
        JOIN {result_sheets} s ON s.sheet = r.sheet AND s.entry < :at
        JOIN {courses} o ON o.course = s.course AND o.entry < :at
        WHERE r.student = :student AND s.period = :period AND r.entry < :at ORDER BY r.fact, r.entry"""
    asked = {"student": student, "period": period.period, "at": source.position}
    histories: dict[tuple[str, str], list[tuple[int, str | None]]] = {}
    for subject, subgroup, what, _, entry, value in source.views.select(sql, asked):
        name = subject if subgroup is None else f"{subject} ({subgroup})"
        histories.setdefault((name, what), []).append((entry, value))
    found: dict[str, tuple[str, set[int]]] = {}
    for (name, what), history in histories.items():
        said = _RESULTS[what] + chain("mark", [(value, place > 0) for place, (_, value) in enumerate(history)])
        before, entries = found.get(name, ("", set()))
        found[name] = (f"{before}; {said}" if before else said, entries | {entry for entry, _ in history})
    return found


def _subject_row(name: str, subject: _Subject) -> Row:
    why = ", ".join(f"{word} {count}" for word, count in sorted(subject.missed.items()))
    counts = (str(subject.lessons), str(subject.missed.total()), why, str(subject.late))
    return Row((name, "; ".join(subject.marks), *counts, subject.result), tuple(sorted(subject.entries)))


def _diary_row(column: LessonColumn, cell: Cell | None) -> Row:
    lesson, homework = column.lesson, column.homework
    entries = {lesson.fact, lesson.entry, *(cell.entries if cell else ())}
    given = "; ".join(item.homework for item in column.from_plan if item.homework)
    if homework is not None:
        given = homework.text or "нет задания"
        entries |= {homework.fact, homework.entry}
    if column.not_assigned:
        given = f"{given} (внесено поздно, считается не заданным)" if given else "не внесено в срок, не задано"
    cells = (
        *(shown_day(lesson.held_on), str(lesson.number), _named(lesson), lesson.topic),
        *(cell.text if cell else "", given, str(lesson.entry)),
    )
    return Row(cells, tuple(sorted(entries)))
