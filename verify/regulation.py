"""What the school's orders put in force (events.md, "The regulation"): its versions, appointments, assessment rules."""

import json
from typing import TYPE_CHECKING, Any

from verify.entry import DATA, Groups
from verify.finals import are_in_order
from verify.state import Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Orders:
    """The streams that are the school's own, and the day from which the last entry of each is in force.

    `rules` are the rules of assessment: first day, index of the entry, rules.
    """

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._days: dict[bytes, bytes] = {}
        self._marks_for_absent: list[tuple[bytes, bool]] = []
        self._refuses_for_unassigned: list[tuple[bytes, bool]] = []
        self.rules: list[tuple[bytes, int, dict[str, Any]]] = []

    def regulation_adopted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a version of the regulation."""
        effective_from, order_date, order_number, parameters, request = groups[DATA]
        self._replay.backdatings.set_up((b"regulation_adopted", b"", effective_from), index, request, groups)
        self._replay.tables.regulation(index, order_number, order_date, effective_from, parameters)
        self._follows(stream, effective_from, "effective_from")
        adopted = json.loads(parameters)
        self._marks_for_absent.append((effective_from, adopted["mark_for_absent"] == "flag"))
        refuses = adopted["unposted_homework_is_not_assigned"] and adopted["mark_for_unassigned_homework"] == "refuse"
        self._refuses_for_unassigned.append((effective_from, refuses))

    def takes_marks_for_absent(self, day: bytes) -> bool:
        """Say whether the version in force on a day, of those known by now, takes a mark for who was absent."""
        in_force = [takes for effective_from, takes in self._marks_for_absent if effective_from <= day]
        return in_force[-1] if in_force else self._replay.start > 0

    def refuses_marks_for_unassigned(self, day: bytes) -> bool:
        """Say whether the version in force on a day, of those known by now, wants no bad mark for such homework."""
        in_force = [refuses for effective_from, refuses in self._refuses_for_unassigned if effective_from <= day]
        return bool(in_force) and in_force[-1]

    def responsible_appointed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an appointment: an employee's."""
        order_date, order_number, person, request, starts_on = groups[DATA]
        self._replay.backdatings.set_up((b"responsible_appointed", person, starts_on), index, request, groups)
        who = self._replay.person(person, "person", b"staff")
        self._replay.accounts.check_employed(person, starts_on, "person")
        self._replay.tables.appointment(index, who, order_number, order_date, starts_on)
        self._follows(stream, starts_on, "starts_on")

    def assessment_rules_adopted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take rules of assessment."""
        effective_from, order_date, order_number, rules = groups[DATA]
        self._replay.tables.assessment(index, order_number, order_date, effective_from, rules)
        self._follows(stream, effective_from, "effective_from")
        found = json.loads(rules)
        if "weights" in found and found["average"] != "weighted":
            self._replay.find("data-field", "no weights where the mean is plain", rules, field_name="data.rules")
        if not are_in_order(found.get("final_over_years")):
            self._replay.find("data-field", "grades and earlier titles in order", rules, field_name="data.rules")
        self.rules.append((effective_from, index, found))

    def rules_on(self, day: bytes) -> tuple[int, dict[str, Any]] | None:
        """Return index and rules of assessment in force on a day, as the entries so far say; None before the first."""
        return next(((index, rules) for begins, index, rules in reversed(self.rules) if begins <= day), None)

    def _follows(self, stream: Stream, day: bytes, field_name: str) -> None:
        """Compare with the entry before in the one stream of this kind that the school has."""
        school = self._replay.school
        if school and stream.id != school:
            self._replay.find("stream-kind", "the stream of the school's own id", stream.key)
        last = self._days.get(stream.key, b"")
        if day < last:
            self._replay.find("in-force-order", b"not before " + last, day, field_name="data." + field_name)
        self._days[stream.key] = max(last, day)
