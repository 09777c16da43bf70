"""Shapes of bodies about opening closed periods and classes' journals again."""

from __future__ import annotations

from api.bodies.base import Body, Note
from ledger.journal.vocabulary import ReopeningReason


class NewReopeningRequest(Body, frozen=True, kw_only=True):
    """A closed period, or a class's closed journal, is to be opened again; another person answers.

    `basis` stands in the entry in clear, for ever: a document, never a person. `note` goes to the vault.
    """

    reason: ReopeningReason
    basis: str
    note: Note | None = None
