"""What the teachers' council decided (events.md, "The council")."""

import json
from typing import TYPE_CHECKING

from verify.entry import AT, DATA, Groups
from verify.state import Person, Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Council:
    """All decisions of a log: index of each that stands, with its stream, its code and whom it is on."""

    def __init__(self, replay: "Replay") -> None:
        self.replay = replay
        self._standing: dict[int, tuple[bytes, bytes, list[bytes]]] = {}

    def council_decision_recorded(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a decision, on students who were registered, in the stream of a year."""
        basis, decision, held_on, protocol, replaces, students = groups[DATA]
        listed = [student.encode() for student in json.loads(students)]
        people: list[Person] = [self.replay.person(student, "students", b"student") for student in listed]
        self.replay.made(b"year", stream.id, "stream")
        if listed != sorted(set(listed)):
            self.replay.find("council-decision", "students once each, sorted", students, field_name="data.students")
        if replaces is not None:
            self._replace(stream, int(replaces))
        self._standing[index] = (stream.key, decision, listed)
        cells = (stream.id, protocol, held_on, decision, basis)
        self.replay.tables.decision(index, groups[AT], cells, people, None if replaces is None else int(replaces))

    def decisions(self, key: bytes) -> list[tuple[bytes, list[bytes]]]:
        """Return code and students of a stream's decisions that stand, in order of the entries."""
        return [(decision, students) for of, decision, students in self._standing.values() if of == key]

    def _replace(self, stream: Stream, index: int) -> None:
        known = self._standing.pop(index, None)
        if (known is None or known[0] != stream.key) and not (known is None and index < self.replay.start):
            self.replay.find(
                "council-decision", "a decision of this year that stands", index, field_name="data.replaces"
            )
