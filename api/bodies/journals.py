"""Bodies about a class's journal of the year as a whole."""

from __future__ import annotations

from api.bodies.base import Body, Id
from ledger.journal.vocabulary import Lacking, LackReason


class NewLack(Body, frozen=True, kw_only=True):
    """What lacks in a class's journal and is excused: how many of a kind, of which course, why, by which document."""

    what: Lacking
    count: int
    reason: LackReason
    basis: str
    course: Id | None = None


class NewJournalClosing(Body, frozen=True, kw_only=True):
    """A class's journal of its year is closed; `excused` comes to exactly what `journal/lacks` shows."""

    excused: tuple[NewLack, ...] = ()


class NewSheetTransfer(Body, frozen=True, kw_only=True):
    """The summary sheet with this SHA-256 was handed over; `number` and `received_on` are of the receipt."""

    sha256: str
    number: str
    received_on: str
    to: str
