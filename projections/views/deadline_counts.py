"""How many things were recorded in time, late or not at all: by rule, teacher and week, for a school's whole year.

A year of a school has hundreds of thousands of marks, but only some hundred terms. Each term becomes the index of the
first entry that is late for it, and the database holds entries against these indexes and counts (`deadline_sums`). What
it cannot tell is looked at here: homework that a plan or the end of a day decides, works that were made up, and who has
no mark for a written work. What comes out is what the pure functions say of every fact, which tests compare.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set as AbstractSet
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from ledger.journal.deadlines.verdict import WORST_FIRST, Rule, Status
from ledger.wire.entry import format_at
from projections.reading import AsOf, Reader, listed, stands
from projections.views.day_ends import DayEnds
from projections.views.deadline_basis import Judging, judging
from projections.views.deadline_cells import COLUMNS, JOIN, Cells
from projections.views.deadline_sums import GIVEN, GIVEN_TO, NONE, TAKEN, LessonSum, Selection, Sums
from projections.views.deadline_tally import By, DeadlineCounts, Tally
from projections.views.deadline_terms import Bound, Terms
from projections.views.deadline_written import OF_COURSE, WORK, WorkRow, status_of, worst_of, written_works
from projections.views.deadlines import Asked, excused_verdicts, judge_unrecorded
from projections.views.excuses import StandingExcuses
from projections.views.timetable_pages import DayLesson
from projections.views.unrecorded import unrecorded


class _LessonRow(NamedTuple):
    """A lesson that stands, what took its attendance, and its homework (None: nothing entered)."""

    class_group: str
    course: str
    lesson: str
    teacher: str
    held_on: str
    starts_at: str
    fact: int
    items: str | None
    taken_by: int | None
    homework: int | None
    due_on: str | None
    ends_at: str

    @property
    def plan_items(self) -> tuple[int, ...]:
        """Numbers of the items of the course's plan that it covers."""
        return _items(self.items)

    @property
    def is_eve(self) -> bool:
        """Whether its homework is for the next day."""
        return self.due_on is not None and _is_eve(self.held_on, self.due_on)


