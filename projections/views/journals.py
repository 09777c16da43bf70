"""What closed a class's journal of the year, opened it again, and handed its summary sheet over (regulation 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import msgspec
import orjson

from ledger.journal.journal_events import JournalClosed, JournalReopened, SheetTransferred
from projections.folding import Entry, View
from projections.reading import Reader, command_of, stands
from projections.rows import OPEN, Operations, Table
from projections.views.reopenings import STEPS


class JournalClosingRow(NamedTuple):
    """A journal was closed; `excused`: JSON array."""

    entry: int
    class_group: str
    excused: str
    to_position: int = OPEN


class JournalReopeningRow(NamedTuple):
    """A journal was opened again in one step, as former logs have it; `note`: digest."""

    entry: int
    class_group: str
    reason: str
    basis: str
    requested_by: str
    note: str | None
    to_position: int = OPEN


class TransferRow(NamedTuple):
    """A summary sheet was handed over; `receiver` is its `to`."""

    entry: int
    class_group: str
    sha256: str
    number: str
    received_on: str
    receiver: str
    to_position: int = OPEN


CLOSINGS: Final = Table("journal_closings", JournalClosingRow, (("class_group",),))
REOPENINGS: Final = Table("journal_reopenings", JournalReopeningRow, (("class_group",),))
TRANSFERS: Final = Table("sheet_transfers", TransferRow, (("class_group",),))


def _journal_closed(event: JournalClosed, entry: Entry) -> Operations:
    excused = orjson.dumps(msgspec.to_builtins(event.excused), option=orjson.OPT_SORT_KEYS).decode()
    return (JournalClosingRow(entry.index, entry.stream_id, excused),)


def _journal_reopened(event: JournalReopened, entry: Entry) -> Operations:
    note = event.sd[0] if event.sd else None
    return (JournalReopeningRow(entry.index, entry.stream_id, event.reason, event.basis, event.requested_by, note),)


def _sheet_transferred(event: SheetTransferred, entry: Entry) -> Operations:
    row = TransferRow(entry.index, entry.stream_id, event.sha256, event.number, event.received_on, event.to)
    return (row,)


VIEW: Final = View(
    (CLOSINGS, REOPENINGS, TRANSFERS),
    {JournalClosed: _journal_closed, JournalReopened: _journal_reopened, SheetTransferred: _sheet_transferred},
)


@dataclass(frozen=True, slots=True)
class JournalTurn:
    """One entry in the life of a class's journal.

    Attributes:
        entry: its index; `at`, `actor`, `role`, `on_behalf_of`: when and who.
        class_group: whose.
        action: ``closed``, ``reopening_requested``, ``reopened``, ``reopening_refused`` or ``transferred``.
        excused: of a closing: what lacked, each with course, count, reason and basis.
        reason, note: of a request, or of a reopening in one step: code, and digest of the disclosure that says more.
        requested_by, request: of an answer to a request: who asked, and the entry; `basis`: of both.
        sha256, number, received_on, to: of a sheet handed over: its digest, and the receipt.
    """

    entry: int
    class_group: str
    action: Literal["closed", "reopening_requested", "reopened", "reopening_refused", "transferred"]
    excused: tuple[dict[str, Any], ...] | None
    reason: str | None
    basis: str | None
    requested_by: str | None
    note: str | None
    sha256: str | None
    number: str | None
    received_on: str | None
    to: str | None
    request: int | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None


_TURNS: Final = f"""
    SELECT t.entry, t.class_group, t.action, t.excused, t.reason, t.basis, t.requested_by, t.note, t.sha256, t.number,
      t.received_on, t.receiver, t.request, m.at, m.actor, m.role, m.on_behalf_of
    FROM (
      SELECT u.*, {command_of("u.entry")} AS by_command
      FROM (
        SELECT c.entry, c.class_group, 'closed' AS action, c.excused, NULL AS reason, NULL AS basis,
          NULL AS requested_by, NULL AS note, NULL AS sha256, NULL AS number, NULL AS received_on, NULL AS receiver,
          CAST(NULL AS bigint) AS request
          FROM {{journal_closings}} c WHERE {stands("c")}
        UNION ALL
        SELECT r.entry, r.class_group, 'reopened', NULL, r.reason, r.basis, r.requested_by, r.note, NULL, NULL, NULL,
          NULL, NULL FROM {{journal_reopenings}} r WHERE {stands("r")}
        UNION ALL
        SELECT s.entry, s.class_group, 'transferred', NULL, NULL, NULL, NULL, NULL, s.sha256, s.number, s.received_on,
          s.receiver, NULL FROM {{sheet_transfers}} s WHERE {stands("s")}
        UNION ALL
        SELECT p.entry, p.scope, p.action, NULL, p.reason, p.basis, p.requested_by, p.note, NULL, NULL, NULL, NULL,
          p.request FROM ({STEPS}) p WHERE p.what = 'journal'
      ) u
    ) t JOIN {{commands}} m ON m.entry = t.by_command
    ORDER BY t.entry"""


def journal_turns(views: Reader, position: int) -> dict[str, tuple[JournalTurn, ...]]:
    """Class group -> what happened to its journal, in the order of the entries, as known at a position."""
    found: dict[str, tuple[JournalTurn, ...]] = {}
    for entry, group, action, excused, *rest in views.select(_TURNS, {"at": position}):
        listed = None if excused is None else tuple(orjson.loads(excused))
        turn = JournalTurn(entry, group, action, listed, *rest)
        found[group] = (*found.get(group, ()), turn)
    return found


def closed_by(history: tuple[JournalTurn, ...]) -> int | None:
    """The entry that closed a journal, where no later one opened it again."""
    last = [turn for turn in history if turn.action in ("closed", "reopened")][-1:]
    return last[0].entry if last and last[0].action == "closed" else None
