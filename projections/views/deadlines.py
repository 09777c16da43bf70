"""The register of deadlines (regulation 2.1–2.2.4, 2.4.2): what was recorded late or lacks, and one lesson's verdicts.

Rows are made by the pure functions of `ledger.journal.deadlines`; large sums are in `deadline_counts`. Results,
notices and the yearly refresh are in `office_deadlines`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Final

from ledger.journal.deadlines.completeness import Completeness, completeness
from ledger.journal.deadlines.days import DAY
from ledger.journal.deadlines.excuses import with_excuse
from ledger.journal.deadlines.homework import counts_as_not_assigned, homework
from ledger.journal.deadlines.lesson import attendance, lesson_record
from ledger.journal.deadlines.marks import class_term, oral_mark, written_mark, written_work
from ledger.journal.deadlines.verdict import Entered, Rule, Status, Verdict
from ledger.wire.entry import format_at
from projections.reading import FIRST_DAY, LAST_DAY, AsOf, Reader
from projections.views.columns import LessonColumn, Value, Work, columns_of, values_of
from projections.views.day_ends import DayEnds, ends_of_days
from projections.views.deadline_basis import (
    NO_MAKE_UP,
    Judging,
    MakeUp,
    OfWork,
    Rosters,
    judging,
    moments,
    planned_homework,
    wall,
)
from projections.views.deadline_doubts import Doubts, in_doubt
from projections.views.deadline_rows import DeadlineRow, Judged, row_of
from projections.views.excuses import StandingExcuses
from projections.views.lookups import Lesson, classes, lessons, memberships
from projections.views.timetable_pages import DayLesson
from projections.views.unrecorded import judge_unrecorded, unrecorded

RULES: Final[tuple[Rule, ...]] = ("lesson", "attendance", "homework", "oral_mark", "written_mark", "written_work")
"""What the register judges, in the order of its rows for one lesson."""
OF_STUDENTS: Final[frozenset[Rule]] = frozenset({"oral_mark", "written_mark"})
TO_ATTEND_TO: Final[tuple[Status, ...]] = ("late", "missing")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the register: lessons by their day, who gave them, whose they were; None: all.

    Attributes:
        teacher: who gave the lesson, a substitute too: who gave it has to record it.
        class_group: the class.
        student: only marks of this student.
        from_date, to_date: days of the lessons, both inclusive.
        rules, statuses: which verdicts.
    """

    teacher: str | None = None
    class_group: str | None = None
    student: str | None = None
    from_date: str | None = None
    to_date: str | None = None
    rules: tuple[Rule, ...] = RULES
    statuses: tuple[Status, ...] = TO_ATTEND_TO


@dataclass(frozen=True, slots=True)
class DeadlineRegister:
    """The register at a position, as of `now`: rows by day, number and rule; `versions`: entries that were applied.

    `no_regulation`: how many verdicts were asked for about days on which no version of the regulation was in force.
    """

    position: int
    now: str
    versions: tuple[int, ...]
    no_regulation: int
    rows: tuple[DeadlineRow, ...]


@dataclass(frozen=True, slots=True)
class LessonDeadlines:
    """All verdicts on one lesson; `completeness`: of its day (2.4.2), None where the lesson does not stand."""

    position: int
    now: str
    lesson: str
    completeness: CompletenessRow | None
    rows: tuple[DeadlineRow, ...]


@dataclass(frozen=True, slots=True)
class CompletenessRow:
    """`index`: 0 to 4, None without a regulation; `open`: parts that may still come in time; `parts`: their status.

    `excused`: parts that are late or missing with an excuse; the index does not count them.
    """

    index: int | None
    open: int
    clause: str
    parts: dict[str, Status]
    excused: tuple[str, ...]
    basis: tuple[int, ...]


