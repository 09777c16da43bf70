"""Lesson plans and what was given of them: hours, items missing, repeated and merged, and drift in days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

import orjson

from ledger.journal.plan_events import LessonPlanAmended, LessonPlanContinued, LessonPlanImported
from projections.folding import Entry, View
from projections.reading import AsOf, Reader, listed, resolve, stands
from projections.rows import OPEN, Operations, Table
from projections.views.lookups import Course, courses


class PlanRow(NamedTuple):
    """What one entry states of a course's plan.

    Attributes:
        title: of a plan's first entry, else None.
        items: JSON array of ``[number, item or null]``, an item as `verify/spec/events.md` has it without its number.
        reason, basis: of an amendment.
    """

    entry: int
    course: str
    title: str | None
    items: str
    reason: str | None
    basis: str | None
    to_position: int = OPEN


PLANS: Final = Table("plans", PlanRow, (("course",),))
HOMEWORK: Final = '%"homework":"%'
"""What `PlanRow.items` are like where an item has homework. Within a text of JSON these quotes have backslashes."""
WITH_HOMEWORK: Final = f"SELECT w.course FROM {{plans}} w WHERE {stands('w')} AND w.items LIKE :homework"
"""Courses whose plan ever had homework for an item; `:homework` is `HOMEWORK`."""


def _stated(event: LessonPlanImported | LessonPlanContinued, entry: Entry) -> Operations:
    items = [[item.number, _content(item)] for item in event.items]
    title = event.title if isinstance(event, LessonPlanImported) else None
    return (PlanRow(entry.index, entry.stream_id, title, _json(items), None, None),)


def _amended(event: LessonPlanAmended, entry: Entry) -> Operations:
    items = [[event.number, None if event.new is None else _content(event.new)]]
    return (PlanRow(entry.index, entry.stream_id, None, _json(items), event.reason, event.basis),)


def _content(item: Any) -> dict[str, Any]:
    return {"topic": item.topic, "hours": item.hours, "homework": item.homework, "planned_on": item.planned_on}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


VIEW: Final = View((PLANS,), {LessonPlanImported: _stated, LessonPlanContinued: _stated, LessonPlanAmended: _amended})


class Covering(Protocol):
    """A lesson with the items of its course's plan that it covers; `fact`: the entry that first recorded it."""

    @property
    def lesson(self) -> str: ...  # noqa: D102
    @property
    def course(self) -> str: ...  # noqa: D102
    @property
    def fact(self) -> int: ...  # noqa: D102
    @property
    def plan_items(self) -> tuple[int, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item of a plan as it stands; `entry` says so. `homework`, `planned_on`: None where the plan has none."""

    entry: int
    number: int
    topic: str
    hours: int
    homework: str | None
    planned_on: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What one entry states of a plan: number -> item, None where it was taken out; as `PlanRow` beside it."""

    entry: int
    course: str
    title: str | None
    items: tuple[tuple[int, PlannedItem | None], ...]
    reason: str | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """A standing lesson that covers an item; `entry`: its standing header's."""

    entry: int
    lesson: str
    held_on: str


@dataclass(frozen=True, slots=True)
class ItemFact:
    """An item beside the lessons that cover it, by day.

    Attributes:
        missing: nothing covers it.
        repeated: more lessons cover it than it has hours.
        merged: a lesson covers it together with others.
        drift_days: days from `planned_on` to the first lesson, negative where that came earlier; None: one is missing.
    """

    item: PlannedItem
    given: tuple[Given, ...]
    missing: bool
    repeated: bool
    merged: bool
    drift_days: int | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A course's plan against what was given, as of a position.

    Attributes:
        title: None where the course has no plan.
        planned_hours: of all items that stand.
        given_hours: standing lessons, one hour each.
        unplanned: standing lessons that name no item, or only items that were taken out.
        items: in order of their numbers.
    """

    position: int
    course: Course
    title: str | None
    planned_hours: int
    given_hours: int
    unplanned: tuple[Given, ...]
    items: tuple[ItemFact, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """One line of programme fulfilment: a course's sums.

    Attributes:
        entry: the latest entry of its plan, None where it has none.
        course_entry: the entry that opens the course.
        last_lesson: the entry of the lesson held last, None where none was.
        missing, repeated, merged: numbers of items.
        drift_days: the largest, either way, of the items that have one.
    """

    entry: int | None
    course_entry: int
    last_lesson: int | None
    course: str
    class_group: str
    subject: str
    subgroup: str | None
    teacher: str | None
    planned_hours: int
    given_hours: int
    unplanned_lessons: int
    missing: tuple[int, ...]
    repeated: tuple[int, ...]
    merged: tuple[int, ...]
    drift_days: int | None


@dataclass(frozen=True, slots=True)
class ProgrammeFulfilment:
    """Sums of all courses asked for, as of a position, in order of their entries."""

    position: int
    rows: tuple[Programme, ...]


def statements(views: Reader, *, course: str | None = None, at: AsOf = None) -> list[Statement]:
    """All that entries state of plans, in their order: of one course or of all."""
    condition = "" if course is None else " AND p.course = :course"
    parameters: dict[str, object] = {"at": resolve(views, at)}
    if course is not None:
        parameters["course"] = course
    return list(_of_plans(views, condition, parameters))


def _of_plans(views: Reader, condition: str, parameters: dict[str, object]) -> Iterator[Statement]:
    sql = f"""SELECT p.entry, p.course, p.title, p.items, p.reason, p.basis FROM {{plans}} p
        WHERE {stands("p")}{condition} ORDER BY p.entry"""
    for entry, of, title, items, reason, basis in views.select(sql, parameters):
        loaded = (
            (number, None if item is None else PlannedItem(entry, number, **item)) for number, item in _load(items)
        )
        yield Statement(entry, of, title, tuple(loaded), reason, basis)


def _load(items: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    yield from orjson.loads(items)


def plan_page(views: Reader, course: str, *, at: AsOf = None) -> PlanPage | None:
    """A course's plan beside its lessons; None where there is no such course.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    found = courses(views, course=course, at=position).rows
    if not found:
        return None
    lessons = _lessons(views, position, "l.course = :course", {"course": course})
    return _page(position, found[0], statements(views, course=course, at=position), lessons.get(course, []))


def programme(
    views: Reader,
    *,
    class_group: str | None = None,
    year: str | None = None,
    teacher: str | None = None,
    at: AsOf = None,
) -> ProgrammeFulfilment:
    """Planned against given hours of all courses, of a class, a year or a responsible teacher (domain question 10).

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    found = courses(views, class_group=class_group, year=year, at=position).rows
    lessons: dict[str, list[tuple[Given, tuple[int, ...]]]] = {}
    stated: defaultdict[str, list[Statement]] = defaultdict(list)
    if class_group is None and teacher is None:
        lessons, said = _lessons(views, position, "1 = 1", {}), statements(views, at=position)
    else:
        found = tuple(course for course in found if teacher in (None, course.teacher))
        for course in found:
            lessons |= _lessons(views, position, "l.course = :course", {"course": course.course})
        said = [one for course in found for one in statements(views, course=course.course, at=position)]
    for statement in said:
        stated[statement.course].append(statement)
    pages = ((course, stated[course.course], lessons.get(course.course, [])) for course in found)
    return ProgrammeFulfilment(position, tuple(_line(position, *page) for page in pages))


def published(views: Reader, lessons: Iterable[Covering], position: int) -> dict[str, tuple[PlannedItem, ...]]:
    """Lesson -> items that it covers and that have homework, as their plan stood when the lesson was recorded."""
    covering: defaultdict[str, list[Covering]] = defaultdict(list)
    for lesson in lessons:
        if lesson.plan_items:
            covering[lesson.course].append(lesson)
    stated: defaultdict[str, list[Statement]] = defaultdict(list)
    for wanted, named in listed(sorted(covering)):
        condition = f" AND p.course IN {wanted} AND p.course IN ({WITH_HOMEWORK})"
        for statement in _of_plans(views, condition, {**named, "at": position, "homework": HOMEWORK}):
            stated[statement.course].append(statement)
    found: dict[str, tuple[PlannedItem, ...]] = {}
    for course, of_course in covering.items():
        standing: dict[int, PlannedItem] = {}
        waiting = stated[course][::-1]
        for lesson in sorted(of_course, key=lambda lesson: lesson.fact):
            while waiting and waiting[-1].entry < lesson.fact:
                _apply(standing, waiting.pop())
            items = (standing.get(number) for number in lesson.plan_items)
            found[lesson.lesson] = tuple(item for item in items if item is not None and item.homework is not None)
    return found


def homework_entries(views: Reader, lessons: Iterable[Covering], position: int) -> dict[str, int]:
    """Lesson -> the earliest entry of those items of `published`, without reading what else they say."""
    covering: defaultdict[str, list[Covering]] = defaultdict(list)
    for lesson in lessons:
        if lesson.plan_items:
            covering[lesson.course].append(lesson)
    if not covering:
        return {}
    sql = f"""SELECT p.course, p.entry, p.items FROM {{plans}} p WHERE {stands("p")}
        AND p.course IN ({WITH_HOMEWORK}) ORDER BY p.entry"""
    stated: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for course, entry, items in views.select(sql, {"at": position, "homework": HOMEWORK}):
        stated[course].append((entry, items))
    found: dict[str, int] = {}
    for course, of_course in covering.items():
        if course not in stated:
            continue
        standing: dict[int, int] = {}
        waiting = stated[course][::-1]
        for lesson in sorted(of_course, key=lambda lesson: lesson.fact):
            while waiting and waiting[-1][0] < lesson.fact:
                entry, items = waiting.pop()
                for number, item in _load(items):
                    if item is not None and item.get("homework") is not None:
                        standing[number] = entry
                    else:
                        standing.pop(number, None)
            entries = [standing[number] for number in lesson.plan_items if number in standing]
            if entries:
                found[lesson.lesson] = min(entries)
    return found


def _apply(standing: dict[int, PlannedItem], statement: Statement) -> None:
    for number, item in statement.items:
        if item is None:
            standing.pop(number, None)
        else:
            standing[number] = item


def _lessons(
    views: Reader, position: int, condition: str, parameters: Mapping[str, object]
) -> dict[str, list[tuple[Given, tuple[int, ...]]]]:
    """Course -> its standing lessons by day, each with the items that it covers."""
    sql = f"""SELECT l.course, l.entry, l.lesson, l.held_on, l.plan_items FROM {{lessons}} l
        JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
        WHERE l.stands = 1 AND {stands("l")} AND {condition} ORDER BY l.held_on, l.number, l.fact"""
    found: defaultdict[str, list[tuple[Given, tuple[int, ...]]]] = defaultdict(list)
    for course, entry, lesson, held_on, items in views.select(sql, {"at": position, **parameters}):
        found[course].append((Given(entry, lesson, held_on), _numbers(items)))
    return found


@lru_cache(maxsize=4_096)
def _numbers(items: str | None) -> tuple[int, ...]:
    return tuple(orjson.loads(items or "[]"))


def _page(
    position: int, course: Course, stated: list[Statement], lessons: list[tuple[Given, tuple[int, ...]]]
) -> PlanPage:
    standing: dict[int, PlannedItem] = {}
    for statement in stated:
        _apply(standing, statement)
    given: defaultdict[int, list[Given]] = defaultdict(list)
    merged: set[int] = set()
    unplanned = []
    for lesson, numbers in lessons:
        covered = [number for number in numbers if number in standing]
        for number in covered:
            given[number].append(lesson)
        merged.update(covered if len(covered) > 1 else ())
        if not covered:
            unplanned.append(lesson)
    facts = [_fact(standing[number], given[number], number in merged) for number in sorted(standing)]
    title = next((statement.title for statement in stated if statement.title is not None), None)
    hours = sum(item.hours for item in standing.values())
    return PlanPage(position, course, title, hours, len(lessons), tuple(unplanned), tuple(facts))


def _fact(item: PlannedItem, given: list[Given], merged: bool) -> ItemFact:  # noqa: FBT001
    drift = None
    if given and item.planned_on is not None:
        drift = (date.fromisoformat(given[0].held_on) - date.fromisoformat(item.planned_on)).days
    return ItemFact(item, tuple(given), not given, len(given) > item.hours, merged, drift)


def _line(
    position: int, course: Course, stated: list[Statement], lessons: list[tuple[Given, tuple[int, ...]]]
) -> Programme:
    page = _page(position, course, stated, lessons)
    drifts = [fact.drift_days for fact in page.items if fact.drift_days is not None]
    return Programme(
        entry=stated[-1].entry if stated else None,
        course_entry=course.entry,
        last_lesson=lessons[-1][0].entry if lessons else None,
        course=course.course,
        class_group=course.class_group,
        subject=course.subject,
        subgroup=course.subgroup,
        teacher=course.teacher,
        planned_hours=page.planned_hours,
        given_hours=page.given_hours,
        unplanned_lessons=len(page.unplanned),
        missing=tuple(fact.item.number for fact in page.items if fact.missing),
        repeated=tuple(fact.item.number for fact in page.items if fact.repeated),
        merged=tuple(fact.item.number for fact in page.items if fact.merged),
        drift_days=max(drifts, key=abs, default=None),
    )
