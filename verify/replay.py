"""What the entries add up to (events.md): streams, people, classes, periods, closings; lessons are in lesson.py.

One pass, in order; each method takes one entry's groups (entry.py). A range that does not begin at 0 rests on entries
that are not here: what would need them is not checked, and the report says so (`before-range`).
"""

import json
from collections.abc import Callable
from typing import Final

from verify import tree
from verify.disclosures import Disclosures
from verify.entry import COMMAND, DATA, STREAM, VERSION, Groups
from verify.events import TYPES, VALUES, EventType, unescape
from verify.findings import Place, Report
from verify.lesson import Lessons
from verify.state import ClassGroup, Course, Lesson, Period, Person, Stream
from verify.tables import Tables

PERIODS_MAX_PER_GRADE: Final = 100
_CLOSING_WORK_PER_ENTRY: Final = 20
_MAKERS: Final = {
    "school": b"school_opened/1",
    "person": b"person_registered/1",
    "year": b"school_year_opened/1",
    "period": b"period_defined/1",
    "class": b"class_group_opened/1",
    "course": b"course_opened/1",
    "lesson": b"lesson_recorded/1",
}
_KINDS: Final[dict[str, type[Stream]]] = {
    "person": Person, "period": Period, "class": ClassGroup, "course": Course, "lesson": Lesson,
}  # fmt: skip


