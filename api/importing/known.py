"""What a journal knows already, as far as an import has to compare with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from api.importing.values import ClassName
from ledger.application import School
from ledger.journal.bells import BellSchedule
from ledger.journal.calendar import Calendar
from ledger.journal.course import Course
from ledger.journal.duties import Duties
from ledger.journal.people import Person
from ledger.journal.plan_events import PlanTopic
from ledger.journal.plans import LessonPlan
from ledger.journal.roster import ClassGroup
from ledger.journal.timetable import Timetable
from ledger.journal.timetable_events import Bell, TimetableLesson
from ledger.journal.year import Period, SchoolYear
from ledger.vault import Vault

_T = TypeVar("_T")


class PersonKey(NamedTuple):
    """What tells people apart in an import: kind and the values of the four disclosures (empty where there is none)."""

    kind: str
    family_name: str
    given_name: str
    patronymic: str
    birth_date: str

    def __repr__(self) -> str:
        return f"PersonKey({self.kind})"


class KnownYear(NamedTuple):
    """A school year."""

    id: str
    starts_on: str
    ends_on: str


class KnownPeriod(NamedTuple):
    """A reporting period."""

    kind: str
    number: int
    grades: tuple[int, ...]
    starts_on: str
    ends_on: str


class CourseKey(NamedTuple):
    """What tells the courses of a class apart: subject, and subgroup or None."""

    subject: str
    subgroup: str | None = None


class KnownCourse(NamedTuple):
    """A course and its latest assignment: the teacher, and from which day on.

    `members` maps who is or was in its subgroup to the last day there, None for who is in it still. `plan` maps numbers
    to what stands under them in its lesson plan, None where it has none.
    """

    id: str
    teacher: str
    starts_on: str
    members: Mapping[str, str | None] = {}
    plan: Mapping[int, PlanTopic] | None = None


class KnownBells(NamedTuple):
    """A bell schedule: its versions, each with its first day, in the order in which they came."""

    id: str
    versions: tuple[tuple[str, tuple[Bell, ...]], ...]


class KnownDays(NamedTuple):
    """What a calendar says of some days: no lessons, or those of a weekday."""

    starts_on: str
    ends_on: str
    grades: tuple[int, ...]
    as_weekday: int | None


class KnownWeek(NamedTuple):
    """A version of a class's timetable: its first day, the id of its bells, its lessons."""

    starts_on: str
    bells: str
    lessons: tuple[TimetableLesson, ...]


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class; `students` maps who is or was in it to the last day there, None for who is in it still.

    `weeks` are the versions of its timetable in the order in which they came; `leads_from` is the class teacher's first
    day, None where nobody was named.
    """

    id: str
    class_teacher: str | None
    students: Mapping[str, str | None] = field(default_factory=dict)
    courses: Mapping[CourseKey, KnownCourse] = field(default_factory=dict)
    weeks: tuple[KnownWeek, ...] = ()
    leads_from: str | None = None


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """A journal's state; empty for a school that was just opened.

    Attributes:
        people: who -> ids; more than one where the names do not tell them apart.
        years: title -> year.
        periods: title of the year -> periods.
        classes: title of the year -> class -> state.
        guardians: student's id -> ids of the guardians.
        bells: title of a schedule's last version -> schedules; more than one where titles do not tell them apart.
        calendars: title of the year -> what stands in its calendar.
        duties: teacher's id and duty -> first and last day of each time, None: it goes on.
    """

    people: Mapping[PersonKey, tuple[str, ...]] = field(default_factory=dict)
    years: Mapping[str, KnownYear] = field(default_factory=dict)
    periods: Mapping[str, tuple[KnownPeriod, ...]] = field(default_factory=dict)
    classes: Mapping[str, Mapping[ClassName, KnownClass]] = field(default_factory=dict)
    guardians: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bells: Mapping[str, tuple[KnownBells, ...]] = field(default_factory=dict)
    calendars: Mapping[str, frozenset[KnownDays]] = field(default_factory=dict)
    duties: Mapping[tuple[str, str], tuple[tuple[str, str | None], ...]] = field(default_factory=dict)


def know_school(school: School, vault: Vault) -> KnownSchool:
    """Read a journal's state and its people's names; a person whose values were erased matches nobody.

    Raises:
        VaultDamaged: a person's values are there and cannot be read.
    """
    years = {year.id: year for year in _all(school, "year", SchoolYear)}
    periods: dict[str, list[KnownPeriod]] = {}
    for period in _all(school, "period", Period):
        known = KnownPeriod(period.kind, period.number, period.grades, period.starts_on, period.ends_on)
        periods.setdefault(years[period.year].title, []).append(known)
    courses: dict[str, dict[CourseKey, KnownCourse]] = {}
    for course in _all(school, "course", Course):
        of_class = courses.setdefault(course.class_group, {})
        last = course.assignments[-1]
        members = {student: stays[-1].ends_on for student, stays in course.members.items()}
        key = CourseKey(course.subject, course.subgroup)
        plan = school.aggregate(f"plan/{course.id}")[0]
        items = plan.items if isinstance(plan, LessonPlan) else None
        of_class[key] = KnownCourse(course.id, last.teacher, last.starts_on, members, items)
    classes: dict[str, dict[ClassName, KnownClass]] = {}
    for group in _all(school, "class", ClassGroup):
        students = {student: stays[-1].ends_on for student, stays in group.roster.items()}
        weeks = _weeks(school, group.id)
        teacher, leads_from = None, None
        if group.class_teachers:
            teacher, leads_from = group.class_teachers[-1].teacher, group.class_teachers[-1].starts_on
        state = KnownClass(group.id, teacher, students, courses.get(group.id, {}), weeks, leads_from)
        classes.setdefault(years[group.year].title, {})[ClassName(group.grade, group.letter)] = state
    people = _all(school, "person", Person)
    return KnownSchool(
        people=_people(people, vault),
        years={year.title: KnownYear(year.id, year.starts_on, year.ends_on) for year in years.values()},
        periods={title: tuple(of_year) for title, of_year in periods.items()},
        classes=classes,
        guardians={person.id: frozenset(person.guardians) for person in people if person.guardians},
        bells=_bells(school),
        calendars={year.title: _calendar(school, year.id) for year in years.values()},
        duties={
            key: tuple((span.starts_on, span.ends_on) for span in spans)
            for duties in _all(school, "duty", Duties)
            for key, spans in duties.held.items()
        },
    )


def _weeks(school: School, class_group: str) -> tuple[KnownWeek, ...]:
    known = school.aggregate(f"timetable/{class_group}")[0]
    if not isinstance(known, Timetable):
        return ()
    return tuple(KnownWeek(one.from_day, one.event.bells, one.event.lessons) for one in known.entries)


def _bells(school: School) -> dict[str, tuple[KnownBells, ...]]:
    found: dict[str, tuple[KnownBells, ...]] = {}
    for schedule in _all(school, "bells", BellSchedule):
        versions = tuple((one.from_day, one.event.lessons) for one in schedule.entries)
        title = schedule.last.event.title
        found[title] = (*found.get(title, ()), KnownBells(schedule.id, versions))
    return found


def _calendar(school: School, year: str) -> frozenset[KnownDays]:
    known = school.aggregate(f"calendar/{year}")[0]
    entries = known.entries if isinstance(known, Calendar) else ()
    return frozenset(KnownDays(one.starts_on, one.ends_on, one.grades, one.as_weekday) for one in entries)


def _people(people: Sequence[Person], vault: Vault) -> dict[PersonKey, tuple[str, ...]]:
    """Find everybody under what stands and under what stood: other programs may learn of a change later, or earlier."""
    histories = {person.id: (person.sd, *(change.sd for change in person.changes)) for person in people}
    # Nothing of it is shown: who is not found is registered twice. So what is blocked is looked through too.
    wanted = [digest for history in histories.values() for digests in history for digest in digests]
    opened = vault.values(wanted, even_blocked=True)
    found: dict[PersonKey, tuple[str, ...]] = {}
    for person in people:
        said: dict[str, str] = {}
        for gone, digests in ((), person.sd), *((change.fields, change.sd) for change in person.changes):
            said = {name: value for name, value in said.items() if name not in gone}
            said |= {opened[digest].name: opened[digest].value for digest in digests if digest in opened}
            key = person_key(person.kind, said)
            if any(key[1:]) and person.id not in found.get(key, ()):
                found[key] = (*found.get(key, ()), person.id)
    return found


def person_key(kind: str, said: Mapping[str, str]) -> PersonKey:
    """Return the key of a person of whom this is said."""
    return PersonKey(kind, *(said.get(name, "") for name in PersonKey._fields[1:]))


def _all(school: School, kind: str, cls: type[_T]) -> list[_T]:
    states = [school.aggregate(head.stream)[0] for head in list(school.ledger.streams(f"{kind}/"))]
    return [state for state in states if isinstance(state, cls)]