def deadline_register(
    views: Reader,
    asked: Asked,
    *,
    now: datetime,
    at: AsOf = None,
    among: tuple[Lesson, ...] | None = None,
    doubts: Doubts | None = None,
    by: Judging | None = None,
) -> DeadlineRegister:
    """Verdicts on lessons that stand, all or those `among` some, and on planned ones that are over and not recorded.

    With `doubts` no other verdicts are made on lessons that stand; who gives them asks for the rows alone. `by`: what
    `judging` says of `now` and `at`, where it is known.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = by or judging(views, now, at)
    found = _lessons(views, asked, by.position) if among is None else among
    names = {of.class_group: of.name for of in classes(views, at=by.position).rows}
    rows, without, versions = [], 0, {version.entry for version in by.school.versions}
    used: set[int] = set()
    rules = tuple(rule for rule in asked.rules if asked.student is None or rule in OF_STUDENTS)
    rosters = _rosters(views, found, by.position)
    if doubts is None and asked.student is None and found and set(asked.statuses) <= set(TO_ATTEND_TO):
        doubts, used = in_doubt(views, found, by, rules, rosters)
    lessons_judged = _judged(views, found, by, rules, asked.student, rosters, doubts)
    places: Iterator[tuple[Lesson | DayLesson, list[Judged]]] = (
        (column.lesson, judged) for column, judged in lessons_judged
    )
    for place, judged in chain(places, _unrecorded(views, asked, by, rules)):
        for one in judged:
            used |= versions & set(one.verdict.basis)
            without += one.verdict.status == "no_regulation"
            if one.verdict.rule in rules and one.verdict.status in asked.statuses:
                rows.append(row_of(one, place, names.get(place.class_group, ""), by))
    rows.sort(key=lambda row: (row.held_on, row.number))
    return DeadlineRegister(by.position, format_at(by.now), tuple(sorted(used)), without, tuple(rows))


def lesson_deadlines(views: Reader, lesson: str, *, now: datetime, at: AsOf = None) -> LessonDeadlines:
    """All verdicts on one lesson, with how complete its record was on the day (2.4.2).

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    names = {of.class_group: of.name for of in classes(views, at=by.position).rows}
    found = lessons(views, lesson=lesson, at=by.position).rows
    rows: list[DeadlineRow] = []
    whole = None
    for column, judged in _judged(views, found, by, RULES):
        rows += [row_of(one, column.lesson, names.get(column.lesson.class_group, ""), by) for one in judged]
        whole = _completeness([one.verdict for one in judged])
    return LessonDeadlines(by.position, format_at(by.now), lesson, whole, tuple(rows))


def excused_verdicts(
    views: Reader, concerned: Collection[str], by: Judging, rules: tuple[Rule, ...]
) -> Iterator[tuple[Lesson, Rule]]:
    """Each verdict of these rules on these lessons that is late or missing and has an excuse."""
    found = tuple(row for lesson in sorted(concerned) for row in lessons(views, lesson=lesson, at=by.position).rows)
    for column, judged in _judged(views, found, by, rules):
        for one in judged:
            if one.verdict.excused is not None and one.verdict.rule in rules:
                yield column.lesson, one.verdict.rule


def completeness_register(
    views: Reader, asked: Asked, *, now: datetime, at: AsOf = None
) -> Iterator[tuple[Lesson, CompletenessRow]]:
    """Lessons that stand, each with how complete its record was on the day (2.4.2); rules and statuses do not matter.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    by = judging(views, now, at)
    rules: tuple[Rule, ...] = ("lesson", "attendance", "homework", "oral_mark")
    for column, judged in _judged(views, _lessons(views, asked, by.position), by, rules):
        yield column.lesson, _completeness([one.verdict for one in judged])


def _completeness(verdicts: Collection[Verdict]) -> CompletenessRow:
    first = {verdict.rule: verdict for verdict in verdicts}
    oral = [verdict for verdict in verdicts if verdict.rule == "oral_mark"]
    found: Completeness = completeness(first["lesson"], first["attendance"], first["homework"], oral)
    parts: dict[str, Status] = {part: verdict.status for part, verdict in found.parts.items()}
    excused = tuple(part for part, verdict in found.parts.items() if verdict.excused is not None)
    return CompletenessRow(found.index, found.open, found.clause, parts, excused, found.basis)


def _lessons(views: Reader, asked: Asked, position: int) -> tuple[Lesson, ...]:
    groups: Collection[str | None] = [asked.class_group]
    if asked.student is not None:
        of_student = {member.class_group for member in memberships(views, student=asked.student, at=position).rows}
        groups = sorted(of_student if asked.class_group is None else of_student & {asked.class_group})
    days = {"from_date": asked.from_date or FIRST_DAY, "to_date": asked.to_date or LAST_DAY}
    found = [
        lesson
        for group in groups
        for lesson in lessons(views, class_group=group, teacher=asked.teacher, **days, at=position).rows
    ]
    return tuple(sorted(found, key=lambda of: (of.held_on, of.number, of.fact)))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What lessons are judged with."""

    by: Judging
    at: Mapping[int, datetime]
    ends: DayEnds | None
    planned: Mapping[str, int]
    rosters: Rosters
    excuses: StandingExcuses

    def entered(self, of: Lesson | Value) -> Entered:
        """A fact that stands."""
        return Entered(of.fact, self.at[of.fact], of.entry if of.entry != of.fact else None)


