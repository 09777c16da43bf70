"""Lessons that were planned and that nobody recorded, for verdicts on deadlines (regulation 2.1, 2.2.1).

What is planned and what stands for it, `plan` says. A planned lesson is judged once it has ended (events.md). Who was
planned to substitute has to record it, else the teacher responsible on the day, if there is any.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.journal.deadlines.excuses import with_excuse
from ledger.journal.deadlines.lesson import attendance, lesson_record
from ledger.journal.deadlines.verdict import Verdict
from projections.reading import Reader
from projections.views.deadline_basis import Judging, wall
from projections.views.excuses import StandingExcuses
from projections.views.timetable_pages import Board, DayLesson


def unrecorded(
    views: Reader,
    by: Judging,
    from_day: str,
    to_day: str,
    *,
    class_group: str | None = None,
    teacher: str | None = None,
) -> Sequence[DayLesson]:
    """Planned lessons of some days, both inclusive, that are over and not recorded, cancelled ones among them."""
    board = Board(views, from_day, to_day, class_group=class_group, at=by.position, until=by.until)
    return [row for row in board.uneven(owed_by=teacher, is_unplanned_asked=False) if row.lesson is None]


def judge_unrecorded(place: DayLesson, by: Judging, excuses: StandingExcuses) -> tuple[Verdict, ...]:
    """The verdicts on a planned lesson that nobody recorded: its record and its attendance, with what excuses them."""
    day, planned, cancelled = date.fromisoformat(place.held_on), place.planned_by, place.cancelled_by
    school = by.of(place.class_group)
    record = lesson_record(day, None, school=school, now=by.now, planned=planned, cancelled=cancelled)
    taken = attendance(day, None, school=school, now=by.now, planned=planned, cancelled=cancelled)
    standing = excuses.of("", place.course, place.held_on, place.owed_by or "")
    starts = wall(day, place.starts_at or "00:00", school)
    return tuple(with_excuse(one, standing, starts, by.now) for one in (record, taken))
