"""The history of one cell: every entry that touched it, who made it, when and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import orjson

from projections.reading import Answer, AsOf, Reader, command_of, resolve


@dataclass(frozen=True, slots=True)
class Touch:
    """An entry that touched a cell.

    Attributes:
        entry: its index.
        fact: the entry that first stated the fact that it is about.
        what: ``mark``, ``make_up``, ``absence``, ``lateness`` or ``early_leave``.
        action: ``recorded``, ``corrected``, ``annulled``, ``reason_set``; ``requested`` and ``refused`` change nothing.
        old: what stood before: None where nothing did.
        new: what stands after it, or would after a request.
        work: the work that a mark is for.
        reason: the correction's reason code; None for what is no correction.
        note: digest of the disclosure that says more.
        basis: the document named.
        corrects: the entry that it corrects, or asks to.
        request: the request that it answers.
        at, actor, role, on_behalf_of, command: when, who and in which command.
    """

    entry: int
    fact: int
    what: str
    action: str
    old: str | None
    new: str | None
    work: str | None
    reason: str | None
    note: str | None
    basis: str | None
    corrects: int | None
    request: int | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    command: str


def cell_history(views: Reader, lesson: str, student: str, *, at: AsOf = None) -> Answer[Touch]:
    """What happened to a student's cell in a lesson, in the order of entries; annulled facts too.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    parameters = {"at": position, "lesson": lesson, "student": student}
    touches = [Touch(*row) for row in views.select(_VALUES, parameters)]
    for row in views.select(_REQUESTS, parameters):
        touch = Touch(*row)
        touches.append(replace(touch, old=text_of(touch.old), new=text_of(touch.new)))
    return Answer(position, tuple(sorted(touches, key=lambda touch: touch.entry)))


def text_of(value: str | None) -> str | None:
    """A cell's value from the JSON of a correction: a code or minutes as text, None for null."""
    found = None if value is None else orjson.loads(value)
    return None if found is None else str(found)


# Rows of the cell are taken whether they still stand or not: a history is what they all say.
_VALUES: Final = f"""
    SELECT h.entry, h.fact, h.what, coalesce(k.action, 'recorded'), h.old, h.value, h.work, k.reason, k.note, k.basis,
      k.corrects, k.request, m.at, m.actor, m.role, m.on_behalf_of, m.command
    FROM (
      SELECT c.entry, c.fact, c.what, c.value, c.work,
        (SELECT p.value FROM {{cells}} p WHERE p.lesson = :lesson AND p.fact = c.fact AND p.entry < c.entry
          ORDER BY p.entry DESC LIMIT 1) AS old,
        {command_of("c.entry")} AS first
      FROM {{cells}} c WHERE c.lesson = :lesson AND c.student = :student AND c.entry < :at
    ) h JOIN {{commands}} m ON m.entry = h.first LEFT JOIN {{corrections}} k ON k.entry = h.entry"""

# An approval is the correction itself, and is among the values.
_REQUESTS: Final = f"""
    SELECT h.entry, h.fact, h.what, CASE h.status WHEN 'refused' THEN 'refused' ELSE 'requested' END, h.old, h.new,
      h.work, h.reason, h.note, CASE h.status WHEN 'refused' THEN h.answer_basis ELSE h.basis END, h.corrects,
      CASE h.status WHEN 'refused' THEN h.request END, m.at, m.actor, m.role, m.on_behalf_of, m.command
    FROM (
      SELECT r.*, c.fact, c.work, {command_of("r.entry")} AS first
      FROM {{requests}} r JOIN {{cells}} c ON c.entry = r.corrects
      WHERE r.lesson = :lesson AND r.status <> 'approved' AND r.entry < :at
        AND c.lesson = :lesson AND c.student = :student
    ) h JOIN {{commands}} m ON m.entry = h.first"""
