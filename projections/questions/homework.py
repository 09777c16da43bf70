"""Question 11: lessons without homework, homework for a test's day or for holidays, how much a class has on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import orjson

from ledger.journal.vocabulary import WORK_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, UNMARKED_GRADE, Asked, Column, Found, Parameter, Question, Row
from projections.questions.judging import judging_now
from projections.reading import listed, stands
from projections.views.deadlines import Asked as OfRegister
from projections.views.late_records import late_records

FINDING_WORDS: Final = {
    "not_entered": "задание не внесено",
    "none": "внесено: задания нет",
    "not_assigned": "считается незаданным",
    "volume": "заданий классу за день",
    "for_test": "задано на день контрольной по предмету",
    "for_day_off": "задано на неучебный день",
    "over_holidays": "задано через каникулы",
}
TESTS: Final = ("control_work", "test", "dictation", "exposition", "composition")
"""Kinds of works for whose day there should be no homework in the subject."""
HOLIDAYS_DAYS: Final = 7
"""Days off that go on so long are holidays (каникулы), not a feast day."""

_HOMEWORK: Final = f"""
    SELECT h.lesson, h.entry, h.text <> '', h.due_on FROM {{homework}} h WHERE h.stands = 1 AND {stands("h")}"""
_OF_LESSONS: Final = f"""
    SELECT h.lesson, h.entry, h.text <> '', h.due_on FROM {{lessons}} l CROSS JOIN {{homework}} h
    WHERE h.lesson = l.lesson AND h.stands = 1 AND {stands("h")} AND l.stands = 1 AND {stands("l")}
      AND l.held_on BETWEEN :first AND :last"""

_Lesson: TypeAlias = tuple[str, int, int, str, str, str]
"""A standing lesson: its day, number, entry, id, course and teacher."""
_Entered: TypeAlias = tuple[int | None, bool, str | None]
"""What stands of a lesson's homework: its entry, whether it says any, and for which day; None where it says none."""
_NOT_ENTERED: Final[_Entered] = (None, False, None)


class Place(NamedTuple):
    """Where a course is taught, and what."""

    class_group: str
    class_name: str
    grade: int
    subject: str


_Given: TypeAlias = tuple[_Lesson, Place, int, str | None]
"""Homework of a lesson: that, its course, the entry of the homework, and its day; None where it says none."""


def homework(asked: Asked) -> Found:
    """Lessons of grades 2 and up by what their homework says, or the number of homeworks of a class on a day.

    What counts as not assigned (2.2.3) has to be asked for: it is a judgement of each lesson with entries of its own,
    and all of it is also among what is not entered, or was entered late.
    """
    wanted = (asked["finding"],) if asked["finding"] else tuple(one for one in FINDING_WORDS if one != "not_assigned")
    rows: list[Row] = _not_assigned(asked) if "not_assigned" in wanted else []
    if set(wanted) - {"not_assigned"}:
        rows += _of_lessons(asked, wanted)
    counts = Counter(row[0] for row in rows)
    return Found(rows, {finding: counts[finding] for finding in wanted})


def _of_lessons(asked: Asked, wanted: Collection[str]) -> list[Row]:
    """What is to be seen from lessons and their homework as they stand."""
    entered, places = _entered(asked), _places(asked)
    rows: list[Row] = []
    given: list[_Given] = []
    volumes: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for of in _lessons(asked):
        held_on, number, entry, lesson, course, teacher = of
        place = places.get(course)
        if place is None:
            continue
        by, is_given, due_on = entered.get(lesson, _NOT_ENTERED)
        if by is not None and is_given:
            volumes[place.class_group, due_on or held_on].append(by)
            given.append((of, place, by, due_on))
            continue
        finding = "not_entered" if by is None else "none"
        if finding in wanted:
            cited = [entry] if by is None else [entry, by]
            rows.append(
                (finding, held_on, number, place.class_name, place.subject, teacher, lesson, None, None, None, cited)
            )
    if "volume" in wanted:
        for (class_group, day), entries in sorted(volumes.items(), key=lambda item: (item[0][1], item[0][0])):
            if len(entries) >= asked["least"]:
                name = asked.class_names[class_group]
                rows.append(("volume", day, None, name, None, None, None, None, None, len(entries), entries))
    if {"for_test", "for_day_off", "over_holidays"} & set(wanted):
        rows += _ill_timed(asked, given, wanted)
    return rows


