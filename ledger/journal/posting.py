"""Posting homework in advance, and withdrawing it (regulation 2.2.3, R20)."""

from __future__ import annotations

from typing import NamedTuple

from ledger.errors import LOCAL_ACT, Refused
from ledger.journal import rules
from ledger.journal.behalf import check_writer
from ledger.journal.bells import BellSchedule
from ledger.journal.calendar import Calendar
from ledger.journal.cancellations import Cancellations
from ledger.journal.checked_homework import CheckedHomework
from ledger.journal.commands import PostHomework, WithdrawHomework
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.duties import check_duty
from ledger.journal.homework import check_homework
from ledger.journal.homework_events import HomeworkPosted, HomeworkPostWithdrawn
from ledger.journal.planned_lessons import grade_calendar, planned_lessons
from ledger.journal.posted_homework import PostedHomework
from ledger.journal.recorded import Planned
from ledger.journal.roster import ClassGroup, check_journal_open
from ledger.journal.standing import find_standing
from ledger.journal.teaching import LESSON_NUMBER_MAX, today
from ledger.journal.timetable import Timetable
from ledger.journal.year import Period, SchoolYear, open_periods


class _PlannedPlace(NamedTuple):
    """Whether a lesson is planned at a place, and when it starts, as far as the bells know."""

    is_planned: bool
    starts_at: str | None


def post_homework(command: PostHomework, context: Context) -> list[Planned]:
    """Post homework for a lesson that is planned and has not begun, by the course's teacher of that day or of today."""
    course = context.find(Course, "course", command.course, "course")
    group = context.find(ClassGroup, "class", course.class_group, "course")
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_date(command.held_on, "held_on")
    rules.check_integer(command.number, 0, LESSON_NUMBER_MAX, "number")
    rules.check_within(command.held_on, year.starts_on, year.ends_on, "held_on")
    _check_poster(course, command.held_on, context)
    check_journal_open(group)
    open_periods(context, year, group.grade, command.held_on)
    _check_to_come(course, group, year, command, context)
    if command.text == "":
        raise Refused("nothing_posted", "homework that is posted has a text", clause="2.2.3", where="text")
    place = CheckedHomework(context, "", course, command.held_on, command.number)
    check_homework(command, place, year.ends_on, "")
    stream = f"homework/{command.course}"
    known = context.find_if_any(PostedHomework, stream)
    if known is not None and known.at(command.held_on, command.number) is not None:
        raise Refused(
            "homework_posted", "homework is posted for this lesson: withdraw it first", clause="2.2.3", where="number"
        )
    event = HomeworkPosted(
        held_on=command.held_on,
        number=command.number,
        text=command.text,
        due_on=command.due_on,
        due_lesson=command.due_lesson,
        files=command.files,
    )
    return [Planned(stream, known.version + 1 if known else 1, event)]


def withdraw_homework(command: WithdrawHomework, context: Context) -> list[Planned]:
    """Withdraw what was posted; a lesson that took it over keeps it, and there it is corrected."""
    course = context.find(Course, "course", command.course, "course")
    check_journal_open(context.find(ClassGroup, "class", course.class_group, "course"))
    no_such = Refused(
        "not_posted", "nothing of this course that is posted has this index", clause="2.2.3", where="corrects"
    )
    stream = f"homework/{command.course}"
    known, posted = find_standing(PostedHomework, stream, command.corrects, context, refusal=no_such)
    _check_poster(course, posted.held_on, context)
    return [Planned(known.stream, known.version + 1, HomeworkPostWithdrawn(corrects=command.corrects))]


def _check_poster(course: Course, held_on: str, context: Context) -> None:
    """Refuse anyone but who is responsible for the course on the lesson's day or today (regulation 1.2)."""
    check_writer(context, "1.2")
    day = today(context)
    if context.author not in (course.teacher_on(held_on), course.teacher_on(day)):
        raise Refused("not_the_teacher", "only the course's teacher may do this", clause="1.2")
    check_duty(context, ("journal", "substitute"), day)


def _check_to_come(
    course: Course, group: ClassGroup, year: SchoolYear, command: PostHomework, context: Context
) -> None:
    """Refuse a lesson that no timetable plans, that is cancelled, or that has begun: then it is recorded instead."""
    place = _planned(course, group, year, command, context)
    if not place.is_planned:
        raise Refused(
            "lesson_not_planned", "no lesson of this course is planned there", clause=LOCAL_ACT, where="number"
        )
    begins = f"{command.held_on}T{place.starts_at or '00:00'}"
    zone = context.books.zone
    if zone is None or begins <= rules.local_minute(context.now, zone):
        raise Refused("lesson_begun", "the lesson has begun: record it instead", clause="2.2.3", where="held_on")


def _planned(
    course: Course, group: ClassGroup, year: SchoolYear, command: PostHomework, context: Context
) -> _PlannedPlace:
    cancelled = context.find_if_any(Cancellations, f"cancellation/{course.id}")
    here = (command.held_on, command.number)
    standing = cancelled.standing.values() if cancelled is not None else ()
    if any(one.moved_to is not None and (one.moved_to.held_on, one.moved_to.number) == here for one in standing):
        return _PlannedPlace(is_planned=True, starts_at=None)
    if cancelled is not None and cancelled.at(*here) is not None:
        return _PlannedPlace(is_planned=False, starts_at=None)
    timetable = context.find_if_any(Timetable, f"timetable/{group.id}")
    if timetable is None:
        return _PlannedPlace(is_planned=False, starts_at=None)
    version = timetable.on(command.held_on)
    named = version.event.bells if version is not None else ""
    rung = context.find_if_any(BellSchedule, f"bells/{named}") if named else None
    calendar = context.find_if_any(Calendar, f"calendar/{year.id}")
    periods = [found for id_ in year.periods if isinstance(found := context.books.find(f"period/{id_}"), Period)]
    lessons = planned_lessons(
        timetable.entries,
        {named: rung.entries} if rung is not None else {},
        grade_calendar(group.grade, year, periods, calendar),
        command.held_on,
    )
    mine = [lesson for lesson in lessons if (lesson.course, lesson.number) == (course.id, command.number)]
    return _PlannedPlace(bool(mine), mine[0].starts_at if mine else None)