class Replay:
    """The state of a school as its entries say, and every rule of events.md that they break."""

    def __init__(self, report: Report, disclosures: Disclosures, tables: Tables, start: int) -> None:
        self.report = report
        self.disclosures = disclosures
        self.tables = tables
        self.start = start
        self.origin = ""
        self.locate: Callable[[], Place] = Place
        self.people: dict[bytes, Person] = {}
        self.streams: dict[bytes, Stream] = {}
        self.closed: dict[tuple[bytes, bytes], list[tuple[bytes, bytes]]] = {}
        self.closing_work = 0
        self.entries = 0
        self.lessons = Lessons(self)
        self.handlers = {name.encode(): self._handler(event) for name, event in TYPES.items()}

    def _handler(self, event: EventType) -> Callable[[Stream, int, Groups], None]:
        """Return the method named like the event; corrections and annulments share one."""
        name = event.name.partition("/")[0]
        what, _, verb = name.rpartition("_")
        if what in VALUES and verb in ("corrected", "annulled"):
            return self.lessons.correction(what, is_annulled=verb == "annulled")
        handler: Callable[[Stream, int, Groups], None] = getattr(self.lessons if event.kind == "lesson" else self, name)
        return handler

    def apply(self, name: bytes, index: int, groups: Groups) -> None:
        """Take one well-formed entry; `name` is empty where its type is unknown: then only its version counts."""
        self.entries += 1
        if self.lessons.attendance_due is not None and self.lessons.attendance_due[0] != groups[COMMAND]:
            self.lessons.settle_attendance()
        if index == 0 and name != b"school_opened/1":
            self.find("school-opened", "school_opened/1", name or "an unknown type")
        key, version = groups[STREAM], int(groups[VERSION])
        stream = self.streams.get(key)
        if stream is None:
            stream = self._begin(key, name, version)
        if version != stream.version + 1:
            self.find("version-gap", stream.version + 1, version, field_name="version")
        stream.version = version
        if name:
            self.handlers[name](stream, index, groups)
        stream.last = index

    def _begin(self, key: bytes, name: bytes, version: int) -> Stream:
        """Take up a stream at its first entry here: the one that makes it, except in a range that begins later."""
        kind = key.partition(b"/")[0].decode()
        maker = _MAKERS.get(kind)
        stream = _KINDS.get(kind, Stream)(key)
        if self.start and version > 1:
            stream.version, stream.is_partial = version - 1, True
            self.report.skip("before-range", f"{key.decode()} begins before entry {self.start}")
        elif name and name != maker:
            self.find("stream-kind", maker or "", name)
        self.streams[key] = stream
        return stream

    def find(self, code: str, expected: object = "", found: object = "", *, field_name: str = "") -> None:
        """Report a finding at the entry in hand."""
        place = self.locate()
        self.report.add(code, Place(place.file, place.line, place.entry, place.offset, field_name), expected, found)

    def made(self, kind: bytes, uuid: bytes, field_name: str) -> Stream | None:
        """Return the stream of an id that an entry names, or report that nothing made it."""
        stream = self.streams.get(kind + b"/" + uuid)
        if stream is None:
            if self.start:
                self.report.skip("before-range", f"{field_name} {uuid.decode()}")
            else:
                self.find("reference-unknown", f"an earlier {kind.decode()}", uuid, field_name="data." + field_name)
        return stream

    def person(self, uuid: bytes, field_name: str) -> Person:
        """Return the person of an id; one whom nothing registered is reported once and then taken by the id."""
        person = self.people.get(uuid)
        if person is None:
            self.made(b"person", uuid, field_name)
            person = self.people[uuid] = Person(b"person/" + uuid, name=uuid, cells=b"%b;%b;" % (uuid, uuid))
        return person

    def makes(self, stream: Stream) -> bool:
        """Say whether the entry in hand may be the one that makes its stream."""
        if stream.last >= 0 or stream.is_partial:
            self.find("stream-kind", "one entry that makes the stream, its first", stream.key)
            return False
        return True

    def disclose(self, index: int, digests: bytes | None) -> None:
        """Match an entry's `_sd` with the disclosures that say they belong to it."""
        if digests is not None and index in self.disclosures.wanted:
            self.disclosures.commit(index, json.loads(digests))

    # Set-up (events.md, "Set-up").

    def school_opened(self, _stream: Stream, index: int, groups: Groups) -> None:
        """Take the school's first entry."""
        clock, name, origin, _ = groups[DATA]
        if index != 0:
            self.find("school-opened", "entry 0, and no other", index)
        self.origin = unescape(origin).decode()
        self.report.facts["school"] = unescape(name).decode()
        self.report.facts["clock"] = clock.decode()

    def person_registered(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a person: an id, and a name where this archive discloses it."""
        digests, kind = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, Person):
            return
        listed = json.loads(digests)
        if listed != sorted(set(listed)):
            self.find("data-field", "sorted digests", digests, field_name="data._sd")
        self.disclose(index, digests)
        self.people[stream.id] = stream
        stream.kind = kind
        stream.name = self.disclosures.name(listed) or stream.id
        self.tables.person(index, stream)

    def school_year_opened(self, stream: Stream, _index: int, _groups: Groups) -> None:
        """Take a school year."""
        self.makes(stream)

    def period_listed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a period into its year's list."""
        period = self.made(b"period", groups[DATA][0], "period")
        if isinstance(period, Period):
            self.lists(stream, index, period, period.year)

    def class_group_listed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a class into its year's list."""
        group = self.made(b"class", groups[DATA][0], "class_group")
        if isinstance(group, ClassGroup):
            self.lists(stream, index, group, group.year)

    def lists(self, stream: Stream, index: int, listed: Stream, year: bytes) -> None:
        """Compare what a year lists with the entry before, which must be the one that makes it, and in this year."""
        if (listed.version, listed.last, year) != (1, index - 1, stream.id):
            kind = listed.key.partition(b"/")[0].decode()
            self.find("data-field", f"the {kind} of this year that the entry before makes", listed.key)

    def period_defined(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a reporting period."""
        ends_on, grades, _, _, starts_on, year = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, Period):
            return
        listed = json.loads(grades)
        if listed != sorted(set(listed)):
            self.find("data-field", "sorted grades", grades, field_name="data.grades")
        self.made(b"year", year, "year")
        stream.year, stream.starts_on, stream.ends_on = year, starts_on, ends_on
        stream.grades = tuple(b"%d" % grade for grade in sorted(set(listed)))

    def class_group_opened(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a class."""
        class_teacher, grade, letter, year = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, ClassGroup):
            return
        if class_teacher is not None:
            self.made(b"person", class_teacher, "class_teacher")
        self.made(b"year", year, "year")
        stream.year, stream.grade, stream.name = year, grade, grade + unescape(letter)

    def student_enrolled(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a student into a class."""
        starts_on, student = groups[DATA]
        person = self.made(b"person", student, "student")
        if isinstance(stream, ClassGroup) and isinstance(person, Person):
            self.tables.enrolled(index, stream.key, stream.name, person, starts_on)

    def student_left(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a student out of a class."""
        ends_on, student = groups[DATA]
        person = self.made(b"person", student, "student")
        if isinstance(person, Person):
            self.tables.left(stream.key, person, ends_on)

    def course_opened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a course: a subject in a class."""
        class_group, subject, year = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, Course):
            return
        self.made(b"year", year, "year")
        group = self.made(b"class", class_group, "class_group")
        if isinstance(group, ClassGroup):
            stream.group = group
        stream.subject = unescape(subject)
        self.tables.course(index, stream)

    def teacher_assigned(self, _stream: Stream, _index: int, groups: Groups) -> None:
        """Take a course's responsible teacher."""
        _, teacher = groups[DATA]
        self.made(b"person", teacher, "teacher")

    # Closing (events.md, "Closing").

    def is_in_closed_period(self, lesson: Lesson) -> bool:
        """Say whether a lesson is recorded into a period that is closed already."""
        group = lesson.course.group if lesson.course is not None else None
        spans = self.closed.get((group.year, group.grade), ()) if group is not None else ()
        return any(starts_on <= lesson.held_on <= ends_on for starts_on, ends_on in spans)

    def period_closed(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Derive what the closing must commit to, and compare."""
        root, streams = groups[DATA]
        if not isinstance(stream, Period) or stream.is_partial:
            return
        if stream.is_closed:
            self.find("closing-mismatch", "one closing of a period", stream.key)
            return
        stream.is_closed = True
        graded = [self.lessons.by_grade.get((stream.year, grade), []) for grade in stream.grades]
        self.closing_work += 1 + sum(map(len, graded))
        if self.closing_work > _CLOSING_WORK_PER_ENTRY * self.entries:
            self.report.skip("closing-too-costly", f"closings name {self.closing_work} lessons")
            return
        for grade in stream.grades:
            spans = self.closed.setdefault((stream.year, grade), [])
            if len(spans) >= PERIODS_MAX_PER_GRADE:
                self.report.skip("closing-too-costly", f"more than {PERIODS_MAX_PER_GRADE} closed periods of one grade")
                return
            spans.append((stream.starts_on, stream.ends_on))
        held = [
            lesson for lessons in graded for lesson in lessons if stream.starts_on <= lesson.held_on <= stream.ends_on
        ]
        for lesson in held:
            lesson.is_closed = True
        if self.start:
            self.report.skip("before-range", f"closing of {stream.key.decode()}")
            return
        held.sort(key=lambda lesson: lesson.key)
        leaves = [b'["%b",%d,%d]' % (lesson.key, lesson.version, lesson.last) for lesson in held]
        if int(streams) != len(leaves):
            self.find("closing-mismatch", len(leaves), streams, field_name="data.streams")
        if (derived := tree.root_of(leaves).hex().encode()) != root:
            self.find("closing-mismatch", derived, root, field_name="data.root")

    def finish(self) -> None:
        """Settle what waits for the end of the log."""
        self.lessons.settle_attendance()
