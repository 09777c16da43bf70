"""Question 11: lessons without homework, homework for a test's day or for holidays, how much a class has on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

import orjson

from ledger.journal.vocabulary import WORK_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, UNMARKED_GRADE, Asked, Column, Found, Parameter, Question, Row
from projections.questions.judging import judging_now
from projections.reading import stands
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
    SELECT h.lesson, h.entry, h.text, h.due_on FROM {{homework}} h WHERE h.stands = 1 AND {stands("h")}"""
_OF_LESSONS: Final = f"""
    SELECT h.lesson, h.entry, h.text, h.due_on FROM {{lessons}} l CROSS JOIN {{homework}} h
    WHERE h.lesson = l.lesson AND h.stands = 1 AND {stands("h")} AND l.stands = 1 AND {stands("l")}
      AND l.held_on BETWEEN :first AND :last"""


def homework(asked: Asked) -> Found:
    """Lessons of grades 2 and up by what their homework says, or the number of homeworks of a class on a day.

    What counts as not assigned (2.2.3) has to be asked for: it is a judgement of each lesson with entries of its own,
    and all of it is also among what is not entered, or was entered late.
    """
    condition, values = asked.of_courses
    sql = _OF_LESSONS + condition if asked.is_narrow else _HOMEWORK
    days = {"first": asked.first, "last": asked.last} if asked.is_narrow else {}
    entered = {lesson: rest for lesson, *rest in asked.select(sql, **days, **values)}
    rows: list[Row] = []
    given: list[Given] = []
    volumes: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    wanted = (
        (asked["finding"],) if asked["finding"] else tuple(name for name in FINDING_WORDS if name != "not_assigned")
    )
    counts: Counter[str] = Counter()
    for lesson, entry, held_on, number, course, teacher in asked.lessons().values():
        by, text, due_on = entered.get(lesson, [None, "", None])
        class_group, subject = asked.courses[course]
        if asked.grades[class_group] == UNMARKED_GRADE:
            continue
        if by is not None and text:
            volumes[class_group, due_on or held_on].append(by)
            given.append(Given(course, held_on, number, teacher, lesson, entry, by, due_on))
            continue
        finding = "not_entered" if by is None else "none"
        if finding in wanted:
            counts[finding] += 1
            place = (held_on, number, asked.class_names[class_group], subject, teacher, lesson)
            rows.append((finding, *place, None, None, None, [entry] if by is None else [entry, by]))
    if "not_assigned" in wanted:
        judged = _not_assigned(asked)
        counts["not_assigned"] = len(judged)
        rows += judged
    if "volume" in wanted:
        for (class_group, day), entries in sorted(volumes.items(), key=lambda item: (item[0][1], item[0][0])):
            if len(entries) >= asked["least"]:
                counts["volume"] += 1
                name = asked.class_names[class_group]
                rows.append(("volume", day, None, name, None, None, None, None, None, len(entries), entries))
    for row in _ill_timed(asked, given, wanted):
        counts[row[0]] += 1
        rows.append(row)
    return Found(rows, {finding: counts[finding] for finding in wanted})


class Given(NamedTuple):
    """Homework of a lesson; `entry`: the lesson's; `by`: its own; `due_on`: None where it says no day."""

    course: str
    held_on: str
    number: int
    teacher: str
    lesson: str
    entry: int
    by: int
    due_on: str | None


class Off(NamedTuple):
    """Days without lessons, both inclusive."""

    starts_on: str
    ends_on: str
    grades: frozenset[int]
    title: str
    entry: int


