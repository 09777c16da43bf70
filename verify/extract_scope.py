"""What an extract of a class or of a student may have (log-format.md section 7a), entry by entry."""

import json
from typing import Any, Final

from verify.findings import Place, Report

SCOPES: Final = ("class", "student", "entries")
_ANYWHERE: Final = frozenset((b"school", b"regulation", b"assessment", b"year", b"period"))
_BY_COURSE: Final = frozenset((b"plan", b"cancellation", b"homework", b"schedule", b"substitution"))
_NAMING: Final = (b"person_registered/1", b"personal_data_changed/1")
# Streams that belong to a class by what their first entry says.
_OWN: Final = {b"lesson": b"lesson_recorded/1", b"results": b"result_sheet_opened/1", b"remark": b"remark_raised/1"}
# Streams of which a class's extract may have a part alone.
_PARTS: Final = frozenset((b"person", b"certificate", b"council", b"year"))
_WHOLE_OF_STUDENTS: Final = frozenset((b"school", b"regulation", b"assessment", b"period", b"certificate"))
_OF_STUDENTS: Final = frozenset((b"person", b"class", b"course", b"lesson", b"results", b"certificate", b"council"))


class Scope:
    """What belongs to an extract: asked of each entry, and of the whole when all are read."""

    def __init__(self, scope: str, of: bytes, report: Report) -> None:
        self._scope = scope
        self._of = of
        self._report = report
        self._is_there = False
        self._year, self._grade = b"", b""
        self._students: set[bytes] = set()
        self._courses: set[bytes] = set()
        self._own: set[bytes] = set()
        self._blocks: set[bytes] = set()
        self._lessons: dict[bytes, bytes] = {}
        self._periods: dict[bytes, tuple[bytes, bytes]] = {}
        self._closings: dict[int, bytes] = {}
        self._later: list[tuple[bytes, bytes, Place]] = []

    def must_be_whole(self, stream: bytes) -> bool:
        """Say whether all versions of a stream that is here have to be."""
        kind, _, id_ = stream.partition(b"/")
        if self._scope == "class":
            return kind not in _PARTS
        return self._scope == "student" and (kind in _WHOLE_OF_STUDENTS or (kind == b"person" and id_ == self._of))

    def take(self, name: bytes, stream: bytes, data: dict[str, Any], place: Place) -> None:
        """Judge whether an entry belongs to the extract."""
        kind, _, id_ = stream.partition(b"/")
        if name == b"period_defined/1":
            self._periods[stream] = (data["starts_on"], data["ends_on"])
            self._later.append((b"period", data["year"] + b" " + data["grades"], place))
        if name == b"period_closed/1" and place.entry is not None:
            self._closings[place.entry] = stream
        if self._scope == "class":
            belongs = self._of_class(name, kind, id_, stream, data, place)
        elif self._scope == "student":
            belongs = self._of_student(name, kind, id_, data)
        else:
            belongs = True
        if not belongs:
            self._report.add("extract-scope", place, "an entry of what the extract is of", name)

    def _of_class(
        self, name: bytes, kind: bytes, id_: bytes, stream: bytes, data: dict[str, Any], place: Place
    ) -> bool:
        if kind in (b"timetable", b"control"):
            return id_ == self._of
        if kind == b"class":
            self._class(name, id_, data)
            return id_ == self._of
        if kind == b"course":
            if name == b"course_opened/1" and data["class_group"] == self._of:
                self._courses.add(id_)
            return id_ in self._courses
        if kind in _BY_COURSE:
            return id_ in self._courses
        if kind in _OWN:
            if name == _OWN[kind] and (
                data["class_group"] == self._of if kind == b"remark" else data["course"] in self._courses
            ):
                self._own.add(stream)
                if kind == b"lesson":
                    self._lessons[stream] = data["held_on"]
            return stream in self._own
        if kind == b"person":
            return name in _NAMING
        if kind in (b"calendar", b"year", b"council", b"certificate"):
            self._later.append((kind, data["students"] if kind == b"council" else id_, place))
            return True
        return kind in _ANYWHERE or kind == b"bells"

    def _class(self, name: bytes, id_: bytes, data: dict[str, Any]) -> None:
        if id_ == self._of and name == b"class_group_opened/1":
            self._is_there = True
            self._year, self._grade = data["year"], data["grade"]
        elif id_ == self._of and name == b"student_enrolled/1":
            self._students.add(data["student"])

    def _of_student(self, name: bytes, kind: bytes, id_: bytes, data: dict[str, Any]) -> bool:
        if kind == b"person" and id_ == self._of:
            self._is_there = True
        elif name == b"person_registered/1":
            return bool(data["kind"] != b"student")
        if kind == b"blocking":
            if data.get("person") == self._of:
                self._blocks.add(data["block"])
            return data["block"] in self._blocks
        if kind == b"certificate":
            return id_ == self._of
        if kind == b"council":
            return bool(json.loads(data["students"]) == [self._of.decode()])
        return kind in _ANYWHERE or (kind in _OF_STUDENTS and data.get("student") in (None, self._of))

    def lessons_closed_by(self, closing: int) -> list[bytes]:
        """Return the lessons that are here of the period that an entry closes."""
        starts_on, ends_on = self._periods.get(self._closings.get(closing, b""), (b"9", b"0"))
        return [stream for stream, held_on in self._lessons.items() if starts_on <= held_on <= ends_on]

    def finish(self) -> None:
        """Judge what only the whole tells."""
        if self._scope != "entries" and not self._is_there:
            place = Place("data/extract.json", field="of")
            self._report.add("extract-scope", place, "a class or student that is here", self._of)
        if self._scope != "class":
            return
        for kind, of, place in self._later:
            if kind == b"period":
                year, _, grades = of.partition(b" ")
                belongs = year == self._year and self._grade in grades.strip(b"[]").split(b",")
            elif kind == b"council":
                belongs = not self._students.isdisjoint(id_.encode() for id_ in json.loads(of))
            else:
                belongs = of in self._students if kind == b"certificate" else of == self._year
            if not belongs:
                self._report.add("extract-scope", place, "an entry of what the extract is of", kind)
