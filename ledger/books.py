"""The journal's books over a log: cached aggregates, and the scans for a closing and for a certificate.

A cache may be behind, because another process appended. That is safe twice over: what a decision read is checked again
by its append (`Command.reads`), and a refusal that rests on cached state is given after a second look only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo
from threading import Lock
from typing import Final, cast

import msgspec
from eventsourcing.application import LRUCache
from eventsourcing.persistence import ApplicationRecorder, EventStore

from ledger.clock import find_zone
from ledger.journal.aggregate import Aggregate
from ledger.journal.certificates import AbsenceScan, recorded_since
from ledger.journal.closing import LessonScan
from ledger.journal.context import LessonHead
from ledger.journal.evolve import evolve_all
from ledger.journal.recorded import Decision, Recorded
from ledger.journal.school import School
from ledger.journal.subjects import SubjectIndex
from ledger.log import LogRecorder, RecordedEvent
from ledger.wire.entry import Actor, parse_at

CACHED_STREAMS_MAX: Final = 10_000
_NEVER_MOVE: Final = ("school/",)


class Shelf:
    """What a process keeps of one log between commands; any thread may use it."""

    def __init__(self, ledger: LogRecorder, store: EventStore[str]) -> None:
        self.ledger = ledger
        self._store = store
        self._cache: LRUCache[str, Aggregate] = LRUCache(CACHED_STREAMS_MAX)
        self._missing: LRUCache[str, bool] = LRUCache(CACHED_STREAMS_MAX)
        self._read_of: LRUCache[str, tuple[int, Aggregate | None]] = LRUCache(CACHED_STREAMS_MAX)
        self._placed: LRUCache[str, tuple[str, ...]] = LRUCache(CACHED_STREAMS_MAX)
        self._school: School | None = None
        self._subjects = SubjectIndex()
        self._subjects_lock = Lock()

    def subjects(self, size: int) -> SubjectIndex:
        """Return the index of subjects as of `size`, or later where another command has read on meanwhile."""
        with self._subjects_lock:
            if self._subjects.size < size:
                for entry in self.ledger.entries(self._subjects.size, size):
                    self._subjects.see(entry)
        return self._subjects

    @property
    def recorder(self) -> ApplicationRecorder:
        """The same log through the library's own methods."""
        return cast("ApplicationRecorder", self.ledger)

    def cached(self, stream: str) -> Aggregate | None:
        """Return the state of a stream that was looked at before, perhaps behind by now."""
        try:
            return self._cache.get(stream)
        except KeyError:
            return None

    def load(self, stream: str, known: Aggregate | None = None) -> Aggregate | None:
        """Return the state of a stream as it is recorded, going on from a state known before."""
        events = cast("list[Recorded]", list(self._store.get(stream, gt=known.version if known else None)))
        state = evolve_all(known, events) if events else known
        if state is not None:
            self.keep(state)
        else:
            self._missing.put(stream, value=True)
        return state

    def load_as_of(self, stream: str, size: int) -> Aggregate | None:
        """Return the state of a stream as of a size that the log had, or later: not read again of the same log."""
        try:
            read_of, state = self._read_of.get(stream)
        except KeyError:
            read_of, state = -1, None
        if read_of < size:
            state = self.load(stream, self.cached(stream))
            self._read_of.put(stream, (size, state))
        return state

    def placed(self, place: str, *, fresh: bool) -> tuple[str, ...]:
        """Return the streams that claimed a place: as they are recorded, or what is known of them."""
        if fresh:
            found = tuple(self.ledger.claimed(place))
            self._placed.put(place, found)
            return found
        try:
            return self._placed.get(place)
        except KeyError:
            return ()

    def was_missing(self, stream: str) -> bool:
        """Tell whether a stream was looked for and not there; it may be there by now."""
        try:
            return self._missing.get(stream)
        except KeyError:
            return False

    def keep(self, state: Aggregate) -> None:
        """Put a state into the cache, unless a later one is there."""
        known = self.cached(state.stream)
        if known is None or known.version < state.version:
            self._cache.put(state.stream, state)

    def school(self) -> School | None:
        """Return the school, or None while the log is empty."""
        if self._school is None:
            first = self.recorder.select_notifications(start=1, limit=1)
            found = self.load(cast("str", first[0].originator_id)) if first else None
            self._school = found if isinstance(found, School) else None
        return self._school

    def took(self, decision: Decision, first_index: int, actor: Actor) -> None:
        """Learn from an append of this process: no need to read back what it wrote.

        States of lessons are kept only where they were known: most lessons are never looked at again.
        """
        by_stream: dict[str, list[Recorded]] = {}
        for index, event in enumerate(decision.events, first_index):
            recorded = Recorded(event.originator_id, event.originator_version, event.data, index, actor)
            by_stream.setdefault(event.originator_id, []).append(recorded)
        for stream, recorded_events in by_stream.items():
            before = self.cached(stream)
            version = before.version if before else 0
            if recorded_events[0].originator_version == version + 1 and (before or not stream.startswith("lesson/")):
                self.keep(evolve_all(before, recorded_events))
        if (claim := decision.claim) is not None:
            known = self.placed(claim.place, fresh=False)
            if len(known) == claim.before:
                self._placed.put(claim.place, (*known, claim.stream))


