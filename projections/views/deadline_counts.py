"""How many things were recorded in time, late or not at all: by rule, teacher and week, for a school's whole year.

A year of a school has hundreds of thousands of marks, but only some hundred terms. Each term becomes the index of the
first entry that is late for it, and entries are held against that index, for oral marks a work's first and last one
alone. What comes out is what the pure functions say of every fact, which tests compare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set as AbstractSet
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from ledger.journal.deadlines.homework import homework_term
from ledger.journal.deadlines.lesson import attendance_term, lesson_term
from ledger.journal.deadlines.marks import oral_mark_term, written_mark_term
from ledger.journal.deadlines.verdict import (
    WORST_FIRST,
    Rule,
    School,
    Status,
    Term,
    Version,
)
from ledger.wire.entry import format_at
from projections.reading import AsOf, Reader, stands
from projections.rows import OPEN
from projections.views.day_ends import DayEnds
from projections.views.deadline_basis import (
    Judging,
    LessonDay,
    Rosters,
    first_entries,
    judging,
    moments,
    planned_homework,
    wall,
)
from projections.views.deadline_cells import COLUMNS, JOIN, Cells
from projections.views.deadline_tally import By, DeadlineCounts, Tally
from projections.views.deadlines import FIRST_DAY, LAST_DAY, Asked, excused_verdicts, judge_unrecorded
from projections.views.excuses import StandingExcuses
from projections.views.timetable_pages import DayLesson
from projections.views.unrecorded import unrecorded

_DAY_TERMS: Final[dict[Rule, Callable[[date, Version, School], Term]]] = {
    "lesson": lesson_term,
    "attendance": attendance_term,
    "homework": lambda day, version, school: homework_term(day, None, None, version, school)[0],
    "oral_mark": oral_mark_term,
    "written_mark": written_mark_term,
}


class _Bound(NamedTuple):
    """A term as the log sees it: the first entry that is late for it, and whether it has ended."""

    late_entry: int
    over: bool

    def of(self, entry: int | None) -> Status:
        """The status of what was first recorded by an entry, or is not (None)."""
        if entry is None:
            return "missing" if self.over else "pending"
        return "late" if entry >= self.late_entry else "on_time"


class _WorkRow(NamedTuple):
    """A work that stands and its lesson."""

    class_group: str
    course: str
    lesson: str
    work: str
    written: int
    teacher: str
    day: str
    ends_on: str | None

    @property
    def last_day(self) -> str:
        """From which day the class's term counts."""
        return self.ends_on or self.day


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
    of_lessons: dict[str, LessonDay] | None = None,
) -> DeadlineCounts:
    """Count the verdicts on lessons that stand, and on planned ones that are over and that nobody recorded.

    Args:
        views: whom to ask.
        asked: which lessons and rules; its student and statuses do not matter here.
        now: the moment by the clock.
        by: what to count apart, beside the rule.
        at: as of.
        of_lessons: is filled with what became of each lesson's day; all rules of a day have to be asked for then.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    judged = judging(views, now, at)
    selection = _Selection(asked, judged.position)
    sql = f"SELECT o.course, o.class_group FROM {{courses}} o WHERE {stands('o')}"
    groups: dict[str, str] = dict(views.select(sql, {"at": judged.position}))
    lessons = [
        _LessonRow(groups[row[0]], *row)
        for row in views.select(selection.sql(_LESSON, joins=_HOMEWORK), selection.parameters)
        if row[0] in groups
    ]
    lacking: Sequence[DayLesson] = ()
    if {"lesson", "attendance"} & set(asked.rules):
        first, last, teacher = selection.first, selection.last, asked.teacher
        lacking = unrecorded(views, judged, first, last, class_group=asked.class_group, teacher=teacher)
    days = {*(lesson.held_on for lesson in lessons), *(place.held_on for place in lacking)}
    tally = Tally(frozenset(by), days, of_lessons)
    terms = _Terms(views, judged, days)
    if lessons:
        _count(views, selection, terms, lessons, tally)
        _count_excused(views, lessons, judged, asked, tally)
    _count_unrecorded(lacking, terms, asked, tally)
    _count_excused_unrecorded(views, lacking, judged, asked, tally)
    return DeadlineCounts(judged.position, format_at(judged.now), tuple(tally.rows()))


# Who took the attendance: with the lesson, or later.
_LESSON: Final = f"""l.course, l.lesson, l.teacher, l.held_on, l.starts_at, l.fact, l.plan_items,
    CASE WHEN l.attendance = 'taken' THEN l.fact ELSE
      (SELECT min(t.entry) FROM {{later_attendance}} t WHERE t.lesson = l.lesson AND {stands("t")}) END,
    COALESCE(h.posted, h.fact), h.due_on, l.ends_at"""
_HOMEWORK: Final = f"LEFT JOIN {{homework}} h ON h.lesson = l.lesson AND h.stands = 1 AND {stands('h')}"
_WORK: Final = "l.course, l.lesson, w.work, w.written, l.teacher, l.held_on, w.ends_on"
_WORKS: Final = f"JOIN {{works}} w ON w.lesson = l.lesson AND w.stands = 1 AND {stands('w')}"


def _count(views: Reader, selection: _Selection, terms: _Terms, lessons: Collection[_LessonRow], tally: Tally) -> None:
    """Count everything that the rules ask for."""
    asked = selection.asked
    rules = set(asked.rules)
    works: list[_WorkRow] = []
    if rules & {"oral_mark", "written_mark", "written_work"}:
        found = views.select(selection.sql(_WORK, joins=_WORKS), selection.parameters)
        groups = {lesson.course: lesson.class_group for lesson in lessons}
        works = [_WorkRow(groups[row[0]], *row) for row in found if row[0] in groups]
    written = [work for work in works if work.written] if rules & {"written_mark", "written_work"} else []
    sets: Sequence[tuple[Any, ...]] = ()
    if written or rules & {"attendance", "oral_mark"}:
        sets = views.select(selection.sql(COLUMNS, joins=JOIN), selection.parameters)
    cells = Cells(views, selection.position, sets)
    terms.add({work.last_day for work in written}.union(*(own.values() for own in cells.make_ups.values())))
    if rules & {"lesson", "attendance"} or tally.of_lessons is not None:
        _count_lessons(lessons, terms, cells, asked, tally)
    if "homework" in rules:
        _count_homework(views, selection, terms, lessons, tally)
    if "oral_mark" in rules:
        _count_oral([work for work in works if not work.written], terms, cells, tally)
    if written:
        _count_written(written, terms, cells, Rosters(views, selection.position, asked.class_group), asked, tally)


def _count_excused(views: Reader, lessons: Iterable[_LessonRow], judged: Judging, asked: Asked, tally: Tally) -> None:
    """Count what is excused: lessons with an excuse are few, so each of their verdicts is reached."""
    excuses = StandingExcuses(views, judged)
    if not excuses:
        return
    concerned = [of.lesson for of in lessons if excuses.of(of.lesson, of.course, of.held_on, of.teacher)]
    for lesson, rule in excused_verdicts(views, concerned, judged, asked.rules):
        tally.excused[tally.key(rule, lesson.teacher, lesson.class_group, lesson.held_on)] += 1


class _Selection:
    """The lessons that are asked about, as SQL."""

    def __init__(self, asked: Asked, position: int) -> None:
        self.asked = asked
        self.position = position
        self.first, self.last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
        self.parameters: dict[str, object] = {"at": position, "first": self.first, "last": self.last}
        conditions = ""
        if asked.teacher is not None:
            conditions, self.parameters["teacher"] = " AND l.teacher = :teacher", asked.teacher
        if asked.class_group is not None:
            conditions += f""" AND l.course IN
                (SELECT o.course FROM {{courses}} o WHERE o.class_group = :class_group AND {stands("o")})"""
            self.parameters["class_group"] = asked.class_group
        self._where = f"l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands('l')}{conditions}"

    def sql(self, columns: str, *, joins: str = "") -> str:
        """A question about these lessons `l`."""
        return f"SELECT {columns} FROM {{lessons}} l {joins} WHERE {self._where}"


class _Terms:
    """Every term of some days, as entries; None where no regulation was in force."""

    def __init__(self, views: Reader, judged: Judging, days: Iterable[str]) -> None:
        self._views, self._judged = views, judged
        self._versions = {day: judged.school.version_on(date.fromisoformat(day)) for day in days}
        # One calendar is a number; classes without one of their own have 0.
        schools = {id(school): school for school in judged.classes.values()}
        numbers = {key: number for number, key in enumerate(schools, start=1)}
        self._calendars = {group: numbers[id(school)] for group, school in judged.classes.items()}
        self._schools = {0: judged.school, **{numbers[key]: school for key, school in schools.items()}}
        self._days = self._bounds(
            {
                (rule, day, number): make(date.fromisoformat(day), version, school)
                for number, school in self._schools.items()
                for day, version in self._versions.items()
                if version is not None
                for rule, make in _DAY_TERMS.items()
            }
        )

    def add(self, days: Iterable[str]) -> None:
        """Take more days from which terms of marks count."""
        makers: tuple[Rule, ...] = ("oral_mark", "written_mark")
        terms = {}
        for day in days:
            on = date.fromisoformat(day)
            version = self._judged.school.version_on(on)
            if version is None:
                continue
            for number, school in self._schools.items():
                for rule in makers:
                    if (rule, day, number) not in self._days:
                        terms[rule, day, number] = _DAY_TERMS[rule](on, version, school)
        self._days.update(self._bounds(terms))

    def of(self, rule: Rule, day: str, class_group: str) -> _Bound | None:
        """The bound of a rule's term that counts from a day; None without a regulation."""
        return self._days.get((rule, day, self._calendars.get(class_group, 0)))

    def eves(self, ends: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], _Bound]:
        """(day, end of the last lesson, class group) -> the bound of homework for the next day."""
        terms: dict[tuple[str, str, int], Term] = {}
        numbered = {of: (of[0], of[1], self._calendars.get(of[2], 0)) for of in ends}
        for day, ends_at, number in set(numbered.values()):
            version, held_on = self._versions[day], date.fromisoformat(day)
            if version is not None:
                school = self._schools[number]
                tomorrow, end = date.fromordinal(held_on.toordinal() + 1), wall(held_on, ends_at, school)
                terms[day, ends_at, number], _ = homework_term(held_on, tomorrow, end, version, school)
        bounds = self._bounds(terms)
        return {of: bounds[key] for of, key in numbered.items() if key in bounds}

    def exempt(self, lessons: Iterable[_LessonRow], position: int) -> set[str]:
        """Lessons whose homework need not be entered: their plan had it before they began (R18)."""
        exempting = {
            day for day, of in self._versions.items() if of is not None and of.parameters.planned_homework_is_exempt
        }
        of_those = [lesson for lesson in lessons if lesson.held_on in exempting]
        planned = planned_homework(self._views, of_those, position)
        at = moments(self._views, planned.values())
        # From this day on it was before any lesson, whatever the school's zone.
        sure = {entry: (moment + timedelta(days=2)).date().isoformat() for entry, moment in at.items()}
        school = self._judged.school
        return {
            lesson.lesson
            for lesson in of_those
            if (entry := planned.get(lesson.lesson)) is not None
            and (
                sure[entry] <= lesson.held_on
                or at[entry] < wall(date.fromisoformat(lesson.held_on), lesson.starts_at, school)
            )
        }

    def _bounds(self, terms: dict[Any, Term]) -> dict[Any, _Bound]:
        spelled = {term.late_from: format_at(term.late_from) for term in terms.values()}
        entries = first_entries(self._views, spelled.values())
        return {
            key: _Bound(
                OPEN if (entry := entries.get(spelled[term.late_from])) is None else entry,
                self._judged.now >= term.late_from,
            )
            for key, term in terms.items()
        }


