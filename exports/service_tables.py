"""Freshness, portals and witnesses in an archive (`verify/spec/tables.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import PORTAL_WORDS
from projections.reading import Reader
from projections.views.freshness import measurements
from projections.views.portals import portal_entries
from projections.views.witnesses import cosigned_moment, witness_entries

_ENTRY, _AT, _ACTOR = "entry (запись)", "at (внесено)", "actor (кто внёс)"
_WITNESS_ACTIONS: Final = {"appointed": "назначен", "dismissed": "снят", "cosigned": "заверил"}
_ACTIONS: Final = {"listed": "в списке", "dropped": "снят", "checked": "проверен"}


def service_tables(views: Reader, position: int) -> list[Table]:
    """All three, in the order of the specification."""
    return [
        Table(
            "freshness",
            (
                *(_ENTRY, _AT, "size (записей)", "position (показано)", "behind (не показано)"),
                *("minutes_behind (отставание, мин)", "last_entry_minutes (последней записи, мин)", _ACTOR),
            ),
            _freshness(views, position),
        ),
        Table(
            "portals",
            (
                *(_ENTRY, _AT, "portal (портал)", "action (что)", "name (название)", "link (ссылка)"),
                *("diary (ссылка на дневник)", "outcome (итог)", "basis (основание)", _ACTOR),
            ),
            _portals(views, position),
        ),
        Table(
            "witnesses",
            (
                *(_ENTRY, _AT, "witness (свидетель)", "action (что)", "key (ключ)", "held_by (кто ведёт)"),
                *(
                    "link (ссылка)",
                    "size (записей)",
                    "root (корень)",
                    "cosigned_at (время свидетеля)",
                    "signature (подпись)",
                ),
                *("basis (основание)", _ACTOR),
            ),
            _witnesses(views, position),
        ),
    ]


def _freshness(views: Reader, position: int) -> Iterator[Sequence[str]]:
    for row in measurements(views, at=position).rows:
        numbers = (row.size, row.position, row.behind, row.minutes_behind, row.last_entry_minutes)
        yield str(row.entry), row.at, *map(str, numbers), row.actor


def _portals(views: Reader, position: int) -> Iterator[Sequence[str]]:
    for row in portal_entries(views, position):
        outcome = "" if row.outcome is None else PORTAL_WORDS[row.outcome]
        yield (
            *(str(row.entry), row.at, row.portal, _ACTIONS[row.action], typed(row.name or ""), row.link or ""),
            *(row.diary or "", outcome, typed(row.basis or ""), row.actor),
        )


def _witnesses(views: Reader, position: int) -> Iterator[Sequence[str]]:
    for row in witness_entries(views, position):
        said = (
            "" if row.size is None else str(row.size),
            row.root or "",
            cosigned_moment(row.time),
            typed(row.signature or ""),
        )
        yield (
            *(str(row.entry), row.at, row.witness, _WITNESS_ACTIONS[row.action], typed(row.vkey or "")),
            *(typed(row.held_by or ""), row.link or "", *said, typed(row.basis or ""), row.actor),
        )
