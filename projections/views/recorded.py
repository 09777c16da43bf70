"""Lessons and written works as the command that recorded them left them, and what came to them by other commands.

Most lessons are written down at once: header, attendance, homework, marks. All entries of a command have one moment, so
of such a lesson one row says all that deadlines ask, and counts over a year are a walk along one index. A lesson that
another command touched is named in `additions`, and is looked up where its facts are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ledger.journal.events import LessonAnnulled, LessonCorrected
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Revise, Table
from projections.views.cell_sets import CellSetRow
from projections.views.commands import CommandRow
from projections.views.corrections import CorrectionRow
from projections.views.lessons import HomeworkRow, LaterAttendanceRow, LessonRow, WorkRow, numbers


class RecordedLessonRow(NamedTuple):
    """A lesson with what its own command entered beside it; header, `fact` and `stands` are as in `lessons`.

    `taken`: 1 where it was recorded with its attendance; `given`: the entry that gave its homework, in advance where it
    was posted so; None: no homework; `oral`: marks for works that are not written, None where it has none of these.
    """

    entry: int
    fact: int
    lesson: str
    course: str
    teacher: str
    held_on: str
    starts_at: str
    ends_at: str
    plan_items: str | None
    taken: int
    given: int | None
    due_on: str | None
    oral: int | None
    stands: int
    to_position: int = OPEN


class RecordedWorkRow(NamedTuple):
    """A written work that its lesson's own command recorded, with its lesson.

    `absent`: who was away by that command, with commas between; None where nobody was.
    """

    entry: int
    lesson: str
    work: str
    course: str
    teacher: str
    held_on: str
    ends_on: str | None
    absent: str | None
    to_position: int = OPEN


class AdditionRow(NamedTuple):
    """Something that came to a lesson by a command other than its own; `entry`: the first of the command that says so.

    `what`: attendance, absence, homework, work, mark or make_up, also where one of them was corrected; and
    annulled_absence, annulled_mark, annulled_lesson. `work`: of marks that were added.
    """

    entry: int
    what: str
    lesson: str
    work: str | None = None
    to_position: int = OPEN


# All that sums need is in the index by day, and which lessons a course had on which day in that by course.
LESSONS: Final = Table(
    "recorded_lessons",
    RecordedLessonRow,
    (
        (
            *("held_on", "teacher", "fact", "stands", "taken", "given", "due_on", "ends_at", "oral"),
            *("entry", "to_position", "lesson", "course", "starts_at"),
        ),
        ("held_on", "due_on"),
        ("course", "held_on", "lesson", "fact", "entry", "to_position"),
        ("lesson",),
        ("fact",),
    ),
)
WORKS: Final = Table("recorded_works", RecordedWorkRow, (("held_on",),))
ADDITIONS: Final = Table("additions", AdditionRow, (("what", "lesson", "work"),))


class _Commands:
    """The commands of a batch, and which lesson each recorded."""

    def __init__(self, asked: Mapping[type, list[Any]]) -> None:
        self._begins = [row.entry for row in asked.get(CommandRow, ())]
        self._recorded = {row.lesson: row.entry for row in asked.get(LessonRow, ())}

    def is_own(self, lesson: str, entry: int) -> bool:
        """Whether an entry is of the command that recorded its lesson, behind it."""
        recorded = self._recorded.get(lesson)
        return recorded is not None and recorded < entry and self._place(recorded) == self._place(entry)

    def _place(self, entry: int) -> int:
        return bisect_right(self._begins, entry)


def _recorded(asked: Mapping[type, list[Any]]) -> Sequence[tuple[Any, ...]]:
    """The rows of some whole commands."""
    own, added = _split(asked)
    given = {row.lesson: row for row in own[HomeworkRow]}
    works = {(row.lesson, row.work): row for row in own[WorkRow]}
    away: dict[str, str] = {}
    oral = dict.fromkeys((row.lesson for row in own[WorkRow] if not row.written), 0)
    for cells in own[CellSetRow]:
        if cells.what == "absence":
            away[cells.lesson] = cells.students
        elif cells.what == "mark" and (work := works.get((cells.lesson, cells.work))) is not None and not work.written:
            oral[cells.lesson] += cells.how_many
    headers = {row.lesson: row for row in asked.get(LessonRow, ())}
    lessons = [
        RecordedLessonRow(
            *(row.entry, row.fact, row.lesson, row.course, row.teacher),
            *(row.held_on, row.starts_at, row.ends_at, row.plan_items),
            int(row.attendance == "taken"),
            *_given(given.get(row.lesson)),
            *(oral.get(row.lesson), row.stands),
        )
        for row in asked.get(LessonRow, ())
    ]
    written = [
        RecordedWorkRow(
            *(row.entry, row.lesson, row.work, of.course, of.teacher, of.held_on, row.ends_on, away.get(row.lesson))
        )
        for row in own[WorkRow]
        if row.written and (of := headers[row.lesson])
    ]
    return [*lessons, *written, *added]


def _given(homework: HomeworkRow | None) -> tuple[int | None, str | None]:
    """Which entry gave homework, and for which day."""
    if homework is None:
        return None, None
    return homework.fact if homework.posted is None else homework.posted, homework.due_on


def _split(asked: Mapping[type, list[Any]]) -> tuple[defaultdict[type, list[Any]], list[AdditionRow]]:
    """What commands entered beside the lesson that they recorded, and what they added to others."""
    commands = _Commands(asked)
    own: defaultdict[type, list[Any]] = defaultdict(list)
    added = [AdditionRow(row.entry, "attendance", row.lesson) for row in asked.get(LaterAttendanceRow, ())]
    for kind, what in ((HomeworkRow, "homework"), (WorkRow, "work")):
        for row in asked.get(kind, ()):
            if commands.is_own(row.lesson, row.entry):
                own[kind].append(row)
            else:
                added.append(AdditionRow(row.entry, what, row.lesson))
    for cells in asked.get(CellSetRow, ()):
        if cells.with_lesson:
            own[CellSetRow].append(cells)
        if cells.what == "make_up" or (not cells.with_lesson and cells.what in {"absence", "mark"}):
            added.append(AdditionRow(cells.entry, cells.what, cells.lesson, cells.work))
    return own, [*added, *_corrected(asked.get(CorrectionRow, ()))]


def _corrected(corrections: Sequence[CorrectionRow]) -> Iterator[AdditionRow]:
    """Corrections that change when something was first there, or for which day it is."""
    for row in corrections:
        if row.what in {"homework", "work"}:
            yield AdditionRow(row.entry, row.what, row.lesson)
        elif row.action == "annulled" and row.what in {"absence", "mark", "lesson"}:
            yield AdditionRow(row.entry, f"annulled_{row.what}", row.lesson)


def _lesson_corrected(event: LessonCorrected, entry: Entry) -> Operations:
    new = event.new
    header = {"starts_at": new.starts_at, "ends_at": new.ends_at, "plan_items": numbers(new.plan_items)}
    return (Revise(LESSONS, event.corrects, entry.index, {**header, "stands": 1}),)


def _lesson_annulled(event: LessonAnnulled, entry: Entry) -> Operations:
    return (Revise(LESSONS, event.corrects, entry.index, {"stands": 0}),)


VIEW: Final = View(
    (LESSONS, WORKS, ADDITIONS),
    {LessonCorrected: _lesson_corrected, LessonAnnulled: _lesson_annulled},
    on_batch=_recorded,
)
