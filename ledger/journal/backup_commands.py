"""Commands that record backups and the proofs that they can be restored."""

from __future__ import annotations

from ledger.journal.command import JournalCommand
from ledger.journal.vocabulary import BackupPart, DrillStep, Verdict


class RecordBackup(JournalCommand, frozen=True, kw_only=True):
    """A backup was taken; fields as in `backup_events`."""

    backup: str
    what: tuple[BackupPart, ...]
    size: int
    root: str
    bytes: int
    sha256: str
    place: str


class RecordBackupCheck(JournalCommand, frozen=True, kw_only=True):
    """A backup that is recorded was restored on trial; fields as in `backup_events`."""

    backup: str
    restored_at: str
    verdict: Verdict
    how: tuple[DrillStep, ...]
    size: int | None = None
    root: str | None = None
