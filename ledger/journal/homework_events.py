"""What homework says: its text, by when it is due, its files; `verify/spec/events.md` says what their bytes mean."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import MediaType


class DueLesson(Event, frozen=True, kw_only=True):
    """The lesson of the same course that homework is for, by its place; `lesson` where it was recorded by then."""

    held_on: str
    number: int
    lesson: str | None = None


class HomeworkFile(Event, frozen=True, kw_only=True):
    """A file that goes with homework, by its SHA-256 (hex) and its size in bytes: neither its bytes nor its name."""

    media_type: MediaType
    sha256: str
    size: int


class HomeworkBody(Event, frozen=True, kw_only=True):
    """What of homework can be corrected; due by a day or by a lesson, never both. Empty `text`: explicitly none."""

    text: str
    due_on: str | None = None
    due_lesson: DueLesson | None = None
    files: tuple[HomeworkFile, ...] = ()

    @property
    def due_day(self) -> str | None:
        """The day for which it is, either way."""
        return self.due_lesson.held_on if self.due_lesson is not None else self.due_on


class HomeworkAssigned(HomeworkBody, frozen=True, kw_only=True):
    """`lesson/`: homework of the lesson; `posted`: index of the `HomeworkPosted` that the lesson takes over."""

    posted: int | None = None

    @property
    def body(self) -> HomeworkBody:
        """What it says, as corrections carry it."""
        return HomeworkBody(text=self.text, due_on=self.due_on, due_lesson=self.due_lesson, files=self.files)


class HomeworkPosted(HomeworkBody, frozen=True, kw_only=True):
    """`homework/<course>`: homework of a lesson that is to be held at this place, posted in advance (2.2.3)."""

    held_on: str
    number: int


class HomeworkPostWithdrawn(Event, frozen=True, kw_only=True):
    """`homework/<course>`: what entry `corrects` posted holds no more; a lesson that took it over keeps it."""

    corrects: int


HOMEWORK_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "homework_posted/1": HomeworkPosted,
    "homework_post_withdrawn/1": HomeworkPostWithdrawn,
}
"""Entry type -> class, of the stream `homework/` alone; `events` has all."""