def _count_unrecorded(lacking: Iterable[DayLesson], terms: _Terms, asked: Asked, tally: Tally) -> None:
    """Planned lessons without a record: that and their attendance, which a cancelled one does not owe."""
    rules: tuple[Rule, ...] = ("lesson", "attendance")
    for place in lacking:
        for rule in rules:
            if rule in asked.rules:
                bound = terms.of(rule, place.held_on, place.class_group)
                of = tally.of(rule, place.owed_by or "", place.class_group, place.held_on)
                of["exempt" if bound is not None and place.cancelled_by is not None else _status(bound, None)] += 1


def _count_excused_unrecorded(
    views: Reader, lacking: Iterable[DayLesson], judged: Judging, asked: Asked, tally: Tally
) -> None:
    """Count what is excused of planned lessons without a record, by their course and day."""
    excuses = StandingExcuses(views, judged)
    for place in lacking if excuses else ():
        for verdict in judge_unrecorded(place, judged, excuses):
            if verdict.excused is not None and verdict.rule in asked.rules:
                tally.excused[tally.key(verdict.rule, place.owed_by or "", place.class_group, place.held_on)] += 1


def _count_lessons(lessons: Iterable[_LessonRow], terms: _Terms, cells: Cells, asked: Asked, tally: Tally) -> None:
    """Lessons and attendance."""
    with_lesson, with_attendance = "lesson" in asked.rules, "attendance" in asked.rules
    for group, _, lesson, teacher, day, _, fact, _, taken_by, *_ in lessons:
        parts: list[Status] = []
        if with_lesson:
            parts.append(_status(terms.of("lesson", day, group), fact))
            tally.of("lesson", teacher, group, day)[parts[-1]] += 1
        if with_attendance:
            whole = None if taken_by is None else max(taken_by, cells.last_absence(lesson))
            parts.append(_status(terms.of("attendance", day, group), whole))
            tally.of("attendance", teacher, group, day)[parts[-1]] += 1
        if tally.of_lessons is not None:
            tally.of_lessons[lesson] = LessonDay(teacher, parts, [])


