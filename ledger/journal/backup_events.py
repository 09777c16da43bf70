"""Events of backups and of the proofs that they can be restored (`verify/spec/events.md`, Backups)."""

from __future__ import annotations

from typing import Final

from ledger.journal.event import Event
from ledger.journal.vocabulary import BackupPart, DrillStep, Verdict


class BackupTaken(Event, frozen=True, kw_only=True):
    """`backup/`: a backup was taken, whose log has `size` entries and this `root` (R03).

    `what`: what it holds, sorted; `bytes`: of all its files; `sha256`: of its manifest, which names each file's;
    `place`: where it is kept. Keys stand alone: `size` and `root` are then of the log whose people they are of.
    """

    what: tuple[BackupPart, ...]
    size: int
    root: str
    bytes: int
    sha256: str
    place: str


class BackupVerified(Event, frozen=True, kw_only=True):
    """`backup/`: the backup of entry `taken` was restored on trial at this local minute, to see whether it can be.

    `how`: what was tried, sorted; `size`, `root`: of the log that was found in it, None where none could be read.
    """

    taken: int
    restored_at: str
    verdict: Verdict
    how: tuple[DrillStep, ...]
    size: int | None = None
    root: str | None = None


BACKUP_EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "backup_taken/1": BackupTaken,
    "backup_verified/1": BackupVerified,
}
