"""Shapes of bodies about lessons that are not held."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.cancellation_events import PlannedPlace
from ledger.journal.vocabulary import CancellationReason


class NewCancellation(Body, frozen=True, kw_only=True):
    """The lesson planned there is not held, or is moved, or merged into another course's of the same year.

    `basis` names the document and stands in the entry in clear, for ever: no names of people.
    """

    held_on: str
    number: int
    reason: CancellationReason
    basis: str
    moved_to: PlannedPlace | None = None
    merged_with: Id | None = None


class NewCancellationWithdrawal(Body, frozen=True, kw_only=True):
    """Why a cancellation holds no more, in clear and for ever: no names; `corrects` is its entry's index."""

    corrects: int
    basis: str
