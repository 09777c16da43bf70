"""Freshness and portals in an archive (`verify/spec/tables.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from exports.tables import Table, typed
from ledger.journal.vocabulary import PORTAL_WORDS
from projections.reading import Reader
from projections.views.freshness import measurements
from projections.views.portals import portal_entries

_ENTRY, _AT, _ACTOR = "entry (запись)", "at (внесено)", "actor (кто внёс)"
_ACTIONS: Final = {"listed": "в списке", "dropped": "снят", "checked": "проверен"}


def service_tables(views: Reader, position: int) -> list[Table]:
    """Both, in the order of the specification."""
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
