"""Homework in commands, with its lesson or posted before it, as `commands` has all others."""

from __future__ import annotations

import msgspec

from ledger.journal.command import JournalCommand
from ledger.journal.homework_events import DueLesson, HomeworkFile


class NewHomework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Empty text: explicitly none. Due by a day or by a lesson of the course."""

    text: str
    due_on: str | None = None
    due_lesson: DueLesson | None = None
    files: tuple[HomeworkFile, ...] = ()


class PostHomework(JournalCommand, frozen=True, kw_only=True):
    """Homework of the course's lesson that is planned at this place and has not begun."""

    course: str
    held_on: str
    number: int
    text: str
    due_on: str | None = None
    due_lesson: DueLesson | None = None
    files: tuple[HomeworkFile, ...] = ()


class WithdrawHomework(JournalCommand, frozen=True, kw_only=True):
    """What entry `corrects` posted holds no more."""

    course: str
    corrects: int
