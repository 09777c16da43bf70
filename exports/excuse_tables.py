"""Incidents and excuses in an archive (`verify/spec/tables.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from exports.control_tables import NameAt, text_of
from exports.names import Open
from exports.tables import Table, typed
from ledger.journal.vocabulary import EXCUSE_WORDS, INCIDENT_WORDS, LESSON_RULE_WORDS
from projections.reading import Reader
from projections.views import excuses

_ENTRY, _AT, _NOTE = "entry (запись)", "at (внесено)", "note (пояснение)"
_HEADERS: Final = {
    "incidents": (
        *(_ENTRY, _AT, "incident (инцидент)", "kind (вид)", "began_at (с)", _NOTE),
        *("closed_by (закрыто записью)", "ended_at (по)", "closing_note (пояснение при закрытии)"),
    ),
    "excuses": (
        *(_ENTRY, _AT, "teacher (учитель)", "name (имя)", "class (класс)", "subject (предмет)", "held_on (дата)"),
        *("lesson (урок)", "rules (что извиняет)", "reason (причина)", "incident (инцидент)", "basis (основание)"),
        *(_NOTE, "actor (кто принял)", "withdrawn_by (снято записью)", "withdrawn_basis (почему снято)"),
    ),
}
# How long an open incident lasts is in no column, so the moment does not matter.
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def excuse_tables(views: Reader, position: int, name: NameAt, classes: Mapping[str, str], open_: Open) -> list[Table]:
    """Both, in the order of the specification; `classes` gives a class's name."""
    return [
        Table("incidents", _HEADERS["incidents"], _incidents(views, position, open_)),
        Table("excuses", _HEADERS["excuses"], _excuses(views, position, name, classes, open_)),
    ]


def _incidents(views: Reader, position: int, open_: Open) -> Iterator[Sequence[str]]:
    for row in sorted(excuses.incidents(views, now=_EVER, at=position).rows, key=attrgetter("entry")):
        yield (
            *(str(row.entry), row.at, row.incident, INCIDENT_WORDS[row.kind], row.began_at, text_of(row.note, open_)),
            *(
                "" if row.closed_by is None else str(row.closed_by),
                row.ended_at or "",
                text_of(row.closing_note, open_),
            ),
        )


def _excuses(
    views: Reader, position: int, name: NameAt, classes: Mapping[str, str], open_: Open
) -> Iterator[Sequence[str]]:
    for row in sorted(excuses.excuses(views, at=position).rows, key=attrgetter("entry")):
        yield (
            *(str(row.entry), row.at, row.teacher, name(row.teacher, row.entry)),
            *(typed(classes.get(row.class_group, "")), typed(row.subject), row.held_on, row.lesson or ""),
            ", ".join(LESSON_RULE_WORDS[rule] for rule in row.rules),
            *(EXCUSE_WORDS[row.reason], row.incident or "", typed(row.basis or ""), text_of(row.note, open_)),
            *(row.actor, "" if row.withdrawn_by is None else str(row.withdrawn_by), typed(row.withdrawn_basis or "")),
        )
