"""The tables of control in an archive (`verify/spec/tables.md`): checks of classes' journals, and remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from exports.names import Open
from exports.tables import Table, typed
from ledger.journal.vocabulary import CLOSING_WORDS, REMARK_WORDS
from projections.reading import Reader
from projections.views import control

_ENTRY, _AT, _CLASS, _NOTE = "entry (запись)", "at (внесено)", "class (класс)", "note (пояснение)"
_HEADERS: Final = {
    "checks": (
        *(_ENTRY, _AT, _CLASS, "held_on (дата проверки)", "from_date (с)", "to_date (по)"),
        *("actor (кто проверил)", _NOTE),
    ),
    "remarks": (
        *(_ENTRY, _AT, "remark (замечание)", _CLASS, "subject (предмет)", "lesson (урок)", "held_on (дата урока)"),
        *("about (о чём)", "to (кому)", "to_name (имя)", "check (проверка)", "actor (кто внёс)", _NOTE),
        *("closed_by (закрыто записью)", "how (как)", "answer (ответ)"),
    ),
}

NameAt = Callable[[str, int], str]


def control_tables(views: Reader, position: int, name: NameAt, classes: Mapping[str, str], open_: Open) -> list[Table]:
    """Both, in the order of the specification; `classes` gives a class's name."""
    return [
        Table("checks", _HEADERS["checks"], _checks(views, position, classes, open_)),
        Table("remarks", _HEADERS["remarks"], _remarks(views, position, name, classes, open_)),
    ]


def _checks(views: Reader, position: int, classes: Mapping[str, str], open_: Open) -> Iterator[Sequence[str]]:
    for row in control.checks(views, at=position).rows:
        yield (
            *(str(row.entry), row.at, typed(classes.get(row.class_group, "")), row.held_on, row.from_date),
            *(row.to_date, row.actor, text_of(row.note, open_)),
        )


def _remarks(
    views: Reader, position: int, name: NameAt, classes: Mapping[str, str], open_: Open
) -> Iterator[Sequence[str]]:
    for row in control.remarks(views, at=position).rows:
        yield (
            *(str(row.entry), row.at, row.remark, typed(classes.get(row.class_group, "")), typed(row.subject or "")),
            *(row.lesson or "", row.held_on or "", REMARK_WORDS[row.about], row.to, name(row.to, row.entry)),
            *("" if row.check is None else str(row.check), row.actor, text_of(row.note, open_)),
            *("" if row.closed_by is None else str(row.closed_by), CLOSING_WORDS[row.how] if row.how else ""),
            text_of(row.answer, open_),
        )


def text_of(digest: str | None, open_: Open) -> str:
    """The disclosed text behind a digest; empty where there is none, or it is not disclosed."""
    found = open_([digest]).get(digest) if digest else None
    return typed(found[1]) if found else ""
