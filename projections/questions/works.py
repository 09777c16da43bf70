"""Question 8: written works without marks; question 9: students with few marks; question 14: control works."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

from ledger.journal.vocabulary import WORK_KINDS, WORK_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, UNMARKED_GRADE, Asked, Column, Found, Parameter, Question, Row
from projections.questions.retakes import not_asked_again
from projections.reading import listed, stands
from projections.views.deadline_basis import Rosters
from projections.views.lookups import Period, periods
from projections.views.work_schedule import Load

_WRITTEN: Final = f"""
    SELECT w.entry, w.work, w.kind, l.lesson, l.held_on, l.number, l.course, l.teacher,
      (SELECT count(*) FROM {{cells}} c WHERE c.lesson = w.lesson AND c.work = w.work AND c.what = 'mark'
        AND c.value IS NOT NULL AND {stands("c")})
    FROM {{works}} w
    JOIN {{lessons}} l ON l.lesson = w.lesson AND l.stands = 1 AND {stands("l")}
    WHERE w.written = 1 AND w.stands = 1 AND {stands("w")} AND l.held_on BETWEEN :first AND :last"""
_ABSENT: Final = f"""
    SELECT c.student FROM {{cells}} c
    WHERE c.lesson = :lesson AND c.what = 'absence' AND c.value IS NOT NULL AND {stands("c")}"""


def unmarked_works(asked: Asked) -> Found:
    """Written works old enough, of which no mark stands or fewer than a share of those who were there.

    Or, where these are asked for, students with a 2 who were not asked again.
    """
    if asked["finding"] == "not_asked_again":
        return not_asked_again(asked)
    rosters = Rosters(asked.views, asked.position, asked["class"])
    last = min(asked.last, choosing.days_before(day, asked["after_days"])) if (day := choosing.known_day(asked)) else ""
    condition, values = asked.of_courses
    more, values_more = asked.selected(("teacher", "l.teacher"))
    sql = f"{_WRITTEN}{condition}{more} ORDER BY w.entry"
    rows: list[Row] = []
    for row in asked.select(sql, first=asked.first, last=last, **values, **values_more):
        entry, work, kind, lesson, held_on, number, course, teacher, marked = row
        class_group, subject = asked.courses[course]
        members = rosters.on(class_group, course, held_on).keys()
        if marked * 100 >= asked["share"] * len(members) and marked:
            continue
        absent = members & {of[0] for of in asked.select(_ABSENT, lesson=lesson)}
        present = len(members) - len(absent)
        if present and (not marked or marked * 100 < asked["share"] * present):
            share = marked * 100 // present
            place = (held_on, number, asked.class_names[class_group], subject, teacher, kind)
            rows.append(
                ("unmarked", *place, None, None, len(members), len(absent), marked, share, lesson, work, [entry])
            )
    return Found(rows, {"works": len(rows), "without_marks": sum(1 for row in rows if not row[11])})


def few_marks(asked: Asked) -> Found:
    """Students with fewer marks in a subject than asked for, in the period of their grade that holds the day.

    Who changed classes, or subgroups of the subject, brings the marks along, as in a period's mark.
    """
    day = asked["on"] or _last_lesson_day(asked)
    rosters, rows = Rosters(asked.views, asked.position, asked["class"]), list[Row]()
    by_grade = {grade: period for period in _shortest(asked, day) for grade in period.grades}
    if asked["finding"] == "not_assessed":
        return not_assessed(asked, by_grade)
    moved = _moved(asked)
    for (starts_on, ends_on), grades in _spans(by_grade).items():
        lessons = _lessons_of(asked, starts_on, ends_on, grades)
        marks = _marks_of(asked, starts_on, ends_on, grades)
        few: list[tuple[tuple[Any, ...], str, str, _Marks]] = []
        for course, held in lessons.items():
            class_group, subject = asked.courses[course]
            grade = asked.grades[class_group]
            if grade not in grades or grade == UNMARKED_GRADE:
                continue
            period = by_grade[grade]
            place = (asked.class_names[class_group], subject, period.kind, period.number, starts_on, ends_on, held)
            for student in sorted(rosters.on(class_group, course, day)):
                found = marks.get((course, student), _NO_MARKS)
                if found.how_many < asked["least"]:
                    few.append((place, course, student, found))
        of_moved = _entries_of(asked, moved.intersection(of[2] for of in few), starts_on, ends_on)
        for place, course, student, found in few:
            if student in moved:
                entries = of_moved.get((place[1], student), [])
            else:
                entries = _entries(asked, found, course, student, starts_on, ends_on)
            if len(entries) < asked["least"]:
                rows.append(("few", *place, student, len(entries), None, None, entries))
    rows.sort(key=place_of)
    return Found(rows, {"lines": len(rows), "students": len({row[8] for row in rows})})


def place_of(row: Row) -> tuple[Any, ...]:
    """Class, subject and student of a row of question 9, to sort by."""
    return int(row[1][:-1]), row[1], row[2], row[8]


_NOT_ASSESSED: Final = f"""
    SELECT s.course, s.period, r.student, r.fact, r.entry FROM {{result_sheets}} s
    JOIN {{results}} r ON r.sheet = s.sheet AND r.what = 'period_mark' AND r.value = 'na' AND {stands("r")}
    WHERE {stands("s")}"""
_ABSENCES: Final = f"""
    SELECT l.course, c.student, c.entry FROM {{lessons}} l CROSS JOIN {{cells}} c
    WHERE c.lesson = l.lesson AND l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}
      AND c.what = 'absence' AND c.value IS NOT NULL AND {stands("c")}"""


def not_assessed(asked: Asked, by_grade: Mapping[int, Period]) -> Found:
    """Students whose mark for the period is н/а, with the share of the course's lessons that they missed."""
    condition, values = asked.of_courses
    rows: list[Row] = []
    of_period: defaultdict[str, list[tuple[str, str, int, int]]] = defaultdict(list)
    for course, period_id, student, fact, entry in asked.select(_NOT_ASSESSED):
        of_period[period_id].append((course, student, fact, entry))
    for period in {period.period: period for period in by_grade.values()}.values():
        first, last = period.starts_on, period.ends_on
        found = [one for one in of_period[period.period] if one[0] in asked.courses]
        held = _lessons_of(asked, first, last) if found else {}
        missed: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for course, student, entry in (
            asked.select(_ABSENCES + condition, first=first, last=last, **values) if found else ()
        ):
            missed[course, student].append(entry)
        marks = _marks_of(asked, first, last) if found else {}
        for course, student, fact, entry in found:
            class_group, subject = asked.courses[course]
            lessons, absent = held.get(course, 0), missed[course, student]
            place = (asked.class_names[class_group], subject, period.kind, period.number, first, last, lessons)
            share = len(absent) * 100 // lessons if lessons else None
            count = marks.get((course, student), _NO_MARKS).how_many
            rows.append(("not_assessed", *place, student, count, len(absent), share, sorted({fact, entry, *absent})))
    rows.sort(key=place_of)
    return Found(rows, {"lines": len(rows), "students": len({row[8] for row in rows})})


