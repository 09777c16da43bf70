"""Which years a school has, which lessons and result sheets a class group, in a subject or at all: read off its log."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from ledger.journal.codec import CODEC
from ledger.journal.control_events import RemarkRaised
from ledger.journal.events import CourseOpened, LessonRecorded, SchoolYearOpened
from ledger.journal.result_events import ResultSheetOpened

# The end of an entry that makes a stream, in its one spelling (log-format.md, section 2).
_MAKERS: Final = tuple(
    f'"type":"{name}","version":1}}'.encode()
    for name in (
        "school_year_opened/1",
        "course_opened/1",
        "lesson_recorded/1",
        "result_sheet_opened/1",
        "remark_raised/1",
    )
)


class SubjectIndex:
    """Follows a log from its first entry; `size`: how many entries it has seen.

    Lists only grow and each step is one append, so a thread may read while another goes on.
    """

    def __init__(self) -> None:
        self.size = 0
        self._courses: dict[str, tuple[str, str]] = {}
        self._lessons: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._sheets: dict[tuple[str, str], list[str]] = {}
        self._of_class: dict[str, list[str]] = {}
        self._years: list[str] = []

    def see(self, entry: bytes) -> None:
        """Take the next entry into account.

        Raises:
            CodecError, msgspec.DecodeError: the entry is none of a journal's.
        """
        if entry.endswith(_MAKERS):
            self._note(entry)
        self.size += 1

    def lessons(self, class_groups: Collection[str], subject: str) -> list[tuple[str, str]]:
        """Return day and stream of the lessons of a subject in these class groups."""
        return [one for group in class_groups for one in tuple(self._lessons.get((group, subject), ()))]

    def sheets(self, class_groups: Collection[str], subject: str) -> list[str]:
        """Return the streams of the result sheets of a subject in these class groups."""
        return [one for group in class_groups for one in tuple(self._sheets.get((group, subject), ()))]

    def of_class(self, class_group: str) -> list[str]:
        """Return the streams of a class's courses, lessons, result sheets and remarks, as they came."""
        return list(self._of_class.get(class_group, ()))

    def years(self) -> list[str]:
        """Return the ids of the school's years, as they came."""
        return list(self._years)

    def _note(self, entry: bytes) -> None:
        fields = _decode_fields(entry)
        data = CODEC.decode(fields.type, bytes(fields.data))
        if isinstance(data, CourseOpened):
            self._courses[fields.stream.partition("/")[2]] = (data.class_group, data.subject)
            self._of_class.setdefault(data.class_group, []).append(fields.stream)
        elif isinstance(data, LessonRecorded):
            self._lessons.setdefault(self._courses[data.course], []).append((data.held_on, fields.stream))
            self._of_class[self._courses[data.course][0]].append(fields.stream)
        elif isinstance(data, ResultSheetOpened):
            self._sheets.setdefault(self._courses[data.course], []).append(fields.stream)
            self._of_class[self._courses[data.course][0]].append(fields.stream)
        elif isinstance(data, SchoolYearOpened):
            self._years.append(fields.stream.partition("/")[2])
        elif isinstance(data, RemarkRaised):
            self._of_class.setdefault(data.class_group, []).append(fields.stream)


class _Fields(msgspec.Struct):
    """What the index reads of an entry; `data` stays as it is until it is needed."""

    stream: str
    type: str
    data: msgspec.Raw


_decode_fields = msgspec.json.Decoder(_Fields).decode
