"""Days of works: how long a written one goes on, and when a student does one later (events.md, "A lesson")."""

import json
from typing import TYPE_CHECKING, Any

from verify.columns import WORK_KINDS
from verify.state import NULL, Fact, Lesson, Person, Work
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay


class Works:
    """The rows of works.csv and make_ups.csv, by the fact, and what the days in them may be."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._rows: dict[int, list[bytes]] = {}

    def recorded(self, lesson: Lesson, work: Work, at: bytes) -> None:
        """Take a work."""
        value = json.loads(work.fact.value)
        self._check_work(lesson, value, "data.ends_on")
        if "scheduled" in value:
            self._replay.schedules.check_named(lesson, value["scheduled"], "data.scheduled")
        shown = [work.id, *_work_cells(value), _YES, b""]
        self._row("works", lesson, work.fact, at, shown)

    def made_up(self, lesson: Lesson, fact: Fact, at: bytes) -> None:
        """Take a make-up."""
        self._check_later(lesson, fact.value.strip(b'"'), "data.made_up_on")
        if fact.work is not None and fact.who is not None:
            day = fact.value.strip(b'"')
            shown = [fact.work.id, fact.who.id, cell(fact.who.name), day, day, b""]
            self._row("make_ups", lesson, fact, at, shown)

    def changed(self, lesson: Lesson, fact: Fact) -> None:
        """Take another value of a work or a make-up, or none."""
        row = self._rows.get(fact.first)
        by = b"%d" % fact.standing
        if fact.what == "make_up":
            day = b"" if fact.value is NULL else fact.value.strip(b'"')
            if fact.value is not NULL:
                self._check_later(lesson, day, "data.new")
            if row:
                row[-2:] = [day, by]
        elif fact.value is NULL:
            if row:
                row[-2:] = [_NO, by]
        else:
            value = json.loads(fact.value)
            self._check_work(lesson, value, "data.new")
            if "scheduled" in value:
                self._replay.schedules.check_named(lesson, value["scheduled"], "data.new")
            if row:
                row[-7:] = [*_work_cells(value), _YES, by]

    def _check_work(self, lesson: Lesson, value: dict[str, Any], where: str) -> None:
        """Report a last day of a work that is not written, or that is not after the lesson's."""
        if "ends_on" not in value:
            return
        if not value["written"]:
            self._replay.find(
                "data-field", "no last day of a work that is not written", value["ends_on"], field_name=where
            )
        self._check_later(lesson, value["ends_on"].encode(), where)

    def _check_later(self, lesson: Lesson, day: bytes, where: str) -> None:
        if lesson.held_on and day <= lesson.held_on:
            self._replay.find("data-field", f"a day after {lesson.held_on.decode()}", day, field_name=where)

    def _row(self, name: str, lesson: Lesson, fact: Fact, at: bytes, shown: list[bytes]) -> None:
        course = lesson.course
        group = course.group if course is not None else None
        row = [
            b"%d" % fact.first, at, lesson.id, lesson.held_on, cell(group.name) if group is not None else b"",
            cell(course.subject) if course is not None else b"", *shown,
        ]  # fmt: skip
        self._rows[fact.first] = row
        self._replay.tables.row(name, fact.first, row)


def is_made_up(work: Work, who: Person) -> bool:
    """Say whether a student's own day for a work stands: then a mark for it may stand beside the absence."""
    found = work.make_ups.get(who)
    return found is not None and found.value is not NULL


_YES, _NO = "да".encode(), "нет".encode()


def _work_cells(value: dict[str, Any]) -> list[bytes]:
    weight = b"%d" % value["weight"] if "weight" in value else b""
    return [
        WORK_KINDS[value["kind"].encode()], _YES if value["written"] else _NO, weight,
        value.get("ends_on", "").encode(), value.get("scheduled", "").encode(),
    ]  # fmt: skip