def _ill_timed(asked: Asked, given: Sequence[Given], wanted: Sequence[str]) -> Iterator[Row]:
    """Homework that is due on a day of a test in its course, on a day off, or across holidays."""
    if not {"for_test", "for_day_off", "over_holidays"} & set(wanted):
        return
    tests, following = _tests(asked), _following(asked)
    off, taught = _days_off(asked)
    for one in given:
        class_group, subject = asked.courses[one.course]
        grade = asked.grades[class_group]
        due_on = one.due_on or following.get((one.course, one.held_on))
        if due_on is None:
            continue
        found: list[tuple[str, str, list[int]]] = [
            ("for_test", kind, [entry]) for kind, entry in tests.get((one.course, due_on), ())
        ]
        for days in (days for days in off if grade in days.grades):
            if days.starts_on <= due_on <= days.ends_on:
                if (grade, due_on) not in taught:
                    found.append(("for_day_off", days.title, [days.entry]))
            elif one.held_on < days.starts_on and days.ends_on < due_on and _is_long(days):
                found.append(("over_holidays", days.title, [days.entry]))
        for finding, about, entries in found:
            if finding in wanted:
                place = (one.held_on, one.number, asked.class_names[class_group], subject, one.teacher, one.lesson)
                yield (finding, *place, due_on, about, None, sorted({one.entry, one.by, *entries}))


def _is_long(days: Off) -> bool:
    return (date.fromisoformat(days.ends_on) - date.fromisoformat(days.starts_on)).days + 1 >= HOLIDAYS_DAYS


def _tests(asked: Asked) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Course and day -> tests planned for it or held on it: kind and entry; a held one stands for its plan."""
    kinds = ", ".join(f"'{kind}'" for kind in TESTS)
    held = f"""SELECT l.course, l.held_on, w.kind, w.entry, w.scheduled FROM {{works}} w
        JOIN {{lessons}} l ON l.lesson = w.lesson AND l.stands = 1 AND {stands("l")}
        WHERE w.kind IN ({kinds}) AND w.stands = 1 AND {stands("w")}"""
    planned = f"""SELECT s.course, s.planned_on, s.kind, s.entry, s.scheduled FROM {{scheduled_works}} s
        WHERE s.kind IN ({kinds}) AND s.stands = 1 AND {stands("s")}"""
    found: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    done: set[str] = set()
    for course, day, kind, entry, scheduled in asked.select(held):
        found[course, day].append((kind, entry))
        done.add(scheduled)
    for course, day, kind, entry, scheduled in asked.select(planned):
        if scheduled not in done:
            found[course, day].append((kind, entry))
    return found


def _following(asked: Asked) -> dict[tuple[str, str], str]:
    """Course and day of a lesson -> the day of the course's next recorded one: homework without a day is for that."""
    sql = f"""SELECT DISTINCT l.course, l.held_on FROM {{lessons}} l WHERE l.stands = 1 AND {stands("l")}
        ORDER BY l.course, l.held_on"""
    found: dict[tuple[str, str], str] = {}
    for (course, day), (other, following) in pairwise(asked.select(sql)):
        if course == other:
            found[course, day] = following
    return found


def _days_off(asked: Asked) -> tuple[list[Off], set[tuple[int, str]]]:
    """Declared days off; and grade with day where one is taught all the same."""
    sql = f"""SELECT c.starts_on, c.ends_on, c.grades, c.title, c.entry FROM {{calendar}} c
        WHERE c.stands = 1 AND {stands("c")} ORDER BY c.entry"""
    off: list[Off] = []
    taught: set[tuple[int, str]] = set()
    for starts_on, ends_on, grades, title, entry in asked.select(sql):
        listed = frozenset(orjson.loads(grades))
        if title is None:
            taught |= {(grade, starts_on) for grade in listed}
        else:
            off.append(Off(starts_on, ends_on, listed, title, entry))
    return off, taught


def _not_assigned(asked: Asked) -> list[Row]:
    """Lessons whose homework came too late or not at all, where the regulation of the day lets it count as that."""
    of = OfRegister(asked["teacher"], asked["class"], None, asked["from"], asked["to"], ("homework",))
    found = late_records(asked.views, of, now=judging_now(asked).now, at=asked.position)
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