def _places(asked: Asked) -> dict[str, Place]:
    """The courses asked about of classes that have homework."""
    names, grades = asked.class_names, asked.grades
    return {
        course: Place(class_group, names[class_group], grades[class_group], subject)
        for course, (class_group, subject) in asked.courses.items()
        if grades[class_group] != UNMARKED_GRADE
    }


def _lessons(asked: Asked) -> list[_Lesson]:
    """What stands of the courses, days and teacher asked about, by day, number and entry."""
    condition, values = _selected(asked)
    sql = f"""SELECT l.held_on, l.number, l.entry, l.lesson, l.course, l.teacher FROM {{lessons}} l
        WHERE {choosing.days_of_lessons(asked)} AND l.stands = 1 AND {stands("l")}{condition}"""
    # Sorted here: of many lessons no column but the first three is looked at.
    return sorted(asked.select(sql, first=asked.first, last=asked.last, **values))


def _entered(asked: Asked) -> dict[str, _Entered]:
    """Lesson -> its homework, of those asked about at least."""
    if choosing.is_of_few_lessons(asked):
        condition, values = _selected(asked)
        rows = asked.select(_OF_LESSONS + condition, first=asked.first, last=asked.last, **values)
    else:
        rows = asked.select(_HOMEWORK)
    return {lesson: (by, is_given, due_on) for lesson, by, is_given, due_on in rows}


def _selected(asked: Asked) -> tuple[str, dict[str, object]]:
    """A condition that a lesson ``l`` is of the class, subject and teacher asked about; its values."""
    condition, values = asked.of_courses
    more, values_more = asked.selected(("teacher", "l.teacher"))
    return condition + more, values | values_more


class _Off(NamedTuple):
    """Days without lessons, both inclusive; `is_long`: holidays."""

    starts_on: str
    ends_on: str
    is_long: bool
    title: str
    entry: int


_About: TypeAlias = tuple[str, str, int]
"""What is ill-timed: the finding, the kind of work or the title of the days off, and the entry of that."""


class _Calendar(dict[tuple[int, str, str], Sequence[_About]]):
    """Grade, a lesson's day and the day of its homework -> what days off are in the way."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._off: defaultdict[int, list[_Off]] = defaultdict(list)
        self._taught: set[tuple[int, str]] = set()
        sql = f"""SELECT c.starts_on, c.ends_on, c.grades, c.title, c.entry FROM {{calendar}} c
            WHERE c.stands = 1 AND {stands("c")} ORDER BY c.entry"""
        for starts_on, ends_on, grades, title, entry in asked.select(sql):
            # Without a title: a day off on which these grades are taught all the same.
            for grade in orjson.loads(grades):
                if title is None:
                    self._taught.add((grade, starts_on))
                else:
                    self._off[grade].append(_Off(starts_on, ends_on, _is_long(starts_on, ends_on), title, entry))

    def __missing__(self, of: tuple[int, str, str]) -> Sequence[_About]:
        grade, held_on, due_on = of
        found: list[_About] = []
        for starts_on, ends_on, is_long, title, entry in self._off[grade]:
            if starts_on <= due_on <= ends_on:
                if (grade, due_on) not in self._taught:
                    found.append(("for_day_off", title, entry))
            elif is_long and held_on < starts_on and ends_on < due_on:
                found.append(("over_holidays", title, entry))
        self[of] = found
        return found


def _ill_timed(asked: Asked, given: Sequence[_Given], wanted: Collection[str]) -> Iterator[Row]:
    """Homework that is due on a day of a test in its course, on a day off, or across holidays."""
    tests, off = _tests(asked), _Calendar(asked)
    following = _following(asked, {of[4] for of, _, _, due_on in given if due_on is None})
    for (held_on, number, entry, lesson, course, teacher), place, by, said in given:
        due_on = said or following.get((course, held_on))
        if due_on is None:
            continue
        for finding, about, other in (*tests.get((course, due_on), ()), *off[place.grade, held_on, due_on]):
            if finding in wanted:
                cited = sorted({entry, by, other})
                of = (held_on, number, place.class_name, place.subject, teacher, lesson)
                yield (finding, *of, due_on, about, None, cited)


def _is_long(starts_on: str, ends_on: str) -> bool:
    return (date.fromisoformat(ends_on) - date.fromisoformat(starts_on)).days + 1 >= HOLIDAYS_DAYS


def _tests(asked: Asked) -> dict[tuple[str, str], list[_About]]:
    """Course and day -> tests planned for it or held on it: kind and entry; a held one stands for its plan."""
    kinds = ", ".join(f"'{kind}'" for kind in TESTS)
    condition, values = asked.of_courses
    held = f"""SELECT l.course, l.held_on, w.kind, w.entry, w.scheduled FROM {{works}} w
        JOIN {{lessons}} l ON l.lesson = w.lesson AND l.stands = 1 AND {stands("l")}
        WHERE w.kind IN ({kinds}) AND w.stands = 1 AND {stands("w")}{condition}"""
    planned = f"""SELECT s.course, s.planned_on, s.kind, s.entry, s.scheduled FROM {{scheduled_works}} s
        WHERE s.kind IN ({kinds}) AND s.stands = 1 AND {stands("s")}"""
    found: defaultdict[tuple[str, str], list[_About]] = defaultdict(list)
    done: set[str] = set()
    for course, day, kind, entry, scheduled in asked.select(held, **values):
        found[course, day].append(("for_test", kind, entry))
        done.add(scheduled)
    for course, day, kind, entry, scheduled in asked.select(planned):
        if scheduled not in done:
            found[course, day].append(("for_test", kind, entry))
    return found


def _following(asked: Asked, courses: Collection[str]) -> dict[tuple[str, str], str]:
    """Course and day of a lesson -> the day of the course's next recorded one: homework without a day is for that."""
    found: dict[tuple[str, str], str] = {}
    for some, named in listed(sorted(courses)):
        sql = f"""SELECT DISTINCT l.course, l.held_on FROM {{lessons}} l WHERE l.stands = 1 AND {stands("l")}
            AND l.course IN {some} ORDER BY l.course, l.held_on"""
        for (course, day), (other, following) in pairwise(asked.select(sql, **named)):
            if course == other:
                found[course, day] = following
    return found


