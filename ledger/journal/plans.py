"""Lesson plans (КТП): what a course is going to teach, item by item, and which items a lesson covers (2.2.2, R18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from ledger.errors import LOG, Refused
from ledger.journal import rules
from ledger.journal.aggregate import Aggregate
from ledger.journal.commands import AmendPlan, ImportPlan
from ledger.journal.context import Context
from ledger.journal.course import Course
from ledger.journal.events import (
    Event,
)
from ledger.journal.plan_events import LessonPlanAmended, LessonPlanContinued, LessonPlanImported, PlanItem, PlanTopic
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.vocabulary import PLAN_REASONS

ITEMS_MAX: Final = 400
ITEM_NUMBER_MAX: Final = 999
ITEM_HOURS_MAX: Final = 99
LESSON_ITEMS_MAX: Final = 20
_ENTRY_ITEMS_BYTES: Final = 40_000
"""Of an entry's 65,535 (log-format.md, section 2): a longer plan goes on in the next entry."""

_encode = msgspec.json.Encoder(order="sorted").encode


class LessonPlan(Aggregate, frozen=True, kw_only=True):
    """A course's lesson plan.

    Attributes:
        title: what it is called.
        items: number -> what stands under it.
        stated: number -> the entry that says so.
        homework: number -> the entries that ever stated something under it, each with whether that has homework.
    """

    title: str
    items: Mapping[int, PlanTopic]
    stated: Mapping[int, int]
    homework: Mapping[int, tuple[tuple[int, bool], ...]]

    def homework_before(self, number: int, index: int) -> int | None:
        """Return the entry that states the item as it stood before an entry, where it had homework then; else None."""
        before = [stated for stated in self.homework.get(number, ()) if stated[0] < index]
        return before[-1][0] if before and before[-1][1] else None


def evolve_plan(state: LessonPlan | None, events: Iterable[Recorded]) -> LessonPlan | None:
    """Apply events of a plan's stream."""
    items = dict(state.items) if state else {}
    stated = dict(state.stated) if state else {}
    homework = dict(state.homework) if state else {}
    version = state.version if state else 0
    for event in events:
        data = event.data
        version = event.originator_version
        if type(data) is LessonPlanImported:
            state = LessonPlan(
                stream=event.originator_id,
                version=version,
                title=data.title,
                items=items,
                stated=stated,
                homework=homework,
            )
        if isinstance(data, LessonPlanImported | LessonPlanContinued):
            for item in data.items:
                items[item.number], stated[item.number] = topic_of(item), event.index
                homework[item.number] = ((event.index, item.homework is not None),)
        elif type(data) is LessonPlanAmended:
            items.pop(data.number, None)
            stated[data.number] = event.index
            has = data.new is not None and data.new.homework is not None
            homework[data.number] = (*homework.get(data.number, ()), (event.index, has))
            if data.new is not None:
                items[data.number] = data.new
        else:
            raise TypeError(f"{type(data).__name__} is no event of a lesson plan")
    if state is None:
        return None
    return msgspec.structs.replace(state, version=version, items=items, stated=stated, homework=homework)


def topic_of(item: PlanItem) -> PlanTopic:
    """Return what an item says without its number, as amendments carry it."""
    return PlanTopic(topic=item.topic, hours=item.hours, homework=item.homework, planned_on=item.planned_on)


def import_plan(command: ImportPlan, context: Context) -> list[Planned]:
    """Record a course's lesson plan, by its responsible teacher of today or the administration."""
    course = context.find(Course, "course", command.course, "course")
    check_planner(course, context)
    rules.check_line(command.title, rules.TITLE_LENGTH_MAX, "title")
    if not 1 <= len(command.items) <= ITEMS_MAX:
        raise Refused(
            "plan_length", "a plan has 1 to {items_max} items", clause=LOG, where="items", items_max=ITEMS_MAX
        )
    for position, item in enumerate(command.items):
        _check_topic(item, f"items[{position}].")
    check_numbers([item.number for item in command.items], "items")
    stream = f"plan/{command.course}"
    context.check_new(stream, "course")
    first, *rest = _portions(command.items)
    events: list[Event] = [
        LessonPlanImported(title=command.title, items=first),
        *(LessonPlanContinued(items=portion) for portion in rest),
    ]
    return [Planned(stream, version, event) for version, event in enumerate(events, 1)]


