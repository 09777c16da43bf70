"""Homework posted before its lesson is held, and how much of it was posted a day ahead (regulation 2.2.3, R20)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from ledger.journal.homework_events import HomeworkPosted, HomeworkPostWithdrawn
from projections.folding import Entry, View
from projections.reading import FIRST_DAY, LAST_DAY, Answer, AsOf, Reader, resolve, stands
from projections.rows import OPEN, Operations, Revise, Table
from projections.views.deadline_basis import moments
from projections.views.lookups import school_zone


class PostedRow(NamedTuple):
    """What was posted for a lesson; `fact`: the entry that did; `withdrawn`: 1 once it was taken back."""

    entry: int
    fact: int
    course: str
    held_on: str
    number: int
    text: str
    due_on: str | None
    said: str
    withdrawn: int
    to_position: int = OPEN


POSTED: Final = Table("posted_homework", PostedRow, (("course",), ("fact",)))


def _posted(event: HomeworkPosted, entry: Entry) -> Operations:
    body = {name: value for name, value in msgspec.to_builtins(event).items() if name not in ("held_on", "number")}
    said = msgspec.json.encode(body, order="sorted").decode()
    place = (entry.stream_id, event.held_on, event.number)
    return (PostedRow(entry.index, entry.index, *place, event.text, event.due_day, said, withdrawn=0),)


def _withdrawn(event: HomeworkPostWithdrawn, entry: Entry) -> Operations:
    return (Revise(POSTED, event.corrects, entry.index, {"withdrawn": 1}),)


VIEW: Final = View((POSTED,), {HomeworkPosted: _posted, HomeworkPostWithdrawn: _withdrawn})


@dataclass(frozen=True, slots=True)
class Posted:
    """Homework that was posted for a lesson.

    Attributes:
        entry: the entry that posted it.
        course, class_group, subject, held_on, number: for which lesson.
        text, due_on, due_lesson, files: what it says; `due_on` is the day for which it is, either way.
        withdrawn_by: the entry that took it back; None while it stands.
        taken_by: the lesson that took it over; None where none did.
        cancelled_by: the entry that cancelled its lesson, where it is cancelled: then it is due for nobody.
    """

    entry: int
    course: str
    class_group: str
    subject: str
    held_on: str
    number: int
    text: str
    due_on: str | None
    due_lesson: dict[str, Any] | None
    files: tuple[dict[str, Any], ...]
    withdrawn_by: int | None
    taken_by: str | None
    cancelled_by: int | None


def posted_homework(
    views: Reader,
    *,
    class_group: str | None = None,
    course: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Answer[Posted]:
    """What was posted, by the day of the lesson; days are inclusive, what was withdrawn is among them.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    parameters: dict[str, object] = {"at": position, "first": from_date or FIRST_DAY, "last": to_date or LAST_DAY}
    condition = ""
    if class_group is not None:
        parameters["class_group"] = class_group
        condition += " AND o.class_group = :class_group"
    if course is not None:
        parameters["course"] = course
        condition += " AND p.course = :course"
    rows = views.select(f"{_POSTED}{condition} ORDER BY p.held_on, p.number, p.fact", parameters)
    return Answer(position, tuple(_shown(row) for row in rows))


def _shown(row: tuple[Any, ...]) -> Posted:
    *head, said, withdrawn_by, taken_by, cancelled_by = row
    body = orjson.loads(said)
    cells = (*head, body.get("due_lesson"), tuple(body.get("files", ())), withdrawn_by, taken_by, cancelled_by)
    return Posted(*cells)


_POSTED: Final = f"""
    SELECT p.fact, p.course, o.class_group, o.subject, p.held_on, p.number, p.text, p.due_on, p.said,
      CASE WHEN p.withdrawn = 1 THEN p.entry ELSE NULL END,
      (SELECT min(h.lesson) FROM {{homework}} h WHERE h.posted = p.fact AND h.stands = 1 AND {stands("h")}),
      (SELECT min(c.fact) FROM {{cancellations}} c WHERE c.course = p.course AND c.held_on = p.held_on
        AND c.number = p.number AND c.withdrawn_basis IS NULL AND {stands("c")})
    FROM {{posted_homework}} p
    JOIN {{courses}} o ON o.course = p.course AND {stands("o")}
    WHERE {stands("p")} AND p.held_on BETWEEN :first AND :last"""


@dataclass(frozen=True, slots=True)
class PostingShare:
    """Of a teacher's lessons of a month: those with homework, of these posted in advance, of these a day ahead.

    `entries`: what was posted.
    """

    teacher: str
    month: str
    given: int
    posted: int
    ahead: int
    entries: tuple[int, ...]


def posting_shares(
    views: Reader, *, from_date: str | None = None, to_date: str | None = None, at: AsOf = None
) -> Answer[PostingShare]:
    """How much homework was posted in advance, by teacher and month of the lesson: 2.2.3 recommends it.

    A day ahead means on an earlier day by the school's clock than that of the lesson. Homework of the lesson plan,
    and that a lesson has none, take no part.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    sql = f"""SELECT l.teacher, l.held_on, h.posted FROM {{homework}} h
        JOIN {{lessons}} l ON l.lesson = h.lesson AND l.stands = 1 AND {stands("l")}
        WHERE h.stands = 1 AND h.text <> '' AND {stands("h")} AND l.held_on BETWEEN :first AND :last"""
    rows = views.select(sql, {"at": position, "first": from_date or FIRST_DAY, "last": to_date or LAST_DAY})
    zone = school_zone(views, at=position)
    posted_at = moments(views, [posted for _, _, posted in rows if posted is not None])
    given: Counter[tuple[str, str]] = Counter()
    ahead: Counter[tuple[str, str]] = Counter()
    entries: dict[tuple[str, str], list[int]] = {}
    for teacher, held_on, posted in rows:
        key = (teacher, held_on[:7])
        given[key] += 1
        if posted is not None:
            entries.setdefault(key, []).append(posted)
            ahead[key] += posted_at[posted].astimezone(zone).date().isoformat() < held_on
    shares = (
        PostingShare(*key, given[key], len(entries.get(key, ())), ahead[key], tuple(sorted(entries.get(key, ()))))
        for key in sorted(given)
    )
    return Answer(position, tuple(shares))
