"""Lessons: header, attendance taken later, works, homework. Marks, absences and lateness are in `cells`."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
import orjson

from ledger.journal.events import (
    AttendanceTaken,
    HomeworkAnnulled,
    HomeworkAssigned,
    HomeworkBody,
    HomeworkCorrected,
    LessonAnnulled,
    LessonCorrected,
    LessonRecorded,
    WorkAnnulled,
    WorkCorrected,
    WorkRecorded,
)
from projections.folding import Entry, View
from projections.rows import OPEN, Operations, Revise, Table


class LessonRow(NamedTuple):
    """A lesson's header; `fact`: the entry that first recorded it; `stands`: 0 while annulled.

    `plan_items`: JSON array of numbers, None where the lesson names none.
    """

    entry: int
    fact: int
    lesson: str
    course: str
    teacher: str
    held_on: str
    number: int
    starts_at: str
    ends_at: str
    topic: str
    attendance: str
    plan_items: str | None
    stands: int
    to_position: int = OPEN


class LaterAttendanceRow(NamedTuple):
    """Attendance of a lesson that was recorded without."""

    entry: int
    lesson: str
    absent: int
    to_position: int = OPEN


class WorkRow(NamedTuple):
    """An assessed work.

    `weight`: None where it is what the rules of assessment give the kind; `ends_on`: its last day, where it goes on
    after the lesson's; `scheduled`: of the schedule; `of_lesson`: of a homework check, the lesson that it names.
    """

    entry: int
    fact: int
    lesson: str
    work: str
    kind: str
    written: int
    weight: int | None
    ends_on: str | None
    scheduled: str | None
    of_lesson: str | None
    stands: int
    to_position: int = OPEN


class HomeworkRow(NamedTuple):
    """Homework of a lesson; empty text: explicitly none.

    `due_on` is the day for which it is, `due_lesson` the JSON of the lesson that says so, if one does; `files`: JSON.
    `posted`: the entry that posted it in advance, where the lesson took it over.
    """

    entry: int
    fact: int
    lesson: str
    text: str
    due_on: str | None
    due_lesson: str | None
    files: str | None
    posted: int | None
    stands: int
    to_position: int = OPEN


# The index by course says how many stand without a look at them; the greatest `ends_at` of all bounds each day's end.
LESSONS: Final = Table(
    "lessons",
    LessonRow,
    (("course", "held_on", "stands", "to_position"), ("lesson",), ("held_on",), ("ends_at",)),
)
LATER_ATTENDANCE: Final = Table("later_attendance", LaterAttendanceRow, (("lesson",),))
WORKS: Final = Table("works", WorkRow, (("lesson", "written", "work"), ("scheduled",)))
HOMEWORK: Final = Table("homework", HomeworkRow, (("lesson",),))


def _lesson_recorded(event: LessonRecorded, entry: Entry) -> Operations:
    row = LessonRow(
        entry=entry.index,
        fact=entry.index,
        lesson=entry.stream_id,
        course=event.course,
        teacher=event.teacher,
        held_on=event.held_on,
        number=event.number,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        topic=event.topic,
        attendance=event.attendance,
        plan_items=numbers(event.plan_items),
        stands=1,
    )
    return (row,)


def _lesson_corrected(event: LessonCorrected, entry: Entry) -> Operations:
    new = event.new
    header = {"topic": new.topic, "number": new.number, "starts_at": new.starts_at, "ends_at": new.ends_at}
    changes = {**header, "plan_items": numbers(new.plan_items), "stands": 1}
    return (Revise(LESSONS, event.corrects, entry.index, changes),)


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def numbers(items: tuple[int, ...]) -> str | None:
    """Numbers of a plan's items as rows have them."""
    return orjson.dumps(items).decode() if items else None


def _lesson_annulled(event: LessonAnnulled, entry: Entry) -> Operations:
    return (Revise(LESSONS, event.corrects, entry.index, {"stands": 0}),)


def _attendance_taken(event: AttendanceTaken, entry: Entry) -> Operations:
    return (LaterAttendanceRow(entry.index, entry.stream_id, event.absent),)


def _work_recorded(event: WorkRecorded, entry: Entry) -> Operations:
    index = entry.index
    header = (event.kind, int(event.written), event.weight, event.ends_on, event.scheduled, event.of_lesson)
    return (WorkRow(index, index, entry.stream_id, event.work, *header, stands=1),)


def _work_corrected(event: WorkCorrected, entry: Entry) -> Operations:
    new = event.new
    header = {"kind": new.kind, "written": int(new.written), "weight": new.weight, "of_lesson": new.of_lesson}
    days = {"ends_on": new.ends_on, "scheduled": new.scheduled}
    return (Revise(WORKS, event.corrects, entry.index, {**header, **days, "stands": 1}),)


def _work_annulled(event: WorkAnnulled, entry: Entry) -> Operations:
    return (Revise(WORKS, event.corrects, entry.index, {"stands": 0}),)


def _homework_assigned(event: HomeworkAssigned, entry: Entry) -> Operations:
    index = entry.index
    return (
        HomeworkRow(entry=index, fact=index, lesson=entry.stream_id, **_body(event), posted=event.posted, stands=1),
    )


def _homework_corrected(event: HomeworkCorrected, entry: Entry) -> Operations:
    return (Revise(HOMEWORK, event.corrects, entry.index, {**_body(event.new), "stands": 1}),)


def _body(given: HomeworkBody) -> dict[str, Any]:
    return {
        "text": given.text,
        "due_on": given.due_day,
        "due_lesson": _json(given.due_lesson) if given.due_lesson is not None else None,
        "files": _json(given.files) if given.files else None,
    }


def _homework_annulled(event: HomeworkAnnulled, entry: Entry) -> Operations:
    return (Revise(HOMEWORK, event.corrects, entry.index, {"stands": 0}),)


VIEW: Final = View(
    (LESSONS, LATER_ATTENDANCE, WORKS, HOMEWORK),
    {
        LessonRecorded: _lesson_recorded,
        LessonCorrected: _lesson_corrected,
        LessonAnnulled: _lesson_annulled,
        AttendanceTaken: _attendance_taken,
        WorkRecorded: _work_recorded,
        WorkCorrected: _work_corrected,
        WorkAnnulled: _work_annulled,
        HomeworkAssigned: _homework_assigned,
        HomeworkCorrected: _homework_corrected,
        HomeworkAnnulled: _homework_annulled,
    },
)
