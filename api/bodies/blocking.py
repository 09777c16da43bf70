"""Shapes of bodies about blocking. Every `basis` stands in the entry in clear, for ever."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.blocking_vocabulary import BlockGround, BlockOutcome, BlockRequester
from ledger.journal.vocabulary import DataField


class NewBlock(Body, frozen=True, kw_only=True):
    """Values of a person are shown to nobody until they were checked; without `fields` all that is kept of the person.

    `received_on` is the day of the request; a `representative` is named as `applicant`.
    """

    person: Id
    ground: BlockGround
    requested_by: BlockRequester
    received_on: str
    basis: str
    applicant: Id | None = None
    fields: list[DataField] | None = None
    block: Id | None = None


class NewUnblock(Body, frozen=True, kw_only=True):
    """The values were right, or were corrected by the entry `change`."""

    outcome: BlockOutcome
    basis: str
    change: int | None = None
