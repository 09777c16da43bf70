"""Lessons that are not held, where they are held instead, and whether one was recorded there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ledger.journal.cancellation_events import CancellationWithdrawn, LessonCancelled
from projections.folding import Entry, View
from projections.reading import FIRST_DAY, LAST_DAY, Answer, AsOf, Reader, filters, resolve, stands
from projections.rows import OPEN, Operations, Revise, Table


class CancellationRow(NamedTuple):
    """A cancellation; `fact`: the entry that recorded it; `withdrawn_basis`: why it was withdrawn, or None."""

    entry: int
    fact: int
    course: str
    held_on: str
    number: int
    reason: str
    basis: str
    moved_on: str | None
    moved_number: int | None
    merged_with: str | None
    withdrawn_basis: str | None
    to_position: int = OPEN


CANCELLATIONS: Final = Table("cancellations", CancellationRow, (("course",),))


def _cancelled(event: LessonCancelled, entry: Entry) -> Operations:
    moved = event.moved_to
    row = CancellationRow(
        entry=entry.index,
        fact=entry.index,
        course=entry.stream_id,
        held_on=event.held_on,
        number=event.number,
        reason=event.reason,
        basis=event.basis,
        moved_on=moved.held_on if moved else None,
        moved_number=moved.number if moved else None,
        merged_with=event.merged_with,
        withdrawn_basis=None,
    )
    return (row,)


def _withdrawn(event: CancellationWithdrawn, entry: Entry) -> Operations:
    return (Revise(CANCELLATIONS, event.corrects, entry.index, {"withdrawn_basis": event.basis}),)


VIEW: Final = View((CANCELLATIONS,), {LessonCancelled: _cancelled, CancellationWithdrawn: _withdrawn})


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancelled lesson.

    Attributes:
        entry: the entry that cancelled it.
        course, class_group, subject, held_on, number: the lesson that was planned.
        reason, basis: why, and by which document.
        moved_on, moved_number, merged_with: where it is held instead; all None where it is not.
        withdrawn_by, withdrawn_basis: the entry that withdrew it, and why; None while it stands.
        recorded: a lesson of the course that stands at this very place all the same; None where there is none.
        instead: the lesson that stands where this one was moved to, or of the course that it was merged with.
    """

    entry: int
    course: str
    class_group: str
    subject: str
    held_on: str
    number: int
    reason: str
    basis: str
    moved_on: str | None
    moved_number: int | None
    merged_with: str | None
    withdrawn_by: int | None
    withdrawn_basis: str | None
    recorded: str | None
    instead: str | None


def cancellations(
    views: Reader,
    *,
    class_group: str | None = None,
    course: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    at: AsOf = None,
) -> Answer[Cancellation]:
    """Cancelled lessons by day and number; days are inclusive, withdrawn ones are among them.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    conditions, parameters = filters(("o.class_group", class_group), ("c.course", course))
    parameters |= {"at": position, "first": from_date or FIRST_DAY, "last": to_date or LAST_DAY}
    rows = views.select(f"{_CANCELLATIONS}{conditions} ORDER BY c.held_on, c.number, c.fact", parameters)
    return Answer(position, tuple(_cancellation(row) for row in rows))


class Standing(NamedTuple):
    """A cancellation that stands, as `Cancellation` has it; nothing of what was recorded."""

    entry: int
    class_group: str
    course: str
    held_on: str
    number: int
    reason: str
    basis: str
    moved_on: str | None
    moved_number: int | None
    merged_with: str | None


def standing_cancellations(
    views: Reader, position: int, from_day: str, to_day: str, class_group: str | None = None
) -> list[Standing]:
    """Cancellations that stand at a position, of lessons planned on some days, both inclusive, or moved to them."""
    parameters: dict[str, object] = {"at": position, "first": from_day, "last": to_day}
    condition = ""
    if class_group is not None:
        parameters["class_group"], condition = class_group, " AND o.class_group = :class_group"
    sql = f"""SELECT c.fact, o.class_group, c.course, c.held_on, c.number, c.reason, c.basis, c.moved_on,
          c.moved_number, c.merged_with
        FROM {{cancellations}} c JOIN {{courses}} o ON o.course = c.course AND {stands("o")}
        WHERE {stands("c")} AND c.withdrawn_basis IS NULL{condition}
          AND (c.held_on BETWEEN :first AND :last OR c.moved_on BETWEEN :first AND :last) ORDER BY c.fact"""
    return [Standing(*row) for row in views.select(sql, parameters)]


_LESSON: Final = f"""(SELECT min(l.lesson) FROM {{lessons}} l WHERE l.course = $course AND l.held_on = $day
        AND l.number = $number AND l.stands = 1 AND {stands("l")})"""


def _lesson(course: str, day: str, number: str) -> str:
    return _LESSON.replace("$course", course).replace("$day", day).replace("$number", number)


_CANCELLATIONS: Final = f"""
    SELECT c.fact, c.course, o.class_group, o.subject, c.held_on, c.number, c.reason, c.basis, c.moved_on,
      c.moved_number, c.merged_with, CASE WHEN c.withdrawn_basis IS NULL THEN NULL ELSE c.entry END, c.withdrawn_basis,
      {_lesson("c.course", "c.held_on", "c.number")},
      coalesce({_lesson("c.course", "c.moved_on", "c.moved_number")},
        {_lesson("c.merged_with", "c.held_on", "c.number")})
    FROM {{cancellations}} c
    JOIN {{courses}} o ON o.course = c.course AND {stands("o")}
    WHERE {stands("c")} AND c.held_on BETWEEN :first AND :last"""


def _cancellation(row: tuple[Any, ...]) -> Cancellation:
    return Cancellation(*row)
