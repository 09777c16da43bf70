"""How many things were recorded in time, late or not at all: by rule, teacher and week, for a school's whole year.

A year of a school has hundreds of thousands of marks, but only some hundred terms. Each term becomes the index of the
first entry that is late for it, and the database holds entries against these indexes and counts (`deadline_sums`). What
it cannot tell is looked at here: homework that a plan or the end of a day decides, works that were made up, and who has
no mark for a written work. What comes out is what the pure functions say of every fact, which tests compare.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from ledger.journal.deadlines.verdict import WORST_FIRST, Rule, Status
from ledger.wire.entry import format_at
from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader, listed, stands
from projections.views.day_ends import DayEnds
from projections.views.deadline_basis import Judging, judging
from projections.views.deadline_cells import ADDED, ANNULLED, COLUMNS, Annulled, Cells, annulled_cells
from projections.views.deadline_kept import Changes, OfDays, Wanted, kept_for, spans_of, split, together
from projections.views.deadline_sums import (
    GIVEN,
    GIVEN_TO,
    NONE,
    TAKEN,
    TOUCHED,
    LessonSum,
    OwnLesson,
    Selection,
    Sums,
    items_of,
)
from projections.views.deadline_tally import By, DeadlineCount, DeadlineCounts, Tally
from projections.views.deadline_terms import Bound, Terms
from projections.views.deadline_written import (
    OF_COURSE,
    WORK,
    WORK_COLUMNS,
    WorkRow,
    status_of,
    worst_of,
    written_works,
)
from projections.views.deadlines import Asked, excused_verdicts
from projections.views.excuses import StandingExcuses
from projections.views.timetable_pages import DayLesson
from projections.views.unrecorded import judge_unrecorded, unrecorded


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
        return items_of(self.items)

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
    of_days: OfDays | None = None,
) -> DeadlineCounts:
    """Count the verdicts on lessons that stand, and on planned ones that are over and that nobody recorded.

    Args:
        views: whom to ask.
        asked: which lessons and rules; its student and statuses do not matter here.
        now: the moment by the clock.
        by: what to count apart, beside the rule.
        at: as of.
        of_days: is filled with lessons by teacher, by week or month as the counts are (else ""), and by how many of the
            four parts of their day were in time or exempt (2.4.2), None without a regulation or while one may still
            come; all rules have to be asked for then, and teachers counted apart.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    judged = judging(views, now, at)
    apart = frozenset(by)
    if asked.teacher is None and asked.class_group is None:
        rows = _of_all(views, asked, judged, apart, of_days)
    else:
        rows = _count(views, asked, judged, apart, of_days)
    return DeadlineCounts(judged.position, format_at(judged.now), rows)


def _of_all(
    views: Reader, asked: Asked, judged: Judging, apart: frozenset[By], of_days: OfDays | None
) -> tuple[DeadlineCount, ...]:
    """Count those of a whole school; months, or weeks, that nothing touched since they were counted are not anew."""
    first, last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
    with_spans = bool(apart & {"week", "month"})
    spans = spans_of(views, judged.position, first, last, by_week="week" in apart)
    if not spans:
        return _count(views, asked, judged, apart, of_days)
    wanted = Wanted(apart if with_spans else apart | {"month"}, asked.rules, of_days is not None)
    kept, changes = kept_for(views), Changes(views)
    found = {span: kept.find(wanted, span, judged, changes) for span in spans}
    for is_kept, run in groupby(spans, lambda span: found[span] is not None):
        if is_kept:
            continue
        missing = list(run)
        days: OfDays | None = None if of_days is None else Counter()
        of_run = replace(asked, from_date=missing[0].first, to_date=missing[-1].last)
        rows = _count(views, of_run, judged, wanted.by, days)
        for span, part in zip(missing, split(missing, rows, days or Counter(), judged), strict=True):
            found[span] = part
            kept.keep(wanted, span, part)
    parts = [part for part in found.values() if part is not None]
    if of_days is not None:
        for (teacher, label, index), how_many in (item for part in parts for item in part.of_days.items()):
            of_days[teacher, label if with_spans else "", index] += how_many
    return together(parts, asked.rules, with_spans=with_spans)


def _count(
    views: Reader, asked: Asked, judged: Judging, by: frozenset[By], of_days: OfDays | None
) -> tuple[DeadlineCount, ...]:
    """Count by looking at every lesson that is asked about."""
    selection = Selection(asked, judged.position)
    lacking: Sequence[DayLesson] = ()
    if {"lesson", "attendance"} & set(asked.rules):
        first, last, teacher = selection.first, selection.last, asked.teacher
        lacking = unrecorded(views, judged, first, last, class_group=asked.class_group, teacher=teacher)
    days = selection.days(views)
    tally = Tally(by)
    terms = Terms(views, judged, {*days, *(place.held_on for place in lacking)})
    if days:
        sums = Sums(
            views,
            selection,
            terms,
            days,
            by_teacher=tally.by_teacher,
            by_class=bool(tally.by_class or terms.calendars),
            span_of=tally.span_of,
        )
        _Counting(views, sums, tally, of_days).count()
        _count_excused(views, selection, judged, tally)
    _count_unrecorded(lacking, terms, asked, tally)
    _count_excused_unrecorded(views, lacking, judged, asked, tally)
    return tuple(tally.rows())


