"""Closing a period: from then on corrections alone, and a commitment to its lessons as they stood (events.md).

A closed period is opened again by two people (`reopening`), and then closed anew; the director attests a closed one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from ledger.errors import Refused
from ledger.journal import rules
from ledger.journal.codec import CODEC
from ledger.journal.commands import AttestPeriod, ClosePeriod
from ledger.journal.context import Context, LessonHead
from ledger.journal.events import (
    ClassGroupOpened,
    CourseOpened,
    LessonRecorded,
    PeriodAttested,
    PeriodClosed,
)
from ledger.journal.recorded import Planned
from ledger.journal.teaching import today
from ledger.journal.year import Period
from ledger.tree import RightEdge, leaf_hash


def commitment(heads: Iterable[LessonHead]) -> tuple[int, str]:
    """Compute `streams` and `root` of a closing entry.

    The leaves are the canonical JSON arrays ``["lesson/<uuid>",<last version>,<last index>]`` in byte order of the
    stream; the root is RFC 6962's, in hex.
    """
    # Streams are ASCII, so texts sort as their bytes do.
    leaves = [
        leaf_hash(b'["%b",%d,%d]' % (head.stream.encode("ascii"), head.last_version, head.last_index))
        for head in sorted(heads)
    ]
    return len(leaves), RightEdge.empty().extend(leaves).root().hex()


def close_period(command: ClosePeriod, context: Context) -> list[Planned]:
    """Close a period whose last day is over (regulation 3.3).

    The commitment speaks of the whole log, so the log must not grow before the append.
    """
    rules.check_role(context.actor, rules.ADMINISTRATION, "3.3")
    period = context.find(Period, "period", command.period, "period")
    if period.closed:
        raise Refused("period_closed", "the reporting period is closed already", clause="3.3", where="period")
    if today(context) <= period.ends_on:
        raise Refused("period_not_over", "a period is closed after its last day", clause="3.3", where="period")
    heads = context.books.lessons(period.year, period.grades, period.starts_on, period.ends_on)
    context.expected_size = context.books.size
    streams, root = commitment(heads)
    return [Planned(period.stream, period.version + 1, PeriodClosed(streams=streams, root=root))]


def attest_period(command: AttestPeriod, context: Context) -> list[Planned]:
    """Attest a closed period as it stood at a position after its close (regulation 1.4)."""
    rules.check_role(context.actor, rules.DIRECTION, "1.4")
    period = closed_period(command.period, context)
    rules.check_integer(command.size, (period.closing or 0) + 1, context.books.size, "size")
    rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    return [Planned(period.stream, period.version + 1, PeriodAttested(size=command.size, basis=command.basis))]


def closed_period(id_: str, context: Context) -> Period:
    """Return a period, which must be closed (regulation 3.3)."""
    period = context.find(Period, "period", id_, "period")
    if not period.closed:
        raise Refused("period_not_closed", "the reporting period is not closed", clause="3.3", where="period")
    return period


class LessonScan:
    """Follows a log's entries and knows where the lesson streams of some grades and days end.

    What belongs to a year is recorded after it, so the scan may start behind the entry that opened the year; it can go
    on with entries that came since, which makes another look at a growing log cheap.
    """

    def __init__(self, year: str, grades: Collection[int], starts_on: str, ends_on: str) -> None:
        self._year = year
        self._grades = frozenset(grades)
        self._starts_on = starts_on
        self._ends_on = ends_on
        self._classes: set[str] = set()
        self._courses: set[str] = set()
        self._ends: dict[str, tuple[int, int]] = {}

    def see(self, entry: bytes) -> None:
        """Take the next entry into account.

        Raises:
            CodecError, msgspec.DecodeError: the entry is none of a journal's.
        """
        fields = _decode_fields(entry)
        if fields.stream in self._ends:
            self._ends[fields.stream] = (fields.version, fields.index)
        elif fields.version == 1 and fields.stream.startswith(("class/", "course/", "lesson/")):
            self._begin(fields)

    def heads(self) -> list[LessonHead]:
        """Return the ends of the streams, in order of their first entries."""
        return [LessonHead(stream, version, index) for stream, (version, index) in self._ends.items()]

    def _begin(self, fields: _Fields) -> None:
        """Note a class, a course or a lesson if it belongs to what is closed."""
        data = CODEC.decode(fields.type, bytes(fields.data))
        id_ = fields.stream.partition("/")[2]
        if isinstance(data, ClassGroupOpened):
            if data.year == self._year and data.grade in self._grades:
                self._classes.add(id_)
        elif isinstance(data, CourseOpened):
            if data.class_group in self._classes:
                self._courses.add(id_)
        elif isinstance(data, LessonRecorded) and self._belongs(data):
            self._ends[fields.stream] = (1, fields.index)

    def _belongs(self, lesson: LessonRecorded) -> bool:
        return lesson.course in self._courses and self._starts_on <= lesson.held_on <= self._ends_on


class _Fields(msgspec.Struct):
    """What the scan reads of an entry; `data` stays as it is until it is needed."""

    stream: str
    version: int
    index: int
    type: str
    data: msgspec.Raw


_decode_fields = msgspec.json.Decoder(_Fields).decode
