"""What the views should say, folded from the entries in the plainest way: everything again for every question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson


@dataclass
class Fact:
    """A fact and its whole story: (index, action, value after)."""

    what: str
    lesson: str
    first: int
    standing: int
    value: Any
    student: str | None = None
    work: str | None = None
    corrected: bool = False
    story: list[tuple[int, str, Any, Any]] = field(default_factory=list)


@dataclass
class World:
    """All that the first `size` entries say."""

    size: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    lessons: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    courses: dict[str, dict[str, Any]] = field(default_factory=dict)
    assigned: dict[str, list[tuple[str, int, str]]] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    stays: list[dict[str, Any]] = field(default_factory=list)
    closed: dict[str, int] = field(default_factory=dict)
    closings: list[tuple[int, str]] = field(default_factory=list)
    periods: dict[str, dict[str, Any]] = field(default_factory=dict)
    corrections: list[tuple[dict[str, Any], Fact]] = field(default_factory=list)
    requests: dict[int, str] = field(default_factory=dict)
    links: list[list[Any]] = field(default_factory=list)
    results: dict[int, tuple[int, str | None]] = field(default_factory=dict)
    declared: dict[int, int | None] = field(default_factory=dict)

    def fact(self, standing: int) -> Fact:
        (found,) = [fact for fact in self.facts if fact.standing == standing]
        return found

    def lesson_stands(self, lesson: str) -> bool:
        return any(f.what == "lesson" and f.lesson == lesson and f.value is not None for f in self.facts)


def fold(raws: Sequence[bytes]) -> World:
    world = World(size=len(raws))
    for raw in raws:
        entry = orjson.loads(raw)
        world.entries.append(entry)
        _apply(world, entry, entry["type"].removesuffix("/1"), entry["stream"].split("/")[1], entry["data"])
    return world


def _apply(  # noqa: C901 - one line for each type is the plainest there is
    world: World, entry: dict[str, Any], type_: str, id_: str, data: dict[str, Any]
) -> None:
    index = entry["index"]
    what, _, verb = type_.rpartition("_")
    if type_ == "period_defined":
        world.periods[id_] = data
    elif type_ == "period_closed":
        world.closed[id_] = index
        world.closings.append((index, id_))
    elif type_ in ("period_reopened", "period_reopening_approved"):
        del world.closed[id_]
    elif type_ == "course_opened":
        world.courses[id_] = data
    elif type_ in ("teacher_assigned", "class_teacher_assigned"):
        world.assigned.setdefault(id_, []).append((data["starts_on"], index, data["teacher"]))
    elif type_ == "student_enrolled":
        world.members.append({**data, "class": id_, "entry": index, "ends_on": None})
    elif type_ == "student_left":
        for member in world.members:
            if member["class"] == id_ and member["student"] == data["student"] and member["ends_on"] is None:
                member["ends_on"] = data["ends_on"]
    elif type_ == "subgroup_joined":
        world.stays.append({**data, "course": id_, "entry": index, "left_by": None, "ends_on": None})
    elif type_ == "subgroup_left":
        for stay in world.stays:
            if stay["course"] == id_ and stay["student"] == data["student"] and stay["ends_on"] is None:
                stay |= {"ends_on": data["ends_on"], "left_by": index}
    elif type_ == "attendance_taken":
        world.taken.setdefault(id_, index)
    elif type_ == "correction_requested":
        world.requests[index] = "open"
    elif type_ == "correction_refused":
        world.requests[data["request"]] = "refused"
    elif type_ == "absence_reason_set":
        _change(world, entry, data["absence"], "reason_set", data["code"])
    elif type_ == "guardian_linked":
        world.links.append([index, id_, data["guardian"], None])
    elif type_ == "guardian_unlinked":
        (link,) = [link for link in world.links if link[1:] == [id_, data["guardian"], None]]
        link[3] = index
    elif type_ == "period_mark_recorded":
        world.results[index] = (index, data["value"])
    elif what == "result" and verb in {"corrected", "annulled"}:
        (first,) = [first for first, (standing, _) in world.results.items() if standing == data["corrects"]]
        world.results[first] = (index, data["new"])
    elif type_ in {"days_off_declared", "school_day_declared"}:
        world.declared[index] = None
    elif type_ == "calendar_entry_revoked":
        world.declared[data["revokes"]] = index
    elif verb in {"corrected", "annulled"}:
        _change(world, entry, data["corrects"], verb, data["new"])
        if "request" in data:
            world.requests[data["request"]] = "approved"
    elif type_ in {"lesson_cancelled", "substitution_planned", "substitution_plan_withdrawn"}:
        pass
    elif what in {
        "mark",
        "make_up",
        "absence",
        "lateness",
        "early_leave",
        "lesson",
        "substitution",
        "work",
        "homework",
    }:
        minutes = data.get("minutes")
        values = {"mark": data.get("value"), "absence": data.get("code"), "lateness": minutes, "early_leave": minutes}
        value: Any = data.get("made_up_on") if what == "make_up" else values.get(what)
        if what == "lesson":
            world.lessons[id_] = data
            if data["attendance"] == "taken":
                world.taken[id_] = index
            value = {key: data[key] for key in ("topic", "number", "starts_at", "ends_at")}
        elif what == "substitution":
            world.absent[id_] = data["absent_teacher"]
            value = {key: data[key] for key in ("basis", "coefficient", "reason", "same_subject")}
        elif what == "work":
            value = {key: data[key] for key in ("kind", "written", "weight", "ends_on") if key in data}
        elif what == "homework":
            value = data
        fact = Fact(what, id_, index, index, value, data.get("student"), data.get("work"))
        fact.story.append((index, "recorded", None, value))
        world.facts.append(fact)


def _change(world: World, entry: dict[str, Any], corrects: int, action: str, new: Any) -> None:
    fact = world.fact(corrects)
    fact.story.append((entry["index"], action, fact.value, new))
    fact.standing, fact.value = entry["index"], new
    fact.corrected = fact.corrected or action != "reason_set"
    world.corrections.append((entry, fact))


def class_page(world: World, group: str, subject: str | None, first: str, last: str) -> dict[str, Any]:
    """Columns as (lesson, standing entry, topic, number, attendance entry, homework, works), cells as sets of values."""
    chosen = [
        lesson
        for lesson, data in world.lessons.items()
        if first <= data["held_on"] <= last
        and world.courses[data["course"]]["class_group"] == group
        and (subject is None or world.courses[data["course"]]["subject"] == subject)
        and world.lesson_stands(lesson)
    ]
    present = {
        member["student"]
        for member in world.members
        if member["class"] == group
        and member["starts_on"] <= last
        and (member["ends_on"] is None or member["ends_on"] >= first)
    }
    cells = _cells(world, chosen)
    return {
        "columns": sorted(_column(world, lesson) for lesson in chosen),
        "students": present | {cell[2] for cell in cells},
        "cells": cells,
    }


def diary(world: World, student: str, first: str, last: str) -> dict[str, Any]:
    chosen = []
    for lesson, data in world.lessons.items():
        group = world.courses[data["course"]]["class_group"]
        belongs = any(
            member["student"] == student
            and member["class"] == group
            and member["starts_on"] <= data["held_on"]
            and (member["ends_on"] is None or data["held_on"] <= member["ends_on"])
            for member in world.members
        )
        belongs = belongs and (
            world.courses[data["course"]].get("subgroup") is None
            or any(
                (stay["course"], stay["student"]) == (data["course"], student)
                and stay["starts_on"] <= data["held_on"]
                and (stay["ends_on"] is None or data["held_on"] <= stay["ends_on"])
                for stay in world.stays
            )
        )
        touched = any(cell[2] == student for cell in _cells(world, [lesson]))
        if first <= data["held_on"] <= last and world.lesson_stands(lesson) and (belongs or touched):
            chosen.append(lesson)
    return {
        "columns": sorted(_column(world, lesson) for lesson in chosen),
        "cells": {cell for cell in _cells(world, chosen) if cell[2] == student},
    }


def _column(world: World, lesson: str) -> tuple[Any, ...]:
    facts = [fact for fact in world.facts if fact.lesson == lesson and fact.value is not None]
    (header,) = [fact for fact in facts if fact.what == "lesson"]
    homework = [(f.standing, f.value["text"], f.value.get("due_on")) for f in facts if f.what == "homework"]
    works = [(f.standing, f.work, f.value["kind"], f.value.get("weight")) for f in facts if f.what == "work"]
    return (
        lesson,
        header.standing,
        header.first,
        header.value["topic"],
        header.value["number"],
        world.taken.get(lesson),
        homework,
        works,
    )


def _cells(world: World, lessons: Sequence[str]) -> set[tuple[Any, ...]]:
    return {
        (fact.lesson, fact.what, fact.student, fact.work, str(fact.value), fact.standing, fact.first, fact.corrected)
        for fact in world.facts
        if fact.lesson in lessons
        and fact.what in {"mark", "make_up", "absence", "lateness", "early_leave"}
        and fact.value is not None
    }


def history(world: World, lesson: str, student: str) -> list[tuple[Any, ...]]:
    """(index, action, old, new, actor, at, reason, request) of all that touched a cell."""
    found = []
    cell = [fact for fact in world.facts if fact.lesson == lesson and fact.student == student]
    entries_of_cell = {index for fact in cell for index, *_ in fact.story}
    for fact in cell:
        for index, action, old, new in fact.story:
            data = world.entries[index]["data"]
            reason = "document" if action == "reason_set" else data.get("reason")
            found.append((index, action, _text(old), _text(new), reason, data.get("request")))
    for index in world.requests:
        data = world.entries[index]["data"]
        if data["corrects"] in entries_of_cell:
            found.append((index, "requested", _text(data["old"]), _text(data["new"]), data["reason"], None))
            for refusal in world.entries:
                if refusal["type"] == "correction_refused/1" and refusal["data"]["request"] == index:
                    found += [(refusal["index"], "refused", *found[-1][2:5], index)]
    return [(*touch, world.entries[touch[0]]["actor"]["id"], world.entries[touch[0]]["at"]) for touch in sorted(found)]


def register(world: World) -> list[tuple[Any, ...]]:
    """(index, fact, what, action, timing, old, new, lesson, class, teacher, student, actor, local day)."""
    found = []
    for entry, fact in world.corrections:
        index = entry["index"]
        ((action, old, new),) = [rest for of, *rest in fact.story if of == index]
        day, first_day = _local_day(entry["at"]), _local_day(world.entries[fact.first]["at"])
        timing = "same_day" if day == first_day else "before_close"
        if "request" in entry["data"]:
            timing = "after_close"
        lesson = world.lessons[fact.lesson]
        periods = [world.periods[period] for closing, period in world.closings if closing < index]
        if "request" not in entry["data"] and any(p["starts_on"] <= lesson["held_on"] <= p["ends_on"] for p in periods):
            timing = "reopened"  # every class here is of grade 5, and so is the period
        group = world.courses[lesson["course"]]["class_group"]
        found.append(
            (
                *(index, fact.first, fact.what, action, timing, old, new, fact.lesson, group, lesson["teacher"]),
                *(fact.student, entry["actor"]["id"], day.isoformat()),
            )
        )
    return found


def substituted(world: World, employee: str | None, first: str, last: str) -> list[tuple[Any, ...]]:
    """(day, standing entry, first entry, lesson, absent, substitute, value) of standing lessons by a substitute."""
    found = []
    for fact in world.facts:
        lesson = world.lessons[fact.lesson]
        if (
            fact.what != "substitution"
            or not world.lesson_stands(fact.lesson)
            or not first <= lesson["held_on"] <= last
        ):
            continue
        people = (world.absent[fact.lesson], lesson["teacher"])
        if employee is None or employee in people:
            value = tuple(fact.value[key] for key in ("reason", "basis", "same_subject", "coefficient"))
            found.append((lesson["held_on"], fact.standing, fact.first, fact.lesson, *people, *value))
    return found


def size_at(raws: Sequence[bytes], moment: str) -> int:
    return sum(orjson.loads(raw)["at"] <= moment for raw in raws)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _local_day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/Moscow")).date()
