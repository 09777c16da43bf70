"""Recording lessons: the header, and with it or later attendance, works, marks and homework."""

from __future__ import annotations

from functools import partial
from typing import Final, NamedTuple

from ledger.errors import LOG, Conflict, Refused
from ledger.journal import rules
from ledger.journal.behalf import check_writer
from ledger.journal.certificates import covering
from ledger.journal.checked_homework import CheckedHomework
from ledger.journal.commands import AddToLesson, LessonChange, RecordLesson, SetAbsenceReason
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.duties import check_duty
from ledger.journal.events import AbsenceReasonSet, AttendanceTaken, Event, LessonRecorded
from ledger.journal.lesson import Lesson
from ledger.journal.marks import Desk, plan_parts
from ledger.journal.places import take_place
from ledger.journal.plans import check_covered
from ledger.journal.posted_homework import taken_over
from ledger.journal.recorded import Planned
from ledger.journal.regulation import takes_marks_for_absent
from ledger.journal.roster import ClassGroup, check_journal_open
from ledger.journal.schedule import check_scheduled
from ledger.journal.substitution_plans import planned_for
from ledger.journal.substitutions import plan_substitution
from ledger.journal.vocabulary import ABSENCE_CODES
from ledger.journal.year import Period, SchoolYear, open_periods, periods_holding

LESSON_NUMBER_MAX: Final = rules.LESSON_NUMBER_MAX


class Place(NamedTuple):
    """Where in the school a lesson stands."""

    course: Course
    group: ClassGroup
    year: SchoolYear
    periods: list[Period]

    @property
    def closed(self) -> bool:
        """Whether a period that holds the lesson is closed."""
        return any(period.closed for period in self.periods)


def record_lesson(command: RecordLesson, context: Context) -> list[Planned]:
    """Record a lesson that has begun, by the responsible teacher or with a substitution (regulation 2.1)."""
    check_writer(context, "1.2")
    _check_header(command)
    course = context.find(Course, "course", command.course, "course")
    wanted = command.substitution
    if wanted is None and course.teacher_on(command.held_on) != context.author:
        wanted = planned_for(context, command.course, command.held_on, command.number)
    substitution = plan_substitution(wanted, course, command.held_on, context)
    check_duty(context, ("journal", "substitute") if substitution else ("journal",), command.held_on, "held_on")
    group = context.find(ClassGroup, "class", course.class_group, "course")
    check_journal_open(group)
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_within(command.held_on, year.starts_on, year.ends_on, "held_on")
    check_begun(context, command.held_on, command.starts_at)
    open_periods(context, year, group.grade, command.held_on)
    check_covered(command.plan_items, course, context, "plan_items")
    stream = f"lesson/{command.lesson}"
    context.check_new(stream, "lesson")
    take_place(context, stream, course, group, command.held_on, command.number, "number")
    events: list[Event] = [
        LessonRecorded(
            course=command.course,
            teacher=context.author,
            held_on=command.held_on,
            number=command.number,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            topic=command.topic,
            attendance="taken" if command.attendance_taken else "not_taken",
            plan_items=command.plan_items,
        ),
        *substitution,
    ]
    checked = CheckedHomework(context, stream, course, command.held_on, command.number)
    plan_parts(command, _desk(checked, group, year, None), events)
    if command.homework is None and (posted := taken_over(course.id, command.held_on, command.number, context)):
        events.append(posted)
    return [Planned(stream, version, event) for version, event in enumerate(events, 1)]


def add_to_lesson(command: AddToLesson, context: Context) -> list[Planned]:
    """Record more of a lesson, by its teacher or the course's present one (regulation 2.2.4, 2.4.2)."""
    lesson, place = find_lesson(context, command)
    check_teaches(lesson, place, context)
    check_open(place)
    if lesson.header is None:
        raise Refused("lesson_annulled", "this lesson was annulled", clause="3.3", where="lesson")
    if command.take_attendance and lesson.attendance_taken:
        raise Refused("attendance_taken_already", "attendance was taken already", clause="2.1", where="take_attendance")
    desk = _desk(checked_by(lesson, place, context), place.group, place.year, lesson)
    events: list[Event] = []
    plan_parts(command, desk, events)
    if command.take_attendance:
        before = sum(1 for slot in lesson.slots if slot[0] == "absence")
        events.append(AttendanceTaken(absent=before + len(command.absences)))
    if not events:
        raise Refused("nothing_to_record", "the command adds nothing to the lesson", clause=LOG)
    return [Planned(lesson.stream, version, event) for version, event in enumerate(events, lesson.version + 1)]


