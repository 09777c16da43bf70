"""The four things of one lesson's day, checked together (R35; regulation 2.4.2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final, Literal

from ledger.journal.deadlines.verdict import CLAUSES, Verdict, worst_of

Part = Literal["topic", "marks", "attendance", "homework"]
PARTS: Final[tuple[Part, ...]] = ("topic", "marks", "attendance", "homework")
CLAUSE: Final = "2.4.2"


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete a lesson's record was in time.

    Attributes:
        index: how many of the four parts were recorded in time or are exempt: 0 to 4; None without a regulation.
        open: how many of the rest may still be recorded in time.
        parts: topic, marks, attendance, homework -> the verdict that was taken for it.
        basis: indexes of all entries that it rests on, sorted.
        clause: 2.4.2.
    """

    index: int | None
    open: int
    parts: dict[Part, Verdict]
    basis: tuple[int, ...]
    clause: str = CLAUSE


def completeness(
    lesson: Verdict, attendance: Verdict, homework: Verdict, oral_marks: Collection[Verdict]
) -> Completeness:
    """Count the parts of a lesson's record that were in time (R35; regulation 2.4.2), from the verdicts on them.

    Where 2.4.2 contradicts other clauses: (a) homework for the next day is due within the hour of 2.2.2, which is
    stricter, so its own verdict is taken; (b) marks "received in the course of the lesson" are those for oral answers,
    written work has its week (2.2.4); (c) homework that the lesson plan has is exempt, which counts as recorded.

    The marks are as bad as the worst of them. A lesson without any says so by being recorded, so the marks are then as
    timely as its record.
    """
    no_marks = replace(lesson, rule="oral_mark", clause=CLAUSES["oral_mark"], readings=("no_oral_marks",))
    marks = worst_of(oral_marks or [no_marks])
    parts: dict[Part, Verdict] = {"topic": lesson, "marks": marks, "attendance": attendance, "homework": homework}
    basis = {entry for of in (*parts.values(), *oral_marks) for entry in of.basis}
    statuses = [of.status for of in parts.values()]
    return Completeness(
        index=None if "no_regulation" in statuses else sum(status in {"on_time", "exempt"} for status in statuses),
        open=statuses.count("pending"),
        parts=parts,
        basis=tuple(sorted(basis)),
    )
