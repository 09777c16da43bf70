"""Bodies of requests on homework that is posted before its lesson."""

from __future__ import annotations

from api.bodies.base import TeachersBody
from ledger.journal.homework_events import DueLesson, HomeworkFile


class NewPostedHomework(TeachersBody, frozen=True, kw_only=True):
    """Homework of the course's lesson that is planned at this place and has not begun; the lesson takes it over."""

    held_on: str
    number: int
    text: str
    due_on: str | None = None
    due_lesson: DueLesson | None = None
    files: tuple[HomeworkFile, ...] = ()


class NewHomeworkWithdrawal(TeachersBody, frozen=True, kw_only=True):
    """What was posted holds no more; `corrects` is its entry's index."""

    corrects: int
