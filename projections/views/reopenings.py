"""Requests to open closed periods and classes' closed journals again, and their answers (regulation 3.2, 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from ledger.journal.reopening_events import (
    JournalReopeningApproved,
    JournalReopeningRefused,
    JournalReopeningRequested,
    PeriodReopeningApproved,
    PeriodReopeningRefused,
    PeriodReopeningRequested,
)
from projections.folding import Entry, View
from projections.reading import Answer, AsOf, Reader, RequestStatus, command_join, command_of, resolve, stands
from projections.rows import OPEN, Operations, Table


class ReopeningRequestRow(NamedTuple):
    """Somebody asked to open something again; `what`: ``period`` or ``journal``; `scope`: its id; `note`: digest."""

    entry: int
    what: str
    scope: str
    reason: str
    basis: str
    note: str | None
    to_position: int = OPEN


class ReopeningAnswerRow(NamedTuple):
    """A request was ``approved`` or ``refused``; `request`: the entry that asked."""

    entry: int
    what: str
    scope: str
    request: int
    decision: str
    basis: str
    to_position: int = OPEN


REQUESTS: Final = Table("reopening_requests", ReopeningRequestRow, (("what", "scope"),))
ANSWERS: Final = Table("reopening_answers", ReopeningAnswerRow, (("what", "scope"), ("request",)))

_Requested: TypeAlias = PeriodReopeningRequested | JournalReopeningRequested
_Answered: TypeAlias = (
    PeriodReopeningApproved | PeriodReopeningRefused | JournalReopeningApproved | JournalReopeningRefused
)
_PERIOD: Final = (PeriodReopeningRequested, PeriodReopeningApproved, PeriodReopeningRefused)
_APPROVED: Final = (PeriodReopeningApproved, JournalReopeningApproved)


def _requested(event: _Requested, entry: Entry) -> Operations:
    note = event.sd[0] if event.sd else None
    return (ReopeningRequestRow(entry.index, _what(event), entry.stream_id, event.reason, event.basis, note),)


def _answered(event: _Answered, entry: Entry) -> Operations:
    decision = "approved" if isinstance(event, _APPROVED) else "refused"
    return (ReopeningAnswerRow(entry.index, _what(event), entry.stream_id, event.request, decision, event.basis),)


def _what(event: _Requested | _Answered) -> str:
    return "period" if isinstance(event, _PERIOD) else "journal"


VIEW: Final = View(
    (REQUESTS, ANSWERS),
    {
        PeriodReopeningRequested: _requested,
        PeriodReopeningApproved: _answered,
        PeriodReopeningRefused: _answered,
        JournalReopeningRequested: _requested,
        JournalReopeningApproved: _answered,
        JournalReopeningRefused: _answered,
    },
)

STEPS: Final = f"""
    SELECT q.entry, q.what, q.scope, 'reopening_requested' AS action, q.reason, q.basis, q.note,
      CAST(NULL AS bigint) AS request, CAST(NULL AS text) AS requested_by
      FROM {{reopening_requests}} q WHERE {stands("q")}
    UNION ALL
    SELECT a.entry, a.what, a.scope,
      CASE WHEN a.decision = 'approved' THEN 'reopened' ELSE 'reopening_refused' END, NULL, a.basis, NULL, a.request,
      (SELECT w.actor FROM {{commands}} w WHERE w.entry = {command_of("a.request")})
      FROM {{reopening_answers}} a WHERE {stands("a")}"""
"""What was asked for and answered, as steps in the life of a period or a journal; `requested_by`: whose request."""


@dataclass(frozen=True, slots=True)
class ReopeningRequest:
    """A request to open something again.

    Attributes:
        entry: its index; `at`, `actor`, `role`, `on_behalf_of`: when and who asked.
        what: ``period`` or ``journal``; `scope`: id of the period or of the class.
        reason, basis, note: why; `note` is the digest of the disclosure that says more.
        status: ``open`` while it waits.
        answered_by: the entry that answered; `answered_at`, `answerer`, `answer_basis`: when, who, document.
    """

    entry: int
    what: Literal["period", "journal"]
    scope: str
    reason: str
    basis: str
    note: str | None
    status: RequestStatus
    answered_by: int | None
    answer_basis: str | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    answered_at: str | None
    answerer: str | None


_REQUESTS: Final = f"""
    SELECT q.entry, q.what, q.scope, q.reason, q.basis, q.note, coalesce(a.decision, 'open'), a.entry, a.basis,
      m.at, m.actor, m.role, m.on_behalf_of, n.at, n.actor
    FROM {{reopening_requests}} q
    LEFT JOIN {{reopening_answers}} a ON a.request = q.entry AND {stands("a")}
    {command_join("q.entry")}
    LEFT JOIN {{commands}} n ON n.entry = {command_of("a.entry")}
    WHERE {stands("q")} ORDER BY q.entry"""


def reopening_requests(
    views: Reader, *, status: RequestStatus | None = None, at: AsOf = None
) -> Answer[ReopeningRequest]:
    """Requests to open something again with their answers, in the order of the entries; of one status where asked."""
    position = resolve(views, at)
    rows = (ReopeningRequest(*row) for row in views.select(_REQUESTS, {"at": position}))
    return Answer(position, tuple(row for row in rows if status is None or row.status == status))
