"""Homework that works check, and bad marks for it (events.md, "Homework that is checked")."""

import json
import re
from typing import TYPE_CHECKING, Final

from verify.posted import Posted
from verify.state import NULL, Fact, Lesson, Plan, Work

if TYPE_CHECKING:
    from verify.replay import Replay

_CHECK: Final = b"homework_check"
_BAD: Final = re.compile(rb'"(?:[12](?:/[12])?|fail)"')


class Homework:
    """The homework of all lessons."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self.posted = Posted(replay)

    def check_given(self, lesson: Lesson, value: bytes, field_name: str) -> None:
        """Report homework of a lesson that is due before it is over, or says what it may not."""
        number = int(lesson.number) if lesson.fact is not None else None
        self.posted.check_said(lesson.course, lesson.held_on, number, value, field_name)

    def check_named(self, lesson: Lesson, kind: bytes, of_lesson: bytes | None, field_name: str) -> None:
        """Report a named lesson where no homework is checked, and one that is no other, earlier one of the course."""
        if of_lesson is None:
            return
        if kind != _CHECK:
            self._replay.find("data-field", "a check of homework", kind, field_name=field_name)
        named = self._replay.made(b"lesson", of_lesson, field_name.removeprefix("data."))
        if isinstance(named, Lesson) and not named.is_partial and not lesson.is_partial and (
            named is lesson or named.course is not lesson.course or named.held_on > lesson.held_on
        ):  # fmt: skip
            expected = "another lesson of this course, held until then"
            self._replay.find("data-field", expected, of_lesson, field_name=field_name)

    def check_mark(self, lesson: Lesson, fact: Fact, value: bytes) -> None:
        """Report a bad mark for homework that is nowhere, where the regulation of that homework's day refuses it."""
        work, orders = fact.work, self._replay.orders
        if work is None or work.kind != _CHECK or _BAD.fullmatch(value) is None:
            return
        if self._replay.start:
            return
        checked = self._checked(lesson, work)
        if checked is None or not orders.refuses_marks_for_unassigned(checked.held_on):
            return
        if not self._is_given(checked):
            self._replay.find("mark-for-unassigned-homework", "homework that is entered", b"none in " + checked.key)

    def _checked(self, lesson: Lesson, work: Work) -> Lesson | None:
        """Return the lesson that a work names, or else the last that was held in the course before."""
        value = work.fact.value
        named = json.loads(value).get("of_lesson") if value is not NULL else None
        if named is not None:
            stream = self._replay.streams.get(b"lesson/" + named.encode())
            return stream if isinstance(stream, Lesson) else None
        own = (lesson.held_on, int(lesson.number))
        best: tuple[tuple[bytes, int, int], Lesson] | None = None
        for other in lesson.course.lessons if lesson.course is not None else ():
            if other.fact is not None and other.fact.value is not NULL and other is not lesson:
                place = (other.held_on, int(other.number), other.fact.first)
                if place[:2] < own and (best is None or place > best[0]):
                    best = place, other
        return best[1] if best is not None else None

    def _is_given(self, lesson: Lesson) -> bool:
        """Say whether a lesson has homework: with a text, or else its plan's, as that stood at the lesson's entry."""
        if lesson.homework is not None and lesson.homework.value is not NULL:
            return bool(json.loads(lesson.homework.value)["text"])
        if lesson.fact is None or lesson.fact.value is NULL or lesson.course is None:
            return False
        plan = self._replay.streams.get(b"plan/" + lesson.course.id)
        numbers = json.loads(lesson.fact.value).get("plan_items", ())
        return isinstance(plan, Plan) and any(plan.has_homework(number, lesson.fact.first) for number in numbers)