_LESSONS: Final = f"""SELECT o.class_group, l.course, l.lesson, l.teacher, l.held_on, l.starts_at, l.fact, l.plan_items,
      {TAKEN}, {GIVEN}, h.due_on, l.ends_at FROM touched q CROSS JOIN {{lessons}} l {OF_COURSE} {GIVEN_TO}
    WHERE l.lesson = q.lesson AND """
_WORKS: Final = f"""SELECT {WORK}, {COLUMNS} FROM touched q CROSS JOIN {{works}} w CROSS JOIN {{lessons}} l {OF_COURSE}
    LEFT JOIN {{cell_sets}} s ON s.what = 'mark' AND s.lesson = w.lesson AND s.work = w.work AND s.entry < :at
    WHERE l.lesson = q.lesson AND w.lesson = q.lesson AND w.written = 0 AND w.stands = 1 AND {stands("w")} AND """
_ORAL_WORKS: Final = "SELECT w.lesson, w.work FROM {works} w WHERE w.written = 0 AND w.lesson IN "
_OF_ALL: Final[tuple[Rule, ...]] = ("lesson", "attendance", "homework")
_PLACES: Final[dict[Status, int]] = {status: place for place, status in enumerate(WORST_FIRST)}
_Statuses = tuple[int, int, int, int]


class _Changes:
    """What single lessons were counted as, and what they have to be counted as."""

    def __init__(self) -> None:
        self._changed: dict[str, tuple[LessonSum, LessonSum]] = {}

    def homework(self, lesson: OwnLesson, status: Status) -> None:
        """Its homework has another status."""
        before, after = self._changed.get(lesson.lesson, (lesson.found, lesson.found))
        self._changed[lesson.lesson] = before, after._replace(homework=_PLACES[status])

    def no_marks(self, lesson: OwnLesson) -> None:
        """None of its oral marks is left."""
        before, after = self._changed.get(lesson.lesson, (lesson.found, lesson.found))
        self._changed[lesson.lesson] = before, after._replace(marks=NONE)

    def moved(self) -> Iterator[tuple[LessonSum, int]]:
        """How many lessons have to be counted more, or less where the number is negative."""
        moved: Counter[LessonSum] = Counter()
        for before, after in self._changed.values():
            moved[before] -= 1
            moved[after] += 1
        return iter(moved.items())


