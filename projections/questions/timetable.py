"""Question 6: lessons beside the timetable; question 10: lessons beside the lesson plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from itertools import combinations
from typing import Final

from ledger.wire.entry import format_at
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.reading import command_join, listed, stands
from projections.views.deadline_basis import first_entries
from projections.views.plans import Programme, programme
from projections.views.subgroups import Days, shared_days
from projections.views.timetable_pages import DayLesson, gaps

GAP_WORDS: Final = {
    "unrecorded": "в расписании есть, в журнале нет",
    "unplanned": "в журнале есть, в расписании нет",
    "early": "внесён раньше, чем начался",
    "twice": "на одном месте внесено два урока",
}


def timetable_gaps(asked: Asked) -> Found:
    """Lessons planned and not recorded, recorded and not planned, before they began, and two where one can be."""
    wanted = (asked["finding"],) if asked["finding"] else tuple(GAP_WORDS)
    rows: list[Row] = []
    if {"unrecorded", "unplanned"} & set(wanted):
        found = gaps(
            asked.views,
            asked.first,
            asked.last,
            class_group=asked["class"],
            teacher=asked["teacher"],
            at=asked.position,
        )
        for finding, lessons in (("unrecorded", found.unrecorded), ("unplanned", found.unplanned)):
            if finding in wanted:
                rows += [_gap(finding, one) for one in lessons if asked["subject"] in (None, one.subject)]
    if "early" in wanted:
        rows += _early(asked)
    if "twice" in wanted:
        rows += _twice(asked)
    rows.sort(key=lambda row: (row[1], row[2], row[4], row[0]))
    return Found(rows, {finding: sum(row[0] == finding for row in rows) for finding in wanted})


def _gap(finding: str, of: DayLesson) -> Row:
    known = (of.assigned_by, of.timetable_entry, of.bells_entry, of.calendar_entry, of.lesson_entry)
    return (
        *(finding, of.held_on, of.number, of.starts_at, of.class_name, of.subject, of.teacher, of.given_by, of.lesson),
        sorted({entry for entry in known if entry is not None}),
    )


def _early(asked: Asked) -> list[Row]:
    """Lessons whose record is earlier than their beginning by the school's clock."""
    condition, values = asked.of_courses
    more, values_more = asked.selected(("teacher", "l.teacher"))
    days = {"first": asked.first, "last": asked.last}
    of_lessons = f"""FROM {{lessons}} l
        WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}{condition}{more}"""
    sql = f"SELECT l.held_on, l.starts_at, min(l.fact) {of_lessons} GROUP BY l.held_on, l.starts_at"
    firsts = {(held_on, at): fact for held_on, at, fact in asked.select(sql, **days, **values, **values_more)}
    begun = _begun(asked, firsts)
    early = sorted({held_on for (held_on, at), fact in firsts.items() if fact < begun[held_on, at]})
    sql = f"""SELECT l.held_on, l.number, l.starts_at, l.course, l.teacher, l.lesson, l.fact, l.entry, m.at
        FROM (SELECT l.* {of_lessons}) l {command_join("l.fact")} WHERE l.held_on IN """
    clock = choosing.LocalClock(asked.zone)
    found = (
        row
        for some, named in listed(early)
        for row in asked.select(sql + some, **days, **values, **values_more, **named)
    )
    rows: list[Row] = []
    for row in found:
        held_on, number, starts_at, course, teacher, lesson, fact, entry, at = row
        day, minute = clock.read(at)
        if (day.isoformat(), minute) < (held_on, int(starts_at[:2]) * 60 + int(starts_at[3:])):
            class_group, subject = asked.courses[course]
            place = (held_on, number, starts_at, asked.class_names[class_group], subject)
            rows.append(("early", *place, None, teacher, lesson, sorted({fact, entry})))
    return rows


