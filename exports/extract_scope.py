"""Which entries an extract has (log format §7a): of a class, of a student, or those that are named.

A scope is found by reading the whole log in order, so it is the same on every database and rests on no view. What is
kept while reading grows with the people and with what is chosen, not with the log.

*Of a class*: all of its own streams, and what makes them readable. *Of a student*: what is about the student or about
nobody; an entry that names another student is left out, whatever else it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
import orjson

from ledger.errors import LedgerDamaged
from ledger.tree.edge import RightEdge
from ledger.tree.hashing import leaf_hash, subtree_root
from ledger.tree.proofs import ProofError
from ledger.tree.shared import shared_proof

_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NAMING: Final = ("person_registered/1", "personal_data_changed/1")
"""What says how a person is called."""
_OF_THE_LESSON: Final = ("lesson", "work", "homework")
_BY_COURSE: Final = frozenset(("plan", "cancellation", "homework", "schedule", "substitution"))
_BY_CLASS: Final = frozenset(("timetable", "control"))
"""Kinds of streams that go by their course's id, and by their class's."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an extract is of; `of` is a class's or a student's id, `year` and `grade` a class's."""

    scope: Literal["class", "student", "entries"]
    of: str = ""
    year: str = ""
    grade: int = 0
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """What a `period_closed` says of an extract's lessons: (position, stream, version, last index), and the proof."""

    index: int
    leaves: tuple[tuple[int, str, int, int], ...]
    hashes: tuple[bytes, ...]


@dataclass(slots=True)
class Choice:
    """The entries of an extract, in order.

    Attributes:
        complete: streams of which every version is chosen: stream -> (last version, last index).
        opened: entries of which every disclosure may be given.
        named: entries of which a person's name may be given.
        closings: of a class.
    """

    indexes: list[int] = field(default_factory=list)
    complete: dict[str, tuple[int, int]] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    closings: list[Closing] = field(default_factory=list)


class _Fields(msgspec.Struct):
    """What is read of every entry; `data` stays as it is until it is asked for."""

    stream: str
    version: int
    type: str
    data: msgspec.Raw

    def plain(self) -> dict[str, Any]:
        """The event's body."""
        found: dict[str, Any] = orjson.loads(bytes(self.data))
        return found


_fields = msgspec.json.Decoder(_Fields).decode


def choose(entries: Iterable[bytes], again: Iterable[bytes], target: Target) -> Choice:
    """Choose an extract's entries of a log, which is read twice where it is of a student.

    Raises:
        LedgerDamaged: a closing does not commit to the lessons that the entries have.
    """
    if target.scope == "class":
        of_class = _OfClass(target)
        for index, entry in enumerate(entries):
            of_class.see(index, entry)
        return of_class.choice()
    if target.scope == "student":
        known = _Known(target.of)
        for entry in entries:
            known.see(entry)
        of_student = _OfStudent(known)
        for index, entry in enumerate(again):
            of_student.see(index, entry)
        return of_student.choice()
    wanted = sorted({0, *target.entries})
    return Choice(indexes=wanted, opened=set(wanted))


class _Kept:
    """What is kept of a log: indexes, and how far streams are whole; whom the kept entries name."""

    def __init__(self) -> None:
        self.indexes: list[int] = []
        self.opened: set[int] = set()
        self.mentioned: set[bytes] = set()
        self.people: dict[str, list[int]] = {}
        self.kinds: dict[str, str] = {}
        self._streams: dict[str, tuple[int, int]] = {}
        self._broken: set[str] = set()

    def keep(self, index: int, entry: bytes, fields: _Fields, *, opened: bool = False) -> None:
        self.indexes.append(index)
        self.mentioned.update(_UUID.findall(entry))
        before, _ = self._streams.get(fields.stream, (0, 0))
        if fields.version != before + 1:
            self._broken.add(fields.stream)
        self._streams[fields.stream] = (fields.version, index)
        if opened:
            self.opened.add(index)

    def drop(self, fields: _Fields) -> None:
        """Leave an entry out: the stream, where others of it are kept, is not whole."""
        if fields.stream in self._streams:
            self._broken.add(fields.stream)

    def person(self, index: int, fields: _Fields) -> None:
        """Remember where a person's name is, and which kind of person it is."""
        if fields.type in NAMING:
            id_ = fields.stream.partition("/")[2]
            self.people.setdefault(id_, []).append(index)
            if fields.type == NAMING[0]:
                self.kinds[id_] = fields.plain()["kind"]

    def choice(self, named: Iterable[str]) -> Choice:
        names = {index for person in named for index in self.people.get(person, ())}
        complete = {stream: end for stream, end in sorted(self._streams.items()) if stream not in self._broken}
        return Choice(sorted({*self.indexes, *names}), complete, self.opened, names - self.opened)


