"""Cells by the command that filled them: a few rows where `cells` has one for every student.

All entries of a command have one moment, so whatever holds it against a term needs no more than these rows. A set says
who was entered, not what became of it: which of its cells are annulled now is in `cells`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from projections.folding import View
from projections.rows import OPEN, Table
from projections.views.cells import CellRow
from projections.views.commands import CommandRow
from projections.views.lessons import LessonRow


class CellSetRow(NamedTuple):
    """The cells of one lesson, kind (`what`) and work that one command filled.

    `entry`, `last`: the first and the last of their entries; `students`: whose they are, in the order of their
    entries, with commas between, and `how_many` they are; `with_lesson`: 1 where the command recorded the lesson too.
    """

    entry: int
    last: int
    lesson: str
    what: str
    work: str | None
    how_many: int
    with_lesson: int
    students: str
    to_position: int = OPEN


# All that sums need is in the index: the students make rows long.
CELL_SETS: Final = Table("cell_sets", CellSetRow, (("what", "lesson", "work", "with_lesson", "how_many", "last"),))


def _cell_sets(asked: Mapping[type, list[Any]]) -> list[CellSetRow]:
    """The sets of some whole commands."""
    begins = [row.entry for row in asked.get(CommandRow, ())]
    recorded = {row.lesson: row.entry for row in asked.get(LessonRow, ())}
    found: dict[tuple[int, str, str, str | None], list[Any]] = {}
    command, following = 0, begins[0] if begins else OPEN
    for row in asked.get(CellRow, ()):
        while row.entry >= following:
            command += 1
            following = begins[command] if command < len(begins) else OPEN
        key = (command, row.lesson, row.what, row.work)
        known = found.get(key)
        if known is None:
            found[key] = [row.entry, row.entry, row.student]
        else:
            known[1] = row.entry
            known.append(row.student)
    return [
        CellSetRow(
            *(first, last, lesson, what, work, len(students)),
            int(lesson in recorded and begins[command - 1] <= recorded[lesson] < first),
            ",".join(students),
        )
        for (command, lesson, what, work), (first, last, *students) in found.items()
    ]


VIEW: Final = View((CELL_SETS,), {}, on_batch=_cell_sets)
