"""Lessons that are not held (events.md, "Cancelled lessons")."""

from typing import TYPE_CHECKING

from verify.columns import CANCELLED_FOR
from verify.entry import AT, DATA, Groups
from verify.events import unescape
from verify.state import Course, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay


class Cancellations:
    """The cancellations of all courses that were not withdrawn: course, index -> day and place in it, row of the table.

    The last cell of a row of cancellations.csv says what withdrew it.
    """

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._standing: dict[bytes, dict[int, tuple[tuple[bytes, bytes], list[bytes]]]] = {}

    def lesson_cancelled(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a cancellation."""
        basis, held_on, merged_with, moved_to, number, reason = groups[DATA]
        find, place = self._replay.find, (held_on, number)
        course = self._replay.made(b"course", stream.id, "course")
        standing = self._standing.setdefault(stream.id, {})
        if any(place == other for other, _ in standing.values()):
            find("recorded-twice", "one cancellation of a lesson", b"%b, %b" % place)
        row: list[bytes] = []
        standing[index] = place, row
        if merged_with is not None:
            self._replay.made(b"course", merged_with, "merged_with")
            if merged_with == stream.id:
                find("data-field", "another course", merged_with, field_name="data.merged_with")
            if moved_to is not None:
                find("data-field", "moved or merged", "both", field_name="data.merged_with")
        if moved_to == b'{"held_on":"%b","number":%b}' % place:
            find("data-field", "another place", moved_to, field_name="data.moved_to")
        if isinstance(course, Course):
            row += [
                b"%d" % index, groups[AT], course.id, cell(course.group.name) if course.group is not None else b"",
                cell(course.subject), held_on, number, CANCELLED_FOR[reason.decode()].encode(), cell(unescape(basis)),
                cell(moved_to or b""), merged_with or b"", b"",
            ]  # fmt: skip
            self._replay.tables.row("cancellations", index, row)

    def cancellation_withdrawn(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the withdrawal of a cancellation."""
        _, corrects = groups[DATA]
        withdrawn = self._standing.get(stream.id, {}).pop(int(corrects), None)
        if withdrawn is not None:
            _, row = withdrawn
            if row:
                row[-1] = b"%d" % index
        elif int(corrects) >= self._replay.start:
            expected = "a cancellation of this course that stands"
            self._replay.find("correction-cites-nothing", expected, corrects, field_name="data.corrects")
