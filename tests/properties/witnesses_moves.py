"""Moves of witnesses, for `journal_moves`."""

from __future__ import annotations

from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.memory import Journal
from ledger.journal.witnesses import Witness
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, uid
from tests.witness_keys import WITNESSES

DIRECTOR: Final = Actor(uid(900), "director")


def witness(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Appoint one, dismiss one, or record what one cosigned."""
    key = choices.one(WITNESSES)
    actor = DEPUTY if choices.rarely() else choices.one((ADMIN, DIRECTOR))
    known = journal.find(f"witness/{key.id}")
    stands = isinstance(known, Witness) and known.vkey is not None
    if stands == choices.rarely():
        link = choices.one(("https://witness.example", "http://127.0.0.1:8010/w1", "witness.example"))
        return cmd.AppointWitness(vkey=key.vkey, held_by="Комитет", link=link, basis="соглашение № 7"), actor
    if not choices.number(3):
        return cmd.DismissWitness(witness=key.id, basis="договор окончен"), actor
    size = choices.one((journal.size, journal.size - 3, journal.size + 1))
    time = 1_795_000_000 + journal.size + choices.number(5) - 2
    return cmd.RecordCosignature(
        witness=key.id, size=size, root="ab" * 32, time=time, signature="A" * 85 + "Q=="
    ), actor
