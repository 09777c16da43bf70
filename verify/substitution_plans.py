"""Substitutions that are planned (events.md, "Planned substitutions")."""

from typing import TYPE_CHECKING

from verify.columns import ABSENT_FOR
from verify.entry import AT, DATA, Groups
from verify.events import unescape
from verify.state import Course, Stream
from verify.substitution import responsible
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay


class SubstitutionPlans:
    """The plans of all courses that hold: course, index -> day and place in it, row of the table.

    The last cell of a row of substitution_plans.csv says what withdrew or replaced it. `expected`: course, day and
    number -> who is to give the lesson, by a plan that holds.
    """

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._standing: dict[bytes, dict[int, tuple[tuple[bytes, bytes], list[bytes]]]] = {}
        self.expected: dict[tuple[bytes, bytes, bytes], bytes] = {}

    def substitution_planned(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a plan: for the responsible teacher, by another with the duty, one of a place."""
        absent, basis, coefficient, held_on, number, reason, replaces, same_subject, substitute = groups[DATA]
        replay, place = self._replay, (held_on, number)
        course = replay.made(b"course", stream.id, "course")
        away = replay.person(absent, "absent_teacher", b"teacher")
        other = replay.person(substitute, "substitute", b"teacher")
        replay.accounts.check_employed(substitute, held_on, "substitute")
        standing = self._standing.setdefault(stream.id, {})
        if replaces is not None:
            self._end(stream, int(replaces), index, "data.replaces", place)
        if any(place == of for of, _ in standing.values()):
            replay.find("recorded-twice", "one planned substitution of a lesson", b"%b, %b" % place)
        row: list[bytes] = []
        standing[index] = place, row
        self.expected[stream.id, held_on, number] = substitute
        if absent == substitute:
            replay.find("substitution-mismatch", "another teacher", substitute, field_name="data.substitute")
        if not replay.duties.includes(substitute, held_on, (b"journal", b"substitute")):
            replay.find("duty-missing", "a teacher with this duty", substitute, field_name="data.substitute")
        if isinstance(course, Course) and not course.is_partial:
            of_day = responsible(course, held_on)
            if of_day != absent:
                replay.find("substitution-mismatch", of_day or "nobody", absent, field_name="data.absent_teacher")
        if isinstance(course, Course):
            row += [
                b"%d" % index, groups[AT], course.id, cell(course.group.name) if course.group is not None else b"",
                cell(course.subject), held_on, number, away.id, cell(away.name_at(index)), other.id,
                cell(other.name_at(index)), ABSENT_FOR[reason.decode()].encode(), cell(unescape(basis)),
                ("да" if same_subject == b"true" else "нет").encode(), coefficient, b"",
            ]  # fmt: skip
            replay.tables.row("substitution_plans", index, row)

    def substitution_plan_withdrawn(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the withdrawal of a plan."""
        _, corrects = groups[DATA]
        self._end(stream, int(corrects), index, "data.corrects", None)

    def _end(self, stream: Stream, ended: int, by: int, where: str, place: tuple[bytes, bytes] | None) -> None:
        """Let a plan hold no more; one that is replaced was of the same place."""
        found = self._standing.get(stream.id, {}).pop(ended, None)
        if found is not None:
            of, row = found
            self.expected.pop((stream.id, *of), None)
            if row:
                row[-1] = b"%d" % by
            if place in (None, of):
                return
        elif ended < self._replay.start:
            return
        expected = "a planned substitution of this course that holds"
        self._replay.find("correction-cites-nothing", expected, b"%d" % ended, field_name=where)
