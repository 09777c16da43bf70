"""Whose duties include the journal (events.md, "Duties"), and the lessons that need it."""

from typing import TYPE_CHECKING

from verify.entry import DATA, Groups
from verify.state import Lesson, Stay, Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Duties:
    """The one stream of duties that a school has."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._held: dict[tuple[bytes, bytes], list[Stay]] = {}
        self._needed_from = b""
        self._is_partial = False

    def duty_assigned(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a duty: a teacher's, after the last span of the same one."""
        duty, order_date, order_number, person, request, starts_on = groups[DATA]
        who = self._replay.person(person, "person", b"teacher")
        self._replay.accounts.check_employed(person, starts_on, "person")
        self._check_stream(stream)
        spans = self._held.setdefault((person, duty), [])
        if spans and (spans[-1].ends_on is None or starts_on <= spans[-1].ends_on):
            self._replay.find("duty", "a day after the last span of this duty", starts_on, field_name="data.starts_on")
        self._replay.backdatings.set_up((b"duty_assigned", person, starts_on), index, request, groups)
        spans.append(Stay(stream.key, starts_on))
        self._needed_from = min(self._needed_from or starts_on, starts_on)
        self._replay.tables.duty(index, who, duty, order_number, order_date, spans[-1])

    def duty_ended(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a duty's last day."""
        duty, ends_on, person, request = groups[DATA]
        self._replay.backdatings.set_up((b"duty_ended", person, ends_on), index, request, groups)
        self._replay.person(person, "person", b"teacher")
        self._check_stream(stream)
        spans = self._held.get((person, duty))
        if not spans or spans[-1].ends_on is not None:
            if not stream.is_partial:
                self._replay.find("duty", "a duty that the person has", duty, field_name="data.duty")
            return
        self._replay.check_span(spans[-1].starts_on, ends_on, "ends_on")
        spans[-1].ends_on = ends_on

    def spans_of(self, person: bytes) -> list[Stay]:
        """Return all spans of a person's duties."""
        return [span for (who, _), spans in self._held.items() if who == person for span in spans]

    def _check_stream(self, stream: Stream) -> None:
        self._is_partial = self._is_partial or stream.is_partial
        if self._replay.school and stream.id != self._replay.school:
            self._replay.find("stream-kind", "the stream of the school's own id", stream.key)

    def check_teacher(self, lesson: Lesson, *, is_substitute: bool) -> None:
        """Report a lesson of a teacher without the duty on its day, where one is needed."""
        duties = (b"journal", b"substitute") if is_substitute else (b"journal",)
        if lesson.teacher is not None and not self.includes(lesson.teacher.id, lesson.held_on, duties):
            self._replay.find("duty-missing", "a teacher with this duty", lesson.teacher.id, field_name="data.teacher")

    def includes(self, person: bytes, day: bytes, duties: tuple[bytes, ...]) -> bool:
        """Tell whether a teacher has one of these duties on a day, or needs none, or that is not known."""
        if not self._needed_from or day < self._needed_from or self._is_partial:
            return True
        return any(
            span.starts_on <= day and (span.ends_on is None or day <= span.ends_on)
            for duty in duties
            for span in self._held.get((person, duty), ())
        )