def amend_plan(command: AmendPlan, context: Context) -> list[Planned]:
    """Change, add or take out one item; what it said before stays in the log."""
    course = context.find(Course, "course", command.course, "course")
    check_planner(course, context)
    plan = context.find(LessonPlan, "plan", command.course, "course")
    rules.check_integer(command.number, 1, ITEM_NUMBER_MAX, "number")
    rules.check_code(command.reason, PLAN_REASONS, "reason")
    if command.basis is not None:
        rules.check_line(command.basis, rules.TITLE_LENGTH_MAX, "basis")
    if command.new is not None:
        _check_topic(command.new, "new.")
    old = plan.items.get(command.number)
    if old == command.new:
        raise Refused("nothing_changes", "this stands in the plan already", clause="2.2.2", where="new")
    if old is None and len(plan.items) == ITEMS_MAX:
        raise Refused(
            "plan_length", "a plan has 1 to {items_max} items", clause=LOG, where="number", items_max=ITEMS_MAX
        )
    event = LessonPlanAmended(
        number=command.number, old=old, new=command.new, reason=command.reason, basis=command.basis
    )
    return [Planned(plan.stream, plan.version + 1, event)]


def check_covered(numbers: Sequence[int], course: Course, context: Context, where: str) -> None:
    """Refuse numbers that are no items of the course's plan; a lesson that follows no plan names none."""
    if not numbers:
        return
    if len(numbers) > LESSON_ITEMS_MAX:
        raise Refused(
            "plan_length",
            "a lesson covers at most {lesson_items_max} items",
            clause=LOG,
            where=where,
            lesson_items_max=LESSON_ITEMS_MAX,
        )
    check_numbers(numbers, where)
    plan = context.find(LessonPlan, "plan", course.id, where)
    if not all(number in plan.items for number in numbers):
        raise Refused("unknown_plan_item", "the course's plan has no item of this number", clause="2.2.2", where=where)


def check_numbers(numbers: Sequence[int], where: str) -> None:
    """Refuse numbers of items that do not rise."""
    for number in numbers:
        rules.check_integer(number, 1, ITEM_NUMBER_MAX, where)
    if list(numbers) != sorted(set(numbers)):
        raise Refused("plan_items_not_rising", "numbers of items rise, each once", clause=LOG, where=where)


def check_planner(course: Course, context: Context) -> None:
    """Refuse anyone but the course's teacher of today and the administration (regulation 1.2)."""
    rules.check_role(context.actor, (*rules.TEACHER, *rules.ADMINISTRATION), "1.2")
    zone = context.books.zone
    today = rules.local_minute(context.now, zone)[:10] if zone else ""
    if context.actor.role in rules.TEACHER and context.actor.id != course.teacher_on(today):
        raise Refused("not_the_teacher", "only the course's teacher may do this", clause="1.2")


def _check_topic(topic: PlanTopic, where: str) -> None:
    rules.check_line(topic.topic, rules.TOPIC_LENGTH_MAX, where + "topic")
    rules.check_integer(topic.hours, 1, ITEM_HOURS_MAX, where + "hours")
    if topic.homework is not None:
        rules.check_text(topic.homework, rules.HOMEWORK_LENGTH_MAX, where + "homework")
        if not topic.homework.strip():
            raise Refused("malformed_text", "homework of a plan has a text", clause=LOG, where=where + "homework")
    if topic.planned_on is not None:
        rules.check_date(topic.planned_on, where + "planned_on")


def _portions(items: Sequence[PlanItem]) -> Iterator[tuple[PlanItem, ...]]:
    """Cut items into as many portions as entries need, in order."""
    portion: list[PlanItem] = []
    size = 0
    for item in items:
        length = len(_encode(item))
        if portion and size + length > _ENTRY_ITEMS_BYTES:
            yield tuple(portion)
            portion, size = [], 0
        portion.append(item)
        size += length
    yield tuple(portion)
