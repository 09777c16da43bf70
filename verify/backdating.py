"""Who changes days of a closed period by an act of set-up: two people (events.md, "Back-dating")."""

from typing import TYPE_CHECKING, Final, NamedTuple

from verify.authors import around
from verify.entry import ACTOR, AT, DATA, Groups, people_of
from verify.events import unescape
from verify.state import ClassGroup, Course, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

BACKDATINGS: Final = tuple(
    f"{where}_backdating_{step}" for where in ("class", "course", "setup") for step in ("requested", "refused")
)
_WHAT: Final = {
    b"student_enrolled": "зачисление", b"student_left": "выбытие", b"teacher_assigned": "назначение учителя",
    b"class_teacher_assigned": "назначение классного руководителя",
    b"subgroup_joined": "зачисление в подгруппу", b"subgroup_left": "выбытие из подгруппы",
    b"duty_assigned": "обязанность", b"duty_ended": "конец обязанности", b"timetable_set": "расписание",
    b"responsible_appointed": "назначение ответственного", b"regulation_adopted": "редакция регламента",
    b"bell_schedule_set": "звонки", b"days_off_declared": "дни без уроков",
    b"school_day_declared": "перенос учебного дня", b"calendar_entry_revoked": "отзыв записи календаря",
}  # fmt: skip
_Terms = tuple[bytes, bytes, bytes]
"""Which act, of whom, from or up to which day."""
_TIMETABLE: Final = b"timetable_set"
_BELLS: Final = b"bell_schedule_set"
_CALENDAR: Final = (b"calendar_entry_revoked", b"days_off_declared", b"school_day_declared")
_SETUP: Final = b"backdating"
"""Where requests for orders of the school wait, whose acts are in streams of their own."""
_ABOUT: Final = {
    b"duty_assigned": "teacher", b"duty_ended": "teacher", b"responsible_appointed": "staff", _TIMETABLE: "class",
    _BELLS: "bells", **dict.fromkeys(_CALENDAR, "year"),
}  # fmt: skip


class _Asked(NamedTuple):
    """What was asked for, of which class or course, by whom, and all who asked: who acted, and for whom."""

    terms: _Terms
    place: Stream | None
    by: bytes
    people: frozenset[bytes]


