"""Homework: by when it is due and which files go with it (regulation 2.2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.checked_homework import CheckedHomework
from ledger.journal.homework_events import DueLesson, HomeworkFile
from ledger.journal.lesson import Lesson
from ledger.journal.vocabulary import MEDIA_TYPES

FILES_MAX: Final = 10
FILE_BYTES_MAX: Final = 1_000_000_000
_NUMBER_MAX: Final = 12


class Given(Protocol):
    """Homework as a command or a correction says it."""

    @property
    def text(self) -> str:
        """Empty: explicitly none."""

    @property
    def due_on(self) -> str | None:
        """By which day."""

    @property
    def due_lesson(self) -> DueLesson | None:
        """By which lesson of the course."""

    @property
    def files(self) -> tuple[HomeworkFile, ...]:
        """What goes with it."""


def check_homework(given: Given, of: CheckedHomework, year_ends_on: str, where: str) -> None:
    """Judge homework of a lesson: due after it, by a day or a lesson; an empty text is an explicit none (2.2.2)."""
    rules.check_text(given.text, rules.HOMEWORK_LENGTH_MAX, where + "text")
    due_on, due_lesson = given.due_on, given.due_lesson
    if given.text == "":
        if due_on is not None or due_lesson is not None:
            field = "due_on" if due_on is not None else "due_lesson"
            raise Refused("due_without_text", "no homework has no due date", clause="2.2.2", where=where + field)
        if given.files:
            raise Refused("files_without_text", "no homework has no files", clause="2.2.2", where=where + "files")
        return
    if due_on is not None:
        if due_lesson is not None:
            raise Refused("due_twice", "due by a day or by a lesson", clause="2.2.2", where=where + "due_lesson")
        rules.check_date(due_on, where + "due_on")
        if not of.held_on < due_on <= year_ends_on:
            raise Refused(
                "due_date_out_of_range",
                "due after the lesson and within the year",
                clause="2.2.2",
                where=where + "due_on",
            )
    elif due_lesson is not None:
        _check_due_lesson(due_lesson, of, year_ends_on, where + "due_lesson")
    check_files(given.files, where + "files")


def check_files(files: Sequence[HomeworkFile], where: str) -> None:
    """Judge the files of homework: few, each once, known by digest and size."""
    if len(files) > FILES_MAX:
        raise Refused("too_many_files", "at most {files_max} files", clause=LOG, where=where, files_max=FILES_MAX)
    for position, file in enumerate(files):
        at = f"{where}[{position}]."
        rules.check_code(file.media_type, MEDIA_TYPES, at + "media_type")
        rules.check_sha256(file.sha256, at + "sha256")
        rules.check_integer(file.size, 1, FILE_BYTES_MAX, at + "size")
    rules.check_distinct([file.sha256 for file in files], where, "sha256")


def _check_due_lesson(due: DueLesson, of: CheckedHomework, year_ends_on: str, where: str) -> None:
    """Refuse a lesson that is not behind this one in its course's year, or is named by another place than its own."""
    rules.check_date(due.held_on, where + ".held_on")
    rules.check_integer(due.number, 0, _NUMBER_MAX, where + ".number")
    if not (of.held_on, of.number) < (due.held_on, due.number) or due.held_on > year_ends_on:
        raise Refused(
            "due_lesson_not_later", "due by a later lesson of the course, within the year", clause="2.2.2", where=where
        )
    if due.lesson is None:
        return
    lesson = of.context.find_if_any(Lesson, f"lesson/{due.lesson}")
    known = lesson if lesson is not None and lesson.course == of.course.id else None
    header = known.header if known is not None else None
    if known is None or header is None or (known.held_on, header.number) != (due.held_on, due.number):
        raise Refused(
            "not_the_due_lesson", "no lesson of this course at this place", clause="2.2.2", where=where + ".lesson"
        )
