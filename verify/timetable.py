"""What should be taught when (events.md, "Timetables and the calendar"): calendars, bells, timetables."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verify.entry import DATA, Groups
from verify.events import unescape
from verify.state import ClassGroup, Course, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay


@dataclass(slots=True)
class _Bells:
    """The versions of one bell schedule: first day and numbers, in order of the entries."""

    versions: list[tuple[bytes, frozenset[int]]] = field(default_factory=list)


class Timetables:
    """Calendars, bell schedules and timetables; `years` are the first and last days of the years by id."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self.years: dict[bytes, tuple[bytes, bytes]] = {}
        self._standing: dict[bytes, dict[int, list[bytes]]] = {}
        self._bells: dict[bytes, _Bells] = {}
        self._days: dict[bytes, bytes] = {}

    # Calendars.

    def days_off_declared(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take days without lessons."""
        ends_on, grades, request, starts_on, title = groups[DATA]
        terms = (b"days_off_declared", stream.id, starts_on)
        self._replay.backdatings.set_up(terms, index, request, groups)
        row = [b"%d" % index, starts_on, ends_on, cell(_listed(grades)), b"", cell(unescape(title)), b""]
        self._declared(stream, index, grades, row)
        if self._replay.check_span(starts_on, ends_on, "ends_on"):
            self._check_year(stream, starts_on, ends_on)

    def school_day_declared(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a day that is taught as some weekday."""
        as_weekday, grades, on, request = groups[DATA]
        self._replay.backdatings.set_up((b"school_day_declared", stream.id, on), index, request, groups)
        row = [b"%d" % index, on, on, cell(_listed(grades)), as_weekday, b"", b""]
        self._declared(stream, index, grades, row)
        self._check_year(stream, on, on)

    def calendar_entry_revoked(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a revocation: of a declaration of this stream that stands, whose first day an answer names."""
        _, day, request, revokes = groups[DATA]
        revoked = self._standing.get(stream.key, {}).pop(int(revokes), None)
        first = day if revoked is None else revoked[1]
        if (day, request) != (None, None) and (request is None or day is None or day != first):
            self._replay.find("data-field", first or "a day and a request", day, field_name="data.day")
        if said := day or first:
            self._replay.backdatings.set_up((b"calendar_entry_revoked", stream.id, said), index, request, groups)
        if revoked is not None:
            revoked[-1] = b"%d" % index
        elif not stream.is_partial:
            self._replay.find(
                "calendar-entry", "a declaration of this calendar that stands", revokes, field_name="data.revokes"
            )

    def _declared(self, stream: Stream, index: int, grades: bytes, row: list[bytes]) -> None:
        """Take a declaration; the last cell of its row of calendar.csv says what revoked it."""
        self._own(stream, b"year")
        self._standing.setdefault(stream.key, {})[index] = row
        self._replay.tables.row("calendar", index, row)
        listed = json.loads(grades)
        if listed != sorted(set(listed)):
            self._replay.find("data-field", "sorted grades", grades, field_name="data.grades")

    def _check_year(self, stream: Stream, starts_on: bytes, ends_on: bytes) -> None:
        year = self.years.get(stream.id)
        if year is not None and not year[0] <= starts_on <= ends_on <= year[1]:
            self._replay.find("calendar-entry", b"days of the year, %b to %b" % year, b"%b, %b" % (starts_on, ends_on))

    # Bells.

    def bell_schedule_set(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a version of a bell schedule."""
        effective_from, lessons, request, title = groups[DATA]
        # The first version of a schedule changes no day: a timetable has to name it first.
        if request is not None or stream.is_partial or stream.id in self._bells:
            terms = (b"bell_schedule_set", stream.id, effective_from)
            self._replay.backdatings.set_up(terms, index, request, groups)
        listed = json.loads(lessons)
        ended_number, ended_at = -1, ""
        for lesson in listed:
            if lesson["number"] <= ended_number or lesson["starts_at"] < ended_at:
                self._out_of_order(lesson)
            if lesson["ends_at"] <= lesson["starts_at"]:
                self._replay.find(
                    "ends-before-start", lesson["starts_at"], lesson["ends_at"], field_name="data.lessons"
                )
            ended_number, ended_at = lesson["number"], lesson["ends_at"]
        numbers = frozenset(lesson["number"] for lesson in listed)
        self._bells.setdefault(stream.id, _Bells()).versions.append((effective_from, numbers))
        self._follows(stream, effective_from)
        self._replay.tables.bells(index, stream, effective_from, title, listed)

    # Timetables.

    def timetable_set(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a class's week."""
        bells, effective_from, lessons, request = groups[DATA]
        group = self._own(stream, b"class")
        self._replay.backdatings.set_up((b"timetable_set", stream.id, effective_from), index, request, groups, group)
        listed = json.loads(lessons)
        places = [(lesson["weekday"], lesson["number"], lesson["course"]) for lesson in listed]
        for place, before in zip(places[1:], places, strict=False):
            if place <= before:
                self._out_of_order(place)
        courses: dict[str, Course | None] = {}
        for _, _, course in places:
            if course not in courses:
                courses[course] = self._course(course, group)
        if self._replay.made(b"bells", bells, "bells") is not None:
            self._check_rung(bells, effective_from, [number for _, number, _ in places])
        self._follows(stream, effective_from)
        name = group.name if isinstance(group, ClassGroup) else b""
        self._replay.tables.timetable(index, name, effective_from, bells, listed, courses)

    def _course(self, uuid: str, group: Stream | None) -> Course | None:
        """Return a course that a timetable names; one of another class is reported."""
        course = self._replay.made(b"course", uuid.encode(), "lessons")
        if not isinstance(course, Course):
            return None
        if group is not None and course.group is not None and course.group is not group:
            self._replay.find("timetable-lesson", "a course of this class", uuid, field_name="data.lessons")
        return course

    def _check_rung(self, bells: bytes, day: bytes, numbers: list[int]) -> None:
        """Report a number that no bell rings for on the first day; bells that began before the range are not known."""
        if self._replay.streams[b"bells/" + bells].is_partial:
            return
        known = self._bells.get(bells, _Bells()).versions
        rung = next((rung for from_, rung in reversed(known) if from_ <= day), None)
        if rung is None:
            self._replay.find("timetable-lesson", b"bells in force on " + day, "none", field_name="data.bells")
            return
        for number in sorted(set(numbers) - rung):
            wanted = b"bells in force on %b with number %d" % (day, number)
            self._replay.find("timetable-lesson", wanted, "none", field_name="data.lessons")

    # What they share.

    def _own(self, stream: Stream, kind: bytes) -> Stream | None:
        """Return the year or class whose id the stream bears, or report that nothing made it."""
        found = self._replay.streams.get(kind + b"/" + stream.id)
        if found is None and not self._replay.start:
            self._replay.find("stream-kind", "a stream of this year's or class's own id", stream.key)
        return found

    def _follows(self, stream: Stream, day: bytes) -> None:
        """Compare with the entry before in the stream: days never go back."""
        last = self._days.get(stream.key, b"")
        if day < last:
            self._replay.find("in-force-order", b"not before " + last, day, field_name="data.effective_from")
        self._days[stream.key] = max(last, day)

    def _out_of_order(self, found: object) -> None:
        self._replay.find("data-field", "lessons in order, each after the one before", found, field_name="data.lessons")


def _listed(grades: bytes) -> bytes:
    return b", ".join(b"%d" % grade for grade in json.loads(grades))