def deadline_counts(
    views: Reader,
    asked: Asked,
    *,
    now: datetime,
    by: Iterable[By] = ("teacher", "week"),
    at: AsOf = None,
    of_days: Counter[tuple[str, int | None]] | None = None,
) -> DeadlineCounts:
    """Count the verdicts on lessons that stand, and on planned ones that are over and that nobody recorded.

    Args:
        views: whom to ask.
        asked: which lessons and rules; its student and statuses do not matter here.
        now: the moment by the clock.
        by: what to count apart, beside the rule.
        at: as of.
        of_days: is filled with lessons by teacher and by how many of the four parts of their day were in time or
            exempt (2.4.2), None without a regulation or while one may still come; all rules have to be asked for then.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    judged = judging(views, now, at)
    selection = Selection(asked, judged.position)
    lacking: Sequence[DayLesson] = ()
    if {"lesson", "attendance"} & set(asked.rules):
        first, last, teacher = selection.first, selection.last, asked.teacher
        lacking = unrecorded(views, judged, first, last, class_group=asked.class_group, teacher=teacher)
    days = selection.days(views)
    tally = Tally(frozenset(by))
    terms = Terms(views, judged, {*days, *(place.held_on for place in lacking)})
    if days:
        apart = tally.by_class or terms.calendars
        sums = Sums(views, selection, terms, days, by_week=tally.by_week, by_class=bool(apart))
        _Counting(views, sums, tally, of_days).count()
        _count_excused(views, selection, judged, tally)
    _count_unrecorded(lacking, terms, asked, tally)
    _count_excused_unrecorded(views, lacking, judged, asked, tally)
    return DeadlineCounts(judged.position, format_at(judged.now), tuple(tally.rows()))


_LESSON: Final = f"""o.class_group, l.course, l.lesson, l.teacher, l.held_on, l.starts_at, l.fact, l.plan_items,
    {TAKEN}, {GIVEN}, h.due_on, l.ends_at"""
_WORKS: Final = f"JOIN {{works}} w ON w.lesson = l.lesson AND w.stands = 1 AND {stands('w')}"


class _Counting:
    """Counting of lessons that stand."""

    def __init__(
        self, views: Reader, sums: Sums, tally: Tally, of_days: Counter[tuple[str, int | None]] | None
    ) -> None:
        self._views, self._sums, self._tally, self._of_days = views, sums, tally, of_days
        self._selection, self._terms = sums.selection, sums.terms
        self._rules = frozenset(sums.selection.asked.rules)

    def count(self) -> None:
        """Count everything that the rules ask for."""
        odd = self._sums.odd() if self._rules & {"attendance", "oral_mark"} or self._of_days is not None else []
        works = [work for work in self._works(odd) if not work.written]
        cells = self._cells_of(odd)
        self._terms.add({day for own in cells.make_ups.values() for day in own.values()})
        if self._rules & {"lesson", "attendance", "homework"} or self._of_days is not None:
            self._lessons(set(odd), works, cells)
        if "oral_mark" in self._rules:
            for teacher, group, week, status, how_many in self._sums.oral():
                self._tally.add("oral_mark", teacher, group, week, WORST_FIRST[status], how_many)
            for work in works:
                of = self._tally.of("oral_mark", work.teacher, work.class_group, work.day)
                for one, count in self._oral(work, cells):
                    of[one] += count
        if self._rules & {"written_mark", "written_work"}:
            self._written()

    def _lessons(self, odd: AbstractSet[str], works: Sequence[WorkRow], cells: Cells) -> None:
        """Lessons, attendance, homework, and what became of the day; single ones are looked at once more."""
        with_homework = "homework" in self._rules
        with_plans = with_homework and self._terms.exempting
        single: dict[str, LessonSum] = {}
        for found in self._sums.lessons(
            with_plans=with_plans,
            with_homework=with_homework,
            with_marks=self._of_days is not None,
        ):
            if found.lesson:
                single[found.lesson] = found
            else:
                self._add(found)
        rows = {row.lesson: row for row in self._rows(single)}
        exempt = self._terms.exempt(rows.values(), self._selection.position) if with_plans else set()
        doubtful = [row for row in rows.values() if row.is_eve and row.lesson not in exempt]
        eves = self._eves(doubtful) if with_homework else {}
        marks: defaultdict[str, list[Status]] = defaultdict(list)
        for work in works:
            marks[work.lesson] += [status for status, count in self._oral(work, cells) if count]
        for lesson, found in single.items():
            row = rows[lesson]
            sure = found
            if with_homework:
                bound = eves.get(lesson) or self._terms.of("homework", row.held_on, row.class_group)
                status: Status = "exempt" if lesson in exempt else status_of(bound, row.homework)
                sure = sure._replace(homework=WORST_FIRST.index(status))
            if lesson in odd:
                whole = None if row.taken_by is None else max(row.taken_by, cells.last_absence(lesson))
                bound = self._terms.of("attendance", row.held_on, row.class_group)
                worst = min((WORST_FIRST.index(one) for one in marks[lesson]), default=NONE)
                sure = sure._replace(attendance=WORST_FIRST.index(status_of(bound, whole)), marks=worst)
            self._add(sure)

    def _add(self, found: LessonSum) -> None:
        """Count lessons."""
        place, count = (found.teacher, found.class_group, found.week), found.how_many
        if "lesson" in self._rules:
            self._tally.add("lesson", *place, WORST_FIRST[found.record], count)
        if "attendance" in self._rules:
            self._tally.add("attendance", *place, WORST_FIRST[found.attendance], count)
        if "homework" in self._rules:
            self._tally.add("homework", *place, WORST_FIRST[found.homework], count)
        if self._of_days is not None:
            of_marks = found.record if found.marks == NONE else found.marks
            statuses = [WORST_FIRST[of] for of in (found.record, found.attendance, found.homework, of_marks)]
            index = sum(status in {"on_time", "exempt"} for status in statuses)
            is_open = "pending" in statuses or "no_regulation" in statuses
            self._of_days[found.teacher, None if is_open else index] += count

    def _rows(self, lessons: Iterable[str]) -> Iterator[_LessonRow]:
        """Single lessons."""
        for row in self._single(_LESSON, f"{OF_COURSE} {GIVEN_TO}", lessons):
            yield _LessonRow(*row)

    def _works(self, lessons: Iterable[str]) -> Iterator[WorkRow]:
        """Works of single lessons."""
        for row in self._single(WORK, f"{OF_COURSE} {_WORKS}", lessons):
            yield WorkRow(*row)

    def _cells_of(self, lessons: Iterable[str]) -> Cells:
        """Cells of single lessons."""
        return Cells(self._views, self._selection.position, list(self._single(COLUMNS, JOIN, lessons)))

    def _single(self, columns: str, joins: str, lessons: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        for wanted, named in listed(sorted(lessons)):
            sql = f"SELECT {columns} FROM {{lessons}} l {joins} WHERE l.lesson IN {wanted} AND l.stands = 1"
            yield from self._views.select(f"{sql} AND {stands('l')}", {"at": self._selection.position, **named})

    def _oral(self, work: WorkRow, cells: Cells) -> Iterator[tuple[Status, int]]:
        """Statuses of the marks of a work that is not written."""
        day, group = work.day, work.class_group
        own = cells.make_ups.get((work.lesson, work.work))
        if own:
            for student, fact in cells.marks(work.lesson, work.work).items():
                yield status_of(self._terms.of("oral_mark", max(day, own.get(student, day)), group), fact), 1
            return
        bound = self._terms.of("oral_mark", day, group)
        for fact, count in cells.counts(work.lesson, work.work):
            yield status_of(bound, fact), count

    def _eves(self, lessons: Collection[_LessonRow]) -> dict[str, Bound]:
        """Lesson -> the bound of its homework for the next day, where it is not the day's and decides something.

        The students' last lesson ends with the last recorded one of theirs at the earliest. What is in time by that is
        in time by the true end, which takes a whole plan to know, and what is late by the day's term is late by either.
        """
        if not lessons:
            return {}
        days, places = [row.held_on for row in lessons], {(row.class_group, row.held_on) for row in lessons}
        group = self._selection.asked.class_group
        ends = DayEnds(self._views, self._selection.position, min(days), max(days), group, places=places)
        least = {
            row.lesson: (row.held_on, ends.at_least(row.class_group, row.course, row.held_on), row.class_group)
            for row in lessons
        }
        bounds = self._terms.eves(set(least.values()))
        known: dict[str, tuple[str, str, str]] = {}
        for row in lessons:
            of_day, of_lesson = self._terms.of("homework", row.held_on, row.class_group), bounds.get(least[row.lesson])
            if of_day is None or of_lesson is None or of_day.of(row.homework) == of_lesson.of(row.homework):
                continue
            end = ends.of(row.class_group, row.course, row.held_on)
            if end is not None:
                known[row.lesson] = (row.held_on, end.ends_at, row.class_group)
        bounds = self._terms.eves(set(known.values()))
        return {lesson: bounds[key] for lesson, key in known.items() if key in bounds}

    def _written(self) -> None:
        """Marks for written works, and the works as a whole."""
        for work, bound, counted in written_works(self._views, self._sums):
            place = (work.teacher, work.class_group, work.day)
            if "written_mark" in self._rules:
                of = self._tally.of("written_mark", *place)
                for status, count in counted.items():
                    of[status] += count
            if "written_work" in self._rules:
                self._tally.of("written_work", *place)[worst_of(counted, bound)] += 1


def _count_excused(views: Reader, selection: Selection, judged: Judging, tally: Tally) -> None:
    """Count what is excused: lessons with an excuse are few, so each of their verdicts is reached."""
    excuses = StandingExcuses(views, judged)
    if not excuses:
        return
    concerned: set[tuple[Any, ...]] = set()
    for of in excuses.lessons:
        sql = f"SELECT l.lesson FROM {{lessons}} l WHERE l.lesson = :lesson AND {selection.where}"
        concerned.update(views.select(sql, {**selection.parameters, "lesson": of}))
    for course, day, teacher in excuses.days:
        sql = f"""SELECT l.lesson FROM {{lessons}} l
            WHERE l.course = :course AND l.held_on = :day AND l.teacher = :who AND {selection.where}"""
        concerned.update(views.select(sql, {**selection.parameters, "course": course, "day": day, "who": teacher}))
    for lesson, rule in excused_verdicts(views, [of for (of,) in concerned], judged, selection.asked.rules):
        tally.excused[tally.key(rule, lesson.teacher, lesson.class_group, lesson.held_on)] += 1


def _count_unrecorded(lacking: Iterable[DayLesson], terms: Terms, asked: Asked, tally: Tally) -> None:
    """Planned lessons without a record: that and their attendance, which a cancelled one does not owe."""
    rules: tuple[Rule, ...] = ("lesson", "attendance")
    for place in lacking:
        for rule in rules:
            if rule in asked.rules:
                bound = terms.of(rule, place.held_on, place.class_group)
                of = tally.of(rule, place.owed_by or "", place.class_group, place.held_on)
                of["exempt" if bound is not None and place.cancelled_by is not None else status_of(bound, None)] += 1


def _count_excused_unrecorded(
    views: Reader, lacking: Iterable[DayLesson], judged: Judging, asked: Asked, tally: Tally
) -> None:
    """Count what is excused of planned lessons without a record, by their course and day."""
    excuses = StandingExcuses(views, judged)
    for place in lacking if excuses else ():
        for verdict in judge_unrecorded(place, judged, excuses):
            if verdict.excused is not None and verdict.rule in asked.rules:
                tally.excused[tally.key(verdict.rule, place.owed_by or "", place.class_group, place.held_on)] += 1


@lru_cache(maxsize=4_096)
def _items(text: str | None) -> tuple[int, ...]:
    return () if text is None else tuple(orjson.loads(text))


@lru_cache(maxsize=4_096)
def _is_eve(day: str, due_on: str) -> bool:
    return date.fromisoformat(due_on).toordinal() - date.fromisoformat(day).toordinal() == 1
