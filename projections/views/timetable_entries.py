"""What was set: a year's calendar, the bell schedules, the timetables of a class; each version with its entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from projections.reading import Answer, AsOf, Reader, resolve, stands


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Days off (with a title), or a day taught as some weekday; `revoked_by`, `basis`: None while it stands."""

    entry: int
    year: str
    starts_on: str
    ends_on: str
    grades: tuple[int, ...]
    as_weekday: int | None
    title: str | None
    revoked_by: int | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class BellSchedule:
    """A version of a bell schedule, in force from its day until the next one's of the same `bells`."""

    entry: int
    bells: str
    title: str
    effective_from: str
    lessons: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """A class's week, in force from its day until the next one's."""

    entry: int
    class_group: str
    effective_from: str
    bells: str
    lessons: tuple[dict[str, Any], ...]


def calendar(views: Reader, *, year: str | None = None, at: AsOf = None) -> Answer[CalendarEntry]:
    """Everything that a calendar, or every one, ever declared, in order of the entries."""
    position = resolve(views, at)
    condition = "" if year is None else " AND c.year = :year"
    parameters: dict[str, object] = {"at": position} if year is None else {"at": position, "year": year}
    sql = f"""SELECT c.fact, c.year, c.starts_on, c.ends_on, c.grades, c.as_weekday, c.title, c.basis, c.stands, c.entry
        FROM {{calendar}} c WHERE {stands("c")}{condition} ORDER BY c.fact"""
    return Answer(
        position,
        tuple(
            CalendarEntry(
                fact,
                of,
                starts_on,
                ends_on,
                tuple(orjson.loads(grades)),
                weekday,
                title,
                None if is_on else entry,
                basis,
            )
            for fact, of, starts_on, ends_on, grades, weekday, title, basis, is_on, entry in views.select(
                sql, parameters
            )
        ),
    )


def bell_schedules(views: Reader, *, at: AsOf = None) -> Answer[BellSchedule]:
    """All versions of all bell schedules, in order of the entries."""
    position = resolve(views, at)
    sql = f"""SELECT b.entry, b.bells, b.title, b.effective_from, b.lessons FROM {{bells}} b
        WHERE {stands("b")} ORDER BY b.entry"""
    found = (
        BellSchedule(entry, bells, title, from_, tuple(orjson.loads(lessons)))
        for entry, bells, title, from_, lessons in views.select(sql, {"at": position})
    )
    return Answer(position, tuple(found))


def timetables(views: Reader, *, class_group: str | None = None, at: AsOf = None) -> Answer[Timetable]:
    """All timetables of a class, or of all, in order of the entries."""
    position = resolve(views, at)
    condition = "" if class_group is None else " AND t.class_group = :class_group"
    parameters: dict[str, object] = {"at": position}
    if class_group is not None:
        parameters["class_group"] = class_group
    sql = f"""SELECT t.entry, t.class_group, t.effective_from, t.bells, t.lessons FROM {{timetables}} t
        WHERE {stands("t")}{condition} ORDER BY t.entry"""
    found = (
        Timetable(entry, group, from_, bells, tuple(orjson.loads(lessons)))
        for entry, group, from_, bells, lessons in views.select(sql, parameters)
    )
    return Answer(position, tuple(found))