def set_absence_reason(command: SetAbsenceReason, context: Context) -> list[Planned]:
    """Say why a student was absent once it is known (R24), in place of ``absent``; the class teacher may do it too."""
    lesson, place = find_lesson(context, command)
    check_writer(context, "1.2")
    if context.author == place.group.class_teacher_on(today(context)):
        check_duty(context, ("journal", "class_teacher"), today(context))
    else:
        check_teaches(lesson, place, context)
    check_open(place)
    first = lesson.chain.get(command.absence)
    if first is None or lesson.facts[first].what != "absence":
        raise Refused(
            "not_an_absence", "this index is not of an absence of this lesson", clause="2.2.4", where="absence"
        )
    absence = lesson.facts[first]
    if absence.standing != command.absence:
        raise Refused(
            "not_standing",
            "the absence's standing entry is {standing}",
            clause="3.3",
            where="absence",
            standing=absence.standing,
        )
    if absence.value != "absent":
        raise Refused("reason_known", "the absence has a reason: correct it instead", clause="3.3", where="absence")
    rules.check_code(command.code, ABSENCE_CODES - {"absent"}, "code")
    if command.basis is not None:
        rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    event = AbsenceReasonSet(absence=command.absence, code=command.code, basis=command.basis)
    return [Planned(lesson.stream, lesson.version + 1, event)]


def find_lesson(context: Context, command: LessonChange) -> tuple[Lesson, Place]:
    """Return a command's lesson and its place, with everything noted as read that may move.

    Raises:
        Conflict: the lesson is not in the state that the client saw (If-Match).
        Refused: there is no such lesson, or its class's journal is closed.
    """
    lesson = context.find(Lesson, "lesson", command.lesson, "lesson")
    expected = command.expected_version
    if expected is not None and expected != lesson.version:
        raise Conflict(lesson.stream, f"the lesson is at version {lesson.version}, the command expects {expected}")
    place = place_of(context, lesson)
    check_journal_open(place.group)
    return lesson, place


def place_of(context: Context, lesson: Lesson) -> Place:
    """Return where a lesson stands, with everything noted as read that may move."""
    course = context.find(Course, "course", lesson.course, "lesson")
    group = context.find(ClassGroup, "class", course.class_group, "lesson")
    year = context.settled(SchoolYear, "year", course.year, "lesson")
    periods = periods_holding(context, year, group.grade, lesson.held_on)
    return Place(course, group, year, periods)


def check_teaches(lesson: Lesson, place: Place, context: Context) -> None:
    """Refuse anyone but the lesson's teacher and the one responsible for the course today (regulation 1.2, R06)."""
    check_writer(context, "1.2")
    if context.author not in (lesson.teacher, place.course.teacher_on(today(context))):
        raise Refused("not_the_teacher", "only the lesson's or the course's teacher may do this", clause="1.2")
    check_duty(context, ("journal", "substitute"), today(context))


def check_open(place: Place) -> None:
    """Refuse ordinary entries into a closed period (regulation 3.3)."""
    if place.closed:
        raise Refused("period_closed", "the reporting period is closed: ask for a correction instead", clause="3.3")


def check_begun(context: Context, held_on: str, starts_at: str, where: str = "") -> None:
    """Refuse a lesson that has not begun by the school's clock: records are made by the fact (regulation 2.1, R14)."""
    zone = context.books.zone
    if zone is None or f"{held_on}T{starts_at}" > rules.local_minute(context.now, zone):
        raise Refused(
            "lesson_not_begun", "a lesson is recorded once it has begun", clause="2.1", where=where + "starts_at"
        )


def check_times(number: object, starts_at: object, ends_at: object, topic: object, where: str = "") -> None:
    """Judge what a lesson's header says, alike in a record and in a correction."""
    rules.check_integer(number, 0, LESSON_NUMBER_MAX, where + "number")
    rules.check_time(starts_at, where + "starts_at")
    rules.check_time(ends_at, where + "ends_at")
    if starts_at >= ends_at:  # type: ignore[operator]
        raise Refused("empty_range", "the lesson ends before it starts", clause=LOG, where=where + "ends_at")
    rules.check_line(topic, rules.TOPIC_LENGTH_MAX, where + "topic")


def _check_header(command: RecordLesson) -> None:
    rules.check_id(command.lesson, "lesson")
    rules.check_date(command.held_on, "held_on")
    check_times(command.number, command.starts_at, command.ends_at, command.topic)


def checked_by(lesson: Lesson, place: Place, context: Context) -> CheckedHomework:
    """Return what judges the homework checks of a lesson; of an annulled one, as the last in its day."""
    number = lesson.header.number if lesson.header is not None else LESSON_NUMBER_MAX
    return CheckedHomework(context, lesson.stream, place.course, lesson.held_on, number)


def _desk(checked: CheckedHomework, group: ClassGroup, year: SchoolYear, lesson: Lesson | None) -> Desk:
    """Put together what is known of a lesson; None: it is recorded by this very command."""
    context, held_on = checked.context, checked.held_on
    return Desk(
        group,
        checked.course,
        held_on,
        year.ends_on,
        lesson.slots if lesson else {},
        lesson.works if lesson else {},
        partial(covering, context, held_on),
        partial(takes_marks_for_absent, context, held_on),
        lesson.kinds() if lesson else {},
        checked,
        today(context),
        lesson.make_ups if lesson else {},
        partial(check_scheduled, context, checked.course.id),
    )


def today(context: Context) -> str:
    """Return the school's calendar day."""
    return context.today
