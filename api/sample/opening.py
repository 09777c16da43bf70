"""The days before 1 September: the school is opened, people are registered, classes and courses set up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import Final

from api.sample import school_year, topics
from api.sample.curriculum import HISTORY, SOCIETY, UNMARKED_GRADE
from api.sample.draws import Draws
from api.sample.planned import Planned, Scribe
from api.sample.results import RULES
from api.sample.roster import Course, Person, Roster
from api.sample.school_year import ENDS_ON, SECOND, STARTS_ON, moment
from api.sample.timetable import Week
from ledger.journal import commands as cmd
from ledger.journal.events import RegulationParameters
from ledger.journal.plan_events import PlanItem
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.vocabulary import Duty
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

_OPENED_ON: Final = date(2026, 8, 24)
_WITH_HOMEWORK_PLANNED: Final = (HISTORY, SOCIETY)
"""Subjects whose plan says the homework too: a lesson without any has that of its plan."""
_STEP: Final = 20 * SECOND
_PARAMETERS: Final = RegulationParameters(
    lesson_days=0,
    attendance_days=0,
    oral_mark_days=0,
    written_mark_days=7,
    homework_days=0,
    homework_after_last_lesson_minutes=60,
    planned_homework_is_exempt=True,
    unposted_homework_is_not_assigned=True,
    mark_for_unassigned_homework="flag",
    mark_for_absent="refuse",
    weekends_extend=False,
    holidays_extend=False,
    result_hours=24,
    notice_days=3,
    annual_refresh_until="09-05",
)


def open_school(origin: str, name: str, roster: Roster, week: Week, scribe: Scribe, salts: Draws) -> Iterator[Planned]:
    """Yield the set-up in order: school, staff, year, periods, classes with all they have, calendar, timetables."""
    actor = Actor(roster.administrator.id, "administrator")
    at = moment(_OPENED_ON, "09:00")
    for item in _set_up(origin, name, roster, week):
        if isinstance(item, Person):
            made = [make_disclosure(name, value, salts.bytes) for name, value in item.name.values().items()]
            digests = tuple(sorted(disclosure.digest for disclosure in made))
            register = cmd.RegisterPerson(person=item.id, kind=item.kind, sd=digests)
            yield scribe.plan(at, actor, register, {item.id: tuple(disclosure.text for disclosure in made)})
        else:
            yield scribe.plan(at, actor, item)
        at += _STEP


def _set_up(origin: str, name: str, roster: Roster, week: Week) -> Iterator[cmd.JournalCommand | Person]:
    """Yield commands, and people who are to be registered."""
    starts_on, ends_on = STARTS_ON.isoformat(), ENDS_ON.isoformat()
    yield cmd.OpenSchool(
        school=roster.school, name=name, origin=origin, time_zone=school_year.TIME_ZONE, clock="sample"
    )
    yield from roster.staff
    yield from _orders(roster)
    yield from _duties(roster)
    yield cmd.OpenSchoolYear(year=roster.year, title=school_year.TITLE, starts_on=starts_on, ends_on=ends_on)
    for period in roster.periods:
        yield cmd.DefinePeriod(
            period=period.id,
            year=roster.year,
            kind=period.kind,
            number=period.span.number,
            grades=period.grades,
            starts_on=period.starts_on.isoformat(),
            ends_on=period.ends_on.isoformat(),
        )
    yield cmd.DefinePeriod(
        period=roster.year_period,
        year=roster.year,
        kind="year",
        number=1,
        grades=roster.grades,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    students = {person.id: person for person in roster.students}
    days = school_year.school_days()
    for group in roster.classes:
        yield cmd.OpenClassGroup(
            class_group=group.id,
            year=roster.year,
            grade=group.grade,
            letter=group.letter,
            class_teacher=group.class_teacher,
        )
        for student in group.students:
            yield students[student]
            yield cmd.EnrollStudent(class_group=group.id, student=student, starts_on=starts_on)
        for course in group.courses:
            yield cmd.OpenCourse(
                course=course.id,
                class_group=group.id,
                year=roster.year,
                subject=course.subject.name,
                teacher=course.teacher,
                starts_on=starts_on,
            )
            yield cmd.ImportPlan(
                course=course.id, title=f"{course.subject.name}, {group.title}", items=tuple(_plan(course, days))
            )

    yield from _calendar(roster)
    yield from _timetables(roster, week)


def _plan(course: Course, days: list[date]) -> Iterator[PlanItem]:
    """Yield the course's plan: topics of two lessons each, with the day of the first by the hours of a week."""
    has_homework = course.subject in _WITH_HOMEWORK_PLANNED and course.group.grade > UNMARKED_GRADE
    for item in range(topics.planned_items(course.hours)):
        planned_on = days[item * topics.LESSONS_PER_TOPIC * 5 // course.hours]
        number = item + 1
        yield PlanItem(
            number=number,
            topic=topics.topic(course.subject.name, item * topics.LESSONS_PER_TOPIC),
            hours=topics.LESSONS_PER_TOPIC,
            homework=f"§ {number}" if has_homework else None,
            planned_on=planned_on.isoformat(),
        )


def _duties(roster: Roster) -> Iterator[cmd.JournalCommand]:
    """Yield the order by which every teacher keeps the journal, and some a class."""
    starts_on, signed_on = STARTS_ON.isoformat(), _OPENED_ON.isoformat()
    leading = {group.class_teacher for group in roster.classes}
    for teacher in (person.id for colleagues in roster.teachers.values() for person in colleagues):
        duties: tuple[Duty, ...] = ("journal", "class_teacher") if teacher in leading else ("journal",)
        for duty in duties:
            yield cmd.AssignDuty(
                person=teacher, duty=duty, order_number="43-о", order_date=signed_on, starts_on=starts_on
            )


def _calendar(roster: Roster) -> Iterator[cmd.JournalCommand]:
    """Yield the breaks between quarters and the public holidays, for all grades that the school has."""
    grades = tuple(sorted({group.grade for group in roster.classes}))
    for starts_on, ends_on, title in school_year.days_off():
        yield cmd.DeclareDaysOff(
            year=roster.year, starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat(), title=title, grades=grades
        )


def _timetables(roster: Roster, week: Week) -> Iterator[cmd.JournalCommand]:
    """Yield the bells, and each class's week by them."""
    starts_on = STARTS_ON.isoformat()
    rings = tuple(Bell(number=n, starts_at=start, ends_at=end) for n, (start, end) in enumerate(school_year.BELLS, 1))
    yield cmd.SetBellSchedule(bells=roster.bells, title="Звонки", effective_from=starts_on, lessons=rings)
    for group in roster.classes:
        lessons = tuple(
            TimetableLesson(course=course.id, weekday=place.weekday + 1, number=place.number, weeks="every")
            for place, course in sorted(week[group.id].items(), key=itemgetter(0))
        )
        yield cmd.SetTimetable(class_group=group.id, effective_from=starts_on, bells=roster.bells, lessons=lessons)


def _orders(roster: Roster) -> Iterator[cmd.JournalCommand]:
    """Yield the regulation as the text of 2012 has it, rules of assessment, and who answers for the journal."""
    starts_on, signed_on = STARTS_ON.isoformat(), _OPENED_ON.isoformat()
    yield cmd.AdoptRegulation(
        order_number="41-о", order_date=signed_on, effective_from=starts_on, parameters=_PARAMETERS
    )
    yield cmd.AdoptAssessmentRules(order_number="43-о", order_date=signed_on, effective_from=starts_on, rules=RULES)
    yield cmd.AppointResponsible(
        person=roster.administrator.id, order_number="42-о", order_date=signed_on, starts_on=starts_on
    )