def _last_lesson_day(asked: Asked) -> str:
    sql = f"SELECT max(l.held_on) FROM {{lessons}} l WHERE l.stands = 1 AND {stands('l')}"
    return asked.select(sql)[0][0] or ""


def _shortest(asked: Asked, day: str) -> Iterator[Period]:
    """Periods that hold the day, a year before its parts, so that the parts stand last."""
    holding = [row for row in periods(asked.views, at=asked.position).rows if row.starts_on <= day <= row.ends_on]
    yield from sorted(holding, key=lambda row: (row.starts_on, row.kind != "year"))


def _spans(by_grade: dict[int, Period]) -> dict[tuple[str, str], set[int]]:
    spans: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for grade, period in by_grade.items():
        spans[period.starts_on, period.ends_on].add(grade)
    return spans


_ALL_GRADES: Final = range(12)


def _lessons_of(asked: Asked, first: str, last: str, grades: Collection[int] = _ALL_GRADES) -> dict[str, int]:
    """Course -> lessons held, in courses of these grades."""
    sql = f"""SELECT l.course, count(*) FROM {{lessons}} l
        WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}{_of_grades(grades)}
        GROUP BY l.course"""
    return {course: count for course, count in asked.select(sql, first=first, last=last) if course in asked.courses}


def _of_grades(grades: Collection[int]) -> str:
    """The condition that a lesson ``l`` is of a course of these grades, to put behind others."""
    return f""" AND l.course IN (SELECT o.course FROM {{courses}} o
        JOIN {{classes}} g ON g.class_group = o.class_group WHERE g.grade IN ({", ".join(map(str, grades))}))"""