class _OfClass:
    """A class's extract: `see` takes each entry of the log in order."""

    def __init__(self, target: Target) -> None:
        self._of, self._year, self._grade = target.of, target.year, target.grade
        self._kept = _Kept()
        self._span = ("", "")
        self._students: set[str] = set()
        self._grades: dict[str, int] = {}
        self._courses: dict[str, str] = {}
        self._periods: dict[str, tuple[tuple[int, ...], str, str]] = {}
        self._own: set[str] = set()
        self._lessons: dict[str, tuple[int, str, int, int]] = {}
        self._later: list[tuple[int, bytes, _Fields]] = []
        self._closings: list[Closing] = []
        self._certificates: set[int] = set()

    def see(self, index: int, entry: bytes) -> None:
        fields = _fields(entry)
        kind, _, id_ = fields.stream.partition("/")
        if kind == "person":
            self._kept.person(index, fields)
        elif kind in ("bells", "certificate", "council"):
            self._later.append((index, entry, fields))
        elif self._belongs(kind, id_, index, fields):
            self._kept.keep(index, entry, fields, opened=True)
        else:
            self._kept.drop(fields)

    def _belongs(self, kind: str, id_: str, index: int, fields: _Fields) -> bool:
        if kind in _BY_COURSE:
            return self._courses.get(id_) == self._of
        if kind in _BY_CLASS:
            return id_ == self._of
        match kind:
            case "school" | "regulation" | "assessment":
                return True
            case "year" | "calendar":
                return id_ == self._year and (kind == "calendar" or self._opens_year(fields))
            case "class":
                return self._class(id_, fields)
            case "course":
                if fields.version == 1:
                    self._courses[id_] = fields.plain()["class_group"]
                return self._courses.get(id_) == self._of
            case "period":
                return self._period(id_, index, fields)
            case "lesson":
                return self._lesson(index, fields)
            case "results" | "remark":
                return self._sheet_or_remark(kind, fields)
        return False

    def _opens_year(self, fields: _Fields) -> bool:
        if fields.version == 1:
            data = fields.plain()
            self._span = (data["starts_on"], data["ends_on"])
        return fields.version == 1

    def _class(self, id_: str, fields: _Fields) -> bool:
        if fields.version == 1:
            data = fields.plain()
            if data["year"] == self._year:
                self._grades[id_] = data["grade"]
        elif id_ == self._of and fields.type == "student_enrolled/1":
            self._students.add(fields.plain()["student"])
        return id_ == self._of

    def _sheet_or_remark(self, kind: str, fields: _Fields) -> bool:
        if fields.version == 1:
            data = fields.plain()
            group = self._courses.get(data["course"]) if kind == "results" else data["class_group"]
            if group == self._of:
                self._own.add(fields.stream)
        return fields.stream in self._own

    def _lesson(self, index: int, fields: _Fields) -> bool:
        """Follow the lessons of the class's grade: a closing commits to all of them."""
        known = self._lessons.get(fields.stream)
        if known is not None:
            self._lessons[fields.stream] = (known[0], known[1], fields.version, index)
        elif fields.version == 1:
            data = fields.plain()
            group = self._courses.get(data["course"], "")
            if group in self._grades:
                self._lessons[fields.stream] = (self._grades[group], data["held_on"], 1, index)
            if group == self._of:
                self._own.add(fields.stream)
        return fields.stream in self._own

    def _period(self, id_: str, index: int, fields: _Fields) -> bool:
        if fields.version == 1:
            data = fields.plain()
            if data["year"] == self._year and self._grade in data["grades"]:
                self._periods[id_] = (tuple(data["grades"]), data["starts_on"], data["ends_on"])
        elif fields.type == "period_closed/1" and id_ in self._periods:
            self._closings.append(self._closing(index, fields.plain(), *self._periods[id_]))
        return id_ in self._periods

    def _closing(
        self, index: int, data: dict[str, Any], grades: tuple[int, ...], starts_on: str, ends_on: str
    ) -> Closing:
        ends = sorted(
            (stream, version, last)
            for stream, (grade, held_on, version, last) in self._lessons.items()
            if grade in grades and starts_on <= held_on <= ends_on
        )
        hashes = [leaf_hash(b'["%b",%d,%d]' % (stream.encode(), version, last)) for stream, version, last in ends]
        root = RightEdge.empty().extend(hashes).root().hex()
        if (len(ends), root) != (data["streams"], data["root"]):
            raise LedgerDamaged(
                "closing_differs",
                f"entry {index} does not commit to the lessons that the entries before it have: verify the whole store",
                index=index,
            )
        own = [place for place, (stream, _, _) in enumerate(ends) if stream in self._own]
        proof = shared_proof(own, len(ends), _Leaves(hashes)) if ends else []
        return Closing(index, tuple((place, *ends[place]) for place in own), tuple(proof))

    def choice(self) -> Choice:
        for index, entry, fields in self._later:
            if self._belongs_later(index, fields):
                self._kept.keep(index, entry, fields, opened=True)
            else:
                self._kept.drop(fields)
        mentioned = {id_.decode() for id_ in self._kept.mentioned}
        kinds = self._kept.kinds
        named = {id_ for id_ in mentioned if kinds.get(id_) in ("teacher", "staff")} | self._students
        choice = self._kept.choice(named)
        choice.closings = self._closings
        return choice

    def _belongs_later(self, index: int, fields: _Fields) -> bool:
        """Judge bells of the class's timetable, certificates of its year, decisions on its students."""
        kind, _, id_ = fields.stream.partition("/")
        if kind == "bells":
            return id_.encode() in self._kept.mentioned
        if kind == "council":
            return id_ == self._year and not self._students.isdisjoint(fields.plain()["students"])
        data = fields.plain()
        if fields.type != "certificate_recorded/1":
            return data["corrects"] in self._certificates
        is_ours = id_ in self._students and data["starts_on"] <= self._span[1] and data["ends_on"] >= self._span[0]
        if is_ours:
            self._certificates.add(index)
        return is_ours


