"""Pages of a class's journal: for a subject and a period the marks and absences, and below them topics and homework.

Everything that a class's pages need is read once for the class: a year of one class is some tens of thousands of cells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from exports.documents.cells import LEGEND, Cell, cells_of, chain, said_before
from exports.documents.sheet import Column, Row, Sheet
from exports.documents.source import MONTHS, Source, period_name, shown_day
from ledger.journal.vocabulary import WORK_WORDS
from projections.reading import listed
from projections.views.columns import LessonColumn, columns_of
from projections.views.lookups import ClassGroup, Course, Membership, Period, lessons, memberships
from projections.views.subgroups import SubgroupMember, subgroup_members
from projections.views.unassigned_homework import with_status

_LEADS: Final = (
    Column("№", "number", width_mm=7, leads=True),
    Column("Фамилия, имя, отчество", "name", width_mm=56, leads=True),
)
_LESSONS: Final = (
    Column("Дата", "date", width_mm=17),
    Column("Урок", "number", width_mm=10),
    Column("Тема"),
    Column("Работы", width_mm=34),
    Column("Домашнее задание"),
    Column("Дал(а) другой учитель", "name", width_mm=40),
    Column("Запись", "number", width_mm=14),
)
_RESULTS: Final = {"period_mark": "", "exam_result": "экз.", "final_mark": "итог."}
_PERIODS: Final = {"quarter": "четв.", "trimester": "трим.", "half_year": "полуг.", "year": "год"}


@dataclass(frozen=True, slots=True)
class Span:
    """Days that a page is about; `period`: None: those that no reporting period holds."""

    period: Period | None
    starts_on: str
    ends_on: str

    @property
    def title(self) -> str:
        """What people call it."""
        return "вне отчётных периодов" if self.period is None else period_name(self.period)


@dataclass(frozen=True, slots=True)
class _Result:
    """Results of a course in a period: a column, and student -> its cell."""

    title: str
    cells: dict[str, Cell]


class ClassBook:
    """A class's journal at a position."""

    def __init__(self, source: Source, group: ClassGroup) -> None:
        self._source = source
        self._group = group
        views, position = source.views, source.position
        found = lessons(views, class_group=group.class_group, at=position).rows
        columns = with_status(views, columns_of(views, found, position), position, None)
        self._lessons: defaultdict[str, list[LessonColumn]] = defaultdict(list)
        for column in columns:
            self._lessons[column.lesson.course].append(column)
        self._cells = cells_of(views, (lesson.lesson for lesson in found), position)
        self._marked: defaultdict[str, set[str]] = defaultdict(set)
        for lesson, student in self._cells:
            self._marked[lesson].add(student)
        self._members = memberships(views, class_group=group.class_group, at=position).rows
        self._stays = subgroup_members(views, class_group=group.class_group, at=position).rows
        self._results = self._read_results()
        self._topics = self._history("lessons", "topic", [lesson.lesson for lesson in found])
        self._homework = self._history("homework", "text", [lesson.lesson for lesson in found])
        self._later = self._read_make_ups([lesson.lesson for lesson in found])
        year = source.years[group.year]
        self._year = (year.title, year.starts_on)

    def subjects(self) -> dict[str, list[Course]]:
        """Subject -> its courses (several: subgroups), in the order in which they were opened."""
        found: dict[str, list[Course]] = {}
        for course in self._source.courses_of(self._group.class_group):
            found.setdefault(course.subject, []).append(course)
        return found

    def spans(self) -> list[Span]:
        """Periods that have pages, and what is outside of them."""
        return [Span(one, one.starts_on, one.ends_on) for one in self._source.pages_of(self._group)]

    def pages(self, subject: str) -> list[Sheet]:
        """All pages of a subject: by course, then by period."""
        sheets: list[Sheet] = []
        for course in self.subjects().get(subject, []):
            spans = self.spans()
            for span in spans:
                sheets += self.page(course, span)
            outside = self._outside(course, spans)
            if outside:
                days = sorted(column.lesson.held_on for column in outside)
                sheets += self._sheets(course, Span(None, days[0], days[-1]), outside, [])
        return sheets

    def page(self, course: Course, span: Span) -> list[Sheet]:
        """The page of a course in a period: its marks, then its topics and homework."""
        held = [one for one in self._lessons[course.course] if span.starts_on <= one.lesson.held_on <= span.ends_on]
        results = [
            found
            for period in self._source.periods_of(self._group)
            if span.starts_on <= period.ends_on <= span.ends_on
            for found in self._results.get((course.course, period.period), ())
        ]
        return self._sheets(course, span, held, results)

    def _outside(self, course: Course, spans: Sequence[Span]) -> list[LessonColumn]:
        return [
            one
            for one in self._lessons[course.course]
            if not any(span.starts_on <= one.lesson.held_on <= span.ends_on for span in spans)
        ]

    def _sheets(
        self, course: Course, span: Span, held: Sequence[LessonColumn], results: Sequence[_Result]
    ) -> list[Sheet]:
        scope = [("класс", self._group.name), ("учебный год", self._year[0]), ("предмет", course.subject)]
        if course.subgroup is not None:
            scope.append(("подгруппа", course.subgroup))
        days = f"{shown_day(span.starts_on)}–{shown_day(span.ends_on)}"
        scope.append(("период", f"{span.title}, {days}"))
        if course.teacher is not None:
            scope.append(("учитель", self._source.name(course.teacher)))
        marks = partial(self._source.sheet, "class_page", "Отметки и посещаемость", scope)
        if not held and not results:
            return [marks(_LEADS, (), notes=("Уроков в этом периоде нет.",), follows=True)]
        students = self._students(course, span, held, results)
        grid = marks(
            (*_LEADS, *_lesson_columns(held), *(_result_column(one) for one in results)),
            (self._line(number, one, held, results) for number, one in enumerate(students, 1)),
            notes=(LEGEND, *self._notes(students, span, held)),
        )
        if not held:
            return [grid]
        topics = self._source.sheet(
            "lesson_list",
            "Темы уроков и домашние задания",
            scope,
            _LESSONS,
            (self._lesson_row(column, course.teacher) for column in held),
            totals=(("уроков", str(len(held))),),
            follows=True,
        )
        return [grid, topics]

    def _students(
        self, course: Course, span: Span, held: Sequence[LessonColumn], results: Sequence[_Result]
    ) -> list[str]:
        """Who was in the class, of a subgroup's course in the subgroup, and whoever something stands for."""
        stays: Iterable[Membership | SubgroupMember] = self._members
        if course.subgroup is not None:
            stays = [stay for stay in self._stays if stay.course == course.course]
        there = dict.fromkeys(stay.student for stay in stays if _meets(stay, span))
        for column in held:
            there |= dict.fromkeys(sorted(self._marked[column.lesson.lesson]))
        for result in results:
            there |= dict.fromkeys(result.cells)
        return self._source.by_name(there)

    def _line(self, number: int, student: str, held: Sequence[LessonColumn], results: Sequence[_Result]) -> Row:
        cells = [self._cells.get((column.lesson.lesson, student)) for column in held]
        cells += [result.cells.get(student) for result in results]
        entries = sorted({entry for cell in cells if cell for entry in cell.entries})
        texts = (cell.text if cell else "" for cell in cells)
        return Row((str(number), self._source.name(student), *texts), tuple(entries))

    def _notes(self, students: Iterable[str], span: Span, held: Sequence[LessonColumn]) -> Iterator[str]:
        known = set(students)
        for member in self._members:
            if member.student in known and span.starts_on < member.starts_on <= span.ends_on:
                yield f"{self._source.name(member.student)}: в классе с {shown_day(member.starts_on)}."
            if member.student in known and member.ends_on and span.starts_on <= member.ends_on < span.ends_on:
                yield f"{self._source.name(member.student)}: в классе по {shown_day(member.ends_on)}."
        for column in held:
            for student, day in self._later.get(column.lesson.lesson, ()):
                held_on = shown_day(column.lesson.held_on)
                yield f"{self._source.name(student)}: работу от {held_on} выполнил(а) {shown_day(day)}."

    def _lesson_row(self, column: LessonColumn, teacher: str | None) -> Row:
        lesson = column.lesson
        works = "; ".join(WORK_WORDS[work.kind] for work in column.works if work.kind != "answer")
        entries = {lesson.fact, lesson.entry, *(work.entry for work in column.works)}
        if column.homework is not None:
            entries |= {column.homework.fact, column.homework.entry}
        cells = (
            *(shown_day(lesson.held_on), str(lesson.number), self._topics.get(lesson.lesson, lesson.topic), works),
            self._homework_text(column),
            "" if lesson.teacher == teacher else self._source.name(lesson.teacher),
            str(lesson.entry),
        )
        return Row(cells, tuple(sorted(entries)))

    def _homework_text(self, column: LessonColumn) -> str:
        homework = column.homework
        if homework is None:
            planned = "; ".join(item.homework for item in column.from_plan if item.homework)
            return f"{planned} (по плану)" if planned else ""
        said = self._homework.get(column.lesson.lesson, homework.text) or "нет задания"
        parts = [f"к {shown_day(homework.due_on)}" if homework.due_on else ""]
        parts.append(f"файлов: {len(homework.files)}" if homework.files else "")
        parts.append("внесено поздно, считается не заданным" if column.not_assigned else "")
        more = ", ".join(part for part in parts if part)
        return f"{said} ({more})" if more else said

    def _history(self, table: str, column: str, names: Sequence[str]) -> dict[str, str]:
        """Lesson -> what a column says and said, of lessons in which that was changed."""
        rows: list[tuple[str, str]] = []
        for named, parameters in listed(names):
            sql = f"""SELECT t.lesson, t.{column} FROM {{{table}}} t
                WHERE t.lesson IN {named} AND t.stands = 1 AND t.entry < :at ORDER BY t.entry"""
            rows += self._source.views.select(sql, {**parameters, "at": self._source.position})
        counts = Counter(lesson for lesson, _ in rows)
        empty = "нет задания" if table == "homework" else ""
        return dict(said_before((lesson, text or empty) for lesson, text in rows if counts[lesson] > 1))

    def _read_make_ups(self, names: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Lesson -> (student, day) of works that were written later."""
        found: dict[str, list[tuple[str, str]]] = {}
        for named, parameters in listed(names):
            sql = f"""SELECT c.lesson, c.student, c.value FROM {{cells}} c WHERE c.lesson IN {named}
                AND c.what = 'make_up' AND c.value IS NOT NULL AND c.entry < :at AND c.to_position > :at
                ORDER BY c.fact"""
            for lesson, student, day in self._source.views.select(sql, {**parameters, "at": self._source.position}):
                found.setdefault(lesson, []).append((student, day))
        return found

    def _read_results(self) -> dict[tuple[str, str], list[_Result]]:
        """(Course, period) -> columns of results, with what they were before corrections."""
        sql = """SELECT s.course, s.period, p.kind, r.what, r.fact, r.entry, r.student, r.value FROM {courses} o
            JOIN {result_sheets} s ON s.course = o.course AND s.entry < :at
            JOIN {periods} p ON p.period = s.period
            JOIN {results} r ON r.sheet = s.sheet AND r.entry < :at
            WHERE o.class_group = :class_group AND o.entry < :at ORDER BY r.fact, r.entry"""
        histories: dict[tuple[str, str, str, str, str], list[tuple[int, str | None]]] = {}
        asked = {"class_group": self._group.class_group, "at": self._source.position}
        for course, period, kind, what, _, entry, student, value in self._source.views.select(sql, asked):
            histories.setdefault((course, period, kind, what, student), []).append((entry, value))
        found: dict[tuple[str, str], dict[str, _Result]] = {}
        for (course, period, kind, what, student), history in histories.items():
            columns = found.setdefault((course, period), {})
            column = columns.setdefault(what, _Result(_RESULTS[what] or _PERIODS[kind], {}))
            said = chain("mark", [(value, place > 0) for place, (_, value) in enumerate(history)])
            column.cells[student] = Cell([said], [entry for entry, _ in history])
        return {place: [columns[what] for what in _RESULTS if what in columns] for place, columns in found.items()}


def _meets(stay: Membership | SubgroupMember, span: Span) -> bool:
    return stay.starts_on <= span.ends_on and (stay.ends_on is None or stay.ends_on >= span.starts_on)


def _lesson_columns(held: Iterable[LessonColumn]) -> Iterator[Column]:
    """A column a lesson: its day, and below it the lesson's number on the day, under the month."""
    for column in held:
        day = date.fromisoformat(column.lesson.held_on)
        yield Column(f"{day.day}\n{column.lesson.number}", "mark", group=MONTHS[day.month - 1], width_mm=6)


def _result_column(result: _Result) -> Column:
    return Column(result.title, "mark", group="итоги", width_mm=9)
