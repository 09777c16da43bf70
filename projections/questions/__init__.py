"""The inspector's questions: each is declared beside its function, and is named here.

    question = BY_SLUG["corrections"]
    answered = ask(question, views, {"class": "5А", "from": "2026-11-01"}, at=412)

A new one is a module, or a function in one, and a line in `QUESTIONS`. What the entries cannot answer yet is not there.
"""

from __future__ import annotations

from typing import Final

from projections.questions import (
    access,
    attendance,
    authorship,
    availability,
    cells,
    corrections,
    homework,
    indicators,
    integrity,
    lateness,
    people,
    printing,
    registers,
    results,
    rights,
    sheets,
    timetable,
    works,
)
from projections.questions.asking import (
    AccessFacts,
    Answered,
    Asked,
    Found,
    LogFacts,
    Misasked,
    Parameter,
    Question,
    ask,
)

QUESTIONS: Final[tuple[Question, ...]] = (
    cells.HISTORY,
    corrections.REGISTER,
    results.UNFOLLOWING,
    corrections.RAISED,
    authorship.ENTERED,
    timetable.GAPS,
    lateness.LATE,
    works.UNMARKED,
    works.FEW,
    timetable.FULFILMENT,
    homework.HOMEWORK,
    attendance.ABSENCES,
    registers.SUBSTITUTIONS,
    works.LOAD,
    results.PUBLISHED_LATE,
    people.DATA,
    people.INFORMING,
    access.WITHOUT_ACCESS,
    integrity.INTEGRITY,
    sheets.CHANGED,
    printing.OBLIGATIONS,
    availability.AVAILABILITY,
    rights.RIGHTS,
    indicators.INDICATORS_ASKED,
    cells.EXTRACT,
)
"""All that can be asked, by number."""

GROUPS: Final[tuple[tuple[str, str, tuple[int, ...]], ...]] = (
    ("Записи и исправления", "Records and corrections", (1, 2, 5)),
    ("Отметки и результаты", "Marks and results", (3, 4, 8, 9, 14, 20)),
    ("Уроки, программа, посещаемость", "Lessons, programme, attendance", (6, 10, 11, 12, 13)),
    ("Сроки", "Deadlines", (7, 15, 16, 22, 24)),
    ("Права и согласия", "Rights and consents", (17, 18, 23)),
    ("Целостность, бумага, выписки", "Integrity, paper, extracts", (19, 21, 25)),
)
"""Numbers of questions that stand together in a list, under a Russian and an English heading."""

BY_SLUG: Final[dict[str, Question]] = {question.slug: question for question in QUESTIONS}

__all__ = [
    "BY_SLUG",
    "GROUPS",
    "QUESTIONS",
    "AccessFacts",
    "Answered",
    "Asked",
    "Found",
    "LogFacts",
    "Misasked",
    "Parameter",
    "Question",
    "ask",
]
