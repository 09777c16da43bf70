"""Commands on a class's journal of the year as a whole (regulation 3.2)."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.journal_events import Excused


class CloseJournal(JournalCommand, frozen=True, kw_only=True):
    """Close a class's journal of its year; `excused` says exactly what lacks, and why it is closed all the same."""

    class_group: str
    excused: tuple[Excused, ...] = ()


class TransferSheet(JournalCommand, frozen=True, kw_only=True):
    """The summary sheet was handed over: `number` and `received_on` are of the receipt, `to` is who received it.

    `sha256` is of the sheet that was handed over; it is the present one, or the command is refused.
    """

    class_group: str
    sha256: str
    number: str
    received_on: str
    to: str
