"""Recording lessons: the header, and with it or later attendance, works, marks and homework."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, NamedTuple

from ledger.errors import LOG, Conflict, Refused
from ledger.journal import rules
from ledger.journal.certificates import covering
from ledger.journal.commands import AddToLesson, LessonChange, RecordLesson, SetAbsenceReason
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.duties import check_duty
from ledger.journal.events import AbsenceReasonSet, AttendanceTaken, Event, LessonRecorded
from ledger.journal.facts import Slot
from ledger.journal.lesson import Lesson
from ledger.journal.marks import Desk, plan_parts
from ledger.journal.plans import check_covered
from ledger.journal.recorded import Planned
from ledger.journal.regulation import takes_marks_for_absent
from ledger.journal.roster import ClassGroup
from ledger.journal.schedule import check_scheduled
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
    rules.check_role(context.actor, rules.TEACHER, "1.2")
    _check_header(command)
    course = context.find(Course, "course", command.course, "course")
    substitution = plan_substitution(command.substitution, course, command.held_on, context)
    check_duty(context, ("journal", "substitute") if substitution else ("journal",), command.held_on, "held_on")
    group = context.find(ClassGroup, "class", course.class_group, "course")
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_within(command.held_on, year.starts_on, year.ends_on, "held_on")
    check_begun(context, command.held_on, command.starts_at)
    open_periods(context, year, group.grade, command.held_on)
    check_covered(command.plan_items, course, context, "plan_items")
    stream = f"lesson/{command.lesson}"
    context.check_new(stream, "lesson")
    events: list[Event] = [
        LessonRecorded(
            course=command.course,
            teacher=context.actor.id,
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
    plan_parts(command, _desk(context, group, course, command.held_on, year, {}, {}, {}), events)
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
    desk = _desk(
        context, place.group, place.course, lesson.held_on, place.year, lesson.slots, lesson.works, lesson.make_ups
    )
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
    if context.actor.role == "teacher" and context.actor.id == place.group.class_teacher:
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
        Refused: there is no such lesson.
    """
    lesson = context.find(Lesson, "lesson", command.lesson, "lesson")
    expected = command.expected_version
    if expected is not None and expected != lesson.version:
        raise Conflict(lesson.stream, f"the lesson is at version {lesson.version}, the command expects {expected}")
    return lesson, place_of(context, lesson)


def place_of(context: Context, lesson: Lesson) -> Place:
    """Return where a lesson stands, with everything noted as read that may move."""
    course = context.find(Course, "course", lesson.course, "lesson")
    group = context.find(ClassGroup, "class", course.class_group, "lesson")
    year = context.settled(SchoolYear, "year", course.year, "lesson")
    periods = periods_holding(context, year, group.grade, lesson.held_on)
    return Place(course, group, year, periods)


def check_teaches(lesson: Lesson, place: Place, context: Context) -> None:
    """Refuse anyone but the lesson's teacher and the one responsible for the course today (regulation 1.2, R06)."""
    rules.check_role(context.actor, rules.TEACHER, "1.2")
    if context.actor.id not in (lesson.teacher, place.course.teacher_on(today(context))):
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


def _desk(
    context: Context,
    group: ClassGroup,
    course: Course,
    held_on: str,
    year: SchoolYear,
    slots: Mapping[Slot, int],
    works: Mapping[str, int],
    make_ups: Mapping[tuple[str, str], str],
) -> Desk:
    return Desk(
        group,
        course,
        held_on,
        year.ends_on,
        slots,
        works,
        partial(covering, context, held_on),
        partial(takes_marks_for_absent, context, held_on),
        today(context),
        make_ups,
        partial(check_scheduled, context, course.id),
    )


def today(context: Context) -> str:
    """Return the school's calendar day."""
    zone = context.books.zone
    return rules.local_minute(context.now, zone)[:10] if zone else ""
