"""Who changes days of a closed period by an act of set-up: two people (events.md, "Back-dating")."""

from typing import TYPE_CHECKING, Final, NamedTuple

from verify.authors import around
from verify.entry import ACTOR, DATA, Groups, people_of
from verify.state import ClassGroup, Course, Stream

if TYPE_CHECKING:
    from verify.replay import Replay

BACKDATINGS: Final = tuple(
    f"{where}_backdating_{step}" for where in ("class", "course") for step in ("requested", "refused")
)


class _Asked(NamedTuple):
    """What was asked for, of whom and for which day, and all who asked: who acted, and for whom."""

    terms: tuple[bytes, bytes, bytes]
    people: frozenset[bytes]


class Backdatings:
    """Requests that wait, by stream and entry."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._waiting: dict[tuple[bytes, int], _Asked] = {}

    def class_backdating_requested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a request to enroll a student, or to end a stay."""
        _, day, student, what = groups[DATA]
        self._replay.person(student, "student", b"student")
        self._waiting[stream.key, index] = _Asked((what, student, day), people_of(groups))

    def course_backdating_requested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a request for another teacher, for a stay in the subgroup or its end."""
        _, day, student, teacher, what = groups[DATA]
        wanted, other = (teacher, student) if what == b"teacher_assigned" else (student, teacher)
        kind = "teacher" if what == b"teacher_assigned" else "student"
        if wanted is None or other is not None:
            self._find("data-field", f"a {kind} alone", what, field_name="data.what")
            return
        self._replay.person(wanted, kind, kind.encode())
        self._waiting[stream.key, index] = _Asked((what, wanted, day), people_of(groups))

    def class_backdating_refused(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a refusal."""
        self._answer(stream, groups[DATA][1], None, groups)

    def course_backdating_refused(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a refusal."""
        self._answer(stream, groups[DATA][1], None, groups)

    def begins(
        self, what: bytes, stream: Stream, who: bytes, day: bytes, request: bytes | None, groups: Groups
    ) -> None:
        """Judge an act that begins on a day: by two people where a period that it changes is closed."""
        self._judge(what, stream, who, day, day, request, groups)

    def ends(self, what: bytes, stream: Stream, who: bytes, day: bytes, request: bytes | None, groups: Groups) -> None:
        """Judge an act whose last day is one: it changes the days behind."""
        self._judge(what, stream, who, day, around(day)[-1], request, groups)

    def _judge(
        self, what: bytes, stream: Stream, who: bytes, day: bytes, first: bytes, request: bytes | None, groups: Groups
    ) -> None:
        if request is not None:
            self._answer(stream, request, (what, who, day), groups)
            return
        group = stream.group if isinstance(stream, Course) else stream
        if isinstance(group, ClassGroup) and self._replay.closings.is_closed_since(group, first):
            self._find("backdated-alone", "an approved request", groups[ACTOR], field_name="actor")

    def _answer(self, stream: Stream, request: bytes, terms: tuple[bytes, bytes, bytes] | None, groups: Groups) -> None:
        """Judge an answer: to a request of this stream that waits, as it was asked, by a second person."""
        asked = self._waiting.pop((stream.key, int(request)), None)
        if asked is None:
            if int(request) >= self._replay.start:
                wanted = "a request of this stream that waits"
                self._find("request-mismatch", wanted, request, field_name="data.request")
            return
        if terms is not None and terms != asked.terms:
            self._find("request-mismatch", b" ".join(asked.terms), b" ".join(terms), field_name="data")
        if not asked.people.isdisjoint(people_of(groups)):
            self._find("request-same-person", "a second person", groups[ACTOR], field_name="actor")