def _not_assigned(asked: Asked) -> list[Row]:
    """Lessons whose homework came too late or not at all, where the regulation of the day lets it count as that."""
    of = OfRegister(asked["teacher"], asked["class"], None, asked["from"], asked["to"], ("homework",))
    by = judging_now(asked)
    found = late_records(asked.views, of, now=by.now, at=asked.position, by=by)
    return [
        (
            *("not_assigned", row.held_on, row.number, row.class_name, row.subject, row.teacher, row.lesson),
            *(None, None, None, list(row.basis)),
        )
        for row in found
        if row.not_assigned
        and asked.grades.get(row.class_group) != UNMARKED_GRADE
        and asked["subject"] in (None, row.subject)
    ]


HOMEWORK: Final = Question(
    number=11,
    slug="homework",
    title_ru="Уроки без домашнего задания, задания на день контрольной и на каникулы, объём заданий класса за день",
    title_en="Lessons without homework, homework for a test's day or for holidays, how much a class has on a day",
    answer=homework,
    parameters=(
        *(choosing.CLASS, choosing.SUBJECT, choosing.TEACHER, choosing.HELD_FROM, choosing.HELD_TO),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(FINDING_WORDS)),
        Parameter(
            "least", "number", "дни, на которые заданий не меньше", "days for which there are at least so many",
            least=1, most=99, default=6,
        ),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FINDING_WORDS), choosing.HELD_ON, choosing.NUMBER),
        *(choosing.CLASS_NAME, choosing.SUBJECT_NAME, choosing.TEACHER_ID, choosing.LESSON),
        Column("due_on", "к дню", is_named=True),
        *(Column("about", "что в этот день", "typed", WORK_WORDS), Column("volume", "заданий"), ENTRIES),
    ),
    limits_ru="1 класс учится без заданий и не показан. Объём — число заданий к дню (где срок не внесён — в день "
    "урока), не время. Контрольные — проведённые и по графику: контрольная, тест, диктант, изложение, сочинение; "
    "каникулы — неучебные дни календаря, семь и больше; задание без срока — к следующему внесённому уроку. Что "
    "считается незаданным (по положению в силе на день урока, на момент последней записи), видно только с "
    "finding=not_assigned.",
    limits_en="Grade 1 has no homework and is left out. Volume counts homeworks for the day they are due (the lesson's "
    "own where none is said), not hours. Tests are held and scheduled control works, tests, dictations, expositions "
    "and compositions of the course; holidays are days off of the calendar, seven or more; homework without a day is "
    "for the next recorded lesson. What counts as not assigned, by the regulation of the lesson's day as of the "
    "last known entry, shows with finding=not_assigned alone.",
)  # fmt: skip
