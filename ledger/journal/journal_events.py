"""Events of a class's journal of the year (regulation 3.2): closed, opened again, its summary sheet handed over.

All are in the class group's own stream, which every command on the class's lessons and results reads: so none of them
slips in beside a closing.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.journal.event import Event
from ledger.journal.vocabulary import Lacking, LackReason, ReopeningReason


class Excused(Event, frozen=True, kw_only=True):
    """How many of one kind lack in a course, or in none, and why the journal is closed all the same."""

    what: Lacking
    count: int
    reason: LackReason
    basis: str
    course: str | None = None


class JournalClosed(Event, frozen=True, kw_only=True):
    """`class/`: nothing lacks but what is excused, in order of `what` and `course`."""

    excused: tuple[Excused, ...]


class JournalReopened(Event, frozen=True, kw_only=True):
    """`class/`: as `JournalReopeningApproved`, in one step; of logs from before, as `PeriodReopened` is."""

    reason: ReopeningReason
    basis: str
    requested_by: str
    sd: tuple[str, ...] = msgspec.field(name="_sd", default=())


class SheetTransferred(Event, frozen=True, kw_only=True):
    """`class/`: the summary sheet with this SHA-256 was handed over; `number` and `received_on` are of the receipt."""

    sha256: str
    number: str
    received_on: str
    to: str


JOURNAL_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "journal_closed/1": JournalClosed,
    "journal_reopened/1": JournalReopened,
    "sheet_transferred/1": SheetTransferred,
}
