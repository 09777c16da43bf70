"""Events of blocking personal values (`verify/spec/events.md`, Blocking)."""

from __future__ import annotations

from typing import Final

from ledger.journal.blocking_vocabulary import BlockGround, BlockOutcome, BlockRequester
from ledger.journal.event import Event
from ledger.journal.vocabulary import DataField


class PersonalDataBlocked(Event, frozen=True, kw_only=True):
    """`blocking/<school>`: these values of a person are shown to nobody until they were checked (152-ФЗ, Art. 21).

    `fields`: which; none named: all that is kept of the person. `received_on`: the day of the request, from which the
    law's terms count; `applicant`: the guardian who asks as the student's representative.
    """

    block: str
    person: str
    ground: BlockGround
    requested_by: BlockRequester
    received_on: str
    basis: str
    applicant: str | None = None
    fields: tuple[DataField, ...] = ()


class PersonalDataUnblocked(Event, frozen=True, kw_only=True):
    """`blocking/<school>`: the values were checked and may be shown; `change`: the entry that corrected them."""

    block: str
    outcome: BlockOutcome
    basis: str
    change: int | None = None


BLOCKING_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "personal_data_blocked/1": PersonalDataBlocked,
    "personal_data_unblocked/1": PersonalDataUnblocked,
}
