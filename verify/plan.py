"""Lesson plans (events.md, "Lesson plans"): items, what becomes of them, and the lessons that cover them."""

import json
from typing import TYPE_CHECKING, Any

from verify import canonical
from verify.entry import DATA, Groups
from verify.state import NULL, Course, Lesson, Plan, Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Plans:
    """All lesson plans of a log."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay

    def lesson_plan_imported(self, plan: Stream, index: int, groups: Groups) -> None:
        """Take a plan's beginning: of a course that is there, under the course's id."""
        items, title = groups[DATA]
        del title
        if not self._replay.makes(plan) or not isinstance(plan, Plan):
            return
        course = self._replay.made(b"course", plan.id, "items")
        plan.course = course if isinstance(course, Course) else None
        plan.command = self._replay.command
        self._take(plan, index, json.loads(items))

    def lesson_plan_continued(self, plan: Stream, index: int, groups: Groups) -> None:
        """Take a plan's next items: right behind its last entry, in the same command."""
        (items,) = groups[DATA]
        if not isinstance(plan, Plan) or plan.is_partial:
            return
        if plan.command != self._replay.command or plan.last != index - 1:
            self._replay.find("plan-item", "the plan's entry just before, of one command", plan.key)
        self._take(plan, index, json.loads(items))

    def lesson_plan_amended(self, plan: Stream, index: int, groups: Groups) -> None:
        """Take another content of one item, or a new item, or that one is taken out."""
        basis, new, number, old, reason = groups[DATA]
        if not isinstance(plan, Plan):
            return
        stood = plan.items.get(int(number), NULL)
        if not plan.is_partial and stood != old:
            self._replay.find("correction-old-value", stood, old, field_name="data.old")
        if new == old:
            self._replay.find("correction-changes-nothing", "another value", new, field_name="data.new")
        if new == NULL:
            plan.items.pop(int(number), None)
        else:
            plan.items[int(number)] = new
        topic = None if new == NULL else json.loads(new)
        plan.state(int(number), index, topic)
        self._replay.tables.planned(index, plan.course, int(number), topic, reason, basis or b"")

    def _take(self, plan: Plan, index: int, items: list[dict[str, Any]]) -> None:
        for item in items:
            number = item.pop("number")
            if plan.items and number <= max(plan.items):
                self._replay.find("plan-item", "numbers that rise", number, field_name="data.items")
            plan.items[number] = canonical.render(item)
            plan.state(number, index, item)
            self._replay.tables.planned(index, plan.course, number, item, b"", b"")

    def check_covered(self, lesson: Lesson, numbers: list[int], field_name: str) -> None:
        """Report numbers of a lesson that do not rise or have no item in its course's plan."""
        if numbers != sorted(set(numbers)):
            self._replay.find("plan-item", "numbers that rise", numbers, field_name=field_name)
        if lesson.course is None:
            return
        plan = self._replay.streams.get(b"plan/" + lesson.course.id)
        if plan is None and self._replay.start:
            return
        if isinstance(plan, Plan) and plan.is_partial:
            return
        items = plan.items if isinstance(plan, Plan) else {}
        for number in numbers:
            if number not in items:
                self._replay.find("plan-item", "an item of the course's plan", number, field_name=field_name)
