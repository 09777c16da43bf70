"""Moves of backups, for `journal_moves`."""

from __future__ import annotations

from typing import Any, Final

from ledger.journal import commands as cmd
from ledger.journal.backups import Backup
from ledger.journal.memory import Journal
from ledger.journal.vocabulary import BackupPart, DrillStep, Verdict
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, uid

IDS: Final = tuple(uid(number) for number in range(4_700, 4_706))
_WHAT: Final[tuple[tuple[BackupPart, ...], ...]] = (("ledger", "vault"), ("vault", "ledger"), ("keys",), ("ledger",))
_STEPS: Final[tuple[DrillStep, ...]] = ("restore", "audit", "checkpoint", "values")


def backup(choices: Any, journal: Journal) -> tuple[cmd.JournalCommand, Actor]:
    """Take one, or restore one on trial."""
    actor: Actor = DEPUTY if choices.rarely() else ADMIN
    id_ = choices.one(IDS)
    known = journal.find(f"backup/{id_}")
    if not isinstance(known, Backup) or choices.rarely():
        command = cmd.RecordBackup(
            backup=id_,
            what=("keys", "vault") if choices.rarely() else choices.one(_WHAT),
            size=choices.one((journal.size, journal.size - 5, journal.size + 1)),
            root="ab" * 32,
            bytes=choices.number(3) * 4_096,
            sha256="5d" * 32,
            place="сейф",
        )
        return command, actor
    verdict: Verdict = choices.one(("verified", "verified", "finding", "incomplete"))
    read = verdict == "verified" or choices.number(2)
    size = known.size - 1 if choices.rarely() else known.size
    steps = choices.some(_STEPS) or _STEPS
    check = cmd.RecordBackupCheck(
        backup=id_,
        restored_at="2036-01-01T10:00" if choices.rarely() else "2026-08-29T10:00",
        verdict=verdict,
        how=_STEPS if choices.number(2) else steps,
        size=size if read else None,
        root=known.root if read else None,
    )
    return check, actor
