"""What events.md demands of calendars, bells and timetables; a part of the journal's oracle."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Any

from tests.properties.backdating_oracle import check_setup_act

DECLARATIONS = {"days_off_declared", "school_day_declared"}


class TimetableOracle:
    """Checks of one entry behind those before it; what stood before, the journal's oracle says."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def made(self, kind: str, id_: str) -> dict[str, Any]:
        raise NotImplementedError

    def of(self, stream: str, type_: str) -> Iterator[Any]:
        raise NotImplementedError

    def check_calendar(self) -> None:
        data, year = self.data, self.made("year", self.item.stream.partition("/")[2])
        check_setup_act(self)
        if self.item.type == "calendar_entry_revoked":
            assert data.keys() - {"day", "request"} == {"revokes", "basis"}
            declared = self.before[data["revokes"]]
            assert (declared.stream, declared.type in DECLARATIONS) == (self.item.stream, True)
            revoked = [other.data["revokes"] for other in self.of(self.item.stream, self.item.type)]
            assert data["revokes"] not in revoked
            return
        assert data["grades"] == sorted(set(data["grades"])) != []
        if self.item.type == "days_off_declared":
            assert data.keys() - {"request"} == {"starts_on", "ends_on", "title", "grades"}
            starts_on, ends_on = data["starts_on"], data["ends_on"]
        else:
            assert data.keys() - {"request"} == {"on", "as_weekday", "grades"}
            assert 1 <= data["as_weekday"] <= 7
            starts_on = ends_on = data["on"]
        date.fromisoformat(starts_on)
        assert year["starts_on"] <= starts_on <= ends_on <= year["ends_on"]

    def check_bells(self) -> None:
        assert self.data.keys() - {"request"} == {"title", "effective_from", "lessons"}
        check_setup_act(self)
        self.check_goes_on()
        lessons = self.data["lessons"]
        assert 1 <= len(lessons) <= 13
        for lesson in lessons:
            assert lesson.keys() == {"ends_at", "number", "starts_at"}
            assert time.fromisoformat(lesson["starts_at"]) < time.fromisoformat(lesson["ends_at"])
            assert 0 <= lesson["number"] <= 12
        for one, other in itertools.pairwise(lessons):
            assert one["number"] < other["number"]
            assert one["ends_at"] <= other["starts_at"]

    def check_timetable(self) -> None:
        assert self.data.keys() - {"request"} == {"bells", "effective_from", "lessons"}
        check_setup_act(self)
        class_group = self.item.stream.partition("/")[2]
        self.made("class", class_group)
        self.check_goes_on()
        versions = [
            other.data
            for other in self.of(f"bells/{self.data['bells']}", "bell_schedule_set")
            if other.data["effective_from"] <= self.data["effective_from"]
        ]
        assert versions, "no bells in force"
        numbers = {lesson["number"] for lesson in versions[-1]["lessons"]}
        places = []
        for lesson in self.data["lessons"]:
            assert lesson.keys() == {"course", "number", "weekday", "weeks"}
            assert self.made("course", lesson["course"])["class_group"] == class_group
            assert lesson["number"] in numbers
            assert 1 <= lesson["weekday"] <= 7
            assert lesson["weeks"] in {"every", "odd", "even"}
            places.append((lesson["weekday"], lesson["number"], lesson["course"]))
        assert places == sorted(set(places))

    def check_goes_on(self) -> None:
        """What takes effect on a day never does so before what stood there before."""
        day = self.data["effective_from"]
        date.fromisoformat(day)
        assert all(other.data["effective_from"] <= day for other in self.of(self.item.stream, self.item.type))
