"""Witnesses of the log, and what each cosigned (regulation 3.3, example 1; R44)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ledger.journal.witness_events import CheckpointCosigned, WitnessAppointed, WitnessDismissed
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, command_join, resolve, stands
from projections.rows import OPEN, Operations, Table


class WitnessRow(NamedTuple):
    """Something was said of a witness; `action`: ``appointed``, ``dismissed`` or ``cosigned``."""

    entry: int
    witness: str
    action: str
    vkey: str | None = None
    held_by: str | None = None
    link: str | None = None
    size: int | None = None
    root: str | None = None
    time: int | None = None
    signature: str | None = None
    basis: str | None = None
    to_position: int = OPEN


WITNESSES: Final = Table("witnesses", WitnessRow, (("witness",),))


def _appointed(event: WitnessAppointed, entry: Entry) -> Operations:
    row = WitnessRow(
        entry=entry.index,
        witness=entry.stream_id,
        action="appointed",
        vkey=event.vkey,
        held_by=event.held_by,
        link=event.link,
        basis=event.basis,
    )
    return (row,)


def _dismissed(event: WitnessDismissed, entry: Entry) -> Operations:
    return (WitnessRow(entry.index, entry.stream_id, "dismissed", basis=event.basis),)


def _cosigned(event: CheckpointCosigned, entry: Entry) -> Operations:
    row = WitnessRow(
        entry=entry.index,
        witness=entry.stream_id,
        action="cosigned",
        size=event.size,
        root=event.root,
        time=event.time,
        signature=event.signature,
    )
    return (row,)


VIEW: Final = View(
    (WITNESSES,), {WitnessAppointed: _appointed, WitnessDismissed: _dismissed, CheckpointCosigned: _cosigned}
)


@dataclass(frozen=True, slots=True)
class WitnessEntry:
    """What one entry says of a witness; fields as in `WitnessRow`."""

    entry: int
    at: str
    witness: str
    action: str
    vkey: str | None
    held_by: str | None
    link: str | None
    size: int | None
    root: str | None
    time: int | None
    signature: str | None
    basis: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness that stands appointed, and its last cosignature.

    Attributes:
        entry, appointed_at: what appointed it, and when.
        name: of its key.
        cosigned_by, size, cosigned_at: the entry of its last cosignature, of how many entries, when by its own clock,
            UTC; None: none since it was appointed.
        behind: how many entries it has not cosigned.
    """

    entry: int
    appointed_at: str
    witness: str
    name: str
    vkey: str
    held_by: str
    link: str
    basis: str
    cosigned_by: int | None
    size: int | None
    cosigned_at: str | None
    behind: int


def witness_entries(views: Reader, position: int) -> Sequence[WitnessEntry]:
    """All that was said of witnesses, in its order; `position`: one that the views have reached."""
    sql = f"""SELECT w.entry, m.at, w.witness, w.action, w.vkey, w.held_by, w.link, w.size, w.root, w.time,
          w.signature, w.basis, m.actor
        FROM {{witnesses}} w
        {command_join("w.entry")}
        WHERE {stands("w")} ORDER BY w.entry"""
    return [WitnessEntry(*row) for row in views.select(sql, {"at": position})]


def witnesses(views: Reader, *, at: AsOf = None) -> Answer[Witness]:
    """Witnesses that stand appointed, in the order in which they were.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    standing: dict[str, WitnessEntry] = {}
    cosigned: dict[str, WitnessEntry] = {}
    for said in witness_entries(views, position):
        if said.action == "appointed":
            standing[said.witness] = said
            cosigned.pop(said.witness, None)
        elif said.action == "dismissed":
            standing.pop(said.witness, None)
        else:
            cosigned[said.witness] = said
    rows = tuple(_witness(one, cosigned.get(witness), position) for witness, one in standing.items())
    return Answer(position, rows)


def cosigned_moment(seconds: int | None) -> str:
    """A witness's POSIX time as UTC, ``2026-11-26T12:00:00.000000Z``; empty for None."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _witness(appointed: WitnessEntry, last: WitnessEntry | None, position: int) -> Witness:
    vkey = appointed.vkey or ""
    return Witness(
        entry=appointed.entry,
        appointed_at=appointed.at,
        witness=appointed.witness,
        name=vkey.partition("+")[0],
        vkey=vkey,
        held_by=appointed.held_by or "",
        link=appointed.link or "",
        basis=appointed.basis or "",
        cosigned_by=None if last is None else last.entry,
        size=None if last is None else last.size,
        cosigned_at=None if last is None else cosigned_moment(last.time),
        behind=position - (0 if last is None or last.size is None else last.size),
    )
