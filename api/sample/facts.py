"""What was recorded and may yet be corrected: the generator's own memory of standing entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.journal.vocabulary import Fact as FactName


@dataclass(slots=True, eq=False)
class Fact:
    """One fact of a lesson.

    Attributes:
        what: which kind.
        lesson: id of the lesson.
        index: leaf index of its standing entry.
        value: what stands, as corrections carry it; None after an annulment.
        author: id of the teacher who recorded it.
        class_teacher: id of the teacher of the class that had the lesson.
        person: whose it is: the student; the teacher, where it is nobody's.
        recorded_at, closes_at: when it was recorded, and when its period is closed; microseconds since 1970.
    """

    what: FactName
    lesson: str
    index: int
    value: Any
    author: str
    class_teacher: str
    person: str
    recorded_at: int
    closes_at: int