class ShelfBooks:
    """One command's view of a shelf; fills `ledger.journal.context.Books`.

    Attributes:
        stale: whether anything that was answered may be behind the log.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._seen: dict[str, Aggregate | None] = {}
        self._size: int | None = None
        self._fresh = False
        self._scan: LessonScan | AbsenceScan | None = None
        self._scanned = 0
        self._counted = False
        self.stale = False

    def look_again(self) -> None:
        """Forget what was seen: from now on every answer is read from the log."""
        self._seen.clear()
        self._size = None
        self._counted = False
        self._fresh = True
        self.stale = False

    @property
    def zone(self) -> tzinfo | None:
        """The school's time zone; it never changes."""
        school = self._shelf.school()
        return find_zone(school.time_zone) if school else None

    @property
    def school(self) -> str:
        """The school's id; it never changes."""
        school = self._shelf.school()
        return school.id if school else ""

    @property
    def size(self) -> int:
        """The log's size that lists of streams are as of."""
        if self._size is None:
            self._size = self._shelf.recorder.max_notification_id() or 0
        return self._size

    def has_zone(self, name: str) -> bool:
        """Tell whether `name` is a time zone."""
        return find_zone(name) is not None

    def recorded_at(self, index: int) -> datetime:
        """Return the moment at which an entry was recorded."""
        return parse_at(self._at(index))

    def find(self, stream: str) -> Aggregate | None:
        """Return the state of a stream: the same one throughout the decision."""
        if stream in self._seen:
            return self._seen[stream]
        state = self._shelf.cached(stream)
        if state is None:
            # Most students have no certificate, and every absence asks for one: the append finds out what came since.
            if self._fresh or not self._shelf.was_missing(stream):
                state = self._shelf.load(stream)
            else:
                self.stale = True
        elif not stream.startswith(_NEVER_MOVE):
            if self._fresh:
                state = self._shelf.load(stream, state)
            else:
                self.stale = True
        self._seen[stream] = state
        return state

    def exists(self, stream: str) -> bool:
        """Tell whether a stream exists; at the first look only whether it is known to: the append finds out."""
        if self._fresh:
            return self.find(stream) is not None
        self.stale = True
        return self._shelf.cached(stream) is not None

    def placed(self, place: str) -> Sequence[str]:
        """Return the streams that claimed a place; at the first look those known of: the append finds out."""
        if not self._fresh:
            self.stale = True
        return self._shelf.placed(place, fresh=self._fresh)

    def lessons(self, year: str, grades: Sequence[int], starts_on: str, ends_on: str) -> Sequence[LessonHead]:
        """Return the ends of lesson streams as of exactly `size`.

        Reads the log from the year's opening on, once; another look reads only what came since.
        """
        if not isinstance(self._scan, LessonScan):
            opened = self._shelf.recorder.select_events(f"year/{year}", limit=1)
            self._scan = LessonScan(year, grades, starts_on, ends_on)
            self._scanned = cast("RecordedEvent", opened[0]).index
        self._read_to_the_end(self._scan)
        return self._scan.heads()

    def absences(self, student: str, starts_on: str, ends_on: str) -> Sequence[str]:
        """Return the lessons in which a student was recorded as absent, as of exactly `size`.

        Reads the log from about the first day on, once; another look reads only what came since.
        """
        if not isinstance(self._scan, AbsenceScan):
            self._scan = AbsenceScan(student, starts_on, ends_on)
            self._scanned = self._first_since(recorded_since(starts_on))
        self._read_to_the_end(self._scan)
        return self._scan.lessons()

    def _first_since(self, at: str) -> int:
        """Return the index of the first entry recorded at this moment or later: the times of entries never fall."""
        return bisect_left(range(self.size), at, key=self._at)

    def _at(self, index: int) -> str:
        (entry,) = self._shelf.ledger.entries(index, index + 1)
        return _decode_at(entry).at

    def _read_to_the_end(self, scan: LessonScan | AbsenceScan) -> None:
        # The first pass over a long log takes its time, so the size that counts is taken behind it.
        self._read_on(scan, self.size)
        self._size = None
        self._read_on(scan, self.size)

    def subject_lessons(self, class_groups: Collection[str], subject: str) -> Sequence[tuple[str, str]]:
        """Return day and stream of the lessons of a subject; what the log grew by later may be among them."""
        return self._subjects().lessons(class_groups, subject)

    def subject_sheets(self, class_groups: Collection[str], subject: str) -> Sequence[str]:
        """Return the streams of the result sheets of a subject; what the log grew by later may be among them."""
        return self._subjects().sheets(class_groups, subject)

    def years(self) -> Sequence[str]:
        """Return the ids of the school years; what the log grew by later may be among them."""
        return self._subjects().years()

    def classes(self) -> Sequence[str]:
        """Return the streams of all class groups, as they are recorded."""
        return [head.stream for head in self._shelf.ledger.streams("class/")]

    def accounts(self) -> Sequence[str]:
        """Return the streams of all accounts, as they are recorded."""
        return [head.stream for head in self._shelf.ledger.streams("account/")]

    def class_streams(self, class_group: str) -> Sequence[str]:
        """Return the streams of a class; what the log grew by later may be among them."""
        return self._subjects().of_class(class_group)

    def _subjects(self) -> SubjectIndex:
        if not self._counted:
            # The first pass over a long log takes its time, so the size that counts is taken behind it.
            self._shelf.subjects(self.size)
            self._size, self._counted = None, True
        return self._shelf.subjects(self.size)

    def _read_on(self, scan: LessonScan | AbsenceScan, size: int) -> None:
        if size <= self._scanned:
            return
        for entry in self._shelf.ledger.entries(self._scanned, size):
            scan.see(entry)
        self._scanned = size


class _Moment(msgspec.Struct):
    at: str


_decode_at: Final = msgspec.json.Decoder(_Moment).decode