def _count_homework(
    views: Reader, selection: _Selection, terms: _Terms, found: Collection[_LessonRow], tally: Tally
) -> None:
    """Homework: by the day, on an eve by the end of the students' last lesson too, unless the plan has it."""
    exempt = terms.exempt(found, selection.position)
    of_eves = _eves(views, selection, terms, [row for row in found if row.is_eve and row.lesson not in exempt])
    for row in found:
        of = tally.of("homework", row.teacher, row.class_group, row.held_on)
        status: Status = "exempt"
        if row.lesson not in exempt:
            bound = of_eves.get(row.lesson) or terms.of("homework", row.held_on, row.class_group)
            status = _status(bound, row.homework)
        of[status] += 1
        if tally.of_lessons is not None:
            tally.of_lessons[row.lesson].parts.append(status)


def _count_oral(works: list[_WorkRow], terms: _Terms, cells: Cells, tally: Tally) -> None:
    """Marks for works that are not written."""
    for group, _, lesson, work, _, teacher, day, _ in works:
        bound = terms.of("oral_mark", day, group)
        of = tally.of("oral_mark", teacher, group, day)
        if own := cells.make_ups.get((lesson, work)):
            for student, fact in cells.marks(lesson, work).items():
                status = _status(terms.of("oral_mark", max(day, own.get(student, day)), group), fact)
                of[status] += 1
                if tally.of_lessons is not None:
                    tally.of_lessons[lesson].marks.append(status)
            continue
        for fact, count in cells.counts(lesson, work):
            status = _status(bound, fact)
            of[status] += count
            if tally.of_lessons is not None:
                tally.of_lessons[lesson].marks.append(status)


