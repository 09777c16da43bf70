"""The inspector's questions: each is declared beside its function, and is named here.

    question = BY_SLUG["corrections"]
    answered = ask(question, views, {"class": "5А", "from": "2026-11-01"}, at=412)

A new one is a module, or a function in one, and a line in `QUESTIONS`. What the entries cannot answer yet is not there.
"""

from __future__ import annotations

from typing import Final

from projections.questions import attendance, authorship, cells, corrections, homework, registers, works
from projections.questions.asking import Answered, Asked, Found, LogFacts, Misasked, Parameter, Question, ask

QUESTIONS: Final[tuple[Question, ...]] = (
    cells.HISTORY,
    corrections.REGISTER,
    corrections.RAISED,
    authorship.ENTERED,
    works.UNMARKED,
    works.FEW,
    homework.HOMEWORK,
    attendance.ABSENCES,
    registers.SUBSTITUTIONS,
    works.LOAD,
    registers.INTEGRITY,
    cells.EXTRACT,
)
"""All that can be asked, by number."""

BY_SLUG: Final[dict[str, Question]] = {question.slug: question for question in QUESTIONS}

__all__ = [
    "BY_SLUG",
    "QUESTIONS",
    "Answered",
    "Asked",
    "Found",
    "LogFacts",
    "Misasked",
    "Parameter",
    "Question",
    "ask",
]
