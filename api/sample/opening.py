"""The days before 1 September: the school is opened, people are registered, classes and courses set up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from api.sample import school_year
from api.sample.draws import Draws
from api.sample.planned import Planned, Scribe
from api.sample.roster import Person, Roster
from api.sample.school_year import ENDS_ON, SECOND, STARTS_ON, moment
from ledger.journal import commands as cmd
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

_OPENED_ON: Final = date(2026, 8, 24)
_STEP: Final = 20 * SECOND


def open_school(origin: str, name: str, roster: Roster, scribe: Scribe, salts: Draws) -> Iterator[Planned]:
    """Yield the set-up in order: school, staff, year, periods, classes with their students, courses."""
    actor = Actor(roster.administrator.id, "administrator")
    at = moment(_OPENED_ON, "09:00")
    for item in _set_up(origin, name, roster):
        if isinstance(item, Person):
            made = [make_disclosure(name, value, salts.bytes) for name, value in item.name.values().items()]
            digests = tuple(sorted(disclosure.digest for disclosure in made))
            register = cmd.RegisterPerson(person=item.id, kind=item.kind, sd=digests)
            yield scribe.plan(at, actor, register, {item.id: tuple(disclosure.text for disclosure in made)})
        else:
            yield scribe.plan(at, actor, item)
        at += _STEP


def _set_up(origin: str, name: str, roster: Roster) -> Iterator[cmd.JournalCommand | Person]:
    """Yield commands, and people who are to be registered."""
    starts_on, ends_on = STARTS_ON.isoformat(), ENDS_ON.isoformat()
    yield cmd.OpenSchool(
        school=roster.school, name=name, origin=origin, time_zone=school_year.TIME_ZONE, clock="sample"
    )
    yield from roster.staff
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
    students = {person.id: person for person in roster.students}
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