def _rosters(views: Reader, found: tuple[Lesson, ...], position: int) -> Rosters:
    """Who was taught in the classes of some lessons."""
    groups = {lesson.class_group for lesson in found}
    return Rosters(views, position, groups.pop() if len(groups) == 1 else None)


def _judged(
    views: Reader,
    found: tuple[Lesson, ...],
    by: Judging,
    rules: tuple[Rule, ...],
    student: str | None = None,
    rosters: Rosters | None = None,
    doubts: Doubts | None = None,
) -> Iterator[tuple[LessonColumn, list[Judged]]]:
    """Lessons with the verdicts that some rules ask for; with `doubts` those alone that may be late or missing."""
    if doubts is not None:
        found = tuple(lesson for lesson in found if lesson.lesson in doubts)
    if not found:
        return
    columns = columns_of(views, found, by.position)
    asked = {column.lesson.lesson: (column, rules) for column in columns}
    if doubts is not None:
        asked = {name: doubts[name].cut(column, rules) for name, (column, rules) in asked.items()}
    values: defaultdict[str, list[Value]] = defaultdict(list)
    entries = {lesson.fact for lesson in found} | {of.attendance_by for of in found if of.attendance_by is not None}
    with_values = [column.lesson for column, own in asked.values() if set(own) - {"lesson", "homework"}]
    works = {(work.lesson, work.work) for column, _ in asked.values() for work in column.works}
    for value in values_of(views, with_values, by.position, student, flag=False):
        if value.what == "absence" or (value.what in {"mark", "make_up"} and (value.lesson, value.work) in works):
            values[value.lesson].append(value)
            entries.add(value.fact)
    entries |= {column.homework.entered for column in columns if column.homework}
    asks_homework = "homework" in rules
    ends = _ends(views, columns, by.position) if asks_homework else None
    planned = planned_homework(views, found, by.position) if asks_homework else {}
    entries.update(planned.values())
    rosters = rosters or _rosters(views, found, by.position)
    facts = _Facts(by, moments(views, entries), ends, planned, rosters, StandingExcuses(views, by))
    for column in columns:
        yield column, _of_lesson(*asked[column.lesson.lesson], values[column.lesson.lesson], facts, student)


def homework_verdicts(views: Reader, columns: Collection[LessonColumn], by: Judging) -> dict[str, tuple[Verdict, bool]]:
    """Lesson -> the verdict on its homework, and whether that counts as not assigned (2.2.2, 2.2.3)."""
    if not columns:
        return {}
    found = tuple(column.lesson for column in columns)
    planned = planned_homework(views, found, by.position)
    entries = {column.homework.entered for column in columns if column.homework} | {*planned.values()}
    rosters = _rosters(views, found, by.position)
    ends = _ends(views, columns, by.position)
    facts = _Facts(by, moments(views, entries), ends, planned, rosters, StandingExcuses(views, by))
    judged = ((column.lesson.lesson, _homework(column, facts)) for column in columns)
    return {lesson: (one.verdict, bool(one.not_assigned)) for lesson, one in judged}


def _ends(views: Reader, columns: Iterable[LessonColumn], position: int) -> DayEnds | None:
    places = {(of.lesson.class_group, of.lesson.held_on) for of in columns if _is_for_next_day(of)}
    return ends_of_days(views, position, places)


def _is_for_next_day(column: LessonColumn) -> bool:
    """Whether homework is due on the day after its lesson, which asks when that day's last lesson ended."""
    due_on = column.homework.due_on if column.homework is not None else None
    return due_on is not None and date.fromisoformat(due_on) - date.fromisoformat(column.lesson.held_on) == DAY


def _of_lesson(
    column: LessonColumn, rules: tuple[Rule, ...], values: list[Value], facts: _Facts, student: str | None
) -> list[Judged]:
    lesson, school, now = column.lesson, facts.by.of(column.lesson.class_group), facts.by.now
    day = date.fromisoformat(lesson.held_on)
    judged = []
    absences = {value.student: facts.entered(value) for value in values if value.what == "absence"}
    if "lesson" in rules:
        judged.append(Judged(lesson_record(day, facts.entered(lesson), school=school, now=now)))
    if "attendance" in rules:
        taken = lesson.attendance_by
        entered = None if taken is None else Entered(taken, facts.at[taken])
        judged.append(Judged(attendance(day, entered, absences.values(), school=school, now=now)))
    if "homework" in rules:
        judged.append(_homework(column, facts))
    marks: defaultdict[str, dict[str, Entered]] = defaultdict(dict)
    make_ups: defaultdict[str, dict[str, MakeUp]] = defaultdict(dict)
    for value in values:
        if value.what == "mark" and value.work is not None:
            marks[value.work][value.student] = facts.entered(value)
        elif value.what == "make_up" and value.work is not None:
            make_ups[value.work][value.student] = MakeUp(date.fromisoformat(value.value), facts.entered(value).entries)
    for work in column.works:
        of_work, own = marks.get(work.work, {}), make_ups.get(work.work, {})
        if not work.written and "oral_mark" in rules:
            judged += [
                Judged(_oral(column, work, mark, own.get(of, NO_MAKE_UP), facts.by), of, work.work)
                for of, mark in of_work.items()
            ]
        if work.written and {"written_mark", "written_work"} & set(rules):
            judged += _written(column, work, OfWork(of_work, own, absences), facts, student)
    judged.sort(key=lambda one: RULES.index(one.verdict.rule))
    excuses = facts.excuses.of(lesson.lesson, lesson.course, lesson.held_on, lesson.teacher)
    if excuses:
        starts = wall(day, lesson.starts_at, school)
        judged = [replace(one, verdict=with_excuse(one.verdict, excuses, starts, now)) for one in judged]
    return judged