def _eves(views: Reader, selection: _Selection, terms: _Terms, lessons: Iterable[_LessonRow]) -> dict[str, _Bound]:
    """Lesson -> the bound of its homework for the next day, where it is not the day's and decides something.

    The students' last lesson ends with this one at the earliest. What is in time by that is in time by the true end,
    which takes a whole plan to know, and what is late by the day's term is late by either.
    """
    earliest = {row.lesson: (row.held_on, row.ends_at, row.class_group) for row in lessons}
    bounds = terms.eves(set(earliest.values()))
    doubtful = []
    for row in lessons:
        of_day, of_lesson = terms.of("homework", row.held_on, row.class_group), bounds.get(earliest[row.lesson])
        if of_day is not None and of_lesson is not None and of_day.of(row.homework) != of_lesson.of(row.homework):
            doubtful.append(row)
    if not doubtful:
        return {}
    days = [row.held_on for row in doubtful]
    ends = DayEnds(views, selection.position, min(days), max(days), selection.asked.class_group)
    known = {}
    for row in doubtful:
        end = ends.of(row.class_group, row.course, row.held_on)
        if end is not None:
            known[row.lesson] = (row.held_on, end.ends_at, row.class_group)
    bounds = terms.eves(set(known.values()))
    return {lesson: bounds[key] for lesson, key in known.items() if key in bounds}