class _Counting:
    """Counting of lessons that stand."""

    def __init__(
        self, views: Reader, sums: Sums, tally: Tally, of_days: Counter[tuple[str, str, int | None]] | None
    ) -> None:
        self._views, self._sums, self._tally, self._of_days = views, sums, tally, of_days
        self._selection, self._terms = sums.selection, sums.terms
        self._rules = frozenset(sums.selection.asked.rules)
        self._with_homework = "homework" in self._rules

    def count(self) -> None:
        """Count everything that the rules ask for."""
        annulled = annulled_cells(self._selection.of_additions(self._views, ANNULLED))
        if self._rules & {"lesson", "attendance", "homework", "oral_mark"}:
            self._lessons(annulled)
        if self._rules & {"written_mark", "written_work"}:
            self._written(annulled)

    def _lessons(self, annulled: Annulled) -> None:
        """Lessons, attendance, homework and oral marks, and what became of the day.

        Lessons that no other command touched are counted by the database; homework of some of them, and all that was
        touched, is looked at here.
        """
        for found, marks in self._sums.own(with_homework=self._with_homework):
            self._add(found)
            if marks is not None and "oral_mark" in self._rules:
                place = (found.teacher, found.class_group, found.week)
                self._tally.add("oral_mark", *place, "on_time" if not marks else WORST_FIRST[found.marks], marks)
        touched = [_LessonRow(*row) for row in self._of_touched(_LESSONS)]
        known = {row.lesson for row in touched}
        planned: list[OwnLesson] = []
        doubtful: list[OwnLesson] = []
        exempt: set[str] = set()
        if self._with_homework:
            if self._terms.exempting:
                planned = [one for one in self._sums.planned() if one.lesson not in known]
                exempt = self._terms.exempt([*planned, *touched], self._selection.position)
            doubtful = [one for one in self._sums.doubtful() if one.lesson not in known and one.lesson not in exempt]
        late, left = self._doubtful(touched, exempt)
        eves = self._eves([*doubtful, *left]) | late
        changes = _Changes()
        for one in planned:
            if one.lesson in exempt:
                changes.homework(one, "exempt")
        for one in doubtful:
            if one.lesson in eves:
                changes.homework(one, eves[one.lesson].of(one.homework))
        self._annulled(annulled, known, changes)
        for found, count in changes.moved():
            self._add(found._replace(how_many=count))
        self._touched(touched, exempt, eves, annulled)

    def _annulled(self, annulled: Annulled, touched: Container[str], changes: _Changes) -> None:
        """Take annulled oral marks out of the count of lessons that no other command touched otherwise."""
        if "oral_mark" not in self._rules:
            return
        of_marks = {lesson for lesson, what, _ in annulled if what == "mark"}
        lessons = {one.lesson: one for one in self._sums.annulled(of_marks) if one.lesson not in touched}
        oral: defaultdict[str, set[str]] = defaultdict(set)
        for wanted, named in listed(sorted(lessons)):
            for lesson, work in self._views.select(_ORAL_WORKS + wanted, named):
                oral[lesson].add(work)
        for lesson, one in lessons.items():
            count = sum(len(annulled.get((lesson, "mark", work), ())) for work in oral[lesson])
            place = (one.found.teacher, one.found.class_group, one.found.week)
            self._tally.add("oral_mark", *place, WORST_FIRST[one.found.marks], -count)
            if count == one.oral:
                changes.no_marks(one)

    def _touched(
        self, lessons: Iterable[_LessonRow], exempt: Container[str], eves: Mapping[str, Bound], annulled: Annulled
    ) -> None:
        """Lessons that another command touched, looked at one by one."""
        cells, marks = self._cells(annulled)
        counted: Counter[tuple[str, str, str, _Statuses]] = Counter()
        terms, span_of = self._terms, self._tally.span_of
        of_days: dict[tuple[str, str], tuple[str, list[Bound | None]]] = {}
        for row in lessons:
            lesson, day, group = row.lesson, row.held_on, row.class_group
            found = of_days.get((day, group))
            if found is None:
                span = "" if span_of is None else span_of(day)
                found = of_days[day, group] = span, [terms.of(rule, day, group) for rule in _OF_ALL]
            span, (record, attendance, homework) = found
            taken = None if row.taken_by is None else max(row.taken_by, cells.last_absence(lesson))
            given = "exempt" if lesson in exempt else status_of(eves.get(lesson) or homework, row.homework)
            statuses = (
                _PLACES[status_of(record, row.fact)],
                _PLACES[status_of(attendance, taken)],
                _PLACES[given],
                marks.get(lesson, NONE),
            )
            counted[row.teacher, group, span, statuses] += 1
        for (teacher, group, span, statuses), count in counted.items():
            self._add(LessonSum(teacher, group, span, *statuses, count))

    def _cells(self, annulled: Annulled) -> tuple[Cells, dict[str, int]]:
        """Absences from touched lessons, and the worst status of the oral marks of each, which are counted here."""
        rows = self._of_touched(_WORKS) if "oral_mark" in self._rules else []
        works = dict.fromkeys(WorkRow(*row[:WORK_COLUMNS]) for row in rows)
        position = self._selection.position
        sets = [row[WORK_COLUMNS:] for row in rows if row[WORK_COLUMNS] is not None]
        oral = {work.lesson for work in works}
        added = self._selection.of_additions(self._views, ADDED)
        sets += (of for of in added if of[1] == "absence" or of[0] in oral)
        cells = Cells(self._views, position, sets, annulled)
        self._terms.add({day for own in cells.make_ups.values() for day in own.values()})
        worst: dict[str, int] = {}
        for work in works:
            of = self._tally.of("oral_mark", work.teacher, work.class_group, work.day)
            for status, count in self._oral(work, cells):
                of[status] += count
                worst[work.lesson] = min(worst.get(work.lesson, NONE), WORST_FIRST.index(status))
        return cells, worst

    def _of_touched(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the lessons asked about that another command touched."""
        touched, parameters = self._selection.touched(self._views, TOUCHED, {})
        return self._views.select(f"WITH {touched} {sql}{self._selection.where}", parameters)

    def _doubtful(
        self, lessons: Iterable[_LessonRow], exempt: Container[str]
    ) -> tuple[dict[str, Bound], list[_LessonRow]]:
        """Lessons with homework that is late whenever their students' day ends, and such as may be."""
        if not self._with_homework:
            return {}, []
        latest, _ = self._sums.ends
        eves = [row for row in lessons if row.is_eve and row.lesson not in exempt]
        of_lesson = [(row, (row.held_on, row.ends_at, row.class_group)) for row in eves]
        of_day = [(row, (row.held_on, latest, row.class_group)) for row in eves]
        bounds = self._terms.eves({key for _, key in (*of_lesson, *of_day)})
        late = {row.lesson: bounds[key] for row, key in of_day if _is_late(row, bounds.get(key))}
        return late, [row for row, key in of_lesson if _is_late(row, bounds.get(key)) and row.lesson not in late]

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
            self._of_days[found.teacher, found.week, None if is_open else index] += count

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

    def _eves(self, lessons: Collection[_LessonRow | OwnLesson]) -> dict[str, Bound]:
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

    def _written(self, annulled: Annulled) -> None:
        """Marks for written works, and the works as a whole."""
        for work, bound, counted in written_works(self._views, self._sums, annulled):
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


def _is_late(lesson: _LessonRow, bound: Bound | None) -> bool:
    return bound is not None and bound.of(lesson.homework) == "late"


@lru_cache(maxsize=4_096)
def _is_eve(day: str, due_on: str) -> bool:
    return date.fromisoformat(due_on).toordinal() - date.fromisoformat(day).toordinal() == 1