# CROSS JOIN: lessons come first, and then only their cells; a planner without statistics may begin with all cells.
_MARKS: Final = f"""
    SELECT l.course, c.student, count(*), min(c.entry), max(c.entry) FROM {{lessons}} l
    CROSS JOIN {{cells}} c
    WHERE c.lesson = l.lesson AND l.held_on BETWEEN :first AND :last AND l.stands = 1 AND {stands("l")}
      AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")}"""
_MARKS_OF_ONE: Final = f"""
    SELECT c.entry FROM {{cells}} c JOIN {{lessons}} l ON l.lesson = c.lesson
    WHERE c.student = :student AND l.course = :course AND l.held_on BETWEEN :first AND :last AND l.stands = 1
      AND {stands("l")} AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")} ORDER BY c.entry"""
_MARKS_OF_SUBJECTS: Final = f"""
    SELECT o.subject, c.student, c.entry FROM {{cells}} c JOIN {{lessons}} l ON l.lesson = c.lesson
    JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
    WHERE l.held_on BETWEEN :first AND :last AND l.stands = 1
      AND {stands("l")} AND c.what = 'mark' AND c.value IS NOT NULL AND {stands("c")} AND c.student IN """
_MOVED: Final = f"""
    SELECT e.student FROM {{enrollments}} e JOIN {{classes}} g ON g.class_group = e.class_group AND {stands("g")}
    WHERE {stands("e")} GROUP BY e.student, g.year HAVING count(DISTINCT e.class_group) > 1
    UNION SELECT j.student FROM {{joinings}} j JOIN {{courses}} o ON o.course = j.course AND {stands("o")}
    WHERE {stands("j")} GROUP BY j.student, o.class_group, o.subject HAVING count(DISTINCT j.course) > 1"""


class _Marks(NamedTuple):
    """How many marks stand for a student in a course, with the first and the last of them."""

    how_many: int
    first: int
    last: int


_NO_MARKS: Final = _Marks(0, 0, 0)


def _marks_of(
    asked: Asked, first: str, last: str, grades: Collection[int] = _ALL_GRADES
) -> dict[tuple[str, str], _Marks]:
    """Course and student -> standing marks in courses of these grades, of those who have any."""
    condition, values = asked.of_courses
    sql = f"{_MARKS}{condition}{_of_grades(grades)} GROUP BY l.course, c.student"
    found = asked.select(sql, first=first, last=last, **values)
    return {(course, student): _Marks(*rest) for course, student, *rest in found}


def _moved(asked: Asked) -> frozenset[str]:
    """Who was in several classes of a year, or in several subgroups of a subject."""
    return frozenset(student for (student,) in asked.select(_MOVED))


