"""What closes and attests a reporting period, and what opening it again does (events.md, "Closing")."""

from typing import TYPE_CHECKING, Final

from verify import tree
from verify.entry import ACTOR, AT, DATA, Groups
from verify.events import unescape
from verify.reopening import REOPENINGS_MAX, Step
from verify.state import ClassGroup, Lesson, Period, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

CLOSINGS: Final = ("period_closed", "period_reopened", "period_attested")
_KINDS: Final = {b"quarter": "четверть", b"trimester": "триместр", b"half_year": "полугодие", b"year": "год"}
_NOTHING: Final = Step()


class Closings:
    """The closed days of every year and grade, and what a period's stream says of them."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._closed: dict[tuple[bytes, bytes], list[tuple[bytes, bytes]]] = {}

    def holds(self, lesson: Lesson) -> bool:
        """Say whether a lesson is in a period that is closed."""
        group = lesson.course.group if lesson.course is not None else None
        spans = self._closed.get((group.year, group.grade), ()) if group is not None else ()
        return any(starts_on <= lesson.held_on <= ends_on for starts_on, ends_on in spans)

    def is_closed_since(self, group: ClassGroup, day: bytes) -> bool:
        """Say whether a period of a class that ends on a day or later is closed."""
        return any(day <= ends_on for _, ends_on in self._closed.get((group.year, group.grade), ()))

    def is_any_closed_since(self, day: bytes) -> bool:
        """Say whether any period that ends on a day or later is closed."""
        return any(day <= ends_on for spans in self._closed.values() for _, ends_on in spans)

    def period_closed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Derive what the closing must commit to, and compare."""
        root, streams = groups[DATA]
        self.row(stream, index, groups, "закрыт", streams=streams)
        if not isinstance(stream, Period) or not stream.grades:
            return
        if stream.is_closed:
            self._find("closing-mismatch", "one closing of a period, or a reopening between two", stream.key)
            return
        stream.is_closed, stream.closing = True, index
        for grade in stream.grades:
            self._closed.setdefault((stream.year, grade), []).append((stream.starts_on, stream.ends_on))
        held = self._held(stream)
        for lesson in held:
            lesson.is_closed = True
        if self._replay.start:
            return
        self._replay.report.checked["closings"] += 1
        self._replay.report.checked["closed_lessons"] += len(held)
        held.sort(key=lambda lesson: lesson.key)
        leaves = [b'["%b",%d,%d]' % (lesson.key, lesson.version, lesson.last) for lesson in held]
        if int(streams) != len(leaves):
            self._find("closing-mismatch", len(leaves), streams, field_name="data.streams")
        if (derived := tree.root_of(leaves).hex().encode()) != root:
            self._find("closing-mismatch", derived, root, field_name="data.root")

    def period_reopened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Open a period again in one step, as logs from before do."""
        self.row(stream, index, groups, "открыт снова", self._replay.reopenings.alone(index, groups))
        if isinstance(stream, Period) and stream.grades and self.check_closed(stream):
            self.open_again(stream)

    def open_again(self, stream: Period) -> None:
        """Let a closed period take entries; a lesson stays closed that another closed period holds."""
        if stream.reopenings >= REOPENINGS_MAX:
            self._find("period-not-closed", f"at most {REOPENINGS_MAX} reopenings", "one more")
            return
        stream.is_closed = False
        stream.reopenings += 1
        for grade in stream.grades:
            self._closed[stream.year, grade].remove((stream.starts_on, stream.ends_on))
        for lesson in self._held(stream):
            lesson.is_closed = self.holds(lesson)

    def period_attested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare the size that is attested with the closing and with the log."""
        basis, size = groups[DATA]
        self.row(stream, index, groups, "заверен", Step(basis=basis), size=size)
        if not isinstance(stream, Period) or not stream.grades or not self.check_closed(stream):
            return
        if not stream.closing < int(size) <= index:
            self._find("attestation-size", f"from {stream.closing + 1} to {index}", size, field_name="data.size")

    def row(
        self, stream: Stream, index: int, groups: Groups, action: str, step: Step = _NOTHING, *, streams: bytes = b"",
        size: bytes = b"",
    ) -> None:  # fmt: skip
        """Expect a row of the table."""
        if isinstance(stream, Period):
            kind = _KINDS.get(stream.kind, "").encode()
            name = step.requested_by if step.who is None else cell(step.who.name)
            cells = [
                groups[AT], stream.id, kind, stream.number, stream.starts_on, stream.ends_on, action.encode(), streams,
                size, step.reason, step.requested_by, name, cell(step.note), cell(unescape(step.basis)), step.request,
                groups[ACTOR],
            ]  # fmt: skip
            self._replay.tables.plain("closings", index, cells)

    def check_closed(self, stream: Period) -> bool:
        """Say whether a period is closed; report where it is not."""
        if not stream.is_closed and not stream.is_partial:
            self._find("period-not-closed", "a closed period", stream.key)
        return stream.is_closed

    def _held(self, period: Period) -> list[Lesson]:
        by_grade = self._replay.lessons.by_grade
        lessons = (lesson for grade in period.grades for lesson in by_grade.get((period.year, grade), ()))
        return [lesson for lesson in lessons if period.starts_on <= lesson.held_on <= period.ends_on]