class _Leaves:
    """Hashes of complete subtrees of a list of leaf hashes."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves

    def subtree(self, level: int, index: int) -> bytes:
        found = self._leaves[index << level : (index + 1) << level]
        if len(found) != 1 << level:
            raise ProofError(f"no subtree {index} of level {level}")
        return subtree_root(found)


@dataclass(slots=True)
class _Stay:
    starts_on: str
    ends_on: str = "9999-12-31"

    def holds(self, day: str) -> bool:
        return self.starts_on <= day <= self.ends_on


class _Known:
    """What has to be known of a log before a student's entries can be told: stays, courses, people."""

    def __init__(self, student: str) -> None:
        self.student = student
        self._bytes = student.encode()
        self.classes: dict[str, tuple[str, int]] = {}
        self.courses: dict[str, tuple[str, bool]] = {}
        self.stays: dict[str, list[_Stay]] = {}
        self.touched: set[str] = set()
        self.guardians: set[str] = set()
        self.others: set[bytes] = set()

    def see(self, entry: bytes) -> None:
        is_named = self._bytes in entry
        if b'"stream":"lesson/' in entry and not is_named:
            return
        fields = _fields(entry)
        kind, _, id_ = fields.stream.partition("/")
        if is_named and kind in ("lesson", "results"):
            self.touched.add(fields.stream)
        elif kind == "person" and fields.type == NAMING[0]:
            if id_ != self.student and fields.plain()["kind"] == "student":
                self.others.add(id_.encode())
        elif fields.type == "guardian_linked/1" and id_ == self.student:
            self.guardians.add(fields.plain()["guardian"])
        elif kind == "class" and fields.version == 1:
            data = fields.plain()
            self.classes[id_] = (data["year"], data["grade"])
        elif kind == "course" and fields.version == 1:
            data = fields.plain()
            self.courses[id_] = (data["class_group"], "subgroup" in data)
        elif is_named and fields.type in ("student_enrolled/1", "subgroup_joined/1"):
            self.stays.setdefault(fields.stream, []).append(_Stay(fields.plain()["starts_on"]))
        elif is_named and fields.type in ("student_left/1", "subgroup_left/1") and fields.stream in self.stays:
            self.stays[fields.stream][-1].ends_on = fields.plain()["ends_on"]

    def is_taught(self, course: str, day: str | None = None) -> bool:
        """Whether the student was in the class, and the subgroup where there is one, of a course (on a day)."""
        group, is_part = self.courses.get(course, ("", False))
        wanted = [f"class/{group}", *([f"course/{course}"] if is_part else [])]
        return all(any(day is None or stay.holds(day) for stay in self.stays.get(stream, ())) for stream in wanted)


