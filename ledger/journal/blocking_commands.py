"""Commands of blocking personal values; fields as in `blocking_events`."""

from __future__ import annotations

from ledger.journal.blocking_vocabulary import BlockGround, BlockOutcome, BlockRequester
from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import DataField


class BlockPersonalData(JournalCommand, frozen=True, kw_only=True):
    """Values of a person are shown to nobody until they were checked."""

    block: str
    person: str
    ground: BlockGround
    requested_by: BlockRequester
    received_on: str
    basis: str
    applicant: str | None = None
    fields: tuple[DataField, ...] = ()


class UnblockPersonalData(JournalCommand, frozen=True, kw_only=True):
    """A second person has checked them: they were right, or were corrected."""

    block: str
    outcome: BlockOutcome
    basis: str
    change: int | None = None