def _begun(asked: Asked, begins: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Day and clock's ``HH:MM`` -> the first entry recorded then or later; where the clock showed it twice, the second.

    What was recorded earlier by the school's clock has a lesser index: an entry's `at` never goes back.
    """
    moments = {}
    for day, at in begins:
        shown = datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=asked.zone)
        moments[day, at] = format_at(max(shown.replace(fold=fold).astimezone(UTC) for fold in (0, 1)))
    entries = first_entries(asked.views, moments.values())
    return {of: asked.position if (entry := entries[at]) is None else entry for of, at in moments.items()}


def _twice(asked: Asked) -> list[Row]:
    """Lessons that stand in one place of a class's day, where somebody would have to be at two of them.

    That is: of one course, one of them of the whole class, or of two subgroups that share a student of the class on
    that day. Each cites all that stand there: marks of a lesson that was recorded twice count twice.
    """
    condition, values = asked.selected(("class", "o.class_group"))
    of_days = f"""FROM {{lessons}} l JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
        WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}"""
    sql = f"""SELECT o.class_group, l.held_on, l.number {of_days}{condition}
        GROUP BY o.class_group, l.held_on, l.number
        HAVING count(*) > count(DISTINCT l.course) OR (count(*) > 1 AND count(o.subgroup) < count(*))"""
    shared = shared_days(asked.views, class_group=asked["class"], at=asked.position)
    places = {*asked.select(sql, first=asked.first, last=asked.last, **values), *_of_shared_students(asked, shared)}
    of_place = f"""SELECT l.starts_at, l.course, o.subgroup, l.teacher, l.lesson, l.fact, l.entry {of_days}
        AND o.class_group = :class_group AND l.number = :number ORDER BY l.fact"""
    rows: list[Row] = []
    for class_group, held_on, number in sorted(places):
        place = {"class_group": class_group, "first": held_on, "last": held_on, "number": number}
        held = asked.select(of_place, **place)
        entries = sorted({entry for one in held for entry in one[5:]})
        for starts_at, course, subgroup, teacher, lesson, *_ in held:
            others = [(one[1], one[2]) for one in held if one[4] != lesson]
            is_second = any(
                course == other
                or None in (subgroup, part)
                or _holds(shared.get(frozenset((course, other)), ()), held_on)
                for other, part in others
            )
            if is_second and course in asked.courses and asked["teacher"] in (None, teacher):
                where = (held_on, number, starts_at, asked.class_names[class_group], asked.courses[course][1])
                rows.append(("twice", *where, None, teacher, lesson, entries))
    return rows


def _of_shared_students(asked: Asked, shared: Mapping[frozenset[str], Collection[Days]]) -> Iterator[Row]:
    """Class group, day and number under which lessons of two subgroups stand that share a student on that day."""
    courses: dict[Row, list[str]] = {}
    for some, named in listed(frozenset().union(*shared)):
        sql = f"""SELECT o.class_group, l.held_on, l.number, l.course
            FROM {{lessons}} l JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
            WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")} AND l.course IN {some}"""
        for *place, course in asked.select(sql, first=asked.first, last=asked.last, **named):
            courses.setdefault(tuple(place), []).append(course)
    for found, held in courses.items():
        if any(_holds(shared.get(frozenset(pair), ()), found[1]) for pair in combinations(held, 2)):
            yield found


def _holds(days: Collection[Days], day: str) -> bool:
    return any(first <= day <= last for first, last in days)


PLAN_FINDINGS: Final = ("no_plan", "fewer", "more", "missing", "repeated", "merged", "unplanned", "drift")


