"""The schedule of works of a course (events.md, "Scheduled works")."""

from typing import TYPE_CHECKING

from verify.columns import RESCHEDULED_FOR, WORK_KINDS
from verify.entry import AT, DATA, Groups
from verify.events import unescape
from verify.state import Course, Lesson, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay


class Schedules:
    """What stands in the schedules of all courses: stream, index -> id, day and number; and every id of each."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._standing: dict[bytes, dict[int, tuple[bytes, bytes, bytes]]] = {}
        self._ids: dict[bytes, dict[bytes, tuple[bytes, bytes]]] = {}

    def work_scheduled(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a work that is planned for a day."""
        kind, minutes, number, planned_on, scheduled = groups[DATA]
        ids = self._ids.setdefault(stream.id, {})
        if scheduled in ids:
            self._replay.find("recorded-twice", "a work in the schedule once", scheduled, field_name="data.scheduled")
            return
        ids[scheduled] = kind, minutes
        self._standing.setdefault(stream.id, {})[index] = scheduled, planned_on, number or b""
        self._row(stream, index, groups, scheduled, [_PLANNED, planned_on, number or b"", b"", b""])

    def scheduled_work_moved(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take another day or place for a work."""
        basis, corrects, number, planned_on, reason = groups[DATA]
        found = self._cited(stream, corrects)
        if found is None:
            # Of what was planned before the range nothing else is known.
            if int(corrects) < self._replay.start:
                self._standing.setdefault(stream.id, {})[index] = b"", planned_on, number or b""
            return
        if found[1:] == (planned_on, number or b""):
            self._replay.find(
                "correction-changes-nothing", "another day or place", planned_on, field_name="data.planned_on"
            )
        self._standing[stream.id][index] = found[0], planned_on, number or b""
        said = [RESCHEDULED_FOR[reason.decode()].encode(), cell(unescape(basis or b""))]
        self._row(stream, index, groups, found[0], [_MOVED, planned_on, number or b"", *said])

    def scheduled_work_cancelled(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the cancellation of a scheduled work."""
        basis, corrects, reason = groups[DATA]
        found = self._cited(stream, corrects)
        if found is not None:
            said = [RESCHEDULED_FOR[reason.decode()].encode(), cell(unescape(basis or b""))]
            self._row(stream, index, groups, found[0], [_CANCELLED, found[1], found[2], *said])

    def check_named(self, lesson: Lesson, scheduled: str, where: str) -> None:
        """Report a work that names what the schedule of its course never had; before a range it may have had it."""
        if lesson.course is None or self._replay.start:
            return
        if scheduled.encode() not in self._ids.get(lesson.course.id, {}):
            self._replay.find("reference-unknown", "a work of the course's schedule", scheduled, field_name=where)

    def _cited(self, stream: Stream, corrects: bytes) -> tuple[bytes, bytes, bytes] | None:
        """Take out what stands under an index."""
        found = self._standing.get(stream.id, {}).pop(int(corrects), None)
        if found is None and int(corrects) >= self._replay.start:
            expected = "a work of this schedule that stands"
            self._replay.find("correction-cites-nothing", expected, corrects, field_name="data.corrects")
        return found

    def _row(self, stream: Stream, index: int, groups: Groups, scheduled: bytes, said: list[bytes]) -> None:
        course = self._replay.made(b"course", stream.id, "course")
        known = self._ids.get(stream.id, {}).get(scheduled)
        if not isinstance(course, Course) or known is None:
            return
        kind, minutes = known
        place = [cell(course.group.name) if course.group is not None else b"", cell(course.subject)]
        row = [groups[AT], course.id, *place, scheduled, WORK_KINDS[kind], minutes, *said]
        self._replay.tables.plain("schedule", index, row)


_PLANNED, _MOVED, _CANCELLED = "назначена".encode(), "перенесена".encode(), "отменена".encode()
