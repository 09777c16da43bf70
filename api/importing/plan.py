"""From files to a plan, purely: everything wrong is collected, or everything that would change is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from api.importing import rows as r
from api.importing.columns import (
    BELLS,
    CALENDAR,
    CLASSES,
    COURSES,
    DUTIES,
    PEOPLE,
    PERIODS,
    PLANS,
    SUBGROUPS,
    TIMETABLE,
    YEAR,
    Row,
    Table,
    read_table,
    table_of,
)
from api.importing.known import KnownSchool
from api.importing.problems import Problem, Problems
from api.importing.reading import decode
from api.importing.setting_up import SetUpPlanner
from api.importing.steps import Step

_RowT = TypeVar("_RowT")


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do, or why it does nothing.

    Attributes:
        problems: everything that is wrong; where there is anything, `steps` is empty.
        steps: what is new, in the order in which it has to be made.
        known: reference -> id of what the files name and the journal has.
        unchanged: kind of row -> how many say what the journal says already.
        lessons: rows of the timetable; where there are no bells, nothing is kept of them but their courses.
    """

    problems: tuple[Problem, ...] = ()
    steps: tuple[Step, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)
    lessons: int = 0


def plan_import(files: Mapping[str, bytes], known: KnownSchool | None = None) -> ImportPlan:
    """Plan an import.

    Args:
        files: name -> bytes; which table a file is, its name says (``people.csv``, ``люди.csv``; folders do not count).
        known: what the journal has; None: a school that was just opened.

    Returns:
        The plan. Nothing is raised, whatever the bytes are.
    """
    problems = Problems()
    tables: dict[str, list[Row]] = {}
    digests: dict[str, str] = {}
    for file, raw in files.items():
        table = table_of(file)
        if table is None:
            problems.add(file, 0, "unknown_file")
        elif table.name in tables:
            problems.add(file, 0, "two_files")
        else:
            tables[table.name] = _rows(table, file, raw, problems)
            digests[file] = sha256(raw).hexdigest()[:32]
    planner = SetUpPlanner(known or KnownSchool(), problems, digests)
    # Where no file is a table of ours, that is the problem, and not that none of them is the year's.
    lessons = _plan(planner, tables) if tables or not problems.count else 0
    if problems.count:
        return ImportPlan(problems=problems.sorted())
    return ImportPlan(
        steps=tuple(planner.steps),
        known=dict(planner.ids),
        unchanged=dict(Counter(planner.unchanged)),
        lessons=lessons,
    )


def _rows(table: Table, file: str, raw: bytes, problems: Problems) -> list[Row]:
    text = decode(file, raw, problems)
    return [] if text is None else read_table(table, text, problems)


def _plan(planner: SetUpPlanner, tables: Mapping[str, list[Row]]) -> int:
    """Plan all tables in the order of their references; return how many lessons of the timetable were checked."""

    def typed(table: Table, read: Callable[[Row], _RowT | None]) -> list[_RowT]:
        return [found for row in tables.get(table.name, ()) if (found := read(row)) is not None]

    year = typed(YEAR, r.read_year)
    periods = typed(PERIODS, r.read_period)
    people = typed(PEOPLE, r.read_person)
    planner.codes = frozenset(row.text("code") for row in tables.get(PEOPLE.name, ()))
    classes = typed(CLASSES, r.read_class_group)
    courses = typed(COURSES, r.read_course)
    members = typed(SUBGROUPS, r.read_member)
    items = typed(PLANS, r.read_plan_item)
    bells = typed(BELLS, r.read_bell)
    calendar = typed(CALENDAR, r.read_calendar)
    duties = typed(DUTIES, r.read_duty)
    lessons = typed(TIMETABLE, r.read_lesson)
    if not planner.plan_year(tables.get(YEAR.name), year):
        return 0
    planner.plan_people(people)
    planner.plan_guardians(people)
    planner.plan_periods(periods)
    planner.plan_classes(classes)
    planner.plan_enrollments(people)
    planner.check_timetable(lessons)
    planner.plan_courses(courses, lessons)
    planner.plan_members(members)
    planner.plan_plans(items)
    planner.plan_duties(duties)
    planner.plan_calendar(calendar)
    planner.plan_bells(bells)
    planner.plan_timetables(lessons)
    return len(lessons)