def fulfilment(asked: Asked) -> Found:
    """Courses: hours planned and given, items of the plan that are missing, repeated, merged, and drift in days."""
    lines = programme(asked.views, class_group=asked["class"], teacher=asked["teacher"], at=asked.position).rows
    rows: list[Row] = []
    for line in lines:
        if line.course in asked.courses and _is_wanted(asked, line):
            known = (line.entry, line.course_entry, line.last_lesson)
            rows.append((
                *(asked.class_names[line.class_group], line.subject, line.subgroup, line.teacher),
                *(line.planned_hours, line.given_hours, len(line.missing), _listed(line.missing)),
                *(_listed(line.repeated), _listed(line.merged), line.unplanned_lessons, line.drift_days),
                sorted(entry for entry in known if entry is not None),
            ))  # fmt: skip
    totals = {"courses": len(rows), "planned_hours": sum(row[4] for row in rows)}
    return Found(rows, totals | {"given_hours": sum(row[5] for row in rows)})


def _is_wanted(asked: Asked, line: Programme) -> bool:
    match asked["finding"]:
        case "no_plan":
            return line.entry is None
        case "fewer":
            return line.given_hours < line.planned_hours
        case "more":
            return line.given_hours > line.planned_hours
        case "unplanned":
            return line.entry is not None and line.unplanned_lessons > 0
        case "drift":
            return line.drift_days is not None and abs(line.drift_days) > asked["days"]
        case None:
            return True
    return bool(getattr(line, asked["finding"]))


def _listed(numbers: tuple[int, ...]) -> str | None:
    """Numbers with runs drawn together: ``3, 7–9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs) or None


GAPS: Final = Question(
    number=6,
    slug="timetable-gaps",
    title_ru="По расписанию есть, а в журнале нет; вне расписания; до начала урока; два урока на одном месте",
    title_en="In the timetable and not recorded; not in the timetable; recorded before they began; two in one place",
    answer=timetable_gaps,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.TEACHER, choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(GAP_WORDS)),
    ),
    columns=(
        *(Column("finding", "что найдено", words=GAP_WORDS), choosing.HELD_ON, choosing.NUMBER),
        *(Column("starts_at", "начало"), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(Column("teacher", "по предмету", "person"), Column("given_by", "провёл", "person"), choosing.LESSON, ENTRIES),
    ),
    limits_ru="«Нет» — на момент последней известной записи. Классы без расписания в эти дни не сравниваются. "
    "Урок, перенесённый в тот же день, вне расписания не считается.",
    limits_en="Not recorded means as of the last known entry. A class without a timetable on those days is not "
    "compared. A lesson moved within its day counts as planned.",
)  # fmt: skip

FULFILMENT: Final = Question(
    number=10,
    slug="programme",
    title_ru="Выполнение программы: часы по КТП и данные, невыданные, повторённые и объединённые темы, сдвиг дат",
    title_en="Programme fulfilment: hours planned and given, items missing, repeated, merged, drift of dates",
    answer=fulfilment,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT),
        Parameter("teacher", "employee", "учитель курса: id", "the course's teacher: id"),
        Parameter("finding", "choice", "только курсы, где есть это", "only courses with this", choices=PLAN_FINDINGS),
        Parameter("days", "number", "сдвиг больше стольких дней", "drift of more than so many days", most=366,
                  default=7),
    ),
    columns=(
        *(choosing.CLASS_NAME, choosing.SUBJECT_NAME, Column("subgroup", "подгруппа", "typed"), choosing.TEACHER_ID),
        *(Column("planned_hours", "часов по плану"), Column("given_hours", "часов дано")),
        *(Column("missing", "тем не выдано"), Column("missing_items", "не выданы темы", is_named=True)),
        Column("repeated_items", "даны чаще плана", is_named=True),
        Column("merged_items", "объединены", is_named=True),
        *(Column("unplanned_lessons", "уроков вне плана"), Column("drift_days", "сдвиг, дней"), ENTRIES),
    ),
    limits_ru="План — на весь год: до его конца тема, которой ещё не пора, тоже «не выдана». "
    "Строка называет записи курса, плана и последнего урока; все темы с уроками — plan курса.",
    limits_en="The plan is the whole year's: before its end an item whose time has not come is missing too. "
    "A row cites the entries of course, plan and last lesson; the course's plan page has every item with its lessons.",
)  # fmt: skip