def _count_written(
    works: list[_WorkRow], terms: _Terms, cells: Cells, rosters: Rosters, asked: Asked, tally: Tally
) -> None:
    """Marks for written works, and the works as a whole: sets of students, for who has no mark is in no row."""
    for row in works:
        group, course, lesson, work, _, teacher, day, _ = row
        bound = terms.of("written_mark", row.last_day, group)
        marks, away = cells.marks(lesson, work), cells.absent(lesson)
        own = cells.make_ups.get((lesson, work), {})
        bounds = {of: terms.of("written_mark", max(row.last_day, on), group) for of, on in own.items()}
        counted = _of_work(bound, bounds, marks, away, rosters.on(group, course, day).keys())
        if "written_mark" in asked.rules:
            of = tally.of("written_mark", teacher, group, day)
            for status, count in counted.items():
                of[status] += count
        if "written_work" in asked.rules:
            tally.of("written_work", teacher, group, day)[_worst(counted, bound)] += 1


def _of_work(
    bound: _Bound | None,
    own: Mapping[str, _Bound | None],
    marks: Mapping[str, int],
    away: AbstractSet[str],
    members: AbstractSet[str],
) -> dict[Status, int]:
    """The statuses of everybody who was in the class or has a mark; `own`: bounds of students with a day of the own."""
    everybody = marks.keys() | members
    if own:
        statuses = {of: _status(own.get(of, bound), marks.get(of)) for of in everybody}
        owes_nothing = away - own.keys()
        return Counter(
            "exempt" if of in owes_nothing and status != "no_regulation" else status for of, status in statuses.items()
        )
    if bound is None:
        return {"no_regulation": len(everybody)}
    exempt = everybody & away
    late = 0
    if marks and max(marks.values()) >= bound.late_entry:
        late = sum(fact >= bound.late_entry for student, fact in marks.items() if student not in exempt)
    marked = len(marks.keys() - exempt)
    without = len(everybody) - len(exempt) - marked
    return {"exempt": len(exempt), "late": late, "on_time": marked - late, bound.of(None): without}


def _worst(counted: Mapping[Status, int], bound: _Bound | None) -> Status:
    """The status of a work as a whole."""
    owed = [status for status, count in counted.items() if count and status != "exempt"]
    if not owed:
        return "no_regulation" if bound is None else "exempt"
    return min(owed, key=WORST_FIRST.index)


def _status(bound: _Bound | None, entry: int | None) -> Status:
    return "no_regulation" if bound is None else bound.of(entry)


@lru_cache(maxsize=4_096)
def _items(text: str | None) -> tuple[int, ...]:
    return () if text is None else tuple(orjson.loads(text))


@lru_cache(maxsize=4_096)
def _is_eve(day: str, due_on: str) -> bool:
    return date.fromisoformat(due_on).toordinal() - date.fromisoformat(day).toordinal() == 1
