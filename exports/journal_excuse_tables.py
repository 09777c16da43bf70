"""What closings of classes' journals excused, as an archive's table (`verify/spec/tables.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import LACKING_WORDS
from projections.reading import Reader
from projections.views.journals import journal_turns
from projections.views.lookups import classes, courses

_COLUMNS: Final = (
    *("entry (запись)", "at (внесено)", "class_id (id класса)", "class (класс)", "what (чего нет)", "course (курс)"),
    *("subject (предмет)", "count (сколько)", "reason (причина)", "basis (основание)", "actor (кто внёс)"),
)

LACK_REASON_WORDS: Final[dict[str, str]] = {
    "not_required": "не требуется",
    "student_absent": "ученика не было",
    "not_restorable": "не восстановить",
    "order": "по приказу",
    "other": "иное",
}
"""Why it is excused that something lacks."""


def journal_excuse_tables(views: Reader, position: int) -> list[Table]:
    """The table: a row of each thing that a closing excused."""
    return [Table("journal_excuses", _COLUMNS, _rows(views, position))]


def _rows(views: Reader, position: int) -> Iterator[Sequence[str]]:
    names = {group.class_group: group.name for group in classes(views, at=position).rows}
    subjects = {course.course: course.subject for course in courses(views, at=position).rows}
    history = journal_turns(views, position)
    for turn in sorted((turn for of in history.values() for turn in of), key=lambda turn: turn.entry):
        for one in turn.excused or ():
            course = one.get("course", "")
            yield (
                *(str(turn.entry), turn.at, turn.class_group, typed(names[turn.class_group])),
                *(LACKING_WORDS[one["what"]], course, typed(subjects.get(course, "")), str(one["count"])),
                *(LACK_REASON_WORDS[one["reason"]], typed(one["basis"]), turn.actor),
            )
