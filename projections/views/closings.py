"""What closed a reporting period, opened it again and attested it: who asked, who did it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ledger.journal.events import PeriodAttested, PeriodClosed, PeriodReopened
from projections.folding import Entry, View
from projections.reading import Reader, command_of, stands
from projections.rows import OPEN, Operations, Table
from projections.views.reopenings import STEPS


class ClosingRow(NamedTuple):
    """A period was closed."""

    entry: int
    period: str
    streams: int
    root: str
    to_position: int = OPEN


class ReopeningRow(NamedTuple):
    """A period was opened again in one step, as former logs have it; `note`: digest."""

    entry: int
    period: str
    reason: str
    basis: str
    requested_by: str
    note: str | None
    to_position: int = OPEN


class AttestationRow(NamedTuple):
    """A closed period was attested as it stood at a size."""

    entry: int
    period: str
    size: int
    basis: str
    to_position: int = OPEN


CLOSINGS: Final = Table("closings", ClosingRow, (("period",),))
REOPENINGS: Final = Table("reopenings", ReopeningRow, (("period",),))
ATTESTATIONS: Final = Table("attestations", AttestationRow, (("period",),))


def _period_closed(event: PeriodClosed, entry: Entry) -> Operations:
    return (ClosingRow(entry.index, entry.stream_id, event.streams, event.root),)


def _period_reopened(event: PeriodReopened, entry: Entry) -> Operations:
    note = event.sd[0] if event.sd else None
    return (ReopeningRow(entry.index, entry.stream_id, event.reason, event.basis, event.requested_by, note),)


def _period_attested(event: PeriodAttested, entry: Entry) -> Operations:
    return (AttestationRow(entry.index, entry.stream_id, event.size, event.basis),)


VIEW: Final = View(
    (CLOSINGS, REOPENINGS, ATTESTATIONS),
    {PeriodClosed: _period_closed, PeriodReopened: _period_reopened, PeriodAttested: _period_attested},
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry in the life of a period.

    Attributes:
        entry: its index; `at`, `actor`, `role`, `on_behalf_of`: when and who.
        period: whose.
        action: ``closed``, ``reopening_requested``, ``reopened``, ``reopening_refused`` or ``attested``.
        reason, note: of a request, or of a reopening in one step: code, and digest of the disclosure that says more.
        requested_by, request: of an answer to a request: who asked, and the entry.
        basis: the document, of all but a closing.
        streams: how many lesson streams a closing commits to.
        size: what position is attested.
    """

    entry: int
    period: str
    action: Literal["closed", "reopening_requested", "reopened", "reopening_refused", "attested"]
    reason: str | None
    basis: str | None
    requested_by: str | None
    note: str | None
    streams: int | None
    size: int | None
    request: int | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None


_TURNS: Final = f"""
    SELECT t.entry, t.period, t.action, t.reason, t.basis, t.requested_by, t.note, t.streams, t.size,
      t.request, m.at, m.actor, m.role, m.on_behalf_of
    FROM (
      SELECT u.*, {command_of("u.entry")} AS by_command
      FROM (
        SELECT c.entry, c.period, 'closed' AS action, NULL AS reason, NULL AS basis, NULL AS requested_by, NULL AS note,
          c.streams, CAST(NULL AS bigint) AS size, CAST(NULL AS bigint) AS request
          FROM {{closings}} c WHERE {stands("c")}
        UNION ALL
        SELECT r.entry, r.period, 'reopened', r.reason, r.basis, r.requested_by, r.note, NULL, NULL, NULL
          FROM {{reopenings}} r WHERE {stands("r")}
        UNION ALL
        SELECT a.entry, a.period, 'attested', NULL, a.basis, NULL, NULL, NULL, a.size, NULL
          FROM {{attestations}} a WHERE {stands("a")}
        UNION ALL
        SELECT s.entry, s.scope, s.action, s.reason, s.basis, s.requested_by, s.note, NULL, NULL, s.request
          FROM ({STEPS}) s WHERE s.what = 'period'
      ) u
    ) t JOIN {{commands}} m ON m.entry = t.by_command
    ORDER BY t.entry"""


def turns(views: Reader, position: int) -> dict[str, tuple[Turn, ...]]:
    """Period -> what closed, reopened and attested it, in the order of the entries, as known at a position."""
    found: dict[str, tuple[Turn, ...]] = {}
    for row in views.select(_TURNS, {"at": position}):
        turn = Turn(*row)
        found[turn.period] = (*found.get(turn.period, ()), turn)
    return found


def closed_by(history: tuple[Turn, ...]) -> int | None:
    """The entry that closed a period, where no later one opened it again."""
    last = [turn for turn in history if turn.action in ("closed", "reopened")][-1:]
    return last[0].entry if last and last[0].action == "closed" else None
