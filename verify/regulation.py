"""What the school's orders put in force (events.md, "The regulation and who answers"): versions, appointments."""

import json
from typing import TYPE_CHECKING

from verify.entry import DATA, Groups
from verify.state import Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Orders:
    """The two streams that are the school's own, and the day from which the last entry of each is in force."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._days: dict[bytes, bytes] = {}
        self._marks_for_absent: list[tuple[bytes, bool]] = []

    def regulation_adopted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a version of the regulation."""
        effective_from, order_date, order_number, parameters = groups[DATA]
        self._replay.tables.regulation(index, order_number, order_date, effective_from, parameters)
        self._follows(stream, effective_from, "effective_from")
        self._marks_for_absent.append((effective_from, json.loads(parameters)["mark_for_absent"] == "flag"))

    def takes_marks_for_absent(self, day: bytes) -> bool:
        """Say whether the version in force on a day, of those known by now, takes a mark for who was absent."""
        in_force = [takes for effective_from, takes in self._marks_for_absent if effective_from <= day]
        return in_force[-1] if in_force else self._replay.start > 0

    def responsible_appointed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an appointment: an employee's."""
        order_date, order_number, person, starts_on = groups[DATA]
        who = self._replay.person(person, "person", b"staff")
        self._replay.tables.appointment(index, who, order_number, order_date, starts_on)
        self._follows(stream, starts_on, "starts_on")

    def _follows(self, stream: Stream, day: bytes, field_name: str) -> None:
        """Compare with the entry before in the one stream of this kind that the school has."""
        school = self._replay.school
        if school and stream.id != school:
            self._replay.find("stream-kind", "the stream of the school's own id", stream.key)
        last = self._days.get(stream.key, b"")
        if day < last:
            self._replay.find("in-force-order", b"not before " + last, day, field_name="data." + field_name)
        self._days[stream.key] = max(last, day)