def _entries_of(asked: Asked, students: Collection[str], first: str, last: str) -> dict[tuple[str, str], list[int]]:
    """Subject and student -> the entries of standing marks in all courses of the subject, in their order."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for some, named in listed(students):
        for subject, student, entry in asked.select(_MARKS_OF_SUBJECTS + some, first=first, last=last, **named):
            found[subject, student].append(entry)
    return {of: sorted(entries) for of, entries in found.items()}


def _entries(asked: Asked, marks: _Marks, course: str, student: str, first: str, last: str) -> list[int]:
    """The entries of few marks; up to two are known by their ends."""
    if marks.how_many <= 2:
        return [marks.first, marks.last][: marks.how_many]
    values = {"student": student, "course": course, "first": first, "last": last}
    return [entry for (entry,) in asked.select(_MARKS_OF_ONE, **values)]


WORK_FINDINGS: Final = {"unmarked": "работа без отметок", "not_asked_again": "«2» без нового опроса"}
FEW_FINDINGS: Final = {"few": "мало отметок", "not_assessed": "не аттестован"}


class _Work(NamedTuple):
    """A work of the kind asked about, with its place: held, or planned and not held; `id`: its lesson, else its own."""

    entry: int
    held_on: str
    number: int | None
    course: str
    id: str


FINDING_WORDS: Final = {
    "two_a_day": "больше одной за день в классе",
    "close": "ближе положенного по предмету",
    "share": "больше доли часов",
    "first_or_last": "первый или последний урок",
}


def control_load(asked: Asked) -> Found:
    """Works of a kind, held or planned, that stand closer, or more often, than the recommendation has them."""
    load = Load(asked.views, asked.position, asked["kind"])
    works = sorted(
        (work for work in _of_kind(load, asked["kind"]) if work.course in asked.courses),
        key=lambda work: (work.held_on, work.number or 0, work.entry),
    )
    works = [work for work in works if asked.first <= work.held_on <= asked.last]
    wanted = (asked["finding"],) if asked["finding"] else tuple(FINDING_WORDS)
    rows: list[Row] = []
    if "two_a_day" in wanted:
        by_day = _grouped(works, lambda work: (asked.courses[work.course][0], work.held_on))
        rows += [_load(asked, "two_a_day", of, len(of)) for of in by_day.values() if len(_lessons(of)) > 1]
    by_course = _grouped(works, lambda work: work.course)
    if "close" in wanted:
        for of in by_course.values():
            for one, next_one in pairwise(of):
                days = (date.fromisoformat(next_one.held_on) - date.fromisoformat(one.held_on)).days
                if one.id != next_one.id and days < asked["apart"]:
                    rows.append(_load(asked, "close", [one, next_one], days))
    if works and {"share", "first_or_last"} & set(wanted):
        rows += _beside_timetables(asked, load, works, wanted)
    rows.sort(key=lambda row: (row[1], row[3], row[0], row[-1]))
    counts = Counter(row[0] for row in rows)
    return Found(rows, {"works": len(works), **{finding: counts[finding] for finding in wanted}})


def _of_kind(load: Load, kind: str) -> Iterator[_Work]:
    """Held works of a kind, and those that are planned for a day and not held."""
    for one in load.held:
        if one.kind == kind:
            yield _Work(one.entry, one.held_on, one.number, one.course, one.lesson)
    for entry, _, course, scheduled, planned_on, number, of_kind, _, _, _, standing in load.scheduled:
        if standing and of_kind == kind and scheduled not in load.of_scheduled:
            yield _Work(entry, planned_on, number, course, scheduled)


def _beside_timetables(asked: Asked, load: Load, works: Sequence[_Work], wanted: Sequence[str]) -> Iterator[Row]:
    """Shares of hours, and first or last lessons: by the timetable where a class has one, else by what is recorded."""
    plan = load.plan()
    if "share" in wanted:
        hours = load.hours(plan, {asked.courses[work.course][0] for work in works}, asked.first, asked.last)
        for course, of in _grouped(works, lambda work: work.course).items():
            if hours[course] and len(_lessons(of)) * 100 > asked["share"] * hours[course]:
                yield _load(asked, "share", of, len(_lessons(of)) * 100 // hours[course])
    if "first_or_last" in wanted:
        days_of = load.bounds(plan, {(asked.courses[work.course][0], work.held_on) for work in works})
        for work in works:
            if work.number is not None and work.number in days_of.get(
                (asked.courses[work.course][0], work.held_on), ()
            ):
                yield _load(asked, "first_or_last", [work], work.number)


def _lessons(works: Iterable[_Work]) -> set[str]:
    return {work.id for work in works}


def _grouped(works: Iterable[_Work], key: Any) -> dict[Any, list[_Work]]:
    groups: defaultdict[Any, list[_Work]] = defaultdict(list)
    for work in works:
        groups[key(work)].append(work)
    return groups


def _load(asked: Asked, finding: str, works: Sequence[_Work], value: int) -> Row:
    class_group, _ = asked.courses[works[0].course]
    subjects = ", ".join(dict.fromkeys(asked.courses[work.course][1] for work in works))
    place = (works[0].held_on, works[-1].held_on, asked.class_names[class_group], subjects)
    return (finding, *place, value, len(works), sorted(work.entry for work in works))


UNMARKED: Final = Question(
    number=8,
    slug="unmarked-works",
    title_ru="Письменные работы без отметок, или где отметки лишь у части бывших на уроке",
    title_en="Written works without marks, or with marks for only a part of those who were there",
    answer=unmarked_works,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.TEACHER, choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("share", "number", "меньше стольких процентов", "fewer than so many percent", least=1, most=100,
                  default=50),
        Parameter("finding", "choice", "что искать", "what to look for", choices=tuple(WORK_FINDINGS),
                  default="unmarked"),
        Parameter("lessons", "number", "не спрошены за столько уроков, где были",
                  "not asked in so many lessons at which they were", least=1, most=20, default=3),
        Parameter("after_days", "number", "работы не моложе стольких дней", "works at least so many days old",
                  least=0, most=366, default=7),
    ),
    columns=(
        Column("finding", "что найдено", words=WORK_FINDINGS),
        *(choosing.HELD_ON, choosing.NUMBER, choosing.CLASS_NAME, choosing.SUBJECT_NAME, choosing.TEACHER_ID),
        *(Column("kind", "вид работы", words=WORK_WORDS), choosing.STUDENT_ID),
        *(Column("value", "отметка", is_named=True), Column("students", "учеников"), Column("absent", "не были")),
        *(Column("marked", "с отметкой"), Column("percent", "процент")),
        *(choosing.LESSON, Column("work", "работа"), ENTRIES),
    ),
    limits_ru="Кто был в классе, а в подгруппе — в подгруппе, в день работы. Спрошен снова — есть отметка на одном из "
    "следующих уроков курса, где ученик был; пока их не столько, никто не показан.",
    limits_en="Who was in the class, or in the subgroup, on the work's day. Asked again means: a mark in one of the "
    "course's next lessons at which the student was; while there were not so many, nobody is shown.",
)  # fmt: skip

FEW: Final = Question(
    number=9,
    slug="few-marks",
    title_ru="Накопляемость: у кого за период мало отметок по предмету",
    title_en="Accumulation: who has few marks in a subject in a period",
    answer=few_marks,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT),
        Parameter("on", "day", "день периода; без него — последнего урока",
                  "a day of the period; left out: of the last lesson"),
        Parameter("least", "number", "меньше стольких отметок", "fewer marks than this", least=1, most=99, default=3),
        Parameter("finding", "choice", "что искать", "what to look for", choices=tuple(FEW_FINDINGS), default="few"),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FEW_FINDINGS), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        Column("period_kind", "период", words={
            "quarter": "четверть", "trimester": "триместр", "half_year": "полугодие", "year": "год",
        }),
        *(Column("period_number", "номер периода"), Column("starts_on", "с"), Column("ends_on", "по")),
        *(Column("held", "уроков"), choosing.STUDENT_ID, Column("marks", "отметок")),
        *(Column("absent", "пропущено"), Column("percent", "процент пропусков"), ENTRIES),
    ),
    limits_ru="Кто был в классе, а в подгруппе — в подгруппе, в этот день; 1 класс без отметок не показан. "
    "Доля пропусков — от уроков курса в периоде, и лишь у не аттестованных.",
    limits_en="Who was in the class, or in the subgroup, that day; grade 1, taught without marks, is left out. "
    "The share missed is of the course's lessons in the period, and told of those not assessed alone.",
)  # fmt: skip

LOAD: Final = Question(
    number=14,
    slug="control-load",
    title_ru="Контрольные: больше одной за день, чаще положенного, больше доли часов, первый и последний урок",
    title_en="Assessment load: more than one a day, too close, more than a share of hours, first and last lesson",
    answer=control_load,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("kind", "choice", "вид работы", "kind of work", choices=tuple(sorted(WORK_KINDS)),
                  default="control_work"),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(FINDING_WORDS)),
        Parameter("apart", "number", "дней между работами по предмету", "days between works of a subject",
                  least=1, most=366, default=17),
        Parameter("share", "number", "процент часов", "percent of hours", least=0, most=100, default=10),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FINDING_WORDS), choosing.HELD_ON, Column("to", "по")),
        *(choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(Column("value", "значение"), Column("works", "работ"), ENTRIES),
    ),
    limits_ru="Проведённые и те, что в графике. Часы этих дней, первый и последний урок — по расписанию класса, "
    "а где его нет, по внесённым урокам. «Значение»: работ за день, дней между, процент часов, номер урока.",
    limits_en="Held works, and planned ones of the schedule. Hours of the days asked about, first and last lessons are "
    "the timetable's; where a class has none, those recorded. `value`: works a day, days between, percent of hours, "
    "number of the lesson.",
)  # fmt: skip
