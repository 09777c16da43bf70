"""Events by which two people open a closed period, or a class's closed journal, again (regulation 3.2, 3.3).

One asks, another who directs approves or refuses. `request` is the index of the entry that asked, in the same stream.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import ReopeningReason


class PeriodReopeningRequested(Event, frozen=True, kw_only=True):
    """`period/`: the actor asks that it be opened again; `sd` (``_sd``): digest of the disclosure `note`."""

    reason: ReopeningReason
    basis: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class PeriodReopeningApproved(Event, frozen=True, kw_only=True):
    """`period/`: ordinary entries are taken again, until the next `PeriodClosed`."""

    request: int
    basis: str


class PeriodReopeningRefused(Event, frozen=True, kw_only=True):
    """`period/`: it stays closed."""

    request: int
    basis: str


class JournalReopeningRequested(Event, frozen=True, kw_only=True):
    """`class/`: the actor asks that the journal be opened again; fields as of a period's."""

    reason: ReopeningReason
    basis: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class JournalReopeningApproved(Event, frozen=True, kw_only=True):
    """`class/`: the journal takes ordinary entries until its next closing."""

    request: int
    basis: str


class JournalReopeningRefused(Event, frozen=True, kw_only=True):
    """`class/`: it stays closed."""

    request: int
    basis: str


REOPENING_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "period_reopening_requested/1": PeriodReopeningRequested,
    "period_reopening_approved/1": PeriodReopeningApproved,
    "period_reopening_refused/1": PeriodReopeningRefused,
    "journal_reopening_requested/1": JournalReopeningRequested,
    "journal_reopening_approved/1": JournalReopeningApproved,
    "journal_reopening_refused/1": JournalReopeningRefused,
}
