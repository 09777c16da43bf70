"""Question 11: lessons without homework, and how much of it a class has on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

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
}

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
    volumes: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    wanted = (asked["finding"],) if asked["finding"] else ("not_entered", "none", "volume")
    counts: Counter[str] = Counter()
    for lesson, entry, held_on, number, course, teacher in asked.lessons().values():
        by, text, due_on = entered.get(lesson, [None, "", None])
        class_group, subject = asked.courses[course]
        if asked.grades[class_group] == UNMARKED_GRADE:
            continue
        if by is not None and text:
            volumes[class_group, due_on or held_on].append(by)
            continue
        finding = "not_entered" if by is None else "none"
        if finding in wanted:
            counts[finding] += 1
            place = (held_on, number, asked.class_names[class_group], subject, teacher, lesson)
            rows.append((finding, *place, None, [entry] if by is None else [entry, by]))
    if "not_assigned" in wanted:
        judged = _not_assigned(asked)
        counts["not_assigned"] = len(judged)
        rows += judged
    if "volume" in wanted:
        for (class_group, day), entries in sorted(volumes.items(), key=lambda item: (item[0][1], item[0][0])):
            if len(entries) >= asked["least"]:
                counts["volume"] += 1
                name = asked.class_names[class_group]
                rows.append(("volume", day, None, name, None, None, None, len(entries), entries))
    return Found(rows, {finding: counts[finding] for finding in wanted})


def _not_assigned(asked: Asked) -> list[Row]:
    """Lessons whose homework came too late or not at all, where the regulation of the day lets it count as that."""
    of = OfRegister(asked["teacher"], asked["class"], None, asked["from"], asked["to"], ("homework",))
    found = late_records(asked.views, of, now=judging_now(asked).now, at=asked.position)
    return [
        (
            *("not_assigned", row.held_on, row.number, row.class_name, row.subject, row.teacher, row.lesson, None),
            list(row.basis),
        )
        for row in found
        if row.not_assigned
        and asked.grades.get(row.class_group) != UNMARKED_GRADE
        and asked["subject"] in (None, row.subject)
    ]


HOMEWORK: Final = Question(
    number=11,
    slug="homework",
    title_ru="Уроки без домашнего задания и объём заданий класса за день",
    title_en="Lessons without homework, and how much of it a class has on a day",
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
        *(Column("volume", "заданий"), ENTRIES),
    ),
    limits_ru="1 класс учится без заданий и не показан. Объём — число заданий к дню (где срок не внесён — в день "
    "урока), не время. Что считается незаданным (по положению в силе на день урока, на момент последней записи), видно "
    "только с finding=not_assigned. Задания на праздники здесь не видны.",
    limits_en="Grade 1 has no homework and is left out. Volume counts homeworks for the day they are due (the lesson's "
    "own where none is said), not hours. What counts as not assigned, by the regulation of the lesson's day as of the "
    "last known entry, shows with finding=not_assigned alone. Homework for holidays does not show here.",
)  # fmt: skip
