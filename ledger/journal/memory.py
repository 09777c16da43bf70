"""A whole journal in memory: decide and evolve without a database.

For generators of sample schools, which run the rules over many commands at once, and for tests, as the model that the
application must agree with.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, tzinfo
from typing import cast

from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import JournalCommand
from ledger.journal.context import LessonHead
from ledger.journal.control import Remark
from ledger.journal.course import Course
from ledger.journal.decide import decide
from ledger.journal.events import Event
from ledger.journal.evolve import evolve_all
from ledger.journal.lesson import Lesson
from ledger.journal.recorded import Claim, Recorded
from ledger.journal.roster import ClassGroup
from ledger.journal.school import School
from ledger.journal.sheet import ResultSheet
from ledger.journal.year import SchoolYear
from ledger.wire.entry import Actor


class Journal:
    """The state of one school's log. Not safe for use by several threads.

    Attributes:
        aggregates: stream -> state.
        last_index: stream -> leaf index of its last entry.
        size: number of entries that the log would have.
        zone: the school's time zone, None while the log is empty.
        school: the school's id, an empty text while the log is empty.
        claim: the place that the last command took; None: none.
    """

    def __init__(self, find_zone: Callable[[str], tzinfo | None]) -> None:
        """`find_zone` gives a time zone of the IANA database, or None (`ledger.clock.find_zone`)."""
        self.aggregates: dict[str, Aggregate] = {}
        self.last_index: dict[str, int] = {}
        self.size = 0
        self.zone: tzinfo | None = None
        self.school = ""
        self.claim: Claim | None = None
        self._find_zone = find_zone
        self._firsts: list[int] = []
        self._moments: list[datetime] = []
        self._lessons: dict[str, list[str]] = {}
        self._subject_lessons: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._subject_sheets: dict[tuple[str, str], list[str]] = {}
        self._of_class: dict[str, list[str]] = {}
        self._years: list[str] = []
        self._placed: dict[str, list[str]] = {}

    def apply(self, command: JournalCommand, actor: Actor, now: datetime) -> list[tuple[str, int, Event]]:
        """Decide, and take the events over; the index of each is the log's size before it.

        Returns:
            stream, version and event of each entry, in the order of their indexes.

        Raises:
            Refused, Conflict: as `decide`; the journal is as it was.
        """
        decision = decide(command, self, actor, now)
        by_stream: dict[str, list[Recorded]] = {}
        for index, planned in enumerate(decision.events, self.size):
            recorded = Recorded(planned.originator_id, planned.originator_version, planned.data, index, actor)
            by_stream.setdefault(planned.originator_id, []).append(recorded)
        for stream, events in by_stream.items():
            before = self.aggregates.get(stream)
            after = evolve_all(before, events)
            self.aggregates[stream] = after
            self.last_index[stream] = events[-1].index
            if before is None:
                self._note(after)
        if decision.claim is not None:
            self._placed.setdefault(decision.claim.place, []).append(decision.claim.stream)
        self.claim = decision.claim
        self._firsts.append(self.size)
        self._moments.append(now)
        self.size += len(decision.events)
        return [(event.originator_id, event.originator_version, event.data) for event in decision.events]

    def has_zone(self, name: str) -> bool:
        """Tell whether `name` is a time zone."""
        return self._find_zone(name) is not None

    def recorded_at(self, index: int) -> datetime:
        """Return the moment of the command that an entry is of."""
        return self._moments[bisect_right(self._firsts, index) - 1]

    def find(self, stream: str) -> Aggregate | None:
        """Return the state of a stream."""
        return self.aggregates.get(stream)

    def exists(self, stream: str) -> bool:
        """Tell whether a stream exists."""
        return stream in self.aggregates

    def absences(self, student: str, starts_on: str, ends_on: str) -> list[str]:
        """Return the lesson streams of these days in which an absence of the student was recorded."""
        lessons = [cast("Lesson", self.aggregates[stream]) for of in self._lessons.values() for stream in of]
        lessons.sort(key=lambda lesson: lesson.lesson)
        return [
            lesson.stream
            for lesson in lessons
            if starts_on <= lesson.held_on <= ends_on
            and any((fact.what, fact.student) == ("absence", student) for fact in lesson.facts.values())
        ]

    def lessons(self, year: str, grades: Sequence[int], starts_on: str, ends_on: str) -> list[LessonHead]:
        """Return the ends of the lesson streams of these grades and days."""
        heads = []
        for stream in self._lessons.get(year, ()):
            lesson = cast("Lesson", self.aggregates[stream])
            course = cast("Course", self.aggregates[f"course/{lesson.course}"])
            group = cast("ClassGroup", self.aggregates[f"class/{course.class_group}"])
            if group.grade in grades and starts_on <= lesson.held_on <= ends_on:
                heads.append(LessonHead(stream, lesson.version, self.last_index[stream]))
        return heads

    def subject_lessons(self, class_groups: Collection[str], subject: str) -> list[tuple[str, str]]:
        """Return day and stream of the lessons of a subject in these class groups."""
        return [one for group in class_groups for one in self._subject_lessons.get((group, subject), ())]

    def subject_sheets(self, class_groups: Collection[str], subject: str) -> list[str]:
        """Return the streams of the result sheets of a subject in these class groups."""
        return [one for group in class_groups for one in self._subject_sheets.get((group, subject), ())]

    def placed(self, place: str) -> list[str]:
        """Return the streams of the lessons that claimed a place."""
        return list(self._placed.get(place, ()))

    def years(self) -> list[str]:
        """Return the ids of the school years."""
        return list(self._years)

    def classes(self) -> list[str]:
        """Return the streams of all class groups."""
        return [stream for stream in self.aggregates if stream.startswith("class/")]

    def accounts(self) -> list[str]:
        """Return the streams of all accounts."""
        return [stream for stream in self.aggregates if stream.startswith("account/")]

    def class_streams(self, class_group: str) -> list[str]:
        """Return the streams of a class's courses, lessons, result sheets and remarks."""
        return list(self._of_class.get(class_group, ()))

    def _note(self, aggregate: Aggregate) -> None:
        """Note the school and its time zone, and new streams of a class under what they are of."""
        if isinstance(aggregate, Course | Remark):
            self._of_class.setdefault(aggregate.class_group, []).append(aggregate.stream)
        if isinstance(aggregate, School):
            self.zone = self._find_zone(aggregate.time_zone)
            self.school = aggregate.id
        elif isinstance(aggregate, SchoolYear):
            self._years.append(aggregate.id)
        elif isinstance(aggregate, Lesson):
            course = cast("Course", self.aggregates[f"course/{aggregate.course}"])
            self._lessons.setdefault(course.year, []).append(aggregate.stream)
            taught = self._subject_lessons.setdefault((course.class_group, course.subject), [])
            taught.append((aggregate.held_on, aggregate.stream))
            self._of_class[course.class_group].append(aggregate.stream)
        elif isinstance(aggregate, ResultSheet):
            course = cast("Course", self.aggregates[f"course/{aggregate.course}"])
            self._subject_sheets.setdefault((course.class_group, course.subject), []).append(aggregate.stream)
            self._of_class[course.class_group].append(aggregate.stream)