class _OfStudent:
    """A student's extract: `see` takes each entry of the log in order."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._kept = _Kept()
        self._streams: set[str] = set()
        self._facts: set[int] = set()
        self._requests: set[int] = set()
        self._blocks: set[str] = set()
        years = {known.classes[id_] for id_ in self._classes()}
        self._years, self._grades = {year for year, _ in years}, years

    def _classes(self) -> Iterator[str]:
        return (stream.removeprefix("class/") for stream in self._known.stays if stream.startswith("class/"))

    def see(self, index: int, entry: bytes) -> None:
        fields = _fields(entry)
        kind, _, id_ = fields.stream.partition("/")
        if kind == "person":
            self._kept.person(index, fields)
        if self._belongs(kind, id_, index, fields) and self._known.others.isdisjoint(_UUID.findall(entry)):
            own = index in self._facts or id_ == self._known.student
            self._kept.keep(index, entry, fields, opened=own)
        else:
            self._kept.drop(fields)

    def _belongs(self, kind: str, id_: str, index: int, fields: _Fields) -> bool:
        student = self._known.student
        match kind:
            case "school" | "regulation" | "assessment":
                return True
            case "person":
                return id_ == student or (id_ in self._known.guardians and self._consent(index, fields))
            case "certificate":
                return id_ == student
            case "year":
                return id_ in self._years and fields.version == 1
            case "period":
                if fields.version == 1:
                    data = fields.plain()
                    if any((data["year"], grade) in self._grades for grade in data["grades"]):
                        self._streams.add(fields.stream)
                return fields.stream in self._streams
            case "council" | "blocking":
                return self._decision_or_block(kind, fields)
            case "class" | "course":
                return self._class_or_course(kind, id_, index, fields)
            case "lesson":
                return self._lesson(index, fields)
            case "results":
                return self._sheet(index, fields)
        return False

    def _consent(self, index: int, fields: _Fields) -> bool:
        """A guardian's consent or refusal about the student, and what ends or answers it."""
        if fields.type in NAMING:
            return False
        data = fields.plain()
        if data.get("student") == self._known.student:
            self._requests.add(index)
            return True
        return data.get("consent", data.get("refusal")) in self._requests

    def _decision_or_block(self, kind: str, fields: _Fields) -> bool:
        """A decision on the student alone; a block of the student's own values, and its end."""
        data = fields.plain()
        if kind == "council":
            return bool(data["students"] == [self._known.student])
        if data.get("person") == self._known.student:
            self._blocks.add(data["block"])
        return data["block"] in self._blocks

    def _class_or_course(self, kind: str, id_: str, index: int, fields: _Fields) -> bool:
        is_there = fields.stream in self._known.stays if kind == "class" else self._known.is_taught(id_)
        if not is_there:
            return False
        data = fields.plain()
        if fields.type.endswith("_backdating_refused/1"):
            return data["request"] in self._requests
        is_own = data.get("student", self._known.student) == self._known.student
        if is_own and fields.type.endswith("_backdating_requested/1"):
            self._requests.add(index)
        return is_own and fields.type != "subgroup_listed/1"

    def _lesson(self, index: int, fields: _Fields) -> bool:
        if fields.version == 1:
            if fields.stream not in self._known.touched:
                data = fields.plain()
                if not self._known.is_taught(data["course"], data["held_on"]):
                    return False
            self._streams.add(fields.stream)
            return True
        if fields.stream not in self._streams:
            return False
        what = fields.type.rpartition("_")[0]
        if fields.type == "attendance_taken/1" or what in _OF_THE_LESSON:
            return True
        return self._fact(index, fields)

    def _sheet(self, index: int, fields: _Fields) -> bool:
        if fields.version == 1:
            return fields.stream in self._known.touched
        if fields.stream not in self._known.touched:
            return False
        return fields.type == "results_published/1" or self._fact(index, fields)

    def _fact(self, index: int, fields: _Fields) -> bool:
        """What states, corrects or asks to correct something of the student."""
        data = fields.plain()
        if data.get("what") in _OF_THE_LESSON:
            self._requests.add(index)
            return True
        if fields.type.endswith("correction_refused/1"):
            return bool(data["request"] in self._facts | self._requests)
        if fields.type == "absence_reason_set/1":
            is_own = data["absence"] in self._facts
        elif "corrects" in data:
            is_own = data["corrects"] in self._facts
        else:
            is_own = data.get("student") == self._known.student
        if is_own:
            self._facts.add(index)
        return is_own

    def choice(self) -> Choice:
        mentioned = {id_.decode() for id_ in self._kept.mentioned}
        named = {id_ for id_ in mentioned if self._kept.kinds.get(id_, "student") != "student"}
        return self._kept.choice(named - {self._known.student})
