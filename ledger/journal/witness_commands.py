"""Commands about who outside the school cosigns its log."""

from __future__ import annotations

from ledger.journal.command import JournalCommand


class AppointWitness(JournalCommand, frozen=True, kw_only=True):
    """A witness; fields as in `witness_events.WitnessAppointed`. Its stream follows from its key."""

    vkey: str
    held_by: str
    link: str
    basis: str


class DismissWitness(JournalCommand, frozen=True, kw_only=True):
    """It is no witness any more."""

    witness: str
    basis: str


class RecordCosignature(JournalCommand, frozen=True, kw_only=True):
    """A witness cosigned; fields as in `witness_events.CheckpointCosigned`. Who asks for it has verified it."""

    witness: str
    size: int
    root: str
    time: int
    signature: str