def _oral(column: LessonColumn, work: Work, mark: Entered, own: MakeUp, by: Judging) -> Verdict:
    day, school = date.fromisoformat(column.lesson.held_on), by.of(column.lesson.class_group)
    cited = (*_cited(work), *own.entries)
    return oral_mark(day, mark, school=school, now=by.now, made_up_on=own.on, cited=cited)


def _cited(work: Work) -> tuple[int, ...]:
    return (work.entry,)


def _homework(column: LessonColumn, facts: _Facts) -> Judged:
    lesson, given, school = column.lesson, column.homework, facts.by.of(column.lesson.class_group)
    day = date.fromisoformat(lesson.held_on)
    due_on = None if given is None or given.due_on is None else date.fromisoformat(given.due_on)
    is_eve, ends = _is_for_next_day(column), facts.ends
    end = ends.of(lesson.class_group, lesson.course, lesson.held_on) if ends is not None and is_eve else None
    plan = facts.planned.get(lesson.lesson)
    entered = None
    if given is not None:
        standing = given.entry if given.entry != given.entered else None
        entered = Entered(given.entered, facts.at[given.entered], standing)
    verdict = homework(
        day,
        entered,
        due_on,
        last_lesson_end=wall(day, end.ends_at, school) if end else None,
        lesson_starts=wall(day, lesson.starts_at, school),
        school=school,
        now=facts.by.now,
        planned=None if plan is None else Entered(plan, facts.at[plan]),
        is_day_planned=end is None or end.is_planned,
        cited=end.entries if end else (),
    )
    return Judged(verdict, not_assigned=counts_as_not_assigned(verdict, school.version_on(day)))


def _written(column: LessonColumn, work: Work, stands: OfWork, facts: _Facts, student: str | None) -> list[Judged]:
    """Everybody who was taught there on the lesson's day, and whoever has a mark; then the work as a whole."""
    lesson, school, now = column.lesson, facts.by.of(column.lesson.class_group), facts.by.now
    day = date.fromisoformat(work.ends_on or lesson.held_on)
    members = facts.rosters.on(lesson.class_group, lesson.course, lesson.held_on)
    own, of_class = stands.make_ups, class_term(day, school)
    verdicts = {
        of: written_mark(
            day,
            stands.marks.get(of),
            absence=stands.absences.get(of),
            made_up_on=own.get(of, NO_MAKE_UP).on,
            several_days=work.ends_on is not None,
            of_class=of_class,
            school=school,
            now=now,
            cited=(work.entry, *members.get(of, ()), *own.get(of, NO_MAKE_UP).entries),
        )
        for of in (sorted({*members, *stands.marks}) if student is None else {student} & {*members, *stands.marks})
    }
    judged = [Judged(verdict, of, work.work) for of, verdict in verdicts.items()]
    if student is None:
        whole = written_work(day, verdicts, school=school, cited=_cited(work))
        judged.append(Judged(whole.verdict, None, work.work, without_mark=whole.without_mark))
    return judged


def _unrecorded(
    views: Reader, asked: Asked, by: Judging, rules: tuple[Rule, ...]
) -> Iterator[tuple[DayLesson, list[Judged]]]:
    """Verdicts on planned lessons that are over and that nobody recorded; what was cancelled is exempt (R14, R17)."""
    if not {"lesson", "attendance"} & set(rules):
        return
    first, last = asked.from_date or FIRST_DAY, asked.to_date or LAST_DAY
    excuses = StandingExcuses(views, by)
    for place in unrecorded(views, by, first, last, class_group=asked.class_group, teacher=asked.teacher):
        yield place, [Judged(verdict) for verdict in judge_unrecorded(place, by, excuses)]