class Backdatings:
    """Requests that wait, by stream and entry."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._waiting: dict[tuple[bytes, int], _Asked] = {}

    def class_backdating_requested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a request for another class teacher, to enroll a student, or to end a stay."""
        self._act_requested(b"class_teacher_assigned", stream, index, groups)

    def course_backdating_requested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a request for another teacher, for a stay in the subgroup or its end."""
        self._act_requested(b"teacher_assigned", stream, index, groups)

    def _act_requested(self, assigns: bytes, stream: Stream, index: int, groups: Groups) -> None:
        basis, day, student, teacher, what = groups[DATA]
        wanted, other = (teacher, student) if what == assigns else (student, teacher)
        kind = "teacher" if what == assigns else "student"
        if wanted is None or other is not None:
            self._find("data-field", f"a {kind} alone", what, field_name="data.what")
            return
        self._replay.person(wanted, kind, kind.encode())
        self._ask(stream.key, stream, index, groups, (what, wanted, day), basis)

    def class_backdating_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal."""
        basis, request = groups[DATA]
        self._answer(stream.key, stream, index, request, None, groups, basis)

    def course_backdating_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal."""
        basis, request = groups[DATA]
        self._answer(stream.key, stream, index, request, None, groups, basis)

    def setup_backdating_requested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a request for an order: a duty or its end, who answers, a regulation, bells, timetable, calendar."""
        basis, bells, class_group, day, person, what, year = groups[DATA]
        self._check_stream(stream)
        wanted = _ABOUT.get(what, "")
        named = (person is not None, class_group is not None, bells is not None, year is not None)
        if named != (wanted in ("teacher", "staff"), wanted == "class", wanted == "bells", wanted == "year"):
            self._find("data-field", wanted or "nobody and nothing", what, field_name="data.what")
            return
        group = None
        if class_group is not None:
            group = self._replay.made(b"class", class_group, "class_group")
        elif bells is not None:
            self._replay.made(b"bells", bells, "bells")
        elif year is not None:
            self._replay.made(b"year", year, "year")
        elif person is not None:
            self._replay.person(person, "person", wanted.encode())
        self._ask(_SETUP, group, index, groups, (what, class_group or person or bells or year or b"", day), basis)

    def setup_backdating_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal."""
        basis, request = groups[DATA]
        self._check_stream(stream)
        self._answer(_SETUP, None, index, request, None, groups, basis)

    def set_up(
        self, terms: _Terms, index: int, request: bytes | None, groups: Groups, group: Stream | None = None
    ) -> None:
        """Judge an order of the school: by two people where a period that it changes is closed.

        `terms`: which order, of which person, class, bells or year (or nothing), its day, of an end the last;
        `group`: the class.
        """
        what, _, day = terms
        if request is not None:
            self._answer(_SETUP, group, index, request, terms, groups)
            return
        closings, first = self._replay.closings, around(day)[-1] if what == b"duty_ended" else day
        if what == _TIMETABLE:
            is_closed = isinstance(group, ClassGroup) and closings.is_closed_since(group, first)
        else:
            is_closed = closings.is_any_closed_since(first)
        if is_closed:
            self._find("backdated-alone", "an approved request", groups[ACTOR], field_name="actor")

    def _check_stream(self, stream: Stream) -> None:
        if self._replay.school and stream.id != self._replay.school:
            self._find("stream-kind", "the stream of the school's own id", stream.key)

    def begins(self, terms: _Terms, stream: Stream, index: int, request: bytes | None, groups: Groups) -> None:
        """Judge an act that begins on a day: by two people where a period that it changes is closed."""
        self._judge(terms, stream, index, terms[2], request, groups)

    def ends(self, terms: _Terms, stream: Stream, index: int, request: bytes | None, groups: Groups) -> None:
        """Judge an act whose last day is one: it changes the days behind."""
        self._judge(terms, stream, index, around(terms[2])[-1], request, groups)

    def _judge(
        self, terms: _Terms, stream: Stream, index: int, first: bytes, request: bytes | None, groups: Groups
    ) -> None:
        if request is not None:
            self._answer(stream.key, stream, index, request, terms, groups)
            return
        group = stream.group if isinstance(stream, Course) else stream
        if isinstance(group, ClassGroup) and self._replay.closings.is_closed_since(group, first):
            self._find("backdated-alone", "an approved request", groups[ACTOR], field_name="actor")

    def _ask(self, key: bytes, place: Stream | None, index: int, groups: Groups, terms: _Terms, basis: bytes) -> None:
        self._waiting[key, index] = _Asked(terms, place, groups[ACTOR], people_of(groups))
        self._row(place, index, groups, "просят", terms, basis=basis)

    def _answer(
        self, key: bytes, place: Stream | None, index: int, request: bytes, done: _Terms | None, groups: Groups,
        basis: bytes = b"",
    ) -> None:  # fmt: skip
        """Judge an answer, the act itself or (None) a refusal: to what waits, as it was asked, by a second person."""
        asked = self._waiting.pop((key, int(request)), None)
        action, terms = ("отказано", asked and asked.terms) if done is None else ("внесено", done)
        by = b"" if asked is None else asked.by
        self._row(place or (asked and asked.place), index, groups, action, terms, by=by, basis=basis, request=request)
        if asked is None:
            if int(request) >= self._replay.start:
                wanted = "a request of this stream that waits"
                self._find("request-mismatch", wanted, request, field_name="data.request")
            return
        if done is not None and done != asked.terms:
            self._find("request-mismatch", b" ".join(asked.terms), b" ".join(done), field_name="data")
        if not asked.people.isdisjoint(people_of(groups)):
            self._find("request-same-person", "a second person", groups[ACTOR], field_name="actor")

    def _row(
        self, place: Stream | None, index: int, groups: Groups, action: str, terms: _Terms | None, *, by: bytes = b"",
        basis: bytes = b"", request: bytes = b"",
    ) -> None:  # fmt: skip
        """Expect a row of the table; a refusal of what nobody asked for has nothing of it."""
        course = place if isinstance(place, Course) else None
        group = course.group if course else place
        what, of, day = terms or (b"", b"", b"")
        who = b"" if what in (_TIMETABLE, _BELLS, *_CALENDAR) else of
        known = self._replay.people.get(who)
        cells = [
            groups[AT], action.encode(), _WHAT.get(what, "").encode(), course.id if course else b"",
            cell(group.name) if isinstance(group, ClassGroup) else b"",
            cell(course.subject) if course else b"", who, cell(known.name) if known else who, day,
            by, cell(unescape(basis)), request, groups[ACTOR],
        ]  # fmt: skip
        self._replay.tables.plain("backdatings", index, cells)
